"""Submissions over several assignments, section twins, comments changed and read states, in ``worlds/rights.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.dialects.rights_walk import undoing_client

OWNER, CLASSMATE, CONCLUDED = 21, 22, 23
ESSAY, MODERATED = 71, 72


class Asking:
    """The application with everybody in it."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def ask(self, method: str, path: str, who: str, body: Any = None) -> tuple[int, Any]:
        answer = self.client.request(method, f"/api/v1{path}", headers={"authorization": f"Bearer token-{who}"}, json=body)
        return answer.status_code, answer.json() if answer.content else None

    def get(self, path: str, who: str = "teacher") -> Any:
        status, body = self.ask("GET", path, who)
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def asking(module_database_url: str) -> Iterator[Asking]:
    with undoing_client(module_database_url) as client:
        yield Asking(client)


def pairs(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["user_id"], row["assignment_id"]) for row in rows]


class TestStudentSubmissions:
    """``GET .../students/submissions``."""

    def test_graders_list_several_students_over_several_assignments(self, asking: Asking) -> None:
        rows = asking.get("/courses/100/students/submissions?student_ids[]=21&student_ids[]=22")
        assert sorted(pairs(rows)) == [(21, 71), (21, 72), (22, 71), (22, 72)]
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)

    def test_all_means_everybody_whom_the_caller_sees(self, asking: Asking) -> None:
        everybody = {row["user_id"] for row in asking.get("/courses/100/students/submissions?student_ids[]=all&per_page=100")}
        assert {OWNER, CLASSMATE} <= everybody
        assert asking.get("/courses/100/students/submissions?student_ids[]=all", "section_ta") == []
        assert {row["user_id"] for row in asking.get("/courses/100/students/submissions?student_ids[]=all", "owner")} == {OWNER}
        assert {row["user_id"] for row in asking.get("/courses/100/students/submissions?student_ids[]=all", "observer")} == {
            OWNER
        }

    def test_without_students_it_is_the_callers_own_work(self, asking: Asking) -> None:
        assert sorted(pairs(asking.get("/courses/100/students/submissions", "owner"))) == [(21, 71), (21, 72)]

    def test_students_do_not_see_each_others_work(self, asking: Asking) -> None:
        assert asking.ask("GET", "/courses/100/students/submissions?student_ids[]=22", "owner")[0] == 403
        assert asking.ask("GET", "/courses/100/students/submissions?student_ids[]=22", "observer")[0] == 403

    def test_assignments_may_be_chosen_and_must_exist(self, asking: Asking) -> None:
        path = "/courses/100/students/submissions?student_ids[]=all&assignment_ids[]=71"
        assert {row["assignment_id"] for row in asking.get(path)} == {ESSAY}
        assert asking.ask("GET", path + "&assignment_ids[]=99", "teacher")[0] == 404

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("workflow_state=graded", [(21, 71)]),
            ("workflow_state=unsubmitted&assignment_ids[]=71", [(22, 71)]),
            ("submitted_since=2025-12-31T00:00:00Z", [(21, 71)]),
            ("submitted_since=2026-01-02T00:00:00Z", []),
            ("graded_since=2020-01-01T00:00:00Z", [(21, 71)]),
            ("graded_since=2090-01-01T00:00:00Z", []),
            ("grading_period_id=999", []),
            ("enrollment_state=concluded&assignment_ids[]=71", []),
        ],
    )
    def test_filters(self, asking: Asking, query: str, expected: list[tuple[int, int]]) -> None:
        rows = asking.get(f"/courses/100/students/submissions?student_ids[]=all&{query}")
        assert [pair for pair in pairs(rows) if pair[0] in {OWNER, CLASSMATE}] == expected

    def test_orders(self, asking: Asking) -> None:
        path = "/courses/100/students/submissions?student_ids[]=21&student_ids[]=22&order_direction=descending"
        ids = [row["id"] for row in asking.get(path)]
        assert ids == sorted(ids, reverse=True)
        assert pairs(asking.get(path + "&order=graded_at"))[0] == (21, 71)

    @pytest.mark.parametrize("query", ["workflow_state=x", "order=x", "submitted_since=yesterday", "enrollment_state=x"])
    def test_what_cannot_be_read_is_refused(self, asking: Asking, query: str) -> None:
        assert asking.ask("GET", f"/courses/100/students/submissions?{query}", "teacher")[0] == 400

    def test_grouped_by_student_with_totals(self, asking: Asking) -> None:
        path = "/courses/100/students/submissions?student_ids[]=all&grouped=true&include[]=total_scores&per_page=100"
        grouped = {row["user_id"]: row for row in asking.get(path)}
        assert [one["assignment_id"] for one in grouped[OWNER]["submissions"]] == [71, 72]
        assert grouped[OWNER]["section_id"] == 101
        assert grouped[OWNER]["sis_user_id"] == "S-21"
        assert grouped[OWNER]["computed_current_score"] == 80
        assert "sis_user_id" not in asking.get(path, "owner")[0]

    def test_pages_count_submissions_or_students(self, asking: Asking) -> None:
        path = "/api/v1/courses/100/students/submissions?student_ids[]=21&student_ids[]=22&per_page=1&page=2"
        headers = {"authorization": "Bearer token-teacher"}
        flat = asking.client.get(path, headers=headers)
        assert len(flat.json()) == 1
        assert 'page=4&per_page=1>; rel="last"' in flat.headers["link"]
        grouped = asking.client.get(path + "&grouped=true", headers=headers)
        assert [row["user_id"] for row in grouped.json()] == [CLASSMATE]
        assert 'page=2&per_page=1>; rel="last"' in grouped.headers["link"]

    def test_everything_that_can_be_included(self, asking: Asking) -> None:
        names = ["user", "assignment", "course", "submission_comments", "submission_history", "rubric_assessment"]
        names += ["full_rubric_assessment", "visibility", "read_status", "group"]
        query = "&".join(f"include[]={name}" for name in names)
        [row] = asking.get(f"/courses/100/students/submissions?student_ids[]=21&assignment_ids[]=71&{query}")
        assert row["user"]["name"] == "Owner"
        assert row["assignment"]["id"] == ESSAY
        assert row["course"]["id"] == 100
        assert [one["comment"] for one in row["submission_comments"]] == ["Mine", "Fine"]
        assert [one["attempt"] for one in row["submission_history"]] == [1]
        assert row["rubric_assessment"] == {"style": {"rating_id": None, "comments": "", "points": 4}}
        assert row["full_rubric_assessment"]["assessor_name"] == "Teacher"
        assert row["assignment_visible"] is True
        assert row["read_status"] == "unread"
        assert row["group"] == {"id": None, "name": None}


