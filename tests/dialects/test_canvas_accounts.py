"""Accounts below accounts, their settings, the roles they define, and who holds roles in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SUB, Api, running

TEACHER_ROLE, ADMIN_ROLE = 9_999_999_999_003, 9_999_999_999_001
BELOW = f"/accounts/{ROOT}/sub_accounts"
ROLES = f"/accounts/{SUB}/roles"
ADMINS = f"/accounts/{SUB}/admins"


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing that others see."""
    with running(module_database_url) as found:
        yield found


def hold(api: Api, who: str, account: int, *rights: str, number: int = 50) -> None:
    """Give somebody a role of their own with these rights in an account."""
    permissions = dict.fromkeys(rights, True)
    role = {"id": number, "account_id": account, "name": f"Role {number}", "base_role_type": "AccountMembership"}
    api.add(t.roles, {**role, "permissions": permissions})
    api.add(t.account_users, {"account_id": account, "user_id": PEOPLE[who], "role_id": number})


# Accounts below accounts


def test_an_account_is_made_below_another_changed_and_deleted(api: Api) -> None:
    body = {"account": {"name": "New", "sis_account_id": "N-1", "default_time_zone": "Europe/Berlin"}}
    made = api.post(f"/accounts/{SUB}/sub_accounts", as_="admin", body=body).body
    assert (made["name"], made["parent_account_id"], made["root_account_id"]) == ("New", SUB, ROOT)
    assert (made["sis_account_id"], made["default_time_zone"], made["workflow_state"]) == ("N-1", "Europe/Berlin", "active")
    path = f"/accounts/{made['id']}"
    assert api.put(path, as_="admin", form="account[name]=Newer").body["name"] == "Newer"
    assert [one["id"] for one in api.get(BELOW, as_="admin").body] == [SUB]
    assert [one["id"] for one in api.get(BELOW, as_="admin", recursive="true").body] == [SUB, made["id"]]
    assert [one["name"] for one in api.get(BELOW, as_="admin", recursive="true", order="name").body] == ["Newer", "Sub"]
    (sub,) = api.get(BELOW, as_="admin", include__="sub_account_count").body
    assert sub["sub_account_count"] == 1
    (sub,) = api.get("/accounts", as_="subadmin", include__="course_count").body
    assert sub["course_count"] == 2
    assert api.delete(f"{BELOW}/sis_account_id:N-1", as_="admin").body["name"] == "Newer"
    assert api.get(path, as_="admin").status == 404


def test_an_account_with_something_in_it_stays(api: Api) -> None:
    reply = api.delete(f"{BELOW}/{SUB}", as_="admin")
    assert (reply.status, list(reply.body)) == (409, ["message"])
    made = api.post(BELOW, as_="admin", form="account[name]=Middle").body["id"]
    low = api.post(f"/accounts/{made}/sub_accounts", as_="admin", form="account[name]=Low").body["id"]
    assert api.delete(f"{BELOW}/{made}", as_="admin").status == 409
    assert api.delete(f"{BELOW}/{low}", as_="admin").status == 200
    assert api.delete(f"{BELOW}/{made}", as_="admin").status == 200
    assert api.delete(f"{BELOW}/{ROOT}", as_="admin").status == 400
    assert api.delete(f"/accounts/{SUB}/sub_accounts/{ROOT}", as_="admin").status == 404


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "X", "sis_account_id": "S"}, "sis_source_id"),
        ({"name": "X", "default_time_zone": "Mars/Olympus"}, "default_time_zone"),
        ({"name": "X", "default_grading_standard_id": 4711}, "default_grading_standard_id"),
        (
            {"name": "X", "settings": {"restrict_grading_scheme_editing_to_admins": True}},
            "restrict_grading_scheme_editing_to_admins",
        ),
        ({"name": "X", "settings": {"grade_calc_ignore_unposted_anonymous": True}}, "grade_calc_ignore_unposted_anonymous"),
    ],
)
def test_what_an_account_cannot_be(shared: Api, sent: dict[str, Any], attribute: str) -> None:
    reply = shared.post(BELOW, as_="admin", body={"account": sent})
    assert (reply.status, list(reply.body["errors"])) == (400, [attribute])


