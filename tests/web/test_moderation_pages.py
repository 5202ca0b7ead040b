"""Moderation in a real browser: whole assignments by mouse and by keyboard, accepting by a rule, sets, publishing, posting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from gradewire.store.engine import open_store
from tests.server import Server, running_server
from tests.web.chromium import Site, accessibility_faults
from tests.web.moderation_world import (
    ACCEPTED,
    AGREED,
    EMPTY,
    HIDDEN,
    KEYBOARD,
    MOUSE,
    SAMPLED,
    build_moderation,
    student_id,
)
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE


@pytest.fixture(scope="module")
def module_site_server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: F811 -- the fixture
    """In place of the ordinary server of the pages: one with more moderated assignments."""
    with open_store(module_database_url, connections=1) as store:
        store.write(build_moderation)
    with running_server(module_database_url, tmp_path_factory.mktemp("server")) as server:
        yield server


def address(assignment: int, more: str = "") -> str:
    return f"/courses/{COURSE}/assignments/{assignment}/moderate{more}"


def grade(site: Site, grader: str, assignment: int, student: str, typed: str, *, by_keyboard: bool = False) -> None:
    """A grader gives a provisional grade in SpeedGrader."""
    place = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={assignment}&student_id={student_id(student)}"
    page = site.open(grader, place)
    box = page.locator("form:has(input[name=gives][value=provisional]) [name=grade]")
    if by_keyboard:
        box.focus()
        page.keyboard.type(typed)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Enter")
    else:
        box.fill(typed)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator("form:has(input[name=gives][value=provisional]) button.primary").click()
    page.context.close()


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".students-by-graders tbody tr").filter(has=page.get_by_role("rowheader", name=name))


def pick(page: Page, grader: str, name: str) -> Locator:
    return row_of(page, name).get_by_role("button", name=f"by {grader} for {name}")


def own_grades(site: Site, name: str, assignment_name: str) -> str:
    """What a student reads about an assignment on the page of the course."""
    page = site.open(name, f"/courses/{COURSE}")
    text = page.get_by_role("row").filter(has_text=assignment_name).inner_text()
    page.context.close()
    return " ".join(text.split())


PAGES = [
    f"/courses/{COURSE}/moderation",
    address(AGREED, "?take=average&tolerance=1&preview=1"),
    address(AGREED, "/agreement"),
    address(HIDDEN),
    address(SAMPLED),
]


def test_the_pages_of_moderation_are_accessible(site: Site) -> None:
    page = site.open("teacher")
    faults = {}
    for path in PAGES:
        page.goto(path)
        for details in page.locator("details").all():
            details.locator("summary").click()
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            faults[path, colours] = accessibility_faults(page)
    assert not any(faults.values()), faults


def test_a_whole_moderated_assignment_by_mouse(site: Site) -> None:
    for name, one, other in (("ann", "6", "8"), ("bob", "7", "7.5"), ("cem", "5", None)):
        grade(site, "marker", MOUSE, name, one)
        if other:
            grade(site, "second", MOUSE, name, other)
    page = site.open("teacher", f"/courses/{COURSE}")
    page.get_by_role("link", name="Moderation").click()
    page.get_by_role("link", name="By mouse").click()
    expect(page.locator("#undecided")).to_have_text("2")

    pick(page, "Second", "Ann").click()
    expect(row_of(page, "Ann").locator(".counts")).to_have_text("8")
    expect(pick(page, "Second", "Ann")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_have_text("Grade 8 counts for Ann. 1 to decide.")
    pick(page, "Marker", "Ann").click()
    expect(row_of(page, "Ann").locator(".counts")).to_have_text("6")
    expect(pick(page, "Second", "Ann")).to_have_attribute("aria-pressed", "false")

    page.get_by_text("Publish the grades …").click()
    page.get_by_role("button", name="Publish for good").click()
    site.expected = ("422",)
    expect(page.get_by_role("alert")).to_have_text(
        "Some students have grades of several graders and none is selected. Decide about them first."
    )
    bob = page.locator(".students-by-graders tbody tr").filter(has_text="& Sons")
    bob.get_by_role("textbox").fill("7.25")
    bob.get_by_role("button", name="Give the final mark").click()
    expect(bob.locator(".counts")).to_have_text("7.25")
    expect(page.locator("#undecided")).to_have_text("0")

    expect(page.locator(".note.warn")).to_contain_text("Publishing cannot be undone.")
    page.get_by_role("button", name="Publish for good").click()
    expect(page.get_by_role("status").filter(has_text="The grades are published.")).to_be_visible()
    assert "no grade yet" in own_grades(site, "ann", "By mouse")
    expect(page.locator(".pick")).to_have_count(0)

    page.get_by_role("button", name="Post to students").click()
    expect(page.get_by_role("status").filter(has_text="students see them")).to_be_visible()
    assert "6 of 10" in own_grades(site, "ann", "By mouse")
    assert "7.25 of 10" in own_grades(site, "bob", "By mouse")
    assert "5 of 10" in own_grades(site, "cem", "By mouse")
    page.get_by_role("button", name="Hide from students").click()
    expect(page.get_by_role("button", name="Post to students")).to_be_visible()
    assert "no grade yet" in own_grades(site, "ann", "By mouse")


def press_until(page: Page, key: str, wanted: Locator) -> None:
    """Press a key until the focus is there; fails when it does not get there in reasonable time."""
    for _ in range(60):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {wanted}")


def test_a_whole_moderated_assignment_by_keyboard(site: Site) -> None:
    for name, one, other in (("ann", "6", "8"), ("cem", "5", "7")):
        grade(site, "marker", KEYBOARD, name, one, by_keyboard=True)
        grade(site, "second", KEYBOARD, name, other, by_keyboard=True)
    page = site.open("teacher", address(KEYBOARD))
    press_until(page, "Tab", pick(page, "Marker", "Ann"))
    page.keyboard.press("ArrowRight")
    expect(pick(page, "Second", "Ann")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row_of(page, "Ann").locator(".counts")).to_have_text("8")
    expect(pick(page, "Second", "Ann")).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(pick(page, "Second", "Cem")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(row_of(page, "Cem").locator(".counts")).to_have_text("5")
    page.keyboard.press("Tab")
    box = row_of(page, "Cem").get_by_role("textbox")
    expect(box).to_be_focused()
    page.keyboard.type("six")
    page.keyboard.press("Enter")
    site.expected = ("422",)
    expect(row_of(page, "Cem").get_by_role("alert")).to_contain_text("This is not a grade of the assignment")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    page.keyboard.type("6.5")
    page.keyboard.press("Enter")
    expect(row_of(page, "Cem").locator(".counts")).to_have_text("6.5")
    expect(page.locator("#undecided")).to_have_text("0")
    page.keyboard.press("ArrowUp")
    expect(row_of(page, "Ann").get_by_role("textbox")).to_be_focused()

    press_until(page, "Tab", page.locator("summary", has_text="Publish the grades"))
    page.keyboard.press("Enter")
    press_until(page, "Tab", page.get_by_role("button", name="Publish for good"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="The grades are published.")).to_be_visible()
    assert "no grade yet" in own_grades(site, "cem", "By keyboard")
    press_until(page, "Tab", page.get_by_role("button", name="Post to students"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="students see them")).to_be_visible()
    assert "8 of 10" in own_grades(site, "ann", "By keyboard")
    assert "6.5 of 10" in own_grades(site, "cem", "By keyboard")
    assert own_grades(site, "bob", "By keyboard").endswith("– of 10"), "nobody graded it"


def test_the_average_within_a_tolerance_is_previewed_and_then_accepted(site: Site) -> None:
    page = site.open("teacher", address(ACCEPTED))
    page.get_by_label("Only where graders differ by at most").fill("0.5")
    page.get_by_role("button", name="Preview").click()
    preview = page.locator(".preview")
    expect(preview).to_contain_text("7 students get a grade that counts: 1 selected, 6 by a final mark of yours")
    expect(preview).to_contain_text("4 too far apart")
    expect(preview).to_contain_text("1 graded by one grader only")
    page.get_by_role("button", name="Accept these 7").click()
    expect(page.get_by_role("status").filter(has_text="Accepted: 7 students")).to_be_visible()
    expect(row_of(page, "Student 01").locator(".counts")).to_have_text("6.75")
    expect(row_of(page, "Student 11").locator(".counts")).to_have_text("6")
    expect(row_of(page, "Student 07").locator(".counts")).to_have_text("to decide")
    page.get_by_label("Select", exact=True).select_option(label="the grades of Second")
    page.get_by_label("Only where graders differ by at most").fill("")
    page.get_by_role("button", name="Preview").click()
    expect(preview).to_contain_text("4 students get a grade that counts")
    page.get_by_role("button", name="Accept these 4").click()
    expect(row_of(page, "Student 07").locator(".counts")).to_have_text("4.5")
    expect(page.locator("#undecided")).to_have_text("0")


def test_the_table_is_narrowed_to_what_has_to_be_decided(site: Site) -> None:
    page = site.open("teacher", address(AGREED))
    page.get_by_label("Show").select_option(label="graders differ")
    page.get_by_label("in order").select_option(label="by difference, largest first")
    page.locator("form.sight button").click()
    names = page.locator(".students-by-graders tbody th").all_inner_texts()
    assert [name.strip() for name in names] == ["Student 07", "Student 10", "Student 03", "Student 09"]


def test_a_set_is_looked_at_and_built_by_a_rule(site: Site) -> None:
    page = site.open("teacher", address(SAMPLED))
    page.get_by_text("Add students by a rule").click()
    page.get_by_label("all fails, below").check()
    page.get_by_label("Pass mark in percent").fill("50")
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("status").first).to_contain_text(
        "chooses 2 of 12 students, 2 of them new to the set; 12 are graded"
    )
    expect(page.locator(".sheet", has_text="Moderation set").last).to_contain_text("0 of 12 students are in the set")
    page.get_by_role("button", name="Add to the set").click()
    expect(page.get_by_role("status").first).to_have_text("2 students were added to the moderation set.")
    expect(row_of(page, "Student 03")).to_contain_text("in the set")
    expect(row_of(page, "Student 01")).not_to_contain_text("in the set")
    page.get_by_text("Add students by a rule").click()
    page.get_by_label("drawn by lot", exact=True).check()
    page.get_by_label("Share drawn by lot").fill("nothing")
    page.get_by_role("button", name="Add to the set").click()
    site.expected = ("422",)
    expect(page.get_by_role("alert")).to_have_text("“nothing” is not a number.")


def test_nobody_is_named_where_all_are_anonymous(site: Site) -> None:
    page = site.open("teacher", address(HIDDEN))
    for path in (address(HIDDEN), address(HIDDEN, "?take=average&preview=1"), address(HIDDEN, "/agreement")):
        page.goto(path)
        html = page.content()
        assert "Student 1" in html
        assert "Grader 1" in html
        for told in ("Marker", "Second", "Student 01", "student_id="):
            assert told not in html, (path, told)


def test_the_agreement_is_plotted_and_the_tolerance_changed(site: Site) -> None:
    page = site.open("teacher", address(AGREED, "/agreement"))
    table = page.get_by_role("region", name="Pairs of graders")
    expect(table.get_by_role("row").last).to_contain_text("−0.20")
    for plot in ("differences", "spread"):
        drawn = page.evaluate("(id) => Chart.getChart(id).data.datasets.map((one) => one.data.length)", plot)
        assert drawn == ([11, 2, 2, 2] if plot == "differences" else [2, 23, 2])
    page.get_by_label("Tolerance in points").fill("1")
    page.get_by_role("button", name="Compute").click()
    expect(page.locator(".facts")).to_contain_text("Within 1 point")
    expect(page.locator(".facts")).to_contain_text("82 %")
    page.get_by_label("Tolerance in points").fill("-1")
    page.get_by_role("button", name="Compute").click()
    site.expected = ("422",)
    expect(page.get_by_role("alert")).to_be_visible()


def test_a_grade_selected_elsewhere_meanwhile_is_refused_in_words(site: Site) -> None:
    """The page is older than the publication: selecting and giving marks say so, and nothing breaks."""
    page = site.open("teacher", address(EMPTY))
    other = site.open("teacher", address(EMPTY))
    other.get_by_text("Publish the grades …").click()
    other.get_by_role("button", name="Publish for good").click()
    expect(other.get_by_text("All are posted.").or_(other.get_by_text("do not see theirs yet"))).to_be_visible()
    page.get_by_text("Publish the grades …").click()
    page.get_by_role("button", name="Publish for good").click()
    site.expected = ("422",)
    expect(page.get_by_role("alert")).to_have_text("The grades are published already.")
