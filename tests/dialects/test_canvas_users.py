"""Users, their logins and their access tokens: shapes, rules, and who may do what to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.passwords import matches
from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, PEOPLE, ROOT, SUB, Api, running
from tests.dialects.test_canvas_accounts import hold

USERS = f"/accounts/{ROOT}/users"
LOGINS = f"/accounts/{ROOT}/logins"
ANN, BOB, STRANGER = PEOPLE["ann"], PEOPLE["bob"], PEOPLE["stranger"]


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing that others see."""
    with running(module_database_url) as found:
        yield found


def names(reply: Any) -> list[str]:
    return [one["name"] for one in reply.body]


def login_of(api: Api, user_id: int) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/users/{user_id}/logins", as_="admin").body[0]
    return found


# Users


def test_a_user_with_all_fields_and_a_profile(shared: Api) -> None:
    shown = shared.get("/users/self", as_="ann").body
    assert {**shown, "created_at": None, "avatar_url": ""} == {
        "id": ANN,
        "name": "Ann",
        "created_at": None,
        "sortable_name": "Ann",
        "short_name": "Ann",
        "sis_user_id": "SIS-ann",
        "integration_id": None,
        "login_id": "ann@example.edu",
        "email": None,
        "locale": None,
        "effective_locale": "en",
        "time_zone": None,
        "avatar_url": "",
    }
    profile = shared.get(f"/users/{ANN}/profile", as_="admin").body
    assert (profile["login_id"], profile["primary_email"], profile["sis_user_id"]) == ("ann@example.edu", None, "SIS-ann")
    expected = {"teacher": 403, "bob": 403, "subadmin": 403, "foreigner": 404}
    assert {who: shared.get(f"/users/{ANN}/profile", as_=who).status for who in expected} == expected


def test_the_people_of_an_account(shared: Api) -> None:
    everybody = shared.get(USERS, as_="admin", per_page=100)
    assert names(everybody) == sorted(name.capitalize() for name in PEOPLE if name != "foreigner")
    of_sub = names(shared.get(f"/accounts/{SUB}/users", as_="subadmin", per_page=100))
    assert of_sub == ["Ann", "Bob", "Cem", "Designer", "Observer", "Section_ta", "Subadmin", "Ta", "Teacher"]
    assert names(shared.get(USERS, as_="admin", enrollment_type="student")) == ["Ann", "Bob", "Cem"]
    assert names(shared.get(f"/accounts/{SUB}/users", as_="admin", enrollment_type="teacher")) == ["Teacher"]
    expected = {"teacher": 403, "ann": 403, "subadmin": 403, "foreigner": 404}
    assert {who: shared.get(USERS, as_=who).status for who in expected} == expected


def test_people_are_searched_and_sorted(shared: Api) -> None:
    assert names(shared.get(USERS, as_="admin", search_term="bo")) == ["Bob"]
    assert names(shared.get(USERS, as_="admin", search_term="SIS-cem")) == ["Cem"]
    assert names(shared.get(USERS, as_="admin", search_term="%%")) == []
    assert shared.get(USERS, as_="admin", search_term="b").status == 400
    assert names(shared.get(USERS, as_="admin", enrollment_type="student", order="desc")) == ["Cem", "Bob", "Ann"]
    assert names(shared.get(USERS, as_="admin", enrollment_type="student", sort="sis_id", order="desc"))[0] == "Cem"
    assert shared.get(USERS, as_="admin", sort="shoe_size").status == 400
    assert "email" not in shared.get(USERS, as_="admin").body[0]
    assert "email" in shared.get(USERS, as_="admin", include__="email").body[0]


def test_a_person_is_made_with_a_login_and_signs_in_by_the_password(api: Api) -> None:
    body = {
        "user": {"name": "Ada Lovelace", "time_zone": "Europe/London"},
        "pseudonym": {"unique_id": "ada@example.edu", "password": "0123456789", "sis_user_id": "SIS-ada"},
    }
    made = api.post(USERS, as_="admin", body=body)
    assert made.status == 200, made.body
    assert (made.body["name"], made.body["sortable_name"], made.body["short_name"]) == (
        "Ada Lovelace",
        "Lovelace, Ada",
        "Ada Lovelace",
    )
    assert (made.body["login_id"], made.body["sis_user_id"], made.body["email"]) == (
        "ada@example.edu",
        "SIS-ada",
        "ada@example.edu",
    )
    (kept,) = api.rows(sa.select(t.logins.c.password_hash).where(t.logins.c.user_id == made.body["id"]))
    assert kept.startswith("$argon2id$")
    assert matches(kept, "0123456789")
    assert "password" not in str(api.get(f"/users/{made.body['id']}/logins", as_="admin").body)
    nameless = api.post(USERS, as_="admin", form="pseudonym[unique_id]=x1&communication_channel[address]=x@example.edu").body
    assert (nameless["name"], nameless["email"]) == ("x1", "x@example.edu")


