"""Grades of a section as Schoology shows them: records of students on items, and the grades of periods and the course
(Schoology reference, 4.1 and 12).

Staff see everything; students and those who observe them see the own records as far as they are posted, and comments that are
for them. Numbers of periods and the course are the stored scores, which the course's own calculation made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.course_grades import is_in_charge, overrides_count
from gradewire.actions.grading import late_policy
from gradewire.actions.rosters import visible_roster
from gradewire.actions.schemes import gradable
from gradewire.actions.schoology_rules import (
    SectionPeriod,
    is_posted,
    item_facts,
    section_periods,
)
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.core.grade_records import COURSE, EXCEPTIONS, OTHER, grade_of, mark_of
from gradewire.core.permissions import READ
from gradewire.core.schoology_extras import SectionExtras, read_extras
from gradewire.core.scoring.schoology_scales import NUMERIC_ID, SCALE_TYPES
from gradewire.store import final_comments, scores
from gradewire.store import grade_records as rows
from gradewire.store.final_comments import FinalCommentRow
from gradewire.store.grade_records import RecordRow
from gradewire.store.rules import AssignmentFacts, CourseRules
from gradewire.store.scores import ScoreRow


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which records of a section to show. The filters combine; ``None`` does not restrict."""

    item_id: int | None = None
    enrollment_id: int | None = None
    """Also limits the grades of periods and the course to this student."""
    since: datetime | None = None
    """Changed then or later."""
    offset: int = 0
    limit: int | None = None


class GradeRecord(Struct, frozen=True, kw_only=True):
    """One student on one item."""

    section_id: int
    enrollment_id: int
    user_id: int
    item_id: int
    grade: float | None
    """Points."""
    exception: int
    max_points: float
    is_final: bool
    timestamp: int
    """When anything of it last changed, in seconds of the epoch; 0 if there never was anything."""
    comment: str | None
    """Empty where there is a record without one, ``None`` where there never was anything."""
    comment_status: int | None
    """1 where the student sees the comment; staff alone is told."""
    kind: str
    """``assignment`` or ``discussion``."""
    scale_id: int
    scale_type: int
    category_id: int
    """0 for none."""


class FinalGrade(Struct, frozen=True, kw_only=True):
    """A grade beside the items' own, under the name that grade bodies give it."""

    period_id: str
    """``p`` and the id of a period, ``other``, ``final``, or ``a`` and the id of a midterm or final."""
    grade: float | None
    """Percent; of a midterm or final, points."""
    comment: str = ""
    comment_status: int | None = None
    weight: float | None = None
    categories: tuple[tuple[int, float | None], ...] | None = None
    """The grade of each category in a period, in percent, where it was asked for."""


class StudentFinals(Struct, frozen=True):
    """The grades of periods, ``other`` and the course, in this order, of one student."""

    enrollment_id: int
    grades: tuple[FinalGrade, ...]


class SectionGrades(Struct, frozen=True):
    """The grades of a section."""

    access: CourseAccess
    records: list[GradeRecord]
    """By item, then student."""
    periods: list[SectionPeriod]
    finals: list[StudentFinals]
    """One for each active student, with or without grades."""


