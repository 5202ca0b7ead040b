"""Comments on submissions: written for real or for a provisional grade, and seen by those who may (moderation reference, 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import attachments
from gradewire.actions.access import CourseAccess
from gradewire.actions.anonymity import anonymous_assignments
from gradewire.actions.grading import fact, head_of, posts_manually
from gradewire.actions.unit import Unit
from gradewire.core.errors import Fault, Invalid
from gradewire.core.moderation import Comment, CommentsOf, Viewer, sees_comment
from gradewire.core.permissions import MANAGE_ASSIGNMENTS, MANAGE_GRADES, STUDENTS, VIEW_ALL_GRADES
from gradewire.store import comments as rows
from gradewire.store import grades, moderation_graders, scores, submissions, users
from gradewire.store.attachments import AttachmentRow
from gradewire.store.comments import CommentRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow
from gradewire.store.users import UserRow

ATTEMPT_TOO_LARGE = "attempt must not be larger than number of submission attempts"


class CommentCommand(Struct, frozen=True):
    """A comment to be made. Without text, media and files it says nothing, and nothing is written."""

    text: str | None
    attempt: int | None = None
    group_comment: bool = False
    media_comment_id: str | None = None
    media_comment_type: str | None = None
    file_ids: tuple[int, ...] = ()
    """Files that the author uploaded for comments on this assignment."""
    group_comment_id: str | None = None
    """What the same comment to all members of a group has in common."""

    @property
    def speaks(self) -> bool:
        return bool((self.text and self.text.strip()) or self.media_comment_id or self.file_ids)


class CommentView(Struct, frozen=True, kw_only=True):
    """A comment with what this caller may know of its author."""

    row: CommentRow
    author: UserRow | None
    own: bool
    anonymous_id: str | None
    """Stands for the author, whom the caller may not know; ``None`` when the author may be shown."""
    attachments: Sequence[AttachmentRow] = ()


def for_group(unit: Unit, team: Sequence[SubmissionRow], command: CommentCommand) -> list[tuple[SubmissionRow, CommentCommand]]:
    """One comment for all members of a group, each about the attempt that the member has made."""
    if len(team) < 2:
        return [(row, command) for row in team]
    common = unit.world.new_uuid().hex
    return [
        (
            row,
            replace(
                command,
                group_comment_id=common,
                attempt=command.attempt if row is team[0] or (command.attempt or 0) <= (row.attempt or 0) else row.attempt,
            ),
        )
        for row in team
    ]


def add(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    submission: SubmissionRow,
    command: CommentCommand,
    *,
    provisional_grade_id: int | None = None,
) -> SubmissionRow:
    """Comment on a submission whose right to be commented on was checked; the submission after it.

    Raises:
        Invalid: the comment is about an attempt that was never made.
        Refused: a file is not there, or was not uploaded by the author for a comment on this assignment.
    """
    done = add_many(
        unit,
        access,
        assignment,
        [(submission, command)],
        author_id=unit.actor_id,
        provisional_grade_id=provisional_grade_id,
    )
    return done.get(submission.id, submission)


def add_many(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    comments: Sequence[tuple[SubmissionRow, CommentCommand]],
    *,
    author_id: int | None,
    provisional_grade_id: int | None = None,
) -> dict[int, SubmissionRow]:
    """The same for several submissions of one assignment, set by set; the submissions after it, by id."""
    spoken = [(row, command) for row, command in comments if command.speaks]
    if not spoken:
        return {}
    staff = access.has(MANAGE_GRADES, VIEW_ALL_GRADES)
    manual = posts_manually(access.rules, assignment)
    posts = staff and not manual and provisional_grade_id is None
    if posts:
        spoken = _hold(unit, assignment, spoken)
    values = []
    named = [number for _, command in spoken for number in command.file_ids]
    if named:
        owners = set() if author_id is None else {author_id}
        attachments.take(unit, named, purpose=attachments.COMMENT, assignment_id=assignment.id, owners=owners)
    for row, command in spoken:
        if command.attempt is not None and not 0 <= command.attempt <= (row.attempt or 0):
            raise Invalid(Fault("attempt", ATTEMPT_TOO_LARGE))
        values.append(
            {
                "submission_id": row.id,
                "course_id": row.course_id,
                "author_id": author_id,
                "provisional_grade_id": provisional_grade_id,
                "comment": command.text or "",
                "attempt": command.attempt,
                "hidden": staff and _is_hidden(row, manual=manual),
                "media_comment_id": command.media_comment_id,
                "media_comment_type": command.media_comment_type,
                "group_comment_id": command.group_comment_id,
                "attachment_ids": list(command.file_ids) or None,
                "is_grade_comment": False,
                "created_at": unit.now,
            }
        )
    if provisional_grade_id is None:
        _mark_grade_comments(unit, spoken, values, author_id)
    made = rows.add_many(unit.connection, values)
    if assignment.moderated_grading or assignment.anonymous_grading:
        unit.audit_many(
            "submission_comment_created", [(assignment.id, row.submission_id, author_id, _told(row)) for row in made]
        )
    submissions.touch(unit.connection, sorted({row.id for row, _ in spoken}), unit.now)
    touched = {row.id: replace(row, updated_at=unit.now) for row, _ in spoken}
    if posts:
        touched |= post_by_comments(unit, [(assignment, row) for row in touched.values() if is_unseen(row)])
    return touched


def _hold(
    unit: Unit, assignment: AssignmentFacts, spoken: Sequence[tuple[SubmissionRow, CommentCommand]]
) -> list[tuple[SubmissionRow, CommentCommand]]:
    """The same, with the submissions that a comment may post held and read again: nobody grades them meanwhile, and what is
    told of them comes in the order in which it happened."""
    students = sorted({row.user_id for row, _ in spoken if is_unseen(row)})
    if not students:
        return list(spoken)
    scores.lock(unit.connection, spoken[0][0].course_id, students)
    now = {row.id: row for row in submissions.by_students(unit.connection, assignment.id, students)}
    return [(now.get(row.id, row), command) for row, command in spoken]


def _mark_grade_comments(
    unit: Unit,
    spoken: Sequence[tuple[SubmissionRow, CommentCommand]],
    values: Sequence[dict[str, Any]],
    author_id: int | None,
) -> None:
    """The newest comment by anybody but the student becomes the one that goes with the grade, where only one can be shown."""
    newest = {row.id: value for (row, _), value in zip(spoken, values, strict=True) if row.user_id != author_id}
    if newest:
        rows.unmark_grade_comments(unit.connection, newest)
        for value in newest.values():
            value["is_grade_comment"] = True


def is_unseen(row: SubmissionRow) -> bool:
    """Whether nothing is graded, and nothing shown to the student."""
    return row.posted_at is None and row.score is None and not row.excused


def _is_hidden(row: SubmissionRow, *, manual: bool) -> bool:
    """A grader's comment waits with the grades, unless grades of this assignment do not wait (moderation reference, 7.6)."""
    return row.posted_at is None and (manual or not is_unseen(row))


