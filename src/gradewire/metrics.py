"""``GET /metrics`` for Prometheus: what waits and what fails, read from the database at each scrape.

So it does not matter which of several server processes answers, and the relay needs no endpoint of its own. Subscriptions are
told by their names; nothing of any person is.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gradewire.actions import operations_state
from gradewire.actions.operations_state import ServerState
from gradewire.actions.unit import Asker, System, read
from gradewire.actions.world import World


def metrics(world: World, token: str) -> HTTPRouteHandler:
    """The route. Who asks must show the token as ``Authorization: Bearer``."""
    expected = f"Bearer {token}".encode()

    @get("/metrics", include_in_schema=False, sync_to_thread=True)
    def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = request.headers.get("authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(sent, expected):
            return Response(b"", status_code=401, headers={"WWW-Authenticate": "Bearer"}, media_type="text/plain")
        state = read(world, Asker(System()), operations_state.look)
        return Response(exposition(state), media_type=CONTENT_TYPE_LATEST)

    return serve


def exposition(state: ServerState) -> bytes:
    """The state in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Once(state))
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, state: ServerState) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = self._state
        yield _one("gradewire_events_unrouted", "Events that no relay has looked at yet.", state.unrouted)
        yield _one(
            "gradewire_events_unrouted_oldest_seconds",
            "Age of the oldest of them.",
            _age(state.at, state.oldest_unrouted),
        )
        families = {
            "waiting": "Events that wait to be delivered.",
            "oldest_waiting_seconds": "Age of the oldest event that waits.",
            "dead": "Events that were given up and can be sent again.",
            "active": "1 while the subscription is active, 0 when it is disabled.",
            "failing_seconds": "For how long its target has taken nothing; 0 when it does.",
        }
        by_name = {
            name: GaugeMetricFamily(f"gradewire_subscription_{name}", text, labels=["subscription"])
            for name, text in families.items()
        }
        for standing in state.subscriptions:
            row, lag = standing.subscription, standing.lag
            values = (
                lag.waiting,
                _age(state.at, lag.oldest),
                lag.dead,
                row.workflow_state == "active",
                _age(state.at, standing.trouble.failing_since),
            )
            for family, value in zip(by_name.values(), values, strict=True):
                family.add_metric([row.name], value)
        yield from by_name.values()
        jobs = GaugeMetricFamily("gradewire_jobs", "Long work by its state.", labels=["state"])
        for name, count in state.jobs.items():
            jobs.add_metric([name], count)
        yield jobs


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _age(now: datetime, then: datetime | None) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())
