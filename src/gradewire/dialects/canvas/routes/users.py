"""Users: one, those of an account, made, changed, deleted; whom they observe."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import user_editing, users
from gradewire.actions.logins import NewLogin
from gradewire.actions.unit import Unit
from gradewire.actions.user_editing import UserChanges
from gradewire.core.permissions import VIEW_USER_LOGINS
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.comments import AVATAR
from gradewire.dialects.canvas.shapes.users import Profile, User, profile, user, whole_user

TYPES = {
    "teacher": "TeacherEnrollment",
    "student": "StudentEnrollment",
    "ta": "TaEnrollment",
    "observer": "ObserverEnrollment",
    "designer": "DesignerEnrollment",
}


class UserListParams(Struct):
    search_term: Annotated[str, Meta(description="Part of a name, address, login or SIS id")] | UnsetType | None = UNSET
    enrollment_type: Annotated[str, Meta(description=", ".join(TYPES))] | UnsetType | None = UNSET
    sort: Annotated[str, Meta(description=", ".join(users.SORTS) + "; username by default")] | UnsetType | None = UNSET
    order: Annotated[str, Meta(description="asc (default) or desc")] | UnsetType | None = UNSET
    include_deleted_users: bool = False
    include: Annotated[list[str], Meta(description="email, avatar_url, time_zone")] = []


class UserFields(Struct):
    name: str | UnsetType | None = UNSET
    short_name: str | UnsetType | None = UNSET
    sortable_name: str | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(description="An IANA name")] | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    pronouns: str | UnsetType | None = UNSET
    email: Annotated[str, Meta(description="For administrators to change")] | UnsetType | None = UNSET


class ChangedUserFields(UserFields):
    event: Annotated[str, Meta(description="suspend or unsuspend; for administrators")] | UnsetType | None = UNSET


class PseudonymFields(Struct):
    unique_id: Annotated[str, Meta(description="Required: the name to sign in by")] | None = None
    password: Annotated[str, Meta(description="At least ten characters; without one nobody signs in by it")] | None = None
    sis_user_id: Annotated[str, Meta(description="For those who may manage SIS data")] | None = None
    integration_id: str | None = None


class ChannelFields(Struct):
    address: Annotated[str, Meta(description="The person's e-mail address")] | None = None


class NewUserParams(Struct):
    user: UserFields | UnsetType | None = UNSET
    pseudonym: PseudonymFields | UnsetType | None = UNSET
    communication_channel: ChannelFields | UnsetType | None = UNSET


class UserParams(Struct):
    user: ChangedUserFields | UnsetType | None = UNSET


def index(call: Call, params: UserListParams) -> Listing:
    page = call.page
    kind = params.enrollment_type or None
    found, access, total = call.read(
        lambda unit: users.list_for_account(
            unit,
            call.account_id(unit),
            search_term=params.search_term or None,
            enrollment_type=TYPES.get(kind, kind) if kind else None,
            states=("registered", "suspended", *(["deleted"] if params.include_deleted_users else [])),
            sort=params.sort or "username",
            descending=params.order == "desc",
            offset=page.offset,
            limit=page.limit,
        )
    )
    sees_logins = VIEW_USER_LOGINS in access.rights
    shapes = [user(one, sis=access.reads_sis, logins=sees_logins) for one in found]
    for row, shape in zip(found, shapes, strict=True):
        if "email" in params.include and sees_logins:
            shape.email = row.email
        if "time_zone" in params.include:
            shape.time_zone = row.time_zone
        if "avatar_url" in params.include:
            shape.avatar_url = call.base_url + AVATAR
    return Listing(shapes, total=total)


def show(call: Call, _params: None) -> User:
    return whole_user(call.read(lambda unit: users.show(unit, call.user_id(unit))), call.base_url)


def show_profile(call: Call, _params: None) -> Profile:
    return profile(call.read(lambda unit: users.show(unit, call.user_id(unit))), call.base_url)


def create(call: Call, params: NewUserParams) -> User:
    sent = params.user or UserFields()
    named = params.pseudonym or PseudonymFields()
    address = params.communication_channel.address if params.communication_channel else None
    fields = {name: getattr(sent, name) for name in UserFields.__struct_fields__}
    changes = UserChanges(**{**fields, "email": fields["email"] or address or UNSET})
    new = NewLogin(
        unique_id=named.unique_id,
        password=named.password or None,
        sis_user_id=named.sis_user_id or None,
        integration_id=named.integration_id or None,
    )
    row = call.write(lambda unit: user_editing.create(unit, call.account_id(unit), changes, new))
    return whole_user(row, call.base_url)


def update(call: Call, params: UserParams) -> User:
    sent = params.user or ChangedUserFields()
    changes = UserChanges(**{name: getattr(sent, name) for name in sent.__struct_fields__})
    return whole_user(call.write(lambda unit: user_editing.update(unit, call.user_id(unit), changes)), call.base_url)


def delete(call: Call, _params: None) -> User:
    return user(call.write(lambda unit: user_editing.delete(unit, call.account_id(unit), call.user_id(unit))))


def index_of_observees(call: Call, _params: None) -> Listing:
    return _observed(call, observers=False)


def index_of_observers(call: Call, _params: None) -> Listing:
    return _observed(call, observers=True)


def _observed(call: Call, *, observers: bool) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: users.list_observed(unit, call.user_id(unit), observers=observers, offset=page.offset, limit=page.limit)
    )
    return Listing([user(one, sis=False, logins=False) for one in found], total=total)


def show_observee(call: Call, _params: None) -> User:
    def find(unit: Unit) -> Any:
        return users.show_observed(unit, call.user_id(unit), call.person(unit, call.path["observee_id"]))

    return user(call.read(find), sis=False, logins=False)


OF_ACCOUNT = "/api/v1/accounts/:account_id/users"
ONE = "/api/v1/users/:user_id"
OPERATIONS = (
    Operation(
        method="GET",
        path=ONE,
        name="show_user",
        summary="Show a user; self is the caller",
        handler=show,
        returns=User,
        tag="Users",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/profile",
        name="show_user_profile",
        summary="Show the profile of a user",
        handler=show_profile,
        returns=Profile,
        tag="Users",
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_user",
        summary="Change a user",
        handler=update,
        params=UserParams,
        returns=User,
        writes=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path=OF_ACCOUNT,
        name="list_account_users",
        summary="List the people of an account",
        handler=index,
        params=UserListParams,
        returns=list[User],
        paginated=True,
        tag="Users",
    ),
    Operation(
        method="POST",
        path=OF_ACCOUNT,
        name="create_user",
        summary="Create a user with a login",
        handler=create,
        params=NewUserParams,
        returns=User,
        writes=True,
        tag="Users",
    ),
    Operation(
        method="DELETE",
        path=f"{OF_ACCOUNT}/:user_id",
        name="delete_user",
        summary="Delete a user from an institution; grades stay",
        handler=delete,
        returns=User,
        writes=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/observees",
        name="list_observees",
        summary="List whom a user observes in some course",
        handler=index_of_observees,
        returns=list[User],
        paginated=True,
        tag="Users",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/observees/:observee_id",
        name="show_observee",
        summary="Show somebody whom a user observes",
        handler=show_observee,
        returns=User,
        tag="Users",
    ),
    Operation(
        method="GET",
        path=f"{ONE}/observers",
        name="list_observers",
        summary="List who observes a user in some course",
        handler=index_of_observers,
        returns=list[User],
        paginated=True,
        tag="Users",
    ),
)
