"""Subscriptions to the events of an account or a course: how their delivery stands, and everything that is done to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from gradewire.actions import accounts, subscriptions
from gradewire.actions.access import course_access
from gradewire.actions.grade_items import UTC_ZONE, zone_of
from gradewire.actions.subscriptions import Range, Standing
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid, Malformed, NotFound, Refused
from gradewire.events.subscriptions import EVENTS, Subscription
from gradewire.events.targets import shown
from gradewire.web.account_navigation import around_account
from gradewire.web.course_navigation import stops
from gradewire.web.failures import message_of
from gradewire.web.routes.history import moment_of
from gradewire.web.visits import Answer, Page, Place, Redirect, Visit, link

MOST_DEAD = 100
"""So many dead events are listed; all of them can be sent again at once."""
DONE = {
    "made": "The subscription is made. It gets what happens from now on.",
    "changed": "The subscription is changed.",
    "target": "The target is changed. What waits goes there as well.",
    "disabled": "The subscription is stopped. What waits for it is kept.",
    "resumed": "The subscription goes on.",
    "deleted": "The subscription is ended.",
}
FORMATS = {"canvas": "Canvas Live Events", "caliper": "Caliper"}
BODIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "plain": ("The event", {}),
    "signed": ("A signed token, in quotes as Canvas sends it", {"signed": True}),
    "signed_bare": ("A signed token", {"signed": True, "quoted": False}),
    "cloudevents": ("The event, CloudEvents in headers", {"envelope": "cloudevents"}),
    "cloudevents_structured": ("A CloudEvent", {"envelope": "cloudevents-structured"}),
}
"""What a request to the target holds: words for it, and what they mean for the target."""
KINDS = {"file": "A file of the server", "stdout": "Output of the server", "events_file": "The file of the setting events_file"}


class Owner(Struct, frozen=True):
    """The account or course whose subscriptions these are."""

    kind: str
    id: int

    @property
    def path(self) -> str:
        return f"/{self.kind}s/{self.id}/events"


def index(visit: Visit) -> Page:
    return _list(visit)


def create(visit: Visit) -> Answer:
    owner = _owner(visit)

    def write(unit: Unit) -> int:
        return subscriptions.create(unit, visit.sent("name").strip(), _choices(visit, owner), _target(visit)).id

    try:
        number = visit.write(write)
    except Invalid as error:
        return _list(visit, error.faults)
    return Redirect(path=link(f"{owner.path}/{number}", done="made"))


def show(visit: Visit) -> Page:
    return _one(visit)


def change(visit: Visit) -> Answer:
    """Another name and other choices; the target stays."""

    def write(unit: Unit, number: int) -> None:
        subscriptions.change(unit, number, visit.sent("name").strip(), _choices(visit, _owner(visit)), None)

    return _done(visit, write, "changed", "choices")


def change_target(visit: Visit) -> Answer:
    """Another target, whole: a secret that was there before is not sent to it."""

    def write(unit: Unit, number: int) -> None:
        row = subscriptions.show(unit, number)
        known = Subscription(
            events=tuple(row.events),  # type: ignore[arg-type]
            format=row.format,  # type: ignore[arg-type]
            nulls=row.nulls,  # type: ignore[arg-type]
            withhold_unposted=row.withhold_unposted,
            account_id=row.account_id,
            course_id=row.course_id,
        )
        subscriptions.change(unit, number, row.name, known, _target(visit))

    return _done(visit, write, "target", "target")


def disable(visit: Visit) -> Answer:
    return _done(visit, subscriptions.disable, "disabled")


def resume(visit: Visit) -> Answer:
    return _done(visit, subscriptions.resume, "resumed")


def delete(visit: Visit) -> Redirect:
    owner = _owner(visit)
    visit.write(lambda unit: subscriptions.delete(unit, _find(unit, visit).subscription.id))
    return Redirect(path=link(owner.path, done="deleted"))


def resend(visit: Visit) -> Redirect:
    """Try dead events again: the one of the form, or all."""
    chosen = Range(event_id=visit.form.get("event_id"))
    count = visit.write(lambda unit: subscriptions.resend(unit, _find(unit, visit).subscription.id, chosen))
    return Redirect(path=link(_here(visit), resent=count))


def replay(visit: Visit) -> Answer:
    """Deliver once more what happened in a span of time."""

    def write(unit: Unit) -> int:
        number, zone = _find(unit, visit).subscription.id, _zone(unit, visit)
        since, until = moment_of(visit.sent("since"), zone), moment_of(visit.sent("until"), zone)
        if since is None:
            raise Malformed("Say since when.")
        return subscriptions.replay(unit, number, Range(since=since, until=until))

    try:
        count = visit.write(write)
    except (Malformed, Refused) as error:
        return _one(visit, (Fault("since", message_of(error)),), "replay")
    return Redirect(path=link(_here(visit), replayed=count))


def _done(visit: Visit, write: Callable[[Unit, int], Any], done: str, form: str = "") -> Answer:
    """Do it to the subscription of the path; what is refused is shown in the form it came from."""
    try:
        visit.write(lambda unit: write(unit, _find(unit, visit).subscription.id))
    except Invalid as error:
        return _one(visit, error.faults, form)
    return Redirect(path=link(_here(visit), done=done))


def _owner(visit: Visit) -> Owner:
    if "course_id" in visit.path:
        return Owner("course", visit.number("course_id"))
    return Owner("account", visit.number("account_id"))


def _here(visit: Visit) -> str:
    return f"{_owner(visit).path}/{visit.number('subscription_id')}"


def _find(unit: Unit, visit: Visit) -> Standing:
    """
    Raises:
        NotFound: no such subscription, or not one of this account or course itself.
        Denied: it is not the caller's to see.
    """
    owner, found = _owner(visit), subscriptions.standing(unit, visit.number("subscription_id"))
    row = found.subscription
    if owner.id != (row.course_id if owner.kind == "course" else row.account_id):
        raise NotFound
    return found


def _choices(visit: Visit, owner: Owner) -> Subscription:
    """
    Raises:
        Invalid: no events, or some that the format does not have.
    """
    events: Any = tuple(name for name in sorted(EVENTS["canvas"]) if f"event_{name}" in visit.form)
    format_: Any = visit.sent("format")
    return Subscription(
        events=events,
        format=format_,
        nulls="compact" if "compact" in visit.form else "explicit",
        withhold_unposted="withhold_unposted" in visit.form,
        account_id=owner.id if owner.kind == "account" else None,
        course_id=owner.id if owner.kind == "course" else None,
    )


def _target(visit: Visit) -> dict[str, Any]:
    """A web address: other targets are for the operator of the server."""
    _, more = BODIES.get(visit.sent("body"), BODIES["plain"])
    bearer = visit.sent("bearer").strip()
    return {"kind": "https", "url": visit.sent("url").strip(), **more, **({"bearer": bearer} if bearer else {})}


def _body_of(target: Mapping[str, Any]) -> str:
    if target.get("signed"):
        return "signed" if target.get("quoted", True) else "signed_bare"
    return str(target.get("envelope", "none")).replace("-", "_").replace("none", "plain")


def _around(unit: Unit, visit: Visit) -> dict[str, Any]:
    """What the head of the page tells of the course or account."""
    owner = _owner(visit)
    shared = {"here": owner.path, "zone": _zone(unit, visit)}
    if owner.kind == "course":
        access = course_access(unit, owner.id)
        places = {"home": f"/courses/{owner.id}", "stops": stops(access), "stop": "Events"}
        return {**shared, "owner": access.rules.course, **places}
    return {**shared, "stops": None, **around_account(accounts.account_access(unit, owner.id), "Events")}


def _zone(unit: Unit, visit: Visit) -> str:
    """The reader's time zone, else that of the course or account."""
    if visit.session and visit.session.time_zone:
        return visit.session.time_zone
    owner = _owner(visit)
    if owner.kind == "course":
        return zone_of(course_access(unit, owner.id).rules)
    return accounts.account_access(unit, owner.id).account.time_zone or UTC_ZONE


