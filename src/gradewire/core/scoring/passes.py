"""The four passes over one student's rows: which rows count, what the drop rules leave, and the total they make.

Source: sections 3 to 5 of the Canvas grade calculation reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from gradewire.core.numbers import WIDE
from gradewire.core.scoring import accounts, drops
from gradewire.core.scoring.bisection import Piece
from gradewire.core.scoring.explanation import ExcludedRow, GroupAccount, PassAccount, RunAccount
from gradewire.core.scoring.plan import GroupPlan, Plan
from gradewire.core.scoring.rows import Counted, Pass, Row, count
from gradewire.core.scoring.totals import GroupSum, Total, add_up, sum_group

PASSES = (
    Pass("current", posted=True, current=True),
    Pass("final", posted=True, current=False),
    Pass("unposted_current", posted=False, current=True),
    Pass("unposted_final", posted=False, current=False),
)


class Sheet(Struct):
    """The rows of one run by group, and how many decimals their scores are counted in."""

    groups: list[list[Row]]
    places: int
    unit: int
    completed: bool


class Result(Struct, frozen=True):
    """One pass. Dropped are the items with a submission that the pass can see."""

    total: Total
    groups: list[GroupSum]
    dropped: tuple[int, ...]


def run_passes(
    prepared: Plan,
    rows: Sequence[Row],
    places: int,
    *,
    completed: bool,
    period_id: int | None = None,
    record: list[RunAccount] | None = None,
) -> list[Result]:
    """The four passes, in the order of ``PASSES``, over all rows or those of one period; ``record`` takes an account."""
    sheet = Sheet([[] for _ in prepared.groups], places, 10**places, completed)
    hides = waits = False
    for row in rows:
        sheet.groups[row.group].append(row)
        hides = hides or row.hidden
        waits = waits or row.pending or row.absent or (row.score is None and not row.excused)
    if record is not None:
        account: list[PassAccount] = []
        results = [_sum_pass(prepared, sheet, view, account) for view in PASSES]
        record.append(RunAccount(period_id, tuple(account)))
        return results
    # Passes that see the same are computed once: nothing is hidden from the posted ones, or nothing waits for a grade.
    current, final, unposted_current, unposted_final = PASSES
    if not hides:
        first = _sum_pass(prepared, sheet, current)
        second = _sum_pass(prepared, sheet, final) if waits else first
        return [first, second, first, second]
    third = _sum_pass(prepared, sheet, unposted_current)
    fourth = _sum_pass(prepared, sheet, unposted_final) if waits else third
    return [_sum_pass(prepared, sheet, current), _sum_pass(prepared, sheet, final), third, fourth]


def _sum_pass(prepared: Plan, sheet: Sheet, view: Pass, record: list[PassAccount] | None = None) -> Result:
    """Sums by group after the drop rules, and the total."""
    sums: list[GroupSum] = []
    dropped: list[int] = []
    account: list[GroupAccount] = []
    for group, rows in zip(prepared.groups, sheet.groups, strict=True):
        excluded: list[ExcludedRow] | None = None if record is None else []
        kept = counted = count(rows, view, completed=sheet.completed, excluded=excluded)
        lowest: list[Counted] = []
        highest: list[Counted] = []
        if group.has_rules and counted:
            kept, lowest, highest = _drop(prepared, sheet.places, group, counted)
            dropped += [row.item_id for row, _, visible in (*lowest, *highest) if visible]
        earned = possible = 0
        for row, score, _ in kept:
            earned += score
            possible += row.possible
        sums.append(sum_group(prepared, sheet.unit, group, earned, possible))
        if excluded is not None:
            rest = (kept, lowest, highest, excluded)
            account.append(accounts.describe_group(prepared, sheet.unit, view, sums[-1], rest))
    total = add_up(prepared, sheet.unit, sums)
    if record is not None:
        record.append(accounts.describe_pass(prepared, view, account, total))
    return Result(total, sums, tuple(dropped))


def _drop(
    prepared: Plan, places: int, group: GroupPlan, counted: list[Counted]
) -> tuple[list[Counted], list[Counted], list[Counted]]:
    """What the group's drop rules keep, drop as lowest and drop as highest."""
    pieces = [
        Piece(
            row.item_id,
            Decimal(score).scaleb(-places, WIDE),
            Decimal(row.possible).scaleb(-prepared.possible_places, WIDE),
        )
        for row, score, _ in counted
    ]
    selection = drops.select(pieces, group.group.drop_lowest, group.group.drop_highest, group.never)
    return (
        [counted[index] for index in selection.kept],
        [counted[index] for index in selection.dropped_lowest],
        [counted[index] for index in selection.dropped_highest],
    )
