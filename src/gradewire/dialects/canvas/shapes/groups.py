"""Group categories, groups and memberships."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.groups import CategoryView, GroupView
from gradewire.core.permissions import MANAGE_SIS, READ_SIS, VIEW_USER_LOGINS
from gradewire.dialects.canvas.shapes.users import User, user
from gradewire.dialects.canvas.wire import whole
from gradewire.store.groups import GroupRow, MembershipRow


class GroupCategory(Struct):
    id: int
    name: str
    role: str | None
    self_signup: str | None
    auto_leader: str | None
    context_type: str
    course_id: int
    group_limit: int | None
    groups_count: int
    created_at: datetime | None
    sis_group_category_id: str | UnsetType | None = UNSET
    sis_import_id: int | UnsetType | None = UNSET


class Group(Struct):
    id: int
    name: str
    description: str | None
    is_public: bool
    followed_by_user: bool
    join_level: str
    members_count: int
    avatar_url: str | None
    context_type: str
    course_id: int
    role: str | None
    group_category_id: int
    storage_quota_mb: int
    concluded: bool
    created_at: datetime | None
    sis_group_id: str | UnsetType | None = UNSET
    sis_import_id: int | UnsetType | None = UNSET
    users: list[User] | UnsetType = UNSET


class GroupMembership(Struct):
    id: int
    group_id: int
    user_id: int
    workflow_state: str
    moderator: bool
    just_created: bool
    created_at: datetime | None


def group_category(view: CategoryView) -> GroupCategory:
    row = view.row
    shape = GroupCategory(
        id=row.id,
        name=row.name,
        role=None,
        self_signup=None,
        auto_leader=None,
        context_type="Course",
        course_id=row.course_id,
        group_limit=None,
        groups_count=row.groups_count,
        created_at=whole(row.created_at),
    )
    if view.access.has(READ_SIS, MANAGE_SIS):
        shape.sis_group_category_id = row.sis_group_category_id
        shape.sis_import_id = None
    return shape


def group(view: GroupView) -> Group:
    row, access = view.row, view.access
    shape = Group(
        id=row.id,
        name=row.name,
        description=None,
        is_public=False,
        followed_by_user=False,
        join_level="invitation_only",
        members_count=row.members_count,
        avatar_url=None,
        context_type="Course",
        course_id=row.course_id,
        role=None,
        group_category_id=row.group_category_id,
        storage_quota_mb=0,
        concluded=access.rules.course.workflow_state == "completed",
        created_at=whole(row.created_at),
    )
    if access.has(READ_SIS, MANAGE_SIS):
        shape.sis_group_id = row.sis_group_id
        shape.sis_import_id = None
    if view.users is not None:
        sis, logins = access.has(READ_SIS), access.has(VIEW_USER_LOGINS)
        shape.users = [user(one, sis=sis, logins=logins) for one in view.users]
    return shape


class GroupOfSubmission(Struct):
    """The group that does the work together; nulls for who does it alone."""

    id: int | None
    name: str | None


def group_of_submission(row: GroupRow | None) -> GroupOfSubmission:
    return GroupOfSubmission(None, None) if row is None else GroupOfSubmission(row.id, row.name)


def membership(row: MembershipRow, *, just_created: bool = False) -> GroupMembership:
    return GroupMembership(
        id=row.id,
        group_id=row.group_id,
        user_id=row.user_id,
        workflow_state="accepted",
        moderator=False,
        just_created=just_created,
        created_at=whole(row.created_at),
    )
