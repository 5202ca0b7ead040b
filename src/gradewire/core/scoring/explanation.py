"""An account of how one student's scores came about, recorded by the computation itself (``canvas.explain``), and its text.

Scores are percent, points are points. Texts of exact values are plain decimals, cut with three dots where they go on.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

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
