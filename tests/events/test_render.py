"""Every fact is mapped or silent with a reason, in every format, and the table says what the code does."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from gradewire.core.changes import Change
from gradewire.events.render import TREATMENT, Format, Silent, prepare, render, render_on
from tests.events.facts import AT, BROWSER, COURSE, EACH_KIND, EVENT_ID, GRADE, OVERRIDE, SCORES, SETTINGS, message


def test_the_table_has_every_fact_in_every_format() -> None:
    assert set(TREATMENT) == set(get_args(Change))
    for by_format in TREATMENT.values():
        assert set(by_format) == set(get_args(Format))


def test_silence_has_a_reason() -> None:
    for by_format in TREATMENT.values():
        for treatment in by_format.values():
            assert not isinstance(treatment, Silent) or len(treatment.reason) > 20


@pytest.mark.parametrize("change", EACH_KIND, ids=lambda change: type(change).__name__)
def test_the_table_says_what_rendering_does(change: Change) -> None:
    rendered = render(change, course=COURSE, origin=BROWSER, at=AT, event_id=EVENT_ID, settings=SETTINGS)
    treatment = TREATMENT[type(change)]
    if isinstance(treatment["canvas"], Silent):
        assert rendered is None
        assert isinstance(treatment["caliper"], Silent)
        return
    assert rendered is not None
    assert rendered.name == treatment["canvas"]
    assert (rendered.caliper is None) is isinstance(treatment["caliper"], Silent)


def test_a_message_carries_what_delivery_sorts_by() -> None:
    for change, student in ((GRADE, GRADE.student_id), (SCORES, SCORES.user_id), (OVERRIDE, OVERRIDE.user_id)):
        sent = message(change)
        assert (sent.event_id, sent.course_id, sent.student_id, sent.occurred_at) == (EVENT_ID, 565, student, AT)


def test_muted_is_what_the_student_may_not_see() -> None:
    assert message(replace(GRADE, muted=True)).muted
    assert not message(GRADE).muted
    assert not message(OVERRIDE).muted
    assert not message(SCORES).muted
    assert message(replace(SCORES, current_score=13.46, final_score=9.72)).muted
    assert not message(replace(SCORES, current_score=13.46)).muted


def test_an_occasion_renders_as_single_facts_do() -> None:
    occasion = prepare(course=COURSE, origin=BROWSER, at=AT, settings=SETTINGS)
    for change in (GRADE, SCORES, OVERRIDE):
        assert render_on(occasion, change, EVENT_ID) == message(change)


def test_a_fact_of_another_course_is_refused() -> None:
    with pytest.raises(ValueError, match="course 566"):
        message(replace(GRADE, course_id=566))


def test_caliper_is_not_rendered_where_it_is_switched_off() -> None:
    assert message(GRADE, settings=replace(SETTINGS, caliper=False)).caliper is None
