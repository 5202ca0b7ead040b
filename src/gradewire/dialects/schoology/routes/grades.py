"""Grades: of a section, read and written, and of a person (reference, 4 and 5).

A write answers by entry; one entry replaces the whole record of its student and item. Grades and comments on period and course
grades may come in one request.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.final_comments import put_final_comments
from gradewire.actions.grade_records import RecordFilter, section_grades
from gradewire.actions.grade_restating import EntryResult, put_grades
from gradewire.actions.unit import Unit
from gradewire.actions.user_grades import UserFilter, user_grades
from gradewire.core.errors import Malformed
from gradewire.core.grade_records import read_moment, read_periods
from gradewire.dialects.schoology.bulk import entries
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grades as shapes
from gradewire.dialects.schoology.shapes.grades import GradesOfSection, GradesOfUser
from gradewire.dialects.schoology.shapes.results import Result, result

NOTHING_SENT = "The body has neither grades nor final_comments."


class SectionFilters(Struct):
    assignment_id: int | None = None
    enrollment_id: int | None = None
    timestamp: str | None = None


class UserFilters(Struct):
    section_id: int | None = None
    grading_period_ids: str | None = None
    timestamp: str | None = None
    include_all_enrollments: bool | None = None


class GradeResults(Struct):
    grade: list[Result]


class CommentResults(Struct):
    final_comment: list[Result]


class WriteResults(Struct):
    """What became of each entry, for each kind that was sent."""

    grades: GradeResults | UnsetType = UNSET
    final_comments: CommentResults | UnsetType = UNSET


def list_section_grades(call: Call, filters: SectionFilters) -> GradesOfSection:
    """Everything, unless the request names a page."""
    page = call.page
    wanted = RecordFilter(
        item_id=filters.assignment_id,
        enrollment_id=filters.enrollment_id,
        since=_moment(filters.timestamp),
        offset=page.start if page.asked else 0,
        limit=page.limit if page.asked else None,
    )
    return shapes.section_grades(
        call.read(lambda unit: section_grades(unit, call.number("section_id"), wanted)),
        call,
    )


def put_section_grades(call: Call, _params: None) -> WriteResults:
    section_id = call.number("section_id")
    grades = entries(call.body, "grades", "grade")
    comments = entries(call.body, "final_comments", "final_comment")
    if grades is None and comments is None:
        raise Malformed(NOTHING_SENT)

    def put(unit: Unit) -> tuple[list[EntryResult] | None, list[EntryResult] | None]:
        return (
            None if grades is None else put_grades(unit, section_id, grades),
            None if comments is None else put_final_comments(unit, section_id, comments),
        )

    graded, commented = call.write(put)
    answer = WriteResults()
    if graded is not None:
        answer.grades = GradeResults([result(one.error) for one in graded])
    if commented is not None:
        answer.final_comments = CommentResults([result(one.error) for one in commented])
    return answer


def list_user_grades(call: Call, filters: UserFilters) -> Listing:
    """In pages of enrolments only where changes since a moment or all enrolments are asked for, as the vendor documents."""
    paged = filters.timestamp is not None or filters.include_all_enrollments is True
    wanted = UserFilter(
        section_id=filters.section_id,
        period_ids=read_periods(filters.grading_period_ids) if filters.grading_period_ids else None,
        since=_moment(filters.timestamp),
        include_all=filters.include_all_enrollments is True,
        offset=call.page.start if paged else 0,
        limit=call.page.limit if paged else None,
    )
    found = call.read(lambda unit: user_grades(unit, call.number("user_id"), wanted))
    rows: list[Any] = [shapes.section_of_user(one, call) for one in found.sections]
    return Listing(rows, total=found.total, paged=paged)


def _moment(sent: str | None) -> datetime | None:
    return read_moment(sent) if sent is not None and sent.strip() else None


OPERATIONS = (
    Operation(
        method="GET",
        path="sections/{section_id}/grades",
        name="list_section_grades",
        summary="List the grades of a section, its periods, and the grades of these and of the course",
        handler=list_section_grades,
        params=SectionFilters,
        returns=GradesOfSection,
        multiget=True,
        tag="Grades",
    ),
    Operation(
        method="PUT",
        path="sections/{section_id}/grades",
        name="put_section_grades",
        summary="Replace grade records and set comments on period and course grades (207, a result for each entry)",
        handler=put_section_grades,
        returns=WriteResults,
        status=207,
        tag="Grades",
    ),
    Operation(
        method="GET",
        path="users/{user_id}/grades",
        name="list_user_grades",
        summary="List the grades of a person by section and period",
        handler=list_user_grades,
        params=UserFilters,
        returns=GradesOfUser,
        paginated=True,
        list_key="section",
        tag="Grades",
    ),
)
