"""Rubrics of courses and accounts: made, changed, deleted, and put to use for assignments.

Once anything was assessed with a rubric, its criteria stay: a grade must go on meaning what it meant when it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.memberships import account_memberships
from gradewire.actions.provisional_grade_views import AssessmentView, assessment_views
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES, READ, VIEW_ALL_GRADES, account_rights
from gradewire.core.rubric_criteria import read_criteria, sum_points
from gradewire.store import moderated_students, people, rules
from gradewire.store import rubric_editing as rows
from gradewire.store import rubrics as used
from gradewire.store.rubric_editing import RubricRow
from gradewire.store.rubrics import AssociationRow
from gradewire.store.rules import AssignmentFacts

LONGEST_TITLE = 255
ASSESSED = "cannot be changed: the rubric was used for assessing"


class RubricCommand(Struct, frozen=True, kw_only=True):
    """What is to be set of a rubric."""

    title: str | UnsetType | None = UNSET
    criteria: Any = UNSET
    free_form_criterion_comments: bool | UnsetType = UNSET


class UseCommand(Struct, frozen=True, kw_only=True):
    """Where and how a rubric is to be used; an association that is there may be changed in its options only."""

    rubric_id: int | None = None
    association_id: int | None = None
    association_type: Literal["Assignment", "Course"] | None = None
    title: str | UnsetType | None = UNSET
    use_for_grading: bool | UnsetType = UNSET
    hide_score_total: bool | UnsetType = UNSET
    hide_points: bool | UnsetType = UNSET


class RubricView(Struct, frozen=True):
    """A rubric with what was asked for of its use."""

    row: RubricRow
    associations: Sequence[AssociationRow] = ()
    assessments: Sequence[AssessmentView] = ()


def _reader(unit: Unit, course_id: int) -> CourseAccess:
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS, MANAGE_GRADES, VIEW_ALL_GRADES)
    return access


def _writer(unit: Unit, course_id: int) -> CourseAccess:
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS, MANAGE_GRADES)
    return access


def _check_reads_account(unit: Unit, account_id: int) -> None:
    """Who may use a rubric may read it: those of an account are offered in all courses below, also to the administrators there.

    Raises:
        NotFound: no such account.
        Denied: the caller has no role in it, teaches nowhere below, and administers no account below.
    """
    access = account_access(unit, account_id)
    if READ in access.rights:
        return
    held = people.memberships_of(unit.connection, unit.caller.user_id)
    chains = people.account_chains(unit.connection, {row.account_id for row in held})
    roles = rules.roles_of(unit.connection, sorted({number for chain in chains.values() for number in chain}))
    for chain in chains.values():
        rights = account_rights(account_memberships(held, chain, roles))
        if account_id in chain and rights & {MANAGE_ASSIGNMENTS, MANAGE_GRADES}:
            return
    raise Denied


def list_for_course(unit: Unit, course_id: int, *, offset: int, limit: int) -> tuple[list[RubricRow], int]:
    """
    Raises:
        NotFound: no such course.
        Denied: neither a grader nor one who manages its assignments.
    """
    _reader(unit, course_id)
    return rows.page(unit.connection, course_id=course_id, offset=offset, limit=limit)


def list_for_account(unit: Unit, account_id: int, *, offset: int, limit: int) -> tuple[list[RubricRow], int]:
    """
    Raises:
        NotFound: no such account.
        Denied: it is not the caller's to see.
    """
    _check_reads_account(unit, account_id)
    return rows.page(unit.connection, account_id=account_id, offset=offset, limit=limit)


def show_of_account(unit: Unit, account_id: int, rubric_id: int) -> RubricRow:
    """Raises as ``list_for_account``, and ``NotFound`` for a rubric of something else."""
    _check_reads_account(unit, account_id)
    row = rows.find(unit.connection, rubric_id)
    if row is None or row.account_id != account_id:
        raise NotFound
    return row


def show(unit: Unit, course_id: int, rubric_id: int, *, associations: bool = False, assessments: bool = False) -> RubricView:
    """A rubric of the course, or of an account above it, with its use in the course.

    Raises:
        NotFound: no such course or rubric.
        Denied: neither a grader nor one who manages its assignments.
    """
    access = _reader(unit, course_id)
    row = _usable(unit, access, rubric_id)
    where = rows.associations(unit.connection, rubric_id=row.id, course_id=course_id) if associations else []
    made: list[AssessmentView] = []
    if assessments and access.has(MANAGE_GRADES, VIEW_ALL_GRADES):
        found = rows.assessments(unit.connection, rubric_id=row.id, course_id=course_id)
        if access.sections is not None:
            students = sorted({one.user_id for one in found})
            seen = moderated_students.visible_students(unit.connection, course_id, sections=access.sections, user_ids=students)
            found = [one for one in found if one.user_id in set(seen)]
        made = assessment_views(unit, access, found)
    return RubricView(row, where, made)


def create(
    unit: Unit, course_id: int, command: RubricCommand, use: UseCommand | None
) -> tuple[RubricRow, AssociationRow | None]:
    """Make a rubric in a course and, where wanted, put it to use.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither a grader nor one who manages its assignments.
        Invalid: no title, no criteria, or points that are no number.
    """
    access = _writer(unit, course_id)
    criteria = read_criteria(None if command.criteria is UNSET else command.criteria, lambda: _new_id(unit))
    number = rows.add(
        unit.connection,
        unit.now,
        course_id=course_id,
        title=_title(command.title),
        data=criteria,
        points_possible=sum_points(criteria),
        free_form_criterion_comments=command.free_form_criterion_comments is True,
    )
    association = None if use is None or use.association_id is None else _use(unit, access, number, use)
    return _found(unit, number), association


def update(unit: Unit, course_id: int, rubric_id: int, command: RubricCommand) -> RubricRow:
    """Change a rubric of the course itself. Raises what ``create`` raises, and for criteria that were assessed ``Invalid``."""
    access = _writer(unit, course_id)
    row = _own(unit, access, rubric_id)
    values: dict[str, Any] = {}
    if command.title is not UNSET:
        values["title"] = _title(command.title)
    if command.free_form_criterion_comments is not UNSET:
        values["free_form_criterion_comments"] = command.free_form_criterion_comments
    if command.criteria is not UNSET:
        if rows.is_assessed(unit.connection, row.id):
            raise Invalid(Fault("criteria", ASSESSED, "frozen"))
        values["data"] = read_criteria(command.criteria, lambda: _new_id(unit))
        values["points_possible"] = sum_points(values["data"])
    if values:
        rows.change(unit.connection, row.id, unit.now, **values)
    return _found(unit, row.id)


def delete(unit: Unit, course_id: int, rubric_id: int) -> RubricRow:
    """Delete a rubric of the course: it is used nowhere any more; assessments stay. Raises as ``update``."""
    access = _writer(unit, course_id)
    row = _own(unit, access, rubric_id)
    for association in rows.associations(unit.connection, rubric_id=row.id, course_id=course_id):
        _audit(unit, access, association.assignment_id, "rubric_deleted", row.id)
    rows.change(unit.connection, row.id, unit.now, workflow_state="deleted")
    return row


def use(unit: Unit, course_id: int, command: UseCommand) -> AssociationRow:
    """Use a rubric for an assignment, instead of the one it had, or in the course.

    Raises:
        NotFound: no such course, rubric or assignment.
        Denied: neither a grader nor one who manages its assignments.
        Invalid: it is not said of what.
    """
    access = _writer(unit, course_id)
    if command.rubric_id is None:
        raise Invalid(Fault("rubric_id", "can't be blank", "blank"))
    return _use(unit, access, _usable(unit, access, command.rubric_id).id, command)


def change_use(unit: Unit, course_id: int, association_id: int, command: UseCommand) -> AssociationRow:
    """Change how a rubric is used. Raises as ``use``."""
    _writer(unit, course_id)
    row = _association(unit, course_id, association_id)
    if values := _options(command):
        rows.change_association(unit.connection, row.id, unit.now, **values)
    return _association(unit, course_id, association_id)


def end_use(unit: Unit, course_id: int, association_id: int) -> AssociationRow:
    """Use a rubric no more; what was assessed stays. Raises as ``use``."""
    access = _writer(unit, course_id)
    row = _association(unit, course_id, association_id)
    rows.change_association(unit.connection, row.id, unit.now, workflow_state="deleted")
    _audit(unit, access, row.assignment_id, "rubric_deleted", row.rubric_id)
    return row


def delete_assessment(unit: Unit, course_id: int, association_id: int, assessment_id: int) -> AssessmentView:
    """Take an assessment away; a grade that came of it stays.

    Raises:
        NotFound: no such course, association or assessment.
        Denied: no grader; or somebody else's provisional one.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    row = _association(unit, course_id, association_id)
    found = used.assessment(unit.connection, row.id, assessment_id)
    if found is None:
        raise NotFound
    if found.provisional_grade_id is not None and found.assessor_id != access.user_id:
        raise Denied
    if not moderated_students.visible_students(unit.connection, course_id, sections=access.sections, user_ids=[found.user_id]):
        raise NotFound
    [view] = assessment_views(unit, access, [found])
    rows.delete_assessment(unit.connection, found.id)
    if row.assignment_id is not None and _is_audited(access.assignment(row.assignment_id)):
        unit.audit(
            "rubric_assessment_deleted",
            assignment_id=row.assignment_id,
            submission_id=found.submission_id,
            payload={
                "id": found.id,
                "provisional_grade_id": found.provisional_grade_id,
                "assessor_id": found.assessor_id,
                "score": found.score,
            },
        )
    return view


