"""Sections made, changed and deleted by Schoology clients (Schoology reference, 10.2).

A section that is made so is calculated as Schoology does. Its code is its own among the sections of the course in the same
grading periods, its school code in the whole school.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from gradewire.actions import access_codes, catalog_courses, course_editing, school_sections, section_periods
from gradewire.actions.access import CourseAccess, account_rights, course_access
from gradewire.actions.catalog_courses import level_faults
from gradewire.actions.course_editing import CourseChanges
from gradewire.actions.outlines import access_many
from gradewire.actions.school_sections import SectionView
from gradewire.actions.section_periods import PeriodChoice
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid
from gradewire.core.permissions import MANAGE_COURSE, MANAGE_COURSES_ADMIN, MANAGE_SIS
from gradewire.core.school_sections import SectionChanges
from gradewire.core.schoology_extras import SectionExtras, read_extras, write_extras
from gradewire.store import catalog_courses as catalog_rows
from gradewire.store import courses as rows

TEXT_LIMIT = 255
NAMES = {"name": "title", "sis_source_id": "section_school_code"}
"""What a course calls otherwise than a section."""
CODE_TAKEN = Fault("section_code", "is the code of another section in one of these grading periods", "taken")
OWN = frozenset(SectionExtras.__struct_fields__)
"""What only Schoology clients see of a section."""


def create(unit: Unit, entry_id: int, changes: SectionChanges, *, update_existing: bool = False) -> SectionView:
    """Make a section of a course of the catalogue, open at once, with an access code. Where one with its codes is there already
    it is an error, or changes that one.

    Raises:
        NotFound: the school has no such course.
        Denied: no right to administer courses in its building; to give a school code, to manage SIS ids.
        Invalid: neither code, no grading period, a code that is taken, or another value that cannot be.
    """
    entry = catalog_courses.find(unit, entry_id)
    rights = account_rights(unit, entry.account_id)
    if MANAGE_COURSES_ADMIN not in rights or (changes.section_school_code and MANAGE_SIS not in rights):
        raise Denied
    same = _same(unit, entry_id, changes)
    if same is not None and update_existing:
        return update(unit, same, changes)
    faults = list(_missing(changes))
    if same is not None:
        faults.append(_taken(unit, same, changes))
    if faults:
        raise Invalid(*faults)
    with _as_of_sections():
        made = course_editing.create(
            unit,
            entry.account_id,
            CourseChanges(
                name=changes.title,
                course_code=entry.course_code,
                sis_course_id=changes.section_school_code or UNSET,
                calculation="schoology",
                apply_assignment_group_weights=changes.weighted,
                allow_final_grade_override=True if changes.allow_override is UNSET else changes.allow_override,
            ),
            offer=True,
            catalog_course_id=entry_id,
        )
    extras = _extras(SectionExtras(access_code=access_codes.new_code(unit)), changes)
    rows.change(unit.connection, made.row.id, unit.now, schoology=write_extras(extras))
    unit.touch_rules(made.row.id)
    _choose(unit, made.row.id, changes)
    return _view(unit, made.row.id)


def update(unit: Unit, section_id: int, changes: SectionChanges) -> SectionView:
    """Change a section; what is not sent stays. Grading periods that stay keep their weights.

    Raises:
        NotFound: no such section.
        Denied: no right to change it; to change its school code, to manage SIS ids.
        Invalid: a code that is taken, or another value that cannot be.
    """
    access = course_access(unit, section_id)
    access.require(MANAGE_COURSE)
    course = access.rules.course
    code = changes.section_school_code
    renames = code is not UNSET and (code or None) != course.sis_course_id
    if renames and not access.has(MANAGE_SIS):
        raise Denied
    _check_code(unit, access, changes)
    before = read_extras(course.schoology, SectionExtras)
    extras = _extras(before, changes)
    with _as_of_sections():
        course_editing.update(
            unit,
            section_id,
            CourseChanges(
                name=changes.title,
                sis_course_id=code if renames else UNSET,
                apply_assignment_group_weights=changes.weighted,
                allow_final_grade_override=changes.allow_override,
            ),
        )
    if extras != before:
        rows.change(unit.connection, section_id, unit.now, schoology=write_extras(extras))
        unit.touch_rules(section_id)
    if changes.grading_periods is not UNSET:
        _choose(unit, section_id, changes)
    return _view(unit, section_id)


def delete(unit: Unit, section_id: int) -> None:
    """Delete a section. Its grades and their history stay in the database; its school code is free for another.

    Raises:
        NotFound: no such section.
        Denied: no right to administer courses.
    """
    access = course_access(unit, section_id)
    access.require(MANAGE_COURSES_ADMIN)
    course_editing.update(unit, section_id, CourseChanges(event="delete"))
    rows.change(unit.connection, section_id, unit.now, sis_course_id=None)


@contextmanager
def _as_of_sections() -> Iterator[None]:
    """What is said of a course within is said of a section, by the names that its clients know."""
    try:
        yield
    except Invalid as error:
        named = (Fault(NAMES.get(one.attribute, one.attribute), one.message, one.type) for one in error.faults)
        raise Invalid(*named) from error


def _taken(unit: Unit, section_id: int, changes: SectionChanges) -> Fault:
    """Which of its codes a new section shares with this one."""
    code = course_access(unit, section_id).rules.course.sis_course_id
    if code is not None and code == changes.section_school_code:
        return Fault("section_school_code", f'"{code}" is already in use', "taken")
    return CODE_TAKEN


def _view(unit: Unit, section_id: int) -> SectionView:
    return school_sections.views(unit, [course_access(unit, section_id)])[0]


def _choose(unit: Unit, section_id: int, changes: SectionChanges) -> None:
    if changes.grading_periods is not UNSET:
        section_periods.choose(unit, section_id, [PeriodChoice(number) for number in changes.grading_periods])


def _missing(changes: SectionChanges) -> Iterator[Fault]:
    if not changes.title:
        yield Fault("title", "can't be blank", "blank")
    if not changes.section_code and not changes.section_school_code:
        yield Fault("section_code", "can't be blank where section_school_code is", "blank")
    if not changes.grading_periods:
        yield Fault("grading_periods", "can't be blank", "blank")


def _same(unit: Unit, entry_id: int, changes: SectionChanges) -> int | None:
    """The section of the course that has the school code, or the section code in one of the grading periods."""
    if not changes.section_code and not changes.section_school_code:
        return None
    found = _sections(unit, entry_id)
    if changes.section_school_code:
        for access in found:
            if access.rules.course.sis_course_id == changes.section_school_code:
                return access.rules.course.id
    periods = changes.grading_periods
    return _coded(found, changes.section_code or "", () if periods is UNSET else periods)


def _check_code(unit: Unit, access: CourseAccess, changes: SectionChanges) -> None:
    """
    Raises:
        Invalid: another section of the course has the code in one of the grading periods.
    """
    course = access.rules.course
    if course.catalog_course_id is None or (changes.section_code is UNSET and changes.grading_periods is UNSET):
        return
    own = read_extras(course.schoology, SectionExtras).section_code
    code = own if changes.section_code is UNSET else changes.section_code
    chosen = changes.grading_periods
    periods = [period.id for period in access.rules.periods] if chosen is UNSET else chosen
    others = [one for one in _sections(unit, course.catalog_course_id) if one.rules.course.id != course.id]
    if _coded(others, code, periods) is not None:
        raise Invalid(CODE_TAKEN)


def _sections(unit: Unit, entry_id: int) -> Sequence[CourseAccess]:
    ids = [number for number, _ in catalog_rows.sections_of(unit.connection, [entry_id])]
    return list(access_many(unit, ids).values()) if ids else []


def _coded(found: Sequence[CourseAccess], code: str, periods: Collection[int]) -> int | None:
    for access in found:
        own = read_extras(access.rules.course.schoology, SectionExtras).section_code
        if code and own == code and any(period.id in periods for period in access.rules.periods):
            return access.rules.course.id
    return None


def _extras(before: SectionExtras, changes: SectionChanges) -> SectionExtras:
    """
    Raises:
        Invalid: a value that cannot be.
    """
    values: dict[str, Any] = {
        name: value for name in changes.__struct_fields__ if name in OWN and (value := getattr(changes, name)) is not UNSET
    }
    after = replace(before, **values)
    faults = [
        Fault(name, f"is too long (maximum is {TEXT_LIMIT} characters)", "too_long")
        for name in ("section_code", "location")
        if len(getattr(after, name)) > TEXT_LIMIT
    ]
    faults += level_faults(after.grade_level_range_start, after.grade_level_range_end)
    if faults:
        raise Invalid(*faults)
    return after
