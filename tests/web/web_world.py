"""A small institution with passwords, work and grades in a fresh database, and a browser that goes through its pages.

Everybody's login is the name at ``example.edu``, and the password is the name and ``-secret``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import sqlalchemy as sa
from httpx import Response
from litestar.testing import TestClient

from gradewire.actions.passwords import hash_password
from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

NOW = datetime.now(UTC).replace(microsecond=0)
ORIGIN = "http://testserver.local"

ROOT, COURSE, CONCLUDED = 1, 5, 6
SECTION, SECOND_SECTION = 51, 52
PEOPLE = {
    "admin": 1,
    "teacher": 2,
    "marker": 3,
    "second": 4,
    "third": 5,
    "section_ta": 6,
    "designer": 7,
    "stranger": 8,
    "observer": 9,
    "ann": 11,
    "bob": 12,
    "cem": 13,
}
STUDENTS = ("ann", "bob", "cem")
NAMES = {"bob": "Bob <script>alert('bob')</script> & Sons"}

POINTS, PERCENT, LETTER, GPA, PASS, UNGRADED = 71, 72, 73, 74, 75, 76
MODERATED, ANONYMOUS, MANUAL, CLOSED_BOOK = 77, 78, 79, 80
KINDS: dict[int, tuple[str, dict[str, Any]]] = {
    POINTS: ("points", {}),
    PERCENT: ("percent", {}),
    LETTER: ("letter_grade", {}),
    GPA: ("gpa_scale", {}),
    PASS: ("pass_fail", {}),
    UNGRADED: ("not_graded", {}),
    MODERATED: (
        "points",
        {"moderated_grading": True, "grader_count": 2, "final_grader_id": PEOPLE["teacher"], "post_manually": True},
    ),
    ANONYMOUS: ("points", {"anonymous_grading": True, "post_manually": True}),
    MANUAL: ("points", {"post_manually": True}),
    CLOSED_BOOK: ("points", {"workflow_state": "unpublished"}),
}


def submission_id(assignment: int, student: str) -> int:
    return assignment * 100 + PEOPLE[student]


class Form:
    """A form of a page: where it goes, and what is in it."""

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method
        self.fields: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get")))
        if not self.forms:
            return
        form = self.forms[-1]
        name = values.get("name", "")
        if tag == "input" and name and (values.get("type") not in {"checkbox", "radio"} or "checked" in values):
            form.fields[name] = values.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            form.fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in values or self._select not in form.fields):
            form.fields[self._select] = values.get("value", "")
        elif tag == "button" and name:
            form.buttons.append((name, values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            self.forms[-1].fields[self._textarea] = self.forms[-1].fields[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea] += data


def forms_of(page: Response) -> list[Form]:
    reader = _Forms()
    reader.feed(page.text)
    return reader.forms


def form_with(page: Response, **fields: str) -> Form:
    """The form that has these values in it."""
    for form in forms_of(page):
        if all(form.fields.get(name) == value for name, value in fields.items()):
            return form
    raise AssertionError(f"no form with {fields} in {[form.fields for form in forms_of(page)]}")


def text_of(page: Response) -> str:
    """What a reader sees."""
    body = re.sub(r"<option.*?</option>", "", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


class Browser:
    """A browser: cookies, and forms sent as a browser sends them."""

    def __init__(self, web: Web) -> None:
        self.client = httpx.Client(transport=web.client._transport, base_url=ORIGIN)
        self.web = web

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def post(self, path: str, fields: dict[str, str], *, origin: str | None = ORIGIN, **headers: str) -> Response:
        sent = {"Origin": origin, **headers} if origin else headers
        return self.client.post(path, data=fields, headers=sent, follow_redirects=False)

    def submit(self, page: Response, form: Form, **changes: str | None) -> Response:
        fields = {name: value for name, value in {**form.fields, **changes}.items() if value is not None}
        return self.post(form.action or str(page.url), fields, Referer=str(page.url))

    def sign_in(self, name: str, password: str | None = None, path: str = "/login") -> Response:
        page = self.get(path)
        form = form_with(page, login="")
        return self.submit(page, form, login=f"{name}@example.edu", password=password or f"{name}-secret")

    def hold(self, secret: str) -> None:
        """Put a session's secret into the browser."""
        self.client.cookies.set("gradewire_session", secret, domain="testserver.local", path="/")

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("gradewire_session")


