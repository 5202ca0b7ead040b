"""An item of a section (reference, 6.1 and 6.3): settings are texts, states are numbers; of discussions some settings are
numbers, too."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.grade_items import Item
from gradewire.core.grade_items import show_local_time
from gradewire.core.numbers import show_number
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.wire import flag, plain

Number: TypeAlias = int | float


class Assignment(Struct):
    id: int
    title: str
    description: str
    due: str
    grading_scale: str
    grading_period: str
    grading_category: str
    max_points: str
    factor: str
    is_final: str
    show_comments: str
    grade_stats: str
    allow_dropbox: str
    allow_discussion: str
    published: int
    type: str
    grade_item_id: int
    available: int
    completed: int
    dropbox_locked: int
    grading_scale_type: int
    show_rubric: bool
    count_in_grade: int
    collected_only: int
    auto_publish_grades: int
    num_assignees: int
    assignees: list[int]
    grading_group_ids: list[int]
    completion_status: str
    dropbox_submissions: int | UnsetType = UNSET
    dropbox_last_submission: int | UnsetType = UNSET
    """Seconds of the epoch, 0 for none; both where they were asked for."""
    links: Self | UnsetType = UNSET
    """In lists and of what was just made."""


class AssignmentList(Struct):
    assignment: list[Assignment]
    total: int
    links: Links


class Discussion(Struct):
    """An item that is a discussion. Only graded ones are known here; the id of the item is that of the discussion."""

    id: int
    title: str
    body: str
    graded: int
    grade_item_id: int
    due: str
    grading_scale: str
    grading_period: str
    grading_category: str
    max_points: Number
    factor: Number
    is_final: int
    published: int
    available: int
    count_in_grade: int
    collected_only: int
    auto_publish_grades: int
    links: Self | UnsetType = UNSET
    """In lists."""


class DiscussionList(Struct):
    discussion: list[Discussion]
    total: int
    links: Links


def assignment(found: Item, *, described: bool = True) -> Assignment:
    """Without ``described``, as in lists, the description is left blank. Rubrics and completion rules are no part of an item
    here, so their fields say that there are none."""
    assignees = found.assignees or ()
    return Assignment(
        id=found.id,
        title=found.title,
        description=found.description if described else "",
        due=show_local_time(found.due_at, found.zone),
        grading_scale=str(found.scale_id),
        grading_period=str(found.period_id),
        grading_category=str(found.category_id),
        max_points=show_number(found.max_points),
        factor=show_number(found.factor),
        is_final=str(flag(found.is_final)),
        show_comments=str(flag(found.show_comments)),
        grade_stats=str(flag(found.grade_stats)),
        allow_dropbox=str(flag(found.allow_dropbox)),
        allow_discussion=str(flag(found.allow_discussion)),
        published=flag(found.published),
        type=found.kind,
        grade_item_id=found.id,
        available=flag(found.available),
        completed=0,
        dropbox_locked=flag(found.dropbox_locked),
        grading_scale_type=found.scale_type,
        show_rubric=False,
        count_in_grade=flag(found.count_in_grade),
        collected_only=flag(found.collected_only),
        auto_publish_grades=flag(found.auto_publish_grades),
        num_assignees=len(assignees),
        assignees=list(assignees),
        grading_group_ids=list(found.grading_group_ids),
        completion_status="",
    )


def discussion(found: Item) -> Discussion:
    return Discussion(
        id=found.id,
        title=found.title,
        body=found.description,
        graded=1,
        grade_item_id=found.id,
        due=show_local_time(found.due_at, found.zone),
        grading_scale=str(found.scale_id),
        grading_period=str(found.period_id),
        grading_category=str(found.category_id),
        max_points=plain(found.max_points) or 0,
        factor=plain(found.factor) or 0,
        is_final=flag(found.is_final),
        published=flag(found.published),
        available=flag(found.available),
        count_in_grade=flag(found.count_in_grade),
        collected_only=flag(found.collected_only),
        auto_publish_grades=flag(found.auto_publish_grades),
    )


def listed(found: Item, call: Call, place: str) -> Assignment:
    """An item in a list, or one just made, with its link below ``sections/{id}/{place}``."""
    shape = assignment(found, described=False)
    shape.links = Self(call.link(f"sections/{found.section_id}/{place}/{found.id}"))
    return shape


def listed_discussion(found: Item, call: Call) -> Discussion:
    shape = discussion(found)
    shape.links = Self(call.link(f"sections/{found.section_id}/discussions/{found.id}"))
    return shape
