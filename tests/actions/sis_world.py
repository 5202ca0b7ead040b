"""An institution that SIS files are imported into, without a server: imports are asked for and worked off right here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gradewire.actions import sis_import_steps, sis_imports
from gradewire.actions.jobs import Steps, work_one
from gradewire.actions.sis.batch import Options
from gradewire.actions.sis.uploads import Limits
from gradewire.actions.sis_imports import ImportView, Order
from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Asker, BearerToken, Credentials, System, read, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMPS = {"created_at": NOW, "updated_at": NOW}
ROOT, SUB, OTHER_ROOT = 1, 2, 9
ADMIN, CLERK, NOBODY, FOREIGNER = 1, 2, 3, 90
WORKS = {sis_imports.TAG: Steps(sis_import_steps.step, sis_import_steps.give_up)}

USERS = "user_id,login_id,first_name,last_name,email,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"

SCHOOL = {
    "accounts.csv": "account_id,parent_account_id,name,status\nHUM,,Humanities,active\nENG,HUM,English,active\n",
    "terms.csv": "term_id,name,status,start_date,end_date\nT1,Fall,active,2025-09-01 00:00:00,2026-01-31T00:00:00-06:00\n",
    "courses.csv": "course_id,short_name,long_name,account_id,term_id,status\n"
    'C1,ENG1,"English 1: Reading, Writing",ENG,T1,published\nC2,ART1,Art,,T1,active\n',
    "sections.csv": "section_id,course_id,name,status\nS1,C1,Section 1,active\nS2,C1,Section 2,active\n",
    "users.csv": USERS + "u1,ann,Ann,Archer,ann@x.edu,active\nu2,bob,Bob,Baker,,active\nt1,tess,Tess,Teach,,active\n",
    "enrollments.csv": ENROLLMENTS
    + "C1,u1,student,S1,active\nC1,u2,student,S2,active\n,t1,teacher,S1,active\nC2,u1,student,,active\n",
}


class School:
    """The institution, and what is done to it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def order(
        self,
        files: Mapping[str, str | bytes],
        *,
        as_: Credentials = System(),  # noqa: B008
        account_id: int = ROOT,
        **options: Any,
    ) -> int:
        """Ask for an import and answer its id."""
        sent = [(name, one.encode() if isinstance(one, str) else one) for name, one in files.items()]
        wanted = Order(files=sent, options=Options(**options))
        view = write(self.world, Asker(as_), lambda unit: sis_imports.create(unit, account_id, wanted))
        return view.row.id

    def work(self) -> None:
        """Do all jobs there are to their ends."""
        while work_one(self.world, WORKS, worker="test"):
            pass

    def load(self, files: Mapping[str, str | bytes], **options: Any) -> ImportView:
        """An import from its order to its end."""
        number = self.order(files, **options)
        self.work()
        return self.show(number)

    def show(self, number: int) -> ImportView:
        return read(self.world, Asker(System()), lambda unit: sis_imports.show(unit, ROOT, number))

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.world.store.read() as connection:
            return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]

    def execute(self, statement: Any, *rows: Mapping[str, Any]) -> None:
        self.world.store.write(
            lambda connection: connection.execute(statement, list(rows)) if rows else connection.execute(statement)
        )

    def state(self) -> dict[str, list[Any]]:
        """Everything that an import may change, without ids that depend on the order of things, and without times."""
        u, l, c, s, e = t.users.c, t.logins.c, t.courses.c, t.course_sections.c, t.enrollments.c  # noqa: E741
        people = t.logins.join(t.users, u.id == l.user_id)
        members = t.enrollments.join(t.course_sections, s.id == e.course_section_id).join(t.courses, c.id == e.course_id)
        members = members.join(t.logins, l.user_id == e.user_id)
        x, a = t.submissions.c, t.assignments.c
        work = t.submissions.join(t.assignments, a.id == x.assignment_id).join(t.logins, l.user_id == x.user_id)
        return {
            "accounts": self.rows(
                sa.select(t.accounts.c.sis_account_id, t.accounts.c.name, t.accounts.c.workflow_state).order_by("name")
            ),
            "people": self.rows(
                sa.select(
                    l.sis_user_id,
                    l.unique_id,
                    l.workflow_state,
                    u.name,
                    u.sortable_name,
                    u.short_name,
                    u.email,
                    u.workflow_state,
                )
                .select_from(people)
                .order_by(l.unique_id)
            ),
            "courses": self.rows(
                sa.select(c.sis_course_id, c.name, c.course_code, c.workflow_state).order_by(c.name, c.sis_course_id)
            ),
            "sections": self.rows(
                sa.select(c.sis_course_id, s.sis_section_id, s.name, s.workflow_state)
                .select_from(t.course_sections.join(t.courses, c.id == s.course_id))
                .order_by(c.sis_course_id, s.name)
            ),
            "enrollments": self.rows(
                sa.select(c.sis_course_id, s.name, l.unique_id, e.type, e.workflow_state)
                .select_from(members)
                .order_by(c.sis_course_id, l.unique_id, s.name, e.type)
            ),
            "work": self.rows(
                sa.select(a.name, l.unique_id, x.workflow_state, x.score).select_from(work).order_by(a.name, l.unique_id)
            ),
            "scores": self.rows(
                sa.select(c.sis_course_id, l.unique_id, t.scores.c.workflow_state, t.scores.c.current_score)
                .select_from(
                    t.scores.join(t.courses, c.id == t.scores.c.course_id).join(t.logins, l.user_id == t.scores.c.user_id)
                )
                .where(t.scores.c.course_score)
                .order_by(c.sis_course_id, l.unique_id, t.scores.c.workflow_state)
            ),
        }


