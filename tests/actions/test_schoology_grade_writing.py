"""Grades of a section wholly replaced, entry by entry; the comments of grades, periods and the course (reference, 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.final_comments import put_final_comments
from gradewire.actions.grade_restating import (
    CLOSED,
    NOT_PUBLISHED,
    UNDER_MODERATION,
    UNKNOWN_ITEM,
    UNKNOWN_STUDENT,
    EntryResult,
)
from gradewire.actions.grading import GradeCommand
from gradewire.actions.placement import place
from gradewire.actions.submission_grading import GradingRequest, grade_or_comment
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied
from gradewire.store import tables as t
from tests.actions.schoology_school import (
    ADMIN,
    AVERAGED,
    CAL,
    ESSAY,
    HW1,
    HW3,
    JAMES_ARCHIVED,
    KURT,
    KURT_WEIGHTED,
    LARGE,
    ORORO,
    ORORO_WEIGHTED,
    TEACHER,
    TEACHER_WEIGHTED,
    TEST_1,
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


# Writing


def test_the_seed_documents_put(school: School) -> None:
    results = put(school, entry(HW3, "90001", grade=99, comment="grade submmitted"), entry(HW3, "90002", grade=76))  # type: ignore[arg-type]
    assert [one.error for one in results] == [None, None]
    first, second = record(school, HW3), record(school, HW3, KURT_WEIGHTED)
    assert first is not None
    assert second is not None
    assert (first.grade, first.comment, first.comment_status) == (99.0, "grade submmitted", None)
    assert (second.grade, second.comment) == (76.0, "")
    assert first.timestamp > 1389660005


def test_an_entry_replaces_the_whole_record(school: School) -> None:
    put(school, entry(TEST_1, comment="only this"))
    found = record(school, TEST_1)
    assert found is not None
    assert (found.grade, found.exception, found.comment, found.comment_status) == (None, 0, "only this", None)
    put(school, entry(TEST_1, exception=1))
    found = record(school, TEST_1)
    assert found is not None
    assert (found.grade, found.exception, found.comment) == (None, 1, "")
    put(school, entry(TEST_1))
    found = record(school, TEST_1)
    assert found is not None
    assert (found.grade, found.exception, found.comment) == (None, 0, "")


def test_letters_become_the_points_of_their_average(school: School) -> None:
    put(school, entry(AVERAGED, grade="A"), entry(AVERAGED, KURT_WEIGHTED, grade="F"))
    assert [one.grade for one in grades(school, item_id=AVERAGED).records] == [37.0, 10.0]
    texts = school.rows(t.submissions, t.submissions.c.assignment_id == AVERAGED, t.submissions.c.score.is_not(None))
    assert [row.grade for row in texts] == ["A", "F"]  # what Canvas clients read


def test_a_bad_entry_fails_alone(school: School) -> None:
    results = put(
        school,
        entry(HW3, grade="B+"),
        entry(ESSAY, grade="Z"),
        entry(HW3, 1, grade=5),
        entry(HW3, TEACHER_WEIGHTED, grade=5),
        entry(999, grade=5),
        entry(5699937, grade=5),
        "nonsense",
        entry(HW3, exception=7),
        entry(HW3, KURT_WEIGHTED, grade=5),
    )
    assert [one.error is None for one in results] == [False] * 8 + [True]
    assert [one.message for one in results[2:6]] == [
        f"enrollment_id {UNKNOWN_STUDENT}",
        f"enrollment_id {UNKNOWN_STUDENT}",
        f"assignment_id {UNKNOWN_ITEM}",
        f"assignment_id {UNKNOWN_ITEM}",
    ]
    assert all(one.message for one in results[:8])
    assert [(one.enrollment_id, one.grade) for one in grades(school, item_id=HW3).records] == [
        (ORORO_WEIGHTED, 9.0),
        (KURT_WEIGHTED, 5.0),
    ]


def test_of_two_entries_for_one_record_the_last_good_one_counts(school: School) -> None:
    put(school, entry(HW3, grade=1), entry(HW3, grade=2), entry(HW3, grade="no letter"))
    found = record(school, HW3)
    assert found is not None
    assert found.grade == 2.0
    assert len(school.rows(t.grade_versions, t.grade_versions.c.assignment_id == HW3, t.grade_versions.c.cause == "grade")) == 1


def test_only_who_may_grade_writes(school: School) -> None:
    for who in (ORORO, CAL):
        with pytest.raises(Denied):
            put(school, entry(HW3, grade=1), who=who)
    with pytest.raises(Denied):
        put(school, section=LARGE)
    assert put(school, entry(HW3, grade=1), who=ADMIN)[0].error is None


def test_history_events_and_scores_follow_as_from_any_grading(school: School) -> None:
    put(school, entry(HW3, grade=5), entry(HW3, KURT_WEIGHTED, exception=1))
    versions = school.rows(t.grade_versions, t.grade_versions.c.cause != "load")
    assert [(one.cause, one.score, one.old_score, one.excused, one.acting_user_id) for one in versions] == [
        ("grade", 5.0, 9.0, False, TEACHER),
        ("excuse", None, None, True, TEACHER),
    ]
    events = [json.loads(one.canvas)["body"] for one in school.rows(t.outbox)]
    told = [(one["user_id"], one["score"], one["old_score"]) for one in events if "assignment_id" in one]
    assert [(score, old) for _, score, old in told] == [(5, 9), (None, None)]
    assert finals(grades(school))[ORORO_WEIGHTED]["final"] == 67.17


def test_an_event_is_for_the_item_that_was_graded(school: School) -> None:
    put(school, entry(HW3, grade=5), entry(HW1, grade=70))
    events = [json.loads(one.canvas)["body"] for one in school.rows(t.outbox) if one.name == "grade_change"]
    assert {(one["assignment_name"], one["score"]) for one in events} == {("HW3", 5), ("HW1", 70)}


def test_writing_back_what_was_read_changes_nothing(school: School) -> None:
    before = grades(school).records
    echo = [
        entry(
            one.item_id,
            one.enrollment_id,
            grade=one.grade,
            exception=one.exception,
            comment=one.comment,
            comment_status=one.comment_status,
        )
        for one in before
    ]
    assert all(one.error is None for one in put(school, *echo))
    assert grades(school).records == before
    assert school.rows(t.grade_versions, t.grade_versions.c.cause != "load") == []
    assert school.rows(t.outbox) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"workflow_state": "unpublished"}, NOT_PUBLISHED),
        ({"moderated_grading": True, "grader_count": 1}, UNDER_MODERATION),
    ],
)
def test_an_item_that_takes_no_grades_now_fails_its_entries(school: School, values: dict[str, Any], message: str) -> None:
    school.change(t.assignments, HW3, **values)
    refused, done = put(school, entry(HW3, grade=1), entry(HW1, grade=1))
    assert (refused.message, done.error) == (message, None)


def test_in_a_closed_period_administrators_alone_grade(school: School) -> None:
    moments = {name: datetime(2014, 1, day, tzinfo=UTC) for day, name in enumerate(("start_date", "end_date", "close_date"), 1)}
    school.change(t.grading_periods, 435, **moments)
    refused, done = put(school, entry(HW3, grade=1), entry(HW1, grade=1))
    assert (refused.message, done.error) == (CLOSED, None)
    assert put(school, entry(HW3, grade=1), who=ADMIN)[0].error is None


def test_an_item_that_is_not_for_a_student_takes_no_grade_of_that_student(school: School) -> None:
    school.write(
        lambda unit: unit.connection.execute(
            sa.update(t.submissions)
            .where(t.submissions.c.assignment_id == HW3, t.submissions.c.user_id == KURT)
            .values(workflow_state="deleted")
        ),
        who=None,
    )
    (refused,) = put(school, entry(HW3, KURT_WEIGHTED, grade=1))
    assert refused.message == "assignment_id is not assigned to this student"


def test_archived_students_are_not_graded(school: School) -> None:
    (refused,) = put(school, entry(HW3, JAMES_ARCHIVED, grade=1))
    assert "enrolled" in refused.message


def test_any_enrolment_of_a_student_in_the_course_stands_for_the_student(school: School) -> None:
    def again(unit: Any) -> None:
        section = {"id": 8, "course_id": WEIGHTED, "name": "Also", "created_at": unit.now, "updated_at": unit.now}
        unit.connection.execute(sa.insert(t.course_sections).values(**section))
        values = {
            "id": 90009,
            "course_id": WEIGHTED,
            "course_section_id": 8,
            "user_id": ORORO,
            "type": "StudentEnrollment",
            "workflow_state": "active",
            "created_at": unit.now,
            "updated_at": unit.now,
        }
        unit.connection.execute(sa.insert(t.enrollments).values(**values))

    school.write(again, who=None)
    assert put(school, entry(HW3, 90009, grade=4))[0].error is None
    found = grades(school, enrollment_id=90009, item_id=HW3)
    assert [(one.enrollment_id, one.grade) for one in found.records] == [(ORORO_WEIGHTED, 4.0)]
    assert sorted(finals(grades(school))) == [ORORO_WEIGHTED, KURT_WEIGHTED]


def test_canvas_sees_an_incomplete_record_as_ungraded_and_its_grade_takes_the_mark_away(school: School) -> None:
    put(school, entry(HW1, exception=2))
    (row,) = school.rows(t.submissions, t.submissions.c.assignment_id == HW1, t.submissions.c.user_id == ORORO)
    assert (row.incomplete, row.score, row.grade) == (True, None, None)
    assert finals(grades(school))[ORORO_WEIGHTED]["p13011"] == 87.0  # 90 % of the homework left weighs 40, 85 % 60
    request = GradingRequest(command=GradeCommand(entry="70"), grades=True)
    school.write(lambda unit: grade_or_comment(unit, WEIGHTED, HW1, request=request, user_id=ORORO))
    found = record(school, HW1)
    assert found is not None
    assert (found.grade, found.exception) == (70.0, 0)


def test_groups_that_are_graded_together_share_a_grade_unless_an_entry_says_otherwise(school: School) -> None:
    def team(unit: Unit) -> None:
        stamps = {"created_at": unit.now, "updated_at": unit.now}
        unit.connection.execute(sa.insert(t.group_categories).values(id=1, course_id=WEIGHTED, name="Teams", **stamps))
        unit.connection.execute(sa.insert(t.groups).values(id=1, group_category_id=1, course_id=WEIGHTED, name="One", **stamps))
        members = [{"group_id": 1, "user_id": user_id, **stamps} for user_id in (ORORO, KURT)]
        unit.connection.execute(sa.insert(t.group_memberships), members)

    school.write(team, who=None)
    school.change(t.assignments, HW3, group_category_id=1)
    put(school, entry(HW3, grade=6.5, comment="for one"))
    shared = {one.enrollment_id: (one.grade, one.comment) for one in grades(school, item_id=HW3).records}
    assert shared == {ORORO_WEIGHTED: (6.5, "for one"), KURT_WEIGHTED: (6.5, "")}
    assert finals(grades(school))[KURT_WEIGHTED]["p435"] == 65.0
    put(school, entry(HW3, grade=7), entry(HW3, KURT_WEIGHTED, grade=2))
    assert [one.grade for one in grades(school, item_id=HW3).records] == [7.0, 2.0]
    put(school, entry(HW3, KURT_WEIGHTED, exception=1))
    assert [one.exception for one in grades(school, item_id=HW3).records] == [1, 1]


# Comments of grades


def comments(school: School, item: int = TEST_1, student: int = ORORO) -> list[tuple[str, bool, bool]]:
    (submission,) = school.rows(t.submissions, t.submissions.c.assignment_id == item, t.submissions.c.user_id == student)
    c = t.submission_comments
    found = school.rows(c, c.c.submission_id == submission.id)
    return [(one.comment, one.hidden, one.is_grade_comment) for one in found]


def test_a_comment_written_with_a_grade_is_edited_hidden_and_removed_with_it(school: School) -> None:
    put(school, entry(TEST_1, grade=18, comment="Better", comment_status=1))
    assert comments(school) == [("Better", False, True)]
    put(school, entry(TEST_1, grade=18, comment="Better"))
    assert comments(school) == [("Better", True, True)]
    put(school, entry(TEST_1, grade=18))
    assert comments(school) == []
    found = record(school, TEST_1)
    assert found is not None
    assert (found.grade, found.comment) == (18.0, "")


def test_a_comment_that_came_from_canvas_stays_there(school: School) -> None:
    def comment(unit: Any) -> None:
        c = t.submission_comments
        unit.connection.execute(sa.update(c).where(c.c.comment == "Well done").values(written_with_grade=False))

    school.write(comment, who=None)
    put(school, entry(TEST_1, grade=18, comment="Well done"))
    assert comments(school) == [("Well done", True, True)]  # the same text: shown or hidden, no more
    put(school, entry(TEST_1, grade=18, comment="Another", comment_status=1))
    assert comments(school) == [("Well done", True, False), ("Another", False, True)]
    put(school, entry(TEST_1, grade=18))
    assert comments(school) == [("Well done", True, False)]


def test_a_comment_alone_changes_the_timestamp_and_not_the_grade(school: School) -> None:
    put(school, entry(HW3, grade=9, comment="a\r\nb", comment_status=1))
    found = record(school, HW3)
    assert found is not None
    assert (found.grade, found.comment, found.comment_status) == (9.0, "a\r\nb", 1)
    assert found.timestamp > 1389660005
    assert school.rows(t.grade_versions, t.grade_versions.c.cause != "load") == []


# Comments on periods and the course


def put_comments(school: School, *entries: object, who: int = TEACHER) -> list[EntryResult]:
    return school.write(lambda unit: put_final_comments(unit, WEIGHTED, entries), who)


def said(school: School, who: int = TEACHER) -> dict[str, tuple[str, int | None]]:
    found = grades(school, who=who, enrollment_id=ORORO_WEIGHTED)
    return {one.period_id: (one.comment, one.comment_status) for one in found.finals[0].grades if one.comment}


def test_comments_on_a_period_and_on_the_course(school: School) -> None:
    results = put_comments(
        school,
        {"enrollment_id": "90001", "period_id": "435", "comment": "Great improvement!", "comment_status": "1"},
        {"enrollment_id": "90001", "period_id": "final", "comment": "Overall fine"},
    )
    assert [one.error for one in results] == [None, None]
    assert said(school) == {"p435": ("Great improvement!", 1), "final": ("Overall fine", None)}
    assert said(school, ORORO) == {"p435": ("Great improvement!", None)}
    assert finals(grades(school))[ORORO_WEIGHTED]["final"] == 87.17


def test_final_comments_are_replaced_and_taken_away(school: School) -> None:
    for comment in ("one", "two", ""):
        put_comments(school, {"enrollment_id": 90001, "period_id": "p435", "comment": comment})
        assert said(school) == ({"p435": (comment, None)} if comment else {})
    assert school.rows(t.final_comments) == []


def test_a_final_comment_that_cannot_be_fails_alone(school: School) -> None:
    results = put_comments(
        school,
        {"enrollment_id": 1, "period_id": "435", "comment": "x"},
        {"enrollment_id": 90001, "period_id": "825791", "comment": "x"},
        {"enrollment_id": 90001, "period_id": "other", "comment": "x"},
        {"enrollment_id": 90001, "period_id": "final", "comment": "y"},
    )
    assert [one.error is None for one in results] == [False, False, False, True]
    with pytest.raises(Denied):
        put_comments(school, who=ORORO)


def test_writing_takes_as_many_statements_for_5000_entries_as_for_few(database_url: str) -> None:
    """205 students on 25 items."""
    load_fixture(database_url)
    with open_school(database_url) as school:
        put_5000(school)


def put_5000(school: School) -> None:

    def more_items(unit: Any) -> None:
        groups = {"course_id": LARGE, "name": "Work", "created_at": unit.now, "updated_at": unit.now}
        group = unit.connection.execute(sa.insert(t.assignment_groups).values(**groups).returning(t.assignment_groups.c.id))
        group_id = group.scalar_one()
        unit.connection.execute(
            sa.insert(t.assignments),
            [
                {
                    "id": number,
                    "course_id": LARGE,
                    "assignment_group_id": group_id,
                    "name": f"Item {number}",
                    "points_possible": 10.0,
                    "submission_types": ["none"],
                    "calculation_options": {"grading_period": 13011},
                    "created_at": unit.now,
                    "updated_at": unit.now,
                }
                for number in range(1, 26)
            ],
        )
        unit.touch_rules(LARGE)
        place(unit, LARGE)

    school.write(more_items, who=None)
    students = [row.id for row in school.rows(t.enrollments, t.enrollments.c.course_id == LARGE)]
    entries = [entry(item, student, grade=7, comment="so") for item in range(1, 26) for student in students][:5000]
    put(school, *entries[:2], section=LARGE, who=ADMIN)  # the rules are on the shelf from now on
    with school.counting() as few:
        assert [one.error for one in put(school, *entries[2:4], section=LARGE, who=ADMIN)] == [None, None]
    with school.counting() as many:
        results = put(school, *entries, section=LARGE, who=ADMIN)
    assert len(results) == 5000
    assert all(one.error is None for one in results)
    assert len(many) == len(few) <= 30
    assert len(grades(school, LARGE, who=ADMIN).records) == 5000
