"""Builders of small courses for tests, random courses, and a slow reference of sections 3, 4 and 7 in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from gradewire.core.numbers import round2
from gradewire.core.scoring import drops
from gradewire.core.scoring.bisection import Piece
from gradewire.core.scoring.canvas import Course, Group, Item, Period, StudentScores, Totals, Work, compute

PASSES = (("current", True, True), ("final", True, False), ("unposted_current", False, True), ("unposted_final", False, False))


def group(id_: int = 1, weight: float | None = 0.0, lowest: int = 0, highest: int = 0, never: Sequence[int] = ()) -> Group:
    return Group(id_, weight, lowest, highest, tuple(never))


def course(
    *items: Item,
    groups: Sequence[Group] = (Group(1, 0.0),),
    weighted: bool = False,
    periods: Sequence[Period] = (),
    periods_weighted: bool = False,
) -> Course:
    return Course(weighted, tuple(groups), items, tuple(periods), periods_weighted)


def simple(*pairs: tuple[float | None, float | None], rules: Group | None = None) -> tuple[Course, list[Work]]:
    """One group, items 1, 2, ... of (score, possible points), all posted."""
    items = [Item(index, 1, possible) for index, (_, possible) in enumerate(pairs, start=1)]
    work = [Work(index, score, posted=True) for index, (score, _) in enumerate(pairs, start=1)]
    return course(*items, groups=(rules or group(),)), work


def score(*pairs: tuple[float | None, float | None], rules: Group | None = None) -> StudentScores:
    return compute(*simple(*pairs, rules=rules))


def four(totals: Totals) -> tuple[float | None, ...]:
    return (totals.current_score, totals.final_score, totals.unposted_current_score, totals.unposted_final_score)


def four_points(totals: Totals) -> tuple[float | None, ...]:
    return (totals.current_points, totals.final_points, totals.unposted_current_points, totals.unposted_final_points)


# Random courses

scores = st.one_of(
    st.none(),
    st.integers(-5, 110).map(float),
    st.integers(0, 1100).map(lambda tenths: tenths / 10),
    st.sampled_from([0.1, 33.333, 66.66667, 1e-7, 1234567.891, 0.30000000000000004, 1e15, -0.005]),
)
possibles = st.one_of(st.none(), st.integers(0, 20).map(float), st.sampled_from([100.0, 0.5, 33.3, 12.345678, 0.1, 1e6]))
weights = st.one_of(st.none(), st.integers(0, 60).map(float), st.sampled_from([33.33, 9.9, 100.0, 12.345]))


@st.composite
def students(draw: st.DrawFn, *, rules: bool = True) -> tuple[Course, list[Work]]:
    """A course and one student's work, with every flag that the rules know."""
    group_count = draw(st.integers(1, 3))
    counts = st.integers(0, 2) if rules else st.just(0)
    nevers = st.lists(st.integers(1, 8), max_size=2).map(tuple) if rules else st.just(())
    groups = tuple(Group(index, draw(weights), draw(counts), draw(counts), draw(nevers)) for index in range(1, group_count + 1))
    periods = tuple(Period(index, draw(weights)) for index in range(1, draw(st.integers(0, 2)) + 1))
    flags = st.sampled_from([False, False, False, False, True])
    items, work = [], []
    for index in range(1, draw(st.integers(0, 8)) + 1):
        items.append(Item(index, draw(st.integers(1, group_count)), draw(possibles), draw(flags), draw(flags)))
        if not draw(flags):
            work.append(
                Work(
                    index,
                    draw(scores),
                    excused=draw(flags),
                    posted=not draw(flags),
                    pending_review=draw(flags),
                    period_id=draw(st.sampled_from([None, 1, 2])),
                    submitted_row=True,
                    entered=draw(scores),
                )
            )
    absent = [Work(each.item_id, None, period_id=each.period_id, submitted_row=False) if draw(flags) else each for each in work]
    return Course(draw(st.booleans()), groups, tuple(items), periods, draw(st.booleans())), absent


# The reference


