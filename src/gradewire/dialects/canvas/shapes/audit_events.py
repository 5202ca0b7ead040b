"""The audit trail of an assignment, in a form of our own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from gradewire.actions.audit_events import EventPage
from gradewire.dialects.canvas.wire import whole


class AuditEvent(Struct):
    id: int
    assignment_id: int
    submission_id: int | None
    user_id: int | None
    event_type: str
    payload: dict[str, Any]
    created_at: datetime | None


class AuditUser(Struct):
    id: int
    name: str


class AuditEvents(Struct):
    audit_events: list[AuditEvent]
    users: list[AuditUser]


def audit_events(page: EventPage) -> AuditEvents:
    return AuditEvents(
        audit_events=[
            AuditEvent(
                id=row.id,
                assignment_id=row.assignment_id,
                submission_id=row.submission_id,
                user_id=row.user_id,
                event_type=row.event_type,
                payload=row.payload,
                created_at=whole(row.created_at),
            )
            for row in page.events
        ],
        users=[AuditUser(row.id, row.name) for row in page.users],
    )
