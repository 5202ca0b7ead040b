"""The whole domain, from an empty database.

The statements lie beside this file, one list per engine, as a database administrator would want to read them. They were printed
from ``store.tables`` by ``python -m gradewire.store.snapshot``.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    script = Path(__file__).with_name(f"0001_{bind.dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("the first migration is not undone: remove the database instead")