def test_accounts_are_managed_by_who_holds_the_right_in_them(shared: Api) -> None:
    body = {"account": {"name": "Sub"}}
    expected = {"subadmin": 200, "admin": 200, "teacher": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.put(f"/accounts/{SUB}", as_=who, body=body).status for who in expected} == expected
    above = {"subadmin": 403, "teacher": 403, "ann": 403, "foreigner": 404}
    assert {who: shared.put(f"/accounts/{ROOT}", as_=who, body=body).status for who in above} == above
    assert {who: shared.post(BELOW, as_=who, body=body).status for who in above} == above
    assert {who: shared.delete(f"{BELOW}/{SUB}", as_=who).status for who in above} == above
    assert {who: shared.get(BELOW, as_=who).status for who in above} == above
    assert {who: shared.get(f"/accounts/{ROOT}/settings", as_=who).status for who in above} == above


# Settings that grading reads


def test_settings_are_told_as_they_were_set(api: Api) -> None:
    path = f"/accounts/{ROOT}"
    assert api.get(f"{path}/settings", as_="admin").body == {
        "default_grading_standard_id": None,
        "restrict_grading_scheme_editing_to_admins": False,
        "final_grades_override": True,
        "grade_calc_ignore_unposted_anonymous": False,
        "default_time_zone": "UTC",
    }
    form = "account[settings][restrict_grading_scheme_editing_to_admins][value]=true&account[settings][final_grades_override]=0"
    assert api.put(path, as_="admin", form=f"{form}&account[default_grading_standard_id]=0").status == 200
    found = api.get(f"{path}/settings", as_="admin").body
    assert found["restrict_grading_scheme_editing_to_admins"] is True
    assert (found["final_grades_override"], found["default_grading_standard_id"]) == (False, 0)
    assert api.put(path, as_="admin", body={"account": {"settings": {"final_grades_override": [1]}}}).status == 400


def test_where_schemes_are_left_to_administrators_teachers_make_none(api: Api) -> None:
    standard = {"title": "S", "grading_scheme_entry": [{"name": "A", "value": 50}, {"name": "F", "value": 0}]}
    path = f"/courses/{COURSE}/grading_standards"
    assert api.post(path, body=standard).status == 200
    setting = {"account": {"settings": {"restrict_grading_scheme_editing_to_admins": True}}}
    assert api.put(f"/accounts/{ROOT}", as_="admin", body=setting).status == 200
    assert api.post(path, body=standard).status == 403


def test_courses_show_letters_by_the_default_of_their_account(api: Api) -> None:
    def letter() -> Any:
        (found,) = api.get(f"/courses/{COURSE}/enrollments", user_id=PEOPLE["ann"]).body
        return found["grades"]["current_grade"]

    made = api.post(
        f"/courses/{COURSE}/assignments", body={"assignment": {"name": "A", "points_possible": 10, "published": True}}
    )
    path = f"/courses/{COURSE}/assignments/{made.body['id']}/submissions/{PEOPLE['ann']}"
    api.put(path, body={"submission": {"posted_grade": "9.5"}})
    assert letter() is None
    standard = {"title": "S", "grading_scheme_entry": [{"name": "Good", "value": 50}, {"name": "Bad", "value": 0}]}
    number = api.post(f"/accounts/{ROOT}/grading_standards", as_="admin", body=standard).body["id"]
    assert api.put(f"/accounts/{ROOT}", as_="admin", body={"account": {"default_grading_standard_id": number}}).status == 200
    assert letter() == "Good"
    assert api.put(f"/accounts/{SUB}", as_="admin", body={"account": {"default_grading_standard_id": 0}}).status == 200
    assert letter() == "A"


