"""One student's scores: sections 2 to 4, 6 and 7 of the reference, one test per rule."""

from __future__ import annotations

import math
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.scoring.canvas import Course, Group, Item, Period, Totals, Work, compute, plan
from tests.core.scoring.courses import course, four, four_points, group, refer, score, simple, students
from tests.core.test_numbers import CORE

TWO = (Item(1, 1, 10.0), Item(2, 1, 10.0))


def two(first: Work, second: Work, *, completed: bool = False, what_if: bool = False) -> tuple[float | None, ...]:
    return four(compute(course(*TWO), [first, second], completed=completed, what_if=what_if).course)


EIGHT = Work(1, 8.0, posted=True)


# Section 2


def test_an_item_without_work_is_not_assigned_and_does_not_exist_for_the_student() -> None:
    assert four(compute(course(*TWO), [EIGHT]).course) == (80.0, 80.0, 80.0, 80.0)


def test_unassigned_items_do_not_use_up_drops() -> None:
    rules = group(lowest=1)
    scores = compute(course(*TWO, Item(3, 1, 10.0), groups=(rules,)), [EIGHT, Work(2, 4.0, posted=True)])
    assert four(scores.course) == (80.0,) * 4
    assert (scores.dropped_current, scores.dropped_final) == ((2,), (2,))


def test_an_ignored_item_is_left_out_of_every_pass() -> None:
    anonymous = course(Item(1, 1, 10.0), Item(2, 1, 10.0, ignored=True))
    assert four(compute(anonymous, [EIGHT, Work(2, 0.0, posted=True)]).course) == (80.0,) * 4


def test_work_of_unknown_items_and_items_of_unknown_groups_do_not_count() -> None:
    scores = compute(course(*TWO, Item(3, 99, 10.0)), [EIGHT, Work(3, 0.0, posted=True), Work(77, 0.0, posted=True)])
    assert four(scores.course) == (80.0,) * 4


# Section 3


def test_ungraded_work_is_ignored_by_current_and_zero_in_final() -> None:
    assert two(EIGHT, Work(2, None, posted=True)) == (80.0, 40.0, 80.0, 40.0)


def test_unposted_work_counts_zero_in_the_posted_final_score() -> None:
    assert two(EIGHT, Work(2, 10.0)) == (80.0, 40.0, 90.0, 90.0)


def test_unposted_excused_work_counts_zero_in_the_posted_final_score() -> None:
    assert two(EIGHT, Work(2, None, excused=True)) == (80.0, 40.0, 80.0, 80.0)
    assert two(EIGHT, Work(2, 3.0, excused=True)) == (80.0, 40.0, 80.0, 80.0)


def test_excused_work_is_left_out() -> None:
    assert two(EIGHT, Work(2, 3.0, excused=True, posted=True)) == (80.0,) * 4
    assert two(EIGHT, Work(2, None, excused=True, posted=True)) == (80.0,) * 4


def test_pending_review_is_out_of_current_and_in_final_with_its_score() -> None:
    assert two(EIGHT, Work(2, 3.0, posted=True, pending_review=True)) == (80.0, 55.0, 80.0, 55.0)
    assert two(EIGHT, Work(2, None, posted=True, pending_review=True)) == (80.0, 40.0, 80.0, 40.0)


def test_pending_review_hides_an_excusal_from_nobody() -> None:
    assert two(EIGHT, Work(2, 3.0, posted=True, pending_review=True, excused=True)) == (80.0,) * 4


def test_a_missing_submission_row_is_zero_in_final() -> None:
    assert two(EIGHT, Work(2, None, submitted_row=False)) == (80.0, 40.0, 80.0, 40.0)


def test_completed_enrolments_lose_rows_without_a_submission() -> None:
    assert two(EIGHT, Work(2, None, submitted_row=False), completed=True) == (80.0,) * 4


def test_completed_enrolments_lose_unposted_work_in_the_posted_final_score() -> None:
    assert two(EIGHT, Work(2, 10.0), completed=True) == (80.0, 80.0, 90.0, 90.0)


def test_completed_enrolments_keep_ungraded_submissions_as_zero() -> None:
    assert two(EIGHT, Work(2, None, posted=True), completed=True) == (80.0, 40.0, 80.0, 40.0)
    assert two(EIGHT, Work(2, None), completed=True) == (80.0, 80.0, 80.0, 40.0)


