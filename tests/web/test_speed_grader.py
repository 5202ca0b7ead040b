"""SpeedGrader: who sees what of a student's work, and what the form makes of what is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.web_world import (
    ANONYMOUS,
    CLOSED_BOOK,
    COURSE,
    GPA,
    LETTER,
    MANUAL,
    NOW,
    PASS,
    PEOPLE,
    PERCENT,
    POINTS,
    UNGRADED,
    Browser,
    Web,
    form_with,
    running,
    submission_id,
    text_of,
)


@pytest.fixture(scope="module")
def shared_web(module_database_url: str) -> Iterator[Web]:
    """One for all tests of this module: for those that do not mind what the others have graded, and write no comments."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture(scope="module")
def teacher(shared_web: Web) -> Browser:
    return shared_web.browser("teacher")


def address(assignment: int, student: str | None = None, **query: str) -> str:
    found = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={assignment}"
    if student is not None:
        query["student_id"] = str(PEOPLE[student])
    return found + "".join(f"&{name}={value}" for name, value in query.items())


def give(browser: Browser, assignment: int, student: str, **fields: str | None) -> Response:
    page = browser.get(address(assignment, student))
    assert page.status_code == 200
    return browser.submit(page, form_with(page, gives="grade"), **fields)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("teacher", 200),
        ("marker", 200),
        ("admin", 200),
        ("ann", 403),
        ("observer", 403),
        ("designer", 403),
        ("stranger", 403),
        ("section_ta", 404),
    ],
)
def test_who_may_open_it(shared_web: Web, name: str, status: int) -> None:
    answer = shared_web.browser(name).get(address(POINTS, "ann"))
    assert answer.status_code == status
    if status != 200:
        assert "The work of" not in answer.text
        assert "Ann" not in re.sub(r'class="name"[^>]*>Ann', "", answer.text)


def test_without_a_student_it_begins_with_the_first(shared_web: Web) -> None:
    browser = shared_web.browser("teacher")
    page = text_of(browser.get(address(POINTS)))
    assert "The work of ann." in page
    assert "1 of 3" in page
    assert "handed in" in page
    assert "attempt 1" in page
    assert "Cem" in text_of(shared_web.browser("section_ta").get(address(POINTS)))


def test_previous_and_next_go_by_name(shared_web: Web) -> None:
    browser = shared_web.browser("teacher")
    page = browser.get(address(POINTS, "bob")).text
    assert f'rel="prev" href="{address(POINTS, "ann")}"'.replace("&", "&amp;") in page
    assert f'rel="next" href="{address(POINTS, "cem")}"'.replace("&", "&amp;") in page
    assert 'rel="prev"' not in browser.get(address(POINTS, "ann")).text
    last = browser.get(address(POINTS, "cem")).text
    assert 'rel="next"' not in last
    assert "nothing handed in" in last


@pytest.mark.parametrize("student", ["999", "2", "0", "x"])
def test_students_that_are_none(shared_web: Web, student: str) -> None:
    assert shared_web.browser("teacher").get(address(POINTS, student_id=student)).status_code == 404


@pytest.mark.parametrize(
    ("assignment", "typed", "score", "grade"),
    [
        (POINTS, "8.5", 8.5, "8.5"),
        (POINTS, " 7 ", 7, "7"),
        (POINTS, "85%", 8.5, "8.5"),
        (POINTS, "-1", -1, "-1"),
        (POINTS, "12", 12, "12"),
        (PERCENT, "85", 8.5, "85%"),
        (PERCENT, "85.5%", 8.55, "85.5%"),
        (LETTER, "B+", 8.9, "B+"),
        (LETTER, "b-", 8.3, "B-"),
        (LETTER, "9", 9, "A-"),
        (GPA, "A", 10, "A"),
        (PASS, "complete", 10, "complete"),
        (PASS, "incomplete", 0, "incomplete"),
    ],
)
def test_a_grade_of_each_type(shared_web: Web, teacher: Browser, assignment: int, typed: str, score: float, grade: str) -> None:
    answer = give(teacher, assignment, "ann", grade=typed)
    assert answer.status_code == 303
    found = shared_web.submission(assignment, "ann")
    assert (found["score"], found["grade"], found["grader_id"]) == (score, grade, PEOPLE["teacher"])
    assert found["posted_at"] is not None
    page = teacher.get(answer.headers["location"])
    assert "Saved." in text_of(page)
    assert form_with(page, gives="grade").fields["grade"] == grade