def test_scores_follow_when_unposted_anonymous_work_shall_not_count(api: Api) -> None:
    def final() -> Any:
        (found,) = api.get(f"/courses/{COURSE}/enrollments", user_id=PEOPLE["ann"]).body
        return found["grades"]["unposted_final_score"]

    for name, anonymous, score in (("Plain", False, "10"), ("Anonymous", True, "5")):
        body = {
            "name": name,
            "points_possible": 10,
            "published": True,
            "anonymous_grading": anonymous,
            "post_manually": anonymous,
        }
        made = api.post(f"/courses/{COURSE}/assignments", body={"assignment": body}).body
        (row,) = api.rows(
            sa.select(t.submissions.c.anonymous_id).where(
                t.submissions.c.assignment_id == made["id"], t.submissions.c.user_id == PEOPLE["ann"]
            )
        )
        place = f"anonymous_submissions/{row}" if anonymous else f"submissions/{PEOPLE['ann']}"
        path = f"/courses/{COURSE}/assignments/{made['id']}/{place}"
        assert api.put(path, body={"submission": {"posted_grade": score}}).status == 200
    assert final() == 75.0
    setting = {"account": {"settings": {"grade_calc_ignore_unposted_anonymous": True}}}
    assert api.put(f"/accounts/{ROOT}", as_="admin", body=setting).status == 200
    assert final() == 100.0


# Roles


def test_the_roles_of_an_account_begin_with_the_built_in_ones(shared: Api) -> None:
    listed = shared.get(ROLES, as_="subadmin", per_page=100).body
    assert [one["label"] for one in listed] == [
        "AccountAdmin",
        "StudentEnrollment",
        "TeacherEnrollment",
        "TaEnrollment",
        "DesignerEnrollment",
        "ObserverEnrollment",
        "StudentViewEnrollment",
    ]
    assert {one["workflow_state"] for one in listed} == {"built_in"}
    teacher = shared.get(f"{ROLES}/{TEACHER_ROLE}", as_="subadmin").body
    assert teacher == listed[2]
    assert (teacher["base_role_type"], teacher["is_account_role"], teacher["account"]["id"]) == (
        "TeacherEnrollment",
        False,
        SUB,
    )
    assert teacher["permissions"]["manage_grades"] == {
        "enabled": True,
        "locked": False,
        "readonly": False,
        "explicit": False,
        "applies_to_self": True,
        "applies_to_descendants": True,
    }
    assert teacher["permissions"]["become_user"] == {"enabled": False, "locked": False, "readonly": False, "explicit": False}


def test_a_role_is_defined_changed_deactivated_and_activated(api: Api) -> None:
    body = {
        "label": "Grader",
        "base_role_type": "TaEnrollment",
        "permissions": {
            "manage_assignments": {"explicit": True, "enabled": False},
            "manage_wiki": {"explicit": 1, "enabled": 1},
        },
    }
    made = api.post(ROLES, as_="subadmin", body=body).body
    assert (made["label"], made["role"], made["workflow_state"]) == ("Grader", "Grader", "active")
    assert made["permissions"]["manage_assignments"]["enabled"] is False
    assert made["permissions"]["manage_assignments"]["prior_default"] is True
    assert "manage_wiki" not in made["permissions"]
    path = f"{ROLES}/{made['id']}"
    assert api.get(path, as_="subadmin").body == made
    sent = {"label": "Marker", "permissions": {"manage_assignments": {"explicit": False}}}
    changed = api.put(path, as_="subadmin", body=sent).body
    assert (changed["label"], changed["permissions"]["manage_assignments"]["explicit"]) == ("Marker", False)
    assert api.delete(path, as_="subadmin").body["workflow_state"] == "inactive"
    assert "Marker" not in [one["label"] for one in api.get(ROLES, as_="subadmin", per_page=50).body]
    assert [one["label"] for one in api.get(ROLES, as_="subadmin", state__="inactive").body] == ["Marker"]
    assert api.post(f"{path}/activate", as_="subadmin").body["workflow_state"] == "active"


def test_roles_of_accounts_above_are_listed_when_asked_for_and_changed_there_only(api: Api) -> None:
    made = api.post(f"/accounts/{ROOT}/roles", as_="admin", form="label=Auditor").body
    labels = [one["label"] for one in api.get(ROLES, as_="subadmin", per_page=50).body]
    assert "Auditor" not in labels
    listed = api.get(ROLES, as_="subadmin", per_page=50, show_inherited="true").body
    assert (listed[-1]["label"], listed[-1]["account"]["id"]) == ("Auditor", ROOT)
    assert api.put(f"{ROLES}/{made['id']}", as_="admin", form="label=Mine").status == 403
    assert api.delete(f"{ROLES}/{made['id']}", as_="admin").status == 403
    assert api.put(f"/accounts/{ROOT}/roles/{made['id']}", as_="subadmin", form="label=Mine").status == 403


