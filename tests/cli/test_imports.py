"""``gradewire import sis`` on both engines: the command does the whole import itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gradewire.cli import run
from gradewire.store import tables as t
from tests.actions.sis_world import ENROLLMENTS, SCHOOL, SUB, School, archive, school

Output = pytest.CaptureFixture[str]


@pytest.fixture
def found(database_url: str) -> Iterator[School]:
    with school(database_url) as made:
        yield made


def imported(database_url: str, *arguments: str) -> int:
    return run(["import", "sis", *arguments], {"GRADEWIRE_DATABASE_URL": database_url})


def test_files_and_archives_are_imported_and_counted(found: School, database_url: str, tmp_path: Path, capsys: Output) -> None:
    users, rest = tmp_path / "users.csv", tmp_path / "rest.zip"
    users.write_text(SCHOOL["users.csv"])
    rest.write_bytes(archive({name: text for name, text in SCHOOL.items() if name != "users.csv"}))
    assert imported(database_url, str(rest), str(users)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "        2  accounts",
        "        1  terms",
        "        2  courses",
        "        2  sections",
        "        3  users",
        "        4  enrollments",
        "Import 1: imported.",
    ]
    assert len(found.state()["enrollments"]) == 4
    found.work()  # a server that finds the job finds nothing left to do
    assert found.rows(sa.select(t.progresses.c.workflow_state)) == ["completed"]


def test_errors_go_to_standard_error(database_url: str, found: School, tmp_path: Path, capsys: Output) -> None:
    del found
    path = tmp_path / "e.csv"
    path.write_text(ENROLLMENTS + "C9,u9,student,,active\n")
    assert imported(database_url, str(path)) == 0
    captured = capsys.readouterr()
    assert captured.err == "e.csv, row 2: there is no user u9\n"
    assert "imported_with_messages" in captured.out


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"a,b\n1,2\n", (), "failed_with_messages"),
        (b"PK\x03\x04", (), "cannot be read"),
        (b"a", ("--account", str(SUB)), "root account"),
        (b"a", ("--account", "999"), "There is no such account."),
        (b"a", ("--batch-mode-term", "9"), "batch_mode_term_id"),
    ],
)
def test_what_cannot_be_imported_is_said(
    database_url: str, found: School, tmp_path: Path, capsys: Output, content: bytes, options: tuple[str, ...], message: str
) -> None:
    del found
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert imported(database_url, str(path), *options) == 1
    assert message in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said(database_url: str, found: School, tmp_path: Path, capsys: Output) -> None:
    del found
    assert imported(database_url, str(tmp_path / "missing.csv")) == 1
    assert "No such file" in capsys.readouterr().err