@pytest.mark.parametrize(
    ("user", "pseudonym", "attribute"),
    [
        ({}, {}, "unique_id"),
        ({}, {"unique_id": "ann@example.edu"}, "unique_id"),
        ({}, {"unique_id": "x", "sis_user_id": "SIS-ann"}, "sis_user_id"),
        ({}, {"unique_id": "x", "password": "short"}, "password"),
        ({"name": "x" * 256}, {"unique_id": "x"}, "name"),
        ({"time_zone": "Mars/Olympus"}, {"unique_id": "x"}, "time_zone"),
        ({"email": "nonsense"}, {"unique_id": "x"}, "email"),
    ],
)
def test_what_a_new_person_cannot_be(shared: Api, user: Any, pseudonym: Any, attribute: str) -> None:
    reply = shared.post(USERS, as_="admin", body={"user": user, "pseudonym": pseudonym})
    assert reply.status == 400
    assert attribute in reply.body["errors"]


def test_people_change_themselves_and_administrators_change_others(api: Api) -> None:
    path = f"/users/{ANN}"
    assert api.put(path, as_="ann", form="user[short_name]=Annie&user[pronouns]=she").body["short_name"] == "Annie"
    renamed = api.put(path, as_="admin", body={"user": {"name": "Ann Smith", "email": "ann@new.example"}}).body
    assert (renamed["name"], renamed["sortable_name"], renamed["short_name"]) == ("Ann Smith", "Smith, Ann", "Annie")
    assert renamed["email"] == "ann@new.example"
    assert api.put(path, as_="ann", form="user[email]=me@example.edu").status == 403
    expected = {"bob": 403, "teacher": 403, "subadmin": 403, "foreigner": 404}
    assert {who: api.put(path, as_=who, form="user[name]=X").status for who in expected} == expected
    assert api.put(path, as_="admin", form="user[name]=").status == 400
    assert api.put(path, as_="admin", form="user[event]=explode").status == 400


def test_a_suspended_person_is_locked_out_and_comes_back(api: Api) -> None:
    path = f"/users/{ANN}"
    assert api.put(path, as_="ann", form="user[event]=suspend").status == 403
    assert api.put(path, as_="admin", form="user[event]=suspend").status == 200
    assert api.get("/users/self", as_="ann").status == 401
    assert ANN in [one["user_id"] for one in api.get(f"/courses/{COURSE}/enrollments").body]
    assert api.put(path, as_="admin", form="user[event]=unsuspend").status == 200
    assert api.get("/users/self", as_="ann").status == 200


def test_a_deleted_person_leaves_everything_and_the_grades_stay(api: Api) -> None:
    body = {"assignment": {"name": "A", "points_possible": 10, "published": True}}
    work = api.post(f"/courses/{COURSE}/assignments", body=body).body["id"]
    api.put(f"/courses/{COURSE}/assignments/{work}/submissions/{ANN}", body={"submission": {"posted_grade": "7"}})
    expected = {"teacher": 403, "ann": 403, "subadmin": 403, "foreigner": 404}
    assert {who: api.delete(f"{USERS}/{ANN}", as_=who).status for who in expected} == expected
    assert api.delete(f"/accounts/{SUB}/users/{ANN}", as_="admin").status == 400
    assert api.delete(f"{USERS}/{PEOPLE['admin']}", as_="admin").status == 403
    assert api.delete(f"{USERS}/{ANN}", as_="admin").body["id"] == ANN
    assert api.get("/users/self", as_="ann").status == 401
    assert api.get(f"/users/{ANN}", as_="admin").status == 404
    assert ANN not in [one["user_id"] for one in api.get(f"/courses/{COURSE}/enrollments").body]
    assert "Ann" not in names(api.get(USERS, as_="admin", per_page=50))
    assert "Ann" in names(api.get(USERS, as_="admin", per_page=50, include_deleted_users="true"))
    s = t.submissions.c
    assert api.rows(sa.select(s.workflow_state, s.score).where(s.user_id == ANN, s.assignment_id == work)) == [("deleted", 7.0)]
    c = t.scores.c
    assert set(api.rows(sa.select(c.workflow_state).where(c.user_id == ANN))) == {"deleted"}
    again = api.post(USERS, as_="admin", body={"pseudonym": {"unique_id": "ann@example.edu", "sis_user_id": "SIS-ann"}})
    assert again.status == 200, again.body
    assert again.body["id"] != ANN


