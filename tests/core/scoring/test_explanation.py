"""The account of a computation: recorded by the computation itself, complete, and readable."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings

from gradewire.core.numbers import round2
from gradewire.core.scoring.canvas import Course, Group, Item, Period, Work, compute, explain
from gradewire.core.scoring.explanation import (
    CountedRow,
    DroppedRow,
    ExcludedRow,
    Names,
    PassAccount,
    PeriodShare,
    render_text,
)
from tests.core.scoring.courses import course, group, students
from tests.core.test_numbers import CORE

ITEMS = tuple(Item(index, 1, 10.0, omit=index == 6) for index in range(1, 8))
WORK = [
    Work(1, 8.0, posted=True),
    Work(2, 2.0, posted=True),
    Work(3, 9.0),
    Work(4, None, posted=True),
    Work(5, 5.0, posted=True, excused=True),
    Work(6, 5.0, posted=True),
    Work(7, 6.0, posted=True, pending_review=True),
]
SEVERAL = course(*ITEMS, Item(8, 2, 0.0), groups=(group(1, 30.0, lowest=1), group(2, 50.0), group(3, None)), weighted=True)


def test_an_account_says_what_happened_to_every_row() -> None:
    explanation = explain(SEVERAL, [*WORK, Work(8, 3.0, posted=True)])
    [run] = explanation.runs
    assert [account.name for account in run.passes] == ["current", "final", "unposted_current", "unposted_final"]
    current, final = run.passes[0].groups[0], run.passes[1].groups[0]
    assert current.kept == (CountedRow(1, 8.0, 10.0),)
    assert current.dropped == (DroppedRow(CountedRow(2, 2.0, 10.0), "lowest"),)
    assert current.excluded == (
        ExcludedRow(3, "unposted"),
        ExcludedRow(4, "ungraded"),
        ExcludedRow(5, "excused"),
        ExcludedRow(6, "omitted"),
        ExcludedRow(7, "pending review"),
    )
    assert final.dropped == (DroppedRow(CountedRow(4, 0.0, 10.0, "ungraded"), "lowest"),)
    assert CountedRow(3, 0.0, 10.0, "unposted") in final.kept
    assert CountedRow(7, 6.0, 10.0) in final.kept
    assert [row.item_id for row in final.excluded] == [5, 6]


def test_missing_rows_are_named() -> None:
    work = [Work(1, 8.0, posted=True), Work(2, None, submitted_row=False)]
    unfinished = explain(course(*ITEMS[:2]), work).runs[0].passes[1].groups[0]
    assert CountedRow(2, 0.0, 10.0, "no submission") in unfinished.kept
    finished = explain(course(*ITEMS[:2]), work, completed=True).runs[0].passes[1].groups[0]
    assert finished.excluded == (ExcludedRow(2, "no submission"),)


def test_an_account_has_sums_weights_and_the_exact_value() -> None:
    account = explain(SEVERAL, [*WORK, Work(8, 3.0, posted=True)]).runs[0].passes[1]
    first, second, third = account.groups
    assert (first.score_sum, first.possible_sum, first.exact, first.percent) == (16.0, 40.0, "40", 40.0)
    assert (second.score_sum, second.possible_sum, second.exact, second.weight_given) == (3.0, 0.0, None, 50.0)
    assert (third.score_sum, third.weight_given) == (0.0, 0.0)
    assert (account.weight_sum, account.rescaled, account.exact, account.score) == (30.0, True, "40", 40.0)


def test_an_exact_value_that_goes_on_is_cut() -> None:
    account = explain(course(Item(1, 1, 3.0)), [Work(1, 2.0, posted=True)]).runs[0].passes[0]
    assert account.exact == "66.666666666666666667..."
    assert (account.score, account.points, account.weight_sum, account.rescaled) == (66.67, 2.0, None, False)


def test_weighted_periods_are_accounted_for() -> None:
    periods = (Period(1, 50.0), Period(2, None))
    weighted = course(Item(1, 1, 10.0), Item(2, 1, 10.0), periods=periods, periods_weighted=True)
    explanation = explain(weighted, [Work(1, 8.0, posted=True, period_id=1), Work(2, None, period_id=2)])
    assert [run.period_id for run in explanation.runs] == [None, 1, 2]
    assert explanation.from_periods is not None
    assert explanation.from_periods.shares == (PeriodShare(1, 50.0, 80.0, 80.0), PeriodShare(2, 0.0, None, 0.0))
    assert (explanation.from_periods.current_weight_sum, explanation.from_periods.final_weight_sum) == (50.0, 50.0)
    assert (explanation.from_periods.current_exact, explanation.scores.course.current_score) == ("80.0", 80.0)


@settings(CORE, max_examples=200)
@given(students())
def test_an_explanation_has_the_scores_that_compute_gives_and_adds_up(student: tuple[Course, list[Work]]) -> None:
    """Also: passes that ``compute`` takes for the same are computed one by one here, and come out the same."""
    explanation = explain(*student)
    assert explanation.scores == compute(*student)
    for run in explanation.runs:
        for account in run.passes:
            check(student[0], account)
    assert render_text(explanation, Names())


def check(course: Course, account: PassAccount) -> None:
    ids = {item.id for item in course.items}
    for each, rules in zip(account.groups, course.groups, strict=True):
        rows = [*each.kept, *(dropped.row for dropped in each.dropped)]
        assert {row.item_id for row in rows} | {row.item_id for row in each.excluded} <= ids
        assert len(each.dropped) <= max(rules.drop_lowest, 0) + max(rules.drop_highest, 0)
        assert each.score_sum == float(sum((Fraction(repr(row.score)) for row in each.kept), Fraction(0)))
    if account.exact is not None and not account.exact.endswith("..."):
        assert account.score == round2(float(account.exact))


TEXT = """\
Course
  Current score: 80 %
    Homework: 8 of 10 points = 80 %, weight 30
      Essay: 8 of 10
      #2: 2 of 10: dropped (lowest)
      #3: left out (unposted)
      #4: left out (ungraded)
      #5: left out (excused)
      #6: left out (omitted)
      #7: left out (pending review)
    #2: 3 of 0 points, left out of the total with its weight
      #8: 3 of 0
    #3: 0 of 0 points, left out of the total with its weight
    Weights that count: 30, scaled up to 100
    Exactly 80 %, rounded to 80 %
  Final score: 40 %
    Homework: 16 of 40 points = 40 %, weight 30
      Essay: 8 of 10
      #2: 2 of 10
      #3: 0 of 10 (unposted, counts as 0)
      #7: 6 of 10
      #4: 0 of 10 (ungraded, counts as 0): dropped (lowest)
      #5: left out (excused)
      #6: left out (omitted)
