"""Everything around courses through Canvas's own Python client, against a real server."""

from __future__ import annotations

from typing import Any

import pytest
from canvasapi import Canvas
from canvasapi.exceptions import CanvasException, Forbidden, InvalidAccessToken, ResourceDoesNotExist, UnprocessableEntity

from gradewire.store.engine import open_store
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SUB, build
from tests.server import Server

pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS


@pytest.fixture(scope="module")
def url(module_server: Server) -> str:
    with open_store(module_server.database_url, connections=1) as store:
        store.write(build)
    return module_server.url


@pytest.fixture
def admin(url: str) -> Any:
    return Canvas(url, "admin")


def test_terms_and_grading_periods(url: str, admin: Any) -> None:
    root = admin.get_account(ROOT)
    term = root.create_enrollment_term(enrollment_term={"name": "Year"})
    assert term.edit(enrollment_term={"name": "School year"}).name == "School year"
    assert [one.id for one in root.get_enrollment_terms()] == [term.id]
    assert root.get_enrollment_term(term.id).name == "School year"
    course = admin.get_course(COURSE)
    course.update(course={"term_id": term.id})
    made = root._requester.request(
        "POST",
        f"accounts/{ROOT}/grading_period_sets",
        _kwargs=[("grading_period_set[title]", "Set"), ("enrollment_term_ids[]", term.id)],
    ).json()
    number = made["grading_period_set"]["id"]
    dates = [
        ("Autumn", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ("Spring", "2026-06-01T00:00:00Z", "2026-12-01T00:00:00Z"),
    ]
    fields = [
        (f"grading_periods[][{name}]", value)
        for title, start, end in dates
        for name, value in (("title", title), ("start_date", start), ("end_date", end))
    ]
    root._requester.request("PATCH", f"grading_period_sets/{number}/grading_periods/batch_update", _kwargs=fields)
    autumn, spring = course.get_grading_periods()
    assert (autumn.title, spring.title) == ("Autumn", "Spring")
    assert [one.id for one in root.get_grading_periods()] == [autumn.id, spring.id]
    one = course.get_grading_period(autumn.id)
    changed = one.update([{"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-05-01T00:00:00Z", "weight": 25}])
    assert (changed.start_date, changed.weight) == ("2026-01-02T00:00:00Z", 25.0)
    with pytest.raises(UnprocessableEntity, match="overlap"):
        changed.update([{"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-07-01T00:00:00Z"}])
    with pytest.raises(Forbidden):
        Canvas(url, "teacher").get_course(COURSE).get_grading_period(autumn.id).delete()
    assert changed.delete() == 204
    assert root.delete_grading_period(spring.id)
    assert list(course.get_grading_periods()) == []


def test_custom_columns(url: str) -> None:
    course = Canvas(url, "teacher").get_course(COURSE)
    notes = course.create_custom_column({"title": "Notes"})
    seat = course.create_custom_column({"title": "Seat", "position": 1})
    assert notes.reorder_custom_columns([seat.id, notes.id])
    assert [one.title for one in course.get_custom_columns()] == ["Seat", "Notes"]
    entries = [{"column_id": notes.id, "user_id": PEOPLE["ann"], "content": "early"}]
    assert course.column_data_bulk_update(entries).workflow_state == "completed"
    (entry,) = notes.get_column_entries()
    assert entry.update_column_data({"content": "late"}).content == "late"
    assert notes.update_custom_column(column={"title": "Remarks"}).title == "Remarks"
    notes.delete()
    assert [one.title for one in course.get_custom_columns()] == ["Seat"]


def test_accounts_courses_and_sections(admin: Any) -> None:
    root = admin.get_account(ROOT)
    below = root.create_subaccount({"name": "Below"})
    assert below.update(account={"name": "Lower"})
    assert "Lower" in [one.name for one in root.get_subaccounts()]
    course = below.create_course(course={"name": "New", "course_code": "N"}, offer=True)
    assert [one.id for one in below.get_courses()] == [course.id]
    section = course.create_course_section(course_section={"name": "Second"})
    assert section.edit(course_section={"name": "Zweite"}).name == "Zweite"
    assert sorted(one.name for one in course.get_sections()) == ["New", "Zweite"]
    section.delete()
    assert course.conclude()
    with pytest.raises(CanvasException):
        root.get_subaccounts()[0].delete()  # courses are in it
    assert course.delete()
    below.delete()
    with pytest.raises(ResourceDoesNotExist):
        admin.get_account(below.id)


def test_roles_and_admins(url: str, admin: Any) -> None:
    account = admin.get_account(SUB)
    role = account.create_role("Auditor", permissions={"view_all_grades": {"explicit": 1, "enabled": 1}})
    assert role.permissions["view_all_grades"]["enabled"] is True
    assert "Auditor" in [one.label for one in account.get_roles()]
    assert account.get_role(role.id).label == "Auditor"
    assert account.update_role(role.id, label="Reviewer").label == "Reviewer"
    made = account.create_admin(PEOPLE["stranger"], role_id=role.id)
    assert made.role == "Reviewer"
    assert [one.id for one in Canvas(url, "stranger").get_accounts()] == [SUB]
    assert {one.role for one in account.get_admins()} == {"AccountAdmin", "Reviewer"}
    account.delete_admin(PEOPLE["stranger"], role_id=role.id)
    assert account.deactivate_role(role.id).workflow_state == "inactive"
    assert account.activate_role(role.id).workflow_state == "active"


def test_users_logins_and_tokens(url: str, admin: Any) -> None:
    root = admin.get_account(ROOT)
    user = root.create_user({"unique_id": "grace", "password": "0123456789"}, user={"name": "Grace Hopper"})
    assert user.edit(user={"short_name": "Grace"}).short_name == "Grace"
    assert [one.id for one in root.get_users(search_term="hopper")] == [user.id]
    assert admin.get_user(user.id).get_profile()["login_id"] == "grace"
    login = root.create_user_login(user={"id": user.id}, login={"unique_id": "amazing"})
    assert login.edit(login={"unique_id": "amazing.grace"}).unique_id == "amazing.grace"
    assert [one.unique_id for one in user.get_user_logins()] == ["grace", "amazing.grace"]
    login.delete()
    made = root._requester.request("POST", f"users/{user.id}/tokens", _kwargs=[("token[purpose]", "x")]).json()
    assert Canvas(url, made["token"]).get_current_user().id == user.id
    assert [one.name for one in Canvas(url, "observer").get_current_user().get_observees()] == ["Ann"]
    assert [one.id for one in Canvas(url, "ann").get_current_user().get_courses()] == [COURSE]
    root.delete_user(user)
    with pytest.raises(InvalidAccessToken):
        Canvas(url, made["token"]).get_current_user()
