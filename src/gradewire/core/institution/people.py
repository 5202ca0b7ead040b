"""What an institution file says of accounts, people, roles, terms and grading periods.

The text below a field is its documentation: it becomes the JSON Schema and the tables of ``docs/institution-files.md``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, field

from gradewire.core.institution.schoology import GradingScale, SchoolRole
from gradewire.core.institution.things import Count, Id, Name, Percent, Points, Ref, Thing, Word

__all__ = ["Count", "Id", "Name", "Percent", "Points", "Ref", "Thing", "Word"]

Permission: TypeAlias = Literal[
    "become_user",
    "comment_on_others_submissions",
    "manage_account",
    "manage_assignments",
    "manage_course",
    "manage_courses_admin",
    "manage_enrollments",
    "manage_grades",
    "manage_groups",
    "manage_sis",
    "read",
    "read_roster",
    "read_sis",
    "select_final_grade",
    "set_grading_scheme",
    "view_all_grades",
    "view_audit_trail",
    "view_user_logins",
]
BaseRole: TypeAlias = Literal[
    "StudentEnrollment",
    "ObserverEnrollment",
    "DesignerEnrollment",
    "TaEnrollment",
    "TeacherEnrollment",
    "AccountMembership",
    "AccountAdmin",
]
Scope: TypeAlias = Annotated[str, Meta(pattern=r"^url:(GET|POST|PUT|DELETE|PATCH)\|/\S+$")]


class Role(Thing, frozen=True, kw_only=True):
    """A role of the account, or other rights for a built-in one."""

    name: Name
    """Its name. With the name of a built-in role, such as `TaEnrollment`, this changes what that role may do in the account."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    base_role_type: BaseRole | None = None
    """The built-in role whose rights it starts from. Needed unless the name is a built-in one."""
    permissions: dict[Permission, bool] = field(default_factory=dict)
    """Rights switched on or off."""
    workflow_state: Literal["active", "inactive", "deleted"] = "active"
    """Its state."""


class Admin(Thing, frozen=True, kw_only=True):
    """Somebody with a role in the account: an administrator of it and of all that is below it."""

    user: Ref
    """Who."""
    id: Id | None = None
    """Its id."""
    role: Ref | None = None
    """A role of the account or of one above it; without it, `AccountAdmin`."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class GradingStandard(Thing, frozen=True, kw_only=True):
    """A grading standard (grading scheme): names, and the lowest score that earns each."""

    scheme: dict[str, Annotated[float, Meta(ge=-1e11, le=1e11)]] = field(default_factory=dict)
    """The names with their lower bounds, in percent or, if `points_based`, in points. The lowest is 0. Needed unless it is a
    scale of points."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    title: Name | None = None
    """Its title. Without an id, it is known by its title in its account or course."""
    points_based: bool = False
    """Whether the bounds are points out of `scaling_factor`."""
    scaling_factor: float = 1.0
    """The points of a full score, if `points_based`."""
    scale: GradingScale | None = None
    """What it is to Schoology clients."""
    workflow_state: Literal["active", "archived", "deleted"] = "active"
    """Its state."""


class RubricRating(Thing, frozen=True, kw_only=True):
    """A level of a criterion."""

    points: Points
    """What it is worth."""
    description: str = ""
    """What it stands for."""
    id: Word | None = None
    """Its id within the rubric; without it, one made of the criterion's id and its position."""


class RubricCriterion(Thing, frozen=True, kw_only=True):
    """A criterion of a rubric."""

    description: str
    """What is judged."""
    points: Points
    """What it is worth at most."""
    id: Word | None = None
    """Its id within the rubric; without it, `_` and its position."""
    long_description: str = ""
    """More about it."""
    ratings: tuple[RubricRating, ...] = ()
    """Its levels, the best first."""