def test_the_options_of_a_scheme_are_offered(shared_web: Web) -> None:
    page = shared_web.browser("teacher").get(address(LETTER, "ann")).text
    assert '<option value="B+"></option>' in page
    assert "A, A-, B+" in page


def test_a_grade_tells_events_who_from_where(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(address(POINTS, "ann"))
    browser.submit(page, form_with(page, gives="grade"), grade="8")
    (event,) = web.events("grade_change")
    metadata, body = event["metadata"], event["body"]
    assert body["score"] == 8
    assert body["grader_id"].endswith(str(PEOPLE["teacher"]))
    assert metadata["http_method"] == "POST"
    assert metadata["url"] == "http://testserver.local" + address(POINTS, "ann")
    assert metadata["referrer"] == "http://testserver.local" + address(POINTS, "ann")
    assert metadata["session_id"] == web.rows(sa.select(t.sessions.c.public_id))[0]
    assert metadata["user_login"] == "teacher@example.edu"
    assert metadata["context_role"] == "TeacherEnrollment"


def test_a_grade_counts_at_once(web: Web) -> None:
    browser = web.browser("teacher")
    give(browser, POINTS, "ann", grade="8")
    assert "Total 80% B-" in text_of(web.browser("ann").get(f"/courses/{COURSE}"))
    give(browser, MANUAL, "ann", grade="1")
    page = web.browser("ann").get(f"/courses/{COURSE}")
    assert "Total 80% B-" in text_of(page)
    assert "45%" not in page.text


@pytest.mark.parametrize(
    ("assignment", "typed", "text"),
    [
        (POINTS, "8,5", "“8,5” is not a number of points"),
        (POINTS, "A", "“A” is not a number of points"),
        (POINTS, "1e400", "not a number of points"),
        (POINTS, "NaN", "not a number of points"),
        (POINTS, "9" * 500, "not a number of points"),
        (PERCENT, "85 percent", "not a percentage"),
        (LETTER, "Z", "“Z” is not a grade of this scheme"),
        (GPA, "<b>Z</b>", "“<b>Z</b>” is not a grade of this scheme"),
        (PASS, "PASS", "Choose complete or incomplete."),
        (PASS, "5", "Choose complete or incomplete."),
    ],
)
def test_what_is_no_grade_changes_nothing_and_stays_in_the_form(
    shared_web: Web, teacher: Browser, assignment: int, typed: str, text: str
) -> None:
    """Programs clear a grade by sending nonsense; people do not mean to."""
    first = {PASS: "complete", LETTER: "A", GPA: "A", PERCENT: "100"}.get(assignment, "10")
    give(teacher, assignment, "ann", grade=first)
    answer = give(teacher, assignment, "ann", grade=typed, comment="A <i>comment</i>\nof two lines")
    assert answer.status_code == 422
    assert text in text_of(answer)
    assert "<b>Z" not in answer.text
    form = form_with(answer, gives="grade")
    assert form.fields["comment"] == "A <i>comment</i>\nof two lines"
    if assignment != PASS:
        assert form.fields["grade"] == typed
    assert shared_web.submission(assignment, "ann")["score"] == 10
    assert shared_web.rows(sa.select(t.submission_comments.c.id)) == []


def test_an_empty_grade_clears(web: Web) -> None:
    browser = web.browser("teacher")
    give(browser, POINTS, "ann", grade="8")
    assert give(browser, POINTS, "ann", grade="").status_code == 303
    assert web.submission(POINTS, "ann")["score"] is None


def test_excusing_and_taking_it_back(web: Web) -> None:
    browser = web.browser("teacher")
    assert give(browser, POINTS, "ann", excuse="1").status_code == 303
    assert web.submission(POINTS, "ann")["excused"]
    page = browser.get(address(POINTS, "ann"))
    assert form_with(page, gives="grade").fields["excuse"] == "1"
    answer = browser.submit(page, form_with(page, gives="grade"), grade="5")
    assert answer.status_code == 422
    assert "Cannot simultaneously grade and excuse an assignment" in text_of(answer)
    assert browser.submit(answer, form_with(answer, gives="grade"), excuse=None).status_code == 303
    found = web.submission(POINTS, "ann")
    assert (found["score"], found["excused"]) == (5, False)
    give(browser, POINTS, "bob", excuse="1")
    assert give(browser, POINTS, "bob", excuse=None).status_code == 303
    assert not web.submission(POINTS, "bob")["excused"]


def test_ex_typed_as_a_grade_excuses_as_in_the_gradebook(web: Web) -> None:
    browser = web.browser("teacher")
    assert give(browser, POINTS, "ann", grade="ex").status_code == 303
    found = web.submission(POINTS, "ann")
    assert (found["score"], found["excused"]) == (None, True)


def test_nothing_entered_saves_nothing(web: Web) -> None:
    browser = web.browser("teacher")
    give(browser, POINTS, "ann", grade="8")
    before = web.submission(POINTS, "ann")
    answer = give(browser, POINTS, "ann")
    assert "Nothing was changed" in text_of(browser.get(answer.headers["location"]))
    assert web.submission(POINTS, "ann") == before
    assert len(web.events("grade_change")) == 1


def test_saving_and_going_on(web: Web) -> None:
    browser = web.browser("teacher")
    answer = give(browser, POINTS, "ann", grade="8", then="next")
    assert answer.headers["location"] == address(POINTS, "bob") + "&done=saved"
    page = browser.get(answer.headers["location"])
    assert "Saved." in text_of(page)
    answer = give(browser, POINTS, "cem", grade="8", then="next")
    assert answer.headers["location"] == address(POINTS, "cem") + "&done=saved", "there is none after the last"


def test_nobody_overwrites_a_newer_grade_unknowingly(web: Web) -> None:
    one, other = web.browser("teacher"), web.browser("marker")
    page = one.get(address(POINTS, "ann"))
    give(other, POINTS, "ann", grade="3")
    answer = one.submit(page, form_with(page, gives="grade"), grade="8")
    assert answer.status_code == 422
    assert "Somebody else has changed this grade while you were at it: it is now 3." in text_of(answer)
    assert web.submission(POINTS, "ann")["score"] == 3
    assert one.submit(answer, form_with(answer, gives="grade")).status_code == 303
    assert web.submission(POINTS, "ann")["score"] == 8


def test_of_many_at_the_same_moment_one_wins_and_the_others_are_told(web: Web) -> None:
    browsers = [web.browser(name) for name in ("teacher", "marker", "second", "third", "admin")]
    pages = [browser.get(address(POINTS, "ann")) for browser in browsers]

    def grade(browser: Browser, page: Response, points: int) -> int:
        return browser.submit(page, form_with(page, gives="grade"), grade=str(points)).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        statuses = list(pool.map(grade, browsers, pages, range(1, 6)))
    assert sorted(statuses) == [303, 422, 422, 422, 422]
    assert web.submission(POINTS, "ann")["score"] == statuses.index(303) + 1
    assert len(web.events("grade_change")) == 1


def test_a_comment_alone_leaves_the_grade(web: Web) -> None:
    browser = web.browser("teacher")
    give(browser, POINTS, "ann", grade="8")
    assert give(browser, POINTS, "ann", comment="Well done.\n<b>bold</b>").status_code == 303
    page = browser.get(address(POINTS, "ann"))
    assert "Well done.\n&lt;b&gt;bold&lt;/b&gt;" in page.text
    assert "You" in text_of(page)
    assert web.submission(POINTS, "ann")["version"] == 1
    assert "Teacher" in text_of(web.browser("marker").get(address(POINTS, "ann")))


def test_an_ungraded_assignment_takes_comments_only(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(address(UNGRADED, "ann"))
    assert "grade" not in form_with(page, gives="grade").fields
    assert browser.submit(page, form_with(page, gives="grade"), comment="Seen.").status_code == 303


def test_an_unpublished_assignment_and_viewers_have_no_form(web: Web) -> None:
    page = web.browser("teacher").get(address(CLOSED_BOOK, "ann"))
    assert "You may look at grades here, but not give any." in text_of(page)
    web.run(sa.update(t.enrollments).where(t.enrollments.c.user_id == PEOPLE["marker"]).values(workflow_state="completed"))
    browser = web.browser("marker")
    page = browser.get(address(POINTS, "ann"))
    assert "You may look at grades here, but not give any." in text_of(page)
    token = form_with(page).fields["csrf_token"]
    fields = {"csrf_token": token, "gives": "grade", "grade": "5", "shown_grade": ""}
    assert browser.post(address(POINTS, "ann"), fields).status_code == 403
    assert web.submission(POINTS, "ann")["score"] is None


@pytest.mark.parametrize("name", ["ann", "observer", "designer", "stranger"])
def test_who_may_not_grade(shared_web: Web, name: str) -> None:
    browser = shared_web.browser(name)
    token = form_with(browser.get("/")).fields["csrf_token"]
    fields = {"csrf_token": token, "gives": "grade", "grade": "10", "shown_grade": ""}
    assert browser.post(address(POINTS, "cem"), fields).status_code == 403
    assert shared_web.submission(POINTS, "cem")["score"] is None


def test_other_sections_are_closed_to_those_limited_to_theirs(web: Web) -> None:
    browser = web.browser("section_ta")
    page = browser.get(address(POINTS, "cem"))
    assert "1 of 1" in text_of(page)
    assert "Ann" not in page.text
    form = form_with(page, gives="grade")
    assert browser.post(address(POINTS, "ann"), {**form.fields, "grade": "10"}).status_code == 404
    assert browser.submit(page, form, grade="10").status_code == 303
    assert web.submission(POINTS, "ann")["score"] is None
    assert web.submission(POINTS, "cem")["score"] == 10


def test_late_work_says_so(web: Web) -> None:
    web.change(t.submissions, submission_id(POINTS, "ann"), cached_due_date=NOW.replace(year=2020))
    web.change(t.submissions, submission_id(POINTS, "cem"), cached_due_date=NOW.replace(year=2020))
    browser = web.browser("teacher")
    assert "late by" in text_of(browser.get(address(POINTS, "ann")))
    assert "missing" in text_of(browser.get(address(POINTS, "cem")))


NASTY = (
    "</pre></div><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a><svg onload=alert(4)>"
)


def test_work_is_text_whatever_it_contains(web: Web) -> None:
    web.change(t.submissions, submission_id(POINTS, "ann"), body=f"<p>First</p><p>Second {NASTY}</p> 1 < 2")
    add = {"submission_id": submission_id(POINTS, "ann"), "submission_type": "online_text_entry", "submitted_at": NOW}
    web.run(sa.insert(t.submission_attempts).values(attempt=7, body=NASTY, url="javascript:alert(5)", **add))
    comment = {"submission_id": submission_id(POINTS, "ann"), "course_id": COURSE, "author_id": PEOPLE["bob"]}
    web.run(sa.insert(t.submission_comments).values(comment=NASTY, created_at=NOW, **comment))
    page = web.browser("teacher").get(address(POINTS, "ann"))
    assert "<script" not in page.text[page.text.index("<body") :]
    assert "<img src=x" not in page.text
    assert "<svg" not in page.text
    assert 'href="javascript' not in page.text
    assert "href='javascript" not in page.text
    assert "First\n\nSecond" in page.text
    assert "1 &lt; 2" in page.text
    assert "As it was sent" in page.text
    assert "Attempt 7" in text_of(page)
    assert "Bob &lt;script&gt;" in page.text


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//example.org/", False),
        ("https:", False),
        ("ftp://example.org/", False),
        ("http://[bad", False),
        (' https://example.org/"onmouseover="alert(1)', False),
    ],
)
def test_an_address_is_a_link_only_into_the_web(shared_web: Web, url: str, linked: bool) -> None:
    shared_web.change(t.submissions, submission_id(POINTS, "bob"), submission_type="online_url", body=None, url=url)
    page = shared_web.browser("teacher").get(address(POINTS, "bob")).text
    assert ('rel="noopener noreferrer nofollow" target="_blank"' in page) == linked
    assert "<script" not in page[page.index("<body") :]
    assert 'onmouseover="' not in page
    shared_web.change(t.submissions, submission_id(POINTS, "bob"), url=None)


