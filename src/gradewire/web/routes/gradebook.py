"""The gradebook: its page, and what the script of the page reads and writes."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import grade_overrides, gradebook_csv, gradebook_grid, gradebook_writing, posting
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grade_overrides import read_score, state_of
from gradewire.actions.gradebook_csv import ExportOptions
from gradewire.actions.gradebook_writing import Edit
from gradewire.actions.posting import Order
from gradewire.actions.unit import Unit
from gradewire.core.errors import Malformed, Stale
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.web import gradebook_shapes as shapes
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Data, Download, Page, Place, Visit, number

PATH = "/courses/{course_id:str}/gradebook"
MOST_EDITS = 5000
"""So many cells may be written at once: a pasted column of 500 students ten times over."""
MOST_BYTES = 4 * 1024 * 1024


class Edits(Struct, forbid_unknown_fields=True):
    edits: list[Edit]


class NewComment(Struct, forbid_unknown_fields=True):
    assignment_id: int
    student_id: int
    text: str


class NewOverride(Struct, forbid_unknown_fields=True):
    """An override, and the one that was there when it was typed."""

    enrollment_id: int
    score: str
    seen: float | None
    grading_period_id: int | None = None


class Turn(Struct, forbid_unknown_fields=True):
    """Grades of an assignment to be posted or hidden."""

    assignment_id: int
    visible: bool
    graded_only: bool = False
    section_ids: list[int] | None = None


def graders_access(unit: Unit, course_id: int) -> CourseAccess:
    """The course, for those who see the grades of all its students."""
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES, VIEW_ALL_GRADES)
    return access


def show(visit: Visit) -> Page:
    """The page; what it shows its script reads by itself."""
    course_id = visit.number("course_id")
    access = visit.read(lambda unit: graders_access(unit, course_id))
    context = {
        "course": access.rules.course,
        "stops": stops(access),
        "stop": "Gradebook",
        "editable": access.has(MANAGE_GRADES),
        "path": f"/courses/{course_id}/gradebook",
    }
    return Page(template="gradebook.html", context=context)


def grid(visit: Visit) -> Data:
    """Everything the page shows."""
    course_id = visit.number("course_id")
    return Data(value=shapes.grid(visit.read(lambda unit: gradebook_grid.show(unit, course_id))))


def changes(visit: Visit) -> Data:
    """What changed since ``work`` and ``scores``, the cursors of the last answer."""
    course_id = visit.number("course_id")
    work = shapes.read_cursor(visit.query.get("work"), "submissions", course_id)
    scores = shapes.read_cursor(visit.query.get("scores"), "scores", course_id)
    return Data(value=shapes.delta(visit.read(lambda unit: gradebook_grid.changed(unit, course_id, work, scores))))


def write(visit: Visit) -> Data:
    """Grades and statuses of cells. With a conflict among them the answer is a 409 that says all the same what was saved."""
    course_id = visit.number("course_id")
    sent = visit.json(Edits).edits
    if not 0 < len(sent) <= MOST_EDITS:
        raise Malformed(f"Between 1 and {MOST_EDITS} cells can be written at once.")
    found = visit.write(lambda unit: gradebook_writing.write(unit, course_id, sent))
    status = 409 if any(one.done == "conflict" for one in found.outcomes) else 200
    return Data(value=shapes.written(found), status=status)


def cell(visit: Visit) -> Data:
    """One cell with the comments under it."""
    course_id = visit.number("course_id")
    assignment_id, student_id = number(visit.query.get("assignment_id")), number(visit.query.get("student_id"))
    found = visit.read(lambda unit: gradebook_grid.show_cell(unit, course_id, assignment_id, student_id))
    return Data(value=shapes.detail(found))


def comment(visit: Visit) -> Data:
    """Comment on the work of a student; answers as ``cell`` does."""
    course_id = visit.number("course_id")
    sent = visit.json(NewComment)
    visit.write(lambda unit: gradebook_writing.comment(unit, course_id, sent.assignment_id, sent.student_id, sent.text))
    found = visit.read(lambda unit: gradebook_grid.show_cell(unit, course_id, sent.assignment_id, sent.student_id))
    return Data(value=shapes.detail(found))


def override(visit: Visit) -> Data:
    """Set or remove (the empty text) the override of a student's course or period score."""
    course_id = visit.number("course_id")
    sent = visit.json(NewOverride)
    period_id = sent.grading_period_id
    score = read_score(sent.score.strip().removesuffix("%"))
    expected = {state_of(sent.enrollment_id, period_id, sent.seen)}
    try:
        found = visit.write(
            lambda unit: grade_overrides.override(unit, course_id, sent.enrollment_id, score, period_id, expected=expected)
        )
    except Stale:
        found = visit.read(lambda unit: grade_overrides.show(unit, course_id, sent.enrollment_id, period_id))
        now = found.grades.override_score if found.grades else None
        return Data(value={"error": "Somebody else has changed this override.", "override": now}, status=409)
    user_id = found.row.user_id

    def read(unit: Unit) -> dict[str, object]:
        access = graders_access(unit, course_id)
        return {"totals": gradebook_grid.totals_of(unit, access, [user_id])}

    return Data(value=visit.read(read))


