"""Rounding and number texts."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core import numbers

settings.register_profile("core", derandomize=True, deadline=None, database=None, max_examples=300)
CORE = settings.get_profile("core")

ROUNDED = [
    (1.005, 1.01),
    (2.675, 2.68),
    (72.125, 72.13),
    (87.625, 87.63),
    (89.995, 90.0),
    (89.994, 89.99),
    (89.9949999999999, 89.99),
    (0.285, 0.29),
    (0.125, 0.13),
    (-0.125, -0.13),
    (-2.675, -2.68),
    (0.115, 0.12),
    (0.004999, 0.0),
    (0.005, 0.01),
    (-0.001, 0.0),
    (-0.005, -0.01),
    (0.0, 0.0),
    (-0.0, 0.0),
    (100, 100.0),
    (1234567.125, 1234567.13),
    (99999999.995, 100000000.0),
    (123456789012.345, 123456789012.35),
    (1e15, 1e15),
    (1234567890123.125, 1234567890123.13),
    (1e22, 1e22),
    (1e-300, 0.0),
    (sys.float_info.max, sys.float_info.max),
]


@pytest.mark.parametrize(("value", "expected"), ROUNDED)
def test_round2_is_half_away_from_zero_on_the_shortest_text(value: float, expected: float) -> None:
    assert numbers.round2(value) == expected
    assert float(numbers.round2(numbers.exact(value))) == expected


@pytest.mark.parametrize("value", [-0.0, -0.001, -1e-300])
def test_round2_knows_no_negative_zero(value: float) -> None:
    assert str(numbers.round2(value)) == "0.0"
    assert str(numbers.round2(numbers.exact(value))) == "0.00"


def _round_text(value: float) -> float:
    return float(Decimal(repr(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP, context=Context(prec=400)))


@settings(CORE)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_round2_of_any_double_is_that_of_its_text(value: float) -> None:
    assert numbers.round2(value) == _round_text(value)


@settings(CORE, max_examples=1000)
@given(st.integers(-(10**9), 10**9), st.integers(-2, 2))
def test_round2_at_and_beside_ties(thousandths: int, steps: int) -> None:
    value = (thousandths * 10 + 5) / 1000
    for _ in range(abs(steps)):
        value = _neighbour(value, up=steps > 0)
    assert numbers.round2(value) == _round_text(value)


def _neighbour(value: float, *, up: bool) -> float:
    import math

    return math.nextafter(value, math.inf if up else -math.inf)


@settings(CORE)
@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_divide_round2_is_exact(numerator: int, denominator: int) -> None:
    hundredths = Fraction(abs(numerator) * 100, denominator) + Fraction(1, 2)
    expected = hundredths.numerator // hundredths.denominator
    assert numbers.divide_round2(numerator, denominator) == (expected if numerator >= 0 else -expected) / 100


def test_a_quotient_beyond_doubles_becomes_the_largest_double() -> None:
    assert numbers.divide(10**400, 3) == sys.float_info.max
    assert numbers.divide(-(10**400), 3) == -sys.float_info.max
    assert numbers.divide_round2(10**400, 3) == sys.float_info.max
    assert numbers.divide_round2(-(10**400), 3) == -sys.float_info.max


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.0, "10"),
        (10, "10"),
        (9.9999, "9.9999"),
        (0.1, "0.1"),
        (-0.0, "0"),
        (-3.5, "-3.5"),
        (0.00001, "0.00001"),
        (1e16, "10000000000000000"),
        (1.5e-7, "0.00000015"),
        (100000000000.5, "100000000000.5"),
    ],
)
def test_numbers_are_shown_as_shortest_text_without_needless_decimals(value: float, text: str) -> None:
    assert numbers.show_number(value) == text


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (None, "0"),
        (0.0, "0"),
        (10.0, "10"),
        (0.1, "0.1"),
        (33.3, "33.3"),
        (0.1 + 0.2, "0.3"),
        (1234567.12345678912, "1234567.12345679"),
        (100000000000000.5, "100000000000001"),
    ],
)
def test_possible_points_have_15_significant_digits(points: float | None, expected: str) -> None:
    assert numbers.exact_possible(points) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("94%", "94"),
        ("abc", "0"),
        ("", "0"),
        (" 7.5 points", "7.5"),
        ("-3", "-3"),
        ("+4", "4"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1,000", "1"),
        ("1e2x", "100"),
        ("1e999", "Infinity"),
        ("-1e999999999999999999999999", "-Infinity"),
        ("1e-999999999999999999999999", "0"),
        ("9" * 400, "Infinity"),
    ],
)
def test_texts_are_read_as_their_leading_number(text: str, expected: str) -> None:
    assert numbers.read_leading(text) == Decimal(expected)


@pytest.mark.parametrize(("text", "places"), [("0", 0), ("0.00", 0), ("10", 0), ("1E+3", 0), ("0.25", 2), ("1E-7", 7)])
def test_decimal_places(text: str, places: int) -> None:
    assert numbers.decimal_places(Decimal(text)) == places
    assert numbers.scale(Decimal(text), 8) == int(Decimal(text) * 10**8)
