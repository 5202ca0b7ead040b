"""Subscriptions to events: Gradewire's own operations, in the manner of the others. Canvas has a form of its own for this."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from gradewire.actions import subscriptions
from gradewire.actions.subscriptions import Range
from gradewire.actions.unit import Unit
from gradewire.core.errors import Missing
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.event_subscriptions import (
    DeadEvent,
    EventSubscription,
    Requeued,
    dead_event,
    event_subscription,
)
from gradewire.events.subscriptions import EVENTS, Subscription

MOST_DEAD = 1000


class TargetFields(Struct):
    """A web address. Other targets are the operator's, by ``gradewire events subscribe`` or an institution file."""

    kind: Annotated[str, Meta(description="https; other kinds are for the operator of the server")] = "https"
    url: Annotated[str, Meta(description="Where each event is sent by POST")] = ""
    bearer: Annotated[str, Meta(description="A secret to send along; it is never shown again")] | None = None
    signed: Annotated[bool, Meta(description="Send each event as a signed token (JWS, RS256)")] = False
    quoted: bool = True
    envelope: Literal["none", "cloudevents", "cloudevents-structured"] = "none"


class ChoiceFields(Struct):
    name: str | UnsetType = UNSET
    events: Annotated[list[str], Meta(description="All that the format has, unless given")] | UnsetType = UNSET
    format: Literal["canvas", "caliper"] | UnsetType = UNSET
    nulls: Literal["explicit", "compact"] | UnsetType = UNSET
    withhold_unposted: bool | UnsetType = UNSET
    target: TargetFields | UnsetType = UNSET


class SubscriptionParams(Struct):
    event_subscription: ChoiceFields | UnsetType = UNSET


class ChangedFields(ChoiceFields):
    workflow_state: Annotated[Literal["active", "disabled"], Meta(description="Resume it, or stop it")] | UnsetType = UNSET


class ChangeParams(Struct):
    event_subscription: ChangedFields | UnsetType = UNSET


class RangeParams(Struct):
    """Every bound is optional and belongs to the range."""

    first_outbox_id: int | None = None
    last_outbox_id: int | None = None
    since: Annotated[datetime, Meta(description="When the events happened")] | None = None
    until: datetime | None = None
    event_id: str | None = None


def index(call: Call, _params: None) -> Listing:
    def action(unit: Unit) -> list[subscriptions.Standing]:
        if "course_id" in call.path:
            return subscriptions.standings_of(unit, course_id=call.course_id(unit))
        return subscriptions.standings_of(unit, account_id=call.account_id(unit))

    found, page = call.read(action), call.page
    return Listing([event_subscription(one) for one in found[page.offset :][: page.limit]], total=len(found))


def show(call: Call, _params: None) -> EventSubscription:
    return event_subscription(call.read(lambda unit: subscriptions.standing(unit, _number(call))))


def create(call: Call, params: SubscriptionParams) -> EventSubscription:
    sent = params.event_subscription or ChoiceFields()
    name, target = sent.name, sent.target
    if isinstance(name, UnsetType):
        raise Missing("event_subscription[name]")
    if isinstance(target, UnsetType):
        raise Missing("event_subscription[target][url]")

    def action(unit: Unit) -> subscriptions.Standing:
        in_course = "course_id" in call.path
        choices = _choices(
            sent,
            course_id=call.course_id(unit) if in_course else None,
            account_id=None if in_course else call.account_id(unit),
        )
        made = subscriptions.create(unit, name, choices, _document(target))
        return subscriptions.standing(unit, made.id)

    return event_subscription(call.write(action))


def update(call: Call, params: ChangeParams) -> EventSubscription:
    sent = params.event_subscription or ChangedFields()

    def action(unit: Unit) -> subscriptions.Standing:
        row = subscriptions.show(unit, _number(call))
        known = ChoiceFields(
            events=list(row.events),
            format=row.format,  # type: ignore[arg-type]
            nulls=row.nulls,  # type: ignore[arg-type]
            withhold_unposted=row.withhold_unposted,
        )
        given = {name: value for name, value in structs.asdict(sent).items() if value is not UNSET}
        given = {name: value for name, value in given.items() if name in ("events", "format", "nulls", "withhold_unposted")}
        choices = _choices(structs.replace(known, **given), account_id=row.account_id, course_id=row.course_id)
        target = None if isinstance(sent.target, UnsetType) else _document(sent.target)
        if given or target is not None or not isinstance(sent.name, UnsetType):
            subscriptions.change(unit, row.id, row.name if isinstance(sent.name, UnsetType) else sent.name, choices, target)
        if sent.workflow_state == "active":
            subscriptions.resume(unit, row.id)
        elif sent.workflow_state == "disabled":
            subscriptions.disable(unit, row.id)
        return subscriptions.standing(unit, row.id)

    return event_subscription(call.write(action))


