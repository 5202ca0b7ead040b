"""The page of an account: the accounts below it, and its courses."""

from __future__ import annotations

from typing import Any

from gradewire.actions import account_editing, accounts, courses
from gradewire.actions.account_editing import AccountChanges
from gradewire.actions.courses import AccountCourses
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Invalid
from gradewire.core.permissions import MANAGE_ACCOUNT
from gradewire.web.account_navigation import around_account
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link, page_number, pages_of

PER_PAGE = 50
MOST_ACCOUNTS = 200


def show(visit: Visit) -> Page:
    return _page(visit, None)


def create(visit: Visit) -> Answer:
    """Make an account below this one."""
    account_id, name = visit.number("account_id"), visit.sent("name")
    try:
        visit.write(lambda unit: account_editing.create(unit, account_id, AccountChanges(name=name)))
    except Invalid as error:
        return _page(visit, " ".join(f"The name {fault.message}." for fault in error.faults))
    return Redirect(path=link(f"/accounts/{account_id}", done=1))


def _page(visit: Visit, error: str | None) -> Page:
    account_id, page = visit.number("account_id"), page_number(visit)
    search = visit.query.get("search", "").strip()

    def read(unit: Unit) -> dict[str, Any]:
        access = accounts.show(unit, account_id)
        context = {**around_account(access, "Overview"), "manages": MANAGE_ACCOUNT in access.rights}
        try:
            below, _ = accounts.list_below(
                unit, account_id, by_name=True, include=("course_count", "sub_account_count"), offset=0, limit=MOST_ACCOUNTS
            )
            wanted = AccountCourses(search_term=search or None)
            found, total = courses.list_for_account(
                unit, account_id, wanted, include=(), offset=(page - 1) * PER_PAGE, limit=PER_PAGE
            )
        except Denied:  # who teaches here sees the account, but not what is in it
            below, found, total = [], None, 0
        return {**context, "below": below, "courses": found, **pages_of(page, total, PER_PAGE)}

    context = {**visit.read(read), "search": search, "error": error, "done": "done" in visit.query}
    return Page(template="account.html", context=context, status=400 if error else 200)


PLACES = [
    Place(method="GET", path="/accounts/{account_id:str}", page=show),
    Place(method="POST", path="/accounts/{account_id:str}/accounts", page=create),
]
