"""The reader's own access tokens: made, shown once, and revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec import UNSET, Struct

from gradewire.actions import user_tokens
from gradewire.actions.unit import Unit
from gradewire.actions.user_tokens import Naming, TokenChanges, TokenView
from gradewire.core.errors import Invalid, Missing, NotFound
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link

MOST = 200
DAYS: Final = (7, 30, 90, 365)
SAID = {"purpose": "Say what the token is for, in at most 255 characters.", "scopes": "These operations cannot be chosen."}


class ScopeGroup(Struct, frozen=True):
    """Operations under one heading: what a token carries for each, and what it does."""

    name: str
    scopes: Sequence[tuple[str, str]]


def places(groups: Sequence[ScopeGroup]) -> list[Place]:
    return [
        Place(method="GET", path="/settings/tokens", page=_show(groups)),
        Place(method="POST", path="/settings/tokens", page=_create(groups)),
        Place(method="POST", path="/settings/tokens/{token_id:str}", page=revoke),
    ]


def _show(groups: Sequence[ScopeGroup]) -> Callable[[Visit], Page]:
    def show(visit: Visit) -> Page:
        return _page(visit, groups)

    return show


def _create(groups: Sequence[ScopeGroup]) -> Callable[[Visit], Answer]:
    known = {scope for group in groups for scope, _ in group.scopes}

    def create(visit: Visit) -> Answer:
        """Make a token and show it, this once: the answer is the page, and no address leads to it again."""
        limited = visit.sent("limit") == "chosen"
        chosen = [value for name, value in visit.form.items() if name.startswith("scope_")]
        days = visit.sent("days")
        if limited and (not chosen or not known.issuperset(chosen)):
            return _page(visit, groups, error="Choose at least one operation, or all that you may yourself.")
        if days and days not in {str(one) for one in DAYS}:
            return _page(visit, groups, error="Choose when the token ends.")
        ends = visit.world.clock() + timedelta(days=int(days)) if days else None
        changes = TokenChanges(purpose=visit.sent("purpose").strip(), expires_at=ends, scopes=chosen if limited else UNSET)
        try:
            made = visit.write(lambda unit: user_tokens.create(unit, unit.caller.user_id, changes))
        except Missing:
            return _page(visit, groups, error=SAID["purpose"])
        except Invalid as error:
            return _page(visit, groups, error=" ".join(SAID.get(one.attribute, one.message) for one in error.faults))
        return _page(visit, groups, made=made)

    return create


def revoke(visit: Visit) -> Redirect:
    """Revoke a token; somebody who did that a moment ago already is told the same."""
    token_id = visit.number("token_id")
    try:
        visit.write(lambda unit: user_tokens.revoke(unit, unit.caller.user_id, Naming(id=token_id)))
    except NotFound:
        visit.read(lambda unit: unit.caller)
    return Redirect(path=link("/settings/tokens", done=1))


def _page(visit: Visit, groups: Sequence[ScopeGroup], *, error: str | None = None, made: TokenView | None = None) -> Page:
    def read(unit: Unit) -> dict[str, Any]:
        found, total = user_tokens.list_for_user(unit, unit.caller.user_id, offset=0, limit=MOST)
        return {"tokens": [one.row for one in found], "total": total, "now": unit.now}

    context = {
        **visit.read(read),
        "groups": groups,
        "days": DAYS,
        "made": made,
        "error": error,
        "done": "done" in visit.query,
        "typed": visit.form if error else {},
    }
    return Page(template="own_tokens.html", context=context, status=400 if error else 200)
