"""``gradewire events ...``: subscriptions to events, and how their delivery stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gradewire.cli.invocation import Failure

if TYPE_CHECKING:
    from gradewire.actions.unit import Unit
    from gradewire.actions.world import World
    from gradewire.store.deliveries import Range

T = TypeVar("T")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the subscription.")]
First = Annotated[int | None, typer.Option("--from-id", metavar="ID", help="From this outbox id on.")]
Last = Annotated[int | None, typer.Option("--to-id", metavar="ID", help="Up to this outbox id.")]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="What happened at this time or later (ISO 8601).")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="What happened at this time or earlier (ISO 8601).")]
Event = Annotated[str | None, typer.Option("--id", metavar="UUID", help="The event with this id.")]


def register(app: typer.Typer) -> None:
    events = typer.Typer(help="Subscriptions to events, and how their delivery stands.", no_args_is_help=True)
    app.add_typer(events, name="events")
    for command in (status, subscribe, unsubscribe, resume, dead, resend, replay, rotate_keys, erase):
        events.command()(command)


def status(context: typer.Context) -> None:
    """Show each subscription with what waits, how old it is, what is dead, and the last error; and what is not routed yet."""
    from gradewire.actions import subscriptions
    from gradewire.store import outbox

    with _world(context) as world:
        standings = _read(world, subscriptions.standings)
        with world.store.read() as connection:
            unrouted = outbox.unrouted(connection)
        now = world.clock()
    typer.echo(f"not routed yet: {unrouted.events}{_age(now, unrouted.oldest)}")
    for one in standings:
        row, lag = one.subscription, one.lag
        scope = f"account {row.account_id}" if row.course_id is None else f"course {row.course_id}"
        state = "" if row.workflow_state == "active" else f", {row.workflow_state}"
        typer.echo(f"{row.name}: {scope}, {row.format} to {row.target.get('kind')}{state}")
        typer.echo(f"    waiting {lag.waiting}{_age(now, lag.oldest)}, dead {lag.dead}")
        if one.trouble.failing_since:
            typer.echo(f"    takes nothing since {one.trouble.failing_since:%Y-%m-%d %H:%M:%S} UTC")
        if one.trouble.disabled_reason:
            typer.echo(f"    switched off because it took nothing for too long: {one.trouble.disabled_reason}")
        if lag.last_error:
            typer.echo(f"    last error: {lag.last_error}")


def subscribe(
    context: typer.Context,
    name: Name,
    account: Annotated[int | None, typer.Option(metavar="ID", help="Everything below this account.")] = None,
    course: Annotated[int | None, typer.Option(metavar="ID", help="This course.")] = None,
    event: Annotated[list[str] | None, typer.Option(help="An event; may be repeated. All, unless given.")] = None,
    format_: Annotated[str, typer.Option("--format", help="canvas or caliper.")] = "canvas",
    compact: Annotated[bool, typer.Option("--compact", help="Leave out members of a body that are null.")] = False,
    withhold_unposted: Annotated[
        bool, typer.Option("--withhold-unposted", help="Keep back what students may not see yet.")
    ] = False,
    file: Annotated[str | None, typer.Option(metavar="PATH", help="Deliver to this file, one event per line.")] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Deliver to the standard output of the relay.")] = False,
    https: Annotated[str | None, typer.Option(metavar="URL", help="Deliver to this web address, one POST an event.")] = None,
    bearer_variable: Annotated[
        str | None, typer.Option("--bearer-variable", metavar="NAME", help="The variable of the environment with its token.")
    ] = None,
    signed: Annotated[bool, typer.Option("--signed", help="With --https: each event is a signed token.")] = False,
    target: Annotated[str | None, typer.Option(metavar="JSON", help='Deliver to this target: {"kind": ...}.')] = None,
) -> None:
    """Subscribe to the events of an account or of a course. Working relays notice at once."""
    from gradewire.actions import subscriptions
    from gradewire.events.subscriptions import EVENTS, Subscription

    where = _target(file, stdout, https, target)
    if https is not None:
        where |= _https_options(bearer_variable, signed=signed)
    if event is None and format_ in EVENTS:
        event = sorted(EVENTS["caliper" if format_ == "caliper" else "canvas"])
    chosen: dict[str, Any] = {"events": tuple(event or ()), "format": format_, "nulls": "compact" if compact else "explicit"}
    choices = Subscription(**chosen, withhold_unposted=withhold_unposted, account_id=account, course_id=course)
    with _world(context) as world:
        row = _write(world, lambda unit: subscriptions.create(unit, name, choices, where))
    typer.echo(f"{row.name} is subscribed to {', '.join(row.events)}.")


def unsubscribe(context: typer.Context, name: Name) -> None:
    """Stop delivering to a subscription. What waits is kept."""
    from gradewire.actions import subscriptions

    with _world(context) as world:
        _write(world, lambda unit: subscriptions.disable(unit, _named(unit, name)))
    typer.echo(f"{name} is disabled.")


def resume(context: typer.Context, name: Name) -> None:
    """Go on delivering to a disabled subscription. What came meanwhile was not kept for it: replay it."""
    from gradewire.actions import subscriptions

    with _world(context) as world:
        _write(world, lambda unit: subscriptions.resume(unit, _named(unit, name)))
    typer.echo(f"{name} is active.")


def dead(
    context: typer.Context,
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
) -> None:
    """List the events that were given up: outbox id, event id, event, course, student, attempts, last error."""
    from gradewire.actions import subscriptions

    with _world(context) as world:
        rows = _read(world, lambda unit: subscriptions.dead(unit, _named(unit, name), limit=limit))
    for row in rows:
        typer.echo(
            f"{row.outbox_id}\t{row.event_id}\t{row.name}\t{row.course_id}\t{row.student_id}\t{row.attempts}\t{row.last_error}"
        )


def resend(
    context: typer.Context,
    name: Name,
    first: First = None,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    event_id: Event = None,
) -> None:
    """Try the dead events of a subscription again: all, a range, or one."""
    from gradewire.actions import subscriptions

    chosen = _range(first, last, since, until, event_id)
    with _world(context) as world:
        count = _write(world, lambda unit: subscriptions.resend(unit, _named(unit, name), chosen))
    typer.echo(f"{count} dead events wait again.")


def replay(
    context: typer.Context,
    name: Name,
    first: First = None,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    event_id: Event = None,
) -> None:
    """Send events of the past (once more) to a subscription, with the ids they had. Say which: a replay of all is long."""
    from gradewire.actions import subscriptions

    if all(bound is None for bound in (first, last, since, until, event_id)):
        raise Failure("say which events: --from-id, --to-id, --since, --until or --id")
    chosen = _range(first, last, since, until, event_id)
    with _world(context) as world:
        count = _write(world, lambda unit: subscriptions.replay(unit, _named(unit, name), chosen))
    typer.echo(f"{count} events wait.")


def rotate_keys(context: typer.Context) -> None:
    """Sign events with the next key from now on. It also happens by itself, a month after a key came into use."""
    from gradewire.actions import signing_keys

    with _world(context) as world:
        kid = _write(world, signing_keys.rotate)
    typer.echo(f"Events are signed with the key {kid}.")


def erase(
    context: typer.Context,
    user: Annotated[int, typer.Option(metavar="ID", help="The id of the user.")],
) -> None:
    """Take a person out of the events that are kept.

    Events about the person as a student are removed, waiting or not. In events that the person caused or graded, what names the
    person is blanked. Grades and their history stay, and what consumers have already, they have.
    """
    from gradewire.actions import housekeeping

    with _world(context) as world:
        done = _read(world, lambda unit: housekeeping.erase_events(world, unit, user))
    typer.echo(f"{done['removed']} events are removed, {done['blanked']} blanked.")


@contextmanager
def _world(context: typer.Context) -> Iterator[World]:
    from gradewire.app import create_world

    world = create_world(context.obj.settings)
    try:
        yield world
    finally:
        world.store.close()


def _read(world: World, action: Callable[[Unit], T]) -> T:
    from gradewire.actions.unit import Asker, System, read

    return read(world, Asker(System()), action)


def _write(world: World, action: Callable[[Unit], T]) -> T:
    from gradewire.actions.unit import Asker, System, write

    return write(world, Asker(System()), action)


def _named(unit: Unit, name: str) -> int:
    from gradewire.actions import subscriptions
    from gradewire.core.errors import NotFound

    try:
        return subscriptions.find(unit, name).id
    except NotFound:
        raise Failure(f"there is no subscription {name}; gradewire events status lists them") from None


def _target(file: str | None, stdout: bool, https: str | None, target: str | None) -> dict[str, Any]:
    import msgspec

    if sum((file is not None, stdout, https is not None, target is not None)) != 1:
        raise Failure("say where to, by one of --file, --stdout, --https and --target")
    if https is not None:
        return {"kind": "https", "url": https}
    if file is not None:
        return {"kind": "file", "path": file}
    if target is None:
        return {"kind": "stdout"}
    try:
        return msgspec.json.decode(target, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Failure(f"--target is not a JSON object: {error}") from None


def _https_options(bearer_variable: str | None, *, signed: bool) -> dict[str, Any]:
    import os

    options: dict[str, Any] = {"signed": True} if signed else {}
    if bearer_variable is not None:  # not as an argument: every user of a machine sees those
        if not os.environ.get(bearer_variable):
            raise Failure(f"the variable {bearer_variable} is not set")
        options["bearer"] = os.environ[bearer_variable]
    return options


def _range(first: int | None, last: int | None, since: str | None, until: str | None, event_id: str | None) -> Range:
    from gradewire.store.deliveries import Range

    return Range(first=first, last=last, since=_time(since), until=_time(until), event_id=event_id)


def _time(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"{text} is not a time such as 2026-03-01T12:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _age(now: dt.datetime, since: dt.datetime | None) -> str:
    return "" if since is None else f", the oldest for {max(0, round((now - since).total_seconds()))} s"