def post_by_comments(unit: Unit, commented: Sequence[tuple[AssignmentFacts, SubmissionRow]]) -> dict[int, SubmissionRow]:
    """Where grades do not wait, a grader's comment on ungraded work posts it, so that the student sees the comment, and says
    so (live-events reference, 8.1 row 18). The submissions after it, by id."""
    if not commented:
        return {}
    submissions.update_many(unit.connection, [{"id": row.id, "posted_at": unit.now} for _, row in commented])
    after = {row.id: replace(row, posted_at=unit.now) for _, row in commented}
    sis_ids = grades.sis_ids(unit.connection, sorted({row.user_id for row in after.values()}))
    unit.record(*(fact(after[row.id], head_of(after[row.id]), one, sis_ids.get(row.user_id)) for one, row in commented))
    return after


def _told(row: CommentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "author_id": row.author_id,
        "provisional_grade_id": row.provisional_grade_id,
        "comment": row.comment,
        "attempt": row.attempt,
        "hidden": row.hidden,
        "draft": row.draft,
    }


def comments_for(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, found: Collection[SubmissionRow]
) -> dict[int, list[CommentView]]:
    """The real comments that the caller sees under these submissions, by submission id; drafts are left out (8.4)."""
    return _real(unit, access, {assignment.id: assignment}, found)


def visible_comments(
    unit: Unit, access: CourseAccess, assignment: AssignmentFacts, found: Collection[SubmissionRow]
) -> dict[int, list[CommentView]]:
    """All comments that the caller sees under these submissions, provisional ones included, by submission id.

    Once provisional grades are published, the comments of the chosen grader are real ones as well and are not told twice (8.2).
    """
    read = rows.for_submissions(unit.connection, [row.id for row in found], provisional=True)
    copied: dict[int, int | None] = {}
    if assignment.moderated_grading and assignment.grades_published_at is not None:
        copied = {row.id: row.grader_id for row in found}
    told = [
        row
        for row in read
        if not row.draft
        and (row.provisional_grade_id is None or row.author_id is None or copied.get(row.submission_id) != row.author_id)
    ]
    return views_of(unit, access, assignment, found, told)


