"""The hot path of a grade on PostgreSQL: two statements, each named and explained here.

Both run on an autocommit connection, are prepared once per connection, and carry lists as JSON documents, so that their text
never depends on how many rows there are.
"""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
from msgspec import Struct

from gradewire.core.errors import Conflict
from gradewire.store.gradesheet_rows import SUBMISSION_COLUMNS, GradeWrite, Sheet
from gradewire.store.people import CallerRow, EnrollmentRow, MembershipRow
from gradewire.store.scores import NUMBERS, ScoreRow, WorkRow
from gradewire.store.submissions import SubmissionRow

_SCORES = ", ".join(f"sc.{name}" for name in NUMBERS)
_SUBMISSION = ", ".join(f"s.{name}" for name in SUBMISSION_COLUMNS)

# A json function takes at most 100 arguments; none of these comes near.
READ_SHEET = f"""
with caller as (
    select t.user_id, u.name, u.root_account_id, u.time_zone, u.workflow_state, l.unique_id, l.account_id, l.sis_user_id,
           t.id, t.scopes, t.developer_key_id, t.expires_at, t.revoked_at, t.tool_id
    from access_tokens t
    join users u on u.id = t.user_id
    left join lateral (
        select unique_id, account_id, sis_user_id from logins
        where user_id = u.id and workflow_state = 'active' order by id limit 1
    ) l on true
    where t.digest = %(digest)s
)
select json_build_array(
    (select json_build_array(user_id, name, root_account_id, time_zone, workflow_state, unique_id, account_id, sis_user_id,
                             id, scopes, developer_key_id, expires_at, revoked_at, null, null, tool_id) from caller),
    (select rules_version from courses where id = %(course)s),
    (select coalesce(json_agg(json_build_array(e.id, e.user_id, e.type, e.role_id, e.workflow_state, e.course_section_id,
                     e.limit_privileges_to_course_section, e.associated_user_id) order by e.id), '[]')
     from enrollments e
     where e.course_id = %(course)s and e.workflow_state <> 'deleted'
       and e.user_id in (%(student)s, (select user_id from caller))),
    (select coalesce(json_agg(json_build_array(m.account_id, m.role_id) order by m.id), '[]')
     from account_users m where m.user_id = (select user_id from caller) and m.workflow_state = 'active'),
    (select json_build_array({_SUBMISSION}) from submissions s
     where s.assignment_id = %(assignment)s and s.user_id = %(student)s and s.workflow_state <> 'deleted'),
    (select coalesce(json_agg(json_build_array(w.assignment_id, w.score, w.excused, w.posted_at is not null,
                     w.workflow_state = 'pending_review', w.grading_period_id, w.student_entered_score,
                     w.late_policy_status, w.incomplete)), '[]')
     from submissions w
     where w.course_id = %(course)s and w.user_id = %(student)s and w.workflow_state <> 'deleted'),
    (select coalesce(json_agg(json_build_array(sc.id, sc.enrollment_id, sc.user_id, sc.course_score, sc.grading_period_id,
                     sc.assignment_group_id, json_build_array({_SCORES}), sc.override_score, sc.dropped, sc.version,
                     sc.created_at) order by sc.id), '[]')
     from scores sc
     where sc.course_id = %(course)s and sc.user_id = %(student)s and sc.workflow_state = 'active'),
    (select sis_user_id from logins
     where user_id = %(student)s and workflow_state = 'active' order by id limit 1),
    (select exists (select 1 from submission_comments k join submissions s on s.id = k.submission_id
     where s.assignment_id = %(assignment)s and s.user_id = %(student)s))
)::text
"""
"""One grading's read: who asks, rights, the student's work and scores. ``rules_version`` says whether kept rules still hold."""

STAMP = "pg_current_xact_id()::text::bigint"
"""What the triggers of ``tables.changes`` would write."""

WRITE_GRADE = f"""
with w as (
    select * from json_to_record(%(written)s::json) as r (
        course bigint, assignment bigint, student bigint, submission bigint, now timestamptz, workflow_state text,
        score float8, grade text, points_deducted float8, excused boolean, grader_id bigint, graded_at timestamptz,
        posted_at timestamptz, graded_anonymously boolean, grade_matches boolean, late_policy_status text,
        seconds_late_override bigint, version bigint, incomplete boolean, old_version bigint, cause text, old_score float8,
        old_grade text, old_excused boolean, acting_user_id bigint, request_id text, guard_id bigint, score_version bigint,
        unchanged_since timestamptz, {", ".join(f"{name} float8" for name in NUMBERS)}, dropped jsonb, others json,
        messages json)
), guard as (
    update scores sc set version = sc.version + 1, updated_at = w.now, dropped = w.dropped, changed = {STAMP},
        {", ".join(f"{name} = w.{name}" for name in NUMBERS)}
    from w where sc.id = w.guard_id and sc.version = w.score_version and sc.workflow_state = 'active'
    returning sc.id
), head as (
    update submissions s set workflow_state = w.workflow_state, score = w.score, grade = w.grade,
        points_deducted = w.points_deducted, excused = w.excused, grader_id = w.grader_id, graded_at = w.graded_at,
        posted_at = w.posted_at, graded_anonymously = w.graded_anonymously,
        grade_matches_current_submission = w.grade_matches, late_policy_status = w.late_policy_status,
        seconds_late_override = w.seconds_late_override, version = w.version, incomplete = w.incomplete,
        updated_at = w.now, changed = {STAMP}
    from w where s.id = w.submission and s.version = w.old_version and exists (select 1 from guard)
        and (w.unchanged_since is null or s.updated_at = w.unchanged_since)
    returning s.id
), history as (
    insert into grade_versions (submission_id, number, course_id, assignment_id, user_id, cause, score, grade,
        points_deducted, excused, grader_id, graded_at, old_score, old_grade, old_excused, acting_user_id, request_id,
        created_at)
    select w.submission, w.version, w.course, w.assignment, w.student, w.cause, w.score, w.grade, w.points_deducted,
        w.excused, w.grader_id, w.graded_at, w.old_score, w.old_grade, w.old_excused, w.acting_user_id, w.request_id, w.now
    from w, head where w.cause is not null
), other_scores as (
    update scores sc set version = sc.version + 1, updated_at = w.now, dropped = o.dropped, changed = {STAMP},
        {", ".join(f"{name} = o.{name}" for name in NUMBERS)}
    from w, guard, json_to_recordset(w.others) as o (
        id bigint, dropped jsonb, {", ".join(f"{name} float8" for name in NUMBERS)})
    where sc.id = o.id
), events as (
    insert into outbox (event_id, name, course_id, student_id, muted, occurred_at, canvas, caliper)
    select m.event_id, m.name, w.course, w.student, m.muted, w.now, m.canvas, m.caliper
    from w, head, json_to_recordset(w.messages) as m (
        place int, event_id text, name text, muted boolean, canvas text, caliper text)
    order by m.place
)
select case when exists (select 1 from guard) then 1 / (select count(*) from head) else 0 end
"""
"""One grading's write: the student's scores, the submission, its history and the events, all or nothing.

``guard`` is the compare and swap: when the student's scores were recomputed meanwhile it finds no row, and nothing else is
done (0). A submission that changed although its guard did not would be a mistake in the program, unless nothing at all of it
was to change (``unchanged_since``; a comment counts): the division by zero then undoes the whole statement.
"""