def _use(unit: Unit, access: CourseAccess, rubric_id: int, command: UseCommand) -> AssociationRow:
    course_id = access.rules.course.id
    values = {"use_for_grading": False, "hide_score_total": False, "hide_points": False, **_options(command)}
    if command.association_type == "Assignment":
        assignment = access.assignment(command.association_id or 0)
        before = used.of_assignment(unit.connection, assignment.id)
        rows.release_assignment(unit.connection, assignment.id, unit.now)
        values["assignment_id"] = assignment.id
        if before:
            _audit(unit, access, assignment.id, "rubric_updated", [before[0].rubric_id, rubric_id])
        else:
            _audit(unit, access, assignment.id, "rubric_created", rubric_id)
    elif command.association_type != "Course":
        raise Invalid(Fault("association_type", "is not Assignment or Course", "inclusion"))
    elif command.association_id != course_id:
        raise NotFound
    number = rows.add_association(unit.connection, unit.now, rubric_id=rubric_id, course_id=course_id, **values)
    return _association(unit, course_id, number)


def _audit(unit: Unit, access: CourseAccess, assignment_id: int | None, event_type: str, rubric_id: int | list[int]) -> None:
    """Tell of the rubric of an anonymous or moderated assignment (moderation reference, 11.6), as ``[old, new]`` if it has
    another one now."""
    if assignment_id is not None and _is_audited(access.assignment(assignment_id)):
        unit.audit(event_type, assignment_id=assignment_id, payload={"id": rubric_id})


