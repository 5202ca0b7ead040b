"""A small institution in a fresh database, and a client that speaks to the application in this process.

Every person has an access token that is the person's name: ``api.get("/courses/5", as_="teacher")``.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PEOPLE = {
    "admin": 1,
    "teacher": 2,
    "ta": 3,
    "designer": 4,
    "observer": 5,
    "stranger": 6,
    "subadmin": 7,
    "section_ta": 8,
    "ann": 11,
    "bob": 12,
    "cem": 13,
    "foreigner": 90,
}
ROOT, SUB, OTHER_ROOT = 1, 2, 9
COURSE, OTHER_COURSE, FOREIGN_COURSE = 5, 6, 95
SECTION, SECOND_SECTION = 51, 52
GROUP, OTHER_GROUP = 60, 61


class Reply:
    """What the server answered."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body: Any = json.loads(content) if content else None

    @property
    def messages(self) -> Any:
        """What went wrong: the messages by attribute, or the list of messages."""
        errors = self.body["errors"]
        if isinstance(errors, list):
            return [one["message"] for one in errors]
        return {name: [one if isinstance(one, str) else one["message"] for one in faults] for name, faults in errors.items()}

    def links(self) -> dict[str, str]:
        found = {}
        for link in self.headers.get("link", "").split(","):
            url, _, relation = link.partition(">; rel=")
            found[relation.strip('"')] = url.lstrip("<")
        return found


class Api:
    """The Canvas dialect of one application, and the database behind it."""

    def __init__(self, client: TestClient[Any], engine: sa.Engine) -> None:
        self.client = client
        self.engine = engine

    def call(
        self, method: str, path: str, *, as_: str | None = "teacher", form: str | None = None, body: Any = None, **query: Any
    ) -> Reply:
        """One request. ``form`` is a URL-encoded body as sent, ``body`` one of JSON; a query's ``__`` stands for ``[]``."""
        headers = {} if as_ is None else {"authorization": f"Bearer {as_}"}
        content: str | None = form
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body)
        params = {name.replace("__", "[]"): value for name, value in query.items()}
        answer = self.client.request(method, f"/api/v1{path}", headers=headers, content=content, params=params)
        return Reply(answer.status_code, answer.headers, answer.content)

    def get(self, path: str, *, as_: str | None = "teacher", **query: Any) -> Reply:
        return self.call("GET", path, as_=as_, **query)

    def post(self, path: str, *, as_: str | None = "teacher", form: str | None = None, body: Any = None) -> Reply:
        return self.call("POST", path, as_=as_, form=form, body=body)

    def put(self, path: str, *, as_: str | None = "teacher", form: str | None = None, body: Any = None) -> Reply:
        return self.call("PUT", path, as_=as_, form=form, body=body)

    def delete(self, path: str, *, as_: str | None = "teacher", **query: Any) -> Reply:
        return self.call("DELETE", path, as_=as_, **query)

    def add(self, table: sa.Table, *rows: dict[str, Any]) -> None:
        """Insert rows behind the server's back, and say so."""
        with self.engine.begin() as connection:
            add(connection, table, *rows)
            _touch(connection)

    def change(self, table: sa.Table, number: int, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.update(table).where(table.c.id == number).values(**values))
            _touch(connection)

    def close_period(self, start: str, end: str, *, assignment_id: int) -> None:
        """Give the course a grading period of these days that is closed now, in which the work for an assignment lies."""
        first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (start, end))
        self.add(t.grading_period_groups, {"id": 1, "root_account_id": ROOT, "title": "Year"})
        dates = {"start_date": first, "end_date": last, "close_date": last}
        self.add(t.grading_periods, {"id": 1, "grading_period_group_id": 1, "title": "Closed", **dates})
        self.change(t.courses, COURSE, grading_period_group_id=1)
        with self.engine.begin() as connection:
            s = t.submissions.c
            connection.execute(sa.update(t.submissions).where(s.assignment_id == assignment_id).values(grading_period_id=1))

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.engine.connect() as connection:
            return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements that requests run meanwhile, not those of the threads that look for jobs and deliveries."""
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            of_another = threading.current_thread().name in {"jobs", "relay"} or " jobs " in statement
            if not of_another and not statement.startswith("begin"):
                found.append(statement.split(maxsplit=1)[0])

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The bodies of the events of this name in the outbox, in order."""
        c = t.outbox.c
        return [json.loads(text)["body"] for text in self.rows(sa.select(c.canvas).where(c.name == name).order_by(c.id))]


def _touch(connection: sa.Connection) -> None:
    connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))


