"""Entity tags and conditions (RFC 9110, 13): who writes what they have not seen is refused, and no grade is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.conditional import entity_tag, expected_states, is_known
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.dialects.service_world import ESSAY, ONE, QUIZ, Client, serving
from tests.server import running_server
from tests.worlds import load_world

WRITERS = 6
ROUNDS = 5


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    with serving(database_url) as found:
        yield found


def tag(client: Client, path: str = f"{ONE}/11", who: str = "teacher") -> str:
    found: str = client.get(path, who).headers["etag"]
    return found


def comment(client: Client, text: str = "Well done", who: str = "teacher", **headers: str) -> httpx.Response:
    return client.ask("PUT", f"{ONE}/11", who, body={"comment": {"text_comment": text}}, **headers)


# The headers


@pytest.mark.parametrize(
    ("sent", "states"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"a"', {"a"}),
        ('"a", "b"', {"a", "b"}),
        ('"a","b-digest"', {"a", "b"}),
        ('"a;ids"', {"a"}),
        ('W/"a"', set()),
        ('W/"a", "b"', {"b"}),
        ('""', {""}),
    ],
)
def test_if_match_names_states_of_strong_tags(sent: str | None, states: set[str] | None) -> None:
    assert expected_states({} if sent is None else {"if-match": sent}) == states


@pytest.mark.parametrize(
    "sent", ["", "a", '"a', 'a"', '"a" "b"', '"a",', ',"a"', '"a"b', "w/x", "'a'", '"a' + "a" * 5000 + '"']
)
def test_a_condition_that_cannot_be_read_is_malformed(sent: str) -> None:
    with pytest.raises(Malformed):
        expected_states({"if-match": sent})


def test_a_tag_of_more_than_the_state_keeps_the_state_in_front() -> None:
    plain, more, other = entity_tag("s"), entity_tag("s", {"a": 1}), entity_tag("s", {"a": 2})
    assert len({plain, more, other}) == 3
    assert {expected_states({"if-match": one}) for one in (plain, more, other)} == {frozenset({"s"})}
    assert is_known({"if-none-match": f'"x", {more}'}, more)
    assert is_known({"if-none-match": f"W/{more}"}, more), "reading compares weakly"
    assert not is_known({"if-none-match": plain}, more)
    assert not is_known({"if-none-match": "rubbish"}, more)


# What the tag is about

CHANGES: dict[str, Callable[[Client], httpx.Response]] = {
    "a grade": lambda client: client.grade(11, "7"),
    "the same points in other letters": lambda client: client.grade(11, "60%"),
    "an excusal": lambda client: client.ask("PUT", f"{ONE}/11", body={"submission": {"excuse": True}}),
    "clearing": lambda client: client.grade(11, ""),
    "a status": lambda client: client.ask("PUT", f"{ONE}/11", body={"submission": {"late_policy_status": "missing"}}),
    "a comment": comment,
    "hiding grades": lambda client: client.ask("POST", f"{QUIZ}/hide_grades"),
    "an attempt": lambda client: client.ask(
        "POST", ONE, "student1", body={"submission": {"submission_type": "online_text_entry", "body": "Mine"}}
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_tag_changes_with_what_is_seen(client: Client, change: str) -> None:
    if change == "an attempt":
        body = {"assignment": {"submission_types": ["online_text_entry"]}}
        assert client.ask("PUT", QUIZ, body=body).status_code == 200
    assert client.grade(11, "6").status_code == 200
    before = tag(client)
    assert tag(client) == before
    answer = CHANGES[change](client)
    assert answer.status_code in {200, 201}, answer.text
    after = tag(client)
    assert after != before
    if answer.request.method == "PUT":
        assert answer.headers["etag"] == after, "the answer to a PUT carries the new tag"


def test_it_does_not_change_with_what_others_get(client: Client) -> None:
    before = tag(client)
    assert client.grade(12, "3").status_code == 200
    assert tag(client) == before


def test_a_student_learns_nothing_from_it_that_is_not_shown(client: Client) -> None:
    """Not even that there is a grade: it is hidden until it is posted."""
    assert client.ask("PUT", QUIZ, body={"assignment": {"post_manually": True}}).status_code == 200
    before = {who: tag(client, who=who) for who in ("student1", "teacher")}
    assert client.grade(11, "7").status_code == 200
    assert comment(client, "Not yet for you").status_code == 200
    after = {who: tag(client, who=who) for who in ("student1", "teacher")}
    assert after["student1"] == before["student1"]
    assert after["teacher"] != before["teacher"]


def test_reading_again_what_did_not_change_is_304(client: Client) -> None:
    for path in (f"{ONE}/11", f"{ONE}/11?include[]=submission_comments&include[]=user"):
        first = client.get(path)
        again = client.get(path, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert client.get(path, if_none_match='"other"').status_code == 200
    seen = tag(client)
    assert client.grade(11, "7").status_code == 200
    assert client.get(f"{ONE}/11", if_none_match=seen).status_code == 200


def test_ids_as_texts_are_another_representation_of_the_same_state(client: Client) -> None:
    numbers, texts = client.get(f"{ONE}/11"), client.get(f"{ONE}/11", accept="application/json+canvas-string-ids")
    assert numbers.headers["etag"] != texts.headers["etag"]
    assert client.get(f"{ONE}/11", if_none_match=texts.headers["etag"]).status_code == 200
    assert client.grade(11, "7", if_match=texts.headers["etag"]).status_code == 200


def test_the_names_of_people_are_seen_only_where_they_are_asked_for(client: Client, database_url: str) -> None:
    plain, named = tag(client), tag(client, f"{ONE}/11?include[]=user")
    with open_store(database_url, connections=1) as store:
        store.write(lambda connection: connection.execute(sa.update(t.users).where(t.users.c.id == 11).values(name="Renamed")))
    assert tag(client) == plain
    assert tag(client, f"{ONE}/11?include[]=user") != named
    assert client.grade(11, "7", if_match=named).status_code == 200, "the state is the same"


# Writing under a condition


def test_if_match_writes_what_was_seen_and_nothing_else(client: Client) -> None:
    seen = tag(client)
    first = client.grade(11, "7", if_match=seen)
    assert first.status_code == 200
    second = client.grade(11, "8", if_match=seen)
    assert second.status_code == 412
    assert second.json()["current"]["score"] == 7.0
    assert second.json()["current"]["submission_comments"] == []
    assert second.json()["errors"][0]["message"]
    assert client.get(f"{ONE}/11").json()["score"] == 7.0
    again = client.grade(11, "8", if_match=second.headers["etag"])
    assert (again.status_code, again.json()["score"]) == (200, 8.0)


def test_the_tag_of_an_answer_is_good_for_the_next_write(client: Client) -> None:
    found = tag(client)
    for grade in ("1", "2", "3", "", "4"):
        answer = client.grade(11, grade, if_match=found)
        assert answer.status_code == 200, (grade, answer.text)
        found = answer.headers["etag"]
    assert tag(client) == found


def test_a_comment_in_between_counts(client: Client) -> None:
    seen = tag(client)
    assert comment(client).status_code == 200
    answer = client.grade(11, "7", if_match=seen)
    assert answer.status_code == 412
    assert [one["comment"] for one in answer.json()["current"]["submission_comments"]] == ["Well done"]
    assert client.grade(11, "7", if_match=answer.headers["etag"]).status_code == 200
    assert comment(client, "Again", if_match=answer.headers["etag"]).status_code == 412


@pytest.mark.parametrize(("condition", "status"), [("*", 200), ('"nothing", *', 400), ("x", 400), ('W/"x"', 412), ('"x"', 412)])
def test_conditions_of_every_form(client: Client, condition: str, status: int) -> None:
    assert client.grade(11, "7", if_match=condition).status_code == status
    assert client.get(f"{ONE}/11").json()["score"] == (7.0 if status == 200 else None)


def test_who_may_not_write_is_told_that_first(client: Client) -> None:
    assert client.grade(11, "7", "student1", if_match='"x"').status_code == 403
    assert client.grade(99, "7", if_match='"x"').status_code == 404
    assert client.grade(11, "7", "nobody", if_match='"x"').status_code == 401


def test_by_the_anonymous_id_it_is_the_same(client: Client, database_url: str) -> None:
    with open_store(database_url, connections=1) as store, store.read() as connection:
        query = sa.select(t.submissions.c.anonymous_id).where(t.submissions.c.assignment_id == 1, t.submissions.c.user_id == 11)
        path = f"{QUIZ}/anonymous_submissions/{connection.execute(query).scalar()}"
    seen = tag(client, path)
    assert seen == tag(client)
    body = {"submission": {"posted_grade": "5"}}
    assert client.ask("PUT", path, body=body, if_match=seen).status_code == 200
    answer = client.ask("PUT", path, body=body, if_match=seen)
    assert answer.status_code == 412
    assert "user_id" not in answer.json()["current"]
    assert client.get(path, if_none_match=answer.headers["etag"]).status_code == 304


def provisionally(client: Client, grade: str, who: str, **headers: str) -> httpx.Response:
    return client.grade(11, grade, who, place=f"{ESSAY}/submissions", more={"provisional": True}, **headers)


def test_a_provisional_grade_has_a_state_of_its_own_to_each_marker(client: Client) -> None:
    path = f"{ESSAY}/submissions/11"
    seen = {who: tag(client, path, who) for who in ("marker1", "marker2")}
    first = provisionally(client, "61", "marker1", if_match=seen["marker1"])
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == tag(client, path, "marker1") != seen["marker1"]
    assert provisionally(client, "62", "marker2", if_match=seen["marker2"]).status_code == 200, "what others give is theirs"
    stale = provisionally(client, "63", "marker1", if_match=seen["marker1"])
    assert stale.status_code == 412
    assert 61.0 in [one["score"] for one in stale.json()["current"]["provisional_grades"]]
    assert provisionally(client, "63", "marker1", if_match=stale.headers["etag"]).status_code == 200


# Overrides


def override(client: Client, number: int, score: Any, **headers: str) -> httpx.Response:
    return client.ask(
        "PUT", f"/api/v1/courses/1/enrollments/{number}/override_score", body={"override_score": score}, **headers
    )


@pytest.fixture
def enrollment(client: Client, database_url: str) -> int:
    """That of the first student, in a course that lets its grades be overridden."""
    with open_store(database_url, connections=1) as store:
        store.write(
            lambda connection: connection.execute(
                sa.update(t.courses).values(allow_final_grade_override=True, rules_version=t.courses.c.rules_version + 1)
            )
        )
        with store.read() as connection:
            number: int = connection.execute(sa.select(t.enrollments.c.id).where(t.enrollments.c.user_id == 11)).scalar_one()
    assert client.grade(11, "5").status_code == 200
    return number


def test_an_override_may_have_a_condition(client: Client, enrollment: int) -> None:
    path = f"/api/v1/accounts/1/enrollments/{enrollment}"
    seen = tag(client, path)
    first = override(client, enrollment, 91, if_match=seen)
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == tag(client, path)
    stale = override(client, enrollment, 92, if_match=seen)
    assert (stale.status_code, stale.json()["current"]["grades"]["override_score"]) == (412, 91.0)
    assert override(client, enrollment, 92, if_match=stale.headers["etag"]).status_code == 200
    assert override(client, enrollment, 93, if_match="x").status_code == 400
    assert client.get(path, if_none_match=tag(client, path)).status_code == 304


def test_a_grade_in_between_is_no_other_override_but_something_new_to_read(client: Client, enrollment: int) -> None:
    path = f"/api/v1/accounts/1/enrollments/{enrollment}"
    seen = tag(client, path)
    assert client.grade(11, "9").status_code == 200
    assert client.get(path, if_none_match=seen).status_code == 200
    assert override(client, enrollment, 91, if_match=seen).status_code == 200


# At once


@pytest.fixture(scope="module")
def busy(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own, of two processes where the database allows it."""
    load_world(module_database_url, "moderated.yaml")
    settings = {"GRADEWIRE_WORKERS": "2" if module_database_url.startswith("postgresql") else "1"}
    with running_server(module_database_url, tmp_path_factory.mktemp("busy"), settings=settings) as server:
        yield server.url


