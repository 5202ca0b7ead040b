"""Files as they are seen: by those who may see the submission or the comment that they belong to, and by who has a link."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import suppress

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.anonymity import hides_students, is_anonymised
from gradewire.actions.assignments import followed
from gradewire.actions.attachments import COMMENT, nameless
from gradewire.actions.submission_comments import views_of
from gradewire.actions.submissions import find_student
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.permissions import MANAGE_GRADES, VIEW_ALL_GRADES
from gradewire.store import assignments, attachments, attempts, comments, scores, submissions
from gradewire.store.attachments import AttachmentRow
from gradewire.store.submissions import SubmissionRow


def show(unit: Unit, attachment_id: int) -> AttachmentRow:
    """A file that the caller uploaded, or that belongs to an attempt or a comment which the caller sees.

    Raises:
        NotFound: no such file, or not for the caller to know of.
    """
    caller = unit.caller
    found = attachments.by_ids(unit.connection, [attachment_id]).get(attachment_id)
    if found is None or found.root_account_id != caller.root_account_id or found.assignment_id is None:
        raise NotFound
    if found.user_id == caller.user_id:
        return found
    assignment = assignments.by_ids(unit.connection, [found.assignment_id]).get(found.assignment_id)
    if assignment is None or assignment.workflow_state == "deleted":
        raise NotFound
    access = course_access(unit, assignment.course_id)
    students = _students(unit, access, found)
    work = submissions.by_students(unit.connection, assignment.id, students) if students else []
    if not work or not (_is_discussed(unit, access, found, work) if found.purpose == COMMENT else _is_in(unit, found, work)):
        raise NotFound
    if found.student_id not in followed(access) and hides_students(unit, access, access.assignment(assignment.id)):
        return nameless(found)
    return found


def open_file(unit: Unit, attachment_id: int) -> tuple[AttachmentRow, Iterator[bytes]]:
    """The same file with its bytes, piece by piece.

    Raises:
        NotFound: no such file, not for the caller to know of, or it is not in the file storage.
    """
    found = show(unit, attachment_id)
    content = unit.world.files.get(found.uuid)
    if content is None:
        raise NotFound
    return found, content.chunks


def _students(unit: Unit, access: CourseAccess, file: AttachmentRow) -> set[int]:
    """Whose submissions the caller sees, of those that may have the file."""
    students = set(followed(access))
    if access.has(MANAGE_GRADES, VIEW_ALL_GRADES) and file.student_id is not None:
        with suppress(NotFound):
            find_student(unit, access, file.student_id)
            students.add(file.student_id)
    return students


def _is_in(unit: Unit, file: AttachmentRow, work: list[SubmissionRow]) -> bool:
    found = attempts.for_submissions(unit.connection, [row.id for row in work])
    return any(file.id in (one.attachment_ids or ()) for listed in found.values() for one in listed)


def _is_discussed(unit: Unit, access: CourseAccess, file: AttachmentRow, work: list[SubmissionRow]) -> bool:
    assignment = access.assignment(work[0].assignment_id)
    written = comments.for_submissions(unit.connection, [row.id for row in work], provisional=True)
    about = [row for row in written if file.id in (row.attachment_ids or ())]
    return any(views_of(unit, access, assignment, work, about).values())


def follow(unit: Unit, attachment_id: int, verifier: str) -> AttachmentRow:
    """The file that a link leads to. Links are shown to those who see the file, and lead there without signing in; so while the
    students of the assignment are anonymous nobody gets its name by them.

    Raises:
        NotFound: no such file, or a link that was not made here.
    """
    found = attachments.by_ids(unit.connection, [attachment_id]).get(attachment_id)
    if found is None or not hmac.compare_digest(found.uuid.encode(), verifier.encode(errors="replace")):
        raise NotFound
    return nameless(found) if _is_anonymous(unit, found) else found


def _is_anonymous(unit: Unit, file: AttachmentRow) -> bool:
    if file.assignment_id is None:
        return False
    course_id = assignments.by_ids(unit.connection, [file.assignment_id])[file.assignment_id].course_id
    rules = unit.world.shelf.load(unit.connection, course_id)
    assignment = rules.assignments.get(file.assignment_id) if rules is not None else None
    if assignment is None:
        return False
    return is_anonymised(assignment, unposted=assignment.id in scores.anonymous_unposted(unit.connection, course_id))
