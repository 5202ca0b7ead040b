"""Grades with the one comment that goes with each, as Schoology reads them; and the writing of these comments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t
from gradewire.store.scores import WorkRow
from gradewire.store.submissions import ACTIVE, SubmissionRow
from gradewire.store.submissions import COLUMNS as SUBMISSION_COLUMNS

S, K = t.submissions.c, t.submission_comments.c


class RecordRow(Struct, frozen=True, kw_only=True):
    """A student's work for an assignment, as far as its grade is concerned."""

    course_id: int
    assignment_id: int
    user_id: int
    score: float | None
    excused: bool
    incomplete: bool
    late_policy_status: str | None
    posted: bool
    pending_review: bool
    grading_period_id: int | None
    student_entered_score: float | None
    version: int
    updated_at: datetime
    comment: str | None
    comment_hidden: bool | None
    written_with_grade: bool | None
    """Whether the comment came with the grade, from a Schoology client."""

    @property
    def touched(self) -> bool:
        """Whether there ever was anything in the record: a grade, an exception or a comment."""
        return (
            self.version > 0 or self.excused or self.incomplete or self.late_policy_status in LABELS or self.comment is not None
        )

    @property
    def work(self) -> WorkRow:
        return WorkRow(
            self.assignment_id,
            self.score,
            self.excused,
            self.posted,
            self.pending_review,
            self.grading_period_id,
            self.student_entered_score,
            self.late_policy_status,
            self.incomplete,
        )


class CommentHead(Struct, frozen=True):
    """The comment of a grade, as far as writing it anew goes."""

    id: int
    submission_id: int
    comment: str
    hidden: bool
    written_with_grade: bool


LABELS = ("late", "missing")
TOUCHED = sa.or_(S.version > 0, S.excused, S.incomplete, S.late_policy_status.in_(LABELS), K.id.is_not(None))
FIELDS: tuple[sa.ColumnElement[Any], ...] = (
    S.course_id,
    S.assignment_id,
    S.user_id,
    S.score,
    S.excused,
    S.incomplete,
    S.late_policy_status,
    S.posted_at.is_not(None),
    S.workflow_state == "pending_review",
    S.grading_period_id,
    S.student_entered_score,
    S.version,
    S.updated_at,
    K.comment,
    K.hidden,
    K.written_with_grade,
)
SOURCE = t.submissions.outerjoin(t.submission_comments, sa.and_(K.submission_id == S.id, K.is_grade_comment))


def _row(row: sa.Row[Any]) -> RecordRow:
    values: dict[str, Any] = dict(zip(RecordRow.__struct_fields__, row, strict=True))
    return RecordRow(**values)


def touched(
    connection: sa.Connection,
    course_id: int,
    *,
    user_ids: Collection[int],
    assignment_ids: Collection[int],
    since: datetime | None,
    offset: int = 0,
    limit: int | None = None,
) -> list[RecordRow]:
    """The records of these students on these assignments in which there ever was anything, by assignment and student."""
    conditions = [
        S.course_id == course_id,
        ACTIVE,
        TOUCHED,
        bulk.among(connection, S.user_id, user_ids),
        bulk.among(connection, S.assignment_id, assignment_ids),
    ]
    if since is not None:
        conditions.append(S.updated_at >= since)
    query = sa.select(*FIELDS).select_from(SOURCE).where(*conditions).order_by(S.assignment_id, S.user_id)
    if offset:
        query = query.offset(offset)
        limit = limit if limit is not None else 2**62  # SQLite knows no offset without a limit
    return [_row(row) for row in connection.execute(query if limit is None else query.limit(limit))]


def of_user(connection: sa.Connection, course_ids: Collection[int], user_id: int) -> dict[int, list[RecordRow]]:
    """All of a student's records in these courses, touched or not, by course."""
    rows = connection.execute(
        sa.select(*FIELDS)
        .select_from(SOURCE)
        .where(bulk.among(connection, S.course_id, course_ids), S.user_id == user_id, ACTIVE)
        .order_by(S.course_id, S.assignment_id)
    )
    found: dict[int, list[RecordRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_row(row))
    return found


def submissions_of(
    connection: sa.Connection, course_id: int, *, user_ids: Collection[int], assignment_ids: Collection[int]
) -> dict[tuple[int, int], SubmissionRow]:
    """What these students have for these assignments, by assignment and student."""
    rows = connection.execute(
        sa.select(*SUBMISSION_COLUMNS).where(
            S.course_id == course_id,
            ACTIVE,
            bulk.among(connection, S.user_id, user_ids),
            bulk.among(connection, S.assignment_id, assignment_ids),
        )
    )
    return {(row.assignment_id, row.user_id): SubmissionRow(*row) for row in rows}


def comments_of(connection: sa.Connection, submission_ids: Collection[int]) -> dict[int, CommentHead]:
    """The comments that go with the grades of these submissions, by submission."""
    columns: list[Any] = [K[name] for name in CommentHead.__struct_fields__]
    rows = connection.execute(
        sa.select(*columns).where(bulk.among(connection, K.submission_id, submission_ids), K.is_grade_comment)
    )
    return {row.submission_id: CommentHead(*row) for row in rows}


def add_comments(
    connection: sa.Connection,
    rows: Sequence[tuple[int, str, bool]],
    *,
    course_id: int,
    author_id: int | None,
    now: datetime,
) -> None:
    """New comments (submission, text, hidden), each the comment of its grade and written with it."""
    columns = (
        "submission_id",
        "comment",
        "hidden",
        "course_id",
        "author_id",
        "is_grade_comment",
        "written_with_grade",
        "created_at",
    )
    bulk.insert(connection, t.submission_comments, columns, [(*row, course_id, author_id, True, True, now) for row in rows])


def rewrite_comments(connection: sa.Connection, rows: Sequence[tuple[int, str, bool, bool]], now: datetime) -> None:
    """New text (id, text, hidden, whether it is still the grade's) for comments that are there; a changed text is an edit."""
    columns = ("comment", "hidden", "is_grade_comment", "edited_at")
    bulk.update(connection, t.submission_comments, columns, [(*row, now) for row in rows])


def mark_comments(connection: sa.Connection, rows: Sequence[tuple[int, bool, bool]]) -> None:
    """Whether comments (id) are hidden, and whether they are the grade's."""
    bulk.update(connection, t.submission_comments, ("hidden", "is_grade_comment"), rows)


def delete_comments(connection: sa.Connection, ids: Collection[int]) -> None:
    bulk.delete(connection, t.submission_comments, ids)
