"""admins.csv: who holds a role in an account."""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.sis.batch import Batch, Item
from gradewire.actions.sis.people import Logins
from gradewire.core.sis.records import Admin
from gradewire.store import institution as rows
from gradewire.store.institution import Row

BUILT_IN = frozenset({"accountadmin", "account admin"})
BASES = frozenset({"AccountMembership", "AccountAdmin"})


def apply_admins(batch: Batch, items: Sequence[Item[Admin]]) -> None:
    """Give and take roles in accounts. For imports of those who may manage the account themselves."""
    if not batch.options.trusted:
        batch.complain(None, "administrators are made only by those who may manage the account")
        return
    unit = batch.unit
    logins = Logins(batch, 0, sis_user_id=[item.record.user_id for item in items])
    register = batch.register("account_users", capacity=len(items))
    register.read(user_id={row["user_id"] for row in logins.register.rows.values()})
    there = {(row["account_id"], row["user_id"], row["role_id"]): row for row in register.rows.values()}
    accounts = rows.find(unit.connection, "accounts", any_of={"root_account_id": [batch.root_account_id]})
    by_sis = {row["sis_account_id"]: row for row in accounts if row["sis_account_id"] and row["workflow_state"] == "active"}
    roles = rows.find(unit.connection, "roles", any_of={"account_id": [row["id"] for row in accounts]})
    usable = [row for row in roles if row["base_role_type"] in BASES and row["workflow_state"] == "active"]
    for item in items:
        said = item.record
        login = logins.by("sis_user_id", said.user_id)
        account_id = batch.root_account_id if said.account_id is None else by_sis.get(said.account_id, {}).get("id")
        found = _role(said, usable)
        if login is None or login["workflow_state"] == "deleted":
            batch.complain(item, f"there is no user {said.user_id}")
        elif account_id is None:
            batch.complain(item, f"there is no account {said.account_id}")
        elif found is None:
            batch.complain(item, f"there is no role {said.role or said.role_id} for accounts")
        else:
            role_id = None if found["name"] == "AccountAdmin" else found["id"]
            key = (account_id, login["user_id"], role_id)
            row = there.get(key)
            if said.status == "deleted":
                if row is not None and row["workflow_state"] == "active" and not batch.options.skip_deletes:
                    row["workflow_state"] = "deleted"
                    batch.count("AccountUser", "deleted")
            elif row is None:
                there[key] = register.add(
                    account_id=account_id, user_id=login["user_id"], role_id=role_id, workflow_state="active"
                )
                batch.count("AccountUser", "created")
            elif row["workflow_state"] == "deleted":
                row["workflow_state"] = "active"
                batch.count("AccountUser", "restored")
    register.write()


def _role(said: Admin, roles: Sequence[Row]) -> Row | None:
    if said.role_id is None and said.role is not None and said.role.lower() in BUILT_IN:
        return {"id": None, "name": "AccountAdmin"}
    return next(
        (row for row in roles if row["id"] == said.role_id or (said.role_id is None and row["name"] == said.role)), None
    )
