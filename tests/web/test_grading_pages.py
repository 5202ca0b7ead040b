"""SpeedGrader and the pages of students in a real browser: keys, saving in place, what-if, nothing of what is not posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.databases import Databases
from tests.server import Server, running_server
from tests.web.chromium import Site, accessibility_faults
from tests.web.grading_world import ANYTHING, build_grading, grade_openly, grade_secretly, speed_grader
from tests.web.web_world import COURSE, MANUAL, PEOPLE, POINTS, running

PHONE = {"viewport": {"width": 390, "height": 844}}
GRADES = f"/courses/{COURSE}/grades/{PEOPLE['ann']}"
DISTRIBUTION = f"/courses/{COURSE}/assignments/{POINTS}/distribution"
WORK = f"/courses/{COURSE}/assignments/{ANYTHING}/work"


@pytest.fixture(scope="module")
def module_database_url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One engine is enough here: what a browser shows does not depend on it."""
    with databases.fresh("sqlite", tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="module")
def module_site_server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of the ordinary server of the pages: one with rubrics and graded work."""
    with running(module_database_url, build_grading) as web:
        grade_openly(web)
        grade_secretly(web)
    with running_server(module_database_url, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_of_graders_are_accessible(site: Site, colours: str) -> None:
    page = site.open("teacher", speed_grader(POINTS, "ann"), color_scheme=colours)
    assert accessibility_faults(page) == []
    for path in (f"/courses/{COURSE}/grades", GRADES, DISTRIBUTION):
        page.goto(path)
        assert accessibility_faults(page) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_of_students_are_accessible_and_fit_on_a_phone(site: Site, colours: str) -> None:
    page = site.open("ann", GRADES, color_scheme=colours, **PHONE)
    for path in (GRADES, f"{GRADES}?try=1", WORK):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if path != GRADES:
            assert accessibility_faults(page) == []


def test_a_distribution_is_drawn_and_fits_on_a_phone(site: Site) -> None:
    page = site.open("teacher", DISTRIBUTION, **PHONE)
    drawn = page.evaluate("Chart.getChart('plot').data.datasets.find((one) => one.type === 'bar').data.map((one) => one.y)")
    rows = page.locator(".bins tbody td").all_inner_texts()
    assert drawn == [int(text) for text in rows]
    assert drawn[8] >= 1, "the 8 of Ann"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_student_gets_nothing_of_unposted_grades_into_the_browser(site: Site) -> None:
    """Everything that the server sends while a student goes through the pages, scripts and JSON included."""
    page = site.open("ann", GRADES)
    texts: list[str] = []

    def note(route: Route) -> None:
        """Browsers forget what they were sent when they go on, so it is noted on its way."""
        answer = route.fetch()
        texts.append(answer.text())
        route.fulfill(response=answer)

    page.route("**/*", note)
    for path in (f"/courses/{COURSE}", GRADES, f"/courses/{COURSE}/assignments/{MANUAL}/work", f"{GRADES}?try=1"):
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        if path.endswith("try=1"):
            with page.expect_response("**/what_if"):
                page.get_by_label("What if for Anything").fill("4")
            expect(page.locator("#would strong")).to_have_text("60% F")
    assert len([text for text in texts if "Well argued." in text]) >= 2
    assert len([text for text in texts if text.startswith("{")]) == 1, "what-if answered"
    assert not [text for text in texts for secret in ("3.25", "6.75", "secret hint", "provisional hint") if secret in text]


def test_a_total_is_tried_out_and_nothing_stays(site: Site) -> None:
    page = site.open("ann", GRADES, **PHONE)
    page.get_by_role("link", name="What if …? Try scores out").click()
    box = page.get_by_label("What if for Anything")
    box.fill("10")
    expect(page.locator("#would")).to_contain_text("With your scores 90% A- instead of 80% B-")
    site.expected = ("400",)
    box.fill("ten")
    expect(page.locator("#would")).to_contain_text("“ten” is not a number of points")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#would")).to_contain_text("Nothing is stored")
    page.reload()
    expect(page.get_by_label("What if for Anything")).to_have_value("")


def test_keys_lead_from_student_to_student_but_not_while_typing(site: Site) -> None:
    page = site.open("teacher", speed_grader(POINTS, "ann"))
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bob")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ann")
    page.keyboard.press("c")
    expect(page.locator("#comment-grade")).to_be_focused()
    page.keyboard.type("jkgr?")
    expect(page.locator("#comment-grade")).to_have_value("jkgr?")
    page.locator("#comment-grade").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    expect(page.locator("#grade-grade")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_label("Use the shortcuts of a single key").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("g")
    expect(page.locator("#grade-grade")).not_to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ann")


def save_by_key(page: Page, keys: str = "Control+Enter") -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press(keys)


def test_typing_replaces_the_grade_that_the_page_leads_to(site: Site) -> None:
    page = site.open("teacher", speed_grader(POINTS, "bob"))
    page.locator("#grade-grade").fill("4")
    save_by_key(page)
    expect(page.locator(".current")).to_contain_text("4 of 10")
    expect(page.locator("#grade-grade")).to_be_focused()
    page.keyboard.type("6")
    expect(page.locator("#grade-grade")).to_have_value("6")
    save_by_key(page)
    expect(page.locator(".current")).to_contain_text("6 of 10")
    page.goto(speed_grader(POINTS, "bob") + "&done=saved")  # as after going on to the next
    expect(page.locator("#grade-grade")).to_be_focused()
    page.keyboard.type("7")
    expect(page.locator("#grade-grade")).to_have_value("7")


def test_saving_keeps_the_place_and_what_is_typed_elsewhere(site: Site) -> None:
    page = site.open("teacher", speed_grader(POINTS, "bob"))
    page.evaluate("window.here = 1")
    page.get_by_label("Comment on Style").fill("Half a sentence")
    page.locator("#grade-grade").fill("5")
    save_by_key(page)
    expect(page.get_by_role("status").filter(has_text="Saved.").first).to_be_visible()
    expect(page.locator(".current")).to_contain_text("5 of 10")
    expect(page.get_by_label("Comment on Style")).to_have_value("Half a sentence")
    assert page.evaluate("window.here") == 1, "the page was not loaded again"
    page.get_by_label("Comment on Style").press("Control+Enter")
    expect(page.locator("#rubric-heading + *, .note.good").first).to_be_visible()
    expect(page.get_by_text("The rubric is saved.").first).to_be_attached()


def test_a_rating_is_chosen_by_keyboard_and_gives_its_points(site: Site) -> None:
    page = site.open("teacher", speed_grader(POINTS, "cem"))
    page.keyboard.press("r")
    page.keyboard.press("Space")
    expect(page.get_by_label("Points for Argument")).to_have_value("6")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Points for Argument")).to_have_value("3")
    save_by_key(page)
    expect(page.locator(".current")).to_contain_text("3 of 10")
    expect(page.locator("#rubric-heading")).to_contain_text("3 of 10")


def test_a_conflict_is_shown_and_nothing_typed_is_lost(site: Site) -> None:
    site.expected = ("422",)
    first = site.open("teacher", speed_grader(ANYTHING, "bob"))
    second = site.open("marker", speed_grader(ANYTHING, "bob"))
    second.locator("#grade-grade").fill("9")
    second.locator("#grade-grade").focus()
    save_by_key(second)
    expect(second.locator(".current")).to_contain_text("9 of 10")
    first.locator("#comment-grade").fill("My comment")
    first.locator("#grade-grade").fill("4")
    save_by_key(first)
    expect(first.get_by_role("alert")).to_contain_text("it is now 9")
    expect(first.locator("#grade-grade")).to_have_value("4")
    expect(first.locator("#comment-grade")).to_have_value("My comment")
    expect(first.locator("#grade-grade")).to_be_focused()
    save_by_key(first)
    expect(first.locator(".current")).to_contain_text("4 of 10")
    expect(first.locator(".comment .text")).to_have_text("My comment")


def test_who_was_signed_out_meanwhile_is_told_and_loses_nothing_typed(site: Site) -> None:
    page = site.open("second", speed_grader(ANYTHING, "ann"))
    page.context.clear_cookies()
    page.locator("#comment-grade").fill("A long comment")
    page.locator("#comment-grade").press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("You are signed out, and nothing was saved.")
    expect(page.locator("#comment-grade")).to_have_value("A long comment")
    page.locator("#comment-grade").fill("")  # else the browser asks before it closes


def test_save_and_next_goes_on_to_the_next(site: Site) -> None:
    page = site.open("teacher", speed_grader(ANYTHING, "ann"))
    page.locator("#grade-grade").fill("7")
    save_by_key(page, "Control+Shift+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bob")
    expect(page.locator("#grade-grade")).to_be_focused()


def test_comments_are_changed_and_deleted_in_place(site: Site) -> None:
    page = site.open("teacher", speed_grader(ANYTHING, "cem"))
    page.locator("#comment-grade").fill("One")
    page.locator("#comment-grade").press("Control+Enter")
    expect(page.locator(".comment .text")).to_have_text("One")
    page.locator(".change summary").click()
    page.get_by_label("Your comment").fill("Two")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".comment .text")).to_have_text("Two")
    page.locator(".change summary").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No comments.")).to_be_visible()


def test_a_student_hands_in_a_file_and_the_grader_gets_it(site: Site, tmp_path: Path) -> None:
    ann = site.open("ann", WORK, **PHONE)
    (tmp_path / "notes.txt").write_text("Notes of mine")
    ann.get_by_label("File").set_input_files(tmp_path / "notes.txt")
    ann.get_by_role("button", name="Hand in this file").click()
    expect(ann.get_by_text("Your work is handed in.")).to_be_visible()
    teacher = site.open("teacher", speed_grader(ANYTHING, "ann"))
    with teacher.expect_download() as started:
        teacher.get_by_role("link", name=re.compile("notes.txt")).first.click()
    assert started.value.suggested_filename == "notes.txt"
    assert started.value.path().read_text() == "Notes of mine"
