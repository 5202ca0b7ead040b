"""The hot path of a grade on SQLite: small statements inside the writer's transaction, on the driver's own connection.

The read and the write are one transaction of the only writer, so nothing can come between them; the guard is checked all the
same.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from gradewire.core.errors import Conflict
from gradewire.store.gradesheet_rows import SUBMISSION_COLUMNS, GradeWrite, Sheet
from gradewire.store.people import CallerRow, EnrollmentRow, MembershipRow
from gradewire.store.scores import NUMBERS, NewScores, ScoreRow, WorkRow
from gradewire.store.submissions import SubmissionRow
from gradewire.store.tables.columns import instant_text

CALLER = """
select t.user_id, u.name, u.root_account_id, u.time_zone, u.workflow_state, l.unique_id, l.account_id, l.sis_user_id,
       t.id, t.scopes, t.developer_key_id, t.expires_at, t.revoked_at, t.tool_id
from access_tokens t
join users u on u.id = t.user_id
left join logins l on l.id = (select min(id) from logins where user_id = u.id and workflow_state = 'active')
where t.digest = ?
"""
RULES_VERSION = "select rules_version from courses where id = ?"
ENROLLMENTS = """
select id, user_id, type, role_id, workflow_state, course_section_id, limit_privileges_to_course_section, associated_user_id
from enrollments where course_id = ? and user_id in (?, ?) and workflow_state <> 'deleted' order by id
"""
MEMBERSHIPS = "select account_id, role_id from account_users where user_id = ? and workflow_state = 'active' order by id"
SUBMISSION = f"""
select {", ".join(SUBMISSION_COLUMNS)} from submissions
where assignment_id = ? and user_id = ? and workflow_state <> 'deleted'
"""
WORK = """
select assignment_id, score, excused, posted_at is not null, workflow_state = 'pending_review', grading_period_id,
       student_entered_score, late_policy_status, incomplete
from submissions where course_id = ? and user_id = ? and workflow_state <> 'deleted'
"""
SCORES = f"""
select id, enrollment_id, user_id, course_score, grading_period_id, assignment_group_id, {", ".join(NUMBERS)},
       override_score, dropped, version, created_at
from scores where course_id = ? and user_id = ? and workflow_state = 'active' order by id
"""
SIS_ID = "select sis_user_id from logins where user_id = ? and workflow_state = 'active' order by id limit 1"
HAS_COMMENTS = "select exists (select 1 from submission_comments where submission_id = ?)"

STAMP = """
insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1 returning number
"""
GUARD = f"""
update scores set {", ".join(f"{name} = ?" for name in NUMBERS)}, dropped = ?, version = version + 1, changed = ?,
    updated_at = ?
where id = ? and version = ? and workflow_state = 'active'
"""
OTHER_SCORE = f"""
update scores set {", ".join(f"{name} = ?" for name in NUMBERS)}, dropped = ?, version = version + 1, changed = ?,
    updated_at = ?
where id = ?
"""
HEAD = """
update submissions set workflow_state = ?, score = ?, grade = ?, points_deducted = ?, excused = ?, grader_id = ?, graded_at = ?,
    posted_at = ?, graded_anonymously = ?, grade_matches_current_submission = ?, late_policy_status = ?,
    seconds_late_override = ?, version = ?, incomplete = ?, changed = ?, updated_at = ?
