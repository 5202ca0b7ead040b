"""Prints the schema of ``store.tables`` as SQL, one engine at a time: what the first migration runs.

``python -m gradewire.store.snapshot`` writes both files anew. Once a version with users is out, a change of the schema is a new
migration instead, and a test says so by comparing a migrated database with the tables.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from gradewire.store.tables import TRIGGERS, metadata


def statements(dialect: sa.Dialect) -> list[str]:
    """Every ``create table`` and ``create index``, in an order that satisfies the foreign keys, then the triggers."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        found.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        ordered = sorted(table.indexes, key=lambda index: str(index.name))
        found.extend(str(CreateIndex(index).compile(dialect=dialect)).strip() for index in ordered)
    found.extend(TRIGGERS[dialect.name])
    return ["\n".join(line.rstrip().replace("\t", "    ") for line in text.splitlines()) for text in found]


def render(name: str) -> str:
    dialect: sa.Dialect = postgresql.dialect() if name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
    return ";\n\n".join(statements(dialect)) + ";\n"


def path(name: str) -> Path:
    return Path(__file__).parent / "migrations" / "versions" / f"0001_{name}.sql"


if __name__ == "__main__":
    for engine in ("sqlite", "postgresql"):
        path(engine).write_text(render(engine), encoding="utf-8")
