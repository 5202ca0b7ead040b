"""What students handed in (reference, 10.4); handing in is not done through this dialect."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import dropboxes
from gradewire.actions.dropboxes import Revision
from gradewire.core.errors import Denied
from gradewire.dialects.schoology.call import Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.submissions import RevisionList
from gradewire.dialects.schoology.shapes.submissions import revision as shape_of

PATH = "sections/{section_id}/submissions/{item_id}"


class RevisionFilters(Struct):
    all_revisions: bool | None = None


def list_revisions(call: Call, filters: RevisionFilters) -> Listing:
    section_id, item_id = call.number("section_id"), call.number("item_id")
    every = filters.all_revisions is True
    return _page(call, call.read(lambda unit: dropboxes.list_newest(unit, section_id, item_id, every=every)))


def list_student_revisions(call: Call, _params: None) -> Listing:
    section_id, item_id, user_id = (call.number(name) for name in ("section_id", "item_id", "user_id"))
    return _page(call, call.read(lambda unit: dropboxes.list_for_student(unit, section_id, item_id, user_id)))


def refuse_submission(_call: Call, _params: None) -> Answer:
    """Schoology lets no teacher hand in for students, and students hand in elsewhere here."""
    raise Denied


def _page(call: Call, found: list[Revision]) -> Listing:
    page = call.page
    rows = found[page.start : page.start + page.limit]
    return Listing([shape_of(one) for one in rows], total=len(found))


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="list_submissions",
        summary="List the newest revision of each student for an item, or all",
        handler=list_revisions,
        params=RevisionFilters,
        returns=RevisionList,
        paginated=True,
        list_key="revision",
        tag="Submissions",
    ),
    Operation(
        method="GET",
        path=f"{PATH}/{{user_id}}",
        name="list_student_submissions",
        summary="List all revisions of a student for an item",
        handler=list_student_revisions,
        returns=RevisionList,
        paginated=True,
        list_key="revision",
        tag="Submissions",
    ),
    Operation(
        method="POST",
        path=PATH,
        name="refuse_submission",
        summary="Refused (403): nothing is handed in through this dialect",
        handler=refuse_submission,
        returns=Answer,
        tag="Submissions",
    ),
)
