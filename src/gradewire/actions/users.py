"""Users as they and staff see them: one, those of an account, whom they observe."""

from __future__ import annotations

from collections.abc import Collection

from gradewire.actions.access import account_rights
from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.seniority import compare
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Malformed, NotFound
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS, READ_ROSTER, READ_SIS, VIEW_USER_LOGINS
from gradewire.store import users as rows
from gradewire.store.users import Filter, UserRow

SHORTEST_SEARCH = 2
SORTS = ("username", "email", "sis_id", "integration_id", "id")


def show(unit: Unit, user_id: int) -> UserRow:
    """A user: oneself, or anybody of the institution for those who may read its people.

    Raises:
        NotFound: no such user here.
        Denied: somebody else, without the right.
    """
    caller = unit.caller
    found = find(unit, user_id)
    if user_id != caller.user_id:
        rights = account_rights(unit, caller.root_account_id)
        if not rights & {READ_SIS, MANAGE_SIS, VIEW_USER_LOGINS}:
            raise Denied
    return found


def find(unit: Unit, user_id: int) -> UserRow:
    """A user of the caller's institution who is not deleted.

    Raises:
        NotFound: no such user here.
    """
    found = rows.by_ids(unit.connection, [user_id])
    if not found or found[0].root_account_id != unit.caller.root_account_id or found[0].workflow_state == "deleted":
        raise NotFound
    return found[0]


def list_for_account(
    unit: Unit,
    account_id: int,
    *,
    search_term: str | None = None,
    enrollment_type: str | None = None,
    states: Collection[str] = ("registered", "suspended"),
    sort: str = "username",
    descending: bool = False,
    offset: int,
    limit: int,
) -> tuple[list[UserRow], AccountAccess, int]:
    """A page of the people of an institution, or of those who are in an account below its root; the caller's rights, and how
    many there are in all.

    Raises:
        NotFound: no such account.
        Denied: no right to see its people.
        Malformed: a search for less than two characters, or an unknown order.
    """
    access = account_access(unit, account_id)
    access.require(READ_ROSTER, VIEW_USER_LOGINS, MANAGE_ACCOUNT)
    if search_term is not None and len(search_term) < SHORTEST_SEARCH:
        raise Malformed(f"search_term must be at least {SHORTEST_SEARCH} characters long.", field="search_term")
    if sort not in SORTS:
        raise Malformed("sort is not one of " + ", ".join(SORTS) + ".", field="sort")
    account = access.account
    wanted = Filter(
        root_account_id=account.root_account_id or account.id,
        account_id=None if account.parent_account_id is None else account_id,
        search_term=search_term,
        enrollment_type=enrollment_type,
        states=states,
    )
    found, total = rows.page(unit.connection, wanted, sort=sort, descending=descending, offset=offset, limit=limit)
    return found, access, total


def list_observed(unit: Unit, user_id: int, *, observers: bool = False, offset: int, limit: int) -> tuple[list[UserRow], int]:
    """A page of those whom a user observes in some course, or of the ``observers`` of the user; and how many there are in all.

    Raises:
        NotFound: no such user here.
        Denied: somebody else, without the right.
    """
    show(unit, user_id)
    return rows.page_of_observed(unit.connection, user_id, observers=observers, offset=offset, limit=limit)


def show_observed(unit: Unit, user_id: int, observed_id: int) -> UserRow:
    """One of those whom a user observes.

    Raises:
        NotFound: no such user here, or one who is not observed.
        Denied: somebody else, without the right.
    """
    show(unit, user_id)
    found, _ = rows.page_of_observed(unit.connection, observed_id, observers=True, offset=0, limit=1000)
    if all(one.id != user_id for one in found):
        raise NotFound
    return find(unit, observed_id)


def check_over(unit: Unit, user_id: int) -> None:
    """Make sure that the caller may manage a person of the institution.

    Raises:
        Denied: no right to manage the institution, or the person may more than the caller.
    """
    caller = unit.caller
    standing = compare(unit.connection, caller.user_id, user_id, caller.root_account_id)
    if MANAGE_ACCOUNT not in standing.rights or standing.is_below:
        raise Denied
