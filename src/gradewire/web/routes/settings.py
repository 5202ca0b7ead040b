"""The settings of a course that grading reads: scheme, way to compute its score, what students see; and its late policy."""

from __future__ import annotations

import math
from typing import Any

from msgspec import UNSET

from gradewire.actions import course_editing, course_settings, late_policies
from gradewire.actions.course_editing import FLAGS, CourseChanges
from gradewire.actions.course_settings import CourseSettings
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError, Fault, Invalid, Malformed
from gradewire.core.lateness import LatePolicy
from gradewire.web.course_navigation import stops
from gradewire.web.failures import message_of
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link

DONE = {"changed": "The settings are saved.", "policy": "The late policy is saved. Graded work follows it."}
SAID = {
    "late_submission_deduction": "The deduction of late work has to be from 0 to 100 percent.",
    "late_submission_minimum_percent": "The lowest grade of late work has to be from 0 to 100 percent.",
    "missing_submission_deduction": "The grade of missing work has to be from 0 to 100 percent.",
    "grading_standard_id": "This grading scheme cannot be chosen here.",
}
SWITCHES = (
    "late_submission_deduction_enabled",
    "late_submission_minimum_percent_enabled",
    "missing_submission_deduction_enabled",
)


def show(visit: Visit) -> Page:
    course_id = visit.number("course_id")
    found = visit.read(lambda unit: course_settings.show(unit, course_id))
    return _page(found, found.late_policy or LatePolicy(), None, done=DONE.get(visit.query.get("done", "")))


def change(visit: Visit) -> Answer:
    course_id = visit.number("course_id")
    flags: dict[str, Any] = {name: name in visit.form for name in FLAGS}
    changes = CourseChanges(
        **flags,
        apply_assignment_group_weights="apply_assignment_group_weights" in visit.form,
        grading_standard_id=_scheme(visit),
        calculation=visit.form.get("calculation", UNSET),
    )
    try:
        visit.write(lambda unit: course_editing.update(unit, course_id, changes))
    except Invalid as error:
        found = visit.read(lambda unit: course_settings.show(unit, course_id))
        return _page(found, found.late_policy or LatePolicy(), said(error))
    return Redirect(path=link(f"/courses/{course_id}/settings", done="changed"))


def change_late_policy(visit: Visit) -> Answer:
    """Make the policy or change it. A percentage of the form is what is taken away; of missing work, what remains."""
    course_id = visit.number("course_id")
    sent: dict[str, Any] = {name: name in visit.form for name in SWITCHES}
    sent["late_submission_interval"] = visit.sent("late_submission_interval")
    try:
        sent["late_submission_deduction"] = _percent(visit, "late_submission_deduction")
        sent["late_submission_minimum_percent"] = _percent(visit, "late_submission_minimum_percent")
        sent["missing_submission_deduction"] = 100 - _percent(visit, "missing_submission_grade", "missing_submission_deduction")

        def write(unit: Unit) -> None:
            if course_settings.show(unit, course_id).late_policy is None:
                late_policies.create(unit, course_id, sent)
            else:
                late_policies.update(unit, course_id, sent)

        visit.write(write)
    except Invalid as error:
        found = visit.read(lambda unit: course_settings.show(unit, course_id))
        return _page(found, found.late_policy or LatePolicy(), said(error), typed=visit.form)
    return Redirect(path=link(f"/courses/{course_id}/settings", done="policy"))


def said(error: DomainError) -> str:
    """What is wrong, in words for the person who typed."""
    if not isinstance(error, Invalid):
        return message_of(error)
    return " ".join(SAID.get(fault.attribute, fault.message) for fault in error.faults)


def _scheme(visit: Visit) -> Any:
    """The scheme chosen; a form without the choice leaves it.

    Raises:
        Malformed: what was sent is none of the choices.
    """
    typed = visit.form.get("grading_standard_id")
    if typed is None:
        return UNSET
    if typed == "":
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 15):
        raise Malformed("This is no grading scheme.")
    return int(typed)


def _percent(visit: Visit, name: str, attribute: str | None = None) -> float:
    """
    Raises:
        Invalid: no number.
    """
    typed = visit.sent(name).strip().replace(",", ".").removesuffix("%").strip()
    try:
        found = float(typed or "0")
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or not 0 <= found <= 100:
        raise Invalid(Fault(attribute or name, "must be between 0 and 100", "inclusion"))
    return found


def _page(found: CourseSettings, policy: LatePolicy, error: str | None, *, done: str | None = None, typed: Any = None) -> Page:
    course = found.access.rules.course
    shown = {
        "late_submission_deduction": policy.late_submission_deduction,
        "late_submission_minimum_percent": policy.late_submission_minimum_percent,
        "missing_submission_grade": 100 - policy.missing_submission_deduction,
    }
    context = {
        "owner": course,
        "home": f"/courses/{course.id}",
        "stops": stops(found.access),
        "stop": "Settings",
        "found": found,
        "policy": policy,
        "shown": shown,
        "typed": typed,
        "error": error,
        "done": done,
    }
    return Page(template="settings.html", context=context, status=400 if error else 200)


PATH = "/courses/{course_id:str}/settings"
PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=change),
    Place(method="POST", path=PATH + "/late_policy", page=change_late_policy),
]