def count_together(url: str, count: Callable[[Client], None]) -> None:
    """Let the writers count, each a few times, all at once."""
    barrier = threading.Barrier(WRITERS)

    def write() -> None:
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
            barrier.wait(30)
            for _ in range(ROUNDS):
                count(Client(http))

    with ThreadPoolExecutor(WRITERS) as pool:
        for one in [pool.submit(write) for _ in range(WRITERS)]:
            one.result(120)


def test_no_count_is_lost(busy: str) -> None:
    """Each reads the grade, adds one, and writes it back on condition; who is refused goes on from what the refusal shows."""
    refused = []

    def count(client: Client) -> None:
        seen = client.get(f"{ONE}/11")
        score, known = seen.json()["score"], seen.headers["etag"]
        while True:
            answer = client.grade(11, f"{(score or 0) + 1:g}", if_match=known)
            if answer.status_code == 200:
                return
            assert answer.status_code == 412, answer.text
            refused.append(1)
            score, known = answer.json()["current"]["score"], answer.headers["etag"]

    count_together(busy, count)
    with httpx.Client(base_url=busy, trust_env=False) as http:
        assert Client(http).get(f"{ONE}/11").json()["score"] == WRITERS * ROUNDS
    assert refused, "nobody met anybody: the test proved nothing"


