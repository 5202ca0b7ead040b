"""The late policy of a course: its routes, and what it does to work that was graded or is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import late_policies
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.app import JOBS
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.scores_world import Scores, running

POLICY = "/courses/3/late_policy"
SAM, SUE, SID = 11, 12, 13
LATE = {"late_submission_deduction_enabled": True, "late_submission_deduction": 10}


@pytest.fixture
def api(database_url: str) -> Iterator[Scores]:
    with running(database_url) as found:
        yield found


@pytest.fixture
def world(api: Scores, database_url: str) -> Iterator[World]:  # noqa: ARG001 - the institution must be there
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://localhost/"))


def run(world: World, action: Callable[[Unit], Any]) -> Any:
    return write(world, Asker(System()), action)


def work(api: Scores, assignment_id: int, user_id: int, *columns: str) -> tuple[Any, ...]:
    c = t.submissions.c
    names = columns or ("score", "grade", "points_deducted")
    query = sa.select(*(c[name] for name in names)).where(c.assignment_id == assignment_id, c.user_id == user_id)
    with api.engine.connect() as connection:
        return tuple(connection.execute(query).one())


def local(text: str) -> int:
    """An id of an event, which may be a global one."""
    return int(text) % 10**13


def create(api: Scores, **fields: Any) -> Any:
    return api.post(POLICY, body={"late_policy": fields})


def test_made_shown_and_changed(api: Scores) -> None:
    assert api.get(POLICY).status == 404
    assert api.patch(POLICY, body={"late_policy": LATE}).status == 404
    made = create(api, missing_submission_deduction=12.345, late_submission_interval="hour")
    assert made.status == 201
    policy = made.body["late_policy"]
    assert policy["course_id"] == 3
    assert policy["missing_submission_deduction"] == 12.35
    assert (policy["late_submission_interval"], policy["late_submission_deduction_enabled"]) == ("hour", False)
    assert api.get(POLICY).body == made.body
    again = create(api)
    assert (again.status, again.body) == (400, {"error": "The course has a late policy already; change that one."})
    changed = api.patch(POLICY, body={"late_policy": {"late_submission_deduction": "7.5"}})
    assert (changed.status, changed.body) == (204, None)
    shown = api.get(POLICY).body["late_policy"]
    assert (shown["late_submission_deduction"], shown["late_submission_interval"]) == (7.5, "hour")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("late_submission_deduction", -1),
        ("late_submission_deduction", 100.01),
        ("late_submission_minimum_percent", 101),
        ("missing_submission_deduction", -0.01),
        ("late_submission_interval", "week"),
    ],
)
def test_values_that_no_policy_has(api: Scores, field: str, value: Any) -> None:
    reply = create(api, **{field: value})
    assert (reply.status, list(reply.messages)) == (400, [field])
    assert api.get(POLICY).status == 404


@pytest.mark.parametrize("body", [{}, {"late_policy": 5}, {"late_policy": {"late_submission_deduction": "NaN"}}])
def test_what_cannot_be_read(api: Scores, body: Any) -> None:
    assert api.post(POLICY, body=body).status == 400


def test_who_may(api: Scores) -> None:
    create(api)
    assert api.get(POLICY, as_="admin").status == 200
    for who in ("sam", "stranger"):
        assert api.get(POLICY, as_=who).status == 403
        assert api.patch(POLICY, as_=who, body={"late_policy": LATE}).status == 403
        assert api.post(POLICY, as_=who, body={"late_policy": LATE}).status == 403


def test_graded_work_follows(api: Scores) -> None:
    create(api, **LATE)
    assert work(api, 31, SAM) == (7.0, "7", 2.0), "two days begun"
    assert work(api, 31, SUE) == (8.0, "8", None), "in time to the second"
    assert work(api, 32, SAM) == (9.0, "9", None), "in a closed period"
    assert work(api, 37, SAM) == (8.5, "B", 1.0)
    assert work(api, 37, SAM, "posted_at") == (None,), "what was hidden stays hidden"
    assert work(api, 31, SAM, "graded_at")[0].replace(tzinfo=UTC) == datetime(2024, 3, 5, 10, tzinfo=UTC)
    told = [(local(one["assignment_id"]), one["score"], one["old_score"], one["muted"]) for one in api.events("grade_change")]
    assert told == [(31, 7.0, 9.0, False), (37, 8.5, 9.5, True)]
    assert [local(one["user_id"]) for one in api.events("course_grade_change")] == [SAM]
    causes = api.rows(sa.select(t.grade_versions.c.cause).order_by(t.grade_versions.c.id.desc()).limit(2))
    assert causes == ["late_policy"] * 2


def test_applying_again_never_compounds_and_switching_off_gives_back(api: Scores) -> None:
    before = api.stored(311)
    create(api, **LATE)
    for deduction, score in ((20, 5.0), (5, 8.0), (10, 7.0)):
        api.patch(POLICY, body={"late_policy": {"late_submission_deduction": deduction}})
        assert work(api, 31, SAM)[0] == score
    api.patch(
        POLICY, body={"late_policy": {"late_submission_minimum_percent_enabled": True, "late_submission_minimum_percent": 80}}
    )
    assert work(api, 31, SAM) == (8.0, "8", 1.0)
    api.patch(POLICY, body={"late_policy": {"late_submission_deduction_enabled": False}})
    assert work(api, 31, SAM)[:2] == (9.0, "9")
    assert work(api, 37, SAM)[:2] == (9.5, "A")
    assert api.stored(311) == before


def test_only_the_part_that_changed_is_applied(api: Scores, world: World) -> None:
    create(api, **LATE)
    count = len(api.events("grade_change"))
    api.patch(POLICY, body={"late_policy": {"late_submission_deduction": 10, "missing_submission_deduction": 50}})
    assert len(api.events("grade_change")) == count
    assert run(world, lambda unit: late_policies.reapply_late_policy(unit, 3)) == 0


def test_missing_work_gets_its_score_in_a_job(api: Scores, world: World) -> None:
    assert JOBS[late_policies.TAG] is late_policies.perform
    create(api, missing_submission_deduction_enabled=True, missing_submission_deduction=75)
    assert api.rows(sa.select(t.jobs.c.tag)) == [late_policies.TAG]
    run(world, lambda unit: late_policies.perform(unit, {"course_id": 3}))  # the worker may have been quicker
    columns = ("score", "grade", "workflow_state", "grader_id")
    assert work(api, 34, SAM, *columns) == (0.0, "incomplete", "graded", None)
    assert work(api, 35, SAM, *columns) == (5.0, "5", "graded", None)
    assert work(api, 35, SAM, "posted_at") == (None,)
    assert work(api, 34, SAM, "posted_at") != (None,)
    assert work(api, 36, SUE, *columns) == (2.5, "2.5", "graded", None), "marked by hand"
    for assignment_id, user_id in ((31, SID), (33, SAM), (32, SUE), (36, SAM)):
        assert work(api, assignment_id, user_id)[0] is None
    assert work(api, 37, SUE)[0] is None, "excused"
    told = [
        (local(one["assignment_id"]), local(one["user_id"]), one["score"], one["grader_id"])
        for one in api.events("grade_change")
    ]
    assert sorted(told) == [(34, SAM, 0.0, None), (34, SUE, 0.0, None), (35, SAM, 5.0, None), (36, SUE, 2.5, None)]
    assert run(world, lambda unit: late_policies.apply_missing_policy(unit, 3)) == 0


def test_scores_that_the_missing_policy_gave_stay_when_it_changes(api: Scores, world: World) -> None:
    create(api, missing_submission_deduction_enabled=True, missing_submission_deduction=75)
    run(world, lambda unit: late_policies.apply_missing_policy(unit, 3))
    api.patch(POLICY, body={"late_policy": {"missing_submission_deduction": 10}})
    run(world, lambda unit: late_policies.apply_missing_policy(unit, 3))
    assert work(api, 35, SAM)[0] == 5.0


def test_without_a_policy_nothing_is_missing(world: World) -> None:
    assert run(world, lambda unit: late_policies.apply_missing_policy(unit, 3)) == 0
    assert run(world, lambda unit: late_policies.reapply_late_policy(unit, 3)) == 0
