"""Accounts and the settings of theirs that grading reads."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import account_editing, accounts
from gradewire.actions.account_editing import AccountChanges
from gradewire.actions.accounts import AccountAccess
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.accounts import Account, AccountSettings, account, account_settings

INCLUDE = "course_count, sub_account_count"
FLAG = "A boolean, or a hash with one under value"


class AccountListParams(Struct):
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class SubAccountListParams(Struct):
    recursive: Annotated[bool, Meta(description="All accounts below, not only those directly below")] = False
    order: Annotated[str, Meta(description="id (default) or name")] | UnsetType | None = UNSET
    include: Annotated[list[str], Meta(description=INCLUDE)] = []


class AccountSettingFields(Struct):
    restrict_grading_scheme_editing_to_admins: Annotated[Any, Meta(description=FLAG)] = UNSET
    final_grades_override: Annotated[Any, Meta(description=FLAG)] = UNSET
    grade_calc_ignore_unposted_anonymous: Annotated[Any, Meta(description=FLAG)] = UNSET


class AccountFields(Struct):
    name: str | UnsetType | None = UNSET
    sis_account_id: Annotated[str, Meta(description="For those who may manage SIS data")] | UnsetType | None = UNSET
    default_time_zone: Annotated[str, Meta(description="An IANA name")] | UnsetType | None = UNSET
    default_grading_standard_id: (
        Annotated[int, Meta(description="0 is the built-in scheme, blank is none")] | UnsetType | None
    ) = UNSET
    settings: AccountSettingFields | UnsetType | None = UNSET


class AccountParams(Struct):
    account: AccountFields | UnsetType | None = UNSET


TRUE = frozenset({"true", "1", "on", "yes", "t", "y"})


def flag(name: str, sent: Any) -> bool | UnsetType:
    """A setting as sent: plain, or in a hash under ``value`` as Canvas has it for settings that can be locked."""
    if isinstance(sent, dict):
        sent = sent.get("value", UNSET)
    if sent is UNSET or isinstance(sent, bool):
        return sent
    if sent is None:
        return False
    if not isinstance(sent, (str, int, float)):
        raise Malformed(f"account[settings][{name}] is not a boolean.", field=f"account[settings][{name}]")
    return str(sent).strip().lower() in TRUE


def changes(params: AccountParams) -> AccountChanges:
    sent = params.account or AccountFields()
    settings = sent.settings or AccountSettingFields()
    return AccountChanges(
        name=sent.name,
        sis_account_id=sent.sis_account_id,
        time_zone=sent.default_time_zone,
        default_grading_standard_id=sent.default_grading_standard_id,
        **{name: flag(name, getattr(settings, name)) for name in settings.__struct_fields__},
    )


def index(call: Call, params: AccountListParams) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: accounts.list_own(unit, include=params.include, offset=page.offset, limit=page.limit))
    return Listing([account(one) for one in found], total=total)


def index_below(call: Call, params: SubAccountListParams) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: accounts.list_below(
            unit,
            call.account_id(unit),
            recursive=params.recursive,
            by_name=params.order == "name",
            include=params.include,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([account(one) for one in found], total=total)


def show(call: Call, _params: None) -> Account:
    return account(call.read(lambda unit: accounts.show(unit, call.account_id(unit))))


def show_settings(call: Call, _params: None) -> AccountSettings:
    return account_settings(call.read(lambda unit: accounts.show_managed(unit, call.account_id(unit))).account)


def create(call: Call, params: AccountParams) -> Account:
    return account(call.write(lambda unit: account_editing.create(unit, call.account_id(unit), changes(params))))


def update(call: Call, params: AccountParams) -> Account:
    return account(call.write(lambda unit: account_editing.update(unit, call.account_id(unit), changes(params))))


def delete(call: Call, _params: None) -> Account:
    def write(unit: Unit) -> AccountAccess:
        return account_editing.delete(unit, call.account_id(unit), call.account(unit, call.path["sub_account_id"]))

    return account(call.write(write))


ONE = "/api/v1/accounts/:account_id"
OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/accounts",
        name="list_accounts",
        summary="List the accounts in which the caller holds a role",
        handler=index,
        params=AccountListParams,
        returns=list[Account],
        paginated=True,
        tag="Accounts",
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_account",
        summary="Show an account; self is the root account",
        handler=show,
        returns=Account,
        tag="Accounts",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_account",
        summary="Change an account and the settings that grading reads",
        handler=update,
        params=AccountParams,
        returns=Account,
        writes=True,
        tag="Accounts",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/settings",
        name="show_account_settings",
        summary="Show the settings of an account that grading reads",
        handler=show_settings,
        returns=AccountSettings,
        tag="Accounts",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/sub_accounts",
        name="list_sub_accounts",
        summary="List the accounts below an account",
        handler=index_below,
        params=SubAccountListParams,
        returns=list[Account],
        paginated=True,
        tag="Accounts",
    ),
    Operation(
        method="POST",
        path=f"{ONE}/sub_accounts",
        name="create_sub_account",
        summary="Create an account below another one",
        handler=create,
        params=AccountParams,
        returns=Account,
        writes=True,
        tag="Accounts",
    ),
    Operation(
        method="DELETE",
        path=f"{ONE}/sub_accounts/:sub_account_id",
        name="delete_sub_account",
        summary="Delete an account that has neither courses nor accounts below it",
        handler=delete,
        returns=Account,
        writes=True,
        tag="Accounts",
    ),
)
