"""Browser sessions: signing in with a password, staying signed in, seeing where one is, signing out here or everywhere."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from gradewire.actions import passwords
from gradewire.actions.unit import Asker, BrowserSession, Unit, read, write
from gradewire.actions.world import World
from gradewire.core.errors import NotFound, Unauthenticated
from gradewire.store import sessions as rows
from gradewire.store.sessions import LoginRow, SessionRow

IDLE = timedelta(hours=12)
"""How long a session lasts without being used."""
LONGEST = timedelta(days=7)
"""After this long a session ends however much it is used."""

NOTED = timedelta(minutes=10)
"""After this long the use of a session is noted again, so that not every page costs a write."""
MOST_SHOWN = 100
LONGEST_DEVICE = 255

WRONG = "Login or password is not correct."


class Session(Struct, frozen=True):
    """A signed-in browser as its pages know it."""

    user_id: int
    name: str
    time_zone: str | None
    csrf_token: str
    renewable: bool
    """Its use was noted some time ago, or half of the time without use has gone by: ``renew`` it."""


class OwnSession(Struct, frozen=True):
    """One of the caller's sessions as its list has it."""

    public_id: str
    user_agent: str | None
    method: str | None
    begun_at: datetime
    used_at: datetime
    ends_at: datetime
    is_current: bool


def digest_of(secret: str) -> str:
    """What is kept of a session's secret: whoever reads the database cannot sign in with it."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def sign_in(world: World, *, login: str, password: str, replaces: str | None = None, device: str | None = None) -> str:
    """Begin a session and return its secret, which goes into the browser's cookie and is kept nowhere else.

    The secret is always a new one, and the session that the browser had before (``replaces``) ends, so that nobody can make
    others sign in to a session that he knows. The password is checked outside of any transaction.

    Raises:
        Unauthenticated: no such login, one without a password, or a wrong password; after the same time and with the same text.
    """
    name = login.strip()
    found = read(world, Asker(None), lambda unit: rows.logins_named(unit.connection, sorted({name, name.lower()})))
    opened = _check(found, password)
    if opened is None:
        raise Unauthenticated(WRONG, reason="password")
    old = opened.password_hash
    new = passwords.hash_password(password) if old is not None and passwords.is_outdated(old) else None
    secret = random_text(world)

    def enter(unit: Unit) -> None:
        if old is not None and new is not None:
            rows.replace_hash(unit.connection, opened.id, old=old, new=new)
        begin(unit, opened, secret, replaces=replaces, device=device, method="password")

    write(world, Asker(None), enter)
    return secret


def begin(
    unit: Unit,
    login: LoginRow,
    secret: str,
    *,
    replaces: str | None,
    device: str | None,
    method: Literal["password", "provider"],
) -> None:
    """Begin a session for whoever was found to own the login; the one that the browser had before ends."""
    rows.remove_expired(unit.connection, unit.now)
    if replaces is not None:
        rows.end(unit.connection, digest_of(replaces))
    rows.add(
        unit.connection,
        SessionRow(
            digest=digest_of(secret),
            user_id=login.user_id,
            login_id=login.id,
            public_id=unit.world.randomness.randbytes(16).hex(),
            csrf_token=random_text(unit.world),
            user_agent=device[:LONGEST_DEVICE] if device else None,
            method=method,
            used_at=unit.now,
            expires_at=unit.now + IDLE,
            created_at=unit.now,
        ),
    )


def _check(found: list[LoginRow], password: str) -> LoginRow | None:
    """The first login that the password opens. All are checked, and something is checked where there is none."""
    if not found:
        passwords.matches(None, password)
    opened = [row for row in found if passwords.matches(row.password_hash, password)]
    return opened[0] if opened else None


def random_text(world: World) -> str:
    """256 random bits in 43 characters that need no quoting in cookies and forms."""
    return base64.urlsafe_b64encode(world.randomness.randbytes(32)).rstrip(b"=").decode()


def show(unit: Unit) -> Session:
    """The session that the request belongs to.

    Raises:
        Unauthenticated: it belongs to none, or to one that has ended.
    """
    caller = unit.caller
    times = rows.times(unit.connection, _digest(unit))
    if times is None or caller.csrf_token is None:
        raise Unauthenticated
    return Session(
        user_id=caller.user_id,
        name=caller.name,
        time_zone=caller.time_zone,
        csrf_token=caller.csrf_token,
        renewable=unit.now - times.used > NOTED
        or (times.ends - unit.now < IDLE / 2 and _until(times.begun, unit.now) > times.ends),
    )


def renew(unit: Unit) -> None:
    """Let the session last as long again as after its last use, within the longest it may last."""
    digest = _digest(unit)
    times = rows.times(unit.connection, digest)
    if times is not None and times.ends > unit.now:
        until = max(times.ends, _until(times.begun, unit.now))
        rows.prolong(unit.connection, digest, until=until, now=unit.now)


def sign_out(unit: Unit) -> None:
    """End the session that the request belongs to."""
    rows.end(unit.connection, _digest(unit))


def sign_out_everywhere(unit: Unit) -> int:
    """End all sessions of the caller, on every device; how many there were."""
    return rows.end_all_of(unit.connection, unit.caller.user_id)


def list_own(unit: Unit) -> list[OwnSession]:
    """The sessions of the caller, the last used first."""
    here = _digest(unit)
    found = rows.of_user(unit.connection, unit.caller.user_id, unit.now, limit=MOST_SHOWN)
    return [
        OwnSession(
            row.public_id,
            row.user_agent,
            row.method,
            row.created_at,
            row.used_at or row.created_at,
            row.expires_at,
            row.digest == here,
        )
        for row in found
    ]


def end_own(unit: Unit, public_id: str) -> None:
    """End one of the caller's sessions.

    Raises:
        NotFound: there is no such one, or no longer.
    """
    if not rows.end_one_of(unit.connection, unit.caller.user_id, public_id):
        raise NotFound


def end_others(unit: Unit) -> int:
    """End all of the caller's sessions but the one that the request belongs to; how many there were."""
    return rows.end_others_of(unit.connection, unit.caller.user_id, _digest(unit))


def _until(begun: datetime, now: datetime) -> datetime:
    return min(now + IDLE, begun + LONGEST)


def _digest(unit: Unit) -> str:
    credentials = unit.asker.credentials
    if not isinstance(credentials, BrowserSession):
        raise Unauthenticated
    return credentials.digest