class Rubric(Thing, frozen=True, kw_only=True):
    """A rubric of an account or a course."""

    title: Name
    """Its title. Without an id, it is known by its title in its account or course."""
    criteria: tuple[RubricCriterion, ...]
    """What is judged."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    points_possible: Points | None = None
    """What it is worth; without it, the sum of its criteria."""
    free_form_criterion_comments: bool = False
    """Whether assessors write comments instead of choosing ratings."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class Subscription(Thing, frozen=True, kw_only=True):
    """Somebody who receives the events of an account (and all below it) or of a course."""

    name: Name
    """Its name, unique on the server; by it, a subscription is known."""
    events: tuple[Literal["grade_change", "course_grade_change", "grade_override"], ...]
    """Which events."""
    target: dict[str, Any]
    """Where they go, such as `{kind: file, path: events.jsonl}` or `{kind: stdout}`."""
    id: Id | None = None
    """Its id."""
    format: Literal["canvas", "caliper"] = "canvas"
    """Canvas Live Events or Caliper; the latter exists for `grade_change` only."""
    nulls: Literal["explicit", "compact"] = "explicit"
    """Whether members that are null are sent or left out."""
    withhold_unposted: bool = False
    """Whether grades that students may not see yet are kept back."""
    workflow_state: Literal["active", "disabled", "deleted"] = "active"
    """Its state."""


class Consumer(Thing, frozen=True, kw_only=True):
    """A program that calls the Schoology API, with its OAuth key and secret."""

    name: Name
    """What it is."""
    key: Word
    """Its OAuth consumer key, unique on the server; by it, a consumer is known."""
    secret: Annotated[str, Meta(min_length=1, max_length=1024)]
    """Its OAuth consumer secret. The server keeps it encrypted."""
    id: Id | None = None
    """Its id."""
    user: Ref | None = None
    """Whose key it is, for a two-legged key; without it, an application of which nobody is the owner."""
    callback_urls: tuple[Annotated[str, Meta(pattern=r"^https?://[^\s\\@]+$", max_length=2000)], ...] = ()
    """Where approving the application may lead back to: these addresses and what is below them."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class Account(Thing, frozen=True, kw_only=True):
    """An account: a root account is an institution, those below it are its departments."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id. Without id and SIS id, it is known by its name below its parent."""
    parent: Ref | None = None
    """The account above it; without it, this is a root account."""
    uuid: Word | None = None
    """Its UUID, which events carry; made up if missing."""
    lti_guid: Word | None = None
    """Its LTI GUID, which events carry."""
    time_zone: str | None = None
    """IANA name of its time zone."""
    default_grading_standard: Ref | None = None
    """The grading standard of courses that choose none; `default` is the built-in one."""
    restrict_grading_scheme_editing_to_admins: bool = False
    """Whether only administrators may change grading standards."""
    final_grades_override: bool = True
    """Whether courses may allow course grade overrides."""
    grade_calc_ignore_unposted_anonymous: bool = False
    """Whether anonymous assignments count only once all their grades are posted."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""
    roles: tuple[Role, ...] = ()
    """Roles of the account, and changed rights of built-in roles."""
    admins: tuple[Admin, ...] = ()
    """People with a role in the account."""
    school_roles: tuple[SchoolRole, ...] = ()
    """Roles that Schoology clients see; of a root account."""
    grading_standards: tuple[GradingStandard, ...] = ()
    """Grading standards of the account."""
    rubrics: tuple[Rubric, ...] = ()
    """Rubrics of the account."""
    consumers: tuple[Consumer, ...] = ()
    """Programs that call the Schoology API."""
    subscriptions: tuple[Subscription, ...] = ()
    """Who receives the events of all its courses."""


class Login(Thing, frozen=True, kw_only=True):
    """One more login of a user, besides the one that the user's own fields describe."""

    login: Word
    """The name to sign in with."""
    account: Ref | None = None
    """The account it belongs to; without it, the root account."""
    sis_id: Word | None = None
    """The SIS id that goes with it."""
    integration_id: Word | None = None
    """The integration id that goes with it."""
    password: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None
    """Its password. The server keeps an argon2id hash."""
    password_hash: Annotated[str, Meta(pattern=r"^\$argon2id\$")] | None = None
    """Its password, hashed already."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class Token(Thing, frozen=True, kw_only=True):
    """An access token of a user, for programs."""

    token: Annotated[str, Meta(min_length=8, max_length=1024, pattern=r"^[!-~]+$")]
    """The token itself. The server keeps its SHA-256 only. Use short ones in sandboxes alone."""
    id: Id | None = None
    """Its id."""
    purpose: str | None = None
    """What it is for."""
    scopes: tuple[Scope, ...] | None = None
    """The routes it may call, such as `url:GET|/api/v1/courses/:course_id/assignments`; without them, all that the user may."""
    developer_key_id: Id | None = None
    """The developer key that events name with it."""
    tool_id: Id | None = None
    """The number of a tool that scores by itself with this token: its grades have no grader, as those of LTI tools."""
    expires_at: datetime | None = None
    """When it ends to be valid."""
    revoked_at: datetime | None = None
    """Since when it is no longer valid."""


class User(Thing, frozen=True, kw_only=True):
    """A person. Known by its id, else its SIS id, else its login: one of them is needed."""

    name: Name
    """The full name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    login: Word | None = None
    """The name to sign in with; without it, the SIS id if there is one."""
    sis_id: Word | None = None
    """The SIS id."""
    integration_id: Word | None = None
    """The integration id."""
    password: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None
    """The password. The server keeps an argon2id hash. Without any password, one cannot sign in to the web pages."""
    password_hash: Annotated[str, Meta(pattern=r"^\$argon2id\$")] | None = None
    """The password, hashed already."""
    account: Ref | None = None
    """The root account; needed only where there are several."""
    sortable_name: Name | None = None
    """The name to sort by; without it, the last word of the name before the others (`Lovelace, Ada`)."""
    short_name: Name | None = None
    """The name to show in short; without it, the name."""
    pronouns: Word | None = None
    """Pronouns to show with the name."""
    email: Word | None = None
    """The e-mail address."""
    time_zone: str | None = None
    """IANA name of the time zone."""
    locale: Word | None = None
    """The language, such as `en-GB`."""
    fake_student: bool = False
    """Whether this is a course's test student."""
    school_role: Ref | None = None
    """The role that Schoology clients see; without it, one that fits the enrolments."""
    schoology: dict[str, Any] | None = None
    """What only Schoology clients see: parts of the name (`name_first`, `name_middle`, `name_last`, `name_title` ...)."""
    created_at: datetime | None = None
    """Since when the user exists; without it, since loading."""
    workflow_state: Literal["registered", "deleted"] = "registered"
    """Its state."""
    other_logins: tuple[Login, ...] = ()
    """Further logins."""
    tokens: tuple[Token, ...] = ()
    """Access tokens."""


