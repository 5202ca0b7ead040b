"""The enrollment term object."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.terms import TermView
from gradewire.dialects.canvas.wire import whole
from gradewire.store.courses import TermRow


class Term(Struct):
    id: int
    name: str
    start_at: datetime | None
    end_at: datetime | None
    created_at: datetime | None
    workflow_state: str
    grading_period_group_id: int | None
    sis_term_id: str | UnsetType | None = UNSET
    course_count: int | UnsetType = UNSET


class Terms(Struct):
    enrollment_terms: list[Term]


def term(row: TermRow, *, reads_sis: bool) -> Term:
    """Ids of other systems are for those who may read them."""
    return Term(
        id=row.id,
        name=row.name,
        start_at=whole(row.start_at),
        end_at=whole(row.end_at),
        created_at=whole(row.created_at),
        workflow_state=row.workflow_state,
        grading_period_group_id=row.grading_period_group_id,
        sis_term_id=row.sis_term_id if reads_sis else UNSET,
    )


def term_view(view: TermView) -> Term:
    shape = term(view.row, reads_sis=view.reads_sis)
    if view.course_count is not None:
        shape.course_count = view.course_count
    return shape
