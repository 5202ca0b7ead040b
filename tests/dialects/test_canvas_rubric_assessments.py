"""Rubric assessments of provisional grades, and what publishing makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.moderation_world import COURSE, PEOPLE, Stage, staged

S1, S2, S3 = PEOPLE["S1"], PEOPLE["S2"], PEOPLE["S3"]


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Stage]:
    with staged(module_database_url) as found:
        yield found


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


def assess(stage: Stage, as_: str, *, provisional: bool = True, number: int | None = None, **criteria: Any) -> Any:
    marks = {f"criterion_{name}": {"points": points} for name, points in criteria.items()}
    body = {"provisional": provisional, "rubric_assessment": {"user_id": S1, "assessment_type": "grading", **marks}}
    path = f"/courses/{COURSE}/rubric_associations/{stage.ids['R']}/rubric_assessments"
    reply = stage.call("POST" if number is None else "PUT", path if number is None else f"{path}/{number}", as_, body=body)
    assert reply.status == 200, reply.body
    return reply.body


def test_a_rubric_goes_with_the_chosen_grade(stage: Stage) -> None:
    stage.rubric()
    assess(stage, "TA1", crit1=3, crit2=4)
    assess(stage, "TA2", crit1=1, crit2=1)
    (first, _) = stage.shown("S1", "T", "provisional_grades", "rubric_assessment")["provisional_grades"]
    (nested,) = first["rubric_assessments"]
    assert (nested["score"], nested["assessor_name"], nested["artifact_id"]) == (7, "TA1 Name", first["provisional_grade_id"])
    stage.ids["P"] = first["provisional_grade_id"]
    stage.select("P")
    assert stage.publish().status == 200
    copied = [row for row in stage.table(t.rubric_assessments) if row["provisional_grade_id"] is None]
    assert [(row["score"], row["assessor_id"], len(row["data"])) for row in copied] == [(7, PEOPLE["TA1"], 2)]
    assert stage.submission("S1")["score"] == 7


def test_the_submissions_own_assessment_is_reused_and_keeps_its_assessor(stage: Stage) -> None:
    stage.rubric()
    assess(stage, "TA1", crit1=3)
    row = stage.submission("S1")
    own = {"rubric_id": 70, "rubric_association_id": 71, "submission_id": row["id"], "user_id": S1}
    stage.api.add(t.rubric_assessments, {"id": 900, **own, "assessor_id": PEOPLE["T2"], "score": 1.0, "data": []})
    assert stage.publish().status == 200
    (copied,) = [row for row in stage.table(t.rubric_assessments) if row["provisional_grade_id"] is None]
    assert (copied["id"], copied["assessor_id"], copied["score"]) == (900, PEOPLE["T2"], 3)
    assert [one["points"] for one in copied["data"]] == [3, None]


def test_a_rubric_that_grades_decides_the_score(stage: Stage) -> None:
    stage.rubric()
    number = stage.give("P1", "S1", "TA1", 9)
    row = stage.submission("S1")
    own = {"rubric_id": 70, "rubric_association_id": 71, "submission_id": row["id"], "user_id": S1}
    values = {**own, "provisional_grade_id": number, "assessor_id": PEOPLE["TA1"], "score": 4.5, "data": []}
    stage.api.add(t.rubric_assessments, values)
    assert stage.publish().status == 200
    after = stage.submission("S1")
    assert (after["score"], after["grade"]) == (4.5, "4.5")


@pytest.mark.parametrize("table", [t.rubric_associations, t.rubrics])
def test_a_rubric_no_longer_in_use_stays_behind(stage: Stage, table: sa.Table) -> None:
    stage.rubric()
    assess(stage, "TA1", crit1=3)
    stage.api.change(table, 71 if table is t.rubric_associations else 70, workflow_state="deleted")
    assert stage.publish().status == 200
    assert all(row["provisional_grade_id"] is not None for row in stage.table(t.rubric_assessments))
    assert stage.submission("S1")["score"] == 3


def test_who_assesses_a_final_mark_second_becomes_its_assessor(stage: Stage) -> None:
    stage.rubric()
    stage.give("P1", "S1", "TA1", 5)
    stage.give("P2", "S1", "T", 6, final=True)
    path = f"/courses/{COURSE}/rubric_associations/71/rubric_assessments"
    for who, points in (("T", 2), ("ADMIN", 3)):
        marks = {"user_id": S1, "assessment_type": "grading", "criterion_crit1": {"points": points}}
        assert (
            stage.call("POST", path, who, body={"provisional": True, "final": True, "rubric_assessment": marks}).status == 200
        )
    (row,) = stage.table(t.rubric_assessments)
    assert (row["assessor_id"], row["score"], row["provisional_grade_id"]) == (1, 3, stage.ids["P2"])


def test_an_assessment_is_changed_by_its_number(stage: Stage) -> None:
    stage.rubric()
    made = assess(stage, "TA1", crit1=3)
    changed = assess(stage, "TA1", number=made["id"], crit1=5, crit2=5)
    assert (changed["id"], changed["score"]) == (made["id"], 10)
    path = f"/courses/{COURSE}/rubric_associations/71/rubric_assessments/999"
    body = {"provisional": True, "rubric_assessment": {"user_id": S1}}
    assert stage.call("PUT", path, "TA1", body=body).status == 404


def test_the_assessor_is_anonymous_where_graders_are(stage: Stage) -> None:
    stage.rubric()
    stage.change_assignment(graders_anonymous_to_graders=True)
    found = assess(stage, "TA1", crit1=3)
    (row,) = stage.table(t.moderation_graders)
    assert found["anonymous_assessor_id"] == row["anonymous_id"]
    assert not {"assessor_id", "assessor_name"} & set(found)
