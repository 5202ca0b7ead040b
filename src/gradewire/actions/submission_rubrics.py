"""How submissions were assessed by the rubrics of their assignments, as far as the caller sees their grades."""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.access import CourseAccess
from gradewire.actions.provisional_grade_views import AssessmentView
from gradewire.actions.submissions import SubmissionView
from gradewire.actions.unit import Unit
from gradewire.store import rubrics, users

GRADING = "grading"


def assessments_of(unit: Unit, access: CourseAccess, found: Sequence[SubmissionView]) -> dict[int, AssessmentView]:
    """The assessment for grading of each submission that has one, by submission id; constantly many statements."""
    seen = [one.row.id for one in found if one.grade_visible]
    rows = [row for row in rubrics.of_submissions(unit.connection, seen) if row.assessment_type == GRADING] if seen else []
    if not rows:
        return {}
    hiding = rubrics.hiding_points(unit.connection, {row.rubric_association_id for row in rows})
    assessors = {row.assessor_id for row in rows if row.assessor_id is not None}
    names = {one.id: one.name for one in users.by_ids(unit.connection, assessors)}
    return {
        row.submission_id: AssessmentView(
            row=row,
            assessor_name=names.get(row.assessor_id or 0),
            hide_points=row.rubric_association_id in hiding,
            root_account_id=access.rules.course.root_account_id,
        )
        for row in rows
    }
