"""People, sections and the catalogue below the Schoology dialect: what only the database shows, how many statements an answer
takes, and who sees whom (Schoology reference, 10)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import (
    access_codes,
    catalog_courses,
    course_editing,
    enrollment_imports,
    institution,
    school_sections,
    school_user_editing,
    school_users,
    section_enrolling,
    section_members,
)
from gradewire.actions.course_editing import CourseChanges
from gradewire.actions.section_members import Wanted
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.core.errors import Denied, Invalid, NotFound, Refused
from gradewire.core.institution import read
from gradewire.core.school_user_changes import PersonChanges
from gradewire.store import tables as t
from tests.actions.schoology_school import (
    ADMIN,
    JAMES,
    KURT,
    LARGE,
    MARY,
    ORORO,
    TEACHER,
    TRAVEL,
    WEIGHTED,
    School,
    open_school,
)
from tests.dialects.schoology_fixture import SCHOOL, load_fixture

COURSE, LAB = 1407691, 1407700


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    load_fixture(database_url)
    with open_school(database_url) as found:
        yield found


def load(school: School, document: dict[str, Any]) -> None:
    """Load a piece of an institution file into the school."""
    files = [read("more.yaml", json.dumps({"format": 1, **document}).encode())]
    write(school.world, Asker(System()), lambda unit: institution.load(unit, files, secret_key="k" * 32))


# The catalogue.


def test_a_course_made_through_canvas_stands_in_the_catalogue(school: School) -> None:
    def make(code: str) -> int:
        changes = CourseChanges(name=f"Course {code}", course_code=code)
        return school.write(lambda unit: course_editing.create(unit, SCHOOL, changes, offer=True), ADMIN).row.id

    first, second, known = make("NEW"), make("NEW"), make("CC106")
    (entry,) = school.rows(t.catalog_courses, t.catalog_courses.c.course_code == "NEW")
    assert (entry.title, entry.account_id) == ("Course NEW", SCHOOL)
    found = {row.id: row.catalog_course_id for row in school.rows(t.courses)}
    assert (found[first], found[second], found[known]) == (entry.id, entry.id, COURSE)
    listed = school.read(lambda unit: school_sections.list_for_course(unit, entry.id, offset=0, limit=20), ADMIN)
    assert [one.rules.course.id for one in listed[0]] == [first, second]


def test_a_course_brings_a_deleted_entry_of_its_code_back(school: School) -> None:
    changes = CourseChanges(name="Once", course_code="ONCE")
    made = school.write(lambda unit: course_editing.create(unit, SCHOOL, changes), ADMIN).row.id
    (entry,) = school.rows(t.catalog_courses, t.catalog_courses.c.course_code == "ONCE")
    with pytest.raises(Refused):
        school.write(lambda unit: catalog_courses.delete(unit, entry.id), ADMIN)
    school.write(lambda unit: course_editing.end(unit, made, "delete"), ADMIN)
    school.write(lambda unit: catalog_courses.delete(unit, entry.id), ADMIN)
    with pytest.raises(NotFound):
        school.read(lambda unit: catalog_courses.show(unit, entry.id), ADMIN)
    school.write(lambda unit: course_editing.create(unit, SCHOOL, changes), ADMIN)
    assert school.read(lambda unit: catalog_courses.show(unit, entry.id), ADMIN).row.workflow_state == "active"


# Statements.


def _counted(school: School, run: Callable[[], object]) -> int:
    run()  # what is kept by the process is kept now
    with school.counting() as statements:
        run()
    return len(statements)


@pytest.mark.parametrize("name", ["users", "courses", "sections of a course", "sections of a person", "enrollments"])
def test_a_list_takes_as_many_statements_for_few_rows_as_for_many(school: School, name: str) -> None:
    def ask(unit: Unit, limit: int) -> object:
        match name:
            case "users":
                return school_users.list_for_school(unit, role_ids=[1214], offset=0, limit=limit)
            case "courses":
                return catalog_courses.list_for_school(unit, offset=0, limit=limit)
            case "sections of a course":
                return school_sections.list_for_course(unit, LAB if limit > 2 else COURSE, offset=0, limit=limit)
            case "sections of a person":
                return school_sections.list_for_user(unit, TEACHER if limit > 2 else ORORO)
            case _:
                return section_members.list_for_section(unit, LARGE, Wanted(), offset=0, limit=limit)

    few = _counted(school, lambda: school.read(lambda unit: ask(unit, 2), ADMIN))
    many = _counted(school, lambda: school.read(lambda unit: ask(unit, 200), ADMIN))
    assert few == many


def test_enrolling_takes_as_many_statements_for_two_people_as_for_fifty(school: School) -> None:
    def enroll(first: int, last: int) -> list[str]:
        sent = [{"uid": uid, "status": 1} for uid in range(first, last)]
        with school.counting() as statements:
            results = school.write(lambda unit: section_enrolling.enroll_many(unit, TRAVEL, sent), ADMIN)
        assert all(one.error is None and one.is_new for one in results)
        return statements

    enroll(600100, 600101)
    assert len(enroll(600001, 600003)) == len(enroll(600003, 600053))


def test_changing_and_ending_take_as_many_statements_for_two_people_as_for_fifty(school: School) -> None:
    def change(first: int, last: int) -> list[str]:
        sent = [{"id": number, "status": 2} for number in range(first, last)]
        with school.counting() as statements:
            school.write(lambda unit: section_enrolling.change_many(unit, LARGE, sent), ADMIN)
        return statements

    def end(first: int, last: int) -> list[str]:
        ids = list(range(first, last))
        with school.counting() as statements:
            results = school.write(lambda unit: section_enrolling.end_many(unit, ids), ADMIN)
        assert all(one.error is None for one in results)
        return statements

    change(700001, 700002)
    assert len(change(700001, 700003)) == len(change(700003, 700053))
    assert len(end(700001, 700003)) == len(end(700003, 700053))


def test_importing_takes_as_many_statements_for_two_people_as_for_fifty(school: School) -> None:
    def run(first: int, last: int) -> list[str]:
        sent = [{"section_school_code": "SI200", "school_uid": f"p{number}"} for number in range(first, last)]
        with school.counting() as statements:
            results = school.write(lambda unit: enrollment_imports.import_members(unit, sent), ADMIN)
        assert all(one.result.error is None for one in results)
        return statements

    run(100, 101)
    assert len(run(1, 3)) == len(run(3, 53))


# Who sees whom.


@pytest.fixture
def family(school: School) -> School:
    """A parent who observes Ororo in a section, a designer, and a second home of Kurt's in it."""
    people = [{"id": 7001, "name": "Pat Parent", "login": "pat"}, {"id": 7002, "name": "Dee Signer", "login": "dee"}]
    users = [{**one, "tokens": [{"token": f"token-{one['id']}"}]} for one in people]
    enrollments = [
        {"id": 97001, "user": "pat", "type": "ObserverEnrollment", "associated_user": ORORO},
        {"id": 97002, "user": "dee", "type": "DesignerEnrollment"},
        {"id": 97003, "user": KURT, "type": "StudentEnrollment", "section": "Second"},
    ]
    course = {"id": WEIGHTED, "name": "Weighted", "sections": [{"id": 5551, "name": "Second"}], "enrollments": enrollments}
    load(school, {"users": users, "courses": [course]})
    return school


