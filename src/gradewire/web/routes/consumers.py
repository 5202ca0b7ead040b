"""The consumers of the Schoology API of an institution: keys of people, and applications. A secret is shown once."""

from __future__ import annotations

from typing import Any

from gradewire.actions import accounts, consumers
from gradewire.actions.unit import Unit
from gradewire.core.errors import Invalid, Malformed
from gradewire.web.account_navigation import around_account
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link

SAID = {
    "name": "A consumer needs a name of at most 255 characters.",
    "login": "Nobody of this institution signs in by that login.",
    "callback": "Addresses to lead back to are for applications; leave the login empty.",
    "account": "Consumers belong to institutions, not to accounts below them.",
}


def show(visit: Visit) -> Page:
    return _page(visit)


def create(visit: Visit) -> Answer:
    """Make a consumer and show its secret, this once."""
    account_id, login = visit.number("account_id"), visit.sent("login").strip()
    addresses = visit.sent("callbacks").split()
    try:
        made = visit.write(
            lambda unit: consumers.create_for_account(
                unit, account_id, visit.sent("name"), login=login or None, callback_urls=addresses
            )
        )
    except Invalid as error:
        return _page(visit, error=" ".join(SAID.get(one.attribute, one.message) for one in error.faults))
    except Malformed as error:
        return _page(visit, error=error.message)
    return _page(visit, made=made)


def rotate(visit: Visit) -> Page:
    """A new secret, shown this once; nothing signed with the old one is taken any more."""
    account_id, consumer_id = visit.number("account_id"), visit.number("consumer_id")
    return _page(visit, made=visit.write(lambda unit: consumers.rotate_in_account(unit, account_id, consumer_id)))


def revoke(visit: Visit) -> Redirect:
    account_id, consumer_id = visit.number("account_id"), visit.number("consumer_id")
    visit.write(lambda unit: consumers.revoke_in_account(unit, account_id, consumer_id))
    return Redirect(path=link(f"/accounts/{account_id}/consumers", done=1))


def _page(visit: Visit, *, error: str | None = None, made: Any = None) -> Page:
    account_id = visit.number("account_id")

    def read(unit: Unit) -> dict[str, Any]:
        found = consumers.list_for_account(unit, account_id)
        return {**around_account(accounts.account_access(unit, account_id), "Consumers"), "consumers": found}

    context = {
        **visit.read(read),
        "error": error,
        "made": made,
        "done": "done" in visit.query,
        "typed": visit.form if error else {},
    }
    return Page(template="consumers.html", context=context, status=400 if error else 200)


PATH = "/accounts/{account_id:str}/consumers"
PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=create),
    Place(method="POST", path=PATH + "/{consumer_id:str}/secret", page=rotate),
    Place(method="POST", path=PATH + "/{consumer_id:str}/end", page=revoke),
]
