"""The ``Idempotency-Key`` header: the same request, sent again, is not done again but answered as before.

What is the same is told by method, path, parameters and condition, not by the bytes of the body: a client that sends a form
again may choose other boundaries between its parts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from gradewire.actions import idempotency
from gradewire.actions.idempotency import Connection, FinalAnswer, Once
from gradewire.core.errors import Conflict, DomainError, Malformed, Unauthenticated
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.replies import Reply

LONGEST_KEY = 255
REPLAYED = "Idempotent-Replayed"

_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}", re.ASCII)
_OF_ONE_ANSWER = frozenset({"X-Request-Id"})
_CREDENTIALS = frozenset({"access_token"})
_canonical = msgspec.json.Encoder(order="deterministic")


def read_key(headers: Mapping[str, str]) -> str | None:
    """The key of the request; in quotes, as the draft writes it, or bare, as most clients do.

    Raises:
        Malformed: a key that is empty, too long, or has characters other than visible ASCII.
    """
    sent = headers.get("idempotency-key")
    if sent is None:
        return None
    key = sent.strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise Malformed(f"Idempotency-Key must be 1 to {LONGEST_KEY} visible ASCII characters.")
    return key


def answer_once(
    call: Call,
    key: str,
    *,
    answer: Callable[[], Reply],
    refuse: Callable[[DomainError], Reply],
    lifetime: timedelta,
) -> Reply:
    """The answer to a request with a key: found by ``answer`` in one transaction with everything it does, or kept from before.

    A refusal is an outcome like any other. That the caller is nobody, or lost a race, is none: it may be different next time.
    """

    def work(connection: Connection) -> FinalAnswer:
        call.connection = connection
        try:
            reply = answer()
        except (Unauthenticated, Conflict):
            raise
        except DomainError as error:
            reply = refuse(error)
        finally:
            call.connection = None
        headers = {name: value for name, value in reply.headers.items() if name not in _OF_ONE_ANSWER}
        return FinalAnswer(reply.status, {**headers, "Content-Type": reply.content_type}, reply.content)

    once = Once(key, _fingerprint(call))
    final = idempotency.answer_once(call.world, call.asker, once, work, lifetime=lifetime)
    headers = dict(final.headers)
    content_type = headers.pop("Content-Type")
    request = call.asker.request
    if request is not None:
        headers["X-Request-Id"] = request.request_id
    if final.replayed:
        headers[REPLAYED] = "true"
    return Reply(final.status, final.body, headers, content_type)


def _fingerprint(call: Call) -> str:
    request = call.asker.request
    params = {name: value for name, value in call.params.items() if name not in _CREDENTIALS}
    told = (
        request.http_method if request else None,
        request.scope if request else None,
        params,
        call.headers.get("if-match"),
        call.headers.get("accept"),
    )
    return hashlib.sha256(_canonical.encode(told)).hexdigest()
