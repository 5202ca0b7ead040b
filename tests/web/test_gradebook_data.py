"""What the script of the gradebook reads and writes: rights, anonymity, versions, groups, overrides, bad input."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.web_world import (
    ANONYMOUS,
    CLOSED_BOOK,
    COURSE,
    MODERATED,
    NOW,
    ORIGIN,
    PASS,
    PEOPLE,
    PERCENT,
    POINTS,
    UNGRADED,
    Browser,
    Web,
    add,
    text_of,
)

PATH = f"/courses/{COURSE}/gradebook"


class Grader:
    """Somebody whose script asks."""

    def __init__(self, web: Web, name: str = "teacher") -> None:
        self.browser: Browser = web.browser(name)
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.browser.get("/").text)
        assert found
        self.token = found[1]

    def get(self, end: str) -> Response:
        return self.browser.get(f"{PATH}/{end}", Accept="application/json")

    def post(self, end: str, body: Any) -> Response:
        headers = {"Accept": "application/json", "X-CSRF-Token": self.token, "Origin": ORIGIN}
        return self.browser.client.post(f"{PATH}/{end}", json=body, headers=headers)

    def write(self, *edits: dict[str, Any]) -> Response:
        return self.post("cells", {"edits": edits})


def edit(assignment: int, student: str, version: int = 0, **fields: Any) -> dict[str, Any]:
    return {"assignment_id": assignment, "student_id": PEOPLE[student], "version": version, **fields}


def done(answer: Response) -> list[str]:
    return [one["done"] for one in answer.json()["outcomes"]]


@pytest.mark.parametrize("who", ["ann", "observer", "stranger", "designer"])
def test_only_who_sees_all_grades_opens_a_gradebook(module_web: Web, who: str) -> None:
    grader = Grader(module_web, who)
    assert grader.browser.get(PATH).status_code in {403, 404}
    body = edit(POINTS, "ann", entry="9")
    refused = [
        *(grader.get(end) for end in ("grid", f"cell?assignment_id={POINTS}&student_id=11", "explanation?enrollment_id=112")),
        grader.write(body),
        grader.post("comments", {"assignment_id": POINTS, "student_id": 12, "text": "x"}),
        grader.post("posting", {"assignment_id": POINTS, "visible": True}),
        grader.post("overrides", {"enrollment_id": 112, "score": "1", "seen": None}),
        grader.browser.get(f"{PATH}/export"),
        grader.browser.get(f"{PATH}/import"),
    ]
    assert {answer.status_code for answer in refused} <= {403, 404}
    assert module_web.submission(POINTS, "ann")["score"] is None


def test_who_is_limited_to_a_section_sees_and_grades_its_students_only(web: Web) -> None:
    grader = Grader(web, "section_ta")
    grid = grader.get("grid").json()
    assert [one["id"] for one in grid["students"]] == [PEOPLE["cem"]]
    assert [one["name"] for one in grid["sections"]] == ["Two"]
    answer = grader.write(edit(POINTS, "ann", entry="9"), edit(POINTS, "cem", entry="7"))
    assert done(answer) == ["refused", "saved"]
    assert answer.json()["outcomes"][0]["cell"] is None, "a cell of somebody else's student is not told"
    assert list(answer.json()["totals"]) == [str(PEOPLE["cem"])]
    assert web.submission(POINTS, "ann")["score"] is None


def test_an_anonymous_assignment_has_no_cells_beside_names(web: Web) -> None:
    grader = Grader(web)
    before = grader.get("grid").json()
    assert str(ANONYMOUS) not in before["cells"]
    assert grader.get(f"cell?assignment_id={ANONYMOUS}&student_id=11").status_code == 403
    assert grader.post("comments", {"assignment_id": ANONYMOUS, "student_id": 11, "text": "x"}).status_code == 403
    assert done(grader.write(edit(ANONYMOUS, "ann", entry="9"))) == ["refused"]
    web.run(sa.update(t.submissions).where(t.submissions.c.assignment_id == ANONYMOUS).values(score=4, grade="4", version=1))
    changes = grader.get(f"changes?work={before['seen'][0]}&scores={before['seen'][1]}").json()
    assert [cell for cell in changes["cells"] if cell[0] == ANONYMOUS] == []
    assert grader.get("explanation?enrollment_id=111").json()["text"] is None
    web.run(sa.update(t.submissions).where(t.submissions.c.assignment_id == ANONYMOUS).values(posted_at=NOW))
    assert grader.get("grid").json()["cells"][str(ANONYMOUS)]["grades"] == ["4", "4", "4"]
    assert "Work 78" in grader.get("explanation?enrollment_id=111").json()["text"]


@pytest.mark.parametrize("assignment", [MODERATED, UNGRADED, CLOSED_BOOK, 999_999])
def test_what_takes_no_grades_here_is_refused_with_a_reason(module_web: Web, assignment: int) -> None:
    answer = Grader(module_web).write(edit(assignment, "ann", entry="9"))
    assert (answer.status_code, done(answer)) == (200, ["refused"])
    assert answer.json()["outcomes"][0]["message"]


def test_a_write_over_another_version_is_a_conflict_that_tells_what_is_there(web: Web) -> None:
    grader = Grader(web)
    assert done(grader.write(edit(POINTS, "ann", entry="9"))) == ["saved"]
    answer = grader.write(edit(POINTS, "ann", entry="1"), edit(POINTS, "bob", entry="2"))
    assert answer.status_code == 409
    assert done(answer) == ["conflict", "saved"], "what has not changed meanwhile is saved all the same"
    assert answer.json()["outcomes"][0]["cell"][4:6] == [9.0, "9"]
    assert web.submission(POINTS, "ann")["score"] == 9


def test_a_status_set_by_somebody_else_is_a_conflict_as_well(web: Web) -> None:
    grader = Grader(web)
    assert done(grader.write(edit(POINTS, "cem", status="missing"))) == ["saved"]
    assert web.submission(POINTS, "cem")["late_policy_status"] == "missing"
    assert done(grader.write(edit(POINTS, "cem", entry="3"))) == ["conflict"]
    assert done(grader.write(edit(POINTS, "cem", seen_status="missing", entry="3"))) == ["saved"]


@pytest.mark.parametrize(
    ("assignment", "entry", "score"),
    [
        (POINTS, "nonsense", None),
        (POINTS, "1e400", None),
        (POINTS, "9" * 400, None),
        (PASS, "maybe", None),
        (PERCENT, "50", 5.0),
    ],
)
def test_entries_are_read_as_people_mean_them(module_web: Web, assignment: int, entry: str, score: float | None) -> None:
    answer = Grader(module_web).write(edit(assignment, "bob", entry=entry))
    assert done(answer) == (["refused"] if score is None else ["saved"])
    assert module_web.submission(assignment, "bob")["score"] == score


def test_a_grade_of_one_is_a_grade_of_the_group(web: Web) -> None:
    add_group = {"id": 5, "course_id": COURSE, "root_account_id": 1, "name": "Teams"}
    with web.engine.begin() as connection:
        columns = t.group_categories.c.keys()
        add(connection, t.group_categories, {name: value for name, value in add_group.items() if name in columns})
        group = {"id": 6, "group_category_id": 5, "course_id": COURSE, "root_account_id": 1, "name": "A"}
        add(connection, t.groups, {name: value for name, value in group.items() if name in t.groups.c})
        add(connection, t.group_memberships, *({"group_id": 6, "user_id": PEOPLE[name]} for name in ("ann", "bob")))
    web.change(t.assignments, POINTS, group_category_id=5)
    answer = Grader(web).write(edit(POINTS, "ann", entry="9")).json()
    assert [(cell[1], cell[5]) for cell in answer["cells"]] == [(PEOPLE["bob"], "9")]
    assert web.submission(POINTS, "bob")["score"] == 9
    assert web.submission(POINTS, "cem")["score"] is None


def test_an_override_is_set_over_the_one_that_was_seen(web: Web) -> None:
    web.change(t.courses, COURSE, allow_final_grade_override=True)
    web.change(t.accounts, 1, final_grades_override=True)
    grader = Grader(web)
    assert grader.get("grid").json()["overrides"]
    body = {"enrollment_id": 111, "score": "77%", "seen": None}
    assert grader.post("overrides", body).json()["totals"]["11"]["course"][4] == 77
    again = grader.post("overrides", {**body, "score": "50"})
    assert (again.status_code, again.json()["override"]) == (409, 77)
    assert grader.post("overrides", {**body, "score": "", "seen": 77}).json()["totals"]["11"]["course"][4] is None


def test_changes_tell_cells_and_totals_since_the_cursor(web: Web) -> None:
    grader = Grader(web)
    seen = grader.get("grid").json()["seen"]
    grader.write(edit(POINTS, "ann", entry="9"))
    delta = grader.get(f"changes?work={seen[0]}&scores={seen[1]}").json()
    assert [(cell[0], cell[1], cell[5]) for cell in delta["cells"]] == [(POINTS, PEOPLE["ann"], "9")]
    assert delta["totals"]["11"]["course"][2] == 90
    rest = grader.get(f"changes?work={delta['seen'][0]}&scores={delta['seen'][1]}").json()
    assert (rest["cells"], rest["totals"]) == ([], {}) or web.engine.dialect.name == "postgresql"


@pytest.mark.parametrize(
    ("end", "body"),
    [
        ("cells", {}),
        ("cells", {"edits": []}),
        ("cells", {"edits": [edit(POINTS, "ann", entry=7)]}),
        ("cells", {"edits": [edit(POINTS, "ann", score=7)]}),
        ("cells", {"edits": [edit(POINTS, "ann", entry="1")] * 5001}),
        ("comments", {"assignment_id": POINTS, "student_id": 11, "text": "  "}),
        ("comments", {"assignment_id": POINTS, "student_id": 11, "text": "x" * 70_000}),
        ("posting", {"assignment_id": MODERATED, "visible": True}),
        ("posting", {"assignment_id": POINTS, "visible": True, "section_ids": [999]}),
        ("overrides", {"enrollment_id": 111, "score": "much", "seen": None}),
    ],
)
def test_bad_input_is_refused_with_a_text(module_web: Web, end: str, body: Any) -> None:
    answer = Grader(module_web).post(end, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("cursor", ["", "x", "1.2.3", "99999999999999999999.0..a", "1.0..another-database"])
def test_a_cursor_of_elsewhere_is_refused(module_web: Web, cursor: str) -> None:
    answer = Grader(module_web).get(f"changes?work={cursor}&scores={cursor}")
    assert answer.status_code == 400


def test_nothing_is_written_without_the_token_of_the_page(module_web: Web) -> None:
    grader = Grader(module_web)
    grader.token = "forged"
    assert grader.write(edit(POINTS, "ann", entry="9")).status_code == 403
    assert module_web.submission(POINTS, "ann")["score"] is None


def test_the_import_page_works_without_scripts_and_refuses_what_is_no_gradebook(web: Web) -> None:
    browser = web.browser("teacher")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(f"{PATH}/import").text)
    assert token

    def upload(content: bytes) -> Response:
        return browser.client.post(
            f"{PATH}/import",
            data={"csrf_token": token[1]},
            files={"attachment": ("a.csv", content)},
            headers={"Origin": ORIGIN},
        )

    assert upload(b"what, ever\n1,2\n").status_code == 422
    assert upload(b"").status_code == 422
    page = upload(f"Student,ID,Section,Work 71 ({POINTS})\nAnn,{PEOPLE['ann']},One,8\n".encode())
    assert "1 cell would change" in text_of(page)
    kept = re.search(r'name="token" value="([^"]+)"', page.text)
    assert kept
    Grader(web).write(edit(POINTS, "ann", entry="2"))
    stale = browser.post(f"{PATH}/import/apply", {"csrf_token": token[1], "token": kept[1]})
    assert stale.status_code == 409
    assert "changed meanwhile" in text_of(stale)
    assert web.submission(POINTS, "ann")["score"] == 2
    unknown = browser.post(f"{PATH}/import/apply", {"csrf_token": token[1], "token": "unknown"})
    assert unknown.status_code == 404


def test_an_export_is_a_file_of_the_course(module_web: Web) -> None:
    answer = module_web.browser("teacher").get(f"{PATH}/export")
    assert answer.headers["content-disposition"].endswith("Grades-ALG.csv")
    assert "Work 71" in answer.text
    assert "Work 78" not in answer.text, "its students are anonymous"
