"""Rows of any table by the hundred thousand, for loading institution files: found, given ids, added and changed set by set.

Rows are mappings from column to value. What the rows mean is decided by ``gradewire.actions.institution``.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from gradewire.store import bulk
from gradewire.store.tables import metadata

Row: TypeAlias = dict[str, Any]


def columns_of(table_name: str) -> frozenset[str]:
    """The names of a table's columns."""
    return frozenset(metadata.tables[table_name].c.keys())


def find(
    connection: sa.Connection,
    table_name: str,
    *,
    any_of: Mapping[str, Collection[Any]] | None = None,
    columns: Sequence[str] | None = None,
) -> list[Row]:
    """The rows that have one of the given values in one of the columns, or all rows, ordered by id."""
    table = metadata.tables[table_name]
    wanted = [table.c[name] for name in columns] if columns else [table]
    query: sa.Select[Any] = sa.select(*wanted).order_by(table.c.id)
    if any_of is not None:
        conditions = [bulk.among(connection, table.c[name], values) for name, values in any_of.items() if values]
        if not conditions:
            return []
        query = query.where(sa.or_(*conditions))
    return [dict(row) for row in connection.execute(query).mappings()]


def reserve(connection: sa.Connection, table_name: str, *, explicit: Collection[int], count: int) -> list[int]:
    """Ids for ``count`` new rows, which nothing else will get, beside rows with ``explicit`` ids that are about to be added.

    On PostgreSQL the sequence of the table is moved behind the explicit ids; if it has to be, nobody adds rows to the table
    until the transaction ends.
    """
    table = metadata.tables[table_name]
    highest = max(explicit, default=0)
    if connection.dialect.name != "postgresql":
        if not count:
            return []
        first = max(connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0, highest) + 1
        return list(range(first, first + count))
    sequence = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table_name, "id"))).scalar_one()
    if highest:
        behind = sa.text(f"select last_value < :highest from {sequence}").bindparams(highest=highest)  # noqa: S608 - our own name
        if connection.execute(behind).scalar_one():
            connection.execute(sa.text(f"lock table {table_name} in share row exclusive mode"))
            connection.execute(
                sa.text(f"select setval('{sequence}', greatest(last_value, :highest)) from {sequence}").bindparams(  # noqa: S608
                    highest=highest
                )
            )
    if not count:
        return []
    drawn = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
    return sorted(connection.execute(drawn).scalars())


def insert(connection: sa.Connection, table_name: str, rows: Sequence[Row]) -> None:
    """Add rows, all with the same columns. A column that is null in all of them is left out, and so gets its default."""
    if not rows:
        return
    columns = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    pick = operator.itemgetter(*columns)  # every table has more than one column, so this makes tuples
    bulk.insert(connection, metadata.tables[table_name], columns, [pick(row) for row in rows])


def update(connection: sa.Connection, table_name: str, rows: Sequence[Row]) -> None:
    """Change rows by their ``id``; each names the columns that it changes. One statement for each set of columns."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        columns = tuple(sorted(name for name in row if name != "id"))
        alike.setdefault(columns, []).append((row["id"], *(row[name] for name in columns)))
    for columns, values in alike.items():
        bulk.update(connection, metadata.tables[table_name], columns, values)


def delete(connection: sa.Connection, table_name: str, ids: Collection[int]) -> None:
    """Remove rows by id."""
    bulk.delete(connection, metadata.tables[table_name], ids)


def courses_of_terms(connection: sa.Connection, set_ids: Collection[int], term_ids: Collection[int]) -> list[int]:
    """The courses whose grading periods come from these sets, directly or through their term, or that are in these terms."""
    courses, terms = metadata.tables["courses"].c, metadata.tables["enrollment_terms"].c
    in_terms = sa.select(terms.id).where(
        sa.or_(
            bulk.among(connection, terms.grading_period_group_id, set_ids),
            bulk.among(connection, terms.id, term_ids),
        )
    )
    query = sa.select(courses.id).where(
        courses.workflow_state != "deleted",
        sa.or_(
            courses.enrollment_term_id.in_(in_terms),
            bulk.among(connection, courses.grading_period_group_id, set_ids),
        ),
    )
    return list(connection.execute(query.order_by(courses.id)).scalars())