def post(visit: Visit) -> Data:
    """Post or hide the grades of an assignment."""
    course_id = visit.number("course_id")
    sent = visit.json(Turn)
    turn = posting.post if sent.visible else posting.hide
    order = Order(graded_only=sent.graded_only, section_ids=sent.section_ids)
    progress = visit.write(lambda unit: turn(unit, course_id, sent.assignment_id, order))
    return Data(value={"state": progress.workflow_state})


def explanation(visit: Visit) -> Data:
    """How a total came about, in words."""
    course_id, enrollment_id = visit.number("course_id"), number(visit.query.get("enrollment_id"))
    period_id = number(visit.query["grading_period_id"]) if visit.query.get("grading_period_id") else None
    found, text = visit.read(lambda unit: gradebook_grid.explain(unit, course_id, enrollment_id, period_id))
    row = found.row
    value = {
        "text": text,
        "posted": {"current": row.numbers[0], "final": row.numbers[1]},
        "all": {"current": row.numbers[2], "final": row.numbers[3]},
        "override": row.override_score if found.override_in_effect else None,
        "letter": found.letter(row.override_score if found.override_in_effect else row.numbers[2]),
        "up_to_date": found.up_to_date,
    }
    return Data(value=value)


def export(visit: Visit) -> Download:
    """The gradebook as a CSV file, with a byte order mark, without which spreadsheets take UTF-8 for something else."""
    course_id = visit.number("course_id")
    period_id = number(visit.query["grading_period_id"]) if visit.query.get("grading_period_id") else None
    options = ExportOptions(grading_period_id=period_id, byte_order_mark=True)
    found = visit.read(lambda unit: gradebook_csv.export(unit, course_id, options))
    name = "".join(one if one.isalnum() or one in "-_." else "_" for one in found.course_code) or "course"
    return Download(content=found.content, filename=f"Grades-{name}.csv", media_type="text/csv; charset=utf-8")


PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="GET", path=f"{PATH}/grid", page=grid),
    Place(method="GET", path=f"{PATH}/changes", page=changes),
    Place(method="POST", path=f"{PATH}/cells", page=write, most_bytes=MOST_BYTES),
    Place(method="GET", path=f"{PATH}/cell", page=cell),
    Place(method="POST", path=f"{PATH}/comments", page=comment),
    Place(method="POST", path=f"{PATH}/overrides", page=override),
    Place(method="POST", path=f"{PATH}/posting", page=post),
    Place(method="GET", path=f"{PATH}/explanation", page=explanation),
    Place(method="GET", path=f"{PATH}/export", page=export),
]
