"""Comments on the grades of periods and of the course (Schoology reference, 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grade_restating import UNKNOWN_STUDENT, EntryResult
from gradewire.actions.rosters import Roster, visible_roster
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError, Fault, Invalid
from gradewire.core.grade_records import FinalComment, read_final_comment
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import final_comments as rows

UNKNOWN_PERIOD = "is not a grading period of this section"


def put_final_comments(unit: Unit, course_id: int, sent: Sequence[object]) -> list[EntryResult]:
    """Set comments on period and course grades by entries as they were sent (``core.grade_records.read_final_comment``); one
    result for each, in their order. Of several for one grade the last good one counts. The grades stay as they are.

    Raises:
        NotFound: no such section.
        Denied: the caller may not grade in it.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    people = visible_roster(unit, access)
    results = [EntryResult()] * len(sent)
    wanted: dict[tuple[int, int | None], FinalComment] = {}
    for place, one in enumerate(sent):
        try:
            comment, user_id = _read(access, people, one)
        except DomainError as error:
            results[place] = EntryResult(error)
        else:
            wanted[user_id, comment.period_id] = comment
    _write(unit, course_id, people, wanted)
    return results


def _read(access: CourseAccess, people: Roster, sent: object) -> tuple[FinalComment, int]:
    """
    Raises:
        Invalid: the entry cannot be read, or names what is not there.
    """
    comment = read_final_comment(sent)
    user_id = people.users.get(comment.enrollment_id)
    if user_id is None:
        raise Invalid(Fault("enrollment_id", UNKNOWN_STUDENT))
    if comment.period_id is not None and all(period.id != comment.period_id for period in access.rules.periods):
        raise Invalid(Fault("period_id", UNKNOWN_PERIOD))
    return comment, user_id


def _write(unit: Unit, course_id: int, people: Roster, wanted: dict[tuple[int, int | None], FinalComment]) -> None:
    """The newest comment on a grade is the one that counts, and the only one that is left."""
    users = sorted({user_id for user_id, _ in wanted})
    there: dict[tuple[int, int | None], list[int]] = {}
    for (_, user_id), found in rows.of_courses(unit.connection, [course_id], user_ids=users).items():
        for row in found:
            there.setdefault((user_id, row.grading_period_id), []).append(row.id)
    gone: list[int] = []
    changed: list[tuple[int, str, bool]] = []
    new: list[tuple[int, int, int | None, str, bool]] = []
    for (user_id, period_id), comment in wanted.items():
        known = there.get((user_id, period_id), [])
        gone += known if not comment.comment else known[:-1]
        if comment.comment and known:
            changed.append((known[-1], comment.comment, comment.visible))
        elif comment.comment:
            new.append((course_id, people.students[user_id].id, period_id, comment.comment, comment.visible))
    rows.delete_many(unit.connection, gone)
    rows.change_many(unit.connection, changed, unit.actor_id, unit.now)
    rows.add_many(unit.connection, new, unit.actor_id, unit.now)
