"""The history of a course's grades: by days, as a feed, and as of a moment (the last one is our own)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import history
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, Missing
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.gradebook_history import (
    Day,
    GradeAsOf,
    Grader,
    SubmissionHistory,
    SubmissionVersion,
    day,
    grade_as_of,
    grader,
    submission_history,
    submission_version,
)


class FeedParams(Struct):
    assignment_id: str | UnsetType | None = UNSET
    user_id: str | UnsetType | None = UNSET
    ascending: Annotated[bool, Meta(description="The oldest first")] = False


class AsOfParams(Struct):
    moment: Annotated[datetime, Meta(description="Required")] | UnsetType | None = UNSET


def read_day(text: str) -> date:
    """
    Raises:
        Malformed: it is no date of the form 2026-01-31.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None and found.isoformat() == text:
        return found
    raise Malformed("The date is not of the form 2026-01-31.", field="date")


def index_of_days(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: history.list_days(unit, call.course_id(unit), offset=page.offset, limit=page.limit))
    return Listing([day(one) for one in found], total=total)


def index_of_graders(call: Call, _params: None) -> Listing:
    page, when = call.page, read_day(call.path["date"])
    found, total = call.read(
        lambda unit: history.list_graders(unit, call.course_id(unit), when, offset=page.offset, limit=page.limit)
    )
    return Listing([grader(one) for one in found], total=total)


def index_of_submissions(call: Call, _params: None) -> Listing:
    page, when = call.page, read_day(call.path["date"])
    who = history.NOBODY if call.path["grader_id"] == str(history.NOBODY) else call.number("grader_id")
    found, total = call.read(
        lambda unit: history.list_submissions(
            unit,
            call.course_id(unit),
            when,
            who,
            call.assignment_id(unit),
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([submission_history(one) for one in found], total=total)


def feed(call: Call, params: FeedParams) -> Listing:
    page = call.page

    def action(unit: Unit) -> tuple[list[history.Version], int]:
        return history.feed(
            unit,
            call.course_id(unit),
            assignment_id=call.local(params.assignment_id) if params.assignment_id else None,
            user_id=call.person(unit, params.user_id) if params.user_id else None,
            ascending=params.ascending,
            offset=page.offset,
            limit=page.limit,
        )

    found, total = call.read(action)
    return Listing([submission_version(one) for one in found], total=total)


def as_of(call: Call, params: AsOfParams) -> Listing:
    page, moment = call.page, params.moment
    if not moment:
        raise Missing("moment")
    found, total = call.read(
        lambda unit: history.grades_as_of(unit, call.course_id(unit), moment, offset=page.offset, limit=page.limit)
    )
    return Listing([grade_as_of(row) for row in found], total=total)


BASE = "/api/v1/courses/:course_id/gradebook_history"
TAG = "Gradebook history"
OPERATIONS = (
    Operation(
        method="GET",
        path=f"{BASE}/days",
        name="list_gradebook_history_days",
        summary="List the days on which anything was graded, with who graded what",
        description="Days are those of the course's time zone, the newest first.",
        handler=index_of_days,
        returns=list[Day],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/feed",
        name="list_gradebook_history_feed",
        summary="List every version of every grade, the newest first",
        handler=feed,
        params=FeedParams,
        returns=list[SubmissionVersion],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/as_of",
        name="list_grades_as_of",
        summary="List the grades that submissions had at a moment",
        description="Our own. Submissions that had no grade then have version 0.",
        handler=as_of,
        params=AsOfParams,
        returns=list[GradeAsOf],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/:date",
        name="list_gradebook_history_graders",
        summary="List who graded on a day, and for which assignments",
        handler=index_of_graders,
        returns=list[Grader],
        paginated=True,
        refuses=(400,),
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{BASE}/:date/graders/:grader_id/assignments/:assignment_id/submissions",
        name="list_gradebook_history_submissions",
        summary="List the submissions of an assignment that somebody graded on a day, with what was done to them",
        handler=index_of_submissions,
        returns=list[SubmissionHistory],
        paginated=True,
        refuses=(400,),
        tag=TAG,
    ),
)
