"""``gradewire consumer``: keys for the Schoology API, run as processes on both databases."""

from __future__ import annotations

import re

import sqlalchemy as sa

from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.cli.test_operator_commands import WORLD, gradewire


def test_a_secret_is_shown_once_and_kept_encrypted(database_url: str) -> None:
    gradewire(database_url, "load", WORLD)
    key, secret = gradewire(database_url, "consumer", "create", "Sync", "--user", "teacher@example.edu").split()
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert re.fullmatch("[0-9a-f]{32}", secret)
    app, _ = gradewire(
        database_url, "consumer", "create", "Planner", "--callback", "https://a.example/cb", "--callback", "https://b.example"
    ).split()
    listed = gradewire(database_url, "consumer", "list")
    assert secret not in listed
    assert re.search(rf"{key}  good  Sync  \(key of .+\)", listed)
    assert f"{app}  good  Planner  (application, https://a.example/cb, https://b.example)" in listed
    with open_store(database_url) as store, store.read() as connection:
        assert secret not in repr(connection.execute(sa.select(t.consumers)).all())

    new = gradewire(database_url, "consumer", "rotate", key).strip()
    assert re.fullmatch("[0-9a-f]{32}", new)
    assert new != secret
    gradewire(database_url, "consumer", "revoke", key)
    assert f"{key}  revoked  Sync" in gradewire(database_url, "consumer", "list")
    assert "nothing by that name" in gradewire(database_url, "consumer", "revoke", key, status=1)
    assert "nothing by that name" in gradewire(database_url, "consumer", "rotate", key, status=1)


def test_what_cannot_be_a_consumer_is_refused(sqlite_url: str) -> None:
    gradewire(sqlite_url, "load", WORLD)
    told = gradewire(sqlite_url, "consumer", "create", "X", "--callback", "javascript:alert(1)", status=1)
    assert "no address of the web" in told
    user = ("--user", "teacher@example.edu")
    assert "for applications" in gradewire(
        sqlite_url, "consumer", "create", "X", *user, "--callback", "https://a.example", status=1
    )
    assert "nothing by that name" in gradewire(sqlite_url, "consumer", "create", "X", "--user", "nobody", status=1)
    assert "name" in gradewire(sqlite_url, "consumer", "create", "  ", status=1)
    assert gradewire(sqlite_url, "consumer", "approvals") == ""
    assert "nothing by that name" in gradewire(sqlite_url, "consumer", "revoke-approval", "7", status=1)