@contextmanager
def running(database_url: str) -> Iterator[Api]:
    """The application on a database that holds the institution of this module."""
    with open_store(database_url, connections=1) as store:
        store.write(build)
    with running_as_it_is(database_url) as api:
        yield api


@contextmanager
def running_as_it_is(database_url: str) -> Iterator[Api]:
    """The application on a database that holds something else."""
    with (
        open_store(database_url, connections=2) as store,
        TestClient(
            create_app(Settings(database_url=database_url, pool_size=2, relay_in_server=False)), raise_server_exceptions=False
        ) as client,
    ):
        yield Api(client, store.writing)


def add(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
    stamps = {"created_at": NOW, "updated_at": NOW} if "updated_at" in table.c else {}
    for row in rows:
        connection.execute(sa.insert(table).values(**{**stamps, **row}))
    if connection.dialect.name == "postgresql" and rows:
        top = sa.select(sa.func.max(table.c.id)).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), top)))


def build(connection: sa.Connection) -> None:
    """Two institutions; in the first a course with two sections, a group and people in every role, and an empty course."""
    add(
        connection,
        t.accounts,
        {"id": ROOT, "root_account_id": ROOT, "name": "Root", "uuid": "root"},
        {"id": SUB, "root_account_id": ROOT, "parent_account_id": ROOT, "name": "Sub", "uuid": "sub", "sis_account_id": "S"},
        {"id": OTHER_ROOT, "root_account_id": OTHER_ROOT, "name": "Other", "uuid": "other"},
    )
    add(connection, t.users, *(_user(name, number) for name, number in PEOPLE.items()))
    add(connection, t.logins, *(_login(name, number) for name, number in PEOPLE.items()))
    add(connection, t.access_tokens, *(_token(name, number) for name, number in PEOPLE.items()))
    add(connection, t.account_users, {"account_id": ROOT, "user_id": 1}, {"account_id": SUB, "user_id": 7})
    course = {"account_id": SUB, "root_account_id": ROOT, "created_at": NOW}
    add(
        connection,
        t.courses,
        {"id": COURSE, "name": "Course", "course_code": "C-1", "uuid": "c5", "sis_course_id": "SIS-5", **course},
        {"id": OTHER_COURSE, "name": "Empty", "course_code": "C-2", "uuid": "c6", **course},
        {**course, "id": FOREIGN_COURSE, "name": "F", "course_code": "F", "uuid": "f", "account_id": 9, "root_account_id": 9},
    )
    add(
        connection,
        t.course_sections,
        {"id": SECTION, "course_id": COURSE, "name": "One", "sis_section_id": "SEC-1", "default_section": True},
        {"id": SECOND_SECTION, "course_id": COURSE, "name": "Two"},
        {"id": 61, "course_id": OTHER_COURSE, "name": "Empty", "default_section": True},
    )
    kinds: dict[str, tuple[str, int, dict[str, Any]]] = {
        "teacher": ("TeacherEnrollment", SECTION, {}),
        "ta": ("TaEnrollment", SECTION, {}),
        "designer": ("DesignerEnrollment", SECTION, {}),
        "observer": ("ObserverEnrollment", SECTION, {"associated_user_id": PEOPLE["ann"]}),
        "section_ta": ("TaEnrollment", SECOND_SECTION, {"limit_privileges_to_course_section": True}),
        "ann": ("StudentEnrollment", SECTION, {}),
        "bob": ("StudentEnrollment", SECTION, {}),
        "cem": ("StudentEnrollment", SECOND_SECTION, {}),
    }
    add(
        connection,
        t.enrollments,
        *(
            {
                "id": 100 + PEOPLE[name],
                "course_id": COURSE,
                "course_section_id": section,
                "user_id": PEOPLE[name],
                "type": kind,
                **more,
            }
            for name, (kind, section, more) in kinds.items()
        ),
    )
    add(
        connection,
        t.assignment_groups,
        {"id": GROUP, "course_id": COURSE, "name": "Group"},
        {"id": OTHER_GROUP, "course_id": OTHER_COURSE, "name": "Group"},
    )


def _user(name: str, number: int) -> dict[str, Any]:
    root = OTHER_ROOT if name == "foreigner" else ROOT
    shown = name.capitalize()
    return {"id": number, "root_account_id": root, "name": shown, "sortable_name": shown, "short_name": shown}


def _login(name: str, number: int) -> dict[str, Any]:
    root = OTHER_ROOT if name == "foreigner" else ROOT
    return {"user_id": number, "account_id": root, "unique_id": f"{name}@example.edu", "sis_user_id": f"SIS-{name}"}


def _token(name: str, number: int) -> dict[str, Any]:
    return {"user_id": number, "digest": hashlib.sha256(name.encode()).hexdigest(), "hint": name[:4]}
