"""Enrollments with their grades, made and ended, on both databases (grade calculation reference, 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import (
    COURSE,
    GROUP,
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

LIST = f"/courses/{COURSE}/enrollments"
ANN, BOB, CEM = PEOPLE["ann"], PEOPLE["bob"], PEOPLE["cem"]


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def score(api: Api, who: str, *, period_id: int | None = None, **numbers: float) -> None:
    scope = {"course_score": period_id is None, "grading_period_id": period_id}
    owner = {"enrollment_id": 100 + PEOPLE[who], "course_id": COURSE, "user_id": PEOPLE[who]}
    api.add(t.scores, {**owner, **scope, **numbers, "version": 1})


def grades(api: Api, who: str, *, of: str = "ann", **query: Any) -> dict[str, Any]:
    """The grades of one student as somebody sees them, without the link."""
    (found,) = api.get(LIST, as_=who, user_id=PEOPLE[of], **query).body
    shown: dict[str, Any] = found["grades"]
    assert shown.pop("html_url").endswith(f"/courses/{COURSE}/grades/{PEOPLE[of]}")
    return shown


NUMBERS: dict[str, Any] = {
    "current_score": 91.5,
    "final_score": 40.0,
    "unposted_current_score": 95.0,
    "unposted_final_score": 62.0,
    "current_points": 18.3,
    "unposted_current_points": 19.0,
}
POSTED = {"current_score": 91.5, "current_grade": "A-", "final_score": 40.0, "final_grade": "F"}
UNPOSTED = {
    "unposted_current_score": 95.0,
    "unposted_current_grade": "A",
    "unposted_final_score": 62.0,
    "unposted_final_grade": "D-",
}


@pytest.fixture
def graded(api: Api) -> Api:
    """Ann has scores, and the course gives letters by the built-in scheme."""
    score(api, "ann", **NUMBERS)
    api.change(t.courses, COURSE, grading_standard_id=0)
    return api


# The object


def test_an_enrollment_with_all_its_fields(shared: Api) -> None:
    (found,) = shared.get(LIST, user_id=ANN).body
    assert found == {
        "id": 100 + ANN,
        "user_id": ANN,
        "course_id": COURSE,
        "course_section_id": SECTION,
        "root_account_id": ROOT,
        "type": "StudentEnrollment",
        "role": "StudentEnrollment",
        "role_id": 9_999_999_999_002,
        "enrollment_state": "active",
        "associated_user_id": None,
        "limit_privileges_to_course_section": False,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "start_at": None,
        "end_at": None,
        "completed_at": None,
        "last_activity_at": None,
        "total_activity_time": 0,
        "html_url": f"http://testserver.local/courses/{COURSE}/users/{ANN}",
        "user": {
            "id": ANN,
            "name": "Ann",
            "created_at": "2026-03-01T12:00:00Z",
            "sortable_name": "Ann",
            "short_name": "Ann",
            "sis_user_id": "SIS-ann",
            "integration_id": None,
            "login_id": "ann@example.edu",
        },
        "sis_account_id": "S",
        "sis_course_id": "SIS-5",
        "course_integration_id": None,
        "sis_section_id": "SEC-1",
        "section_integration_id": None,
        "sis_user_id": "SIS-ann",
        "grades": {
            "html_url": f"http://testserver.local/courses/{COURSE}/grades/{ANN}",
            **dict.fromkeys([*POSTED, *UNPOSTED]),
        },
    }


def test_teachers_have_no_grades(shared: Api) -> None:
    for one in shared.get(LIST, per_page=100).body:
        assert ("grades" in one) == (one["type"] == "StudentEnrollment")


def test_an_observer_names_the_observed(shared: Api) -> None:
    (found,) = shared.get(LIST, type__="ObserverEnrollment", include__="observed_users").body
    assert found["associated_user_id"] == ANN
    assert found["observed_user"]["name"] == "Ann"


# What grades say, and to whom


def test_staff_see_what_was_computed_posted_and_unposted(graded: Api) -> None:
    for who in ("teacher", "ta", "admin"):
        assert grades(graded, who) == POSTED | UNPOSTED


def test_a_student_sees_the_posted_scores_only(graded: Api) -> None:
    assert grades(graded, "ann") == POSTED


def test_an_observer_sees_those_of_the_observed(graded: Api) -> None:
    assert grades(graded, "observer") == POSTED
    assert graded.get(LIST, as_="observer", user_id=BOB).status == 403
    assert graded.get(LIST, as_="observer").status == 403


def test_other_students_see_no_grades(graded: Api) -> None:
    assert grades(graded, "bob") == {}
    assert grades(graded, "designer") == {}


def test_hidden_totals_are_hidden_from_students_and_observers(graded: Api) -> None:
    graded.change(t.courses, COURSE, hide_final_grades=True)
    assert grades(graded, "ann") == {}
    assert grades(graded, "observer") == {}
    assert grades(graded, "teacher") == POSTED | UNPOSTED


def test_where_numbers_are_restricted_students_see_letters(graded: Api) -> None:
    graded.change(t.courses, COURSE, restrict_quantitative_data=True)
    assert grades(graded, "ann") == {"current_grade": "A-", "final_grade": "F"}
    assert grades(graded, "teacher") == POSTED | UNPOSTED


def test_an_override_is_effective_for_students_and_named_to_staff(graded: Api) -> None:
    graded.change(t.courses, COURSE, allow_final_grade_override=True)
    graded.change(t.scores, 1, override_score=0.0)
    effective = {"current_score": 0.0, "current_grade": "F", "final_score": 0.0, "final_grade": "F"}
    assert grades(graded, "ann") == effective
    assert grades(graded, "teacher") == POSTED | UNPOSTED | {"override_score": 0.0, "override_grade": "F"}


@pytest.mark.parametrize("switch", ["course", "account"])
def test_an_override_without_effect_is_not_the_students(graded: Api, switch: str) -> None:
    graded.change(t.scores, 1, override_score=100.0)
    if switch == "account":
        graded.change(t.courses, COURSE, allow_final_grade_override=True)
        graded.change(t.accounts, ROOT, final_grades_override=False)
    assert grades(graded, "ann") == POSTED


def test_letters_come_from_the_courses_scheme(graded: Api) -> None:
    scheme = {"points_based": True, "scaling_factor": 4.0, "data": [["4", 0.9], ["0", 0.0]]}
    graded.add(t.grading_standards, {"id": 3, "course_id": COURSE, **scheme})
    graded.change(t.courses, COURSE, grading_standard_id=3)
    assert grades(graded, "ann")["current_grade"] == "4"
    graded.change(t.courses, COURSE, grading_standard_id=None)
    assert grades(graded, "ann")["current_grade"] is None
    graded.add(t.grading_standards, {"id": 4, "account_id": ROOT, "data": [["Yes", 0.0]]})
    graded.change(t.accounts, ROOT, default_grading_standard_id=4)
    assert grades(graded, "ann")["current_grade"] == "Yes"


def test_points_are_told_on_request(graded: Api) -> None:
    shown = grades(graded, "teacher", include__="current_points")
    assert (shown["current_points"], shown["unposted_current_points"]) == (18.3, 19.0)
    assert "current_points" not in grades(graded, "ann", include__="current_points")


def test_grades_of_one_grading_period(graded: Api) -> None:
    graded.add(t.grading_period_groups, {"id": 1, "root_account_id": ROOT, "title": "Year"})
    graded.change(t.courses, COURSE, grading_period_group_id=1)
    dates = {"start_date": NOW, "end_date": NOW.replace(month=4), "close_date": NOW.replace(month=4)}
    graded.add(t.grading_periods, {"id": 8, "grading_period_group_id": 1, "title": "March", **dates})
    score(graded, "ann", period_id=8, current_score=75.0, final_score=70.0)
    shown = grades(graded, "ann", grading_period_id=8)
    assert shown == {"current_score": 75.0, "current_grade": "C", "final_score": 70.0, "final_grade": "C-"}
    assert graded.get(LIST, grading_period_id=9).status == 404
    own = graded.get("/users/self/enrollments", as_="ann", grading_period_id=8).body
    assert own[0]["grades"]["current_score"] == 75.0
    assert graded.get("/users/self/enrollments", as_="ann", grading_period_id=9).body == []


# Lists


def users(rows: list[dict[str, Any]]) -> list[int]:
    return [row["user_id"] for row in rows]


def test_a_course_lists_its_enrollments_by_type_and_name(shared: Api) -> None:
    found = shared.get(LIST, per_page=100).body
    assert [one["type"] for one in found] == sorted(one["type"] for one in found)
    students = shared.get(LIST, type__="StudentEnrollment")
    assert users(students.body) == [ANN, BOB, CEM]
    page = shared.get(LIST, type__="StudentEnrollment", per_page=2, page=2)
    assert users(page.body) == [CEM]
    assert set(page.links()) == {"current", "prev", "first", "last"}
    assert "type%5B%5D=StudentEnrollment" in page.links()["first"]


def test_who_may_list_the_enrollments_of_a_course(shared: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "ta": 200, "ann": 200, "observer": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(LIST, as_=who).status for who in expected} == expected
    assert shared.get(LIST, as_=None).status == 401
    assert shared.get(LIST, as_="stranger", user_id="self").status == 403


def test_enrollments_can_be_narrowed(shared: Api) -> None:
    assert users(shared.get(LIST, type__=["TaEnrollment", "TeacherEnrollment"]).body) == [8, 3, 2]
    assert users(shared.get(LIST, role__="DesignerEnrollment").body) == [PEOPLE["designer"]]
    assert users(shared.get(LIST, user_id="sis_user_id:SIS-bob").body) == [BOB]
    assert users(shared.get(LIST, user_id="self").body) == [PEOPLE["teacher"]]
    assert users(shared.get(LIST, sis_user_id__=["SIS-cem", "SIS-bob"]).body) == [BOB, CEM]
    assert shared.get(LIST, user_id="sis_user_id:nobody").status == 404
    assert shared.get(LIST, state__="completed").body == []


def test_a_grader_of_one_section_sees_its_people(shared: Api) -> None:
    assert users(shared.get(LIST, as_="section_ta").body) == [CEM, PEOPLE["section_ta"]]
    assert shared.get(LIST, as_="section_ta", user_id=ANN).body == []


def test_states_that_are_for_staff(api: Api) -> None:
    api.change(t.enrollments, 100 + BOB, workflow_state="inactive")
    api.change(t.enrollments, 100 + CEM, workflow_state="completed")
    assert users(api.get(LIST, type__="StudentEnrollment").body) == [ANN]
    states = ["inactive", "completed"]
    assert users(api.get(LIST, state__=states).body) == [BOB, CEM]
    assert users(api.get(LIST, as_="ann", state__=states).body) == [CEM]
    assert users(api.get(LIST, type__="StudentEnrollment", state__="current_and_concluded").body) == [ANN, CEM]


def test_a_section_lists_its_own(shared: Api) -> None:
    path = f"/sections/{SECOND_SECTION}/enrollments"
    assert users(shared.get(path).body) == [CEM, PEOPLE["section_ta"]]
    assert users(shared.get("/sections/sis_section_id:SEC-1/enrollments", type__="StudentEnrollment").body) == [ANN, BOB]
    assert shared.get(path, as_="stranger").status == 403
    assert shared.get("/sections/999/enrollments").status == 404
    assert shared.get("/sections/999/enrollments", as_=None).status == 401


def test_ones_own_enrollments(graded: Api) -> None:
    (found,) = graded.get("/users/self/enrollments", as_="ann").body
    assert (found["course_id"], found["grades"]["current_score"]) == (COURSE, 91.5)
    assert graded.get("/users/self/enrollments", as_="stranger").body == []


def test_somebody_elses_enrollments_as_far_as_the_caller_sees_them(shared: Api) -> None:
    path = f"/users/{ANN}/enrollments"
    expected = {"admin": 200, "teacher": 200, "observer": 200, "bob": 403, "stranger": 403, "section_ta": 403, "foreigner": 404}
    assert {who: shared.get(path, as_=who).status for who in expected} == expected
    assert "unposted_current_score" not in shared.get(path, as_="observer").body[0]["grades"]
    assert shared.get("/users/999/enrollments").status == 404


def test_one_enrollment(shared: Api) -> None:
    path = f"/accounts/{SUB}/enrollments/{100 + ANN}"
    assert shared.get(path, as_="admin").body["user_id"] == ANN
    assert shared.get(f"/accounts/self/enrollments/{100 + ANN}", as_="admin").status == 200
    assert shared.get(path, as_="teacher").status == 200
    assert shared.get(path, as_="section_ta").status == 403
    assert shared.get(path, as_="ann").status == 403
    assert shared.get(f"/accounts/{SUB}/enrollments/999", as_="admin").status == 404


def test_a_list_takes_as_many_statements_for_many_as_for_one(api: Api) -> None:
    api.get(LIST, per_page=100)
    with api.counting() as few:
        api.get(LIST, per_page=100)
    for number in range(200, 240):
        api.add(t.users, {"id": number, "root_account_id": ROOT, "name": "N", "sortable_name": "N", "short_name": "N"})
        member = {"course_id": COURSE, "course_section_id": SECTION, "user_id": number, "type": "StudentEnrollment"}
        api.add(t.enrollments, member)
    api.get(LIST)
    with api.counting() as many:
        assert len(api.get(LIST, per_page=100).body) == 48
    assert many == few


# Enrolling


@pytest.fixture
def assigned(api: Api) -> Api:
    """The course has an assignment, so that new students get work."""
    work = {"id": 70, "course_id": COURSE, "assignment_group_id": GROUP, "name": "Essay", "points_possible": 10.0}
    api.add(t.assignments, {**work, "submission_types": ["online_text_entry"]})
    return api


def work_of(api: Api, user_id: int) -> list[tuple[int, str]]:
    s = t.submissions.c
    return api.rows(sa.select(s.assignment_id, s.workflow_state).where(s.user_id == user_id))


def score_states(api: Api, user_id: int) -> list[str]:
    s = t.scores.c
    return sorted(set(api.rows(sa.select(s.workflow_state).where(s.user_id == user_id))))


def test_an_enrolled_student_gets_work_and_scores(assigned: Api) -> None:
    stranger = PEOPLE["stranger"]
    sent = f"enrollment[user_id]={stranger}&enrollment[type]=StudentEnrollment&enrollment[enrollment_state]=active"
    reply = assigned.post(LIST, form=sent)
    assert reply.status == 200
    assert (reply.body["user_id"], reply.body["enrollment_state"]) == (stranger, "active")
    assert reply.body["course_section_id"] == SECTION
    assert work_of(assigned, stranger) == [(70, "unsubmitted")]
    assert score_states(assigned, stranger) == ["active"]
    assert reply.body["grades"]["final_score"] == 0.0
    assert assigned.get(f"/courses/{COURSE}", as_="stranger").status == 200


def test_what_an_enrollment_may_be(api: Api) -> None:
    role = {"id": 9, "account_id": ROOT, "name": "Grader", "base_role_type": "TaEnrollment", "permissions": {}}
    api.add(t.roles, role)
    fields: list[tuple[dict[str, Any], str, str, str, int]] = [
        ({}, "StudentEnrollment", "invited", "StudentEnrollment", SECTION),
        (
            {"type": "TeacherEnrollment", "enrollment_state": "active"},
            "TeacherEnrollment",
            "active",
            "TeacherEnrollment",
            SECTION,
        ),
        ({"course_section_id": SECOND_SECTION}, "StudentEnrollment", "invited", "StudentEnrollment", SECOND_SECTION),
        ({"role": "Grader"}, "TaEnrollment", "invited", "Grader", SECTION),
        ({"role_id": 9, "type": "TaEnrollment"}, "TaEnrollment", "invited", "Grader", SECTION),
        ({"role": "DesignerEnrollment"}, "DesignerEnrollment", "invited", "DesignerEnrollment", SECTION),
    ]
    for sent, *expected in fields:
        reply = api.post(LIST, body={"enrollment": {"user_id": "sis_user_id:SIS-stranger", **sent}})
        assert reply.status == 200, (sent, reply.body)
        assert [reply.body[name] for name in ("type", "enrollment_state", "role", "course_section_id")] == expected
    observer = {"user_id": 6, "type": "ObserverEnrollment", "associated_user_id": BOB}
    assert api.post(LIST, body={"enrollment": observer}).body["associated_user_id"] == BOB


def test_a_section_enrolls_too(api: Api) -> None:
    path = f"/sections/{SECOND_SECTION}/enrollments"
    reply = api.post(path, form="enrollment[user_id]=6&enrollment[limit_privileges_to_course_section]=true")
    assert reply.status == 200
    assert reply.body["course_section_id"] == SECOND_SECTION
    assert reply.body["limit_privileges_to_course_section"] is True


def test_a_course_without_sections_gets_one(api: Api) -> None:
    api.change(t.course_sections, 61, workflow_state="deleted")
    reply = api.post(f"/courses/{OTHER_COURSE}/enrollments", as_="admin", form="enrollment[user_id]=6")
    assert reply.status == 200
    sections = api.get(f"/courses/{OTHER_COURSE}/sections", as_="admin").body
    assert [one["id"] for one in sections] == [reply.body["course_section_id"]]


FAULTY: list[tuple[dict[str, Any], int]] = [
    ({}, 400),
    ({"user_id": ""}, 400),
    ({"user_id": 999}, 404),
    ({"user_id": "sis_user_id:nobody"}, 404),
    ({"user_id": PEOPLE["foreigner"]}, 404),
    ({"user_id": 6, "type": "KingEnrollment"}, 400),
    ({"user_id": 6, "type": "StudentViewEnrollment"}, 400),
    ({"user_id": 6, "enrollment_state": "deleted"}, 400),
    ({"user_id": 6, "role": "King"}, 400),
    ({"user_id": 6, "role_id": 999}, 400),
    ({"user_id": 6, "role": "TaEnrollment", "type": "TeacherEnrollment"}, 400),
    ({"user_id": 6, "course_section_id": 61}, 400),
    ({"user_id": 6, "course_section_id": 999}, 400),
    ({"user_id": 6, "type": "ObserverEnrollment", "associated_user_id": 999}, 404),
    ({"user_id": {"id": 6}}, 400),
]


def test_faulty_enrollments_are_refused_and_change_nothing(shared: Api) -> None:
    count = sa.select(sa.func.count()).select_from(t.enrollments)
    before = shared.rows(count)
    for sent, status in FAULTY:
        reply = shared.post(LIST, body={"enrollment": sent})
        assert reply.status == status, (sent, reply.body)
    assert shared.post(LIST, form="").messages == ["enrollment[user_id] is missing"]
    assert shared.rows(count) == before


def test_who_may_enroll(api: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "ta": 403, "designer": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(LIST, as_=who, form="enrollment[user_id]=6").status for who in expected} == expected


def test_nobody_is_enrolled_in_a_concluded_course(api: Api) -> None:
    api.change(t.courses, COURSE, workflow_state="completed")
    assert api.post(LIST, as_="admin", form="enrollment[user_id]=6").status == 400
    assert api.post(LIST, form="enrollment[user_id]=6").status == 403


def test_the_same_membership_is_never_doubled(api: Api) -> None:
    again = api.post(LIST, form=f"enrollment[user_id]={ANN}")
    assert (again.status, again.body["id"], again.body["enrollment_state"]) == (200, 100 + ANN, "active")
    api.delete(f"{LIST}/{100 + ANN}", task="delete")
    back = api.post(LIST, form=f"enrollment[user_id]={ANN}&enrollment[enrollment_state]=active")
    assert (back.body["id"], back.body["enrollment_state"]) == (100 + ANN, "active")


# Ending


@pytest.mark.parametrize(
    ("task", "state", "work", "scores"),
    [
        (None, "completed", "unsubmitted", "active"),
        ("conclude", "completed", "unsubmitted", "active"),
        ("deactivate", "inactive", "unsubmitted", "active"),
        ("inactivate", "inactive", "unsubmitted", "active"),
        ("delete", "deleted", "deleted", "deleted"),
    ],
)
def test_an_enrollment_ends(assigned: Api, task: str | None, state: str, work: str, scores: str) -> None:
    enrolled = assigned.post(LIST, form="enrollment[user_id]=6&enrollment[enrollment_state]=active").body["id"]
    query = {} if task is None else {"task": task}
    reply = assigned.delete(f"{LIST}/{enrolled}", **query)
    assert (reply.status, reply.body["enrollment_state"]) == (200, state)
    assert (reply.body["completed_at"] is not None) == (state == "completed")
    assert work_of(assigned, 6) == [(70, work)]
    assert score_states(assigned, 6) == [scores]
    again = assigned.delete(f"{LIST}/{enrolled}", **query)
    assert again.status == (404 if state == "deleted" else 200)


def test_refused_ends(shared: Api) -> None:
    path = f"{LIST}/{100 + ANN}"
    assert shared.delete(path, task="explode").status == 400
    assert shared.delete(path, as_="ta").status == 403
    assert shared.delete(f"{LIST}/999").status == 404
    assert shared.delete(f"/courses/{OTHER_COURSE}/enrollments/{100 + ANN}", as_="admin").status == 404
    assert shared.get(LIST, user_id=ANN).body[0]["enrollment_state"] == "active"


def test_a_concluded_enrollment_can_be_reactivated(api: Api) -> None:
    path = f"{LIST}/{100 + ANN}"
    assert api.put(f"{path}/reactivate").status == 400
    api.delete(path)
    reply = api.put(f"{path}/reactivate")
    assert (reply.status, reply.body["enrollment_state"], reply.body["completed_at"]) == (200, "active", None)


def test_an_invitation_is_answered_by_the_invited(api: Api) -> None:
    number = api.post(LIST, form="enrollment[user_id]=6").body["id"]
    assert api.get(f"/courses/{COURSE}", as_="stranger").status == 403
    assert api.post(f"{LIST}/{number}/accept").status == 403
    assert api.post(f"{LIST}/{number}/accept", as_="stranger").body == {"success": True}
    assert api.get(f"/courses/{COURSE}", as_="stranger").status == 200
    assert api.post(f"{LIST}/{number}/reject", as_="stranger").status == 400


def test_assignments_lose_a_final_grader_who_leaves(assigned: Api) -> None:
    moderated = {"moderated_grading": True, "grader_count": 2, "final_grader_id": PEOPLE["ta"]}
    assigned.change(t.assignments, 70, **moderated)
    assigned.delete(f"{LIST}/{100 + PEOPLE['ta']}")
    assert assigned.rows(sa.select(t.assignments.c.final_grader_id)) == [None]
