"""Moderation: students times graders, selecting one by one or by a rule, final marks, the moderation set, publishing, posting.

Everything works by forms; the script of the page selects and gives final marks without loading it again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_args

from msgspec import Struct

from gradewire.actions import (
    grader_agreement,
    moderation_acceptance,
    moderation_overview,
    moderation_publishing,
    moderation_sets,
    moderation_table,
    posting,
    provisional_grade_selection,
)
from gradewire.actions.grader_agreement import GraderAgreement
from gradewire.actions.moderation_acceptance import Acceptance
from gradewire.actions.moderation_sets import Built
from gradewire.actions.moderation_table import ModerationTable, Row
from gradewire.actions.posting import Order
from gradewire.actions.unit import Unit
from gradewire.core.errors import Conflict, Invalid, Malformed, Refused
from gradewire.core.moderation_sets import Kind, Rule
from gradewire.core.numbers import show_number
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.web.course_navigation import stops
from gradewire.web.failures import message_of
from gradewire.web.visits import Data, Page, Place, Redirect, Visit, link, number

PATH = "/courses/{course_id:str}/assignments/{assignment_id:str}/moderate"

LONGEST_GRADE = 255
DONE = {
    "selected": "The grade is selected.",
    "marked": "The final mark is given and selected.",
    "accepted": "Accepted: {n} students have a grade that counts now.",
    "built": "{n} students were added to the moderation set.",
    "published": "The grades are published. Students see them once you post them.",
    "posted": "The grades are posted: students see them.",
    "hidden": "The grades are hidden from students again.",
}
"""What a page says after the form before it, by the word that the redirect carries."""

REASONS = {
    "excused": "excused",
    "outside": "not in the moderation set",
    "decided": "decided already",
    "ungraded": "not graded",
    "alone": "graded by one grader only",
    "apart": "too far apart",
    "other": "not graded by this grader",
    "frozen": "with a selected final mark, which only the final grader changes",
}
"""Why students are left out of what is accepted."""

SHOWN = {"all": "all students", "undecided": "to decide", "apart": "graders differ", "outside": "not in the moderation set"}
ORDERS = {"name": "by student", "spread": "by difference, largest first"}


class Chosen(Struct, forbid_unknown_fields=True):
    """What the script selects."""

    provisional_grade_id: int


class Mark(Struct, forbid_unknown_fields=True):
    """The final mark that the script gives to the student with this anonymous id."""

    student: str
    grade: str


def index(visit: Visit) -> Page:
    """The moderated assignments of a course."""
    course_id = visit.number("course_id")
    found = visit.read(lambda unit: moderation_overview.show(unit, course_id))
    context = {
        "course": found.access.rules.course,
        "stops": stops(found.access),
        "stop": "Moderation",
        "assignments": found.assignments,
    }
    return Page(template="moderation_overview.html", context=context)


def show(visit: Visit) -> Page:
    """The page; with ``preview`` what a rule would accept."""
    done = DONE.get(visit.query.get("done", ""), "").format(n=_count(visit.query.get("n")))
    if "preview" not in visit.query:
        return _page(visit, done=done)
    try:
        asked = _asked(visit.query)
        course_id, assignment_id = _ids(visit)
        acceptance = visit.read(lambda unit: moderation_acceptance.preview(unit, course_id, assignment_id, **asked))
    except (Refused, Invalid, Malformed) as error:
        return _page(visit, error=explain(error), part="accept")
    return _page(visit, done=done, acceptance=acceptance)


def save(visit: Visit) -> Page | Redirect:
    """What a form of the page asks for. What is refused is said above the part that it belongs to."""
    course_id, assignment_id = _ids(visit)
    part = "table"
    try:
        if visit.sent("select"):
            grade_id = number(visit.sent("select"))
            visit.write(lambda unit: provisional_grade_selection.select(unit, course_id, assignment_id, grade_id))
            return _on(visit, "selected")
        part = visit.sent("do")
        match part:
            case "final":
                student, entry = visit.sent("student"), visit.sent("grade")
                visit.write(lambda unit: _give_final(unit, course_id, assignment_id, student, entry))
                return _on(visit, "marked")
            case "accept":
                asked, token = _asked(visit.form), visit.sent("token")
                done = visit.write(
                    lambda unit: moderation_acceptance.accept(unit, course_id, assignment_id, **asked, token=token)
                )
                return _on(visit, "accepted", len(done.steps))
            case "set":
                return _build(visit, course_id, assignment_id)
            case "publish":
                visit.write(lambda unit: moderation_publishing.publish(unit, course_id, assignment_id))
                return _on(visit, "published")
            case "post":
                visit.write(lambda unit: posting.post(unit, course_id, assignment_id, Order()))
                return _on(visit, "posted")
            case "hide":
                visit.write(lambda unit: posting.hide(unit, course_id, assignment_id, Order()))
                return _on(visit, "hidden")
            case _:
                return _page(visit, error="The form is incomplete.")
    except (Refused, Invalid, Malformed, Conflict) as error:
        return _page(visit, error=explain(error), part=part)


def _build(visit: Visit, course_id: int, assignment_id: int) -> Page | Redirect:
    kind = visit.sent("kind")
    if kind not in get_args(Kind):
        raise Malformed("Choose how the set is built.")
    below = visit.sent("below").strip()
    rule = Rule(
        kind=kind,  # type: ignore[arg-type]
        percent=read_number(visit.sent("percent") or "10"),
        margin=read_number(visit.sent("margin") or "1"),
        each=int(min(max(read_number(visit.sent("each") or "1"), 0), 10**6)),
        below=read_number(below) if below else None,
    )
    seed, only_look = visit.sent("seed").strip() or None, "look" in visit.form
    built = visit.write(
        lambda unit: moderation_sets.build(unit, course_id, assignment_id, rule, seed=seed, only_look=only_look)
    )
    return _page(visit, built=built) if only_look else _on(visit, "built", len(built.added))


def select(visit: Visit) -> Data:
    """The script selects a provisional grade."""
    course_id, assignment_id = _ids(visit)
    chosen = visit.json(Chosen).provisional_grade_id
    return _for_script(
        visit, lambda unit: provisional_grade_selection.select(unit, course_id, assignment_id, chosen).provisional_grade_id
    )


def mark(visit: Visit) -> Data:
    """The script gives a final mark, which is selected at once."""
    course_id, assignment_id = _ids(visit)
    sent = visit.json(Mark)
    return _for_script(visit, lambda unit: _give_final(unit, course_id, assignment_id, sent.student, sent.grade))


def _give_final(unit: Unit, course_id: int, assignment_id: int, student: str, entry: str) -> int:
    if len(entry) > LONGEST_GRADE:
        raise Malformed("This is too long for a grade.")
    return moderation_acceptance.give_final(unit, course_id, assignment_id, student, entry)


def _for_script(visit: Visit, write: Any) -> Data:
    """Do it, and tell what stands in the student's row now."""
    course_id, assignment_id = _ids(visit)

    def work(unit: Unit) -> dict[str, Any]:
        grade_id = write(unit)
        table = moderation_table.show(unit, course_id, assignment_id)
        row = next(row for row in table.rows if any(view.row.id == grade_id for view in row.views))
        chosen = next(view for view in row.views if view.row.id == grade_id)
        return {
            "student": row.submission.anonymous_id,
            "name": row.name,
            "selected": grade_id,
            "final": chosen.row.final,
            "grade": grade_text(chosen.row.grade, chosen.row.score),
            "receives": receives_text(row),
            "undecided": sum(one.undecided for one in table.rows),
        }

    try:
        return Data(value=visit.write(work))
    except (Refused, Invalid, Malformed) as error:
        return Data(value={"error": explain(error)}, status=422)


