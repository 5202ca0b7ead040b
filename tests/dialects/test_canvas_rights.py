"""The whole permission table: every operation of the Canvas dialect asked by everybody, compared with ``data/rights.csv``."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from gradewire.dialects.canvas.api import OPERATIONS
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects import rights_walk
from tests.dialects.canvas_recipes import RECIPES, path_of, recipe_of


def test_everybody_may_do_what_the_table_says_and_nothing_else(sqlite_url: str) -> None:
    """On one engine: both read alike what rights are decided by, and every operation is called on both elsewhere."""
    with rights_walk.undoing_client(sqlite_url) as client:
        found = rights_walk.walk(client)
    expected = rights_walk.read_table()
    differences = {
        (name, caller): (status, expected.get(name, {}).get(caller))
        for name, row in found.items()
        for caller, status in row.items()
        if status != expected.get(name, {}).get(caller)
    }
    assert not differences, f"(operation, caller): (status, in the table): {differences}"


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert list(rights_walk.read_table()) == [operation.name for operation in OPERATIONS]
    assert set(RECIPES) <= {operation.name for operation in OPERATIONS}


def test_every_recipe_succeeds_for_somebody() -> None:
    """Otherwise the table would say of an operation only that it does not work."""
    for name, row in rights_walk.read_table().items():
        assert any(200 <= status < 400 for status in row.values()), name
        assert all(status < 500 for status in row.values()), name


def test_the_document_says_what_the_table_says() -> None:
    assert rights_walk.DOCUMENT.read_text(encoding="utf-8") == rights_walk.document(rights_walk.read_table())


def test_nothing_is_done_without_a_token_or_with_one_whose_scopes_leave_it_out(database_url: str) -> None:
    with rights_walk.undoing_client(database_url) as client:
        with open_store(database_url, connections=1) as store:
            digest = hashlib.sha256(b"scoped").hexdigest()
            values = {"user_id": 1, "digest": digest, "hint": "scop", "scopes": ["url:GET|/api/v1/nothing"]}
            store.write(
                lambda connection: connection.execute(
                    sa.insert(t.access_tokens).values(**values, created_at=sa.func.now(), updated_at=sa.func.now())
                )
            )
        for operation in OPERATIONS:
            if operation.public:
                continue
            recipe = recipe_of(operation)
            for headers in ({}, {"authorization": "Bearer scoped"}):
                answer = client.request(
                    operation.method,
                    path_of(operation, recipe),
                    params=recipe.query,
                    json=dict(recipe.body) if recipe.body else None,
                    headers=headers,
                )
                assert answer.status_code == 401, (operation.name, headers, answer.text[:200])