def _members(school: School, who: int, **wanted: Any) -> list[int]:
    found, total = school.read(
        lambda unit: section_members.list_for_section(unit, WEIGHTED, Wanted(**wanted), offset=0, limit=50), who
    )
    assert total == len(found)
    return [one.row.id for one in found]


def test_observers_and_designers_are_no_members_and_nobody_is_listed_twice(family: School) -> None:
    assert _members(family, ADMIN) == [90000, 90001, 90002]
    assert _members(family, TEACHER) == [90000, 90001, 90002]
    family.change(t.enrollments, 90002, workflow_state="completed")
    assert _members(family, TEACHER) == [90000, 90001, 97003], "an active enrolment stands for the others"
    assert _members(family, TEACHER, statuses=[5]) == [90003]


def test_observers_see_whom_they_observe(family: School) -> None:
    assert _members(family, 7001) == [90001]
    assert family.read(lambda unit: section_members.show(unit, WEIGHTED, 90001), 7001).row.user_id == ORORO
    with pytest.raises(NotFound):
        family.read(lambda unit: section_members.show(unit, WEIGHTED, 90002), 7001)
    found = family.read(lambda unit: school_sections.list_for_user(unit, ORORO), 7001)
    assert [one.rules.course.id for one in found] == [WEIGHTED]
    with pytest.raises(Denied):
        family.read(lambda unit: school_sections.list_for_user(unit, MARY), 7001)


