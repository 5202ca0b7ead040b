"""People (reference, 2.7 and 10.3)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions import oauth, school_user_editing, school_users
from gradewire.actions.school_users import SchoolUser
from gradewire.core.errors import Malformed
from gradewire.core.requests import read_entry, read_id
from gradewire.core.school_user_changes import read_person
from gradewire.dialects.schoology.bulk import each_sent, entries, ids_of
from gradewire.dialects.schoology.call import NO_CONTENT, Answer, Call, Listing, Redirection
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.results import Result
from gradewire.dialects.schoology.shapes.users import (
    AppUserInfo,
    DeletedUsers,
    User,
    UserList,
    WrittenUser,
    WrittenUsers,
    written,
)
from gradewire.dialects.schoology.shapes.users import user as shape_of


class UserFilters(Struct):
    role_ids: list[int] | None = None
    building_id: int | None = None
    school_uids: str | None = None
    """With commas."""


class Importing(Struct):
    update_existing: bool = False


class UserIds(Struct):
    uids: list[int]


def show_me(call: Call, _params: None) -> Redirection:
    return Redirection(f"users/{call.read(lambda unit: unit.caller.user_id)}")


def show_by_school_uid(call: Call, _params: None) -> Redirection:
    number = call.read(lambda unit: school_users.find_id(unit, call.text("school_uid")))
    return Redirection(f"users/{number}")


def show(call: Call, _params: None) -> User:
    found = call.read(lambda unit: school_users.show(unit, call.number("user_id")))
    return shape_of(found, call.world.clock())


def list_users(call: Call, filters: UserFilters) -> Listing:
    page = call.page
    numbers = [number.strip() for number in (filters.school_uids or "").split(",") if number.strip()]
    found, total = call.read(
        lambda unit: school_users.list_for_school(
            unit,
            role_ids=filters.role_ids,
            building_id=filters.building_id,
            school_uids=numbers if filters.school_uids is not None else None,
            offset=page.offset,
            limit=page.limit,
        )
    )
    return Listing([shape_of(one, call.world.clock(), call) for one in found], total=total)


def create_user(call: Call, importing: Importing) -> User | Answer:
    def make(sent: Any) -> SchoolUser:
        changes = read_person(sent)
        return call.write(lambda unit: school_user_editing.create(unit, changes, update_existing=importing.update_existing))

    sent = entries(call.body, "users", "user")
    if sent is None:
        return shape_of(make(call.body), call.world.clock(), call)
    return Answer({"user": each_sent(sent, lambda one: written(make(one), call))}, status=207)


def update_user(call: Call, _params: None) -> Answer:
    number, changes = call.number("user_id"), read_person(call.body)
    call.write(lambda unit: school_user_editing.update(unit, number, changes))
    return NO_CONTENT


def update_users(call: Call, _params: None) -> Answer:
    def change(sent: Any) -> WrittenUser:
        entry = read_entry(sent)
        number, changes = read_id(entry, "id" if "id" in entry else "uid"), read_person(sent)
        return written(call.write(lambda unit: school_user_editing.update(unit, number, changes)), call)

    sent = entries(call.body, "users", "user")
    if sent is None:
        raise Malformed("The body has no users.")
    return Answer({"user": each_sent(sent, change)}, status=207)


def delete_user(call: Call, _params: None) -> Answer:
    number = call.number("user_id")
    call.write(lambda unit: school_user_editing.delete(unit, number))
    return NO_CONTENT


def delete_users(call: Call, wanted: UserIds) -> Answer:
    def remove(number: int) -> Result:
        call.write(lambda unit: school_user_editing.delete(unit, number))
        return Result(204)

    return Answer({"user": each_sent(ids_of(wanted.uids), remove)}, status=207)


def app_user_info(call: Call, _params: None) -> AppUserInfo:
    begun, user_id = call.read(lambda unit: (oauth.newest_session(unit), unit.caller.user_id))
    return AppUserInfo(int(begun.timestamp()) if begun else 0, user_id)


OPERATIONS = (
    Operation(
        method="GET",
        path="users",
        name="list_users",
        summary="List the people of the school (administrators)",
        handler=list_users,
        params=UserFilters,
        returns=UserList,
        paginated=True,
        list_key="user",
        total="text",
        tag="Users",
    ),
    Operation(
        method="POST",
        path="users",
        name="create_user",
        summary="Make a person (201), or several (207, a result for each)",
        handler=create_user,
        params=Importing,
        returns=User,
        status=201,
        tag="Users",
    ),
    Operation(
        method="PUT",
        path="users",
        name="update_users",
        summary="Change several people (207, a result for each)",
        handler=update_users,
        returns=WrittenUsers,
        status=207,
        tag="Users",
    ),
    Operation(
        method="DELETE",
        path="users",
        name="delete_users",
        summary="Delete several people (207, a result for each)",
        handler=delete_users,
        params=UserIds,
        returns=DeletedUsers,
        status=207,
        tag="Users",
    ),
    Operation(
        method="PUT",
        path="users/{user_id}",
        name="update_user",
        summary="Change a person; what is not sent stays",
        handler=update_user,
        status=204,
        tag="Users",
    ),
    Operation(
        method="DELETE",
        path="users/{user_id}",
        name="delete_user",
        summary="Delete a person; the grades stay",
        handler=delete_user,
        status=204,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="users/me",
        name="show_me",
        summary="Lead to the caller (303)",
        handler=show_me,
        returns=Redirection,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="users/ext/{school_uid}",
        name="show_user_by_school_uid",
        summary="Lead to the person with this number in the school's own system (303)",
        handler=show_by_school_uid,
        returns=Redirection,
        multiget=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="users/{user_id}",
        name="show_user",
        summary="Show a person",
        handler=show,
        returns=User,
        multiget=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path="app-user-info",
        name="app_user_info",
        summary="Say for whom the application acts",
        handler=app_user_info,
        returns=AppUserInfo,
        tag="Users",
    ),
)
