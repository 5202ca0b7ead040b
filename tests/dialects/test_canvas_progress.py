"""Giving up long work that has not begun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import bulk_grading, late_policies
from gradewire.store import jobs
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import COURSE, PEOPLE, Api, running

NUMBERS = count(1000)


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


def queue(api: Api, *, tag: str = bulk_grading.TAG, state: str = "queued", job_state: str = "queued") -> int:
    """Long work that waits for a worker, as if all were busy."""
    number = next(NUMBERS)
    about = {"context_type": "Course", "context_id": COURSE, "user_id": PEOPLE["ta"], "tag": "submissions_update"}
    api.add(t.progresses, {"id": number, "workflow_state": state, "completion": 0.0, **about})
    later = datetime.now(UTC) + timedelta(days=1)
    work = {"tag": tag, "arguments": {}, "progress_id": number, "run_at": later, "workflow_state": job_state}
    api.add(t.jobs, {"id": number, **work})
    return number


def cancel(api: Api, number: int, as_: str = "ta", message: str | None = None) -> Any:
    return api.post(f"/progress/{number}/cancel", as_=as_, body={} if message is None else {"message": message})


def test_cancelled_work_has_failed_with_the_message_and_is_never_done(api: Api, module_database_url: str) -> None:
    number = queue(api)
    reply = cancel(api, number, message="not wanted")
    assert (reply.status, reply.body["workflow_state"], reply.body["message"]) == (200, "failed", "not wanted")
    assert api.get(f"/progress/{number}", as_="ta").body == reply.body
    assert api.rows(sa.select(t.jobs.c.workflow_state).where(t.jobs.c.id == number)) == ["failed"]
    much_later = datetime.now(UTC) + timedelta(days=9)
    with open_store(module_database_url, connections=1) as store:
        assert store.write(lambda connection: jobs.claim(connection, worker="x", now=much_later, until=much_later)) is None


@pytest.mark.parametrize(
    "made",
    [{"state": "running", "job_state": "running"}, {"state": "completed", "job_state": "done"}, {"tag": late_policies.TAG}],
    ids=["begun", "ended", "what follows from something that was changed already"],
)
def test_other_work_goes_on(api: Api, made: dict[str, str]) -> None:
    number = queue(api, **made)
    before = api.get(f"/progress/{number}", as_="ta").body
    assert cancel(api, number).status == 400
    assert api.get(f"/progress/{number}", as_="ta").body == before
    api.change(t.jobs, number, workflow_state="done")


def test_work_is_cancelled_by_who_asked_for_it_and_by_graders(api: Api) -> None:
    number = queue(api)
    assert [cancel(api, number, who).status for who in ("ann", "designer", "stranger", "foreigner")] == [403, 403, 403, 404]
    assert cancel(api, 99_999).status == 404
    assert cancel(api, number, "teacher").status == 200
    assert cancel(api, number, "teacher").status == 400
