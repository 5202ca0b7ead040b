"""Many rows in one statement, on both engines: what an import or a whole course needs.

Rows are tuples in the order of the named columns, values as SQLAlchemy knows them. PostgreSQL gets them by ``copy`` or as
arrays, SQLite by one prepared statement that is run for each row without leaving the driver.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from gradewire.store.tables.columns import Instant

Row = tuple[Any, ...]


def among(connection: sa.Connection, column: sa.ColumnElement[Any], values: Collection[Any]) -> sa.ColumnElement[bool]:
    """``column in values`` for any number of values: they travel as one parameter."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type)))
    listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(listed.c.value))


def insert(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows; columns that are not named get their defaults. Any conflict is an ``IntegrityError``."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"copy {table.name} ({names}) from stdin", _adapted(connection, table, columns, rows))
        return
    marks = ", ".join("?" * len(columns))
    if "changed" in table.c and "changed" not in columns:
        names, marks = f"{names}, changed", f"{marks}, {_stamp(connection)}"
    statement = f"insert into {table.name} ({names}) values ({marks})"  # noqa: S608 - names come from our own tables
    connection.exec_driver_sql(statement, list(_adapted(connection, table, columns, rows)))


def add(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Add rows, each with the same columns, to which the database gives ids; the ids in the given order."""
    if not rows:
        return []
    statement, number = sa.insert(table), table.c.id
    values = [dict(row) for row in rows]
    if connection.dialect.name == "sqlite":  # cannot return many rows in order, but has one writer: what is new now is ours
        newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(number), 0))).scalar_one()
        connection.execute(statement, values)
        return list(connection.execute(sa.select(number).where(number > newest).order_by(number)).scalars())
    return list(connection.execute(statement.returning(number, sort_by_parameter_order=True), values).scalars())


def update(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Row], *, counted: Sequence[str] = ()
) -> None:
    """Write new values into rows that exist; each tuple is the row's id, then the values of ``columns``.

    ``counted`` are columns that count up by one, such as a version.
    """
    if not rows:
        return
    named = ["id", *columns]
    adapted = _adapted(connection, table, named, rows)
    counting = [f"{name} = {table.name}.{name} + 1" for name in counted]
    if "changed" in table.c:
        counting.append(f"changed = {_stamp(connection)}")
    if connection.dialect.name == "postgresql":
        types = [table.c[name].type.compile(dialect=connection.dialect) for name in named]
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        new = ", ".join([*(f"{name} = _new.{name}" for name in columns), *counting])
        statement = (
            f"update {table.name} set {new} from unnest({arrays}) as _new({', '.join(named)})"  # noqa: S608
            f" where {table.name}.id = _new.id"
        )
        connection.exec_driver_sql(statement, tuple(list(values) for values in zip(*adapted, strict=True)))
        return
    new = ", ".join([*(f"{name} = ?" for name in columns), *counting])
    statement = f"update {table.name} set {new} where id = ?"  # noqa: S608
    connection.exec_driver_sql(statement, [(*row[1:], row[0]) for row in adapted])


def _stamp(connection: sa.Connection) -> str:
    """What the triggers of ``tables.changes`` would write into each row; written with them, it costs nothing."""
    if connection.dialect.name == "postgresql":
        return "pg_current_xact_id()::text::bigint"
    tick = "insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1"
    return str(connection.exec_driver_sql(f"{tick} returning number").scalar_one())


def delete(connection: sa.Connection, table: sa.Table, ids: Collection[int]) -> None:
    """Remove rows by id."""
    if ids:
        connection.execute(sa.delete(table).where(among(connection, table.c.id, ids)))


def _adapted(connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Row]) -> Iterable[Row]:
    """The rows with every value as the driver takes it; only columns that need it are touched."""
    values = list(zip(*rows, strict=True))
    for position, name in enumerate(columns):
        kind = table.c[name].type.dialect_impl(connection.dialect)
        adapt = kind.bind_processor(connection.dialect)
        if isinstance(table.c[name].type, Instant) and adapt is not None:
            # The same few moments in all rows: each is turned into text once.
            texts = {moment: adapt(moment) for moment in set(values[position])}
            values[position] = tuple([texts[moment] for moment in values[position]])
        elif adapt is not None:
            values[position] = tuple(map(adapt, values[position]))
    return zip(*values, strict=True)


def _copy(connection: sa.Connection, statement: str, rows: Iterable[Row]) -> None:
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        # As SQLAlchemy itself would report it, so that the unit of work sees a lost race for what it is.
        raise sa.exc.DBAPIError.instance(statement, None, error, connection.dialect.loaded_dbapi.Error) from error
