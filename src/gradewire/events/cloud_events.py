"""The CloudEvents 1.0 form of an event: a standard envelope around the same bytes, for consumers that expect one.

``id`` is the event's id, ``source`` this server, ``subject`` the course and student whose events come in order,
``partitionkey`` the same as brokers want it.
"""

from __future__ import annotations

from datetime import UTC
from typing import Final

import msgspec

from gradewire.events.sinks.sink import Outgoing

PREFIX: Final = "org.gradewire."
"""Before the name of the event: a type of CloudEvents begins with the reversed domain of who defined it."""
STRUCTURED: Final = "application/cloudevents+json; charset=UTF-8"


def attributes(event: Outgoing, source: str) -> dict[str, str]:
    """The context attributes by name, all texts."""
    moment = event.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "specversion": "1.0",
        "id": event.event_id,
        "source": source,
        "type": PREFIX + event.name,
        "subject": f"courses/{event.course_id}/students/{event.student_id}",
        "time": moment,
        "datacontenttype": "application/json",
        "partitionkey": f"{event.course_id}:{event.student_id}",
    }


def structured(event: Outgoing, source: str) -> bytes:
    """Envelope and event as one JSON object."""
    return msgspec.json.encode({**attributes(event, source), "data": msgspec.Raw(event.data)})
