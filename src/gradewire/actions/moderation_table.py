"""Students times graders: all provisional grades of an assignment, as its moderators look at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.actions.anonymity import sees_student_names
from gradewire.actions.moderated_students import moderated_assignment
from gradewire.actions.provisional_grade_views import ProvisionalGradeView, provisional_grades_for
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound, Refused
from gradewire.core.moderation import NOT_MODERATED, Offer, choose, display_names
from gradewire.core.moderation_acceptance import Case, Given, spread
from gradewire.store import moderated_students, moderation_graders, submissions, users
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow


class Grader(Struct, frozen=True, kw_only=True):
    """A column. ``key`` names the grader to the caller: the user id, or an anonymous id where the caller may not know it."""

    user_id: int
    key: str
    anonymous: bool
    name: str
    own: bool
    slot_taken: bool
    final_grader: bool
    graded: int
    """So many students have a score from this grader."""


class Row(Struct, frozen=True, kw_only=True):
    """A student with the graders' grades. ``student_id`` is ``None`` while students are anonymous."""

    student_id: int | None
    name: str
    submission: SubmissionRow
    grades: Mapping[int, ProvisionalGradeView]
    """By the grader's user id."""
    final: ProvisionalGradeView | None
    selected_id: int | None
    in_set: bool
    receives_grade: bool
    """Publishing gives to this student; not to concluded ones."""

    @property
    def given(self) -> list[Given]:
        """The graders' scores, in the order of their making; the final mark is none of them."""
        return [
            Given(view.row.id, view.row.scorer_id, view.row.score)
            for view in self.grades.values()
            if view.row.score is not None and view.row.graded_at is not None
        ]

    @property
    def spread(self) -> float | None:
        """How many points the graders are apart; ``None`` with fewer than two."""
        given = self.given
        return float(spread(given)) if len(given) > 1 else None

    @property
    def case(self) -> Case:
        return Case(
            submission_id=self.submission.id,
            grades=self.given,
            selected_id=self.selected_id,
            final_id=None if self.final is None else self.final.row.id,
            final_score=None if self.final is None else self.final.row.score,
            excused=self.submission.excused,
            in_set=self.in_set,
        )

    @property
    def views(self) -> list[ProvisionalGradeView]:
        return [*self.grades.values(), *([self.final] if self.final else [])]

    @property
    def receives(self) -> ProvisionalGradeView | None:
        """What publishing would give to the student now."""
        views = self.views
        if not views:
            return None
        chosen = choose([Offer(view.row.id, view.row.graded_at is not None) for view in views], self.selected_id)
        return next((view for view in views if view.row.id == chosen), None)

    @property
    def undecided(self) -> bool:
        """Somebody has to select a grade before the assignment can be published."""
        return self.receives_grade and bool(self.views) and self.receives is None


class ModerationTable(Struct, frozen=True, kw_only=True):
    """All that a moderator decides by."""

    access: CourseAccess
    assignment: AssignmentFacts
    anonymous_students: bool
    graders: list[Grader]
    rows: list[Row]

    @property
    def slots_taken(self) -> int:
        """Slots that count: the final grader needs none."""
        return sum(one.slot_taken and not one.final_grader for one in self.graders)

    def find_grader(self, key: str) -> Grader:
        """
        Raises:
            NotFound: nobody of this key has graded.
        """
        for grader in self.graders:
            if grader.key == key:
                return grader
        raise NotFound

    def find(self, anonymous_id: str) -> Row:
        """
        Raises:
            NotFound: the caller sees no such student.
        """
        for row in self.rows:
            if row.submission.anonymous_id == anonymous_id:
                return row
        raise NotFound


def show(unit: Unit, course_id: int, assignment_id: int) -> ModerationTable:
    """The students whom the caller sees, by name or by anonymous id, with everything the graders gave. A constant number of
    statements; it can be looked at after publication too.

    Raises:
        NotFound: no such course or assignment.
        Denied: no moderator.
        Refused: the assignment is not moderated.
    """
    access, assignment = moderated_assignment(unit, course_id, assignment_id)
    if not assignment.moderated_grading:
        raise Refused("not_moderated", NOT_MODERATED)
    return read(unit, access, assignment)


def read(unit: Unit, access: CourseAccess, assignment: AssignmentFacts) -> ModerationTable:
    """The same for a moderator who was checked."""
    connection = unit.connection
    found, _ = submissions.page(connection, assignment.id, sections=access.sections, offset=0, limit=None)
    views = provisional_grades_for(unit, access, assignment, found)
    student_ids = [row.user_id for row in found]
    places = moderated_students.of_students(connection, assignment.id, student_ids)
    receiving = set(moderated_students.visible_students(connection, access.rules.course.id, sections=access.sections))
    named = sees_student_names(unit, access, assignment)
    rows = [
        Row(
            student_id=submission.user_id if named else None,
            name=name,
            submission=submission,
            grades={view.row.scorer_id: view for view in views[submission.id] if not view.row.final},
            final=next((view for view in views[submission.id] if view.row.final), None),
            selected_id=places[submission.user_id].selected_provisional_grade_id if submission.user_id in places else None,
            in_set=submission.user_id in places,
            receives_grade=submission.user_id in receiving,
        )
        for submission, name in _named(unit, assignment, found, named=named)
    ]
    return ModerationTable(
        access=access,
        assignment=assignment,
        anonymous_students=not named,
        graders=_graders(unit, access, assignment, rows),
        rows=rows,
    )


def _named(
    unit: Unit, assignment: AssignmentFacts, found: Sequence[SubmissionRow], *, named: bool
) -> list[tuple[SubmissionRow, str]]:
    if not named:
        ranks = submissions.anonymous_ranks(unit.connection, assignment.id)
        return [(row, f"Student {ranks[row.id]}") for row in sorted(found, key=lambda row: row.anonymous_id.encode())]
    people = {row.id: row for row in users.by_ids(unit.connection, [row.user_id for row in found])}

    def key(row: SubmissionRow) -> tuple[str, int]:
        return people[row.user_id].sortable_name.casefold(), row.user_id

    return [(row, people[row.user_id].name) for row in sorted(found, key=key)]


def _graders(unit: Unit, access: CourseAccess, assignment: AssignmentFacts, rows: Sequence[Row]) -> list[Grader]:
    """Everybody who holds a slot or has graded, by name; ``Grader N`` where the caller may not know who it is."""
    holders = {row.user_id: row for row in moderation_graders.of_assignment(unit.connection, assignment.id) if row.slot_taken}
    scorers = {number for row in rows for number in row.grades}
    wanted = sorted(holders.keys() | scorers)
    anonymous_ids = {number: holders[number].anonymous_id if number in holders else "" for number in wanted}
    numbered = display_names("Grader", anonymous_ids.items())
    hidden = not access.sees_other_graders(assignment)
    names = {} if hidden else {row.id: row.name for row in users.by_ids(unit.connection, wanted)}
    graders = [
        Grader(
            user_id=number,
            key=(anonymous_ids[number] or numbered[number]) if hidden else str(number),
            anonymous=hidden,
            name=names.get(number) or numbered[number],
            own=number == access.user_id,
            slot_taken=number in holders,
            final_grader=number == assignment.final_grader_id,
            graded=sum(row.grades[number].row.score is not None for row in rows if number in row.grades),
        )
        for number in wanted
    ]
    if hidden:
        return sorted(graders, key=lambda one: (anonymous_ids[one.user_id].encode(), one.user_id))
    return sorted(graders, key=lambda one: (one.name.casefold(), one.user_id))
