"""``as_user_id``: acting as somebody else, with that person's rights and never more, and never unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, MANY, assign, moderate
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SUB, Api, Reply, running

INVALID = {"errors": "Invalid as_user_id"}
SHARD = 10**13


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        found.add(
            t.roles,
            {
                "id": 1,
                "account_id": ROOT,
                "name": "Support",
                "base_role_type": "AccountMembership",
                "permissions": {"become_user": True},
            },
            {
                "id": 2,
                "account_id": ROOT,
                "name": "Reader",
                "base_role_type": "AccountMembership",
                "permissions": {"read_roster": True},
            },
            {
                "id": 3,
                "account_id": SUB,
                "name": "Local support",
                "base_role_type": "AccountMembership",
                "permissions": {"become_user": True},
            },
        )
        found.add(t.account_users, {"account_id": ROOT, "user_id": PEOPLE["stranger"], "role_id": 1})
        yield found


def who(api: Api, caller: str, target: Any, **more: Any) -> Reply:
    return api.get("/users/self", as_=caller, as_user_id=target, **more)


@pytest.mark.parametrize(
    "target",
    [
        "2",
        "10000000000002",
        "1~2",
        "sis_user_id:SIS-teacher",
        "sis_login_id:teacher@example.edu",
        "hex:sis_user_id:5349532d74656163686572",
    ],
)
def test_a_person_is_named_by_any_form_of_id(api: Api, target: str) -> None:
    assert who(api, "admin", target).body["id"] == PEOPLE["teacher"]


@pytest.mark.parametrize("target", ["", "self", "1"])
def test_acting_as_oneself_is_no_masquerade(api: Api, target: str) -> None:
    assert who(api, "admin", target).body["id"] == PEOPLE["admin"]
    assert who(api, "ann", "self").body["id"] == ANN, "and needs no right"


@pytest.mark.parametrize(
    "target", ["999", "abc", "0", "-1", "90", "sis_user_id:SIS-foreigner", "sis_user_id:nobody", "20000000000002", "9" * 30]
)
def test_who_is_not_there_cannot_be_acted_as(api: Api, target: str) -> None:
    reply = who(api, "admin", target)
    assert (reply.status, reply.body) == (401, INVALID)


def test_an_id_that_is_no_text_names_nobody(api: Api) -> None:
    for sent in (True, ["2"], {"id": 2}, 2.5):
        assert api.put(MANY + "/1", as_="admin", body={"as_user_id": sent}).body == INVALID, sent


@pytest.mark.parametrize("caller", ["teacher", "ta", "ann", "observer", "subadmin"])
def test_the_right_is_one_of_the_whole_institution(api: Api, caller: str) -> None:
    """Not even the administrator of a part of it has it."""
    reply = who(api, caller, PEOPLE["bob"])
    assert (reply.status, reply.body) == (401, INVALID)


def test_a_role_with_the_right_is_enough(api: Api) -> None:
    assert who(api, "stranger", ANN).body["id"] == ANN
    assert who(api, "stranger", PEOPLE["teacher"]).body["id"] == PEOPLE["teacher"]


@pytest.mark.parametrize("target", ["admin", "subadmin"])
def test_nobody_becomes_somebody_with_more_rights_in_an_account(api: Api, target: str) -> None:
    reply = who(api, "stranger", PEOPLE[target])
    assert (reply.status, reply.body) == (401, INVALID)


def test_roles_within_ones_own_are_no_hindrance(api: Api) -> None:
    assert who(api, "admin", PEOPLE["subadmin"]).body["id"] == PEOPLE["subadmin"]
    assert who(api, "admin", PEOPLE["stranger"]).body["id"] == PEOPLE["stranger"]
    api.add(t.account_users, {"id": 50, "account_id": SUB, "user_id": PEOPLE["designer"], "role_id": 3})
    assert who(api, "stranger", PEOPLE["designer"]).body["id"] == PEOPLE["designer"], "the same right, further down"
    api.add(t.account_users, {"id": 51, "account_id": ROOT, "user_id": PEOPLE["designer"], "role_id": 2})
    assert who(api, "stranger", PEOPLE["designer"]).body == INVALID, "one right more"
    api.change(t.account_users, 51, workflow_state="deleted")
    assert who(api, "stranger", PEOPLE["designer"]).body["id"] == PEOPLE["designer"]


def test_the_target_s_rights_count_and_no_others(api: Api) -> None:
    work = assign(api)["id"]
    path = f"{MANY}/{work}/submissions/{ANN}"
    assert api.put(path, as_="admin", body={"submission": {"posted_grade": "3"}, "as_user_id": ANN}).status == 403
    assert api.get(path, as_="admin", as_user_id=PEOPLE["bob"]).status == 403
    assert api.get(path, as_="admin", as_user_id=ANN).status == 200
    assert api.put(path, as_="stranger", body={"submission": {"posted_grade": "3"}}).status in {403, 404}
    assert api.put(path, as_="stranger", body={"submission": {"posted_grade": "3"}, "as_user_id": 2}).status == 200


def test_the_token_is_judged_first(api: Api) -> None:
    assert who(api, "forged", "2").body == {"errors": [{"message": "Invalid access token."}]}
    assert api.get("/users/self", as_=None, as_user_id="2").body["status"] == "unauthenticated"


def test_somebody_deleted_cannot_be_acted_as(api: Api) -> None:
    api.change(t.users, PEOPLE["cem"], workflow_state="deleted")
    assert who(api, "admin", PEOPLE["cem"]).body == INVALID
    api.change(t.users, PEOPLE["cem"], workflow_state="registered")
    assert who(api, "admin", PEOPLE["cem"]).body["id"] == PEOPLE["cem"]


def metadata(api: Api) -> dict[str, Any]:
    text = api.rows(sa.select(t.outbox.c.canvas).order_by(t.outbox.c.id.desc()).limit(1))[0]
    found: dict[str, Any] = json.loads(text)["metadata"]
    return found


def test_md05_masquerading(api: Api) -> None:
    """Case MD05 of the events: the impersonated user, and who really acts; login and SIS id are the former's."""
    work = assign(api)["id"]
    path = f"{MANY}/{work}/submissions/{ANN}"
    assert api.put(path, as_="admin", body={"submission": {"posted_grade": "8"}, "as_user_id": 2}).status == 200
    told = metadata(api)
    assert (told["user_id"], told["real_user_id"]) == (str(SHARD + PEOPLE["teacher"]), str(SHARD + PEOPLE["admin"]))
    assert (told["user_login"], told["user_sis_id"]) == ("teacher@example.edu", "SIS-teacher")
    assert told["context_role"] == "TeacherEnrollment"
    g = t.grade_versions.c
    last = api.rows(sa.select(g.acting_user_id, g.grader_id).order_by(g.id.desc()).limit(1))
    assert last == [(PEOPLE["teacher"], PEOPLE["teacher"])]
    assert api.put(path, as_="teacher", body={"submission": {"posted_grade": "7"}}).status == 200
    assert "real_user_id" not in metadata(api)


