"""Roles of accounts and what their holders may do.

A role that an account defines starts from the rights of its base type. Of the built-in roles, which are not rows, each account
may change the rights for its courses; the nearest account decides. Nobody gives a right that they do not hold themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import ALL_RIGHTS, BUILT_IN_ROLES, DEFAULTS, MANAGE_ACCOUNT, READ
from gradewire.store import accounts as account_rows
from gradewire.store import roles as rows
from gradewire.store import rules
from gradewire.store.accounts import AccountRow
from gradewire.store.roles import RoleRow

LABEL_LIMIT = 255
BUILT_IN = "Built-in roles can be neither renamed nor removed."


class PermissionView(Struct, frozen=True):
    """Whether a role has a right; where it is ``explicit``, the account says so, and ``before`` would hold without."""

    enabled: bool
    explicit: bool
    before: bool


class RoleView(Struct, frozen=True, kw_only=True):
    """A role as it counts in an account; ``row`` is missing where a built-in role has not been changed there."""

    id: int
    label: str
    base_role_type: str
    workflow_state: str
    account: AccountRow
    permissions: Mapping[str, PermissionView]
    created_at: datetime | None = None
    updated_at: datetime | None = None


class PermissionChange(Struct, frozen=True):
    """What was sent of a right. Not ``explicit``: back to what holds without."""

    enabled: bool | UnsetType = UNSET
    explicit: bool | UnsetType = UNSET


def list_for_account(
    unit: Unit, account_id: int, *, states: Collection[str], inherited: bool, offset: int, limit: int
) -> tuple[list[RoleView], int]:
    """A page of the roles of an account, with those of the accounts above it if wanted; the built-in ones come first.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    place = _Place(unit, access)
    custom = [
        place.custom(row)
        for row in place.roles
        if row.name not in BUILT_IN_ROLES and (inherited or row.account_id == account_id) and row.workflow_state in states
    ]
    built_in = [place.built_in(name) for name in BUILT_IN_ROLES] if "active" in states else []
    found = [*built_in, *custom]
    return found[offset : offset + limit], len(found)


def show(unit: Unit, account_id: int, role_id: int) -> RoleView:
    """
    Raises:
        NotFound: no such account, or no such role in it or above it.
        Denied: no right to manage the account.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    return _Place(unit, access).find(role_id)


def create(
    unit: Unit, account_id: int, label: str | None, base: str | None, changes: Mapping[str, PermissionChange]
) -> RoleView:
    """Define a role; one that was deleted comes back under its name.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it, or a right that the caller does not hold.
        Invalid: no label, one that is taken, or an unknown base type.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    place = _Place(unit, access)
    name, kind = (label or "").strip(), base or "AccountMembership"
    faults = place.label_faults(name, None)
    if kind not in DEFAULTS or kind in {"AccountAdmin", "StudentViewEnrollment"}:
        faults.append(Fault("base_role_type", "is not a type of role"))
    if faults:
        raise Invalid(*faults)
    permissions = _merge(access, {}, changes)
    old = rows.named(unit.connection, account_id, name)
    if old is None:
        number = rows.add(
            unit.connection, unit.now, account_id=account_id, name=name, base_role_type=kind, permissions=permissions
        )
    else:
        number = old.id
        rows.change(unit.connection, old.id, unit.now, base_role_type=kind, permissions=permissions, workflow_state="active")
    return _touched(unit, access, number)


def update(
    unit: Unit, account_id: int, role_id: int, label: str | UnsetType | None, changes: Mapping[str, PermissionChange]
) -> RoleView:
    """Rename a role of the account or change what its holders may do; of a built-in role, what they may do in this account.

    Raises:
        NotFound: no such account, or no such role in it or above it.
        Denied: no right to manage the account, a right that the caller does not hold, or a role of another account.
        Invalid: no label, or one that is taken.
        Refused: a new label for a built-in role.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    place = _Place(unit, access)
    view = place.find(role_id)
    if view.label in BUILT_IN_ROLES:
        if label is not UNSET and label != view.label:
            raise Refused("not_allowed", BUILT_IN)
        _change_built_in(unit, access, view.label, changes)
        return _touched(unit, access, role_id)
    row = place.row(role_id)
    if row.account_id != account_id:
        raise Denied
    name = row.name if label is UNSET else (label or "").strip()
    faults = place.label_faults(name, row.id)
    if faults:
        raise Invalid(*faults)
    rows.change(unit.connection, row.id, unit.now, name=name, permissions=_merge(access, row.permissions, changes))
    return _touched(unit, access, role_id)


def set_state(unit: Unit, account_id: int, role_id: int, *, active: bool) -> RoleView:
    """Deactivate a role, whose holders then have nothing by it (in courses: what its base type has), or activate it again.

    Raises:
        NotFound: no such account, or no such role in it.
        Denied: no right to manage the account, or a role of another account.
        Refused: a built-in role.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    place = _Place(unit, access)
    if place.find(role_id).label in BUILT_IN_ROLES:
        raise Refused("not_allowed", BUILT_IN)
    row = place.row(role_id)
    if row.account_id != account_id:
        raise Denied
    if active:
        _check_held(access, {right for right, on in row.permissions.items() if on})
    rows.change(unit.connection, row.id, unit.now, workflow_state="active" if active else "inactive")
    return _touched(unit, access, role_id)


