"""The hot path of a grade: one read of everything that a single grading needs, and one guarded write of all it changes.

Statements are the cost that counts here, so these two are written out per engine: on PostgreSQL each is a single statement on
an autocommit connection; SQLite answers small statements without a round trip, so there they are several, inside the
transaction of the writer thread. The rules are elsewhere: this module only carries.
"""

from __future__ import annotations

import sqlite3

from gradewire.store import gradesheet_postgres, gradesheet_sqlite
from gradewire.store.engine import Connection, Store
from gradewire.store.gradesheet_rows import GradeWrite, Sheet

__all__ = ["GradeWrite", "Sheet", "read", "write"]


def read(
    store: Store, connection: Connection | None, *, digest: str, course_id: int, assignment_id: int, student_id: int
) -> Sheet:
    """Read what grading this student on this assignment by the owner of this token needs.

    ``connection`` is the writer's on SQLite; on PostgreSQL the statement takes one from the pool of autocommit connections.
    """
    if connection is not None:
        return gradesheet_sqlite.read(
            _driver(connection), digest=digest, course_id=course_id, assignment_id=assignment_id, student_id=student_id
        )
    assert store.pool is not None
    with store.pool.connection() as raw:
        return gradesheet_postgres.read(
            raw, digest=digest, course_id=course_id, assignment_id=assignment_id, student_id=student_id
        )


def write(store: Store, connection: Connection | None, grade: GradeWrite) -> None:
    """Write a grade with everything that follows from it, all or nothing.

    Raises:
        Conflict: something else changed the student's scores since the sheet was read.
    """
    if connection is not None:
        gradesheet_sqlite.write(_driver(connection), grade)
        return
    assert store.pool is not None
    with store.pool.connection() as raw:
        gradesheet_postgres.write(raw, grade)


def _driver(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
