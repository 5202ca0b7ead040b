"""The user objects."""

from __future__ import annotations

from typing import Any

from gradewire.dialects.canvas.wire import whole
from gradewire.store.users import UserRow


def user(row: UserRow, *, sis: bool = True, logins: bool = True) -> dict[str, Any]:
    """The minimal user object (moderation reference, 4.2)."""
    shape: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "created_at": whole(row.created_at),
        "sortable_name": row.sortable_name,
        "short_name": row.short_name,
    }
    if sis:
        shape["sis_user_id"] = row.sis_user_id
        shape["integration_id"] = row.integration_id
    if logins and row.login is not None:
        shape["login_id"] = row.login
    if row.pronouns:
        shape["pronouns"] = row.pronouns
    return shape
