"""Putting people into sections and taking them out, as Schoology clients do: many at once, each person once in a section
(Schoology reference, 10.1).

A teacher is a teacher's enrolment, a member a student's; a teaching assistant stays one where an entry says teacher. Who
changes sides keeps the enrolment. What belongs to a student follows in the same transaction. For a section the statements are
as many for one entry as for fifty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gradewire.actions import enrolling, section_members
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.outlines import access_many
from gradewire.actions.section_members import Member
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, DomainError, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ENROLLMENTS, STUDENTS
from gradewire.core.section_members import MemberChanges, read_member, read_realm
from gradewire.store import school_sections, sections
from gradewire.store import section_members as rows
from gradewire.store.school_sections import STAFF
from gradewire.store.section_members import Seat

__all__ = [
    "MemberResult",
    "Wish",
    "apply",
    "change",
    "change_many",
    "end",
    "end_many",
    "enroll",
    "enroll_across",
    "enroll_many",
]

GONE = frozenset({"deleted", "rejected"})
TEACHER, STUDENT = "TeacherEnrollment", "StudentEnrollment"


class Wish(Struct, frozen=True):
    """What shall become of somebody in a section. The enrolment or the person is named."""

    course_id: int
    changes: MemberChanges
    ends: bool = False
    makes: bool = True
    """Whether somebody who is no member becomes one."""


class MemberResult(Struct, frozen=True):
    """What became of one entry: the enrolment, or why there is none."""

    enrollment_id: int = 0
    user_id: int = 0
    course_id: int = 0
    is_new: bool = False
    error: DomainError | None = None


def enroll(unit: Unit, course_id: int, sent: object) -> tuple[Member, bool]:
    """Make somebody a member; one who is there gets what the entry says. Answers whether the enrolment is new.

    Raises:
        NotFound: no such section, or no such person in the school.
        Denied: no right to manage its enrolments.
        Invalid: what cannot be read, or a concluded course.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ENROLLMENTS)
    (result,) = apply(unit, {course_id: access}, [Wish(course_id, _new(sent))])
    if result.error is not None:
        raise result.error
    return _member(unit, access, result.enrollment_id), result.is_new


def enroll_many(unit: Unit, course_id: int, sent: Sequence[object]) -> list[MemberResult]:
    """The same for many, one result for each in their order.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its enrolments.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ENROLLMENTS)
    return _read_and_apply(unit, {course_id: access}, [(course_id, one) for one in sent], makes=True)


def enroll_across(unit: Unit, sent: Sequence[object]) -> list[MemberResult]:
    """The same in several sections, which the entries name; where the caller has no right, the entry fails."""
    places: list[tuple[int | DomainError, object]] = []
    for one in sent:
        try:
            places.append((read_realm(one), one))
        except DomainError as error:
            places.append((error, one))
    access = access_many(unit, {place for place, _ in places if isinstance(place, int)})
    return _read_and_apply(unit, access, places, makes=True)


def change(unit: Unit, course_id: int, enrollment_id: int, sent: object) -> None:
    """Change what somebody is in a section; what is not sent stays.

    Raises:
        NotFound: no such section, or no such enrolment in it.
        Denied: no right to manage its enrolments.
        Invalid: what cannot be read, or the enrolment is somebody else's.
    """
    changes = replace(read_member(sent), enrollment_id=enrollment_id)
    access = course_access(unit, course_id)
    access.require(MANAGE_ENROLLMENTS)
    _raise_of(apply(unit, {course_id: access}, [Wish(course_id, changes, makes=False)]))


def change_many(unit: Unit, course_id: int, sent: Sequence[object]) -> list[MemberResult]:
    """The same by entries that name the enrolment by ``id``, or the person by ``uid``; one result for each in their order.

    Raises:
        NotFound: no such section.
        Denied: no right to manage its enrolments.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ENROLLMENTS)
    return _read_and_apply(unit, {course_id: access}, [(course_id, one) for one in sent], makes=False)


def end(unit: Unit, course_id: int, enrollment_id: int) -> None:
    """Take somebody out of a section; the grades stay and come back with the person.

    Raises:
        NotFound: no such section, or no such enrolment in it.
        Denied: no right to manage its enrolments.
    """
    _raise_of(end_many(unit, [enrollment_id], course_id=course_id))


