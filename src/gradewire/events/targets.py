"""Where a subscription's events go, as it is written in its row: ``{"kind": "file", "path": "events.jsonl"}``.

A target says what a sink needs and nothing about how it works, so that whoever makes a subscription can check it without
knowing the sinks. Another broker is one struct here and one module in ``events.sinks``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from gradewire.core.errors import Fault, Invalid


class FileTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="file", forbid_unknown_fields=True):
    """Lines of JSON appended to a file of the machine on which the relay runs."""

    path: str
    """Relative to the directory in which the relay was started, or absolute."""
    fsync: bool = True
    """Whether lines are on the disk, and not merely with the operating system, before they count as delivered."""
    ids: bool = False
    """Whether a line is ``{"event_id": ..., "event": <the event>}``: by the id, repeats can be told."""


class StdoutTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="stdout", forbid_unknown_fields=True):
    """Lines of JSON on the standard output of the process that relays."""

    ids: bool = False
    """As for files."""


class EventsFileTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="events_file", forbid_unknown_fields=True):
    """The file that the setting ``events_file`` of the relay names. Made by the relay itself, not by users."""


class HttpsTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="https", forbid_unknown_fields=True):
    """POST to a web address, one event per request; any status 2xx accepts it."""

    url: str
    """https; plain http only where private targets are allowed."""
    bearer: str | None = None
    """A secret sent as ``Authorization: Bearer``. It is kept as ``bearer_sealed`` and never shown again."""
    bearer_sealed: str | None = None
    signed: bool = False
    """Whether the body is a signed token (JWS, RS256) with the event's members as claims."""
    quoted: bool = True
    """Whether such a token stands in double quotes, as Canvas sends it."""
    envelope: Literal["none", "cloudevents", "cloudevents-structured"] = "none"
    ca_file: str | None = None
    """Certificates to trust instead of the system's: a file of the relay's machine, for its operator alone."""


class SqsTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="sqs", forbid_unknown_fields=True):
    """An Amazon SQS queue, standard or FIFO."""

    queue_url: str
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    """With its secret; without them, the credentials of the relay's environment."""
    secret_access_key: str | None = None
    secret_access_key_sealed: str | None = None
    envelope: Literal["none", "cloudevents-structured"] = "none"


class KinesisTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="kinesis", forbid_unknown_fields=True):
    """An Amazon Kinesis data stream."""

    stream: str
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    secret_access_key_sealed: str | None = None
    envelope: Literal["none", "cloudevents-structured"] = "none"


class KafkaTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="kafka", forbid_unknown_fields=True):
    """A Kafka topic."""

    bootstrap_servers: str
    topic: str
    options: dict[str, str] = {}
    """Further settings of librdkafka, such as ``security.protocol`` and ``sasl.username``."""
    sasl_password: str | None = None
    sasl_password_sealed: str | None = None
    envelope: Literal["none", "cloudevents", "cloudevents-structured"] = "none"


class NatsTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="nats", forbid_unknown_fields=True):
    """A stream of NATS JetStream."""

    servers: list[str]
    subject: str = "gradewire.{name}.{course_id}.{student_id}"
    stream: str | None = None
    """The stream that has to take the events; without it, whichever listens to the subject."""
    token: str | None = None
    token_sealed: str | None = None
    credentials_file: str | None = None
    envelope: Literal["none", "cloudevents-structured"] = "none"


Target: TypeAlias = (
    FileTarget | StdoutTarget | EventsFileTarget | HttpsTarget | SqsTarget | KinesisTarget | KafkaTarget | NatsTarget
)

KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in get_args(Target))
LOCAL: Final = frozenset(KINDS) - {"https"}
"""Kinds that reach into the machine of the relay, its network or its credentials: for its operator alone."""
SECRETS: Final[dict[str, str]] = {
    "https": "bearer",
    "sqs": "secret_access_key",
    "kinesis": "secret_access_key",
    "kafka": "sasl_password",
    "nats": "token",
}
"""By kind, the member that holds a secret. It is stored sealed, under the same name with ``_sealed`` behind."""


def is_for_operator(document: Mapping[str, Any]) -> bool:
    """Whether only the operator of the server may subscribe this target."""
    return document.get("kind") in LOCAL or document.get("ca_file") is not None


def sealed(document: Mapping[str, Any], seal: Callable[[str], str]) -> dict[str, Any]:
    """The target as it is stored: what is secret in it is sealed."""
    found = dict(document)
    name = SECRETS.get(str(document.get("kind")))
    secret = found.pop(name, None) if name else None
    if secret is not None:
        found[f"{name}_sealed"] = seal(str(secret))
    return found


def shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """The target as it may be shown: of a secret only that there is one."""
    return {name.removesuffix("_sealed"): "(secret)" if name.endswith("_sealed") else value for name, value in document.items()}


def read_target(document: Mapping[str, Any]) -> Target:
    """The target that a document describes.

    Raises:
        Invalid: an unknown kind, an unknown or missing member, or a value of the wrong type.
    """
    kind = document.get("kind")
    if kind not in KINDS:
        known = ", ".join(one for one in KINDS if one != "events_file")
        raise Invalid(Fault("target", f"there is no target of kind {kind!r}; this version delivers to {known}", "unknown"))
    try:
        target: Target = msgspec.convert(document, Target)
    except msgspec.ValidationError as error:
        raise Invalid(Fault("target", f"a target of kind {kind}: {error}", "malformed")) from None
    if isinstance(target, FileTarget) and not target.path:
        raise Invalid(Fault("target", "a file has a path", "blank"))
    if isinstance(target, HttpsTarget):
        _check_https(target)
    if isinstance(target, NatsTarget):
        _check_nats(target)
    return target


def _check_nats(target: NatsTarget) -> None:
    try:
        subject = target.subject.format(name="n", course_id=1, student_id=1)
    except (KeyError, IndexError, ValueError, AttributeError):
        subject = ""
    if not subject or any(character.isspace() or character in "*>" for character in subject):
        raise Invalid(
            Fault("target", "the subject may hold {name}, {course_id} and {student_id}, no blanks and no * or >", "malformed")
        )
    if not target.servers:
        raise Invalid(Fault("target", "name at least one server", "blank"))


def _check_https(target: HttpsTarget) -> None:
    try:
        parts = urlsplit(target.url)
        port = parts.port
    except ValueError:
        raise Invalid(Fault("target", "the url cannot be read", "malformed")) from None
    plain = target.url.isascii() and target.url.isprintable() and " " not in target.url
    if parts.scheme not in {"https", "http"} or not parts.hostname or not plain or port == 0:
        raise Invalid(Fault("target", "the url is such as https://example.edu/events", "malformed"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(Fault("target", "the url holds no credentials and no fragment; send a bearer token", "malformed"))
    if target.signed and target.envelope != "none":
        raise Invalid(Fault("target", "a signed event has no envelope of CloudEvents", "exclusive"))
    secret = target.bearer or ""
    if not secret.isascii() or not secret.isprintable():
        raise Invalid(Fault("target", "the bearer token holds characters that a header cannot", "malformed"))