def refer(course: Course, work: Sequence[Work], *, completed: bool = False, what_if: bool = False) -> StudentScores:
    """The same scores by following the reference word for word, one row at a time."""
    runs: dict[int | None, list[Work]] = {None: list(work)}
    for period in course.periods:
        runs[period.id] = [each for each in work if each.period_id == period.id]
    results = {key: [_refer_pass(course, part, *each[1:], completed, what_if) for each in PASSES] for key, part in runs.items()}
    totals = {key: _join([total for total, _, _ in passes]) for key, passes in results.items()}
    whole = results[None]
    groups = {each.id: _join([sums[each.id] for _, sums, _ in whole]) for each in course.groups}
    periods = {period.id: totals[period.id] for period in course.periods}
    dropped = tuple(whole[0][2]), tuple(whole[1][2])
    total = totals[None]
    if course.periods and course.periods_weighted:
        current = _combine([(periods[each.id].current_score, each.weight or 0.0) for each in course.periods])
        final = _combine([(periods[each.id].final_score or 0.0, each.weight or 0.0) for each in course.periods])
        assert final is not None
        if all(periods[each.id].current_score is None for each in course.periods):
            current = None
        total, dropped = Totals(current, final, current, final, current, final, current, final), ((), ())
    period_dropped = {
        period.id: (tuple(results[period.id][0][2]), tuple(results[period.id][1][2])) for period in course.periods
    }
    return StudentScores(total, groups, periods, *dropped, period_dropped)


def _join(passes: Sequence[tuple[float | None, float | None]]) -> Totals:
    return Totals(*(score for score, _ in passes), *(points for _, points in passes))


def _combine(shares: Sequence[tuple[float | None, float]]) -> float | None:
    counted = [(score, weight) for score, weight in shares if score is not None]
    total, weight = 0.0, 0.0
    for score, share in counted:
        total += score * share / 100
        weight += share
    if weight < 100:
        total = total * 100 / weight if weight else 0.0
    return round2(total)


def _fraction(value: float | None, digits: int = 17) -> Fraction:
    return Fraction(0) if value is None else Fraction(format(value, ".15g") if digits == 15 else repr(float(value)))


def _round(value: Fraction) -> float:
    cents = (abs(value) * 100 + Fraction(1, 2)).__floor__()
    return (cents if value > 0 else -cents) / 100


def _refer_pass(
    course: Course, work: Sequence[Work], posted: bool, current: bool, completed: bool, what_if: bool
) -> tuple[tuple[float | None, float | None], dict[int, tuple[float | None, float]], list[int]]:
    items = {item.id: item for item in course.items if not item.ignored}
    sums: dict[int, tuple[Fraction, Fraction]] = {}
    dropped: list[int] = []
    for each in course.groups:
        rows = []
        for one in work:
            item = items.get(one.item_id)
            if item is None or item.group_id != each.id:
                continue
            submission: Work | None = one if one.submitted_row else None
            value, excused = one.score, one.excused
            if what_if and one.entered is not None:
                submission, value, excused = one, one.entered, False
            else:
                if posted and not one.posted:
                    submission = None
                if current and one.pending_review:
                    submission = None
                if submission is None:
                    value, excused = None, False
            gone = (completed and submission is None) or (current and value is None) or excused or item.omit
            if not gone:
                rows.append((item, value or 0.0, submission is not None))
        pieces = [
            Piece(item.id, Decimal(repr(float(value))), Decimal(format(item.points_possible or 0.0, ".15g")))
            for item, value, _ in rows
        ]
        selection = drops.select(pieces, each.drop_lowest, each.drop_highest, each.never_drop)
        dropped += [rows[index][0].id for index in selection.dropped_lowest + selection.dropped_highest if rows[index][2]]
        sums[each.id] = (
            sum((_fraction(rows[index][1]) for index in selection.kept), Fraction(0)),
            sum((_fraction(rows[index][0].points_possible, 15) for index in selection.kept), Fraction(0)),
        )
    groups = {
        id_: (_round(earned / possible * 100) if possible > 0 else None, float(earned))
        for id_, (earned, possible) in sums.items()
    }
    return _refer_total(course, sums), groups, dropped


def _refer_total(course: Course, sums: dict[int, tuple[Fraction, Fraction]]) -> tuple[float | None, float | None]:
    if not course.weighted:
        earned = sum((one for one, _ in sums.values()), Fraction(0))
        possible = sum((one for _, one in sums.values()), Fraction(0))
        return (_round(earned / possible * 100) if possible > 0 else None), float(earned)
    relevant = [(sums[each.id], _fraction(each.weight)) for each in course.groups if sums[each.id][1] != 0]
    weight = sum((one for _, one in relevant), Fraction(0))
    if weight == 0:
        return None, None
    total = sum((earned / possible * one for (earned, possible), one in relevant), Fraction(0))
    if weight < 100:
        total = total * 100 / weight
    rounded = round2(float(total))
    return rounded, rounded
