"""The school and its buildings."""

from __future__ import annotations

from gradewire.actions import schools
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.schools import BuildingList, School, SchoolList
from gradewire.dialects.schoology.shapes.schools import school as shape_of


def list_schools(call: Call, _params: None) -> Listing:
    found = call.read(schools.list_own)
    page = call.page
    return Listing([shape_of(row) for row in found[page.start : page.start + page.limit]], total=len(found))


def show_school(call: Call, _params: None) -> School:
    return shape_of(call.read(lambda unit: schools.show(unit, call.number("school_id"))))


def list_buildings(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: schools.list_buildings(unit, call.number("school_id"), offset=page.offset, limit=page.limit)
    )
    return Listing([shape_of(row) for row in found], total=total)


OPERATIONS = (
    Operation(
        method="GET",
        path="schools",
        name="list_schools",
        summary="List the schools of the caller, of which there is one",
        handler=list_schools,
        returns=SchoolList,
        paginated=True,
        list_key="school",
        total="text",
        tag="Schools",
    ),
    Operation(
        method="GET",
        path="schools/{school_id}",
        name="show_school",
        summary="Show the school or one of its buildings",
        handler=show_school,
        returns=School,
        tag="Schools",
    ),
    Operation(
        method="GET",
        path="schools/{school_id}/buildings",
        name="list_buildings",
        summary="List the buildings of the school",
        handler=list_buildings,
        returns=BuildingList,
        paginated=True,
        list_key="building",
        total="text",
        tag="Schools",
    ),
)
