"""Sections as Schoology clients read them: our courses, below the course of the catalogue (Schoology reference, 10.2).

Who may see a course may see the section. Lists leave out what the caller may not see; none of them takes more statements for
more sections.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct

from gradewire.actions import catalog_courses
from gradewire.actions.access import CourseAccess, account_rights, course_access
from gradewire.actions.catalog_courses import CatalogCourse
from gradewire.actions.course_grades import follows, is_in_charge
from gradewire.actions.outlines import access_many
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Malformed, NotFound
from gradewire.core.permissions import (
    INSTRUCTORS,
    MANAGE_ACCOUNT,
    MANAGE_COURSES_ADMIN,
    MANAGE_ENROLLMENTS,
    READ,
    READ_ROSTER,
)
from gradewire.core.schoology_extras import SectionExtras, read_extras
from gradewire.store import catalog_courses as catalog_rows
from gradewire.store import school_sections as rows
from gradewire.store import school_users as user_rows
from gradewire.store.rules import CourseRules

MOST_CODES = 50
CURRENT = ("active",)
EVER = ("active", "completed", "inactive")


class SectionView(Struct, frozen=True):
    """A section as the caller may see it."""

    access: CourseAccess
    extras: SectionExtras
    catalog: CatalogCourse | None
    """``None`` for a course that stands in no catalogue."""
    is_active: bool
    teaches: bool
    """Whether the caller, or the person whose sections are listed, teaches there."""

    @property
    def rules(self) -> CourseRules:
        return self.access.rules

    @property
    def shows_access_code(self) -> bool:
        return self.access.has(MANAGE_ENROLLMENTS)


def show(unit: Unit, section_id: int) -> SectionView:
    """
    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, section_id)
    access.require(READ)
    return views(unit, [access])[0]


def find_id(unit: Unit, school_code: str) -> int:
    """The section that the caller's school knows by this code.

    Raises:
        NotFound: none.
    """
    found = rows.by_school_codes(unit.connection, unit.caller.root_account_id, [school_code])
    if school_code not in found:
        raise NotFound
    return found[school_code]


def list_for_course(
    unit: Unit, entry_id: int, *, include_past: bool = False, offset: int, limit: int
) -> tuple[list[SectionView], int]:
    """A page of the sections of a course of the catalogue that the caller may see, by id, and how many there are in all; those
    whose grading periods are over only where they are asked for.

    Raises:
        NotFound: the school has no such course.
        Denied: the caller neither administers it nor is in one of its sections.
    """
    catalog_courses.show(unit, entry_id)
    ids = [number for number, _ in catalog_rows.sections_of(unit.connection, [entry_id])]
    found = _visible(unit, ids, include_past=include_past)
    return views(unit, found[offset : offset + limit]), len(found)


def list_by_codes(unit: Unit, codes: Sequence[str], *, include_past: bool = False) -> list[SectionView]:
    """The sections that the school knows by these codes, as far as the caller may see them, by id.

    Raises:
        Denied: no code was named: nobody lists all sections.
        Malformed: more than 50 codes.
    """
    if not codes:
        raise Denied
    if len(codes) > MOST_CODES:
        raise Malformed(f"At most {MOST_CODES} section_school_codes are taken at once.", field="section_school_codes")
    found = rows.by_school_codes(unit.connection, unit.caller.root_account_id, codes)
    return views(unit, _visible(unit, sorted(found.values()), include_past=include_past))


def list_for_user(unit: Unit, user_id: int, *, include_past: bool = False) -> list[SectionView]:
    """The sections in which a person teaches or learns now, by id: one's own; of others those where the caller sees who is in
    them.

    Raises:
        NotFound: the school has no such person.
        Denied: the caller shares no section with the person, and does not administer the school.
    """
    caller = unit.caller
    person = user_rows.by_id(unit.connection, user_id)
    if person is None or person.root_account_id != caller.root_account_id or person.workflow_state == "deleted":
        raise NotFound
    teaching = rows.of_user(unit.connection, user_id, states=EVER if include_past else CURRENT)
    found = _visible(unit, list(teaching), include_past=include_past)
    if user_id != caller.user_id:
        found = [one for one in found if is_in_charge(one) or one.has(READ_ROSTER) or follows(one, user_id)]
        rights = account_rights(unit, caller.root_account_id)
        if not found and not rights & {MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN, READ_ROSTER}:
            raise Denied
    return views(unit, found, teaching={number for number, teaches in teaching.items() if teaches})


def views(unit: Unit, found: Sequence[CourseAccess], *, teaching: Collection[int] | None = None) -> list[SectionView]:
    """These sections, each with its entry of the catalogue. ``teaching`` are those where the person that they are listed for
    teaches; else it is told of the caller."""
    entries = catalog_courses.entries_of(unit, (one.rules.course.catalog_course_id for one in found))
    shown = []
    for access in found:
        course = access.rules.course
        shown.append(
            SectionView(
                access=access,
                extras=read_extras(course.schoology, SectionExtras),
                catalog=entries.get(course.catalog_course_id or 0),
                is_active=is_active(access.rules, unit.now),
                teaches=_teaches(access) if teaching is None else course.id in teaching,
            )
        )
    return shown


def is_active(rules: CourseRules, now: datetime) -> bool:
    """Whether one of the section's grading periods runs; of one without periods, whether it is not over."""
    if is_past(rules, now):
        return False
    return not rules.periods or any(period.start_date <= now <= period.end_date for period in rules.periods)


def is_past(rules: CourseRules, now: datetime) -> bool:
    """Whether all of its grading periods are over, or the course itself is."""
    course = rules.course
    if course.workflow_state == "completed" or (course.end_at is not None and course.end_at < now):
        return True
    return bool(rules.periods) and all(period.end_date < now for period in rules.periods)


def _visible(unit: Unit, ids: Collection[int], *, include_past: bool) -> list[CourseAccess]:
    access = access_many(unit, ids) if ids else {}
    seen = [access[number] for number in sorted(access) if access[number].has(READ)]
    return seen if include_past else [one for one in seen if not is_past(one.rules, unit.now)]


def _teaches(access: CourseAccess) -> bool:
    return any(grant.type in INSTRUCTORS and grant.workflow_state == "active" for grant in access.grants)
