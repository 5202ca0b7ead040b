"""Who gets what, and in what form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.core.changes import Change
from gradewire.core.errors import Invalid
from gradewire.events.live_events import compact
from gradewire.events.subscriptions import EVENTS, Subscription, payload, wants
from tests.events.facts import AT, GRADE, OVERRIDE, SCORES, SETTINGS, message

ALL = Subscription(events=("grade_change", "course_grade_change", "grade_override"), course_id=565)
CALIPER = Subscription(events=("grade_change",), format="caliper", course_id=565)
ABOVE = {79, 1}


def test_the_events_of_each_format() -> None:
    assert EVENTS["canvas"] == {"grade_change", "course_grade_change", "grade_override"}
    assert EVENTS["caliper"] == {"grade_change"}


@pytest.mark.parametrize(
    ("wrong", "attribute", "words"),
    [
        ({"events": ()}, "events", "at least one"),
        ({"events": ("grade_change", "login")}, "events", "no event login"),
        ({"events": ("grade_override",), "format": "caliper"}, "events", "Caliper exists only for grade_change"),
        ({"events": ("grade_change", "course_grade_change"), "format": "caliper"}, "events", "not for course_grade_change"),
        ({"format": "xml"}, "format", "canvas or caliper"),
        ({"nulls": "some"}, "nulls", "explicit or compact"),
        ({"course_id": None}, "scope", "one course or for one account"),
        ({"account_id": 1}, "scope", "one course or for one account"),
    ],
)
def test_wrong_choices_are_refused_in_clear_words(wrong: dict[str, Any], attribute: str, words: str) -> None:
    choices: dict[str, Any] = {"events": ("grade_change",), "course_id": 565} | wrong
    with pytest.raises(Invalid) as refused:
        Subscription(**choices)
    (fault,) = refused.value.faults
    assert fault.attribute == attribute
    assert words in fault.message


def test_every_fault_is_told() -> None:
    choices: dict[str, Any] = {"events": (), "format": "xml", "nulls": "some"}
    with pytest.raises(Invalid) as refused:
        Subscription(**choices)
    assert [fault.attribute for fault in refused.value.faults] == ["events", "format", "nulls", "scope"]


@pytest.mark.parametrize("change", [GRADE, SCORES, OVERRIDE])
def test_only_chosen_events_are_wanted(change: Change) -> None:
    sent = message(change)
    assert wants(ALL, sent)
    for name in ALL.events:
        assert wants(Subscription(events=(name,), course_id=565), sent) is (name == sent.name)


def test_only_the_chosen_course_is_wanted() -> None:
    assert not wants(replace(ALL, course_id=566), message(GRADE))


def test_an_account_wants_what_is_below_it() -> None:
    for account, wanted in ((79, True), (1, True), (80, False)):
        assert wants(replace(ALL, course_id=None, account_id=account), message(GRADE), ABOVE) is wanted


def test_an_account_cannot_be_decided_without_the_accounts_of_the_course() -> None:
    with pytest.raises(ValueError, match="accounts"):
        wants(replace(ALL, course_id=None, account_id=1), message(GRADE))


def test_unposted_grades_are_sent_unless_withheld() -> None:
    hidden = message(replace(GRADE, muted=True))
    hidden_scores = message(replace(SCORES, current_score=13.46, final_score=9.72))
    for sent in (hidden, hidden_scores):
        assert wants(ALL, sent)
        assert not wants(replace(ALL, withhold_unposted=True), sent)
    assert wants(replace(ALL, withhold_unposted=True), message(GRADE))
    assert wants(CALIPER, hidden)
    assert not wants(replace(CALIPER, withhold_unposted=True), hidden)


def test_caliper_that_was_not_rendered_is_not_wanted() -> None:
    sent = message(GRADE, settings=replace(SETTINGS, caliper=False))
    assert wants(ALL, sent)
    assert not wants(CALIPER, sent)
    with pytest.raises(ValueError, match="no Caliper form"):
        payload(CALIPER, sent, AT)


def test_canvas_is_sent_as_stored_or_compact() -> None:
    sent = message(replace(GRADE, old_grade=None))
    assert payload(ALL, sent, AT) is sent.canvas
    assert payload(replace(ALL, nulls="compact"), sent, AT) == compact(sent.canvas)


def test_caliper_is_sent_in_an_envelope_of_its_sensor() -> None:
    sent = json.loads(payload(CALIPER, message(GRADE), AT))
    assert sent["sensor"] == "http://lms.example.test/"
    assert [event["type"] for event in sent["data"]] == ["GradeEvent"]
