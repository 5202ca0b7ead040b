"""Grading periods of a school, for its administrators, and those of a section (reference, 8)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import school_periods, section_periods
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes import grading_periods as shapes
from gradewire.dialects.schoology.shapes.grading_periods import GradingPeriod, GradingPeriodList, PeriodOfSectionList
from gradewire.dialects.schoology.shapes.links import Self

PERIOD = "gradingperiods/{period_id}"


class PeriodFilters(Struct):
    title: str | None = None
    startswith: bool | None = None
    """The title is only the beginning of those wanted."""


def list_periods(call: Call, filters: PeriodFilters) -> Listing:
    found, zone = call.read(
        lambda unit: (
            school_periods.list_for_school(unit, title=filters.title or None, starts_with=filters.startswith is True),
            school_periods.zone_of(unit),
        )
    )
    page = call.page
    rows = found[page.start : page.start + page.limit]
    return Listing([shapes.listed(one, zone, call) for one in rows], total=len(found))


def show_period(call: Call, _params: None) -> GradingPeriod:
    period_id = call.number("period_id")
    found, zone = call.read(lambda unit: (school_periods.show(unit, period_id), school_periods.zone_of(unit)))
    return shapes.period(found, zone, call.world.clock())


def create_period(call: Call, _params: None) -> GradingPeriod:
    made, zone = call.write(
        lambda unit: (
            school_periods.create(unit, school_periods.read_changes(unit, call.body)),
            school_periods.zone_of(unit),
        )
    )
    shape = shapes.period(made, zone, call.world.clock())
    shape.links = Self(call.link(f"gradingperiods/{made.id}"))
    return shape


def update_period(call: Call, _params: None) -> Answer:
    period_id = call.number("period_id")
    call.write(lambda unit: school_periods.update(unit, period_id, school_periods.read_changes(unit, call.body)))
    return NO_CONTENT


def delete_period(call: Call, _params: None) -> Answer:
    period_id = call.number("period_id")
    call.write(lambda unit: school_periods.delete(unit, period_id))
    return NO_CONTENT


def list_section_periods(call: Call, _params: None) -> Listing:
    section_id = call.number("section_id")
    found, zone = call.read(lambda unit: (section_periods.list_for_section(unit, section_id), school_periods.zone_of(unit)))
    return Listing([shapes.period_of_section(one, zone) for one in found])


OPERATIONS = (
    Operation(
        method="GET",
        path="gradingperiods",
        name="list_grading_periods",
        summary="List the grading periods of the school (administrators)",
        handler=list_periods,
        params=PeriodFilters,
        returns=GradingPeriodList,
        paginated=True,
        list_key="gradingperiods",
        total="number",
        tag="Grading periods",
    ),
    Operation(
        method="GET",
        path=PERIOD,
        name="show_grading_period",
        summary="Show a grading period of the school (administrators)",
        handler=show_period,
        returns=GradingPeriod,
        tag="Grading periods",
    ),
    Operation(
        method="POST",
        path="gradingperiods",
        name="create_grading_period",
        summary="Make a grading period that sections may choose",
        handler=create_period,
        returns=GradingPeriod,
        status=201,
        tag="Grading periods",
    ),
    Operation(
        method="PUT",
        path=PERIOD,
        name="update_grading_period",
        summary="Change a grading period; what is not sent stays",
        handler=update_period,
        status=204,
        tag="Grading periods",
    ),
    Operation(
        method="DELETE",
        path=PERIOD,
        name="delete_grading_period",
        summary="Delete a grading period that no section uses",
        handler=delete_period,
        status=204,
        tag="Grading periods",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/grading_periods",
        name="list_section_grading_periods",
        summary="List the grading periods of a section with their weights",
        handler=list_section_periods,
        returns=PeriodOfSectionList,
        list_key="grading_period",
        tag="Grading periods",
    ),
)
