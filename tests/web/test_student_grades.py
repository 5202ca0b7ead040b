"""The page of a student's grades: who opens it, what it tells, what it must not tell, and totals that are only supposed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.grading_world import ANYTHING, build_grading, give, grade_openly, grade_secretly
from tests.web.web_world import (
    ANONYMOUS,
    COURSE,
    LETTER,
    MANUAL,
    PEOPLE,
    PERCENT,
    POINTS,
    STUDENTS,
    Browser,
    Web,
    form_with,
    running,
    submission_id,
    text_of,
)


@pytest.fixture(scope="module")
def graded(module_database_url: str) -> Iterator[Web]:
    """Ann's grades that are posted; its tests change nothing of them."""
    with running(module_database_url, build_grading) as web:
        grade_openly(web)
        yield web


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with running(database_url, build_grading, files_url=str(tmp_path)) as found:
        yield found


def grades_of(student: str, more: str = "") -> str:
    return f"/courses/{COURSE}/grades/{PEOPLE[student]}{more}"


def work_of(assignment: int) -> str:
    return f"/courses/{COURSE}/assignments/{assignment}/work"


def plain(page: Response) -> str:
    """The source of a page without what differs from one request to the next."""
    assert page.status_code == 200, page.text
    text = re.sub(r'nonce" content="[^"]*"', "", page.text)
    return re.sub(r"(csrf[-_]token\" (content|value)=)\"[^\"]*\"", r"\1", text)


def ask(browser: Browser, student: str, scores: dict[int, str]) -> Response:
    page = browser.get(grades_of(student))
    token = re.search(r'csrf-token" content="([^"]*)"', page.text)
    sent = {"scores": {str(number): text for number, text in scores.items()}}
    headers = {"Accept": "application/json", "Origin": "http://testserver.local", "X-CSRF-Token": token[1] if token else ""}
    return browser.client.post(grades_of(student, "/what_if"), json=sent, headers=headers)


@pytest.mark.parametrize(
    ("name", "student", "status"),
    [
        ("ann", "ann", 200),
        ("ann", "bob", 403),
        ("observer", "ann", 200),
        ("observer", "bob", 403),
        ("teacher", "ann", 200),
        ("marker", "bob", 200),
        ("admin", "cem", 200),
        ("section_ta", "cem", 200),
        ("section_ta", "ann", 404),
        ("designer", "ann", 403),
        ("stranger", "ann", 403),
        ("teacher", "designer", 404),
    ],
)
def test_who_may_open_a_students_grades(graded: Web, name: str, student: str, status: int) -> None:
    assert graded.browser(name).get(grades_of(student)).status_code == status


@pytest.mark.parametrize("path", [grades_of("ann", "x"), grades_of("ann", "?grading_period_id=99"), "/courses/5/grades/99999"])
def test_what_is_not_there_is_not_found(graded: Web, path: str) -> None:
    assert graded.browser("teacher").get(path).status_code == 404


@pytest.mark.parametrize(("name", "student"), [("ann", "ann"), ("observer", "ann")])
def test_who_has_one_student_is_led_there(graded: Web, name: str, student: str) -> None:
    answer = graded.browser(name).get(f"/courses/{COURSE}/grades")
    assert (answer.status_code, answer.headers["location"]) == (303, grades_of(student))


def test_a_grader_chooses_among_the_students_of_the_own_sections(graded: Web) -> None:
    listed = {name: text_of(graded.browser(name).get(f"/courses/{COURSE}/grades")) for name in ("teacher", "admin")}
    assert all("Ann" in text and "Cem" in text for text in listed.values())
    assert graded.browser("section_ta").get(f"/courses/{COURSE}/grades").headers["location"] == grades_of("cem")


def test_a_student_sees_posted_grades_comments_and_the_account_of_the_total(graded: Web) -> None:
    text = text_of(graded.browser("ann").get(grades_of("ann")))
    assert "Work 71 handed in" in text
    assert "8 8 of 10" in text
    assert "Teacher" in text
    assert "Well argued." in text
    assert "Total 80% B-" in text
    assert "Current score" in text


def test_a_grader_sees_what_the_student_sees(graded: Web) -> None:
    """Of the page for a grader only the frame is another: the name, the note, the ways to other pages; and anonymous work is
    not told under a name."""

    def lines(page: Response) -> str:
        listed = page.text[page.text.index('<ul class="lines">') :]
        own_ways = re.compile(r"<p class=\"more\"><a href.*?</p>", re.DOTALL)
        anonymous_work = re.compile(rf"<li id=\"assignment-{ANONYMOUS}\">.*?</li>", re.DOTALL)
        return " ".join(anonymous_work.sub("", own_ways.sub("", listed)).split())

    teacher, ann = graded.browser("teacher").get(grades_of("ann")), graded.browser("ann").get(grades_of("ann"))
    assert "This is what the student sees" in teacher.text
    assert lines(teacher).replace("<strong>Ann</strong>", "<strong>You</strong>") == lines(ann)


