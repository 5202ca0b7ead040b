"""Groups of students who hand in together, their categories and their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import groups
from gradewire.actions.groups import CategoryView, GroupView, Naming
from gradewire.actions.unit import Unit
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.groups import Group, GroupCategory, GroupMembership, group, group_category, membership


class Done(Struct):
    """What deleting answers."""

    ok: bool


class CategoryParams(Struct):
    name: str | UnsetType = UNSET
    sis_group_category_id: str | UnsetType | None = UNSET


class GroupParams(Struct):
    name: str | UnsetType = UNSET
    sis_group_id: str | UnsetType | None = UNSET


class ChangeParams(GroupParams):
    members: Annotated[list[str], Meta(description="Everybody who shall be in it")] | UnsetType = UNSET


class ListParams(Struct):
    only_own_groups: Annotated[bool, Meta(description="Only those of the caller")] = False
    include: Annotated[list[str], Meta(description="users")] = []


class ShowParams(Struct):
    include: Annotated[list[str], Meta(description="users")] = []


class MemberParams(Struct):
    user_id: str | None = None


class ChangeMemberParams(Struct):
    workflow_state: Annotated[str, Meta(description="accepted")] | UnsetType | None = UNSET
    moderator: Annotated[bool, Meta(description="Only false")] = False


class _Who(TypedDict, total=False):
    user_id: int
    membership_id: int


def list_categories(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: groups.list_categories(unit, call.course_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([group_category(one) for one in found], total=total)


def show_category(call: Call, _params: None) -> GroupCategory:
    return group_category(call.read(lambda unit: groups.show_category(unit, call.number("group_category_id"))))


def create_category(call: Call, params: CategoryParams) -> GroupCategory:
    naming = Naming(name=params.name, sis_id=params.sis_group_category_id)
    return group_category(call.write(lambda unit: groups.create_category(unit, call.course_id(unit), naming)))


def change_category(call: Call, params: CategoryParams) -> GroupCategory:
    naming = Naming(name=params.name, sis_id=params.sis_group_category_id)

    def action(unit: Unit) -> CategoryView:
        return groups.change_category(unit, call.number("group_category_id"), naming)

    return group_category(call.write(action))


def delete_category(call: Call, _params: None) -> Done:
    call.write(lambda unit: groups.delete_category(unit, call.number("group_category_id")))
    return Done(ok=True)


def list_groups(call: Call, params: ListParams) -> Listing:
    def action(unit: Unit) -> tuple[list[GroupView], int]:
        return groups.list_for_course(
            unit,
            call.course_id(unit),
            only_own=params.only_own_groups,
            include_users="users" in params.include,
            offset=call.page.offset,
            limit=call.page.limit,
        )

    found, total = call.read(action)
    return Listing([group(one) for one in found], total=total)


def list_groups_of_category(call: Call, params: ShowParams) -> Listing:
    def action(unit: Unit) -> tuple[list[GroupView], int]:
        return groups.list_for_category(
            unit,
            call.number("group_category_id"),
            include_users="users" in params.include,
            offset=call.page.offset,
            limit=call.page.limit,
        )

    found, total = call.read(action)
    return Listing([group(one) for one in found], total=total)


def create_group(call: Call, params: GroupParams) -> Group:
    naming = Naming(name=params.name, sis_id=params.sis_group_id)
    return group(call.write(lambda unit: groups.create(unit, call.number("group_category_id"), naming)))


def show_group(call: Call, params: ShowParams) -> Group:
    include = "users" in params.include
    return group(call.read(lambda unit: groups.show(unit, call.group_id(unit), include_users=include)))


def change_group(call: Call, params: ChangeParams) -> Group:
    naming = Naming(name=params.name, sis_id=params.sis_group_id)

    def action(unit: Unit) -> GroupView:
        members = None if params.members is UNSET else [call.person(unit, one) for one in params.members]
        return groups.change(unit, call.group_id(unit), naming, members=members)

    return group(call.write(action))


def delete_group(call: Call, _params: None) -> Group:
    return group(call.write(lambda unit: groups.delete(unit, call.group_id(unit))))


def list_members(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(lambda unit: groups.list_members(unit, call.group_id(unit), offset=page.offset, limit=page.limit))
    return Listing([membership(one) for one in found], total=total)


def list_users(call: Call, _params: None) -> Listing:
    page = call.page
    shape = group(call.read(lambda unit: groups.show(unit, call.group_id(unit), include_users=True)))
    users = shape.users or []
    return Listing(users[page.offset : page.offset + page.limit], total=len(users))


def show_member(call: Call, _params: None) -> GroupMembership:
    return membership(call.read(lambda unit: groups.show_member(unit, call.group_id(unit), **_who(call, unit))))


def join(call: Call, params: MemberParams) -> GroupMembership:
    if params.user_id is None:
        raise Missing("user_id")
    made = call.write(lambda unit: groups.join(unit, call.group_id(unit), call.person(unit, params.user_id)))
    return membership(made, just_created=True)


def change_member(call: Call, params: ChangeMemberParams) -> GroupMembership:
    state = params.workflow_state or None
    found = call.write(
        lambda unit: groups.change_member(
            unit, call.group_id(unit), **_who(call, unit), workflow_state=state, moderator=params.moderator
        )
    )
    return membership(found)


def leave(call: Call, _params: None) -> Done:
    call.write(lambda unit: groups.leave(unit, call.group_id(unit), **_who(call, unit)))
    return Done(ok=True)


def _who(call: Call, unit: Unit) -> _Who:
    """The membership that the path names: by its id, by the user, or as ``self``."""
    if "user_id" in call.path:
        return {"user_id": call.user_id(unit)}
    if call.path["membership_id"] == "self":
        return {"user_id": unit.caller.user_id}
    return {"membership_id": call.number("membership_id")}


_COURSE = "/api/v1/courses/:course_id"
_CATEGORY = "/api/v1/group_categories/:group_category_id"
_GROUP = "/api/v1/groups/:group_id"


def _operation(
    method: str,
    path: str,
    handler: Callable[..., Any],
    name: str,
    summary: str,
    returns: Any,
    params: type[Struct] | None = None,
    *,
    paginated: bool = False,
) -> Operation:
    return Operation(
        method=method,
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        params=params,
        returns=returns,
        paginated=paginated,
        writes=method != "GET",
        tag="Groups",
    )


OPERATIONS = (
    _operation(
        "GET",
        f"{_COURSE}/group_categories",
        list_categories,
        "list_group_categories",
        "List the group categories of a course",
        list[GroupCategory],
        paginated=True,
    ),
    _operation(
        "POST",
        f"{_COURSE}/group_categories",
        create_category,
        "create_group_category",
        "Make a group category",
        GroupCategory,
        CategoryParams,
    ),
    _operation("GET", _CATEGORY, show_category, "show_group_category", "Show a group category", GroupCategory),
    _operation(
        "PUT", _CATEGORY, change_category, "update_group_category", "Rename a group category", GroupCategory, CategoryParams
    ),
    _operation("DELETE", _CATEGORY, delete_category, "delete_group_category", "Delete a group category with its groups", Done),
    _operation(
        "GET",
        f"{_CATEGORY}/groups",
        list_groups_of_category,
        "list_groups_of_category",
        "List the groups of a category",
        list[Group],
        ShowParams,
        paginated=True,
    ),
    _operation("POST", f"{_CATEGORY}/groups", create_group, "create_group", "Make a group in a category", Group, GroupParams),
    _operation(
        "GET",
        f"{_COURSE}/groups",
        list_groups,
        "list_groups",
        "List the groups of a course that the caller may see",
        list[Group],
        ListParams,
        paginated=True,
    ),
    _operation("GET", _GROUP, show_group, "show_group", "Show a group", Group, ShowParams),
    _operation("PUT", _GROUP, change_group, "update_group", "Rename a group, or say anew who is in it", Group, ChangeParams),
    _operation("DELETE", _GROUP, delete_group, "delete_group", "Delete a group", Group),
    _operation(
        "GET",
        f"{_GROUP}/users",
        list_users,
        "list_group_users",
        "List the members of a group",
        list[dict[str, Any]],
        paginated=True,
    ),
    _operation(
        "GET",
        f"{_GROUP}/memberships",
        list_members,
        "list_group_memberships",
        "List the memberships of a group",
        list[GroupMembership],
        paginated=True,
    ),
    _operation(
        "POST",
        f"{_GROUP}/memberships",
        join,
        "create_group_membership",
        "Put a student into a group, and out of the others of its category",
        GroupMembership,
        MemberParams,
    ),
    _operation(
        "GET",
        f"{_GROUP}/memberships/:membership_id",
        show_member,
        "show_group_membership",
        "Show a membership",
        GroupMembership,
    ),
    _operation(
        "GET",
        f"{_GROUP}/users/:user_id",
        show_member,
        "show_group_membership_of_user",
        "Show the membership of a user",
        GroupMembership,
    ),
    _operation(
        "PUT",
        f"{_GROUP}/memberships/:membership_id",
        change_member,
        "update_group_membership",
        "Accept a membership",
        GroupMembership,
        ChangeMemberParams,
    ),
    _operation(
        "PUT",
        f"{_GROUP}/users/:user_id",
        change_member,
        "update_group_membership_of_user",
        "Accept the membership of a user",
        GroupMembership,
        ChangeMemberParams,
    ),
    _operation(
        "DELETE",
        f"{_GROUP}/memberships/:membership_id",
        leave,
        "delete_group_membership",
        "Take a student out of a group",
        Done,
    ),
    _operation(
        "DELETE",
        f"{_GROUP}/users/:user_id",
        leave,
        "remove_group_user",
        "Take a student out of a group, by the user",
        Done,
    ),
)
