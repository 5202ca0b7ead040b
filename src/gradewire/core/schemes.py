"""Grading schemes (Canvas: grading standards): conversions between percent and name, and how requests build and change one.

Sources: sections 13 and 14 of the Canvas grade calculation reference. Percentages are numbers from 0 to 100 and beyond; a bound
is the lowest fraction that earns a name, of four decimals. Entries are always kept in descending order of bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

from gradewire.core.errors import Fault, Invalid, Refused
from gradewire.core.numbers import WIDE, exact, read_leading, round2, round4

NAME_LIMIT = 255
TITLE_LIMIT = 255

BLANK = "blank"
NEGATIVE = "grading scheme values cannot be negative"
DUPLICATE = "grading scheme cannot contain duplicate values"
LONG_NAME = "a grading scheme name is too long"
NO_ZERO = "grading schemes must have 0% for the lowest grade"
FACTOR_OF_PERCENT = "must be 1 if scheme points_based is false"
# The reference has no words for these four; they are ours.
UNREADABLE = "grading scheme entries must be a list of objects with a name and a value"
TOO_LARGE = "a grading scheme value is too large"
FACTOR_RANGE = "must be a number greater than 0"
LONG_TITLE = f"is too long (maximum is {TITLE_LIMIT} characters)"

LOCKED = (
    "This grading scheme has been used to grade student work. Its entries, points_based and scaling_factor can no longer be "
    "changed; only its title can."
)

LOCKED_KEYS = ("grading_scheme_entry", "points_based", "scaling_factor")

_LIMIT = Decimal(10) ** 11  # beyond it a double no longer holds four decimals
_NUMERIC = re.compile(r"[0-9]*\.?[0-9]+")
_TRUE = frozenset({"true", "t", "1", "on", "yes", "y"})

Bounds: TypeAlias = list[tuple[str, Decimal]]


class Scheme(Struct, frozen=True):
    """A grading scheme as stored: at least one entry, entries in descending order of bound.

    ``scaling_factor`` is the points of a full score of a points-based scheme and 1 for the others.
    """

    title: str | None
    points_based: bool
    scaling_factor: float
    entries: tuple[tuple[str, float], ...]


DEFAULT_SCHEME = Scheme(
    title="Default Grading Scheme",
    points_based=False,
    scaling_factor=1.0,
    entries=(
        ("A", 0.94),
        ("A-", 0.90),
        ("B+", 0.87),
        ("B", 0.84),
        ("B-", 0.80),
        ("C+", 0.77),
        ("C", 0.74),
        ("C-", 0.70),
        ("D+", 0.67),
        ("D", 0.64),
        ("D-", 0.61),
        ("F", 0.0),
    ),
)
"""What letters mean where nobody chose a scheme (section 10 of the reference)."""


def name_of(scheme: Scheme, percent: float | Decimal) -> str:
    """The name that a percentage earns (13a). Percent schemes do not round first; points-based ones do, in points."""
    share = max(percent if isinstance(percent, Decimal) else exact(percent), Decimal(0))
    if scheme.points_based:
        factor = exact(scheme.scaling_factor)
        if factor > 0 and factor != 100:
            points = round2(WIDE.divide(WIDE.multiply(share, factor), 100))
            share = WIDE.divide(WIDE.multiply(points, 100), factor)
        share = round2(share)
    for name, bound in scheme.entries:
        if share >= exact(bound).scaleb(2):
            return name
    return scheme.entries[-1][0]  # a scheme from before 0 was required as the lowest bound


def index_of(scheme: Scheme, name: str) -> int | None:
    """Where a typed name stands in the scheme, 0 being the highest (13b).

    Text of digits is compared by value, and only with names of digits; all else without regard to case, where a true minus
    sign at the end may stand for a hyphen.
    """
    names = [entry for entry, _ in scheme.entries]
    if _NUMERIC.fullmatch(name):
        value = Decimal(name)
        return _first(_NUMERIC.fullmatch(entry) is not None and Decimal(entry) == value for entry in names)
    wanted = name.casefold()
    found = _first(entry.casefold() == wanted for entry in names)
    if found is None and len(name) > 1 and name.endswith("\N{MINUS SIGN}"):
        wanted = f"{wanted[:-1]}-"
        found = _first(entry.casefold() == wanted for entry in names)
    return found


def percent_of(scheme: Scheme, name: str) -> Decimal | None:
    """The percentage that a typed name stands for, or None for a name the scheme does not have (13b).

    100 for the highest; otherwise one percent below the next higher bound, a tenth if the step is narrower than that, and a
    tenth of a point in a points-based scheme.
    """
    index = index_of(scheme, name)
    if index is None:
        return None
    if index == 0:
        return Decimal(100)
    above, own = exact(scheme.entries[index - 1][1]), exact(scheme.entries[index][1])
    if scheme.points_based:
        factor = exact(scheme.scaling_factor)
        points = WIDE.subtract(WIDE.multiply(above, factor), Decimal("0.1"))
        return WIDE.divide(WIDE.multiply(points, 100), factor)
    step = Decimal(1) if above - own >= Decimal("0.01") else Decimal("0.1")
    return above.scaleb(2) - step


def calculated_value(scheme: Scheme, bound: float) -> float:
    """A bound as people read it: in percent, or in points of the scaling factor."""
    factor = exact(scheme.scaling_factor) if scheme.points_based else Decimal(100)
    return float(round2(WIDE.multiply(exact(bound), factor)))


def create(request: Mapping[str, object]) -> Scheme:
    """The scheme that a create request describes. Raises ``Invalid`` with every fault, in the order of the reference."""
    return _build(request, title=None, points_based=False, scaling_factor=Decimal(1))


def update(scheme: Scheme, request: Mapping[str, object], *, used: bool) -> Scheme:
    """The scheme after an update request. ``used`` says that it has graded work, which locks all but the title.

    The presence of a locked key counts, even with the stored value. Nothing is merged: naming any locked key rebuilds the
    entries from the request. Every update validates again, so a scheme of old data may be refused even a new title.
    Raises ``Invalid``, or ``Refused`` with the code ``locked``.
    """
    if any(key in request for key in LOCKED_KEYS):
        if used:
            raise Refused("locked", LOCKED)
        return _build(
            request,
            title=scheme.title,
            points_based=scheme.points_based,
            scaling_factor=exact(scheme.scaling_factor),
        )
    renamed = Scheme(_read_title(request, scheme.title), scheme.points_based, scheme.scaling_factor, scheme.entries)
    faults = find_faults(renamed)
    if faults:
        raise Invalid(*faults)
    return renamed


def find_faults(scheme: Scheme) -> list[Fault]:
    """Every rule that a scheme breaks, in the order in which they are reported."""
    bounds = [(name, exact(bound)) for name, bound in scheme.entries]
    return _find_faults(scheme.title, scheme.points_based, exact(scheme.scaling_factor), bounds)


def _build(request: Mapping[str, object], *, title: str | None, points_based: bool, scaling_factor: Decimal) -> Scheme:
    """A scheme from the entries of a request; the other arguments stand in for what the request leaves out."""
    title = _read_title(request, title)
    points_based = _read_flag(request.get("points_based"), default=points_based)
    factor = _read_number(request.get("scaling_factor"), default=scaling_factor)
    rows = _read_rows(request.get("grading_scheme_entry"))
    if points_based and (factor == 0 or not _is_storable(factor)):
        raise Invalid(Fault("scaling_factor", FACTOR_RANGE))
    divisor = factor if points_based else Decimal(100)
    bounds: dict[str, Decimal] = {}
    for name, value in rows:
        bound = WIDE.divide(value, divisor) if value.is_finite() else value
        if not _is_storable(bound):
            raise Invalid(Fault("data", TOO_LARGE))
        bounds[name] = round4(bound)
    ordered = sorted(bounds.items(), key=lambda entry: entry[1], reverse=True)
    faults = _find_faults(title, points_based, factor, ordered)
    if faults:
        raise Invalid(*faults)
    entries = tuple((name.strip(), float(bound)) for name, bound in ordered)
    return Scheme(title, points_based, float(factor), entries)


def _is_storable(value: Decimal) -> bool:
    return -_LIMIT < value < _LIMIT


def _find_faults(title: str | None, points_based: bool, factor: Decimal, bounds: Bounds) -> list[Fault]:
    messages: list[tuple[str, str]] = []
    values = [bound for _, bound in bounds]
    if not bounds:
        messages.append(("data", BLANK))
    else:
        if min(values) < 0:
            messages.append(("data", NEGATIVE))
        if len(set(values)) < len(values):
            messages.append(("data", DUPLICATE))
        if any(len(name) > NAME_LIMIT for name, _ in bounds):
            messages.append(("data", LONG_NAME))
        if 0 not in values:
            messages.append(("data", NO_ZERO))
    if not points_based and factor != 1:
        messages.append(("scaling_factor", FACTOR_OF_PERCENT))
    if points_based and factor <= 0 and not messages:
        # Canvas has no such rule: there a negative factor shows in the bounds, which by then are faults of their own.
        messages.append(("scaling_factor", FACTOR_RANGE))
    if title is not None and len(title) > TITLE_LIMIT:
        messages.append(("title", LONG_TITLE))
    return [Fault(attribute, message) for attribute, message in messages]


def _read_rows(entries: object) -> list[tuple[str, Decimal]]:
    """Names and values of the rows that have both; a row without one of them does not count."""
    if entries is None:
        return []
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, Mapping) for entry in entries):
        raise Invalid(Fault("data", UNREADABLE))
    rows = []
    for entry in entries:
        name, value = entry.get("name"), entry.get("value")
        if name is not None and value is not None:
            rows.append((_read_text(name), _read_number(value, default=Decimal(0))))
    return rows


def _read_text(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            raise Invalid(Fault("data", UNREADABLE))


def _read_number(value: object, *, default: Decimal) -> Decimal:
    """A JSON number, or the number that a text begins with. Not a number, and infinity, are left for the caller to refuse."""
    match value:
        case None:
            return default
        case bool():
            return Decimal(0)
        case int():
            return Decimal(value)
        case float():
            return exact(value) if math.isfinite(value) else Decimal("Infinity")
        case str():
            return read_leading(value)
        case _:
            raise Invalid(Fault("data", UNREADABLE))


def _read_flag(value: object, *, default: bool) -> bool:
    match value:
        case None:
            return default
        case bool():
            return value
        case int() | float():
            return value != 0
        case _:
            return str(value).lower() in _TRUE


def _read_title(request: Mapping[str, object], default: str | None) -> str | None:
    title = request.get("title")
    return default if title is None else str(title)


def _first(matches: Iterable[bool]) -> int | None:
    return next((index for index, matched in enumerate(matches) if matched), None)
