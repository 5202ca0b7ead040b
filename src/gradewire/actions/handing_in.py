"""Handing in: a new attempt of a student, or of all members of the student's group, by the student or by a grader.

Sources: the public documentation of Canvas's submissions; live-events reference, 8.1 rows 19 and 19b. A hand-in is no grading:
no grade changes by it and no event tells of it. Times: ``core.handing_in``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import nh3
from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import attachments, groups, scores, submission_comments
from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import hides_students
from gradewire.actions.attachments import SUBMISSION
from gradewire.actions.grading import circumstances, head_of, with_head
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, NotFound, Refused
from gradewire.core.handing_in import (
    NO_FILES,
    Dates,
    DatesFor,
    check_attempts,
    check_extension,
    check_type,
    find_dates,
    hand_in,
    missing,
    read_url,
)
from gradewire.core.permissions import MANAGE_GRADES, STUDENTS
from gradewire.store import assignment_overrides, assignments, attempts, people
from gradewire.store import scores as score_rows
from gradewire.store import submissions as rows
from gradewire.store.assignment_overrides import OverrideRow
from gradewire.store.assignments import AssignmentRow
from gradewire.store.attachments import AttachmentRow
from gradewire.store.people import EnrollmentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

_MARKUP = re.compile(r"<[A-Za-z!/?]")


class HandIn(Struct, frozen=True, kw_only=True):
    """What is handed in. ``user_id`` and ``submitted_at`` are a grader's to say."""

    submission_type: str | None
    body: str | None = None
    url: str | None = None
    file_ids: Sequence[int] | None = None
    user_id: int | None = None
    submitted_at: datetime | None = None
    comment: CommentCommand | None = None


class HandedIn(Struct, frozen=True):
    """A submission after it was handed in."""

    access: CourseAccess
    assignment: AssignmentFacts
    view: SubmissionView


class Content(Struct, frozen=True):
    """What an attempt consists of."""

    kind: str
    body: str | None = None
    url: str | None = None
    files: Sequence[AttachmentRow] | None = None

    @property
    def columns(self) -> dict[str, Any]:
        ids = None if self.files is None else [one.id for one in self.files]
        return {"submission_type": self.kind, "body": self.body, "url": self.url, "attachment_ids": ids}


def submit(unit: Unit, course_id: int, assignment_id: int, sent: HandIn, *, section_id: int | None = None) -> HandedIn:
    """Hand in work for an assignment. ``section_id``: the request named this section, of which the student has to be.

    Raises:
        NotFound: no such course, assignment, or student whom the caller sees.
        Denied: no active student here, not assigned, excused, not open now; or somebody else's work without the right to grade.
        Invalid: no attempts are left, or the address of the work is none.
        Refused: of a type that the assignment does not take, or without what it consists of.
    """
    access = course_access(unit, course_id)
    assignment = access.assignment(assignment_id)
    student_id = access.user_id if sent.user_id is None else sent.user_id
    if sent.submitted_at is not None:
        access.require(MANAGE_GRADES)
    row = open_submission(unit, access, assignment, student_id, section_id=section_id)
    details = assignments.find(unit.connection, course_id, assignment_id)
    if details is None:
        raise NotFound
    kind = check_type(sent.submission_type, assignment.submission_types)
    team = groups.mates(unit, assignment, [row])[row.id]
    score_rows.lock(unit.connection, course_id, sorted(one.user_id for one in team))
    fresh = {one.id: one for one in rows.by_students(unit.connection, assignment_id, [one.user_id for one in team])}
    team = [fresh[one.id] for one in team if one.id in fresh and not (fresh[one.id].excused and one.id != row.id)]
    row = fresh[row.id]
    check_attempts(row.attempt, details.allowed_attempts, row.extra_attempts)
    owners = {access.user_id, *(one.user_id for one in team)}
    content = _content(unit, details, kind, sent, owners)
    after = _write(unit, access, assignment, team, content, submitted_at=sent.submitted_at or unit.now)
    done = after[row.id]
    if sent.comment is not None:
        done = _comment(unit, access, assignment, done, list(after.values()), sent.comment)
    hides = hides_students(unit, access, assignment)
    return HandedIn(access, assignment, view(unit, access, assignment, done, hides=hides))