def test_completed_enrolments_keep_pending_review_in_final() -> None:
    assert two(EIGHT, Work(2, 2.0, posted=True, pending_review=True), completed=True) == (80.0, 50.0, 80.0, 50.0)


def test_omitted_work_is_left_out() -> None:
    omitting = course(Item(1, 1, 10.0), Item(2, 1, 10.0, omit=True))
    assert four(compute(omitting, [EIGHT, Work(2, 0.0, posted=True)]).course) == (80.0,) * 4
    assert four(compute(omitting, [EIGHT, Work(2, 0.0)]).course) == (80.0,) * 4


def test_excused_and_omitted_work_uses_up_no_drop() -> None:
    items = (Item(1, 1, 10.0), Item(2, 1, 10.0), Item(3, 1, 10.0, omit=True), Item(4, 1, 10.0))
    work = [EIGHT, Work(2, 4.0, posted=True), Work(3, 0.0, posted=True), Work(4, None, excused=True, posted=True)]
    scores = compute(course(*items, groups=(group(lowest=1),)), work)
    assert four(scores.course) == (80.0,) * 4
    assert scores.dropped_final == (2,)


def test_nothing_graded_is_null_in_current_and_zero_in_final() -> None:
    assert two(Work(1, None, posted=True), Work(2, None)) == (None, 0.0, None, 0.0)


def test_nothing_possible_is_null() -> None:
    assert four(score((None, 0.0)).course) == (None,) * 4
    assert four(compute(course(), []).course) == (None,) * 4
    assert four_points(compute(course(), []).course) == (0.0,) * 4


def test_a_real_zero_is_not_null() -> None:
    assert two(Work(1, 0.0, posted=True), Work(2, None)) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "work",
    [
        Work(2, None, entered=10.0),
        Work(2, 3.0, entered=10.0),
        Work(2, 3.0, excused=True, posted=True, entered=10.0),
        Work(2, 3.0, pending_review=True, entered=10.0),
        Work(2, None, submitted_row=False, entered=10.0),
    ],
)
def test_what_if_scores_are_seen_by_every_pass(work: Work) -> None:
    assert two(EIGHT, work, what_if=True) == (90.0,) * 4
    assert two(EIGHT, work, what_if=True, completed=True) == (90.0,) * 4
    without = compute(course(*TWO), [EIGHT, work])
    assert 90.0 not in four(without.course)


def test_what_if_leaves_work_without_an_entered_score_alone() -> None:
    assert two(EIGHT, Work(2, 10.0), what_if=True) == two(EIGHT, Work(2, 10.0))


def test_what_if_scores_can_be_dropped_and_zero_counts() -> None:
    scores = compute(course(*TWO, groups=(group(lowest=1),)), [EIGHT, Work(2, 10.0, entered=0.0)], what_if=True)
    assert four(scores.course) == (80.0,) * 4
    assert scores.dropped_current == (2,)


# Section 4


def test_unweighted_totals_add_up_points_and_groups_without_points_are_extra_credit() -> None:
    groups = (Group(1, None), Group(2, 50.0))
    work = [Work(1, 8.0, posted=True), Work(2, 3.0, posted=True)]
    scores = compute(course(Item(1, 1, 10.0), Item(2, 2, 0.0), groups=groups), work)
    assert four(scores.course) == (110.0,) * 4
    assert four_points(scores.course) == (11.0,) * 4
    assert four(scores.groups[2]) == (None,) * 4
    assert four_points(scores.groups[2]) == (3.0,) * 4


def test_points_exist_without_a_score() -> None:
    scores = score((7.0, 0.0))
    assert scores.course == Totals(None, None, None, None, 7.0, 7.0, 7.0, 7.0)


def test_null_possible_counts_zero() -> None:
    assert four(score((8.0, 10.0), (2.0, None)).course) == (100.0,) * 4


def weigh(*groups: tuple[float | None, float | None, float | None]) -> Totals:
    """A weighted course of groups of one item each: (weight, score, possible points)."""
    parts = tuple(Group(index, weight) for index, (weight, _, _) in enumerate(groups))
    items = [Item(index, index, possible) for index, (_, _, possible) in enumerate(groups)]
    work = [Work(index, score, posted=True) for index, (_, score, _) in enumerate(groups)]
    return compute(course(*items, groups=parts, weighted=True), work).course