def comments_in(unit: Unit, access: CourseAccess, found: Collection[SubmissionRow]) -> dict[int, list[CommentView]]:
    """The same for submissions of several assignments of a course; constantly many statements."""
    assignments = {number: access.rules.assignments[number] for number in {row.assignment_id for row in found}}
    return _real(unit, access, assignments, found)


def _real(
    unit: Unit, access: CourseAccess, assignments: Mapping[int, AssignmentFacts], found: Collection[SubmissionRow]
) -> dict[int, list[CommentView]]:
    real = rows.for_submissions(unit.connection, [row.id for row in found], provisional=False)
    return _views(unit, access, assignments, found, (row for row in real if not row.draft))


def views_of(
    unit: Unit,
    access: CourseAccess,
    assignment: AssignmentFacts,
    found: Collection[SubmissionRow],
    comments: Iterable[CommentRow],
) -> dict[int, list[CommentView]]:
    """Those of the comments that the caller sees, by submission id, their authors anonymised where that is due (8.2, 8.3)."""
    return _views(unit, access, {assignment.id: assignment}, found, comments)


def _views(
    unit: Unit,
    access: CourseAccess,
    assignments: Mapping[int, AssignmentFacts],
    found: Collection[SubmissionRow],
    comments: Iterable[CommentRow],
) -> dict[int, list[CommentView]]:
    by_id = {row.id: row for row in found}
    of = {row.id: assignments[row.assignment_id] for row in found}
    seen = [row for row in comments if _sees(access, of[row.submission_id], by_id[row.submission_id], row)]
    if not seen:
        return {row.id: [] for row in found}
    authors = {row.id: row for row in users.by_ids(unit.connection, {row.author_id for row in seen if row.author_id})}
    hidden = anonymous_assignments(unit, access, assignments.values())
    masked = [one.id for one in assignments.values() if one.moderated_grading and not access.sees_other_graders(one)]
    graders = moderation_graders.identities(unit.connection, masked)
    files = attachments.named(unit, (row.attachment_ids for row in seen))
    views: dict[int, list[CommentView]] = {row.id: [] for row in found}
    for row in seen:
        submission = by_id[row.submission_id]
        own = row.author_id == access.user_id
        anonymous_id = None
        sent = attachments.pick(files, row.attachment_ids)
        hides = submission.assignment_id in hidden
        if hides and row.author_id == submission.user_id and not own and not owns(access, submission.user_id):
            anonymous_id = submission.anonymous_id
            sent = [attachments.nameless(one) for one in sent]
        elif not owns(access, submission.user_id):
            anonymous_id = graders.get((submission.assignment_id, row.author_id or 0))
        views[row.submission_id].append(
            CommentView(
                row=row,
                author=authors.get(row.author_id or 0),
                own=own,
                anonymous_id=anonymous_id,
                attachments=sent,
            )
        )
    return views


def owns(access: CourseAccess, student_id: int) -> bool:
    """Whether the caller is this student, or somebody who observes the student."""
    return any(
        (grant.type in STUDENTS and student_id == access.user_id)
        or (grant.type == "ObserverEnrollment" and grant.associated_user_id == student_id)
        for grant in access.grants
        if grant.workflow_state in {"active", "completed"}
    )


def _sees(access: CourseAccess, assignment: AssignmentFacts, submission: SubmissionRow, row: CommentRow) -> bool:
    viewer = Viewer(
        user_id=access.user_id,
        moderator=access.moderates(assignment),
        edits_assignment=access.has(MANAGE_ASSIGNMENTS) and access.has(MANAGE_GRADES, VIEW_ALL_GRADES),
        owns=owns(access, submission.user_id),
        reads_grades=access.has(MANAGE_GRADES, VIEW_ALL_GRADES),
    )
    of = CommentsOf(
        student_id=submission.user_id,
        grader_id=submission.grader_id,
        posted=submission.posted_at is not None,
        moderated=assignment.moderated_grading,
        published=assignment.grades_published_at is not None,
        final_grader_id=assignment.final_grader_id,
        comments_shared=assignment.grader_comments_visible_to_graders,
    )
    comment = Comment(
        author_id=row.author_id,
        provisional=row.provisional_grade_id is not None,
        hidden=row.hidden,
        draft=row.draft,
    )
    return sees_comment(viewer, of, comment)