where id = ? and version = ?
"""
HISTORY = """
insert into grade_versions (submission_id, number, course_id, assignment_id, user_id, cause, score, grade, points_deducted,
    excused, grader_id, graded_at, old_score, old_grade, old_excused, acting_user_id, request_id, created_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
EVENT = """
insert into outbox (event_id, name, course_id, student_id, muted, occurred_at, canvas, caliper, routed)
values (?, ?, ?, ?, ?, ?, ?, ?, 0)
"""

_json = msgspec.json.decode


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _list(text: str | None) -> list[int] | None:
    return None if text is None else _json(text)


_CONVERT: dict[int, Any] = {
    place: _moment if name.endswith(("_at", "_date")) else _list if name == "attachment_ids" else bool
    for place, name in enumerate(SUBMISSION_COLUMNS)
    if name.endswith(("_at", "_date"))
    or name
    in {
        "excused",
        "graded_anonymously",
        "grade_matches_current_submission",
        "redo_request",
        "attachment_ids",
        "incomplete",
    }
}


def _submission(row: tuple[Any, ...]) -> SubmissionRow:
    values = list(row)
    for place, convert in _CONVERT.items():
        values[place] = convert(values[place])
    return SubmissionRow(*values)


def read(connection: sqlite3.Connection, *, digest: str, course_id: int, assignment_id: int, student_id: int) -> Sheet:
    """Everything that grading one submission needs."""
    run = connection.execute
    who: Any = run(CALLER, (digest,)).fetchone()
    caller = None
    if who is not None:
        scopes = None if who[9] is None else tuple(_json(who[9]))
        expires, revoked = _moment(who[11]), _moment(who[12])
        caller = CallerRow(*(*who[:9], scopes, who[10], expires, revoked, None, None, who[13]))
    user_id = caller.user_id if caller else 0
    version = run(RULES_VERSION, (course_id,)).fetchone()
    submission = run(SUBMISSION, (assignment_id, student_id)).fetchone()
    sis_id = run(SIS_ID, (student_id,)).fetchone()
    return Sheet(
        caller=caller,
        rules_version=version[0] if version else None,
        enrollments=[
            EnrollmentRow(*(*row[:6], bool(row[6]), row[7])) for row in run(ENROLLMENTS, (course_id, student_id, user_id))
        ],
        memberships=[MembershipRow(*row) for row in run(MEMBERSHIPS, (user_id,))],
        submission=None if submission is None else _submission(submission),
        work=[
            WorkRow(row[0], row[1], bool(row[2]), bool(row[3]), bool(row[4]), row[5], row[6], row[7], bool(row[8]))
            for row in run(WORK, (course_id, student_id))
        ],
        scores=[_score(row) for row in run(SCORES, (course_id, student_id))],
        student_sis_id=sis_id[0] if sis_id else None,
        has_comments=submission is not None and bool(run(HAS_COMMENTS, (submission[0],)).fetchone()[0]),
    )


def _score(row: tuple[Any, ...]) -> ScoreRow:
    dropped = None if row[15] is None else _json(row[15])
    created_at = datetime.fromisoformat(row[17])
    return ScoreRow(*(*row[:3], bool(row[3]), *row[4:6], row[6:14], row[14], dropped, row[16], created_at))


def write(connection: sqlite3.Connection, grade: GradeWrite) -> None:
    """Everything that grading one submission changes.

    Raises:
        Conflict: the student's scores or the submission changed since the sheet was read.
    """
    run = connection.execute
    before, after, now = grade.before, grade.after, instant_text(grade.now)
    stamp = run(STAMP).fetchone()[0]
    if run(GUARD, (*_numbers(grade.guard), stamp, now, grade.guard.id, grade.guard_version)).rowcount != 1:
        raise Conflict
    graded_at = None if after.graded_at is None else instant_text(after.graded_at)
    posted_at = None if after.posted_at is None else instant_text(after.posted_at)
    values = (
        after.workflow_state,
        after.score,
        after.grade,
        after.points_deducted,
        after.excused,
        after.grader_id,
        graded_at,
        posted_at,
        after.graded_anonymously,
        after.grade_matches_current_submission,
        after.late_policy_status,
        after.seconds_late_override,
        after.version,
        after.incomplete,
        stamp,
        now,
        before.id,
        before.version,
    )
    if run(HEAD, values).rowcount != 1:
        raise Conflict
    if grade.cause is not None:
        run(
            HISTORY,
            (
                before.id,
                after.version,
                before.course_id,
                before.assignment_id,
                before.user_id,
                grade.cause,
                after.score,
                after.grade,
                after.points_deducted,
                after.excused,
                after.grader_id,
                graded_at,
                before.score,
                before.grade,
                before.excused,
                grade.acting_user_id,
                grade.request_id,
                now,
            ),
        )
    for row in grade.other_scores:
        run(OTHER_SCORE, (*_numbers(row), stamp, now, row.id))
    for message in grade.messages:
        run(
            EVENT,
            (
                message.event_id,
                message.name,
                before.course_id,
                before.user_id,
                message.muted,
                now,
                message.canvas,
                message.caliper,
            ),
        )


def _numbers(row: NewScores) -> tuple[Any, ...]:
    dropped = None if row.dropped is None else msgspec.json.encode(row.dropped).decode()
    return (*row.numbers, dropped)
