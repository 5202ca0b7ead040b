"""The grades of one student in a Schoology-style course: exact, explained (Schoology reference, 11).

``explain`` is the calculation. Its sums and quotients are exact fractions of the decimals that the doubles print as, and each
grade that is shown is rounded once. ``compute`` gives the same numbers as the score rows of the store.

Where the vendor is silent or contradicts itself, this is what we do:

* Drop lowest works per period, on items worth points; among equal percentages the lower item id goes first; one always stays.
* Factor weighs percentages too, in a category that averages them. There an item worth 0 points is ignored, also in the total
  points of a course whose categories are unweighted.
* What has weight 0 has a grade and no say. Where all that is graded has weight 0, there is no grade.
* A midterm or final enters with its exact percentage, also when grades are rounded to whole numbers.
* Excused and incomplete never count, whatever score is left. Late or missing work counts with its score if it has one (a
  missing policy may have filled it in), and missing work without a score counts 0.
* An unpublished item does not count, as in a Canvas course.
* Rounding is half away from zero, for negative grades too.
* What is not posted does not exist for who may not see it: neither its score nor its mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from msgspec import structs

from gradewire.core.numbers import divide
from gradewire.core.scoring.records import StudentScores, Totals
from gradewire.core.scoring.schoology_course import Category, Course, Grade, Item, Options, Override, Period, check_student
from gradewire.core.scoring.schoology_explanation import (
    CategoryAccount,
    ColumnAccount,
    Explanation,
    Fate,
    ItemLine,
    PeriodAccount,
    Void,
)
from gradewire.core.scoring.schoology_plan import CategoryPlan, ItemPlan, PeriodPlan, Plan, plan, read_exact
from gradewire.core.scoring.schoology_scales import Scale, letter_of_percent
from gradewire.core.scoring.schoology_sums import (
    Part,
    Sums,
    Taken,
    add_up,
    join,
    judge,
    pick_lowest,
    pool_points,
    round_grade,
    take,
    total,
    weigh,
)

__all__ = [
    "Category",
    "Course",
    "Explanation",
    "Grade",
    "Item",
    "Options",
    "Override",
    "Period",
    "Plan",
    "StudentScores",
    "compute",
    "explain",
    "plan",
]

_SHOWN: Final = Context(prec=34)


def compute(course: Course | Plan, grades: Iterable[Grade], overrides: Iterable[Override] = ()) -> StudentScores:
    """All scores of one student as a Canvas client reads them, so that both dialects show the numbers of one calculation.

    A Schoology calculation knows neither "final" nor "posted" (reference, 13). Final equals current: blank work never counts
    as 0, and where nothing is graded both are None. Current comes from posted grades, which is what students see; unposted
    from all grades, which is what teachers see. Overrides stay in columns of their own; what is here of a period or of the
    course is the computed grade, where a course grade has used its periods' overrides.

    Points repeat the score, as in a weighted Canvas course; a group's points are Σ score × factor of the work used. A group's
    score is its category's over all periods. Raises ``Invalid`` as ``explain`` does.
    """
    prepared = course if isinstance(course, Plan) else plan(course)
    grades, overrides = tuple(grades), tuple(overrides)
    unposted = explain(prepared, grades, overrides)
    posted = unposted
    if not all(grade.posted for grade in grades):
        posted = explain(prepared, grades, overrides, sees_unposted=False)
    dropped = _dropped(posted.categories)
    return StudentScores(
        course=_totals(posted.computed, unposted.computed),
        groups={
            seen.category_id: _totals(seen.grade, every.grade, _double(seen.earned), _double(every.earned))
            for seen, every in zip(posted.categories, unposted.categories, strict=True)
        },
        periods={
            seen.period_id: _totals(seen.computed, every.computed)
            for seen, every in zip(posted.periods, unposted.periods, strict=True)
            if seen.period_id is not None
        },
        dropped_current=dropped,
        dropped_final=dropped,
        period_dropped={
            period.period_id: (_dropped(period.categories),) * 2 for period in posted.periods if period.period_id is not None
        },
    )


def explain(
    course: Course | Plan, grades: Iterable[Grade], overrides: Iterable[Override] = (), *, sees_unposted: bool = True
) -> Explanation:
    """All grades of one student, each with its account. A Plan saves preparing the course again.

    A period's override enters the course grade in place of the computed one, also where nothing is graded. With
    ``sees_unposted`` false, grades that are not posted do not exist. Raises ``Invalid`` for rules and records that mean
    nothing.
    """
    prepared = course if isinstance(course, Plan) else plan(course)
    grades, overrides = tuple(grades), tuple(overrides)
    check_student(grades, overrides)
    records = {grade.item_id: grade if sees_unposted or grade.posted else _unseen(grade) for grade in grades}
    typed = {override.period_id: override.grade for override in overrides}
    options = prepared.course.options
    periods = [
        _period(period, records, prepared, None if period.period is None else typed.get(period.period.id))
        for period in prepared.periods
    ]
    columns = [_column(column, records, missing_counts=options.missing_counts) for column in prepared.columns]
    mean = weigh([part for _, part, _ in periods] + [part for _, part in columns])
    computed = round_grade(mean.value, prepared.rounding)
    override = typed.get(None)
    shown = computed if override is None else override
    return Explanation(
        periods=tuple(
            structs.replace(account, share=_shown(share))
            for (account, _, _), share in zip(periods, mean.shares[: len(periods)], strict=True)
        ),
        columns=tuple(
            structs.replace(account, share=_shown(share))
            for (account, _), share in zip(columns, mean.shares[len(periods) :], strict=True)
        ),
        other=tuple(_line(item, records.get(item.item.id), item.fate or "other") for item in prepared.other),
        categories=_whole_course(prepared.course.categories, periods),
        rounding=prepared.rounding,
        sees_unposted=sees_unposted,
        weights=_decimal(mean.weights),
        weights_applied=_decimal(mean.applied),
        exact=_shown(mean.value),
        computed=computed,
        override=override,
        grade=shown,
        letter=_letter(options.scale, shown),
        void=mean.void,
    )


def _period(
    prepared: PeriodPlan, records: Mapping[int, Grade], course: Plan, override: float | None
) -> tuple[PeriodAccount, Part, list[Sums]]:
    """A period's grade, the part it plays in the course, and the sums of its categories."""
    options = course.course.options
    by_points = options.weighting == "points"
    categories = [_category(category, records, missing_counts=options.missing_counts) for category in prepared.categories]
    sums = [each for _, each in categories]
    weights = [category.weight for category in prepared.categories]
    if by_points:
        mean = pool_points(sums)
    else:
        mean = weigh([Part(each.value, each.void, weight) for each, weight in zip(sums, weights, strict=True)])
    computed = round_grade(mean.value, course.rounding)
    shown = computed if override is None else override
    entered = mean.value
    if shown is not None and (override is not None or course.rounding == "whole"):
        entered = read_exact(shown)  # what was typed, and in a course that rounds every level what is shown (11.4, 11.5)
    account = PeriodAccount(
        period_id=None if prepared.period is None else prepared.period.id,
        title="" if prepared.period is None else prepared.period.title,
        weighting=options.weighting,
        categories=tuple(
            structs.replace(account, weight=None if by_points else _decimal(weight), share=_shown(share))
            for (account, _), weight, share in zip(categories, weights, mean.shares, strict=True)
        ),
        ungraded=tuple(_line(item, records.get(item.item.id), item.fate or "ungraded") for item in prepared.ungraded),
        earned=_decimal(total(each.earned for each in sums)),
        possible=_decimal(total(each.possible for each in sums)),
        weights=_decimal(mean.weights),
        weights_applied=_decimal(mean.applied),
        exact=_shown(mean.value),
        computed=computed,
        override=override,
        grade=shown,
        entered=_shown(entered),
        letter=_letter(options.scale, shown),
        void=mean.void,
        weight=_decimal(prepared.weight),
        share=None,
    )
    return account, Part(entered, mean.void, prepared.weight), sums


