"""What was handed in, as revisions without their content (reference, 10.4)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.dropboxes import Revision as FoundRevision
from gradewire.dialects.schoology.shapes.links import Links
from gradewire.dialects.schoology.wire import flag


class Revision(Struct):
    """``num_items`` counts files; a text or an address that was handed in is one. Nothing unfinished is kept here, so ``draft``
    is 0."""

    revision_id: int
    uid: int
    created: int
    num_items: int
    late: int
    draft: int


class RevisionList(Struct):
    revision: list[Revision]
    links: Links


def revision(found: FoundRevision) -> Revision:
    return Revision(
        revision_id=found.number,
        uid=found.user_id,
        created=int(found.handed_in_at.timestamp()),
        num_items=max(1, found.files),
        late=flag(found.late),
        draft=0,
    )
