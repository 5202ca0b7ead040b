"""Pictures of every page, from the demo: ``make screenshots``, or ``python -m tests.web.screenshots [DIRECTORY]``.

Starts ``gradewire demo`` in a directory of its own, signs its people in, lets a consumer of events be unreachable, and writes
``docs/screenshots/<page>.png`` anew, with ``README.md`` that shows them all.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, Page

from tests.server import Server, running_server
from tests.web.chromium import running_chromium

DIRECTORY = Path(__file__).parents[2] / "docs" / "screenshots"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ESSAY = 1756
"""The moderated assignment of the sample."""
DONE = 1753
STUDENT = 11391


class Picture(Struct, frozen=True, kw_only=True):
    """A page as somebody sees it."""

    name: str
    who: str | None
    path: str
    says: str
    act: Callable[[Page], None] = lambda _page: None
    """What is done on the page before the picture is taken."""
    dark: bool = False
    phone: bool = False
    whole: bool = False
    """Whether the picture goes to the end of the page."""


def await_cells(page: Page) -> None:
    page.wait_for_selector(".slick-row .slick-cell")


def await_plots(page: Page) -> None:
    page.wait_for_selector("canvas")
    page.wait_for_timeout(1200)  # the plots are drawn in


PICTURES = (
    Picture(name="sign-in", who=None, path="/login", says="Sign-in"),
    Picture(name="start", who="teacher", path="/", says="The courses of a teacher"),
    Picture(name="course", who="teacher", path="/courses/1", says="A course"),
    Picture(name="gradebook", who="teacher", path="/courses/1/gradebook", says="Gradebook", act=await_cells),
    Picture(
        name="gradebook-dark", who="teacher", path="/courses/1/gradebook", says="Gradebook, dark", act=await_cells, dark=True
    ),
    Picture(name="gradebook-import", who="teacher", path="/courses/1/gradebook/import", says="Import of a gradebook file"),
    Picture(
        name="speedgrader",
        who="teacher",
        path=f"/courses/1/gradebook/speed_grader?assignment_id={DONE}&student_id={STUDENT}",
        says="SpeedGrader",
    ),
    Picture(
        name="speedgrader-provisional",
        who="marker2",
        path=f"/courses/1/gradebook/speed_grader?assignment_id={ESSAY}&student_id={STUDENT}",
        says="SpeedGrader for the second marker of a moderated assignment",
    ),
    Picture(name="moderation", who="teacher", path=f"/courses/1/assignments/{ESSAY}/moderate", says="Moderation"),
    Picture(
        name="agreement",
        who="teacher",
        path=f"/courses/1/assignments/{ESSAY}/moderate/agreement",
        says="Agreement of graders",
        act=await_plots,
        whole=True,
    ),
    Picture(
        name="distribution",
        who="teacher",
        path=f"/courses/1/assignments/{DONE}/distribution",
        says="Distribution of the grades of an assignment",
        act=await_plots,
    ),
    Picture(name="assignments", who="teacher", path="/courses/1/assignment_groups", says="Assignments and their groups"),
    Picture(name="assignment", who="teacher", path=f"/courses/1/assignments/{ESSAY}/edit", says="An assignment", whole=True),
    Picture(name="settings", who="teacher", path="/courses/1/settings", says="Settings of a course", whole=True),
    Picture(name="grading-standards", who="teacher", path="/courses/1/grading_standards", says="Grading schemes"),
    Picture(name="grading-standard", who="teacher", path="/courses/1/grading_standards/new", says="A new grading scheme"),
    Picture(name="grading-periods", who="admin", path="/accounts/1/grading_period_sets", says="Sets of grading periods"),
    Picture(name="history", who="teacher", path="/courses/1/history", says="History of grades"),
    Picture(name="as-of", who="teacher", path="/courses/1/history/as_of", says="The gradebook as of a moment"),
    Picture(name="student", who="student", path="/courses/1/grades", says="A student's grades", whole=True),
    Picture(name="student-phone", who="student", path="/courses/1/grades", says="The same on a phone", phone=True, whole=True),
    Picture(name="student-dark", who="student", path="/courses/1/grades", says="On a phone, dark", phone=True, dark=True),
    Picture(name="account", who="admin", path="/accounts/1", says="An account"),
    Picture(name="people", who="admin", path="/accounts/1/users", says="People of an account"),
    Picture(name="person", who="admin", path="/accounts/1/users/2", says="A person", whole=True),
    Picture(name="consumers", who="admin", path="/accounts/1/consumers", says="Consumers of the Schoology API", whole=True),
    Picture(name="imports", who="admin", path="/accounts/1/sis_imports", says="Imports from a student information system"),
    Picture(name="tokens", who="admin", path="/settings/tokens", says="One's own access tokens"),
    Picture(name="sessions", who="admin", path="/settings/sessions", says="Where one is signed in"),
    Picture(name="events", who="admin", path="/accounts/1/events", says="Subscriptions to events", whole=True),
)


def prepare(server: Server, tokens: dict[str, str]) -> None:
    """What the sample lacks: a subscriber that does not answer, and grades of today."""

    def send(who: str, method: str, path: str, body: object) -> None:
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        address = f"{server.url}/api/v1/{path}"
        httpx.request(method, address, headers=headers, json=body, timeout=30, trust_env=False).raise_for_status()

    target = {"kind": "https", "url": "https://analytics.example.edu/events", "signed": True}
    subscription = {"name": "analytics", "events": ["grade_change"], "target": target}
    send("ADMIN", "POST", "accounts/1/event_subscriptions", {"event_subscription": subscription})
    for score in (74, 78):
        send("TEACHER", "PUT", f"courses/1/assignments/{DONE}/submissions/{STUDENT}", {"submission": {"posted_grade": score}})


class Photographer:
    """Signed-in browsers at the demo."""

    def __init__(self, chromium: Browser, server: Server, directory: Path) -> None:
        self._chromium = chromium
        self._server = server
        self._directory = directory
        self._passwords = dict(re.findall(r"^\w+ +(\S+) +(\S+) +\S{30,} ", server.log.read_text(), re.MULTILINE))
        self._states: dict[str, object] = {}

    def take(self, picture: Picture) -> None:
        context = self._chromium.new_context(
            base_url=self._server.url,
            viewport=PHONE if picture.phone else WIDE,  # type: ignore[arg-type]
            color_scheme="dark" if picture.dark else "light",
            reduced_motion="reduce",
            storage_state=self._states.get(picture.who or ""),  # type: ignore[arg-type]
        )
        page = context.new_page()
        if picture.who and picture.who not in self._states:
            self._sign_in(context, page, picture.who)
        answer = page.goto(picture.path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, (picture.path, answer.status)
        picture.act(page)
        page.screenshot(path=self._directory / f"{picture.name}.png", full_page=picture.whole)
        context.close()

    def _sign_in(self, context: BrowserContext, page: Page, who: str) -> None:
        login = next(one for one in self._passwords if one.rstrip("0123456789") == who or one == who)
        page.goto("/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", self._passwords[login])
        page.click("main button.primary")
        page.wait_for_url(f"{self._server.url}/")
        self._states[who] = context.storage_state()


def write_index(directory: Path) -> None:
    lines = ["# Pages", "", "Made from the demo by `make screenshots`.", ""]
    for picture in PICTURES:
        lines += [f"## {picture.says}", "", f"`{picture.path}`", "", f"![{picture.says}]({picture.name}.png)", ""]
    (directory / "README.md").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gradewire-screenshots-") as scratch:
        here = Path(scratch)
        with (
            running_server(f"sqlite:///{here}/demo.sqlite3", here, command=("demo",)) as server,
            running_chromium() as chromium,
        ):
            tokens = dict(re.findall(r"^export (\w+)=(\S+)$", next(here.rglob("demo.env")).read_text(), re.MULTILINE))
            prepare(server, tokens)
            photographer = Photographer(chromium, server, directory)
            for picture in PICTURES:
                photographer.take(picture)
                print(directory / f"{picture.name}.png")
    write_index(directory)


if __name__ == "__main__":
    main()