def _category(prepared: CategoryPlan, records: Mapping[int, Grade], *, missing_counts: bool) -> tuple[CategoryAccount, Sums]:
    by_percent = prepared.category.calculation == "percent"
    fates: dict[int, Fate] = {}
    counting: list[Taken] = []
    for item in prepared.items:
        fate, score = judge(item, records.get(item.item.id), missing_counts=missing_counts)
        if score is not None and not item.max_points:
            fate = "pointless" if by_percent else "extra_credit"
        if score is not None and fate != "pointless":
            counting.append(take(item, score))
        fates[item.item.id] = fate
    dropped = pick_lowest(counting, prepared.category.drop_lowest)
    fates.update(dict.fromkeys(dropped, "dropped"))
    sums = add_up(prepared.category, [taken for taken in counting if taken.item.item.id not in dropped])
    lines = tuple(_line(item, records.get(item.item.id), fates[item.item.id]) for item in prepared.items)
    return _category_account(prepared.category, sums, lines), sums


def _column(item: ItemPlan, records: Mapping[int, Grade], *, missing_counts: bool) -> tuple[ColumnAccount, Part]:
    """A midterm or final: points / max as percent, with its own weight (11.3)."""
    grade = records.get(item.item.id)
    fate, score = judge(item, grade, missing_counts=missing_counts)
    value: Fraction | None = None
    void: Void | None = "nothing_graded"
    if score is not None and item.max_points:
        value, void = 100 * score / item.max_points, None
    elif score is not None:
        fate, void = "pointless", "no_points"
    weight = read_exact(item.item.final_weight or 0)
    account = ColumnAccount(line=_line(item, grade, fate), exact=_shown(value), void=void, weight=_decimal(weight), share=None)
    return account, Part(value, void, weight)


