"""The history of grades in ``worlds/rights.yaml``: by days, as a feed, and as of a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.worlds import load_world

BASE = "/courses/100/gradebook_history"
LATE_EVENING = datetime(2026, 1, 10, 23, 30, tzinfo=UTC)
"""In Berlin it is half past midnight of the next day."""
NEXT_NOON = datetime(2026, 1, 11, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Asking:
    """The application with everybody in it, after some grading."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def ask(self, method: str, path: str, who: str = "teacher", body: Any = None) -> Any:
        headers = {"authorization": f"Bearer token-{who}"}
        return self.client.request(method, f"/api/v1{path}", headers=headers, json=body)

    def get(self, path: str, who: str = "teacher") -> Any:
        answer = self.ask("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def asking(module_database_url: str) -> Iterator[Asking]:
    """The owner's essay is graded 8 by a load, 9 by the teacher, 5 by the assistant, and excused by the teacher; the
    classmate's 6 by the assistant."""
    load_world(module_database_url, "rights.yaml")
    with TestClient(create_app(Settings(database_url=module_database_url, relay_in_server=False))) as client:
        asking = Asking(client)
        for user, who, grade in ((21, "teacher", "9"), (21, "ta", "5"), (22, "ta", "6"), (21, "teacher", None)):
            body = {"submission": {"posted_grade": grade} if grade else {"excuse": True}}
            answer = asking.ask("PUT", f"/courses/100/assignments/71/submissions/{user}", who, body)
            assert answer.status_code == 200, answer.text
        with open_store(module_database_url, connections=1) as store:
            v = t.grade_versions.c

            def backdate(connection: sa.Connection) -> None:
                moments = {1: datetime(2026, 1, 5, 12, tzinfo=UTC), 2: LATE_EVENING, 3: NEXT_NOON, 4: LATER}
                for number, moment in moments.items():
                    entry = sa.update(t.grade_versions).where(v.submission_id == 301, v.number == number)
                    connection.execute(entry.values(created_at=moment))
                connection.execute(sa.update(t.grade_versions).where(v.submission_id == 302).values(created_at=NEXT_NOON))
                connection.execute(sa.update(t.courses).where(t.courses.c.id == 100).values(time_zone="Europe/Berlin"))
                connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

            store.write(backdate)
        yield asking


class TestDays:
    def test_days_are_those_of_the_course_newest_first(self, asking: Asking) -> None:
        assert asking.get(f"{BASE}/days") == [
            {"date": "2026-02-01", "graders": [{"id": 6, "name": "Teacher", "assignments": [71]}]},
            {
                "date": "2026-01-11",
                "graders": [
                    {"id": 6, "name": "Teacher", "assignments": [71]},
                    {"id": 7, "name": "Ta", "assignments": [71]},
                ],
            },
            {"date": "2026-01-05", "graders": [{"id": 6, "name": "Teacher", "assignments": [71]}]},
        ]

    def test_they_come_in_pages(self, asking: Asking) -> None:
        answer = asking.ask("GET", f"{BASE}/days?per_page=1&page=2")
        assert [day["date"] for day in answer.json()] == ["2026-01-11"]
        assert 'page=3&per_page=1>; rel="last"' in answer.headers["link"]

    def test_the_graders_of_a_day(self, asking: Asking) -> None:
        assert [one["id"] for one in asking.get(f"{BASE}/2026-01-11")] == [6, 7]
        assert asking.get(f"{BASE}/2026-01-10") == []
        assert [one["id"] for one in asking.get(f"{BASE}/2026-01-11?per_page=1&page=2")] == [7]

    @pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "20260101", "2026-W01-1", "1"])
    def test_what_is_no_date_is_refused(self, asking: Asking, day: str) -> None:
        assert asking.ask("GET", f"{BASE}/{day}").status_code == 400
        assert asking.ask("GET", f"{BASE}/{day}/graders/6/assignments/71/submissions").status_code == 400

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_a_day_at_the_end_of_the_calendar_is_not_there(self, asking: Asking, day: str) -> None:
        assert asking.ask("GET", f"{BASE}/{day}").status_code == 404


class TestSubmissions:
    def test_what_a_grader_did_to_submissions_on_a_day(self, asking: Asking) -> None:
        found = asking.get(f"{BASE}/2026-01-11/graders/7/assignments/71/submissions")
        assert [one["submission_id"] for one in found] == [301, 302]
        [version] = found[0]["versions"]
        stable = {name: value for name, value in version.items() if not name.endswith("graded_at")}
        assert stable == {
            "assignment_id": 71,
            "assignment_name": "Essay",
            "body": "Work",
            "current_grade": None,
            "current_grader": "Teacher",
            "grade_matches_current_submission": True,
            "grader": "Ta",
            "grader_id": 7,
            "id": 301,
            "new_grade": "5",
            "new_grader": "Ta",
            "previous_grade": "9",
            "previous_grader": "Teacher",
            "score": 5.0,
            "user_name": "Owner",
            "submission_type": "online_text_entry",
            "url": None,
            "user_id": 21,
            "workflow_state": "graded",
        }
        assert version["graded_at"] == version["new_graded_at"]
        assert version["previous_graded_at"] <= version["new_graded_at"] <= version["current_graded_at"]

    def test_pages_count_submissions(self, asking: Asking) -> None:
        answer = asking.ask("GET", f"{BASE}/2026-01-11/graders/7/assignments/71/submissions?per_page=1&page=2")
        assert [one["submission_id"] for one in answer.json()] == [302]
        assert 'page=2&per_page=1>; rel="last"' in answer.headers["link"]

    def test_what_nobody_graded_is_under_0(self, asking: Asking, module_database_url: str) -> None:
        def graded_by(grader_id: int) -> None:
            entry = sa.update(t.grade_versions).where(t.grade_versions.c.submission_id == 301, t.grade_versions.c.number == 1)
            with open_store(module_database_url, connections=1) as store:
                store.write(lambda connection: connection.execute(entry.values(grader_id=grader_id)))

        graded_by(-1)
        try:
            [grader] = asking.get(f"{BASE}/2026-01-05")
            assert grader == {"id": 0, "name": "Graded on submission", "assignments": [71]}
            [one] = asking.get(f"{BASE}/2026-01-05/graders/0/assignments/71/submissions")
            assert [version["grader"] for version in one["versions"]] == ["Graded on submission"]
        finally:
            graded_by(6)

    def test_an_unknown_assignment_is_not_there_and_an_idle_grader_did_nothing(self, asking: Asking) -> None:
        assert asking.ask("GET", f"{BASE}/2026-01-11/graders/7/assignments/99/submissions").status_code == 404
        assert asking.get(f"{BASE}/2026-01-11/graders/8/assignments/71/submissions") == []
        assert asking.get(f"{BASE}/2026-01-10/graders/6/assignments/71/submissions") == []


