"""Grading groups: names for several students of a section, by their enrolments (reference, 7)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.grading_groups import GradingGroupRow, GroupResult
from gradewire.dialects.schoology.bulk import Failed, failed
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self

MADE = 200


class GradingGroup(Struct):
    id: int
    title: str
    section_id: int
    members: list[int]
    response_code: int | UnsetType = UNSET
    """In results."""
    links: Self | UnsetType = UNSET
    """Of one that was just made alone."""


class GradingGroupList(Struct):
    grading_groups: list[GradingGroup]
    count: int
    links: Links


class GradingGroupResults(Struct):
    grading_group: list[GradingGroup | Failed]


def group(found: GradingGroupRow) -> GradingGroup:
    return GradingGroup(found.id, found.title, found.course_id, found.members)


def created(result: GroupResult) -> GradingGroup | Failed:
    if result.group is None:
        assert result.error is not None
        return failed(result.error)
    shape = group(result.group)
    shape.response_code = MADE
    return shape


def created_alone(found: GradingGroupRow, call: Call) -> GradingGroup:
    shape = group(found)
    shape.links = Self(call.link(f"sections/{found.course_id}/grading_groups/{found.id}"))
    return shape
