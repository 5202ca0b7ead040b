"""What the event cases expect of what came: events in either format, and what other targets received."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import sqlalchemy as sa

from gradewire.events.caliper_check import check_envelope
from gradewire.store import tables as t
from tests.events.event_cases import Case, resolve
from tests.events.event_world import HOST

TYPES: dict[str, Any] = {"string": str, "text": str, "number": (int, float), "boolean": bool, "bool": bool, "object": dict}
MISSING = object()


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


ANY: dict[str, Callable[[str], bool]] = {
    "uuid": lambda text: _is(UUID, text),
    "text": bool,
    "string": lambda _text: True,
    "upper-case method": lambda text: text in {"GET", "POST", "PUT", "PATCH", "DELETE"},
    "absolute url": _is_url,
    "url": _is_url,
    "ip": lambda text: _is(ip_address, text),
    "utc with 3 fraction digits and Z": lambda text: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)),
    "utc with seconds and Z": lambda text: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)),
    "decimal text": lambda text: bool(re.fullmatch(r"[1-9]\d*", text)),
    "id": lambda text: bool(re.fullmatch(r"[1-9]\d*", text)),
    "urn:uuid": lambda text: text.startswith("urn:uuid:") and _is(UUID, text.removeprefix("urn:uuid:")),
}


def same(wanted: Any, found: Any) -> bool:
    """By JSON type and value: the text 5 is never the number, and no boolean is a number. ``{any: form}`` is any of a form."""
    if isinstance(wanted, dict) and set(wanted) == {"any"}:
        if wanted["any"] in {"number", "boolean", "bool"}:
            return isinstance(found, TYPES[wanted["any"]]) and (isinstance(found, bool) == (wanted["any"] != "number"))
        return isinstance(found, str) and ANY[wanted["any"]](found)
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(same(one, pick(found, name)) for name, one in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, wanted, found))
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int | float):
        return isinstance(found, int | float) and wanted == found
    return type(wanted) is type(found) and bool(wanted == found)


def pick(found: Any, path: str) -> Any:
    """What lies at a path with dots; keys may have dots themselves."""
    if not isinstance(found, dict):
        return MISSING
    if path in found:
        return found[path]
    for cut in reversed([match.start() for match in re.finditer(r"\.", path)]):
        if path[:cut] in found:
            return pick(found[path[:cut]], path[cut + 1 :])
    return MISSING


def compare(case: Case) -> None:
    """
    Raises:
        AssertionError: something else came.
        NotImplementedError: the case expects something that nobody understands.
    """
    events = case.collected["caliper" if case.case.get("format") == "caliper" else "canvas"]
    for name, wanted in resolve(case.case["expect"]).items():
        check = CHECKS.get(name)
        if check is None:
            raise NotImplementedError(f"{case.case['id']}: expect {name}")
        check(case, events, wanted)


def name_of(event: Mapping[str, Any]) -> str:
    return "grade_change" if "data" in event else event["metadata"]["event_name"]


def _events(case: Case, events: list[Any], wanted: list[dict[str, Any]]) -> None:
    places = []
    for one in [_exact(case, one) for one in wanted]:
        found = [place for place, event in enumerate(events) if name_of(event) == one["name"] and _fits(one, event)]
        assert len(found) == one.get("count", 1), (one, events)
        places += found[:1]
        for event in (events[place] for place in found):
            if one.get("metadata_types") == "every value a string":
                assert all(isinstance(value, str) for value in event["metadata"].values()), event["metadata"]
    if case.case["expect"].get("order"):
        assert places == sorted(places)


def _exact(case: Case, wanted: dict[str, Any]) -> dict[str, Any]:
    """``exact title`` is the title that the assignment has."""
    body = wanted.get("body", {})
    if body.get("assignment_name") == "exact title":
        found = case.stage.rows(t.assignments, t.assignments.c.name.like("%quoted%"))
        return {**wanted, "body": {**body, "assignment_name": found[0]["name"]}}
    return wanted


_KNOWN = {
    "name",
    "body",
    "nil",
    "metadata",
    "metadata_absent",
    "metadata_types",
    "metadata_present_null",
    "absent",
    "present_null",
    "count",
}


def _fits(wanted: dict[str, Any], event: dict[str, Any]) -> bool:
    if unknown := set(wanted) - _KNOWN:
        raise NotImplementedError(f"events: {unknown}")
    body, metadata = event["body"], event["metadata"]
    return (
        same(wanted.get("body", {}), body)
        and same(wanted.get("metadata", {}), metadata)
        and all(body.get(name) is None for name in wanted.get("nil", ()))
        and all(name not in body for name in wanted.get("absent", ()))
        and all(body.get(name, MISSING) is None for name in wanted.get("present_null", ()))
        and all(name not in metadata for name in wanted.get("metadata_absent", ()))
        and all(metadata.get(name, MISSING) is None for name in wanted.get("metadata_present_null", ()))
    )


def _none(_case: Case, events: list[Any], wanted: list[str]) -> None:
    assert not [event for event in events if name_of(event) in wanted], events


def _count_total(_case: Case, events: list[Any], wanted: dict[str, int]) -> None:
    for name, count in wanted.items():
        assert len([event for event in events if name_of(event) == name]) == count, events


def _every(_case: Case, events: list[Any], wanted: dict[str, Any]) -> None:
    assert {name_of(event) for event in events} == {"grade_change", "course_grade_change", "grade_override"}
    for name, value in wanted.items():
        if name != "top_level_keys":
            raise NotImplementedError(f"every: {name}")
        assert all(list(event) == value for event in events)


def _walk(value: Any) -> Iterator[Any]:
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _walk(one)


def _no_null(_case: Case, events: list[Any], wanted: bool) -> None:
    assert wanted
    assert events
    assert all(value is not None for event in events for value in _walk(event))


def _no_empty(_case: Case, events: list[Any], wanted: bool) -> None:
    assert wanted
    assert events
    assert all(value not in ({}, [], "") for event in events for value in _walk(event))


def _json_types(_case: Case, events: list[Any], wanted: dict[str, str]) -> None:
    for path, kind in wanted.items():
        for found in (pick(_inner(event), path) for event in events):
            assert isinstance(found, TYPES[kind])
            assert kind == "boolean" or not isinstance(found, bool)


def _inner(event: dict[str, Any]) -> dict[str, Any]:
    """The event without the envelope; envelopes of this server are right, whatever the case is about."""
    if "data" not in event:
        return event
    assert check_envelope(json.dumps(event, ensure_ascii=False)) == []
    [found] = event["data"]
    assert isinstance(found, dict)
    return found


def _event(_case: Case, events: list[Any], wanted: dict[str, Any]) -> None:
    assert len([event for event in events if same(wanted, _inner(event))]) == 1, events


def _event_absent(_case: Case, events: list[Any], wanted: list[str]) -> None:
    assert events
    assert all(pick(_inner(event), path) is MISSING for event in events for path in wanted)


def _envelope(_case: Case, events: list[Any], wanted: dict[str, Any]) -> None:
    assert events
    assert all(same(wanted, event) for event in events)


# --- other targets ----------------------------------------------------------------------------------------------------


def _messages(case: Case) -> list[dict[str, Any]]:
    """What lies in the queue."""
    if "messages" not in case.outlets:
        client, url = case.outlets["queue"]
        got = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        case.outlets["messages"] = got.get("Messages", [])
    found: list[dict[str, Any]] = case.outlets["messages"]
    return found


def _message_body(case: Case, events: list[Any], wanted: str) -> None:
    assert wanted == "the event JSON itself"
    bodies = [json.loads(message["Body"]) for message in _messages(case)]
    assert sorted(map(name_of, bodies)) == sorted(map(name_of, events))
    assert all(body in events for body in bodies)


def _sqs_attributes(case: Case, _events: list[Any], wanted: dict[str, dict[str, str]]) -> None:
    fitting = []
    for message in _messages(case):
        metadata = json.loads(message["Body"])["metadata"]
        exact = {
            name: {**one, "StringValue": metadata["event_time"]} if one["StringValue"].startswith("equal to") else one
            for name, one in wanted.items()
        }
        fitting.append(same(exact, message["MessageAttributes"]))
    assert fitting.count(True) == 1


def _one_each(case: Case, events: list[Any], wanted: bool) -> None:
    assert wanted
    assert len(_messages(case)) == len(events)


def _attempts(case: Case, _events: list[Any], wanted: int) -> None:
    """The relay's clock goes on from one try to the next until the event is given up."""
    c, now = t.deliveries.c, datetime.now(UTC)
    event = next(row["id"] for row in case.stage.rows(t.outbox) if row["name"] == "grade_change")
    here = sa.and_(c.subscription_id == case.outlets["subscription"], c.outbox_id == event)
    rests: list[float] = []
    while (found := case.stage.rows(t.deliveries, here)[0])["workflow_state"] == "waiting":
        rests.append((found["due_at"] - now).total_seconds())
        now = found["due_at"] + timedelta(seconds=1)
        case.stage.deliver(clock=lambda moment=now: moment)
    assert found["attempts"] == wanted
    case.outlets["rests"], case.outlets["dead"] = rests, [found]