class TestSections:
    """The same routes below a section mean its people only."""

    def test_lists_show_the_people_of_the_section(self, asking: Asking) -> None:
        assert {row["user_id"] for row in asking.get("/sections/101/assignments/71/submissions")} >= {OWNER, CLASSMATE}
        assert asking.get("/sections/102/assignments/71/submissions") == []
        assert asking.get("/sections/102/students/submissions?student_ids[]=all") == []

    def test_somebody_of_another_section_is_not_there(self, asking: Asking) -> None:
        assert asking.get("/sections/101/assignments/71/submissions/21")["score"] == 8
        assert asking.ask("GET", "/sections/102/assignments/71/submissions/21", "teacher")[0] == 404
        body = {"submission": {"posted_grade": "5"}}
        assert asking.ask("PUT", "/sections/102/assignments/71/submissions/21", "teacher", body)[0] == 404
        status, graded = asking.ask("PUT", "/sections/101/assignments/71/submissions/21", "teacher", body)
        assert (status, graded["score"]) == (200, 5)

    def test_a_grader_of_another_section_sees_nobody(self, asking: Asking) -> None:
        assert asking.get("/sections/101/assignments/71/submissions", "section_ta") == []
        assert asking.ask("GET", "/sections/101/assignments/71/submissions/21", "section_ta")[0] == 404

    def test_summaries_count_the_section(self, asking: Asking) -> None:
        whole = asking.get("/courses/100/assignments/71/submission_summary")
        assert whole["graded"] == 1
        assert whole["ungraded"] == 0
        assert asking.get("/sections/101/assignments/71/submission_summary") == whole
        empty = {"graded": 0, "ungraded": 0, "not_submitted": 0}
        assert asking.get("/sections/102/assignments/71/submission_summary") == empty
        assert asking.ask("GET", "/courses/100/assignments/71/submission_summary", "owner")[0] == 403


COMMENTS = "/courses/100/assignments/71/submissions/21/comments"


