"""How the grades of an assignment are spread: a plot, and the same numbers as tables."""

from __future__ import annotations

from gradewire.actions import distributions
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Page, Place, Visit

PATH = "/courses/{course_id:str}/assignments/{assignment_id:str}/distribution"


def show(visit: Visit) -> Page:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    shown = visit.read(lambda unit: distributions.of_assignment(unit, course_id, assignment_id))
    context = {
        "course": shown.access.rules.course,
        "stops": stops(shown.access),
        "stop": None,
        "assignment": shown.assignment,
        "shown": shown,
        "found": shown.found,
    }
    return Page(template="distribution.html", context=context)


PLACES = [Place(method="GET", path=PATH, page=show)]
