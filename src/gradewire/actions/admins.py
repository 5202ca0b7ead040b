"""Who holds roles in an account: listed, given, taken. Nobody gives or takes a role that may more than they may themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import Denied, Fault, Invalid, Missing, NotFound
from gradewire.core.permissions import BUILT_IN_ROLES, MANAGE_ACCOUNT, READ
from gradewire.store import roles as rows
from gradewire.store import rules
from gradewire.store import users as user_rows
from gradewire.store.people import MembershipRow
from gradewire.store.roles import AdminRow
from gradewire.store.users import UserRow

ADMIN = "AccountAdmin"


class AdminView(Struct, frozen=True):
    """Somebody's role in an account. ``role_id`` is the number by which clients know the role."""

    id: int
    user: UserRow
    role: str
    role_id: int
    workflow_state: str


class Naming(Struct, frozen=True, kw_only=True):
    """A role of an account by number or name; without either, that of an administrator."""

    role_id: int | None = None
    role: str | None = None


def list_for_account(
    unit: Unit, account_id: int, *, user_ids: Collection[int] | None, offset: int, limit: int
) -> tuple[list[AdminView], int]:
    """A page of the roles that people hold in an account, and how many there are in all.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
    """
    account_access(unit, account_id).require(MANAGE_ACCOUNT)
    return _page(unit, account_id, user_ids, offset, limit)


def list_own(unit: Unit, account_id: int, *, offset: int, limit: int) -> tuple[list[AdminView], int]:
    """The caller's own roles in an account.

    Raises:
        NotFound: no such account.
    """
    account_access(unit, account_id)
    return _page(unit, account_id, [unit.caller.user_id], offset, limit)


def create(unit: Unit, account_id: int, user_id: int | None, naming: Naming) -> AdminView:
    """Give somebody a role in an account; who has it already keeps it.

    Raises:
        NotFound: no such account or user.
        Denied: no right to manage the account, or a role that may more than the caller.
        Missing: nobody was named.
        Invalid: no role of the account, or one for courses.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    if user_id is None:
        raise Missing("user_id")
    user = _user(unit, access, user_id)
    role_id = _role(unit, access, naming)
    _check_not_above(unit, access, role_id)
    found = rows.find_admin(unit.connection, account_id, user_id, role_id)
    if found is None:
        rows.add_admin(unit.connection, account_id, user_id, role_id, unit.now)
    elif found.workflow_state != "active":
        rows.set_admin_state(unit.connection, found.id, "active", unit.now)
    return _view(_find(unit, account_id, user_id, role_id), user)


def delete(unit: Unit, account_id: int, user_id: int, naming: Naming) -> AdminView:
    """Take a role in an account from somebody; the role as it then is.

    Raises:
        NotFound: no such account, or nobody who holds this role in it.
        Denied: no right to manage the account, or a role that may more than the caller.
        Invalid: no role of the account.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    user = _user(unit, access, user_id)
    role_id = _role(unit, access, naming)
    found = _find(unit, account_id, user_id, role_id)
    if found.workflow_state != "active":
        raise NotFound
    _check_not_above(unit, access, role_id)
    rows.set_admin_state(unit.connection, found.id, "deleted", unit.now)
    return _view(_find(unit, account_id, user_id, role_id), user)


def _page(
    unit: Unit, account_id: int, user_ids: Collection[int] | None, offset: int, limit: int
) -> tuple[list[AdminView], int]:
    found, total = rows.page_of_admins(unit.connection, account_id, user_ids=user_ids, offset=offset, limit=limit)
    people = {one.id: one for one in user_rows.by_ids(unit.connection, sorted({row.user_id for row in found}))}
    return [_view(row, people[row.user_id]) for row in found], total


def _view(row: AdminRow, user: UserRow) -> AdminView:
    role = row.role_name or ADMIN
    return AdminView(row.id, user, role, BUILT_IN_ROLES[ADMIN] if row.role_id is None else row.role_id, row.workflow_state)


def _user(unit: Unit, access: AccountAccess, user_id: int) -> UserRow:
    found: Sequence[UserRow] = user_rows.by_ids(unit.connection, [user_id])
    if not found or found[0].root_account_id != (access.account.root_account_id or access.account.id):
        raise NotFound
    return found[0]


def _role(unit: Unit, access: AccountAccess, naming: Naming) -> int | None:
    """The number of the row, or ``None`` for the built-in administrator."""
    if naming.role_id == BUILT_IN_ROLES[ADMIN] or (naming.role_id is None and naming.role in {None, ADMIN}):
        return None
    chain = [account.id for account in rules.account_chain(unit.connection, access.account.id)]
    for row in rows.of_accounts(unit.connection, chain):
        is_named = row.id == naming.role_id if naming.role_id is not None else row.name == naming.role
        if is_named and row.workflow_state == "active" and row.base_role_type == "AccountMembership":
            return row.id
    raise Invalid(Fault("role", "is not a role of the account"))


def _check_not_above(unit: Unit, access: AccountAccess, role_id: int | None) -> None:
    chain = [account.id for account in rules.account_chain(unit.connection, access.account.id)]
    roles = rules.roles_of(unit.connection, chain)
    given = permissions.account_rights(account_memberships([MembershipRow(access.account.id, role_id)], chain, roles))
    if not given <= access.rights | {READ}:
        raise Denied


def _find(unit: Unit, account_id: int, user_id: int, role_id: int | None) -> AdminRow:
    found = rows.find_admin(unit.connection, account_id, user_id, role_id)
    if found is None:
        raise NotFound
    return found
