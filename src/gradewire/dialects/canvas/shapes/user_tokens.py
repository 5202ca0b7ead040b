"""The access token object."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.user_tokens import TokenView
from gradewire.dialects.canvas.wire import whole


class Token(Struct):
    id: int
    user_id: int
    purpose: str | None
    app_name: str
    scopes: list[str]
    """Without any, the token may do all that its user may."""
    created_at: datetime | None
    expires_at: datetime | None
    workflow_state: str
    remember_access: bool
    real_user_id: int | None
    token_hint: str
    can_manually_regenerate: bool
    token: str | UnsetType = UNSET
    """The secret itself, where it was just made; it is not shown again."""


def token(view: TokenView) -> Token:
    row = view.row
    return Token(
        id=row.id,
        user_id=row.user_id,
        purpose=row.purpose,
        app_name="User-Generated",
        scopes=row.scopes or [],
        created_at=whole(row.created_at),
        expires_at=whole(row.expires_at),
        workflow_state="active",
        remember_access=False,
        real_user_id=None,
        token_hint=row.hint,
        can_manually_regenerate=True,
        token=view.token or UNSET,
    )
