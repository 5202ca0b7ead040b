"""The acceptance cases of the Schoology dialect, one by one, on a real server and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.schoology_cases import Case, Stage, load, staged

CASES = load("schoology_cases.yaml", "schoology_more_cases.yaml")


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_case(case: dict[str, Any], stage: Stage) -> None:
    Case(stage, case).run()