def test_weights_apply_to_unrounded_ratios() -> None:
    assert weigh((50.0, 1.0, 3.0), (50.0, 1.0, 3.0)).current_score == 33.33
    assert weigh((50.0, 1.0, 3.0), (50.0, 2.0, 3.0)).current_score == 50.0
    assert weigh((9.9, 75.0, 100.0), (23.1, 53.75, 100.0)).current_score == 60.13


def test_weights_below_100_are_scaled_up_and_above_never_down() -> None:
    assert weigh((50.0, 10.0, 10.0), (40.0, 0.0, 40.0)).final_score == 55.56
    assert weigh((60.0, 10.0, 10.0), (44.0, 10.0, 10.0)).current_score == 104.0
    assert weigh((100.0, 10.0, 10.0), (50.0, 10.0, 10.0)).current_score == 150.0


def test_groups_without_possible_points_leave_with_weight_and_points() -> None:
    assert weigh((50.0, 8.0, 10.0), (50.0, 5.0, 0.0)).current_score == 80.0
    assert weigh((50.0, 8.0, 10.0), (50.0, None, 10.0)) == Totals(80.0, 40.0, 80.0, 40.0, 80.0, 40.0, 80.0, 40.0)


@pytest.mark.parametrize("weight", [0.0, None, math.nan])
def test_no_weight_at_all_is_null(weight: float | None) -> None:
    assert weigh((weight, 8.0, 10.0)) == Totals()
    assert weigh((weight, 8.0, 10.0), (50.0, None, 10.0)).current_score is None
    assert weigh((weight, 8.0, 10.0), (50.0, None, 10.0)).final_score == 0.0


def test_weighted_without_any_possible_points_is_null() -> None:
    assert weigh((50.0, 8.0, 0.0)) == Totals()
    assert compute(course(weighted=True), []).course == Totals()


def test_weighted_points_repeat_the_score() -> None:
    assert four_points(weigh((40.0, 7.0, 8.0), (60.0, 1.0, 3.0))) == four(weigh((40.0, 7.0, 8.0), (60.0, 1.0, 3.0)))


def test_negative_scores_are_summed_as_they_are() -> None:
    assert four(score((-5.0, 10.0), (2.0, 10.0)).course) == (-15.0,) * 4
    assert four_points(score((-5.0, 10.0)).course) == (-5.0,) * 4


# Numbers


@pytest.mark.parametrize(
    ("earned", "possible", "expected"),
    [
        (701.0, 800.0, 87.63),
        (1.005, 100.0, 1.01),
        (89.995, 100.0, 90.0),
        (89.994, 100.0, 89.99),
        (0.005, 100.0, 0.01),
        (-0.125, 100.0, -0.13),
        (-0.0001, 100.0, 0.0),
        (1.0, 3.0, 33.33),
        (2.0, 3.0, 66.67),
        (1e-300, 100.0, 0.0),
        (1e300, 1e300, 100.0),
        (66.66666666666667, 100.0, 66.67),
    ],
)
def test_scores_are_rounded_half_away_from_zero_once(earned: float, possible: float, expected: float) -> None:
    assert four(score((earned, possible)).course) == (expected,) * 4
    assert weigh((100.0, earned, possible)).current_score == expected
    assert weigh((10.0, earned, possible)).current_score == expected


def test_sums_are_exact() -> None:
    assert four_points(score(*[(0.1, 1.0)] * 10).course) == (1.0,) * 4
    assert four_points(score((0.1, 1.0), (0.2, 1.0)).course) == (0.3,) * 4
    assert score(*[(33.333333, 33.3)] * 3).course.current_points == 99.999999


def test_possible_points_have_15_significant_digits() -> None:
    assert score((0.3, 0.1 + 0.2)).course.current_score == 100.0
    assert score((3.0, 0.1 + 0.2)).course.current_score == 1000.0


