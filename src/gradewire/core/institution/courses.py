"""What an institution file says of courses, sections, enrolments, groups and assignments.

The text below a field is its documentation: it becomes the JSON Schema and the tables of ``docs/institution-files.md``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from gradewire.core.institution.people import (
    Count,
    GradingStandard,
    Id,
    Name,
    Percent,
    Points,
    Ref,
    Rubric,
    Subscription,
    Thing,
    Word,
)
from gradewire.core.institution.schoology import FinalComment, GradingGroup
from gradewire.core.institution.work import Submission


class Section(Thing, frozen=True, kw_only=True):
    """A section of a course."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id. Without id and SIS id, it is known by its name in the course."""
    integration_id: Word | None = None
    """Its integration id."""
    default_section: bool = False
    """Whether it is the one that Canvas makes with a course."""
    start_at: datetime | None = None
    """When it starts."""
    end_at: datetime | None = None
    """When it ends."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class Score(Thing, frozen=True, kw_only=True):
    """A score row of an enrolment, where its id, its beginning or its override matter. Its numbers are computed."""

    id: Id | None = None
    """Its id."""
    grading_period: Ref | None = None
    """The grading period it is for; without period and group, it is the row of the whole course."""
    assignment_group: Ref | None = None
    """The assignment group it is for."""
    override_score: Points | None = None
    """The score, in percent, that a teacher set over the computed one."""
    created_at: datetime | None = None
    """Since when it exists; without it, since loading. Events carry it."""


class Enrollment(Thing, frozen=True, kw_only=True):
    """A user in a section of the course. Known by its id, else by section, user, type, role and the user observed."""

    user: Ref
    """Who."""
    type: Literal[
        "StudentEnrollment",
        "TeacherEnrollment",
        "TaEnrollment",
        "DesignerEnrollment",
        "ObserverEnrollment",
        "StudentViewEnrollment",
    ] = "StudentEnrollment"
    """What the user is there."""
    id: Id | None = None
    """Its id."""
    section: Ref | None = None
    """The section; without it, the first of the course."""
    role: Ref | None = None
    """A role of the course's account or of one above it, with the same base; without it, the built-in role of the type."""
    associated_user: Ref | None = None
    """Whom an observer observes."""
    limit_privileges_to_course_section: bool = False
    """Whether the user sees only people of the own section."""
    workflow_state: Literal["active", "invited", "creation_pending", "inactive", "completed", "rejected", "deleted"] = "active"
    """Its state."""
    completed_at: datetime | None = None
    """When it was concluded."""
    created_at: datetime | None = None
    """Since when it exists; without it, since loading."""
    scores: tuple[Score, ...] = ()
    """Its score rows; those not named here are made when loading."""
    final_comments: tuple[FinalComment, ...] = ()
    """Comments on its grades of periods and of the course."""


class AssignmentGroup(Thing, frozen=True, kw_only=True):
    """A group of assignments, such as all homework."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id. Without it, a group is known by its name in the course."""
    key: Word | None = None
    """A word by which files refer to it."""
    position: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """Its place in the course; without it, its place in the file."""
    group_weight: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    """Its weight in percent, if the course weights groups."""
    drop_lowest: Count = 0
    """How many of the lowest scores are dropped."""
    drop_highest: Count = 0
    """How many of the highest scores are dropped."""
    never_drop: tuple[Ref, ...] = ()
    """Assignments that are never dropped."""
    sis_id: Word | None = None
    """Its SIS id."""
    calculation_options: dict[str, Any] | None = None
    """Schoology-style courses: how the category is calculated; `ungraded: true` makes it the place of items without one."""
    schoology: dict[str, Any] | None = None
    """What only Schoology clients see: `default_max_points` and `default_grading_scale_id` of new items."""
    workflow_state: Literal["available", "deleted"] = "available"
    """Its state."""


class LatePolicy(Thing, frozen=True, kw_only=True):
    """What lateness costs and what missing work is worth, for all assignments of the course."""

    late_submission_deduction_enabled: bool = False
    """Whether late work loses points."""
    late_submission_deduction: Percent = 0.0
    """How much for each interval, in percent of the points possible."""
    late_submission_interval: Literal["day", "hour"] = "day"
    """The interval."""
    late_submission_minimum_percent_enabled: bool = False
    """Whether the deduction ends at a minimum."""
    late_submission_minimum_percent: Percent = 0.0
    """That minimum, in percent of the points possible."""
    missing_submission_deduction_enabled: bool = False
    """Whether missing work gets a score."""
    missing_submission_deduction: Percent = 100.0
    """What is taken off the points possible for it, in percent."""