def test_a_deleted_moderator_moderates_no_longer(api: Api) -> None:
    body = {
        "name": "M",
        "points_possible": 10,
        "published": True,
        "moderated_grading": True,
        "grader_count": 1,
        "final_grader_id": PEOPLE["teacher"],
    }
    made = api.post(f"/courses/{COURSE}/assignments", body={"assignment": body}).body["id"]
    assert api.delete(f"{USERS}/{PEOPLE['teacher']}", as_="admin").status == 200
    assert api.get(f"/courses/{COURSE}/assignments/{made}", as_="ta").body["final_grader_id"] is None


def test_whom_people_observe(shared: Api) -> None:
    observer = PEOPLE["observer"]
    assert names(shared.get("/users/self/observees", as_="observer")) == ["Ann"]
    assert shared.get(f"/users/self/observees/{ANN}", as_="observer").body["name"] == "Ann"
    assert shared.get(f"/users/self/observees/{BOB}", as_="observer").status == 404
    assert names(shared.get(f"/users/{ANN}/observers", as_="admin")) == ["Observer"]
    assert "login_id" not in shared.get("/users/self/observees", as_="observer").body[0]
    expected = {"admin": 200, "teacher": 403, "ann": 403, "foreigner": 404}
    assert {who: shared.get(f"/users/{observer}/observees", as_=who).status for who in expected} == expected


def test_the_courses_of_another_user(shared: Api) -> None:
    path = f"/users/{ANN}/courses"
    (found,) = shared.get(path, as_="admin").body
    assert found["id"] == COURSE
    assert [(one["type"], one["user_id"]) for one in found["enrollments"]] == [("student", ANN)]
    assert [one["id"] for one in shared.get(path, as_="observer").body] == [COURSE]
    assert [one["id"] for one in shared.get("/users/self/courses", as_="ann").body] == [COURSE]
    assert shared.get(f"/users/{STRANGER}/courses", as_="admin").body == []
    expected = {"bob": 403, "teacher": 403, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(path, as_=who).status for who in expected} == expected
    assert shared.get(f"/users/{BOB}/courses", as_="observer").status == 403


# Logins


def test_a_login_is_added_changed_and_deleted(api: Api) -> None:
    body = {"user": {"id": ANN}, "login": {"unique_id": "ann.2", "password": "0123456789", "integration_id": "I-1"}}
    made = api.post(LOGINS, as_="admin", body=body).body
    assert made == {
        "id": made["id"],
        "account_id": ROOT,
        "user_id": ANN,
        "unique_id": "ann.2",
        "sis_user_id": None,
        "integration_id": "I-1",
        "authentication_provider_id": None,
        "authentication_provider_type": None,
        "workflow_state": "active",
        "created_at": made["created_at"],
    }
    path = f"{LOGINS}/{made['id']}"
    assert api.put(path, as_="admin", form="login[unique_id]=ann.3").body["unique_id"] == "ann.3"
    assert [one["unique_id"] for one in api.get(f"/users/{ANN}/logins", as_="ann").body] == ["ann@example.edu", "ann.3"]
    assert len(api.get(LOGINS, as_="admin", per_page=50).body) == len(PEOPLE)
    of_ann: dict[str, Any] = {"user[id]": ANN}
    assert [one["user_id"] for one in api.get(LOGINS, as_="admin", **of_ann).body] == [ANN, ANN]
    assert api.delete(f"/users/{BOB}/logins/{made['id']}", as_="admin").status == 404
    assert api.delete(f"/users/{ANN}/logins/{made['id']}", as_="admin").body["unique_id"] == "ann.3"
    assert api.put(path, as_="admin", form="login[unique_id]=x").status == 404
    last = api.delete(f"/users/{ANN}/logins/{login_of(api, ANN)['id']}", as_="admin")
    assert (last.status, list(last.body["errors"])) == (400, ["base"])