def section_grades(unit: Unit, course_id: int, wanted: RecordFilter) -> SectionGrades:
    """The records in which there ever was anything, of students who are in the section now. A constant number of statements.

    Raises:
        NotFound: no such section.
        Denied: the caller neither is in charge of its grades nor is or observes one of its students.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    rules = access.rules
    people = visible_roster(unit, access)
    staff = is_in_charge(access)
    if not staff and not people.students:
        raise Denied
    students = people.active()
    if wanted.enrollment_id is not None:
        asked = people.users.get(wanted.enrollment_id)
        students = {user_id: row for user_id, row in students.items() if user_id == asked}
    items = [one for one in visible_items(unit, access, staff=staff) if wanted.item_id in {None, one.id}]
    found = rows.touched(
        unit.connection,
        course_id,
        user_ids=list(students),
        assignment_ids=[one.id for one in items],
        since=wanted.since,
        offset=wanted.offset,
        limit=wanted.limit,
    )
    records = [
        show_record(rules, rules.assignments[row.assignment_id], row, students[row.user_id].id, staff=staff) for row in found
    ]
    known = scores.rows_for(unit.connection, course_id, list(students))
    said = final_comments.of_courses(unit.connection, [course_id], user_ids=list(students))
    sight = sight_of(rules, staff=staff)
    finals = [
        StudentFinals(row.id, section_finals(sight, row.id, known.get(user_id, ()), said.get((course_id, user_id), ())))
        for user_id, row in students.items()
    ]
    return SectionGrades(
        access=access,
        records=records if staff else [record for record in records if record.timestamp],
        periods=list(sight.periods),
        finals=finals,
    )


def visible_items(unit: Unit, access: CourseAccess, *, staff: bool) -> list[AssignmentFacts]:
    """The items whose grades the caller may know at all: staff of none whose students have no names for it now, others of
    published ones."""
    found = access.rules.assignments.values()
    if not staff:
        return [one for one in found if one.workflow_state == "published"]
    nameless = anonymous_assignments(unit, access, found)
    return [one for one in found if one.id not in nameless]


def show_record(
    rules: CourseRules, assignment: AssignmentFacts, row: RecordRow, enrollment_id: int, *, staff: bool
) -> GradeRecord:
    """What the caller sees of a record. To a student one that is not posted looks as if nobody had touched it, but for a
    comment that is for the student: those of Schoology clients say so themselves, others wait with the grade."""
    mark = mark_of(
        score=row.score,
        excused=row.excused,
        incomplete=row.incomplete,
        late_policy_status=row.late_policy_status,
        policy=late_policy(rules),
        assignment=gradable(assignment),
    )
    seen = row.touched and (staff or is_posted(assignment, row.work))
    visible = row.comment is not None and not row.comment_hidden and (row.posted or bool(row.written_with_grade))
    comment = row.comment if staff or visible else None
    touched = seen or comment is not None
    numbers = staff or not rules.course.restrict_quantitative_data
    item = item_facts(rules, assignment)
    return GradeRecord(
        section_id=row.course_id,
        enrollment_id=enrollment_id,
        user_id=row.user_id,
        item_id=assignment.id,
        grade=grade_of(row.score, mark) if seen and numbers else None,
        exception=EXCEPTIONS[mark] if seen else 0,
        max_points=item.max_points,
        is_final=item.is_final,
        timestamp=int(row.updated_at.timestamp()) if touched else 0,
        comment=(comment or "") if touched else None,
        comment_status=1 if staff and visible else None,
        kind="discussion" if item.kind == "discussion" else "assignment",
        scale_id=NUMERIC_ID if item.scale is None else item.scale.id,
        scale_type=0 if item.scale is None else SCALE_TYPES[item.scale.kind],
        category_id=item.category_id,
    )


class Sight(Struct, frozen=True):
    """What a viewer may see of the grades of periods and the course, the same for all students."""

    rules: CourseRules
    staff: bool
    periods: Sequence[SectionPeriod]
    shows_periods: bool
    shows_course: bool


def sight_of(rules: CourseRules, *, staff: bool) -> Sight:
    extras = read_extras(rules.course.schoology, SectionExtras)
    return Sight(
        rules=rules,
        staff=staff,
        periods=section_periods(rules),
        shows_periods=staff or not extras.hide_grading_period_grade,
        shows_course=staff or not (extras.hide_overall_grade or rules.course.hide_final_grades),
    )


def section_finals(
    sight: Sight, enrollment_id: int, known: Sequence[ScoreRow], said: Sequence[FinalCommentRow]
) -> tuple[FinalGrade, ...]:
    """Periods, ``other`` and the course, as stored for the enrolment under which the student is shown."""
    mine = {
        row.grading_period_id: row for row in known if row.enrollment_id == enrollment_id and row.assignment_group_id is None
    }
    newest = {row.grading_period_id: row for row in said}

    def show(name: str, number: int | None, *, shows: bool, weight: float | None = None) -> FinalGrade:
        comment = newest.get(number)
        if comment is not None and not (sight.staff or comment.visible):
            comment = None
        return FinalGrade(
            period_id=name,
            grade=shown_score(sight.rules, mine.get(number), staff=sight.staff) if shows else None,
            comment="" if comment is None else comment.comment,
            comment_status=1 if sight.staff and comment is not None and comment.visible else None,
            weight=weight,
        )

    return (
        *(show(f"p{one.id}", one.id, shows=sight.shows_periods, weight=one.weight) for one in sight.periods),
        FinalGrade(period_id=OTHER, grade=None),
        show(COURSE, None, shows=sight.shows_course),
    )


def shown_score(rules: CourseRules, row: ScoreRow | None, *, staff: bool) -> float | None:
    """The grade of a period or the course: what a teacher typed over it, else the computed one, from posted work alone for
    students."""
    if row is None or (rules.course.restrict_quantitative_data and not staff):
        return None
    if row.override_score is not None and overrides_count(rules):
        return row.override_score
    current, _, unposted_current, _ = row.numbers[:4]
    return unposted_current if staff else current
