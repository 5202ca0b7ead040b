"""Accounts."""

from __future__ import annotations

from gradewire.actions import accounts
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.accounts import Account, account


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: accounts.list_own(unit, offset=page.offset, limit=page.limit))
    return Listing([account(one) for one in found], total=total)


def show(call: Call, _params: None) -> Account:
    return account(call.read(lambda unit: accounts.show(unit, call.account_id(unit))))


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/accounts",
        name="list_accounts",
        summary="List the accounts in which the caller holds a role",
        handler=index,
        returns=list[Account],
        paginated=True,
        tag="Accounts",
    ),
    Operation(
        method="GET",
        path="/api/v1/accounts/:account_id",
        name="show_account",
        summary="Show an account; self is the root account",
        handler=show,
        returns=Account,
        tag="Accounts",
    ),
)
