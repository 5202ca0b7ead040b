"""Acting as somebody else: with all of that person's rights and no other, for those who may become other users.

Rules (Canvas's documentation of masquerading and of the permission "Users - act as"): the right is one of the whole
institution, so it counts only from a role in the root account; and who holds roles in accounts can be become only by somebody
who holds all the rights of these roles, in the same accounts. Who really acts is kept with everything told about the act.
"""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.seniority import compare
from gradewire.core.errors import Unauthenticated
from gradewire.core.permissions import BECOME_USER
from gradewire.store import lookup, people
from gradewire.store.engine import Connection
from gradewire.store.people import CallerRow


class Mask(Struct, frozen=True):
    """Whom a caller wants to be: a user by number, or by an id of another system (kind and value); neither names nobody."""

    user_id: int | None = None
    sis: tuple[str, str] | None = None


class Impossible(Unauthenticated):
    """The caller may not be this person, or there is no such person: the two are not told apart."""

    def __init__(self) -> None:
        super().__init__("Invalid as_user_id", reason="masquerade")


def find_person(connection: Connection, caller_id: int, root_account_id: int, mask: Mask) -> CallerRow | None:
    """The person to act as; ``None`` for the callers themselves.

    Raises:
        Impossible: there is no such person in the institution, or the caller may not become them.
    """
    number = mask.user_id
    if mask.sis is not None:
        number = lookup.find(connection, "user", *mask.sis, root_account_id=root_account_id, course_id=None)
    if number is None:
        raise Impossible
    if number == caller_id:
        return None
    row = people.by_id(connection, number)
    if row is None or row.user_state != "registered" or row.root_account_id != root_account_id:
        raise Impossible
    _check(connection, caller_id, number, root_account_id)
    return row


def _check(connection: Connection, caller_id: int, number: int, root_account_id: int) -> None:
    standing = compare(connection, caller_id, number, root_account_id)
    if BECOME_USER not in standing.rights or standing.is_below:
        raise Impossible