PLACES = [grades_of("ann"), grades_of("ann", "?try=1"), work_of(MANUAL), f"/courses/{COURSE}", f"/courses/{COURSE}/grades"]


def test_nothing_a_student_reads_changes_by_what_is_not_posted(web: Web) -> None:
    """The strongest form of "sees nothing of it": every page, and every answer to a script, is the same to the letter."""
    grade_openly(web)
    ann, watching = web.browser("ann"), web.browser("observer")
    teacher = web.browser("teacher")

    def everything() -> list[str]:
        read = [plain(ann.get(path)) for path in PLACES[:4]]
        read += [plain(watching.get(grades_of("ann"))), plain(teacher.get(grades_of("ann")))]
        return [*read, ask(ann, "ann", {ANYTHING: "4"}).text, ask(teacher, "ann", {POINTS: "1", MANUAL: "2"}).text]

    before = everything()
    grade_secretly(web)
    after = everything()
    assert before == after
    assert not any(secret in text for text in after for secret in ("3.25", "6.75", "secret hint", "provisional hint"))
    found = web.submission(MANUAL, "ann")
    assert (found["score"], found["posted_at"]) == (3.25, None)


def test_posting_shows_it(web: Web) -> None:
    """Else the test above could pass on a page that shows nothing at all."""
    grade_openly(web)
    grade_secretly(web)
    web.change(t.submissions, submission_id(MANUAL, "ann"), posted_at=sa.func.now())
    web.run(sa.update(t.submission_comments).values(hidden=False))
    text = text_of(web.browser("ann").get(grades_of("ann")))
    assert "3.25 of 10" in text
    assert "A secret hint." in text
    assert "provisional hint" not in text


def test_the_server_says_what_a_total_would_be(graded: Web) -> None:
    for name in ("ann", "teacher"):
        answer = ask(graded.browser(name), "ann", {ANYTHING: "4"})
        assert answer.json() == {"total": "60% F", "before": "80% B-", "final": answer.json()["final"], "override": False}
    assert text_of(graded.browser("ann").get(grades_of("ann"))).count("Total 80% B-") == 1


def test_trying_out_stores_nothing(graded: Web) -> None:
    tables = (t.submissions, t.scores, t.outbox, t.grade_versions)
    before = [graded.rows(sa.select(table).order_by(*table.primary_key)) for table in tables]
    assert ask(graded.browser("ann"), "ann", {POINTS: "1", ANYTHING: "10"}).status_code == 200
    assert [graded.rows(sa.select(table).order_by(*table.primary_key)) for table in tables] == before


def test_trying_out_works_without_scripts(graded: Web) -> None:
    ann = graded.browser("ann")
    page = ann.get(grades_of("ann", "?try=1"))
    form = form_with(page, **{f"try-{ANYTHING}": ""})
    answer = ann.submit(page, form, **{f"try-{ANYTHING}": "4,0"})
    assert "With your scores 60% F" in text_of(answer)
    assert form_with(answer, **{f"try-{ANYTHING}": "4,0"}).method == "post"
    refused = ann.submit(page, form, **{f"try-{ANYTHING}": "much"})
    assert refused.status_code == 422
    assert "“much” is not a number of points" in text_of(refused)


@pytest.mark.parametrize(
    ("name", "scores", "status"),
    [
        ("observer", {ANYTHING: "4"}, 403),
        ("bob", {ANYTHING: "4"}, 403),
        ("ann", {99999: "4"}, 400),
        ("ann", {ANYTHING: "nan"}, 400),
        ("ann", {ANYTHING: "1e400"}, 400),
        ("ann", {ANYTHING: "1_0"}, 400),
    ],
)
def test_what_cannot_be_tried_out_is_refused(graded: Web, name: str, scores: dict[int, str], status: int) -> None:
    browser = graded.browser(name)
    if name == "bob":
        token = re.search(r'csrf-token" content="([^"]*)"', browser.get("/").text)
        headers = {"Accept": "application/json", "Origin": "http://testserver.local", "X-CSRF-Token": token[1] if token else ""}
        answer = browser.client.post(grades_of("ann", "/what_if"), json={"scores": {}}, headers=headers)
    else:
        answer = ask(browser, "ann", scores)
    assert answer.status_code == status


def test_a_course_that_hides_totals_tells_none(web: Web) -> None:
    grade_openly(web)
    web.change(t.courses, COURSE, hide_final_grades=True)
    page = web.browser("ann").get(grades_of("ann", "?try=1"))
    assert "The total is not shown in this course." in text_of(page)
    assert "80%" not in page.text
    assert 'name="try-' not in page.text
    assert ask(web.browser("ann"), "ann", {ANYTHING: "4"}).status_code == 403


