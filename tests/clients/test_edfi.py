"""``edfi-schoology-extractor`` from PyPI, library and command, in an environment of its own (``make test`` makes it)."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dialects.schoology_world import Schoology, running

PYTHON = Path(__file__).parents[2] / ".venv" / "edfi" / "bin" / "python"
CALLS = Path(__file__).with_name("edfi_calls.py")
COURSE, SECTION, LARGE, MIDTERM = 1407691, 5001001, 5003001, 2979142114


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    assert PYTHON.exists(), "edfi-schoology-extractor is not installed: run make .venv/.clients"
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def outcomes(api: Schoology, *calls: list[Any], key: str = "ak", secret: str = "as") -> list[dict[str, Any]]:
    """What came of each call: ``value``, or ``failed`` and a text."""
    given = {"url": f"{api.url}/v1/", "key": key, "secret": secret, "calls": calls}
    done = subprocess.run([PYTHON, CALLS], input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def values(api: Schoology, *calls: list[Any]) -> list[Any]:
    """The same where every call is to succeed."""
    found = outcomes(api, *calls)
    assert not [one for one in found if "failed" in one], found
    return [one["value"] for one in found]


def test_the_library_reads_every_page(api: Schoology) -> None:
    users, courses, roles, members, others = values(
        api,
        ["get_users*", 100],
        ["get_courses*", 1],
        ["get_roles*", 2],
        ["get_enrollments*", LARGE, 50],
        ["get_enrollments*", SECTION, 2],
    )
    assert len(users) == len({one["uid"] for one in users}) == 212
    needed = ("uid", "school_uid", "name_first", "name_middle", "name_last", "username", "primary_email")
    assert all(isinstance(one[name], str) for one in users for name in needed)
    assert {str(one["role_id"]) for one in users} <= {one["id"] for one in roles}
    assert [one["title"] for one in courses] == ["Time Travel", "Calculation Lab"]
    assert len(roles) == 3
    assert [one["id"] for one in members] == [str(700001 + number) for number in range(205)]
    assert [(one["admin"], one["status"]) for one in others] == [(1, "1"), (0, "1"), (0, "1")]


def test_the_library_reads_what_is_in_a_section(api: Schoology) -> None:
    sections, items, submissions, updates, discussions = values(
        api,
        ["get_section_by_course_id*", COURSE],
        ["get_assignments*", SECTION, 3],
        ["get_submissions_by_section_id_and_grade_item_id*", SECTION, 81001, 20],
        ["get_section_updates*", SECTION],
        ["get_discussions", SECTION],
    )
    found = {one["id"]: one for one in sections}
    assert set(found) == {"4318461", "5001001", "2942191527"}
    assert all(one["active"] == 1 and isinstance(one["description"], str) for one in sections)
    assert found["5001001"]["section_school_code"] == "W100"
    assert [one["id"] for one in items] == [81001, 81002, 81003, 81004, 81005, 81006, 81008, 81010]
    assert all(len(one["due"]) == 19 for one in items)
    assert submissions == updates == []
    assert [(one["title"], one["grade_item_id"]) for one in discussions] == [("Graded talk", 82001)]


def test_attendance_is_retired(api: Schoology) -> None:
    [found] = outcomes(api, ["get_attendance", SECTION])
    assert "(410)" in found["failed"]


def test_the_library_makes_one_and_several_and_removes_them(api: Schoology) -> None:
    one, several = values(
        api,
        ["post", "courses", {"title": "Made alone", "course_code": "E1"}],
        ["bulk_post", "courses", {"courses": {"course": [{"title": "A", "course_code": "E2"}, {"course_code": "E3"}]}}],
    )
    assert (one["title"], one["links"]["self"]) == ("Made alone", f"{api.url}/v1/courses/{one['id']}")
    first, second = several["course"]
    assert (first["response_code"], second["response_code"]) == (200, 400)
    assert values(api, ["delete", "courses", str(one["id"])], ["delete", "courses", first["id"]]) == [None, None]
    [gone] = outcomes(api, ["delete", "courses", str(one["id"])])
    assert "(404)" in gone["failed"]


def test_the_library_enrolls_and_takes_several_out(api: Schoology) -> None:
    people = [{"uid": uid, "admin": 0, "status": 1} for uid in (600001, 600002)]
    [made] = values(api, ["bulk_post", f"sections/{SECTION}/enrollments", {"enrollments": {"enrollment": people}}])
    numbers = [one["id"] for one in made["enrollments"]["enrollment"]]
    assert [one["response_code"] for one in made["enrollments"]["enrollment"]] == [200, 200]
    [members] = values(api, ["get_enrollments*", SECTION])
    assert {one["uid"] for one in members} >= {"600001", "600002"}
    values(api, ["bulk_delete", f"sections/{SECTION}/enrollments", f"enrollment_ids={','.join(numbers)}"])
    [members] = values(api, ["get_enrollments*", SECTION])
    assert not {one["uid"] for one in members} & {"600001", "600002"}


@pytest.mark.parametrize(
    ("key", "secret", "call", "status"),
    [
        ("ak", "wrong", ["get_users*"], 401),
        ("sk", "ss", ["get_users*"], 403),
        ("ak", "as", ["get_assignments*", 999], 404),
        ("ak", "as", ["post", "courses", {"course_code": "no title"}], 400),
    ],
)
def test_the_library_prints_the_text_of_a_refusal(api: Schoology, key: str, secret: str, call: list[Any], status: int) -> None:
    [found] = outcomes(api, call, key=key, secret=secret)
    assert f"({status}): " in found["failed"]
    assert len(found["failed"].partition("): ")[2]) > 5


def test_the_command_extracts_everything(api: Schoology, tmp_path: Path) -> None:
    due = {"due": "2020-10-01 12:00:00"}  # the command cannot read an item without one
    assert api.call("PUT", f"/sections/2942191527/assignments/{MIDTERM}", body=due).status == 204
    (tmp_path / "out").mkdir()
    (tmp_path / "db").mkdir()
    options = ["-k", "ak", "-s", "as", "-p", "50", "-f", "assignments"]
    done = subprocess.run(
        [PYTHON, "-m", "edfi_schoology_extractor", "-o", tmp_path / "out", "-d", tmp_path / "db", *options],
        env={"PATH": os.environ["PATH"], "SCHOOLOGY_BASE_URL": f"{api.url}/v1/", "REQUEST_RETRY_COUNT": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    users = rows(tmp_path / "out" / "users")
    assert len(users) == 212
    assert {one["UserRole"] for one in users} == {"Teacher", "School administrator", "Student"}
    sections = rows(tmp_path / "out" / "sections")
    assert {one["SISSectionIdentifier"] for one in sections} >= {"SI200", "W100", "ENG", "C1", "BIG"}
    assert {one["LMSSectionStatus"] for one in sections} == {"active"}
    assert len(rows(tmp_path / "out" / f"section={LARGE}" / "section-associations")) == 205
    assignments = rows(tmp_path / "out" / f"section={SECTION}" / "assignments")
    assert {one["Title"]: one["MaxPoints"] for one in assignments}["Essay"] == "50"


def rows(directory: Path) -> list[dict[str, str]]:
    """Of the one CSV file in a directory."""
    [path] = directory.glob("*.csv")
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