def end_many(unit: Unit, ids: Sequence[int], *, course_id: int | None = None) -> list[MemberResult]:
    """The same for many, of one section or of any; one result for each in their order.

    Raises:
        NotFound: no such section.
        Denied: no right to manage the enrolments of the one section.
    """
    found = rows.by_ids(unit.connection, ids)
    if course_id is None:
        access = access_many(unit, {row.course_id for row in found.values()})
    else:
        access = {course_id: course_access(unit, course_id)}
        access[course_id].require(MANAGE_ENROLLMENTS)
    wishes: list[Wish | DomainError] = []
    for number in ids:
        row = found.get(number)
        if row is None or row.course_id not in access:
            wishes.append(NotFound())
            continue
        changes = MemberChanges(enrollment_id=number, user_id=row.user_id)
        wishes.append(Wish(row.course_id, changes, ends=True, makes=False))
    return apply(unit, access, wishes)


def apply(unit: Unit, access: Mapping[int, CourseAccess], wishes: Sequence[Wish | DomainError]) -> list[MemberResult]:
    """Do what is wished, one result for each in their order; what was refused already stays refused.

    ``access`` are the caller's rights in the sections that there are for the caller; the right to manage enrolments is asked
    for here, wish by wish.
    """
    table = _Seats(unit, access, [wish for wish in wishes if isinstance(wish, Wish)])
    results = []
    for wish in wishes:
        try:
            if isinstance(wish, DomainError):
                raise wish
            results.append(table.fulfil(wish))
        except DomainError as error:
            results.append(MemberResult(error=error))
    table.write()
    return results


class _Seats:
    """The enrolments that wishes are about, as they were and as they are to be."""

    def __init__(self, unit: Unit, access: Mapping[int, CourseAccess], wishes: Sequence[Wish]) -> None:
        self._unit = unit
        self._access = access
        connection = unit.connection
        numbers = {wish.changes.enrollment_id for wish in wishes if isinstance(wish.changes.enrollment_id, int)}
        named = {wish.changes.user_id for wish in wishes if isinstance(wish.changes.user_id, int)}
        people = named | {row.user_id for row in rows.by_ids(connection, numbers).values()}
        self._people = rows.known_people(connection, unit.caller.root_account_id, people)
        self._before = {seat.id: seat for seat in rows.seats_of(connection, list(access), people)}
        self._seats = dict(self._before)
        self._homes = school_sections.default_sections(connection, list(access))
        self._ids = iter(rows.reserve(connection, sum(wish.makes for wish in wishes)))

    def fulfil(self, wish: Wish) -> MemberResult:
        """
        Raises:
            NotFound: no such section, person or enrolment.
            Denied: no right to manage enrolments there.
            Invalid: a concluded course, nobody is named, or the enrolment is somebody else's.
        """
        access = self._access.get(wish.course_id)
        if access is None:
            raise NotFound
        access.require(MANAGE_ENROLLMENTS)
        if access.rules.course.workflow_state == "completed" and not wish.ends:
            raise Invalid(Fault("base", "the course is concluded"))
        seat = self._find(access, wish)
        is_new = seat is None
        if seat is None:
            seat = self._make(access, wish)
        elif wish.ends:
            seat = self._put(replace(seat, workflow_state="deleted"))
        else:
            seat = self._change(seat, wish.changes)
        return MemberResult(seat.id, seat.user_id, seat.course_id, is_new)

    def write(self) -> None:
        """Write what differs, and bring in step what follows from it."""
        unit = self._unit
        new = [seat for number, seat in self._seats.items() if number not in self._before]
        changed = [seat for number, seat in self._seats.items() if number in self._before and seat != self._before[number]]
        if not new and not changed:
            return
        rows.write(unit.connection, new, changed, unit.now)
        students: dict[int, set[int]] = {}
        left: dict[int, set[int]] = {}
        for seat in (*new, *changed):
            old = self._before.get(seat.id, seat)
            if {seat.type, old.type} & STUDENTS:
                students.setdefault(seat.course_id, set()).add(seat.user_id)
            if old.type in STAFF and (seat.type not in STAFF or seat.workflow_state not in enrolling.OPEN):
                left.setdefault(seat.course_id, set()).add(seat.user_id)
        for course_id in sorted({*students, *left}):
            enrolling.settle(
                unit, course_id, students=sorted(students.get(course_id, ())), staff=sorted(left.get(course_id, ()))
            )

    def _find(self, access: CourseAccess, wish: Wish) -> Seat | None:
        """The enrolment that is meant; ``None`` where one is to be made."""
        changes = wish.changes
        if isinstance(changes.enrollment_id, int):
            seat = self._seats.get(changes.enrollment_id)
            if seat is None or seat.course_id != wish.course_id or seat.workflow_state in GONE:
                raise NotFound
            if changes.user_id not in {UNSET, seat.user_id}:
                raise Invalid(Fault("uid", "is not the person of this enrollment"))
        else:
            seat = self._of_person(wish)
        if seat is not None and access.sections is not None and seat.course_section_id not in access.sections:
            raise NotFound
        return seat

    def _of_person(self, wish: Wish) -> Seat | None:
        user_id, admin = wish.changes.user_id, wish.changes.admin
        if not isinstance(user_id, int):
            raise Invalid(Fault("uid", "can't be blank", "blank"))
        if user_id not in self._people:
            raise NotFound
        mine = self._mine(wish.course_id, user_id, living=True)
        if mine:
            return min(mine, key=lambda seat: (admin is not UNSET and (seat.type in STAFF) != admin, _rank(seat)))
        if not wish.makes:
            raise NotFound
        return None

    def _mine(self, course_id: int, user_id: int, *, living: bool) -> list[Seat]:
        return [
            seat
            for seat in self._seats.values()
            if seat.course_id == course_id and seat.user_id == user_id and (seat.workflow_state not in GONE) == living
        ]

    def _make(self, access: CourseAccess, wish: Wish) -> Seat:
        """A new enrolment, or one that was deleted and comes back."""
        course_id, changes = wish.course_id, wish.changes
        assert isinstance(changes.user_id, int)
        kind = TEACHER if changes.admin is True else STUDENT
        sections_seen = access.sections
        gone = [
            seat
            for seat in self._mine(course_id, changes.user_id, living=False)
            if seat.type == kind and seat.role_id is None and (sections_seen is None or seat.course_section_id in sections_seen)
        ]
        state = "active" if changes.state is UNSET else changes.state
        if gone:
            return self._put(replace(min(gone, key=lambda seat: seat.id), workflow_state=state))
        home = self._home(access)
        return self._put(Seat(next(self._ids), course_id, home, changes.user_id, kind, None, state, None))

    def _home(self, access: CourseAccess) -> int:
        course = access.rules.course
        if access.sections is not None and self._homes.get(course.id) not in access.sections:
            if not access.sections:
                raise Denied
            return min(access.sections)
        if course.id not in self._homes:
            self._homes[course.id] = sections.add_default(self._unit.connection, course.id, course.name, self._unit.now)
        return self._homes[course.id]

    def _change(self, seat: Seat, changes: MemberChanges) -> Seat:
        state = seat.workflow_state if changes.state is UNSET else changes.state
        if changes.admin is UNSET or (seat.type in STAFF) == changes.admin:
            return self._put(replace(seat, workflow_state=state))
        kind = TEACHER if changes.admin else STUDENT
        same = [
            other
            for other in self._seats.values()
            if (other.course_section_id, other.user_id, other.type, other.role_id)
            == (seat.course_section_id, seat.user_id, kind, None)
        ]
        if same:  # there can be only one; that which was there before comes back
            self._put(replace(seat, workflow_state="deleted"))
            return self._put(replace(same[0], workflow_state=state))
        return self._put(replace(seat, type=kind, role_id=None, workflow_state=state))

    def _put(self, seat: Seat) -> Seat:
        if seat.workflow_state != "completed":
            seat = replace(seat, completed_at=None)
        elif seat.completed_at is None:
            seat = replace(seat, completed_at=self._unit.now)
        self._seats[seat.id] = seat
        return seat


