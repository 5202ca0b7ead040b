"""An account of how one student's scores came about, recorded by the computation itself (``canvas.explain``), and its text.

Scores are percent, points are points. Texts of exact values are plain decimals, cut with three dots where they go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.numbers import show_number
from gradewire.core.scoring.records import StudentScores

Reason: TypeAlias = Literal["no submission", "unposted", "pending review", "ungraded", "excused", "omitted"]
Rule: TypeAlias = Literal["lowest", "highest"]
PassName: TypeAlias = Literal["current", "final", "unposted_current", "unposted_final"]


class CountedRow(Struct, frozen=True):
    """Work that reached the drop rules, in points. ``blank`` says why it counts 0 although nobody gave it a 0."""

    item_id: int
    score: float
    possible: float
    blank: Reason | None = None


class DroppedRow(Struct, frozen=True):
    """Work that a drop rule removed."""

    row: CountedRow
    rule: Rule


class ExcludedRow(Struct, frozen=True):
    """Work that never reached the drop rules."""

    item_id: int
    reason: Reason


class GroupAccount(Struct, frozen=True, kw_only=True):
    """One group in one pass. ``exact`` is its percentage before rounding, which weights apply to; ``percent`` is rounded."""

    group_id: int
    kept: tuple[CountedRow, ...]
    dropped: tuple[DroppedRow, ...]
    excluded: tuple[ExcludedRow, ...]
    score_sum: float
    possible_sum: float
    exact: str | None
    percent: float | None
    weight_given: float


class PassAccount(Struct, frozen=True, kw_only=True):
    """One of the four passes of a run. ``exact`` is the percentage before rounding to ``score``.

    ``weight_sum`` adds up the weights of groups with possible points, None when the course has no weights; ``rescaled`` says
    that it is below 100, so that each weight was applied as weight × 100 / ``weight_sum``.
    """

    name: PassName
    weighted: bool
    groups: tuple[GroupAccount, ...]
    weight_sum: float | None
    rescaled: bool
    exact: str | None
    score: float | None
    points: float | None


class RunAccount(Struct, frozen=True):
    """The four passes over all work, or over the work of one grading period."""

    period_id: int | None
    passes: tuple[PassAccount, ...]


class PeriodShare(Struct, frozen=True):
    """A rounded period score and the weight it has in the course score."""

    period_id: int
    weight: float
    current_score: float | None
    final_score: float | None


class PeriodsAccount(Struct, frozen=True, kw_only=True):
    """How a course score was made from period scores; the weight sums are those that count in each."""

    shares: tuple[PeriodShare, ...]
    current_weight_sum: float
    final_weight_sum: float
    current_exact: str
    final_exact: str


class Explanation(Struct, frozen=True):
    """The scores, and how each run arrived at its own. ``from_periods`` is set if the course score is made of period scores."""

    scores: StudentScores
    runs: tuple[RunAccount, ...]
    from_periods: PeriodsAccount | None


class Names(Struct, frozen=True):
    """What to call things in a text; whatever has no name here is called by its id."""

    items: Mapping[int, str] = {}
    groups: Mapping[int, str] = {}
    periods: Mapping[int, str] = {}


_TITLES: dict[PassName, str] = {
    "current": "Current score",
    "final": "Final score",
    "unposted_current": "Current score with unposted work",
    "unposted_final": "Final score with unposted work",
}
_POSTED: dict[PassName, PassName] = {"unposted_current": "current", "unposted_final": "final"}


def render_text(explanation: Explanation, names: Names) -> str:
    """The account in English, for people: one block per run, one paragraph per pass, one line per step."""
    lines: list[str] = []
    for run in explanation.runs:
        if run.period_id is None:
            lines.append("All work" if explanation.from_periods else "Course")
        else:
            lines.append(f"Grading period {_name(names.periods, run.period_id)}")
        accounts = {account.name: account for account in run.passes}
        for account in run.passes:
            posted = accounts[_POSTED.get(account.name, account.name)]
            if posted is not account and _is_same(posted, account):
                lines.append(f"  {_TITLES[account.name]}: the same, {_show(account.score, '%')}")
            else:
                lines.extend(f"  {line}" for line in _render_pass(account, names))
    if explanation.from_periods is not None:
        lines.extend(_render_periods(explanation.from_periods, explanation.scores, names))
    return "\n".join(lines) + "\n"


def _is_same(one: PassAccount, other: PassAccount) -> bool:
    return (one.groups, one.score, one.points) == (other.groups, other.score, other.points)


def _render_pass(account: PassAccount, names: Names) -> Iterator[str]:
    points = "" if account.weighted else f" ({_show(account.points)} points)"
    yield f"{_TITLES[account.name]}: {_show(account.score, '%')}{points}"
    for group in account.groups:
        yield from (f"  {line}" for line in _render_group(group, account, names))
    if account.weight_sum is not None:
        how = ", scaled up to 100" if account.rescaled else ", used as they are" if account.weight_sum else ": no score"
        yield f"  Weights that count: {_show(account.weight_sum)}{how}"
    if account.exact is not None:
        yield f"  Exactly {account.exact} %, rounded to {_show(account.score, '%')}"
    elif not account.weighted:
        yield "  No possible points: no score"


def _render_group(group: GroupAccount, account: PassAccount, names: Names) -> Iterator[str]:
    line = f"{_name(names.groups, group.group_id)}: {_show(group.score_sum)} of {_show(group.possible_sum)} points"
    if group.exact is not None:
        line += f" = {group.exact} %"
    if account.weighted:
        counts = group.exact is not None
        line += f", weight {_show(group.weight_given)}" if counts else ", left out of the total with its weight"
    yield line
    for row in group.kept:
        yield f"  {_render_row(row, names)}"
    for dropped in group.dropped:
        yield f"  {_render_row(dropped.row, names)}: dropped ({dropped.rule})"
    for excluded in group.excluded:
        yield f"  {_name(names.items, excluded.item_id)}: left out ({excluded.reason})"


def _render_row(row: CountedRow, names: Names) -> str:
    blank = "" if row.blank is None else f" ({row.blank}, counts as 0)" if row.score == 0 else f" ({row.blank})"
    return f"{_name(names.items, row.item_id)}: {_show(row.score)} of {_show(row.possible)}{blank}"


def _render_periods(account: PeriodsAccount, scores: StudentScores, names: Names) -> Iterator[str]:
    yield "Course, from the scores of its grading periods"
    for share in account.shares:
        current, final = _show(share.current_score, "%"), _show(share.final_score, "%")
        period = _name(names.periods, share.period_id)
        yield f"  {period}: weight {_show(share.weight)}, current {current}, final {final}"
    for title, weight, exact, score in (
        ("Current", account.current_weight_sum, account.current_exact, scores.course.current_score),
        ("Final", account.final_weight_sum, account.final_exact, scores.course.final_score),
    ):
        how = " (scaled up to 100)" if 0 < weight < 100 else ""
        yield f"  {title} score: weights that count {_show(weight)}{how}; {exact} %, rounded to {_show(score, '%')}"


def _name(names: Mapping[int, str], id_: int) -> str:
    return names.get(id_, f"#{id_}")


def _show(value: float | None, unit: str = "") -> str:
    if value is None:
        return "none"
    return f"{show_number(value)} {unit}" if unit else show_number(value)
