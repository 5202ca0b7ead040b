"""The institution that the event cases assume, on a real server, and how people act there: by token, by browser, as a job.

``Stage.collect`` runs what is queued to its end and then lets a relay deliver to the two file subscriptions (one for each
format); what it returns is what a subscriber read since the last time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.actions import institution, subscriptions
from gradewire.actions.jobs import work_one
from gradewire.actions.passwords import hash_password
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.app import JOBS, create_app, create_means, create_world
from gradewire.config import Settings, read_settings
from gradewire.core.institution import read
from gradewire.events.live_events import EventName
from gradewire.events.relay import Relay
from gradewire.events.sinks import open_sink
from gradewire.events.subscriptions import Subscription
from gradewire.store import tables as t
from tests.server import running_server
from tests.web.web_world import form_with

HOST = "lms.example.test"
SHARD = 2107
COURSE, ROOT, ACCOUNT = 565, 1, 79
PEOPLE = {"T": 987, "TA": 988, "TA2": 989, "AD": 990, "S1": 48, "S2": 49, "S3": 52}
ASSIGNMENTS = {"A1": 355, "A2": 356}
STUDENTS = ("S1", "S2", "S3")
ENROLLMENTS = {"S1": 44, "S2": 45, "S3": 53}
SECTIONS = {"1": 1, "2": 2}
SUBMISSIONS = {f"{s}/{a}": 11086 + 2 * i + j for i, s in enumerate(STUDENTS) for j, a in enumerate(ASSIGNMENTS)}
GROUP = 60
TOOL_TOKEN = "token-of-the-tool"
NAMES: tuple[EventName, ...] = ("grade_change", "course_grade_change", "grade_override")
AGENT = "Mozilla/5.0 (event cases)"
CREATED = "2019-12-04T13:32:21Z"


def g(number: int) -> str:
    """The global id of a row."""
    return str(SHARD * 10**13 + number)


@cache
def _password_hash() -> str:
    return hash_password("a password of the cases")


def document(*, sets: Sequence[Any] = (), other_login: str | None = None, **course: Any) -> bytes:
    """The institution file of the fixtures, with more in the course where that is wanted. JSON is YAML."""

    def person(name: str, **more: Any) -> dict[str, Any]:
        login = "teacher@example.edu" if name == "T" else f"{name.lower()}@example.edu"
        return {
            "key": name,
            "id": PEOPLE[name],
            "name": f"Person {name}",
            "login": login,
            "password_hash": _password_hash(),
            "tokens": [{"token": token_of(name), "developer_key_id": 170}],
            **more,
        }

    def student(name: str, number: int, score: int, section: str = "One") -> dict[str, Any]:
        return {"user": name, "id": number, "section": section, "scores": [{"id": score, "created_at": CREATED}]}

    def assignment(name: str, title: str, **more: Any) -> dict[str, Any]:
        return {
            "key": name,
            "id": ASSIGNMENTS[name],
            "name": title,
            "points_possible": 10,
            "submission_types": ["online_text_entry"],
            "submissions": [{"user": one, "id": SUBMISSIONS[f"{one}/{name}"]} for one in STUDENTS],
            **more,
        }

    users = [
        person("T", sis_id="456-T45", time_zone="America/Denver"),
        person("TA"),
        person("TA2"),
        person("AD"),
        person("S1", sis_id="ABC.123"),
        person("S2"),
        person("S3", sis_id="DEF.456"),
    ]
    users[0]["tokens"].append({"token": TOOL_TOKEN, "tool_id": 17, "developer_key_id": 171})
    if other_login is not None:
        users[0]["other_logins"] = [{"login": other_login, "sis_id": "T-2", "password_hash": _password_hash()}]
    content = {
        "accounts": [
            {
                "id": ROOT,
                "name": "Root",
                "uuid": "VicYj3cu5BIF",
                "lti_guid": f"VicYj3cu5BIF.{HOST}",
                "admins": [{"user": "AD"}],
            },
            {"id": ACCOUNT, "name": "Faculty", "parent": ROOT},
        ],
        "users": users,
        "grading_period_sets": list(sets),
        "courses": [
            {
                "id": COURSE,
                "name": "C",
                "account": ACCOUNT,
                "sis_id": "2017.100.101.101-1",
                "sections": [{"id": 1, "name": "One", "default_section": True}, {"id": 2, "name": "Two"}],
                "enrollments": [
                    {"user": "T", "id": 41, "type": "TeacherEnrollment", "section": "One"},
                    {"user": "TA", "id": 42, "type": "TaEnrollment", "section": "One"},
                    {"user": "TA2", "id": 43, "type": "TaEnrollment", "section": "One"},
                    student("S1", 44, 43),
                    student("S2", 45, 50),
                    student("S2", 46, 51, "Two"),
                    student("S3", 53, 54),
                ],
                "assignment_groups": [{"id": GROUP, "name": "Assignments"}],
                "assignments": [assignment("A1", "Essay 1"), assignment("A2", "Essay 2", post_manually=True)],
                **course,
            }
        ],
    }
    return json.dumps(content).encode()


def token_of(name: str) -> str:
    return f"token-of-{name}"


class Stage:
    """The server, the database behind it, and the two files that subscribers read."""

    def __init__(self, client: httpx.Client | TestClient[Any], world: World, settings: Settings, directory: Path) -> None:
        self.client = client
        self.world = world
        self.settings = settings
        self.directory = directory
        self.now = datetime.now(UTC)
        self.mask: str | None = None
        """As whom people act who use a program, if as somebody else."""
        self._browsers: dict[str, httpx.Client | TestClient[Any]] = {}
        self._read: dict[str, int] = {}

    def reset(self, **course: Any) -> None:
        """Begin anew: the fixtures as they are, under rules that no process has kept, with nothing told of them."""
        self.close_browsers()
        engine = self.world.store.writing
        with engine.begin() as connection:
            newest = connection.execute(sa.select(sa.func.max(t.courses.c.rules_version))).scalar_one_or_none() or 0
            for table in reversed(t.metadata.sorted_tables):
                connection.execute(sa.delete(table))
        files = [read("event_cases.yaml", document(**course))]
        write(self.world, Asker(System()), lambda unit: institution.load(unit, files))
        with engine.begin() as connection:
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + newest + 10))
        for name in ("canvas", "caliper"):
            self.subscribe(name, {"kind": "file", "path": str(self.directory / name)}, format=name)
        self.collect()

    def close_browsers(self) -> None:
        for browser in self._browsers.values():
            if browser is not self.client:
                browser.close()
        self._browsers.clear()
        self.client.cookies.clear()

    def subscribe(self, name: str, target: Mapping[str, Any], **choices: Any) -> int:
        """A subscription to everything of the institution in a format."""
        events: tuple[EventName, ...] = ("grade_change",) if choices.get("format") == "caliper" else NAMES
        wanted = Subscription(account_id=ROOT, course_id=None, events=events, **choices)
        return write(self.world, Asker(System()), lambda unit: subscriptions.create(unit, name, wanted, target)).id

    # --- acting -------------------------------------------------------------------------------------------------------

    def api(self, method: str, path: str, as_: str = "T", *, body: Any = None, **headers: str) -> httpx.Response:
        """One request by an access token, refused or not."""
        token = TOOL_TOKEN if as_ == "tool" else token_of(as_)
        params = {} if self.mask is None else {"as_user_id": str(PEOPLE[self.mask])}
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = {} if content is None else {"Content-Type": "text/csv" if isinstance(body, bytes) else "application/json"}
        sent = {"Host": HOST, "User-Agent": AGENT, "Authorization": f"Bearer {token}", **kind, **headers}
        return self.client.request(method, f"/api/v1{path}", headers=sent, content=content, params=params or None)

    def done(self, method: str, path: str, as_: str = "T", **more: Any) -> Any:
        """The answer of a request that must succeed."""
        answer = self.api(method, path, as_, **more)
        assert answer.status_code in {200, 201}, (method, path, answer.status_code, answer.text)
        return answer.json()

    def put(self, student: str, assignment: str, as_: str = "T", **submission: Any) -> Any:
        path = f"/courses/{COURSE}/assignments/{ASSIGNMENTS[assignment]}/submissions/{PEOPLE[student]}"
        return self.done("PUT", path, as_, body={"submission": submission})

    def browser(self, name: str, login: str | None = None) -> httpx.Client | TestClient[Any]:
        """A browser in which somebody has signed in."""
        if name not in self._browsers:
            if isinstance(self.client, TestClient):
                self.client.cookies.clear()
                browser: httpx.Client | TestClient[Any] = self.client
            else:
                browser = httpx.Client(base_url=self.client.base_url, trust_env=False)
            page = browser.get("/login", headers={"Host": HOST})
            form = form_with(page, login="")
            login = login or ("teacher@example.edu" if name == "T" else f"{name.lower()}@example.edu")
            sent = {**form.fields, "login": login, "password": "a password of the cases"}
            answer = browser.post(
                "/login", data=sent, headers={"Host": HOST, "Origin": f"http://{HOST}"}, follow_redirects=False
            )
            assert answer.status_code == 303, answer.text
            self._browsers[name] = browser
        return self._browsers[name]

    def web(
        self, student: str, assignment: str, as_: str = "T", *, page: str | None = None, **changes: str | None
    ) -> httpx.Response:
        """Fill in SpeedGrader's form for a student, as a browser does; ``page`` is where the browser says it comes from."""
        browser = self.browser(as_)
        path = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={ASSIGNMENTS[assignment]}"
        anonymous = self.rows(t.assignments, t.assignments.c.id == ASSIGNMENTS[assignment])[0]["anonymous_grading"]
        hidden = anonymous and self.submission(student, assignment)["anonymous_id"]
        path += f"&anonymous_id={hidden}" if hidden else f"&student_id={PEOPLE[student]}"
        shown = browser.get(path, headers={"Host": HOST})
        form = form_with(shown, gives="grade")
        if changes.get("grade"):
            form.fields.pop("excuse", None)  # whoever types a grade unticks the box
        sent = {name: value for name, value in {**form.fields, **changes}.items() if value is not None}
        referrer = f"http://{HOST}{page or path}"
        headers = {"Host": HOST, "Origin": f"http://{HOST}", "Referer": referrer, "User-Agent": AGENT}
        answer = browser.post(path, data=sent, headers=headers, follow_redirects=False)
        assert answer.status_code == 303, (answer.status_code, answer.text[-3000:])
        return answer

    # --- looking ------------------------------------------------------------------------------------------------------

    def rows(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        with self.world.store.read() as connection:
            found = connection.execute(sa.select(table).where(*conditions)).mappings()
            return [dict(row) for row in found]

    def submission(self, student: str, assignment: str) -> dict[str, Any]:
        return self.rows(t.submissions, t.submissions.c.id == self.submission_id(student, assignment))[0]

    def grade_of(self, student: str, assignment: str) -> str | None:
        found: str | None = self.submission(student, assignment)["grade"]
        return found

    def is_moderated(self, assignment: str) -> bool:
        return bool(self.rows(t.assignments, t.assignments.c.id == ASSIGNMENTS[assignment])[0]["moderated_grading"])

    def submission_id(self, student: str, assignment: str) -> int:
        return SUBMISSIONS[f"{student}/{assignment}"]

    def work(self) -> None:
        """Run all that is queued to its end, whoever does it."""
        c = t.jobs.c
        while self.rows(t.jobs, c.workflow_state.in_(("queued", "running"))):
            work_one(self.world, JOBS, worker="the cases")

    def deliver(self, **options: Any) -> dict[str, int]:
        means = create_means(self.world, self.settings)
        return Relay(self.world.store, open_target=partial(open_sink, means=means), **options).run_once()

    def collect(self) -> dict[str, list[Any]]:
        """What came to the two files since the last time: Canvas events, Caliper envelopes."""
        self.work()
        self.deliver()
        found: dict[str, list[Any]] = {}
        for name in ("canvas", "caliper"):
            path = self.directory / name
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            found[name] = [json.loads(line) for line in lines[self._read.get(name, 0) :]]
            self._read[name] = len(lines)
        return found

    @contextmanager
    def clock_at(self, moment: datetime) -> Iterator[None]:
        """The same server in this process, with a clock that stands at a moment."""
        kept = World.__init__.__kwdefaults__
        World.__init__.__kwdefaults__ = {**(kept or {}), "clock": lambda: moment}
        before = self.client, self._browsers
        try:
            with TestClient(create_app(self.settings), base_url=f"http://{HOST}") as client:
                World.__init__.__kwdefaults__ = kept
                self.client, self._browsers = client, {}
                yield
        finally:
            World.__init__.__kwdefaults__ = kept
            self.client, self._browsers = before


@contextmanager
def staged(database_url: str, directory: Path) -> Iterator[Stage]:
    """A server process on a database with the fixtures."""
    choices = {
        "GRADEWIRE_SHARD": str(SHARD),
        "GRADEWIRE_RELAY_IN_SERVER": "false",
        "GRADEWIRE_RATE_LIMIT": "false",
        "GRADEWIRE_EVENTS_ALLOW_PRIVATE_TARGETS": "true",
        "GRADEWIRE_SECRET_KEY": "a key of the cases, long enough to be one",
    }
    with running_server(database_url, directory / "server", settings=choices) as server:
        port = server.url.rpartition(":")[2]
        settings = read_settings(
            {**choices, "GRADEWIRE_DATABASE_URL": database_url, "GRADEWIRE_PORT": port, "GRADEWIRE_POOL_SIZE": "3"}
        )
        world = create_world(settings)
        try:
            with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
                stage = Stage(client, world, settings, directory)
                stage.reset()
                yield stage
                stage.close_browsers()
        finally:
            world.store.close()


def days_ago(number: float) -> str:
    return (datetime.now(UTC) - timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
