"""Moderated grading: who may give provisional grades, which of them are seen and which one counts.

Source: the moderation reference; section numbers are its own. What the product adds is the moderation set ``selected``: only
students put into the set may get more than one provisional grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from msgspec import Struct

from gradewire.core.errors import Refused

MAX_GRADERS = "The maximum number of graders has been reached for this assignment."
ENOUGH_GRADES = "Student already has the maximum number of provisional grades"
NO_OTHER_GRADE = "Cannot give a final mark for a student with no other provisional grades"
GRADE_ERROR = "Assignment::GradeError"
"""The text of an unreadable provisional grade, and of a change of a selected one: Canvas sends the name of its exception."""
NOT_MODERATED = "Assignment does not use moderated grading"
ALREADY_PUBLISHED = "Assignment grades have already been published"
UNSELECTED = "All submissions must have a selected grade"
NOT_IN_SET = "student not in moderation set"
POSTED_TOO_EARLY = "Assignments under moderation cannot be posted before grades are published"
HIDDEN_TOO_EARLY = "Assignments under moderation cannot be hidden before grades are published"


class Slots(Struct, frozen=True):
    """Who grades an assignment provisionally (5). A user who once has a slot grades any student."""

    limit: int | None
    """How many graders there may be, the final grader not counted; ``None`` when the assignment is not moderated."""
    final_grader_id: int | None
    holders: frozenset[int]
    """Users whose slot is taken; the final grader may be among them."""

    @property
    def full(self) -> bool:
        return self.limit is not None and len(self.holders - {self.final_grader_id}) >= self.limit

    def admits(self, user_id: int) -> bool:
        """Whether the user has a slot, needs none, or could still take one (5.2)."""
        return not self.full or user_id == self.final_grader_id or user_id in self.holders


def check_slot(slots: Slots, user_id: int) -> None:
    """
    Raises:
        Refused: all slots are taken by others.
    """
    if not slots.admits(user_id):
        raise Refused("max_graders", MAX_GRADERS)


def check_another(*, final: bool, others: int, single: bool) -> None:
    """Whether a student with ``others`` provisional grades that are not final may be given one more, or a final mark (2.4).

    ``single``: the student is outside a moderation set that was chosen by hand, so one provisional grade is all.

    Raises:
        Refused: a final mark without another grade before it, or a second grade where one is all.
    """
    if final and not others:
        raise Refused("no_other_grade", NO_OTHER_GRADE)
    if single and others:
        raise Refused("enough_grades", ENOUGH_GRADES)


def check_change(*, selected: bool, changed: bool, by_final_grader: bool) -> None:
    """A selected grade is frozen for everybody but the final grader (7.4); entering the same grade again is no change.

    Raises:
        Refused: it is selected and would change.
    """
    if selected and changed and not by_final_grader:
        raise Refused("selected_grade", GRADE_ERROR)


class Offer(Struct, frozen=True):
    """A provisional grade as publishing looks at it."""

    id: int
    graded: bool
    """It has ``graded_at``; without, it only carries comments."""


def choose(offers: Sequence[Offer], selected_id: int | None) -> int | None:
    """Which of a student's provisional grades publishing takes (11.5); ``None``: somebody has to select one first.

    ``offers`` are in order of their making, at least one.
    """
    if any(offer.id == selected_id for offer in offers):
        return selected_id
    graded = [offer.id for offer in offers if offer.graded]
    if not graded:
        return offers[0].id
    return graded[0] if len(graded) == 1 else None


class Scored(Protocol):
    """What the visibility of a provisional grade is decided by."""

    @property
    def id(self) -> int: ...
    @property
    def scorer_id(self) -> int: ...
    @property
    def final(self) -> bool: ...
    @property
    def created_at(self) -> datetime: ...


S = TypeVar("S", bound=Scored)


def visible_grades(grades: Iterable[S], *, viewer_id: int, moderator: bool) -> list[S]:
    """The provisional grades of one student that the viewer sees: all for moderators, else the own; the final mark last (6)."""
    seen = [one for one in grades if moderator or one.scorer_id == viewer_id]
    return sorted(seen, key=lambda one: (one.final, one.created_at, one.id))


def matches_submission(*, graded_at: datetime | None, submitted_at: datetime | None) -> bool:
    """Whether a provisional grade was given for the newest work of the student (6)."""
    return submitted_at is None or graded_at is None or submitted_at <= graded_at


class Comment(Struct, frozen=True, kw_only=True):
    """A comment, as far as its visibility goes."""

    author_id: int | None
    provisional: bool
    hidden: bool
    draft: bool


class CommentsOf(Struct, frozen=True, kw_only=True):
    """The submission whose comments are looked at."""

    student_id: int
    grader_id: int | None
    """Of the submission: after publication, the scorer of the chosen provisional grade."""
    posted: bool
    moderated: bool
    published: bool
    """Provisional grades were published; only meant when ``moderated``."""
    final_grader_id: int | None
    comments_shared: bool
    """Provisional graders see each other's comments."""


class Viewer(Struct, frozen=True, kw_only=True):
    """Who looks at the comments of a submission."""

    user_id: int
    moderator: bool
    edits_assignment: bool
    owns: bool
    """The student of the submission, or somebody who observes that student."""
    reads_grades: bool
    """Holds the right to manage or to view grades in the course."""


def sees_comment(viewer: Viewer, of: CommentsOf, comment: Comment) -> bool:
    """Whether the viewer sees a comment; the first rule that fits decides (8.2)."""
    if comment.author_id == viewer.user_id:
        return True
    if viewer.moderator if of.moderated else viewer.edits_assignment:
        return True
    if viewer.owns:
        if comment.draft or comment.hidden or not of.posted:
            return False
        return not comment.provisional or (of.moderated and of.published and comment.author_id == of.final_grader_id)
    if not viewer.reads_grades:
        return False
    if not of.moderated or of.comments_shared:
        return True
    if comment.author_id == of.student_id:
        return True
    return of.published and comment.author_id is not None and comment.author_id in {of.final_grader_id, of.grader_id}


def display_names(word: str, anonymous_ids: Iterable[tuple[int, str]]) -> dict[int, str]:
    """``Grader 1``, ``Grader 2`` ... by the rank of the anonymous ids in byte order (2.6); keyed by the ids they stand for."""
    ranked = sorted(anonymous_ids, key=lambda pair: (pair[1].encode(), pair[0]))
    return {number: f"{word} {rank}" for rank, (number, _) in enumerate(ranked, start=1)}
