"""Writing grades as Schoology clients do: each entry replaces a whole record, or fails alone (Schoology reference, 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.grading import NOT_A_STUDENT, circumstances, head_of, in_closed_period, posts_manually, write_results
from gradewire.actions.groups import are_graded_together
from gradewire.actions.rosters import Roster, visible_roster
from gradewire.actions.schemes import gradable
from gradewire.actions.schoology_rules import item_facts
from gradewire.actions.submission_comments import is_unseen, post_by_comments
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError, Fault, Invalid, Refused
from gradewire.core.grade_records import Record, read_record, score_of
from gradewire.core.grading import GradeCommand, Result, grade, restate
from gradewire.core.numbers import show_number
from gradewire.core.permissions import MANAGE_GRADES
from gradewire.store import grade_records as rows
from gradewire.store import groups as group_rows
from gradewire.store import scores as score_rows
from gradewire.store import submissions
from gradewire.store.grade_records import CommentHead
from gradewire.store.rules import AssignmentFacts
from gradewire.store.submissions import SubmissionRow

UNKNOWN_STUDENT = "is not a student of this section"
UNKNOWN_ITEM = "is not an item of this section"
NOT_ASSIGNED = "is not assigned to this student"
UNDER_MODERATION = "The item is being moderated; its grades cannot be changed now."
NOT_PUBLISHED = "The item is not published."
CLOSED = "The grading period is closed."


class EntryResult(Struct, frozen=True):
    """What became of one entry; ``error`` says why it failed."""

    error: DomainError | None = None

    @property
    def message(self) -> str:
        """The error in words."""
        if isinstance(self.error, Invalid):
            return "; ".join(f"{fault.attribute} {fault.message}" for fault in self.error.faults)
        return str(self.error or "")


class Stated(Struct, frozen=True):
    """An entry that can be carried out."""

    record: Record
    assignment: AssignmentFacts
    submission: SubmissionRow
    score: float | None


def put_grades(unit: Unit, course_id: int, sent: Sequence[object]) -> list[EntryResult]:
    """Replace grade records, each wholly, by entries as they were sent (``core.grade_records.read_record``); one result for
    each, in their order. Of several entries for one student and item the last good one is what is left.

    History, events, late policy and scores follow as from any grading. A constant number of statements.

    Raises:
        NotFound: no such section.
        Denied: the caller may not grade in it.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_GRADES)
    results = [EntryResult()] * len(sent)
    records: dict[int, Record] = {}
    for place, one in enumerate(sent):
        try:
            records[place] = read_record(one)
        except DomainError as error:
            results[place] = EntryResult(error)
    people = visible_roster(unit, access)
    named = {people.users[one.enrollment_id] for one in records.values() if one.enrollment_id in people.users}
    items = sorted({one.item_id for one in records.values()} & set(access.rules.assignments))
    teams = _teams(unit, [access.rules.assignments[number] for number in items], named)
    users = sorted(named.union(*(mates for team in teams.values() for mates in team.values())))
    score_rows.lock(unit.connection, course_id, users)  # before the grades are read, so that nobody comes between
    found = rows.submissions_of(unit.connection, course_id, user_ids=users, assignment_ids=items)
    stated: dict[int, Stated] = {}
    for place, record in records.items():
        try:
            one = _judge(unit, access, people, found, record)
        except DomainError as error:
            results[place] = EntryResult(error)
        else:
            stated[one.submission.id] = one
    _write(unit, access, list(stated.values()), _shared(stated, found, teams))
    return results


Teams: TypeAlias = dict[int, dict[int, list[int]]]
"""By set of groups and student, the members of the student's group."""


def _teams(unit: Unit, items: Sequence[AssignmentFacts], users: Collection[int]) -> Teams:
    """The groups of these students where groups are graded together; none where no item is graded so."""
    teams: Teams = {}
    for category in {one.group_category_id for one in items if are_graded_together(one)}:
        if category is None:
            continue
        mine = group_rows.groups_of(unit.connection, category, users)
        members: dict[int, list[int]] = {}
        for one in group_rows.memberships(unit.connection, {group.id for group in mine.values()}) if mine else ():
            members.setdefault(one.group_id, []).append(one.user_id)
        teams[category] = {user_id: members.get(group.id, []) for user_id, group in mine.items()}
    return teams


def _shared(
    stated: Mapping[int, Stated], found: Mapping[tuple[int, int], SubmissionRow], teams: Teams
) -> list[tuple[AssignmentFacts, SubmissionRow, GradeCommand]]:
    """What the entries mean for the other members of groups that are graded together, as a Canvas client's grades do: the same
    grade or excuse, unless an entry says something of them or they are excused; lateness and comments are each member's."""
    shared: dict[int, tuple[AssignmentFacts, SubmissionRow, GradeCommand]] = {}
    for one in stated.values():
        team = teams.get(one.assignment.group_category_id or 0, {}) if are_graded_together(one.assignment) else {}
        for user_id in team.get(one.submission.user_id, ()):
            row = found.get((one.assignment.id, user_id))
            if row is None or row.id in stated or (row.excused and one.record.mark != "excused"):
                continue
            if one.record.mark == "excused":
                shared[row.id] = one.assignment, row, GradeCommand(excuse=True)
            elif one.record.mark == "none":
                entry = "" if one.score is None else show_number(one.score)
                shared[row.id] = one.assignment, row, GradeCommand(entry=entry, prefer_points_over_scheme=True)
    return list(shared.values())


