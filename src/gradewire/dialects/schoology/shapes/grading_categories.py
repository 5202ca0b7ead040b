"""Grading categories, in the five forms in which the vendor documents them (reference, 7): in lists, alone, just made, just
changed, and changed with others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType, to_builtins
from msgspec.structs import replace

from gradewire.actions.grading_categories import Category, CategoryResult
from gradewire.core.grading_categories import CALCULATION_TYPES
from gradewire.core.numbers import show_number
from gradewire.dialects.schoology.bulk import Failed, failed
from gradewire.dialects.schoology.shapes.links import Links
from gradewire.dialects.schoology.wire import plain

Number: TypeAlias = int | float

MADE, CHANGED = 200, 204


class GradingCategory(Struct):
    id: int
    title: str
    delta: int
    calculation_type: int
    default_max_points: Number
    default_grading_scale_id: int
    drop_lowest: int
    weight: Number
    realm: str | UnsetType = UNSET
    realm_id: str | UnsetType = UNSET
    """Alone."""


class GradingCategoryList(Struct):
    grading_category: list[GradingCategory]
    links: Links


class NewGradingCategory(Struct):
    """One that was just made; the id is a text, and the scale's name is shorter."""

    id: str
    response_code: int
    title: str
    calculation_type: int
    default_max_points: Number
    drop_lowest: int
    default_grading_scale: int
    weight: Number
    delta: int


class NewGradingCategories(Struct):
    grading_category: list[NewGradingCategory | Failed]


class ChangedGradingCategory(Struct):
    """One that was just changed alone: all values are texts."""

    id: str
    title: str
    uid: str
    realm: str
    realm_id: str
    delta: str
    calculation_type: str
    default_max_points: str
    default_grading_scale_id: str
    drop_lowest: str
    weight: str


class ChangedGradingCategories(Struct):
    """Results of several changes: what was sent is of the type that was sent."""

    grading_category: list[Any]


def category(found: Category) -> GradingCategory:
    return GradingCategory(
        id=found.id,
        title=found.title,
        delta=found.delta,
        calculation_type=CALCULATION_TYPES[found.calculation],
        default_max_points=plain(found.default_max_points) or 0,
        default_grading_scale_id=found.default_grading_scale_id,
        drop_lowest=found.drop_lowest,
        weight=plain(found.weight) or 0,
    )


def category_alone(found: Category) -> GradingCategory:
    return replace(category(found), realm="course", realm_id=str(found.section_id))


def created(result: CategoryResult) -> NewGradingCategory | Failed:
    if result.category is None:
        assert result.error is not None
        return failed(result.error)
    shape = category(result.category)
    return NewGradingCategory(
        id=str(shape.id),
        response_code=MADE,
        title=shape.title,
        calculation_type=shape.calculation_type,
        default_max_points=shape.default_max_points,
        drop_lowest=shape.drop_lowest,
        default_grading_scale=shape.default_grading_scale_id,
        weight=shape.weight,
        delta=shape.delta,
    )


def changed(found: Category, user_id: int) -> ChangedGradingCategory:
    shape = category(found)
    return ChangedGradingCategory(
        id=str(shape.id),
        title=shape.title,
        uid=str(user_id),
        realm="course",
        realm_id=str(found.section_id),
        delta=str(shape.delta),
        calculation_type=str(shape.calculation_type),
        default_max_points=show_number(shape.default_max_points),
        default_grading_scale_id=str(shape.default_grading_scale_id),
        drop_lowest=str(shape.drop_lowest),
        weight=show_number(shape.weight),
    )


def changed_with_others(result: CategoryResult, sent: Any) -> dict[str, Any] | Failed:
    if result.category is None:
        assert result.error is not None
        return failed(result.error)
    shape: dict[str, Any] = to_builtins(category(result.category))
    echo = {name: value for name, value in sent.items() if name in shape} if isinstance(sent, Mapping) else {}
    return {"response_code": CHANGED, **shape, **echo}
