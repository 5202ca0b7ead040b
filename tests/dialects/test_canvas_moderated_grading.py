"""Moderated grading from the first provisional grade to what students see, by the routes, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.moderation_publishing import publish
from gradewire.actions.unit import Asker, System, write
from gradewire.store import tables as t
from tests.dialects.moderation_world import COURSE, NOW, PEOPLE, SECTION, A, B, Stage, staged

S1, S2, S3 = PEOPLE["S1"], PEOPLE["S2"], PEOPLE["S3"]


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Stage]:
    with staged(module_database_url) as found:
        yield found


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


# The whole way


def test_students_see_nothing_until_grades_are_posted(stage: Stage) -> None:
    assert stage.grade("S1", "TA1", "8", comment="good").status == 200
    assert stage.grade("S1", "TA2", "6").status == 200
    grades = stage.shown("S1", "T", "provisional_grades")["provisional_grades"]
    stage.ids["P"] = grades[0]["provisional_grade_id"]
    assert stage.select("P").status == 200
    assert stage.api.events("grade_change") == []
    assert "score" not in stage.shown("S1", "S1")
    assert stage.publish().status == 200
    told = stage.api.events("grade_change")
    assert [(one["grade"], one["old_grade"], one["muted"], one["grader_id"][-1]) for one in told] == [("8", None, True, "4")]
    before = stage.shown("S1", "S1", "submission_comments")
    assert "score" not in before
    assert before["submission_comments"] == []
    assert stage.shown("S1", "TA2")["score"] == 8
    stage.post()
    after = stage.shown("S1", "S1", "submission_comments")
    assert (after["score"], after["grade"]) == (8, "8")
    assert [(one["comment"], one["author_name"]) for one in after["submission_comments"]] == [("good", "TA1 Name")]
    told = stage.api.events("grade_change")[1:]
    assert [(one["grade"], one["old_grade"], one["muted"]) for one in told] == [("8", None, False)]


def test_publishing_computes_scores_once_and_with_the_late_policy(stage: Stage) -> None:
    policy = {"course_id": COURSE, "late_submission_deduction_enabled": True, "late_submission_deduction": 10.0}
    stage.api.add(t.late_policies, policy)
    row = stage.submission("S1")
    work = {"submitted_at": NOW, "cached_due_date": NOW - timedelta(hours=1), "workflow_state": "submitted", "attempt": 1}
    stage.api.change(t.submissions, row["id"], submission_type="online_text_entry", **work)
    stage.give("P1", "S1", "TA1", 8)
    assert stage.publish().status == 200
    after = stage.submission("S1")
    assert (after["score"], after["points_deducted"], after["grade"]) == (7, 1, "7")
    c = t.scores.c
    rows = stage.table(t.scores, c.user_id == S1, c.course_score)
    assert rows[0]["unposted_current_score"] == 70
    assert rows[0]["current_score"] is None
    versions = stage.table(t.grade_versions)
    assert [(one["cause"], one["score"], one["acting_user_id"], one["grader_id"]) for one in versions] == [("publish", 7, 2, 4)]


def test_publishing_is_one_transaction(stage: Stage) -> None:
    """A failure at its very end leaves nothing behind."""
    stage.give("P1", "S1", "TA1", 8, comments=("well",))
    before = [stage.table(table) for table in (t.submissions, t.submission_comments, t.moderation_events, t.outbox)]
    stage.change_assignment(grader_count=2)
    with stage.api.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "alter table moderation_events add constraint never check (event_type <> 'grades_posted')"
            )
        else:
            connection.exec_driver_sql(
                "create trigger never before insert on moderation_events when new.event_type = 'grades_posted'"
                " begin select json('{'); end"
            )
    try:
        assert stage.publish().status == 500
    finally:
        with stage.api.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("alter table moderation_events drop constraint never")
            else:
                connection.exec_driver_sql("drop trigger never")
    assert [stage.table(table) for table in (t.submissions, t.submission_comments, t.moderation_events, t.outbox)] == before
    assert stage.publish().status == 200


def test_publishing_takes_a_constant_number_of_statements(stage: Stage) -> None:
    """Thirty more students cost no statement more."""
    base = {"course_id": COURSE, "course_section_id": SECTION, "type": "StudentEnrollment"}
    crowd = {f"X{number}": number for number in range(2000, 2030)}
    for name, number in crowd.items():
        names = dict.fromkeys(("name", "sortable_name", "short_name"), name)
        stage.api.add(t.users, {"id": number, "root_account_id": 1, **names})
        stage.api.add(t.enrollments, {"id": number, "user_id": number, **base})
    stage.place()
    stage.ids.update(crowd)
    stage.give(None, "S1", "TA1", 5, comments=("x",))
    for name in crowd:
        stage.give(None, name, "TA1", 5, comments=("x",), assignment=B)
    few, many = statements_of(stage, A), statements_of(stage, B)
    assert few == many
    assert few <= 45


def statements_of(stage: Stage, assignment_id: int) -> int:
    """How many statements it takes to publish."""
    statements: list[str] = []

    def note(*said: Any) -> None:
        statements.append(said[2])

    engine = stage.world.store.writing
    sa.event.listen(engine, "before_cursor_execute", note)
    write(stage.world, Asker(System()), lambda unit: publish(unit, COURSE, assignment_id))
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_a_moderator_who_does_not_grade_selects_but_does_not_publish(stage: Stage) -> None:
    stage.api.change(t.roles, 3, base_role_type="AccountMembership", permissions={"select_final_grade": True})
    stage.give("P1", "S1", "TA1", 5)
    who = "ADMIN_NOSEL"
    assert stage.call("GET", f"{stage.here}/moderated_students", who).status == 200
    assert stage.select("P1", who).status == 200
    assert stage.publish(who).status == 403
    assert stage.grade("S1", who, "5").status == 403
    assert stage.call("GET", f"{stage.here}/provisional_grades/status", who, student_id=S1).status == 403
    assert stage.call("GET", f"{stage.here}/gradeable_students", who).status == 403


def test_a_viewer_reads_but_does_not_grade(stage: Stage) -> None:
    stage.api.change(t.roles, 3, base_role_type="AccountMembership", permissions={"view_all_grades": True})
    stage.give("P1", "S1", "TA1", 5)
    who = "ADMIN_NOSEL"
    assert stage.call("GET", f"{stage.here}/provisional_grades/status", who, student_id=S1).status == 200
    assert stage.call("GET", f"{stage.here}/gradeable_students", who).status == 200
    assert stage.call("GET", f"{stage.here}/moderated_students", who).status == 403
    assert stage.shown("S1", who, "provisional_grades")["provisional_grades"] == []
    assert stage.grade("S1", who, "5").status == 403


# Excusing


def test_a_moderator_excuses_and_a_score_undoes_it(stage: Stage) -> None:
    assert stage.grade("S1", "T", excuse=True).body["excused"] is True
    assert stage.trail("submission_updated")[0]["payload"] == {"excused": [False, True]}
    assert stage.table(t.provisional_grades) == []
    told = stage.api.events("grade_change")
    assert [(one["grade"], one["grading_complete"], one["muted"]) for one in told] == [(None, True, True)]
    reply = stage.grade("S1", "T", "4")
    assert (reply.body["excused"], reply.body["score"]) == (False, None)
    told = stage.api.events("grade_change")
    assert [(one["grade"], one["grading_complete"]) for one in told[1:]] == [(None, False)]


def test_comments_alone_do_not_undo_an_excusal_when_published(stage: Stage) -> None:
    assert stage.grade("S1", "T", excuse=True).status == 200
    stage.give("P1", "S1", "TA1", graded=False, comments=("noted",))
    assert stage.publish().status == 200
    after = stage.submission("S1")
    assert (after["excused"], after["score"], after["grader_id"]) == (True, None, PEOPLE["TA1"])


# Bad input


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "moderated_students", {"student_ids": {"a": {"b": 1}}}),
        ("POST", "moderated_students", {"student_ids": [[1]]}),
        ("PUT", "provisional_grades/bulk_select", {"provisional_grade_ids": [10**30]}),
        ("PUT", "provisional_grades/bulk_select", {"provisional_grade_ids": ["1.5"]}),
        ("PUT", "provisional_grades/bulk_select", {"provisional_grade_ids": {"x": 1}}),
        ("PUT", "provisional_grades/99999999999999999999999/select", {}),
        ("PUT", "provisional_grades/-1/select", {}),
        ("POST", "post_grades", {"section_ids": ["x"]}),
        ("POST", "post_grades", {"graded_only": {"a": 1}}),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(stage: Stage, method: str, path: str, body: Any) -> None:
    stage.give("P1", "S1", "TA1", 5)
    before = [stage.table(table) for table in (t.submissions, t.moderated_students, t.progresses)]
    reply = stage.call(method, f"{stage.here}/{path}", "T", body=body)
    assert 400 <= reply.status < 500, reply.body
    assert [stage.table(table) for table in (t.submissions, t.moderated_students, t.progresses)] == before


def test_absurd_student_ids_are_nobody(stage: Stage) -> None:
    reply = stage.call("POST", f"{stage.here}/moderated_students", "T", body={"student_ids": [10**18, -5, "9" * 40, 2**63]})
    assert (reply.status, reply.body) == (200, [])


@pytest.mark.parametrize(
    "sent",
    [
        {"rubric_assessment": [1]},
        {"rubric_assessment": {"user_id": {"a": 1}}},
        {"rubric_assessment": {"user_id": S1, "criterion_crit1": {"points": {"a": 1}}}},
        {"rubric_assessment": {"user_id": S1, "criterion_crit1": {"points": "1e999"}}},
        {"rubric_assessment": {"user_id": S1, "assessment_type": "peer_review"}},
        {},
    ],
)
def test_bad_assessments_are_refused(stage: Stage, sent: dict[str, Any]) -> None:
    stage.rubric()
    path = f"/courses/{COURSE}/rubric_associations/71/rubric_assessments"
    reply = stage.call("POST", path, "TA1", body={"provisional": True, **sent})
    assert 400 <= reply.status < 500, reply.body
    assert stage.table(t.rubric_assessments) == []
    assert stage.holders() == set()