class AssignmentOverride(Thing, frozen=True, kw_only=True):
    """Other dates for some students. It is for exactly one of `students`, `section` and `course`."""

    students: tuple[Ref, ...] = ()
    """For these students."""
    section: Ref | None = None
    """For the students of this section."""
    course: bool = False
    """For everybody in the course."""
    id: Id | None = None
    """Its id. Without it, it is known by whom it is for."""
    title: Name | None = None
    """Its title."""
    due_at: datetime | None = None
    """Another due date; written with nothing behind it, no due date. Left out, the due date stays."""
    unlock_at: datetime | None = None
    """From when on the assignment is open."""
    lock_at: datetime | None = None
    """Until when the assignment is open."""
    unassign_item: bool = False
    """Whether the assignment is taken away from these students."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class RubricAssociation(Thing, frozen=True, kw_only=True):
    """The rubric of an assignment."""

    rubric: Ref
    """A rubric of the course or of an account above it."""
    id: Id | None = None
    """Its id."""
    title: Name | None = None
    """Its title."""
    use_for_grading: bool = False
    """Whether the rubric's score becomes the grade."""
    hide_score_total: bool = False
    """Whether the total is hidden from students."""
    hide_points: bool = False
    """Whether points are hidden."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class ModerationGrader(Thing, frozen=True, kw_only=True):
    """A grader of a moderated assignment. Whoever gave a provisional grade is one without being named here."""

    user: Ref
    """Who."""
    id: Id | None = None
    """Its id."""
    anonymous_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{5}$")] | None = None
    """The five characters that stand for the grader where names are hidden; made up if missing."""
    slot_taken: bool = True
    """Whether the grader takes one of the slots, as by the first provisional grade."""


class Assignment(Thing, frozen=True, kw_only=True):
    """An assignment of the course, with the work handed in for it."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id. Without id and SIS id, it is known by its name in the course."""
    integration_id: Word | None = None
    """Its integration id."""
    integration_data: dict[str, Any] | None = None
    """Data of an integration, kept as they are."""
    group: Ref | None = None
    """Its assignment group; without it, the first of the course, made if there is none."""
    description: str | None = None
    """What to do, in HTML."""
    position: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """Its place in the group; without it, its place in the file."""
    points_possible: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    """The points of full work."""
    grading_type: Literal["points", "percent", "letter_grade", "gpa_scale", "pass_fail", "not_graded"] = "points"
    """How grades are typed and shown."""
    grading_standard: Ref | None = None
    """Its grading standard, for letters; `default` is the built-in one. Without it, that of the course."""
    submission_types: tuple[
        Literal[
            "online_text_entry",
            "online_url",
            "online_upload",
            "online_quiz",
            "media_recording",
            "student_annotation",
            "discussion_topic",
            "external_tool",
            "on_paper",
            "none",
            "not_graded",
            "wiki_page",
        ],
        ...,
    ] = ("online_text_entry",)
    """How it is handed in."""
    allowed_extensions: tuple[Word, ...] | None = None
    """Which files may be handed in."""
    allowed_attempts: Annotated[int, Meta(ge=-1, le=1_000_000)] | None = None
    """How often it may be handed in; -1 or nothing: any number of times."""
    due_at: datetime | None = None
    """When it is due."""
    unlock_at: datetime | None = None
    """From when on it is open."""
    lock_at: datetime | None = None
    """Until when it is open."""
    only_visible_to_overrides: bool = False
    """Whether it is only for those whom its overrides name."""
    overrides: tuple[AssignmentOverride, ...] = ()
    """Other dates for some students."""
    omit_from_final_grade: bool = False
    """Whether it does not count."""
    hide_in_gradebook: bool = False
    """Whether it is hidden in the gradebook."""
    post_manually: bool | None = None
    """Whether grades stay hidden from students until they are posted. Without it, as the course does; always so if moderated or
    anonymous."""
    muted: bool = True
    """The old name of grades that are not posted."""
    peer_reviews: bool = False
    """Whether students review each other."""
    grade_group_students_individually: bool = False
    """Whether members of a group get grades of their own."""
    group_category: Ref | None = None
    """The group category of the course whose groups hand it in together."""
    anonymous_grading: bool = False
    """Whether graders do not see whose work they grade."""
    anonymous_instructor_annotations: bool = False
    """Whether annotations do not tell who made them."""
    moderated_grading: bool = False
    """Whether several markers grade provisionally and a moderator decides."""
    moderation_set: Literal["all", "selected"] = "all"
    """Who is in the moderation set: every assigned student, or those of `moderated_students`."""
    moderated_students: tuple[Ref, ...] = ()
    """The students in the moderation set, if that is `selected`."""
    grader_count: Count = 0
    """How many markers there may be besides the final grader. At least 1 if moderated."""
    final_grader: Ref | None = None
    """Who decides, an instructor of the course; without it, administrators alone do."""
    grader_section: Ref | None = None
    """The section of which the final grader is an instructor."""
    graders_anonymous_to_graders: bool = False
    """Whether markers do not see each other's names."""
    grader_comments_visible_to_graders: bool = True
    """Whether markers see each other's comments."""
    grader_names_visible_to_final_grader: bool = True
    """Whether the final grader sees the names of the markers."""
    grades_published_at: datetime | None = None
    """When the chosen grades went into the gradebook."""
    graders: tuple[ModerationGrader, ...] = ()
    """Its graders, where their anonymous ids or slots matter."""
    rubric: RubricAssociation | None = None
    """Its rubric."""
    calculation_options: dict[str, Any] | None = None
    """Schoology-style courses: factor, period, midterm or final column."""
    schoology: dict[str, Any] | None = None
    """What only Schoology clients see: `show_comments`, `grade_stats`, `allow_dropbox`, `allow_discussion`."""
    created_at: datetime | None = None
    """Since when it exists; without it, since loading."""
    workflow_state: Literal["published", "unpublished", "deleted"] = "published"
    """Its state."""
    submissions: tuple[Submission, ...] = ()
    """Work of students, and its grades. Students not named here get an empty submission."""