def token(name: str) -> BearerToken:
    return BearerToken(digest_of(name))


def archive(files: Mapping[str, str | bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return found.getvalue()


@contextmanager
def school(database_url: str, *, limits: Limits = Limits()) -> Iterator[School]:  # noqa: B008
    """A migrated database with two institutions, an administrator, a clerk who may import, and somebody who may not."""
    with open_store(database_url, connections=2) as store:
        store.write(build)
        yield School(World(store, events=EventSettings(base_url="http://test/"), import_limits=limits))


def build(connection: sa.Connection) -> None:
    def add(table: sa.Table, *rows: dict[str, Any]) -> None:
        stamps = STAMPS if "updated_at" in table.c else {}
        for row in rows:
            connection.execute(sa.insert(table).values(**{**stamps, **row}))
        if connection.dialect.name == "postgresql":
            top = sa.select(sa.func.max(table.c.id)).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), top)))

    add(
        t.accounts,
        {"id": ROOT, "root_account_id": ROOT, "name": "Root", "uuid": "root"},
        {"id": SUB, "root_account_id": ROOT, "parent_account_id": ROOT, "name": "Sub", "uuid": "sub", "sis_account_id": "SUB"},
        {"id": OTHER_ROOT, "root_account_id": OTHER_ROOT, "name": "Other", "uuid": "other"},
    )
    people = {"admin": (ADMIN, ROOT), "clerk": (CLERK, ROOT), "nobody": (NOBODY, ROOT), "foreigner": (FOREIGNER, OTHER_ROOT)}
    for name, (number, root) in people.items():
        add(t.users, {"id": number, "root_account_id": root, "name": name, "sortable_name": name, "short_name": name})
        add(t.logins, {"user_id": number, "account_id": root, "unique_id": name, "sis_user_id": f"sis-{name}"})
        add(t.access_tokens, {"user_id": number, "digest": digest_of(name), "hint": name[:4]})
    add(
        t.roles,
        {
            "id": 5,
            "account_id": ROOT,
            "name": "Clerk",
            "base_role_type": "AccountMembership",
            "permissions": {"manage_sis": True},
        },
        {"id": 6, "account_id": ROOT, "name": "Grader", "base_role_type": "TaEnrollment", "permissions": {}},
    )
    add(t.account_users, {"account_id": ROOT, "user_id": ADMIN}, {"account_id": ROOT, "user_id": CLERK, "role_id": 5})
    add(t.account_users, {"account_id": OTHER_ROOT, "user_id": FOREIGNER})