def scores(rows: list[dict[str, Any]]) -> list[tuple[int, float | None]]:
    return [(row["user_id"], row["score"]) for row in rows]


class TestFeed:
    def test_every_version_newest_first(self, asking: Asking) -> None:
        assert scores(asking.get(f"{BASE}/feed")) == [(21, None), (22, 6), (21, 5), (21, 9), (21, 8)]

    def test_ascending_and_of_one_student_or_assignment(self, asking: Asking) -> None:
        assert scores(asking.get(f"{BASE}/feed?ascending=true&user_id=21")) == [(21, 8), (21, 9), (21, 5), (21, None)]
        assert scores(asking.get(f"{BASE}/feed?user_id=sis_user_id:S-21&assignment_id=71&per_page=1")) == [(21, None)]
        assert asking.get(f"{BASE}/feed?assignment_id=72") == []
        assert asking.ask("GET", f"{BASE}/feed?assignment_id=99").status_code == 404


class TestAsOf:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-01-01T00:00:00Z", (0, None, False)),
            ("2026-01-10T23:29:59Z", (1, 8.0, False)),
            ("2026-01-10T23:30:00Z", (2, 9.0, False)),
            ("2026-01-31T00:00:00Z", (3, 5.0, False)),
            ("2026-03-01T00:00:00Z", (4, None, True)),
        ],
    )
    def test_grades_at_a_moment(self, asking: Asking, moment: str, expected: tuple[Any, ...]) -> None:
        [row] = [one for one in asking.get(f"{BASE}/as_of?moment={moment}") if one["submission_id"] == 301]
        assert (row["version"], row["score"], row["excused"]) == expected

    def test_the_moment_is_required(self, asking: Asking) -> None:
        assert asking.ask("GET", f"{BASE}/as_of").status_code == 400
        assert asking.ask("GET", f"{BASE}/as_of?moment=yesterday").status_code == 400

    def test_it_comes_in_pages(self, asking: Asking) -> None:
        answer = asking.ask("GET", f"{BASE}/as_of?moment=2026-03-01T00:00:00Z&per_page=1&page=2")
        assert [row["submission_id"] for row in answer.json()] == [302]


PATHS = ("days", "2026-01-11", "2026-01-11/graders/7/assignments/71/submissions", "feed", "as_of?moment=2026-03-01T00:00:00Z")


class TestSight:
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        ("who", "status"),
        [("ta", 200), ("auditor", 200), ("sub_admin", 200), ("concluded_teacher", 200), ("owner", 403), ("observer", 403),
         ("designer", 403), ("porter", 403), ("stranger", 403), ("other_teacher", 403), ("foreign_admin", 404)],
    )  # fmt: skip
    def test_graders_and_viewers_see_it(self, asking: Asking, path: str, who: str, status: int) -> None:
        assert asking.ask("GET", f"{BASE}/{path}", who).status_code == status

    @pytest.mark.parametrize("path", PATHS)
    def test_a_grader_of_another_section_sees_nothing_of_it(self, asking: Asking, path: str) -> None:
        assert asking.get(f"{BASE}/{path}", "section_ta") == []

    def test_what_is_anonymised_is_not_in_it(self, asking: Asking, module_database_url: str) -> None:
        def anonymise(on: bool) -> None:
            def change(connection: sa.Connection) -> None:
                connection.execute(sa.update(t.assignments).where(t.assignments.c.id == 71).values(anonymous_grading=on))
                hidden = sa.update(t.submissions).where(t.submissions.c.id == 302)
                connection.execute(hidden.values(posted_at=None if on else LATER))
                connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

            with open_store(module_database_url, connections=1) as store:
                store.write(change)

        anonymise(True)
        try:
            for path in ("days", "2026-01-11", "2026-01-11/graders/7/assignments/71/submissions", "feed"):
                assert asking.get(f"{BASE}/{path}") == []
        finally:
            anonymise(False)
        assert asking.get(f"{BASE}/days") != []

    def test_statements_do_not_grow_with_rows(self, asking: Asking) -> None:
        assert _statements(asking, f"{BASE}/feed?per_page=1") == _statements(asking, f"{BASE}/feed")
        assert _statements(asking, f"{BASE}/days?per_page=1") == _statements(asking, f"{BASE}/days")


def _statements(asking: Asking, path: str) -> int:
    count = 0

    def listen(*_: Any) -> None:
        nonlocal count
        count += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        asking.get(path)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert count > 0
    return count
