"""Parameters of the Schoology dialect: everything may be a text, an empty element may stand for anything empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType

from gradewire.core.errors import Malformed, Missing
from gradewire.dialects.schoology.bulk import Failed, each, entries
from gradewire.dialects.schoology.params import parse_query, read


class Inner(Struct):
    id: int
    note: str = ""


class Everything(Struct):
    text: str = "default"
    maybe: str | None = None
    number: int | UnsetType = UNSET
    blank: int | None = 7
    points: float | UnsetType | None = UNSET
    yes: bool = True
    ids: list[int] = []
    names: list[str] = []
    inner: Inner | None = None
    inners: list[Inner] = []
    raw: Any = None


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"text": 8}, "text", "8"),
        ({"text": True}, "text", "1"),
        ({"text": ""}, "text", ""),
        ({"text": None}, "text", "default"),
        ({"maybe": None}, "maybe", None),
        ({"number": "12"}, "number", 12),
        ({"number": " -3 "}, "number", -3),
        ({"number": 4.0}, "number", 4),
        ({"number": "4.0"}, "number", 4),
        ({"number": ""}, "number", UNSET),
        ({"number": None}, "number", UNSET),
        ({"blank": ""}, "blank", None),
        ({"blank": None}, "blank", None),
        ({}, "blank", 7),
        ({"points": "91.5"}, "points", 91.5),
        ({"points": 80}, "points", 80.0),
        ({"points": ""}, "points", None),
        ({}, "points", UNSET),
        ({"yes": "0"}, "yes", False),
        ({"yes": "TRUE"}, "yes", True),
        ({"yes": ""}, "yes", False),
        ({"yes": 1}, "yes", True),
        ({"ids": [1, "2", " 3 "]}, "ids", [1, 2, 3]),
        ({"ids": "1,2, 3"}, "ids", [1, 2, 3]),
        ({"ids": 5}, "ids", [5]),
        ({"ids": ""}, "ids", []),
        ({"ids": [None, "", 1]}, "ids", [1]),
        ({"names": "a,b"}, "names", ["a,b"]),
        ({"inner": {"id": "4", "other": 1}}, "inner", Inner(4)),
        ({"inner": ""}, "inner", None),
        ({"inners": {"id": "4"}}, "inners", [Inner(4)]),
        ({"inners": [{"id": 4}, {"id": "5", "note": "x"}]}, "inners", [Inner(4), Inner(5, "x")]),
        ({"inners": ""}, "inners", []),
        ({"raw": {"x": [1]}}, "raw", {"x": [1]}),
        ({"unknown": {"x": 1}}, "text", "default"),
    ],
)
def test_a_parameter_is_read(sent: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(read(sent, Everything), field) == value


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"text": ["a"]}, "text"),
        ({"text": {"a": 1}}, "text"),
        ({"number": "1.5"}, "number"),
        ({"number": 10**30}, "number"),
        ({"number": "٣"}, "number"),
        ({"number": True, "text": []}, "text"),
        ({"points": "NaN"}, "points"),
        ({"points": "1e999"}, "points"),
        ({"points": "1_0"}, "points"),
        ({"points": "9" * 500}, "points"),
        ({"yes": "maybe"}, "yes"),
        ({"ids": "1,x"}, "ids[1]"),
        ({"ids": {"a": 1}}, "ids[0]"),
        ({"inner": "text"}, "inner"),
        ({"inners": [{"id": 1}, {"id": "x"}]}, "inners[1].id"),
        ({"inners": [4]}, "inners[0]"),
    ],
)
def test_what_cannot_be_read_is_named(sent: dict[str, Any], named: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(sent, Everything)
    assert refused.value.field == named


@pytest.mark.parametrize(("sent", "named"), [({}, "id"), ({"id": ""}, "id"), ({"id": None}, "id")])
def test_what_is_needed_and_missing_is_named(sent: dict[str, Any], named: str) -> None:
    with pytest.raises(Missing) as refused:
        read(sent, Inner)
    assert refused.value.parameter == named


@given(
    st.dictionaries(
        st.sampled_from(Everything.__struct_fields__),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "note", "x"]), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_anything_is_read_or_refused(sent: dict[str, Any]) -> None:
    try:
        found = read(sent, Everything)
    except (Malformed, Missing):
        return
    assert isinstance(found.text, str)
    assert isinstance(found.yes, bool)
    assert all(type(one) is int and abs(one) <= 2**63 for one in found.ids)


def test_a_query_has_the_last_of_several_and_nothing_of_oauth() -> None:
    assert parse_query("a=1&a=2&b=x+y&c&oauth_token=x&d=%C3%BC") == {"a": "2", "b": "x y", "c": "", "d": "ü"}
    for bad in ("a=%ff", "a=%00", "&".join(f"a{n}=1" for n in range(1001))):
        with pytest.raises(Malformed):
            parse_query(bad)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"title": "x"}, None),
        ({"grades": {"grade": [{"a": 1}, {"a": 2}]}}, [{"a": 1}, {"a": 2}]),
        ({"grades": {"grade": {"a": "1"}}}, [{"a": "1"}]),
        ({"grades": {"grade": []}}, []),
        ({"grades": {"grade": ""}}, []),
        ({"grades": ""}, []),
        ({"grades": None}, []),
        ({"grades": [{"a": 1}]}, [{"a": 1}]),
        ({"grades": {"grade": [1, "x", None]}}, [1, "x", None]),
    ],
)
def test_entries_are_found_in_their_wrapper(body: dict[str, Any], found: list[Any] | None) -> None:
    assert entries(body, "grades", "grade") == found


@pytest.mark.parametrize("body", [{"grades": {"other": []}}, {"grades": "x"}, {"grades": 5}, {"grades": {"grade": "x"}}])
def test_another_wrapper_is_malformed(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        entries(body, "grades", "grade")


def test_at_most_fifty_entries_are_taken() -> None:
    assert len(entries({"grades": {"grade": [{}] * 50}}, "grades", "grade") or []) == 50
    with pytest.raises(Malformed, match="50"):
        entries({"grades": {"grade": [{}] * 51}}, "grades", "grade")


def test_a_bad_entry_fails_alone() -> None:
    def double(entry: Inner) -> int:
        if entry.id == 3:
            raise Malformed("not three")
        return entry.id * 2

    assert each([{"id": "1"}, {"id": "x"}, 7, {"id": 3}, {"id": 4}], Inner, double) == [
        2,
        Failed(400, "id is not an integer."),
        Failed(400, "This entry is not an object."),
        Failed(400, "not three"),
        8,
    ]
