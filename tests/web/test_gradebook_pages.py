"""The gradebook in Chromium: typing, pasting, undoing, two graders in one cell, panel, menu, filters, totals, import."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import FilePayload

from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.web.book import PATH, open_book
from tests.web.chromium import Site, accessibility_faults
from tests.web.web_world import ANONYMOUS, COURSE, GPA, LETTER, MANUAL, MODERATED, PASS, PEOPLE, PERCENT, POINTS, submission_id

ENTRIES = [
    (POINTS, "8.5", "8.5"),
    (POINTS, "85%", "8.5"),
    (PERCENT, "85", "85%"),
    (PERCENT, "85.5%", "85.5%"),
    (LETTER, "b+", "B+"),
    (LETTER, "9.5", "A"),
    (GPA, "C-", "C-"),
    (PASS, "complete", "complete"),
    (PASS, "i", "incomplete"),
    (POINTS, "EX", "EX"),
]


def stored(site: Site, assignment: int, student: str) -> tuple[float | None, str | None, bool, bool]:
    """Score, grade, excused and posted, in the database."""
    c = t.submissions.c
    query = sa.select(c.score, c.grade, c.excused, c.posted_at.is_not(None)).where(c.id == submission_id(assignment, student))
    with open_store(site.server.database_url, connections=1) as store, store.read() as connection:
        row = connection.execute(query).one()
    return row[0], row[1], bool(row[2]), bool(row[3])


def test_every_entry_form_of_the_grading_types_is_typed_into_a_cell(site: Site) -> None:
    book = open_book(site)
    for assignment, typed, shown in ENTRIES:
        book.type("ann", assignment, typed)
        book.shows("ann", assignment, shown)
        assert book.problem == ""
    assert stored(site, POINTS, "ann")[2]
    book.type("ann", POINTS, "")
    book.shows("ann", POINTS, "•")
    assert stored(site, POINTS, "ann") == (None, None, False, True)
    book.go("ann", POINTS)
    book.page.keyboard.type("7")  # typing alone begins an edit, in place of what was there
    book.page.keyboard.press("Enter")
    book.shows("ann", POINTS, "7")
    assert book.page.evaluate("() => gradebook.grid.getActiveCell().row") == 1  # on to the next student


def test_escape_leaves_a_cell_as_it_was(site: Site) -> None:
    book = open_book(site)
    book.go("cem", POINTS)
    book.page.keyboard.press("Enter")
    book.page.keyboard.type("3")
    book.page.keyboard.press("Escape")
    book.saved()
    assert book.text("cem", POINTS) == ""
    assert stored(site, POINTS, "cem")[0] is None


def test_what_is_no_grade_is_told_and_not_saved(site: Site) -> None:
    book = open_book(site)
    book.type("bob", PERCENT, "lots")
    book.page.wait_for_selector("#problem:not([hidden])")
    assert "“lots” is not a percentage" in book.problem
    assert "is-refused" in book.classes("bob", PERCENT)
    assert stored(site, PERCENT, "bob")[0] is None


def test_undo_brings_the_exact_grade_back(site: Site) -> None:
    book = open_book(site)
    book.type("bob", LETTER, "8.9")
    book.shows("bob", LETTER, "B+")
    book.type("bob", LETTER, "A")
    book.shows("bob", LETTER, "A")
    book.go("bob", LETTER)
    book.page.keyboard.press("Control+z")
    book.shows("bob", LETTER, "B+")
    assert stored(site, LETTER, "bob")[0] == 8.9
    book.page.get_by_role("button", name="Undo").click()
    book.shows("bob", LETTER, "•")
    assert stored(site, LETTER, "bob")[:2] == (None, None)


def test_a_block_from_a_spreadsheet_is_one_write_with_a_result_for_each_cell(site: Site) -> None:
    book = open_book(site)
    sent: list[str] = []
    book.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    book.go("ann", GPA)
    book.paste("A\tcomplete\r\nB\tnonsense\r\n\tincomplete\r\n")
    book.shows("ann", GPA, "A")
    book.shows("bob", GPA, "B")
    book.shows("cem", PASS, "incomplete")
    book.saved()
    assert len(sent) == 1
    assert "Type complete or incomplete" in book.problem
    assert stored(site, GPA, "cem")[0] is None, "an empty cell of a block changes nothing"
    assert stored(site, PASS, "bob")[0] is None
    book.go("ann", GPA)
    book.page.keyboard.press("Shift+ArrowDown")
    book.page.keyboard.press("Delete")
    book.shows("ann", GPA, "•")
    book.shows("bob", GPA, "•")
    book.page.keyboard.press("Control+z")
    book.shows("ann", GPA, "A")
    book.shows("bob", GPA, "B")


def test_cells_that_nobody_grades_here_stay_closed(site: Site) -> None:
    book = open_book(site)
    assert book.text("ann", ANONYMOUS) == "hidden"
    book.go("ann", MODERATED)
    book.page.keyboard.press("F2")
    book.page.wait_for_selector("#problem:not([hidden])")
    assert "under moderation" in book.problem
    assert book.page.locator(".cell-editor").count() == 0
    book.go("ann", ANONYMOUS)
    book.paste("5")
    book.saved()
    assert "left alone" in book.problem


def test_two_graders_in_one_cell_never_overwrite_each_other(site: Site) -> None:
    site.expected = ("409",)
    one, other = open_book(site), open_book(site, "marker")
    one.go("cem", MANUAL)
    one.page.keyboard.press("F2")
    one.page.keyboard.type("4")
    other.type("cem", MANUAL, "6")
    other.shows("cem", MANUAL, "6")
    one.page.keyboard.press("Enter")
    dialog = one.page.locator("#dialog")
    dialog.wait_for()
    assert re.search(r"cem, Work 79\s+no grade\s+6\s+4", dialog.inner_text().replace("Cem", "cem")), dialog.inner_text()
    assert stored(site, MANUAL, "cem")[0] == 6
    dialog.get_by_role("button", name="Keep theirs").click()
    one.shows("cem", MANUAL, "6")

    one.go("cem", MANUAL)
    one.page.keyboard.press("F2")
    one.page.keyboard.type("4")
    other.type("cem", MANUAL, "9")
    other.shows("cem", MANUAL, "9")
    one.page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Write mine").click()
    one.shows("cem", MANUAL, "4")
    assert stored(site, MANUAL, "cem")[0] == 4
    one.page.keyboard.press("Control+z")
    one.shows("cem", MANUAL, "9")
    other.shows("cem", MANUAL, "9")  # by itself: the page asks what has changed


def test_what_other_graders_save_appears_by_itself_and_leaves_an_open_field_alone(site: Site) -> None:
    one, other = open_book(site), open_book(site, "marker")
    one.go("bob", MANUAL)
    one.page.keyboard.press("F2")
    one.page.keyboard.type("2")
    other.type("ann", MANUAL, "5")
    one.shows("ann", MANUAL, "5")
    assert one.page.locator(".cell-editor").input_value() == "2"


def test_the_panel_sets_a_status_and_takes_comments(site: Site) -> None:
    book = open_book(site)
    book.go("bob", POINTS)
    book.page.keyboard.press("Control+Space")
    panel = book.page.locator("#panel")
    panel.get_by_label("Status").select_option("late")
    panel.get_by_label("Time late").fill("2")
    panel.get_by_role("button", name="Set status").click()
    book.wait("() => document.querySelector('.panel-state').textContent.includes('late')")
    c = t.submissions.c
    query = sa.select(c.late_policy_status, c.seconds_late_override).where(c.id == submission_id(POINTS, "bob"))
    with open_store(site.server.database_url, connections=1) as store, store.read() as connection:
        assert tuple(connection.execute(query).one()) == ("late", 2 * 86400)
    panel.get_by_label("New comment").fill("Well done.")
    panel.get_by_role("button", name="Comment").click()
    panel.get_by_text("Well done.").wait_for()
    assert {"is-commented", "is-late"} <= book.classes("bob", POINTS)
    assert panel.get_by_role("link", name="Open in SpeedGrader").get_attribute("href") == (
        f"{PATH}/speed_grader?assignment_id={POINTS}&student_id={PEOPLE['bob']}"
    )
    book.page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_grades_are_posted_and_hidden_from_the_menu_of_a_column(site: Site) -> None:
    book = open_book(site)
    book.type("bob", MANUAL, "3")
    book.shows("bob", MANUAL, "3")
    assert "is-unposted" in book.classes("bob", MANUAL)
    for item, button, posted in (("Post grades to everybody", "Post", True), ("Hide grades", "Hide", False)):
        book.go("bob", MANUAL)
        book.page.keyboard.press("Alt+ArrowDown")
        book.page.get_by_role("menuitem", name=item).click()
        book.page.locator("#dialog").get_by_role("button", name=button, exact=True).click()
        book.wait(
            "([r, c, on]) => gradebook.grid.getCellNode(r, c).classList.contains('is-unposted') === on",
            book.row("bob"),
            book.column(MANUAL),
            not posted,
        )
        assert stored(site, MANUAL, "bob")[3] is posted


def test_filters_and_sorting(site: Site) -> None:
    book = open_book(site)
    book.page.get_by_role("searchbox", name="Student").fill("CEM")
    book.wait("() => gradebook.view.rows.length === 1")
    assert book.names == ["Cem"]
    book.page.get_by_role("searchbox", name="Student").fill("")
    book.page.get_by_role("combobox", name="Section").select_option(label="One")
    book.wait("() => gradebook.view.rows.length === 2")
    book.page.get_by_role("combobox", name="Section").select_option("")
    book.wait("() => gradebook.view.rows.length === 3")
    book.type("ann", PERCENT, "10")
    book.shows("ann", PERCENT, "10%")
    book.type("cem", PERCENT, "90")
    book.shows("cem", PERCENT, "90%")
    book.page.get_by_role("button", name="Menu of Work 72").click()
    book.page.get_by_role("menuitem", name="Highest first").click()
    assert [name[:3] for name in book.names] == ["Cem", "Ann", "Bob"]
    book.page.get_by_role("button", name="Menu of Work 72").click()
    book.page.get_by_role("menuitem", name="Only students with work to grade").click()
    assert [name[:3] for name in book.names] == ["Bob"]
    book.page.get_by_role("button", name="Menu of Work 72").click()
    book.page.get_by_role("menuitem", name="All students again").click()
    assert len(book.names) == 3


def test_a_total_explains_itself_and_an_anonymous_assignment_stays_anonymous(site: Site) -> None:
    book = open_book(site)
    book.go("ann", "total")
    book.page.keyboard.press("Enter")
    dialog = book.page.locator("#dialog")
    dialog.wait_for()
    assert "Total of Ann" in dialog.inner_text()
    assert "not told while students of an assignment are anonymous" in dialog.inner_text()


def test_a_file_is_previewed_and_then_written(site: Site) -> None:
    page = site.open("teacher", f"{PATH}/import")
    head = f"Student,ID,Section,Work 71 ({POINTS}),Work 75 ({PASS})\nPoints Possible,,,10,10\n"
    rows = f"Ann,{PEOPLE['ann']},One,9.25,\nBob,{PEOPLE['bob']},One,what,\nNobody,999,One,1,\n"
    file = FilePayload(name="grades.csv", mimeType="text/csv", buffer=(head + rows).encode())
    page.set_input_files("#attachment", files=[file])
    page.get_by_role("button", name="Show what would change").click()
    assert "1 cell would change" in page.inner_text("main")
    assert "this is no grade here" in page.inner_text("main")
    assert "Nobody" in page.inner_text("main")
    assert accessibility_faults(page) == []
    assert stored(site, POINTS, "ann")[0] != 9.25
    page.get_by_role("button", name="Write these grades").click()
    page.get_by_text("The grades of the file are written.").wait_for(timeout=20_000)
    assert stored(site, POINTS, "ann")[0] == 9.25


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_gradebook_is_accessible(site: Site, colours: str) -> None:
    book = open_book(site, color_scheme=colours)
    assert accessibility_faults(book.page) == []
    book.go("ann", POINTS)
    book.page.keyboard.press("Control+Space")
    book.page.wait_for_selector("#panel .facts")
    assert accessibility_faults(book.page) == []
    book.page.keyboard.press("Escape")
    book.page.keyboard.press("Alt+ArrowDown")
    assert accessibility_faults(book.page) == []
    book.page.keyboard.press("Escape")
    book.go("ann", "total")
    book.page.keyboard.press("Enter")
    book.page.wait_for_selector("#dialog[open]")
    assert accessibility_faults(book.page) == []
    assert accessibility_faults(site.open("teacher", f"{PATH}/import", color_scheme=colours)) == []


def test_the_gradebook_fits_a_phone(site: Site) -> None:
    book = open_book(site, viewport={"width": 390, "height": 800})
    assert book.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert accessibility_faults(book.page) == []


def test_the_course_leads_to_its_gradebook(site: Site) -> None:
    page = site.open("teacher", f"/courses/{COURSE}")
    page.get_by_role("link", name="Gradebook").click()
    page.wait_for_selector(".slick-row .grade-cell")
