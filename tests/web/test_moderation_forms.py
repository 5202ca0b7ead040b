"""What the forms of moderation do and refuse: rights, previews that are kept to, the audit trail, scripts' requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response

from gradewire.core.moderation_sets import drawn
from gradewire.store import tables as t
from tests.dialects.test_canvas_query_counts import every_statement
from tests.web.moderation_world import (
    ACCEPTED,
    AGREED,
    EMPTY,
    HIDDEN,
    MORE,
    MORE_IDS,
    SAMPLED,
    build_moderation,
    student_id,
    submission_of,
)
from tests.web.web_world import COURSE, PEOPLE, POINTS, Browser, Web, forms_of, running, text_of


@pytest.fixture
def web(database_url: str) -> Iterator[Web]:
    with running(database_url, build_moderation) as found:
        yield found


@pytest.fixture(scope="module")
def module_web(module_database_url: str) -> Iterator[Web]:
    with running(module_database_url, build_moderation) as found:
        yield found


def address(assignment: int, more: str = "") -> str:
    return f"/courses/{COURSE}/assignments/{assignment}/moderate{more}"


def token_of(browser: Browser, page: Response | None = None) -> str:
    found = page or browser.get(f"/courses/{COURSE}")
    return found.text.partition('name="csrf-token" content="')[2].partition('"')[0]


def send(browser: Browser, assignment: int, **fields: str) -> Response:
    return browser.post(address(assignment), {"csrf_token": token_of(browser), **fields})


def ask(browser: Browser, path: str, body: Any) -> Response:
    headers = {"Accept": "application/json", "X-CSRF-Token": token_of(browser), "Origin": "http://testserver.local"}
    return browser.client.post(path, json=body, headers=headers)


def selections(web: Web, assignment: int) -> dict[int, float]:
    """The selected score of each student."""
    m, p = t.moderated_students.c, t.provisional_grades.c
    query = sa.select(m.student_id, p.score).join(t.provisional_grades, p.id == m.selected_provisional_grade_id)
    return dict(web.rows(query.where(m.assignment_id == assignment)))


def finals(web: Web, assignment: int) -> dict[int, tuple[float, str, int]]:
    """(score, grade, scorer) of the final mark of each student."""
    p = t.provisional_grades.c
    query = sa.select(p.student_id, p.score, p.grade, p.scorer_id).where(p.assignment_id == assignment, p.final)
    return {row[0]: row[1:] for row in web.rows(query)}


def trail(web: Web, assignment: int, kind: str) -> list[dict[str, Any]]:
    e = t.moderation_events.c
    query = sa.select(e.payload, e.user_id).where(e.assignment_id == assignment, e.event_type == kind).order_by(e.id)
    return [{**row[0], "by": row[1]} for row in web.rows(query)]


def grade_id(web: Web, assignment: int, student: str, grader: str = "marker") -> int:
    p = t.provisional_grades.c
    found: int = web.rows(
        sa.select(p.id).where(
            p.submission_id == submission_of(assignment, student), p.scorer_id == PEOPLE[grader], sa.not_(p.final)
        )
    )[0]
    return found


WHO = {
    "admin": 200,
    "teacher": 200,
    "marker": 403,
    "second": 403,
    "designer": 403,
    "ann": 403,
    "observer": 403,
    "stranger": 403,
}


@pytest.mark.parametrize(("who", "status"), WHO.items())
@pytest.mark.parametrize("path", [address(AGREED), address(AGREED, "/agreement"), address(AGREED, "?preview=1")])
def test_only_moderators_look_at_all_provisional_grades(module_web: Web, path: str, who: str, status: int) -> None:
    assert module_web.browser(who).get(path).status_code == status


@pytest.mark.parametrize("who", ["marker", "designer", "ann", "stranger"])
def test_only_moderators_decide(module_web: Web, who: str) -> None:
    browser = module_web.browser(who)
    chosen = grade_id(module_web, AGREED, "student01")
    forms = [
        {"select": str(chosen)},
        {"do": "final", "student": f"z{AGREED}x", "grade": "5"},
        {"do": "accept", "take": "average", "token": "x"},
        {"do": "publish"},
        {"do": "set", "kind": "everyone"},
    ]
    assert [send(browser, AGREED, **fields).status_code for fields in forms] == [403] * len(forms)
    assert ask(browser, address(AGREED, "/selections"), {"provisional_grade_id": chosen}).status_code == 403
    assert ask(browser, address(AGREED, "/marks"), {"student": f"z{AGREED}x", "grade": "5"}).status_code == 403
    assert selections(module_web, AGREED) == {}


def test_the_list_of_moderated_assignments_tells_graders_nothing_of_others(module_web: Web) -> None:
    teacher = text_of(module_web.browser("teacher").get(f"/courses/{COURSE}/moderation"))
    assert "Much agreed under moderation 2 12 0" in teacher
    marker = module_web.browser("marker").get(f"/courses/{COURSE}/moderation")
    assert "Much agreed under moderation others moderate 2 – –" in text_of(marker)
    assert "/moderate" not in marker.text
    assert module_web.browser("ann").get(f"/courses/{COURSE}/moderation").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/courses/{COURSE}/assignments/{POINTS}/moderate", 403),
        (f"/courses/{COURSE}/assignments/999/moderate", 404),
        ("/courses/999/assignments/701/moderate", 404),
        (f"/courses/{COURSE}/assignments/x/moderate", 404),
        (address(AGREED, "?preview=1&take=999"), 404),
        (address(AGREED, "?preview=1&take=x"), 404),
        (address(AGREED, "?preview=1&tolerance=x"), 422),
        (address(AGREED, "?preview=1&tolerance=nan"), 422),
        (address(AGREED, "?preview=1&tolerance=-1"), 422),
        (address(AGREED, "/agreement?tolerance=inf"), 422),
        (address(AGREED, "?show=nobody&order=none&done=x&n=x"), 200),
        (address(AGREED, "/agreement?tolerance=0,5"), 200),
    ],
)
def test_bad_addresses(module_web: Web, path: str, status: int) -> None:
    assert module_web.browser("teacher").get(path).status_code == status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"do": "x"}, 422),
        ({"select": "0"}, 404),
        ({"select": "x"}, 404),
        ({"do": "final", "student": "nobod", "grade": "5"}, 404),
        ({"do": "final", "student": f"z{AGREED}x", "grade": " "}, 422),
        ({"do": "final", "student": f"z{AGREED}x", "grade": "five"}, 422),
        ({"do": "final", "student": f"z{AGREED}x", "grade": "5" * 300}, 422),
        ({"do": "accept", "take": "average", "token": "stale"}, 422),
        ({"do": "set", "kind": "everyone"}, 422),
        ({"do": "set", "kind": "x"}, 422),
        ({"do": "post"}, 422),
    ],
)
def test_bad_forms_change_nothing(module_web: Web, fields: dict[str, str], status: int) -> None:
    assert send(module_web.browser("teacher"), AGREED, **fields).status_code == status
    assert (selections(module_web, AGREED), finals(module_web, AGREED)) == ({}, {})


@pytest.mark.parametrize(
    ("end", "body", "status"),
    [
        ("/selections", {}, 400),
        ("/selections", {"provisional_grade_id": "1"}, 400),
        ("/selections", {"provisional_grade_id": 0}, 404),
        ("/marks", {"student": f"z{AGREED}x"}, 400),
        ("/marks", {"student": f"z{AGREED}x", "grade": "five"}, 422),
        ("/marks", {"student": "nobod", "grade": "5"}, 404),
    ],
)
def test_bad_requests_of_scripts(module_web: Web, end: str, body: Any, status: int) -> None:
    answer = ask(module_web.browser("teacher"), address(AGREED, end), body)
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def previewed(browser: Browser, assignment: int, query: str) -> tuple[Response, dict[str, str]]:
    """The page with a preview, and the form that accepts it."""
    page = browser.get(address(assignment, f"?preview=1&{query}"))
    return page, next(form.fields for form in forms_of(page) if "token" in form.fields)


def test_accepting_writes_exactly_what_was_previewed(web: Web) -> None:
    teacher = web.browser("teacher")
    _, fields = previewed(teacher, ACCEPTED, "take=average&tolerance=0.5")
    assert send(teacher, ACCEPTED, do="accept", **fields).status_code == 303
    given = finals(web, ACCEPTED)
    assert given == {
        student_id(name): (score, f"{score:g}", PEOPLE["teacher"])
        for name, score in [
            ("student01", 6.75),
            ("student02", 6.75),
            ("student04", 9.13),
            ("student05", 7.75),
            ("student06", 5.75),
            ("student08", 9.75),
        ]
    }
    assert selections(web, ACCEPTED) == {**{number: one[0] for number, one in given.items()}, student_id("student11"): 6}
    created = trail(web, ACCEPTED, "provisional_grade_created")
    assert [(one["final"], one["by"]) for one in created] == [(True, PEOPLE["teacher"])] * 6
    assert len(trail(web, ACCEPTED, "provisional_grade_selected")) == 7
    graders = web.rows(
        sa.select(t.provisional_grades.c.scorer_id, t.provisional_grades.c.score).where(
            t.provisional_grades.c.submission_id == submission_of(ACCEPTED, "student01"), sa.not_(t.provisional_grades.c.final)
        )
    )
    assert sorted(graders) == [(PEOPLE["marker"], 6.5), (PEOPLE["second"], 7)], "every grader's own grade stays as it was"


def test_a_grade_that_changed_after_the_preview_stops_it(web: Web) -> None:
    teacher = web.browser("teacher")
    _, fields = previewed(teacher, ACCEPTED, "take=average")
    web.change(t.provisional_grades, grade_id(web, ACCEPTED, "student07"), score=3.5, grade="3.5")
    answer = send(teacher, ACCEPTED, do="accept", **fields)
    assert answer.status_code == 422
    assert "Grades have changed since you looked" in text_of(answer)
    assert (selections(web, ACCEPTED), finals(web, ACCEPTED)) == ({}, {})


def test_accepting_again_changes_the_final_marks_there_are(web: Web) -> None:
    teacher = web.browser("teacher")
    send(teacher, ACCEPTED, do="final", student=f"z{ACCEPTED}x", grade="9")
    assert finals(web, ACCEPTED) == {student_id("student01"): (9, "9", PEOPLE["teacher"])}
    _, fields = previewed(teacher, ACCEPTED, "take=average&again=1")
    assert send(teacher, ACCEPTED, do="accept", **fields).status_code == 303
    assert finals(web, ACCEPTED)[student_id("student01")] == (6.75, "6.75", PEOPLE["teacher"])
    changed = trail(web, ACCEPTED, "provisional_grade_updated")
    assert [(one["score"], one["grade"]) for one in changed] == [([9, 6.75], ["9", "6.75"])]
    assert len(selections(web, ACCEPTED)) == 12


def test_a_moderation_admin_leaves_the_final_graders_selected_mark_alone(web: Web) -> None:
    send(web.browser("teacher"), ACCEPTED, do="final", student=f"z{ACCEPTED}x", grade="9")
    admin = web.browser("admin")
    page, fields = previewed(admin, ACCEPTED, "take=average&again=1&tolerance=0.5")
    assert "1 with a selected final mark, which only the final grader changes" in text_of(page)
    answer = send(admin, ACCEPTED, do="accept", **fields)
    assert "The maximum number of graders has been reached" in text_of(answer), "an administrator's final marks need a place"
    assert finals(web, ACCEPTED) == {student_id("student01"): (9, "9", PEOPLE["teacher"])}


def test_one_graders_grades_are_accepted_under_an_anonymous_name(web: Web) -> None:
    teacher = web.browser("teacher")
    _, fields = previewed(teacher, HIDDEN, "take=aaaaa")
    assert send(teacher, HIDDEN, do="accept", **fields).status_code == 303
    assert selections(web, HIDDEN)[student_id("student07")] == 4.5
    assert len(selections(web, HIDDEN)) == 11
    assert teacher.get(address(HIDDEN, f"?preview=1&take={PEOPLE['second']}")).status_code == 404, "a user id names nobody here"


def test_the_script_is_told_what_counts_now(web: Web) -> None:
    teacher = web.browser("teacher")
    answer = ask(teacher, address(ACCEPTED, "/selections"), {"provisional_grade_id": grade_id(web, ACCEPTED, "student01")})
    told = answer.json()
    assert (told["name"], told["grade"], told["receives"], told["final"], told["undecided"]) == (
        "Student 01",
        "6.5",
        "6.5",
        False,
        10,
    )
    answer = ask(teacher, address(ACCEPTED, "/marks"), {"student": f"z{ACCEPTED}x", "grade": "70%"})
    assert (answer.json()["receives"], answer.json()["final"]) == ("7", True)
    assert selections(web, ACCEPTED) == {student_id("student01"): 7}


def test_a_set_is_built_by_a_seed_that_is_on_record(web: Web) -> None:
    teacher = web.browser("teacher")
    fields = {"do": "set", "kind": "random", "percent": "25", "seed": "spring 2026"}
    looked = send(teacher, SAMPLED, look="1", **fields)
    assert "chooses 3 of 12 students" in text_of(looked)
    assert web.rows(sa.select(t.moderated_students.c.id).where(t.moderated_students.c.assignment_id == SAMPLED)) == []
    assert send(teacher, SAMPLED, **fields).status_code == 303
    expected = sorted(drawn(sorted(MORE_IDS.values()), "spring 2026")[:3])
    members = sa.select(t.moderated_students.c.student_id).where(t.moderated_students.c.assignment_id == SAMPLED)
    assert sorted(web.rows(members)) == expected
    (told,) = trail(web, SAMPLED, "moderation_set_built")
    assert (told["rule"]["kind"], told["rule"]["percent"], told["seed"], told["students"]) == ("random", 25, "spring 2026", 12)
    assert told["chosen"] == told["added"] == expected
    assert told["by"] == PEOPLE["teacher"]
    assert send(teacher, SAMPLED, **fields).status_code == 303
    assert (trail(web, SAMPLED, "moderation_set_built")[1]["added"], sorted(web.rows(members))) == ([], expected)


def test_a_seed_is_made_up_and_recorded_where_none_is_given(web: Web) -> None:
    teacher = web.browser("teacher")
    assert send(teacher, SAMPLED, do="set", kind="bands", each="1").status_code == 303
    (told,) = trail(web, SAMPLED, "moderation_set_built")
    assert told["seed"].isdigit()
    assert told["graded"] == 12
    assert send(teacher, SAMPLED, do="set", kind="everyone").status_code == 303
    last = trail(web, SAMPLED, "moderation_set_built")[1]
    assert (last["seed"], len(last["chosen"]), last["rule"]["kind"]) == (None, len(MORE), "everyone")


@pytest.mark.parametrize(
    "fields", [{"kind": "random", "percent": "0"}, {"kind": "bands", "each": "0"}, {"kind": "random", "seed": "s" * 101}]
)
def test_a_rule_out_of_range_builds_nothing(module_web: Web, fields: dict[str, str]) -> None:
    assert send(module_web.browser("teacher"), SAMPLED, do="set", **fields).status_code == 422
    assert trail(module_web, SAMPLED, "moderation_set_built") == []


def test_after_publication_nothing_is_accepted_marked_or_added(web: Web) -> None:
    teacher = web.browser("teacher")
    _, fields = previewed(teacher, ACCEPTED, "take=average")
    assert send(teacher, ACCEPTED, do="accept", **fields).status_code == 303
    assert send(teacher, ACCEPTED, do="publish").status_code == 303
    for sent in ({"do": "accept", **fields}, {"do": "final", "student": f"z{ACCEPTED}x", "grade": "1"}, {"do": "publish"}):
        answer = send(teacher, ACCEPTED, **sent)
        assert answer.status_code == 422
        assert "The grades are published already." in text_of(answer)
    assert send(teacher, SAMPLED, do="publish").status_code == 303
    assert "published already" in text_of(send(teacher, SAMPLED, do="set", kind="everyone"))
    assert web.rows(sa.select(t.submissions.c.score).where(t.submissions.c.id == submission_of(ACCEPTED, "student01"))) == [
        6.75
    ]


def test_an_assignment_that_nobody_graded_has_a_page(module_web: Web) -> None:
    teacher = module_web.browser("teacher")
    assert "no grade yet" in text_of(teacher.get(address(EMPTY)))
    assert "There is nothing to compare" in text_of(teacher.get(address(EMPTY, "/agreement")))


MODERATION = ("provisional_grades", "moderated_students", "moderation_", "submissions", "users")


def about_moderation(statements: list[str]) -> list[str]:
    """Without those of the relay, which come when they come."""
    return [one for one in statements if any(name in one for name in MODERATION)]


def test_the_page_takes_as_many_statements_for_few_students_as_for_many(web: Web) -> None:
    teacher = web.browser("teacher")
    teacher.get(address(AGREED))
    with every_statement() as many:
        teacher.get(address(AGREED))
    gone = [submission_of(AGREED, name) for name in MORE[:9]]
    web.run(sa.update(t.submissions).where(t.submissions.c.id.in_(gone)).values(workflow_state="deleted"))
    teacher.get(address(AGREED))
    with every_statement() as few:
        assert "3 of 3 students" in text_of(teacher.get(address(AGREED)))
    assert len(about_moderation(few)) == len(about_moderation(many)) > 5, "\n".join(many)


def test_accepting_takes_as_many_statements_for_two_students_as_for_eight(web: Web) -> None:
    teacher = web.browser("teacher")
    send(teacher, ACCEPTED, do="final", student=f"z{ACCEPTED}x", grade="9")  # whoever does this first is noted as a grader
    token = token_of(teacher)
    found = {}
    for tolerance, students in (("0.25", 2), ("5", 8)):
        _, fields = previewed(teacher, ACCEPTED, f"take=average&tolerance={tolerance}")
        with every_statement() as statements:
            answer = teacher.post(address(ACCEPTED), {"csrf_token": token, "do": "accept", **fields})
        assert answer.headers["location"].endswith(f"n={students}")
        found[students] = about_moderation(statements)
    assert len(selections(web, ACCEPTED)) == 11
    assert len(found[2]) == len(found[8]) > 10, "\n".join(found[2]) + "\n\n" + "\n".join(found[8])
