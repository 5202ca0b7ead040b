"""Real browsers for the tests of the pages: Debian's Chromium, driven by Playwright, against a real server process.

Whatever a page does wrong on the way fails the test at its end: errors in the console, what the Content-Security-Policy stops,
a request to any other host, an answer of 500.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect, sync_playwright

from tests.server import Server

HELP = "The tests of the pages need Chromium (Debian: apt-get install chromium)."
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 60_000.0
"""Milliseconds that a page may take: busy machines are slow, and whoever waits for something goes on as soon as it is there."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser; raises an ``AssertionError`` that says what to install where there is none."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, HELP
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        yield browser
        browser.close()


class Site:
    """A server and the browsers of people who visit it. Everybody's password is the name and ``-secret`` (``web_world``)."""

    def __init__(self, chromium: Browser, server: Server, signed_in: dict[str, Any]) -> None:
        self.chromium = chromium
        self.server = server
        self.signed_in = signed_in
        """The cookies of those who have signed in before, by name."""
        self.url = server.url
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()
        """Parts of console messages that a test brings about on purpose, such as the 409 of a conflict."""
        self._contexts: list[BrowserContext] = []

    def open(self, name: str | None = None, path: str = "/", **options: Any) -> Page:
        """A new browser in which that person has signed in, at a page. Options are those of Playwright's ``new_context``."""
        known = self.signed_in.get(name) if name else None
        context = self.chromium.new_context(base_url=self.url, storage_state=known, **options)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.faults.append(f"error in a script: {error}"))
        page.on("request", self._note_request)
        page.on("response", self._note_response)
        if name is not None and known is None:
            page.goto("/login")
            page.fill("input[name=login]", f"{name}@example.edu")
            page.fill("input[name=password]", f"{name}-secret")
            page.click("main button.primary")
            page.wait_for_url(f"{self.url}/")
            self.signed_in[name] = context.storage_state()
        page.goto(path)
        return page

    def finish(self) -> None:
        """Close the browsers; fails for what went wrong in them."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        faults, self.faults = self.faults, []
        unexpected = [fault for fault in faults if not any(part in fault for part in self.expected)]
        self.expected = ()
        assert not unexpected, unexpected

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in {"http", "https"} and not request.url.startswith(self.url + "/"):
            self.faults.append(f"a request to another host: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds on the page: each rule that is broken, with the first element that breaks it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # not subject to the Content-Security-Policy, unlike an added script
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", list(RULES))
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
