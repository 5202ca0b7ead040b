"""More attempts for single students than an assignment allows everybody.

Source: the public documentation of Canvas's assignment extensions. Handing in counts them (``core.handing_in``).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES
from gradewire.store import moderated_students, submissions
from gradewire.store import scores as score_rows

ATTRIBUTE = "assignment_extensions"
MOST_ATTEMPTS = 1_000_000
NOT_EXTENDED = frozenset({"discussion_topic", "online_quiz"})
"""What is attempted elsewhere; its attempts are not counted here."""


class Extension(Struct, frozen=True):
    """How many attempts a student has beyond those of the assignment."""

    user_id: int
    extra_attempts: int


def extend(unit: Unit, course_id: int, assignment_id: int, wanted: Sequence[Extension]) -> list[Extension]:
    """Give students so many more attempts, instead of those they were given before; all of them or none.

    Raises:
        NotFound: no such course or assignment.
        Denied: neither the right to grade nor to manage assignments.
        Invalid: nobody is named, or somebody twice, or who is no student of the caller's to whom the work is assigned; a
            number that cannot be; or a discussion or quiz.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_ASSIGNMENTS, MANAGE_GRADES)
    assignment = access.assignment(assignment_id)
    users = sorted({one.user_id for one in wanted})
    seen = moderated_students.visible_students(unit.connection, course_id, sections=access.sections, user_ids=users)
    score_rows.lock(unit.connection, course_id, sorted(seen))  # as handing in does, which counts attempts
    work = {row.user_id: row for row in submissions.by_students(unit.connection, assignment_id, seen)}
    for wrong, text in (
        (not wanted, "can't be blank"),
        (not NOT_EXTENDED.isdisjoint(assignment.submission_types), "cannot be set for discussions and quizzes"),
        (len(users) < len(wanted), "name a student twice"),
        (not work.keys() >= set(users), "name somebody who is not a student of the assignment"),
        (any(not 0 <= one.extra_attempts <= MOST_ATTEMPTS for one in wanted), "have a number of attempts that cannot be"),
    ):
        if wrong:
            raise Invalid(Fault(ATTRIBUTE, text))
    changed = [{"id": work[one.user_id].id, "extra_attempts": one.extra_attempts, "updated_at": unit.now} for one in wanted]
    submissions.update_many(unit.connection, changed)
    return list(wanted)
