"""The check rejects what Caliper forbids, also where the official schemas are silent."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from gradewire.events.caliper import envelope
from gradewire.events.caliper_check import check, check_envelope
from gradewire.events.iris import is_iri
from tests.events.facts import AT, GRADE, caliper, caliper_bytes

Event = dict[str, Any]
Wrong = dict[str, tuple[Any, str]]

# What the official schemas reject: path, value, words of the fault.
REJECTED_BY_SCHEMAS: list[tuple[str, Any, str]] = [
    ("generated.scoreGiven", None, "generated.scoreGiven: null"),
    ("generated.scoreGiven", "5", "scoreGiven"),
    ("generated.maxScore", None, "generated.maxScore: null"),
    ("generated.maxScore", {"numberStr": "5.0"}, "maxScore"),
    ("generated.scoredBy", None, "generated.scoredBy: null"),
    ("generated", None, "generated: null"),
    ("referrer", None, "referrer: null"),
    ("session", None, "session: null"),
    ("membership", None, "membership: null"),
    ("object.assignee", None, "object.assignee: null"),
    ("membership.roles", ["TeacherEnrollment"], "no LIS role"),
    ("group.id", "urn:instructure:canvas:course:" + "1" * 2048, "longer"),
    ("actor", {"type": "Person"}, "id"),
    ("actor.type", "Robot", "Robot"),
    ("@context", None, "@context: null"),
    ("@context", "https://purl.imsglobal.org/ctx/caliper/v1p1", "context"),
    ("action", "graded", "graded"),
    ("extensions", ["x"], "extensions"),
    ("object.assignable.type", "Assignment", "Assignment"),
    ("group.type", "Course", "Course"),
    ("type", ["GradeEvent"], "type"),
]

# What they accept although it is wrong.
ACCEPTED_BY_SCHEMAS: list[tuple[str, Any, str]] = [
    ("eventTime", "2019-11-01T19:11:05Z", "milliseconds"),
    ("eventTime", "2019-11-01T20:11:05.222+01:00", "milliseconds"),
    ("eventTime", "2019-11-31T19:11:05.222Z", "does not exist"),
    ("eventTime", "yesterday", "milliseconds"),
    ("id", "319f0132-0584-4efd-9489-4959b7101731", "urn:uuid"),
    ("id", "urn:uuid:319f0132", "urn:uuid"),
    ("action", "Viewed", "Viewed"),
    ("object.type", "AssignableDigitalResource", "AssignableDigitalResource"),
    ("surplus", "x", "surplus"),
    ("actor.name2", "x", "name2"),
    ("edApp.id", "www.canvaslms.com", "no absolute IRI"),
    ("edApp.id", "localhost:8000", "no absolute IRI"),
    ("object.id", "/submissions/1", "no absolute IRI"),
    ("referrer", "courses/565", "no absolute IRI"),
    ("generated.scoredBy", "987", "no absolute IRI"),
    ("membership.roles", ["Instructor#TeachingAssistant"], "without its main role"),
    ("object.assignee.extensions", {}, "empty"),
    ("membership.roles", [], "empty"),
    ("object.extensions", {"com.instructure.canvas": {"grade": ""}}, "empty"),
    ("profile", "GradingProfile", "profile"),
    ("membership.member.id", "urn:instructure:canvas:user:1", "not the actor"),
    ("membership.organization.id", "urn:instructure:canvas:course:1", "not the group"),
    ("generated.attempt.id", "urn:instructure:canvas:submission:1", "not the attempt"),
    ("generated.scoredBy", "urn:instructure:canvas:user:1", "not the actor"),
    ("actor", {"type": "SoftwareApplication", "id": "http://lms.example.test/"}, "the actor is software"),
    ("target", {"id": "urn:example:x:1", "type": "Frame"}, "target"),
]


def changed(event: Event, path: str, value: Any) -> Event:
    event = copy.deepcopy(event)
    *parents, last = path.split(".")
    place = event
    for name in parents:
        place = place[name]
    place[last] = value
    return event


@pytest.mark.parametrize(
    ("path", "value", "words"), REJECTED_BY_SCHEMAS + ACCEPTED_BY_SCHEMAS, ids=lambda value: str(value)[:40]
)
def test_a_wrong_member_is_found(path: str, value: Any, words: str) -> None:
    faults = check(json.dumps(changed(caliper(GRADE), path, value)))
    assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize(
    "member", ["@context", "id", "type", "actor", "action", "object", "eventTime", "generated", "edApp", "group"]
)
def test_a_missing_member_is_found(member: str) -> None:
    event = caliper(GRADE)
    del event[member]
    assert check(json.dumps(event)) != []


@pytest.mark.parametrize("entity", ["object", "edApp", "group", "membership", "session", "generated"])
def test_an_object_without_type_or_id_is_found(entity: str) -> None:
    for member in ("type", "id"):
        event = caliper(GRADE)
        del event[entity][member]
        assert any(member in fault for fault in check(json.dumps(event)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[]", "array"),
        ("null", "null"),
        ('{"id":1,"id":2}', "given twice"),
        ('{"x":1e-7}', "exponent"),
        ('{"x":NaN}', "no JSON number"),
    ],
)
def test_unreadable_text_is_found(text: str, words: str) -> None:
    assert any(words in fault for fault in check(text))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sent: sent | {"data": sent["data"][0]}, "data"),
        (lambda sent: sent | {"data": []}, "data"),
        (lambda sent: sent | {"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2"}, "dataVersion"),
        (lambda sent: sent | {"dataVersion": "v1p1"}, "v1p1"),
        (lambda sent: {key: sent[key] for key in sent if key != "sendTime"}, "sendTime"),
        (lambda sent: sent | {"sendTime": "2019-11-01T19:11:05Z"}, "sendTime"),
        (lambda sent: sent | {"sensor": "www.canvaslms.com"}, "sensor"),
        (lambda sent: sent | {"id": "x"}, "id"),
        (lambda sent: sent | {"data": [changed(sent["data"][0], "eventTime", "now")]}, "eventTime"),
    ],
)
def test_a_wrong_envelope_is_found(change: Callable[[Event], Event], words: str) -> None:
    sent = json.loads(envelope(caliper_bytes(GRADE), "http://lms.example.test/", AT, "1.1"))
    assert check_envelope(json.dumps(sent)) == []
    faults = check_envelope(json.dumps(change(sent)))
    assert any(words in fault for fault in faults), faults


def test_an_unreadable_envelope_is_found() -> None:
    assert check_envelope(b"{") != []


@pytest.mark.parametrize(
    "text", ["http://h/", "https://h:8000/a?b#c", "urn:instructure:canvas:user:1", "urn:uuid:0", "ftp://h", "https://h/ü"]
)
def test_absolute_iris(text: str) -> None:
    assert is_iri(text)


@pytest.mark.parametrize(
    "text", ["", "h", "h:8000", "www.h.org", "/a", "//h/a", "http://", "http:///a", "http://a b", "urn:x", "urn:x:"]
)
def test_no_absolute_iris(text: str) -> None:
    assert not is_iri(text)
