"""Secrets at rest: readable with the right key only."""

from __future__ import annotations

import pytest

from gradewire.actions.secrets import Vault, WrongKey, open_vault
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store


def test_what_is_sealed_can_be_read_with_the_same_key_only() -> None:
    sealed = Vault("a" * 32).seal("s3cret ✓")
    assert "s3cret" not in sealed
    assert sealed != Vault("a" * 32).seal("s3cret ✓")
    assert Vault("a" * 32).unseal(sealed) == "s3cret ✓"
    with pytest.raises(WrongKey, match="secret_key"):
        Vault("b" * 32).unseal(sealed)
    with pytest.raises(WrongKey):
        Vault("a" * 32).unseal("not sealed at all")


def test_a_server_without_a_key_makes_one_and_keeps_it(database_url: str) -> None:
    with open_store(database_url, connections=2) as store:
        world = World(store, events=EventSettings(base_url="http://test/"))
        sealed = write(world, Asker(System()), lambda unit: open_vault(unit, None).seal("x"))
        again = write(world, Asker(System()), lambda unit: open_vault(unit, None).unseal(sealed))
        assert again == "x"
        with pytest.raises(WrongKey):
            write(world, Asker(System()), lambda unit: open_vault(unit, "k" * 32).unseal(sealed))
