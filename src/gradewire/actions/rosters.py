"""The students of a course as Schoology keys them: each by one enrolment, and found by any of theirs."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.assignments import followed
from gradewire.actions.course_grades import is_in_charge
from gradewire.actions.unit import Unit
from gradewire.store import rosters as rows
from gradewire.store.rosters import StudentRow


class Roster(Struct, frozen=True):
    """Students whom the caller sees, in the order of their enrolments."""

    students: dict[int, StudentRow]
    """By user, the enrolment under which the student is shown: an active one first, then the oldest."""
    users: dict[int, int]
    """The user of every enrolment."""
    concluded: frozenset[int]
    """Users all of whose enrolments are completed."""

    def active(self) -> dict[int, StudentRow]:
        """Those who are in the course now, by user."""
        return {user_id: row for user_id, row in self.students.items() if row.workflow_state == "active"}


def visible_roster(unit: Unit, access: CourseAccess) -> Roster:
    """Who is in charge of grades sees the students of the own sections, others themselves or whom they observe."""
    found = rows.of_course(unit.connection, access.rules.course.id)
    if not is_in_charge(access):
        mine = set(followed(access))
    elif access.sections is not None:
        mine = {row.user_id for row in found if row.course_section_id in access.sections}
    else:
        return make_roster(found)
    return make_roster(row for row in found if row.user_id in mine)


def make_roster(found: Iterable[StudentRow]) -> Roster:
    by_user: dict[int, list[StudentRow]] = {}
    for row in found:
        by_user.setdefault(row.user_id, []).append(row)
    shown = {user_id: min(mine, key=_rank) for user_id, mine in by_user.items()}
    return Roster(
        students=dict(sorted(shown.items(), key=lambda pair: pair[1].id)),
        users={row.id: user_id for user_id, mine in by_user.items() for row in mine},
        concluded=frozenset(
            user_id for user_id, mine in by_user.items() if all(row.workflow_state == "completed" for row in mine)
        ),
    )


def _rank(row: StudentRow) -> tuple[bool, int]:
    return row.workflow_state != "active", row.id