# The answer of READ_SHEET is nested arrays; these are the rows of the store, read from arrays instead of objects.


class _Caller(CallerRow, frozen=True, array_like=True):
    pass


class _Enrollment(EnrollmentRow, frozen=True, array_like=True):
    pass


class _Membership(MembershipRow, frozen=True, array_like=True):
    pass


class _Submission(SubmissionRow, frozen=True, array_like=True):
    pass


class _Work(WorkRow, frozen=True, array_like=True):
    pass


class _Score(ScoreRow, frozen=True, array_like=True):
    pass


class _Sheet(Struct, frozen=True, array_like=True):
    caller: _Caller | None
    rules_version: int | None
    enrollments: list[_Enrollment]
    memberships: list[_Membership]
    submission: _Submission | None
    work: list[_Work]
    scores: list[_Score]
    student_sis_id: str | None
    has_comments: bool


_sheet = msgspec.json.Decoder(_Sheet)
_encode = msgspec.json.Encoder().encode


def read(connection: psycopg.Connection[Any], *, digest: str, course_id: int, assignment_id: int, student_id: int) -> Sheet:
    """Run ``READ_SHEET``."""
    row = connection.execute(
        READ_SHEET, {"digest": digest, "course": course_id, "assignment": assignment_id, "student": student_id}
    ).fetchone()
    assert row is not None
    found = _sheet.decode(row[0])
    return Sheet(
        found.caller,
        found.rules_version,
        list(found.enrollments),
        list(found.memberships),
        found.submission,
        list(found.work),
        list(found.scores),
        found.student_sis_id,
        found.has_comments,
    )


def write(connection: psycopg.Connection[Any], grade: GradeWrite) -> None:
    """Run ``WRITE_GRADE``.

    Raises:
        Conflict: the student's scores were recomputed since the sheet was read, or something else of the submission changed
            that was not to. Nothing was written.
    """
    before, after = grade.before, grade.after
    written = {
        "course": before.course_id,
        "assignment": before.assignment_id,
        "student": before.user_id,
        "submission": before.id,
        "now": grade.now,
        "workflow_state": after.workflow_state,
        "score": after.score,
        "grade": after.grade,
        "points_deducted": after.points_deducted,
        "excused": after.excused,
        "grader_id": after.grader_id,
        "graded_at": after.graded_at,
        "posted_at": after.posted_at,
        "graded_anonymously": after.graded_anonymously,
        "grade_matches": after.grade_matches_current_submission,
        "late_policy_status": after.late_policy_status,
        "seconds_late_override": after.seconds_late_override,
        "version": after.version,
        "incomplete": after.incomplete,
        "old_version": before.version,
        "unchanged_since": before.updated_at if grade.conditional else None,
        "cause": grade.cause,
        "old_score": before.score,
        "old_grade": before.grade,
        "old_excused": before.excused,
        "acting_user_id": grade.acting_user_id,
        "request_id": grade.request_id,
        "guard_id": grade.guard.id,
        "score_version": grade.guard_version,
        **dict(zip(NUMBERS, grade.guard.numbers, strict=True)),
        "dropped": grade.guard.dropped,
        "others": [
            {"id": row.id, "dropped": row.dropped, **dict(zip(NUMBERS, row.numbers, strict=True))} for row in grade.other_scores
        ],
        "messages": [
            {
                "place": place,
                "event_id": row.event_id,
                "name": row.name,
                "muted": row.muted,
                "canvas": row.canvas,
                "caliper": row.caliper,
            }
            for place, row in enumerate(grade.messages)
        ],
    }
    try:
        row = connection.execute(WRITE_GRADE, {"written": _encode(written).decode()}).fetchone()
    except psycopg.errors.DivisionByZero:
        if grade.conditional:
            raise Conflict from None
        raise
    if row is None or row[0] == 0:
        raise Conflict