class TestComments:
    """``PUT`` and ``DELETE .../comments/:id``: 311 is the student's, 312 the teacher's."""

    def test_the_author_gives_a_comment_another_text(self, asking: Asking) -> None:
        status, body = asking.ask("PUT", f"{COMMENTS}/312", "teacher", {"comment": "Better"})
        assert (status, body["comment"], body["id"]) == (200, "Better", 312)
        assert body["edited_at"] is not None

    @pytest.mark.parametrize(
        ("number", "who", "status"),
        [(312, "ta", 403), (311, "teacher", 403), (312, "owner", 403), (311, "owner", 200), (313, "teacher", 404),
         (312, "classmate", 403), (312, "section_ta", 404)],
    )  # fmt: skip
    def test_nobody_else_changes_it(self, asking: Asking, number: int, who: str, status: int) -> None:
        assert asking.ask("PUT", f"{COMMENTS}/{number}", who, {"comment": "x"})[0] == status

    def test_a_comment_has_a_text(self, asking: Asking) -> None:
        status, body = asking.ask("PUT", f"{COMMENTS}/312", "teacher", {"comment": " "})
        assert status == 400
        assert "comment" in body["errors"]

    @pytest.mark.parametrize(
        ("number", "who", "status"),
        [(312, "teacher", 200), (312, "ta", 200), (311, "teacher", 200), (311, "owner", 200), (312, "owner", 403),
         (312, "observer", 403), (312, "classmate", 403), (999, "teacher", 404)],
    )  # fmt: skip
    def test_the_author_and_graders_take_it_away(self, asking: Asking, number: int, who: str, status: int) -> None:
        assert asking.ask("DELETE", f"{COMMENTS}/{number}", who)[0] == status


READ = "/courses/100/assignments/71/submissions/21"


class TestReadState:
    """What is new to whom. (Writes of this world are undone, so each test begins unread.)"""

    def status(self, asking: Asking, who: str) -> str:
        found: str = asking.get(f"{READ}?include[]=read_status", who)["read_status"]
        return found

    def test_grade_comment_and_rubric_of_others_are_new(self, asking: Asking) -> None:
        assert self.status(asking, "owner") == "unread"
        assert self.status(asking, "teacher") == "unread"  # the student's comment

    @pytest.mark.parametrize("path", ["read", "read/grade", "read/comment", "read/rubric"])
    def test_marking_answers_without_a_body(self, asking: Asking, path: str) -> None:
        assert asking.ask("PUT", f"{READ}/{path}", "owner") == (204, None)
        assert asking.ask("PUT", f"/sections/101/assignments/71/submissions/21/{path}", "owner") == (204, None)

    def test_an_unknown_item_is_refused_and_others_work_is_not_ones_own(self, asking: Asking) -> None:
        assert asking.ask("PUT", f"{READ}/read/sticker", "owner")[0] == 400
        assert asking.ask("PUT", f"{READ}/read", "classmate")[0] == 403
        assert asking.ask("DELETE", f"{READ}/read", "owner") == (204, None)

    def test_rubric_and_bulk_and_clearing(self, asking: Asking) -> None:
        assert asking.get(f"{READ}/rubric_comments/read", "owner") == {"read": False}
        assert asking.ask("PUT", f"{READ}/rubric_comments/read", "owner") == (200, {"read": True})
        assert asking.ask("PUT", "/courses/100/submissions/bulk_mark_read", "owner", {"submissionIds": [301, 302]})[0] == 204
        assert asking.ask("PUT", "/courses/100/submissions/21/clear_unread", "teacher")[0] == 403
        assert asking.ask("PUT", "/courses/100/submissions/21/clear_unread", "root_admin")[0] == 204
        assert asking.ask("PUT", "/sections/101/submissions/21/clear_unread", "root_admin")[0] == 204
        assert asking.ask("PUT", "/sections/102/submissions/21/clear_unread", "root_admin")[0] == 404


def test_effective_due_dates_are_told_by_assignment_and_student(asking: Asking) -> None:
    dates = asking.get("/courses/100/effective_due_dates")
    assert dates["71"]["22"] == {
        "due_at": "2080-01-01T00:00:00Z",
        "grading_period_id": 42,
        "in_closed_grading_period": False,
    }
    assert dates["71"]["21"]["due_at"] is None
    assert set(asking.get("/courses/100/effective_due_dates?assignment_ids[]=72&assignment_ids[]=99")) == {"72"}
    assert asking.get("/courses/100/effective_due_dates", "section_ta") == {}
    assert asking.ask("GET", "/courses/100/effective_due_dates", "owner")[0] == 403
