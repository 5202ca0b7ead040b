"""``gradewire relay`` and ``gradewire events`` on both engines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gradewire.cli import run
from gradewire.store.engine import open_store
from tests.child_process import ChildProcess
from tests.events.mail import add_institutions, grade, put, scores
from tests.server import running_server

Output = pytest.CaptureFixture[str]


class Terminal:
    """Runs commands on a database and returns what they print."""

    def __init__(self, url: str, directory: Path, output: Output) -> None:
        self.url = url
        self.file = directory / "events.jsonl"
        self._output = output

    def __call__(self, *arguments: str, status: int = 0, **settings: str) -> str:
        environment = {"GRADEWIRE_DATABASE_URL": self.url, "GRADEWIRE_LOG_LEVEL": "error"}
        environment |= {f"GRADEWIRE_{name.upper()}": value for name, value in settings.items()}
        self._output.readouterr()
        found = run(list(arguments), environment)
        said = self._output.readouterr()
        assert found == status, said.out + said.err
        return said.out + said.err

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.read_bytes().splitlines()] if self.file.exists() else []


@pytest.fixture
def terminal(database_url: str, tmp_path: Path, capfd: Output) -> Terminal:
    with open_store(database_url) as store:
        store.write(add_institutions)
    return Terminal(database_url, tmp_path, capfd)


def test_a_subscription_from_its_making_to_its_end(terminal: Terminal) -> None:
    made = terminal("events", "subscribe", "warehouse", "--account", "79", "--file", str(terminal.file), "--compact")
    assert made == "warehouse is subscribed to course_grade_change, grade_change, grade_override.\n"
    with open_store(terminal.url) as store:
        first = put(store, grade(48, 1), scores(48, 1), grade(48, 1, course=567))
        assert terminal("relay", "--once") == "3 routed, 2 delivered, 0 failed, 0 dead\n"
        assert len(terminal.lines()) == 2
        assert "disabled" in terminal("events", "unsubscribe", "warehouse")
        put(store, grade(48, 2))
        terminal("relay", "--once")
        assert len(terminal.lines()) == 2
        assert "account 79, canvas to file, disabled" in terminal("events", "status")
        assert "is disabled; resume it" in terminal("events", "replay", "warehouse", "--id", first[0].event_id, status=1)
        terminal("events", "resume", "warehouse")
        assert terminal("events", "replay", "warehouse", "--from-id", "1", "--to-id", "1") == "1 events wait.\n"
        assert terminal("events", "replay", "warehouse", "--since", "2019-01-01", "--until", "2020-01-01T00:00:00Z") == (
            "2 events wait.\n"
        )
        terminal("relay", "--once")
        assert len(terminal.lines()) == 5


def test_status_shows_what_waits_and_what_failed(terminal: Terminal) -> None:
    missing = terminal.file.parent / "missing" / "events.jsonl"
    terminal("events", "subscribe", "warehouse", "--course", "565", "--file", str(missing), "--event", "grade_change")
    with open_store(terminal.url) as store:
        put(store, grade(48, 1), grade(49, 1), scores(48, 1))
        assert "not routed yet: 3, the oldest for" in terminal("events", "status")
        said = terminal("relay", "--once", status=1)
        assert "3 routed, 0 delivered, 1 failed, 0 dead" in said
        assert "gradewire events status shows why" in said
        status = terminal("events", "status")
        assert status.startswith("not routed yet: 0\nwarehouse: course 565, canvas to file\n    waiting 2, the oldest for ")
        assert f"last error: {missing}: No such file or directory" in status
        store.write(_give_up)
        listed = terminal("events", "dead", "warehouse").splitlines()
        assert [line.split("\t")[2:5] for line in listed] == [["grade_change", "565", "48"], ["grade_change", "565", "49"]]
        one = listed[0].split("\t")[1]
        assert terminal("events", "resend", "warehouse", "--id", one) == "1 dead events wait again.\n"
        assert terminal("events", "resend", "warehouse") == "1 dead events wait again.\n"


def _give_up(connection: object) -> None:
    connection.exec_driver_sql("update deliveries set workflow_state = 'dead'")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--account", "1"], "say where to"),
        (["--account", "1", "--file", "x", "--stdout"], "say where to"),
        (["--stdout"], "for one course or for one account"),
        (["--account", "1", "--course", "565", "--stdout"], "for one course or for one account"),
        (["--account", "1", "--stdout", "--event", "login"], "there is no event login"),
        (["--account", "1", "--stdout", "--format", "xml"], "the format is canvas or caliper"),
        (["--account", "1", "--stdout", "--format", "caliper", "--event", "grade_override"], "Caliper exists only for"),
        (["--account", "1", "--target", '{"kind": "pigeon"}'], "no target of kind 'pigeon'"),
        (["--account", "1", "--target", "[]"], "not a JSON object"),
    ],
)
def test_wrong_subscriptions_are_refused(terminal: Terminal, arguments: list[str], words: str) -> None:
    assert words in terminal("events", "subscribe", "x", *arguments, status=1)
    assert terminal("events", "status") == "not routed yet: 0\n"


def test_names_are_unique_and_some_are_taken(terminal: Terminal) -> None:
    terminal("events", "subscribe", "x", "--account", "1", "--stdout")
    assert "there is a subscription x already" in terminal("events", "subscribe", "x", "--account", "1", "--stdout", status=1)
    assert "for the setting events_file" in terminal(
        "events", "subscribe", "events_file:1", "--account", "1", "--stdout", status=1
    )
    assert "there is no subscription y" in terminal("events", "unsubscribe", "y", status=1)


def test_a_replay_says_what(terminal: Terminal) -> None:
    terminal("events", "subscribe", "x", "--account", "1", "--stdout")
    assert "say which events" in terminal("events", "replay", "x", status=1)
    assert "yesterday is not a time" in terminal("events", "replay", "x", "--since", "yesterday", status=1)


def test_a_relay_wants_a_database_of_this_version(empty_database_url: str, capfd: Output) -> None:
    assert run(["relay", "--once"], {"GRADEWIRE_DATABASE_URL": empty_database_url}) == 4
    assert "Traceback" not in capfd.readouterr().err


def test_a_relay_delivers_until_it_is_told_to_stop(terminal: Terminal, tmp_path: Path) -> None:
    log = tmp_path / "log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRADEWIRE_")}
    settings = {
        "GRADEWIRE_DATABASE_URL": terminal.url,
        "GRADEWIRE_EVENTS_FILE": str(terminal.file),
        "GRADEWIRE_LOG_FORMAT": "json",
    }
    child = ChildProcess([sys.executable, "-m", "gradewire", "relay"], log=log, env={**clean, **settings})
    try:
        with open_store(terminal.url) as store:
            _await(lambda: "relay started" in log.read_text())
            put(store, grade(48, 1), grade(49, 1))
            _await(lambda: len(terminal.lines()) == 2)
    finally:
        status = child.stop()
    assert status == 0
    last = json.loads(log.read_text().splitlines()[-1])
    assert {key: last[key] for key in ("event", "routed", "delivered", "failed", "dead")} == {
        "event": "relay stopped",
        "routed": 2,
        "delivered": 2,
        "failed": 0,
        "dead": 0,
    }


@pytest.mark.parametrize("inside", [True, False])
def test_the_server_delivers_itself_if_it_shall(terminal: Terminal, tmp_path: Path, inside: bool) -> None:
    settings = {"GRADEWIRE_EVENTS_FILE": str(terminal.file), "GRADEWIRE_RELAY_IN_SERVER": str(inside).lower()}
    with running_server(terminal.url, tmp_path / "server", settings=settings), open_store(terminal.url) as store:
        put(store, grade(48, 1))
        if inside:
            _await(lambda: len(terminal.lines()) == 1)
        else:
            time.sleep(1)
            assert terminal.lines() == []


def _await(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
