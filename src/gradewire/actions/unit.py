"""The unit of work: begin, find out who asks, run an action, render what it changed into the outbox, commit; again on conflict.

Nothing else commits, and nothing else writes outbox rows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from gradewire.actions.masquerading import Mask, find_person
from gradewire.actions.world import World
from gradewire.core.changes import Change, ConsoleOrigin, CourseContext, JobOrigin, Origin, RequestOrigin, settle
from gradewire.core.errors import Conflict, NotFound, Unauthenticated
from gradewire.events.render import Message, Occasion, prepare, render_on
from gradewire.store import moderation_events, outbox, people, rules
from gradewire.store.engine import Connection
from gradewire.store.people import CallerRow
from gradewire.store.rules import CourseRules

T = TypeVar("T")

MOST_TRIES = 12
LONGEST_WAIT = 0.5
"""Seconds between two tries at most."""


class BearerToken(Struct, frozen=True):
    """An access token shown by a program; ``digest`` is its SHA-256, the token itself goes no further than the dialect."""

    digest: str


class BrowserSession(Struct, frozen=True):
    """A signed-in browser; ``digest`` is the SHA-256 of its cookie's secret."""

    digest: str


class System(Struct, frozen=True):
    """The server itself, a job, or the command line: no user, every right, and ``origin`` says what events tell."""

    origin: JobOrigin | ConsoleOrigin = ConsoleOrigin()


class Signed(Struct, frozen=True):
    """A request whose OAuth signature ``actions.oauth`` has verified; ``row`` is the user for whom it speaks."""

    row: CallerRow
    consumer_id: int
    token_id: int | None


Credentials: TypeAlias = BearerToken | BrowserSession | Signed | System | None


class RequestFacts(Struct, frozen=True, kw_only=True):
    """What the transport knows of a request, for events and history."""

    request_id: str
    hostname: str
    http_method: str
    url: str
    scope: str | None = None
    """The scope that a restricted token needs for this route (``url:GET|/api/v1/...``)."""
    client_ip: str | None = None
    user_agent: str | None = None
    referrer: str | None = None


class Asker(Struct, frozen=True):
    """Who asks and by which request. Not judged yet: that is the unit's first act."""

    credentials: Credentials
    request: RequestFacts | None = None
    mask: Mask | None = None
    """As whom to act, if as somebody else."""


class Caller(Struct, frozen=True):
    """A user whose credentials were found good."""

    user_id: int
    name: str
    root_account_id: int
    time_zone: str | None
    login: str | None
    login_account_id: int | None
    sis_user_id: str | None
    developer_key_id: int | None
    session_public_id: str | None
    csrf_token: str | None
    real_user_id: int | None = None
    """Who really acts while somebody else is acted as."""
    tool_id: int | None = None
    """The tool whose token this is; the scores it writes are automatic."""

    @property
    def owner_id(self) -> int:
        """Whose credentials these are."""
        return self.user_id if self.real_user_id is None else self.real_user_id


@lru_cache(maxsize=4096)
def has_scope(scopes: tuple[str, ...], wanted: str | None) -> bool:
    """Whether one of a token's scopes is the route's. What a placeholder is called does not matter: ``/courses/:id`` and
    ``/courses/:course_id`` are the same route."""
    return wanted is not None and _nameless(wanted) in {_nameless(scope) for scope in scopes}


def _nameless(scope: str) -> str:
    return re.sub(r":[a-z_]+", ":", scope.removeprefix("url:"))


def admit(row: CallerRow | None, *, now: datetime, scope: str | None) -> Caller:
    """Judge what was shown as credentials.

    Raises:
        Unauthenticated: unknown, revoked, expired, of a deleted user, or without the scope of this route.
    """
    if row is None or row.user_state != "registered":
        raise Unauthenticated("Invalid access token.", reason="invalid")
    if row.revoked_at is not None:
        raise Unauthenticated("Revoked access token.", reason="revoked")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("Expired access token.", reason="expired", expired_at=row.expires_at)
    if row.scopes and not has_scope(row.scopes, scope):
        raise Unauthenticated("Insufficient scopes on access token.", reason="scope")
    return Caller(
        user_id=row.user_id,
        name=row.name,
        root_account_id=row.root_account_id,
        time_zone=row.time_zone,
        login=row.login,
        login_account_id=row.login_account_id,
        sis_user_id=row.sis_user_id,
        developer_key_id=row.developer_key_id,
        session_public_id=row.session_public_id,
        csrf_token=row.csrf_token,
        tool_id=row.tool_id,
    )


