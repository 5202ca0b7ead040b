"""All grades of a person: by section and period, who may know them, filters, pages (Schoology reference, 5 and 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.placement import place
from gradewire.actions.scores import recompute
from gradewire.actions.unit import Unit
from gradewire.actions.user_grades import SectionOfUser, UserFilter, UserGrades, user_grades
from gradewire.core.errors import Denied, NotFound
from gradewire.store import tables as t
from tests.actions.schoology_school import (
    ADMIN,
    CAL,
    ENGLISH,
    HW1,
    HW3,
    JAMES,
    JAMES_ARCHIVED,
    KURT,
    LARGE,
    MARY,
    ORORO,
    ORORO_WEIGHTED,
    TEACHER,
    TRAVEL,
    WARM_UP,
    WEIGHTED,
    School,
    entry,
    open_school,
    put,
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


def ask(school: School, user: int, who: int | None = TEACHER, **wanted: Any) -> UserGrades:
    return school.read(lambda unit: user_grades(unit, user, UserFilter(**wanted)), who)


def section(school: School, user: int, number: int, who: int | None = TEACHER, **wanted: Any) -> SectionOfUser:
    (found,) = ask(school, user, who, section_id=number, **wanted).sections
    return found


def items(found: SectionOfUser) -> dict[str, list[int]]:
    return {period.period_id: [record.item_id for record in period.records] for period in found.periods}


def grades(found: SectionOfUser) -> dict[str, float | None]:
    return {final.period_id: final.grade for final in found.finals}


def test_the_seed_documents_example(library: School) -> None:
    (found,) = ask(library, JAMES).sections
    assert (found.section_id, found.enrollment_id) == (TRAVEL, 44783151)
    (period,) = found.periods
    assert (period.period_id, period.title) == ("p13011", "Never Ending Period")
    assert [(one.item_id, one.grade, one.timestamp, one.comment) for one in period.records] == [(5699937, 80.0, 1389651403, "")]
    of_period, course = found.finals
    assert (of_period.period_id, of_period.grade, of_period.weight) == ("p13011", 80.0, 100.0)
    assert of_period.categories == ((3081, None), (4341, 80.0))
    assert (course.period_id, course.grade, course.weight, course.categories) == ("final", 80.0, None, None)
    assert found.categories == ((3081, "e.g. Homework"), (4341, "xtra points"))


def test_weighted_categories_by_points_and_by_percent_then_weighted_periods(library: School) -> None:
    found = section(library, ORORO, WEIGHTED)
    assert [(one.period_id, one.grade, one.weight, one.categories) for one in found.finals] == [
        ("p13011", 84.33, 50.0, ((7001, 83.33), (7002, 85.0))),
        ("p435", 90.0, 50.0, ((7001, 90.0), (7002, None))),
        ("final", 87.17, None, None),
    ]


def test_every_item_is_listed_graded_or_not_and_those_without_a_period_last(library: School) -> None:
    found = section(library, MARY, ENGLISH)
    assert items(found) == {"p825791": [2942251001, 2942255624], "other": [3067588818, 2986748754]}
    ungraded = found.periods[1].records[1]
    assert (ungraded.grade, ungraded.exception, ungraded.timestamp, ungraded.comment) == (None, 0, 0, None)


def test_a_midterm_is_a_column_in_points_before_the_periods(library: School) -> None:
    found = section(library, MARY, ENGLISH)
    assert [(one.period_id, one.grade, one.weight) for one in found.finals] == [
        ("a2979142114", 9.0, 50.0),
        ("p825791", 89.5, 50.0),
        ("final", 82.25, None),
    ]


def test_active_enrolments_unless_all_are_asked_for(library: School) -> None:
    assert [one.section_id for one in ask(library, JAMES).sections] == [TRAVEL]
    everything = ask(library, JAMES, include_all=True)
    assert [(one.section_id, one.enrollment_id) for one in everything.sections] == [
        (WEIGHTED, JAMES_ARCHIVED),
        (TRAVEL, 44783151),
    ]
    assert everything.total == 2
    page = ask(library, JAMES, include_all=True, offset=1, limit=1)
    assert ([one.section_id for one in page.sections], page.total) == ([TRAVEL], 2)
    assert ask(library, JAMES, include_all=True, offset=2, limit=1).sections == []


def test_who_is_a_student_nowhere_has_no_sections(library: School) -> None:
    for who in (TEACHER, ADMIN, None):
        assert ask(library, TEACHER, who) == UserGrades([], 0)


def test_a_section_where_the_person_is_not_is_empty(library: School) -> None:
    assert ask(library, ORORO, section_id=TRAVEL) == UserGrades([], 0)
    assert ask(library, ORORO, section_id=999) == UserGrades([], 0)


def test_changed_since(library: School) -> None:
    found = section(library, ORORO, WEIGHTED, since=datetime.fromtimestamp(1389660000, UTC))
    assert items(found) == {"p435": [HW3], "other": [WARM_UP]}
    assert section(library, ORORO, WEIGHTED, since=datetime.fromtimestamp(1389660007, UTC)).periods == ()


def test_periods_may_be_chosen(library: School) -> None:
    chosen = section(library, ORORO, WEIGHTED, period_ids=frozenset({"p435"}))
    assert list(items(chosen)) == ["p435"]
    assert grades(chosen) == {"p435": 90.0}
    last = section(library, MARY, ENGLISH, period_ids=frozenset({"other", "final"}))
    assert list(items(last)) == ["other"]
    assert grades(last) == {"final": 82.25}


def test_who_may_know_whose_grades(library: School) -> None:
    assert [one.section_id for one in ask(library, ORORO, who=ORORO).sections] == [WEIGHTED]
    for who, user in ((ORORO, JAMES), (CAL, ORORO), (JAMES, TEACHER), (TEACHER, 600001)):
        with pytest.raises(Denied):
            ask(library, user, who)
    assert [one.section_id for one in ask(library, 600001, ADMIN).sections] == [LARGE]
    with pytest.raises(NotFound):
        ask(library, 5)


def test_a_teacher_sees_the_sections_that_are_taught_and_no_others(school: School) -> None:
    teaching = t.enrollments.c
    condition = sa.and_(teaching.user_id == TEACHER, teaching.course_id == WEIGHTED)
    statement = sa.update(t.enrollments).where(condition).values(workflow_state="deleted")
    school.write(lambda unit: unit.connection.execute(statement), who=None)
    with pytest.raises(Denied):
        ask(school, ORORO)
    assert [one.section_id for one in ask(school, JAMES, include_all=True).sections] == [TRAVEL]
    assert [one.section_id for one in ask(school, JAMES, ADMIN, include_all=True).sections] == [WEIGHTED, TRAVEL]


def observe(school: School, student: int) -> None:
    """Mary observes a student of the weighted section."""

    def action(unit: Unit) -> None:
        values = {"course_id": WEIGHTED, "course_section_id": WEIGHTED, "user_id": MARY, "associated_user_id": student}
        stamps = {"type": "ObserverEnrollment", "created_at": unit.now, "updated_at": unit.now}
        unit.connection.execute(sa.insert(t.enrollments).values(**values, **stamps))

    school.write(action, who=None)


def test_parents_see_what_their_children_see(school: School) -> None:
    observe(school, ORORO)
    put(school, entry(HW1, ORORO_WEIGHTED, grade=80, comment="hidden"))
    (mine,), (theirs,) = ask(school, ORORO, ORORO).sections, ask(school, ORORO, MARY).sections
    assert mine == theirs
    assert "hidden" not in {record.comment for period in theirs.periods for record in period.records}
    with pytest.raises(Denied):
        ask(school, KURT, MARY)


def test_students_see_what_is_posted_and_not_hidden(school: School) -> None:
    school.change(t.assignments, HW3, post_manually=True)
    unpost = sa.update(t.submissions).where(t.submissions.c.assignment_id == HW3).values(posted_at=None)
    school.write(lambda unit: unit.connection.execute(unpost), who=None)
    put(school, entry(HW3, ORORO_WEIGHTED, grade=3))
    mine = section(school, ORORO, WEIGHTED, ORORO)
    record = next(one for period in mine.periods for one in period.records if one.item_id == HW3)
    assert (record.grade, record.timestamp, record.comment) == (None, 0, None)
    assert grades(mine)["p435"] is None
    assert mine.finals[1].categories == ((7001, None), (7002, None))
    assert section(school, ORORO, WEIGHTED).finals[1].categories == ((7001, 30.0), (7002, None))
    assert items(section(school, ORORO, WEIGHTED, ORORO, since=datetime.fromtimestamp(1389660006, UTC))) == {"other": [WARM_UP]}


def test_a_section_may_hide_its_grades_from_students(school: School) -> None:
    school.change(t.courses, WEIGHTED, schoology={"hide_overall_grade": True, "hide_grading_period_grade": True})
    mine = section(school, ORORO, WEIGHTED, ORORO)
    assert set(grades(mine).values()) == {None}
    assert {grade for final in mine.finals for _, grade in final.categories or ()} == {None}
    assert grades(section(school, ORORO, WEIGHTED))["final"] == 87.17


def test_graders_do_not_see_which_anonymous_work_is_somebodys(school: School) -> None:
    school.change(t.assignments, HW3, anonymous_grading=True, post_manually=True)
    unpost = sa.update(t.submissions).where(t.submissions.c.assignment_id == HW3).values(posted_at=None)
    school.write(lambda unit: unit.connection.execute(unpost), who=None)
    assert HW3 not in items(section(school, ORORO, WEIGHTED))["p435"]
    assert HW3 in items(section(school, ORORO, WEIGHTED, ORORO))["p435"]


def test_unpublished_items_are_not_there(school: School) -> None:
    school.change(t.assignments, HW3, workflow_state="unpublished")
    assert HW3 not in items(section(school, ORORO, WEIGHTED))["p435"]


def test_a_section_by_the_canvas_calculation_shows_its_numbers(school: School) -> None:
    school.change(t.courses, WEIGHTED, calculation="canvas")
    school.write(lambda unit: recompute(unit, WEIGHTED), who=None)
    found = section(school, ORORO, WEIGHTED)
    of_period = found.finals[0]
    # Canvas sums points in every group: 125 / 150 weighs 40, 58 / 70 weighs 60.
    assert of_period.categories == ((7001, 83.33), (7002, 82.86))
    assert of_period.grade == 83.05


def test_an_answer_takes_as_many_statements_for_40_sections_as_for_one(school: School) -> None:
    """Warm or cold."""

    def more(unit: Unit) -> None:
        (course,) = unit.connection.execute(sa.select(t.courses).where(t.courses.c.id == WEIGHTED)).mappings()
        (group,) = unit.connection.execute(sa.select(t.assignment_groups).where(t.assignment_groups.c.id == 7001)).mappings()
        (item,) = unit.connection.execute(sa.select(t.assignments).where(t.assignments.c.id == HW1)).mappings()
        for number in range(1, 40):
            values = {"id": number, "name": f"Section {number}", "uuid": f"u{number}", "sis_course_id": None}
            unit.connection.execute(sa.insert(t.courses).values(**{**course, **values}))
            stamps = {"created_at": unit.now, "updated_at": unit.now}
            unit.connection.execute(sa.insert(t.course_sections).values(id=number, course_id=number, name="One", **stamps))
            enrolled = {"user_id": ORORO, "type": "StudentEnrollment"}
            where = {"course_id": number, "course_section_id": number}
            unit.connection.execute(sa.insert(t.enrollments).values(id=number, **where, **enrolled, **stamps))
            unit.connection.execute(sa.insert(t.assignment_groups).values(**{**group, "id": number, "course_id": number}))
            here = {"id": number, "course_id": number, "assignment_group_id": number}
            unit.connection.execute(sa.insert(t.assignments).values(**{**item, **here}))
            place(unit, number)
            recompute(unit, number)

    def count(**wanted: Any) -> int:
        with school.counting() as statements:
            ask(school, ORORO, who=ADMIN, **wanted)
        return len(statements)

    ask(school, ORORO, who=ADMIN)
    one = count()
    school.write(more, who=None)
    school.world.shelf = type(school.world.shelf)()
    cold = count(since=datetime.now(UTC) - timedelta(days=1))
    found = ask(school, ORORO, who=ADMIN)
    assert len(found.sections) == 40
    assert {len(each.finals) for each in found.sections} == {3}
    assert cold == count() <= 25
    school.world.shelf = type(school.world.shelf)()
    assert count(section_id=WEIGHTED) == cold
    assert one <= cold
