"""The login object. Canvas calls it pseudonym too; of ways to sign in there is one here, the password."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from gradewire.dialects.canvas.wire import whole
from gradewire.store.logins import LoginRow


class Login(Struct):
    id: int
    account_id: int
    user_id: int
    unique_id: str
    sis_user_id: str | None
    integration_id: str | None
    authentication_provider_id: int | None
    authentication_provider_type: str | None
    workflow_state: str
    created_at: datetime | None


def login(row: LoginRow) -> Login:
    return Login(
        id=row.id,
        account_id=row.account_id,
        user_id=row.user_id,
        unique_id=row.unique_id,
        sis_user_id=row.sis_user_id,
        integration_id=row.integration_id,
        authentication_provider_id=None,
        authentication_provider_type=None,
        workflow_state=row.workflow_state,
        created_at=whole(row.created_at),
    )
