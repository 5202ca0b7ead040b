"""users.csv and logins.csv: people, how they sign in, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from gradewire.actions.institution.people import sortable
from gradewire.actions.passwords import hash_password
from gradewire.actions.people import LEAST_PASSWORD
from gradewire.actions.sis.batch import Batch, Item, set_given
from gradewire.actions.sis.settling import end_enrollments
from gradewire.core.sis.records import Login, User
from gradewire.store import institution as rows
from gradewire.store.institution import Row

LOGIN_COLUMNS = ("sis_user_id", "unique_id", "integration_id")


class Logins:
    """The logins of an institution that rows of a piece may mean."""

    def __init__(self, batch: Batch, capacity: int, **any_of: Iterable[str | None]) -> None:
        self.batch = batch
        self.register = batch.register("logins", capacity=capacity)
        self._by: dict[str, dict[str, Row]] = {name: {} for name in LOGIN_COLUMNS}
        for row in self.register.read(**{name: {one for one in values if one} for name, values in any_of.items()}):
            if row["account_id"] == batch.root_account_id:
                self.note(row)

    def note(self, row: Row) -> None:
        """Let a login be found by what it is called now."""
        for name in LOGIN_COLUMNS:
            if row[name]:
                self._by[name][row[name]] = row

    def by(self, column: str, value: str | None) -> Row | None:
        return self._by[column].get(value) if value else None

    def taken(self, column: str, value: str | None, mine: Row | None) -> bool:
        """Whether a name belongs to another login."""
        found = self.by(column, value)
        return found is not None and found is not mine

    def add(self, user_id: int, *, login: str, sis_id: str | None, integration_id: str | None) -> Row:
        row = self.register.add(
            user_id=user_id,
            account_id=self.batch.root_account_id,
            unique_id=login,
            sis_user_id=sis_id,
            integration_id=integration_id,
            password_hash=None,
            workflow_state="active",
        )
        self.note(row)
        return row


def apply_users(batch: Batch, items: Sequence[Item[User]]) -> None:
    """Make people. One who is deleted leaves all courses; one who is suspended stays in them and cannot sign in."""
    _Users(batch, items).apply(items)


class _Users:
    def __init__(self, batch: Batch, items: Sequence[Item[User]]) -> None:
        said = [item.record for item in items]
        self.batch = batch
        self.logins = Logins(
            batch,
            len(items),
            sis_user_id=[one.user_id for one in said],
            unique_id=[one.login_id for one in said],
            integration_id=[one.integration_id for one in said],
        )
        self.users = batch.register("users", capacity=len(items))
        owners = {row["user_id"] for row in self.logins.register.rows.values()}
        self.users.read(id=owners)
        self.logins.register.read(user_id=owners)  # whoever has another login is not gone without this one
        self.administrators = frozenset() if batch.options.trusted else administrators(batch, owners)

    def apply(self, items: Sequence[Item[User]]) -> None:
        for item in items:
            self._apply(item)
        gone = [row["id"] for row in self.users.changed() if row["workflow_state"] == "deleted"]
        self.users.write()
        self.logins.register.write()
        if gone:
            end_enrollments(self.batch, user_id=gone)

    def _apply(self, item: Item[User]) -> None:
        said, logins = item.record, self.logins
        login = logins.by("sis_user_id", said.user_id)
        if login is None:
            login = logins.by("unique_id", said.login_id)
            if login is not None and login["sis_user_id"] and not self.batch.options.update_sis_id_if_login_claimed:
                self.batch.complain(item, f"the login {said.login_id} belongs to the user {login['sis_user_id']}")
                return
        if login is not None and login["user_id"] in self.administrators:
            self.batch.complain(item, "an administrator is changed only by those who may manage the account")
        elif logins.taken("unique_id", said.login_id, login):
            self.batch.complain(item, f"the login {said.login_id} belongs to somebody else")
        elif logins.taken("integration_id", said.integration_id, login):
            self.batch.complain(item, f"the integration_id {said.integration_id} belongs to somebody else")
        elif said.status == "deleted":
            self._delete(login)
        else:
            self._make(item, login)

    def _delete(self, login: Row | None) -> None:
        if login is None or login["workflow_state"] == "deleted" or self.batch.options.skip_deletes:
            return
        login["workflow_state"] = "deleted"
        others = [row for row in self.logins.register.rows.values() if row["user_id"] == login["user_id"]]
        if all(row["workflow_state"] == "deleted" for row in others):
            self.users.rows[login["user_id"]]["workflow_state"] = "deleted"
            self.batch.count("User", "deleted")

    def _make(self, item: Item[User], login: Row | None) -> None:
        said = item.record
        state = "suspended" if said.status == "suspended" else "registered"
        if login is None:
            name = said.name or said.sortable_name or said.login_id
            user = self.users.add(
                root_account_id=self.batch.root_account_id,
                name=name,
                sortable_name=sortable(name),
                short_name=name,
                email=None,
                pronouns=None,
                workflow_state=state,
            )
            login = self.logins.add(user["id"], login=said.login_id, sis_id=said.user_id, integration_id=said.integration_id)
            self.batch.count("User", "created")
        else:
            user = self.users.rows[login["user_id"]]
            if user["workflow_state"] == "deleted":
                self.batch.count("User", "restored")
            self._rename(user, said)
            user["workflow_state"] = state
            login["workflow_state"] = "active"
            login["sis_user_id"], login["unique_id"] = said.user_id, said.login_id
            set_given(login, integration_id=said.integration_id)
            self.logins.note(login)
        set_given(
            user,
            sortable_name=said.sortable_name,
            short_name=said.short_name,
            email=said.email,
            pronouns=said.pronouns,
        )
        set_password(self.batch, item, login, said.password)

    def _rename(self, user: Row, said: User) -> None:
        """A new name brings the names that follow from it along, where nobody chose others."""
        old = user["name"]
        if said.name is None or said.name == old:
            return
        if user["short_name"] == old:
            user["short_name"] = said.name
        user["name"], user["sortable_name"] = said.name, sortable(said.name)


def apply_logins(batch: Batch, items: Sequence[Item[Login]]) -> None:
    """Give people who are known already further logins."""
    said = [item.record for item in items]
    logins = Logins(
        batch,
        len(items),
        sis_user_id=[one for row in said for one in (row.user_id, row.existing_user_id)],
        unique_id=[one.login_id for one in said],
        integration_id=[one for row in said for one in (row.integration_id, row.existing_integration_id)],
    )
    users = batch.register("users", capacity=0)
    users.read(
        id={row["user_id"] for row in logins.register.rows.values()}
        | {one.existing_canvas_user_id for one in said if one.existing_canvas_user_id}
    )
    protected = frozenset() if batch.options.trusted else administrators(batch, users.rows)
    for item in items:
        _apply_login(batch, item, logins, users.rows, protected)
    logins.register.write()


def _apply_login(batch: Batch, item: Item[Login], logins: Logins, users: Mapping[int, Row], protected: Collection[int]) -> None:
    said = item.record
    known = logins.by("sis_user_id", said.existing_user_id) or logins.by("integration_id", said.existing_integration_id)
    owner = users.get(known["user_id"] if known is not None else said.existing_canvas_user_id or 0)
    if owner is None or owner["root_account_id"] != batch.root_account_id or owner["workflow_state"] == "deleted":
        batch.complain(item, "there is no such existing user")
        return
    if owner["id"] in protected:
        batch.complain(item, "an administrator is changed only by those who may manage the account")
        return
    mine = logins.by("sis_user_id", said.user_id) or logins.by("unique_id", said.login_id)
    if mine is not None and mine["user_id"] != owner["id"]:
        batch.complain(item, "the login or its user_id belongs to somebody else")
        return
    if logins.taken("unique_id", said.login_id, mine) or logins.taken("integration_id", said.integration_id, mine):
        batch.complain(item, "the login or its integration_id belongs to another login")
        return
    if mine is None:
        mine = logins.add(owner["id"], login=said.login_id, sis_id=said.user_id, integration_id=said.integration_id)
        batch.count("Pseudonym", "created")
    mine["workflow_state"], mine["unique_id"] = "active", said.login_id
    set_given(mine, sis_user_id=said.user_id, integration_id=said.integration_id)
    logins.note(mine)
    set_password(batch, item, mine, said.password)


def set_password(batch: Batch, item: Item[Any], login: Row, password: str | None) -> None:
    """Give a login that has none a password. One that it has is left alone: its owner may have chosen it."""
    if password is None or login["password_hash"] is not None:
        return
    if len(password) < LEAST_PASSWORD:
        batch.complain(item, f"the password has fewer than {LEAST_PASSWORD} characters; the user has none")
        return
    login["password_hash"] = hash_password(password)


def administrators(batch: Batch, user_ids: Collection[int]) -> frozenset[int]:
    """Those of the users who hold a role in an account."""
    found = rows.find(
        batch.unit.connection, "account_users", any_of={"user_id": user_ids}, columns=("user_id", "workflow_state")
    )
    return frozenset(row["user_id"] for row in found if row["workflow_state"] == "active")
