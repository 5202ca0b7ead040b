"""Every operation of the Canvas dialect asked by everybody in ``tests/worlds/rights.yaml``: who gets which status.

The application runs in this process, on a store that undoes every write after its answer is made, so each request meets the
same institution and none needs rows of its own to destroy. (On PostgreSQL a single plain grade is one statement that commits by
itself: it stays, and gives the same grade again.)
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from msgspec import to_builtins

from gradewire import app
from gradewire.actions import bulk_grading
from gradewire.actions.sis.batch import Options
from gradewire.config import Settings
from gradewire.dialects.canvas.api import OPERATIONS
from gradewire.store import tables as t
from gradewire.store.engine import Connection, Store, migrate, open_store
from tests.dialects.canvas_recipes import path_of, recipe_of
from tests.worlds import load_world

T = TypeVar("T")

TABLE = Path(__file__).parent / "data" / "rights.csv"

CALLERS = (
    "root_admin",
    "sub_admin",
    "neighbour_admin",
    "auditor",
    "porter",
    "teacher",
    "ta",
    "section_ta",
    "designer",
    "concluded_teacher",
    "inactive_teacher",
    "other_teacher",
    "owner",
    "classmate",
    "concluded_student",
    "observer",
    "invited",
    "stranger",
    "foreign_admin",
)
"""Who asks. ``owner`` is the student whose record is asked about, ``section_ta`` sees another section only."""

MEANINGS = {
    "root_admin": "an administrator of the root account",
    "sub_admin": "an administrator of the account that the course is in",
    "neighbour_admin": "an administrator of another account of the institution",
    "auditor": "a role of its own in the root account: `read` and `view_all_grades`",
    "porter": "a role of its own in the root account without any right",
    "teacher": "a teacher of the course, final grader of its moderated assignment",
    "ta": "a teaching assistant of the course",
    "section_ta": "a teaching assistant who is limited to another section than the student's",
    "designer": "a designer of the course",
    "concluded_teacher": "a teacher whose enrollment is concluded",
    "inactive_teacher": "a teacher whose enrollment is inactive",
    "other_teacher": "a teacher of another course of the account",
    "owner": "the student whose record it is",
    "classmate": "another student of the course",
    "concluded_student": "a student whose enrollment is concluded",
    "observer": "an observer of the student whose record it is",
    "invited": "a student who was invited and has not answered",
    "stranger": "somebody of the institution without any role",
    "foreign_admin": "an administrator of another institution on the same server",
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"
_SIGNS = {2: "yes", 3: "yes", 403: "·", 404: "404"}


class _Undo(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class UndoingStore(Store):
    """A store of which every write is taken back as soon as its result is known."""

    @classmethod
    def of(cls, store: Store) -> UndoingStore:
        found = cls.__new__(cls)
        found.__dict__.update(store.__dict__)
        return found

    def write(self, work: Callable[[Connection], T]) -> T:
        if any(one is not None and one.inside is not None for one in (self.loop_writer, self.writer)):
            return super().write(work)
        try:
            super().write(lambda connection: _raise(work(connection)))
        except _Undo as undone:
            result: T = undone.value
            return result
        raise AssertionError("unreachable")

    def submit(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        async def undone() -> T:
            try:
                await Store.submit(self, lambda connection: _raise(work(connection)))
            except _Undo as undo:
                result: T = undo.value
                return result
            raise AssertionError("unreachable")

        return asyncio.ensure_future(undone())


def _raise(value: Any) -> Any:
    raise _Undo(value)


def load_institution(database_url: str) -> None:
    """The institution that the recipes speak of, in an empty database."""
    load_world(database_url, "rights.yaml")
    with open_store(database_url, connections=1) as store:
        store.write(_add_the_rest)


@contextmanager
def undoing_client(database_url: str) -> Iterator[TestClient[Any]]:
    """The application on the institution of this module, undoing what it writes."""
    load_institution(database_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "open_store", lambda *args, **kwargs: UndoingStore.of(open_store(*args, **kwargs)))
        settings = Settings(database_url=database_url, pool_size=2, relay_in_server=False)
        with TestClient(app.create_app(settings), raise_server_exceptions=False) as client:
            yield client


def _add_the_rest(connection: Connection) -> None:
    """What institution files do not tell."""
    now = datetime.now(UTC)
    stamps = {"created_at": now, "updated_at": now}

    def add(table: sa.Table, **values: Any) -> None:
        connection.execute(sa.insert(table).values(**values, **stamps))

    watched = {"context_type": "Course", "context_id": 100, "user_id": 6, "tag": "submissions_update"}
    add(t.progresses, id=1, workflow_state="completed", **watched)
    add(t.progresses, id=2, workflow_state="queued", **watched)
    later = {"run_at": now + timedelta(days=1), "tag": bulk_grading.TAG, "arguments": {}}
    add(t.jobs, progress_id=2, **later)  # waits as if all workers were busy
    target = {"kind": "https", "url": "https://events.example.edu/"}
    add(t.subscriptions, id=471, name="Warehouse", account_id=2, events=["grade_change"], target=target)
    add(t.custom_gradebook_columns, id=401, course_id=100, title="Notes")
    file = {"filename": "a.txt", "display_name": "a.txt", "content_type": "text/plain", "size": 1, "sha256": "x"}
    add(
        t.attachments,
        id=411,
        root_account_id=1,
        user_id=21,
        student_id=21,
        purpose="submission",
        assignment_id=71,
        uuid="uuid-411",
        workflow_state="available",
        **file,
    )
    imported = {"import_type": "instructure_csv", "supplied_batches": [], "counts": {}}
    add(
        t.sis_imports,
        id=421,
        root_account_id=1,
        user_id=1,
        options=to_builtins(Options()),
        data=imported,
        workflow_state="created",
    )
    digest = hashlib.sha256(b"preview-token").hexdigest()
    add(
        t.gradebook_imports,
        course_id=100,
        user_id=6,
        token_digest=digest,
        changes={"cells": [], "notes": []},
        summary={},
        expires_at=now + timedelta(hours=1),
    )
    logins, members = t.logins.c, t.group_memberships.c
    connection.execute(sa.update(t.logins).where(logins.user_id == 25).values(id=451))
    add(t.logins, id=452, user_id=25, account_id=1, unique_id="second@example.edu")
    connection.execute(sa.update(t.group_memberships).where(members.user_id == 21).values(id=461))
    connection.execute(sa.update(t.grade_versions).values(created_at=datetime(2026, 11, 21, 12, tzinfo=UTC)))


def walk(client: TestClient[Any]) -> dict[str, dict[str, int]]:
    """By operation and caller, the status."""
    found: dict[str, dict[str, int]] = {}
    for operation in OPERATIONS:
        recipe = recipe_of(operation)
        found[operation.name] = {
            caller: client.request(
                operation.method,
                path_of(operation, recipe),
                headers={"authorization": f"Bearer token-{caller}"},
                params=recipe.query,
                json=dict(recipe.body) if recipe.body else None,
                files=dict(recipe.files) or None,
                follow_redirects=False,
            ).status_code
            for caller in CALLERS
        }
    return found


def read_table() -> dict[str, dict[str, int]]:
    """What the table in the repository says."""
    with TABLE.open(newline="") as file:
        return {row.pop("operation"): {caller: int(status) for caller, status in row.items()} for row in csv.DictReader(file)}


def write_table(found: Mapping[str, Mapping[str, int]]) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["operation", *CALLERS])
        for name, row in found.items():
            writer.writerow([name, *(row[caller] for caller in CALLERS)])


def document(found: Mapping[str, Mapping[str, int]]) -> str:
    """The table for people (docs/rights.md)."""
    lines = [
        "# Who may do what",
        "",
        "Made by a test that asks every operation of the Canvas dialect as everybody (`tests/dialects/rights_walk.py`; after a",
        "change: `python -m tests.dialects.rights_walk`). **yes**: it is done. **·**: 403. **404**: for this caller it does",
        "not exist. Other numbers are the status of the answer. Without a token, or with one whose scopes leave the operation",
        "out, everything is a 401. The rights of roles are in `core/permissions.py`; an account may change them for its",
        "courses, or define roles of its own.",
        "",
        "| caller | |",
        "|---|---|",
        *(f"| `{caller}` | {meaning} |" for caller, meaning in MEANINGS.items()),
        "",
        "| operation | " + " | ".join(caller.replace("_", " ") for caller in CALLERS) + " |",
        "|---|" + "---|" * len(CALLERS),
    ]
    for operation in OPERATIONS:
        row = found[operation.name]
        cells = [_SIGNS.get(row[caller], _SIGNS.get(row[caller] // 100, str(row[caller]))) for caller in CALLERS]
        path = operation.path.removeprefix("/api/v1")
        lines.append(f"| `{operation.method} {path}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def explore() -> dict[str, dict[str, int]]:
    """What is so now."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/rights.sqlite3"
        migrate(url)
        with undoing_client(url) as client:
            return walk(client)


if __name__ == "__main__":
    found_now = explore()
    write_table(found_now)
    DOCUMENT.write_text(document(found_now), encoding="utf-8")
