"""School roles (reference, 10.3)."""

from __future__ import annotations

from gradewire.actions import school_roles
from gradewire.dialects.schoology.call import Call, Listing
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.roles import Role, RoleList
from gradewire.dialects.schoology.shapes.roles import role as shape_of


def list_roles(call: Call, _params: None) -> Listing:
    found = call.read(school_roles.list_all)
    page = call.page
    rows = found[page.start : page.start + page.limit]
    return Listing([shape_of(role, call) for role in rows], total=len(found))


def show_role(call: Call, _params: None) -> Role:
    return shape_of(call.read(lambda unit: school_roles.show(unit, call.number("role_id"))))


OPERATIONS = (
    Operation(
        method="GET",
        path="roles",
        name="list_roles",
        summary="List the roles of the school",
        handler=list_roles,
        returns=RoleList,
        paginated=True,
        list_key="role",
        total="text",
        tag="Roles",
    ),
    Operation(
        method="GET",
        path="roles/{role_id}",
        name="show_role",
        summary="Show a role",
        handler=show_role,
        returns=Role,
        tag="Roles",
    ),
)
