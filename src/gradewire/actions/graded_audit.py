"""What the audit trail of anonymous and moderated assignments tells of real grades (moderation reference, 11.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradewire.actions.unit import Unit
from gradewire.core.grading import Head
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

TOLD = ("score", "grade", "excused")


def audit(unit: Unit, graded: Sequence[tuple[AssignmentFacts, SubmissionRow, Head]]) -> None:
    """Tell of each change of a score, grade or excusal by somebody known, as [old, new]; one statement, or none."""
    entries: list[tuple[int, int | None, int | None, dict[str, Any]]] = []
    for assignment, row, head in graded:
        if not (assignment.anonymous_grading or assignment.moderated_grading):
            continue
        by = unit.actor_id
        if by is None and head.grader_id is not None and head.grader_id > 0:
            by = head.grader_id  # a job grades for who asked for it
        changes = {
            name: [getattr(row, name), getattr(head, name)] for name in TOLD if getattr(row, name) != getattr(head, name)
        }
        if changes and by is not None:
            entries.append((assignment.id, row.id, by, changes))
    unit.audit_many("submission_updated", entries)
