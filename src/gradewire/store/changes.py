"""What changed in a course since somebody last looked, without ever missing a change that was committed late.

Every write stamps the rows of submissions and scores that it touches (``tables.changes``).

* On PostgreSQL the stamp is the number of the writing transaction, 64 bits wide. Transactions commit in another order than
  they get their numbers, so a newer stamp may be seen while an older one is still to come. The *watermark* is the lowest number
  of those that have not ended (``pg_snapshot_xmin``): below it nothing will ever appear that is not there already. Whoever asks
  for the watermark first, and then reads, has read everything below it.
* SQLite has one writer at a time, which counts a number up with each row. Everybody sees the stamps without a gap.

So rows below the watermark, ordered by stamp and id, are a list that only grows at its end. See decision 5.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.submissions import COLUMNS, SubmissionRow

_STUDENTS = ("StudentEnrollment", "StudentViewEnrollment")
_GONE = ("deleted", "rejected")


class Position(Struct, frozen=True, order=True):
    """A place in the list of changes: behind the row with this stamp and id."""

    stamp: int
    id: int = 0


class Mark(Struct, frozen=True):
    """Up to where changes are certain, in which database."""

    stamp: int
    origin: str
    settled: bool
    """Whether the stamps were made in this database; after a dump was restored elsewhere, not until ``settle``."""


class ChangedSubmission(Struct, frozen=True):
    row: SubmissionRow
    position: Position
    present: bool
    """Whether it is still there for who asks: not deleted, and its student enrolled where they see students."""


class ChangedScore(Struct, frozen=True, kw_only=True):
    """A score row: of the whole course, a grading period or an assignment group."""

    id: int
    changed: int
    enrollment_id: int
    user_id: int
    course_score: bool
    grading_period_id: int | None
    assignment_group_id: int | None
    current_score: float | None
    final_score: float | None
    unposted_current_score: float | None
    unposted_final_score: float | None
    current_points: float | None
    final_points: float | None
    unposted_current_points: float | None
    unposted_final_points: float | None
    override_score: float | None
    workflow_state: str
    updated_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.changed, self.id)


def mark(connection: sa.Connection) -> Mark:
    """The watermark: what is stamped lower is certain, in all that is read after this."""
    clock = t.change_clock.c
    kept = connection.execute(sa.select(clock.number, clock.origin).where(clock.id == 1)).one_or_none()
    number, origin = kept or (0, "")
    if connection.dialect.name != "postgresql":
        return Mark(number + 1, origin, settled=True)
    here = _cluster(connection)
    lowest = sa.text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return Mark(connection.execute(lowest).scalar_one(), here, settled=origin in {"", here})


def settle(connection: sa.Connection) -> None:
    """On PostgreSQL, stamp everything anew when the stamps were made in another cluster: its numbers mean nothing here."""
    if connection.dialect.name != "postgresql":
        return
    clock = t.change_clock
    connection.execute(sa.text("insert into change_clock (id) values (1) on conflict (id) do nothing"))
    origin = connection.execute(sa.select(clock.c.origin).where(clock.c.id == 1).with_for_update()).scalar_one()
    here = _cluster(connection)
    if origin == here:
        return
    if origin:
        for table in (t.scores, t.submissions):  # in the order of everybody who writes grades
            connection.execute(sa.update(table).values(changed=table.c.changed))
    connection.execute(sa.update(clock).where(clock.c.id == 1).values(origin=here))


def _cluster(connection: sa.Connection) -> str:
    """What tells this PostgreSQL cluster from any other, as far as we may know."""
    allowed = sa.text("select has_function_privilege('pg_control_system()', 'execute')")
    if not connection.execute(allowed).scalar_one():
        return "unknown"
    found: str = connection.execute(sa.text("select system_identifier::text from pg_control_system()")).scalar_one()
    return found


def _enrolled(course: sa.Table, sections: Collection[int] | None, *, ever: bool = False) -> sa.ColumnElement[bool]:
    """The student of the row is (``ever``: or was) enrolled in the course, in one of these sections (``None``: anywhere)."""
    e = t.enrollments.c
    query = sa.select(e.id).where(e.course_id == course.c.course_id, e.user_id == course.c.user_id, e.type.in_(_STUDENTS))
    if not ever:
        query = query.where(e.workflow_state.not_in(_GONE))
    if sections is not None:
        query = query.where(e.course_section_id.in_(sections))
    return query.correlate(course).exists()


def _after(table: sa.Table, position: Position | None) -> list[sa.ColumnElement[bool]]:
    if position is None:
        return []
    c = table.c
    return [sa.or_(c.changed > position.stamp, sa.and_(c.changed == position.stamp, c.id > position.id))]


def submissions(
    connection: sa.Connection, course_id: int, *, after: Position | None, sections: Collection[int] | None, limit: int
) -> list[ChangedSubmission]:
    """The submissions of a course that changed after the position, in order; of students of these sections."""
    c = t.submissions.c
    present = sa.and_(c.workflow_state != "deleted", _enrolled(t.submissions, sections))
    query = sa.select(*COLUMNS, c.changed, present).where(c.course_id == course_id, *_after(t.submissions, after))
    if sections is not None:
        query = query.where(_enrolled(t.submissions, sections, ever=True))
    found = connection.execute(query.order_by(c.changed, c.id).limit(limit))
    return [ChangedSubmission(SubmissionRow(*row[:-2]), Position(row[-2], row[0]), bool(row[-1])) for row in found]


def scores(
    connection: sa.Connection, course_id: int, *, after: Position | None, sections: Collection[int] | None, limit: int
) -> list[ChangedScore]:
    """The same of score rows. One whose enrolment ended is there as deleted."""
    c, e = t.scores.c, t.enrollments.c
    names = ChangedScore.__struct_fields__
    query = sa.select(*(c[name] for name in names)).where(c.course_id == course_id, *_after(t.scores, after))
    if sections is not None:
        mine = sa.select(e.id).where(e.id == c.enrollment_id, e.course_section_id.in_(sections))
        query = query.where(mine.correlate(t.scores).exists())
    found = connection.execute(query.order_by(c.changed, c.id).limit(limit))
    return [ChangedScore(**dict(zip(names, row, strict=True))) for row in found]
