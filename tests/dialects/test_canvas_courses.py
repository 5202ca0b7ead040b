"""Accounts, courses, sections and the people of a course, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import (
    COURSE,
    FOREIGN_COURSE,
    NOW,
    OTHER_COURSE,
    PEOPLE,
    ROOT,
    SECOND_SECTION,
    SECTION,
    SUB,
    Api,
    running,
)

ONE = f"/courses/{COURSE}"


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def ids(rows: list[dict[str, int]]) -> list[int]:
    return [row["id"] for row in rows]


# Accounts


def test_accounts_are_those_in_which_the_caller_holds_a_role(shared: Api) -> None:
    assert ids(shared.get("/accounts", as_="admin").body) == [ROOT]
    assert ids(shared.get("/accounts", as_="subadmin").body) == [SUB]
    assert shared.get("/accounts", as_="teacher").body == []
    assert shared.get("/accounts", as_=None).status == 401


def test_an_account_with_all_its_fields(shared: Api) -> None:
    assert shared.get(f"/accounts/{SUB}", as_="subadmin").body == {
        "id": SUB,
        "name": "Sub",
        "uuid": "sub",
        "parent_account_id": ROOT,
        "root_account_id": ROOT,
        "workflow_state": "active",
        "default_time_zone": "UTC",
        "lti_guid": None,
        "sis_account_id": "S",
    }
    assert shared.get("/accounts/self", as_="admin").body["root_account_id"] is None


def test_who_may_see_an_account(shared: Api) -> None:
    expected = {"admin": 200, "subadmin": 200, "teacher": 200, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(f"/accounts/{SUB}", as_=who).status for who in expected} == expected
    assert "sis_account_id" not in shared.get(f"/accounts/{SUB}", as_="teacher").body
    assert shared.get("/accounts/999", as_="admin").status == 404


def test_the_courses_of_an_account_are_for_its_roles(shared: Api) -> None:
    expected = {"admin": 200, "subadmin": 200, "teacher": 403, "ann": 403, "foreigner": 404}
    assert {who: shared.get(f"/accounts/{SUB}/courses", as_=who).status for who in expected} == expected
    assert ids(shared.get(f"/accounts/{ROOT}/courses", as_="admin").body) == [COURSE, OTHER_COURSE]


def test_the_courses_of_an_account_can_be_searched_and_narrowed(shared: Api) -> None:
    path = f"/accounts/{SUB}/courses"
    assert ids(shared.get(path, as_="admin", search_term="c-2").body) == [OTHER_COURSE]
    assert ids(shared.get(path, as_="admin", search_term="sis-5").body) == [COURSE]
    assert shared.get(path, as_="admin", search_term="%").body == []
    assert ids(shared.get(path, as_="admin", with_enrollments="true").body) == [COURSE]
    assert ids(shared.get(path, as_="admin", with_enrollments="false").body) == [OTHER_COURSE]
    assert shared.get(path, as_="admin", completed="true").body == []
    assert shared.get(path, as_="admin", state__="unpublished").body == []
    assert shared.get(path, as_="admin", enrollment_term_id="7").body == []
    page = shared.get(path, as_="admin", per_page=1)
    assert ids(page.body) == [COURSE]
    assert "next" in page.links()


# Courses


def test_courses_are_those_in_which_the_caller_is_something(shared: Api) -> None:
    assert ids(shared.get("/courses").body) == [COURSE]
    assert shared.get("/courses", as_="stranger").body == []
    assert shared.get("/courses", as_="admin").body == []
    assert ids(shared.get("/courses", enrollment_type="teacher").body) == [COURSE]
    assert shared.get("/courses", enrollment_type="student").body == []
    assert shared.get("/courses", enrollment_role="TaEnrollment").body == []
    assert shared.get("/courses", enrollment_state="completed").body == []
    assert shared.get("/courses", enrollment_state="sometimes").status == 400


def test_a_course_with_all_its_fields(shared: Api) -> None:
    found = shared.get(ONE).body
    assert found == {
        "id": COURSE,
        "name": "Course",
        "course_code": "C-1",
        "uuid": "c5",
        "account_id": SUB,
        "root_account_id": ROOT,
        "enrollment_term_id": None,
        "workflow_state": "available",
        "created_at": "2026-03-01T12:00:00Z",
        "start_at": None,
        "end_at": None,
        "time_zone": "UTC",
        "grading_standard_id": None,
        "apply_assignment_group_weights": False,
        "hide_final_grades": False,
        "calculation": "canvas",
        "post_manually": False,
        "allow_final_grade_override": False,
        "restrict_quantitative_data": False,
        "sis_course_id": "SIS-5",
        "integration_id": None,
        "enrollments": [
            {
                "type": "teacher",
                "role": "TeacherEnrollment",
                "role_id": 9_999_999_999_003,
                "user_id": PEOPLE["teacher"],
                "enrollment_state": "active",
                "limit_privileges_to_course_section": False,
            }
        ],
    }
    of_student = shared.get("/courses/sis_course_id:SIS-5", as_="ann").body
    assert of_student["id"] == COURSE
    assert not of_student.keys() & {"sis_course_id", "post_manually", "allow_final_grade_override"}


def test_who_may_see_a_course(shared: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "ann": 200, "observer": 200, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(ONE, as_=who).status for who in expected} == expected
    assert shared.get(f"/courses/{FOREIGN_COURSE}", as_="admin").status == 404
    assert shared.get("/courses/999").status == 404


def test_what_may_be_added_to_a_course(api: Api) -> None:
    term = {"id": 3, "root_account_id": ROOT, "name": "Spring", "sis_term_id": "T"}
    api.add(t.enrollment_terms, term)
    api.change(t.courses, COURSE, enrollment_term_id=3)
    found = api.get(ONE, include__=["term", "sections", "total_students", "concluded"]).body
    assert found["term"]["name"] == "Spring"
    assert found["term"]["sis_term_id"] == "T"
    assert found["sections"] == [
        {"id": SECTION, "name": "One", "start_at": None, "end_at": None, "enrollment_role": "TeacherEnrollment"}
    ]
    assert found["total_students"] == 3
    assert found["concluded"] is False


def score(api: Api, who: str, *, period_id: int | None = None, **numbers: float) -> None:
    scope = {"course_score": period_id is None, "grading_period_id": period_id}
    owner = {"enrollment_id": 100 + PEOPLE[who], "course_id": COURSE, "user_id": PEOPLE[who]}
    api.add(t.scores, {**owner, **scope, **numbers, "version": 1})


def test_total_scores_are_told_to_the_student(api: Api) -> None:
    score(api, "ann", current_score=91.5, final_score=40.0, unposted_current_score=95.0)
    api.change(t.courses, COURSE, grading_standard_id=0)
    found = api.get("/courses", as_="ann", include__="total_scores").body[0]["enrollments"][0]
    assert found["computed_current_score"] == 91.5
    assert found["computed_current_grade"] == "A-"
    assert found["computed_final_score"] == 40.0
    assert found["computed_final_grade"] == "F"
    assert "unposted_current_score" not in found
    assert "computed_current_score" not in api.get("/courses", as_="ann").body[0]["enrollments"][0]
    api.change(t.courses, COURSE, hide_final_grades=True)
    hidden = api.get("/courses", as_="ann", include__="total_scores").body[0]["enrollments"][0]
    assert "computed_current_score" not in hidden


def test_an_override_in_effect_is_the_total_that_the_student_sees(api: Api) -> None:
    score(api, "ann", current_score=91.5, final_score=40.0, override_score=77.0)
    api.change(t.courses, COURSE, allow_final_grade_override=True)
    found = api.get(ONE, as_="ann", include__="total_scores").body["enrollments"][0]
    assert (found["computed_current_score"], found["computed_final_score"]) == (77.0, 77.0)


def test_scores_of_the_running_grading_period(api: Api) -> None:
    group = {"id": 1, "root_account_id": ROOT, "title": "Year", "display_totals_for_all_grading_periods": True}
    api.add(t.grading_period_groups, group)
    api.change(t.courses, COURSE, grading_period_group_id=1)
    # The server's clock is the real one here: one period around any time this test may run in.
    start, end = NOW - timedelta(days=4000), NOW + timedelta(days=40000)
    dates = {"start_date": start, "end_date": end, "close_date": end}
    api.add(t.grading_periods, {"id": 8, "grading_period_group_id": 1, "title": "Now", **dates})
    score(api, "ann", current_score=91.5)
    score(api, "ann", period_id=8, current_score=50.0, final_score=25.0)
    include = ["total_scores", "current_grading_period_scores"]
    found = api.get("/courses", as_="ann", include__=include).body[0]["enrollments"][0]
    assert found["computed_current_score"] == 91.5
    assert found["has_grading_periods"] is True
    assert found["totals_for_all_grading_periods_option"] is True
    assert (found["current_grading_period_id"], found["current_grading_period_title"]) == (8, "Now")
    assert found["current_period_computed_current_score"] == 50.0
    assert found["current_period_computed_final_score"] == 25.0


def test_an_unpublished_course_is_listed_for_its_staff_only(api: Api) -> None:
    api.change(t.courses, COURSE, workflow_state="unpublished")
    assert ids(api.get("/courses").body) == [COURSE]
    assert api.get("/courses", as_="ann").body == []
    assert api.get(ONE, as_="ann").status == 403


def test_the_list_of_courses_takes_as_many_statements_for_many_as_for_one(api: Api) -> None:
    include = ["term", "sections", "total_scores", "current_grading_period_scores"]
    api.get("/courses", as_="ann", include__=include)
    with api.counting() as few:
        api.get("/courses", as_="ann", include__=include)
    for number in range(200, 212):
        course = {"id": number, "account_id": SUB, "root_account_id": ROOT, "name": "C", "course_code": "C"}
        api.add(t.courses, {**course, "uuid": f"u{number}"})
        api.add(t.course_sections, {"id": number, "course_id": number, "name": "S"})
        member = {"course_id": number, "course_section_id": number, "user_id": PEOPLE["ann"], "type": "StudentEnrollment"}
        api.add(t.enrollments, member)
    with api.counting() as many:
        assert len(api.get("/courses", as_="ann", include__=include, per_page=50).body) == 13
    assert many == few


CHANGES = [
    ("name=New", {"name": "New"}),
    ("course_code=N-1", {"course_code": "N-1"}),
    ("apply_assignment_group_weights=true", {"apply_assignment_group_weights": True}),
    ("grading_standard_id=0", {"grading_standard_id": 0}),
    ("hide_final_grades=1", {"hide_final_grades": True}),
    ("allow_final_grade_override=on", {"allow_final_grade_override": True}),
    ("restrict_quantitative_data=yes", {"restrict_quantitative_data": True}),
    ("post_manually=true", {"post_manually": True}),
    ("calculation=schoology", {"calculation": "schoology"}),
    ("event=conclude", {"workflow_state": "completed"}),
]


def test_what_of_a_course_may_be_changed(api: Api) -> None:
    before = api.get(ONE, as_="admin").body
    for sent, expected in CHANGES:
        name, _, value = sent.partition("=")
        reply = api.put(ONE, as_="admin", form=f"course[{name}]={value}")
        assert reply.status == 200, (sent, reply.body)
        before |= expected
        assert reply.body == before, sent
    assert api.get(ONE, as_="admin").body == before


def test_a_course_is_changed_by_teachers_designers_and_administrators(api: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "designer": 200, "ta": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.put(ONE, as_=who, form="course[name]=X").status for who in expected} == expected


def test_other_attributes_of_a_course_are_ignored(api: Api) -> None:
    before = api.get(ONE).body
    reply = api.put(ONE, body={"course": {"id": 77, "uuid": "x", "workflow_state": "deleted"}, "name": "X"})
    assert (reply.status, reply.body) == (200, before)
    assert api.put(ONE, form="").body == before


FAULTY = [
    ("name=", "name"),
    (f"name={'x' * 256}", "name"),
    ("course_code=", "course_code"),
    ("calculation=moodle", "calculation"),
    ("event=explode", "event"),
    ("grading_standard_id=4711", "grading_standard_id"),
]


def test_faulty_changes_of_a_course_are_refused_and_change_nothing(shared: Api) -> None:
    before = shared.get(ONE).body
    for sent, attribute in FAULTY:
        reply = shared.put(ONE, form=f"course[hide_final_grades]=true&course[{sent.replace('=', ']=', 1)}")
        assert reply.status == 400, sent
        assert list(reply.body["errors"]) == [attribute]
    assert shared.get(ONE).body == before
    assert shared.put(ONE, form="course[grading_standard_id]=A").status == 400
    assert shared.put(ONE, body={"course": [1]}).status == 400


def test_a_course_takes_standards_of_its_own_and_of_the_accounts_above(api: Api) -> None:
    data = [["P", 0.5], ["F", 0.0]]
    api.add(
        t.grading_standards,
        {"id": 1, "account_id": ROOT, "data": data},
        {"id": 2, "course_id": COURSE, "data": data},
        {"id": 3, "course_id": OTHER_COURSE, "data": data},
        {"id": 4, "account_id": SUB, "data": data, "workflow_state": "deleted"},
    )
    statuses = [api.put(ONE, form=f"course[grading_standard_id]={number}").status for number in (1, 2, 3, 4)]
    assert statuses == [200, 200, 400, 400]
    assert api.put(ONE, form="course[grading_standard_id]=").body["grading_standard_id"] is None


def test_a_deleted_standard_in_use_may_be_sent_again(api: Api) -> None:
    api.add(t.grading_standards, {"id": 4, "course_id": COURSE, "data": [["F", 0.0]], "workflow_state": "deleted"})
    api.change(t.courses, COURSE, grading_standard_id=4)
    assert api.put(ONE, form="course[grading_standard_id]=4").status == 200


def test_a_standard_needs_a_right_of_its_own(api: Api) -> None:
    api.add(
        t.roles,
        {
            "account_id": ROOT,
            "name": "TeacherEnrollment",
            "base_role_type": "TeacherEnrollment",
            "permissions": {"set_grading_scheme": False},
        },
    )
    assert api.put(ONE, form="course[grading_standard_id]=0").status == 403
    assert api.put(ONE, form="course[name]=X").status == 200


def test_a_changed_course_counts_up_its_rules(api: Api) -> None:
    c = t.courses.c
    query = sa.select(c.rules_version).where(c.id == COURSE)
    before = api.rows(query)[0]
    api.put(ONE, form="course[hide_final_grades]=true")
    assert api.rows(query) == [before + 1]
    api.put(ONE, form="course[hide_final_grades]=true")
    assert api.rows(query) == [before + 1]


def test_settings_tell_and_change_what_concerns_grades(api: Api) -> None:
    path = f"{ONE}/settings"
    assert api.get(path).body == {
        "hide_final_grades": False,
        "allow_final_grade_override": False,
        "restrict_quantitative_data": False,
        "grading_standard_enabled": False,
        "grading_standard_id": None,
    }
    reply = api.put(path, form="hide_final_grades=true&allow_final_grade_override=true")
    assert reply.body["hide_final_grades"] is reply.body["allow_final_grade_override"] is True
    assert api.get(path).body == reply.body
    assert api.put(path, as_="ta", form="hide_final_grades=false").status == 403


# Sections


def test_sections_of_a_course(shared: Api) -> None:
    found = shared.get(f"{ONE}/sections").body
    assert found[0] == {
        "id": SECTION,
        "course_id": COURSE,
        "name": "One",
        "start_at": None,
        "end_at": None,
        "nonxlist_course_id": None,
        "restrict_enrollments_to_section_dates": False,
        "sis_section_id": "SEC-1",
        "sis_course_id": "SIS-5",
        "integration_id": None,
    }
    assert ids(found) == [SECTION, SECOND_SECTION]
    assert "sis_section_id" not in shared.get(f"{ONE}/sections", as_="ann").body[0]


def test_sections_are_for_those_who_may_see_the_roster(shared: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "ta": 200, "ann": 200, "observer": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(f"{ONE}/sections", as_=who).status for who in expected} == expected


def test_a_grader_of_one_section_sees_that_one(shared: Api) -> None:
    assert ids(shared.get(f"{ONE}/sections", as_="section_ta").body) == [SECOND_SECTION]
    assert shared.get(f"/sections/{SECTION}", as_="section_ta").status == 404
    assert shared.get(f"/sections/{SECOND_SECTION}", as_="section_ta").status == 200


def test_a_section_by_any_of_its_ids(shared: Api) -> None:
    expected = shared.get(f"/sections/{SECTION}").body
    assert expected["id"] == SECTION
    assert shared.get("/sections/sis_section_id:SEC-1").body == expected
    assert shared.get(f"{ONE}/sections/{SECTION}").body == expected
    assert shared.get(f"/courses/{OTHER_COURSE}/sections/{SECTION}", as_="admin").status == 404
    assert shared.get("/sections/999").status == 404
    assert shared.get(f"/sections/{SECTION}", as_="stranger").status == 403
    assert shared.get(f"/sections/{SECTION}", as_=None).status == 401


def test_a_section_with_its_students(shared: Api) -> None:
    found = shared.get(f"/sections/{SECTION}", include__=["students", "total_students"]).body
    assert found["total_students"] == 2
    assert ids(found["students"]) == [PEOPLE["ann"], PEOPLE["bob"]]


# People of a course


def test_people_of_a_course_by_name(shared: Api) -> None:
    found = shared.get(f"{ONE}/users", per_page=100).body
    assert [one["name"] for one in found] == ["Ann", "Bob", "Cem", "Designer", "Observer", "Section_ta", "Ta", "Teacher"]
    assert found[0]["login_id"] == "ann@example.edu"
    assert found[0]["sis_user_id"] == "SIS-ann"
    of_student = shared.get(f"{ONE}/users", as_="bob", per_page=100).body
    assert not of_student[0].keys() & {"login_id", "sis_user_id", "integration_id"}


def test_people_of_a_course_can_be_narrowed(shared: Api) -> None:
    def names(who: str = "teacher", **query: object) -> list[str]:
        return [one["name"] for one in shared.get(f"{ONE}/users", as_=who, **query).body]

    assert names(enrollment_type__="student") == ["Ann", "Bob", "Cem"]
    assert names(enrollment_type__=["ta", "teacher"]) == ["Section_ta", "Ta", "Teacher"]
    assert names(enrollment_role__="DesignerEnrollment") == ["Designer"]
    assert names(search_term="an") == ["Ann"]
    assert names(search_term="SIS-bob") == ["Bob"]
    assert names(who="ann", search_term="SIS-bob") == []
    assert names(user_ids__=[PEOPLE["cem"]]) == ["Cem"]
    assert names(enrollment_state__="completed") == []
    assert names(who="section_ta") == ["Cem", "Section_ta"]
    assert shared.get(f"{ONE}/users", search_term="a").status == 400
    assert [one["name"] for one in shared.get(f"{ONE}/students").body] == ["Ann", "Bob", "Cem"]


def test_people_of_a_course_with_their_enrollments(shared: Api) -> None:
    (found,) = shared.get(f"{ONE}/users", user_ids__=[PEOPLE["ann"]], include__=["enrollments", "email"]).body
    assert [one["type"] for one in found["enrollments"]] == ["StudentEnrollment"]
    assert "grades" in found["enrollments"][0]
    assert found["email"] is None


def test_one_of_them(shared: Api) -> None:
    assert shared.get(f"{ONE}/users/{PEOPLE['ann']}").body["name"] == "Ann"
    assert shared.get(f"{ONE}/users/sis_user_id:SIS-ann").body["id"] == PEOPLE["ann"]
    assert shared.get(f"{ONE}/users/{PEOPLE['stranger']}").status == 404
    assert shared.get(f"{ONE}/users/{PEOPLE['ann']}", as_="section_ta").status == 404
    assert shared.get(f"{ONE}/users/{PEOPLE['ann']}", as_="observer").status == 403
