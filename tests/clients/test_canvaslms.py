"""``canvaslms``, the command line client from PyPI, in an environment of its own (``make test`` makes it)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.server import Server
from tests.worlds import load_world

PROGRAM = Path(__file__).parents[2] / ".venv" / "canvaslms" / "bin" / "canvaslms"


@pytest.fixture
def lms(server: Server, tmp_path: Path) -> Lms:
    assert PROGRAM.exists(), "canvaslms is not installed: run make .venv/.clients"
    load_world(server.database_url, "rights.yaml")
    return Lms(server.url, tmp_path)


class Lms:
    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home

    def run(self, *arguments: str, who: str = "teacher") -> list[list[str]]:
        """What the program prints, as rows of columns."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CANVAS_SERVER": self.url,
            "CANVAS_TOKEN": f"token-{who}",
        }
        done = subprocess.run(
            [PROGRAM, "--no-cache", *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]


def test_courses_people_assignments_and_submissions_are_listed_and_graded(lms: Lms) -> None:
    assert "Course" in {row[0] for row in lms.run("courses")}
    assert {row[2] for row in lms.run("users", "-c", "^Course$", "-s")} >= {"Owner", "Classmate"}
    assert {row[2] for row in lms.run("assignments", "list", "-c", "^Course$")} == {"Essay", "Moderated"}

    def scores() -> dict[str, str]:
        return {row[2]: row[3] for row in lms.run("submissions", "list", "-c", "^Course$", "-a", "Essay")}

    assert scores()["Owner"] == "8"
    lms.run("grade", "-c", "^Course$", "-a", "Essay", "-u", "classmate", "-g", "6", "-m", "Good")
    assert scores()["Classmate"] == "6"
    shown = lms.run("submissions", "view", "-c", "^Course$", "-a", "Essay", "-u", "classmate")
    assert any("Good" in cell for row in shown for cell in row)