@pytest.mark.parametrize(
    ("sent", "attribute"),
    [
        ({"unique_id": "bob@example.edu"}, "unique_id"),
        ({"unique_id": " "}, "unique_id"),
        ({"unique_id": "x" * 256}, "unique_id"),
        ({"sis_user_id": "SIS-bob"}, "sis_user_id"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 1001}, "password"),
    ],
)
def test_what_a_login_cannot_be(shared: Api, sent: dict[str, Any], attribute: str) -> None:
    number = login_of(shared, ANN)["id"]
    reply = shared.put(f"{LOGINS}/{number}", as_="admin", body={"login": sent})
    assert (reply.status, list(reply.body["errors"])) == (400, [attribute])
    assert login_of(shared, ANN)["unique_id"] == "ann@example.edu"


def test_a_login_needs_a_user_and_belongs_to_a_root_account(shared: Api) -> None:
    body = {"login": {"unique_id": "new"}}
    assert shared.post(LOGINS, as_="admin", body=body).status == 400
    assert shared.post(LOGINS, as_="admin", body={**body, "user": {"id": PEOPLE["foreigner"]}}).status == 404
    assert shared.post(f"/accounts/{SUB}/logins", as_="admin", body={**body, "user": {"id": ANN}}).status == 400


def test_people_change_their_own_password_by_the_old_one(api: Api) -> None:
    path = f"{LOGINS}/{login_of(api, ANN)['id']}"
    assert api.put(path, as_="admin", body={"login": {"password": "the first one"}}).status == 200
    new = {"password": "the second one"}
    assert api.put(path, as_="ann", body={"login": new}).status == 400
    assert api.put(path, as_="ann", body={"login": {**new, "old_password": "a guess"}}).status == 400
    assert api.put(path, as_="ann", body={"login": {**new, "old_password": "the first one"}}).status == 200
    (kept,) = api.rows(sa.select(t.logins.c.password_hash).where(t.logins.c.user_id == ANN))
    assert matches(kept, "the second one")
    assert api.put(path, as_="ann", body={"login": {"unique_id": "king"}}).status == 403
    assert api.put(path, as_="bob", body={"login": {**new, "old_password": "the second one"}}).status == 403


def test_a_new_password_ends_sessions(api: Api) -> None:
    stamps = {"public_id": "p", "csrf_token": "c"}
    with api.engine.begin() as connection:
        connection.execute(
            sa.insert(t.sessions).values(
                digest="d" * 64, user_id=ANN, expires_at=sa.func.now(), created_at=sa.func.now(), **stamps
            )
        )
    number = login_of(api, ANN)["id"]
    assert api.put(f"{LOGINS}/{number}", as_="admin", body={"login": {"password": "another one!"}}).status == 200
    assert api.rows(sa.select(t.sessions.c.user_id)) == []


def test_nobody_takes_over_the_sign_in_of_somebody_who_may_more(api: Api) -> None:
    hold(api, "stranger", ROOT, "manage_account", "view_user_logins", "read_sis", "become_user")
    boss = PEOPLE["admin"]
    number = login_of(api, boss)["id"]
    password = {"login": {"password": "mine all mine"}}
    assert api.put(f"{LOGINS}/{number}", as_="stranger", body=password).status == 403
    assert api.post(LOGINS, as_="stranger", body={"user": {"id": boss}, "login": {"unique_id": "k"}}).status == 403
    assert api.delete(f"/users/{boss}/logins/{number}", as_="stranger").status == 403
    assert api.put(f"/users/{boss}", as_="stranger", form="user[email]=x@example.edu").status == 403
    assert api.delete(f"{USERS}/{boss}", as_="stranger").status == 403
    assert api.post(f"/users/{boss}/tokens", as_="stranger", form="token[purpose]=x").status == 403
    assert api.put(f"{LOGINS}/{login_of(api, ANN)['id']}", as_="stranger", body=password).status == 200


# Access tokens


