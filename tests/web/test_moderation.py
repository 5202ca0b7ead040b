"""SpeedGrader under moderation: provisional grades, places, selecting, the final mark, and who sees what of others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.store import tables as t
from tests.web.web_world import (
    COURSE,
    MODERATED,
    NOW,
    PEOPLE,
    Browser,
    Form,
    Web,
    form_with,
    forms_of,
    submission_id,
    text_of,
)

ADDRESS = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={MODERATED}"


def address(student: str) -> str:
    return f"{ADDRESS}&student_id={PEOPLE[student]}"


def give(browser: Browser, student: str, gives: str = "provisional", **fields: str | None) -> Response:
    page = browser.get(address(student))
    return browser.submit(page, form_with(page, gives=gives), **fields)


def provisional(web: Web, student: str = "ann") -> list[tuple[int, float | None, bool]]:
    """(scorer, score, final) of a student's provisional grades."""
    c = t.provisional_grades.c
    query = sa.select(c.scorer_id, c.score, c.final).where(c.student_id == PEOPLE[student]).order_by(c.id)
    return [(row[0], row[1], bool(row[2])) for row in web.rows(query)]


def select_form(page: Response, grader: str) -> tuple[Form, str]:
    """The button that selects this grader's grade."""
    row = next(part for part in page.text.split("<tr") if f'<th scope="row">{grader}' in part)
    value = row.partition('name="select" value="')[2].partition('"')[0]
    return next(form for form in forms_of(page) if ("select", value) in form.buttons), value


def selected(web: Web, student: str = "ann") -> int | None:
    c = t.moderated_students.c
    query = sa.select(c.selected_provisional_grade_id).where(c.assignment_id == MODERATED, c.student_id == PEOPLE[student])
    found: int | None = web.rows(query)[0]
    return found


def test_a_marker_grades_provisionally_and_the_student_sees_nothing(web: Web) -> None:
    marker = web.browser("marker")
    page = marker.get(address("ann"))
    assert "Your grade is provisional" in text_of(page)
    assert "You have not graded this student yet." in text_of(page)
    answer = give(marker, "ann", grade="7.5", comment="Not for the student's eyes yet.")
    assert answer.status_code == 303
    assert provisional(web) == [(PEOPLE["marker"], 7.5, False)]
    found = web.submission(MODERATED, "ann")
    assert (found["score"], found["workflow_state"]) == (None, "submitted")
    page = marker.get(address("ann"))
    assert form_with(page, gives="provisional").fields["grade"] == "7.5"
    assert "Not for the student's eyes yet." in text_of(page)
    assert "You 7.5 7.5" in text_of(page)
    student = web.browser("ann").get(f"/courses/{COURSE}")
    assert "7.5" not in student.text
    assert "eyes" not in student.text
    assert web.events("grade_change") == []


def test_markers_see_the_own_grade_and_a_moderator_all(web: Web) -> None:
    marker, second, teacher, admin = (web.browser(name) for name in ("marker", "second", "teacher", "admin"))
    give(marker, "ann", grade="6.25")
    give(second, "ann", grade="9.75")
    assert "9.75" not in marker.get(address("ann")).text
    assert "6.25" not in second.get(address("ann")).text
    for moderator in (teacher, admin):
        page = text_of(moderator.get(address("ann")))
        assert "Marker 6.25 6.25" in page
        assert "Second 9.75 9.75" in page
    assert 'name="select"' not in marker.get(address("ann")).text


def test_a_third_grader_finds_no_place_and_keeps_what_was_typed(web: Web) -> None:
    third = web.browser("third")
    page = third.get(address("bob"))
    give(web.browser("marker"), "ann", grade="6")
    give(web.browser("second"), "ann", grade="7")
    answer = third.submit(page, form_with(page, gives="provisional"), grade="8", comment="I was late.")
    assert answer.status_code == 422
    assert "The maximum number of graders has been reached for this assignment." in text_of(answer)
    assert provisional(web, "bob") == []
    form = form_with(answer, gives="provisional")
    assert (form.fields["grade"], form.fields["comment"]) == ("8", "I was late.")
    page = third.get(address("bob"))
    assert "The maximum number of graders has been reached" in text_of(page)
    assert [form for form in forms_of(page) if "gives" in form.fields] == []
    assert give(web.browser("teacher"), "bob", grade="8").status_code == 303, "the final grader needs no place"


