"""Logins of users."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import logins
from gradewire.actions.logins import LoginChanges, NewLogin
from gradewire.actions.unit import Unit
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.logins import Login, login


class LoginUserFields(Struct):
    id: Annotated[str, Meta(description="Any form of a user's id")] | UnsetType | None = UNSET


class LoginListParams(Struct):
    user: LoginUserFields | UnsetType | None = UNSET


class NewLoginFields(Struct):
    unique_id: Annotated[str, Meta(description="Required: the name to sign in by")] | None = None
    password: Annotated[str, Meta(description="At least ten characters")] | None = None
    sis_user_id: Annotated[str, Meta(description="For those who may manage SIS data")] | None = None
    integration_id: str | None = None


class NewLoginParams(Struct):
    user: LoginUserFields | UnsetType | None = UNSET
    login: NewLoginFields | UnsetType | None = UNSET


class LoginFields(Struct):
    unique_id: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    old_password: Annotated[str, Meta(description="Needed to change one's own password")] | UnsetType | None = UNSET
    sis_user_id: Annotated[str, Meta(description="For those who may manage SIS data")] | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET


class LoginParams(Struct):
    login: LoginFields | UnsetType | None = UNSET


def named(call: Call, unit: Unit, fields: LoginUserFields | UnsetType | None) -> int | None:
    return call.person(unit, fields.id) if fields and fields.id else None


def index_of_account(call: Call, params: LoginListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: logins.list_for_account(
            unit,
            call.account_id(unit),
            user_id=named(call, unit, params.user),
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([login(row) for row in found], total=total)


def index_of_user(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: logins.list_for_user(unit, call.user_id(unit), offset=page.offset, limit=page.limit))
    return Listing([login(row) for row in found], total=total)


def create(call: Call, params: NewLoginParams) -> Login:
    sent = params.login or NewLoginFields()
    new = NewLogin(
        unique_id=sent.unique_id,
        password=sent.password or None,
        sis_user_id=sent.sis_user_id or None,
        integration_id=sent.integration_id or None,
    )

    def write(unit: Unit) -> Any:
        return logins.create(unit, call.account_id(unit), named(call, unit, params.user), new)

    return login(call.write(write))


def update(call: Call, params: LoginParams) -> Login:
    number = call.number("login_id")
    sent = params.login or LoginFields()
    changes = LoginChanges(**{name: getattr(sent, name) for name in sent.__struct_fields__})
    return login(call.write(lambda unit: logins.update(unit, call.account_id(unit), number, changes)))


def delete(call: Call, _params: None) -> Login:
    number = call.number("login_id")
    return login(call.write(lambda unit: logins.delete(unit, call.user_id(unit), number)))


OF_ACCOUNT = "/api/v1/accounts/:account_id/logins"
OF_USER = "/api/v1/users/:user_id/logins"
OPERATIONS = (
    Operation(
        method="GET",
        path=OF_ACCOUNT,
        name="list_account_logins",
        summary="List the logins of an institution, or those of one of its users",
        handler=index_of_account,
        params=LoginListParams,
        returns=list[Login],
        paginated=True,
        tag="Logins",
    ),
    Operation(
        method="GET",
        path=OF_USER,
        name="list_user_logins",
        summary="List the logins of a user",
        handler=index_of_user,
        returns=list[Login],
        paginated=True,
        tag="Logins",
    ),
    Operation(
        method="POST",
        path=OF_ACCOUNT,
        name="create_login",
        summary="Give a user another login",
        handler=create,
        params=NewLoginParams,
        returns=Login,
        writes=True,
        tag="Logins",
    ),
    Operation(
        method="PUT",
        path=f"{OF_ACCOUNT}/:login_id",
        name="update_login",
        summary="Change a login, or its password",
        handler=update,
        params=LoginParams,
        returns=Login,
        writes=True,
        tag="Logins",
    ),
    Operation(
        method="DELETE",
        path=f"{OF_USER}/:login_id",
        name="delete_login",
        summary="Delete a login of a user who has another one",
        handler=delete,
        returns=Login,
        writes=True,
        tag="Logins",
    ),
)