def _list(visit: Visit, faults: tuple[Fault, ...] = ()) -> Page:
    owner = _owner(visit)

    def read(unit: Unit) -> dict[str, Any]:
        chosen = {"course_id": owner.id} if owner.kind == "course" else {"account_id": owner.id}
        return {"standings": subscriptions.standings_of(unit, **chosen), **_around(unit, visit)}

    fresh = {
        "format": "canvas",
        "body": "plain",
        "withhold_unposted": "1",
        **{f"event_{name}": "1" for name in EVENTS["canvas"]},
    }
    context = {
        **visit.read(read),
        **_words(faults),
        "typed": _typed(visit) if faults else fresh,
        "done": DONE.get(visit.query.get("done", "")),
    }
    return Page(template="event_subscriptions.html", context=context, status=400 if faults else 200)


def _one(visit: Visit, faults: tuple[Fault, ...] = (), form: str = "") -> Page:
    """``form`` is the one that is shown again as it was typed."""

    def read(unit: Unit) -> dict[str, Any]:
        standing = _find(unit, visit)
        dead = subscriptions.dead(unit, standing.subscription.id, limit=MOST_DEAD + 1)
        return {"standing": standing, "dead": dead[:MOST_DEAD], "more_dead": len(dead) > MOST_DEAD, **_around(unit, visit)}

    found = visit.read(read)
    row = found["standing"].subscription
    texts = {"name": row.name, "format": row.format, "url": str(row.target.get("url", "")), "body": _body_of(row.target)}
    texts |= {f"event_{name}": "1" for name in row.events}
    texts |= {
        name: "1" for name, on in (("compact", row.nulls == "compact"), ("withhold_unposted", row.withhold_unposted)) if on
    }
    context = {
        **found,
        **_words(faults),
        "texts": {"choices": texts, "target": texts, "replay": {}, **({form: _typed(visit)} if form else {})},
        "form": form,
        "target": shown(row.target),
        "done": _said(visit),
    }
    return Page(template="event_subscription.html", context=context, status=400 if faults else 200)


