"""``/metrics``: for who has the token, in Prometheus's format, the same whichever process answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from gradewire.app import create_app
from gradewire.config import ConfigError, Settings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.events.mail import add_institutions, grade, put, subscribe

TOKEN = "a token for scrapes"


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient[Any]]:
    with open_store(database_url) as store:
        store.write(add_institutions)
        subscribe(store, "warehouse")
        subscribe(store, "stopped", workflow_state="disabled")
        put(store, grade(60, 1), grade(61, 1), grade(62, 1))
        now = datetime.now(UTC)
        event: Any = None
        with store.read() as connection:
            event = connection.scalar(sa.select(sa.func.min(t.outbox.c.id)))
        values = {"subscription_id": 1, "course_id": 565, "due_at": now}
        rows = [
            {**values, "outbox_id": event, "student_id": 60, "workflow_state": "waiting"},
            {**values, "outbox_id": event + 1, "student_id": 61, "workflow_state": "dead", "last_error": "503"},
        ]
        store.write(lambda connection: connection.execute(sa.insert(t.deliveries), rows[:1]))
        store.write(lambda connection: connection.execute(sa.insert(t.deliveries), rows[1:]))
        failing = sa.update(t.subscriptions).where(t.subscriptions.c.name == "warehouse")
        store.write(lambda connection: connection.execute(failing.values(failing_since=now - timedelta(minutes=5))))
    with TestClient(create_app(Settings(database_url=database_url, metrics_token=TOKEN, relay_in_server=False))) as found:
        yield found


def test_what_waits_and_what_fails_is_told(client: TestClient[Any]) -> None:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["gradewire_events_unrouted",] == 3
    assert found["gradewire_events_unrouted_oldest_seconds",] > 0
    assert found["gradewire_subscription_waiting", "warehouse"] == 1
    assert found["gradewire_subscription_oldest_waiting_seconds", "warehouse"] > 0
    assert found["gradewire_subscription_dead", "warehouse"] == 1
    assert found["gradewire_subscription_active", "warehouse"] == 1
    assert found["gradewire_subscription_active", "stopped"] == 0
    assert 290 < found["gradewire_subscription_failing_seconds", "warehouse"] < 400
    assert found["gradewire_subscription_failing_seconds", "stopped"] == 0
    assert found["gradewire_jobs", "failed"] == 0


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer ", "Basic x", "Bearer \xe4"])
def test_nobody_else_is_told(client: TestClient[Any], sent: str | None) -> None:
    headers = {} if sent is None else {"authorization": sent.encode("latin-1")}
    answer = client.get("/metrics", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.text) == (401, "")


def test_without_a_token_there_are_no_metrics(sqlite_url: str) -> None:
    with TestClient(create_app(Settings(database_url=sqlite_url, relay_in_server=False))) as client:
        assert client.get("/metrics").status_code == 404


def test_a_token_that_is_easily_guessed_is_no_setting() -> None:
    with pytest.raises(ConfigError, match="metrics_token"):
        Settings(metrics_token="short")
