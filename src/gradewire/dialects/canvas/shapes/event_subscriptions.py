"""Subscriptions to events, as those who manage an account see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.actions.subscriptions import Standing
from gradewire.dialects.canvas.wire import whole
from gradewire.events.targets import shown
from gradewire.store.deliveries import DeadRow


class DeliveryStatus(Struct):
    """``waiting`` counts what is still to be delivered, ``dead`` what was given up and can be sent again."""

    waiting: int
    oldest_waiting_at: datetime | None
    dead: int
    last_error: str | None
    failing_since: datetime | None
    """Since when the target takes nothing at all."""
    disabled_reason: str | None
    """Why the server switched the subscription off."""


class EventSubscription(Struct):
    """Of a secret in the target it is only told that there is one."""

    id: int
    name: str
    account_id: int | None
    course_id: int | None
    events: Sequence[str]
    format: str
    nulls: str
    withhold_unposted: bool
    target: dict[str, Any]
    workflow_state: str
    status: DeliveryStatus


class DeadEvent(Struct):
    """An event that was given up for a subscription. ``outbox_id`` tells its place among all events."""

    event_id: str
    outbox_id: int
    name: str
    course_id: int
    student_id: int
    attempts: int
    last_error: str | None


class Requeued(Struct):
    """How many events wait for delivery (again)."""

    count: int


def event_subscription(standing: Standing) -> EventSubscription:
    row, lag, trouble = standing.subscription, standing.lag, standing.trouble
    return EventSubscription(
        id=row.id,
        name=row.name,
        account_id=row.account_id,
        course_id=row.course_id,
        events=row.events,
        format=row.format,
        nulls=row.nulls,
        withhold_unposted=row.withhold_unposted,
        target=shown(row.target),
        workflow_state=row.workflow_state,
        status=DeliveryStatus(
            waiting=lag.waiting,
            oldest_waiting_at=whole(lag.oldest),
            dead=lag.dead,
            last_error=lag.last_error,
            failing_since=whole(trouble.failing_since),
            disabled_reason=trouble.disabled_reason,
        ),
    )


def dead_event(row: DeadRow) -> DeadEvent:
    return DeadEvent(row.event_id, row.outbox_id, row.name, row.course_id, row.student_id, row.attempts, row.last_error)
