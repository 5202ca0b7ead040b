"""Submissions: list, show, grade or comment, by student id and by anonymous id; and many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import bulk_grading, conditions, grading, submission_grading, submissions
from gradewire.actions.bulk_grading import BulkGrade
from gradewire.actions.grading import GradeCommand, GradedTogether, MoreThanGrade, Watched
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submission_grading import GradingRequest
from gradewire.actions.submission_states import state_of
from gradewire.actions.submissions import SubmissionPage
from gradewire.actions.unit import BearerToken, Unit
from gradewire.core.errors import NotFound, Refused, Stale
from gradewire.core.handing_in import NO_FILES
from gradewire.dialects.canvas.call import Answer, Call, Listing
from gradewire.dialects.canvas.conditional import entity_tag, expected_states
from gradewire.dialects.canvas.errors import Message, Outdated
from gradewire.dialects.canvas.identifiers import USER, LocalId, SisId, identify
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.params import read
from gradewire.dialects.canvas.routes.rubric_assessments import marks
from gradewire.dialects.canvas.routes.submission_pages import describe
from gradewire.dialects.canvas.shapes.progress import Progress, progress
from gradewire.dialects.canvas.shapes.submission_objects import Submission
from gradewire.dialects.canvas.shapes.submissions import submission

ANONYMOUS = "/api/v1/courses/:course_id/assignments/:assignment_id/anonymous_submissions/:anonymous_id"


class ReadParams(Struct):
    include: list[str] | UnsetType = UNSET


class ListParams(Struct):
    include: list[str] | UnsetType = UNSET
    grouped: bool = False


class SubmissionFields(Struct):
    posted_grade: str | UnsetType | None = UNSET
    excuse: bool | UnsetType | None = UNSET
    late_policy_status: str | UnsetType | None = UNSET
    seconds_late_override: int | UnsetType | None = UNSET
    provisional: bool = False
    final: bool = False


class CommentFields(Struct):
    text_comment: str | None = None
    attempt: int | None = None
    group_comment: bool = False
    media_comment_id: str | None = None
    media_comment_type: str | None = None
    file_ids: list[str] | UnsetType | None = UNSET


class GradeParams(Struct):
    submission: SubmissionFields | UnsetType | None = UNSET
    comment: CommentFields | UnsetType | None = UNSET
    rubric_assessment: dict[str, Any] | UnsetType | None = UNSET
    include: list[str] | UnsetType = UNSET
    prefer_points_over_scheme: bool = False


class BulkParams(Struct):
    grade_data: Any = None


class BulkFields(Struct):
    posted_grade: str | UnsetType | None = UNSET
    excuse: bool | UnsetType | None = UNSET
    text_comment: str | None = None
    group_comment: bool = False
    media_comment_id: str | None = None
    media_comment_type: str | None = None
    file_ids: list[str] | UnsetType | None = UNSET
    rubric_assessment: dict[str, Any] | UnsetType | None = UNSET


class BulkEntry(Struct):
    grade: BulkFields | None = None


def _includes(sent: list[str] | UnsetType) -> frozenset[str]:
    return frozenset() if sent is UNSET else frozenset(sent)


def list_submissions(call: Call, params: ListParams) -> Listing | list[dict[str, Any]]:
    include = _includes(params.include)
    whole = "visibility" in include

    def action(unit: Unit) -> Listing | list[dict[str, Any]]:
        course_id, section_id = call.course_and_section(unit)
        page = submissions.list_for_assignment(
            unit,
            course_id,
            call.assignment_id(unit),
            section_id=section_id,
            grouped=params.grouped,
            offset=0 if whole else call.page.offset,
            limit=None if whole else call.page.limit,
            include=include,
        )
        shapes = describe(call, unit, page, include)
        return shapes if whole else Listing(shapes, total=page.total)

    return call.read(action)


def show_submission(call: Call, params: ReadParams) -> Answer:
    return _show(call, _includes(params.include))


def show_anonymous_submission(call: Call, params: ReadParams) -> Answer:
    return _show(call, _includes(params.include), anonymous_id=call.path["anonymous_id"])


def _show(call: Call, include: frozenset[str], *, anonymous_id: str | None = None) -> Answer:
    shape, state = _read(call, include, anonymous_id)
    return Answer(shape, headers={"ETag": entity_tag(state, shape if include else None)})


def _read(call: Call, include: frozenset[str], anonymous_id: str | None) -> tuple[dict[str, Any], str]:
    """A submission, by its student or by its anonymous id, and its state."""

    def action(unit: Unit) -> tuple[dict[str, Any], str]:
        course_id, section_id = call.course_and_section(unit)
        assignment_id = call.assignment_id(unit)
        if anonymous_id is None:
            user_id = call.user_id(unit)
            page = submissions.show(unit, course_id, assignment_id, user_id, section_id=section_id, include=include)
        else:
            page = submissions.show_anonymous(unit, course_id, assignment_id, anonymous_id, include=include)
        shape = describe(call, unit, page, include, anonymous=anonymous_id is not None)[0]
        return shape, conditions.read_state(unit, page.access, page.assignment, page.views[0])

    return call.read(action)


def _refuse_stale(call: Call, request: GradingRequest, *, anonymous_id: str | None = None) -> Answer:
    """What somebody gets who would change what they have not seen: the submission as it is now."""
    include = {"submission_comments", "provisional_grades"} if request.provisional else {"submission_comments"}
    shape, state = _read(call, frozenset(include), anonymous_id)
    message = Message("The submission is no longer as you last saw it.")
    return Answer(Outdated([message], shape), status=412, headers={"ETag": entity_tag(state)})


def grade_submission(call: Call, params: GradeParams) -> Answer:
    request = _request(call, params)
    hot = _hot_path(call, request)
    if hot is None:
        return _grade(call, params, request)
    course_id, assignment_id, student_id = hot
    try:
        graded = grading.grade_one(
            call.world,
            call.asker,
            course_id=course_id,
            assignment_id=assignment_id,
            student_id=student_id,
            command=request.command,
            expected=request.expected,
        )
    except (GradedTogether, MoreThanGrade, Watched):
        return _grade(call, params, request)
    except Stale:
        return _refuse_stale(call, request)
    page = SubmissionPage(graded.access, graded.assignment, [graded.view], 1)
    include = _includes(params.include) | {"submission_comments"}
    if graded.has_comments or graded.view.row.attachment_ids or include != {"submission_comments"}:
        return call.read(lambda unit: _answer(call, unit, page, include))
    shape = submission(graded.view, call.base_url)
    whole = {**shape, "submission_comments": [], "all_submissions": [shape]}
    return Answer(whole, headers={"ETag": entity_tag(state_of(graded.view))})


def grade_anonymous_submission(call: Call, params: GradeParams) -> Answer:
    return _grade(call, params, _request(call, params), anonymous_id=call.path["anonymous_id"])


def _request(call: Call, params: GradeParams) -> GradingRequest:
    sent = params.submission if isinstance(params.submission, SubmissionFields) else SubmissionFields()
    comment = params.comment if isinstance(params.comment, CommentFields) else CommentFields()
    command = GradeCommand(
        entry=UNSET if sent.posted_grade is None else sent.posted_grade,
        excuse=UNSET if sent.excuse is None else sent.excuse,
        late_policy_status=sent.late_policy_status,
        seconds_late_override=sent.seconds_late_override,
        prefer_points_over_scheme=params.prefer_points_over_scheme,
    )
    return GradingRequest(
        command=command,
        grades=isinstance(params.submission, SubmissionFields),
        provisional=sent.provisional,
        final=sent.final,
        comment=_comment(call, comment),
        rubric=marks(params.rubric_assessment) if isinstance(params.rubric_assessment, dict) else None,
        expected=expected_states(call.headers),
    )


def _comment(call: Call, sent: CommentFields) -> CommentCommand | None:
    if not sent.text_comment and not sent.media_comment_id and not sent.file_ids:
        return None
    return CommentCommand(
        text=sent.text_comment or "",
        attempt=sent.attempt,
        group_comment=sent.group_comment,
        media_comment_id=sent.media_comment_id,
        media_comment_type=sent.media_comment_type,
        file_ids=tuple(file_ids(call, sent.file_ids)) if sent.file_ids else (),
    )


def file_ids(call: Call, sent: Sequence[str]) -> list[int]:
    """Ids of files that were sent.

    Raises:
        Refused: one of them is no id.
    """
    try:
        return [call.local(one) for one in sent]
    except NotFound:
        raise Refused("handing_in", NO_FILES) from None


def _hot_path(call: Call, request: GradingRequest) -> tuple[int, int, int] | None:
    """Course, assignment and student of a plain grade by an access token, all named by number; ``None`` for anything else."""
    if not request.grades or request.provisional or request.comment or request.rubric is not None or "section_id" in call.path:
        return None
    if not isinstance(call.asker.credentials, BearerToken) or call.asker.mask is not None or call.connection is not None:
        return None
    found = [
        identify(call.path[name], USER, shard=call.world.events.shard) for name in ("course_id", "assignment_id", "user_id")
    ]
    numbers = [one.id for one in found if isinstance(one, LocalId)]
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _grade(call: Call, params: GradeParams, request: GradingRequest, *, anonymous_id: str | None = None) -> Answer:
    include = _includes(params.include) - {"provisional_grades"} | {"submission_comments"}
    if request.provisional:
        include |= {"provisional_grades"}

    def action(unit: Unit) -> Answer:
        course_id, section_id = call.course_and_section(unit)
        graded = submission_grading.grade_or_comment(
            unit,
            course_id,
            call.assignment_id(unit),
            section_id=section_id,
            request=request,
            user_id=None if anonymous_id is not None else call.user_id(unit),
            anonymous_id=anonymous_id,
        )
        page = SubmissionPage(graded.access, graded.assignment, [graded.view], 1)
        others = SubmissionPage(graded.access, graded.assignment, graded.others, len(graded.others))
        return _answer(call, unit, page, include, anonymous=anonymous_id is not None, others=others)

    try:
        return call.write(action)
    except Stale:
        return _refuse_stale(call, request, anonymous_id=anonymous_id)


def _answer(
    call: Call,
    unit: Unit,
    page: SubmissionPage,
    include: Collection[str],
    *,
    anonymous: bool = False,
    others: SubmissionPage | None = None,
) -> Answer:
    shape = describe(call, unit, page, include, anonymous=anonymous)[0]
    bare = {name: value for name, value in shape.items() if name != "submission_comments"}
    touched = [bare]
    if others is not None and others.views:
        touched += describe(call, unit, others, set(include) - {"submission_comments"}, anonymous=anonymous)
    state = conditions.read_state(unit, page.access, page.assignment, page.views[0])
    return Answer({**shape, "all_submissions": touched}, headers={"ETag": entity_tag(state)})


def update_grades(call: Call, params: BulkParams) -> Progress:
    def action(unit: Unit) -> Progress:
        course_id, section_id = call.course_and_section(unit)
        if not isinstance(params.grade_data, dict) or not params.grade_data:
            raise Refused("parameter", "'grade_data' parameter required")
        if "assignment_id" in call.path:
            grades = _bulk(call, call.assignment_id(unit), params.grade_data)
        else:
            grades = [
                one
                for assignment, data in params.grade_data.items()
                for one in _bulk(call, _assignment(call, str(assignment)), data if isinstance(data, dict) else {})
            ]
        return progress(bulk_grading.start(unit, course_id, grades, section_id=section_id), call.base_url)

    return call.write(action)


def _assignment(call: Call, sent: str) -> int:
    """
    Raises:
        Refused: it names no assignment.
    """
    try:
        return call.local(sent)
    except NotFound:
        raise Refused("parameter", f"Some assignments could not be found: ( {sent[:100]} )") from None


def _bulk(call: Call, assignment_id: int, sent: Mapping[str, Any]) -> list[BulkGrade]:
    return [_bulk_one(call, assignment_id, str(student), data) for student, data in sent.items()]


def _bulk_one(call: Call, assignment_id: int, student: str, data: Any) -> BulkGrade:
    fields = read({"grade": data}, BulkEntry).grade or BulkFields()
    try:
        found = identify(student, USER, shard=call.world.events.shard)
    except NotFound:
        found = None
    return BulkGrade(
        student=student,
        assignment_id=assignment_id,
        user_id=found.id if isinstance(found, LocalId) else None,
        sis=(found.kind, found.value) if isinstance(found, SisId) else None,
        posted_grade=UNSET if fields.posted_grade is None else fields.posted_grade,
        excuse=UNSET if fields.excuse is None else fields.excuse,
        text_comment=fields.text_comment,
        group_comment=fields.group_comment,
        media_comment_id=fields.media_comment_id,
        media_comment_type=fields.media_comment_type,
        file_ids=tuple(file_ids(call, fields.file_ids)) if fields.file_ids else (),
        rubric=marks(fields.rubric_assessment) if isinstance(fields.rubric_assessment, dict) else None,
    )


_TAG = "Submissions"


def _of(place: str, suffix: str) -> tuple[Operation, ...]:
    every = f"/api/v1/{place}s/:{place}_id/assignments/:assignment_id/submissions"
    return (
        Operation(
            method="GET",
            path=every,
            name=f"list_submissions{suffix}",
            summary="List the submissions of an assignment",
            handler=list_submissions,
            params=ListParams,
            returns=list[Submission],
            paginated=True,
            tag=_TAG,
        ),
        Operation(
            method="GET",
            path=f"{every}/:user_id",
            name=f"show_submission{suffix}",
            summary="Show a student's submission",
            handler=show_submission,
            params=ReadParams,
            returns=Submission,
            refuses=(304,),
            tag=_TAG,
        ),
        Operation(
            method="PUT",
            path=f"{every}/:user_id",
            name=f"grade_submission{suffix}",
            summary="Grade or comment on a submission",
            handler=grade_submission,
            params=GradeParams,
            returns=Submission,
            writes=True,
            quick=not suffix,
            refuses=(412,),
            tag=_TAG,
        ),
        Operation(
            method="POST",
            path=f"{every}/update_grades",
            name=f"update_grades{suffix}",
            summary="Grade or comment on many submissions of an assignment, in the background",
            handler=update_grades,
            params=BulkParams,
            returns=Progress,
            writes=True,
            tag=_TAG,
        ),
        Operation(
            method="POST",
            path=f"/api/v1/{place}s/:{place}_id/submissions/update_grades",
            name=f"update_grades_of_assignments{suffix}",
            summary="Grade or comment on many submissions of several assignments, in the background",
            handler=update_grades,
            params=BulkParams,
            returns=Progress,
            writes=True,
            tag=_TAG,
        ),
    )


OPERATIONS = (
    *_of("course", ""),
    *_of("section", "_in_section"),
    Operation(
        method="GET",
        path=ANONYMOUS,
        name="show_anonymous_submission",
        summary="Show a submission by its anonymous id",
        handler=show_anonymous_submission,
        params=ReadParams,
        returns=Submission,
        refuses=(304,),
        tag=_TAG,
    ),
    Operation(
        method="PUT",
        path=ANONYMOUS,
        name="grade_anonymous_submission",
        summary="Grade or comment on a submission by its anonymous id",
        handler=grade_anonymous_submission,
        params=GradeParams,
        returns=Submission,
        writes=True,
        quick=True,
        refuses=(412,),
        tag=_TAG,
    ),
)
