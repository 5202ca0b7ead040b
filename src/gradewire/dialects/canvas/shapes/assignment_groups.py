"""The assignment group object."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.assignment_groups import GroupView
from gradewire.core.permissions import MANAGE_SIS, READ_SIS
from gradewire.dialects.canvas.shapes.assignments import Assignment, assignment


class GradingRules(Struct):
    """Only rules that are set."""

    drop_lowest: int | UnsetType = UNSET
    drop_highest: int | UnsetType = UNSET
    never_drop: list[int] | UnsetType = UNSET


class AssignmentGroup(Struct):
    id: int
    name: str
    position: int
    group_weight: float
    rules: GradingRules
    integration_data: dict[str, Any]
    sis_source_id: str | UnsetType | None = UNSET
    assignments: list[Assignment] | UnsetType = UNSET


def assignment_group(view: GroupView, base_url: str, include: list[str]) -> AssignmentGroup:
    row = view.row
    rules = GradingRules()
    if row.drop_lowest:
        rules.drop_lowest = row.drop_lowest
    if row.drop_highest:
        rules.drop_highest = row.drop_highest
    if row.never_drop:
        rules.never_drop = list(row.never_drop)
    shape = AssignmentGroup(row.id, row.name, row.position, row.group_weight, rules, {})
    if view.access.has(READ_SIS, MANAGE_SIS):
        shape.sis_source_id = row.sis_source_id
    if view.assignments is not None:
        shape.assignments = [assignment(one, base_url, include) for one in view.assignments]
    return shape
