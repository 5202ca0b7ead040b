"""The assignments of a course by groups, and the groups themselves: weights, what is dropped, their order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gradewire.actions import assignment_groups
from gradewire.actions.access import course_access
from gradewire.actions.assignment_groups import DropRules, GroupChanges, GroupView
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Malformed
from gradewire.core.numbers import show_number
from gradewire.core.permissions import MANAGE_ASSIGNMENTS
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link, number

MOST_GROUPS = 500
MOST_DIGITS = 9
DONE = {
    "made": "The assignment is made.",
    "saved": "The assignment is saved.",
    "removed": "The assignment is deleted.",
    "group_made": "The group is made.",
    "group_saved": "The group is saved.",
    "group_deleted": "The group is deleted.",
    "moved": "The order is saved.",
}
NEW = 0
"""Stands for the group that is being made; no row has this id."""
EMPTY = {"name": "", "group_weight": "0", "drop_lowest": "0", "drop_highest": "0"}


def index(visit: Visit) -> Page:
    return _page(visit)


def create(visit: Visit) -> Answer:
    course_id = visit.number("course_id")
    try:
        changes = _read(visit.form)
        visit.write(lambda unit: assignment_groups.create(unit, course_id, changes))
    except Invalid as error:
        return _page(visit, NEW, error.faults)
    return _back(course_id, "group_made")


def update(visit: Visit) -> Answer:
    course_id, group_id = visit.number("course_id"), visit.number("group_id")
    try:
        changes = _read(visit.form)
        visit.write(lambda unit: assignment_groups.update(unit, course_id, group_id, changes))
    except Invalid as error:
        return _page(visit, group_id, error.faults)
    return _back(course_id, "group_saved")


def move(visit: Visit) -> Redirect:
    course_id, group_id = visit.number("course_id"), visit.number("group_id")
    by = -1 if visit.sent("direction") == "up" else 1
    visit.write(lambda unit: assignment_groups.move(unit, course_id, group_id, by))
    return _back(course_id, "moved")


def delete(visit: Visit) -> Redirect:
    """Delete a group; its assignments go to another one, or with it where the form says so."""
    course_id, group_id = visit.number("course_id"), visit.number("group_id")
    typed = visit.sent("move_to")

    def write(unit: Unit) -> None:
        if typed == "" and assignment_groups.show(unit, course_id, group_id, include=("assignments",)).assignments:
            raise Malformed("The group has assignments. Say where they go.")
        assignment_groups.delete(unit, course_id, group_id, move_to=None if typed in {"", "none"} else number(typed))

    visit.write(write)
    return _back(course_id, "group_deleted")


def _back(course_id: int, done: str) -> Redirect:
    return Redirect(path=link(f"/courses/{course_id}/assignment_groups", done=done))


def _read(form: Mapping[str, str]) -> GroupChanges:
    """
    Raises:
        Invalid: fields that cannot be read.
    """
    faults: list[Fault] = []
    weight = 0.0
    try:
        weight = float(form.get("group_weight", "").strip().replace(",", ".").removesuffix("%").strip() or "0")
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        faults.append(Fault("group_weight", "is not a number"))
    dropped: dict[str, int] = {}
    for name in ("drop_lowest", "drop_highest"):
        typed = form.get(name, "").strip() or "0"
        if not (typed.removeprefix("-").isascii() and typed.removeprefix("-").isdigit() and len(typed) <= MOST_DIGITS):
            faults.append(Fault("rules", f"{name} is not a whole number"))
        else:
            dropped[name] = int(typed)
    if faults:
        raise Invalid(*faults)
    kept = tuple(number(name.removeprefix("never_drop_")) for name in form if name.startswith("never_drop_"))
    return GroupChanges(name=form.get("name", "").strip(), group_weight=weight, rules=DropRules(**dropped, never_drop=kept))


def _texts(view: GroupView) -> dict[str, str]:
    row = view.row
    texts = {"name": row.name, "group_weight": show_number(row.group_weight)}
    texts |= {"drop_lowest": str(row.drop_lowest), "drop_highest": str(row.drop_highest)}
    return texts | {f"never_drop_{one}": "1" for one in row.never_drop}


def _said(faults: tuple[Fault, ...]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for fault in faults:
        text = fault.message.replace("drop_lowest", "lowest").replace("drop_highest", "highest")
        found.setdefault(fault.attribute, []).append(f"{text[:1].upper()}{text[1:]}.")
    return {name: " ".join(texts) for name, texts in found.items()}


def _page(visit: Visit, failed: int | None = None, faults: tuple[Fault, ...] = ()) -> Page:
    """``failed`` is the group whose form is shown again as it was typed."""
    course_id = visit.number("course_id")

    def read(unit: Unit) -> dict[str, Any]:
        access = course_access(unit, course_id)
        access.require(MANAGE_ASSIGNMENTS)
        found, _ = assignment_groups.list_for_course(unit, course_id, include=("assignments",), offset=0, limit=MOST_GROUPS)
        course = access.rules.course
        typed = {NEW: EMPTY, **{one.row.id: _texts(one) for one in found}}
        if failed is not None:
            typed[failed] = dict(visit.form)
        return {
            "owner": course,
            "home": f"/courses/{course.id}",
            "stops": stops(access),
            "stop": "Assignments",
            "groups": found,
            "typed": typed,
            "weighted": course.group_weighting_scheme == "percent",
            "sum": sum(one.row.group_weight for one in found),
        }

    context = {
        **visit.read(read),
        "failed": failed,
        "faults": _said(faults),
        "new": NEW,
        "done": DONE.get(visit.query.get("done", "")),
    }
    return Page(template="assignment_groups.html", context=context, status=400 if faults else 200)


MANY = "/courses/{course_id:str}/assignment_groups"
ONE = MANY + "/{group_id:str}"
PLACES = [
    Place(method="GET", path=MANY, page=index),
    Place(method="POST", path=MANY, page=create),
    Place(method="POST", path=ONE, page=update),
    Place(method="POST", path=ONE + "/move", page=move),
    Place(method="POST", path=ONE + "/delete", page=delete),
]
