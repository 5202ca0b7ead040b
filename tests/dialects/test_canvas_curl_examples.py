"""The curl commands printed in Canvas's documentation of these two APIs, run as printed by a shell against a real server.

Only host, token and ids are put in. One command is printed with a line continuation missing; its lines are joined here.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server, running_server
from tests.worlds import load_world

ENTRIES = """ \\
     -d 'points_based=false' \\
     -d 'scaling_factor=1.0' \\
     -d 'grading_scheme_entry[][name]=A' \\
     -d 'grading_scheme_entry[][value]=94' \\
     -d 'grading_scheme_entry[][name]=A-' \\
     -d 'grading_scheme_entry[][value]=90' \\
     -d 'grading_scheme_entry[][name]=B+' \\
     -d 'grading_scheme_entry[][value]=87' \\
     -d 'grading_scheme_entry[][name]=B' \\
     -d 'grading_scheme_entry[][value]=84' \\
     -d 'grading_scheme_entry[][name]=B-' \\
     -d 'grading_scheme_entry[][value]=80' \\
     -d 'grading_scheme_entry[][name]=C+' \\
     -d 'grading_scheme_entry[][value]=77' \\
     -d 'grading_scheme_entry[][name]=C' \\
     -d 'grading_scheme_entry[][value]=74' \\
     -d 'grading_scheme_entry[][name]=C-' \\
     -d 'grading_scheme_entry[][value]=70' \\
     -d 'grading_scheme_entry[][name]=D+' \\
     -d 'grading_scheme_entry[][value]=67' \\
     -d 'grading_scheme_entry[][name]=D' \\
     -d 'grading_scheme_entry[][value]=64' \\
     -d 'grading_scheme_entry[][name]=D-' \\
     -d 'grading_scheme_entry[][value]=61' \\
     -d 'grading_scheme_entry[][name]=F' \\
     -d 'grading_scheme_entry[][value]=0'"""

NAMES = ["A", "A-", "B", "B", "B-", "C", "C", "C-", "D", "D", "D-", "F"]
"""A plus sign in a form is a blank, and blanks around a name go: as printed, the commands say ``B`` where they mean ``B+``."""

CREATE = (
    "curl https://<canvas>/api/v1/courses/<course_id>/grading_standards -X POST"
    " -H 'Authorization: Bearer <token>' -d 'title=New standard name'" + ENTRIES
)
LIST = "curl https://<canvas>/api/v1/courses/1/grading_standards -H 'Authorization: Bearer <token>'"
SHOW = "curl https://<canvas>/api/v1/courses/1/grading_standards/5 -H 'Authorization: Bearer <token>'"
UPDATE = (
    "curl https://<canvas>/api/v1/courses/1/grading_standards/5 -X PUT"
    " -H 'Authorization: Bearer <token>' -d 'title=Updated+Grading+Standard'" + ENTRIES
)
DELETE = "curl https://<canvas>/api/v1/courses/1/grading_standards/5 -X DELETE -H 'Authorization: Bearer <token>'"
STATUS = "curl 'https://<canvas>/api/v1/courses/1/assignments/2/provisional_grades/status?student_id=1'"
ANONYMOUS_STATUS = "curl 'https://<canvas>/api/v1/courses/1/assignments/2/anonymous_provisional_grades/status?anonymous_id=1'"
PUBLISH = "curl 'https://<canvas>/api/v1/courses/1/assignments/2/provisional_grades/publish' -X POST"


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Server]:
    load_world(database_url, "moderated.yaml")
    with running_server(database_url, tmp_path / "server") as server:
        yield server


def run(server: Server, command: str, **put: str) -> Any:
    """What the command prints, as JSON. Commands printed without a token get one."""
    command = command.replace("https://<canvas>", server.url).replace("<course_id>", "1").replace("<token>", "token-teacher")
    if "Authorization" not in command:
        command += " -H 'Authorization: Bearer token-teacher'"
    for old, new in put.items():
        command = command.replace(f"{old}=1", f"{old}={new}")
    done = subprocess.run(["bash", "-c", command + " -sS"], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_grading_standard_examples(running: Server) -> None:
    created = run(running, CREATE)
    assert (created["title"], created["context_type"], created["context_id"]) == ("New standard name", "Course", 1)
    assert [entry["name"] for entry in created["grading_scheme"]] == NAMES
    assert created["grading_scheme"][0] == {"name": "A", "value": 0.94, "calculated_value": 94.0}
    assert run(running, LIST) == [created]
    here = f"grading_standards/{created['id']}"
    assert run(running, SHOW.replace("grading_standards/5", here)) == created
    updated = run(running, UPDATE.replace("grading_standards/5", here))
    assert updated == {**created, "title": "Updated Grading Standard"}
    assert run(running, DELETE.replace("grading_standards/5", here)) == updated
    assert run(running, LIST) == []


def test_moderated_grading_examples(running: Server) -> None:
    assert run(running, STATUS, student_id="11") == {"needs_provisional_grade": True}
    gone = run(running, ANONYMOUS_STATUS)
    assert gone == {"errors": [{"message": "The specified resource does not exist."}]}
    assert run(running, PUBLISH) == {"message": "OK"}
    assert run(running, PUBLISH) == {"message": "Assignment grades have already been published"}
