"""What requests say of items and categories (Schoology reference, 3.2, 6.1 and 7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from gradewire.core.errors import Invalid
from gradewire.core.grade_items import ItemChanges, read_item, show_local_time
from gradewire.core.grading_categories import CategoryChanges, read_category
from tests.core.test_grade_records import JSON


def test_times_are_those_of_the_school() -> None:
    found = read_item({"due": "2014-09-25 11:30:00"}, "America/New_York").due_at
    assert found == datetime(2014, 9, 25, 15, 30, tzinfo=UTC)
    assert isinstance(found, datetime)
    assert show_local_time(found, "America/New_York") == "2014-09-25 11:30:00"
    assert show_local_time(None, "UTC") == ""


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2014-09-25 11:30", datetime(2014, 9, 25, 11, 30, tzinfo=UTC)),
        ("2014-09-25", datetime(2014, 9, 25, 23, 59, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_times_may_be_short_and_empty(due: str | None, expected: datetime | None) -> None:
    assert read_item({"due": due}, "UTC").due_at == expected


def test_what_is_not_sent_is_left_alone() -> None:
    assert read_item({}, "UTC") == ItemChanges()
    assert read_category({}) == CategoryChanges()


@pytest.mark.parametrize(
    ("sent", "name", "value"),
    [
        ({"max_points": "12.5"}, "max_points", 12.5),
        ({"max_points": 0}, "max_points", 0.0),
        ({"grading_category": "7001"}, "category_id", 7001),
        ({"grading_category": ""}, "category_id", 0),
        ({"grading_period": 0}, "period_id", 0),
        ({"published": "0"}, "published", False),
        ({"is_final": 1}, "is_final", True),
        ({"assignees": []}, "assignees", ()),
        ({"assignees": ""}, "assignees", ()),
        ({"assignees": "90001"}, "assignees", (90001,)),
        ({"assignees": ["90001", 90002, 90001]}, "assignees", (90001, 90002)),
        ({"type": "assessment", "id": 5}, "title", UNSET),
    ],
)
def test_fields_are_read_as_json_and_as_xml_has_them(sent: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(read_item(sent, "UTC"), name) == value


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({"due": "25.9.2014"}, "due"),
        ({"due": "2014-02-30 10:00:00"}, "due"),
        ({"due": "0001-01-01 00:00:00"}, "due"),
        ({"max_points": "ten"}, "max_points"),
        ({"max_points": -1}, "max_points"),
        ({"max_points": float("nan")}, "max_points"),
        ({"max_points": 10**400}, "max_points"),
        ({"factor": True}, "factor"),
        ({"published": "yes"}, "published"),
        ({"grading_scale": "letters"}, "grading_scale"),
        ({"assignees": ["x"]}, "assignees"),
        ({"title": {"a": 1}}, "title"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(sent: dict[str, Any], attribute: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_item(sent, "Asia/Tokyo")
    assert refused.value.faults[0].attribute == attribute


@pytest.mark.parametrize(
    "sent",
    [
        {"weight": -1},
        {"weight": "x"},
        {"drop_lowest": 11},
        {"drop_lowest": 1.5},
        {"calculation_type": 3},
        {"delta": -1},
        [],
        None,
    ],
)
def test_a_category_out_of_bounds_is_refused(sent: Any) -> None:
    with pytest.raises(Invalid):
        read_category(sent)


NAMES = [*ItemChanges.__struct_fields__, "due", "grading_scale", "grading_period", "grading_category", "weight", "drop_lowest"]


@given(JSON | st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_is_sent_is_read_or_refused(sent: Any) -> None:
    for read in (lambda: read_item(sent, "Europe/Berlin"), lambda: read_category(sent)):
        try:
            read()
        except Invalid as refused:
            told = [fault.attribute for fault in refused.faults]
        else:
            told = ["nothing"]
        assert all(told)
        assert told
