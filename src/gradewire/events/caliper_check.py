"""Whether a Caliper grade event or envelope is right: the demands of the specification that the official schemas check, those
they do not (times, ids, the kind of object and action, unknown members), and how the parts of one event agree.

For tests and for ``doctor``; sending does not check again what the types of ``caliper`` already guarantee.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias

import msgspec
from msgspec import UNSET

from gradewire.events.caliper import CONTEXTS, Envelope, GradeEvent, Membership, Person
from gradewire.events.iris import is_iri

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_EVENT_ID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_ROLES: Final = frozenset(
    {
        *("Administrator", "ContentDeveloper", "Instructor", "Learner", "Manager", "Member", "Mentor", "Officer"),
        "Instructor#TeachingAssistant",
    }
)
_LONGEST_ID: Final = 2048
"""How many characters of an id an endpoint has to be able to store."""


def check(event_json: bytes | str) -> list[str]:
    """What is wrong with one GradeEvent; empty when nothing is."""
    read, faults = _read(event_json)
    if faults:
        return faults
    faults = list(_empties(read, ""))
    try:
        event = msgspec.convert(read, GradeEvent)
    except msgspec.ValidationError as error:
        return [*faults, str(error)]
    return [*faults, *_entities(read, ""), *_of_event(event)]


def check_envelope(envelope_json: bytes | str) -> list[str]:
    """What is wrong with one transmission, its events included; empty when nothing is."""
    read, faults = _read(envelope_json)
    if faults:
        return faults
    faults = list(_empties(read, ""))
    try:
        sent = msgspec.convert(read, Envelope)
    except msgspec.ValidationError as error:
        return [*faults, str(error)]
    if isinstance(read, dict):
        faults += _entities(read["data"], "data")
    faults += _time("sendTime", sent.send_time)
    if not is_iri(sent.sensor):
        faults.append(f"sensor: {sent.sensor!r} is no absolute IRI")
    for event in sent.data:
        if event.context != sent.data_version:
            faults.append("dataVersion: not that of the event")
        faults += _of_event(event)
    return faults


def _read(text: bytes | str) -> tuple[Json, list[str]]:
    """The JSON, and what is wrong with its text: unreadable, a member twice, a number with an exponent or none at all."""
    faults: list[str] = []

    def members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        names = [name for name, _ in pairs]
        faults.extend(f"{name}: given twice" for name in sorted(set(names)) if names.count(name) > 1)
        return dict(pairs)

    def fraction(digits: str) -> float:
        if "e" in digits.lower():
            faults.append(f"{digits}: a number with an exponent")
        return float(digits)

    def constant(name: str) -> None:
        faults.append(f"{name} is no JSON number")

    try:
        read: Json = json.loads(text, object_pairs_hook=members, parse_float=fraction, parse_constant=constant)
    except ValueError as error:
        return None, [f"not JSON: {error}"]
    return read, faults


def _empties(value: Json, path: str) -> Iterator[str]:
    """Members that have no value: they should have been left out."""
    if value is None:
        yield f"{path}: null"
    elif isinstance(value, str | dict | list) and not value:
        yield f"{path}: empty"
    for name, member in _members(value):
        yield from _empties(member, f"{path}.{name}" if path else name)


def _members(value: Json) -> Iterator[tuple[str, Json]]:
    match value:
        case dict():
            yield from value.items()
        case list():
            yield from ((str(place), member) for place, member in enumerate(value))
        case _:
            return


def _entities(value: Json, path: str) -> Iterator[str]:
    """Every object says its type, and what names a thing is an absolute IRI; vendor extensions are not looked into."""
    if isinstance(value, dict) and "type" not in value:
        yield f"{path or 'event'}: without a type"
    for name, member in _members(value):
        if name == "extensions":
            continue
        place = f"{path}.{name}" if path else name
        if name in {"id", "scoredBy", "referrer"} and isinstance(member, str):
            if not is_iri(member):
                yield f"{place}: {member!r} is no absolute IRI"
            elif len(member) > _LONGEST_ID and name == "id":
                yield f"{place}: longer than {_LONGEST_ID} characters"
        yield from _entities(member, place)


def _time(name: str, text: str) -> Iterator[str]:
    """UTC, milliseconds and ``Z``; and a moment that exists."""
    if not _TIME.fullmatch(text):
        yield f"{name}: {text!r} is not UTC with milliseconds and Z"
        return
    try:
        datetime.fromisoformat(text)
    except ValueError:
        yield f"{name}: {text!r} does not exist"


def _of_event(event: GradeEvent) -> Iterator[str]:
    if not _EVENT_ID.fullmatch(event.id):
        yield f"id: {event.id!r} is no urn:uuid"
    yield from _time("eventTime", event.event_time)
    if event.profile is not UNSET and event.context != CONTEXTS["1.2"]:
        yield "profile: unknown to Caliper 1.1"
    attempt, score = event.object, event.generated
    if (score.attempt.id, score.attempt.assignee, score.attempt.assignable) != (
        attempt.id,
        attempt.assignee,
        attempt.assignable,
    ):
        yield "generated.attempt: not the attempt of the event"
    if score.scored_by is not UNSET and score.scored_by != event.actor.id:
        yield "generated.scoredBy: not the actor"
    if isinstance(event.membership, Membership):
        yield from _of_membership(event, event.membership)


def _of_membership(event: GradeEvent, membership: Membership) -> Iterator[str]:
    if not isinstance(event.actor, Person):
        yield "membership: the actor is software"
    elif membership.member.id != event.actor.id:
        yield "membership.member: not the actor"
    if membership.organization.id != event.group.id:
        yield "membership.organization: not the group"
    for role in membership.roles:
        if role not in _ROLES:
            yield f"membership.roles: {role!r} is no LIS role"
        elif role.partition("#")[0] not in membership.roles:
            yield f"membership.roles: {role!r} without its main role"
