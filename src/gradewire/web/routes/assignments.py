"""An assignment as those see it who set it up: made, changed and deleted by a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gradewire.actions import assignment_choices, assignment_editing
from gradewire.actions.assignment_choices import AssignmentChoices
from gradewire.actions.assignment_editing import attributes_of
from gradewire.actions.grade_items import zone_of
from gradewire.actions.unit import Unit
from gradewire.core.assignments import Assignment
from gradewire.core.errors import Fault, Invalid, Malformed, Refused
from gradewire.web import assignment_form
from gradewire.web.assignment_form import GRADING_TYPES, HAND_IN, LABELS, ONLINE_TYPES, sentences, texts_of
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link

CHANGED = (
    "Somebody else has changed this assignment since you opened this page. Below is what you typed. Save again to put it in "
    "the place of what is there now, or open the page anew to see that."
)


def new(visit: Visit) -> Page:
    course_id = visit.number("course_id")
    found = visit.read(lambda unit: assignment_choices.show(unit, course_id))
    return _page(visit, found)


def create(visit: Visit) -> Answer:
    course_id = visit.number("course_id")

    def write(unit: Unit) -> None:
        found = assignment_choices.show(unit, course_id)
        assignment_editing.create(unit, course_id, assignment_form.read(visit.form, _zone(visit, found), None))

    try:
        visit.write(write)
    except Invalid as error:
        found = visit.read(lambda unit: assignment_choices.show(unit, course_id))
        return _page(visit, found, typed=visit.form, faults=error.faults)
    return Redirect(path=link(f"/courses/{course_id}/assignment_groups", done="made"))


def edit(visit: Visit) -> Page:
    return _page(visit, _choices(visit))


def update(visit: Visit) -> Answer:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    seen = _moment(visit.sent("seen"))

    def write(unit: Unit) -> None:
        found = assignment_choices.show(unit, course_id, assignment_id)
        sent = assignment_form.read(visit.form, _zone(visit, found), _attributes(found))
        assignment_editing.update(unit, course_id, assignment_id, sent, unchanged_since=seen)

    try:
        visit.write(write)
    except Refused as error:
        if error.code != "changed":
            raise
        return _page(visit, _choices(visit), typed=visit.form, faults=(Fault("base", CHANGED),))
    except Invalid as error:
        return _page(visit, _choices(visit), typed=visit.form, faults=error.faults, seen=visit.sent("seen"))
    return Redirect(path=link(f"/courses/{course_id}/assignment_groups", done="saved"))


def delete(visit: Visit) -> Redirect:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    visit.write(lambda unit: assignment_editing.delete(unit, course_id, assignment_id))
    return Redirect(path=link(f"/courses/{course_id}/assignment_groups", done="removed"))


def _choices(visit: Visit) -> AssignmentChoices:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    return visit.read(lambda unit: assignment_choices.show(unit, course_id, assignment_id))


def _moment(text: str) -> datetime:
    """When the assignment had been changed for the last time as the form was shown.

    Raises:
        Malformed: the form does not say.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("This form is incomplete. Open the page anew.") from None
    if found.tzinfo is None:
        raise Malformed("This form is incomplete. Open the page anew.")
    return found


def _attributes(found: AssignmentChoices) -> Assignment:
    """The assignment as it is; of a new one, what it has unless one says otherwise."""
    if found.view is not None:
        return attributes_of(found.view.row)
    course = found.access.rules.course
    return Assignment(post_manually=course.post_manually)


def _zone(visit: Visit, found: AssignmentChoices) -> str:
    own = visit.session.time_zone if visit.session else None
    return own or zone_of(found.access.rules)


def _page(
    visit: Visit,
    found: AssignmentChoices,
    *,
    typed: Mapping[str, str] | None = None,
    faults: tuple[Fault, ...] = (),
    seen: str | None = None,
) -> Page:
    course, view = found.access.rules.course, found.view
    zone = _zone(visit, found)
    shown = typed if typed is not None else {**texts_of(_attributes(found), zone), **_preset(visit, found)}
    kinds = dict(HAND_IN)
    if shown.get("hand_in") and shown["hand_in"] not in kinds and view is not None:
        kinds[shown["hand_in"]] = ", ".join(one.replace("_", " ").capitalize() for one in view.row.submission_types)
    home = f"/courses/{course.id}"
    context: dict[str, Any] = {
        "owner": course,
        "home": home,
        "stops": stops(found.access),
        "stop": "Assignments",
        "found": found,
        "view": view,
        "typed": shown,
        "faults": sentences(faults),
        "labels": LABELS,
        "seen": seen or (view.row.updated_at.isoformat() if view else ""),
        "zone": zone,
        "kinds": kinds,
        "online_types": ONLINE_TYPES,
        "grading_types": GRADING_TYPES,
        "groups": [(str(one.id), one.name) for one in found.groups],
        "schemes": [
            ("", "That of the course"),
            ("0", "Default Grading Scheme"),
            *((str(one.id), one.title or "Without a title") for one in found.standards),
        ],
        "categories": [("", "Everybody alone"), *((str(one.id), one.name) for one in found.categories)],
        "final_graders": [("", "Administrators only"), *((str(one.id), one.name) for one in found.final_graders)],
        "anonymous_open": course.anonymous_marking,
    }
    return Page(template="assignment_form.html", context=context, status=400 if faults else 200)


def _preset(visit: Visit, found: AssignmentChoices) -> dict[str, str]:
    """The group from whose list the reader came to make an assignment."""
    wanted = visit.query.get("group", "")
    known = any(str(group.id) == wanted for group in found.groups)
    return {"assignment_group_id": wanted} if known and found.view is None else {}


MANY = "/courses/{course_id:str}/assignments"
ONE = MANY + "/{assignment_id:str}"
PLACES = [
    Place(method="GET", path=MANY + "/new", page=new),
    Place(method="POST", path=MANY, page=create),
    Place(method="GET", path=ONE + "/edit", page=edit),
    Place(method="POST", path=ONE, page=update),
    Place(method="POST", path=ONE + "/delete", page=delete),
]