class Unit:
    """One transaction with what it knows: who asks, when, the rules of the courses it looked at, and the facts it made."""

    def __init__(self, world: World, connection: Connection | None, asker: Asker) -> None:
        self.world = world
        self.transaction = connection
        """``None`` in a guarded write on PostgreSQL, whose single statements are transactions of their own."""
        self.asker = asker
        self.now = world.clock()
        self.roles: dict[int, tuple[str, str]] = {}
        """The caller's role in each course looked at, and that role's base type, for the events."""
        self._caller: Caller | None = None
        self._rules: dict[int, CourseRules] = {}
        self._touched: set[int] = set()
        self._changes: list[Change] = []
        self._job: JobOrigin | None = None

    @property
    def connection(self) -> Connection:
        """The connection of the transaction."""
        assert self.transaction is not None, "a guarded write has no transaction"
        return self.transaction

    @property
    def is_system(self) -> bool:
        """Whether the server itself acts: then there is no caller and nothing is denied."""
        return isinstance(self.asker.credentials, System)

    @property
    def caller(self) -> Caller:
        """The user who asks.

        Raises:
            Unauthenticated: nobody, or credentials that are not good.
        """
        if self._caller is None:
            credentials = self.asker.credentials
            match credentials:
                case BearerToken(digest):
                    row = people.by_token(self.connection, digest)
                case BrowserSession(digest):
                    row = people.by_session(self.connection, digest)
                case Signed(row):
                    pass
                case _:
                    raise Unauthenticated
            return self.admit(row)
        return self._caller

    @property
    def actor_id(self) -> int | None:
        """The acting user for histories; ``None`` when the server itself acts."""
        return None if self.is_system else self.caller.user_id

    @property
    def grader_id(self) -> int | None:
        """Who grades: the acting user, or for a tool the negative of its number, as Canvas keeps automatic graders; events name
        nobody then (live-events reference, 8.1 row 11)."""
        if self.is_system or self.caller.tool_id is None:
            return self.actor_id
        return -self.caller.tool_id

    def rules(self, course_id: int) -> CourseRules:
        """The rules of a course as this transaction sees them.

        Raises:
            NotFound: no such course.
        """
        known = self._rules.get(course_id)
        if known is None:
            if course_id in self._touched:  # not committed yet: must not get onto the shelf
                known = rules.load(self.connection, course_id)
            else:
                known = self.world.shelf.load(self.connection, course_id)
            if known is None:
                raise NotFound
            self._rules[course_id] = known
        return known

    def admit(self, row: CallerRow | None) -> Caller:
        """Judge a caller that a combined statement has read already."""
        request = self.asker.request
        caller = admit(row, now=self.now, scope=request.scope if request else None)
        if self.asker.mask is not None:
            caller = self._disguise(caller, self.asker.mask)
        self._caller = caller
        return caller

    def _disguise(self, caller: Caller, mask: Mask) -> Caller:
        """
        Raises:
            masquerading.Impossible: the caller may not act as this person.
        """
        row = find_person(self.connection, caller.user_id, caller.root_account_id, mask)
        if row is None:
            return caller
        return Caller(
            user_id=row.user_id,
            name=row.name,
            root_account_id=row.root_account_id,
            time_zone=row.time_zone,
            login=row.login,
            login_account_id=row.login_account_id,
            sis_user_id=row.sis_user_id,
            developer_key_id=caller.developer_key_id,
            session_public_id=caller.session_public_id,
            csrf_token=caller.csrf_token,
            real_user_id=caller.user_id,
            tool_id=caller.tool_id,
        )

    def know_rules(self, course_id: int, version: int | None) -> CourseRules:
        """The rules of a course whose version a combined statement has read.

        Raises:
            NotFound: no such course.
        """
        known = None if version is None else self.world.shelf.get(course_id, version)
        if known is None:
            if self.transaction is not None:
                known = self.world.shelf.load(self.transaction, course_id)
            else:
                with self.world.store.read() as connection:
                    known = self.world.shelf.load(connection, course_id)
            if known is None:
                raise NotFound
            if known.course.rules_version != version:
                raise Conflict
        self._rules[course_id] = known
        return known

    def touch_rules(self, *course_ids: int) -> None:
        """Call after writing anything that grading in these courses reads."""
        rules.touch(self.connection, list(course_ids))
        for course_id in course_ids:
            self._touched.add(course_id)
            self._rules.pop(course_id, None)

    def record(self, *changes: Change) -> None:
        """Facts that leave the server, or are declared silent, when this unit commits."""
        self._changes.extend(changes)

    def audit(self, event_type: str, *, assignment_id: int, submission_id: int | None = None, payload: dict[str, Any]) -> None:
        """An entry of the moderation audit trail (moderation reference, 11.6); who acts as somebody else is named in it."""
        self.audit_many(event_type, [(assignment_id, submission_id, self.actor_id, payload)])

    def audit_many(self, event_type: str, entries: Sequence[tuple[int, int | None, int | None, dict[str, Any]]]) -> None:
        """Several entries at once: (assignment, submission, acting user, payload)."""
        masked = {}
        if not self.is_system and self.caller.real_user_id is not None:
            masked = {"real_user_id": self.caller.real_user_id}
        moderation_events.append_many(
            self.connection,
            [
                {
                    "assignment_id": assignment_id,
                    "submission_id": submission_id,
                    "user_id": user_id,
                    "event_type": event_type,
                    "payload": {**payload, **masked},
                    "created_at": self.now,
                }
                for assignment_id, submission_id, user_id, payload in entries
            ],
        )

    def speak_as(self, job: JobOrigin) -> None:
        """Let events tell of a job as their cause: for what is done at once here and by a job in Canvas, whose consumers know
        it so. History goes on naming the acting user."""
        self._job = job

    def origin(self, course_id: int) -> Origin:
        """What events of this course say about who or what caused them."""
        if self._job is not None:
            return self._job
        if isinstance(self.asker.credentials, System):
            return self.asker.credentials.origin
        request = self.asker.request
        if request is None:
            return ConsoleOrigin()
        caller = self.caller
        role, base_role = self.roles.get(course_id, (None, None))
        return RequestOrigin(
            user_id=caller.user_id,
            request_id=request.request_id,
            hostname=request.hostname,
            http_method=request.http_method,
            url=request.url,
            client_ip=request.client_ip,
            user_agent=request.user_agent,
            referrer=request.referrer,
            session_id=caller.session_public_id,
            real_user_id=caller.real_user_id,
            user_login=caller.login,
            user_account_id=caller.login_account_id,
            user_sis_id=caller.sis_user_id,
            time_zone=caller.time_zone,
            developer_key_id=caller.developer_key_id,
            context_role=role,
            context_base_role=base_role,
        )

    def take_messages(self) -> list[outbox.OutboxRow]:
        """Render the facts recorded so far, in order, and forget them; what changed several times is told once."""
        occasions: dict[int, Occasion] = {}
        rows: list[outbox.OutboxRow] = []
        for change in settle(self._changes):
            occasion = occasions.get(change.course_id)
            if occasion is None:
                occasion = occasions[change.course_id] = self._occasion(change.course_id)
            message = render_on(occasion, change, self.world.new_uuid())
            if message is not None:
                rows.append(_row(message))
        self._changes.clear()
        return rows

    def _occasion(self, course_id: int) -> Occasion:
        course = self.rules(course_id).course
        context = CourseContext(
            course_id=course.id,
            account_id=course.account_id,
            root_account_id=course.root_account_id,
            root_account_uuid=course.root_account_uuid,
            root_account_lti_guid=course.root_account_lti_guid,
            sis_source_id=course.sis_course_id,
        )
        return prepare(course=context, origin=self.origin(course_id), at=self.now, settings=self.world.events)


