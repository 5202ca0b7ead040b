"""What lists of enrollments can be narrowed to, and what can be asked to be added."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SECTION, Api, running

PATH = f"/courses/{COURSE}/enrollments"


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        found.add(t.enrollment_terms, {"id": 1, "root_account_id": ROOT, "name": "Year", "sis_term_id": "Y"})
        found.change(t.courses, COURSE, enrollment_term_id=1)
        found.add(t.group_categories, {"id": 1, "course_id": COURSE, "name": "Projects"})
        found.add(t.groups, *({"id": n, "group_category_id": 1, "course_id": COURSE, "name": f"G{n}"} for n in (1, 2)))
        found.add(t.group_memberships, {"group_id": 1, "user_id": PEOPLE["ann"]})
        found.add(t.group_memberships, {"group_id": 2, "user_id": PEOPLE["ann"], "workflow_state": "deleted"})
        found.change(t.users, PEOPLE["ann"], email="ann@example.edu")
        found.add(
            t.users,
            {"id": 30, "root_account_id": ROOT, "name": "Dee", "sortable_name": "Dee", "short_name": "Dee"},
        )
        found.add(
            t.enrollments,
            {"id": 130, "course_id": COURSE, "course_section_id": SECTION, "user_id": 30, "type": "StudentEnrollment"},
        )
        yield found


def users(api: Api, path: str = PATH, **query: str) -> list[int]:
    return [one["user_id"] for one in api.get(path, as_="admin", per_page=100, type__="StudentEnrollment", **query).body]


STUDENTS = [PEOPLE["ann"], PEOPLE["bob"], PEOPLE["cem"], 30]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sis_account_id__": "S"}, STUDENTS),
        ({"sis_account_id__": "X"}, []),
        ({"sis_course_id__": "SIS-5"}, STUDENTS),
        ({"sis_course_id__": "SIS-6"}, []),
        ({"sis_section_id__": "SEC-1"}, [PEOPLE["ann"], PEOPLE["bob"], 30]),
        ({"sis_section_id__": "SEC-9"}, []),
        ({"sis_user_id__": "SIS-bob"}, [PEOPLE["bob"]]),
        ({"created_for_sis_id": "true"}, STUDENTS[:3]),
        ({"created_for_sis_id": "false"}, [30]),
        ({"sis_section_id__": "SEC-1", "sis_user_id__": "SIS-ann"}, [PEOPLE["ann"]]),
    ],
)
def test_enrollments_are_narrowed_by_ids_of_other_systems(api: Api, query: dict[str, str], expected: list[int]) -> None:
    assert users(api, **query) == expected


def test_several_ids_of_other_systems_are_alternatives(api: Api) -> None:
    assert [one["user_id"] for one in api.get(PATH, sis_user_id__=["SIS-ann", "SIS-cem"]).body] == [
        PEOPLE["ann"],
        PEOPLE["cem"],
    ]


def test_the_enrollments_of_a_user_are_narrowed_by_term(api: Api) -> None:
    path = f"/users/{PEOPLE['ann']}/enrollments"
    assert users(api, path, enrollment_term_id="1") == [PEOPLE["ann"]]
    assert users(api, path, enrollment_term_id="sis_term_id:Y") == [PEOPLE["ann"]]
    assert users(api, path, enrollment_term_id="2") == []
    assert api.get(path, as_="admin", enrollment_term_id="sis_term_id:Z").status == 404


def test_users_of_enrollments_come_with_what_was_asked_for(api: Api) -> None:
    (plain,) = api.get(PATH, user_id=PEOPLE["ann"]).body
    assert not plain["user"].keys() & {"avatar_url", "group_ids", "email"}
    (found,) = api.get(PATH, user_id=PEOPLE["ann"], include__=["avatar_url", "group_ids", "email"]).body
    assert found["user"]["group_ids"] == [1]
    assert found["user"]["email"] == "ann@example.edu"
    assert found["user"]["avatar_url"].startswith("http")
    (own,) = api.get(PATH, as_="ann", user_id=PEOPLE["ann"], include__="email").body
    assert "email" not in own["user"]
    (shown,) = api.get(f"/courses/{COURSE}/users", user_ids__=PEOPLE["ann"], include__="avatar_url").body
    assert shown["avatar_url"].startswith("http")


def test_groups_are_added_with_one_more_statement(api: Api) -> None:
    counts = []
    for include in ("", "group_ids"):
        with api.counting() as statements:
            assert api.get(PATH, per_page=100, include__=include).status == 200
        counts.append(len(statements))
    assert counts[1] == counts[0] + 1
