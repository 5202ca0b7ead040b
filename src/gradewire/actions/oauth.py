"""OAuth 1.0a as Schoology uses it: who signed a request, which requests were seen before, and how users approve applications.

A consumer's own key speaks for its owner; an application speaks for the users who approved it, by a token each. The dialect
reads what a request shows (``Shown``) and works out what may have been signed; here it is judged. Rules (reference, 2):

* the same timestamp and nonce a second time is a replay, and that is said before anything about the signature;
* timestamps go forward, but for 600 seconds; and none is taken that is more than 600 seconds ahead of this server's clock, so
  nobody with a wrong clock can put one with the right clock out of sequence;
* only a verified request is remembered, so a forged one cannot block anybody;
* what is remembered may be forgotten once its timestamps are out of sequence; the newest is always kept.

What is remembered lies in the database, so that a request is taken once, whichever process it reaches.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from urllib.parse import quote

from msgspec import Struct

from gradewire.actions.secrets import reveal, vault_of
from gradewire.actions.unit import Signed, Unit
from gradewire.core.callbacks import is_address, is_registered, with_token
from gradewire.core.errors import Denied, Malformed, NotFound, Refused, Unauthenticated
from gradewire.store import oauth as rows
from gradewire.store.oauth import SignerRow, TokenRow

SKEW = 600
"""Seconds by which clocks of parallel clients, and theirs and ours, may differ."""
REQUEST_TOKEN_LIFE = timedelta(seconds=3600)
REQUEST, ACCESS = "request", "access"
"""The kinds of tokens."""
PRUNE_EVERY = 60
"""Seconds: so seldom is it looked for what may be forgotten."""

REPLAY = "Duplicate timestamp/nonce combination, possible replay attack. Request rejected."
NO_RETURN = "The application could not be launched because no valid return URL was found."

Wanted: TypeAlias = Literal["user", "consumer", "request"]
"""What a request must be signed with: for a user (a personal key, or a token that was approved), by a consumer alone, or with
an approved request token."""


class Shown(Struct, frozen=True, kw_only=True):
    """What a request shows of who signed it."""

    consumer_key: str
    token: str
    """The empty text for none."""
    method: Literal["HMAC-SHA1", "PLAINTEXT"]
    timestamp: int
    nonce: str
    signatures: tuple[str, ...]
    """The signature as sent and, where that is another text, decoded."""
    base_strings: Callable[[], Iterable[str]]
    """All that may have been signed, the likeliest first; not asked for where nothing was."""


class Signer(Struct, frozen=True):
    """Who signed a request, verified."""

    row: SignerRow

    @property
    def bucket(self) -> tuple[int, int | None]:
        """What requests are counted by."""
        return self.row.consumer_id, self.row.token_id


class TokenPair(Struct, frozen=True):
    """A token and its secret, as they are given out."""

    token: str
    secret: str


def verify(unit: Unit, shown: Shown, wanted: Wanted) -> Signer:
    """Judge who signed a request, and remember it.

    Raises:
        Unauthenticated: unknown, revoked, wrongly signed, seen before, or out of sequence; the message says which.
    """
    nonce_digest = hashlib.sha256(shown.nonce.encode(errors="replace")).hexdigest()
    row = rows.find_signer(
        unit.connection,
        key=shown.consumer_key,
        token=shown.token,
        timestamp=shown.timestamp,
        nonce_digest=nonce_digest,
    )
    if row is None:
        raise _unknown(shown)
    if row.seen:
        raise Unauthenticated(REPLAY, reason="replay")
    _check_sequence(shown.timestamp, row.last_timestamp, int(unit.now.timestamp()))
    if not _is_good(row, shown, wanted, unit.now):
        raise _unknown(shown)
    _check_signature(unit, shown, row)
    remembered = rows.add_nonce(
        unit.connection,
        consumer_id=row.consumer_id,
        token=shown.token,
        timestamp=shown.timestamp,
        nonce_digest=nonce_digest,
    )
    if not remembered:
        raise Unauthenticated(REPLAY, reason="replay")
    if row.last_timestamp is not None and shown.timestamp // PRUNE_EVERY > row.last_timestamp // PRUNE_EVERY:
        rows.remove_nonces(unit.connection, consumer_id=row.consumer_id, token=shown.token, before=shown.timestamp - SKEW)
    return Signer(row)


def speaks_for(signer: Signer) -> Signed:
    """The credentials of the user for whom a verified request speaks.

    Raises:
        Unauthenticated: an application that shows no token speaks for nobody.
    """
    if signer.row.caller is None:
        raise Unauthenticated("This consumer acts for no user; an access token is needed.", reason="token")
    return Signed(signer.row.caller, signer.row.consumer_id, signer.row.token_id)


def _unknown(shown: Shown) -> Unauthenticated:
    key, token = shown.consumer_key[:128], shown.token[:128]
    return Unauthenticated(
        f'The consumer_key "{key}" token "{token}" combination does not exist or is not enabled.', reason="consumer"
    )


def _check_sequence(timestamp: int, last: int | None, now: int) -> None:
    ahead = timestamp > now + SKEW
    if ahead or (last is not None and timestamp < last - SKEW):
        newest = now if ahead else last
        raise Unauthenticated(
            f"Timestamp is out of sequence. Request rejected. Got {timestamp} last max is {newest} allowed skew is {SKEW}",
            reason="timestamp",
        )


def _is_good(row: SignerRow, shown: Shown, wanted: Wanted, now: datetime) -> bool:
    if row.consumer_state != "active":
        return False
    if not shown.token:
        return wanted != "request"
    if row.token_id is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return False
    if wanted == "request":
        return row.token_kind == REQUEST and row.approved_at is not None
    return wanted == "user" and row.token_kind == ACCESS


def _check_signature(unit: Unit, shown: Shown, row: SignerRow) -> None:
    secret = reveal(unit, row.consumer_secret)
    token_secret = reveal(unit, row.token_secret) if row.token_secret is not None else ""
    key = f"{quote(secret, safe='~')}&{quote(token_secret, safe='~')}"
    if shown.method == "PLAINTEXT":
        if not _any_equal(shown.signatures, (key, f"{secret}&{token_secret}")):
            raise Unauthenticated("Verification of signature failed.", reason="signature")
        return
    first = ""
    for base_string in shown.base_strings():
        first = first or base_string
        digest = hmac.digest(key.encode(), base_string.encode(errors="replace"), "sha1")
        if _any_equal(shown.signatures, (b64encode(digest).decode(),)):
            return
    raise Unauthenticated(f'Verification of signature failed (signature base string was "{first[:4000]}").', reason="signature")


def _any_equal(shown: Iterable[str], good: Iterable[str]) -> bool:
    """Compare in constant time."""
    right = [one.encode(errors="replace") for one in good]
    return any([hmac.compare_digest(sent.encode(errors="replace"), one) for sent in shown for one in right])  # noqa: C419


# Three legs: a request token, which a user approves, becomes an access token.


def give_request_token(unit: Unit, signer: Signer, callback: str | None = None) -> TokenPair:
    """The first leg: a token that a user can approve, for an hour.

    Raises:
        Unauthenticated: a personal key, which speaks for its owner and for nobody else.
    """
    row = signer.row
    if row.consumer_user_id is not None:
        raise Unauthenticated("A personal key acts for its owner only; make an application.", reason="consumer")
    rows.remove_old_requests(unit.connection, row.consumer_id, unit.now - timedelta(days=1))
    return _add(
        unit,
        consumer_id=row.consumer_id,
        kind=REQUEST,
        callback_url=callback if callback is not None and is_address(callback) else None,
        expires_at=unit.now + REQUEST_TOKEN_LIFE,
    )


def exchange(unit: Unit, signer: Signer) -> TokenPair:
    """The third leg: an approved request token becomes an access token, once.

    Raises:
        Unauthenticated: somebody else was faster.
    """
    row = signer.row
    assert row.token_id is not None
    assert row.caller is not None
    if not rows.revoke(unit.connection, row.token_id, unit.now):
        raise Unauthenticated("This request token was used already.", reason="token")
    return _add(unit, consumer_id=row.consumer_id, kind=ACCESS, user_id=row.caller.user_id, approved_at=row.approved_at)


def _add(unit: Unit, **values: object) -> TokenPair:
    pair = TokenPair(unit.world.randomness.randbytes(20).hex(), unit.world.randomness.randbytes(16).hex())
    sealed = vault_of(unit).seal(pair.secret)
    rows.add_token(unit.connection, now=unit.now, token=pair.token, secret_encrypted=sealed, **values)
    return pair


class Request(Struct, frozen=True):
    """An application that asks a user for access, and where it is led back to; ``None``: nowhere, it waits by itself."""

    application: str
    callback: str | None


def show_request(unit: Unit, token: str, callback: str | None) -> Request:
    """The second leg: what the caller is asked to approve.

    Raises:
        Unauthenticated: nobody is signed in.
        NotFound: no such request, or it has ended, or was answered.
        Refused: the address to lead back to is not registered for the application.
    """
    row = _find_request(unit, token)
    return Request(row.consumer_name, _callback(row, callback))


def approve(unit: Unit, token: str, callback: str | None) -> str | None:
    """Let the application act for the caller; the address to lead back to, if any.

    Raises:
        Unauthenticated, NotFound, Refused: as ``show_request``.
    """
    row = _find_request(unit, token)
    back = _callback(row, callback)
    if not rows.approve(unit.connection, row.id, user_id=unit.caller.user_id, now=unit.now):
        raise NotFound
    return None if back is None else with_token(back, token)


def decline(unit: Unit, token: str) -> str:
    """End a request; the name of the application that asked.

    Raises:
        Unauthenticated, NotFound: as ``show_request``.
    """
    row = _find_request(unit, token)
    rows.revoke(unit.connection, row.id, unit.now)
    return row.consumer_name


def _find_request(unit: Unit, token: str) -> TokenRow:
    caller = unit.caller
    row = rows.find_token(unit.connection, token)
    if row is None or row.kind != REQUEST or row.consumer_state != "active" or row.root_account_id != caller.root_account_id:
        raise NotFound
    if row.approved_at is not None or row.revoked_at is not None or row.expires_at is None or row.expires_at <= unit.now:
        raise NotFound
    return row


def _callback(row: TokenRow, sent: str | None) -> str | None:
    asked = sent or row.callback_url
    if asked is None:
        return None
    if not is_registered(asked, row.callback_urls):
        raise Refused("callback", NO_RETURN)
    return asked


# What was approved, and taking it back.


def list_own(unit: Unit) -> list[TokenRow]:
    """The access that the caller gave to applications."""
    return rows.access_tokens(unit.connection, user_id=unit.caller.user_id)


def revoke_own(unit: Unit, token_id: int) -> None:
    """Take back access that the caller gave.

    Raises:
        NotFound: the caller gave no such access, or has taken it back.
    """
    if not any(row.id == token_id for row in list_own(unit)) or not rows.revoke(unit.connection, token_id, unit.now):
        raise NotFound


def list_all(unit: Unit) -> list[TokenRow]:
    """All access that users gave to applications, for an operator.

    Raises:
        Denied: somebody else asks.
    """
    if not unit.is_system:
        raise Denied
    return rows.access_tokens(unit.connection)


def revoke_any(unit: Unit, token_id: int) -> None:
    """
    Raises:
        Denied: somebody other than the operator asks.
        NotFound: no such access.
    """
    if not any(row.id == token_id for row in list_all(unit)) or not rows.revoke(unit.connection, token_id, unit.now):
        raise NotFound


def newest_session(unit: Unit) -> datetime | None:
    """When the caller last signed in by a browser, as far as that session still exists."""
    return rows.newest_session(unit.connection, unit.caller.user_id)


def check_callbacks(urls: Iterable[str]) -> list[str]:
    """
    Raises:
        Malformed: one of them is no address that can be registered.
    """
    found = [url.strip() for url in urls]
    for url in found:
        if not is_address(url):
            raise Malformed(f"{url} is no address of the web that could be registered.")
    return found
