"""What an institution file says of handed-in work: attempts, grades, comments, provisional grades, rubric assessments.

The text below a field is its documentation: it becomes the JSON Schema and the tables of ``docs/institution-files.md``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from gradewire.core.institution.things import Count, Id, Points, Ref, Thing, Word


class Attempt(Thing, frozen=True, kw_only=True):
    """Something handed in."""

    submitted_at: datetime
    """When."""
    submission_type: Word = "online_text_entry"
    """How."""
    body: str | None = None
    """The text, in HTML."""
    url: str | None = None
    """The address of a web page that is the work."""


class Comment(Thing, frozen=True, kw_only=True):
    """A comment on a submission or a provisional grade. Known by its id, else by author and text."""

    comment: Annotated[str, Meta(min_length=1)]
    """Its text."""
    id: Id | None = None
    """Its id."""
    author: Ref | None = None
    """Who wrote it; on a provisional grade, without it, the scorer."""
    attempt: Count | None = None
    """The attempt it is about."""
    hidden: bool = False
    """Whether the student does not see it."""
    draft: bool = False
    """Whether it is not finished."""
    grade_comment: bool | None = None
    """Whether it is the one comment that Schoology clients see with the grade. Where no comment of a new submission says so,
    the last one that is not the student's is."""
    written_with_grade: bool = False
    """Whether a Schoology client wrote it with the grade: then the grade's next writing changes or removes it."""
    created_at: datetime | None = None
    """When it was written; without it, at loading."""


class CriterionAssessment(Thing, frozen=True, kw_only=True):
    """How a criterion of a rubric was judged."""

    criterion: Word
    """The id of the criterion in the rubric."""
    points: Points | None = None
    """The points given."""
    rating: Word | None = None
    """The id of the rating chosen."""
    comments: str = ""
    """What the assessor says."""


class RubricAssessment(Thing, frozen=True, kw_only=True):
    """An assessment by the rubric of the assignment."""

    assessor: Ref | None = None
    """Who judged; on a provisional grade, without it, the scorer."""
    id: Id | None = None
    """Its id. Without it, a `grading` assessment is known by what it assesses."""
    assessment_type: Literal["grading", "peer_review", "provisional_grade"] = "grading"
    """What kind of assessment it is."""
    score: Points | None = None
    """Its score; without it, the sum of the points."""
    criteria: tuple[CriterionAssessment, ...] = ()
    """How each criterion was judged."""
    artifact_attempt: Count | None = None
    """The attempt it is about."""


class ProvisionalGrade(Thing, frozen=True, kw_only=True):
    """What one marker would give, in a moderated assignment. Known by its id, else by its scorer; there is one final mark."""

    scorer: Ref
    """The marker."""
    id: Id | None = None
    """Its id."""
    score: Points | None = None
    """The points."""
    grade: str | None = None
    """The grade as typed, a letter for example; without it, the one that the score means."""
    graded_at: datetime | None = None
    """When it was given; without it, at loading, if there is a score."""
    final: bool = False
    """Whether it is the moderator's final mark. It needs another provisional grade beside it."""
    selected: bool = False
    """Whether the moderator chose it."""
    graded_anonymously: bool | None = None
    """Whether the marker did not see whose work it was."""
    comments: tuple[Comment, ...] = ()
    """Comments that go with it."""
    rubric_assessments: tuple[RubricAssessment, ...] = ()
    """Assessments that go with it."""
    created_at: datetime | None = None
    """Since when it exists; without it, since loading."""


class Submission(Thing, frozen=True, kw_only=True):
    """The work of one student for the assignment, and its grade. Scores are stored as they are said: no policy is applied."""

    user: Ref
    """The student."""
    id: Id | None = None
    """Its id."""
    anonymous_id: Annotated[str, Meta(pattern=r"^[1-9A-HJ-NP-Za-km-z]{5}$")] | None = None
    """The five characters that stand for the student where names are hidden; made up if missing."""
    attempts: tuple[Attempt, ...] = ()
    """What was handed in, the first attempt first."""
    score: Points | None = None
    """The points, after any deduction."""
    grade: str | None = None
    """The grade as typed: a letter, a percentage, points. Give score, grade or both; the other follows from the one."""
    excused: bool = False
    """Whether the student is excused; then there is no grade."""
    incomplete: bool = False
    """Whether the work is incomplete, as Schoology teachers mark it; then there is no score, and it does not count."""
    grader: Ref | None = None
    """Who graded it."""
    graded_at: datetime | None = None
    """When it was graded; without it, at loading."""
    posted_at: datetime | None = None
    """Since when the student sees it; written with nothing behind it, not yet. Left out, since it was graded, unless grades
    are posted by hand."""
    graded_anonymously: bool = False
    """Whether the grader did not see whose work it was."""
    grade_matches_current_submission: bool = True
    """Whether the grade is for the newest attempt."""
    points_deducted: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    """What the late policy took off."""
    late_policy_status: Literal["late", "missing", "extended", "none"] | None = None
    """The status that a grader set by hand."""
    seconds_late_override: Annotated[int, Meta(ge=0, le=10**10)] | None = None
    """How late it counts as, if set late by hand."""
    custom_grade_status_id: Id | None = None
    """A status of the institution's own."""
    extra_attempts: Count | None = None
    """Attempts allowed on top."""
    pending_review: bool = False
    """Whether a quiz waits for a person to look at it."""
    redo_request: bool = False
    """Whether the student was asked to do it again."""
    sticker: Word | None = None
    """A sticker on it."""
    student_entered_score: Points | None = None
    """A what-if score of the student."""
    updated_at: datetime | None = None
    """When it last changed; without it, at loading. Schoology clients see it."""
    comments: tuple[Comment, ...] = ()
    """Comments."""
    rubric_assessments: tuple[RubricAssessment, ...] = ()
    """Assessments by the rubric."""
    provisional_grades: tuple[ProvisionalGrade, ...] = ()
    """What the markers of a moderated assignment would give."""
