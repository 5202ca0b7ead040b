"""Runs a case of ``data/schoology_*cases.yaml`` against a real server: its ``patch``, then its ``steps``, one by one.

The format is told by the header of ``data/schoology_cases.yaml``. A word that is not known here fails the case, so that nothing
passes unread. One server serves all cases of a module: between them the fixture is put back behind its back, row by row, under
versions of the course rules that the server has not kept.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from msgspec import structs

from gradewire.actions import oauth
from gradewire.actions.unit import Asker, BearerToken, write
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.dialects.schoology_fixture import KEY, load_cases, load_fixture
from tests.dialects.schoology_matching import Same, differences, xml_differences
from tests.dialects.schoology_world import Auth, Reply, Schoology, running

DATA = Path(__file__).parent / "data"
RULE_VERSIONS = 10_000
"""What no case changes the rules of a course as often as."""

Thing = dict[str, Any]

_nonces = itertools.count()


def load(*names: str) -> list[Thing]:
    """The cases of these files."""
    return [case for name in names for case in yaml.safe_load((DATA / name).read_text(encoding="utf-8"))["cases"]]


class Stage:
    """A server on the fixture, and how it is put back."""

    def __init__(self, api: Schoology, store: Store, directory: Path) -> None:
        self.api = api
        self.world = World(store, events=EventSettings(base_url="http://localhost/"), secret_key=KEY)
        self.directory = directory
        with store.writing.begin() as connection:
            found = {table: connection.execute(sa.select(table)).mappings().all() for table in t.metadata.sorted_tables}
        self.fixture = {table: [dict(row) for row in rows] for table, rows in found.items() if rows}
        self._rounds = itertools.count(1)

    def reset(self, patch: Mapping[str, Any]) -> None:
        """The fixture, as if freshly loaded, with this patch."""
        with self.world.store.writing.begin() as connection:
            for table in reversed(t.metadata.sorted_tables):
                connection.execute(sa.delete(table))
            if not patch:
                for table, rows in self.fixture.items():
                    connection.execute(sa.insert(table), rows)
        if patch:
            load_fixture(self.api.database_url, patch)
        with self.world.store.writing.begin() as connection:
            c = t.courses.c
            connection.execute(sa.update(t.courses).values(rules_version=c.rules_version + next(self._rounds) * RULE_VERSIONS))

    def approve(self, token: str, user_id: int) -> None:
        """A user lets an application act for them."""
        shown = BearerToken(hashlib.sha256(f"token-{user_id}".encode()).hexdigest())
        write(self.world, Asker(shown), lambda unit: oauth.approve(unit, token, None))

    @contextmanager
    def limited(self, credits_: int) -> Iterator[Schoology]:
        """Another server on the same database that counts requests."""
        settings = {"GRADEWIRE_SCHOOLOGY_CREDITS": str(credits_)}
        with running(self.api.database_url, self.directory / "limited", load=False, settings=settings) as api:
            yield api


@contextmanager
def staged(database_url: str, directory: Path) -> Iterator[Stage]:
    """A server on a database that holds the fixture."""
    with running(database_url, directory) as api, open_store(database_url, connections=2) as store:
        yield Stage(api, store, directory)


class Case:
    """One case, with what its run remembers."""

    def __init__(self, stage: Stage, case: Mapping[str, Any]) -> None:
        unknown = set(case) - {"id", "tier", "title", "patch", "steps", "note"}
        if unknown:
            raise NotImplementedError(f"case: {unknown}")
        self.stage = stage
        self.api = stage.api
        self.patch: Thing = dict(case.get("patch") or {})
        self.steps: list[Thing] = case["steps"]
        consumers = [*load_cases()["fixture"]["consumers"], *self.patch.get("consumers", ())]
        self.consumers = {one["name"]: one for one in consumers}
        self.saved: Thing = {}
        self.request_token: str | None = None
        self.begun = int(time.time())

    def run(self) -> None:
        with ExitStack() as stack:
            limit = self.patch.pop("rate_limit", None)
            self.stage.reset(self.patch)
            if limit is not None:
                self.api = stack.enter_context(self.stage.limited(_credits(limit)))
            for number, step in enumerate(self.steps, 1):
                self._step(dict(step), f"step {number}")

    def _step(self, step: Thing, name: str) -> None:
        if "approve" in step:
            self._approve(step.pop("approve"))
            if step:
                raise NotImplementedError(f"beside approve: {set(step)}")
            return
        expected = {word: step.pop(word) for word in EXPECTED & set(step)}
        reply = self._send(step)
        unknown = set(step) - {"title", "note"}
        if unknown:
            raise NotImplementedError(f"step: {unknown}")
        found = list(self._compare(expected, reply))
        assert not found, "\n".join([f"{name}: {reply.status} {reply.text[:3000]}", *found])
        for word, place in (expected.get("save") or {}).items():
            self.saved[word] = _pick(reply, place)
            if place == "form:oauth_token":
                self.request_token = self.saved[word]

    def _approve(self, wanted: Any) -> None:
        """``48289``, or ``{uid: 48289, token: ${rt}}``."""
        fields = dict(wanted) if isinstance(wanted, dict) else {"uid": wanted}
        token = self._fill(fields.pop("token", None)) or self.request_token
        user_id = int(self._fill(fields.pop("uid")))
        if fields:
            raise NotImplementedError(f"approve: {set(fields)}")
        assert token is not None, "no request token was saved"
        self.stage.approve(token, user_id)

    def _send(self, step: Thing) -> Reply:
        method, path = self._fill(step.pop("req"))
        raw, body = self._fill(step.pop("raw", None)), self._fill(step.pop("body", None))
        content = raw.encode() if raw is not None else None if body is None else json.dumps(body).encode()
        signed_too = tuple((name, _text(value)) for name, value in body.items()) if isinstance(body, dict) else ()
        consumer = self.consumers[step.pop("as", "teacher")]
        header, target = self._sign(method, path, consumer, self._fill(step.pop("auth", {})), signed_too)
        return self.api.call(
            method,
            target.removeprefix("/v1"),
            as_=None,
            header=header,
            accept=step.pop("accept", "application/json"),
            content=content,
            content_type=step.pop("type", "application/json"),
            headers={name: str(value) for name, value in self._fill(step.pop("headers", None) or {}).items()},
        )

    def _sign(
        self, method: str, path: str, consumer: Thing, words: Any, body: tuple[tuple[str, str], ...]
    ) -> tuple[str | None, str]:
        target = f"/v1{path}"
        if words == "none":
            return None, target
        words = dict(words)
        if "reuse" in words:
            if words != {"reuse": "previous"}:
                raise NotImplementedError(f"auth: {words}")
            return self.api.last_header, target
        auth = Auth(secret=consumer["secret"], timestamp=int(time.time()), nonce=f"case{next(_nonces)}-{time.time_ns()}")
        changes: Thing = {}
        for name, value in words.items():
            if name not in AUTH:
                raise NotImplementedError(f"auth: {name}")
            changes |= AUTH[name](value)
        if changes.pop("fixed", False):
            changes["timestamp"] = self.begun
        changes["timestamp"] = changes.get("timestamp", auth.timestamp) + changes.pop("shift", 0)
        if changes.pop("with_body", False):
            changes["signed_too"] = body
        return self.api.sign(method, target, consumer["key"], structs.replace(auth, **changes))

    def _compare(self, expected: Thing, reply: Reply) -> Iterator[str]:
        status = expected.get("status", 200)
        if reply.status not in (status if isinstance(status, list) else [status]):
            yield f"status {reply.status}, not {status}"
        if "json" in expected and reply.status < 400:
            yield from differences(self._fill(expected["json"], wanted=True), reply.json)
        if "xml" in expected and reply.status < 400:
            yield from xml_differences(expected.get("root", "result"), self._fill(expected["xml"]), reply.xml)
        pieces = expected.get("text") or []
        for piece in self._fill([pieces] if isinstance(pieces, str) else pieces):
            if str(piece) not in reply.text:
                yield f"{piece!r} is not in the body"
        for name, pattern in (self._fill(expected.get("resp")) or {}).items():
            found = reply.headers.get(name.lower())
            if found is None or re.search(str(pattern), found) is None:
                yield f"header {name}: {found!r}, wanted {pattern}"
        if "empty" in expected and (not reply.content) is not expected["empty"]:
            yield f"{{empty: {expected['empty']}}} does not hold"

    def _fill(self, value: Any, *, wanted: bool = False) -> Any:
        """The value with ``${name}`` replaced by what was saved; ``wanted``: as what is expected, in whichever type."""
        if isinstance(value, dict):
            return {self._fill(name): self._fill(one, wanted=wanted) for name, one in value.items()}
        if isinstance(value, list):
            return [self._fill(one, wanted=wanted) for one in value]
        if not isinstance(value, str):
            return value
        if match := re.fullmatch(r"\$\{(\w+)\}", value):
            found = self.saved[match[1]]
            return Same(found) if wanted and isinstance(found, str | int) else found
        return re.sub(r"\$\{(\w+)\}", lambda match: str(self.saved[match[1]]), value)


EXPECTED = {"status", "json", "xml", "root", "text", "resp", "empty", "save"}


def _signed_as(wanted: str) -> Thing:
    known: dict[str, Thing] = {
        "correct": {},
        "wrong-secret": {"secret": "not the secret"},
        "no-query": {"query": ""},
        "with-body": {"with_body": True},
    }
    if wanted in known:
        return known[wanted]
    if not re.match(r"https?://", wanted):
        raise NotImplementedError(f"auth.sign: {wanted}")
    return {"base": re.sub(r"/(v1/?)?$", "", wanted)}


def _of(name: str, values: Mapping[Any, Any]) -> Any:
    """A word whose values are among these."""

    def read(value: Any) -> Thing:
        if value not in values:
            raise NotImplementedError(f"auth: {value}")
        return {name: values[value]}

    return read


AUTH: dict[str, Any] = {
    "method": lambda value: {"method": str(value)},
    "token": lambda value: {"token": {"omit": None, "empty": ""}.get(value, value)},
    "token_secret": lambda value: {"token_secret": value},
    "realm": lambda value: {"realm": None if value == "omit" else value},
    "scheme": lambda value: {"scheme": f"{value.rstrip()} "},
    "sign": _signed_as,
    "quote": _of("quoted", {True: True, False: False}),
    "encode": _of("raw", {"raw": True}),
    "ts": lambda value: {"shift": int(value)},
    "place": _of("place", {"header": "header", "query": "query"}),
    "nonce": lambda value: {"nonce": str(value)},
    "fixed_ts": _of("fixed", {True: True, False: False}),
}
"""Each word of ``auth``: what it changes of an ``Auth``."""


def _credits(limit: Any) -> int:
    """How many reads within five seconds: a number, or a mapping that has one under a word for it."""
    if isinstance(limit, int):
        return limit
    known = {"credits", "requests", "limit", "calls", "budget", "per_seconds", "seconds", "window", "per"}
    unknown = set(limit) - known
    if unknown:
        raise NotImplementedError(f"rate_limit: {unknown}")
    return int(next(limit[name] for name in ("credits", "requests", "limit", "calls", "budget") if name in limit))


def _pick(reply: Reply, place: str) -> Any:
    if place.startswith("form:"):
        return reply.form[place.removeprefix("form:")]
    found = reply.json
    for part in re.findall(r"[^.\[\]/]+", place.removeprefix("$")):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