def test_the_audit_trail_names_who_really_acts(api: Api) -> None:
    work = moderate(api, final_grader_id=PEOPLE["teacher"])["id"]
    path = f"{MANY}/{work}/submissions/{ANN}"
    sent = {"submission": {"posted_grade": "8", "provisional": True}, "as_user_id": PEOPLE["ta"]}
    assert api.put(path, as_="admin", body=sent).status == 200
    m = t.moderation_events.c
    trail = api.rows(
        sa.select(m.user_id, m.payload).where(m.assignment_id == work, m.event_type == "provisional_grade_created")
    )
    assert [(user, payload["real_user_id"]) for user, payload in trail] == [(PEOPLE["ta"], PEOPLE["admin"])]


def test_a_course_is_listed_as_the_target_sees_it(api: Api) -> None:
    mine = api.get(f"/courses/{COURSE}/enrollments", as_="admin", as_user_id=PEOPLE["section_ta"]).body
    theirs = api.get(f"/courses/{COURSE}/enrollments", as_="section_ta").body
    assert [one["id"] for one in mine] == [one["id"] for one in theirs]
    assert len(mine) < len(api.get(f"/courses/{COURSE}/enrollments", as_="admin").body)


def test_it_costs_a_few_statements_whoever_is_acted_as(api: Api) -> None:
    def count(target: int) -> int:
        with api.counting() as found:
            assert who(api, "admin", target).status == 200
        return len(found)

    assert count(PEOPLE["subadmin"]) == count(ANN) <= 9
