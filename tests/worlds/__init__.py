"""Institutions that tests grade in, as institution files, and how a database gets one."""

from __future__ import annotations

from pathlib import Path

from gradewire.actions import institution
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.institution import read
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store


def load_world(database_url: str, name: str) -> None:
    """Load one of the files beside this module into a migrated database."""
    document = read(name, (Path(__file__).parent / name).read_bytes())
    with open_store(database_url, connections=1) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        write(world, Asker(System()), lambda unit: institution.load(unit, [document]))
