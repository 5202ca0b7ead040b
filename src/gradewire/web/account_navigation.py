"""The places of an account, as the navigation on each of its pages lists them: those that the reader may open."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions.accounts import AccountAccess
from gradewire.core.permissions import MANAGE_ACCOUNT, MANAGE_SIS, READ, READ_ROSTER, VIEW_USER_LOGINS


class AccountStop(Struct, frozen=True):
    """A place: its name, the end of its path below the account's, and the rights of which any one opens it."""

    name: str
    end: str
    rights: tuple[str, ...]
    root_only: bool = False
    """Only institutions have it, not the accounts below them."""


ACCOUNT_STOPS = (
    AccountStop("Overview", "", (READ,)),
    AccountStop("Users", "/users", (READ_ROSTER, VIEW_USER_LOGINS, MANAGE_ACCOUNT)),
    AccountStop("Consumers", "/consumers", (MANAGE_ACCOUNT,), root_only=True),
    AccountStop("SIS imports", "/sis_imports", (MANAGE_SIS,), root_only=True),
    AccountStop("Grading schemes", "/grading_standards", (READ,)),
    AccountStop("Grading periods", "/grading_period_sets", (READ,), root_only=True),
    AccountStop("Events", "/events", (MANAGE_ACCOUNT,)),
)


def account_stops(access: AccountAccess) -> list[tuple[str, str]]:
    """Name and path of each place that is open to the reader."""
    is_root = access.account.parent_account_id is None
    here = f"/accounts/{access.account.id}"
    return [
        (stop.name, here + stop.end)
        for stop in ACCOUNT_STOPS
        if access.rights.intersection(stop.rights) and (is_root or not stop.root_only)
    ]


def around_account(access: AccountAccess, stop: str) -> dict[str, Any]:
    """What the head of an account's page tells: whose page it is, and the ways from there."""
    return {"owner": access.account, "home": None, "account_stops": account_stops(access), "stop": stop}