def _spacing(case: Case, _events: list[Any], wanted: str) -> None:
    rests = case.outlets["rests"]
    assert wanted == "growing with jitter"
    assert all(before < after for before, after in pairwise(rests)), rests
    assert not any(rest % 75 == 0 for rest in rests)


def _afterwards(case: Case, _events: list[Any], wanted: str) -> None:
    assert wanted == "dead-letter entry with last status"
    assert [row["workflow_state"] for row in case.outlets["dead"]] == ["dead"]
    assert all(re.search(r"\b5\d\d\b", row["last_error"]) for row in case.outlets["dead"])


def _grade_saved(case: Case, _events: list[Any], wanted: bool) -> None:
    assert (case.stage.submission("S1", "A1")["score"] is not None) is wanted


def _token(case: Case) -> str:
    bodies = [got.body.decode() for got in case.outlets["https"].received]
    found: str = next(body for body in bodies if _name_in(body) == "grade_change")
    assert found.startswith('"')
    assert found.endswith('"')
    return found.strip('"')


def _name_in(body: str) -> str:
    claims = jwt.decode(body.strip('"'), options={"verify_signature": False})
    return str(claims["metadata"]["event_name"])


def _jws(case: Case, _events: list[Any], wanted: str) -> None:
    assert "JWS" in wanted
    assert _token(case).count(".") == 2


