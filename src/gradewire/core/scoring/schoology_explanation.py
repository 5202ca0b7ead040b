"""What a Schoology-style calculation answers: the grades, and how each came about.

The numbers here are the ones that the calculation itself used, written down as it went; nothing is computed a second time.
Scores and points are the doubles that came in. Whatever was computed is a decimal: the exact value where it ends within 34
digits, else rounded to 34. Grades and percentages are percent; a *share* is the part of a mean, in percent, that one of its
parts decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from gradewire.core.numbers import exact
from gradewire.core.scoring.schoology_course import Calculation, Mark, Weighting

Fate: TypeAlias = Literal[
    "used",
    "extra_credit",
    "dropped",
    "blank",
    "excused",
    "incomplete",
    "missing",
    "unassigned",
    "unpublished",
    "practice",
    "collected_only",
    "weightless",
    "pointless",
    "ungraded",
    "other",
]
"""What became of an item: ``used`` and ``extra_credit`` (no points of its own) entered the sums; the rest did not, and say why:
``missing`` where the course does not count missing work, ``practice`` for ``count_in_grade`` 0, ``weightless`` for factor 0,
``pointless`` where a percentage is needed and ``max_points`` is 0, ``ungraded`` for no category, ``other`` for no period."""

Void: TypeAlias = Literal["nothing_graded", "no_points", "no_weight"]
"""Why a part has no grade: nothing in it counts, all that counts has no points, or all that is graded has weight 0."""

Rounding: TypeAlias = Literal["hundredths", "whole"]


class ItemLine(Struct, frozen=True, kw_only=True):
    """One item of one student."""

    item_id: int
    title: str
    score: float | None
    """In points: 0 for missing work that counts, None where there is no score."""
    max_points: float
    factor: float
    mark: Mark
    percent: Decimal | None
    fate: Fate


class CategoryAccount(Struct, frozen=True, kw_only=True):
    """One category, in one period or over the whole course."""

    category_id: int
    title: str
    calculation: Calculation
    drop_lowest: int
    items: tuple[ItemLine, ...]
    earned: Decimal
    """Σ score × factor of the items used."""
    possible: Decimal
    """Σ max_points × factor of the items used."""
    percents: Decimal
    """Σ percent × factor of the items used; 0 when points are summed."""
    factors: Decimal
    """Σ factor of the items used; 0 when points are summed."""
    exact: Decimal | None
    """Before rounding; the next level uses this one."""
    grade: float | None
    """Two decimals, for display."""
    void: Void | None
    weight: Decimal | None
    """As the course sets it: 1 when categories weigh evenly; None when points decide, and over a whole course."""
    share: Decimal | None


class PeriodAccount(Struct, frozen=True, kw_only=True):
    """One grading period."""

    period_id: int | None
    """None: the course has no periods and this is all of it."""
    title: str
    weighting: Weighting
    categories: tuple[CategoryAccount, ...]
    ungraded: tuple[ItemLine, ...]
    """The items without a category."""
    earned: Decimal
    possible: Decimal
    """Sums over the categories; the grade is their quotient where ``weighting`` is ``points``."""
    weights: Decimal
    """Σ weight of all categories; 0 when computed by points."""
    weights_applied: Decimal
    """Σ weight of the categories that have a grade: what the mean was divided by. Less than ``weights`` means rescaled."""
    exact: Decimal | None
    computed: float | None
    """Rounded."""
    override: float | None
    grade: float | None
    """What is shown: the override if there is one."""
    entered: Decimal | None
    """What the course grade used: the override, else the computed grade, unrounded unless the course rounds every level."""
    letter: str | None
    void: Void | None
    weight: Decimal
    share: Decimal | None


class ColumnAccount(Struct, frozen=True, kw_only=True):
    """A midterm or final beside the periods."""

    line: ItemLine
    exact: Decimal | None
    """Percent; the vendor shows the raw points, ``line.score``, where ``void`` is None."""
    void: Void | None
    weight: Decimal
    share: Decimal | None


class Explanation(Struct, frozen=True, kw_only=True):
    """All grades of one student in one course."""

    periods: tuple[PeriodAccount, ...]
    columns: tuple[ColumnAccount, ...]
    other: tuple[ItemLine, ...]
    """The items without a period. The vendor's ``other`` column has no grade."""
    categories: tuple[CategoryAccount, ...]
    """Each category over the whole course: the items that its periods used, put together by its own rule. No part of any other
    number; the score rows of assignment groups show it."""
    rounding: Rounding
    """Of period and course grades. Categories always show hundredths."""
    sees_unposted: bool
    weights: Decimal
    weights_applied: Decimal
    exact: Decimal | None
    computed: float | None
    override: float | None
    grade: float | None
    letter: str | None
    void: Void | None


_FATES: Final[dict[Fate, str]] = {
    "used": "",
    "extra_credit": "extra credit",
    "dropped": "dropped, one of the lowest",
    "blank": "not graded",
    "excused": "excused",
    "incomplete": "incomplete",
    "missing": "missing, not counted in this course",
    "unassigned": "not assigned to this student",
    "unpublished": "not published",
    "practice": "practice, not counted",
    "collected_only": "collected only, not counted",
    "weightless": "factor 0, not counted",
    "pointless": "worth 0 points, has no percentage to average",
    "ungraded": "without a category, not counted",
    "other": "without a grading period, not counted",
}
_VOIDS: Final[dict[Void, str]] = {
    "nothing_graded": "nothing graded that counts",
    "no_points": "nothing graded that is worth points",
    "no_weight": "all that is graded has weight 0",
}


def render_text(score: Explanation) -> str:
    """The account as indented lines of plain text, for a teacher or student to follow with a pocket calculator."""
    return "\n".join(_course_lines(score))


