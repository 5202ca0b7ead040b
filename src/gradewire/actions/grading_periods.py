"""Grading periods: those of a course, those of an institution; changed one by one or many of a set at once.

Periods belong to sets, sets to institutions (grade calculation reference, 6). Administrators of the institution edit them; of a
set that serves one course alone, also whoever may change that course. Courses follow at once or by a job (``rescoring``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, account_rights, course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.rescoring import rescore
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, Missing, NotFound
from gradewire.core.periods import PeriodDates, find_faults, is_closed
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_COURSE, READ
from gradewire.store import grading_periods as rows
from gradewire.store.grading_periods import PeriodRow, SetRow

TITLE_LIMIT = 255


class PeriodView(Struct, frozen=True):
    """A grading period as the caller sees it. ``may_edit`` concerns all of its set."""

    row: PeriodRow
    is_closed: bool
    is_last: bool
    may_edit: bool


class PeriodChanges(Struct, frozen=True, kw_only=True):
    """What was sent of one period; one without ``id`` is new. What is ``UNSET`` stays."""

    id: int | None = None
    title: str | UnsetType | None = UNSET
    start_date: datetime | UnsetType | None = UNSET
    end_date: datetime | UnsetType | None = UNSET
    close_date: datetime | UnsetType | None = UNSET
    weight: float | UnsetType | None = UNSET


def list_for_course(unit: Unit, course_id: int, *, offset: int, limit: int) -> tuple[list[PeriodView], int]:
    """A page of the grading periods of a course in its order, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    found = _of_course(unit, access)
    return found[offset : offset + limit], len(found)


def show(unit: Unit, course_id: int, period_id: int) -> PeriodView:
    """
    Raises:
        NotFound: no such course, or no such grading period of it.
        Denied: the caller may not see the course.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    found = next((one for one in _of_course(unit, access) if one.row.id == period_id), None)
    if found is None:
        raise NotFound
    return found


def list_for_account(unit: Unit, account_id: int, *, offset: int, limit: int) -> tuple[list[PeriodView], int]:
    """A page of the grading periods of all sets of a root account, and how many there are in all. Accounts below have none.

    Raises:
        NotFound: no such account.
        Denied: the caller may not see the account.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    if access.account.parent_account_id is not None:
        return [], 0
    found, total = rows.page_of_account(unit.connection, account_id, offset=offset, limit=limit)
    siblings = rows.periods_of(unit.connection, {one.grading_period_group_id for one in found})
    may_edit = MANAGE_ACCOUNT in access.rights
    return [_view(unit, one, siblings[one.grading_period_group_id], may_edit=may_edit) for one in found], total


def update(unit: Unit, course_id: int, period_id: int, changes: PeriodChanges) -> PeriodView:
    """Change one grading period of a course, for every course that has it.

    Raises:
        NotFound: no such course, or no such grading period of it.
        Denied: the caller may not edit the set of the period.
        Invalid: dates that cannot be, or that overlap another period.
    """
    group = _editable_in_course(unit, course_access(unit, course_id), [period_id])
    return _write(unit, group, [replace(changes, id=period_id)])[0]


