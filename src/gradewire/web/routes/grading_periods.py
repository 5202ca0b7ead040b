"""Grading periods of a course, and the sets of periods of an institution with their terms."""

from __future__ import annotations

import math
import zoneinfo
from typing import Any

from gradewire.actions import accounts, grading_period_sets, grading_periods, terms
from gradewire.actions.access import course_access
from gradewire.actions.grade_items import UTC_ZONE, zone_of
from gradewire.actions.grading_period_sets import SetChanges
from gradewire.actions.grading_periods import PeriodChanges
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.web.account_navigation import account_stops
from gradewire.web.course_navigation import stops
from gradewire.web.routes.history import moment_of
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link, number

MOST = 200
MOST_ROWS = 60
DONE = {
    "changed": "The grading periods are saved.",
    "made": "The set is made. Now give it grading periods.",
    "deleted": "It is deleted.",
}
NAMES = {
    "title": "The title",
    "start_date": "The first day",
    "end_date": "The last day",
    "close_date": "The closing date",
    "weight": "The weight",
}


def index(visit: Visit) -> Page:
    return _course_page(visit, None)


def change(visit: Visit) -> Answer:
    course_id = visit.number("course_id")

    def write(unit: Unit) -> None:
        zone = _zone(visit, zone_of(course_access(unit, course_id).rules))
        changes, _ = _read(visit, zone)
        grading_periods.update_in_course(unit, course_id, changes)

    try:
        visit.write(write)
    except Invalid as error:
        return _course_page(visit, said(error))
    return Redirect(path=link(f"/courses/{course_id}/grading_periods", done="changed"))


def sets(visit: Visit) -> Page:
    return _sets_page(visit, None)


def create_set(visit: Visit) -> Answer:
    account_id = visit.number("account_id")
    changes = SetChanges(title=visit.sent("title"), weighted="weighted" in visit.form)
    try:
        visit.write(lambda unit: grading_period_sets.create(unit, account_id, changes))
    except Invalid as error:
        return _sets_page(visit, said(error))
    return Redirect(path=link(f"/accounts/{account_id}/grading_period_sets", done="made"))


def change_set(visit: Visit) -> Answer:
    """Save a set, its terms and its periods together, or nothing of it."""
    account_id, set_id = visit.number("account_id"), visit.number("set_id")
    changes = SetChanges(
        title=visit.sent("title"),
        weighted="weighted" in visit.form,
        display_totals_for_all_grading_periods="display_totals_for_all_grading_periods" in visit.form,
        term_ids=[number(name.removeprefix("term_")) for name in visit.form if name.startswith("term_")],
    )

    def write(unit: Unit) -> None:
        zone = _zone(visit, _zone_of_account(unit, account_id))
        grading_period_sets.update(unit, account_id, set_id, changes)
        periods, gone = _read(visit, zone)
        for period_id in gone:
            grading_periods.delete_of_account(unit, account_id, period_id)
        if periods:
            grading_periods.update_in_set(unit, set_id, periods)

    try:
        visit.write(write)
    except Invalid as error:
        return _sets_page(visit, said(error))
    return Redirect(path=link(f"/accounts/{account_id}/grading_period_sets", done="changed"))


def delete_set(visit: Visit) -> Redirect:
    account_id, set_id = visit.number("account_id"), visit.number("set_id")
    visit.write(lambda unit: grading_period_sets.delete(unit, account_id, set_id))
    return Redirect(path=link(f"/accounts/{account_id}/grading_period_sets", done="deleted"))


def said(error: Invalid) -> str:
    """What is wrong, in words for the person who typed. Nothing was saved."""
    faults = [f"{NAMES[one.attribute]} {one.message}" if one.attribute in NAMES else one.message for one in error.faults]
    return "Nothing was saved. " + " ".join(f"{one.rstrip('.')}." for one in dict.fromkeys(faults))


