"""What was handed in before, with the grades it had, and the files of what is handed in now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from gradewire.actions import attachments
from gradewire.actions.access import CourseAccess
from gradewire.actions.submissions import SubmissionView, view
from gradewire.actions.unit import Unit
from gradewire.store import attempts
from gradewire.store.attachments import AttachmentRow
from gradewire.store.attempts import AttemptRow, VersionRow
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

NO_GRADE = VersionRow(0, 0, None, None, None, False, None, None)


class PastView(Struct, frozen=True):
    """A submission as it was when an attempt was the newest."""

    view: SubmissionView
    files: Sequence[AttachmentRow]


def files_of(unit: Unit, found: Sequence[SubmissionRow]) -> dict[int, list[AttachmentRow]]:
    """The files of the newest attempts of these submissions, by submission id; one statement, or none."""
    known = attachments.named(unit, (row.attachment_ids for row in found))
    return {row.id: attachments.pick(known, row.attachment_ids) for row in found}


def histories_of(
    unit: Unit, found: Sequence[tuple[CourseAccess, AssignmentFacts, SubmissionView]]
) -> dict[int, list[PastView]]:
    """By submission id, one entry for each attempt, the last of which is the submission as it is; three statements.

    An earlier entry has the last grade that was given before the next attempt came. If that was a grade of an even earlier
    attempt, it does not match. Where nothing was handed in, the submission as it is stands alone.
    """
    ids = [one.row.id for _, _, one in found]
    made, graded = attempts.for_submissions(unit.connection, ids), attempts.versions(unit.connection, ids)
    listed = [attempt.attachment_ids for several in made.values() for attempt in several]
    known = attachments.named(unit, [*listed, *(one.row.attachment_ids for _, _, one in found)])
    histories = {}
    for access, assignment, now in found:
        mine, versions = made.get(now.row.id, []), graded.get(now.row.id, [])
        past = [_past(now.row, one, following.version, versions) for one, following in pairwise(mine)]
        views = [replace(view(unit, access, assignment, row, hides=now.hides_student), user=now.user) for row in past]
        views = [replace(one, grade_visible=now.grade_visible) for one in views]
        histories[now.row.id] = [PastView(one, attachments.pick(known, one.row.attachment_ids)) for one in [*views, now]]
    return histories


def _past(row: SubmissionRow, attempt: AttemptRow, until: int, versions: Sequence[VersionRow]) -> SubmissionRow:
    """The submission as it was before the next attempt; ``until`` is the newest grade version then."""
    grade = next((one for one in reversed(versions) if one.number <= until), NO_GRADE)
    graded = grade.score is not None or grade.excused
    matches = not graded or grade.number > attempt.version
    return replace(
        row,
        attempt=attempt.attempt,
        submission_type=attempt.submission_type,
        body=attempt.body,
        url=attempt.url,
        submitted_at=attempt.submitted_at,
        cached_due_date=attempt.cached_due_date or row.cached_due_date,
        attachment_ids=attempt.attachment_ids,
        workflow_state="graded" if graded and matches else "submitted",
        score=grade.score,
        grade=grade.grade,
        points_deducted=grade.points_deducted,
        excused=grade.excused,
        grader_id=grade.grader_id,
        graded_at=grade.graded_at,
        grade_matches_current_submission=matches,
        version=grade.number,
        late_policy_status=None,
        seconds_late_override=None,
        incomplete=False,
    )
