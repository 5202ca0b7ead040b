"""The roles that Schoology clients see of people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gradewire.core.school_people import SchoolRole
from gradewire.store import tables as t


def all_of(connection: sa.Connection, root_account_id: int) -> list[SchoolRole]:
    """The roles of an institution, by title."""
    r = t.school_roles.c
    query = sa.select(r.id, r.title, r.faculty, r.role_type).where(r.root_account_id == root_account_id).order_by(r.title, r.id)
    rows: Any = connection.execute(query)
    return [SchoolRole(row[0], row[1], bool(row[2]), row[3]) for row in rows]