def _row(message: Message) -> outbox.OutboxRow:
    return outbox.OutboxRow(
        event_id=str(message.event_id),
        name=message.name,
        course_id=message.course_id,
        student_id=message.student_id,
        muted=message.muted,
        occurred_at=message.occurred_at,
        canvas=message.canvas.decode(),
        caliper=None if message.caliper is None else message.caliper.decode(),
    )


def read(world: World, asker: Asker, action: Callable[[Unit], T]) -> T:
    """Run an action that only reads."""
    with world.store.read() as connection:
        return action(Unit(world, connection, asker))


def write(world: World, asker: Asker, action: Callable[[Unit], T]) -> T:
    """Run an action in a transaction of its own: what it wrote and the events it caused are committed together, or nothing is.

    An action that met a ``Conflict``, or lost a race for a unique row, is run again from the beginning.

    Raises:
        Conflict: it lost every time.
    """

    def attempt(connection: Connection) -> T:
        unit = Unit(world, connection, asker)
        result = action(unit)
        outbox.append(connection, unit.take_messages())
        return result

    return with_retries(world, lambda: world.store.write(attempt))


def within(world: World, connection: Connection, asker: Asker, action: Callable[[Unit], T]) -> T:
    """Run an action as a part of somebody else's transaction: what it wrote and its events are there together, or, if it
    raises, not at all, whatever becomes of the transaction."""
    with connection.begin_nested():
        unit = Unit(world, connection, asker)
        result = action(unit)
        outbox.append(connection, unit.take_messages())
        return result


def write_guarded(world: World, asker: Asker, action: Callable[[Unit], T]) -> T:
    """Run an action that reads once and writes once, by statements of ``store.gradesheet`` that see for themselves that nobody
    came between. The action hands its outbox rows (``take_messages``) to the writing statement.

    Raises:
        Conflict: it lost every time.
    """
    if world.store.writer is not None:
        return write(world, asker, action)
    return with_retries(world, lambda: action(Unit(world, None, asker)))


def with_retries(world: World, attempt: Callable[[], T]) -> T:
    """Run a guarded write again until it wins, a bounded number of times, waiting a little longer each time.

    On SQLite nobody can come between, so there is nothing to win: a failure is a failure.
    """
    if world.store.kind == "sqlite":
        return attempt()
    for number in range(MOST_TRIES):
        try:
            return attempt()
        except Exception as error:
            if number == MOST_TRIES - 1 or not (isinstance(error, Conflict) or world.store.is_retryable(error)):
                raise
        time.sleep(world.randomness.uniform(0, min(LONGEST_WAIT, 0.004 * 2**number)))
    raise AssertionError("unreachable")
