"""Access tokens as their owners make, see, change and revoke them, and administrators those of others.

A token is shown once, when it is made or made anew. Who makes one for somebody else could act as that person with it, so that
takes the same as acting as somebody else does. A token with scopes makes only tokens with some of these scopes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.seniority import compare
from gradewire.actions.tokens import HINT_LENGTH, digest_of
from gradewire.actions.unit import BearerToken, Unit, has_scope
from gradewire.actions.users import find
from gradewire.core.errors import Denied, Fault, Invalid, Missing, NotFound
from gradewire.core.permissions import BECOME_USER, MANAGE_ACCOUNT
from gradewire.store import people
from gradewire.store import tokens as rows
from gradewire.store.tokens import TokenRow

PURPOSE_LIMIT = 255
MOST_SCOPES = 1_000
_SCOPE = re.compile(r"url:(?:GET|POST|PUT|PATCH|DELETE)\|/[!-~]{1,300}")


class TokenChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are. No scopes are all that the user may."""

    purpose: str | UnsetType | None = UNSET
    expires_at: datetime | UnsetType | None = UNSET
    scopes: Sequence[str] | UnsetType = UNSET
    regenerate: bool = False


class TokenView(Struct, frozen=True):
    """A token; ``token`` is the secret itself, where it was just made."""

    row: TokenRow
    token: str | None = None


class Naming(Struct, frozen=True, kw_only=True):
    """Which token: by number, or by the beginning that its owner knows."""

    id: int | None = None
    hint: str | None = None


def list_for_user(unit: Unit, user_id: int, *, offset: int, limit: int) -> tuple[list[TokenView], int]:
    """A page of a user's tokens that are not revoked, and how many there are in all.

    Raises:
        NotFound: no such user here.
        Denied: somebody else's, without the right.
    """
    _check(unit, user_id, MANAGE_ACCOUNT)
    found, total = rows.page_of_user(unit.connection, user_id, offset=offset, limit=limit)
    return [TokenView(row) for row in found], total


def show(unit: Unit, user_id: int, naming: Naming) -> TokenView:
    """
    Raises:
        NotFound: no such user here, or no such token of theirs.
        Denied: somebody else's, without the right.
    """
    _check(unit, user_id, MANAGE_ACCOUNT)
    return TokenView(_find(unit, user_id, naming))


def create(unit: Unit, user_id: int, changes: TokenChanges) -> TokenView:
    """A new token.

    Raises:
        NotFound: no such user here.
        Denied: for somebody else, without the right to act as them; or more scopes than the caller's token has.
        Missing: no purpose was said.
        Invalid: an end that has passed, or what is no scope.
    """
    _check(unit, user_id, BECOME_USER)
    if not changes.purpose:
        raise Missing("token[purpose]")
    values = _values(unit, changes)
    _check_scopes(unit, values.get("scopes"))
    token = secrets.token_urlsafe(32)
    row = rows.add(
        unit.connection,
        user_id=user_id,
        digest=digest_of(token),
        hint=token[:HINT_LENGTH],
        purpose=values["purpose"],
        scopes=values.get("scopes"),
        expires_at=values.get("expires_at"),
        now=unit.now,
    )
    return TokenView(row, token)


def update(unit: Unit, user_id: int, naming: Naming, changes: TokenChanges) -> TokenView:
    """Change a token, or make it anew: then the old one is good no longer.

    Raises:
        NotFound: no such user here, or no such token of theirs.
        Denied: somebody else's, without the right to act as them; or more scopes than the caller's token has.
        Invalid: an end that has passed, or what is no scope.
    """
    _check(unit, user_id, BECOME_USER)
    row = _find(unit, user_id, naming)
    values = _values(unit, changes)
    _check_scopes(unit, values.get("scopes", row.scopes))
    token = None
    if changes.regenerate:
        token = secrets.token_urlsafe(32)
        values |= {"digest": digest_of(token), "hint": token[:HINT_LENGTH]}
    if values:
        rows.change(unit.connection, row.id, unit.now, **values)
    return TokenView(_find(unit, user_id, Naming(id=row.id)), token)


def revoke(unit: Unit, user_id: int, naming: Naming) -> TokenView:
    """Revoke a token; the token as it was.

    Raises:
        NotFound: no such user here, or no such token of theirs.
        Denied: somebody else's, without the right.
    """
    _check(unit, user_id, MANAGE_ACCOUNT)
    row = _find(unit, user_id, naming)
    rows.revoke_one(unit.connection, row.id, unit.now)
    return TokenView(row)


def _check(unit: Unit, user_id: int, right: str) -> None:
    caller = unit.caller
    if right == BECOME_USER and caller.real_user_id is not None:
        raise Denied  # a token would outlive the masquerade
    find(unit, user_id)
    if user_id == caller.user_id:
        return
    standing = compare(unit.connection, caller.user_id, user_id, caller.root_account_id)
    if right not in standing.rights or standing.is_below:
        raise Denied


def _check_scopes(unit: Unit, scopes: Sequence[str] | None) -> None:
    credentials = unit.asker.credentials
    own = people.by_token(unit.connection, credentials.digest) if isinstance(credentials, BearerToken) else None
    if own is None or not own.scopes:
        return
    if not scopes or not all(has_scope(own.scopes, scope) for scope in scopes):
        raise Denied


def _find(unit: Unit, user_id: int, naming: Naming) -> TokenRow:
    found = rows.find(unit.connection, user_id, token_id=naming.id, hint=naming.hint)
    if found is None:
        raise NotFound
    return found


def _values(unit: Unit, changes: TokenChanges) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults = []
    if changes.purpose is not UNSET:
        values["purpose"] = (changes.purpose or "").strip()
        if not values["purpose"]:
            faults.append(Fault("purpose", "can't be blank"))
        elif len(values["purpose"]) > PURPOSE_LIMIT:
            faults.append(Fault("purpose", f"is too long (maximum is {PURPOSE_LIMIT} characters)"))
    if changes.expires_at is not UNSET:
        values["expires_at"] = changes.expires_at
        if changes.expires_at is not None and changes.expires_at <= unit.now:
            faults.append(Fault("expires_at", "must be in the future"))
    if changes.scopes is not UNSET:
        values["scopes"] = list(dict.fromkeys(changes.scopes)) or None
        if len(changes.scopes) > MOST_SCOPES or not all(_SCOPE.fullmatch(scope) for scope in changes.scopes):
            faults.append(Fault("scopes", "must be of the form url:GET|/api/v1/courses/:course_id"))
    if faults:
        raise Invalid(*faults)
    return values
