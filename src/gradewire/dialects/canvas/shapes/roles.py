"""The role object with its permissions."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.roles import PermissionView, RoleView
from gradewire.dialects.canvas.shapes.accounts import Account, account_row
from gradewire.dialects.canvas.wire import whole


class RolePermission(Struct):
    """There are no locks here, and a right counts in the account and below it."""

    enabled: bool
    locked: bool
    readonly: bool
    explicit: bool
    prior_default: bool | UnsetType = UNSET
    applies_to_self: bool | UnsetType = UNSET
    applies_to_descendants: bool | UnsetType = UNSET


class Role(Struct):
    id: int
    label: str
    role: str
    base_role_type: str
    is_account_role: bool
    workflow_state: str
    created_at: datetime | None
    last_updated_at: datetime | None
    account: Account
    permissions: dict[str, RolePermission]


def role(view: RoleView) -> Role:
    return Role(
        id=view.id,
        label=view.label,
        role=view.label,
        base_role_type=view.base_role_type,
        is_account_role=view.base_role_type in {"AccountAdmin", "AccountMembership"},
        workflow_state=view.workflow_state,
        created_at=whole(view.created_at),
        last_updated_at=whole(view.updated_at),
        account=account_row(view.account, reads_sis=False),
        permissions={right: _permission(one) for right, one in view.permissions.items()},
    )


def _permission(view: PermissionView) -> RolePermission:
    shape = RolePermission(enabled=view.enabled, locked=False, readonly=False, explicit=view.explicit)
    if view.explicit:
        shape.prior_default = view.before
    if view.enabled:
        shape.applies_to_self = shape.applies_to_descendants = True
    return shape
