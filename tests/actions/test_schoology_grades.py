"""Grades of a section as its members see them: records, periods, the course (Schoology reference, 4.1 and 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.grade_records import GradeRecord
from gradewire.actions.grade_restating import (
    UNKNOWN_STUDENT,
)
from gradewire.core.errors import Denied, NotFound
from gradewire.store import tables as t
from tests.actions.schoology_school import (
    ADMIN,
    CAL,
    ENGLISH,
    ESSAY,
    HW1,
    HW3,
    JAMES,
    JAMES_ARCHIVED,
    KURT,
    KURT_WEIGHTED,
    LARGE,
    ORORO,
    ORORO_WEIGHTED,
    TALK,
    TEACHER,
    TEACHER_WEIGHTED,
    TEST_1,
    TRAVEL,
    WARM_UP,
    WEIGHTED,
    School,
    entry,
    finals,
    grades,
    open_school,
    put,
    record,
)
from tests.dialects.schoology_fixture import load_fixture


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    load_fixture(database_url, large=False)
    with open_school(database_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def library(module_database_url: str) -> Iterator[School]:
    """For tests that only read."""
    load_fixture(module_database_url)
    with open_school(module_database_url) as opened:
        yield opened


# Reading


def test_the_seed_documents_example(library: School) -> None:
    found = grades(library, TRAVEL)
    assert found.records == [
        GradeRecord(
            section_id=TRAVEL,
            enrollment_id=44783151,
            user_id=JAMES,
            item_id=5699937,
            grade=80.0,
            exception=0,
            max_points=100.0,
            is_final=False,
            timestamp=1389651403,
            comment="",
            comment_status=None,
            kind="assignment",
            scale_id=1,
            scale_type=0,
            category_id=4341,
        )
    ]
    assert [(one.id, one.title, one.weight) for one in found.periods] == [(13011, "Never Ending Period", 100.0)]
    (student,) = found.finals
    assert student.enrollment_id == 44783151
    assert [(one.period_id, one.grade, one.comment, one.comment_status) for one in student.grades] == [
        ("p13011", 80.0, "", None),
        ("other", None, "", None),
        ("final", 80.0, "", None),
    ]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (WEIGHTED, {"p13011": 84.33, "p435": 90.0, "other": None, "final": 87.17}),
        (ENGLISH, {"p825791": 89.5, "other": None, "final": 82.25}),
        (5002001, {"p13011": 85.0, "other": None, "final": 85.0}),
        (5002002, {"p13011": 70.0, "other": None, "final": 70.0}),
        (5002003, {"p13011": None, "other": None, "final": None}),
        (5002004, {"p13011": 80.0, "other": None, "final": 80.0}),
        (5002005, {"p13011": 90.0, "other": None, "final": 90.0}),
        (5002006, {"p13011": 92.31, "other": None, "final": 92.31}),
        (5002007, {"p13011": 70.0, "other": None, "final": 70.0}),
    ],
)
def test_periods_and_the_course_as_the_calculation_has_them(
    library: School, section: int, expected: dict[str, float | None]
) -> None:
    assert next(iter(finals(grades(library, section)).values())) == expected


def test_exceptions_read_with_an_empty_grade_and_count_as_they_should(library: School) -> None:
    missing, excused = record(library, HW1, KURT_WEIGHTED), record(library, TEST_1, KURT_WEIGHTED)
    assert missing is not None
    assert excused is not None
    assert (missing.grade, missing.exception, missing.timestamp) == (None, 3, 1389650011)
    assert (excused.grade, excused.exception) == (None, 1)
    # (0 + 50) / 150 of the homework weighs 40, 50 % of the other test 60.
    assert finals(grades(library))[KURT_WEIGHTED]["p13011"] == 43.33


def test_only_active_students_are_there_and_only_records_with_something_in_them(library: School) -> None:
    found = grades(library)
    assert sorted(finals(found)) == [ORORO_WEIGHTED, KURT_WEIGHTED]
    assert {(one.enrollment_id, one.item_id) for one in found.records if one.item_id in {HW3, ESSAY}} == {(ORORO_WEIGHTED, HW3)}
    assert grades(library, enrollment_id=JAMES_ARCHIVED).finals == []


def test_filters_combine(library: School) -> None:
    assert [one.item_id for one in grades(library, item_id=HW1).records] == [HW1, HW1]
    since = datetime.fromtimestamp(1389660000, UTC)
    assert [one.item_id for one in grades(library, since=since).records] == [HW3, WARM_UP]
    assert grades(library, since=since, enrollment_id=KURT_WEIGHTED).records == []
    assert grades(library, item_id=HW1, enrollment_id=1).records == []
    assert grades(library, item_id=5699937).records == []
    everything = grades(library).records
    assert grades(library, offset=2, limit=3).records == everything[2:5]
    assert grades(library, offset=8).records == everything[8:]


def test_a_comment_goes_with_its_grade(library: School) -> None:
    found = record(library, TEST_1)
    assert found is not None
    assert (found.grade, found.comment, found.comment_status) == (18.0, "Well done", 1)


def test_scales_discussions_and_items_without_a_category_are_told(school: School) -> None:
    put(school, entry(ESSAY, grade="B"), entry(TALK, grade=7, type="discussion"))
    essay, talk = record(school, ESSAY), record(school, TALK)
    assert essay is not None
    assert talk is not None
    assert (essay.grade, essay.scale_id, essay.scale_type, essay.kind) == (41.5, 1, 1, "assignment")
    assert (talk.grade, talk.scale_id, talk.scale_type, talk.kind) == (7.0, 1, 0, "discussion")
    midterm = next(one for one in grades(school, ENGLISH).records if one.is_final)
    assert (midterm.grade, midterm.category_id, midterm.max_points) == (9.0, 0, 12.0)


def test_an_override_of_the_course_grade_wins(database_url: str) -> None:
    overrides = [
        {"enrollment_id": 44783151, "period": "final", "grade": 99},
        {"enrollment_id": ORORO_WEIGHTED, "period": "p435", "grade": 50},
    ]
    load_fixture(database_url, {"overrides": overrides})
    with open_school(database_url) as school:
        assert finals(grades(school, TRAVEL))[44783151] == {"p13011": 80.0, "other": None, "final": 99.0}
        assert finals(grades(school))[ORORO_WEIGHTED] == {"p13011": 84.33, "p435": 50.0, "other": None, "final": 67.17}


def test_reading_takes_as_many_statements_for_many_students_as_for_few(library: School) -> None:
    counts, students = [], []
    for section in (TRAVEL, LARGE):
        grades(library, section, who=ADMIN)  # the rules are on the shelf from now on
        with library.counting() as statements:
            students.append(len(grades(library, section, who=ADMIN).finals))
        counts.append(len(statements))
    assert students == [1, 205]
    assert counts[0] == counts[1] <= 12


# Who may see what


def test_who_is_nothing_in_a_section_sees_nothing_of_it(library: School) -> None:
    with pytest.raises(Denied):
        grades(library, who=CAL)
    with pytest.raises(Denied):
        grades(library, LARGE, who=TEACHER)
    with pytest.raises(NotFound):
        grades(library, 999)
    assert len(grades(library, who=ADMIN).records) == len(grades(library).records)


def test_students_see_their_own_records_and_comments_for_them(school: School) -> None:
    put(school, entry(HW1, grade=81, comment="between us"), entry(HW3, grade=7, comment="well", comment_status=1))
    found = grades(school, who=ORORO)
    assert {one.enrollment_id for one in found.records} == {ORORO_WEIGHTED}
    by_item = {one.item_id: one for one in found.records}
    assert (by_item[HW1].grade, by_item[HW1].comment, by_item[HW1].comment_status) == (81.0, "", None)
    assert (by_item[HW3].comment, by_item[HW3].comment_status) == ("well", None)
    assert list(finals(found)) == [ORORO_WEIGHTED]


def test_grades_that_wait_to_be_published_do_not_exist_for_students(school: School) -> None:
    school.change(t.assignments, HW3, post_manually=True)
    school.write(
        lambda unit: unit.connection.execute(
            sa.update(t.submissions).where(t.submissions.c.assignment_id == HW3).values(posted_at=None)
        ),
        who=None,
    )
    put(school, entry(HW3, grade=3, comment="soon", comment_status=1), entry(HW3, KURT_WEIGHTED, exception=3))
    hidden = next(one for one in grades(school, who=ORORO).records if one.item_id == HW3)
    assert (hidden.grade, hidden.exception, hidden.comment) == (None, 0, "soon")
    assert finals(grades(school, who=ORORO))[ORORO_WEIGHTED]["p435"] is None
    assert finals(grades(school))[ORORO_WEIGHTED]["p435"] == 30.0
    assert HW3 not in {one.item_id for one in grades(school, who=KURT).records}  # not even the exception


def test_a_section_may_hide_its_grades_from_students(school: School) -> None:
    school.change(t.courses, WEIGHTED, schoology={"hide_overall_grade": True})
    assert finals(grades(school, who=ORORO))[ORORO_WEIGHTED] == {"p13011": 84.33, "p435": 90.0, "other": None, "final": None}
    school.change(t.courses, WEIGHTED, schoology={"hide_grading_period_grade": True})
    assert finals(grades(school, who=ORORO))[ORORO_WEIGHTED] == {"p13011": None, "p435": None, "other": None, "final": 87.17}
    assert finals(grades(school))[ORORO_WEIGHTED]["p13011"] == 84.33


def test_a_course_that_shows_letters_only_shows_students_no_numbers(school: School) -> None:
    school.change(t.courses, WEIGHTED, restrict_quantitative_data=True)
    found = grades(school, who=ORORO)
    assert {one.grade for one in found.records} == {None}
    assert set(finals(found)[ORORO_WEIGHTED].values()) == {None}
    assert {one.grade for one in grades(school).records} != {None}


def test_graders_of_one_section_see_and_grade_its_people_only(school: School) -> None:
    def part(unit: Any) -> None:
        values = {"id": 7, "course_id": WEIGHTED, "name": "Two", "created_at": unit.now, "updated_at": unit.now}
        unit.connection.execute(sa.insert(t.course_sections).values(**values))
        e = t.enrollments
        unit.connection.execute(sa.update(e).where(e.c.id == KURT_WEIGHTED).values(course_section_id=7))
        limited = {"course_section_id": 7, "limit_privileges_to_course_section": True}
        unit.connection.execute(sa.update(e).where(e.c.id == TEACHER_WEIGHTED).values(**limited))
        unit.touch_rules(WEIGHTED)

    school.write(part, who=None)
    assert list(finals(grades(school))) == [KURT_WEIGHTED]
    refused, done = put(school, entry(HW3, grade=1), entry(HW3, KURT_WEIGHTED, grade=1))
    assert refused.message == f"enrollment_id {UNKNOWN_STUDENT}"
    assert done.error is None


def test_graders_do_not_see_whose_anonymous_work_got_which_grade(school: School) -> None:
    school.change(t.assignments, HW1, anonymous_grading=True, post_manually=True)
    school.write(
        lambda unit: unit.connection.execute(
            sa.update(t.submissions).where(t.submissions.c.assignment_id == HW1).values(posted_at=None)
        ),
        who=None,
    )
    assert HW1 not in {one.item_id for one in grades(school).records}
