"""Grading categories of a section (reference, 7). New ones come in the wrapper of several only, as the vendor has it."""

from __future__ import annotations

from typing import Any

from gradewire.actions import grading_categories
from gradewire.core.errors import Malformed
from gradewire.dialects.schoology.bulk import entries
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grading_categories as shapes
from gradewire.dialects.schoology.shapes.grading_categories import (
    ChangedGradingCategories,
    ChangedGradingCategory,
    GradingCategory,
    GradingCategoryList,
    NewGradingCategories,
)

PATH = "sections/{section_id}/grading_categories"


def list_categories(call: Call, _params: None) -> Listing:
    found = call.read(lambda unit: grading_categories.list_for_section(unit, call.number("section_id")))
    return Listing([shapes.category(one) for one in found])


def show_category(call: Call, _params: None) -> GradingCategory:
    section_id, category_id = call.number("section_id"), call.number("category_id")
    return shapes.category_alone(call.read(lambda unit: grading_categories.show(unit, section_id, category_id)))


def create_categories(call: Call, _params: None) -> NewGradingCategories:
    section_id, sent = call.number("section_id"), _entries(call)
    made = call.write(lambda unit: grading_categories.create_many(unit, section_id, sent))
    return NewGradingCategories([shapes.created(one) for one in made])


def update_category(call: Call, _params: None) -> ChangedGradingCategory:
    section_id, category_id = call.number("section_id"), call.number("category_id")
    found, user_id = call.write(
        lambda unit: (grading_categories.update(unit, section_id, category_id, call.body), unit.caller.user_id)
    )
    return shapes.changed(found, user_id)


def update_categories(call: Call, _params: None) -> ChangedGradingCategories:
    section_id, sent = call.number("section_id"), _entries(call)
    found = call.write(lambda unit: grading_categories.update_many(unit, section_id, sent))
    return ChangedGradingCategories([shapes.changed_with_others(*pair) for pair in zip(found, sent, strict=True)])


def delete_category(call: Call, _params: None) -> Answer:
    section_id, category_id = call.number("section_id"), call.number("category_id")
    call.write(lambda unit: grading_categories.delete(unit, section_id, category_id))
    return NO_CONTENT


def _entries(call: Call) -> list[Any]:
    sent = entries(call.body, "grading_categories", "grading_category")
    if sent is None:
        raise Malformed("The body has no grading_categories.")
    return sent


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="list_grading_categories",
        summary="List the grading categories of a section",
        handler=list_categories,
        returns=GradingCategoryList,
        list_key="grading_category",
        tag="Grading categories",
    ),
    Operation(
        method="GET",
        path=f"{PATH}/{{category_id}}",
        name="show_grading_category",
        summary="Show a grading category",
        handler=show_category,
        returns=GradingCategory,
        tag="Grading categories",
    ),
    Operation(
        method="POST",
        path=PATH,
        name="create_grading_categories",
        summary="Make grading categories (207, a result for each)",
        handler=create_categories,
        returns=NewGradingCategories,
        status=207,
        tag="Grading categories",
    ),
    Operation(
        method="PUT",
        path=PATH,
        name="update_grading_categories",
        summary="Change grading categories (207, a result for each)",
        handler=update_categories,
        returns=ChangedGradingCategories,
        status=207,
        tag="Grading categories",
    ),
    Operation(
        method="PUT",
        path=f"{PATH}/{{category_id}}",
        name="update_grading_category",
        summary="Change a grading category; what is not sent stays",
        handler=update_category,
        returns=ChangedGradingCategory,
        tag="Grading categories",
    ),
    Operation(
        method="DELETE",
        path=f"{PATH}/{{category_id}}",
        name="delete_grading_category",
        summary="Delete a grading category; its items are ungraded from then on",
        handler=delete_category,
        status=204,
        tag="Grading categories",
    ),
)