def open_submission(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, student_id: int, *, section_id: int | None = None
) -> SubmissionRow:
    """The submission into which a student may hand in now, if the caller is the student or may grade the student.

    Raises:
        NotFound: no student whom the caller sees, or not of this section.
        Denied: somebody else's; not actively enrolled; not assigned or published; excused; not open yet or closed already.
    """
    if student_id != access.user_id:
        access.require(MANAGE_GRADES)
    enrolled = find_in_section(unit, access, student_id, section_id)
    if not any(one.workflow_state == "active" for one in enrolled) or access.rules.course.workflow_state != "available":
        raise Denied
    if assignment.workflow_state != "published":
        raise Denied
    found = rows.by_students(unit.connection, assignment.id, [student_id])
    if not found or found[0].excused:
        raise Denied
    details = assignments.find(unit.connection, access.rules.course.id, assignment.id)
    overrides = assignment_overrides.by_assignments(unit.connection, [assignment.id]).get(assignment.id, ())
    sections = {one.section_id for one in enrolled}
    if details is None or not dates_of(details, overrides, student_id, sections).are_open(unit.now):
        raise Denied
    return found[0]


def find_in_section(unit: Unit, access: CourseAccess, student_id: int, section_id: int | None) -> list[EnrollmentRow]:
    """A student's enrolments, as far as the caller sees them and only in this section if there is one.

    Raises:
        NotFound: there are none, and it is somebody else.
        Denied: there are none of the caller.
    """
    sections = access.sections if student_id != access.user_id else None
    found = [
        one
        for one in people.enrollments_of(unit.connection, access.rules.course.id, [student_id])
        if one.type in STUDENTS
        and one.workflow_state != "rejected"
        and (sections is None or one.section_id in sections)
        and (section_id is None or one.section_id == section_id)
    ]
    if not found:
        raise Denied if student_id == access.user_id and section_id is None else NotFound
    return found


def dates_of(details: AssignmentRow, overrides: Sequence[OverrideRow], student_id: int, sections: Collection[int]) -> Dates:
    """From when until when an assignment is open for a student of these sections."""
    mine = [
        DatesFor(one.set_type == "ADHOC", one.unlock_at, one.lock_at)
        for one in overrides
        if student_id in one.student_ids or one.course_section_id in sections or one.set_type == "Course"
    ]
    return find_dates(Dates(details.unlock_at, details.lock_at), mine)


def clean_html(body: str) -> str:
    """Handed-in HTML without what would run or load anything in a reader's browser; text without markup stays as it is.

    Programs show ``body`` as HTML, as they may with Canvas, which cleans it as well.
    """
    return nh3.clean(body) if _MARKUP.search(body) else body


def _content(unit: Unit, details: AssignmentRow, kind: str, sent: HandIn, owners: set[int]) -> Content:
    match kind:
        case "online_text_entry":
            if not sent.body or not sent.body.strip():
                raise missing(kind)
            return Content(kind, body=clean_html(sent.body))
        case "online_url":
            if not sent.url or not sent.url.strip():
                raise missing(kind)
            return Content(kind, url=read_url(sent.url))
        case _:
            if sent.file_ids is None:
                raise missing(kind)
            if not sent.file_ids:
                raise Refused("handing_in", NO_FILES)
            files = attachments.take(unit, sent.file_ids, purpose=SUBMISSION, assignment_id=details.id, owners=owners)
            for one in files:
                check_extension(one.filename, details.allowed_extensions)
            return Content(kind, files=files)


def _write(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    team: Sequence[SubmissionRow],
    content: Content,
    *,
    submitted_at: datetime,
) -> dict[int, SubmissionRow]:
    """Write a new attempt into each of these submissions; the submissions after it, by id."""
    columns = content.columns
    group = groups.groups_of(unit, assignment, [team[0].user_id]).get(team[0].user_id)
    values: list[dict[str, Any]] = []
    after: dict[int, SubmissionRow] = {}
    for row in team:
        handed_in = {
            **columns,
            "attempt": (row.attempt or 0) + 1,
            "submitted_at": submitted_at,
            "group_id": None if group is None else group.id,
            "redo_request": False,
        }
        new = replace(row, **handed_in)
        head = hand_in(head_of(row), circumstances(unit, access.rules, assignment, new))
        changed = {name: getattr(head, name) for name in head.__struct_fields__}
        values.append({"id": row.id, "updated_at": unit.now, **handed_in, **changed})
        after[row.id] = with_head(new, head, unit)
    rows.update_many(unit.connection, values)
    made = [
        (
            row.id,
            row.attempt,
            content.kind,
            content.body,
            content.url,
            columns["attachment_ids"],
            submitted_at,
            row.cached_due_date,
            row.version,
            unit.actor_id,
        )
        for row in after.values()
    ]
    attempts.add_many(unit.connection, made)
    scores.recompute(unit, access.rules.course.id, sorted(row.user_id for row in after.values()))
    return after


def _comment(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    row: SubmissionRow,
    team: Sequence[SubmissionRow],
    command: CommentCommand,
) -> SubmissionRow:
    told = submission_comments.for_group(unit, team if command.group_comment else [row], command)
    done = submission_comments.add_many(unit, access, assignment, told, author_id=unit.actor_id)
    return done.get(row.id, row)
