"""The course catalogue of a school, which a course is entered in when it is made, so that Schoology clients find a course above
every section (Schoology reference, 10.3).

Administrators keep it. Others read the entries of which they are in a section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions.access import account_rights
from gradewire.actions.unit import Unit
from gradewire.core.catalog_courses import CatalogChanges
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN
from gradewire.core.schoology_extras import CatalogExtras, code_number, read_extras, write_extras
from gradewire.store import accounts
from gradewire.store import catalog_courses as rows
from gradewire.store.catalog_courses import CatalogRow

TEXT_LIMIT = 255
HAS_SECTIONS = "The course has sections; delete them first."


class CatalogCourse(Struct, frozen=True):
    """An entry of the catalogue."""

    row: CatalogRow
    extras: CatalogExtras


def entry_for(unit: Unit, *, root_account_id: int, account_id: int, course_code: str, title: str) -> int:
    """The catalogue entry of a new course: that of its code, made if there is none. Rights were judged with the course's."""
    found = rows.by_code(unit.connection, root_account_id, course_code)
    if found is not None:
        if found.workflow_state != "active":
            rows.change(unit.connection, found.id, unit.now, workflow_state="active")
        return found.id
    return rows.add(
        unit.connection,
        unit.now,
        root_account_id=root_account_id,
        account_id=account_id,
        title=title,
        course_code=course_code,
    )


def list_for_school(unit: Unit, *, building_id: int | None = None, offset: int, limit: int) -> tuple[list[CatalogCourse], int]:
    """A page of the catalogue, or of one building's, by id; and how many there are in all.

    Raises:
        Denied: the caller is no administrator of the school.
    """
    root = unit.caller.root_account_id
    if not administers(unit, root):
        raise Denied
    if building_id is not None:
        building = accounts.find(unit.connection, building_id)
        if building is None or (building.root_account_id or building.id) != root:
            return [], 0
    found, total = rows.page(
        unit.connection, root, account_id=None if building_id == root else building_id, offset=offset, limit=limit
    )
    return [_view(row) for row in found], total


def show(unit: Unit, entry_id: int) -> CatalogCourse:
    """
    Raises:
        NotFound: the school has no such course.
        Denied: the caller neither administers it nor is in one of its sections.
    """
    row = find(unit, entry_id)
    if not administers(unit, row.account_id) and not rows.is_member(unit.connection, row.id, unit.caller.user_id):
        raise Denied
    return _view(row)


def find(unit: Unit, entry_id: int) -> CatalogRow:
    """
    Raises:
        NotFound: the caller's school has no such course.
    """
    row = rows.by_ids(unit.connection, [entry_id]).get(entry_id)
    if row is None or row.workflow_state != "active" or row.root_account_id != unit.caller.root_account_id:
        raise NotFound
    return row


def administers(unit: Unit, account_id: int) -> bool:
    """Whether the caller manages the courses of an account."""
    return bool(account_rights(unit, account_id) & {MANAGE_COURSES_ADMIN, MANAGE_ACCOUNT})


def create(unit: Unit, changes: CatalogChanges, *, update_existing: bool = False) -> CatalogCourse:
    """Enter a course in the catalogue. Where the code is there already it is an error, or changes that one.

    Raises:
        Denied: no right to administer courses in the building.
        Invalid: a value that cannot be, or a code that is taken.
    """
    root = unit.caller.root_account_id
    building = changes.building_id if isinstance(changes.building_id, int) and changes.building_id else root
    _check_building(unit, building)
    code = changes.course_code.strip() if isinstance(changes.course_code, str) else ""
    known = rows.by_code(unit.connection, root, code) if code else None
    if known is not None and known.workflow_state == "active" and update_existing:
        return update(unit, known.id, changes)
    if known is not None and known.workflow_state == "active":
        raise Invalid(Fault("course_code", f'"{code}" is the code of another course', "taken"))
    blank = CatalogRow(known.id if known else 0, root, building, "", "", None, None, "active")
    row = _changed(blank, changes)
    values = {name: getattr(row, name) for name in CatalogRow.__struct_fields__ if name != "id"}
    if known is not None:
        rows.change(unit.connection, known.id, unit.now, **values)
        return _view(row)
    return _view(replace(row, id=rows.add(unit.connection, unit.now, **values)))


