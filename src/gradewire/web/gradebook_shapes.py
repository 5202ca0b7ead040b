"""The gradebook as its script reads it: columns of values rather than rows of objects, for there are many cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gradewire.actions.changes import Cursor, Position
from gradewire.actions.gradebook_grid import Cell, CellDetail, Delta, Grid, GridColumn
from gradewire.actions.gradebook_writing import Written
from gradewire.core.errors import Malformed
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES

_CURSOR = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9]{0,19})\.([A-Za-z0-9-]{0,64})")


def write_cursors(seen: tuple[Cursor, Cursor]) -> list[str]:
    """Of submissions and of scores, as texts."""
    return [f"{one.position.stamp}.{one.position.id}.{'' if one.floor is None else one.floor}.{one.origin}" for one in seen]


def read_cursor(text: str | None, kind: str, course_id: int) -> Cursor:
    """
    Raises:
        Malformed: not what ``write_cursors`` wrote.
    """
    found = _CURSOR.fullmatch(text or "")
    if found is None:
        raise Malformed("This is no cursor of a gradebook.")
    position = Position(int(found[1]), int(found[2]))
    return Cursor(kind, course_id, found[4], position, int(found[3]) if found[3] else None)


def grid(found: Grid) -> dict[str, Any]:
    """All of a gradebook. ``cells`` has a column for each assignment, whose values stand in the order of the students."""
    places = {one.id: place for place, one in enumerate(found.students)}
    rules = found.access.rules
    return {
        "rules": rules.course.rules_version,
        "editable": found.access.has(MANAGE_GRADES),
        "sets_up": found.access.has(MANAGE_ASSIGNMENTS),
        "overrides": found.overrides and found.access.has(MANAGE_GRADES),
        "weighted": rules.course.group_weighting_scheme == "percent",
        "assignments": [_column(one) for one in found.columns],
        "groups": [{"id": one.id, "name": one.name, "weight": one.group_weight} for one in found.groups],
        "periods": [{"id": one.id, "title": one.title} for one in found.periods],
        "sections": [{"id": number, "name": name} for number, name in found.sections.items()],
        "students": [
            {
                "id": one.id,
                "name": one.name,
                "sortable": one.sortable_name,
                "enrollment": one.enrollment_id,
                "sections": one.section_ids,
                "current": one.current,
            }
            for one in found.students
        ],
        "cells": _columns(found, places),
        "totals": [found.totals.get(one.id, {}) for one in found.students],
        "seen": write_cursors(found.seen),
    }


def _column(one: GridColumn) -> dict[str, Any]:
    assignment = one.assignment
    return {
        "id": assignment.id,
        "name": assignment.name,
        "group": assignment.assignment_group_id,
        "type": assignment.grading_type,
        "points": assignment.points_possible,
        "due": assignment.due_at,
        "manual": assignment.post_manually or assignment.moderated_grading,
        "together": assignment.group_category_id is not None and not assignment.grade_group_students_individually,
        "locked": one.locked,
        "names": one.scheme_names,
    }


def _columns(found: Grid, places: dict[int, int]) -> dict[str, Any]:
    """By assignment: versions (-1: not for this student), flags, scores, grades, periods; what few cells have stands in
    ``more`` by the student's place."""
    count = len(places)
    columns: dict[int, dict[str, Any]] = {}
    for one in found.columns:
        if one.locked != "anonymous":
            columns[one.assignment.id] = {
                "versions": [-1] * count,
                "flags": [0] * count,
                "scores": [None] * count,
                "grades": [None] * count,
                "periods": [None] * count,
                "more": {},
            }
    for cell in found.cells:
        column, place = columns[cell.assignment_id], places[cell.student_id]
        column["versions"][place] = cell.version
        column["flags"][place] = cell.flags
        column["scores"][place] = cell.score
        column["grades"][place] = cell.grade
        column["periods"][place] = cell.period_id
        if cell.entered is not None or cell.late_policy_status is not None or cell.seconds_late_override is not None:
            column["more"][str(place)] = [
                cell.entered,
                cell.entered_score,
                cell.late_policy_status,
                cell.seconds_late_override,
            ]
    return {str(number): column for number, column in columns.items()}


def cell(one: Cell) -> list[Any]:
    """One cell: assignment, student, version, flags, score, grade, period, and what ``more`` has."""
    return [
        one.assignment_id,
        one.student_id,
        one.version,
        one.flags,
        one.score,
        one.grade,
        one.period_id,
        [one.entered, one.entered_score, one.late_policy_status, one.seconds_late_override],
    ]


def cells(found: Iterable[Cell]) -> list[list[Any]]:
    return [cell(one) for one in found]


def delta(found: Delta) -> dict[str, Any]:
    return {
        "rules": found.rules_version,
        "cells": cells(found.cells),
        "gone": found.gone,
        "totals": found.totals,
        "seen": write_cursors(found.seen),
        "more": found.more,
    }


def written(found: Written) -> dict[str, Any]:
    return {
        "outcomes": [
            {
                "assignment": one.assignment_id,
                "student": one.student_id,
                "done": one.done,
                "message": one.message,
                "cell": None if one.cell is None else cell(one.cell),
            }
            for one in found.outcomes
        ],
        "cells": cells(found.others),
        "totals": found.totals,
    }


def detail(found: CellDetail) -> dict[str, Any]:
    """A cell for its panel."""
    row = found.view.row
    return {
        "cell": cell(found.cell),
        "anonymous_id": row.anonymous_id,
        "submitted_at": row.submitted_at,
        "due_at": row.cached_due_date,
        "graded_at": row.graded_at,
        "attempt": row.attempt,
        "deducted": row.points_deducted,
        "late": found.view.late,
        "missing": found.view.missing,
        "seconds_late": found.view.seconds_late,
        "posted": row.posted_at is not None,
        "comments": [
            {
                "author": one.author.name if one.author is not None else "Somebody anonymous",
                "text": one.row.comment,
                "at": one.row.created_at,
                "hidden": one.row.hidden,
            }
            for one in found.comments
        ],
    }