def _header(case: Case, _events: list[Any], wanted: dict[str, str]) -> None:
    header = jwt.get_unverified_header(_token(case))
    assert header["alg"] == wanted["alg"]
    assert header["kid"] in {key["kid"] for key in _keys(case)}


def _keys(case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = case.stage.client.get("/.well-known/jwks.json", headers={"Host": HOST}).json()["keys"]
    return found


def _claims(case: Case, _events: list[Any], wanted: dict[str, Any]) -> None:
    key = {one["kid"]: one for one in _keys(case)}[jwt.get_unverified_header(_token(case))["kid"]]
    issuer = case.stage.world.events.base_url
    claims = jwt.decode(_token(case), jwt.PyJWK(key), algorithms=["RS256"], issuer=issuer)
    assert same({name: one for name, one in wanted.items() if name != "iss"}, claims)


def _verified_by(_case: Case, _events: list[Any], wanted: list[str]) -> None:
    """PyJWT verified the claims; npm's jose is a client of its own (tests of JavaScript clients)."""
    assert "PyJWT" in wanted


def _order(_case: Case, _events: list[Any], wanted: bool) -> None:
    assert wanted  # looked at where the events are


def _accepted_scores(case: Case, _events: list[Any], wanted: list[float]) -> None:
    now = datetime.now(UTC)
    for _ in range(4 * len(wanted)):
        now += timedelta(minutes=20)
        case.stage.deliver(clock=lambda moment=now: moment)
    got = [json.loads(one.body) for one in case.outlets["https"].received]
    assert [one["body"]["score"] for one in got if name_of(one) == "grade_change"] == wanted


def _request_id(_case: Case, events: list[Any], wanted: str) -> None:
    assert wanted == "differs"
    ids = [event["metadata"]["request_id"] for event in events if name_of(event) == "grade_change"]
    assert len(set(ids)) == len(ids) == 2


def _keeps_both(_case: Case, events: list[Any], wanted: bool) -> None:
    kept = {
        (name_of(event), event["body"]["assignment_id"], event["body"]["submission_id"], event["metadata"]["request_id"])
        for event in events
        if name_of(event) == "grade_change"
    }
    assert (len(kept) == 2) is wanted


CHECKS: dict[str, Callable[[Case, list[Any], Any], None]] = {
    "events": _events,
    "none": _none,
    "count_total": _count_total,
    "every": _every,
    "no_null_values": _no_null,
    "no_empty_objects": _no_empty,
    "json_types": _json_types,
    "event": _event,
    "event_absent": _event_absent,
    "envelope": _envelope,
    "message_body": _message_body,
    "sqs_attributes": _sqs_attributes,
    "one_event_per_message": _one_each,
    "attempts": _attempts,
    "spacing": _spacing,
    "afterwards": _afterwards,
    "grade_saved": _grade_saved,
    "body": _jws,
    "header": _header,
    "claims": _claims,
    "verified_by": _verified_by,
    "order": _order,
    "accepted_scores": _accepted_scores,
    "request_id": _request_id,
    "consumer_keeps_both": _keeps_both,
}
