"""Roles of an account."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import roles
from gradewire.actions.roles import PermissionChange
from gradewire.core.errors import Fault, Invalid
from gradewire.core.permissions import ALL_RIGHTS, MANAGE_ACCOUNT
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.roles import Role, role

STATES = ("active", "inactive")
OTHER_NAMES = {"manage_account_settings": MANAGE_ACCOUNT}
"""Canvas's names of permissions that are called otherwise here."""


class RoleListParams(Struct):
    state: Annotated[list[str], Meta(description="active (default), inactive")] | UnsetType = UNSET
    show_inherited: Annotated[bool, Meta(description="Also the roles of the accounts above")] = False


class PermissionFields(Struct):
    explicit: Annotated[bool, Meta(description="false: back to what holds without")] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    locked: Annotated[bool, Meta(description="There are no locks: true is refused")] = False
    applies_to_self: Annotated[bool, Meta(description="false is refused")] = True
    applies_to_descendants: Annotated[bool, Meta(description="false is refused")] = True


PERMISSIONS = f"By name: {', '.join(sorted(ALL_RIGHTS))}; others are ignored"


class RoleParams(Struct):
    label: Annotated[str, Meta(description="Required of a new role")] | UnsetType | None = UNSET
    role: Annotated[str, Meta(description="The older name of label")] | UnsetType | None = UNSET
    base_role_type: Annotated[str, Meta(description="AccountMembership by default")] | UnsetType | None = UNSET
    permissions: Annotated[dict[str, PermissionFields], Meta(description=PERMISSIONS)] | UnsetType | None = UNSET


class RoleChangeParams(Struct):
    label: str | UnsetType | None = UNSET
    permissions: Annotated[dict[str, PermissionFields], Meta(description=PERMISSIONS)] | UnsetType | None = UNSET


def changes(sent: dict[str, PermissionFields] | UnsetType | None) -> dict[str, PermissionChange]:
    """What was sent of each right.

    Raises:
        Invalid: a lock, or a right for the account alone or for those below alone, which there is not here.
    """
    found: dict[str, PermissionChange] = {}
    for name, fields in (sent or {}).items():
        if fields.locked or not (fields.applies_to_self and fields.applies_to_descendants):
            raise Invalid(Fault("permissions", f"{name} can be neither locked nor given for a part of the accounts"))
        found[OTHER_NAMES.get(name, name)] = PermissionChange(fields.enabled, fields.explicit)
    return found


def index(call: Call, params: RoleListParams) -> Listing:
    page = call.page
    states = [state for state in STATES if not params.state or state in params.state] if params.state else ["active"]
    found, total = call.read(
        lambda unit: roles.list_for_account(
            unit,
            call.account_id(unit),
            states=states,
            inherited=params.show_inherited,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([role(one) for one in found], total=total)


def show(call: Call, _params: None) -> Role:
    number = call.number("role_id")
    return role(call.read(lambda unit: roles.show(unit, call.account_id(unit), number)))


def create(call: Call, params: RoleParams) -> Role:
    label = (params.role if params.label is UNSET else params.label) or None
    base = params.base_role_type or None
    sent = changes(params.permissions)
    return role(call.write(lambda unit: roles.create(unit, call.account_id(unit), label, base, sent)))


def update(call: Call, params: RoleChangeParams) -> Role:
    number = call.number("role_id")
    sent = changes(params.permissions)
    return role(call.write(lambda unit: roles.update(unit, call.account_id(unit), number, params.label, sent)))


def deactivate(call: Call, _params: None) -> Role:
    number = call.number("role_id")
    return role(call.write(lambda unit: roles.set_state(unit, call.account_id(unit), number, active=False)))


def activate(call: Call, _params: None) -> Role:
    number = call.number("role_id")
    return role(call.write(lambda unit: roles.set_state(unit, call.account_id(unit), number, active=True)))


MANY = "/api/v1/accounts/:account_id/roles"
ONE = f"{MANY}/:role_id"
TAG = "Roles"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_roles",
        summary="List the roles of an account, the built-in ones first",
        handler=index,
        params=RoleListParams,
        returns=list[Role],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_role",
        summary="Show a role as it counts in an account",
        handler=show,
        returns=Role,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_role",
        summary="Define a role",
        handler=create,
        params=RoleParams,
        returns=Role,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_role",
        summary="Rename a role, or change what its holders may do",
        handler=update,
        params=RoleChangeParams,
        returns=Role,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="deactivate_role",
        summary="Deactivate a role",
        handler=deactivate,
        returns=Role,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=f"{ONE}/activate",
        name="activate_role",
        summary="Activate a role again",
        handler=activate,
        returns=Role,
        writes=True,
        tag=TAG,
    ),
)
