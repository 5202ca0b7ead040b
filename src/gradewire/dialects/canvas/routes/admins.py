"""Who holds roles in an account."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import admins
from gradewire.actions.admins import AdminView, Naming
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.admins import Admin, admin


class AdminListParams(Struct):
    user_id: list[str] | UnsetType = UNSET


class AdminParams(Struct):
    user_id: Annotated[str, Meta(description="Required; any form of a user's id")] | UnsetType | None = UNSET
    role_id: Annotated[str, Meta(description="AccountAdmin by default")] | UnsetType | None = UNSET
    role: Annotated[str, Meta(description="The name of the role")] | UnsetType | None = UNSET


class AdminEndParams(Struct):
    role_id: Annotated[str, Meta(description="AccountAdmin by default")] | UnsetType | None = UNSET
    role: Annotated[str, Meta(description="The name of the role")] | UnsetType | None = UNSET


def naming(call: Call, params: AdminParams | AdminEndParams) -> Naming:
    return Naming(role_id=call.local(params.role_id) if params.role_id else None, role=params.role or None)


def index(call: Call, params: AdminListParams) -> Listing:
    page = call.page
    ids = [call.local(one) for one in params.user_id] if params.user_id else None
    found, total = call.read(
        lambda unit: admins.list_for_account(unit, call.account_id(unit), user_ids=ids, offset=page.offset, limit=page.limit)
    )
    return Listing([admin(one) for one in found], total=total)


def index_of_self(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: admins.list_own(unit, call.account_id(unit), offset=page.offset, limit=page.limit))
    return Listing([admin(one) for one in found], total=total)


def create(call: Call, params: AdminParams) -> Admin:
    def write(unit: Unit) -> AdminView:
        user_id = call.person(unit, params.user_id) if params.user_id else None
        return admins.create(unit, call.account_id(unit), user_id, naming(call, params))

    return admin(call.write(write))


def delete(call: Call, params: AdminEndParams) -> Admin:
    named = naming(call, params)
    return admin(call.write(lambda unit: admins.delete(unit, call.account_id(unit), call.user_id(unit), named)))


MANY = "/api/v1/accounts/:account_id/admins"
TAG = "Admins"
OPERATIONS = (
    Operation(
        method="GET",
        path=MANY,
        name="list_admins",
        summary="List who holds roles in an account",
        handler=index,
        params=AdminListParams,
        returns=list[Admin],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{MANY}/self",
        name="list_own_admin_roles",
        summary="List the caller's roles in an account",
        handler=index_of_self,
        returns=list[Admin],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_admin",
        summary="Give somebody a role in an account",
        handler=create,
        params=AdminParams,
        returns=Admin,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=f"{MANY}/:user_id",
        name="delete_admin",
        summary="Take a role in an account from somebody",
        handler=delete,
        params=AdminEndParams,
        returns=Admin,
        writes=True,
        tag=TAG,
    ),
)
