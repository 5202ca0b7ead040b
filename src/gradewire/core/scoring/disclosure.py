"""What a student may know of how a score came about: the posted passes, of the posted truth.

Work that is not posted must look exactly like work that nobody graded. So the computation is given nothing of it to begin with,
and the account does not say why work was not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from gradewire.core.scoring.explanation import (
    CountedRow,
    ExcludedRow,
    Explanation,
    GroupAccount,
    PassAccount,
    PassName,
    Reason,
    RunAccount,
)
from gradewire.core.scoring.records import Totals, Work

POSTED_PASSES: Final[tuple[PassName, ...]] = ("current", "final")
_UNSEEN: Final[frozenset[Reason]] = frozenset({"no submission", "unposted", "ungraded"})


def forget_unposted(work: Iterable[Work]) -> list[Work]:
    """The work without anything that is not posted. Posted totals do not change by it."""
    return [
        each if each.posted else Work(each.item_id, None, period_id=each.period_id, submitted_row=each.submitted_row)
        for each in work
    ]


def show_posted(explanation: Explanation) -> Explanation:
    """The account, made from work without what is not posted, as the student may read it."""
    scores = replace(
        explanation.scores,
        course=_posted(explanation.scores.course),
        groups={key: _posted(totals) for key, totals in explanation.scores.groups.items()},
        periods={key: _posted(totals) for key, totals in explanation.scores.periods.items()},
    )
    runs = tuple(
        RunAccount(run.period_id, tuple(_pass(account) for account in run.passes if account.name in POSTED_PASSES))
        for run in explanation.runs
    )
    return Explanation(scores, runs, explanation.from_periods)


def _posted(totals: Totals) -> Totals:
    return Totals(
        totals.current_score, totals.final_score, current_points=totals.current_points, final_points=totals.final_points
    )


def _pass(account: PassAccount) -> PassAccount:
    return replace(account, groups=tuple(map(_group, account.groups)))


def _group(account: GroupAccount) -> GroupAccount:
    return replace(
        account,
        kept=tuple(map(_row, account.kept)),
        dropped=tuple(replace(each, row=_row(each.row)) for each in account.dropped),
        excluded=tuple(ExcludedRow(each.item_id, _reason(each.reason)) for each in account.excluded),
    )


def _row(row: CountedRow) -> CountedRow:
    return row if row.blank is None else replace(row, blank=_reason(row.blank))


def _reason(reason: Reason) -> Reason:
    return "ungraded" if reason in _UNSEEN else reason
