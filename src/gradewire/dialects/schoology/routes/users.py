"""People (reference, 2.7 and 10.3)."""

from __future__ import annotations

from gradewire.actions import oauth, school_users
from gradewire.dialects.schoology.call import Call, Redirection
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.shapes.users import AppUserInfo, User
from gradewire.dialects.schoology.shapes.users import user as shape_of


def show_me(call: Call, _params: None) -> Redirection:
    return Redirection(f"users/{call.read(lambda unit: unit.caller.user_id)}")


def show_by_school_uid(call: Call, _params: None) -> Redirection:
    number = call.read(lambda unit: school_users.find_id(unit, call.text("school_uid")))
    return Redirection(f"users/{number}")


def show(call: Call, _params: None) -> User:
    found = call.read(lambda unit: school_users.show(unit, call.number("user_id")))
    return shape_of(found, call.world.clock())


def app_user_info(call: Call, _params: None) -> AppUserInfo:
    begun, user_id = call.read(lambda unit: (oauth.newest_session(unit), unit.caller.user_id))
    return AppUserInfo(int(begun.timestamp()) if begun else 0, user_id)


OPERATIONS = (
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