def explain(error: Refused | Invalid | Malformed | Conflict) -> str:
    """A refusal in words for the person at the page."""
    if isinstance(error, Refused):
        match error.code:
            case "selected_grade":
                return "This final mark is selected. Only the final grader can still change it."
            case "grade_error" if error.message.startswith("Assignment::"):
                return (
                    "This is not a grade of the assignment, or the final mark is selected and only the final grader changes it."
                )
            case "not_in_moderation_set":
                return "This student is not in the moderation set."
            case "no_other_grade":
                return "A final mark needs a grader's grade before it."
            case "unselected":
                return "Some students have grades of several graders and none is selected. Decide about them first."
            case "already_published":
                return "The grades are published already."
    return message_of(error)


def _ids(visit: Visit) -> tuple[int, int]:
    return visit.number("course_id"), visit.number("assignment_id")


def _count(sent: str | None) -> int:
    return int(sent) if sent and sent.isascii() and sent.isdigit() and len(sent) < 7 else 0


def read_number(sent: str) -> float:
    """
    Raises:
        Malformed: it is no number.
    """
    try:
        found = float(sent.strip().replace(",", ".").removesuffix("%"))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Malformed(f"“{sent.strip()[:40]}” is not a number.")
    return found


def _asked(fields: Mapping[str, str]) -> dict[str, Any]:
    """The rule that is previewed or accepted."""
    taken, tolerance = fields.get("take", "average"), fields.get("tolerance", "").strip()
    return {
        "grader": None if taken == "average" else taken,
        "tolerance": read_number(tolerance) if tolerance else None,
        "again": "again" in fields,
    }


