"""Single grades by the hot path: everything in one commit, and nobody's work lost, on both databases."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import scores
from gradewire.actions.grading import GradeCommand, Graded, grade_one
from gradewire.actions.unit import Asker, BearerToken, RequestFacts, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Denied, NotFound, Unauthenticated
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.worlds import load_world

COURSE, QUIZ, ESSAY = 1, 1, 2
STUDENT = 11
SCOPE = "url:PUT|/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id"


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    load_world(database_url, "moderated.yaml")
    with open_store(database_url) as store:
        yield World(store, events=EventSettings(base_url="http://lms.example.test/"))


def asker(token: str = "token-teacher") -> Asker:
    facts = RequestFacts(
        request_id="98e1b771-fe22-4481-8264-d523dadb16b1",
        hostname="lms.example.test",
        http_method="PUT",
        url="http://lms.example.test/api/v1/x",
        scope=SCOPE,
    )
    return Asker(BearerToken(hashlib.sha256(token.encode()).hexdigest()), facts)


def put(world: World, entry: str, *, assignment: int = QUIZ, student: int = STUDENT, who: str = "token-teacher") -> Graded:
    return grade_one(
        world,
        asker(who),
        course_id=COURSE,
        assignment_id=assignment,
        student_id=student,
        command=GradeCommand(entry=entry),
    )


def rows(world: World, table: sa.Table, *conditions: Any) -> list[Any]:
    with world.store.read() as connection:
        return list(connection.execute(sa.select(table).where(*conditions).order_by(table.c.id)))


def course_score(world: World, student: int = STUDENT) -> Any:
    (row,) = rows(world, t.scores, t.scores.c.user_id == student, t.scores.c.course_score)
    return row


def test_grade_history_score_and_events_are_one_commit(world: World) -> None:
    graded = put(world, "8")
    assert (graded.view.row.score, graded.view.row.version) == (8.0, 1)
    score = course_score(world)
    assert (score.current_score, score.final_score, score.unposted_final_score) == (80.0, 7.27, 7.27)
    (version,) = rows(world, t.grade_versions)
    assert (version.score, version.old_score, version.cause, version.acting_user_id) == (8.0, None, "grade", 2)
    first, second = rows(world, t.outbox)
    assert (first.name, second.name) == ("grade_change", "course_grade_change")
    assert json.loads(first.canvas)["body"]["score"] == 8
    assert json.loads(first.caliper)["generated"]["scoreGiven"] == 8
    put(world, "9")
    body = json.loads(rows(world, t.outbox)[2].canvas)["body"]
    assert (body["old_grade"], body["old_score"], body["grade"]) == ("8", 8, "9")


def test_a_score_takes_the_mark_incomplete_away(world: World) -> None:
    quiz = t.submissions.c.assignment_id == QUIZ
    world.store.write(lambda connection: connection.execute(sa.update(t.submissions).where(quiz).values(incomplete=True)))
    assert not put(world, "8").view.row.incomplete
    marked = {row.user_id: row.incomplete for row in rows(world, t.submissions, quiz)}
    assert marked.pop(STUDENT) is False
    assert set(marked.values()) == {True}


def test_a_grade_that_is_refused_changes_nothing(world: World) -> None:
    for who, assignment, error in (
        ("token-student1", QUIZ, Denied),
        ("token-teacher", ESSAY, Denied),  # under moderation
        ("token-teacher", 99, NotFound),
        ("no-such-token", QUIZ, Unauthenticated),
    ):
        with pytest.raises(error):
            put(world, "8", assignment=assignment, who=who)
    with pytest.raises(NotFound):
        put(world, "8", student=2)  # the teacher is no student
    assert rows(world, t.grade_versions) == rows(world, t.outbox) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expired"),
        ({"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)}, "revoked"),
        ({"scopes": ["url:GET|/api/v1/courses"]}, "scope"),
    ],
)
def test_a_token_that_is_not_good_for_it(world: World, values: dict[str, Any], reason: str) -> None:
    world.store.write(lambda connection: connection.execute(sa.update(t.access_tokens).values(**values)))
    with pytest.raises(Unauthenticated) as refused:
        put(world, "8")
    assert refused.value.reason == reason


def test_a_token_with_the_scope_may(world: World) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    change = sa.update(t.access_tokens).values(scopes=[SCOPE], expires_at=later)
    world.store.write(lambda connection: connection.execute(change))
    assert put(world, "8").view.row.score == 8.0


def test_a_change_of_rules_is_seen_by_the_next_grade(world: World) -> None:
    put(world, "8")

    def double(unit: Unit) -> None:
        unit.connection.execute(sa.update(t.assignments).where(t.assignments.c.id == QUIZ).values(points_possible=20))
        unit.touch_rules(COURSE)
        scores.recompute(unit, COURSE)

    write(world, Asker(System()), double)
    assert course_score(world).current_score == 40.0
    put(world, "10")
    assert course_score(world).current_score == 50.0


def test_rules_of_a_transaction_that_failed_are_forgotten(world: World) -> None:
    put(world, "8")

    def fail(unit: Unit) -> None:
        unit.connection.execute(sa.update(t.assignments).where(t.assignments.c.id == QUIZ).values(points_possible=1000))
        unit.touch_rules(COURSE)
        assert unit.rules(COURSE).assignments[QUIZ].points_possible == 1000
        raise Denied

    with pytest.raises(Denied):
        write(world, Asker(System()), fail)
    write(world, Asker(System()), lambda unit: unit.touch_rules(COURSE))  # the same version number again, other rules
    put(world, "5")
    assert course_score(world).current_score == 50.0


def test_writers_of_one_student_never_lose_each_others_work(world: World) -> None:
    """Many grades of one student at once, and recomputations between them: scores, versions and events agree in the end."""

    def make_more(unit: Unit) -> None:
        template = unit.connection.execute(sa.select(t.assignments).where(t.assignments.c.id == QUIZ)).mappings().one()
        for number in range(10, 14):
            values = {**template, "id": number, "name": f"Quiz {number}"}
            unit.connection.execute(sa.insert(t.assignments).values(**values))
            work = {"course_id": COURSE, "assignment_id": number, "user_id": STUDENT, "anonymous_id": f"q{number:04d}"}
            unit.connection.execute(sa.insert(t.submissions).values(**work, created_at=unit.now, updated_at=unit.now))
        unit.touch_rules(COURSE)
        scores.recompute(unit, COURSE)

    write(world, Asker(System()), make_more)
    problems: list[BaseException] = []

    def grade_all(assignment: int) -> None:
        try:
            for score in range(1, 9):
                put(world, str(score), assignment=assignment)
        except BaseException as error:  # noqa: BLE001 - shown by the test itself
            problems.append(error)

    def recompute_all() -> None:
        try:
            for _ in range(10):
                write(world, Asker(System()), lambda unit: scores.recompute(unit, COURSE))
        except BaseException as error:  # noqa: BLE001 - shown by the test itself
            problems.append(error)

    threads = [threading.Thread(target=grade_all, args=(number,)) for number in range(10, 14)]
    threads.append(threading.Thread(target=recompute_all))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert course_score(world).current_score == 80.0
    versions = rows(world, t.grade_versions, t.grade_versions.c.assignment_id >= 10)
    assert len(versions) == 32
    changes = [json.loads(row.canvas)["body"] for row in rows(world, t.outbox) if row.name == "course_grade_change"]
    for before, after in itertools.pairwise(changes):
        assert after["old_current_score"] == before["current_score"]  # in order, none lost
