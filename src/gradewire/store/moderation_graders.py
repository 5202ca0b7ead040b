"""Who grades an assignment provisionally: one row per grader, with a slot or only with an anonymous identity."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t


class GraderRow(Struct, frozen=True):
    id: int
    user_id: int
    anonymous_id: str
    slot_taken: bool


class ModerationFacts(Struct, frozen=True):
    """What an assignment says about its moderation, as it is now and not as rules were read."""

    moderated_grading: bool
    grader_count: int
    final_grader_id: int | None
    grades_published_at: datetime | None


def of_assignment(connection: sa.Connection, assignment_id: int) -> list[GraderRow]:
    """The graders of an assignment, by user."""
    columns = [t.moderation_graders.c[name] for name in GraderRow.__struct_fields__]
    query = sa.select(*columns).where(t.moderation_graders.c.assignment_id == assignment_id)
    return [GraderRow(*row) for row in connection.execute(query.order_by(t.moderation_graders.c.user_id))]


def identities(connection: sa.Connection, assignment_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """The anonymous ids of the graders of these assignments, by (assignment, user); one statement, or none."""
    if not assignment_ids:
        return {}
    c = t.moderation_graders.c
    query = sa.select(c.assignment_id, c.user_id, c.anonymous_id).where(c.assignment_id.in_(assignment_ids))
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def lock_assignment(connection: sa.Connection, assignment_id: int) -> ModerationFacts | None:
    """Exclude every other newcomer and publisher of the assignment until the end of the transaction, and read it afresh.

    SQLite has one writer anyway. Whoever needs this lock takes it before those of scores and submissions.
    """
    columns: list[Any] = [t.assignments.c[name] for name in ModerationFacts.__struct_fields__]
    query = sa.select(*columns).where(t.assignments.c.id == assignment_id, t.assignments.c.workflow_state != "deleted")
    row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
    return None if row is None else ModerationFacts(*row)


def add(
    connection: sa.Connection, assignment_id: int, user_id: int, *, anonymous_id: str, slot_taken: bool, now: datetime
) -> None:
    connection.execute(
        sa.insert(t.moderation_graders).values(
            assignment_id=assignment_id,
            user_id=user_id,
            anonymous_id=anonymous_id,
            slot_taken=slot_taken,
            created_at=now,
            updated_at=now,
        )
    )


def fill(connection: sa.Connection, grader_id: int, now: datetime) -> None:
    """Give a slot to a grader who so far only had an anonymous identity."""
    connection.execute(
        sa.update(t.moderation_graders).where(t.moderation_graders.c.id == grader_id).values(slot_taken=True, updated_at=now)
    )


def publish(connection: sa.Connection, assignment_id: int, now: datetime) -> bool:
    """Mark an assignment's grades as published; False when they already are."""
    c = t.assignments.c
    done = connection.execute(
        sa.update(t.assignments)
        .where(c.id == assignment_id, c.moderated_grading, c.grades_published_at.is_(None))
        .values(grades_published_at=now, updated_at=now)
    )
    return done.rowcount == 1
