"""Accounts as those see them who hold a role there or teach below them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions.access import account_rights
from gradewire.actions.memberships import account_memberships
from gradewire.actions.unit import Unit
from gradewire.core import permissions
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import (
    MANAGE_ACCOUNT,
    MANAGE_COURSES_ADMIN,
    MANAGE_GRADES,
    MANAGE_SIS,
    READ,
    READ_ROSTER,
    READ_SIS,
    VIEW_ALL_GRADES,
)
from gradewire.store import accounts as rows
from gradewire.store import people, rules
from gradewire.store.accounts import AccountRow


class AccountAccess(Struct, frozen=True):
    """An account and the caller's rights in it."""

    account: AccountRow
    rights: frozenset[str]
    course_count: int | None = None
    sub_account_count: int | None = None
    """Where they were asked for: what is directly below."""

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


def list_own(unit: Unit, *, include: Collection[str] = (), offset: int, limit: int) -> tuple[list[AccountAccess], int]:
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
    return _counted(unit, listed, include), total


def list_below(
    unit: Unit,
    account_id: int,
    *,
    recursive: bool = False,
    by_name: bool = False,
    include: Collection[str] = (),
    offset: int,
    limit: int,
) -> tuple[list[AccountAccess], int]:
    """A page of the accounts directly below an account, or of all below it, and how many there are in all.

    Raises:
        NotFound: no such account.
        Denied: no role in it or above it.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT, MANAGE_COURSES_ADMIN, READ_ROSTER, MANAGE_GRADES, VIEW_ALL_GRADES)
    found, total = rows.page_below(
        unit.connection, account_id, recursive=recursive, by_name=by_name, offset=offset, limit=limit
    )
    return _counted(unit, [AccountAccess(row, access.rights) for row in found], include), total


def _counted(unit: Unit, listed: list[AccountAccess], include: Collection[str]) -> list[AccountAccess]:
    ids = [one.account.id for one in listed]
    if "course_count" in include:
        courses = rows.count_courses(unit.connection, ids)
        listed = [replace(one, course_count=courses.get(one.account.id, 0)) for one in listed]
    if "sub_account_count" in include:
        accounts = rows.count_accounts(unit.connection, ids)
        listed = [replace(one, sub_account_count=accounts.get(one.account.id, 0)) for one in listed]
    return listed


def show(unit: Unit, account_id: int) -> AccountAccess:
    """
    Raises:
        NotFound: no such account.
        Denied: the caller neither holds a role in it or above it nor teaches in it.
    """
    access = account_access(unit, account_id)
    access.require(READ)
    return access


def show_managed(unit: Unit, account_id: int) -> AccountAccess:
    """An account for those who may see its settings.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    return access
