"""Refusals as Canvas words them: one status, one set of headers and one body for every error of the domain.

The bodies are of a few shapes, and clients tell them apart, so each has its struct here; the OpenAPI document shows them.
A request that cannot be read (``Malformed``) has no shape of its own in Canvas, which mostly fails with 500 there. It gets
the shape of the other 400 without a record, a list of messages, and the message names the parameter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gradewire.core import errors as core

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="canvas-lms"'}


class Message(msgspec.Struct):
    """One sentence about what went wrong."""

    message: str
    error_code: str | UnsetType = UNSET
    expired_at: datetime | UnsetType = UNSET


class Messages(msgspec.Struct):
    """The common refusal: nothing found, bad token, parameter missing or unreadable."""

    errors: list[Message]


class Unauthorized(msgspec.Struct):
    """Nobody signed in (``unauthenticated``) or signed in without the right (``unauthorized``)."""

    status: str
    errors: list[Message]


class FieldError(msgspec.Struct):
    """One failed rule of one attribute; the type is also the message."""

    attribute: str
    type: str
    message: str


class RecordErrors(msgspec.Struct):
    """A record that breaks its rules: the faults of each attribute, in the order of the rules."""

    errors: dict[str, list[FieldError]]


class BaseErrors(msgspec.Struct):
    """A record that may not be changed now: plain sentences under ``base``."""

    errors: dict[str, list[str]]


class PlainErrors(msgspec.Struct):
    """A refusal to act as somebody else."""

    errors: str


class ErrorText(msgspec.Struct):
    """A refusal of grading."""

    error: str


class MessageText(msgspec.Struct):
    """A refusal of moderation."""

    message: str


class Outdated(msgspec.Struct):
    """A condition (``If-Match``) that does not hold any more, and the thing as it is now."""

    errors: list[Message]
    current: Any


class Crash(msgspec.Struct):
    """A failure of the server. The report id, where there is one, finds the entry in its log."""

    errors: list[Message]
    error_report_id: int | UnsetType = UNSET


class TooLargeError(core.DomainError):
    """The body of the request is longer than the server accepts."""


class Failure(msgspec.Struct, frozen=True):
    """What to answer instead of a result; ``body`` is still to be encoded."""

    status: int
    body: msgspec.Struct
    headers: dict[str, str] = {}


_TOKEN_TEXTS = {
    "invalid": "Invalid access token.",
    "revoked": "Revoked access token.",
    "expired": "Expired access token.",
}
_MESSAGE_STATUS = {
    "not_moderated": 400,
    "already_published": 400,
    "not_in_moderation_set": 400,
    "unselected": 422,
    "invalid_rubric": 400,
    "handing_in": 400,
    "not_allowed": 400,
    "in_use": 409,
}
"""Refusals of moderation, of handing in, and to remove what others depend on, which say ``message``. All others but ``locked``
are refusals of grading and say ``error``."""


_PLAIN: dict[type[BaseException], tuple[int, str]] = {
    TooLargeError: (413, "The request is too large."),
    core.TooLarge: (413, "The request is too large."),
    core.Conflict: (409, "The record was changed by somebody else at the same time; try again."),
    core.Stale: (412, "The record is no longer as you last saw it."),
    core.KeyReused: (422, "This Idempotency-Key was used for another request."),
    core.StillAtWork: (409, "The request with this Idempotency-Key is being worked on."),
}
"""Refusals with one text whatever the request was."""


def failure(error: BaseException, *, report_id: int | None = None) -> Failure:
    """The answer to an exception. One that is not of the domain says nothing about itself, only that it happened."""
    match error:
        case core.Unauthenticated():
            return _unauthenticated(error)
        case core.Denied():
            return Failure(403, _unauthorized("unauthorized", "user not authorized to perform that action"))
        case core.NotFound():
            return Failure(404, _messages("The specified resource does not exist."))
        case core.Missing():
            return Failure(400, _messages(f"{error.parameter} is missing"))
        case core.Malformed():
            return Failure(400, _messages(error.message))
        case core.Invalid():
            return Failure(400, _record(error))
        case core.Refused():
            return _refused(error)
        case TooLargeError() | core.TooLarge() | core.Conflict() | core.Stale() | core.KeyReused() | core.StillAtWork():
            status, text = _PLAIN[type(error)]
            return Failure(status, _messages(text), {"Retry-After": "1"} if isinstance(error, core.StillAtWork) else {})
        case _:
            body = Crash([Message("An error occurred.", error_code="internal_server_error")])
            if report_id is not None:
                body.error_report_id = report_id
            return Failure(500, body)


def _unauthenticated(error: core.Unauthenticated) -> Failure:
    if error.reason == "scope":
        # No challenge: clients take it for a bad token, and this token is good.
        return Failure(401, _messages("Insufficient scopes on access token."))
    if error.reason == "masquerade":
        return Failure(401, PlainErrors("Invalid as_user_id"))
    text = _TOKEN_TEXTS.get(error.reason)
    if text is None:
        return Failure(401, _unauthorized("unauthenticated", "user authorization required"), dict(CHALLENGE))
    expired_at = getattr(error, "expired_at", None)
    message = Message(text, expired_at=expired_at) if isinstance(expired_at, datetime) else Message(text)
    return Failure(401, Messages([message]), dict(CHALLENGE))


def _refused(error: core.Refused) -> Failure:
    if error.code == "locked":
        return Failure(400, BaseErrors({"base": [error.message]}))
    if status := _MESSAGE_STATUS.get(error.code):
        return Failure(status, MessageText(error.message))
    return Failure(400, ErrorText(error.message))


def _record(error: core.Invalid) -> RecordErrors:
    faults: dict[str, list[FieldError]] = {}
    for fault in error.faults:
        faults.setdefault(fault.attribute, []).append(FieldError(fault.attribute, fault.type, fault.message))
    return RecordErrors(faults)


def _messages(text: str) -> Messages:
    return Messages([Message(text)])


def _unauthorized(status: str, text: str) -> Unauthorized:
    return Unauthorized(status, [Message(text)])
