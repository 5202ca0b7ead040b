"""Rubrics of courses and accounts, and where they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import rubrics
from gradewire.actions.rubrics import RubricCommand, UseCommand
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.rubric_objects import Rubric, RubricMade, rubric, with_use
from gradewire.dialects.canvas.shapes.rubrics import RubricAssessment, RubricAssociation, rubric_assessment, rubric_association

_TAG = "Rubrics"
_ASSESSMENTS = frozenset({"assessments", "graded_assessments"})
_ASSOCIATIONS = frozenset({"associations", "assignment_associations", "course_associations"})


class ShowParams(Struct):
    include: Annotated[list[str], Meta(description="assessments, graded_assessments, peer_assessments, associations ...")] = []
    style: Annotated[Literal["full", "comments_only"], Meta(description="How assessments are shown")] = "full"


class RubricFields(Struct):
    title: str | UnsetType | None = UNSET
    free_form_criterion_comments: bool | UnsetType = UNSET
    criteria: Annotated[Any, Meta(description="Criteria by their place: description, points, ratings by their place")] = UNSET


class UseFields(Struct):
    rubric_id: str | UnsetType | None = UNSET
    association_id: str | UnsetType | None = UNSET
    association_type: Literal["Assignment", "Course"] | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    use_for_grading: bool | UnsetType = UNSET
    hide_score_total: bool | UnsetType = UNSET
    hide_points: bool | UnsetType = UNSET


class RubricParams(Struct):
    rubric: RubricFields | UnsetType | None = UNSET
    rubric_association: UseFields | UnsetType | None = UNSET


class UseParams(Struct):
    rubric_association: UseFields | UnsetType | None = UNSET


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: rubrics.list_for_course(unit, call.course_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([rubric(one) for one in found], total=total)


def index_of_account(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: rubrics.list_for_account(unit, call.account_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([rubric(one) for one in found], total=total)


def show(call: Call, params: ShowParams) -> Rubric:
    include = frozenset(params.include)
    assessments, associations = bool(include & _ASSESSMENTS), bool(include & _ASSOCIATIONS)
    found = call.read(
        lambda unit: rubrics.show(
            unit,
            call.course_id(unit),
            call.number("rubric_id"),
            associations=associations,
            assessments=assessments,
        )
    )
    wanted = _wanted(include)
    return with_use(
        rubric(found.row),
        associations=[one for one in found.associations if wanted(one.assignment_id)] if associations else None,
        assessments=list(found.assessments) if assessments else [] if "peer_assessments" in include else None,
        comments_only=params.style == "comments_only",
    )


def _wanted(include: frozenset[str]) -> Any:
    """Which associations: those of assignments, those of the course, or both."""
    if "associations" in include:
        return lambda _assignment_id: True
    return lambda assignment_id: ("assignment" if assignment_id else "course") + "_associations" in include


def show_of_account(call: Call, _params: None) -> Rubric:
    return rubric(call.read(lambda unit: rubrics.show_of_account(unit, call.account_id(unit), call.number("rubric_id"))))


def create(call: Call, params: RubricParams) -> RubricMade:
    use = _use(call, params.rubric_association)
    row, association = call.write(lambda unit: rubrics.create(unit, call.course_id(unit), _command(params), use))
    return RubricMade(rubric(row), UNSET if association is None else rubric_association(association))


def update(call: Call, params: RubricParams) -> RubricMade:
    row = call.write(lambda unit: rubrics.update(unit, call.course_id(unit), call.number("rubric_id"), _command(params)))
    return RubricMade(rubric(row))


def delete(call: Call, _params: None) -> Rubric:
    return rubric(call.write(lambda unit: rubrics.delete(unit, call.course_id(unit), call.number("rubric_id"))))


def create_association(call: Call, params: UseParams) -> RubricAssociation:
    use = _use(call, params.rubric_association) or UseCommand()
    return rubric_association(call.write(lambda unit: rubrics.use(unit, call.course_id(unit), use)))


def update_association(call: Call, params: UseParams) -> RubricAssociation:
    use = _use(call, params.rubric_association) or UseCommand()
    number = call.number("rubric_association_id")
    return rubric_association(call.write(lambda unit: rubrics.change_use(unit, call.course_id(unit), number, use)))


def delete_association(call: Call, _params: None) -> RubricAssociation:
    number = call.number("rubric_association_id")
    return rubric_association(call.write(lambda unit: rubrics.end_use(unit, call.course_id(unit), number)))


def delete_assessment(call: Call, _params: None) -> RubricAssessment:
    view = call.write(
        lambda unit: rubrics.delete_assessment(
            unit, call.course_id(unit), call.number("rubric_association_id"), call.number("rubric_assessment_id")
        )
    )
    return rubric_assessment(view)


def _command(params: RubricParams) -> RubricCommand:
    sent = params.rubric or RubricFields()
    return RubricCommand(
        title=sent.title, criteria=sent.criteria, free_form_criterion_comments=sent.free_form_criterion_comments
    )


def _use(call: Call, sent: UseFields | UnsetType | None) -> UseCommand | None:
    if not sent:
        return None
    return UseCommand(
        rubric_id=call.local(sent.rubric_id) if sent.rubric_id else None,
        association_id=call.local(sent.association_id) if sent.association_id else None,
        association_type=sent.association_type or None,
        title=sent.title,
        use_for_grading=sent.use_for_grading,
        hide_score_total=sent.hide_score_total,
        hide_points=sent.hide_points,
    )


def _plain(method: str, path: str, name: str, summary: str, handler: Any, returns: Any, params: Any = None) -> Operation:
    return Operation(
        method=method,
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        returns=returns,
        params=params,
        writes=method != "GET",
        tag=_TAG,
    )


def _lists() -> Sequence[Operation]:
    return (
        Operation(
            method="GET",
            path="/api/v1/courses/:course_id/rubrics",
            name="list_course_rubrics",
            summary="List the rubrics of a course, its own only",
            handler=index,
            returns=list[Rubric],
            paginated=True,
            tag=_TAG,
        ),
        Operation(
            method="GET",
            path="/api/v1/accounts/:account_id/rubrics",
            name="list_account_rubrics",
            summary="List the rubrics of an account, its own only",
            handler=index_of_account,
            returns=list[Rubric],
            paginated=True,
            tag=_TAG,
        ),
    )


_MANY = "/api/v1/courses/:course_id/rubrics"
_ONE = f"{_MANY}/:rubric_id"
_USES = "/api/v1/courses/:course_id/rubric_associations"
_USE = f"{_USES}/:rubric_association_id"

OPERATIONS = (
    *_lists(),
    _plain("GET", _ONE, "show_course_rubric", "Show a rubric with its use in a course", show, Rubric, ShowParams),
    _plain(
        "GET",
        "/api/v1/accounts/:account_id/rubrics/:rubric_id",
        "show_account_rubric",
        "Show a rubric of an account",
        show_of_account,
        Rubric,
    ),
    _plain("POST", _MANY, "create_rubric", "Make a rubric and, where wanted, put it to use", create, RubricMade, RubricParams),
    _plain(
        "PUT",
        _ONE,
        "update_rubric",
        "Change a rubric; its criteria until something was assessed",
        update,
        RubricMade,
        RubricParams,
    ),
    _plain("DELETE", _ONE, "delete_rubric", "Delete a rubric; what was assessed with it stays", delete, Rubric),
    _plain("POST", _USES, "create_rubric_association", "Use a rubric", create_association, RubricAssociation, UseParams),
    _plain(
        "PUT",
        _USE,
        "update_rubric_association",
        "Change how a rubric is used",
        update_association,
        RubricAssociation,
        UseParams,
    ),
    _plain("DELETE", _USE, "delete_rubric_association", "Use a rubric no more", delete_association, RubricAssociation),
    _plain(
        "DELETE",
        f"{_USE}/rubric_assessments/:rubric_assessment_id",
        "delete_rubric_assessment",
        "Take an assessment away; a grade that came of it stays",
        delete_assessment,
        RubricAssessment,
    ),
)
