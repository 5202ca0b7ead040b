"""People and their logins, as an operator manages them at the command line."""

from __future__ import annotations

from gradewire.actions.passwords import hash_password
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.store import logins, sessions, tokens
from gradewire.store.logins import PersonRow

LEAST_PASSWORD = 10


def find_person(unit: Unit, login: str) -> PersonRow:
    """
    Raises:
        NotFound: nobody signs in by that name, or people of several institutions do.
    """
    found = logins.named(unit.connection, login)
    if len(found) != 1:
        raise NotFound
    return found[0]


def create(
    unit: Unit, login: str, name: str, *, email: str | None = None, password: str | None = None, admin: bool = False
) -> PersonRow:
    """A new person of the only institution of this server, with a login.

    Raises:
        Denied: somebody other than the operator asks.
        Invalid: the name is taken, the password too short, or there is not exactly one institution.
    """
    _check_operator(unit)
    accounts = logins.root_accounts(unit.connection)
    if len(accounts) != 1:
        raise Invalid(Fault("account", f"there are {len(accounts)} institutions; make people with an institution file"))
    if logins.named(unit.connection, login):
        raise Invalid(Fault("login", "is taken"))
    _check_password(password)
    given, _, family = name.strip().rpartition(" ")
    user_id = logins.add_user(
        unit.connection,
        root_account_id=accounts[0],
        name=name.strip(),
        sortable_name=f"{family}, {given}" if given else family,
        email=email,
        now=unit.now,
    )
    logins.add_login(
        unit.connection,
        user_id=user_id,
        account_id=accounts[0],
        unique_id=login,
        password_hash=hash_password(password) if password else None,
        created_at=unit.now,
        updated_at=unit.now,
    )
    if admin:
        logins.add_admin(unit.connection, accounts[0], user_id, unit.now)
    return find_person(unit, login)


def set_password(unit: Unit, login: str, password: str) -> None:
    """Change a password; whoever is signed in by it is signed out.

    Raises:
        NotFound: nobody signs in by that name.
        Invalid: the password is too short.
    """
    _check_operator(unit)
    _check_password(password)
    person = find_person(unit, login)
    logins.set_password(unit.connection, person.login_id, hash_password(password), unit.now)
    sessions.end_all_of(unit.connection, person.user_id)


def deactivate(unit: Unit, login: str) -> None:
    """End a login: nobody signs in by it any more, sessions end, tokens are revoked. Grades and their history stay.

    Raises:
        NotFound: nobody signs in by that name.
    """
    _check_operator(unit)
    person = find_person(unit, login)
    logins.set_state(unit.connection, person.login_id, "deleted", unit.now)
    sessions.end_all_of(unit.connection, person.user_id)
    tokens.revoke_all_of(unit.connection, person.user_id, unit.now)


def search(unit: Unit, containing: str | None, *, limit: int) -> list[PersonRow]:
    """People whose login or name contains the text."""
    _check_operator(unit)
    return logins.page(unit.connection, containing=containing, limit=limit)


def _check_operator(unit: Unit) -> None:
    if not unit.is_system:
        raise Denied


def _check_password(password: str | None) -> None:
    if password is not None and len(password) < LEAST_PASSWORD:
        raise Invalid(Fault("password", f"has fewer than {LEAST_PASSWORD} characters"))
