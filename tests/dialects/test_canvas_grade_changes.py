"""The audit of grades in ``worlds/rights.yaml``: what was changed, by whom, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.worlds import load_world

BASE = "/audit/grade_change"


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

    def ids(self, path: str, who: str = "teacher") -> list[tuple[Any, ...]]:
        """Of each event the assignment, the student, the grader and the grade after it."""
        events = self.get(path, who)["events"]
        links = [(one["links"], one["grade_after"]) for one in events]
        return [(link["assignment"], link["student"], link["grader"], grade) for link, grade in links]


LOADED, BY_TEACHER, BY_TA, OVERRIDDEN = (71, 21, 6, "8"), (71, 21, 6, "9"), (71, 22, 7, "6"), (None, 21, 6, "93.5")
EVERY = [OVERRIDDEN, BY_TA, BY_TEACHER, LOADED]


@pytest.fixture(scope="module")
def asking(module_database_url: str) -> Iterator[Asking]:
    """After the load the teacher grades 9, the assistant 6, and the teacher overrides a course score."""
    load_world(module_database_url, "rights.yaml")
    with TestClient(create_app(Settings(database_url=module_database_url, relay_in_server=False))) as client:
        asking = Asking(client)
        for user, who, grade in ((21, "teacher", "9"), (22, "ta", "6")):
            path = f"/courses/100/assignments/71/submissions/{user}"
            assert asking.ask("PUT", path, who, {"submission": {"posted_grade": grade}}).status_code == 200
        path = "/courses/100/enrollments/221/override_score"
        for score in (93.5, 93.5):  # the second changes nothing
            assert asking.ask("PUT", path, "teacher", {"override_score": score}).status_code == 200
        yield asking


class TestEvents:
    def test_the_changes_of_a_course_newest_first(self, asking: Asking) -> None:
        assert asking.ids(f"{BASE}/courses/100") == EVERY
        assert asking.ids(f"{BASE}/courses/sis_course_id:SIS-100") == EVERY

    def test_an_event_tells_before_and_after(self, asking: Asking) -> None:
        event = asking.get(f"{BASE}/courses/100")["events"][2]
        assert event.pop("id").startswith("grade-")
        assert event.pop("created_at").endswith("Z")
        assert len(event.pop("request_id")) > 20
        assert event == {
            "event_type": "grade_change",
            "excused_after": False,
            "excused_before": False,
            "grade_after": "9",
            "grade_before": "8",
            "score_after": 9.0,
            "score_before": 8.0,
            "graded_anonymously": False,
            "version_number": 2,
            "course_override_grade": False,
            "grading_period_id": None,
            "links": {"assignment": 71, "course": 100, "student": 21, "grader": 6, "page_view": None},
        }

    def test_an_override_is_an_event_without_assignment(self, asking: Asking) -> None:
        event = asking.get(f"{BASE}/courses/100")["events"][0]
        assert event["course_override_grade"] is True
        assert (event["grade_before"], event["grade_after"]) == (None, "93.5")
        assert (event["version_number"], event["links"]["assignment"]) == (None, None)
        assert len(event["request_id"]) > 20

    def test_what_events_name_is_beside_them(self, asking: Asking) -> None:
        body = asking.get(f"{BASE}/courses/100")
        assert body["linked"]["assignments"] == [{"id": 71, "name": "Essay", "course_id": 100, "points_possible": 10.0}]
        assert body["linked"]["courses"] == [{"id": 100, "name": "Course"}]
        assert [one["name"] for one in body["linked"]["users"]] == ["Teacher", "Ta", "Owner", "Classmate"]
        assert body["linked"]["page_views"] == []
        assert body["links"]["events.course"].endswith("/api/v1/courses/{events.course}")

    def test_pages_have_links(self, asking: Asking) -> None:
        answer = asking.ask("GET", f"{BASE}/courses/100?per_page=1&page=2")
        assert [one["grade_after"] for one in answer.json()["events"]] == ["6"]
        assert 'page=4&per_page=1>; rel="last"' in answer.headers["link"]

    def test_of_an_assignment(self, asking: Asking) -> None:
        assert asking.ids(f"{BASE}/assignments/71") == [BY_TA, BY_TEACHER, LOADED]
        assert asking.ids(f"{BASE}/assignments/72") == []
        assert asking.ask("GET", f"{BASE}/assignments/99").status_code == 404

    def test_of_a_student_and_by_a_grader(self, asking: Asking) -> None:
        assert asking.ids(f"{BASE}/students/sis_user_id:S-21", "root_admin") == [OVERRIDDEN, BY_TEACHER, LOADED]
        assert asking.ids(f"{BASE}/graders/7", "root_admin") == [BY_TA]
        assert asking.ask("GET", f"{BASE}/students/90", "root_admin").status_code == 404

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("course_id=100", EVERY),
            ("course_id=100&student_id=21&grader_id=6&assignment_id=71", [BY_TEACHER, LOADED]),
            ("course_id=100&assignment_id=override", [OVERRIDDEN]),
            ("course_id=130", []),
            ("course_id=100&end_time=2020-01-01T00:00:00Z", []),
            ("course_id=100&start_time=2020-01-01T00:00:00Z&end_time=2090-01-01T00:00:00Z", EVERY),
            ("course_id=100&start_time=2090-01-01T00:00:00Z", []),
        ],
    )
    def test_searching(self, asking: Asking, query: str, expected: list[Any]) -> None:
        assert asking.ids(f"{BASE}?{query}") == expected

    def test_something_must_be_searched_for(self, asking: Asking) -> None:
        assert asking.ask("GET", BASE, "root_admin").status_code == 400
        assert asking.ids(f"{BASE}?grader_id=7", "root_admin") == [BY_TA]
        assert asking.ids(f"{BASE}?assignment_id=71", "root_admin") == [BY_TA, BY_TEACHER, LOADED]

    def test_statements_do_not_grow_with_rows(self, asking: Asking) -> None:
        assert _statements(asking, f"{BASE}/courses/100?per_page=2") == _statements(asking, f"{BASE}/courses/100")


class TestRights:
    @pytest.mark.parametrize("path", ["courses/100", "assignments/71"])
    @pytest.mark.parametrize(
        ("who", "status"),
        [("teacher", 200), ("sub_admin", 200), ("root_admin", 200), ("concluded_teacher", 200), ("ta", 403), ("auditor", 403),
         ("designer", 403), ("owner", 403), ("observer", 403), ("other_teacher", 403), ("foreign_admin", 404)],
    )  # fmt: skip
    def test_the_audit_of_a_course_needs_the_right_there(self, asking: Asking, path: str, who: str, status: int) -> None:
        assert asking.ask("GET", f"{BASE}/{path}", who).status_code == status

    @pytest.mark.parametrize("path", ["/students/21", "/graders/6", "?student_id=21", "?assignment_id=71"])
    @pytest.mark.parametrize(
        ("who", "status"),
        [("root_admin", 200), ("sub_admin", 403), ("teacher", 403), ("owner", 403), ("auditor", 403)],
    )
    def test_that_of_the_institution_needs_it_in_the_root_account(
        self, asking: Asking, path: str, who: str, status: int
    ) -> None:
        assert asking.ask("GET", f"{BASE}{path}", who).status_code == status

    def test_another_institution_finds_nobody(self, asking: Asking) -> None:
        assert asking.ask("GET", f"{BASE}/students/21", "foreign_admin").status_code == 404
        assert asking.ids(f"{BASE}?assignment_id=71", "foreign_admin") == []

    def test_anonymised_students_are_not_told(self, asking: Asking, module_database_url: str) -> None:
        def anonymise(on: bool) -> None:
            def change(connection: sa.Connection) -> None:
                connection.execute(sa.update(t.assignments).where(t.assignments.c.id == 71).values(anonymous_grading=on))
                hidden = sa.update(t.submissions).where(t.submissions.c.id == 302)
                connection.execute(hidden.values(posted_at=None if on else t.submissions.c.graded_at))

            with open_store(module_database_url, connections=1) as store:
                store.write(change)

        anonymise(True)
        try:
            hidden = [(assignment, None, grader, grade) for assignment, _, grader, grade in (BY_TA, BY_TEACHER, LOADED)]
            assert asking.ids(f"{BASE}/assignments/71") == hidden
            users = asking.get(f"{BASE}/assignments/71")["linked"]["users"]
            assert [one["id"] for one in users] == [6, 7]
            assert asking.ids(f"{BASE}?course_id=100&student_id=21") == [OVERRIDDEN]
        finally:
            anonymise(False)
        assert asking.ids(f"{BASE}/courses/100") == EVERY

    def test_hidden_graders_are_not_told(self, asking: Asking, module_database_url: str) -> None:
        def moderate(**values: Any) -> None:
            change = sa.update(t.assignments).where(t.assignments.c.id == 71).values(**values)
            with open_store(module_database_url, connections=1) as store:
                store.write(lambda connection: connection.execute(change))

        moderate(moderated_grading=True, grader_count=2, final_grader_id=6, grader_names_visible_to_final_grader=False)
        try:
            assert {grader for _, _, grader, _ in asking.ids(f"{BASE}/assignments/71")} == {None}
            assert {grader for _, _, grader, _ in asking.ids(f"{BASE}/assignments/71", "root_admin")} == {6, 7}
            assert asking.ids(f"{BASE}?course_id=100&grader_id=7") == []
        finally:
            moderate(moderated_grading=False, grader_count=0, final_grader_id=None, grader_names_visible_to_final_grader=True)


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
