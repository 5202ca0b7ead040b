"""Accounts as those see them who hold a role there or teach below them."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import account_rights
from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_SIS, READ, READ_SIS
from gradewire.store import accounts as rows
from gradewire.store import people, rules
from gradewire.store.accounts import AccountRow


class AccountAccess(Struct, frozen=True):
    """An account and the caller's rights in it."""

    account: AccountRow
    rights: frozenset[str]

    def require(self, *rights: str) -> None:
        """
        Raises:
            Denied: the caller holds none of the rights.
        """
        if not self.rights.intersection(rights):
            raise Denied

    @property
    def reads_sis(self) -> bool:
        return bool(self.rights & {READ_SIS, MANAGE_SIS})


def account_access(unit: Unit, account_id: int) -> AccountAccess:
    """
    Raises:
        Unauthenticated: nobody good is asking.
        NotFound: no such account, a deleted one, or one of another institution.
    """
    if not unit.is_system:
        _ = unit.caller  # who asks is judged before what exists
    account = rows.find(unit.connection, account_id)
    if account is None:
        raise NotFound
    return AccountAccess(account, account_rights(unit, account_id))


def list_own(unit: Unit, *, offset: int, limit: int) -> tuple[list[AccountAccess], int]:
    """The accounts in which the caller holds a role, and how many there are in all. Teachers usually hold none.

    The rights are those from roles in the account itself and in the root account.
    """
    user_id = unit.caller.user_id
    found, total = rows.page_of_user(unit.connection, user_id, offset=offset, limit=limit)
    held = people.memberships_of(unit.connection, user_id)
    roles = rules.roles_of(unit.connection, [row.account_id for row in held])
    listed = []
    for row in found:
        chain = [row.id, row.root_account_id or row.id]
        listed.append(AccountAccess(row, permissions.account_rights(account_memberships(held, chain, roles)) | {READ}))
    return listed, total


def show(unit: Unit, account_id: int) -> AccountAccess:
    """
    Raises:
        NotFound: no such account.
        Denied: the caller neither holds a role in it or above it nor teaches in it.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    return access
