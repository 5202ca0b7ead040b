"""Signing in with somebody else's word for it: the identity provider of the institution says who it is.

People are matched to logins that are there. Only where the operator wants it are those made who are not known yet. A name that
people of several institutions bear opens nothing, for the provider does not say which institution it means.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from gradewire.actions.institution.people import sortable
from gradewire.actions.logins import NewLogin, add_login, login_faults
from gradewire.actions.sessions import begin, random_text
from gradewire.actions.unit import Asker, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Unauthenticated
from gradewire.store import logins, sessions, users
from gradewire.store.sessions import LoginRow

Match: TypeAlias = Literal["login", "sis_user_id", "integration_id"]
"""What the provider's name of somebody is here."""

NOBODY: Final = "Nobody signs in here by this name."
SEVERAL: Final = "People of several institutions sign in by this name."


class Identity(Struct, frozen=True):
    """Whom the provider vouches for."""

    login: str
    name: str | None = None
    email: str | None = None


def sign_in(
    world: World,
    identity: Identity,
    *,
    match: Match = "login",
    creates: bool = False,
    replaces: str | None = None,
    device: str | None = None,
) -> str:
    """Begin a session and return its secret, as ``sessions.sign_in`` does.

    ``creates`` lets unknown people in: they are made in the only institution of the server, without password and roles.

    Raises:
        Unauthenticated: nobody is meant (reason ``unknown``), or several people are (``ambiguous``).
    """
    secret = random_text(world)

    def enter(unit: Unit) -> None:
        found = _find(unit, identity.login, match)
        if not found and creates and match == "login":
            found = [_made(unit, identity)]
        if not found:
            raise Unauthenticated(NOBODY, reason="unknown")
        if len({row.user_id for row in found}) > 1:
            raise Unauthenticated(SEVERAL, reason="ambiguous")
        begin(unit, found[0], secret, replaces=replaces, device=device, method="provider")

    write(world, Asker(None), enter)
    return secret


def _find(unit: Unit, name: str, match: Match) -> list[LoginRow]:
    if match == "login":
        return sessions.logins_named(unit.connection, sorted({name, name.lower()}))
    return sessions.logins_known_as(unit.connection, match, name)


def _made(unit: Unit, identity: Identity) -> LoginRow:
    """
    Raises:
        Unauthenticated: the name belongs to somebody who may not sign in, or there is not exactly one institution.
    """
    accounts = logins.root_accounts(unit.connection)
    login = NewLogin(unique_id=identity.login)
    names = sorted({identity.login, identity.login.lower()})  # as they were looked for
    if len(accounts) != 1 or any(login_faults(unit, accounts[0], NewLogin(unique_id=name), None) for name in names):
        raise Unauthenticated(NOBODY, reason="unknown")
    name = identity.name or identity.login
    user_id = users.add(
        unit.connection,
        unit.now,
        root_account_id=accounts[0],
        name=name,
        short_name=name,
        sortable_name=sortable(name),
        email=identity.email,
    )
    return LoginRow(add_login(unit, accounts[0], user_id, login), user_id, None)
