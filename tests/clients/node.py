"""Programs for Node.js that use clients from npm as their users do; ``make .venv/.npm`` installs the clients."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parent / "js"


class Failed(Exception):
    """What the client refused or was refused: the status of the answer, or the text of the error."""


def run_program(name: str, given: Any) -> Any:
    """Run a program of ``tests/clients/js`` with a value on its standard input; what it prints, both as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("these tests need Node.js 18 or newer (Debian: apt-get install nodejs npm), then make .venv/.npm")
    if not (PROGRAMS / "node_modules").is_dir():
        pytest.fail("the clients from npm are not installed: run make .venv/.npm")
    done = subprocess.run(
        [node, PROGRAMS / name], input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Client:
    """A client of Schoology. The steps that are given together are taken by one client, one after the other."""

    def __init__(self, program: str, url: str, key: str, secret: str) -> None:
        self._program = program
        self._given = {"url": url, "key": key, "secret": secret}

    def outcomes(self, *steps: list[Any]) -> list[Any]:
        """What became of each step: what the client returned, or ``Failed``, not raised."""
        found = run_program(self._program, {**self._given, "steps": steps})
        assert len(found) == len(steps)
        return [Failed(one["failed"]) if "failed" in one else one["value"] for one in found]

    def values(self, *steps: list[Any]) -> list[Any]:
        """The same where every step is to succeed."""
        found = self.outcomes(*steps)
        assert not [one for one in found if isinstance(one, Failed)], found
        return found
