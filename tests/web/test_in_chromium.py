"""What holds for every page, seen by a real browser: accessible, quiet, and nothing from elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.web.chromium import Site, accessibility_faults
from tests.web.one_engine import module_database_url  # noqa: F401 -- a fixture
from tests.web.web_world import COURSE, POINTS

FRONTEND = Path(__file__).parents[2] / "frontend"
PAGES = [
    (None, "/login"),
    ("teacher", "/"),
    ("teacher", f"/courses/{COURSE}"),
    ("teacher", f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}"),
    ("ann", f"/courses/{COURSE}"),
    ("ann", "/settings/applications"),
]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_is_accessible(site: Site, who: str | None, path: str, colours: str) -> None:
    page = site.open(who, path, color_scheme=colours)
    assert accessibility_faults(page) == []


def test_what_pages_load_from_packages_is_what_the_packages_hold() -> None:
    """``make assets`` puts it there; npm has checked the packages by the digests of the lock file."""
    done = subprocess.run(["node", "vendor.mjs", "--check"], check=False, cwd=FRONTEND, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
