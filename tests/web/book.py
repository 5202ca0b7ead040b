"""The gradebook in a browser, as its tests work with it: by rows and columns, keys, and what cells show."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

from tests.web.chromium import Site
from tests.web.web_world import COURSE, PEOPLE

PATH = f"/courses/{COURSE}/gradebook"
PATIENCE = 60.0


class Book:
    """An open gradebook."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE * 1000)
        page.wait_for_selector(".slick-row .grade-cell")

    def wait(self, condition: str, *arguments: Any) -> None:
        """Until a function of the page says yes; its Content-Security-Policy forbids Playwright's own way of waiting."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(condition, list(arguments)):
            assert time.monotonic() < end, (condition, arguments)
            self.page.wait_for_timeout(20)

    def column(self, name: int | str) -> int:
        """Where the column of an assignment stands, or of ``total``, ``final`` and ``override``."""
        wanted = f"a{name}" if isinstance(name, int) else name
        place: int = self.page.evaluate("(id) => gradebook.grid.getColumns().findIndex((one) => one.id === id)", wanted)
        assert place >= 0, name
        return place

    def row(self, student: str | int) -> int:
        wanted = PEOPLE[student] if isinstance(student, str) else student
        find = "(id) => gradebook.view.rows.findIndex((row) => gradebook.view.book.students[row.place].id === id)"
        place: int = self.page.evaluate(find, wanted)
        assert place >= 0, student
        return place

    def go(self, student: str | int, name: int | str) -> None:
        """Make a cell the active one, as a click or the arrow keys do."""
        place = [self.row(student), self.column(name)]
        self.page.evaluate("([r, c]) => { gradebook.grid.setActiveCell(r, c); gradebook.grid.focus(); }", place)

    def type(self, student: str | int, name: int | str, text: str) -> None:
        self.go(student, name)
        self.page.keyboard.press("F2")
        self.page.keyboard.type(text)
        if not text:
            self.page.keyboard.press("Backspace")
        self.page.keyboard.press("Enter")

    def text(self, student: str | int, name: int | str) -> str:
        shown: str = self.page.evaluate(
            "([r, c]) => gradebook.grid.getCellNode(r, c).textContent", [self.row(student), self.column(name)]
        )
        return shown

    def shows(self, student: str | int, name: int | str, text: str) -> None:
        """Wait until the cell shows the text and nothing of it waits to be saved."""
        condition = """([r, c, text]) => {
            const node = gradebook.grid.getCellNode(r, c);
            return node && node.textContent === text && !node.classList.contains("is-pending");
        }"""
        self.wait(condition, self.row(student), self.column(name), text)

    def classes(self, student: str | int, name: int | str) -> set[str]:
        found: str = self.page.evaluate(
            "([r, c]) => gradebook.grid.getCellNode(r, c).className", [self.row(student), self.column(name)]
        )
        return set(found.split())

    def paste(self, text: str) -> None:
        """What the browser does when somebody pastes at the active cell."""
        self.page.evaluate(
            """(text) => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
                document.activeElement.dispatchEvent(event);
            }""",
            text,
        )

    def saved(self) -> None:
        """Wait until nothing is on its way."""
        self.wait("() => !document.getElementById('state').textContent.startsWith('Saving')")
        self.wait("() => gradebook.view.book.pending.size === 0")

    @property
    def problem(self) -> str:
        return self.page.locator("#problem").inner_text() if self.page.locator("#problem").is_visible() else ""

    @property
    def names(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            "() => gradebook.view.rows.map((row) => gradebook.view.book.students[row.place].name)"
        )
        return found


def open_book(site: Site, who: str = "teacher", **options: Any) -> Book:
    return Book(site.open(who, PATH, **{"viewport": {"width": 1400, "height": 800}, **options}))