def make_token(api: Api, as_: str, user: Any = "self", **sent: Any) -> Any:
    return api.post(f"/users/{user}/tokens", as_=as_, body={"token": {"purpose": "Script", **sent}})


def test_a_token_is_made_used_shown_without_its_secret_and_revoked(api: Api) -> None:
    made = make_token(api, "ann", expires_at="2099-01-01T00:00:00Z").body
    secret = made.pop("token")
    assert made == {
        "id": made["id"],
        "user_id": ANN,
        "purpose": "Script",
        "app_name": "User-Generated",
        "scopes": [],
        "created_at": made["created_at"],
        "expires_at": "2099-01-01T00:00:00Z",
        "workflow_state": "active",
        "remember_access": False,
        "real_user_id": None,
        "token_hint": secret[:5],
        "can_manually_regenerate": True,
    }
    assert api.get("/users/self", as_=secret).body["id"] == ANN
    path = f"/users/{ANN}/tokens/{made['id']}"
    assert api.get(path, as_="ann").body == made
    assert api.get(f"/users/self/tokens/{secret[:5]}", as_="ann").body == made
    assert made["id"] in [one["id"] for one in api.get("/users/self/user_generated_tokens", as_="ann").body]
    assert api.rows(sa.select(t.access_tokens.c.digest).where(t.access_tokens.c.id == made["id"])) != [secret]
    assert api.delete(path, as_="ann").body == made
    assert api.get("/users/self", as_=secret).status == 401
    assert api.get(path, as_="ann").status == 404
    assert api.delete(path, as_="ann").status == 404


def test_a_token_is_changed_and_made_anew(api: Api) -> None:
    made = make_token(api, "ann").body
    path = f"/users/self/tokens/{made['id']}"
    changed = api.put(path, as_="ann", body={"token": {"purpose": "Other", "expires_at": "2098-01-01T00:00:00Z"}}).body
    assert (changed["purpose"], changed["expires_at"], "token" in changed) == ("Other", "2098-01-01T00:00:00Z", False)
    anew = api.put(path, as_="ann", body={"token": {"regenerate": True}}).body
    assert anew["token"] != made["token"]
    assert api.get("/users/self", as_=made["token"]).status == 401
    assert api.get("/users/self", as_=anew["token"]).status == 200


def test_scopes_of_a_token_restrict_it_and_what_it_makes(api: Api) -> None:
    courses, tokens = "url:GET|/api/v1/courses", "url:POST|/api/v1/users/:user_id/tokens"
    scoped = make_token(api, "ann", scopes=[courses, tokens]).body
    assert scoped["scopes"] == [courses, tokens]
    assert api.get("/courses", as_=scoped["token"]).status == 200
    assert api.get("/users/self", as_=scoped["token"]).status == 401
    assert make_token(api, scoped["token"], scopes=[courses]).status == 200
    assert make_token(api, scoped["token"]).status == 403
    assert make_token(api, scoped["token"], scopes=[courses, "url:GET|/api/v1/users/:id"]).status == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"purpose": ""}, 400),
        ({"purpose": "x" * 256}, 400),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
        ({"scopes": ["everything"]}, 400),
        ({"scopes": ["url:GET|/api/v1/courses", "url:BREW|/coffee"]}, 400),
    ],
)
def test_what_a_token_cannot_be(shared: Api, sent: dict[str, Any], status: int) -> None:
    assert make_token(shared, "ann", **sent).status == status


def test_tokens_of_others_are_for_those_who_may_become_them(api: Api) -> None:
    own = make_token(api, "ann").body["id"]
    expected = {"bob": 403, "teacher": 403, "subadmin": 403, "foreigner": 404}
    path = f"/users/{ANN}/tokens/{own}"
    assert {who: make_token(api, who, ANN).status for who in expected} == expected
    assert {who: api.get(path, as_=who).status for who in expected} == expected
    assert {who: api.put(path, as_=who, body={"token": {"regenerate": True}}).status for who in expected} == expected
    assert {who: api.delete(path, as_=who).status for who in expected} == expected
    for_her = make_token(api, "admin", ANN).body
    assert api.get("/users/self", as_=for_her["token"]).body["id"] == ANN
    hold(api, "stranger", ROOT, "manage_account")
    assert make_token(api, "stranger", ANN).status == 403
    assert api.delete(path, as_="stranger").status == 200
