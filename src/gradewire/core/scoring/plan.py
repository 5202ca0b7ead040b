"""A course made ready to compute many students' scores: its numbers as integers, its items by id."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from gradewire.core import numbers
from gradewire.core.scoring.records import Course, Group

PLACES = 4
"""Decimals of the unit in which points are counted, unless a number needs more."""


class GroupPlan(Struct, frozen=True):
    group: Group
    weight: int
    has_rules: bool
    never: frozenset[int]


class Place(Struct, frozen=True, gc=False):
    """Where an item counts: the position of its group and its possible points in the plan's unit."""

    group: int
    possible: int
    omit: bool


class Plan(Struct, frozen=True):
    """A course made ready for many students. Weights and possible points are integers of the given numbers of decimals."""

    course: Course
    groups: tuple[GroupPlan, ...]
    items: dict[int, Place]
    possible_places: int
    possible_unit: int
    weight_unit: int


@lru_cache(maxsize=256)
def plan(course: Course) -> Plan:
    """Prepare a course; keep the result as long as the course does not change."""
    weights = [_weight(group.weight) for group in course.groups]
    possible = {item.id: numbers.exact_possible(item.points_possible) for item in course.items}
    weight_places = max([numbers.decimal_places(weight) for weight in weights], default=0)
    places = max([PLACES, *(numbers.decimal_places(points) for points in possible.values())])
    position = {group.id: index for index, group in enumerate(course.groups)}
    return Plan(
        course=course,
        groups=tuple(
            GroupPlan(
                group=group,
                weight=numbers.scale(weight, weight_places),
                has_rules=group.drop_lowest > 0 or group.drop_highest > 0,
                never=frozenset(group.never_drop),
            )
            for group, weight in zip(course.groups, weights, strict=True)
        ),
        items={
            item.id: Place(position[item.group_id], numbers.scale(possible[item.id], places), item.omit)
            for item in course.items
            if item.group_id in position and not item.ignored
        },
        possible_places=places,
        possible_unit=10**places,
        weight_unit=10**weight_places,
    )


def _weight(weight: float | None) -> Decimal:
    return Decimal(0) if weight is None or math.isnan(weight) else numbers.exact(weight)
