"""The grades of one student: as the student sees them, and what the total would be with other scores."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from gradewire.actions import student_grades
from gradewire.actions.student_grades import StudentGrades
from gradewire.actions.submission_comments import CommentView
from gradewire.actions.what_if import Marks, Outcome
from gradewire.core.entry import MOST_POINTS
from gradewire.core.errors import Invalid, Malformed, NotFound, Refused
from gradewire.core.scoring.hypotheses import Hypotheses, Trial
from gradewire.web.course_navigation import stops
from gradewire.web.failures import message_of
from gradewire.web.visits import Data, Page, Place, Redirect, Visit, link, number

PATH = "/courses/{course_id:str}/grades"
TRY = "try-"
"""The fields of supposed scores are called this with the number of the assignment."""
MOST_DIGITS = 40


class Supposed(Struct, frozen=True):
    """What the script sends: what was typed for each assignment, empty texts for nothing."""

    scores: dict[str, str]


class Would(Struct, frozen=True):
    """A total as it would be, as texts to show."""

    total: str
    before: str
    final: str
    override: bool


def choose(visit: Visit) -> Page | Redirect:
    """On to the one student whose grades the reader may open, or a list of several."""
    course_id = visit.number("course_id")
    found = visit.read(lambda unit: student_grades.list_students(unit, course_id))
    own = visit.session.user_id if visit.session else None
    if len(found) == 1 or (found and found[0][0] == own):
        return Redirect(path=f"/courses/{course_id}/grades/{found[0][0]}")
    if not found:
        raise NotFound
    return Page(template="student_choice.html", context={"course_id": course_id, "students": found})


def show(visit: Visit) -> Page:
    """The page; with ``try`` in the query it has boxes for supposed scores."""
    return _page(visit, tries="try" in visit.query)


def suppose(visit: Visit) -> Page:
    """The page with the total that the typed scores would make; for browsers without scripts."""
    typed = {name.removeprefix(TRY): text for name, text in visit.form.items() if name.startswith(TRY)}
    try:
        would = _suppose(visit, typed)
    except (Invalid, Malformed, Refused) as error:
        return _page(visit, tries=True, typed=typed, error=message_of(error))
    return _page(visit, tries=True, typed=typed, would=would)


def suppose_live(visit: Visit) -> Data:
    """The same for the script of the page."""
    return Data(value=_suppose(visit, visit.json(Supposed).scores))


def _suppose(visit: Visit, typed: Mapping[str, str]) -> Would:
    course_id, student_id = visit.number("course_id"), visit.number("student_id")
    trials = tuple(Trial(item_id=number(name), score=_read(text)) for name, text in typed.items() if text.strip())
    outcome = visit.read(lambda unit: student_grades.suppose(unit, course_id, student_id, Hypotheses(trials=trials)))
    return _told(outcome)


def _read(text: str) -> float:
    """
    Raises:
        Malformed: no number of points.
    """
    sent = text.strip().replace(",", ".")
    try:
        found = float(sent) if len(sent) <= MOST_DIGITS and "_" not in sent else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or abs(found) > MOST_POINTS:
        raise Malformed(f"“{sent[:MOST_DIGITS]}” is not a number of points. Type it like 8 or 8.5.")
    return found


def _told(outcome: Outcome) -> Would:
    return Would(
        total=_percent(outcome.after.current_score, outcome.after.current_grade),
        before=_percent(outcome.before.current_score, outcome.before.current_grade),
        final=_final(outcome.after),
        override=outcome.override_in_effect,
    )


def _final(marks: Marks) -> str:
    return _percent(marks.final_score, marks.final_grade)


def _percent(score: float | None, letter: str | None) -> str:
    if score is None:
        return "nothing graded yet"
    shown = f"{score:.2f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")
    return f"{shown}% {letter}" if letter else f"{shown}%"


def _page(
    visit: Visit,
    *,
    tries: bool,
    typed: Mapping[str, str] | None = None,
    would: Would | None = None,
    error: str | None = None,
) -> Page:
    course_id, student_id = visit.number("course_id"), visit.number("student_id")
    sent = visit.query.get("grading_period_id")
    period_id = number(sent) if sent else None
    grades = visit.read(lambda unit: student_grades.show(unit, course_id, student_id, grading_period_id=period_id))
    context = {
        "course": grades.access.rules.course,
        "stops": stops(grades.access),
        "stop": "Grades",
        "student": grades,
        "path": f"/courses/{course_id}/grades/{student_id}",
        "tries": tries and grades.may_suppose,
        "typed": typed or {},
        "would": would,
        "error": error,
        "author_name": lambda view: author_name(grades, view),
        "hand_in_path": lambda one: link(f"/courses/{course_id}/assignments/{one}/work"),
    }
    return Page(template="student_grades.html", context=context, status=200 if error is None else 422)


def author_name(grades: StudentGrades, view: CommentView) -> str:
    """Who wrote a comment. The student reads "You"; others read the student's name."""
    if view.anonymous_id is not None:
        return "Grader"
    if view.own:
        return "You" if grades.viewer == "self" else grades.name
    return view.author.name if view.author else "Unknown"


PLACES = [
    Place(method="GET", path=PATH, page=choose),
    Place(method="GET", path=PATH + "/{student_id:str}", page=show),
    Place(method="POST", path=PATH + "/{student_id:str}", page=suppose),
    Place(method="POST", path=PATH + "/{student_id:str}/what_if", page=suppose_live),
]