def _rank(seat: Seat) -> tuple[bool, int]:
    """Of several enrolments of a person an active one stands for all, else the oldest."""
    return seat.workflow_state != "active", seat.id


def _new(sent: object) -> MemberChanges:
    """What an entry says of somebody who is to be a member: a member now, unless it says otherwise."""
    changes = read_member(sent)
    return replace(changes, enrollment_id=UNSET, state="active" if changes.state is UNSET else changes.state)


def _read_and_apply(
    unit: Unit, access: Mapping[int, CourseAccess], sent: Sequence[tuple[int | DomainError, object]], *, makes: bool
) -> list[MemberResult]:
    wishes: list[Wish | DomainError] = []
    for place, one in sent:
        try:
            if isinstance(place, DomainError):
                raise place
            wishes.append(Wish(place, _new(one) if makes else read_member(one), makes=makes))
        except DomainError as error:
            wishes.append(error)
    return apply(unit, access, wishes)


def _member(unit: Unit, access: CourseAccess, enrollment_id: int) -> Member:
    row = rows.by_ids(unit.connection, [enrollment_id]).get(enrollment_id)
    if row is None:
        raise NotFound
    return section_members.view(access, row)


def _raise_of(results: Sequence[MemberResult]) -> None:
    for result in results:
        if result.error is not None:
            raise result.error
