"""People with their logins and tokens, administrators, and the programs that call or listen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gradewire.actions.institution.accounts import Accounts, Place
from gradewire.actions.institution.book import Book, Entry, File, Unique
from gradewire.actions.institution.names import Names
from gradewire.actions.passwords import hash_password, matches
from gradewire.actions.secrets import Vault, WrongKey
from gradewire.actions.tokens import digest_of
from gradewire.core.errors import Invalid
from gradewire.core.institution.people import Login, Ref, Subscription, Token, User
from gradewire.events import subscriptions
from gradewire.events.targets import read_target
from gradewire.store import institution as rows
from gradewire.store.institution import Row

HINT_CHARACTERS = 5
"""How much of a token is kept to recognise it by."""


class People:
    """The users of the files, and those of the database that files refer to."""

    def __init__(self, book: Book, accounts: Accounts) -> None:
        self._book = book
        self._accounts = accounts
        self.names = Names("user")
        self.entries: dict[int, Entry] = {}
        """By the ``id()`` of the user in its file."""

    def plan(self) -> None:
        """Decide on all rows of users, logins and tokens, and find the other users that files refer to."""
        self._plan_users()
        for file in self._book.files:
            for user in file.content.users:
                number = self.entries[id(user)].id
                others = [login.login for login in user.other_logins] + [login.sis_id for login in user.other_logins]
                self.names.define(number, user.key, user.sis_id, user.login, *others)
        self._plan_logins()
        self._plan_tokens()
        self._find_others()

    def resolve(self, file: File, thing: Struct, field: str, ref: Ref | None) -> int | None:
        return self.names.resolve(self._book, file, thing, field, ref)

    def _each(self) -> Iterator[tuple[File, User]]:
        for file in self._book.files:
            for user in file.content.users:
                yield file, user

    def _plan_users(self) -> None:
        book = self._book
        sheet = book.sheet(
            "users", columns={"name": ("name", "sortable_name", "short_name"), "school_role": ("school_role_id",)}
        )
        wanted = {"sis_user_id": {user.sis_id for _, user in self._each()}, "unique_id": {_login(u) for _, u in self._each()}}
        logins = rows.find(book.unit.connection, "logins", any_of={name: values - {None} for name, values in wanted.items()})
        by_sis = {(row["account_id"], row["sis_user_id"]): row["user_id"] for row in logins}
        by_login = {(row["account_id"], row["unique_id"]): row["user_id"] for row in logins}
        for file, user in self._each():
            root = self._accounts.root(file, user, user.account)
            number = user.id or (by_sis.get((root, user.sis_id)) if user.sis_id else by_login.get((root, _login(user))))
            name = user.name
            values: Row = {
                "root_account_id": root,
                "name": name,
                "sortable_name": user.sortable_name or sortable(name),
                "short_name": user.short_name or name,
                "pronouns": user.pronouns,
                "email": user.email,
                "time_zone": user.time_zone,
                "locale": user.locale,
                "fake_student": user.fake_student,
                "school_role_id": self._accounts.school_roles.resolve(book, file, user, "school_role", user.school_role),
                "schoology": user.schoology or None,
                "workflow_state": user.workflow_state,
                "created_at": user.created_at,
            }
            self.entries[id(user)] = sheet.add(file, user, values, id=number)
        sheet.look()
        sheet.match(same_parent="root_account_id")

    def _plan_logins(self) -> None:
        book = self._book
        sheet = book.sheet(
            "logins",
            Unique(("account_id", "sis_user_id"), "sis_id"),
            Unique(("account_id", "unique_id"), "login"),
            Unique(("account_id", "integration_id"), "integration_id"),
            columns={"login": ("unique_id",), "sis_id": ("sis_user_id",), "password": ("password_hash",)},
        )
        passwords: list[tuple[Entry, str]] = []
        for file, user in self._each():
            owner = self.entries[id(user)]
            logins: list[User | Login] = [*([user] if _login(user) else []), *user.other_logins]
            for login in logins:
                account = owner.values["root_account_id"]
                if isinstance(login, Login) and login.account is not None:
                    account = self._accounts.names.resolve(book, file, login, "account", login.account)
                values: Row = {
                    "user_id": owner.id,
                    "account_id": account,
                    "unique_id": login.login or login.sis_id,
                    "sis_user_id": login.sis_id,
                    "integration_id": login.integration_id,
                    "password_hash": login.password_hash,
                    "workflow_state": login.workflow_state if isinstance(login, Login) else "active",
                }
                entry = sheet.add(file, login, values)
                if login.password is not None:
                    passwords.append((entry, login.password))
        sheet.look(
            parents={
                "sis_user_id": {entry.values["sis_user_id"] for entry in sheet.entries} - {None},
                "unique_id": {entry.values["unique_id"] for entry in sheet.entries},
                "integration_id": {entry.values["integration_id"] for entry in sheet.entries} - {None},
            }
        )
        sheet.match(same_parent="user_id")
        if not book.problems:  # hashing takes its time
            for entry, password in passwords:
                stored = entry.old["password_hash"] if entry.old else None
                kept = stored is not None and matches(stored, password)
                entry.values["password_hash"] = stored if kept else hash_password(password)

    def _plan_tokens(self) -> None:
        sheet = self._book.sheet("access_tokens", Unique(("digest",), "token"))
        for file, user in self._each():
            for token in user.tokens:
                values = token_values(token, self.entries[id(user)].id)
                sheet.add(file, token, values, id=token.id)
        sheet.look(parents={"digest": [entry.values["digest"] for entry in sheet.entries]})
        sheet.match(same_parent="user_id")

    def _find_others(self) -> None:
        """Look up, all at once, the people whom files name and do not define."""
        missing = self.names.missing(set(_user_refs(self._book.files)))
        ids = [ref for ref in missing if isinstance(ref, int)]
        texts = [ref for ref in missing if isinstance(ref, str)]
        connection = self._book.unit.connection
        for row in rows.find(connection, "users", any_of={"id": ids}, columns=["id"]):
            self.names.know(row["id"])
        columns = ["id", "user_id", "unique_id", "sis_user_id", "workflow_state"]
        for row in rows.find(connection, "logins", any_of={"unique_id": texts, "sis_user_id": texts}, columns=columns):
            if row["workflow_state"] == "active":
                self.names.know(row["user_id"], row["unique_id"], row["sis_user_id"])


def plan_admins(book: Book, accounts: Accounts, people: People) -> None:
    """Decide on the rows of administrators."""
    sheet = book.sheet("account_users", Unique(("account_id", "user_id", "role_id"), "user", nulls=True))
    for file in book.files:
        for account in file.content.accounts:
            place = accounts.places[accounts.entries[id(account)].id]
            for admin in account.admins:
                values: Row = {
                    "account_id": place.id,
                    "user_id": people.resolve(file, admin, "user", admin.user),
                    "role_id": resolve_role(book, file, admin, place, admin.role, ("AccountAdmin", "AccountMembership")),
                    "workflow_state": admin.workflow_state,
                }
                sheet.add(file, admin, values, id=admin.id)
    sheet.look(parents={"account_id": {entry.values["account_id"] for entry in sheet.entries}})
    sheet.match(same_parent="account_id")


def resolve_role(book: Book, file: File, thing: Struct, place: Place, ref: Ref | None, bases: Sequence[str]) -> int | None:
    """The id of a role with one of these bases; ``None`` for the built-in role, which is the first of them."""
    if ref is None or ref == bases[0]:
        return None
    found = place.roles.resolve(book, file, thing, "role", ref)
    if found is not None and place.role_bases[found] not in bases:
        book.complain(file, thing, "role", f"a role with the base {' or '.join(bases)} is needed here")
    return found


def plan_consumers(book: Book, accounts: Accounts, people: People, vault: Vault) -> None:
    """Decide on the rows of Schoology consumers; a secret that is the same stays as it is stored."""
    sheet = book.sheet("consumers", Unique(("key",), "key"), columns={"user": ("user_id",), "secret": ("secret_encrypted",)})
    secrets: list[tuple[Entry, str]] = []
    for file in book.files:
        for account in file.content.accounts:
            for consumer in account.consumers:
                values: Row = {
                    "account_id": accounts.entries[id(account)].id,
                    "name": consumer.name,
                    "key": consumer.key,
                    "secret_encrypted": "",
                    "user_id": people.resolve(file, consumer, "user", consumer.user),
                    "callback_urls": list(consumer.callback_urls) or None,
                    "workflow_state": consumer.workflow_state,
                }
                secrets.append((sheet.add(file, consumer, values, id=consumer.id), consumer.secret))
    sheet.look(parents={"key": [entry.values["key"] for entry in sheet.entries]})
    sheet.match(same_parent="account_id")
    for entry, secret in secrets:
        stored = entry.old["secret_encrypted"] if entry.old else None
        entry.values["secret_encrypted"] = stored if stored and _holds(vault, stored, secret) else vault.seal(secret)


def _holds(vault: Vault, stored: str, secret: str) -> bool:
    try:
        return vault.unseal(stored) == secret
    except WrongKey:
        return False


Scope: TypeAlias = tuple[File, Subscription, int | None, int | None]
"""A subscription of a file, with the account or the course it is for."""


def plan_subscriptions(book: Book, scopes: Iterable[Scope]) -> None:
    """Decide on the rows of subscriptions."""
    sheet = book.sheet("subscriptions", Unique(("name",), "name"))
    for file, subscription, account_id, course_id in scopes:
        values: Row = {
            "account_id": account_id,
            "course_id": course_id,
            "name": subscription.name,
            "events": list(subscription.events),
            "format": subscription.format,
            "nulls": subscription.nulls,
            "withhold_unposted": subscription.withhold_unposted,
            "target": subscription.target,
            "workflow_state": subscription.workflow_state,
        }
        try:
            subscriptions.Subscription(
                events=subscription.events, format=subscription.format, account_id=account_id, course_id=course_id
            )
            read_target(subscription.target)
        except Invalid as invalid:
            for fault in invalid.faults:
                field = fault.attribute if hasattr(subscription, fault.attribute) else ""
                book.complain(file, subscription, field, fault.message)
        sheet.add(file, subscription, values, id=subscription.id)
    sheet.look(parents={"name": [entry.values["name"] for entry in sheet.entries]})
    sheet.match()
    for entry in sheet.entries:
        if entry.old and any(entry.old[name] != entry.values[name] for name in ("account_id", "course_id")):
            book.complain(entry.file, entry.thing, "name", "the subscription of this name is for something else")


def token_values(token: Token, user_id: int) -> Row:
    """The row of an access token; the token itself is not in it."""
    return {
        "user_id": user_id,
        "digest": digest_of(token.token),
        "hint": token.token[:HINT_CHARACTERS],
        "purpose": token.purpose,
        "scopes": None if token.scopes is None else list(token.scopes),
        "developer_key_id": token.developer_key_id,
        "tool_id": token.tool_id,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }


def sortable(name: str) -> str:
    """``Ada Lovelace`` as ``Lovelace, Ada``."""
    words = name.split()
    return name if len(words) < 2 else f"{words[-1]}, {' '.join(words[:-1])}"


def _login(user: User) -> str | None:
    return user.login or user.sis_id


def _user_refs(files: Collection[File]) -> Iterator[Any]:
    """Every reference to a user."""
    for file in files:
        for account in file.content.accounts:
            yield from (admin.user for admin in account.admins)
            yield from (consumer.user for consumer in account.consumers)
        for course in file.content.courses:
            for enrollment in course.enrollments:
                yield enrollment.user
                yield enrollment.associated_user
                yield from (comment.author for comment in enrollment.final_comments)
            for category in course.group_categories:
                for group in category.groups:
                    yield from group.members
            for assignment in course.assignments:
                yield assignment.final_grader
                yield from assignment.moderated_students
                yield from (grader.user for grader in assignment.graders)
                for override in assignment.overrides:
                    yield from override.students
                for submission in assignment.submissions:
                    yield submission.user
                    yield submission.grader
                    yield from (comment.author for comment in submission.comments)
                    yield from (assessment.assessor for assessment in submission.rubric_assessments)
                    for grade in submission.provisional_grades:
                        yield grade.scorer
                        yield from (comment.author for comment in grade.comments)
                        yield from (assessment.assessor for assessment in grade.rubric_assessments)