"""


def test_the_text_is_for_people() -> None:
    text = render_text(explain(SEVERAL, [*WORK, Work(8, 3.0, posted=True)]), Names(items={1: "Essay"}, groups={1: "Homework"}))
    assert text.startswith(TEXT)


def test_the_text_says_when_unposted_passes_are_the_same() -> None:
    text = render_text(explain(course(Item(1, 1, 3.0)), [Work(1, 2.0, posted=True)]), Names())
    assert "  Current score: 66.67 % (2 points)\n" in text
    assert "  Current score with unposted work: the same, 66.67 %\n" in text


def test_the_text_of_periods() -> None:
    weighted = course(Item(1, 1, 10.0), groups=(Group(1, None),), periods=(Period(1, 40.0),), periods_weighted=True)
    text = render_text(explain(weighted, [Work(1, 7.0, posted=True, period_id=1)]), Names(periods={1: "Fall"}))
    assert text.startswith("All work\n")
    assert "\nGrading period Fall\n" in text
    assert text.endswith(
        "Course, from the scores of its grading periods\n"
        "  Fall: weight 40, current 70 %, final 70 %\n"
        "  Current score: weights that count 40 (scaled up to 100); 70.0 %, rounded to 70 %\n"
        "  Final score: weights that count 40 (scaled up to 100); 70.0 %, rounded to 70 %\n"
    )


def test_the_text_of_nothing() -> None:
    text = render_text(explain(course(), []), Names())
    assert "  Current score: none (0 points)\n" in text
    assert "    No possible points: no score\n" in text
    assert "Weights that count: 0: no score" in render_text(explain(course(weighted=True), []), Names())
