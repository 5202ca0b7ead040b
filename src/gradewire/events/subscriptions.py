"""Which messages a subscriber gets, and in what form."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from gradewire.core.errors import Fault, Invalid
from gradewire.events.caliper import envelope, label
from gradewire.events.live_events import EventName, compact
from gradewire.events.render import TREATMENT, Format, Message, Silent

Nulls: TypeAlias = Literal["explicit", "compact"]

EVENTS: Final[dict[Format, frozenset[str]]] = {
    format_: frozenset(name for by_format in TREATMENT.values() if not isinstance(name := by_format[format_], Silent))
    for format_ in get_args(Format)
}
"""The events that exist in each format."""


class Subscription(Struct, frozen=True, kw_only=True):
    """A subscriber's choices as far as they decide what is sent. One that breaks its rules cannot be made."""

    events: tuple[EventName, ...]
    format: Format = "canvas"
    nulls: Nulls = "explicit"
    """Whether null members of a Canvas body are sent or left out. Caliper never has any."""
    withhold_unposted: bool = False
    """True keeps back what students may not see yet; the event of posting then brings it. Caliper itself cannot say that a
    grade is hidden, so a Caliper subscriber without this cannot tell."""
    course_id: int | None = None
    account_id: int | None = None
    """Everything below this account."""

    def __post_init__(self) -> None:
        if faults := list(_faults(self)):
            raise Invalid(*faults)


def _faults(subscription: Subscription) -> list[Fault]:
    faults = []
    events, format_ = subscription.events, subscription.format
    if not events:
        faults.append(Fault("events", "choose at least one event", "blank"))
    if unknown := sorted(set(events) - EVENTS["canvas"]):
        faults.append(Fault("events", f"there is no event {', '.join(unknown)}", "unknown"))
    if format_ not in EVENTS:
        faults.append(Fault("format", "the format is canvas or caliper", "unknown"))
    elif format_ == "caliper" and (missing := sorted((set(events) & EVENTS["canvas"]) - EVENTS["caliper"])):
        faults.append(Fault("events", f"Caliper exists only for grade_change, not for {', '.join(missing)}", "not_in_format"))
    if subscription.nulls not in get_args(Nulls):
        faults.append(Fault("nulls", "nulls are explicit or compact", "unknown"))
    if (subscription.course_id is None) == (subscription.account_id is None):
        faults.append(Fault("scope", "a subscription is for one course or for one account", "scope"))
    return faults


def wants(subscription: Subscription, message: Message, accounts: Collection[int] = ()) -> bool:
    """Whether a message goes to a subscriber. ``accounts`` are the account of the message's course and all those above it; a
    subscription for an account cannot be decided without them."""
    if message.name not in subscription.events or (subscription.withhold_unposted and message.muted):
        return False
    if subscription.format == "caliper" and message.caliper is None:
        return False
    if subscription.account_id is None:
        return subscription.course_id == message.course_id
    if not accounts:
        raise ValueError("a subscription for an account is decided by the accounts above the course")
    return subscription.account_id in accounts


def payload(subscription: Subscription, message: Message, send_time: datetime) -> bytes:
    """The bytes that one attempt of delivery sends. Only Caliper's ``sendTime`` differs between attempts."""
    if subscription.format == "caliper":
        if message.caliper is None:
            raise ValueError(f"{message.name} has no Caliper form")
        sensor, version = label(message.caliper)
        return envelope(message.caliper, sensor, send_time, version)
    return compact(message.canvas) if subscription.nulls == "compact" else message.canvas
