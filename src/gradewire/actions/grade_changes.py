"""The audit of grades: every change of a grade and of an overridden score, who made it and by which request.

Where students are anonymised, or graders are hidden from the caller, the changes are listed without them, and not at all where
they were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from gradewire.actions.access import account_rights, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Missing, NotFound
from gradewire.core.permissions import SELECT_FINAL_GRADE, VIEW_AUDIT_TRAIL
from gradewire.store import grade_changes as rows
from gradewire.store import users
from gradewire.store.grade_changes import ChangeRow, NamedRow, Wanted, Watcher
from gradewire.store.users import UserRow

__all__ = ["ChangePage", "ChangeRow", "Query", "list_for_assignment", "list_for_course", "list_for_institution", "search"]


class Query(Struct, frozen=True, kw_only=True):
    """What is asked for. Nothing that is ``None`` restricts."""

    course_id: int | None = None
    assignment_id: int | None = None
    overrides_only: bool = False
    student_id: int | None = None
    grader_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class ChangePage(Struct, frozen=True):
    """A page of changes with those of whom and of what they tell."""

    changes: Sequence[ChangeRow]
    total: int
    courses: Sequence[NamedRow]
    assignments: Sequence[NamedRow]
    users: Sequence[UserRow]


def list_for_assignment(unit: Unit, query: Query, *, offset: int, limit: int) -> ChangePage:
    """The changes of an assignment's grades; deleted assignments keep theirs.

    Raises:
        NotFound: no such assignment.
        Denied: no right to the audit trail of its course.
    """
    _ = unit.caller  # who asks is judged before what exists
    assert query.assignment_id is not None
    found = rows.assignments(unit.connection, [query.assignment_id])
    if not found:
        raise NotFound
    return list_for_course(unit, structs.replace(query, course_id=found[0].course_id), offset=offset, limit=limit)


def list_for_course(unit: Unit, query: Query, *, offset: int, limit: int) -> ChangePage:
    """The changes in a course, of the students whom the caller sees.

    Raises:
        NotFound: no such course.
        Denied: no right to its audit trail.
    """
    assert query.course_id is not None
    access = course_access(unit, query.course_id)
    access.require(VIEW_AUDIT_TRAIL)
    watcher = Watcher(access.user_id, access.moderation_admin)
    wanted = Wanted(root_account_id=access.rules.course.root_account_id, sections=access.sections, **structs.asdict(query))
    return _page(unit, wanted, watcher, offset, limit)


def list_for_institution(unit: Unit, query: Query, *, offset: int, limit: int) -> ChangePage:
    """The changes in all courses of the caller's institution, of a student or by a grader for instance.

    Raises:
        NotFound: no such student or grader in the institution.
        Denied: no right to the audit trail of its root account.
    """
    caller = unit.caller
    rights = account_rights(unit, caller.root_account_id)
    if VIEW_AUDIT_TRAIL not in rights:
        raise Denied
    people = sorted({number for number in (query.student_id, query.grader_id) if number is not None})
    known = [row.id for row in users.by_ids(unit.connection, people) if row.root_account_id == caller.root_account_id]
    if known != people:
        raise NotFound
    watcher = Watcher(caller.user_id, SELECT_FINAL_GRADE in rights)
    return _page(unit, Wanted(root_account_id=caller.root_account_id, **structs.asdict(query)), watcher, offset, limit)


def search(unit: Unit, query: Query, *, offset: int, limit: int) -> ChangePage:
    """Changes by any of course, assignment, student and grader; with a course by the rights in it, else by those in the
    institution.

    Raises:
        NotFound, Denied: as in the other lists.
        Missing: none of the four was named.
    """
    if query.course_id is not None:
        return list_for_course(unit, query, offset=offset, limit=limit)
    if query.assignment_id is None and query.student_id is None and query.grader_id is None and not query.overrides_only:
        _ = unit.caller
        raise Missing("course_id")
    return list_for_institution(unit, query, offset=offset, limit=limit)


def _page(unit: Unit, wanted: Wanted, watcher: Watcher, offset: int, limit: int) -> ChangePage:
    found, total = rows.page(unit.connection, wanted, watcher, offset=offset, limit=limit)
    people = {number for row in found for number in (row.student_id, row.grader_id) if number is not None}
    return ChangePage(
        changes=found,
        total=total,
        courses=rows.courses(unit.connection, {row.course_id for row in found}),
        assignments=rows.assignments(unit.connection, {row.assignment_id for row in found if row.assignment_id is not None}),
        users=users.by_ids(unit.connection, sorted(people)),
    )
