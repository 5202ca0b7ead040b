"""Scores of a course computed anew: by either calculation, many students at once, pinned to a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import scores
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Invalid, Refused
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.worlds import load_world

SYSTEM = Asker(System())


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    load_world(database_url, "scores.yaml")
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://localhost/"))


def run(world: World, course_id: int, **options: Any) -> int:
    return write(world, SYSTEM, lambda unit: scores.recompute(unit, course_id, **options))


def change(world: World, table: sa.Table, number: int, **values: Any) -> None:
    def action(unit: Unit) -> None:
        unit.connection.execute(sa.update(table).where(table.c.id == number).values(**values))
        unit.touch_rules(1, 2)

    write(world, SYSTEM, action)


def course_scores(world: World, enrollment_id: int, **scope: Any) -> tuple[float | None, ...]:
    s = t.scores.c
    query = sa.select(s.current_score, s.final_score, s.unposted_current_score, s.unposted_final_score).where(
        s.enrollment_id == enrollment_id,
        *(s[name] == value for name, value in (scope or {"course_score": True}).items()),
    )
    with world.store.read() as connection:
        return tuple(connection.execute(query).one())


def events(world: World) -> list[str]:
    with world.store.read() as connection:
        return list(connection.execute(sa.select(t.outbox.c.name).order_by(t.outbox.c.id)).scalars())


def test_a_course_as_canvas_computes_it(world: World) -> None:
    assert course_scores(world, 111) == (87.11, 72.44, 77.61, 77.61)
    assert course_scores(world, 121) == course_scores(world, 111)


def test_a_course_as_schoology_computes_it(world: World) -> None:
    """By hand: the first half is (80 × 30 + 90 × 70) / 100 = 87, the second 70, or (2 × 70 + 20) / (2 × 100 + 100) with what
    is not posted; they weigh the same."""
    assert course_scores(world, 211, grading_period_id=1) == (87.0, 87.0, 87.0, 87.0)
    assert course_scores(world, 211, grading_period_id=2) == (70.0, 70.0, 53.33, 53.33)
    assert course_scores(world, 211) == (78.5, 78.5, 70.17, 70.17)
    assert course_scores(world, 211, assignment_group_id=21) == (80.0, 80.0, 80.0, 80.0)


def test_missing_work_counts_0_in_a_schoology_course_unless_it_chooses_otherwise(world: World) -> None:
    assert course_scores(world, 212) == (21.0, 21.0, 21.0, 21.0)
    change(world, t.courses, 2, calculation_options={"weighting": "weighted", "missing_counts": False})
    run(world, 2)
    assert course_scores(world, 212) == (70.0, 70.0, 70.0, 70.0)


def test_the_other_calculation_gives_other_numbers(world: World) -> None:
    change(world, t.courses, 2, calculation="canvas")
    assert run(world, 2) == 2
    assert course_scores(world, 211) != (78.5, 78.5, 70.17, 70.17)
    assert events(world) == ["course_grade_change"] * 2


def test_an_override_of_a_period_enters_the_course_grade_of_schoology_where_overrides_are_allowed(world: World) -> None:
    with world.store.writing.begin() as connection:
        connection.execute(
            sa.update(t.scores)
            .where(t.scores.c.enrollment_id == 211, t.scores.c.grading_period_id == 2)
            .values(override_score=90)
        )
    run(world, 2)
    assert course_scores(world, 211) == (88.5, 88.5, 88.5, 88.5)
    change(world, t.courses, 2, allow_final_grade_override=False)
    run(world, 2)
    assert course_scores(world, 211) == (78.5, 78.5, 70.17, 70.17)


@pytest.mark.parametrize("options", [{"weighting": "sideways"}, {"wheighting": "even"}, {"missing_counts": "perhaps"}])
def test_options_that_mean_nothing_are_refused(world: World, options: dict[str, Any]) -> None:
    change(world, t.courses, 2, calculation_options=options)
    with pytest.raises(Invalid, match="calculation_options: of the course"):
        run(world, 2)


def test_weights_that_mean_nothing_are_refused(world: World) -> None:
    change(world, t.courses, 2, calculation_options={"period_weights": {"1": -5}})
    with pytest.raises(Invalid, match=r"grading_period\[1\].weight: must not be negative"):
        run(world, 2)


def test_a_course_pinned_to_an_unknown_version_is_left_as_it_is(world: World) -> None:
    before = course_scores(world, 111)
    change(world, t.courses, 1, calculation_version=2, group_weighting_scheme="equal")
    with pytest.raises(Refused, match="pinned to version 2 of the canvas calculation"):
        run(world, 1)
    assert course_scores(world, 111) == before


def test_concluded_students_are_left_alone_unless_named(world: World) -> None:
    before = course_scores(world, 113)
    change(world, t.assignments, 1, points_possible=50)
    assert run(world, 1) == 1
    assert course_scores(world, 113) == before
    assert run(world, 1, user_ids=[13]) == 1
    assert course_scores(world, 113) != before


def test_silence(world: World) -> None:
    change(world, t.assignments, 1, points_possible=50)
    assert run(world, 1, silent=True) == 1
    assert events(world) == []


def test_nothing_changes_twice(world: World) -> None:
    assert run(world, 1) == 0
    assert run(world, 2) == 0
    assert events(world) == []
