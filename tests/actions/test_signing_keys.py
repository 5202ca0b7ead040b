"""The keys that sign events: made once, shown before and after their use, changed every month."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gradewire.actions import signing_keys
from gradewire.actions.secrets import WrongKey
from gradewire.actions.unit import Asker, System, read, write
from gradewire.actions.world import World
from gradewire.core.errors import Denied
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store

SYSTEM = Asker(System())


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=4) as store:
        moment = [datetime(2026, 1, 1, tzinfo=UTC)]
        made = World(store, events=EventSettings(base_url="http://localhost/"), clock=lambda: moment[0], secret_key="s")
        made.moment = moment  # type: ignore[attr-defined]
        yield made


def shown(world: World) -> list[str]:
    return [key["kid"] for key in read(world, SYSTEM, signing_keys.public_keys)]


def test_nothing_is_shown_before_anything_was_signed(world: World) -> None:
    assert shown(world) == []


def test_the_next_key_is_shown_before_it_is_used_and_the_last_one_after(world: World) -> None:
    first = signing_keys.current(world).kid
    current, coming = shown(world)
    assert current == first
    second = write(world, SYSTEM, signing_keys.rotate)
    assert second == coming == signing_keys.current(world).kid
    assert shown(world)[:2] == [first, second]
    assert len(shown(world)) == 3


def test_a_key_changes_after_a_month(world: World) -> None:
    first = signing_keys.current(world).kid
    world.moment[0] += timedelta(days=29)  # type: ignore[attr-defined]
    assert signing_keys.current(world).kid == first
    world.moment[0] += timedelta(days=2)  # type: ignore[attr-defined]
    assert signing_keys.current(world).kid == shown(world)[1] != first


def test_processes_that_begin_together_sign_with_one_key(world: World) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(signing_keys.current(world).kid)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_public_keys_hold_nothing_private(world: World) -> None:
    signing_keys.current(world)
    for key in read(world, SYSTEM, signing_keys.public_keys):
        assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def test_keys_are_sealed_and_only_the_operator_changes_them(world: World) -> None:
    signing_keys.current(world)
    world.secret_key = "another"
    with pytest.raises(WrongKey):
        signing_keys.current(world)
    with pytest.raises(Denied):
        write(world, Asker(None), signing_keys.rotate)
