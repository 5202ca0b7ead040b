"""What clients ask of every person and this server does not have: groups, updates and events, of which there are none.

They are answered because a client that looks for the list's key would find the person instead (reference, 3.5), and because
``multiget`` is documented for them (reference, 3.7).
"""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions import school_users
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.routes.section_news import EventList, UpdateList
from gradewire.dialects.schoology.shapes.links import Links


class Group(Struct):
    """Nothing is ever of this type."""


class GroupList(Struct):
    group: list[Group]
    links: Links


def list_nothing(call: Call, _params: None) -> Listing:
    user_id = call.number("user_id")
    call.read(lambda unit: school_users.show(unit, user_id))
    return Listing([], total=0)


OPERATIONS = (
    Operation(
        method="GET",
        path="users/{user_id}/groups",
        name="list_user_groups",
        summary="List the groups of a person, of which there are none",
        handler=list_nothing,
        returns=GroupList,
        list_key="group",
        multiget=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="users/{user_id}/updates",
        name="list_user_updates",
        summary="List the updates of a person, of which there are none",
        handler=list_nothing,
        returns=UpdateList,
        paginated=True,
        list_key="update",
        total="number",
        multiget=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="users/{user_id}/events",
        name="list_user_events",
        summary="List the events of a person, of which there are none",
        handler=list_nothing,
        returns=EventList,
        paginated=True,
        list_key="event",
        total="number",
        multiget=True,
        tag="Users",
    ),
)
