"""Changes of grades as Canvas's audit shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.actions.grade_changes import ChangePage
from gradewire.dialects.canvas.wire import whole
from gradewire.store.grade_changes import ChangeRow


class GradeChangeLinks(Struct):
    """To whom and what a change belongs; ``null`` where it is hidden, or where there is none."""

    assignment: int | None
    course: int
    student: int | None
    grader: int | None
    page_view: str | None


class GradeChange(Struct):
    id: str
    created_at: datetime | None
    event_type: str
    excused_after: bool
    excused_before: bool
    grade_after: str | None
    grade_before: str | None
    score_after: float | None
    score_before: float | None
    graded_anonymously: bool | None
    version_number: int | None
    request_id: str | None
    course_override_grade: bool
    grading_period_id: int | None
    links: GradeChangeLinks


class LinkedAssignment(Struct):
    id: int
    name: str
    course_id: int
    points_possible: float | None


class LinkedCourse(Struct):
    id: int
    name: str


class LinkedUser(Struct):
    id: int
    name: str
    sortable_name: str
    short_name: str


class Linked(Struct):
    assignments: list[LinkedAssignment]
    courses: list[LinkedCourse]
    users: list[LinkedUser]
    page_views: list[dict[str, Any]]


class GradeChanges(Struct):
    links: dict[str, str]
    events: list[GradeChange]
    linked: Linked


def links(base_url: str) -> dict[str, str]:
    """Where the things that events name can be read."""
    api = f"{base_url}/api/v1"
    return {
        "events.assignment": f"{api}/courses/{{events.course}}/assignments/{{events.assignment}}",
        "events.course": f"{api}/courses/{{events.course}}",
        "events.student": f"{api}/users/{{events.student}}",
        "events.grader": f"{api}/users/{{events.grader}}",
    }


def linked(page: ChangePage) -> Linked:
    return Linked(
        assignments=[LinkedAssignment(row.id, row.name, row.course_id or 0, row.points_possible) for row in page.assignments],
        courses=[LinkedCourse(row.id, row.name) for row in page.courses],
        users=[LinkedUser(row.id, row.name, row.sortable_name, row.short_name) for row in page.users],
        page_views=[],
    )


def grade_change(row: ChangeRow) -> GradeChange:
    before, after = row.grade_before, row.grade_after
    if row.overridden:
        before, after = (None if score is None else f"{score:.12g}" for score in (row.score_before, row.score_after))
    return GradeChange(
        id=f"{'override' if row.overridden else 'grade'}-{row.id}",
        created_at=whole(row.created_at),
        event_type="grade_change",
        excused_after=row.excused_after,
        excused_before=row.excused_before,
        grade_after=after,
        grade_before=before,
        score_after=row.score_after,
        score_before=row.score_before,
        graded_anonymously=row.graded_anonymously,
        version_number=row.number,
        request_id=row.request_id,
        course_override_grade=row.overridden,
        grading_period_id=row.grading_period_id,
        links=GradeChangeLinks(
            assignment=row.assignment_id,
            course=row.course_id,
            student=row.student_id,
            grader=row.grader_id,
            page_view=None,
        ),
    )
