"""Exact numbers for grades: scores are doubles at rest, and decimals read from their shortest text in every sum and rounding.

The source of these rules is the grade calculation reference ("Number types and rounding"). All values are finite; turning
text into a finite number is the business of ``entry`` and ``schemes``.
"""

from __future__ import annotations

import math
import re
import sys
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import overload

WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""For divisions and the trial grades of drop rules: so many more digits than a double has that the last decides nothing."""

_EXACT = Context(prec=1400, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)
_CENT = Decimal("0.01")
_LEADING = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


def exact(value: float) -> Decimal:
    """The decimal that the double's shortest text names: 0.1 is one tenth."""
    return Decimal(repr(float(value)))


def exact_possible(points: float | None) -> Decimal:
    """Points possible as a decimal of 15 significant digits; none counts as 0."""
    return Decimal(0) if points is None else _FIFTEEN.create_decimal_from_float(points)


@overload
def round2(value: float) -> float: ...
@overload
def round2(value: Decimal) -> Decimal: ...
def round2(value: float | Decimal) -> float | Decimal:
    """Two decimals, half away from zero, on the decimal value (for a double: on its shortest text). Never a negative zero."""
    if isinstance(value, Decimal):
        return _EXACT.add(value.quantize(_CENT, context=_EXACT), Decimal(0))
    if -1e12 < value < 1e12:
        # Below 15 digits a double is a tie exactly when it is the double nearest to a number of three decimals ending in 5, and
        # then that number is its shortest text. Everything else lies on the same side as its binary value.
        thousandths = round(value * 1000)
        if thousandths % 10 == 5 and thousandths / 1000 == value:
            cents = (abs(thousandths) + 5) // 10
            return (cents if thousandths > 0 else -cents) / 100
        return round(value, 2) + 0.0
    return float(exact(value).quantize(_CENT, context=_EXACT))


def round4(value: Decimal) -> Decimal:
    """Four decimals, half away from zero: the precision of a grading scheme's bounds."""
    return _EXACT.add(value.quantize(Decimal("0.0001"), context=_EXACT), Decimal(0))


def divide(numerator: int, denominator: int) -> float:
    """The double nearest to a quotient of integers; one that is too large for a double becomes the largest double."""
    try:
        return numerator / denominator
    except OverflowError:
        return sys.float_info.max if (numerator < 0) == (denominator < 0) else -sys.float_info.max


def divide_round2(numerator: int, denominator: int) -> float:
    """A quotient of integers (denominator positive) rounded to two decimals, half away from zero, as a double."""
    if numerator < 0:
        return -divide((denominator - 200 * numerator) // (2 * denominator), 100) + 0.0
    return divide((200 * numerator + denominator) // (2 * denominator), 100)


def decimal_places(value: Decimal) -> int:
    """How many decimals the number has at least to be written with."""
    _, digits, exponent = value.as_tuple()
    return -exponent if isinstance(exponent, int) and exponent < 0 and any(digits) else 0


def scale(value: Decimal, places: int) -> int:
    """The number times ten to the power of ``places``, which must make it whole."""
    return int(_EXACT.scaleb(value, places))


def show_number(value: float) -> str:
    """A number as a grade shows it: the shortest text, whole numbers without ``.0``, always in plain digits."""
    if value == 0:
        return "0"
    text = repr(float(value))
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def read_leading(text: str) -> Decimal:
    """The number a text begins with, and 0 if it does not begin with one: ``94%`` is 94, ``abc`` is 0.

    What is too large for a double is infinity, what is too small is 0.
    """
    found = _LEADING.match(text)
    nearest = float(found.group(1)) if found else 0.0
    if found is None or nearest == 0:
        return Decimal(0)
    return Decimal(found.group(1)) if math.isfinite(nearest) else Decimal(nearest)