def test_a_moderator_selects_and_gives_a_final_mark(web: Web) -> None:
    give(web.browser("marker"), "ann", grade="6")
    teacher = web.browser("teacher")
    page = teacher.get(address("ann"))
    form, value = select_form(page, "Marker")
    answer = teacher.submit(page, form, select=value)
    assert "The grade is selected." in text_of(teacher.get(answer.headers["location"]))
    assert selected(web) == int(value)
    page = teacher.get(address("ann"))
    assert "Marker 6 6 selected" in text_of(page)

    answer = give(teacher, "ann", "final", grade="6.5")
    assert answer.status_code == 303
    assert provisional(web) == [(PEOPLE["marker"], 6, False), (PEOPLE["teacher"], 6.5, True)]
    page = teacher.get(address("ann"))
    assert form_with(page, gives="final").fields["grade"] == "6.5"
    form, value = select_form(page, "You")
    teacher.submit(page, form, select=value)
    assert selected(web) == int(value)
    assert "final mark 6.5 6.5 selected" in text_of(teacher.get(address("ann")))
    assert web.submission(MODERATED, "ann")["score"] is None


def test_a_final_mark_needs_a_grade_before_it(web: Web) -> None:
    teacher = web.browser("teacher")
    page = teacher.get(address("ann"))
    assert [form for form in forms_of(page) if form.fields.get("gives") == "final"] == []
    fields = {**form_with(page, gives="provisional").fields, "gives": "final", "grade": "5"}
    answer = teacher.post(address("ann"), fields)
    assert answer.status_code == 422
    assert "Cannot give a final mark for a student with no other provisional grades" in text_of(answer)


def test_what_only_moderators_may(web: Web) -> None:
    marker, second = web.browser("marker"), web.browser("second")
    give(marker, "ann", grade="6")
    (grade_id,) = web.rows(sa.select(t.provisional_grades.c.id))
    page = second.get(address("ann"))
    fields = form_with(page, gives="provisional").fields
    assert second.post(address("ann"), {"csrf_token": fields["csrf_token"], "select": str(grade_id)}).status_code == 403
    assert second.post(address("ann"), {**fields, "gives": "final", "grade": "5"}).status_code == 403
    answer = second.post(address("ann"), {**fields, "shown_excused": "0", "excuse": "1"})
    assert answer.status_code == 422
    assert "Only a moderator can excuse" in text_of(answer)
    assert selected(web) is None
    assert provisional(web) == [(PEOPLE["marker"], 6, False)]
    assert web.rows(sa.select(t.moderation_graders.c.user_id)) == [PEOPLE["marker"]]


@pytest.mark.parametrize("value", ["0", "999", "x", "9" * 30])
def test_selecting_what_is_not_there(web: Web, value: str) -> None:
    teacher = web.browser("teacher")
    token = form_with(teacher.get(address("ann")), gives="provisional").fields["csrf_token"]
    assert teacher.post(address("ann"), {"csrf_token": token, "select": value}).status_code == 404


def test_a_selected_grade_is_frozen_for_its_marker(web: Web) -> None:
    marker, teacher = web.browser("marker"), web.browser("teacher")
    give(marker, "ann", grade="6")
    page = teacher.get(address("ann"))
    form, value = select_form(page, "Marker")
    teacher.submit(page, form, select=value)
    answer = give(marker, "ann", grade="9")
    assert answer.status_code == 422
    assert "A moderator has selected this grade." in text_of(answer)
    assert form_with(answer, gives="provisional").fields["grade"] == "9"
    assert provisional(web) == [(PEOPLE["marker"], 6, False)]


def test_what_is_no_grade_is_said_in_words(web: Web) -> None:
    answer = give(web.browser("marker"), "ann", grade="six")
    assert answer.status_code == 422
    assert "“six” is not a number of points." in text_of(answer)
    assert "Assignment::" not in answer.text
    assert provisional(web) == []


def test_a_moderator_excuses(web: Web) -> None:
    teacher = web.browser("teacher")
    assert give(teacher, "ann", excuse="1").status_code == 303
    assert web.submission(MODERATED, "ann")["excused"]
    answer = give(teacher, "ann", excuse=None)
    assert "ends by giving a grade" in text_of(answer)
    assert give(teacher, "ann", excuse=None, grade="5").status_code == 303
    assert not web.submission(MODERATED, "ann")["excused"]


def test_forms_from_before_the_publication_and_from_before_moderation(web: Web) -> None:
    """What was meant as provisional never becomes a real grade, nor the other way round."""
    marker = web.browser("marker")
    page = marker.get(address("ann"))
    form = form_with(page, gives="provisional")
    web.change(t.assignments, MODERATED, grades_published_at=NOW)
    answer = marker.submit(page, form, grade="4")
    assert answer.status_code == 422
    assert "The grades were published meanwhile" in text_of(answer)
    assert form_with(answer, gives="grade").fields["grade"] == "4"
    assert web.submission(MODERATED, "ann")["score"] is None
    page = marker.get(address("ann"))
    form = form_with(page, gives="grade")
    web.change(t.assignments, MODERATED, grades_published_at=None)
    answer = marker.submit(page, form, grade="4")
    assert answer.status_code == 422
    assert "now under moderation" in text_of(answer)
    assert provisional(web) == []
    assert web.submission(MODERATED, "ann")["score"] is None


