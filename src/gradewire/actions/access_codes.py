"""Access codes, by which people of the school join a section as members without anybody letting them in (Schoology reference,
10.1). A section with a blank code cannot be joined so.
"""

from __future__ import annotations

import hmac

from msgspec.structs import replace

from gradewire.actions import section_enrolling, section_members
from gradewire.actions.access import course_access
from gradewire.actions.section_enrolling import Wish
from gradewire.actions.section_members import Member
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Refused
from gradewire.core.permissions import MANAGE_ENROLLMENTS
from gradewire.core.schoology_extras import SectionExtras, read_extras
from gradewire.core.section_members import MemberChanges
from gradewire.store import section_members as rows

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Without vowels and what is mistaken for something else."""
WRONG = "is not the access code of this section"
ENDED = "The enrollment in this section was ended; its teacher can renew it."


def new_code(unit: Unit) -> str:
    """A code that nobody guesses: 47 bits, in two groups of five characters."""
    letters = "".join(unit.world.randomness.choice(ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def join(unit: Unit, course_id: int, code: str) -> Member:
    """Make the caller a member of a section, or accept the invitation that they have. Who is in it stays what they are.

    Raises:
        NotFound: no such section in the caller's school.
        Invalid: another code, or a section without one; a course that is not open.
        Refused: the caller was in the section, and somebody ended that.
    """
    access = course_access(unit, course_id)
    course = access.rules.course
    wanted = read_extras(course.schoology, SectionExtras).access_code
    if not wanted or not hmac.compare_digest(wanted.encode(), code.strip().upper().encode()):
        raise Invalid(Fault("access_code", WRONG, "invalid"))
    if course.workflow_state != "available":
        raise Invalid(Fault("base", "the course is not open"))
    mine = rows.seats_of(unit.connection, [course_id], [access.user_id])
    if any(seat.workflow_state in {"inactive", "completed"} for seat in mine):
        raise Refused("not_allowed", ENDED)
    # Whoever knows the code may do this one thing.
    let_in = replace(access, rights=access.rights | {MANAGE_ENROLLMENTS}, by_account=access.by_account | {MANAGE_ENROLLMENTS})
    wish = Wish(course_id, MemberChanges(user_id=access.user_id, state="active"))
    (result,) = section_enrolling.apply(unit, {course_id: let_in}, [wish])
    if result.error is not None:
        raise result.error
    return section_members.view(access, rows.by_ids(unit.connection, [result.enrollment_id])[result.enrollment_id])