def _typed(visit: Visit) -> dict[str, str]:
    """What was typed, but for the secret, which no page shows."""
    return {name: value for name, value in visit.form.items() if name != "bearer"}


def _words(faults: tuple[Fault, ...]) -> dict[str, Any]:
    """What every page of subscriptions needs to name things; and what is wrong, by field."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        text = fault.message.rstrip(".")
        found.setdefault({"target": "url"}.get(fault.attribute, fault.attribute), []).append(f"{text[:1].upper()}{text[1:]}.")
    return {
        "faults": {name: " ".join(texts) for name, texts in found.items()},
        "events": sorted(EVENTS["canvas"]),
        "formats": FORMATS,
        "bodies": {name: words for name, (words, _) in BODIES.items()},
        "kinds": KINDS,
    }


def _said(visit: Visit) -> str | None:
    """What was done a moment ago."""
    for name, singular, plural in (
        ("resent", "One event is tried again.", "{} events are tried again."),
        ("replayed", "One event is delivered once more.", "{} events are delivered once more."),
    ):
        count = visit.query.get(name, "")
        if count.isascii() and count.isdigit() and len(count) < 10:
            return singular if int(count) == 1 else plural.format(int(count))
    return DONE.get(visit.query.get("done", ""))


def _places(kind: str) -> list[Place]:
    many = f"/{kind}s/{{{kind}_id:str}}/events"
    one = many + "/{subscription_id:str}"
    posts = {"": change, "/target": change_target, "/disable": disable, "/resume": resume, "/delete": delete}
    posts |= {"/resend": resend, "/replay": replay}
    return [
        Place(method="GET", path=many, page=index, of=kind),
        Place(method="POST", path=many, page=create, of=kind),
        Place(method="GET", path=one, page=show, of=kind),
        *(Place(method="POST", path=one + end, page=page, of=kind) for end, page in posts.items()),
    ]


PLACES = [*_places("account"), *_places("course")]