def test_numbers_that_no_double_holds_do_not_crash() -> None:
    assert score((1e308, 1.0), (1e308, 1e-300)).course.current_score == sys.float_info.max
    assert weigh((50.0, 1e308, 1e-300)).current_score == sys.float_info.max
    assert weigh((50.0, -1e308, 1e-300)).current_score == -sys.float_info.max


@pytest.mark.parametrize("seed", range(2))
def test_no_finite_numbers_crash(seed: int) -> None:
    randomness = random.Random(seed)  # noqa: S311 - the same courses every time
    pool = [0.0, 1.0, -1.0, 5e-324, 1e-300, 1.7e308, -1.7e308, 1e150, 1e-10, 0.1, 100.0, 1e16, 123456789.123]
    for _ in range(100):
        pick = randomness.choice
        rules = Group(1, pick([0.0, 50.0, 1e-300, 1e308, -5.0]), pick([0, 1, 2]), pick([0, 1]), (pick([1, 2]),))
        items = [Item(index, 1, pick(pool)) for index in range(4)]
        work = [Work(index, pick([None, *pool]), posted=pick([True, False]), period_id=1) for index in range(4)]
        extreme = course(
            *items,
            groups=[rules],
            weighted=pick([True, False]),
            periods=[Period(1, pick([1e308, -3.0])), Period(2, pick([1e308, 1.0]))],
            periods_weighted=pick([True, False]),
        )
        assert all(value is None or math.isfinite(value) for value in four(compute(extreme, work).course))


# Sections 6 and 7

HALVES = (Period(1, 50.0), Period(2, 50.0))


def in_periods(*work: tuple[float | None, int | None], periods: tuple[Period, ...] = HALVES, weighted: bool = True) -> Course:
    items = [Item(index, 1, 10.0) for index in range(len(work))]
    return course(*items, periods=periods, periods_weighted=weighted)


def periodic(
    *work: tuple[float | None, int | None], periods: tuple[Period, ...] = HALVES, weighted: bool = True, posted: bool = True
) -> tuple[float | None, ...]:
    done = [Work(index, score, posted=posted, period_id=period) for index, (score, period) in enumerate(work)]
    return four(compute(in_periods(*work, periods=periods, weighted=weighted), done).course)


def test_unweighted_periods_leave_the_course_score_to_all_work() -> None:
    assert periodic((10.0, 1), (5.0, 2), (0.0, None), weighted=False) == (50.0,) * 4


def test_weighted_periods_make_the_course_score_and_other_work_does_not_count() -> None:
    assert periodic((10.0, 1), (5.0, 2), (0.0, None)) == (75.0,) * 4


def test_weighted_periods_start_from_rounded_scores() -> None:
    items = (Item(1, 1, 3.0), Item(2, 1, 3.0))
    work = [Work(1, 1.0, posted=True, period_id=1), Work(2, 1.0, posted=True, period_id=2)]
    heavy = course(*items, periods=(Period(1, 200.0), Period(2, 100.0)), periods_weighted=True)
    assert compute(heavy, work).course.current_score == 99.99


def test_an_ungraded_period_leaves_current_and_is_zero_in_final() -> None:
    assert periodic((8.0, 1), (None, 2)) == (80.0, 40.0, 80.0, 40.0)
    assert periodic((8.0, 1)) == (80.0, 40.0, 80.0, 40.0)


def test_nothing_graded_in_any_period() -> None:
    assert periodic((None, 1), (None, 2)) == (None, 0.0, None, 0.0)
    assert periodic() == (None, 0.0, None, 0.0)


def test_period_weights_that_sum_to_zero_make_zero() -> None:
    zero = (Period(1, 0.0), Period(2, None))
    assert periodic((8.0, 1), (6.0, 2), periods=zero) == (0.0,) * 4
    assert periodic((None, 1), periods=zero) == (None, 0.0, None, 0.0)


def test_period_weights_above_100_are_not_scaled_down() -> None:
    assert periodic((10.0, 1), (10.0, 2), periods=(Period(1, 100.0), Period(2, 50.0))) == (150.0,) * 4


def test_period_weights_below_100_are_scaled_up() -> None:
    assert periodic((10.0, 1), (5.0, 2), periods=(Period(1, 30.0), Period(2, 10.0))) == (87.5,) * 4


