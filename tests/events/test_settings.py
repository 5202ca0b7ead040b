"""What an operator may choose."""

from __future__ import annotations

from typing import Any

import pytest

from gradewire.events.settings import EventSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"shard": 0},
        {"shard": 900_001},
        {"base_url": "grades.example.test"},
        {"base_url": "https://"},
        {"urn_prefix": "urn:example:grades"},
        {"urn_prefix": "example:"},
        {"caliper_version": "1.0"},
        {"caliper_score_id": "own"},
        {"producer": ""},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        EventSettings(**{"base_url": "https://grades.example.test"} | wrong)


def test_only_the_address_has_to_be_given() -> None:
    settings = EventSettings(base_url="https://grades.example.test/")
    assert (settings.shard, settings.producer, settings.urn_prefix) == (1, "canvas", "urn:instructure:canvas:")
    assert (settings.caliper, settings.caliper_version, settings.caliper_score_id) == (True, "1.1", "canvas")
