"""All operations of the Canvas dialect. A new module of routes is added to this list and nowhere else."""

from __future__ import annotations

from gradewire.dialects.canvas.operations import Operation, collect
from gradewire.dialects.canvas.routes import (
    accounts,
    assignment_groups,
    assignment_overrides,
    assignments,
    course_grades,
    course_users,
    courses,
    enrollments,
    files,
    gradeable_students,
    grading_standards,
    groups,
    handing_in,
    late_policies,
    moderated_grading,
    posting,
    progress,
    rubric_assessments,
    sections,
    submissions,
    users,
    what_if_grades,
)

OPERATIONS: tuple[Operation, ...] = collect(
    accounts,
    assignment_groups,
    assignment_overrides,
    assignments,
    course_grades,
    course_users,
    courses,
    enrollments,
    files,
    gradeable_students,
    grading_standards,
    groups,
    handing_in,
    late_policies,
    moderated_grading,
    posting,
    progress,
    rubric_assessments,
    sections,
    submissions,
    users,
    what_if_grades,
)
