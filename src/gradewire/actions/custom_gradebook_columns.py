"""Columns that teachers add to a gradebook, and what they note in them about each student. Grading does not read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Missing, NotFound
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import custom_gradebook_columns as rows
from gradewire.store import progresses
from gradewire.store.custom_gradebook_columns import ColumnRow
from gradewire.store.progresses import ProgressRow

LONGEST = 255
"""Characters of a title, and of what is noted."""
MOST = 2**31 - 1


class ColumnChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    title: str | UnsetType | None = UNSET
    position: int | UnsetType | None = UNSET
    hidden: bool | UnsetType = UNSET
    teacher_notes: bool | UnsetType = UNSET
    read_only: bool | UnsetType = UNSET


class Entry(Struct, frozen=True):
    """What a column says of one student."""

    user_id: int
    content: str


class NewEntry(Struct, frozen=True):
    """What a column shall say of one student."""

    column_id: int
    user_id: int
    content: str | None


def list_for_course(
    unit: Unit, course_id: int, *, include_hidden: bool, offset: int, limit: int
) -> tuple[list[ColumnRow], int]:
    """A page of the columns of a course in their order, and how many there are in all.

    Raises:
        NotFound: no such course.
        Denied: the caller does not see all grades of the course.
    """
    course_access(unit, course_id).require(MANAGE_GRADES, VIEW_ALL_GRADES)
    return rows.page(unit.connection, course_id, hidden=include_hidden, offset=offset, limit=limit)


def create(unit: Unit, course_id: int, changes: ColumnChanges) -> ColumnRow:
    """Make a column, at the end unless a position is given.

    Raises:
        NotFound: no such course.
        Denied: no grader of the course.
        Invalid: no title, or too long a one.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    values = _values(changes, new=True)
    if values.get("position") is None:
        values["position"] = rows.last_position(unit.connection, course_id) + 1
    number = rows.add(unit.connection, unit.now, course_id=course_id, **values)
    return _find(unit, course_id, number)


def update(unit: Unit, course_id: int, column_id: int, changes: ColumnChanges) -> ColumnRow:
    """Change a column.

    Raises:
        NotFound: no such course or column.
        Denied: no grader of the course.
        Invalid: a blank title, or too long a one.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    row = _find(unit, course_id, column_id)
    values = _values(changes)
    if values.get("position", 0) is None:
        del values["position"]
    if values:
        rows.change(unit.connection, row.id, unit.now, **values)
    return _find(unit, course_id, column_id)


def delete(unit: Unit, course_id: int, column_id: int) -> ColumnRow:
    """Delete a column; the column as it was.

    Raises:
        NotFound: no such course or column.
        Denied: no grader of the course.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    row = _find(unit, course_id, column_id)
    rows.change(unit.connection, row.id, unit.now, workflow_state="deleted")
    return row


def reorder(unit: Unit, course_id: int, order: Sequence[int]) -> list[int]:
    """Put columns in this order; those not named follow in the order they had. The whole order.

    Raises:
        NotFound: no such course, or one of them is no column of it.
        Denied: no grader of the course.
        Missing: nothing was sent.
    """
    course_access(unit, course_id).require(MANAGE_GRADES)
    if not order:
        raise Missing("order")
    there = rows.ids(unit.connection, course_id)
    if not set(order) <= set(there):
        raise NotFound
    whole = list(dict.fromkeys([*order, *there]))
    rows.place(unit.connection, whole, unit.now)
    return whole


def list_entries(
    unit: Unit, course_id: int, column_id: int, *, include_hidden: bool, offset: int, limit: int
) -> tuple[list[Entry], int]:
    """A page of what a column says of the students whom the caller sees, and how many entries there are in all.

    Raises:
        NotFound: no such course or column, or a hidden one that was not asked for.
        Denied: the caller does not see all grades of the course.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    column = rows.find(unit.connection, course_id, column_id, hidden=include_hidden)
    if column is None:
        raise NotFound
    found, total = rows.data(unit.connection, column, sections=access.sections, offset=offset, limit=limit)
    return [Entry(*row) for row in found], total


def write_entry(unit: Unit, course_id: int, column_id: int, user_id: int, content: str | None) -> Entry:
    """Note something about a student; nothing removes what was noted.

    Raises:
        NotFound: no such course or column, or no such student whom the caller sees.
        Denied: no grader of the course.
        Invalid: more than 255 characters.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    column = _find(unit, course_id, column_id)
    if not rows.students(unit.connection, course_id, sections=access.sections, user_ids=[user_id]):
        raise NotFound
    text = _text(content)
    rows.write(unit.connection, {(column.id, user_id): text}, unit.now)
    return Entry(user_id, text)


def write_entries(unit: Unit, course_id: int, sent: Sequence[NewEntry]) -> ProgressRow:
    """Note something about many students in several columns; all of it or, if something is wrong, nothing.

    Being a few statements it is done at once; the Progress, which Canvas's clients wait for, is finished.

    Raises:
        NotFound: no such course.
        Denied: no grader of the course.
        Missing: nothing was sent.
        Invalid: no column of the course, no student whom the caller sees, or more than 255 characters.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    if not sent:
        raise Missing("column_data")
    _check_known(unit, access, sent)
    entries: Mapping[tuple[int, int], str] = {(one.column_id, one.user_id): _text(one.content) for one in sent}
    rows.write(unit.connection, entries, unit.now)
    return progresses.create(
        unit.connection,
        context_type="Course",
        context_id=course_id,
        user_id=unit.actor_id,
        tag="custom_columns_submissions_import",
        now=unit.now,
        workflow_state="completed",
        completion=100.0,
    )


def _check_known(unit: Unit, access: CourseAccess, sent: Sequence[NewEntry]) -> None:
    course_id = access.rules.course.id
    columns = set(rows.ids(unit.connection, course_id))
    users = rows.students(unit.connection, course_id, sections=access.sections, user_ids=sorted({one.user_id for one in sent}))
    faults = []
    if any(one.column_id not in columns for one in sent):
        faults.append(Fault("column_id", "must be a column of the course"))
    if any(one.user_id not in users for one in sent):
        faults.append(Fault("user_id", "must be a student of the course"))
    if faults:
        raise Invalid(*faults)


def _find(unit: Unit, course_id: int, column_id: int) -> ColumnRow:
    found = rows.find(unit.connection, course_id, column_id)
    if found is None:
        raise NotFound
    return found


def _values(changes: ColumnChanges, *, new: bool = False) -> dict[str, Any]:
    names = ("title", "position", "teacher_notes", "read_only")
    values = {name: getattr(changes, name) for name in names if getattr(changes, name) is not UNSET}
    if changes.hidden is not UNSET:
        values["workflow_state"] = "hidden" if changes.hidden else "active"
    faults = []
    if new or "title" in values:
        title = values.get("title") or ""
        if not title.strip():
            faults.append(Fault("title", "can't be blank"))
        elif len(title) > LONGEST:
            faults.append(Fault("title", f"is too long (maximum is {LONGEST} characters)"))
    position = values.get("position")
    if position is not None and not -MOST <= position <= MOST:
        faults.append(Fault("position", "is out of range"))
    if faults:
        raise Invalid(*faults)
    return values


def _text(content: str | None) -> str:
    text = content or ""
    if len(text) > LONGEST:
        raise Invalid(Fault("content", f"is too long (maximum is {LONGEST} characters)"))
    return text if text.strip() else ""
