"""A school on a real server that is spoken to in both dialects at once, and what each of them tells of it.

One course is calculated as Canvas does and has a late policy, the other one as Schoology does, with a midterm and an item
without a period. Both have periods, letters, and an item whose grades wait to be posted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import sqlalchemy as sa

from gradewire.actions import institution, own_grades, subscriptions
from gradewire.actions.jobs import work_one
from gradewire.actions.own_grades import OwnGrades
from gradewire.actions.unit import Asker, BearerToken, System, read, write
from gradewire.actions.world import World
from gradewire.app import JOBS, create_means, create_world
from gradewire.config import Settings, read_settings
from gradewire.core import institution as files
from gradewire.core.errors import Denied
from gradewire.events.live_events import EventName
from gradewire.events.relay import Relay
from gradewire.events.sinks import open_sink
from gradewire.events.subscriptions import Subscription
from gradewire.store import tables as t
from tests.dialects.schoology_world import Auth, Reply, Schoology
from tests.server import running_server

KEY = "a key of the two dialects, long enough"
PEOPLE = {"teacher": 2, "assistant": 3, "observer": 4, "stranger": 5, "ann": 11, "bob": 12}
STUDENTS = ("ann", "bob")
BY_CANVAS, BY_SCHOOLOGY = 100, 200
COURSES = (BY_CANVAS, BY_SCHOOLOGY)
PERIODS = {BY_CANVAS: (1, 2), BY_SCHOOLOGY: (3, 4)}
LETTERS = 500
NAMES: tuple[EventName, ...] = ("grade_change", "course_grade_change", "grade_override")

Thing: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[int, int]
"""A student and an item, by their ids."""


def _item(number: int, points: float, group: str, *, period: int | None = None, **more: Any) -> Thing:
    options = {"grading_period": period, **more.pop("calculation_options", {})} if number > 200 else {}
    return {
        "id": number,
        "name": f"Item {number}",
        "group": group,
        "points_possible": points,
        "submission_types": ["online_text_entry"],
        **({"calculation_options": options} if options else {}),
        **more,
    }


ITEMS: dict[int, list[Thing]] = {
    BY_CANVAS: [
        _item(101, 10, "Homework", due_at="2020-06-01T10:00:00Z"),
        _item(102, 10, "Homework"),
        _item(103, 20, "Tests", grading_type="letter_grade", grading_standard=LETTERS),
        _item(104, 5, "Tests", post_manually=True),
    ],
    BY_SCHOOLOGY: [
        _item(201, 10, "Homework", period=3),
        _item(202, 10, "Homework", period=4, calculation_options={"factor": 2}),
        _item(203, 20, "Tests", period=4, grading_type="letter_grade", grading_standard=LETTERS),
        _item(204, 12, "Tests", period=4, calculation_options={"is_final": True, "final_weight": 25}),
        _item(205, 5, "Tests", period=3, post_manually=True),
        _item(206, 10, "Homework"),
    ],
}
MANUAL = frozenset(one["id"] for items in ITEMS.values() for one in items if one.get("post_manually"))
LATE_POLICY = {
    "late_submission_deduction_enabled": True,
    "late_submission_deduction": 10,
    "missing_submission_deduction_enabled": True,
    "missing_submission_deduction": 80,
}
POINTS_OF_MISSING = {one["id"]: one["points_possible"] * 0.2 for one in ITEMS[BY_CANVAS]}
"""What the missing policy of the one course gives for work that is missing."""


def enrollment_of(course: int, person: str) -> int:
    return course * 100 + PEOPLE[person]


@cache
def document() -> bytes:
    """The school as an institution file; JSON is YAML."""

    def course(number: int, **more: Any) -> Thing:
        kinds = {"teacher": "TeacherEnrollment", "assistant": "TaEnrollment", "observer": "ObserverEnrollment"}
        besides: dict[str, Thing] = {
            "assistant": {"section": "Two", "limit_privileges_to_course_section": True},
            "observer": {"associated_user": "ann"},
            "bob": {"section": "Two"},
        }
        return {
            "id": number,
            "name": f"Course {number}",
            "sis_id": f"C{number}",
            "course_code": f"C{number}",
            "grading_period_set": 1 if number == BY_CANVAS else 2,
            "group_weighting_scheme": "percent",
            "allow_final_grade_override": True,
            "sections": [{"id": number + 1, "name": "One", "default_section": True}, {"id": number + 2, "name": "Two"}],
            "enrollments": [
                {
                    "id": enrollment_of(number, name),
                    "user": name,
                    "type": kinds.get(name, "StudentEnrollment"),
                    **besides.get(name, {}),
                }
                for name in PEOPLE
                if name != "stranger"
            ],
            "assignment_groups": [
                {"id": number + 1, "name": "Homework", "group_weight": 60, "drop_lowest": 1},
                {"id": number + 2, "name": "Tests", "group_weight": 40},
            ],
            "assignments": ITEMS[number],
            **more,
        }

    scheme = {"A": 85, "B": 75, "C": 50, "F": 0}
    averages = {"A": 92.5, "B": 80, "C": 62.5, "F": 25}
    content = {
        "format": 1,
        "accounts": [
            {
                "id": 1,
                "name": "School",
                "uuid": "school",
                "time_zone": "UTC",
                "grading_standards": [
                    {"id": LETTERS, "title": "Letters", "scheme": scheme, "scale": {"kind": "percent", "averages": averages}}
                ],
                "consumers": [
                    {"name": name, "key": f"key-{name}", "secret": f"secret-{name}", "user": name} for name in PEOPLE
                ],
            }
        ],
        "users": [
            {"key": name, "id": number, "name": name.title(), "login": name, "tokens": [{"token": f"token-{name}"}]}
            for name, number in PEOPLE.items()
        ],
        "grading_period_sets": [_periods(1, BY_CANVAS), _periods(2, BY_SCHOOLOGY, school_wide=True)],
        "courses": [
            course(BY_CANVAS, late_policy=LATE_POLICY),
            course(
                BY_SCHOOLOGY,
                calculation="schoology",
                calculation_options={"grading_periods": [3, 4], "period_weights": {"3": 40, "4": 60}},
            ),
        ],
    }
    return json.dumps(content).encode()


def _periods(number: int, course: int, **more: Any) -> Thing:
    """2020, and everything after it; neither is closed to graders."""
    days = [("2020-01-01", "2020-12-31"), ("2021-01-01", "2099-12-31")]
    periods = [
        {
            "id": period,
            "title": f"From {start}",
            "start_date": f"{start}T00:00:00Z",
            "end_date": f"{end}T00:00:00Z",
            "close_date": "2099-12-31T00:00:00Z",
        }
        for period, (start, end) in zip(PERIODS[course], days, strict=True)
    ]
    return {"id": number, "title": f"Periods {number}", "periods": periods, **more}


class Two:
    """The server, both clients, and the database behind it."""

    def __init__(self, client: httpx.Client, world: World, settings: Settings, directory: Path) -> None:
        self.client = client
        self.world = world
        self.settings = settings
        self.api = Schoology(str(client.base_url).rstrip("/"), settings.database_url)
        self.events = directory / "events"
        self._read = 0

    def reset(self) -> None:
        """Begin anew, under rules that no process has kept."""
        with self.world.store.writing.begin() as connection:
            newest = connection.execute(sa.select(sa.func.max(t.courses.c.rules_version))).scalar_one_or_none() or 0
            for table in reversed(t.metadata.sorted_tables):
                connection.execute(sa.delete(table))
        loaded = [files.read("two_dialects.yaml", document())]
        write(self.world, Asker(System()), lambda unit: institution.load(unit, loaded, secret_key=KEY))
        with self.world.store.writing.begin() as connection:
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + newest + 10))
        wanted = Subscription(account_id=1, course_id=None, events=NAMES, format="canvas")
        target = {"kind": "file", "path": str(self.events)}
        write(self.world, Asker(System()), lambda unit: subscriptions.create(unit, "two", wanted, target))
        self.new_events()

    # --- acting -------------------------------------------------------------------------------------------------------

    def canvas(self, method: str, path: str, who: str = "teacher", *, body: Any = None, **query: Any) -> httpx.Response:
        """One request by an access token; a query's ``__`` stands for ``[]``."""
        params = {name.replace("__", "[]"): value for name, value in query.items()}
        answer = self.client.request(
            method, f"/api/v1{path}", headers={"Authorization": f"Bearer token-{who}"}, json=body, params=params or None
        )
        assert answer.status_code < 500, answer.text
        return answer

    def schoology(self, method: str, path: str, who: str = "teacher", *, body: Any = None) -> Reply:
        """One request signed with the key that speaks for a person."""
        header, _ = self.api.sign(method, f"/v1{path}", f"key-{who}", Auth(secret=f"secret-{who}"))
        answer = self.api.call(method, path, header=header, body=body)
        assert answer.status < 500, answer.text
        return answer

    def work(self) -> None:
        """Run all that is queued to its end, whoever does it."""
        c = t.jobs.c
        unfinished = sa.select(c.id).where(c.workflow_state.in_(("queued", "running"))).limit(1)
        while True:
            with self.world.store.read() as connection:
                if connection.execute(unfinished).first() is None:
                    return
            work_one(self.world, JOBS, worker="the two dialects")

    # --- looking ------------------------------------------------------------------------------------------------------

    def submissions(self, course: int, who: str = "teacher") -> dict[Place, Thing]:
        """What Canvas's API tells somebody of submissions; nothing if they may not ask."""
        students = {"observer": [str(PEOPLE["ann"])]}.get(who, ["all"])
        path, include = f"/courses/{course}/students/submissions", ["submission_comments"]
        answer = self.canvas("GET", path, who, student_ids__=students, include__=include, per_page=100)
        if answer.status_code in {401, 403, 404}:
            return {}
        assert answer.status_code == 200, answer.text
        return {(one["user_id"], one["assignment_id"]): one for one in answer.json()}

    def course_grades(self, course: int, who: str = "teacher", period: int | None = None) -> dict[int, Thing]:
        """What Canvas's API tells somebody of the course scores of students, by student; those of others have only a link."""
        query = {} if period is None else {"grading_period_id": period}
        answer = self.canvas("GET", f"/courses/{course}/enrollments", who, type__=["StudentEnrollment"], **query)
        assert answer.status_code == 200, answer.text
        found = {one["user_id"]: one["grades"] for one in answer.json()}
        return {user_id: grades for user_id, grades in found.items() if "final_score" in grades}

    def section_grades(self, course: int, who: str = "teacher") -> Thing | None:
        """What Schoology's API tells somebody of a section's grades; ``None`` if they may not ask."""
        answer = self.schoology("GET", f"/sections/{course}/grades", who)
        if answer.status in {401, 403, 404}:
            return None
        found: Thing = answer.json
        return found

    def user_grades(self, course: int, user_id: int, who: str = "teacher") -> Thing | None:
        """What it tells somebody of a person's grades in a section; ``None`` if they may not ask."""
        answer = self.schoology("GET", f"/users/{user_id}/grades?section_id={course}", who)
        if answer.status in {401, 403, 404}:
            return None
        sections: list[Thing] = answer.json["section"]
        return sections[0] if sections else None

    def own_grades(self, course: int, who: str) -> list[OwnGrades]:
        """What the pages show a student or observer; nothing to strangers."""
        asker = Asker(BearerToken(hashlib.sha256(f"token-{who}".encode()).hexdigest()))
        try:
            return read(self.world, asker, lambda unit: own_grades.list_for_course(unit, course))
        except Denied:
            return []

    def new_events(self) -> list[Thing]:
        """What came to a subscriber since the last time."""
        means = create_means(self.world, self.settings)
        Relay(self.world.store, open_target=lambda target: open_sink(target, means)).run_once()
        lines = self.events.read_text(encoding="utf-8").splitlines() if self.events.exists() else []
        new, self._read = lines[self._read :], len(lines)
        return [json.loads(line) for line in new]


@contextmanager
def two_dialects(database_url: str, directory: Path) -> Iterator[Two]:
    """A server process on a database, to be filled by ``reset``."""
    choices: Mapping[str, str] = {
        "GRADEWIRE_SECRET_KEY": KEY,
        "GRADEWIRE_RELAY_IN_SERVER": "false",
        "GRADEWIRE_RATE_LIMIT": "false",
        "GRADEWIRE_SCHOOLOGY_CREDITS": "0",
    }
    with running_server(database_url, directory / "server", settings=choices) as server:
        settings = read_settings({**choices, "GRADEWIRE_DATABASE_URL": database_url, "GRADEWIRE_POOL_SIZE": "3"})
        world = create_world(settings)
        try:
            with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
                yield Two(client, world, settings, directory)
        finally:
            world.store.close()