def test_course_scores_of_weighted_periods_use_posted_scores_even_where_called_unposted() -> None:
    weighted = in_periods((10.0, 1), (5.0, 2))
    work = [Work(0, 10.0, posted=True, period_id=1), Work(1, 5.0, period_id=2)]
    scores = compute(weighted, work)
    assert four(scores.course) == (100.0, 50.0, 100.0, 50.0)
    assert four_points(scores.course) == four(scores.course)
    assert four(scores.periods[2]) == (None, 0.0, 50.0, 50.0)


def test_groups_are_those_of_the_whole_course_and_drop_rules_run_once_per_run() -> None:
    rules = group(lowest=1)
    items = [Item(index, 1, 10.0) for index in range(4)]
    work = [Work(index, score, posted=True, period_id=1 + index // 2) for index, score in enumerate((2.0, 10.0, 4.0, 6.0))]
    split = course(*items, groups=(rules,), periods=HALVES)
    scores = compute(split, work)
    assert four(scores.course) == (66.67,) * 4
    assert four(scores.groups[1]) == (66.67,) * 4
    assert four(scores.periods[1]) == (100.0,) * 4
    assert four(scores.periods[2]) == (60.0,) * 4
    assert scores.dropped_current == (0,)
    assert scores.period_dropped == {1: ((0,), (0,)), 2: ((2,), (2,))}
    weighted = compute(course(*items, groups=(rules,), periods=HALVES, periods_weighted=True), work)
    assert weighted.course.current_score == 80.0
    assert weighted.groups == scores.groups
    assert (weighted.dropped_current, weighted.dropped_final) == ((), ())
    assert weighted.period_dropped == scores.period_dropped


def test_group_weights_apply_inside_a_period() -> None:
    groups = (Group(1, 80.0), Group(2, 20.0))
    work = [Work(1, 5.0, posted=True, period_id=1), Work(2, 10.0, posted=True, period_id=2)]
    scores = compute(course(Item(1, 1, 10.0), Item(2, 2, 10.0), groups=groups, weighted=True, periods=HALVES), work)
    assert scores.course.current_score == 60.0
    assert scores.periods[1].current_score == 50.0
    assert scores.periods[2].current_score == 100.0


def test_dropped_items_are_those_with_a_submission_that_the_pass_sees() -> None:
    items = [Item(index, 1, 10.0) for index in range(1, 5)]
    work = [EIGHT, Work(2, 1.0), Work(3, None, submitted_row=False), Work(4, 2.0, posted=True, pending_review=True)]
    scores = compute(course(*items, groups=(group(lowest=3),)), work)
    assert scores.course.final_score == 80.0
    assert scores.dropped_current == ()
    assert scores.dropped_final == (4,)


# Against the slow reference


@settings(CORE, max_examples=400)
@given(students(), st.booleans(), st.booleans())
def test_scores_equal_the_slow_reference(student: tuple[Course, list[Work]], completed: bool, what_if: bool) -> None:
    assert compute(*student, completed=completed, what_if=what_if) == refer(*student, completed=completed, what_if=what_if)


@settings(CORE, max_examples=100)
@given(students())
def test_a_plan_gives_the_same(student: tuple[Course, list[Work]]) -> None:
    assert compute(plan(student[0]), student[1]) == compute(*student)


@settings(CORE, max_examples=100)
@given(students(rules=False), st.randoms(use_true_random=False))
def test_the_order_of_work_does_not_matter(student: tuple[Course, list[Work]], shuffled: random.Random) -> None:
    mixed = list(student[1])
    shuffled.shuffle(mixed)
    assert compute(student[0], mixed) == compute(*student)


@settings(CORE, max_examples=200)
@given(students())
def test_posted_and_unposted_agree_when_everything_is_posted(student: tuple[Course, list[Work]]) -> None:
    posted = [Work(each.item_id, each.score, each.excused, True, each.pending_review, each.period_id) for each in student[1]]
    totals = compute(student[0], posted).course
    assert (totals.current_score, totals.final_score) == (totals.unposted_current_score, totals.unposted_final_score)


def test_simple_builds_what_it_says() -> None:
    built, work = simple((1.0, 2.0), (3.0, 4.0))
    assert [item.points_possible for item in built.items] == [2.0, 4.0]
    assert [each.item_id for each in work] == [1, 2]
