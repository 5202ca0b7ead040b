"""Items of a section: assignments, and all that can be graded, graded discussions among them (reference, 6).

Ordinary items come first, then midterms and finals; ``limit`` counts for each of the two. The parameters ``with_attachments``,
``with_tags`` and ``richtext`` change nothing: there are no such things here.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gradewire.actions import dropboxes, grade_item_editing, grade_items
from gradewire.actions.grade_items import Item
from gradewire.core.errors import Denied
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grade_items as shapes
from gradewire.dialects.schoology.shapes.grade_items import Assignment, AssignmentList, Discussion, DiscussionList
from gradewire.dialects.schoology.shapes.links import Self

ITEM = "sections/{section_id}/assignments/{assignment_id}"


class ListParams(Struct):
    with_dropbox_stats: bool | None = None


def _lister(place: str, *, discussions: bool) -> Callable[[Call, ListParams], Listing]:
    def list_items(call: Call, params: ListParams) -> Listing:
        section_id, page = call.number("section_id"), call.page
        found = call.read(
            lambda unit: grade_items.list_for_section(
                unit, section_id, discussions=discussions, offset=page.start, limit=page.limit
            )
        )
        rows = [shapes.listed(item, call, place) for item in found.items]
        if params.with_dropbox_stats:
            _count_work(call, rows)
        return Listing(rows, more=found.more, besides={"total": found.total})

    return list_items


def show_item(call: Call, params: ListParams) -> Assignment:
    section_id, item_id = call.number("section_id"), call.number("assignment_id")
    row = shapes.assignment(call.read(lambda unit: grade_items.show(unit, section_id, item_id)))
    if params.with_dropbox_stats:
        _count_work(call, [row])
    return row


def _count_work(call: Call, rows: list[Assignment]) -> None:
    """Say of items how much was handed in for them."""
    section_id, ids = call.number("section_id"), [row.id for row in rows]
    found = call.read(lambda unit: dropboxes.count(unit, section_id, ids))
    for row in rows:
        row.dropbox_submissions, last = found.get(row.id, (0, None))
        row.dropbox_last_submission = int(last.timestamp()) if last is not None else 0


def create_item(call: Call, _params: None) -> Assignment:
    section_id = call.number("section_id")
    made: Item = call.write(lambda unit: grade_item_editing.create(unit, section_id, call.body))
    shape = shapes.assignment(made)
    shape.links = Self(call.link(f"sections/{section_id}/assignments/{made.id}"))
    return shape


def update_item(call: Call, _params: None) -> Answer:
    section_id, item_id = call.number("section_id"), call.number("assignment_id")
    call.write(lambda unit: grade_item_editing.update(unit, section_id, item_id, call.body))
    return NO_CONTENT


def delete_item(call: Call, _params: None) -> Answer:
    section_id, item_id = call.number("section_id"), call.number("assignment_id")
    call.write(lambda unit: grade_item_editing.delete(unit, section_id, item_id))
    return NO_CONTENT


def refuse_grades(_call: Call, _params: None) -> Answer:
    """Schoology has this path and lets nobody read it; grades of an item are read by a filter on those of the section."""
    raise Denied


def list_discussions(call: Call, _params: None) -> Listing:
    section_id, page = call.number("section_id"), call.page
    found, total = call.read(lambda unit: grade_items.list_discussions(unit, section_id, offset=page.start, limit=page.limit))
    return Listing([shapes.listed_discussion(item, call) for item in found], total=total)


def show_discussion(call: Call, _params: None) -> Discussion:
    section_id, item_id = call.number("section_id"), call.number("discussion_id")
    return shapes.discussion(call.read(lambda unit: grade_items.show_discussion(unit, section_id, item_id)))


OPERATIONS = (
    Operation(
        method="GET",
        path="sections/{section_id}/assignments",
        name="list_assignments",
        summary="List the assignments of a section",
        handler=_lister("assignments", discussions=False),
        params=ListParams,
        returns=AssignmentList,
        paginated=True,
        list_key="assignment",
        multiget=True,
        tag="Items",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/grade_items",
        name="list_grade_items",
        summary="List all that can be graded in a section, discussions too",
        handler=_lister("grade_items", discussions=True),
        params=ListParams,
        returns=AssignmentList,
        paginated=True,
        list_key="assignment",
        multiget=True,
        tag="Items",
    ),
    Operation(
        method="GET",
        path=ITEM,
        name="show_assignment",
        summary="Show an assignment",
        handler=show_item,
        params=ListParams,
        returns=Assignment,
        tag="Items",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/grade_items/{assignment_id}",
        name="show_grade_item",
        summary="Show something that can be graded",
        handler=show_item,
        params=ListParams,
        returns=Assignment,
        tag="Items",
    ),
    Operation(
        method="POST",
        path="sections/{section_id}/assignments",
        name="create_assignment",
        summary="Make an assignment",
        handler=create_item,
        returns=Assignment,
        status=201,
        tag="Items",
    ),
    Operation(
        method="PUT",
        path=ITEM,
        name="update_assignment",
        summary="Change an assignment; what is not sent stays",
        handler=update_item,
        status=204,
        tag="Items",
    ),
    Operation(
        method="DELETE",
        path=ITEM,
        name="delete_assignment",
        summary="Delete an assignment and its grades",
        handler=delete_item,
        status=204,
        tag="Items",
    ),
    Operation(
        method="GET",
        path=f"{ITEM}/grades",
        name="refuse_assignment_grades",
        summary="Refused (403), as in Schoology: filter the grades of the section instead",
        handler=refuse_grades,
        returns=Answer,
        tag="Items",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/discussions",
        name="list_discussions",
        summary="List the graded discussions of a section",
        handler=list_discussions,
        returns=DiscussionList,
        paginated=True,
        list_key="discussion",
        total="number",
        multiget=True,
        tag="Items",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/discussions/{discussion_id}",
        name="show_discussion",
        summary="Show a graded discussion",
        handler=show_discussion,
        returns=Discussion,
        tag="Items",
    ),
)
