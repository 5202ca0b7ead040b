"""Refusals as Schoology words them: a status and a plain text; clients print the text (reference, 3.5)."""

from __future__ import annotations

import msgspec

from gradewire.core import errors as core

CHALLENGE = {"WWW-Authenticate": 'OAuth realm="Schoology API"'}


class TooLargeError(core.DomainError):
    """The body of the request is longer than the server accepts."""


class UnsupportedTypeError(core.DomainError):
    """The body is neither JSON nor XML."""


class WrongMethodError(core.DomainError):
    """There is such an address, but nothing to be done there in this way."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class OverLimitError(core.DomainError):
    """Too many requests; ``seconds`` until there is room again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


class Failure(msgspec.Struct, frozen=True):
    """What to answer instead of a result."""

    status: int
    text: str
    headers: dict[str, str] = {}


_PLAIN: dict[type[BaseException], Failure] = {
    TooLargeError: Failure(413, "The request is too large."),
    core.TooLarge: Failure(413, "The request is too large."),
    UnsupportedTypeError: Failure(415, "The body of a request is application/json or text/xml."),
    core.Denied: Failure(403, "You do not have the permission to do this."),
    core.NotFound: Failure(404, "There is no such resource."),
    core.Conflict: Failure(409, "The record was changed by somebody else at the same time; try again."),
    core.Stale: Failure(412, "The record is no longer as you last saw it."),
}


def failure(error: BaseException) -> Failure:
    """The answer to an exception. One that is not of the domain says nothing about itself, only that it happened."""
    match error:
        case core.Unauthenticated(reason="masquerade"):
            return Failure(403, "You may not act as this user.")
        case core.Unauthenticated():
            return Failure(401, error.message, CHALLENGE)
        case WrongMethodError():
            return Failure(405, "This method is not supported here.", {"Allow": error.allowed})
        case OverLimitError():
            return Failure(429, "Too many requests.", {"Retry-After": str(error.seconds)})
        case core.Missing():
            return Failure(400, f"{error.parameter} is missing.")
        case core.Malformed() | core.Refused():
            return Failure(400, error.message)
        case core.Invalid():
            return Failure(400, "; ".join(f"{fault.attribute} {fault.message}" for fault in error.faults))
        case _:
            return _PLAIN.get(type(error)) or Failure(500, "An error occurred.")
