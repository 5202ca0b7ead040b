"""The acceptance cases of moderated grading, one by one, with JSON bodies and with forms, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.moderation_cases import Case, load
from tests.dialects.moderation_world import Stage, staged

CONVENTIONS, CASES = load("canvas_moderation_cases.yaml", "canvas_moderation_more_cases.yaml")


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Stage]:
    with staged(module_database_url) as found:
        yield found


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


def runs() -> Iterator[Any]:
    for case in CASES:
        yield pytest.param(case, False, id=case["id"])
        if case["request"]["method"] != "GET":
            yield pytest.param(case, True, id=f"{case['id']}-form")


@pytest.mark.parametrize(("case", "as_form"), list(runs()))
def test_case(case: dict[str, Any], as_form: bool, stage: Stage) -> None:
    Case(stage, case, CONVENTIONS).run(as_form=as_form)
