"""Where a subscription's events go, as it is written in its row: ``{"kind": "file", "path": "events.jsonl"}``.

A target says what a sink needs and nothing about how it works, so that whoever makes a subscription can check it without
knowing the sinks. Another broker is one struct here and one module in ``events.sinks``.
"""

from __future__ import annotations

from collections.abc import Mapping
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


Target: TypeAlias = FileTarget | StdoutTarget | EventsFileTarget | HttpsTarget

KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in get_args(Target))
LOCAL: Final = frozenset({"file", "stdout", "events_file"})
"""Kinds that reach into the machine of the relay: only its operator may make subscriptions to them."""


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
    return target


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