def test_what_an_account_changes_in_a_built_in_role_counts_in_its_courses(api: Api) -> None:
    path = f"/courses/{COURSE}/assignments"
    assert api.post(path, as_="ta", body={"assignment": {"name": "A"}}).status == 201
    off = {"permissions": {"manage_assignments": {"explicit": True, "enabled": False}}}
    ta = 9_999_999_999_004
    changed = api.put(f"{ROLES}/{ta}", as_="subadmin", body=off).body
    assert changed["permissions"]["manage_assignments"]["enabled"] is False
    assert changed["permissions"]["manage_assignments"]["prior_default"] is True
    assert api.post(path, as_="ta", body={"assignment": {"name": "B"}}).status == 403
    assert api.get(f"/accounts/{ROOT}/roles/{ta}", as_="admin").body["permissions"]["manage_assignments"]["enabled"] is True
    back = {"permissions": {"manage_assignments": {"explicit": False}}}
    assert api.put(f"{ROLES}/{ta}", as_="subadmin", body=back).status == 200
    assert api.post(path, as_="ta", body={"assignment": {"name": "C"}}).status == 201


def test_people_are_enrolled_in_roles_by_their_numbers(api: Api) -> None:
    made = api.post(ROLES, as_="subadmin", body={"label": "Grader", "base_role_type": "TaEnrollment"}).body
    for role_id, label in ((made["id"], "Grader"), (TEACHER_ROLE, "TeacherEnrollment")):
        body = {"enrollment": {"user_id": PEOPLE["stranger"], "role_id": role_id}}
        found = api.post(f"/courses/{COURSE}/enrollments", as_="admin", body=body).body
        assert (found["role"], found["role_id"]) == (label, role_id)


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({}, "label"),
        ({"label": "x" * 256}, "label"),
        ({"label": "TeacherEnrollment"}, "label"),
        ({"label": "X", "base_role_type": "AccountAdmin"}, "base_role_type"),
        ({"label": "X", "base_role_type": "Emperor"}, "base_role_type"),
        ({"label": "X", "permissions": {"read_sis": {"enabled": True, "locked": True}}}, "permissions"),
        ({"label": "X", "permissions": {"read_sis": {"enabled": True, "applies_to_self": False}}}, "permissions"),
    ],
)
def test_what_a_role_cannot_be(shared: Api, sent: dict[str, Any], attribute: str) -> None:
    reply = shared.post(ROLES, as_="subadmin", body=sent)
    assert (reply.status, list(reply.body["errors"])) == (400, [attribute])


def test_labels_of_roles_are_unique_and_built_in_ones_stay(api: Api) -> None:
    assert api.post(ROLES, as_="subadmin", form="label=One").status == 200
    assert api.post(ROLES, as_="subadmin", form="role=One").status == 400
    two = api.post(ROLES, as_="subadmin", form="role=Two").body["id"]
    assert api.put(f"{ROLES}/{two}", as_="subadmin", form="label=One").status == 400
    assert api.put(f"{ROLES}/{TEACHER_ROLE}", as_="subadmin", form="label=Boss").status == 400
    assert api.delete(f"{ROLES}/{TEACHER_ROLE}", as_="subadmin").status == 400


def test_nobody_gives_a_right_that_they_lack(api: Api) -> None:
    hold(api, "stranger", SUB, "manage_account", "read_roster")

    def give(right: str) -> int:
        permissions = {right: {"explicit": True, "enabled": True}}
        return api.post(ROLES, as_="stranger", body={"label": f"With {right}", "permissions": permissions}).status

    assert give("become_user") == 403
    assert give("manage_grades") == 403
    assert give("read_roster") == 200
    assert give("manage_account_settings") == 200
    more = {"permissions": {"manage_sis": {"explicit": True, "enabled": True}}}
    assert api.put(f"{ROLES}/50", as_="stranger", body=more).status == 403
    assert api.put(f"{ROLES}/{ADMIN_ROLE}", as_="stranger", body=more).status == 403
    off = {"permissions": {"manage_sis": {"explicit": True, "enabled": False}}}
    assert api.put(f"{ROLES}/{ADMIN_ROLE}", as_="admin", body=off).status == 200
    back = {"permissions": {"manage_sis": {"explicit": False}}}
    assert api.put(f"{ROLES}/{ADMIN_ROLE}", as_="stranger", body=back).status == 403


