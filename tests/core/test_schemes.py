"""Grading schemes: section 13 (conversions) and 14 (create, update, validation) of the reference."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core import schemes
from gradewire.core.errors import Invalid, Refused
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from tests.core.test_numbers import CORE

MASTERY = Scheme("m", True, 4.0, (("Exceeds Mastery", 0.75), ("Mastery", 0.5), ("Near Mastery", 0.25), ("Below Mastery", 0.0)))
TEN = Scheme("ten", True, 10.0, (("A", 0.9), ("B", 0.7), ("C+", 0.5), ("C-", 0.3), ("D", 0.0)))
GPA = Scheme("gpa", False, 1.0, (("4.0", 0.9), ("3.0", 0.8), ("2", 0.7), ("0", 0.0)))


def percent_scheme(*entries: tuple[str, float]) -> Scheme:
    return Scheme("p", False, 1.0, entries)


# 13a


@pytest.mark.parametrize(
    ("percent", "name"),
    [
        (105, "A"),
        (94, "A"),
        (93.9999, "A-"),
        (90.0, "A-"),
        (89.99, "B+"),
        (87, "B+"),
        (60.99, "F"),
        (0, "F"),
        (-5, "F"),
    ],
)
def test_percent_schemes_do_not_round_before_the_look_up(percent: float, name: str) -> None:
    assert schemes.name_of(DEFAULT_SCHEME, percent) == name


def test_bounds_are_compared_as_exact_decimals() -> None:
    scheme = percent_scheme(("P", 0.29), ("F", 0.0))
    assert 0.29 * 100 < 29
    assert schemes.name_of(scheme, 29.0) == "P"
    assert schemes.name_of(percent_scheme(("P", 0.57), ("F", 0.0)), 57.0) == "P"
    assert schemes.name_of(percent_scheme(("P", 0.886), ("F", 0.0)), 88.6) == "P"


@pytest.mark.parametrize(
    ("scheme", "percent", "name"),
    [
        (TEN, 49.98, "C+"),  # 4.998 points are 5.00
        (TEN, 49.95, "C+"),
        (TEN, 49.94, "C-"),
        (TEN, 1000, "A"),
        (TEN, -1, "D"),
        (MASTERY, 74.88, "Exceeds Mastery"),
        (MASTERY, 74.87, "Mastery"),
        (Scheme(None, True, 100.0, (("P", 0.5), ("F", 0.0))), 49.995, "P"),
        (Scheme(None, True, 100.0, (("P", 0.5), ("F", 0.0))), 49.994, "F"),
        (Scheme(None, True, -1.0, (("P", 0.5), ("F", 0.0))), 49.995, "P"),
        (Scheme(None, True, 6.0, (("P", 0.3334), ("F", 0.0))), 33.25, "F"),
        (Scheme(None, True, 6.0, (("P", 0.3333), ("F", 0.0))), 33.25, "P"),  # 1.995 points are 2.00
    ],
)
def test_points_based_schemes_round_in_points_to_two_places(scheme: Scheme, percent: float, name: str) -> None:
    assert schemes.name_of(scheme, percent) == name


def test_a_legacy_scheme_without_zero_gives_its_lowest_name() -> None:
    assert schemes.name_of(percent_scheme(("A", 0.9), ("B", 0.8)), 10) == "B"


# 13b


@pytest.mark.parametrize(
    ("scheme", "name", "percent"),
    [
        (DEFAULT_SCHEME, "A", "100"),
        (DEFAULT_SCHEME, "B+", "89"),
        (DEFAULT_SCHEME, "b+", "89"),
        (DEFAULT_SCHEME, "B", "86"),
        (DEFAULT_SCHEME, "F", "60"),
        (DEFAULT_SCHEME, "A\N{MINUS SIGN}", "93"),
        (DEFAULT_SCHEME, "a\N{MINUS SIGN}", "93"),
        (DEFAULT_SCHEME, "A\N{EN DASH}", None),
        (DEFAULT_SCHEME, "\N{MINUS SIGN}", None),
        (DEFAULT_SCHEME, "-", None),
        (DEFAULT_SCHEME, "E", None),
        (DEFAULT_SCHEME, "", None),
        (DEFAULT_SCHEME, " A", None),
        (DEFAULT_SCHEME, "0", None),
        (percent_scheme(("pass", 0.7), ("fail", 0.0)), "FAIL", "69"),
        (percent_scheme(("A", 0.95), ("B", 0.945), ("F", 0.0)), "B", "94.9"),
        (percent_scheme(("A", 0.95), ("B", 0.94), ("F", 0.0)), "B", "94"),
        (GPA, "4", "100"),
        (GPA, "4.00", "100"),
        (GPA, "3", "89"),
        (GPA, "2.0", "79"),
        (GPA, ".0", "69"),
        (GPA, "00", "69"),
        (GPA, "3.", None),
        (GPA, "+3", None),
        (MASTERY, "near mastery", "47.5"),
        (MASTERY, "Exceeds Mastery", "100"),
        (TEN, "B", "89"),
        (percent_scheme(("-", 0.5), ("F", 0.0)), "-", "100"),
        (percent_scheme(("\N{MINUS SIGN}", 0.5), ("F", 0.0)), "\N{MINUS SIGN}", "100"),
    ],
)
def test_a_name_means_a_percentage_below_the_next_bound(scheme: Scheme, name: str, percent: str | None) -> None:
    got = schemes.percent_of(scheme, name)
    assert got == (None if percent is None else Decimal(percent))


def test_a_letter_never_equals_zero() -> None:
    scheme = percent_scheme(("A", 0.9), ("0", 0.0))
    assert schemes.index_of(scheme, "0.0") == 1
    assert schemes.index_of(scheme, "a") == 0


def test_the_tenth_of_a_point_can_land_below_the_own_bound() -> None:
    scheme = Scheme(None, True, 1.0, (("A", 0.95), ("B", 0.9), ("F", 0.0)))
    got = schemes.percent_of(scheme, "B")
    assert got is not None
    assert got == Decimal(85) < 90


# 14: create


def entries(*pairs: tuple[object, object]) -> list[dict[str, object]]:
    return [{"name": name, "value": value} for name, value in pairs]


def faults_of(request: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        schemes.create(request)
    return [(fault.attribute, fault.message) for fault in caught.value.faults]


def test_create_defaults() -> None:
    scheme = schemes.create({"grading_scheme_entry": entries(("A", "90"), ("F", "0"))})
    assert scheme == Scheme(None, False, 1.0, (("A", 0.9), ("F", 0.0)))


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("94%", 0.94),
        ("94", 0.94),
        (94, 0.94),
        (93.335, 0.9334),
        ("93.334999", 0.9333),
        ("150", 1.5),
        ("1e2", 1.0),
        (" 50 ", 0.5),
        (0.001, 0.0),
    ],
)
def test_values_are_percent_rounded_to_four_decimals(value: object, bound: float) -> None:
    request: dict[str, object] = {"grading_scheme_entry": entries(("A", value), ("F", 1))}
    request["grading_scheme_entry"] = entries(("A", value)) if bound == 0 else entries(("A", value), ("F", "abc"))
    assert schemes.create(request).entries[0] == ("A", bound)


def test_values_of_points_based_schemes_are_points_of_the_factor() -> None:
    request: dict[str, object] = {
        "grading_scheme_entry": entries(("A", "3"), ("B", "2.5"), ("F", 0)),
        "scaling_factor": "3",
        "points_based": "true",
    }
    scheme = schemes.create(request)
    assert scheme.entries == (("A", 1.0), ("B", 0.8333), ("F", 0.0))
    assert [schemes.calculated_value(scheme, bound) for _, bound in scheme.entries] == [3.0, 2.5, 0.0]
    assert schemes.calculated_value(DEFAULT_SCHEME, 0.8667) == 86.67


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        *((flag, True) for flag in (True, "1", "true", "True", "on", 1)),
        *((flag, False) for flag in (False, "0", "false", "off", "", None, 0, "banana")),
    ],
)
def test_the_flag_takes_the_usual_spellings(flag: object, expected: bool) -> None:
    request: dict[str, object] = {"points_based": flag, "grading_scheme_entry": entries(("F", 0))}
    assert schemes.create(request).points_based is expected


def test_entries_are_sorted_a_later_value_wins_and_names_are_trimmed_after_the_checks() -> None:
    request: dict[str, object] = {
        "grading_scheme_entry": entries(("C", 70), (" B ", 80), ("C", 75), ("B", 85), ("F", 0), ("", 10)),
    }
    assert schemes.create(request).entries == (("B", 0.85), ("B", 0.8), ("C", 0.75), ("", 0.1), ("F", 0.0))


def test_rows_without_a_name_or_a_value_do_not_count() -> None:
    rows: list[dict[str, object]] = [{"name": "A"}, {"value": 5}, {"name": None, "value": 3}, {"name": "F", "value": 0}, {}]
    assert schemes.create({"grading_scheme_entry": rows}).entries == (("F", 0.0),)
    assert faults_of({"grading_scheme_entry": rows[:3]}) == [("data", "blank")]


@pytest.mark.parametrize("name", [4, 3.7, True])
def test_names_of_other_json_types_become_text(name: object) -> None:
    expected = {4: "4", 3.7: "3.7", True: "true"}
    assert schemes.create({"grading_scheme_entry": entries((name, 0))}).entries[0][0] == expected[name]  # type: ignore[index]


@pytest.mark.parametrize("missing", [{}, {"grading_scheme_entry": None}, {"grading_scheme_entry": []}])
def test_no_usable_entries_are_blank_and_silence_the_other_checks_of_data(missing: dict[str, object]) -> None:
    assert faults_of({"title": "t", **missing}) == [("data", "blank")]
    assert faults_of({**missing, "scaling_factor": 4}) == [
        ("data", "blank"),
        ("scaling_factor", "must be 1 if scheme points_based is false"),
    ]


def test_all_failures_are_reported_in_order() -> None:
    long = "x" * 256
    assert faults_of({"title": long, "scaling_factor": 2, "grading_scheme_entry": entries((long, "-1"), ("B", -1.001))}) == [
        ("data", "grading scheme values cannot be negative"),
        ("data", "grading scheme cannot contain duplicate values"),
        ("data", "a grading scheme name is too long"),
        ("data", "grading schemes must have 0% for the lowest grade"),
        ("scaling_factor", "must be 1 if scheme points_based is false"),
        ("title", schemes.LONG_TITLE),
    ]


def test_limits_are_inclusive() -> None:
    request: dict[str, object] = {"title": "t" * 255, "grading_scheme_entry": entries(("x" * 255, 0))}
    assert schemes.create(request).title == "t" * 255


def test_bounds_are_duplicates_only_after_rounding() -> None:
    assert faults_of({"grading_scheme_entry": entries(("A", "50.001"), ("B", "50.004"), ("F", 0))}) == [
        ("data", "grading scheme cannot contain duplicate values")
    ]
    assert len(schemes.create({"grading_scheme_entry": entries(("A", "50.01"), ("B", "50.02"), ("F", 0))}).entries) == 3


@pytest.mark.parametrize("factor", [0, "0", "abc", 0.0, "1e999", math.inf, math.nan])
def test_a_points_based_scheme_needs_a_factor(factor: object) -> None:
    request = {"points_based": True, "scaling_factor": factor, "grading_scheme_entry": entries(("A", 1), ("F", 0))}
    assert faults_of(request) == [("scaling_factor", schemes.FACTOR_RANGE)]


def test_a_negative_factor_is_refused() -> None:
    negative: dict[str, object] = {"points_based": True, "scaling_factor": -4}
    assert faults_of({**negative, "grading_scheme_entry": entries(("A", 3), ("F", 0))}) == [
        ("data", "grading scheme values cannot be negative")
    ]
    assert faults_of({**negative, "grading_scheme_entry": entries(("F", 0))}) == [("scaling_factor", schemes.FACTOR_RANGE)]


@pytest.mark.parametrize(
    "rows",
    [
        {"0": {"name": "A", "value": 1}},
        "A",
        5,
        ["A", "B"],
        [["A", 1]],
        entries((["A"], 1)),
        entries(("A", {"x": 1})),
        entries(("A", [1])),
    ],
)
def test_what_is_no_list_of_entries_is_refused(rows: object) -> None:
    assert faults_of({"grading_scheme_entry": rows}) == [("data", schemes.UNREADABLE)]


@pytest.mark.parametrize("value", ["9" * 400, "1e999", 10**400, math.inf, math.nan, 1e300, "1e15"])
def test_numbers_too_large_to_store_are_refused(value: object) -> None:
    assert faults_of({"grading_scheme_entry": entries(("A", value), ("F", 0))}) == [("data", schemes.TOO_LARGE)]


# 14: update and the lock

STORED = Scheme("old", False, 1.0, (("A", 0.9), ("F", 0.0)))
LEGACY = Scheme("old", False, 1.0, (("A", 0.9), ("B", 0.5)))
NEW_ENTRIES: dict[str, object] = {"grading_scheme_entry": entries(("P", 60), ("F", 0))}


@pytest.mark.parametrize("key", schemes.LOCKED_KEYS)
@pytest.mark.parametrize("value", [None, 1, False])
def test_a_used_scheme_refuses_a_locked_key_even_with_the_stored_value(key: str, value: object) -> None:
    with pytest.raises(Refused) as caught:
        schemes.update(STORED, {"title": "new", key: value}, used=True)
    assert caught.value.code == "locked"


@pytest.mark.parametrize("used", [True, False])
def test_the_title_alone_can_always_change(used: bool) -> None:
    assert schemes.update(STORED, {"title": "new"}, used=used) == Scheme("new", False, 1.0, STORED.entries)
    assert schemes.update(STORED, {}, used=used) == STORED
    assert schemes.update(STORED, {"title": None}, used=used) == STORED


def test_an_update_rebuilds_the_entries() -> None:
    assert schemes.update(STORED, NEW_ENTRIES, used=False) == Scheme("old", False, 1.0, (("P", 0.6), ("F", 0.0)))


def update_faults(scheme: Scheme, request: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        schemes.update(scheme, request, used=False)
    return [(fault.attribute, fault.message) for fault in caught.value.faults]


def test_flags_without_entries_are_blank() -> None:
    assert update_faults(STORED, {"points_based": False}) == [("data", "blank")]
    assert update_faults(MASTERY, {"scaling_factor": 4}) == [("data", "blank")]


def test_stored_flags_are_used_when_the_call_has_none() -> None:
    updated = schemes.update(MASTERY, {"grading_scheme_entry": entries(("P", "2"), ("F", 0))}, used=False)
    assert updated == Scheme("m", True, 4.0, (("P", 0.5), ("F", 0.0)))


def test_turning_points_off_needs_the_factor_too() -> None:
    off: dict[str, object] = {"points_based": "0", **NEW_ENTRIES}
    assert update_faults(MASTERY, off) == [("scaling_factor", "must be 1 if scheme points_based is false")]
    assert schemes.update(MASTERY, {**off, "scaling_factor": "1"}, used=False).entries == (("P", 0.6), ("F", 0.0))


def test_every_save_validates_again() -> None:
    assert update_faults(LEGACY, {"title": "new"}) == [("data", "grading schemes must have 0% for the lowest grade")]
    assert schemes.update(LEGACY, NEW_ENTRIES, used=False).entries == (("P", 0.6), ("F", 0.0))


def test_the_built_in_scheme_is_valid() -> None:
    assert schemes.find_faults(DEFAULT_SCHEME) == []


# Anything at all

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
rows_of_anything = st.lists(st.fixed_dictionaries({"name": json, "value": json}), max_size=4)


@settings(CORE)
@given(
    st.fixed_dictionaries({}, optional={"title": json, "points_based": json, "scaling_factor": json}), json | rows_of_anything
)
def test_no_request_crashes_and_what_is_built_is_valid(request: dict[str, object], rows: object) -> None:
    try:
        scheme = schemes.create({**request, "grading_scheme_entry": rows})
    except Invalid:
        return
    assert schemes.find_faults(scheme) == []
    assert schemes.name_of(scheme, 50.0) in [name for name, _ in scheme.entries]


@settings(CORE)
@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 12000), min_size=1, max_size=8),
    st.sampled_from([None, 1.0, 3.0, 4.0, 100.0]),
)
def test_a_name_wins_back_itself(bounds: dict[str, int], factor: float | None) -> None:
    """The percentage of a name earns that name again wherever the step to the next bound is wider than what is taken off."""
    points_based = factor is not None
    unique = {bound: name for name, bound in bounds.items()}
    kept = sorted(((name, bound / 10_000) for bound, name in unique.items()), key=lambda entry: -entry[1])
    scheme = Scheme(None, points_based, factor or 1.0, (*kept, ("zero", 0.0)))
    for index, (name, bound) in enumerate(scheme.entries[1:], start=1):
        percent = schemes.percent_of(scheme, name)
        if percent is None or schemes.index_of(scheme, name) != index:
            continue
        if not points_based or (scheme.entries[index - 1][1] - bound) * (factor or 1) > 0.12:
            assert schemes.name_of(scheme, percent) == name or percent < Decimal(repr(bound)) * 100
