"""One student's work as rows of integers, and which of them count in a pass.

Source: section 3 of the Canvas grade calculation reference. Points are counted in units of one ten-thousandth, or finer where a
number needs it, so that sums and comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from gradewire.core import numbers
from gradewire.core.scoring.explanation import ExcludedRow, PassName, Reason
from gradewire.core.scoring.plan import PLACES, Plan
from gradewire.core.scoring.records import Work

_UNIT = 10**PLACES
_LARGEST = 10**15 / _UNIT


class Pass(NamedTuple):
    """One of the four views of the same work: of posted work only or of all, of graded work only or of all."""

    name: PassName
    posted: bool
    current: bool


class Row(Struct, frozen=True, gc=False):
    """One assignment of the student. ``hidden``, ``pending`` and ``absent`` are the ways not to see its submission."""

    item_id: int
    group: int
    score: int | None
    possible: int
    excused: bool
    omit: bool
    hidden: bool
    pending: bool
    absent: bool
    period_id: int | None


Counted: TypeAlias = tuple[Row, int, bool]
"""A row that counts in a pass, with its score there, and whether its submission is visible there."""


def read_rows(prepared: Plan, work: Iterable[Work], what_if: bool) -> tuple[list[Row], int]:
    """The student's rows, and the number of decimals of the unit that their scores are counted in."""
    pairs = [(each, place) for each in work if (place := prepared.items.get(each.item_id)) is not None]
    if what_if:
        pairs = [(each if each.entered is None else _try(each), place) for each, place in pairs]
    scores, places = _to_units([each.score for each, _ in pairs])
    rows = [
        Row(
            each.item_id,
            place.group,
            score,
            place.possible,
            each.excused,
            place.omit,
            not each.posted and each.submitted_row,
            each.pending_review,
            not each.submitted_row,
            each.period_id,
        )
        for (each, place), score in zip(pairs, scores, strict=True)
    ]
    return rows, places


def count(rows: Sequence[Row], view: Pass, *, completed: bool, excluded: list[ExcludedRow] | None = None) -> list[Counted]:
    """The rows that reach the drop rules, in the order of the reference's steps. ``excluded`` is told of the others."""
    _, posted, current = view
    counted: list[Counted] = []
    for row in rows:
        visible = not (row.absent or (posted and row.hidden) or (current and row.pending))
        score = row.score if visible else None
        ungraded = score is None and (current or (completed and not visible))
        if not (ungraded or row.omit or (visible and row.excused)):
            counted.append((row, score or 0, visible))
        elif excluded is not None:
            excluded.append(ExcludedRow(row.item_id, (ungraded and tell_unseen(row, view)) or _tell_unwanted(row)))
    return counted


def tell_unseen(row: Row, view: Pass) -> Reason | None:
    """Why a pass does not see the row's submission, None if it does."""
    if row.absent:
        return "no submission"
    if view.posted and row.hidden:
        return "unposted"
    return "pending review" if view.current and row.pending else None


def _tell_unwanted(row: Row) -> Reason:
    if row.excused:
        return "excused"
    return "omitted" if row.omit else "ungraded"


def _try(work: Work) -> Work:
    """Work with its what-if score, which every pass sees, whatever the state of the real submission."""
    return Work(work.item_id, work.entered, posted=True, period_id=work.period_id)


def _to_units(scores: Sequence[float | None]) -> tuple[list[int | None], int]:
    """Scores as integers. A double that equals n / 10 000, of up to 15 digits, has that quotient as its shortest text. If one
    does not, all are counted in the finer unit that the longest text needs.
    """
    units: list[int | None] = []
    for score in scores:
        if score is None:
            units.append(None)
            continue
        if not -_LARGEST < score < _LARGEST:
            break
        unit = round(score * _UNIT)
        if unit / _UNIT != score:
            break
        units.append(unit)
    else:
        return units, PLACES
    texts = [None if score is None else numbers.exact(score) for score in scores]
    places = max(PLACES, *(numbers.decimal_places(text) for text in texts if text is not None))
    return [None if text is None else numbers.scale(text, places) for text in texts], places