class GradingPeriod(Thing, frozen=True, kw_only=True):
    """A grading period. Its dates are cut to the minute; a due date belongs to it from just after the start up to the end."""

    title: Name
    """Its title; without an id, it is known by its title in its set."""
    start_date: datetime
    """When it starts."""
    end_date: datetime
    """When it ends."""
    close_date: datetime | None = None
    """From when on its grades are frozen; without it, the end, or never if the set is school-wide."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    weight: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    """Its weight in percent, if the set is weighted."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class GradingPeriodSet(Thing, frozen=True, kw_only=True):
    """Grading periods that belong together. Terms and courses use sets; nothing uses one by itself."""

    title: Name
    """Its title; without an id, it is known by its title in its root account."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    account: Ref | None = None
    """The root account; needed only where there are several."""
    weighted: bool = False
    """Whether a course's score is made of the scores of the periods, by weight."""
    display_totals_for_all_grading_periods: bool = False
    """Whether totals over all periods are shown to students."""
    school_wide: bool = False
    """Whether these are the periods of a Schoology school: a root account has one such set, periods may overlap, and a course
    that uses it has those that its `calculation_options` name in `grading_periods`."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""
    periods: tuple[GradingPeriod, ...] = ()
    """The periods; they must not overlap, unless they are school-wide."""


class Term(Thing, frozen=True, kw_only=True):
    """An enrolment term, in which courses take place."""

    name: Name
    """Its name."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    sis_id: Word | None = None
    """Its SIS id. Without id and SIS id, it is known by its name in its root account."""
    account: Ref | None = None
    """The root account; needed only where there are several."""
    start_at: datetime | None = None
    """When it starts."""
    end_at: datetime | None = None
    """When it ends."""
    grading_period_set: Ref | None = None
    """The grading periods of its courses that have none of their own."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""
