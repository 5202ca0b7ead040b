"""The agreement between the graders of a moderated assignment: the statistics as tables, and the plots of them."""

from __future__ import annotations

from typing import Any

from gradewire.actions import grader_agreement
from gradewire.actions.grader_agreement import GraderAgreement
from gradewire.core.agreement import Pair
from gradewire.core.errors import Invalid, Malformed
from gradewire.web.course_navigation import stops
from gradewire.web.routes.moderation import PATH, explain, read_number, student_key
from gradewire.web.visits import Page, Place, Visit


def show(visit: Visit) -> Page:
    """The statistics, with the tolerance that ``tolerance`` names."""
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    sent = visit.query.get("tolerance", "").strip()
    error = None
    try:
        tolerance = read_number(sent) if sent else None
        measured = visit.read(lambda unit: grader_agreement.measure(unit, course_id, assignment_id, tolerance=tolerance))
    except (Invalid, Malformed) as refused:
        error = explain(refused)
        measured = visit.read(lambda unit: grader_agreement.measure(unit, course_id, assignment_id))
    table = measured.table
    rows = {row.submission.id: row for row in table.rows}
    context = {
        "course": table.access.rules.course,
        "stops": stops(table.access),
        "stop": "Moderation",
        "assignment": table.assignment,
        "here": f"/courses/{course_id}/assignments/{assignment_id}/moderate",
        "measured": measured,
        "found": measured.found,
        "graders": measured.graders,
        "rows": rows,
        "student_key": student_key,
        "sent": sent,
        "error": error,
        "plots": _plots(measured),
    }
    return Page(template="grader_agreement.html", context=context, status=200 if error is None else 422)


def _plots(measured: GraderAgreement) -> dict[str, Any]:
    """What the script draws: each pair's differences with their limits, and every grader's scores."""
    rows = {row.submission.id: row for row in measured.table.rows}
    names = {number: grader.name for number, grader in measured.graders.items()}

    def pair(one: Pair) -> dict[str, Any]:
        return {
            "first": names[one.first],
            "second": names[one.second],
            "mean": one.mean_difference,
            "lower": one.lower,
            "upper": one.upper,
            "points": [{"x": point.mean, "y": point.difference, "student": rows[point.student].name} for point in one.points],
        }

    scores: dict[int, list[float]] = {profile.grader: [] for profile in measured.found.graders}
    for row in measured.table.rows:
        for given in row.given:
            scores[given.scorer_id].append(given.score)
    return {
        "possible": measured.table.assignment.points_possible,
        "pairs": [pair(one) for one in measured.found.pairs],
        "graders": [
            {
                "name": names[profile.grader],
                "scores": sorted(scores[profile.grader]),
                "mean": profile.mean,
                "deviation": profile.deviation,
            }
            for profile in measured.found.graders
        ],
    }


PLACES = [Place(method="GET", path=PATH + "/agreement", page=show)]
