"""The people, consumers and SIS imports of an account: by whom, and what is refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gradewire.actions.secrets import Vault
from gradewire.store import server_secrets
from gradewire.store import tables as t
from tests.web.web_world import ORIGIN, PEOPLE, ROOT, Browser, Web, add, form_with, running, text_of

USERS = f"/accounts/{ROOT}/users"
CONSUMERS = f"/accounts/{ROOT}/consumers"
IMPORTS = f"/accounts/{ROOT}/sis_imports"


def csrf(browser: Browser) -> str:
    return form_with(browser.get("/settings/sessions"), everywhere="1").fields["csrf_token"]


def test_users_are_found_made_changed_and_suspended(web: Web) -> None:
    admin = web.browser("admin")
    assert "Cem" in text_of(admin.get(USERS))
    found = text_of(admin.get(f"{USERS}?search=ann@"))
    assert "Ann" in found
    assert "Cem" not in found
    assert "two characters" in text_of(admin.get(f"{USERS}?search=a"))
    page = admin.get(USERS)
    form = form_with(page, unique_id="")
    sent = {"name": "Nina New", "unique_id": "nina@example.edu", "password": "nina-secret"}
    assert "too short" in text_of(admin.submit(page, form, **{**sent, "password": "short"}))
    made = admin.submit(page, form, **sent, sis_user_id="N-1")
    assert made.status_code == 303
    assert "already in use" in text_of(admin.submit(page, form, **sent))
    place = made.headers["location"].partition("?")[0]
    nina = web.browser("nina")
    one = admin.get(place)
    assert admin.submit(one, form_with(one, name="Nina New"), name="Nina Newer").status_code == 303
    assert web.rows(sa.select(t.users.c.name).where(t.users.c.id == int(place.rpartition("/")[2]))) == ["Nina Newer"]
    refused = admin.submit(one, form_with(one, name="Nina New"), name="")
    assert (refused.status_code, "blank" in text_of(refused)) == (400, True)
    assert admin.submit(one, form_with(one, event="suspend")).status_code == 303
    assert nina.get("/").headers["location"] == "/login"
    assert web.browser().sign_in("nina").status_code == 422
    again = admin.get(place)
    assert "suspended" in text_of(again)
    admin.submit(again, form_with(again, event="unsuspend"))
    assert web.browser().sign_in("nina").status_code == 303


def test_logins_are_changed_added_and_deleted_but_not_the_last(web: Web) -> None:
    admin = web.browser("admin")
    place = f"{USERS}/{PEOPLE['bob']}"
    page = admin.get(place)
    changed = admin.submit(page, form_with(page, unique_id="bob@example.edu"), password="another secret")
    assert changed.status_code == 303
    assert web.browser().sign_in("bob", "another secret").status_code == 303
    (first,) = web.rows(sa.select(t.logins.c.id).where(t.logins.c.user_id == PEOPLE["bob"]))
    token = {"csrf_token": csrf(admin)}
    last = admin.post(f"{place}/logins/{first}/delete", token)
    assert (last.status_code, "at least one login" in text_of(last)) == (400, True)
    assert admin.post(f"{place}/logins", {**token, "unique_id": "robert"}).status_code == 303
    assert admin.post(f"{place}/logins/{first}/delete", token).status_code == 303
    assert web.browser().sign_in("bob", "another secret").status_code == 422


@pytest.mark.parametrize("name", ["teacher", "ann"])
def test_nobody_else_sees_or_changes_them(module_web: Web, name: str) -> None:
    browser = module_web.browser(name)
    token = {"csrf_token": csrf(browser)}
    for path in (USERS, CONSUMERS, IMPORTS, f"{USERS}/{PEOPLE['bob']}", f"{IMPORTS}/1", f"{IMPORTS}/1/state"):
        assert browser.get(path).status_code == 403, path
    bob = f"{USERS}/{PEOPLE['bob']}"
    ends = ("", "/state", "/delete", "/logins", "/logins/1", "/logins/1/delete")
    for path in (
        USERS,
        CONSUMERS,
        f"{CONSUMERS}/1/secret",
        f"{CONSUMERS}/1/end",
        f"{IMPORTS}/1/abort",
        *(bob + end for end in ends),
    ):
        sent = {**token, "event": "suspend", "name": "X", "unique_id": "x"}
        assert browser.post(path, sent).status_code in {403, 404}, path
    assert module_web.rows(sa.select(t.users.c.workflow_state).distinct()) == ["registered"]


def test_nobody_locks_out_themselves_or_invents_states(module_web: Web) -> None:
    admin = module_web.browser("admin")
    token = {"csrf_token": csrf(admin)}
    own = f"{USERS}/{PEOPLE['admin']}"
    assert "Suspend" not in text_of(admin.get(own))
    assert admin.post(f"{own}/state", {**token, "event": "suspend"}).status_code == 403
    assert admin.post(f"{own}/delete", token).status_code == 403
    assert admin.post(f"{USERS}/{PEOPLE['ann']}/state", {**token, "event": "explode"}).status_code == 400


def test_a_consumer_is_made_with_a_secret_shown_once_renewed_and_ended(web: Web) -> None:
    admin = web.browser("admin")
    page = admin.get(CONSUMERS)
    made = admin.submit(page, form_with(page, name="", login=""), name="Sync", login="teacher@example.edu")
    assert made.status_code == 200
    secret = made.text.split('id="secret" value="')[1].split('"')[0]
    ((number, user_id, sealed),) = web.rows(sa.select(t.consumers.c.id, t.consumers.c.user_id, t.consumers.c.secret_encrypted))
    assert user_id == PEOPLE["teacher"]
    with web.engine.connect() as connection:
        key = server_secrets.get(connection, "encryption_key")
    assert key is not None
    assert Vault(key).unseal(sealed) == secret
    assert secret not in admin.get(CONSUMERS).text
    renewed = admin.post(f"{CONSUMERS}/{number}/secret", {"csrf_token": csrf(admin)})
    assert renewed.text.split('id="secret" value="')[1].split('"')[0] != secret
    assert admin.post(f"{CONSUMERS}/{number}/end", {"csrf_token": csrf(admin)}).status_code == 303
    assert web.rows(sa.select(t.consumers.c.workflow_state)) == ["deleted"]
    assert admin.post(f"{CONSUMERS}/{number}/secret", {"csrf_token": csrf(admin)}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"login": "nobody@example.edu"}, "Nobody of this institution"),
        ({"login": "teacher@example.edu", "callbacks": "https://app.example/back"}, "leave the login empty"),
        ({"callbacks": "javascript:alert(1)"}, "no address"),
    ],
)
def test_a_consumer_that_cannot_be_is_refused_in_words(module_web: Web, fields: dict[str, str], said: str) -> None:
    admin = module_web.browser("admin")
    answer = admin.post(CONSUMERS, {"csrf_token": csrf(admin), "name": "Sync", **fields})
    assert (answer.status_code, said in text_of(answer)) == (400, True)
    assert module_web.rows(sa.select(t.consumers.c.id)) == []


def test_the_key_of_somebody_who_may_more_is_not_made(web: Web) -> None:
    """Who manages the institution but may not act as others gets keys of nobody else."""
    add_role = {"account_id": ROOT, "name": "Helper", "base_role_type": "AccountMembership"}
    with web.engine.begin() as connection:
        add(connection, t.roles, {"id": 500, **add_role, "permissions": {"manage_account": True, "read": True}})
        add(connection, t.account_users, {"account_id": ROOT, "user_id": PEOPLE["marker"], "role_id": 500})
    helper = web.browser("marker")
    token = csrf(helper)
    for login in ("admin", "teacher"):
        sent = {"csrf_token": token, "name": "Sync", "login": f"{login}@example.edu"}
        assert helper.post(CONSUMERS, sent).status_code == 403
    assert helper.post(CONSUMERS, {"csrf_token": token, "name": "App"}).status_code == 200


def test_a_login_that_was_deleted_names_nobody(web: Web) -> None:
    admin = web.browser("admin")
    place, token = f"{USERS}/{PEOPLE['bob']}", {"csrf_token": csrf(admin)}
    (first,) = web.rows(sa.select(t.logins.c.id).where(t.logins.c.user_id == PEOPLE["bob"]))
    assert admin.post(f"{place}/logins", {**token, "unique_id": "robert"}).status_code == 303
    assert admin.post(f"{place}/logins/{first}/delete", token).status_code == 303
    assert admin.post(CONSUMERS, {**token, "name": "Sync", "login": "bob@example.edu"}).status_code == 400
    assert web.rows(sa.select(t.consumers.c.id)) == []


def test_an_import_that_cannot_be_is_refused_in_words(module_web: Web) -> None:
    admin = module_web.browser("admin")
    token = {"csrf_token": csrf(admin)}

    def send(fields: dict[str, str], name: str, content: bytes) -> tuple[int, str]:
        headers = {"Origin": ORIGIN}
        files = {"attachment": (name, content)}
        found = admin.client.post(IMPORTS, data={**token, **fields}, files=files, headers=headers)
        return found.status_code, text_of(found)

    assert send({}, "users.csv", b"") == (400, send({}, "users.csv", b"")[1])
    assert "Choose a file" in send({}, "users.csv", b"")[1]
    status, said = send({"batch_mode": "1"}, "users.csv", b"user_id,login_id,status\n")
    assert (status, "needed for batch_mode" in said) == (400, True)
    status, said = send({"change_threshold": "x"}, "users.csv", b"user_id,login_id,status\n")
    assert (status, "percentage" in said) == (400, True)
    assert send({}, "users.zip", b"PK\x03\x04 broken")[0] == 400
    assert module_web.rows(sa.select(t.sis_imports.c.id)) == []
    assert admin.get(f"{IMPORTS}/999").status_code == 404


def test_an_import_larger_than_the_server_takes_is_refused(database_url: str) -> None:
    with running(database_url, max_import_bytes=2048) as web:
        admin = web.browser("admin")
        files = {"attachment": ("users.csv", b"x" * 4096)}
        sent = admin.client.post(IMPORTS, data={"csrf_token": csrf(admin)}, files=files, headers={"Origin": ORIGIN})
        assert sent.status_code == 413