class Web:
    """The application in this process, and the database behind it."""

    def __init__(self, client: TestClient[Any], engine: sa.Engine) -> None:
        self.client = client
        self.engine = engine

    def browser(self, name: str | None = None) -> Browser:
        """A new browser; with a name, one in which that person has signed in."""
        browser = Browser(self)
        if name is not None:
            assert browser.sign_in(name).status_code == 303
        return browser

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.engine.connect() as connection:
            return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]

    def run(self, statement: sa.Executable) -> None:
        """Change something behind the server's back."""
        with self.engine.begin() as connection:
            connection.execute(statement)
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

    def change(self, table: sa.Table, number: int, **values: Any) -> None:
        self.run(sa.update(table).where(table.c.id == number).values(**values))

    def submission(self, assignment: int, student: str) -> Any:
        found = self.rows(sa.select(t.submissions).where(t.submissions.c.id == submission_id(assignment, student)))
        return dict(zip(t.submissions.c.keys(), found[0], strict=True))

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of this name in the outbox, in order."""
        c = t.outbox.c
        return [json.loads(text) for text in self.rows(sa.select(c.canvas).where(c.name == name).order_by(c.id))]


@contextmanager
def running(database_url: str, institution: Callable[[sa.Connection], None] | None = None, **settings: Any) -> Iterator[Web]:
    """The application on a database that holds the institution of this module, or another one."""
    with open_store(database_url, connections=2) as store:
        store.write(institution or build)
        app = create_app(Settings(database_url=database_url, pool_size=2, **settings))
        with TestClient(app, base_url=ORIGIN) as client:
            yield Web(client, store.writing)


def add(connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
    stamps = {name: NOW for name in ("created_at", "updated_at") if name in table.c}
    for row in rows:
        connection.execute(sa.insert(table).values(**{**stamps, **row}))
    if connection.dialect.name == "postgresql" and rows and "id" in table.c:
        top = sa.select(sa.func.max(table.c.id)).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), top)))


@cache
def hash_of(name: str) -> str:
    return hash_password(f"{name}-secret")


def build(connection: sa.Connection) -> None:
    """A course with two sections, people in every role, and an assignment of each kind, with work of everybody."""
    add(connection, t.accounts, {"id": ROOT, "root_account_id": ROOT, "name": "Root", "uuid": "root"})
    for name, number in PEOPLE.items():
        shown = NAMES.get(name, name.capitalize())
        person = {"id": number, "root_account_id": ROOT, "name": shown, "sortable_name": shown, "short_name": shown}
        login = {"user_id": number, "account_id": ROOT, "unique_id": f"{name}@example.edu", "password_hash": hash_of(name)}
        add(connection, t.users, person)
        add(connection, t.logins, login)
    add(connection, t.account_users, {"account_id": ROOT, "user_id": PEOPLE["admin"]})
    course = {"account_id": ROOT, "root_account_id": ROOT, "time_zone": "UTC"}
    add(
        connection,
        t.courses,
        {"id": COURSE, "name": "Algebra", "course_code": "ALG", "uuid": "c5", "grading_standard_id": 0, **course},
        {
            "id": CONCLUDED,
            "name": "History",
            "course_code": "HIS",
            "uuid": "c6",
            "workflow_state": "completed",
            **course,
        },
    )
    add(
        connection,
        t.course_sections,
        {"id": SECTION, "course_id": COURSE, "name": "One", "default_section": True},
        {"id": SECOND_SECTION, "course_id": COURSE, "name": "Two"},
        {"id": 61, "course_id": CONCLUDED, "name": "One", "default_section": True},
    )
    kinds: dict[str, tuple[str, int, dict[str, Any]]] = {
        "teacher": ("TeacherEnrollment", SECTION, {}),
        "marker": ("TaEnrollment", SECTION, {}),
        "second": ("TaEnrollment", SECTION, {}),
        "third": ("TaEnrollment", SECTION, {}),
        "section_ta": ("TaEnrollment", SECOND_SECTION, {"limit_privileges_to_course_section": True}),
        "designer": ("DesignerEnrollment", SECTION, {}),
        "observer": ("ObserverEnrollment", SECTION, {"associated_user_id": PEOPLE["ann"]}),
        "ann": ("StudentEnrollment", SECTION, {}),
        "bob": ("StudentEnrollment", SECTION, {}),
        "cem": ("StudentEnrollment", SECOND_SECTION, {}),
    }
    for name, (kind, section, more) in kinds.items():
        enrolled = {"course_id": COURSE, "course_section_id": section, "user_id": PEOPLE[name], "type": kind}
        add(connection, t.enrollments, {"id": 100 + PEOPLE[name], **enrolled, **more})
    ended = {"course_id": CONCLUDED, "course_section_id": 61, "type": "StudentEnrollment", "workflow_state": "completed"}
    add(connection, t.enrollments, {"id": 200, "user_id": PEOPLE["ann"], **ended})
    add(connection, t.assignment_groups, {"id": 60, "course_id": COURSE, "name": "Group"})
    for number, (grading_type, more) in KINDS.items():
        assignment: dict[str, Any] = {
            "id": number,
            "course_id": COURSE,
            "assignment_group_id": 60,
            "name": f"Work {number}",
            "position": number,
            "points_possible": 10,
            "grading_type": grading_type,
            "submission_types": ["online_text_entry"],
            **more,
        }
        add(connection, t.assignments, assignment)
        for index, name in enumerate(STUDENTS):
            add(connection, t.submissions, _submission(number, name, index))
            if number == MODERATED:
                add(connection, t.moderated_students, {"assignment_id": number, "student_id": PEOPLE[name]})
    for name in STUDENTS:
        score = {"enrollment_id": 100 + PEOPLE[name], "course_id": COURSE, "user_id": PEOPLE[name], "course_score": True}
        add(connection, t.scores, {**score, "version": 1})


def _submission(assignment: int, name: str, index: int) -> dict[str, Any]:
    """Ann and Bob have handed in, Cem has not. In the order of anonymous ids Cem is the first and Ann the last."""
    work: dict[str, Any] = {
        "id": submission_id(assignment, name),
        "course_id": COURSE,
        "assignment_id": assignment,
        "user_id": PEOPLE[name],
        "anonymous_id": f"{'CBA'[index]}nonX",
    }
    if name != "cem":
        handed_in = NOW - timedelta(hours=5)
        work |= {
            "workflow_state": "submitted",
            "attempt": 1,
            "submission_type": "online_text_entry",
            "body": f"<p>The work of {name}.</p>",
            "submitted_at": handed_in,
        }
    return work