def test_a_teacher_of_one_section_manages_its_people_alone(family: School) -> None:
    family.change(t.enrollments, 90000, limit_privileges_to_course_section=True, course_section_id=5551)
    assert _members(family, TEACHER) == [90000, 90002]
    (result,) = family.write(lambda unit: section_enrolling.end_many(unit, [90001]), TEACHER)
    assert isinstance(result.error, NotFound)
    (result,) = family.write(lambda unit: section_enrolling.enroll_many(unit, WEIGHTED, [{"uid": MARY}]), TEACHER)
    assert result.error is None
    (row,) = family.rows(t.enrollments, t.enrollments.c.id == result.enrollment_id)
    assert row.course_section_id == 5551


# Enrolling.


def test_who_stops_teaching_no_longer_moderates(school: School) -> None:
    school.change(t.assignments, 81001, final_grader_id=TEACHER)
    school.write(lambda unit: section_enrolling.change(unit, WEIGHTED, 90000, {"admin": 0}), ADMIN)
    (row,) = school.rows(t.assignments, t.assignments.c.id == 81001)
    assert row.final_grader_id is None


def test_a_student_who_comes_back_finds_the_grades(school: School) -> None:
    def totals() -> list[float | None]:
        s = t.scores.c
        rows = school.rows(t.scores, s.enrollment_id == 90001, s.course_score, s.workflow_state == "active")
        return [row.current_score for row in rows]

    before = totals()
    assert before[0] is not None
    school.write(lambda unit: section_enrolling.end(unit, WEIGHTED, 90001), ADMIN)
    assert totals() == []
    school.write(lambda unit: section_enrolling.enroll(unit, WEIGHTED, {"uid": ORORO}), ADMIN)
    assert totals() == before


def test_a_student_who_becomes_a_teacher_has_no_scores(school: School) -> None:
    s = t.scores.c
    school.write(lambda unit: section_enrolling.change(unit, WEIGHTED, 90001, {"admin": 1}), ADMIN)
    assert school.rows(t.scores, s.enrollment_id == 90001, s.workflow_state == "active") == []


def test_nobody_is_enrolled_in_a_concluded_course(school: School) -> None:
    school.change(t.courses, TRAVEL, workflow_state="completed")
    with pytest.raises(Invalid):
        school.write(lambda unit: section_enrolling.enroll(unit, TRAVEL, {"uid": MARY}), ADMIN)


def test_the_same_person_enrolled_at_once_by_two_is_enrolled_once(school: School) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(2)

    def enroll() -> None:
        try:
            together.wait()
            school.write(lambda unit: section_enrolling.enroll(unit, TRAVEL, {"uid": MARY}), ADMIN)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=enroll) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(school.rows(t.enrollments, t.enrollments.c.course_id == TRAVEL, t.enrollments.c.user_id == MARY)) == 1


def test_an_access_code_lets_nobody_into_an_unpublished_course(school: School) -> None:
    school.change(t.courses, LARGE, schoology={"access_code": "BCDFG-HJKMN"}, workflow_state="unpublished")
    with pytest.raises(Invalid, match="not open"):
        school.write(lambda unit: access_codes.join(unit, LARGE, "BCDFG-HJKMN"), JAMES)
    school.change(t.courses, LARGE, workflow_state="available")
    assert school.write(lambda unit: access_codes.join(unit, LARGE, "BCDFG-HJKMN"), JAMES).row.user_id == JAMES


# Roles.


def test_a_built_in_role_is_kept_for_a_school_that_has_none_of_its_own(school: School) -> None:
    school.write(_forget_roles, None)
    changes = PersonChanges(school_uid="n1", name_first="New", name_last="Teacher", username="new", role_id=2)
    made = school.write(lambda unit: school_user_editing.create(unit, changes), ADMIN)
    assert (made.role.id, made.role.title) == (2, "Teacher")
    found, total = school.read(lambda unit: school_users.list_for_school(unit, role_ids=[2], offset=0, limit=50), ADMIN)
    assert {one.row.id for one in found} == {TEACHER, made.row.id}
    assert total == 2


def _forget_roles(unit: Unit) -> None:
    unit.connection.execute(sa.update(t.users).values(school_role_id=None))
    unit.connection.execute(sa.delete(t.school_roles))