def test_anonymous_students_have_numbers_for_names(web: Web) -> None:
    """Not even the address of the page, the order of the list or a link from elsewhere tells who is who."""
    browser = web.browser("teacher")
    page = browser.get(address(ANONYMOUS))
    assert "Student 1" in text_of(page)
    assert "nothing handed in" in text_of(page), "Cem's anonymous id is the first"
    assert "student_id" not in page.text
    for name in ("Ann", "Bob", "Cem"):
        assert name not in page.text
    assert browser.get(address(ANONYMOUS, "ann")).text.count("Student 1") == page.text.count("Student 1")
    page = browser.get(address(ANONYMOUS, anonymous_id="CnonX"))
    assert "Student 3" in text_of(page)
    answer = browser.submit(page, form_with(page, gives="grade"), grade="9", comment="Good")
    assert answer.headers["location"] == address(ANONYMOUS, anonymous_id="CnonX", done="saved")
    assert web.submission(ANONYMOUS, "ann")["score"] == 9
    form = form_with(page, gives="grade")
    assert browser.post(address(ANONYMOUS, "bob"), {**form.fields, "grade": "9"}).status_code == 404
    assert web.submission(ANONYMOUS, "bob")["score"] is None


def test_a_comment_of_an_anonymous_student_stays_anonymous(web: Web) -> None:
    comment = {"submission_id": submission_id(ANONYMOUS, "ann"), "course_id": COURSE, "created_at": NOW}
    web.run(sa.insert(t.submission_comments).values(comment="Please look.", author_id=PEOPLE["ann"], **comment))
    page = web.browser("teacher").get(address(ANONYMOUS, anonymous_id="CnonX"))
    assert "Student 3" in text_of(page).partition("Comments")[2]
    assert "Ann" not in page.text


