"""A person: ``uid`` is a text and ``id`` the same as a number (reference, 10.3)."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import cache

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.school_users import SchoolUser
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.shapes.results import Result
from gradewire.dialects.schoology.wire import flag


class User(Struct):
    uid: str
    id: int
    school_id: int
    synced: int
    school_uid: str
    building_id: int
    additional_buildings: str
    name_title: str
    name_title_show: int
    name_first: str
    name_first_preferred: str
    name_middle: str
    name_middle_show: int
    name_last: str
    name_display: str
    username: str
    primary_email: str
    picture_url: str
    gender: str | None
    position: str | None
    grad_year: str
    password: str
    role_id: int
    tz_offset: int | float
    tz_name: str
    parents: None
    child_uids: str | None
    links: Self | UnsetType = UNSET
    """In lists."""


class UserList(Struct):
    user: list[User]
    total: str
    links: Links


class WrittenUser(Struct):
    """What became of an entry of several."""

    response_code: int
    location: str
    school_uid: str
    id: str


class DeletedUsers(Struct):
    user: list[Result]


class WrittenUsers(Struct):
    user: list[WrittenUser]


class AppUserInfo(Struct):
    """For whom an application acts."""

    web_session_timestamp: int
    """When they last signed in by a browser; 0 if they are not signed in."""
    api_uid: int


def user(found: SchoolUser, now: datetime, call: Call | None = None) -> User:
    """``call`` in lists, where an object says where it is. What the caller may not see is blank, as what there is not."""
    row, names = found.row, found.names
    zone = row.time_zone or "UTC"
    shape = User(
        uid=str(row.id),
        id=row.id,
        school_id=row.root_account_id,
        synced=0,
        school_uid=(row.sis_user_id or "") if found.private else "",
        building_id=found.extras.building_id or row.root_account_id,
        additional_buildings="",
        name_title=names.title,
        name_title_show=flag(names.title_show),
        name_first=names.first,
        name_first_preferred=names.preferred,
        name_middle=names.middle,
        name_middle_show=flag(names.middle_show),
        name_last=names.last,
        name_display=names.display,
        username=(row.login or "") if found.private else "",
        primary_email=(row.email or "") if found.private else "",
        picture_url=found.extras.picture_url,
        gender=None,
        position=None,
        grad_year="",
        password="",
        role_id=found.role.id,
        tz_offset=offset(zone, now),
        tz_name=zone,
        parents=None,
        child_uids=",".join(map(str, found.children)) or None if found.private else None,
    )
    if call is not None:
        shape.links = Self(call.link(f"users/{row.id}"))
    return shape


def written(found: SchoolUser, call: Call) -> WrittenUser:
    number = found.row.id
    return WrittenUser(200, call.link(f"users/{number}"), found.row.sis_user_id or "", str(number))


def offset(name: str, now: datetime) -> int | float:
    """Hours by which the clocks of a zone are ahead of UTC now."""
    difference = now.astimezone(_zone(name)).utcoffset()
    hours = difference.total_seconds() / 3600 if difference is not None else 0.0
    return int(hours) if hours.is_integer() else hours


@cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return zoneinfo.ZoneInfo("UTC")
