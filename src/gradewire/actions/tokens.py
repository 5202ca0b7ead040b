"""Access tokens for programs: made, listed, revoked by an operator at the command line."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from gradewire.actions.people import find_person
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.store import tokens
from gradewire.store.tokens import TokenRow

HINT_LENGTH = 5


def digest_of(token: str) -> str:
    """The form in which a token is stored and looked up."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def create(
    unit: Unit,
    login: str,
    *,
    purpose: str | None = None,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
    tool_id: int | None = None,
) -> tuple[str, TokenRow]:
    """A new token of 256 random bits for a person; it is shown this once.

    ``tool_id`` makes it the token of a tool that scores by itself: grades written with it have no grader.

    Raises:
        NotFound: nobody signs in by that name.
    """
    person = find_person(unit, login)
    token = secrets.token_urlsafe(32)
    row = tokens.add(
        unit.connection,
        user_id=person.user_id,
        digest=digest_of(token),
        hint=token[:HINT_LENGTH],
        purpose=purpose,
        scopes=list(scopes) or None,
        expires_at=expires_at,
        tool_id=tool_id,
        now=unit.now,
    )
    return token, row


def list_for(unit: Unit, login: str) -> list[TokenRow]:
    """
    Raises:
        NotFound: nobody signs in by that name.
    """
    return tokens.of_user(unit.connection, find_person(unit, login).user_id)


def revoke(unit: Unit, token_id: int) -> None:
    """
    Raises:
        NotFound: no such token that is still good.
    """
    if not tokens.revoke_one(unit.connection, token_id, unit.now):
        raise NotFound


def revoke_all_for(unit: Unit, purpose: str) -> int:
    """Revoke every token made for this purpose."""
    return tokens.revoke_all_for(unit.connection, purpose, unit.now)
