"""The assignment object and its overrides (moderation reference, 2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.assignments import AssignmentView
from gradewire.core.permissions import MANAGE_SIS, READ_SIS
from gradewire.dialects.canvas.shapes.rubric_objects import RubricSettings, of_assignment
from gradewire.dialects.canvas.shapes.submissions import submission
from gradewire.dialects.canvas.wire import whole
from gradewire.store.assignment_overrides import OverrideRow


class AssignmentOverride(Struct):
    """Dates are there only where they are overridden."""

    id: int
    assignment_id: int
    title: str | None
    student_ids: list[int] | UnsetType = UNSET
    course_section_id: int | UnsetType | None = UNSET
    due_at: datetime | UnsetType | None = UNSET
    unlock_at: datetime | UnsetType | None = UNSET
    lock_at: datetime | UnsetType | None = UNSET
    unassign_item: bool | UnsetType = UNSET


class AssignmentDates(Struct):
    """One of the sets of dates that an assignment has."""

    due_at: datetime | None
    unlock_at: datetime | None
    lock_at: datetime | None
    base: bool | UnsetType = UNSET
    id: int | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    set_type: str | UnsetType = UNSET
    set_id: int | UnsetType | None = UNSET


class Assignment(Struct):
    id: int
    course_id: int
    name: str
    description: str | None
    assignment_group_id: int
    position: int
    points_possible: float | None
    grading_type: str
    grading_standard_id: int | None
    submission_types: list[str]
    allowed_attempts: int
    due_at: datetime | None
    unlock_at: datetime | None
    lock_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    workflow_state: str
    published: bool
    omit_from_final_grade: bool
    hide_in_gradebook: bool
    only_visible_to_overrides: bool
    visible_to_everyone: bool
    has_overrides: bool
    post_manually: bool
    muted: bool
    peer_reviews: bool
    automatic_peer_reviews: bool
    anonymous_peer_reviews: bool
    intra_group_peer_reviews: bool
    group_category_id: int | None
    grade_group_students_individually: bool
    post_to_sis: bool
    moderated_grading: bool
    anonymous_grading: bool
    anonymous_instructor_annotations: bool
    anonymize_students: bool
    has_submitted_submissions: bool
    graded_submissions_exist: bool
    in_closed_grading_period: bool
    is_quiz_assignment: bool
    due_date_required: bool
    max_name_length: int
    can_duplicate: bool
    require_lockdown_browser: bool
    locked_for_user: bool
    html_url: str
    submissions_download_url: str
    restrict_quantitative_data: bool
    important_dates: bool = False
    # How grading is organised: for those who grade, see grades, or manage assignments.
    grader_count: int | UnsetType = UNSET
    final_grader_id: int | UnsetType | None = UNSET
    grader_section_id: int | UnsetType | None = UNSET
    graders_anonymous_to_graders: bool | UnsetType = UNSET
    grader_comments_visible_to_graders: bool | UnsetType = UNSET
    grader_names_visible_to_final_grader: bool | UnsetType = UNSET
    moderation_set: str | UnsetType = UNSET
    """Our extension: ``all`` or ``selected``."""
    grades_published: bool | UnsetType = UNSET
    needs_grading_count: int | UnsetType = UNSET
    unpublishable: bool | UnsetType = UNSET
    # Ids of other systems: for those who may read them.
    sis_assignment_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    integration_data: dict[str, Any] | UnsetType = UNSET
    # Where there are some, or where they were asked for.
    allowed_extensions: list[str] | UnsetType = UNSET
    submission: dict[str, Any] | list[dict[str, Any]] | UnsetType | None = UNSET
    overrides: list[AssignmentOverride] | UnsetType = UNSET
    all_dates: list[AssignmentDates] | UnsetType = UNSET
    assignment_visibility: list[int] | UnsetType = UNSET
    can_edit: bool | UnsetType = UNSET
    rubric: list[dict[str, Any]] | UnsetType = UNSET
    rubric_settings: RubricSettings | UnsetType = UNSET
    use_rubric_for_grading: bool | UnsetType = UNSET


def assignment(view: AssignmentView, base_url: str, include: list[str]) -> Assignment:
    row, work, access = view.row, view.work, view.access
    url = f"{base_url}/courses/{row.course_id}/assignments/{row.id}"
    published = row.workflow_state == "published"
    hidden = work.unposted or not work.placed
    shape = Assignment(
        id=row.id,
        course_id=row.course_id,
        name=row.name,
        description=row.description,
        assignment_group_id=row.assignment_group_id,
        position=row.position,
        points_possible=row.points_possible,
        grading_type=row.grading_type,
        grading_standard_id=row.grading_standard_id,
        submission_types=list(row.submission_types),
        allowed_attempts=-1 if row.allowed_attempts is None else row.allowed_attempts,
        due_at=whole(view.due_at),
        unlock_at=whole(row.unlock_at),
        lock_at=whole(row.lock_at),
        created_at=whole(row.created_at),
        updated_at=whole(row.updated_at),
        workflow_state=row.workflow_state,
        published=published,
        omit_from_final_grade=row.omit_from_final_grade,
        hide_in_gradebook=row.hide_in_gradebook,
        only_visible_to_overrides=row.only_visible_to_overrides,
        visible_to_everyone=not row.only_visible_to_overrides,
        has_overrides=bool(view.overrides),
        post_manually=row.post_manually,
        muted=hidden,
        peer_reviews=row.peer_reviews,
        automatic_peer_reviews=False,
        anonymous_peer_reviews=False,
        intra_group_peer_reviews=False,
        group_category_id=row.group_category_id,
        grade_group_students_individually=row.grade_group_students_individually,
        post_to_sis=False,
        moderated_grading=row.moderated_grading,
        anonymous_grading=row.anonymous_grading,
        anonymous_instructor_annotations=row.anonymous_instructor_annotations,
        anonymize_students=view.anonymizes_students,
        has_submitted_submissions=work.submitted,
        graded_submissions_exist=work.graded,
        in_closed_grading_period=view.in_closed_period,
        is_quiz_assignment="online_quiz" in row.submission_types,
        due_date_required=False,
        max_name_length=255,
        can_duplicate=False,
        require_lockdown_browser=False,
        locked_for_user=False,
        html_url=url,
        submissions_download_url=f"{url}/submissions?zip=1",
        restrict_quantitative_data=access.rules.course.restrict_quantitative_data,
    )
    if view.in_charge:
        shape.grader_count = row.grader_count
        shape.final_grader_id = row.final_grader_id
        shape.grader_section_id = row.grader_section_id
        shape.graders_anonymous_to_graders = row.graders_anonymous_to_graders
        shape.grader_comments_visible_to_graders = row.grader_comments_visible_to_graders
        shape.grader_names_visible_to_final_grader = row.grader_names_visible_to_final_grader
        shape.moderation_set = row.moderation_set
        shape.grades_published = not row.moderated_grading or row.grades_published_at is not None
        shape.needs_grading_count = work.needs_grading
        shape.unpublishable = not (work.submitted or work.graded)
    if access.has(READ_SIS, MANAGE_SIS):
        shape.sis_assignment_id = row.sis_assignment_id
        shape.integration_id = row.integration_id
        shape.integration_data = dict(row.integration_data or {})
    if row.allowed_extensions:
        shape.allowed_extensions = list(row.allowed_extensions)
    if view.rubric is not None:
        shape.rubric, shape.rubric_settings = of_assignment(view.rubric)
        shape.use_rubric_for_grading = view.rubric.use_for_grading
    _add(shape, view, base_url, include)
    return shape


def _add(shape: Assignment, view: AssignmentView, base_url: str, include: list[str]) -> None:
    """What was asked for."""
    if "submission" in include:
        mine = [submission(one, base_url, files=view.files.get(one.row.id, ())) for one in view.submissions]
        shape.submission = mine if "observed_users" in include else (mine[0] if mine else None)
    if "can_edit" in include:
        shape.can_edit = view.can_edit
    if not view.in_charge:
        return
    if "overrides" in include:
        shape.overrides = [assignment_override(one) for one in view.overrides]
    if "all_dates" in include:
        shape.all_dates = [*_own_dates(view), *(_dates(one) for one in view.overrides)]
    if "assignment_visibility" in include:
        shape.assignment_visibility = list(view.students)


def assignment_override(row: OverrideRow) -> AssignmentOverride:
    shape = AssignmentOverride(row.id, row.assignment_id, row.title)
    if row.set_type == "ADHOC":
        shape.student_ids = list(row.student_ids)
    elif row.set_type == "CourseSection":
        shape.course_section_id = row.course_section_id
    if row.due_at_overridden:
        shape.due_at = whole(row.due_at)
    if row.unlock_at is not None:
        shape.unlock_at = whole(row.unlock_at)
    if row.lock_at is not None:
        shape.lock_at = whole(row.lock_at)
    if row.unassign_item:
        shape.unassign_item = True
    return shape


def _own_dates(view: AssignmentView) -> list[AssignmentDates]:
    row = view.row
    if row.only_visible_to_overrides:
        return []
    return [AssignmentDates(whole(row.due_at), whole(row.unlock_at), whole(row.lock_at), base=True)]


def _dates(row: OverrideRow) -> AssignmentDates:
    by_section = row.set_type == "CourseSection"
    return AssignmentDates(
        whole(row.due_at),
        whole(row.unlock_at),
        whole(row.lock_at),
        id=row.id,
        title=row.title,
        set_type=row.set_type,
        set_id=row.course_section_id if by_section else row.id,
    )
