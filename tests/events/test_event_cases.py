"""The acceptance cases for grade events, on a real server with both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.events.event_cases import Case, load
from tests.events.event_world import Stage, staged

CASES = load()

NOT_HERE = {
    "RC02": "LedBelly's parsers are Ruby and not in this repository; docs/events.md says which fields it knows",
}
"""Cases that need a consumer's own code."""


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("cases")) as found:
        yield found


@pytest.mark.parametrize("case_id", [name for name in CASES if name not in NOT_HERE])
def test_case(stage: Stage, case_id: str) -> None:
    stage.reset()
    Case(stage, CASES[case_id], CASES).run()
