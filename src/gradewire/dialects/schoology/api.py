"""All operations of the Schoology dialect. A new module of routes is added to this list and nowhere else."""

from __future__ import annotations

from gradewire.dialects.schoology.operations import Operation, collect
from gradewire.dialects.schoology.routes import (
    courses,
    enrollments,
    grade_items,
    grades,
    grading_categories,
    grading_groups,
    grading_periods,
    grading_rubrics,
    grading_scales,
    multiget,
    oauth,
    roles,
    schools,
    section_news,
    sections,
    submissions,
    user_news,
    users,
)

OPERATIONS: tuple[Operation, ...] = collect(
    courses,
    enrollments,
    grade_items,
    grades,
    grading_categories,
    grading_groups,
    grading_periods,
    grading_rubrics,
    grading_scales,
    multiget,
    oauth,
    roles,
    schools,
    section_news,
    sections,
    submissions,
    user_news,
    users,
)
