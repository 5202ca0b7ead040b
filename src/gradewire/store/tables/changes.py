"""How changes of submissions and scores are stamped, so that who read them once can ask what changed since.

Both tables have a column ``changed``, which triggers write whatever statement it is that writes the row: no action needs to
remember it, and none can forget it. The hot path of a grade (``store.gradesheet``) and ``store.bulk`` write the stamp
themselves, which is cheaper; the triggers leave alone what has a new stamp. What a stamp is, and why nobody misses one, is told
in ``store.changes``.

Enrolments stamp the rows of their student when they begin, end or move to another section, for these decide which graders see
the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from gradewire.store.tables.columns import key, metadata, text, whole

change_clock = sa.Table(
    "change_clock",
    metadata,
    key(),  # one row: 1
    whole("number", default="0"),  # SQLite: the newest stamp
    text("origin", default=""),  # which database the stamps were made in; see store.changes
)

_STAMPED: Final = ("submissions", "scores")
_STUDENT: Final = "in ('StudentEnrollment', 'StudentViewEnrollment')"
# ruff: noqa: S608 - the statements are put together from the names in this module


def _of_sqlite() -> list[str]:
    found = ["insert into change_clock (id, origin) values (1, lower(hex(randomblob(8))))"]
    tick = (
        "insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1; "
        "update {table} set changed = (select number from change_clock where id = 1) where id = new.id; "
    )
    for table in _STAMPED:
        body = f"begin {tick.format(table=table)}end"
        found.append(f"CREATE TRIGGER stamp_new_{table} AFTER INSERT ON {table} WHEN new.changed = 0 {body}")
        found.append(f"CREATE TRIGGER stamp_{table} AFTER UPDATE ON {table} WHEN new.changed = old.changed {body}")
    again = "".join(
        f"update {table} set changed = changed where course_id = new.course_id and user_id = new.user_id; "
        for table in _STAMPED
    )
    for name, happening in (("new_enrollments", "INSERT"), ("enrollments", "UPDATE OF workflow_state, course_section_id")):
        found.append(f"CREATE TRIGGER stamp_{name} AFTER {happening} ON enrollments WHEN new.type {_STUDENT} begin {again}end")
    return found


def _of_postgresql() -> list[str]:
    stamp = "begin new.changed := pg_current_xact_id()::text::bigint; return new; end"
    found = [f"CREATE FUNCTION stamp_change() RETURNS trigger LANGUAGE plpgsql AS $$ {stamp} $$"]
    for table in _STAMPED:
        each = "FOR EACH ROW"
        found.append(f"CREATE TRIGGER stamp_new_{table} BEFORE INSERT ON {table} {each} EXECUTE FUNCTION stamp_change()")
        found.append(
            f"CREATE TRIGGER stamp_{table} BEFORE UPDATE ON {table} {each}"
            " WHEN (new.changed = old.changed) EXECUTE FUNCTION stamp_change()"
        )
    # Locks in the order of everybody who writes grades: the score rows by id, then submissions.
    mine = f"{{table}}.course_id = e.course_id and {{table}}.user_id = e.user_id and e.type {_STUDENT}"
    again = (
        f"perform 1 from scores join written e on {mine.format(table='scores')} order by scores.id for update of scores; "
        f"update scores set changed = changed from written e where {mine.format(table='scores')}; "
        f"update submissions set changed = changed from written e where {mine.format(table='submissions')}; "
    )
    moved = (
        f"if new.type {_STUDENT} then "
        "perform 1 from scores where course_id = new.course_id and user_id = new.user_id order by id for update; "
        "update scores set changed = changed where course_id = new.course_id and user_id = new.user_id; "
        "update submissions set changed = changed where course_id = new.course_id and user_id = new.user_id; "
        "end if; "
    )
    found += [
        f"CREATE FUNCTION stamp_enrolled() RETURNS trigger LANGUAGE plpgsql AS $$ begin {again}return null; end $$",
        f"CREATE FUNCTION stamp_moved() RETURNS trigger LANGUAGE plpgsql AS $$ begin {moved}return null; end $$",
        "CREATE TRIGGER stamp_new_enrollments AFTER INSERT ON enrollments REFERENCING NEW TABLE AS written"
        " FOR EACH STATEMENT EXECUTE FUNCTION stamp_enrolled()",
        "CREATE TRIGGER stamp_enrollments AFTER UPDATE OF workflow_state, course_section_id ON enrollments"
        " FOR EACH ROW EXECUTE FUNCTION stamp_moved()",
    ]
    return found


TRIGGERS: Final[Mapping[str, Sequence[str]]] = {"sqlite": _of_sqlite(), "postgresql": _of_postgresql()}
"""What the snapshot prints behind the tables, each on one line."""