def test_an_anonymous_id_finds_its_student_when_names_are_known(shared_web: Web) -> None:
    page = shared_web.browser("teacher").get(address(POINTS, anonymous_id="CnonX"))
    assert "The work of ann." in text_of(page)


def test_a_closed_grading_period_takes_comments_only(web: Web) -> None:
    stamps = {"created_at": NOW, "updated_at": NOW}
    web.run(sa.insert(t.grading_period_groups).values(id=1, root_account_id=1, title="Terms", **stamps))
    year = {"start_date": NOW.replace(year=2019), "end_date": NOW.replace(year=2020), "close_date": NOW.replace(year=2020)}
    web.run(sa.insert(t.grading_periods).values(id=1, grading_period_group_id=1, title="Old", **year, **stamps))
    web.change(t.courses, COURSE, grading_period_group_id=1)
    web.change(t.submissions, submission_id(POINTS, "ann"), grading_period_id=1)
    browser = web.browser("teacher")
    page = browser.get(address(POINTS, "ann"))
    assert "The grading period is closed" in text_of(page)
    form = form_with(page, gives="grade")
    assert "grade" not in form.fields
    assert browser.submit(page, form, grade="10", shown_grade="").status_code == 403
    assert browser.submit(page, form, comment="Too late.").status_code == 303
    assert "grade" in form_with(web.browser("admin").get(address(POINTS, "ann")), gives="grade").fields
