"""All operations of the Schoology dialect. A new module of routes is added to this list and nowhere else."""

from __future__ import annotations

from gradewire.dialects.schoology.operations import Operation, collect
from gradewire.dialects.schoology.routes import (
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
    section_news,
    submissions,
    users,
)

OPERATIONS: tuple[Operation, ...] = collect(
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
    section_news,
    submissions,
    users,
)
