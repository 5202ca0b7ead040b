"""A request is taken once, in its time, whichever process it reaches; and nobody can block anybody else (reference, 2.4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import consumers, oauth
from gradewire.actions.oauth import Shown
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.errors import Unauthenticated
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.dialects.schoology_fixture import KEY, load_fixture
from tests.dialects.schoology_world import STUDENT, TEACHER, Auth, Schoology, running

ME = f"/users/{TEACHER}"
REPLAY = "Duplicate timestamp/nonce combination, possible replay attack. Request rejected."


@pytest.fixture(scope="module")
def two(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Schoology, Schoology]]:
    """Two server processes on one database."""
    with (
        running(module_database_url, tmp_path_factory.mktemp("one")) as one,
        running(module_database_url, tmp_path_factory.mktemp("other"), load=False) as other,
    ):
        yield one, other


def header_of(api: Schoology, path: str = ME, key: str = "tk", **auth: Any) -> str:
    header, _ = api.sign("GET", f"/v1{path}", key, Auth(**auth))
    assert header is not None
    return header


def test_a_request_is_taken_once_whichever_process_it_reaches(two: tuple[Schoology, Schoology]) -> None:
    for first, second in (two, two[::-1]):
        header = header_of(first)
        answers = [api.get(ME, header=header) for api in (first, second, first)]
        assert [answer.status for answer in answers] == [200, 401, 401]
        assert answers[1].text == answers[2].text == REPLAY


def test_of_many_at_once_one_is_taken(two: tuple[Schoology, Schoology]) -> None:
    for _ in range(3):
        header = header_of(two[0])
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda number, sent=header: two[number % 2].get(ME, header=sent), range(12)))
        assert sorted(answer.status for answer in answers) == [200] + [401] * 11
        assert {answer.text for answer in answers if answer.status == 401} == {REPLAY}


def test_many_different_ones_at_once_are_all_taken(two: tuple[Schoology, Schoology]) -> None:
    """Parallel clients of one key, whose timestamps come in any order."""
    now = int(time.time())

    def ask(number: int) -> int:
        return two[number % 2].get(ME, auth=Auth(timestamp=now - number * 7)).status

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(ask, range(48))) == {200}


def test_a_replay_is_told_before_anything_about_the_signature(two: tuple[Schoology, Schoology]) -> None:
    """A redirection followed with the old header reports a replay, though the signature would not fit the new address."""
    api = two[0]
    header = header_of(api, "/users/me", method="HMAC-SHA1")
    assert api.get("/users/me", header=header).status == 303
    assert api.get(ME, header=header).text == REPLAY
    assert api.get(ME, header=header.replace("oauth_signature=", 'x="', 1)).status == 401


def test_the_same_nonce_at_another_time_or_of_another_consumer_is_another_request(two: tuple[Schoology, Schoology]) -> None:
    api, now, nonce = two[0], int(time.time()), f"n{time.time_ns()}"
    assert api.get(ME, auth=Auth(nonce=nonce, timestamp=now)).status == 200
    assert api.get(ME, auth=Auth(nonce=nonce, timestamp=now - 1)).status == 200
    assert api.get(ME, as_="admin", auth=Auth(nonce=nonce, timestamp=now)).status == 200
    assert api.get(ME, auth=Auth(nonce=nonce, timestamp=now)).text == REPLAY


def test_a_forged_request_blocks_nobody(two: tuple[Schoology, Schoology]) -> None:
    """Neither by using up a nonce nor by a timestamp far ahead."""
    api, now, nonce = two[0], int(time.time()), f"n{time.time_ns()}"
    assert api.get(ME, auth=Auth(secret="forged", nonce=nonce, timestamp=now)).status == 401
    assert api.get(ME, auth=Auth(nonce=nonce, timestamp=now)).status == 200
    for ahead in (500, 5000, 10**9):
        assert api.get(ME, auth=Auth(secret="forged", timestamp=now + ahead)).status == 401
    assert api.get(ME).status == 200


def test_no_clock_puts_another_out_of_sequence(two: tuple[Schoology, Schoology]) -> None:
    api, path = two[0], f"/users/{STUDENT}"
    now = int(time.time())
    far = api.get(path, as_="student", auth=Auth(timestamp=now + 700))
    assert far.status == 401
    assert far.text.startswith(f"Timestamp is out of sequence. Request rejected. Got {now + 700} last max is ")
    assert far.text.endswith(" allowed skew is 600")
    assert api.get(path, as_="student", auth=Auth(timestamp=now + 590)).status == 200
    assert api.get(path, as_="student").status == 200


def test_timestamps_do_not_run_backwards(two: tuple[Schoology, Schoology]) -> None:
    api = two[0]
    assert api.get(ME, as_="admin").status == 200
    assert api.get(ME, as_="admin", auth=Auth(timestamp=int(time.time()) - 300)).status == 200
    behind = api.get(ME, as_="admin", auth=Auth(timestamp=int(time.time()) - 86_400))
    assert behind.status == 401
    assert behind.text.startswith("Timestamp is out of sequence. Request rejected. Got ")


def test_what_was_seen_survives_the_process(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path / "first") as api:
        header = header_of(api)
        assert api.get(ME, header=header).status == 200
    with running(database_url, tmp_path / "second", load=False) as api:
        assert api.get(ME, header=header).text == REPLAY


# What is remembered, with a clock of the test's own.


class Clocked:
    """A world whose clock stands where it is put."""

    def __init__(self, store: Store) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.world = World(store, events=EventSettings(base_url="http://localhost/"), clock=lambda: self.now, secret_key=KEY)

    def show(self, *, nonce: str = "n", after: int = 0, token: str = "", key: str = "tk", secret: str = "ts&") -> str:
        """What becomes of a request that is sent so many seconds after noon: ``taken``, or the reason why not."""
        shown = Shown(
            consumer_key=key,
            token=token,
            method="PLAINTEXT",
            timestamp=int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) + after,
            nonce=nonce,
            signatures=(secret,),
            base_strings=lambda: (),
        )
        try:
            write(self.world, Asker(None), lambda unit: oauth.verify(unit, shown, "user"))
        except Unauthenticated as error:
            return error.reason
        return "taken"

    def remembered(self) -> list[int]:
        """The timestamps of all requests that are remembered, in seconds after noon."""
        with self.world.store.read() as connection:
            found = connection.execute(sa.select(t.oauth_nonces.c.timestamp).order_by(t.oauth_nonces.c.timestamp)).scalars()
            return [one - int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) for one in found]


@pytest.fixture
def clocked(database_url: str) -> Iterator[Clocked]:
    load_fixture(database_url)
    with open_store(database_url, connections=2) as store:
        yield Clocked(store)


def test_what_can_no_longer_be_taken_is_forgotten_and_the_newest_never(clocked: Clocked) -> None:
    for after in (0, 10, 300, 650, 700):
        clocked.now = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=after)
        assert clocked.show(after=after) == "taken"
    assert clocked.remembered() == [300, 650, 700]
    clocked.now += timedelta(days=30)
    assert clocked.remembered() == [300, 650, 700]
    assert clocked.show(after=700) == "replay"
    assert clocked.show(after=300) == "replay"
    assert clocked.show(after=10) == "timestamp"
    assert clocked.show(after=30 * 86_400) == "taken"
    assert clocked.remembered() == [30 * 86_400]
    assert [clocked.show(after=after) for after in (700, 300, 10, 0)] == ["timestamp"] * 4


def test_only_verified_requests_are_remembered(clocked: Clocked) -> None:
    assert clocked.show(secret="wrong&") == "signature"
    assert clocked.show(key="nobody") == "consumer"
    assert clocked.show(token="nobody") == "consumer"
    assert clocked.remembered() == []


def test_a_revoked_consumer_and_one_with_a_new_secret_are_refused_at_once(clocked: Clocked) -> None:
    operator = Asker(System())
    row, secret = write(clocked.world, operator, lambda unit: consumers.create(unit, "Key", login="mrstrickland"))
    assert clocked.show(key=row.key, secret=f"{secret}&") == "taken"
    new = write(clocked.world, operator, lambda unit: consumers.rotate(unit, row.key))
    assert clocked.show(key=row.key, secret=f"{secret}&", nonce="b") == "signature"
    assert clocked.show(key=row.key, secret=f"{new}&", nonce="c") == "taken"
    write(clocked.world, operator, lambda unit: consumers.revoke(unit, row.key))
    assert clocked.show(key=row.key, secret=f"{new}&", nonce="d") == "consumer"


def test_the_key_of_somebody_who_left_speaks_for_nobody(clocked: Clocked) -> None:
    with clocked.world.store.writing.begin() as connection:
        connection.execute(sa.update(t.users).where(t.users.c.id == TEACHER).values(workflow_state="deleted"))
    shown = Shown(
        consumer_key="tk",
        token="",
        method="PLAINTEXT",
        timestamp=int(clocked.now.timestamp()),
        nonce="n",
        signatures=("ts&",),
        base_strings=lambda: (),
    )
    signer = write(clocked.world, Asker(None), lambda unit: oauth.verify(unit, shown, "user"))
    with pytest.raises(Unauthenticated):
        write(clocked.world, Asker(oauth.speaks_for(signer)), lambda unit: unit.caller)
