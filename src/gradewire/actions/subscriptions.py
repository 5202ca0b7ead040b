"""Subscriptions to events: make, list, disable and resume them, send dead events again, replay what was sent before.

Only those who manage the account may: the account of the subscription, or one above its course. Teachers may not, as events
name every student of a course.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, structs

from gradewire.actions.access import course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.secrets import vault_of
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound, Refused
from gradewire.core.permissions import MANAGE_ACCOUNT
from gradewire.events.subscriptions import Subscription
from gradewire.events.targets import EventsFileTarget, HttpsTarget, is_for_operator, read_target, sealed
from gradewire.store import deliveries
from gradewire.store import subscriptions as rows
from gradewire.store.deliveries import DeadRow, Lag
from gradewire.store.subscriptions import SubscriptionRow, Trouble

LONGEST_NAME = 255

Range: TypeAlias = deliveries.Range
"""Which events to send again."""


class Standing(Struct, frozen=True):
    """A subscription and how it stands."""

    subscription: SubscriptionRow
    lag: Lag
    trouble: Trouble


def create(unit: Unit, name: str, choices: Subscription, target: Mapping[str, Any]) -> SubscriptionRow:
    """Subscribe. What is committed from now on is delivered; for what was before, ``replay``.

    Raises:
        NotFound: no such account or course.
        Denied: the caller does not manage it, or it is the operator's to name files of the server.
        Invalid: the name is taken or reserved, or the target is none.
    """
    _require(unit, choices.account_id, choices.course_id)
    faults = list(_name_faults(unit, name))
    faults += _target_faults(unit, target)
    if faults:
        raise Invalid(*faults)
    if is_for_operator(target) and not unit.is_system:
        raise Denied
    return rows.add(
        unit.connection,
        now=unit.now,
        name=name,
        account_id=choices.account_id,
        course_id=choices.course_id,
        events=list(choices.events),
        format=choices.format,
        nulls=choices.nulls,
        withhold_unposted=choices.withhold_unposted,
        target=sealed(target, lambda secret: vault_of(unit).seal(secret)),
        workflow_state="active",
    )


def _name_faults(unit: Unit, name: str) -> Sequence[Fault]:
    if not name.strip() or len(name) > LONGEST_NAME:
        return [Fault("name", f"a name has 1 to {LONGEST_NAME} characters", "length")]
    if name == rows.EVENTS_FILE or name.startswith(f"{rows.EVENTS_FILE}:"):
        return [Fault("name", "this name is for the setting events_file", "reserved")]
    if rows.find(unit.connection, name=name) is not None:
        return [Fault("name", f"there is a subscription {name} already", "taken")]
    return []


def _target_faults(unit: Unit, target: Mapping[str, Any]) -> Sequence[Fault]:
    if any(name.endswith("_sealed") for name in target):
        return [Fault("target", "secrets are given as they are; the server seals them", "reserved")]
    try:
        found = read_target(target)
    except Invalid as invalid:
        return invalid.faults
    if isinstance(found, EventsFileTarget):
        return [Fault("target", "this target is for the setting events_file; name a file instead", "reserved")]
    if isinstance(found, HttpsTarget) and found.url[:5].lower() == "http:" and not (unit.world.plain_targets or unit.is_system):
        return [Fault("target", "events go to https here, not to plain http", "insecure")]
    return []


def list_of_account(unit: Unit, account_id: int) -> list[SubscriptionRow]:
    """The subscriptions of an account itself.

    Raises:
        NotFound: no such account.
        Denied: the caller does not manage it.
    """
    _require(unit, account_id, None)
    return rows.every(unit.connection, account_id=account_id)


def list_of_course(unit: Unit, course_id: int) -> list[SubscriptionRow]:
    """The subscriptions of a course itself.

    Raises:
        NotFound: no such course.
        Denied: the caller does not manage its account.
    """
    _require(unit, None, course_id)
    return rows.every(unit.connection, course_id=course_id)


def show(unit: Unit, subscription_id: int) -> SubscriptionRow:
    """
    Raises:
        NotFound: no such subscription, or one of another institution.
        Denied: it is not the caller's to see.
    """
    return _check(unit, rows.find(unit.connection, subscription_id=subscription_id))


def find(unit: Unit, name: str) -> SubscriptionRow:
    """A subscription by its name. Raises as ``show`` does."""
    return _check(unit, rows.find(unit.connection, name=name))


def change(
    unit: Unit, subscription_id: int, name: str, choices: Subscription, target: Mapping[str, Any] | None
) -> SubscriptionRow:
    """Give a subscription another name, other choices, and another target; without one it keeps its own, with its secrets. What
    waits already goes out in the new way.

    Raises:
        NotFound: no such subscription, or one of another institution.
        Denied: it is not the caller's to change, or its target or the new one is for the operator.
        Invalid: the name is taken or reserved, or the target is none.
    """
    row = show(unit, subscription_id)
    _check_not_the_file(unit, row)
    faults = list(_name_faults(unit, name)) if name != row.name else []
    faults += _target_faults(unit, target) if target is not None else []
    if faults:
        raise Invalid(*faults)
    if target is not None and is_for_operator(target) and not unit.is_system:
        raise Denied
    rows.change(
        unit.connection,
        row.id,
        now=unit.now,
        name=name,
        events=list(choices.events),
        format=choices.format,
        nulls=choices.nulls,
        withhold_unposted=choices.withhold_unposted,
        target=row.target if target is None else sealed(target, lambda secret: vault_of(unit).seal(secret)),
    )
    return show(unit, subscription_id)


def delete(unit: Unit, subscription_id: int) -> SubscriptionRow:
    """End a subscription for good. What waits for it is not sent; its name is free again. Raises as ``show`` does."""
    row = show(unit, subscription_id)
    _check_not_the_file(unit, row)
    values = {"name": f"{row.name[: LONGEST_NAME - 40]} (deleted {row.id})", "workflow_state": "deleted"}
    rows.change(unit.connection, row.id, now=unit.now, **values)
    return structs.replace(row, workflow_state="deleted")


def _check_not_the_file(unit: Unit, row: SubscriptionRow) -> None:
    """
    Raises:
        Denied: it is that of the setting ``events_file``, which the relay makes anew for the operator.
    """
    if row.target.get("kind") == rows.EVENTS_FILE and not unit.is_system:
        raise Denied


def disable(unit: Unit, subscription_id: int) -> SubscriptionRow:
    """Stop. Nothing more is handed to it; what waits is kept and not sent. Raises as ``show`` does."""
    return _set_state(unit, subscription_id, "disabled")


def resume(unit: Unit, subscription_id: int) -> SubscriptionRow:
    """Go on with what waits and what comes. What came in between was not kept for it: ``replay``. Raises as ``show`` does."""
    return _set_state(unit, subscription_id, "active")


def _set_state(unit: Unit, subscription_id: int, workflow_state: str) -> SubscriptionRow:
    show(unit, subscription_id)
    rows.set_state(unit.connection, subscription_id, workflow_state, unit.now)
    return show(unit, subscription_id)


def standings_of(unit: Unit, *, account_id: int | None = None, course_id: int | None = None) -> list[Standing]:
    """How the subscriptions of an account itself, or of a course, stand. Raises as ``list_of_account`` does."""
    found = list_of_course(unit, course_id) if account_id is None and course_id else list_of_account(unit, account_id or 0)
    return _stand(unit, found)


def dead(unit: Unit, subscription_id: int, *, limit: int) -> list[DeadRow]:
    """The oldest events that were given up, with the last error of each. Raises as ``show`` does."""
    return deliveries.dead(unit.connection, show(unit, subscription_id).id, limit=limit)


def resend(unit: Unit, subscription_id: int, chosen: Range) -> int:
    """Let dead events be tried again, with all their attempts; returns how many. Raises as ``show`` does."""
    return deliveries.resend(unit.connection, show(unit, subscription_id).id, chosen, now=unit.now)


def replay(unit: Unit, subscription_id: int, chosen: Range) -> int:
    """Send every event of a range once more that the subscription wants, with the ids they had; returns how many.

    Raises:
        NotFound: no such subscription, or one of another institution.
        Denied: it is not the caller's to see.
        Refused: it is disabled (``disabled``).
    """
    row = show(unit, subscription_id)
    if row.workflow_state != "active":
        raise Refused("disabled", f"the subscription {row.name} is disabled; resume it first")
    return deliveries.replay(unit.connection, row.id, chosen, now=unit.now)


def standings(unit: Unit) -> list[Standing]:
    """How every subscription of the server stands: for its operator.

    Raises:
        Denied: somebody else asks.
    """
    if not unit.is_system:
        raise Denied
    return _stand(unit, rows.every(unit.connection))


def standing(unit: Unit, subscription_id: int) -> Standing:
    """How one subscription stands. Raises as ``show`` does."""
    return _stand(unit, [show(unit, subscription_id)])[0]


def _stand(unit: Unit, found: Sequence[SubscriptionRow]) -> list[Standing]:
    lags = deliveries.lags(unit.connection)
    troubles = rows.troubles(unit.connection)
    return [
        Standing(row, lags.get(row.id) or Lag(row.id, 0, None, 0, None), troubles.get(row.id) or Trouble(None, None))
        for row in found
    ]


def _check(unit: Unit, row: SubscriptionRow | None) -> SubscriptionRow:
    if row is None or row.workflow_state == "deleted":
        raise NotFound
    _require(unit, row.account_id, row.course_id)
    return row


def _require(unit: Unit, account_id: int | None, course_id: int | None) -> None:
    """
    Raises:
        NotFound: no such account or course.
        Denied: the caller does not manage it.
    """
    if course_id is None:
        assert account_id is not None
        account_access(unit, account_id).require(MANAGE_ACCOUNT)
    elif MANAGE_ACCOUNT not in course_access(unit, course_id).by_account:
        raise Denied
