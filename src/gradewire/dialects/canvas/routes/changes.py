"""What changed in a course since a program last asked, so that it need not read all again. Our own, in Canvas's style."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from gradewire.actions import changes
from gradewire.actions.changes import ChangedScore, Cursor, Page, Position, RemovedSubmission
from gradewire.actions.submissions import SubmissionView
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.changes import (
    ScoreChanges,
    SubmissionChanges,
    removed_submission,
    score_change,
)
from gradewire.dialects.canvas.shapes.submissions import submission

LONGEST_CURSOR = 300
_CURSOR = re.compile(
    r"(submissions|scores)\.([0-9]{1,18})\.([0-9a-z]{0,40})\.([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{0,18})", re.ASCII
)


class ChangesParams(Struct):
    changed_since: Annotated[
        str | None, Meta(description="The next_cursor of an earlier answer; without it, everything there is.")
    ] = None


def write_cursor(cursor: Cursor) -> str:
    floor = "" if cursor.floor is None else cursor.floor
    parts = (cursor.kind, cursor.course_id, cursor.origin, cursor.position.stamp, cursor.position.id, floor)
    return base64.urlsafe_b64encode(".".join(map(str, parts)).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """
    Raises:
        Malformed: it is no cursor.
    """
    if not text:
        return None
    try:
        padded = text[:LONGEST_CURSOR] + "=" * (-len(text) % 4)
        match = _CURSOR.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii"))
    except (ValueError, binascii.Error):
        match = None
    if match is None:
        raise Malformed("changed_since is not a cursor that this server gave.", field="changed_since")
    floor = int(match[6]) if match[6] else None
    return Cursor(match[1], int(match[2]), match[3], Position(int(match[4]), int(match[5])), floor)


def submission_changes(call: Call, params: ChangesParams) -> SubmissionChanges:
    def shape(one: Any) -> dict[str, Any]:
        if isinstance(one, RemovedSubmission):
            return removed_submission(one.row)
        assert isinstance(one, SubmissionView)
        return submission(one, call.base_url)

    page = _page(call, params, changes.submissions_since)
    return SubmissionChanges([shape(one) for one in page.changes], write_cursor(page.next), page.more)


def score_changes(call: Call, params: ChangesParams) -> ScoreChanges:
    page = _page(call, params, changes.scores_since)
    rows = [score_change(one, page.access) for one in page.changes if isinstance(one, ChangedScore)]
    return ScoreChanges(rows, write_cursor(page.next), page.more)


def _page(call: Call, params: ChangesParams, action: Callable[..., Page]) -> Page:
    cursor = read_cursor(params.changed_since)

    def work(unit: Unit) -> Page:
        return action(unit, call.course_id(unit), cursor, limit=call.page.limit)

    return call.read(work)


_HOW = (
    "Begin without changed_since and follow next_cursor while has_more is true; then ask again with the last next_cursor "
    "whenever you like. Nothing is ever left out; a row may come twice while others are being written. Where a row is gone, or "
    "no longer for you to see, its workflow_state is deleted. per_page as everywhere."
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/submissions/changes",
        name="list_submission_changes",
        summary="The submissions of a course that changed since a cursor",
        description=_HOW,
        handler=submission_changes,
        params=ChangesParams,
        returns=SubmissionChanges,
        refuses=(400, 409),
        tag="Changes",
    ),
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/scores/changes",
        name="list_score_changes",
        summary="The scores of a course, its grading periods and assignment groups that changed since a cursor",
        description=_HOW,
        handler=score_changes,
        params=ChangesParams,
        returns=ScoreChanges,
        refuses=(400, 409),
        tag="Changes",
    ),
)