class _Place:
    """An account with the roles that count in it."""

    def __init__(self, unit: Unit, access: AccountAccess) -> None:
        self.account = access.account
        chain = [account.id for account in rules.account_chain(unit.connection, access.account.id)]
        self.chain = chain
        self.roles = rows.of_accounts(unit.connection, chain)
        self._accounts = account_rows.by_ids(unit.connection, chain)

    def row(self, role_id: int) -> RoleRow:
        found = next((row for row in self.roles if row.id == role_id and row.name not in BUILT_IN_ROLES), None)
        if found is None:
            raise NotFound
        return found

    def find(self, role_id: int) -> RoleView:
        name = next((name for name, number in BUILT_IN_ROLES.items() if number == role_id), None)
        return self.custom(self.row(role_id)) if name is None else self.built_in(name)

    def label_faults(self, label: str, role_id: int | None) -> list[Fault]:
        if not label:
            return [Fault("label", "can't be blank")]
        if len(label) > LABEL_LIMIT:
            return [Fault("label", f"is too long (maximum is {LABEL_LIMIT} characters)")]
        taken = any(row.name == label and row.id != role_id for row in self.roles)
        return [Fault("label", "has already been taken")] if taken or label in DEFAULTS else []

    def custom(self, row: RoleRow) -> RoleView:
        base = DEFAULTS[row.base_role_type]
        permissions = {
            right: PermissionView(row.permissions.get(right, right in base), right in row.permissions, right in base)
            for right in sorted(ALL_RIGHTS)
        }
        return RoleView(
            id=row.id,
            label=row.name,
            base_role_type=row.base_role_type,
            workflow_state=row.workflow_state,
            account=self._accounts[row.account_id],
            permissions=permissions,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def built_in(self, name: str) -> RoleView:
        above: dict[str, bool] = {}
        own: Mapping[str, bool] = {}
        row: RoleRow | None = None
        for account_id in reversed(self.chain):
            found = next((one for one in self.roles if one.account_id == account_id and one.name == name), None)
            if account_id == self.account.id:
                row, own = found, found.permissions if found else {}
            elif found:
                above |= found.permissions
        before = {right: above.get(right, right in DEFAULTS[name]) for right in sorted(ALL_RIGHTS)}
        permissions = {right: PermissionView(own.get(right, on), right in own, on) for right, on in before.items()}
        return RoleView(
            id=BUILT_IN_ROLES[name],
            label=name,
            base_role_type=name,
            workflow_state="built_in",
            account=self.account,
            permissions=permissions,
            created_at=None if row is None else row.created_at,
            updated_at=None if row is None else row.updated_at,
        )


def _change_built_in(unit: Unit, access: AccountAccess, name: str, changes: Mapping[str, PermissionChange]) -> None:
    account_id = access.account.id
    row = rows.named(unit.connection, account_id, name)
    permissions = _merge(access, row.permissions if row is not None and row.workflow_state == "active" else {}, changes)
    if row is None:
        rows.add(unit.connection, unit.now, account_id=account_id, name=name, base_role_type=name, permissions=permissions)
    else:
        rows.change(unit.connection, row.id, unit.now, permissions=permissions, workflow_state="active")


def _merge(access: AccountAccess, before: Mapping[str, bool], changes: Mapping[str, PermissionChange]) -> dict[str, bool]:
    """The permissions of a role after changes. Rights that are not known here are of things that are not here."""
    after = dict(before)
    for right, change in changes.items():
        if right not in ALL_RIGHTS:
            continue
        if change.explicit is False:
            after.pop(right, None)
        elif change.enabled is not UNSET:
            after[right] = change.enabled
    given = {right for right, on in after.items() if on and before.get(right) is not True}
    given_back = {right for right, on in before.items() if not on and right not in after}
    _check_held(access, given | given_back)
    return after


def _check_held(access: AccountAccess, rights: set[str]) -> None:
    if not rights <= access.rights | {READ}:
        raise Denied


def _touched(unit: Unit, access: AccountAccess, role_id: int) -> RoleView:
    account = access.account
    rules.touch_account(unit.connection, account.root_account_id or account.id)
    return _Place(unit, access).find(role_id)
