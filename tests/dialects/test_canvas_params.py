"""Parameters to declared structs."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType

from gradewire.core.errors import Malformed, Missing
from gradewire.dialects.canvas.params import Upload, merge, parse_form, parse_json, read

steady = settings(derandomize=True, deadline=None, max_examples=150)


class Entry(msgspec.Struct):
    name: str | UnsetType | None = UNSET
    value: str | UnsetType | None = UNSET


class Part(msgspec.Struct):
    posted_grade: str | UnsetType | None = UNSET
    excuse: bool | UnsetType = UNSET
    seconds_late: int | UnsetType | None = UNSET


class Everything(msgspec.Struct, kw_only=True):
    text: str | UnsetType = UNSET
    text_null: str | UnsetType | None = UNSET
    flag: bool | UnsetType = UNSET
    flag_null: bool | UnsetType | None = UNSET
    flag_off: bool = False
    count: int | UnsetType = UNSET
    count_null: int | UnsetType | None = UNSET
    score: float | UnsetType = UNSET
    score_null: float | UnsetType | None = UNSET
    at: datetime | UnsetType | None = UNSET
    ids: list[int] | UnsetType = UNSET
    ids_null: list[int] | UnsetType | None = UNSET
    include: list[str] = []
    entries: list[Entry] | UnsetType = UNSET
    part: Part | UnsetType = UNSET
    part_null: Part | UnsetType | None = UNSET
    grades: dict[str, Part] | UnsetType = UNSET
    raw: Any = UNSET
    file: Upload | UnsetType | None = UNSET
    described: Annotated[str, Meta(description="documented")] | UnsetType = UNSET


INT_MAX = 2**63 - 1
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

READINGS: list[tuple[str, Any, Any]] = [
    *[("flag", sent, True) for sent in (True, "true", "TRUE", "1", 1, "on", "On", "yes", "t", "Y", " true ")],
    *[("flag", sent, False) for sent in (False, "false", "0", 0, "", "off", "2", 2, 1.0, "truee", None)],
    ("flag_null", None, None),
    ("flag_null", "", False),
    ("text", "x", "x"),
    ("text", "", ""),
    ("text", 8, "8"),
    ("text", 8.5, "8.5"),
    ("text", True, "true"),
    ("text", False, "false"),
    ("text", None, UNSET),
    ("text_null", None, None),
    ("text_null", "", ""),
    ("described", 1, "1"),
    ("count", 7, 7),
    ("count", "7", 7),
    ("count", " -7 ", -7),
    ("count", "+07", 7),
    ("count", "7.0", 7),
    ("count", 7.0, 7),
    ("count", str(INT_MAX), INT_MAX),
    ("count", -(2**63), -(2**63)),
    ("count", "0" * 5000 + "7", 7),
    ("count", "", UNSET),
    ("count", None, UNSET),
    ("count_null", "", None),
    ("count_null", " ", None),
    ("count_null", None, None),
    ("score", 8, 8.0),
    ("score", 8.25, 8.25),
    ("score", "8.25", 8.25),
    ("score", " -.5e1 ", -5.0),
    ("score", "", UNSET),
    ("score_null", "", None),
    ("at", "2026-03-01T12:00:00Z", NOON),
    ("at", "2026-03-01T13:30:00+01:30", NOON),
    ("at", "2026-03-01T12:00:00", NOON),
    ("at", "2026-03-01T12:00:00.000000+00:00", NOON),
    ("at", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ("at", "", None),
    ("at", None, None),
    ("ids", ["1", 2], [1, 2]),
    ("ids", "3", [3]),
    ("ids", 3, [3]),
    ("ids", [], []),
    ("ids", "", []),
    ("ids", [""], []),
    ("ids", [None, "4"], [4]),
    ("ids", {"1": "b", "0": "a"}, "error"),
    ("ids", {"10": "5", "2": "4"}, [4, 5]),
    ("ids", None, UNSET),
    ("ids_null", None, None),
    ("include", ["a", "", 1, None], ["a", "", "1"]),
    ("entries", [{"name": "A", "value": 94}], [Entry("A", "94")]),
    ("entries", [], []),
    ("entries", [None, {}], [Entry()]),
    ("part", {"posted_grade": 8, "unknown": [1]}, Part("8")),
    ("part", {}, Part()),
    ("part", "", UNSET),
    ("part_null", None, None),
    ("part_null", "", None),
    ("grades", {"12": {"excuse": "1"}, "13": {}}, {"12": Part(excuse=True), "13": Part()}),
    ("grades", {}, {}),
    ("raw", {"a": [1]}, {"a": [1]}),
    ("raw", None, None),
    ("file", Upload("a.csv", "text/csv", b"x"), Upload("a.csv", "text/csv", b"x")),
    ("file", "", None),
]


@pytest.mark.parametrize(("field", "sent", "stored"), [case for case in READINGS if case[2] != "error"])
def test_readings(field: str, sent: Any, stored: Any) -> None:
    filled = getattr(read({field: sent}, Everything), field)
    assert filled == stored
    assert type(filled) is type(stored)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"text": []}, "text"),
        ({"text": {}}, "text"),
        ({"text": Upload("a", "b", b"")}, "text"),
        ({"flag": []}, "flag"),
        ({"flag": {"a": "1"}}, "flag"),
        ({"count": "x"}, "count"),
        ({"count": "7.5"}, "count"),
        ({"count": 7.5}, "count"),
        ({"count": True}, "count"),
        ({"count": "1_000"}, "count"),
        ({"count": "٧"}, "count"),
        ({"count": 2**63}, "count"),
        ({"count": str(2**63)}, "count"),
        ({"count": "-" + "9" * 10_000}, "count"),
        ({"count": 1e300}, "count"),
        ({"count": []}, "count"),
        ({"score": "x"}, "score"),
        ({"score": "nan"}, "score"),
        ({"score": "Infinity"}, "score"),
        ({"score": "-inf"}, "score"),
        ({"score": "1e999"}, "score"),
        ({"score": "1_0"}, "score"),
        ({"score": 10**400}, "score"),
        ({"score": True}, "score"),
        ({"score": "1" * 10_000}, "score"),
        ({"score": {}}, "score"),
        ({"at": "yesterday"}, "at"),
        ({"at": 5}, "at"),
        ({"at": []}, "at"),
        ({"at": "0001-01-01T00:00:00+23:00"}, "at"),
        ({"at": "9999-12-31T23:00:00-23:00"}, "at"),
        ({"ids": ["1", "x"]}, "ids[1]"),
        ({"ids": [["1"]]}, "ids[0]"),
        ({"ids": {"a": "1"}}, "ids"),
        ({"ids": {"0": "x"}}, "ids[0]"),
        ({"entries": {"0": {"name": "A"}}}, "entries"),
        ({"entries": {"name": "A"}}, "entries"),
        ({"entries": "A"}, "entries"),
        ({"entries": [{}, {"name": []}]}, "entries[1][name]"),
        ({"entries": ["A"]}, "entries[0]"),
        ({"part": "x"}, "part"),
        ({"part": []}, "part"),
        ({"part": {"posted_grade": {}}}, "part[posted_grade]"),
        ({"part": {"posted_grade": ["8"]}}, "part[posted_grade]"),
        ({"part": {"seconds_late": str(2**64)}}, "part[seconds_late]"),
        ({"grades": {"12": {"excuse": {}}}}, "grades[12][excuse]"),
        ({"grades": {"12": "x"}}, "grades[12]"),
        ({"grades": "x"}, "grades"),
        ({"file": "x"}, "file"),
    ],
)
def test_unreadable_values_name_their_parameter(params: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(params, Everything)
    assert caught.value.field == field
    assert caught.value.message.startswith(f"{field} is ")


def test_nothing_sent_leaves_the_defaults() -> None:
    assert read({}, Everything) == Everything()
    assert read({"unknown": {"deep": []}}, Everything) == Everything()
    first, second = read({}, Everything), read({}, Everything)
    assert first.include is not second.include


def test_a_form_and_a_json_body_mean_the_same() -> None:
    form = parse_form(b"part[posted_grade]=8.5&part[excuse]=true&ids[]=1&ids[]=2&entries[][name]=A&entries[][value]=94&count=7")
    body = parse_json(b'{"part":{"posted_grade":8.5,"excuse":true},"ids":[1,2],"entries":[{"name":"A","value":94}],"count":7}')
    assert read(form, Everything) == read(body, Everything)


class Needs(msgspec.Struct):
    student_id: str | None
    depth: Part | UnsetType = UNSET


class Outer(msgspec.Struct):
    inner: Needs | UnsetType = UNSET
    rows: list[Needs] | UnsetType = UNSET


class Strict(msgspec.Struct):
    anonymous_id: str


def test_required_parameters() -> None:
    assert read({"student_id": ""}, Needs).student_id == ""
    assert read({"student_id": None}, Needs).student_id is None
    with pytest.raises(Missing, match="student_id is missing"):
        read({}, Needs)
    with pytest.raises(Missing, match=r"inner\[student_id\] is missing"):
        read({"inner": {}}, Outer)
    with pytest.raises(Missing, match=r"rows\[1\]\[student_id\] is missing"):
        read({"rows": [{"student_id": "1"}, {}]}, Outer)
    with pytest.raises(Missing):
        read({"anonymous_id": None}, Strict)


class Renamed(msgspec.Struct, rename="camel"):
    due_at: str | UnsetType = UNSET


def test_a_renamed_field_is_read_by_its_wire_name() -> None:
    assert read({"dueAt": "x", "due_at": "y"}, Renamed).due_at == "x"


class Union(msgspec.Struct):
    value: str | int


class Limited(msgspec.Struct):
    value: Annotated[int, Meta(ge=0)]


class Keyed(msgspec.Struct):
    value: dict[int, str]


class Exotic(msgspec.Struct):
    value: set[int]


@pytest.mark.parametrize("declared", [Union, Limited, Keyed, Exotic])
def test_what_cannot_be_read_cannot_be_declared(declared: type[msgspec.Struct]) -> None:
    with pytest.raises(TypeError):
        read({}, declared)


def test_merge_prefers_path_then_body() -> None:
    merged = merge({"a": "q", "b": "q", "c": "q", "s": {"x": 1}}, {"b": "b", "c": "b", "s": {"y": 2}}, {"c": "p"})
    assert merged == {"a": "q", "b": "b", "c": "p", "s": {"y": 2}}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@steady
@given(st.dictionaries(st.sampled_from(Everything.__struct_fields__), values, max_size=4))
def test_anything_reads_or_is_malformed(params: dict[str, Any]) -> None:
    try:
        filled = read(params, Everything)
    except Malformed as error:
        field = error.field
    else:
        field = "none"
        assert not isinstance(filled.score, float) or math.isfinite(filled.score)
        assert msgspec.convert(msgspec.to_builtins(filled), Everything) == filled
    assert field is not None


@steady
@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001  -- the zone is drawn beside it
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_times_keep_their_moment(moment: datetime) -> None:
    assert read({"at": moment.isoformat()}, Everything).at == moment
