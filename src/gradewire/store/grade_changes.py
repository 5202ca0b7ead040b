"""Changes of grades and of overridden scores in one list, as an audit reads them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.grade_versions import enrolled

V, O, S, A, C, E = (  # noqa: E741 - overrides
    t.grade_versions.c,
    t.override_versions.c,
    t.submissions.c,
    t.assignments.c,
    t.courses.c,
    t.enrollments.c,
)


class Wanted(Struct, frozen=True, kw_only=True):
    """Which changes to list; ``None`` does not restrict."""

    root_account_id: int
    course_id: int | None = None
    assignment_id: int | None = None
    overrides_only: bool = False
    student_id: int | None = None
    grader_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    sections: Collection[int] | None = None
    """The sections whose students may be seen."""


class Watcher(Struct, frozen=True):
    """Who reads, as far as the graders of moderated work are hidden until its grades are published."""

    user_id: int
    moderates: bool
    """Knows the graders of all moderated work, unless as a final grader from whom they are hidden."""


class ChangeRow(Struct, frozen=True):
    """A change. Neither student nor grader is told where this is hidden now."""

    id: int
    overridden: bool
    created_at: datetime
    course_id: int
    assignment_id: int | None
    student_id: int | None
    grader_id: int | None
    number: int | None
    grade_before: str | None
    grade_after: str | None
    score_before: float | None
    score_after: float | None
    excused_before: bool
    excused_after: bool
    graded_anonymously: bool | None
    request_id: str | None
    grading_period_id: int | None
    cause: str
    """Why it changed, as the history of grades calls it; ``override`` for an overridden score."""


def page(
    connection: sa.Connection, wanted: Wanted, watcher: Watcher, *, offset: int, limit: int
) -> tuple[list[ChangeRow], int]:
    """A page of the changes, the newest first, and how many there are in all."""
    parts: list[sa.Select[Any]] = []
    if not wanted.overrides_only:
        parts.append(_grades(wanted, watcher))
    if wanted.assignment_id is None:
        parts.append(_overrides(wanted))
    every = sa.union_all(*parts).subquery()
    c = every.c
    query = sa.select(every).order_by(c.created_at.desc(), c.overridden.desc(), c.id.desc()).offset(offset).limit(limit)
    found = [ChangeRow(*row) for row in connection.execute(query)]
    return found, connection.execute(sa.select(sa.func.count()).select_from(every)).scalar_one()


def _anonymised() -> sa.ColumnElement[bool]:
    """Whether the students of an assignment are hidden: ``actions.anonymity.hides_students`` for many at once."""
    waiting = t.submissions.alias("waiting")
    active = sa.exists().where(
        E.course_id == waiting.c.course_id,
        E.user_id == waiting.c.user_id,
        E.type == "StudentEnrollment",
        E.workflow_state == "active",
    )
    unposted = sa.exists().where(
        waiting.c.assignment_id == A.id,
        waiting.c.posted_at.is_(None),
        waiting.c.workflow_state != "deleted",
        active,
    )
    unpublished = sa.and_(A.moderated_grading, A.grades_published_at.is_(None))
    return sa.and_(A.anonymous_grading, sa.or_(unpublished, sa.and_(sa.not_(A.moderated_grading), unposted)))


def _hides_graders(watcher: Watcher) -> sa.ColumnElement[bool]:
    """Whether the graders of an assignment are hidden: ``CourseAccess.sees_other_graders`` for many at once."""
    final = sa.and_(A.final_grader_id.is_not(None), A.final_grader_id == watcher.user_id)
    others = (
        sa.false()
        if watcher.moderates
        else sa.or_(sa.not_(A.grader_comments_visible_to_graders), A.graders_anonymous_to_graders)
    )
    hidden = sa.case((final, sa.not_(A.grader_names_visible_to_final_grader)), else_=others)
    return sa.and_(A.moderated_grading, A.grades_published_at.is_(None), hidden)


def _grades(wanted: Wanted, watcher: Watcher) -> sa.Select[Any]:
    anonymised, hides_graders = _anonymised(), _hides_graders(watcher)
    grader = sa.func.coalesce(V.acting_user_id, sa.case((V.grader_id > 0, V.grader_id)))
    conditions = _conditions(wanted, t.grade_versions, V.user_id, grader)
    if wanted.assignment_id is not None:
        conditions.append(V.assignment_id == wanted.assignment_id)
    if wanted.student_id is not None:
        conditions.append(sa.not_(anonymised))
    if wanted.grader_id is not None:
        conditions.append(sa.not_(hides_graders))
    return (
        sa.select(
            V.id.label("id"),
            sa.false().label("overridden"),
            V.created_at.label("created_at"),
            V.course_id.label("course_id"),
            V.assignment_id.label("assignment_id"),
            sa.case((anonymised, None), else_=V.user_id).label("student_id"),
            sa.case((hides_graders, None), else_=grader).label("grader_id"),
            V.number.label("number"),
            V.old_grade.label("grade_before"),
            V.grade.label("grade_after"),
            V.old_score.label("score_before"),
            V.score.label("score_after"),
            V.old_excused.label("excused_before"),
            V.excused.label("excused_after"),
            sa.case((V.number == S.version, S.graded_anonymously)).label("graded_anonymously"),
            V.request_id.label("request_id"),
            _nothing(V.id, "grading_period_id"),
            V.cause.label("cause"),
        )
        .select_from(
            t.grade_versions.join(t.submissions, S.id == V.submission_id)
            .join(t.assignments, A.id == V.assignment_id)
            .join(t.courses, C.id == V.course_id)
        )
        .where(*conditions)
    )


def _overrides(wanted: Wanted) -> sa.Select[Any]:
    return (
        sa.select(
            O.id.label("id"),
            sa.true().label("overridden"),
            O.created_at.label("created_at"),
            O.course_id.label("course_id"),
            _nothing(V.assignment_id, "assignment_id"),
            O.user_id.label("student_id"),
            O.acting_user_id.label("grader_id"),
            _nothing(V.number, "number"),
            _nothing(V.grade, "grade_before"),
            _nothing(V.grade, "grade_after"),
            O.old_override_score.label("score_before"),
            O.override_score.label("score_after"),
            sa.false().label("excused_before"),
            sa.false().label("excused_after"),
            sa.false().label("graded_anonymously"),
            O.request_id.label("request_id"),
            O.grading_period_id.label("grading_period_id"),
            sa.cast(sa.literal("override"), V.cause.type).label("cause"),
        )
        .select_from(t.override_versions.join(t.courses, C.id == O.course_id))
        .where(*_conditions(wanted, t.override_versions, O.user_id, O.acting_user_id))
    )


def _nothing(like: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[Any]:
    """No value, of the type that the other half of the list has in its place."""
    return sa.cast(sa.null(), like.type).label(name)


def _conditions(
    wanted: Wanted, table: sa.Table, student: sa.ColumnElement[Any], grader: sa.ColumnElement[Any]
) -> list[sa.ColumnElement[bool]]:
    c = table.c
    conditions: list[sa.ColumnElement[bool]] = [C.root_account_id == wanted.root_account_id]
    if wanted.course_id is not None:
        conditions.append(c.course_id == wanted.course_id)
    if wanted.student_id is not None:
        conditions.append(student == wanted.student_id)
    if wanted.grader_id is not None:
        conditions.append(grader == wanted.grader_id)
    if wanted.since is not None:
        conditions.append(c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(c.created_at <= wanted.until)
    if wanted.sections is not None:
        conditions.append(enrolled(student, c.course_id, wanted.sections))
    return conditions


class NamedRow(Struct, frozen=True):
    """A course or assignment by its name, deleted ones included."""

    id: int
    name: str
    course_id: int | None = None
    points_possible: float | None = None


def courses(connection: sa.Connection, ids: Collection[int]) -> list[NamedRow]:
    query = sa.select(C.id, C.name).where(C.id.in_(sorted(ids))).order_by(C.id)
    return [NamedRow(*row) for row in connection.execute(query)]


def assignments(connection: sa.Connection, ids: Collection[int]) -> list[NamedRow]:
    query = sa.select(A.id, A.name, A.course_id, A.points_possible).where(A.id.in_(sorted(ids))).order_by(A.id)
    return [NamedRow(*row) for row in connection.execute(query)]