def _read(visit: Visit, zone: str) -> tuple[list[PeriodChanges], list[int]]:
    """The periods that the form has, and the ids of those to delete. Empty rows are none.

    Raises:
        Malformed: dates that cannot be read.
        Invalid: a weight that is no number.
        NotFound: an id that is none.
    """
    found: list[PeriodChanges] = []
    gone: list[int] = []
    for row in range(MOST_ROWS):
        texts = {name: visit.sent(f"{name}_{row}").strip() for name in ("id", "title", "start", "end", "close", "weight")}
        if f"delete_{row}" in visit.form and texts["id"]:
            gone.append(number(texts["id"]))
        elif any(texts.values()):
            found.append(
                PeriodChanges(
                    id=number(texts["id"]) if texts["id"] else None,
                    title=texts["title"],
                    start_date=moment_of(texts["start"], zone),
                    end_date=moment_of(texts["end"], zone),
                    close_date=moment_of(texts["close"], zone),
                    weight=_weight(texts["weight"]),
                )
            )
    return found, gone


def _weight(typed: str) -> float | None:
    if not typed:
        return None
    try:
        found = float(typed.replace(",", ".").removesuffix("%"))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(Fault("weight", "must be a number"))
    return found


def _course_page(visit: Visit, error: str | None) -> Page:
    course_id = visit.number("course_id")

    def read(unit: Unit) -> dict[str, Any]:
        access = course_access(unit, course_id)
        found, _ = grading_periods.list_for_course(unit, course_id, offset=0, limit=MOST)
        zone = _zone(visit, zone_of(access.rules))
        course = access.rules.course
        around = {"owner": course, "home": f"/courses/{course.id}", "stops": stops(access), "stop": "Settings"}
        weighted = access.rules.periods_weighted
        return {**around, "periods": found, "zone": zone, "weighted": weighted, "typed_moment": _typed_in(zone)}

    context = {**visit.read(read), "error": error, "done": DONE.get(visit.query.get("done", ""))}
    return Page(template="grading_periods.html", context=context, status=400 if error else 200)


def _sets_page(visit: Visit, error: str | None) -> Page:
    account_id = visit.number("account_id")

    def read(unit: Unit) -> dict[str, Any]:
        access = accounts.account_access(unit, account_id)
        found, _ = grading_period_sets.list_for_account(unit, account_id, offset=0, limit=MOST)
        known, _ = terms.list_for_account(unit, account_id, states=("active",), offset=0, limit=MOST)
        zone = _zone(visit, _zone_of_account(unit, account_id))
        manages = access.account.parent_account_id is None and "manage_account" in access.rights
        around = {"owner": access.account, "home": None, "account_stops": account_stops(access), "stop": "Grading periods"}
        return {**around, "sets": found, "terms": known, "zone": zone, "manages": manages, "typed_moment": _typed_in(zone)}

    context = {**visit.read(read), "error": error, "done": DONE.get(visit.query.get("done", ""))}
    return Page(template="grading_period_sets.html", context=context, status=400 if error else 200)


def _typed_in(zone: str) -> Any:
    """How a moment stands in a field of the form."""
    return lambda moment: moment.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


def _zone_of_account(unit: Unit, account_id: int) -> str:
    """The time zone of an institution: sets are kept by root accounts only."""
    return accounts.account_access(unit, account_id).account.time_zone or UTC_ZONE


def _zone(visit: Visit, otherwise: str) -> str:
    own = visit.session.time_zone if visit.session else None
    return own or otherwise


COURSE = "/courses/{course_id:str}/grading_periods"
ACCOUNT = "/accounts/{account_id:str}/grading_period_sets"
PLACES = [
    Place(method="GET", path=COURSE, page=index),
    Place(method="POST", path=COURSE, page=change),
    Place(method="GET", path=ACCOUNT, page=sets),
    Place(method="POST", path=ACCOUNT, page=create_set),
    Place(method="POST", path=ACCOUNT + "/{set_id:str}", page=change_set),
    Place(method="POST", path=ACCOUNT + "/{set_id:str}/delete", page=delete_set),
]
