"""Many rows in one statement: every value arrives as it left, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import bulk
from gradewire.store import institution as rows
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
TEXTS = ["", "plain", 'it\'s "quoted"', "tab\tnewline\nreturn\r\\N \\. backslash\\", "{1,2}", "NULL", "ü ✓ 𝄞 %s %(x)s ?", None]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, connections=2) as opened:
        yield opened


def account(number: int, name: str | None = "x", **more: Any) -> tuple[Any, ...]:
    values = {"id": number, "name": name, "uuid": f"u{number}", "created_at": NOW, "updated_at": NOW, **more}
    return tuple(values.values())


COLUMNS = ("id", "name", "uuid", "created_at", "updated_at")


def fetch(store: Store, *columns: sa.Column[Any]) -> list[Any]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(columns[0]))]


def test_texts_and_times_arrive_as_they_left(store: Store) -> None:
    columns = (*COLUMNS, "time_zone")
    wanted = [account(number, time_zone=text) for number, text in enumerate(TEXTS, start=1)]
    store.write(lambda connection: bulk.insert(connection, t.accounts, columns, wanted))
    c = t.accounts.c
    assert fetch(store, c.id, c.time_zone, c.created_at) == [(n, text, NOW) for n, text in enumerate(TEXTS, start=1)]

    changed = [(number, text, NOW + timedelta(days=number)) for number, text in enumerate(reversed(TEXTS), start=1)]
    fields = ("time_zone", "updated_at")
    store.write(lambda connection: bulk.update(connection, t.accounts, fields, changed))
    assert fetch(store, c.id, c.time_zone, c.updated_at) == changed


def test_numbers_booleans_and_documents_arrive_as_they_left(store: Store) -> None:
    numbers = [0.0, 0.1, 1 / 3, 1e-300, 1.7976931348623157e308, -2.5, 100.0, 5e-324]
    documents = [None, [], {}, [1, "two", None, 3.5], {"a": {"b": ["ü", "\\", "'"]}}, "text", 7, True]

    def write(connection: sa.Connection) -> None:
        bulk.insert(connection, t.accounts, COLUMNS, [account(1)])
        names = ("id", "account_id", "title", "scaling_factor", "points_based", "data", "created_at", "updated_at")
        made = [(n, 1, None, numbers[n - 1], n % 2 == 0, documents[n - 1] or [], NOW, NOW) for n in range(1, 9)]
        bulk.insert(connection, t.grading_standards, names, made)
        bulk.update(
            connection,
            t.grading_standards,
            ("data", "points_based"),
            [(n, documents[n - 1] or {}, n % 2 == 1) for n in range(1, 9)],
        )

    store.write(write)
    c = t.grading_standards.c
    assert fetch(store, c.id, c.scaling_factor, c.points_based, c.data) == [
        (n, numbers[n - 1], n % 2 == 1, documents[n - 1] or {}) for n in range(1, 9)
    ]


def test_versions_count_up(store: Store) -> None:
    def write(connection: sa.Connection) -> None:
        bulk.insert(connection, t.accounts, COLUMNS, [account(1)])
        names = ("id", "account_id", "root_account_id", "name", "course_code", "uuid", "created_at", "updated_at")
        bulk.insert(connection, t.courses, names, [(n, 1, 1, "C", "C", f"c{n}", NOW, NOW) for n in (1, 2, 3)])
        for _ in range(2):
            bulk.update(connection, t.courses, ("name",), [(1, "A"), (3, "B")], counted=("rules_version",))

    store.write(write)
    c = t.courses.c
    assert fetch(store, c.id, c.name, c.rules_version) == [(1, "A", 3), (2, "C", 1), (3, "B", 3)]


def test_nothing_is_nothing(store: Store) -> None:
    def write(connection: sa.Connection) -> int:
        bulk.insert(connection, t.accounts, COLUMNS, [])
        bulk.update(connection, t.accounts, ("name",), [])
        bulk.delete(connection, t.accounts, [])
        return len(connection.execute(sa.select(t.accounts).where(bulk.among(connection, t.accounts.c.id, []))).all())

    assert store.write(write) == 0


def test_among_takes_any_number_of_values(store: Store) -> None:
    many = range(1, 40_001)

    def write(connection: sa.Connection) -> tuple[list[int], list[int]]:
        bulk.insert(connection, t.accounts, COLUMNS, [account(number, f"n{number}") for number in (1, 2, 40_000, 50_000)])
        c = t.accounts.c
        by_id = connection.execute(sa.select(c.id).where(bulk.among(connection, c.id, many)).order_by(c.id)).scalars().all()
        names = ["n1", "n50000", "'); drop table accounts; --"]
        by_name = connection.execute(sa.select(c.id).where(bulk.among(connection, c.name, names)).order_by(c.id))
        return list(by_id), list(by_name.scalars())

    assert store.write(write) == ([1, 2, 40_000], [1, 50_000])


def test_a_conflict_is_an_integrity_error_and_undoes_everything(store: Store) -> None:
    twice = [account(1), account(2, uuid="same"), account(3, uuid="same")]
    with pytest.raises(sa.exc.IntegrityError):
        store.write(lambda connection: bulk.insert(connection, t.accounts, COLUMNS, twice))
    assert fetch(store, t.accounts.c.id) == []


def test_reserved_ids_are_behind_what_is_there_and_what_is_chosen(store: Store) -> None:
    def write(connection: sa.Connection) -> list[list[int]]:
        first = rows.reserve(connection, "accounts", explicit=[], count=3)
        bulk.insert(connection, t.accounts, COLUMNS, [account(number) for number in first])
        chosen = rows.reserve(connection, "accounts", explicit=[500, 7], count=2)
        bulk.insert(connection, t.accounts, COLUMNS, [account(number) for number in (500, *chosen)])
        return [first, chosen, rows.reserve(connection, "accounts", explicit=[6], count=1)]

    assert store.write(write) == [[1, 2, 3], [501, 502], [503]]
    values = {"name": "by hand", "uuid": "h", "created_at": NOW, "updated_at": NOW}
    made = store.write(lambda connection: connection.execute(sa.insert(t.accounts).values(**values)).inserted_primary_key)
    assert made is not None
    assert made[0] > 502


def test_a_column_that_is_null_everywhere_gets_its_default(store: Store) -> None:
    row = {"id": 1, "name": "A", "uuid": "u", "final_grades_override": None, "created_at": NOW, "updated_at": NOW}
    store.write(lambda connection: rows.insert(connection, "accounts", [row]))
    assert fetch(store, t.accounts.c.id, t.accounts.c.final_grades_override) == [(1, True)]
