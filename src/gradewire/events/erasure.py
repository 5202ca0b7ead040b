"""Taking a person out of a finished event that the person caused or graded. What the event tells of the student stays."""

from __future__ import annotations

from typing import Any, Final

import msgspec

PERSONAL: Final = frozenset(
    {
        "user_id",
        "real_user_id",
        "user_login",
        "user_account_id",
        "user_sis_id",
        "session_id",
        "client_ip",
        "user_agent",
        "referrer",
        "url",
        "time_zone",
    }
)
"""Members of ``metadata`` that tell who asked, from where and how."""
_OF_REQUEST: Final = frozenset({"user_agent", "client_ip", "request_url"})


def blank_canvas(message: str, global_id: str) -> str | None:
    """The message without the person; ``None`` when it does not name the person."""
    event: dict[str, dict[str, Any]] = msgspec.json.decode(message)
    metadata, body = event["metadata"], event["body"]
    acted = global_id in {metadata.get("user_id"), metadata.get("real_user_id")}
    graded = body.get("grader_id") == global_id
    if not acted and not graded:
        return None
    if acted:
        event["metadata"] = {name: None if name in PERSONAL else value for name, value in metadata.items()}
    if graded:
        event["body"] = {**body, "grader_id": None}
    return msgspec.json.encode(event).decode()


def blank_caliper(message: str, urn: str) -> str | None:
    """The same in Caliper: the software stands for the person, as it does where nobody graded."""
    event: dict[str, Any] = msgspec.json.decode(message)
    if urn not in {event["actor"]["id"], event.get("generated", {}).get("scoredBy")}:
        return None
    event["actor"] = event["edApp"]
    for name in ("membership", "session", "referrer"):
        event.pop(name, None)
    event.get("generated", {}).pop("scoredBy", None)
    for extension in event.get("extensions", {}).values():
        for name in _OF_REQUEST:
            extension.pop(name, None)
    return msgspec.json.encode(event).decode()
