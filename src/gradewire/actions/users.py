"""Users as their own profile and as seen by staff."""

from __future__ import annotations

from gradewire.actions.access import account_rights
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound
from gradewire.core.permissions import MANAGE_SIS, READ_SIS, VIEW_USER_LOGINS
from gradewire.store import users as rows
from gradewire.store.users import UserRow


def show(unit: Unit, user_id: int) -> UserRow:
    """A user: oneself, or anybody of the institution for those who may read its people.

    Raises:
        NotFound: no such user here.
        Denied: somebody else, without the right.
    """
    caller = unit.caller
    found = rows.by_ids(unit.connection, [user_id])
    if not found or found[0].root_account_id != caller.root_account_id:
        raise NotFound
    if user_id != caller.user_id:
        rights = account_rights(unit, caller.root_account_id)
        if not rights & {READ_SIS, MANAGE_SIS, VIEW_USER_LOGINS}:
            raise Denied
    return found[0]