def test_no_comment_is_overlooked(busy: str) -> None:
    """Half of them comment, half of them grade on the condition that they saw all comments: the grade written is the number
    of comments that were there, or the condition did not hold."""
    turns = iter(range(WRITERS * ROUNDS))
    wrong = []

    def count(client: Client) -> None:
        if next(turns) % 2:
            body = {"comment": {"text_comment": "Seen?"}}
            assert client.ask("PUT", f"{ONE}/12", body=body).status_code == 200
            return
        seen = client.get(f"{ONE}/12?include[]=submission_comments")
        there = [one["id"] for one in seen.json()["submission_comments"]]
        answer = client.grade(12, f"{len(there)}", if_match=seen.headers["etag"])
        if answer.status_code == 200 and [one["id"] for one in answer.json()["submission_comments"]][: len(there)] != there:
            wrong.append(answer.json())
        assert answer.status_code in {200, 412}

    count_together(busy, count)
    assert not wrong


def test_a_write_without_condition_never_meets_one_that_was_passed_over(busy: str, module_database_url: str) -> None:
    """Unconditional writers among the counters: every version of the grade follows from the one before it."""

    def count(client: Client) -> None:
        seen = client.get(f"{ONE}/13")
        assert client.grade(13, "1").status_code == 200
        answer = client.grade(13, f"{(seen.json()['score'] or 0) + 1:g}", if_match=seen.headers["etag"])
        assert answer.status_code == 412, "its own write came between"

    count_together(busy, count)
    assert history(module_database_url, 13) is None


def history(database_url: str, student: int) -> str | None:
    """What is wrong with the history of a grade: a version that does not begin where the one before it ended."""
    g = t.grade_versions.c

    def read(store: Store) -> list[Any]:
        with store.read() as connection:
            query = sa.select(g.number, g.old_score, g.score).where(g.user_id == student).order_by(g.number)
            return list(connection.execute(query))

    with open_store(database_url, connections=1) as store:
        rows = read(store)
    for before, after in pairwise(rows):
        if (before.number + 1, before.score) != (after.number, after.old_score):
            return f"{before} then {after}"
    return None
