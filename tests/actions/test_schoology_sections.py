"""What a section is made of for Schoology clients: scales, periods, categories, groups, items (reference, 6 to 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.actions import (
    grade_item_editing,
    grade_items,
    grading_categories,
    grading_groups,
    grading_scales,
    grading_standards,
    school_periods,
    section_periods,
)
from gradewire.actions.grade_items import Item, ItemPage
from gradewire.actions.grading_standards import Context
from gradewire.actions.school_periods import PeriodChanges
from gradewire.actions.section_periods import PeriodChoice
from gradewire.core.errors import Denied, Invalid, NotFound, Refused
from gradewire.core.scoring.schoology_scales import PointsLevel
from gradewire.store import tables as t
from tests.actions.schoology_school import (
    ADMIN,
    AVERAGED,
    CAL,
    ENGLISH,
    ESSAY,
    HW1,
    HW3,
    KURT,
    KURT_WEIGHTED,
    ORORO,
    ORORO_WEIGHTED,
    TALK,
    TEACHER,
    TEACHER_WEIGHTED,
    TEST_1,
    WARM_UP,
    WEIGHTED,
    School,
    entry,
    finals,
    grades,
    open_school,
    put,
)
from tests.dialects.schoology_fixture import SCHOOL, load_fixture


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    load_fixture(database_url, large=False)
    with open_school(database_url) as opened:
        yield opened


def final(school: School, enrollment: int = ORORO_WEIGHTED) -> dict[str, float | None]:
    return finals(grades(school))[enrollment]


# Scales


def test_the_scales_of_a_section_are_those_of_its_school(school: School) -> None:
    classic, averaged, points = school.read(lambda unit: grading_scales.list_for_section(unit, WEIGHTED), ORORO)
    assert [one.id for one in (classic, averaged, points)] == [1, 500, 96033]
    assert [(level.grade, level.cutoff, level.average) for level in classic.levels[:2]] == [("F", 0.0, 0.0), ("D-", 60.0, 60.0)]
    assert [(level.grade, level.average) for level in averaged.levels] == [("F", 25.0), ("C", 62.5), ("B", 80.0), ("A", 92.5)]
    assert (points.kind, points.hide_numeric) == ("points", True)
    assert points.points_levels[0] == PointsLevel(points=3.0, description="three points")
    assert [level.points for level in points.points_levels] == [3.0, 2.0, 1.0]
    with pytest.raises(NotFound):
        school.read(lambda unit: grading_scales.show(unit, WEIGHTED, 2))
    with pytest.raises(Denied):
        school.read(lambda unit: grading_scales.list_for_section(unit, WEIGHTED), CAL)


def test_a_scale_of_points_is_no_grading_standard_for_canvas_clients(school: School) -> None:
    context = Context("account", SCHOOL)
    found, total = school.read(lambda unit: grading_standards.list_own(unit, context, offset=0, limit=10), ADMIN)
    assert ([one.id for one in found], total) == ([1, 500], 2)
    with pytest.raises(NotFound):
        school.read(lambda unit: grading_standards.show(unit, context, 96033), ADMIN)


# Periods


def test_periods_of_a_section_carry_its_weights(school: School) -> None:
    found = school.read(lambda unit: section_periods.list_for_section(unit, WEIGHTED), ORORO)
    assert [(one.id, one.title, one.weight) for one in found] == [
        (13011, "Never Ending Period", 50.0),
        (435, "Fall 2013", 50.0),
    ]
    assert found[1].start_date == datetime(2013, 9, 1, tzinfo=UTC)


def choose(school: School, *wanted: PeriodChoice, who: int = TEACHER) -> list[int]:
    found = school.write(lambda unit: section_periods.choose(unit, WEIGHTED, wanted), who)
    return [one.id for one in found]


def test_a_section_has_the_periods_it_chooses_and_its_items_no_others(school: School) -> None:
    assert choose(school, PeriodChoice(435, 30.0), PeriodChoice(825791)) == [435, 825791]
    assert final(school) == {"p435": 90.0, "p825791": None, "other": None, "final": 90.0}
    rows = school.rows(t.submissions, t.submissions.c.user_id == ORORO, t.submissions.c.assignment_id.in_([HW1, HW3]))
    assert [row.grading_period_id for row in rows] == [None, 435]
    assert choose(school, PeriodChoice(13011), PeriodChoice(435)) == [13011, 435]
    # The period that left lost its weight and has that of its set, 100; the other one kept its 30.
    assert final(school)["final"] == 85.64


@pytest.mark.parametrize("wanted", [[PeriodChoice(5)], [PeriodChoice(435), PeriodChoice(435)], [PeriodChoice(435, -1.0)]])
def test_a_choice_of_periods_that_cannot_be_is_refused(school: School, wanted: list[PeriodChoice]) -> None:
    with pytest.raises(Invalid):
        choose(school, *wanted)
    with pytest.raises(Denied):
        choose(school, PeriodChoice(435), who=ORORO)


FALL = PeriodChanges(
    title="Fall 2030", start_date=datetime(2030, 9, 1, tzinfo=UTC), end_date=datetime(2030, 12, 31, tzinfo=UTC)
)


def test_administrators_keep_the_periods_of_the_school(school: School) -> None:
    found = school.read(school_periods.list_for_school, ADMIN)
    assert [one.id for one in found] == [13011, 435, 825791]
    for title, starts_with, ids in (("fall 2013", False, [435]), ("fall", False, []), ("Fall", True, [435])):
        wanted = partial(school_periods.list_for_school, title=title, starts_with=starts_with)
        assert [one.id for one in school.read(wanted, ADMIN)] == ids
    made = school.write(lambda unit: school_periods.create(unit, FALL), ADMIN)  # it overlaps another one, as it may
    assert school.read(lambda unit: school_periods.show(unit, made.id), ADMIN) == made
    renamed = school.write(lambda unit: school_periods.update(unit, made.id, PeriodChanges(title="Autumn")), ADMIN)
    assert (renamed.title, renamed.end_date) == ("Autumn", FALL.end_date)
    school.write(lambda unit: school_periods.delete(unit, made.id), ADMIN)
    with pytest.raises(NotFound):
        school.read(lambda unit: school_periods.show(unit, made.id), ADMIN)


@pytest.mark.parametrize(
    "changes",
    [{"title": "fall 2013"}, {"title": "  "}, {"title": "x" * 256}, {"end_date": datetime(2030, 8, 1, tzinfo=UTC)}],
)
def test_a_period_has_a_title_of_its_own_and_ends_after_it_starts(school: School, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        school.write(lambda unit: school_periods.create(unit, replace(FALL, **changes)), ADMIN)


def test_a_period_that_sections_use_stays(school: School) -> None:
    with pytest.raises(Refused):
        school.write(lambda unit: school_periods.delete(unit, 435), ADMIN)
    for who in (TEACHER, ORORO):
        with pytest.raises(Denied):
            school.read(school_periods.list_for_school, who)


def test_grades_of_past_periods_of_a_school_are_not_frozen(school: School) -> None:
    past = PeriodChanges(title="Past", start_date=datetime(2001, 1, 1, tzinfo=UTC), end_date=datetime(2002, 1, 1, tzinfo=UTC))
    made = school.write(lambda unit: school_periods.create(unit, past), ADMIN)
    choose(school, PeriodChoice(made.id))
    school.write(lambda unit: grade_item_editing.update(unit, WEIGHTED, HW1, {"grading_period": made.id}))
    assert put(school, entry(HW1, grade=10))[0].error is None


# Categories


def categories(school: School, section: int = WEIGHTED) -> list[grading_categories.Category]:
    return school.read(lambda unit: grading_categories.list_for_section(unit, section))


def test_the_place_of_items_without_a_category_is_no_category(school: School) -> None:
    assert [(one.id, one.title, one.delta, one.calculation, one.weight) for one in categories(school)] == [
        (7001, "Homework", 0, "points", 40.0),
        (7002, "Tests", 1, "percent", 60.0),
    ]
    assert [one.id for one in categories(school, ENGLISH)] == [38619838]


def test_new_categories_have_the_documented_defaults_and_fail_alone(school: School) -> None:
    results = school.write(
        lambda unit: grading_categories.create_many(
            unit,
            WEIGHTED,
            [
                {"title": "Experiments", "weight": 100},
                {"title": "In-class Work", "calculation_type": "1", "drop_lowest": "2", "default_max_points": 20},
                {"title": " "},
                {"title": "Bad scale", "default_grading_scale_id": 7},
            ],
        )
    )
    first, second = results[0].category, results[1].category
    assert first is not None
    assert second is not None
    assert (first.calculation, first.drop_lowest, first.weight, first.default_max_points) == ("points", 0, 100.0, 100.0)
    assert (second.calculation, second.drop_lowest, second.default_max_points, second.delta) == ("percent", 2, 20.0, 3)
    assert [one.error is None for one in results] == [True, True, False, False]
    assert [one.title for one in categories(school)] == ["Homework", "Tests", "Experiments", "In-class Work"]


def test_a_changed_category_counts_at_once(school: School) -> None:
    changed = school.write(lambda unit: grading_categories.update(unit, WEIGHTED, 7001, {"weight": "10", "title": "Home work"}))
    assert (changed.title, changed.weight, changed.calculation) == ("Home work", 10.0, "points")
    assert final(school)["p13011"] == 84.76  # (83.33 × 10 + 85 × 60) / 70
    results = school.write(
        lambda unit: grading_categories.update_many(
            unit, WEIGHTED, [{"id": 7002, "calculation_type": 2}, {"id": 38619838, "weight": 1}, {"weight": 2}]
        )
    )
    assert [one.error is None for one in results] == [True, False, False]
    assert final(school)["p13011"] == 82.93


def test_items_of_a_deleted_category_stay_and_no_longer_count(school: School) -> None:
    school.write(lambda unit: grading_categories.delete(unit, WEIGHTED, 7002))
    assert [one.id for one in categories(school)] == [7001]
    assert school.read(lambda unit: grade_items.show(unit, WEIGHTED, TEST_1)).category_id == 0
    found = grades(school, item_id=TEST_1, enrollment_id=ORORO_WEIGHTED).records[0]
    assert (found.grade, found.category_id) == (18.0, 0)
    assert final(school)["p13011"] == 83.33
    school.write(lambda unit: grading_categories.delete(unit, WEIGHTED, 7001))
    assert final(school)["final"] is None
    assert len(school.rows(t.assignment_groups, t.assignment_groups.c.name == "Ungraded")) == 2  # one of the other section
    for number in (7001, 38619838):
        with pytest.raises(NotFound):
            school.write(partial(grading_categories.delete, course_id=WEIGHTED, category_id=number))


def test_only_who_manages_items_changes_categories(school: School) -> None:
    with pytest.raises(Denied):
        school.write(lambda unit: grading_categories.create_many(unit, WEIGHTED, [{"title": "x"}]), ORORO)
    with pytest.raises(Denied):
        school.write(lambda unit: grading_categories.delete(unit, WEIGHTED, 7001), ORORO)


# Grading groups


def test_grading_groups_are_enrolments_of_students(school: School) -> None:
    members = ["90001", 90002]
    results = school.write(
        lambda unit: grading_groups.create_many(
            unit, WEIGHTED, [{"title": "Both", "members": members}, {"title": "Bad", "members": [TEACHER_WEIGHTED]}, {}]
        )
    )
    assert [one.error is None for one in results] == [True, False, False]
    group = results[0].group
    assert group is not None
    assert (group.title, group.members) == ("Both", [ORORO_WEIGHTED, KURT_WEIGHTED])
    changed = school.write(lambda unit: grading_groups.update(unit, WEIGHTED, group.id, {"members": "90002"}))
    assert school.read(lambda unit: grading_groups.list_for_section(unit, WEIGHTED)) == [changed]
    assert (changed.title, changed.members) == ("Both", [KURT_WEIGHTED])
    school.write(lambda unit: grading_groups.delete(unit, WEIGHTED, group.id))
    with pytest.raises(NotFound):
        school.read(lambda unit: grading_groups.show(unit, WEIGHTED, group.id))
    with pytest.raises(Denied):
        school.read(lambda unit: grading_groups.list_for_section(unit, WEIGHTED), ORORO)


# Items


def page(school: School, section: int = WEIGHTED, who: int = TEACHER, **wanted: Any) -> ItemPage:
    options = {"discussions": False, "offset": 0, "limit": 20, **wanted}
    return school.read(lambda unit: grade_items.list_for_section(unit, section, **options), who)


def make(school: School, section: int = WEIGHTED, **sent: Any) -> Item:
    return school.write(lambda unit: grade_item_editing.create(unit, section, sent))


def change(school: School, item: int, **sent: Any) -> Item:
    return school.write(lambda unit: grade_item_editing.update(unit, WEIGHTED, item, sent))


def test_an_item_as_the_documentation_shows_it(school: School) -> None:
    found = school.read(lambda unit: grade_items.show(unit, WEIGHTED, ESSAY))
    assert found.due_at == datetime(2013, 10, 27, 23, 59, tzinfo=UTC)
    assert (found.title, found.zone, found.kind) == ("Essay", "UTC", "assignment")
    assert (found.scale_id, found.scale_type, found.period_id, found.category_id) == (1, 1, 435, 7002)
    assert (found.max_points, found.factor, found.is_final, found.final_weight) == (50.0, 1.0, False, None)
    assert (found.show_comments, found.grade_stats, found.allow_dropbox, found.allow_discussion) == (False, False, True, True)
    assert (found.published, found.available, found.dropbox_locked, found.assignees) == (True, True, False, None)
    assert (found.count_in_grade, found.collected_only, found.auto_publish_grades) == (True, False, True)


def test_items_come_by_due_date_midterms_last_discussions_on_request(school: School) -> None:
    found = page(school)
    assert [one.id for one in found.items] == [81001, 81002, 81003, 81004, HW3, WARM_UP, ESSAY, AVERAGED]
    assert (found.total, found.more) == (8, False)
    assert page(school, discussions=True).items[-1].id == TALK
    assert page(school, discussions=True).items[-1].kind == "discussion"
    first = page(school, ENGLISH, limit=2)
    assert [one.id for one in first.items] == [2942251001, 2942255624, 2979142114]  # the limit is for each of the two kinds
    assert (first.total, first.more) == (5, True)
    second = page(school, ENGLISH, offset=2, limit=2)
    assert ([one.id for one in second.items], second.more) == ([3067588818, 2986748754], False)


def test_a_list_of_items_takes_as_many_statements_for_many_as_for_one(school: School) -> None:
    counts = []
    for limit in (1, 20):
        page(school, limit=limit)
        with school.counting() as statements:
            page(school, limit=limit)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


def test_a_new_item_has_what_was_sent_and_the_documented_defaults(school: School) -> None:
    made = make(school, title="HW9", max_points=12.5, grading_category=7001, grading_period=435, published=0)
    assert (made.title, made.max_points, made.category_id, made.period_id) == ("HW9", 12.5, 7001, 435)
    assert (made.published, made.factor, made.is_final, made.due_at) == (False, 1.0, False, None)
    assert (made.allow_dropbox, made.count_in_grade, made.auto_publish_grades) == (True, True, True)
    bare = make(school, title="Bare")
    assert (bare.max_points, bare.category_id, bare.period_id, bare.scale_id, bare.published) == (100.0, 0, 0, 0, True)


def test_a_new_item_begins_as_its_category_says(school: School) -> None:
    changes = {"default_max_points": 40, "default_grading_scale_id": 500}
    school.write(lambda unit: grading_categories.update(unit, WEIGHTED, 7001, changes))
    made = make(school, title="Letters", grading_category=7001)
    assert (made.max_points, made.scale_id) == (40.0, 500)
    assert make(school, title="Own", grading_category=7001, max_points=5, grading_scale=0).scale_id == 0


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"title": " "},
        {"title": "x", "grading_scale": 5},
        {"title": "x", "grading_category": 38619838},
        {"title": "x", "grading_period": 825791},
        {"title": "x", "assignees": [TEACHER_WEIGHTED]},
        {"title": "x", "grading_group_ids": [5]},
        {"title": "x", "due": "tomorrow"},
        {"title": "x" * 256},
    ],
)
def test_an_item_that_cannot_be_is_refused_and_not_made(school: School, sent: dict[str, Any]) -> None:
    before = len(school.rows(t.assignments))
    with pytest.raises(Invalid):
        make(school, **sent)
    assert len(school.rows(t.assignments)) == before


def test_a_changed_item_counts_at_once(school: School) -> None:
    assert change(school, HW3, max_points="20").max_points == 20.0
    assert final(school)["p435"] == 45.0
    assert change(school, HW3, count_in_grade=0).count_in_grade is False
    assert final(school)["p435"] is None
    assert change(school, HW3, count_in_grade=1, grading_period=13011).period_id == 13011
    assert final(school) == {"p13011": 82.53, "p435": None, "other": None, "final": 82.53}
    assert change(school, HW3, grading_period=0, factor=2).factor == 2.0
    assert final(school)["p13011"] == 84.33


def test_an_item_may_become_a_midterm_be_collected_only_or_have_no_category(school: School) -> None:
    assert change(school, HW1, is_final=1).is_final
    assert final(school)["p13011"] == 87.0
    assert change(school, HW1, is_final=0, collected_only=1).collected_only
    assert final(school)["p13011"] == 87.0
    assert change(school, HW1, collected_only=0, grading_category=0).category_id == 0
    assert final(school)["p13011"] == 87.0


def test_scales_of_items_come_and_go(school: School) -> None:
    assert (change(school, HW3, grading_scale=96033).scale_type, change(school, HW3, grading_scale=500).scale_type) == (3, 1)
    (row,) = school.rows(t.assignments, t.assignments.c.id == HW3)
    assert (row.grading_type, row.grading_standard_id) == ("letter_grade", 500)
    assert change(school, HW3, grading_scale=0).scale_id == 0
    (row,) = school.rows(t.assignments, t.assignments.c.id == HW3)
    assert (row.grading_type, row.grading_standard_id) == ("points", None)
    assert final(school)["p435"] == 90.0


def test_an_item_for_some_students_is_for_no_others(school: School) -> None:
    assert change(school, HW3, assignees=[str(KURT_WEIGHTED)]).assignees == (KURT_WEIGHTED,)
    assert final(school)["p435"] is None
    assert put(school, entry(HW3, grade=5))[0].error is not None
    assert [one.id for one in page(school, who=ORORO).items if one.id == HW3] == []
    assert next(one for one in page(school, who=KURT).items if one.id == HW3).assignees == (KURT_WEIGHTED,)
    assert change(school, HW3, assignees=[KURT_WEIGHTED, ORORO_WEIGHTED]).assignees == (ORORO_WEIGHTED, KURT_WEIGHTED)
    assert final(school)["p435"] == 90.0  # the grade came back with the student
    assert change(school, HW3, assignees=[]).assignees is None
    assert len(school.rows(t.assignment_overrides, t.assignment_overrides.c.workflow_state == "active")) == 0


def test_an_item_for_a_grading_group_is_for_its_members(school: School) -> None:
    (made,) = school.write(
        lambda unit: grading_groups.create_many(unit, WEIGHTED, [{"title": "One", "members": [KURT_WEIGHTED]}])
    )
    assert made.group is not None
    item = change(school, HW3, grading_group_ids=[made.group.id])
    assert (item.assignees, item.grading_group_ids) == ((KURT_WEIGHTED,), (made.group.id,))
    item = change(school, HW3, grading_group_ids=[])
    assert (item.assignees, item.grading_group_ids) == (None, ())


def test_what_only_schoology_shows_is_kept(school: School) -> None:
    changed = change(
        school, HW1, show_comments=1, grade_stats="1", allow_dropbox="0", allow_discussion=0, auto_publish_grades=0
    )
    assert (changed.show_comments, changed.grade_stats, changed.allow_dropbox, changed.allow_discussion) == (
        True,
        True,
        False,
        False,
    )
    assert changed.auto_publish_grades is False
    (row,) = school.rows(t.assignments, t.assignments.c.id == HW1)
    assert (row.post_manually, row.submission_types) == (True, ["none"])
    assert change(school, HW1, allow_dropbox=1).allow_dropbox
    assert change(school, HW1, title="Renamed").show_comments


def test_students_see_published_items_alone(school: School) -> None:
    change(school, ESSAY, published=0)
    assert ESSAY not in {one.id for one in page(school, who=ORORO).items}
    assert ESSAY in {one.id for one in page(school).items}
    with pytest.raises(NotFound):
        school.read(lambda unit: grade_items.show(unit, WEIGHTED, ESSAY), ORORO)
    with pytest.raises(Denied):
        page(school, who=CAL)
    with pytest.raises(Denied):
        school.write(lambda unit: grade_item_editing.update(unit, WEIGHTED, HW1, {"title": "x"}), ORORO)


def test_a_deleted_item_takes_its_grades_along(school: School) -> None:
    school.write(lambda unit: grade_item_editing.delete(unit, WEIGHTED, HW3))
    assert grades(school, item_id=HW3).records == []
    assert final(school)["p435"] is None
    for item in (HW3, 5699937):
        with pytest.raises(NotFound):
            school.write(partial(grade_item_editing.delete, course_id=WEIGHTED, item_id=item))