def _is_audited(assignment: AssignmentFacts) -> bool:
    return assignment.anonymous_grading or assignment.moderated_grading


def _options(command: UseCommand) -> dict[str, Any]:
    names = ("title", "use_for_grading", "hide_score_total", "hide_points")
    return {name: value for name in names if (value := getattr(command, name)) is not UNSET}


def _association(unit: Unit, course_id: int, association_id: int) -> AssociationRow:
    row = used.association(unit.connection, course_id, association_id)
    if row is None:
        raise NotFound
    return row


def _own(unit: Unit, access: CourseAccess, rubric_id: int) -> RubricRow:
    row = rows.find(unit.connection, rubric_id)
    if row is None or row.course_id != access.rules.course.id:
        raise NotFound
    return row


def _usable(unit: Unit, access: CourseAccess, rubric_id: int) -> RubricRow:
    row = rows.find(unit.connection, rubric_id)
    above = {one.id for one in access.rules.accounts}
    if row is None or (row.course_id != access.rules.course.id and row.account_id not in above):
        raise NotFound
    return row


def _found(unit: Unit, rubric_id: int) -> RubricRow:
    row = rows.find(unit.connection, rubric_id)
    assert row is not None
    return row


def _title(sent: str | UnsetType | None) -> str:
    title = sent.strip() if isinstance(sent, str) else ""
    if not title:
        return "Unnamed Rubric"
    if len(title) > LONGEST_TITLE:
        raise Invalid(Fault("title", f"is too long (maximum is {LONGEST_TITLE} characters)", "too_long"))
    return title


def _new_id(unit: Unit) -> str:
    return "_" + unit.world.new_uuid().hex[:8]
