"""Exceptions to refusals."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gradewire.core import errors as core
from gradewire.dialects.canvas.errors import TooLargeError, failure
from gradewire.dialects.canvas.wire import encode

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="canvas-lms"'}


def messages(text: str) -> dict[str, Any]:
    return {"errors": [{"message": text}]}


CRASH = {"errors": [{"message": "An error occurred.", "error_code": "internal_server_error"}]}

CASES: list[tuple[BaseException, int, dict[str, str], dict[str, Any]]] = [
    (core.Unauthenticated(), 401, CHALLENGE, {"status": "unauthenticated", **messages("user authorization required")}),
    (
        core.Unauthenticated("x", reason="?"),
        401,
        CHALLENGE,
        {"status": "unauthenticated", **messages("user authorization required")},
    ),
    (core.Unauthenticated(reason="invalid"), 401, CHALLENGE, messages("Invalid access token.")),
    (core.Unauthenticated(reason="revoked"), 401, CHALLENGE, messages("Revoked access token.")),
    (core.Unauthenticated(reason="expired"), 401, CHALLENGE, messages("Expired access token.")),
    (core.Unauthenticated(reason="scope"), 401, {}, messages("Insufficient scopes on access token.")),
    (core.Denied("secret"), 403, {}, {"status": "unauthorized", **messages("user not authorized to perform that action")}),
    (core.NotFound("secret"), 404, {}, messages("The specified resource does not exist.")),
    (core.Missing("student_id"), 400, {}, messages("student_id is missing")),
    (core.Malformed("count is not an integer.", field="count"), 400, {}, messages("count is not an integer.")),
    (
        core.Invalid(core.Fault("data", "blank"), core.Fault("scaling_factor", "too big", "big"), core.Fault("data", "odd")),
        400,
        {},
        {
            "errors": {
                "data": [
                    {"attribute": "data", "type": "blank", "message": "blank"},
                    {"attribute": "data", "type": "odd", "message": "odd"},
                ],
                "scaling_factor": [{"attribute": "scaling_factor", "type": "big", "message": "too big"}],
            }
        },
    ),
    (core.Refused("locked", "frozen"), 400, {}, {"errors": {"base": ["frozen"]}}),
    (core.Refused("max_graders", "full"), 400, {}, {"error": "full"}),
    (core.Refused("grade_error", "Assignment::GradeError"), 400, {}, {"error": "Assignment::GradeError"}),
    (core.Refused("parameter", "'grade_data' parameter required"), 400, {}, {"error": "'grade_data' parameter required"}),
    (core.Refused("not_moderated", "text"), 400, {}, {"message": "text"}),
    (core.Refused("already_published", "text"), 400, {}, {"message": "text"}),
    (core.Refused("not_in_moderation_set", "text"), 400, {}, {"message": "text"}),
    (core.Refused("unselected", "text"), 422, {}, {"message": "text"}),
    (TooLargeError(), 413, {}, messages("The request is too large.")),
    (core.TooLarge(), 413, {}, messages("The request is too large.")),
    (core.Stale(), 412, {}, messages("The record is no longer as you last saw it.")),
    (core.KeyReused(), 422, {}, messages("This Idempotency-Key was used for another request.")),
    (core.StillAtWork(), 409, {"Retry-After": "1"}, messages("The request with this Idempotency-Key is being worked on.")),
    (core.Unauthenticated(reason="masquerade"), 401, {}, {"errors": "Invalid as_user_id"}),
    (RuntimeError("password=hunter2"), 500, {}, CRASH),
    (core.DomainError("secret"), 500, {}, CRASH),
]


@pytest.mark.parametrize(("error", "status", "headers", "body"), CASES)
def test_every_error_has_its_answer(error: BaseException, status: int, headers: dict[str, str], body: dict[str, Any]) -> None:
    answer = failure(error)
    assert answer.status == status
    assert answer.headers == headers
    assert json.loads(encode(answer.body)) == body


def test_conflict_is_409() -> None:
    assert failure(core.Conflict("row 7 of scores")).status == 409
    assert b"scores" not in encode(failure(core.Conflict("row 7 of scores")).body)


def test_an_expired_token_tells_when_if_known() -> None:
    error = core.Unauthenticated(reason="expired")
    error.expired_at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert json.loads(encode(failure(error).body)) == {
        "errors": [{"message": "Expired access token.", "expired_at": "2026-01-02T03:04:05Z"}]
    }


def test_a_crash_can_carry_its_report() -> None:
    assert json.loads(encode(failure(ValueError("secret"), report_id=7).body)) == CRASH | {"error_report_id": 7}


def test_the_challenge_cannot_be_spoilt_by_a_caller() -> None:
    failure(core.Unauthenticated()).headers.clear()
    assert failure(core.Unauthenticated()).headers == CHALLENGE


def every_subclass(cls: type[BaseException]) -> set[type[BaseException]]:
    return {cls}.union(*(every_subclass(child) for child in cls.__subclasses__()))


def test_no_domain_error_is_forgotten() -> None:
    covered = {type(error) for error, *_ in CASES} | {core.Conflict}
    ours = {cls for cls in every_subclass(core.DomainError) if cls.__module__ == core.__name__}
    assert ours <= covered
