"""Enrolments by the codes of the school's own system (Schoology reference, 10.1): sections by their own code, or by the codes
of course and section within grading periods; people by their number.

The statements do not grow with the entries of a section.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import section_enrolling
from gradewire.actions.access import CourseAccess
from gradewire.actions.outlines import access_many
from gradewire.actions.section_enrolling import MemberResult, Wish
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError, Fault, Invalid, Malformed, NotFound
from gradewire.core.schoology_extras import SectionExtras, read_extras
from gradewire.core.section_members import CodedMember, read_coded_member
from gradewire.store import catalog_courses, lookup, school_sections

MOST_PERIODS = 50


class CodedResult(Struct, frozen=True):
    """What became of one entry, with the codes that name it."""

    result: MemberResult
    school_uid: str = ""
    section_school_code: str = ""
    course_code: str = ""
    section_code: str = ""


class _Named(Struct, frozen=True):
    """An entry with the sections that its codes name."""

    entry: CodedMember
    sections: Sequence[int]
    user_id: int | None


def read_periods(text: str) -> list[int]:
    """The ids of grading periods, with commas between them.

    Raises:
        Malformed: something else, none, or too many.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if (
        not parts
        or len(parts) > MOST_PERIODS
        or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts)
    ):
        raise Malformed("The grading periods are not a list of ids.", field="grading_period_id")
    return [int(part) for part in parts]


def import_members(unit: Unit, sent: Sequence[object], *, period_ids: Collection[int] | None = None) -> list[CodedResult]:
    """Enroll, change and remove (``delete``) people, one result for each entry in their order. With grading periods an entry
    counts for the sections of its course and section code in any of them, else for the section of its school code.

    An entry without the right to manage the section's enrolments fails alone.
    """
    read: list[CodedMember | DomainError] = []
    for one in sent:
        try:
            read.append(_check(read_coded_member(one), period_ids))
        except DomainError as error:
            read.append(error)
    entries = [one for one in read if isinstance(one, CodedMember)]
    places, access = _by_school_code(unit, entries) if period_ids is None else _by_codes(unit, entries, set(period_ids))
    root = unit.caller.root_account_id
    users = lookup.users_by(unit.connection, "sis_id", {one.school_uid for one in entries}, root_account_id=root)
    wishes: list[Wish | DomainError] = []
    spans: list[tuple[int, int]] = []
    for one in read:
        start = len(wishes)
        if isinstance(one, DomainError):
            wishes.append(one)
        else:
            wishes += _wishes(_Named(one, places.get(_key(one, period_ids), ()), users.get(one.school_uid)))
        spans.append((start, len(wishes)))
    results = section_enrolling.apply(unit, access, wishes)
    numbers = {number for one in access.values() if (number := one.rules.course.catalog_course_id) is not None}
    entries_of = catalog_courses.by_ids(unit.connection, numbers)
    shown = []
    for one, (start, stop) in zip(read, spans, strict=True):
        mine = results[start:stop]
        result = next((each for each in mine if each.error is not None), mine[0])
        if isinstance(one, DomainError) or result.error is not None:
            shown.append(CodedResult(result))
            continue
        course = access[result.course_id].rules.course
        entry = entries_of.get(course.catalog_course_id or 0)
        shown.append(
            CodedResult(
                result,
                school_uid=one.school_uid,
                section_school_code=course.sis_course_id or "",
                course_code=entry.course_code if entry is not None else course.course_code,
                section_code=read_extras(course.schoology, SectionExtras).section_code,
            )
        )
    return shown


def _check(one: CodedMember, period_ids: Collection[int] | None) -> CodedMember:
    wanted = ("section_school_code",) if period_ids is None else ("course_code", "section_code")
    faults = [Fault(name, "can't be blank", "blank") for name in wanted if not getattr(one, name)]
    if faults:
        raise Invalid(*faults)
    return one


def _key(one: CodedMember, period_ids: Collection[int] | None) -> tuple[str, str]:
    return (one.section_school_code, "") if period_ids is None else (one.course_code, one.section_code)


def _wishes(named: _Named) -> list[Wish | DomainError]:
    if not named.sections or named.user_id is None:
        return [NotFound()]
    changes = replace(named.entry.changes, user_id=named.user_id)
    if not named.entry.delete and not isinstance(changes.state, str):
        changes = replace(changes, state="active")
    return [Wish(section, changes, ends=named.entry.delete, makes=not named.entry.delete) for section in named.sections]


def _by_school_code(
    unit: Unit, entries: Sequence[CodedMember]
) -> tuple[dict[tuple[str, str], Sequence[int]], dict[int, CourseAccess]]:
    codes = {one.section_school_code for one in entries}
    found = school_sections.by_school_codes(unit.connection, unit.caller.root_account_id, codes)
    return {(code, ""): [number] for code, number in found.items()}, access_many(unit, found.values())


def _by_codes(
    unit: Unit, entries: Sequence[CodedMember], period_ids: Collection[int]
) -> tuple[dict[tuple[str, str], Sequence[int]], dict[int, CourseAccess]]:
    root = unit.caller.root_account_id
    courses = catalog_courses.by_codes(unit.connection, root, {one.course_code for one in entries})
    codes = {row.id: row.course_code for row in courses if row.workflow_state == "active"}
    sections = catalog_courses.sections_of(unit.connection, codes)
    access = access_many(unit, [number for number, _ in sections])
    places: dict[tuple[str, str], list[int]] = {}
    for number, entry_id in sections:
        if number not in access or not any(period.id in period_ids for period in access[number].rules.periods):
            continue
        code = read_extras(access[number].rules.course.schoology, SectionExtras).section_code
        places.setdefault((codes[entry_id], code), []).append(number)
    named = {(one.course_code, one.section_code) for one in entries}
    chosen = {number for key, numbers in places.items() if key in named for number in numbers}
    return dict(places), {number: one for number, one in access.items() if number in chosen}