def _course_lines(score: Explanation) -> Iterator[str]:
    yield f"Course grade: {_headline(score.grade, score.letter, score.void)}"
    yield from _indent(_override_lines(score.override, score.computed))
    terms = [f"{_short(period.entered)} × {_number(period.weight)}" for period in score.periods if period.share is not None]
    terms += [f"{_short(column.exact)} × {_number(column.weight)}" for column in score.columns if column.share is not None]
    yield from _indent(_mean_lines(terms, score.weights, score.weights_applied))
    yield from _indent(_rounding_lines(score.exact, score.computed, score.rounding))
    if not score.sees_unposted:
        yield "  grades that are not posted are left out"
    for period in score.periods:
        yield from _indent(_period_lines(period, score.rounding))
    for column in score.columns:
        yield from _indent(_column_lines(column))
    if score.other:
        yield "  Other"
        yield from _indent(_indent(map(_item_line, score.other)))


def _period_lines(period: PeriodAccount, rounding: Rounding) -> Iterator[str]:
    title = period.title or ("Whole course" if period.period_id is None else f"Period {period.period_id}")
    yield f"{title}: {_headline(period.grade, period.letter, period.void)}{_weight(period.weight, period.share)}"
    yield from _indent(_override_lines(period.override, period.computed))
    if period.weighting == "points":
        if period.exact is not None:
            yield f"  all points: {_short(period.earned)} of {_short(period.possible)}"
    else:
        terms = [
            f"{_short(category.exact)} × {_number(category.weight)}"
            for category in period.categories
            if category.share is not None
        ]
        yield from _indent(_mean_lines(terms, period.weights, period.weights_applied))
    yield from _indent(_rounding_lines(period.exact, period.computed, rounding))
    for category in period.categories:
        yield from _indent(_category_lines(category))
    if period.ungraded:
        yield "  Ungraded"
        yield from _indent(_indent(map(_item_line, period.ungraded)))


def _category_lines(category: CategoryAccount) -> Iterator[str]:
    title = category.title or f"Category {category.category_id}"
    yield f"{title}: {_headline(category.grade, None, category.void)}{_weight(category.weight, category.share)}"
    if category.exact is not None:
        if category.calculation == "points":
            yield f"  by points: {_short(category.earned)} of {_short(category.possible)} = {_short(category.exact)} %"
        else:
            mean = f"{_short(category.percents)} / {_short(category.factors)}"
            yield f"  mean of percentages: {mean} = {_short(category.exact)} %"
    dropped = sum(line.fate == "dropped" for line in category.items)
    if category.drop_lowest:
        yield f"  lowest to drop: {category.drop_lowest}, dropped: {dropped}"
    yield from _indent(map(_item_line, category.items))


def _column_lines(column: ColumnAccount) -> Iterator[str]:
    title = column.line.title or f"Column {column.line.item_id}"
    value = "–" if column.exact is None else f"{_short(column.exact)} %"
    void = "" if column.void is None else f" ({_VOIDS[column.void]})"
    yield f"{title}: {value}{void}{_weight(column.weight, column.share)}"
    yield f"  {_item_line(column.line)}"


def _item_line(line: ItemLine) -> str:
    title = line.title or f"Item {line.item_id}"
    score = "–" if line.score is None else _number(line.score)
    factor = "" if line.factor == 1 or line.fate == "weightless" else f", factor {_number(line.factor)}"
    percent = "" if line.percent is None else f" = {_short(line.percent)} %"
    notes = [
        note
        for note in ("missing" if line.mark == "missing" and line.fate in {"used", "dropped"} else "", _FATES[line.fate])
        if note
    ]
    note = f" ({'; '.join(notes)})" if notes else ""
    return f"{title}: {score} of {_number(line.max_points)}{percent}{factor}{note}"


def _mean_lines(terms: list[str], weights: Decimal, applied: Decimal) -> Iterator[str]:
    if not terms:
        return
    if len(terms) > 1:
        yield f"({' + '.join(terms)}) / {_number(applied)}"
    if applied != weights:
        yield f"weights rescaled: {_number(applied)} of {_number(weights)} are graded"


def _rounding_lines(value: Decimal | None, computed: float | None, rounding: Rounding) -> Iterator[str]:
    if value is not None and computed is not None and value != exact(computed):
        places = "a whole number" if rounding == "whole" else "two decimals"
        yield f"exactly {_short(value)}, rounded to {places}: {_number(computed)}"


def _override_lines(override: float | None, computed: float | None) -> Iterator[str]:
    if override is not None:
        yield f"typed by a teacher over the computed {'–' if computed is None else _number(computed)}"


def _headline(grade: float | None, letter: str | None, void: Void | None) -> str:
    shown = "–" if grade is None else _number(grade)
    if grade is None and void is not None:
        shown += f" ({_VOIDS[void]})"
    return f"{shown} {letter}" if letter else shown


def _weight(weight: Decimal | None, share: Decimal | None) -> str:
    if weight is None:
        return "" if share is None else f" [{_short(share)} % of the points]"
    return f" [weight {_number(weight)}{', without effect' if share is None else f', decides {_short(share)} %'}]"


def _indent(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _number(value: Decimal | float | None) -> str:
    """Plain digits, no exponent, no trailing zeros."""
    if value is None:
        return "–"
    text = f"{exact(value) if isinstance(value, float | int) else value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(value: Decimal | None) -> str:
    """At most six decimals, cut and marked when there are more: a cut value never looks like one that was rounded up."""
    text = _number(value)
    whole, point, decimals = text.partition(".")
    return f"{whole}{point}{decimals[:6]}…" if len(decimals) > 6 else text
