"""Column kinds shared by every table. A new kind belongs here only if it must behave the same on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64 bits on both engines (SQLite's INTEGER is 64 bits wide and must be spelled so to be a row id)."""

Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def instant_text(value: datetime) -> str:
    """The text under which SQLite keeps a moment: ISO 8601, UTC, microseconds, ``Z``; it sorts as time does."""
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment in time. ``timestamptz`` on PostgreSQL, sortable ISO text on SQLite; always an aware UTC datetime in Python."""

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


def key() -> sa.Column[int]:
    """The row number: the id that Canvas-style clients see."""
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def ref(name: str, target: str, *, null: bool = False, cascade: bool = False, index: bool = False) -> sa.Column[int]:
    """A foreign key to ``target`` (a table name); rows are soft-deleted here, so nothing cascades unless said."""
    return sa.Column(
        name, Id, sa.ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None), nullable=null, index=index
    )


def text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null, server_default=default)


def flag(name: str, *, default: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false())


def number(name: str, *, null: bool = True, default: str | None = None) -> sa.Column[float]:
    """A score, points or percentage: a double, as on the wire."""
    return sa.Column(name, sa.Double, nullable=null, server_default=default)


def whole(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, Id, nullable=null, server_default=default)


def moment(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Instant, nullable=null)


def document(name: str, *, null: bool = True) -> sa.Column[Any]:
    return sa.Column(name, Json, nullable=null)


def state(*allowed: str, default: str) -> tuple[sa.Column[str], sa.CheckConstraint]:
    """``workflow_state`` with its closed list of values."""
    listed = ", ".join(f"'{value}'" for value in allowed)
    return (
        sa.Column("workflow_state", sa.String(24), nullable=False, server_default=default),
        sa.CheckConstraint(f"workflow_state in ({listed})", name="workflow_state"),
    )


def one_of(name: str, *allowed: str, null: bool = False, default: str | None = None) -> tuple[Any, sa.CheckConstraint]:
    """A text column with a closed list of values."""
    listed = ", ".join(f"'{value}'" for value in allowed)
    return (
        sa.Column(name, sa.String(40), nullable=null, server_default=default),
        sa.CheckConstraint(f"{name} in ({listed})", name=name),
    )


def stamps() -> tuple[sa.Column[datetime], sa.Column[datetime]]:
    return moment("created_at"), moment("updated_at")