def test_after_publication_grades_are_real(web: Web) -> None:
    give(web.browser("marker"), "ann", grade="6")
    web.change(t.assignments, MODERATED, grades_published_at=NOW)
    teacher = web.browser("teacher")
    page = teacher.get(address("ann"))
    assert "Published" in text_of(page)
    assert 'name="select"' not in page.text
    assert give(teacher, "ann", "grade", grade="8").status_code == 303
    found = web.submission(MODERATED, "ann")
    assert (found["score"], found["posted_at"]) == (8, None)
    assert "8 of 10" not in text_of(web.browser("ann").get(f"/courses/{COURSE}"))


def test_graders_are_anonymous_where_they_shall_be(web: Web) -> None:
    give(web.browser("marker"), "ann", grade="6", comment="From one of us.")
    give(web.browser("second"), "ann", grade="7")
    web.change(t.assignments, MODERATED, grader_names_visible_to_final_grader=False, graders_anonymous_to_graders=True)
    ranked = web.rows(sa.select(t.moderation_graders.c.user_id, t.moderation_graders.c.anonymous_id))
    order = [user for user, _ in sorted(ranked, key=lambda row: row[1].encode())]
    number = order.index(PEOPLE["marker"]) + 1
    page = web.browser("teacher").get(address("ann"))
    assert "Marker" not in page.text
    assert "Second" not in page.text
    assert f"Grader {number} 6 6" in text_of(page)
    assert f"Grader {number}" in text_of(page).partition("Comments")[2]
    page = web.browser("second").get(address("ann"))
    assert "Marker" not in page.text
    assert f"Grader {number}" in text_of(page).partition("Comments")[2]
    assert "Marker" in web.browser("admin").get(address("ann")).text


def test_comments_of_other_graders_are_hidden_where_they_shall_be(web: Web) -> None:
    give(web.browser("marker"), "ann", grade="6", comment="Between me and the moderator.")
    assert "Between me" in web.browser("second").get(address("ann")).text
    web.change(t.assignments, MODERATED, grader_comments_visible_to_graders=False)
    assert "Between me" not in web.browser("second").get(address("ann")).text
    assert "Between me" in web.browser("teacher").get(address("ann")).text


def test_anonymous_students_under_moderation(web: Web) -> None:
    web.change(t.assignments, MODERATED, anonymous_grading=True)
    marker, teacher = web.browser("marker"), web.browser("teacher")
    page = marker.get(f"{ADDRESS}&anonymous_id=CnonX")
    answer = marker.submit(page, form_with(page, gives="provisional"), grade="6")
    assert answer.headers["location"] == f"{ADDRESS}&anonymous_id=CnonX&done=saved"
    assert provisional(web) == [(PEOPLE["marker"], 6, False)]
    page = teacher.get(f"{ADDRESS}&anonymous_id=CnonX")
    form, value = select_form(page, "Marker")
    answer = teacher.submit(page, form, select=value)
    assert answer.headers["location"] == f"{ADDRESS}&anonymous_id=CnonX&done=selected"
    for browser in (marker, teacher):
        for path in (ADDRESS, f"{ADDRESS}&anonymous_id=CnonX", address("ann")):
            shown = browser.get(path).text
            assert "Ann" not in shown
            assert "student_id" not in shown
    web.change(t.assignments, MODERATED, grades_published_at=NOW)
    assert "Ann" in marker.get(address("ann")).text


def test_newcomers_at_the_same_moment_get_no_more_places_than_there_are(web: Web) -> None:
    browsers = [web.browser(name) for name in ("marker", "second", "third", "admin")]
    pages = [browser.get(address("ann")) for browser in browsers]

    def grade(browser: Browser, page: Response) -> int:
        return browser.submit(page, form_with(page, gives="provisional"), grade="5").status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        statuses = list(pool.map(grade, browsers, pages))
    assert sorted(statuses) == [303, 303, 422, 422]
    assert len(provisional(web)) == 2


def test_those_who_look_on_have_no_part_in_it(web: Web) -> None:
    for name in ("ann", "observer", "designer", "stranger"):
        assert web.browser(name).get(address("ann")).status_code == 403
    assert web.submission(MODERATED, "ann")["id"] == submission_id(MODERATED, "ann")
