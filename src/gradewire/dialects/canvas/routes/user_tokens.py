"""Access tokens of users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import user_tokens
from gradewire.actions.user_tokens import Naming, TokenChanges
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.user_tokens import Token, token

SCOPES = "Such as url:GET|/api/v1/courses/:course_id; without any, all that the user may"


class NewTokenFields(Struct):
    purpose: Annotated[str, Meta(description="Required: what it is for")] | UnsetType | None = UNSET
    expires_at: datetime | UnsetType | None = UNSET
    scopes: Annotated[list[str], Meta(description=SCOPES)] | UnsetType = UNSET


class TokenFields(NewTokenFields):
    regenerate: Annotated[bool, Meta(description="Make it anew: the old one is good no longer")] = False


class NewTokenParams(Struct):
    token: NewTokenFields | UnsetType | None = UNSET


class TokenParams(Struct):
    token: TokenFields | UnsetType | None = UNSET


def naming(call: Call) -> Naming:
    """Which token the path means: a number, or else the beginning of the token."""
    sent = call.path["token_id"]
    if sent.isascii() and sent.isdigit():
        return Naming(id=call.local(sent))
    return Naming(hint=sent)


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found, total = call.read(
        lambda unit: user_tokens.list_for_user(unit, call.user_id(unit), offset=page.offset, limit=page.limit)
    )
    return Listing([token(one) for one in found], total=total)


def show(call: Call, _params: None) -> Token:
    return token(call.read(lambda unit: user_tokens.show(unit, call.user_id(unit), naming(call))))


def create(call: Call, params: NewTokenParams) -> Token:
    sent = params.token or NewTokenFields()
    changes = TokenChanges(purpose=sent.purpose, expires_at=sent.expires_at, scopes=sent.scopes)
    return token(call.write(lambda unit: user_tokens.create(unit, call.user_id(unit), changes)))


def update(call: Call, params: TokenParams) -> Token:
    sent = params.token or TokenFields()
    changes = TokenChanges(purpose=sent.purpose, expires_at=sent.expires_at, scopes=sent.scopes, regenerate=sent.regenerate)
    return token(call.write(lambda unit: user_tokens.update(unit, call.user_id(unit), naming(call), changes)))


def revoke(call: Call, _params: None) -> Token:
    return token(call.write(lambda unit: user_tokens.revoke(unit, call.user_id(unit), naming(call))))


MANY = "/api/v1/users/:user_id/tokens"
ONE = f"{MANY}/:token_id"
TAG = "Access tokens"
OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/users/:user_id/user_generated_tokens",
        name="list_tokens",
        summary="List the access tokens of a user",
        handler=index,
        returns=list[Token],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_token",
        summary="Show an access token, without the secret",
        handler=show,
        returns=Token,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=MANY,
        name="create_token",
        summary="Create an access token; it is shown this once",
        handler=create,
        params=NewTokenParams,
        returns=Token,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_token",
        summary="Change an access token, or make it anew",
        handler=update,
        params=TokenParams,
        returns=Token,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="revoke_token",
        summary="Revoke an access token",
        handler=revoke,
        returns=Token,
        writes=True,
        tag=TAG,
    ),
)
