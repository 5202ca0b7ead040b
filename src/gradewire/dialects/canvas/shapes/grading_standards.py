"""The grading standard object."""

from __future__ import annotations

from msgspec import Struct

from gradewire.core.schemes import Scheme, calculated_value
from gradewire.store.grading_standards import StandardRow


class GradingSchemeEntry(Struct):
    name: str
    value: float
    """The lower bound as a fraction."""
    calculated_value: float
    """The same in percent, or in points of a points-based standard."""


class GradingStandard(Struct):
    id: int
    title: str | None
    context_type: str
    context_id: int
    points_based: bool
    scaling_factor: float
    grading_scheme: list[GradingSchemeEntry]


def grading_standard(row: StandardRow) -> GradingStandard:
    """All keys are always there, whatever the published examples leave out."""
    scheme = Scheme(row.title, row.points_based, row.scaling_factor, row.data)
    in_course = row.course_id is not None
    return GradingStandard(
        id=row.id,
        title=row.title,
        context_type="Course" if in_course else "Account",
        context_id=row.course_id or row.account_id or 0,
        points_based=row.points_based,
        scaling_factor=row.scaling_factor,
        grading_scheme=[GradingSchemeEntry(name, bound, calculated_value(scheme, bound)) for name, bound in row.data],
    )