class Group(Thing, frozen=True, kw_only=True):
    """Students who hand in together."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id. Without it, a group is known by its name in the category."""
    sis_id: Word | None = None
    """Its SIS id."""
    members: tuple[Ref, ...] = ()
    """Everybody who is in it; left out, who was in it stays."""
    workflow_state: Literal["available", "deleted"] = "available"
    """Its state."""


class GroupCategory(Thing, frozen=True, kw_only=True):
    """A way of dividing students into groups; a student is in at most one group of it."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id. Without it, a category is known by its name in the course."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id."""
    groups: tuple[Group, ...] = ()
    """Its groups."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class Course(Thing, frozen=True, kw_only=True):
    """A course with everything in it."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id. Without id and SIS id, it is known by its name in the account."""
    integration_id: Word | None = None
    """Its integration id."""
    course_code: Name | None = None
    """Its short name; without it, the name."""
    uuid: Word | None = None
    """Its UUID; made up if missing."""
    account: Ref | None = None
    """The account; needed only where there are several."""
    term: Ref | None = None
    """The enrolment term."""
    grading_period_set: Ref | None = None
    """Grading periods of its own, before those of the term."""
    time_zone: str | None = None
    """IANA name of its time zone."""
    start_at: datetime | None = None
    """When it starts."""
    end_at: datetime | None = None
    """When it ends."""
    group_weighting_scheme: Literal["percent", "equal", "points"] | None = None
    """`percent` weights assignment groups; all else does not."""
    grading_standard: Ref | None = None
    """The grading standard of course grades; `default` is the built-in one."""
    calculation: Literal["canvas", "schoology"] = "canvas"
    """Whose rules calculate its scores."""
    calculation_options: dict[str, Any] | None = None
    """Schoology-style courses: the grading periods chosen and their weights, category weighting, rounding."""
    catalog_course: Ref | None = None
    """The catalogue entry of which it is a section."""
    schoology: dict[str, Any] | None = None
    """What only Schoology clients see of a section: `section_code`, `description`, `hide_overall_grade`,
    `hide_grading_period_grade`, `meeting_days` ..."""
    post_manually: bool = False
    """Whether grades stay hidden from students until they are posted, in assignments that do not say otherwise."""
    hide_final_grades: bool = False
    """Whether students do not see course grades."""
    allow_final_grade_override: bool = False
    """Whether course grades may be overridden."""
    anonymous_marking: bool = True
    """Whether assignments may be graded anonymously."""
    restrict_quantitative_data: bool = False
    """Whether students see letters instead of numbers."""
    created_at: datetime | None = None
    """Since when it exists; without it, since loading."""
    workflow_state: Literal["unpublished", "available", "completed", "deleted"] = "available"
    """Its state."""
    late_policy: LatePolicy | None = None
    """What lateness costs."""
    sections: tuple[Section, ...] = ()
    """Its sections; without any, one is made with the name of the course."""
    enrollments: tuple[Enrollment, ...] = ()
    """Who is in it."""
    grading_standards: tuple[GradingStandard, ...] = ()
    """Grading standards of the course."""
    rubrics: tuple[Rubric, ...] = ()
    """Rubrics of the course."""
    assignment_groups: tuple[AssignmentGroup, ...] = ()
    """Its assignment groups."""
    assignments: tuple[Assignment, ...] = ()
    """Its assignments."""
    group_categories: tuple[GroupCategory, ...] = ()
    """Its groups of students who hand in together, by category."""
    grading_groups: tuple[GradingGroup, ...] = ()
    """Its grading groups."""
    subscriptions: tuple[Subscription, ...] = ()
    """Who receives its events."""
