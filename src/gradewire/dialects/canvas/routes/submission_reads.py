"""What the caller has seen of submissions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import submission_reads
from gradewire.actions.submission_reads import COMMENT, GRADE, ITEMS, RUBRIC
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.call import Answer, Call
from gradewire.dialects.canvas.operations import Operation

_TAG = "Submissions"
_NAMES = {"grade": GRADE, "comment": COMMENT, "rubric": RUBRIC}


class BulkParams(Struct):
    submissionIds: list[str] | UnsetType = UNSET  # noqa: N815 - Canvas's own spelling


class ReadState(Struct):
    read: bool


def _marking(*, unread: bool) -> Callable[[Call, Any], Answer]:
    def handler(call: Call, _params: None) -> Answer:
        items: tuple[str, ...] = ITEMS
        if "item" in call.path:
            if call.path["item"] not in _NAMES:
                raise Malformed(f"the item is one of {', '.join(_NAMES)}", field="item")
            items = (_NAMES[call.path["item"]],)

        def action(unit: Unit) -> None:
            course_id, section_id = call.course_and_section(unit)
            submission_reads.mark_one(
                unit,
                course_id,
                call.assignment_id(unit),
                call.user_id(unit),
                section_id=section_id,
                items=items,
                unread=unread,
            )

        call.write(action)
        return Answer(None, status=204)

    return handler


def show_rubric_read(call: Call, _params: None) -> ReadState:
    def action(unit: Unit) -> bool:
        course_id, section_id = call.course_and_section(unit)
        return submission_reads.has_read(
            unit, course_id, call.assignment_id(unit), call.user_id(unit), section_id=section_id, item=RUBRIC
        )

    return ReadState(call.read(action))


def mark_rubric_read(call: Call, _params: None) -> ReadState:
    def action(unit: Unit) -> None:
        course_id, section_id = call.course_and_section(unit)
        submission_reads.mark_one(
            unit, course_id, call.assignment_id(unit), call.user_id(unit), section_id=section_id, items=(RUBRIC,)
        )

    call.write(action)
    return ReadState(read=True)


def mark_several(call: Call, params: BulkParams) -> Answer:
    ids = [] if params.submissionIds is UNSET else [call.local(one) for one in params.submissionIds]

    def action(unit: Unit) -> None:
        course_id, section_id = call.course_and_section(unit)
        submission_reads.mark_several(unit, course_id, ids, section_id=section_id)

    call.write(action)
    return Answer(None, status=204)


def clear_unread(call: Call, _params: None) -> Answer:
    def action(unit: Unit) -> None:
        course_id, section_id = call.course_and_section(unit)
        submission_reads.clear(unit, course_id, call.user_id(unit), section_id=section_id)

    call.write(action)
    return Answer(None, status=204)


def _of(place: str, suffix: str) -> tuple[Operation, ...]:
    one = f"/api/v1/{place}s/:{place}_id/assignments/:assignment_id/submissions/:user_id"
    return (
        Operation(
            method="PUT",
            path=f"{one}/read",
            name=f"mark_submission_read{suffix}",
            summary="Say that one has seen a submission",
            handler=_marking(unread=False),
            status=204,
            writes=True,
            tag=_TAG,
        ),
        Operation(
            method="DELETE",
            path=f"{one}/read",
            name=f"mark_submission_unread{suffix}",
            summary="Say that one has not seen a submission",
            handler=_marking(unread=True),
            status=204,
            writes=True,
            tag=_TAG,
        ),
        Operation(
            method="PUT",
            path=f"{one}/read/:item",
            name=f"mark_submission_item_read{suffix}",
            summary="Say that one has seen the grade, the comments or the rubric assessment of a submission",
            handler=_marking(unread=False),
            status=204,
            writes=True,
            tag=_TAG,
        ),
        *_of_rubric(f"{one}/rubric_comments/read", "rubric", suffix),
        *_of_rubric(f"{one}/rubric_assessments/read", "rubric_assessment", suffix),
        Operation(
            method="PUT",
            path=f"/api/v1/{place}s/:{place}_id/submissions/bulk_mark_read",
            name=f"mark_submissions_read{suffix}",
            summary=f"Say that one has seen several submissions of a {place}",
            handler=mark_several,
            params=BulkParams,
            status=204,
            writes=True,
            tag=_TAG,
        ),
        Operation(
            method="PUT",
            path=f"/api/v1/{place}s/:{place}_id/submissions/:user_id/clear_unread",
            name=f"clear_unread_submissions{suffix}",
            summary="Nothing of a student's work is new to the student any more; for administrators",
            handler=clear_unread,
            status=204,
            writes=True,
            tag=_TAG,
        ),
    )


def _of_rubric(path: str, item: str, suffix: str) -> tuple[Operation, ...]:
    """Canvas has two names for it."""
    return (
        Operation(
            method="GET",
            path=path,
            name=f"show_{item}_read{suffix}",
            summary="Tell whether one has seen the rubric assessment of a submission",
            handler=show_rubric_read,
            returns=ReadState,
            tag=_TAG,
        ),
        Operation(
            method="PUT",
            path=path,
            name=f"mark_{item}_read{suffix}",
            summary="Say that one has seen the rubric assessment of a submission",
            handler=mark_rubric_read,
            returns=ReadState,
            writes=True,
            tag=_TAG,
        ),
    )


OPERATIONS = (*_of("course", ""), *_of("section", "_in_section"))