def update_in_course(unit: Unit, course_id: int, changes: Sequence[PeriodChanges]) -> list[PeriodView]:
    """Change several grading periods of a course at once; new ones are made in sets of the institution only.

    Raises:
        NotFound: no such course, or one of them is not a period of it.
        Denied: the caller may not edit their set, or one of them is new.
        Missing: nothing was sent.
        Invalid: dates that cannot be.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    if not changes:
        raise Missing("grading_periods")
    if any(one.id is None for one in changes):
        raise Denied
    group = _editable_in_course(unit, access, [one.id for one in changes if one.id is not None])
    return _write(unit, group, changes)


def update_in_set(unit: Unit, set_id: int, changes: Sequence[PeriodChanges]) -> list[PeriodView]:
    """Change periods of a set at once and make new ones; those not named stay as they are.

    Raises:
        NotFound: no such set, or one of them is not a period of it.
        Denied: no administrator of the institution.
        Missing: nothing was sent.
        Invalid: a new one without title or dates, or dates that cannot be.
    """
    group = editable_set(unit, set_id)
    if not changes:
        raise Missing("grading_periods")
    return _write(unit, group, changes)


def delete(unit: Unit, course_id: int, period_id: int) -> None:
    """Delete a grading period of a course, for every course that has it.

    Raises:
        NotFound: no such course, or no such grading period of it.
        Denied: the caller may not edit the set of the period.
    """
    group = _editable_in_course(unit, course_access(unit, course_id), [period_id])
    rows.delete_one(unit.connection, period_id, unit.now)
    follow(unit, group)


def delete_of_account(unit: Unit, account_id: int, period_id: int) -> None:
    """Delete a grading period of an institution.

    Raises:
        NotFound: no such account, or no such period in a set of it.
        Denied: no administrator of the institution.
    """
    access = account_access(unit, account_id)
    found = rows.by_ids(unit.connection, [period_id]).get(period_id)
    group = None if found is None else rows.find_set(unit.connection, found.grading_period_group_id, lock=True)
    if group is None or group.school_wide or group.root_account_id != account_id:
        raise NotFound
    access.require(MANAGE_ACCOUNT)
    rows.delete_one(unit.connection, period_id, unit.now)
    follow(unit, group)


def editable_set(unit: Unit, set_id: int) -> SetRow:
    """A set that the caller may edit, locked.

    Raises:
        Unauthenticated: nobody good is asking.
        NotFound: no such set in the caller's institution.
        Denied: no administrator of it.
    """
    if not unit.is_system:
        _ = unit.caller
    found = rows.find_set(unit.connection, set_id, lock=True)
    if found is None or found.school_wide:
        raise NotFound
    if MANAGE_ACCOUNT not in account_rights(unit, found.root_account_id):
        raise Denied
    return found


def follow(unit: Unit, group: SetRow, *also: int) -> None:
    """Let the courses of a set, and also these, follow a change of it."""
    course_ids = sorted({*rows.courses_of(unit.connection, [group.id]), *also})
    rescore(unit, course_ids, account_id=group.root_account_id)


def view_many(unit: Unit, periods: Sequence[PeriodRow], *, may_edit: bool) -> list[PeriodView]:
    """The periods of one set as the caller sees them."""
    return [_view(unit, one, periods, may_edit=may_edit) for one in periods]


def _view(unit: Unit, row: PeriodRow, siblings: Sequence[PeriodRow], *, may_edit: bool) -> PeriodView:
    last = max(siblings, key=lambda one: (one.end_date, one.id)).id
    return PeriodView(row, is_closed(_dates(row), unit.now), row.id == last, may_edit)


def _dates(row: PeriodRow) -> PeriodDates:
    return PeriodDates(row.id, row.start_date, row.end_date, row.close_date)


def _of_course(unit: Unit, access: CourseAccess) -> list[PeriodView]:
    ids = [one.id for one in access.rules.periods]
    found = rows.by_ids(unit.connection, ids)
    periods = [found[number] for number in ids if number in found]
    if not periods:
        return []
    group = rows.find_set(unit.connection, periods[0].grading_period_group_id)
    return view_many(unit, periods, may_edit=group is not None and _may_edit(unit, access, group))


def _may_edit(unit: Unit, access: CourseAccess, group: SetRow) -> bool:
    if group.school_wide:
        return False
    if MANAGE_ACCOUNT in account_rights(unit, group.root_account_id):
        return True
    return access.has(MANAGE_COURSE) and rows.is_only_for(unit.connection, group.id, access.rules.course.id)


def _editable_in_course(unit: Unit, access: CourseAccess, period_ids: Collection[int]) -> SetRow:
    """The set of these periods of a course, locked."""
    if not set(period_ids) <= {one.id for one in access.rules.periods}:
        raise NotFound
    found = rows.by_ids(unit.connection, period_ids)
    group = rows.find_set(unit.connection, next(iter(found.values())).grading_period_group_id, lock=True)
    if group is None or len(found) < len(set(period_ids)):
        raise NotFound
    if not _may_edit(unit, access, group):
        raise Denied
    return group


def _write(unit: Unit, group: SetRow, changes: Sequence[PeriodChanges]) -> list[PeriodView]:
    there = {one.id: one for one in rows.periods_of(unit.connection, [group.id]).get(group.id, ())}
    if any(one.id is not None and one.id not in there for one in changes):
        raise NotFound
    faults: list[Fault] = []
    wanted: dict[int, PeriodRow] = {}
    new: list[PeriodRow] = []
    for one in changes:
        before = wanted.get(one.id) or there[one.id] if one.id is not None else None
        faults += _faults(one, new=before is None)
        if faults:
            continue
        after = _merge(group, one, before)
        if one.id is None:
            new.append(after)
        else:
            wanted[one.id] = after
    if not faults:
        after_all = [wanted.get(number, row) for number, row in there.items()] + new
        faults += find_faults([_dates(row) for row in after_all])
    if faults:
        raise Invalid(*faults)
    changed = [row for number, row in wanted.items() if row != there[number]]
    rows.change(unit.connection, changed, unit.now)
    rows.add(unit.connection, new, unit.now)
    if changed or new:
        follow(unit, group)
    now_there = rows.periods_of(unit.connection, [group.id]).get(group.id, [])
    made = [row for row in now_there if row.id not in there]
    told = {row.id for row in made} | {one.id for one in changes}
    return [one for one in view_many(unit, now_there, may_edit=True) if one.row.id in told]


def _faults(sent: PeriodChanges, *, new: bool) -> Iterator[Fault]:
    if (new or sent.title is not UNSET) and not (sent.title or "").strip():
        yield Fault("title", "can't be blank")
    elif isinstance(sent.title, str) and len(sent.title) > TITLE_LIMIT:
        yield Fault("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    for name in ("start_date", "end_date"):
        value = getattr(sent, name)
        if value is None or (new and value is UNSET):
            yield Fault(name, "can't be blank")
    if isinstance(sent.weight, float) and sent.weight < 0:
        yield Fault("weight", "must be greater than or equal to 0")


def _merge(group: SetRow, sent: PeriodChanges, before: PeriodRow | None) -> PeriodRow:
    """A period as it shall be. It closes with its end unless something else is said, now or before."""
    title = before.title if before is not None and sent.title is UNSET else str(sent.title).strip()
    start = sent.start_date if isinstance(sent.start_date, datetime) else _known(before).start_date
    end = sent.end_date if isinstance(sent.end_date, datetime) else _known(before).end_date
    if isinstance(sent.close_date, datetime):
        close = sent.close_date
    elif sent.close_date is None or before is None or before.close_date == before.end_date:
        close = end
    else:
        close = before.close_date
    weight = sent.weight if sent.weight is not UNSET else (before.weight if before is not None else None)
    return PeriodRow(0 if before is None else before.id, group.id, title, start, end, close, weight)


def _known(before: PeriodRow | None) -> PeriodRow:
    assert before is not None, "a new period without dates is a fault"
    return before
