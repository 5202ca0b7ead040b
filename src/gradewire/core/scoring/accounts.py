"""Writes down what a pass has just computed: turns its rows, sums and totals into the structures of ``explanation``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, Inexact

from gradewire.core import numbers
from gradewire.core.scoring.explanation import CountedRow, DroppedRow, ExcludedRow, GroupAccount, PassAccount
from gradewire.core.scoring.plan import Plan
from gradewire.core.scoring.rows import Counted, Pass, tell_unseen
from gradewire.core.scoring.totals import GroupSum, Total, is_rescaled

DIGITS = 20


def describe_group(
    prepared: Plan,
    unit: int,
    view: Pass,
    summed: GroupSum,
    rows: tuple[Sequence[Counted], Sequence[Counted], Sequence[Counted], Sequence[ExcludedRow]],
) -> GroupAccount:
    """One group of one pass; ``rows`` are those kept, dropped as lowest, dropped as highest, and excluded."""
    kept, lowest, highest, excluded = rows

    def describe(counted: Counted) -> CountedRow:
        row, score, _ = counted
        blank = tell_unseen(row, view) or ("ungraded" if row.score is None else None)
        possible = numbers.divide(row.possible, prepared.possible_unit)
        return CountedRow(row.item_id, numbers.divide(score, unit), possible, blank)

    share = (100 * summed.earned * prepared.possible_unit, summed.possible * unit) if summed.possible else None
    return GroupAccount(
        group_id=summed.group.group.id,
        kept=tuple(describe(each) for each in kept),
        dropped=(
            *(DroppedRow(describe(each), "lowest") for each in lowest),
            *(DroppedRow(describe(each), "highest") for each in highest),
        ),
        excluded=tuple(excluded),
        score_sum=summed.points,
        possible_sum=numbers.divide(summed.possible, prepared.possible_unit),
        exact=None if share is None else show_quotient(*share),
        percent=summed.score,
        weight_given=numbers.divide(summed.group.weight, prepared.weight_unit),
    )


def describe_pass(prepared: Plan, view: Pass, groups: Sequence[GroupAccount], total: Total) -> PassAccount:
    """A whole pass: how its groups were weighed, and its exact percentage before rounding."""
    return PassAccount(
        name=view.name,
        weighted=prepared.course.weighted,
        groups=tuple(groups),
        weight_sum=None if total.weight is None else numbers.divide(total.weight, prepared.weight_unit),
        rescaled=is_rescaled(prepared, total.weight),
        exact=None if total.percent is None else show_quotient(*total.percent),
        score=total.score,
        points=total.points,
    )


def show_quotient(numerator: int, denominator: int) -> str:
    """A quotient in plain digits, of at most twenty; three dots say that it goes on."""
    context = numbers.WIDE.copy()
    context.prec = DIGITS
    context.clear_flags()
    quotient = context.divide(Decimal(numerator), Decimal(denominator))
    text = format(quotient, "f")
    if context.flags[Inexact]:
        return f"{text}..."
    return text.rstrip("0").rstrip(".") if "." in text else text
