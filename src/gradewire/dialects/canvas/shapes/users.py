"""The user objects."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.dialects.canvas.shapes.comments import AVATAR
from gradewire.dialects.canvas.wire import whole
from gradewire.store.users import UserRow


class User(Struct, kw_only=True):
    """Absent keys were not asked for, or are not for this caller."""

    id: int
    name: str
    created_at: datetime | None
    sortable_name: str
    short_name: str
    sis_user_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    sis_import_id: int | UnsetType | None = UNSET
    login_id: str | UnsetType = UNSET
    pronouns: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    effective_locale: str | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET
    avatar_url: str | UnsetType = UNSET
    group_ids: list[int] | UnsetType = UNSET


class Profile(Struct, kw_only=True):
    id: int
    name: str
    short_name: str
    sortable_name: str
    title: str | None
    bio: str | None
    primary_email: str | None
    login_id: str | None
    sis_user_id: str | None
    integration_id: str | None
    avatar_url: str
    time_zone: str | None
    locale: str | None
    pronouns: str | UnsetType = UNSET


def user(row: UserRow, *, sis: bool = True, logins: bool = True) -> User:
    """The minimal user object (moderation reference, 4.2)."""
    shape = User(
        id=row.id,
        name=row.name,
        created_at=whole(row.created_at),
        sortable_name=row.sortable_name,
        short_name=row.short_name,
    )
    if sis:
        shape.sis_user_id = row.sis_user_id
        shape.integration_id = row.integration_id
    if logins and row.login is not None:
        shape.login_id = row.login
    if row.pronouns:
        shape.pronouns = row.pronouns
    return shape


def whole_user(row: UserRow, base_url: str) -> User:
    """With what only the person and administrators see."""
    shape = user(row)
    shape.email = row.email
    shape.locale = row.locale
    shape.effective_locale = row.locale or "en"
    shape.time_zone = row.time_zone
    shape.avatar_url = base_url + AVATAR
    return shape


def profile(row: UserRow, base_url: str) -> Profile:
    return Profile(
        id=row.id,
        name=row.name,
        short_name=row.short_name,
        sortable_name=row.sortable_name,
        title=None,
        bio=None,
        primary_email=row.email,
        login_id=row.login,
        sis_user_id=row.sis_user_id,
        integration_id=row.integration_id,
        avatar_url=base_url + AVATAR,
        time_zone=row.time_zone,
        locale=row.locale,
        pronouns=row.pronouns or UNSET,
    )
