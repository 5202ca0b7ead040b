"""Files of submissions and comments: which may be used, and which belong to what. How they get here is in ``uploads``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from gradewire.actions.unit import Unit
from gradewire.core.errors import Refused
from gradewire.core.handing_in import NO_FILES
from gradewire.store import attachments as rows
from gradewire.store.attachments import AttachmentRow

__all__ = ["COMMENT", "SUBMISSION", "AttachmentRow", "named", "nameless", "pick", "take"]

SUBMISSION, COMMENT = "submission", "comment"
LONGEST_ENDING = 5


def take(unit: Unit, ids: Sequence[int], *, purpose: str, assignment_id: int, owners: Collection[int]) -> list[AttachmentRow]:
    """Files to be handed in or commented with, in the given order, which from now on are in use.

    Canvas leaves out the ids it does not accept; here nothing is handed in that lacks a file somebody meant to be in it.

    Raises:
        Refused: one of them is not there, or was not uploaded for this by one of the owners.
    """
    wanted = list(dict.fromkeys(ids))
    found = rows.by_ids(unit.connection, wanted)
    chosen = [found[number] for number in wanted if number in found]
    good = all(one.purpose == purpose and one.assignment_id == assignment_id and one.user_id in owners for one in chosen)
    if len(chosen) < len(wanted) or not good:
        raise Refused("handing_in", NO_FILES)
    rows.attach(unit.connection, [one.id for one in chosen if one.attached_at is None], unit.now)
    return chosen


def named(unit: Unit, lists: Iterable[Sequence[int] | None]) -> Mapping[int, AttachmentRow]:
    """The files that these lists of ids name, by id; one statement, or none."""
    return rows.by_ids(unit.connection, {number for listed in lists for number in listed or ()})


def pick(found: Mapping[int, AttachmentRow], ids: Sequence[int] | None) -> list[AttachmentRow]:
    """Those of the files that one list names, in its order."""
    return [found[number] for number in ids or () if number in found]


def nameless(file: AttachmentRow) -> AttachmentRow:
    """The file as it is shown while its student is anonymous: people put their names into the names of files."""
    _, dot, ending = file.display_name.rpartition(".")
    known = dot and ending.isascii() and ending.isalnum() and len(ending) <= LONGEST_ENDING
    name = f"file-{file.id}.{ending}" if known else f"file-{file.id}"
    return replace(file, filename=name, display_name=name)
