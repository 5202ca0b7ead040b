"""The grading periods of a section: a choice from those of the school, each with a weight in the course grade (Schoology
reference, 8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from gradewire.actions import placement, scores
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.schoology_rules import SectionPeriod, section_periods
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.core.permissions import MANAGE_COURSE, READ
from gradewire.store import courses, school_periods
from gradewire.store import scores as score_rows

__all__ = ["PeriodChoice", "SectionPeriod", "choose", "list_for_section"]

MOST_WEIGHT = 1e6


class PeriodChoice(Struct, frozen=True):
    """A period that a section shall have. Without a weight it keeps the one it has there, or gets that of its set."""

    period_id: int
    weight: float | None = None


def list_for_section(unit: Unit, course_id: int) -> list[SectionPeriod]:
    """The periods of a section in its order.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return section_periods(access.rules)


def choose(unit: Unit, course_id: int, wanted: Sequence[PeriodChoice]) -> list[SectionPeriod]:
    """Let a section have these periods and no others, in this order. Items of periods that go belong to none; scores follow.

    A course whose periods come from a Canvas set may choose among those of its set; otherwise it goes over to the periods of
    the school.

    Raises:
        NotFound: no such section.
        Denied: no right to change it.
        Invalid: a period that the school does not offer, or twice; a weight that cannot be.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE)
    course = access.rules.course
    ids = [one.period_id for one in wanted]
    if len(set(ids)) < len(ids):
        raise Invalid(Fault("grading_periods", "names a period twice"))
    if any(one.weight is not None and not 0 <= one.weight <= MOST_WEIGHT for one in wanted):
        raise Invalid(Fault("grading_periods", f"has a weight that is not from 0 to {MOST_WEIGHT:g}"))
    options = dict(course.calculation_options or {})
    values: dict[str, Any] = {}
    set_id = _set_of(unit, access, ids)
    if set_id is not None:
        values["grading_period_group_id"] = set_id
    weights = {key: weight for key, weight in (options.get("period_weights") or {}).items() if key in map(str, ids)}
    weights |= {str(one.period_id): one.weight for one in wanted if one.weight is not None}
    options |= {"grading_periods": ids, "period_weights": weights}
    score_rows.lock(unit.connection, course_id, None)
    courses.change(unit.connection, course_id, unit.now, calculation_options=options, **values)
    unit.touch_rules(course_id)
    placement.place(unit, course_id)
    scores.recompute(unit, course_id)
    return section_periods(unit.rules(course_id))


def _set_of(unit: Unit, access: CourseAccess, ids: Collection[int]) -> int | None:
    """The set to which a course goes over that shall have these periods; ``None`` to stay with its own.

    Raises:
        Invalid: they are neither all of its set nor all of the school's.
    """
    own = {period.id for period in access.rules.periods}
    if set(ids) <= own:
        return None
    found = school_periods.of_school(unit.connection, access.rules.course.root_account_id, ids=[*own, *ids])
    sets = {one.id: one.set_id for one in found}
    wanted = {sets.get(number) for number in ids}
    if len(wanted) == 1:
        (set_id,) = wanted
        school_wide = any(one.school_wide for one in found if one.set_id == set_id)
        if set_id is not None and (school_wide or set_id in {sets.get(number) for number in own}):
            return set_id
    raise Invalid(Fault("grading_periods", "names a grading period that the school does not offer to sections"))