def delete(call: Call, _params: None) -> EventSubscription:
    def action(unit: Unit) -> subscriptions.Standing:
        standing = subscriptions.standing(unit, _number(call))
        return structs.replace(standing, subscription=subscriptions.delete(unit, _number(call)))

    return event_subscription(call.write(action))


def dead(call: Call, _params: None) -> Listing:
    page = call.page
    limit = min(MOST_DEAD, page.offset + page.limit + 1)
    found = call.read(lambda unit: subscriptions.dead(unit, _number(call), limit=limit))[page.offset :]
    return Listing([dead_event(one) for one in found[: page.limit]], more=len(found) > page.limit)


def resend(call: Call, params: RangeParams) -> Requeued:
    return Requeued(call.write(lambda unit: subscriptions.resend(unit, _number(call), _range(params))))


def replay(call: Call, params: RangeParams) -> Requeued:
    return Requeued(call.write(lambda unit: subscriptions.replay(unit, _number(call), _range(params))))


def _number(call: Call) -> int:
    return call.number("event_subscription_id")


def _range(params: RangeParams) -> Range:
    return Range(
        first=params.first_outbox_id,
        last=params.last_outbox_id,
        since=params.since,
        until=params.until,
        event_id=params.event_id,
    )


def _document(target: TargetFields) -> dict[str, Any]:
    found = structs.asdict(target)
    return {name: value for name, value in found.items() if value is not None}


def _choices(sent: ChoiceFields, *, account_id: int | None, course_id: int | None) -> Subscription:
    format_ = sent.format or "canvas"
    events: Any = tuple(sorted(EVENTS[format_])) if isinstance(sent.events, UnsetType) else tuple(sent.events)
    return Subscription(
        events=events,
        format=format_,
        nulls=sent.nulls or "explicit",
        withhold_unposted=bool(sent.withhold_unposted),
        account_id=account_id,
        course_id=course_id,
    )


ONE = "/api/v1/event_subscriptions/:event_subscription_id"
TAG = "Event subscriptions"
OPERATIONS = (
    *(
        operation
        for where, of in (("accounts/:account_id", "an account"), ("courses/:course_id", "a course"))
        for operation in (
            Operation(
                method="GET",
                path=f"/api/v1/{where}/event_subscriptions",
                name=f"list_event_subscriptions_of_{of.rpartition(' ')[2]}",
                summary=f"List the subscriptions to the events of {of}, and how their delivery stands",
                handler=index,
                returns=list[EventSubscription],
                paginated=True,
                tag=TAG,
            ),
            Operation(
                method="POST",
                path=f"/api/v1/{where}/event_subscriptions",
                name=f"create_event_subscription_of_{of.rpartition(' ')[2]}",
                summary=f"Subscribe to the events of {of}",
                description="What is committed from now on is delivered; replay brings what was before.",
                handler=create,
                params=SubscriptionParams,
                returns=EventSubscription,
                writes=True,
                tag=TAG,
            ),
        )
    ),
    Operation(
        method="GET",
        path=ONE,
        name="show_event_subscription",
        summary="Show a subscription, and how its delivery stands",
        handler=show,
        returns=EventSubscription,
        tag=TAG,
    ),
    Operation(
        method="PUT",
        path=ONE,
        name="update_event_subscription",
        summary="Change a subscription, stop it, or resume it",
        handler=update,
        params=ChangeParams,
        returns=EventSubscription,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="DELETE",
        path=ONE,
        name="delete_event_subscription",
        summary="End a subscription for good",
        handler=delete,
        returns=EventSubscription,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="GET",
        path=f"{ONE}/dead",
        name="list_dead_events",
        summary="List the events that were given up for a subscription, the oldest first",
        handler=dead,
        returns=list[DeadEvent],
        paginated=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=f"{ONE}/resend",
        name="resend_dead_events",
        summary="Try dead events again: all, one, or a range",
        handler=resend,
        params=RangeParams,
        returns=Requeued,
        writes=True,
        tag=TAG,
    ),
    Operation(
        method="POST",
        path=f"{ONE}/replay",
        name="replay_events",
        summary="Deliver every event of a range once more, with the ids they had",
        handler=replay,
        params=RangeParams,
        returns=Requeued,
        writes=True,
        tag=TAG,
    ),
)