def test_a_course_of_letters_shows_no_numbers(web: Web) -> None:
    grade_openly(web)
    web.change(t.courses, COURSE, restrict_quantitative_data=True)
    page = web.browser("ann").get(grades_of("ann", "?try=1"))
    assert "8 of 10" not in text_of(page)
    assert "80%" not in page.text
    assert 'name="try-' not in page.text


def test_anonymous_work_is_not_told_under_a_name(web: Web) -> None:
    """While one student's work is unposted, all students of the assignment are anonymous to graders, who could compare."""
    teacher = web.browser("teacher")
    for name in STUDENTS:
        page = teacher.get(f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={ANONYMOUS}&anonymous_id={anonymous(name)}")
        assert teacher.submit(page, form_with(page, gives="grade"), grade="5").status_code == 303
    web.change(t.submissions, submission_id(ANONYMOUS, "ann"), posted_at=sa.func.now())
    staff = teacher.get(grades_of("ann"))
    assert "Anonymous work is part of the total" in text_of(staff)
    assert "5 of 10" not in text_of(staff)
    assert ask(teacher, "ann", {ANYTHING: "4"}).status_code == 400
    assert "5 of 10" in text_of(web.browser("ann").get(grades_of("ann")))


def anonymous(student: str) -> str:
    return f"{'CBA'[STUDENTS.index(student)]}nonX"


def test_work_is_handed_in_as_text_address_and_file(web: Web) -> None:
    ann = web.browser("ann")
    page = ann.get(work_of(ANYTHING))
    assert ann.submit(page, form_with(page, kind="online_text_entry"), body="My text").status_code == 303
    assert ann.submit(page, form_with(page, kind="online_url"), url="example.org/mine").status_code == 303
    form = form_with(page, kind="online_upload")
    sent = ann.client.post(
        form.action, data=form.fields, files={"file": ("notes.txt", b"of mine")}, headers={"Origin": "http://testserver.local"}
    )
    assert sent.status_code == 303, sent.text
    after = ann.get(work_of(ANYTHING))
    text = text_of(after)
    assert "Attempt 3" in text
    assert "My text" in text
    assert "http://example.org/mine" in text
    link = re.search(r'href="(/work_files/[0-9]+)"[^>]*>notes.txt', after.text)
    assert link is not None
    got = ann.get(link[1])
    assert (got.content, got.headers["content-disposition"]) == (b"of mine", "attachment; filename*=UTF-8''notes.txt")
    statuses = {
        name: web.browser(name).get(link[1]).status_code for name in ("teacher", "observer", "bob", "stranger", "section_ta")
    }
    assert statuses == {"teacher": 200, "observer": 200, "bob": 404, "stranger": 404, "section_ta": 404}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "online_text_entry", "body": "  "}, "Write your text first."),
        ({"kind": "online_url", "url": "javascript:alert(1)"}, "not a valid URL"),
        ({"kind": "online_upload"}, "Choose a file first."),
        ({"kind": "media_recording"}, "not supported"),
    ],
)
def test_what_cannot_be_handed_in_is_said_beside_the_form(graded: Web, fields: dict[str, str], words: str) -> None:
    ann = graded.browser("ann")
    page = ann.get(work_of(ANYTHING))
    token = form_with(page, kind="online_url").fields["csrf_token"]
    answer = ann.post(work_of(ANYTHING), {"csrf_token": token, **fields})
    assert answer.status_code == 422
    assert words in text_of(answer)


@pytest.mark.parametrize(("name", "status"), [("teacher", 403), ("observer", 403), ("stranger", 403)])
def test_work_is_handed_in_by_students_only(graded: Web, name: str, status: int) -> None:
    assert graded.browser(name).get(work_of(ANYTHING)).status_code == status


def test_a_student_comments_on_the_own_work(web: Web) -> None:
    ann = web.browser("ann")
    page = ann.get(work_of(POINTS))
    assert ann.submit(page, form_with(page, comment=""), comment="A question").status_code == 303
    assert "You" in text_of(ann.get(grades_of("ann")))
    assert "A question" in text_of(web.browser("teacher").get(grades_of("ann")))


def test_a_page_asks_as_often_with_much_work_as_with_little(web: Web) -> None:
    """No statement is repeated for each assignment or comment."""
    teacher = web.browser("teacher")

    def read() -> int:
        statements: list[object] = []

        def count(*told: object) -> None:
            if threading.current_thread().name not in {"jobs", "relay"}:
                statements.append(told)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            assert "One." in teacher.get(grades_of("bob")).text
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
        return len(statements)

    counted: list[int] = []
    for assignments in ([ANYTHING], [POINTS, PERCENT, LETTER]):
        for assignment in assignments:
            give(teacher, assignment, "bob", grade="70%", comment="One.")
        counted.append(min(read() for _ in range(4)))  # sessions and rules are read anew now and then
    assert counted[0] == counted[1]
