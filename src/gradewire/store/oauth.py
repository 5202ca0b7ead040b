"""Who signed a request: a consumer and perhaps a token, the user behind them, and which requests were seen before."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from gradewire.store import tables as t
from gradewire.store.people import CallerRow


class SignerRow(Struct, frozen=True):
    """A consumer with the token that was shown beside its key, and the user for whom they act."""

    consumer_id: int
    consumer_name: str
    consumer_state: str
    consumer_secret: str
    """Encrypted, as ``token_secret``."""
    consumer_user_id: int | None
    root_account_id: int
    callback_urls: tuple[str, ...]
    token_id: int | None
    token_kind: str | None
    token_secret: str | None
    approved_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_timestamp: int | None
    """The largest timestamp that this consumer sent with this token."""
    seen: bool
    """Whether it has sent this very timestamp and nonce."""
    caller: CallerRow | None


@cache
def _signer_query() -> sa.Select[Any]:
    c, o, u, g, n = t.consumers.c, t.oauth_tokens.c, t.users.c, t.logins.c, t.oauth_nonces.c
    token = sa.bindparam("token", type_=sa.String)
    first = sa.select(sa.func.min(g.id)).where(g.user_id == u.id, g.workflow_state == "active").correlate(t.users)
    mine = (n.consumer_id == c.id) & (n.token == token)
    last = sa.select(sa.func.max(n.timestamp)).where(mine).correlate(t.consumers)
    seen = sa.exists().where(
        mine,
        n.timestamp == sa.bindparam("timestamp", type_=sa.BigInteger),
        n.nonce_digest == sa.bindparam("nonce_digest", type_=sa.String),
    )
    acts_for = sa.case((token == "", c.user_id), else_=o.user_id)  # no token at all
    return (
        sa.select(
            *(c.id, c.name, c.workflow_state, c.secret_encrypted, c.user_id, t.accounts.c.root_account_id, c.callback_urls),
            *(o.id, o.kind, o.secret_encrypted, o.approved_at, o.expires_at, o.revoked_at),
            *(last.scalar_subquery(), seen.correlate(t.consumers)),
            *(u.id, u.name, u.root_account_id, u.time_zone, u.workflow_state, g.unique_id, g.account_id, g.sis_user_id),
        )
        .select_from(t.consumers)
        .join(t.accounts, t.accounts.c.id == c.account_id)
        .outerjoin(t.oauth_tokens, (o.consumer_id == c.id) & (o.token == token))
        .outerjoin(t.users, u.id == acts_for)
        .outerjoin(t.logins, g.id == first.scalar_subquery())
        .where(c.key == sa.bindparam("key", type_=sa.String))
    )


def find_signer(connection: sa.Connection, *, key: str, token: str, timestamp: int, nonce_digest: str) -> SignerRow | None:
    """The consumer with this key, good or not, beside the token if there is one of this text (``""``: none was shown)."""
    sent = {"key": key, "token": token, "timestamp": timestamp, "nonce_digest": nonce_digest}
    row: Any = connection.execute(_signer_query(), sent).one_or_none()
    if row is None:
        return None
    caller = None if row[15] is None else CallerRow(*(*row[15:23], None, None, None, None, None, None, None))
    return SignerRow(*(*row[:6], tuple(row[6] or ()), *row[7:14], bool(row[14]), caller))


_ADD_NONCE = sa.text(
    'insert into oauth_nonces (consumer_id, token, "timestamp", nonce_digest)'
    " values (:consumer_id, :token, :timestamp, :nonce_digest) on conflict do nothing"
)


def add_nonce(connection: sa.Connection, *, consumer_id: int, token: str, timestamp: int, nonce_digest: str) -> bool:
    """Remember a request; whether nobody else has just remembered the same one."""
    sent = {"consumer_id": consumer_id, "token": token, "timestamp": timestamp, "nonce_digest": nonce_digest}
    return connection.execute(_ADD_NONCE, sent).rowcount == 1


def remove_nonces(connection: sa.Connection, *, consumer_id: int, token: str, before: int) -> int:
    """Forget requests with timestamps so old that no request with one of them would be taken."""
    n = t.oauth_nonces.c
    gone = sa.delete(t.oauth_nonces).where(n.consumer_id == consumer_id, n.token == token, n.timestamp < before)
    return connection.execute(gone).rowcount


class TokenRow(Struct, frozen=True):
    """A token with its application. ``callback_url`` is what the application named when it asked for it."""

    id: int
    consumer_id: int
    consumer_name: str
    consumer_state: str
    root_account_id: int
    callback_urls: tuple[str, ...]
    kind: str
    callback_url: str | None
    approved_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    user_id: int | None
    user_name: str | None


def _token_query() -> sa.Select[Any]:
    c, o = t.consumers.c, t.oauth_tokens.c
    return (
        sa.select(
            *(o.id, c.id, c.name, c.workflow_state, t.accounts.c.root_account_id, c.callback_urls),
            *(o.kind, o.callback_url, o.approved_at, o.expires_at, o.revoked_at, o.created_at, o.user_id, t.users.c.name),
        )
        .join(t.consumers, c.id == o.consumer_id)
        .join(t.accounts, t.accounts.c.id == c.account_id)
        .outerjoin(t.users, t.users.c.id == o.user_id)
        .order_by(o.id)
    )


def _token(row: Any) -> TokenRow:
    return TokenRow(*(*row[:5], tuple(row[5] or ()), *row[6:]))


def find_token(connection: sa.Connection, token: str) -> TokenRow | None:
    row = connection.execute(_token_query().where(t.oauth_tokens.c.token == token)).one_or_none()
    return None if row is None else _token(row)


def access_tokens(connection: sa.Connection, *, user_id: int | None = None) -> list[TokenRow]:
    """The access tokens that are good, of a user or of everybody."""
    o = t.oauth_tokens.c
    query = _token_query().where(o.kind == "access", o.revoked_at.is_(None), t.consumers.c.workflow_state == "active")
    if user_id is not None:
        query = query.where(o.user_id == user_id)
    return [_token(row) for row in connection.execute(query)]


def add_token(connection: sa.Connection, *, now: datetime, **values: Any) -> int:
    added = sa.insert(t.oauth_tokens).values(created_at=now, updated_at=now, **values).returning(t.oauth_tokens.c.id)
    number: int = connection.execute(added).scalar_one()
    return number


def approve(connection: sa.Connection, token_id: int, *, user_id: int, now: datetime) -> bool:
    """Say for whom a request token speaks; whether nobody has said so before."""
    o = t.oauth_tokens.c
    good = (o.id == token_id) & (o.kind == "request") & o.approved_at.is_(None) & o.revoked_at.is_(None)
    changed = sa.update(t.oauth_tokens).where(good).values(user_id=user_id, approved_at=now, updated_at=now)
    return connection.execute(changed).rowcount == 1


def revoke(connection: sa.Connection, token_id: int, now: datetime) -> bool:
    """End a token; whether it was good until now."""
    o = t.oauth_tokens.c
    changed = sa.update(t.oauth_tokens).where(o.id == token_id, o.revoked_at.is_(None)).values(revoked_at=now, updated_at=now)
    return connection.execute(changed).rowcount == 1


def remove_old_requests(connection: sa.Connection, consumer_id: int, before: datetime) -> None:
    """Forget request tokens of a consumer that have ended, and what was remembered of their requests."""
    o = t.oauth_tokens.c
    old = (o.consumer_id == consumer_id) & (o.kind == "request") & (o.expires_at < before)
    names = list(connection.execute(sa.select(o.token).where(old)).scalars())
    if names:
        n = t.oauth_nonces.c
        connection.execute(sa.delete(t.oauth_nonces).where(n.consumer_id == consumer_id, n.token.in_(names)))
        connection.execute(sa.delete(t.oauth_tokens).where(o.consumer_id == consumer_id, o.token.in_(names)))


def newest_session(connection: sa.Connection, user_id: int) -> datetime | None:
    """When the user last signed in by a browser, as far as that session still exists."""
    s = t.sessions.c
    found: datetime | None = connection.execute(sa.select(sa.func.max(s.created_at)).where(s.user_id == user_id)).scalar()
    return found
