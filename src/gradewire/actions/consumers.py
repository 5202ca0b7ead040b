"""Consumers of the Schoology API: keys of people, and applications. An operator manages all at the command line, and
who manages an institution manages those of it.

With a person's key one acts as that person, so making one for somebody else, or a new secret for it, takes what acting as
somebody else takes.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.oauth import check_callbacks
from gradewire.actions.people import find_person
from gradewire.actions.secrets import vault_of
from gradewire.actions.seniority import compare
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import BECOME_USER, MANAGE_ACCOUNT
from gradewire.store import consumers as rows
from gradewire.store import logins, people
from gradewire.store.consumers import ConsumerRow


def create(unit: Unit, name: str, *, login: str | None = None, callback_urls: Sequence[str] = ()) -> tuple[ConsumerRow, str]:
    """A new consumer and its secret: with a login that person's own key, without one an application.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: nobody signs in by that name.
        Invalid: a key with addresses to lead back to, or an application where there is not exactly one institution.
        Malformed: an address that cannot be registered.
    """
    _check_operator(unit)
    if not name.strip() or len(name) > 255:
        raise Invalid(Fault("name", "is needed, of at most 255 characters"))
    if login is not None and callback_urls:
        raise Invalid(Fault("callback", "is for applications; the key of a person needs none"))
    user_id = None if login is None else find_person(unit, login).user_id
    secret = unit.world.randomness.randbytes(16).hex()
    row = rows.add(
        unit.connection,
        account_id=_institution(unit, user_id),
        name=name.strip(),
        key=unit.world.randomness.randbytes(20).hex(),
        secret_encrypted=vault_of(unit).seal(secret),
        user_id=user_id,
        callback_urls=check_callbacks(callback_urls),
        now=unit.now,
    )
    return row, secret


def list_all(unit: Unit) -> list[ConsumerRow]:
    """
    Raises:
        Denied: somebody other than the operator asks.
    """
    _check_operator(unit)
    return rows.all_of(unit.connection)


def rotate(unit: Unit, key: str) -> str:
    """A new secret for a consumer; with the old one nothing is signed any more.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: no such consumer that is still good.
    """
    row = _find(unit, key)
    secret = unit.world.randomness.randbytes(16).hex()
    rows.set_secret(unit.connection, row.id, vault_of(unit).seal(secret), unit.now)
    return secret


def revoke(unit: Unit, key: str) -> None:
    """End a consumer, and the access that users gave it.

    Raises:
        Denied: somebody other than the operator asks.
        NotFound: no such consumer that is still good.
    """
    rows.end(unit.connection, _find(unit, key).id, unit.now)


def revoke_all_named(unit: Unit, name: str) -> int:
    """End every consumer of this name; how many there were."""
    _check_operator(unit)
    return rows.end_all_named(unit.connection, name, unit.now)


def list_for_account(unit: Unit, account_id: int) -> list[ConsumerRow]:
    """
    Raises:
        NotFound: no such account.
        Denied: no right to manage it.
    """
    _check_account(unit, account_id)
    return rows.of_account(unit.connection, account_id)


def create_for_account(
    unit: Unit, account_id: int, name: str, *, login: str | None = None, callback_urls: Sequence[str] = ()
) -> tuple[ConsumerRow, str]:
    """A new consumer of an institution and its secret, as ``create``.

    Raises:
        NotFound: no such account.
        Denied: no right to manage it, or to act as the person whose key it shall be.
        Invalid: not an institution, no name, nobody of that login, or a key with addresses to lead back to.
        Malformed: an address that cannot be registered.
    """
    access = _check_account(unit, account_id)
    faults = []
    if access.account.parent_account_id is not None:
        faults.append(Fault("account", "must be a root account"))
    if not name.strip() or len(name) > 255:
        faults.append(Fault("name", "is needed, of at most 255 characters"))
    if login is not None and callback_urls:
        faults.append(Fault("callback", "is for applications; the key of a person needs none"))
    found = [] if login is None else logins.named(unit.connection, login, account_id=account_id)
    found = [row for row in found if row.workflow_state == "active"]
    if login is not None and len(found) != 1:
        faults.append(Fault("login", "belongs to nobody here"))
    if faults:
        raise Invalid(*faults)
    user_id = found[0].user_id if found else None
    _check_owner(unit, user_id)
    secret = unit.world.randomness.randbytes(16).hex()
    row = rows.add(
        unit.connection,
        account_id=account_id,
        name=name.strip(),
        key=unit.world.randomness.randbytes(20).hex(),
        secret_encrypted=vault_of(unit).seal(secret),
        user_id=user_id,
        callback_urls=check_callbacks(callback_urls),
        now=unit.now,
    )
    return row, secret


def rotate_in_account(unit: Unit, account_id: int, consumer_id: int) -> tuple[ConsumerRow, str]:
    """A new secret for a consumer of an institution.

    Raises:
        NotFound: no such account, or no such consumer of it that is still good.
        Denied: no right to manage it, or to act as the owner of the key.
    """
    row = _find_in(unit, account_id, consumer_id)
    _check_owner(unit, row.user_id)
    secret = unit.world.randomness.randbytes(16).hex()
    rows.set_secret(unit.connection, row.id, vault_of(unit).seal(secret), unit.now)
    return row, secret


def revoke_in_account(unit: Unit, account_id: int, consumer_id: int) -> None:
    """End a consumer of an institution, and the access that users gave it.

    Raises:
        NotFound: no such account, or no such consumer of it that is still good.
        Denied: no right to manage it.
    """
    rows.end(unit.connection, _find_in(unit, account_id, consumer_id).id, unit.now)


def _find_in(unit: Unit, account_id: int, consumer_id: int) -> ConsumerRow:
    for row in list_for_account(unit, account_id):
        if row.id == consumer_id:
            return row
    raise NotFound


def _check_account(unit: Unit, account_id: int) -> AccountAccess:
    access = account_access(unit, account_id)
    access.require(MANAGE_ACCOUNT)
    return access


def _check_owner(unit: Unit, user_id: int | None) -> None:
    caller = unit.caller
    if user_id is None or (user_id == caller.user_id and caller.real_user_id is None):
        return
    standing = compare(unit.connection, caller.user_id, user_id, caller.root_account_id)
    if caller.real_user_id is not None or BECOME_USER not in standing.rights or standing.is_below:
        raise Denied


def _find(unit: Unit, key: str) -> ConsumerRow:
    _check_operator(unit)
    row = rows.by_key(unit.connection, key)
    if row is None or row.workflow_state != "active":
        raise NotFound
    return row


def _institution(unit: Unit, user_id: int | None) -> int:
    if user_id is not None:
        owner = people.by_id(unit.connection, user_id)
        assert owner is not None
        return owner.root_account_id
    accounts = logins.root_accounts(unit.connection)
    if len(accounts) != 1:
        raise Invalid(Fault("account", f"there are {len(accounts)} institutions; make applications with an institution file"))
    return accounts[0]


def _check_operator(unit: Unit) -> None:
    if not unit.is_system:
        raise Denied
