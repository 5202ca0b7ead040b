"""What clients ask of every section and this server does not have: updates and events, of which there are none, and attendance,
which the vendor retired with 410 (reference, 3.5)."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.core.permissions import READ
from gradewire.dialects.schoology.call import Answer, Call, Listing, PlainText
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.links import Links

RETIRED = "This service was retired."


class Update(Struct):
    """Nothing is ever of this type."""


class UpdateList(Struct):
    update: list[Update]
    total: int
    links: Links


class Event(Struct):
    """Nothing is ever of this type."""


class EventList(Struct):
    event: list[Event]
    total: int
    links: Links


def list_nothing(call: Call, _params: None) -> Listing:
    section_id = call.number("section_id")
    call.read(lambda unit: course_access(unit, section_id).require(READ))
    return Listing([], total=0)


def tell_attendance_is_retired(call: Call, _params: None) -> Answer:
    section_id = call.number("section_id")
    call.read(lambda unit: course_access(unit, section_id).require(READ))
    return Answer(PlainText(RETIRED), status=410)


OPERATIONS = (
    Operation(
        method="GET",
        path="sections/{section_id}/updates",
        name="list_updates",
        summary="List the updates of a section, of which there are none",
        handler=list_nothing,
        returns=UpdateList,
        paginated=True,
        list_key="update",
        total="number",
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/events",
        name="list_events",
        summary="List the events of a section, of which there are none",
        handler=list_nothing,
        returns=EventList,
        paginated=True,
        list_key="event",
        total="number",
        multiget=True,
        tag="Sections",
    ),
    Operation(
        method="GET",
        path="sections/{section_id}/attendance",
        name="tell_attendance_is_retired",
        summary="Retired (410), as in Schoology",
        handler=tell_attendance_is_retired,
        returns=Answer,
        tag="Sections",
    ),
)