def _on(visit: Visit, done: str, count: int | None = None) -> Redirect:
    """Back to the page, with the same students shown."""
    course_id, assignment_id = _ids(visit)
    kept = {name: visit.query[name] for name in ("show", "order") if name in visit.query}
    return Redirect(path=link(f"/courses/{course_id}/assignments/{assignment_id}/moderate", **kept, done=done, n=count))


def _page(
    visit: Visit,
    *,
    done: str = "",
    error: str | None = None,
    part: str | None = None,
    acceptance: Acceptance | None = None,
    built: Built | None = None,
) -> Page:
    course_id, assignment_id = _ids(visit)

    def read(unit: Unit) -> tuple[ModerationTable, GraderAgreement]:
        table = moderation_table.show(unit, course_id, assignment_id)
        return table, grader_agreement.of_table(table, grader_agreement.default_tolerance(table.assignment))

    table, measured = visit.read(read)
    assignment = table.assignment
    shown, order = visit.query.get("show", "all"), visit.query.get("order", "name")
    shown, order = shown if shown in SHOWN else "all", order if order in ORDERS else "name"
    rows = [row for row in table.rows if _is_shown(row, shown, measured.tolerance)]
    if order == "spread":
        rows.sort(key=lambda row: -(row.spread or 0))
    publishing = [row for row in table.rows if row.receives_grade]
    here = f"/courses/{course_id}/assignments/{assignment_id}/moderate"
    kept = {"show": shown if shown != "all" else None, "order": order if order != "name" else None}
    context = {
        "course": table.access.rules.course,
        "stops": stops(table.access),
        "stop": "Moderation",
        "table": table,
        "assignment": assignment,
        "rows": rows,
        "here": here,
        "kept": kept,
        "shown": shown,
        "order": order,
        "SHOWN": SHOWN,
        "ORDERS": ORDERS,
        "open": assignment.grades_published_at is None,
        "grades": table.access.has(MANAGE_GRADES),
        "done": done if error is None else "",
        "error": error,
        "part": part,
        "undecided": sum(row.undecided for row in table.rows),
        "receiving": sum(bool(row.views) for row in publishing),
        "ungraded": sum(not row.views and not row.submission.excused for row in publishing),
        "passed_over": sum(bool(row.views) and not row.receives_grade for row in table.rows),
        "in_set": sum(row.in_set for row in table.rows),
        "unposted": sum(row.submission.posted_at is None for row in table.rows),
        "measured": measured,
        "acceptance": acceptance,
        "left": Counter(REASONS[one.reason] for one in acceptance.left).most_common() if acceptance else [],
        "asked": visit.form if part == "accept" and visit.form else visit.query,
        "typed": visit.form if visit.sent("do") in {"set", "final"} else {},
        "built": built,
        "grade_text": grade_text,
        "receives_text": receives_text,
        "student_key": student_key,
        "grader_names": {grader.user_id: grader.name for grader in table.graders},
    }
    return Page(template="moderation.html", context=context, status=200 if error is None else 422)


def _is_shown(row: Row, shown: str, tolerance: float) -> bool:
    match shown:
        case "undecided":
            return row.undecided
        case "apart":
            return (row.spread or 0) > tolerance
        case "outside":
            return not row.in_set
        case _:
            return True


def student_key(row: Row) -> dict[str, Any]:
    """How a link to SpeedGrader names the student."""
    if row.student_id is None:
        return {"anonymous_id": row.submission.anonymous_id}
    return {"student_id": row.student_id}


def grade_text(grade: str | None, score: float | None) -> str:
    """A grade as its cell shows it; with the points where it is another text."""
    if score is None:
        return grade or "–"
    points = show_number(score)
    return points if grade is None or grade == points else f"{grade} ({points})"


def receives_text(row: Row) -> str:
    """What publishing would give to the student, in words."""
    if not row.views:
        return "excused" if row.submission.excused else "no grade yet"
    if not row.receives_grade:
        return "nothing: concluded"
    view = row.receives
    if view is None:
        return "to decide"
    if view.row.score is None:
        return "comments only"
    text = grade_text(view.row.grade, view.row.score)
    return text if view.selected else f"{text} (the only grade)"


PLACES = [
    Place(method="GET", path="/courses/{course_id:str}/moderation", page=index),
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=save),
    Place(method="POST", path=PATH + "/selections", page=select),
    Place(method="POST", path=PATH + "/marks", page=mark),
]