def _judge(
    unit: Unit, access: CourseAccess, people: Roster, found: dict[tuple[int, int], SubmissionRow], record: Record
) -> Stated:
    """
    Raises:
        Invalid: the entry names what is not there, or states a grade that cannot be.
        Refused: grades of this student or item cannot be changed now.
    """
    user_id = people.users.get(record.enrollment_id)
    if user_id is None:
        raise Invalid(Fault("enrollment_id", UNKNOWN_STUDENT))
    assignment = access.rules.assignments.get(record.item_id)
    if assignment is None:
        raise Invalid(Fault("assignment_id", UNKNOWN_ITEM))
    submission = found.get((assignment.id, user_id))
    if submission is None:
        raise Invalid(Fault("assignment_id", NOT_ASSIGNED))
    if user_id in people.concluded:
        raise Refused("not_enrolled", NOT_A_STUDENT)
    if assignment.moderated_grading and assignment.grades_published_at is None:
        raise Refused("under_moderation", UNDER_MODERATION)
    if assignment.workflow_state != "published":
        raise Refused("not_published", NOT_PUBLISHED)
    if MANAGE_GRADES not in access.by_account and in_closed_period(unit, access.rules, submission):
        raise Refused("closed_period", CLOSED)
    score = score_of(record, gradable(assignment), item_facts(access.rules, assignment).scale)
    return Stated(record, assignment, submission, score)


def _write(
    unit: Unit,
    access: CourseAccess,
    stated: Sequence[Stated],
    shared: Sequence[tuple[AssignmentFacts, SubmissionRow, GradeCommand]],
) -> None:
    graded: list[tuple[AssignmentFacts, SubmissionRow, Result]] = []
    for assignment, row, command in shared:
        about = circumstances(unit, access.rules, assignment, row)
        graded.append((assignment, row, grade(head_of(row), command, about, grader_id=unit.actor_id)))
    for one in stated:
        head = head_of(one.submission)
        about = circumstances(unit, access.rules, one.assignment, one.submission)
        result = restate(head, one.score, one.record.mark, about, grader_id=unit.actor_id)
        if result.head is not head:
            graded.append((one.assignment, one.submission, result))
    write_results(unit, graded)
    written = {row.id for _, row, _ in graded}
    said = _write_comments(unit, stated)
    submissions.touch(unit.connection, sorted(said - written), unit.now)
    _post_by_comments(
        unit, access, [one for one in stated if one.submission.id in said and one.record.visible and one.record.comment]
    )


def _post_by_comments(unit: Unit, access: CourseAccess, spoken: Sequence[Stated]) -> None:
    """Where grades do not wait, a comment for the student posts ungraded work, as a Canvas client's does."""
    unposted = [one for one in spoken if one.submission.posted_at is None and not posts_manually(access.rules, one.assignment)]
    if not unposted:
        return
    now = rows.submissions_of(
        unit.connection,
        unposted[0].submission.course_id,
        user_ids=sorted({one.submission.user_id for one in unposted}),
        assignment_ids=sorted({one.assignment.id for one in unposted}),
    )
    after = [(one.assignment, now[one.assignment.id, one.submission.user_id]) for one in unposted]
    post_by_comments(unit, [(assignment, row) for assignment, row in after if is_unseen(row)])


def _write_comments(unit: Unit, stated: Sequence[Stated]) -> set[int]:
    """Bring the one comment of each grade in step with what was stated; the submissions where that changed something.

    A comment that a grade was written with is edited or removed with it. One that came otherwise stays in the list of comments
    that Canvas clients see, and another one is added.
    """
    there = rows.comments_of(unit.connection, [one.submission.id for one in stated])
    gone: list[int] = []
    marked: list[tuple[int, bool, bool]] = []
    rewritten: list[tuple[int, str, bool, bool]] = []
    new: list[Stated] = []
    changed: set[int] = set()
    for one in stated:
        text, hidden = one.record.comment, not one.record.visible
        known = there.get(one.submission.id)
        if known is None and text is None:
            continue
        if known is not None and known.comment == text and known.hidden == hidden:
            continue
        changed.add(one.submission.id)
        if known is None:
            new.append(one)
        elif text is None and known.written_with_grade:
            gone.append(known.id)
        elif text is None:
            marked.append((known.id, known.hidden, False))
        elif text == known.comment:
            marked.append((known.id, hidden, True))
        elif known.written_with_grade:
            rewritten.append((known.id, text, hidden, True))
        else:
            marked.append((known.id, known.hidden, False))
            new.append(one)
    rows.delete_comments(unit.connection, gone)
    rows.mark_comments(unit.connection, marked)
    rows.rewrite_comments(unit.connection, rewritten, unit.now)
    _add_comments(unit, new)
    return changed


def _add_comments(unit: Unit, new: Sequence[Stated]) -> None:
    written = [(one.submission.id, one.record.comment or "", not one.record.visible) for one in new]
    rows.add_comments(
        unit.connection, written, course_id=new[0].submission.course_id if new else 0, author_id=unit.actor_id, now=unit.now
    )
    watched = [one for one in new if one.assignment.moderated_grading or one.assignment.anonymous_grading]
    if not watched:
        return
    made = rows.comments_of(unit.connection, [one.submission.id for one in watched])
    unit.audit_many(
        "submission_comment_created",
        [(one.assignment.id, one.submission.id, unit.actor_id, _told(unit, made[one.submission.id])) for one in watched],
    )


def _told(unit: Unit, comment: CommentHead) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author_id": unit.actor_id,
        "provisional_grade_id": None,
        "comment": comment.comment,
        "attempt": None,
        "hidden": comment.hidden,
        "draft": False,
    }
