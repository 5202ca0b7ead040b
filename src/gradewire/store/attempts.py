"""What was handed in, attempt by attempt, and the grades that each had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk
from gradewire.store import tables as t


class AttemptRow(Struct, frozen=True):
    id: int
    submission_id: int
    attempt: int
    submission_type: str
    body: str | None
    url: str | None
    attachment_ids: list[int] | None
    submitted_at: datetime
    cached_due_date: datetime | None
    version: int
    """The newest grade version when it was handed in."""
    submitter_id: int | None


class VersionRow(Struct, frozen=True):
    """A state of a grade, as far as histories show it."""

    submission_id: int
    number: int
    score: float | None
    grade: str | None
    points_deducted: float | None
    excused: bool
    grader_id: int | None
    graded_at: datetime | None


A, V = t.submission_attempts.c, t.grade_versions.c
COLUMNS: tuple[sa.Column[Any], ...] = tuple(A[name] for name in AttemptRow.__struct_fields__)
NEW = AttemptRow.__struct_fields__[1:]


def add_many(connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write attempts: tuples in the order of ``NEW``."""
    bulk.insert(connection, t.submission_attempts, NEW, rows)


def for_submissions(connection: sa.Connection, submission_ids: Collection[int]) -> dict[int, list[AttemptRow]]:
    """The attempts of these submissions, the first attempt first."""
    query = sa.select(*COLUMNS).where(bulk.among(connection, A.submission_id, submission_ids))
    found: dict[int, list[AttemptRow]] = {}
    for row in connection.execute(query.order_by(A.submission_id, A.attempt)):
        found.setdefault(row.submission_id, []).append(AttemptRow(*row))
    return found


def versions(connection: sa.Connection, submission_ids: Collection[int]) -> dict[int, list[VersionRow]]:
    """The grade versions of these submissions, the oldest first."""
    columns: list[Any] = [V[name] for name in VersionRow.__struct_fields__]
    query = sa.select(*columns).where(bulk.among(connection, V.submission_id, submission_ids))
    found: dict[int, list[VersionRow]] = {}
    for row in connection.execute(query.order_by(V.submission_id, V.number)):
        found.setdefault(row.submission_id, []).append(VersionRow(*row))
    return found