def _whole_course(
    categories: Sequence[Category], periods: Sequence[tuple[PeriodAccount, Part, list[Sums]]]
) -> tuple[CategoryAccount, ...]:
    """Each category over all periods: what they used, drops already made, by the category's own rule."""
    return tuple(
        _category_account(
            category,
            join(category, [sums[index] for _, _, sums in periods]),
            tuple(line for account, _, _ in periods for line in account.categories[index].items),
        )
        for index, category in enumerate(categories)
    )


def _category_account(category: Category, sums: Sums, lines: tuple[ItemLine, ...]) -> CategoryAccount:
    return CategoryAccount(
        category_id=category.id,
        title=category.title,
        calculation=category.calculation,
        drop_lowest=category.drop_lowest,
        items=lines,
        earned=_decimal(sums.earned),
        possible=_decimal(sums.possible),
        percents=_decimal(sums.percents),
        factors=_decimal(sums.factors),
        exact=_shown(sums.value),
        grade=round_grade(sums.value, "hundredths"),
        void=sums.void,
        weight=None,
        share=None,
    )


def _line(item: ItemPlan, grade: Grade | None, fate: Fate) -> ItemLine:
    score = None if grade is None else grade.score
    if score is None and fate in {"used", "extra_credit", "dropped", "pointless"}:
        score = 0.0  # missing, and counted
    return ItemLine(
        item_id=item.item.id,
        title=item.item.title,
        score=score,
        max_points=item.item.max_points or 0.0,
        factor=item.item.factor,
        mark="none" if grade is None else grade.mark,
        percent=None if score is None or not item.max_points else _decimal(100 * read_exact(score) / item.max_points),
        fate=fate,
    )


def _totals(
    posted: float | None, unposted: float | None, points: float | None = None, unposted_points: float | None = None
) -> Totals:
    points, unposted_points = posted if points is None else points, unposted if unposted_points is None else unposted_points
    return Totals(posted, posted, unposted, unposted, points, points, unposted_points, unposted_points)


def _dropped(categories: Iterable[CategoryAccount]) -> tuple[int, ...]:
    return tuple(line.item_id for category in categories for line in category.items if line.fate == "dropped")


def _unseen(grade: Grade) -> Grade:
    return Grade(item_id=grade.item_id, assigned=grade.assigned)


def _letter(scale: Scale | None, grade: float | None) -> str | None:
    """The scale's name of the grade as shown: 89.995 is shown as 90 and named as 90."""
    return None if scale is None or grade is None else letter_of_percent(scale, grade)


def _double(value: Decimal) -> float:
    return divide(*value.as_integer_ratio())


def _decimal(value: Fraction) -> Decimal:
    return _SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))


def _shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else _decimal(value)