# Who holds roles


def test_roles_are_given_and_taken(api: Api) -> None:
    made = api.post(ADMINS, as_="subadmin", form=f"user_id={PEOPLE['stranger']}").body
    assert (made["role"], made["role_id"], made["workflow_state"]) == ("AccountAdmin", ADMIN_ROLE, "active")
    assert made["user"]["id"] == PEOPLE["stranger"]
    assert api.post(ADMINS, as_="subadmin", form="user_id=sis_user_id:SIS-stranger").body["id"] == made["id"]
    role = api.post(ROLES, as_="subadmin", form="label=Reader").body
    reader = api.post(ADMINS, as_="subadmin", body={"user_id": PEOPLE["stranger"], "role_id": role["id"]}).body
    assert (reader["role"], reader["role_id"]) == ("Reader", role["id"])
    listed = api.get(ADMINS, as_="subadmin").body
    assert [(one["user"]["id"], one["role"]) for one in listed] == [
        (PEOPLE["subadmin"], "AccountAdmin"),
        (PEOPLE["stranger"], "AccountAdmin"),
        (PEOPLE["stranger"], "Reader"),
    ]
    assert len(api.get(ADMINS, as_="subadmin", user_id__=PEOPLE["stranger"]).body) == 2
    assert [one["role"] for one in api.get(f"{ADMINS}/self", as_="stranger").body] == ["AccountAdmin", "Reader"]
    gone = api.delete(f"{ADMINS}/{PEOPLE['stranger']}", as_="subadmin", role_id=role["id"]).body
    assert (gone["role"], gone["workflow_state"]) == ("Reader", "deleted")
    assert api.delete(f"{ADMINS}/{PEOPLE['stranger']}", as_="subadmin", role="Reader").status == 404
    assert api.delete(f"{ADMINS}/{PEOPLE['stranger']}", as_="subadmin").status == 200
    assert api.get(f"/accounts/{SUB}", as_="stranger").status == 403
    assert api.post(ADMINS, as_="subadmin", form=f"user_id={PEOPLE['stranger']}").body["id"] == made["id"]


def test_who_gives_roles_to_whom(api: Api) -> None:
    body = {"user_id": PEOPLE["stranger"]}
    expected = {"teacher": 403, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(ADMINS, as_=who, body=body).status for who in expected} == expected
    assert {who: api.get(ADMINS, as_=who).status for who in expected} == expected
    assert api.post(f"/accounts/{ROOT}/admins", as_="subadmin", body=body).status == 403
    assert api.post(ADMINS, as_="subadmin", body={"user_id": PEOPLE["foreigner"]}).status == 404
    assert api.post(ADMINS, as_="subadmin", body={}).status == 400
    assert api.post(ADMINS, as_="subadmin", body={**body, "role": "Emperor"}).status == 400
    assert api.post(ADMINS, as_="subadmin", body={**body, "role_id": TEACHER_ROLE}).status == 400


def test_nobody_gives_or_takes_a_role_that_may_more(api: Api) -> None:
    hold(api, "stranger", SUB, "manage_account")
    assert api.post(ADMINS, as_="stranger", body={"user_id": PEOPLE["stranger"]}).status == 403
    assert api.delete(f"{ADMINS}/{PEOPLE['subadmin']}", as_="stranger").status == 403
    same = {"user_id": PEOPLE["teacher"], "role_id": 50}
    assert api.post(ADMINS, as_="stranger", body=same).status == 200
    assert api.delete(f"{ADMINS}/{PEOPLE['teacher']}", as_="stranger", role_id=50).status == 200
