"""The members of a section as Schoology clients know them: each person once as teacher and once as student, at most."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import bulk, institution
from gradewire.store import tables as t
from gradewire.store.bulk import among
from gradewire.store.school_sections import MEMBERS, STAFF
from gradewire.store.school_users import people

E = t.enrollments.c


class MemberRow(Struct, frozen=True):
    """An enrolment with what names its person."""

    id: int
    user_id: int
    course_id: int
    course_section_id: int
    type: str
    workflow_state: str
    name: str
    schoology: dict[str, Any] | None
    sis_user_id: str | None

    @property
    def is_staff(self) -> bool:
        return self.type in STAFF


class Seat(Struct, frozen=True):
    """An enrolment as it is to be written."""

    id: int
    course_id: int
    course_section_id: int
    user_id: int
    type: str
    role_id: int | None
    workflow_state: str
    completed_at: datetime | None


LIVING = sa.and_(E.type.in_(MEMBERS), E.workflow_state.not_in(("deleted", "rejected")))
COLUMNS: tuple[Any, ...] = (
    E.id,
    E.user_id,
    E.course_id,
    E.course_section_id,
    E.type,
    E.workflow_state,
    t.users.c.name,
    t.users.c.schoology,
    t.logins.c.sis_user_id,
)
SEAT_COLUMNS = tuple(E[name] for name in Seat.__struct_fields__)


class Filter(Struct, frozen=True, kw_only=True):
    """Which members to list; ``None`` does not restrict."""

    course_id: int
    user_ids: Collection[int] | None = None
    visible: Collection[int] | None = None
    """Only these people are shown to the caller."""
    sections: Collection[int] | None = None
    """Only people of these sections of the course."""
    states: Collection[str] = ("active",)
    staff: bool | None = None
    """Only teachers, or only students."""


def page(connection: sa.Connection, wanted: Filter, *, offset: int, limit: int) -> tuple[list[MemberRow], int]:
    """A page of members by id, and how many there are in all. Of several enrolments of a person an active one stands for all,
    else the oldest, as grades are keyed."""
    is_staff = E.type.in_(STAFF)
    rank = sa.func.row_number().over(partition_by=(E.user_id, is_staff), order_by=(E.workflow_state != "active", E.id))
    among_all = [E.course_id == wanted.course_id, LIVING]
    chosen_people = [ids for ids in (wanted.user_ids, wanted.visible) if ids is not None]
    among_all += [among(connection, E.user_id, ids) for ids in chosen_people]
    if wanted.sections is not None:
        other = t.enrollments.alias("other").c
        same = sa.select(other.user_id).where(
            other.course_id == wanted.course_id, among(connection, other.course_section_id, wanted.sections)
        )
        among_all.append(E.user_id.in_(same))
    ranked = sa.select(E.id, E.workflow_state, is_staff.label("is_staff"), rank.label("place")).where(*among_all).subquery()
    chosen = [ranked.c.place == 1, ranked.c.workflow_state.in_(wanted.states)]
    if wanted.staff is not None:
        chosen.append(ranked.c.is_staff if wanted.staff else sa.not_(ranked.c.is_staff))
    source = people().join(t.enrollments, E.user_id == t.users.c.id).join(ranked, ranked.c.id == E.id)
    query = sa.select(*COLUMNS).select_from(source).where(*chosen).order_by(E.id)
    found = [MemberRow(*row) for row in connection.execute(query.offset(offset).limit(limit))]
    return found, connection.execute(sa.select(sa.func.count()).select_from(ranked).where(*chosen)).scalar_one()


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, MemberRow]:
    """These enrolments, if they are those of members, by id."""
    source = people().join(t.enrollments, E.user_id == t.users.c.id)
    rows = connection.execute(sa.select(*COLUMNS).select_from(source).where(among(connection, E.id, ids), LIVING))
    return {row[0]: MemberRow(*row) for row in rows}


def seats_of(connection: sa.Connection, course_ids: Collection[int], user_ids: Collection[int]) -> list[Seat]:
    """What these people are or were in these courses, also what was deleted: a seat can be taken again. By id."""
    rows = connection.execute(
        sa.select(*SEAT_COLUMNS)
        .where(among(connection, E.course_id, course_ids), among(connection, E.user_id, user_ids), E.type.in_(MEMBERS))
        .order_by(E.id)
    )
    return [Seat(*row) for row in rows]


def known_people(connection: sa.Connection, root_account_id: int, ids: Collection[int]) -> frozenset[int]:
    """Those of these people who belong to the school."""
    u = t.users.c
    query = sa.select(u.id).where(
        among(connection, u.id, ids), u.root_account_id == root_account_id, u.workflow_state != "deleted"
    )
    return frozenset(connection.execute(query).scalars())


def reserve(connection: sa.Connection, count: int) -> list[int]:
    """Ids for new enrolments."""
    return institution.reserve(connection, "enrollments", explicit=(), count=count)


def write(connection: sa.Connection, new: Sequence[Seat], changed: Sequence[Seat], now: datetime) -> None:
    """Add and change enrolments, in two statements."""
    names = Seat.__struct_fields__
    bulk.insert(
        connection,
        t.enrollments,
        [*names, "limit_privileges_to_course_section", "created_at", "updated_at"],
        [(*(getattr(seat, name) for name in names), False, now, now) for seat in new],
    )
    columns = ["type", "role_id", "workflow_state", "completed_at", "updated_at"]
    rows = [(seat.id, seat.type, seat.role_id, seat.workflow_state, seat.completed_at, now) for seat in changed]
    bulk.update(connection, t.enrollments, columns, rows)