def update(unit: Unit, entry_id: int, changes: CatalogChanges) -> CatalogCourse:
    """Change an entry; what is not sent stays.

    Raises:
        NotFound: the school has no such course.
        Denied: no right to administer courses in its building, or in that to which it shall go.
        Invalid: a value that cannot be, or a code that is taken.
    """
    before = find(unit, entry_id)
    _check_building(unit, before.account_id)
    if isinstance(changes.building_id, int) and changes.building_id:
        _check_building(unit, changes.building_id)
    row = _changed(before, changes)
    if row.course_code != before.course_code:
        other = rows.by_code(unit.connection, row.root_account_id, row.course_code)
        if other is not None and other.workflow_state == "active":
            raise Invalid(Fault("course_code", f'"{row.course_code}" is the code of another course', "taken"))
        if other is not None:  # a deleted course gives its code away
            rows.change(unit.connection, other.id, unit.now, course_code=f"deleted-{other.id}-{other.course_code}")
    values = {name: getattr(row, name) for name in CatalogRow.__struct_fields__ if getattr(row, name) != getattr(before, name)}
    if values:
        rows.change(unit.connection, entry_id, unit.now, **values)
    return _view(row)


def delete(unit: Unit, entry_id: int) -> None:
    """Take a course without sections out of the catalogue.

    Raises:
        NotFound: the school has no such course.
        Denied: no right to administer courses in its building.
        Refused: it has sections.
    """
    row = find(unit, entry_id)
    _check_building(unit, row.account_id)
    if rows.sections_of(unit.connection, [row.id]):
        raise Refused("in_use", HAS_SECTIONS)
    rows.change(unit.connection, row.id, unit.now, workflow_state="deleted")


def entries_of(unit: Unit, ids: Iterable[int | None]) -> dict[int, CatalogCourse]:
    """The entries of sections that the caller sees, by id."""
    wanted = {number for number in ids if number is not None}
    return {number: _view(row) for number, row in rows.by_ids(unit.connection, wanted).items()} if wanted else {}


def _check_building(unit: Unit, account_id: int) -> None:
    try:
        allowed = MANAGE_COURSES_ADMIN in account_rights(unit, account_id)
    except NotFound:
        raise Invalid(Fault("building_id", "is not a building of the school", "invalid")) from None
    if not allowed:
        raise Denied


def _view(row: CatalogRow) -> CatalogCourse:
    return CatalogCourse(row, read_extras(row.schoology, CatalogExtras))


def _changed(row: CatalogRow, changes: CatalogChanges) -> CatalogRow:
    extras = read_extras(row.schoology, CatalogExtras)
    own = {name: getattr(changes, name) for name in CatalogExtras.__struct_fields__ if getattr(changes, name) is not UNSET}
    extras = replace(extras, **own)
    columns = {name: value.strip() for name in ("title", "course_code") if isinstance(value := getattr(changes, name), str)}
    row = replace(row, **columns, schoology=write_extras(extras))
    if isinstance(changes.description, str):
        row = replace(row, description=changes.description or None)
    if isinstance(changes.building_id, int) and changes.building_id:
        row = replace(row, account_id=changes.building_id)
    faults = list(_faults(row, extras))
    if faults:
        raise Invalid(*faults)
    return row


def _faults(row: CatalogRow, extras: CatalogExtras) -> Iterator[Fault]:
    for name in ("title", "course_code"):
        text = getattr(row, name)
        if not text:
            yield Fault(name, "can't be blank", "blank")
        elif len(text) > TEXT_LIMIT:
            yield Fault(name, f"is too long (maximum is {TEXT_LIMIT} characters)", "too_long")
    yield from level_faults(extras.grade_level_range_start, extras.grade_level_range_end)


def level_faults(start: str, end: str) -> Iterator[Fault]:
    """What is wrong with a range of grade levels; 0 is none."""
    if 0 < code_number(end) < code_number(start):
        yield Fault("grade_level_range_end", "must not be below grade_level_range_start", "inclusion")
