"""The rules of an institution file that need no database; each fault names the field that breaks it.

Rules of moderated assignments are those of the moderation reference, 2.2 and 2.4; what Canvas would silently reset is a fault
here, because whoever writes it means something by it.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from gradewire.core import periods, schemes
from gradewire.core.documents import Document, Problem
from gradewire.core.errors import Invalid
from gradewire.core.institution import Institution
from gradewire.core.institution.courses import Assignment, AssignmentOverride, Course, Enrollment
from gradewire.core.institution.people import (
    Account,
    GradingPeriodSet,
    GradingStandard,
    Login,
    Role,
    Rubric,
    Subscription,
    User,
)
from gradewire.core.institution.work import Submission
from gradewire.core.permissions import DEFAULTS
from gradewire.core.schemes import Scheme
from gradewire.core.schoology_extras import (
    CatalogExtras,
    CategoryExtras,
    ItemExtras,
    PersonExtras,
    SectionExtras,
    read_extras,
)
from gradewire.core.scoring.schoology_options import CategoryOptions, CourseOptions, ItemOptions, read_options
from gradewire.core.scoring.schoology_scales import PointsLevel, ScaleDocument, read_scale, scale_faults

Fault = tuple[Struct, str, str]
"""What is wrong, in which field, and how."""

BUILT_IN_ROLES = frozenset(DEFAULTS) - {"StudentViewEnrollment"}
UNGRADED = frozenset({"not_graded", "wiki_page"})
WRONG_SET = "an override is for exactly one of students, section and course"


def check(document: Document[Institution]) -> list[Problem]:
    """Everything that is wrong with a file in itself."""
    content = document.content
    faults: list[Fault] = []
    for account in content.accounts:
        faults += _account(account)
    for user in content.users:
        faults += _user(user)
    for group in content.grading_period_sets:
        faults += _periods(group)
    for term in content.terms:
        faults += _order(term, "start_at", term.start_at, "end_at", term.end_at)
    for entry in content.catalog_courses:
        faults += _document(entry, "schoology", CatalogExtras, read_extras)
    for course in content.courses:
        faults += _course(course)
    return [document.problem(*fault) for fault in faults]


def scheme_of(standard: GradingStandard) -> Scheme:
    """The scheme that the file describes; a scale of points has no letters.

    Raises:
        Invalid: it breaks a rule of schemes.
    """
    if standard.scale is not None and standard.scale.kind == "points":
        return Scheme(standard.title, standard.points_based, standard.scaling_factor, ())
    return schemes.create(
        {
            "title": standard.title,
            "points_based": standard.points_based,
            "scaling_factor": standard.scaling_factor,
            "grading_scheme_entry": [{"name": name, "value": value} for name, value in standard.scheme.items()],
        }
    )


def _account(account: Account) -> Iterator[Fault]:
    yield from _zone(account, account.time_zone)
    yield from _standards(account.grading_standards)
    yield from _rubrics(account.rubrics)
    yield from _subscriptions(account.subscriptions)
    for role in account.roles:
        yield from _role(role)
    if account.workflow_state == "deleted" and account.parent is None:
        yield account, "workflow_state", "a root account cannot be deleted"


def scale_of(standard: GradingStandard) -> dict[str, Any] | None:
    """What of a standard is stored as its scale."""
    scale = standard.scale
    if scale is None:
        return None
    levels = tuple(PointsLevel(points=level.points, description=level.description) for level in scale.levels)
    document = ScaleDocument(
        kind=scale.kind,
        auto_averaging=scale.auto_averaging,
        hide_numeric=scale.hide_numeric,
        averages=scale.averages,
        levels=tuple(sorted(levels, key=lambda level: level.points, reverse=True)),
    )
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))  # lists, as they come back from the store
    return found


Reads = Callable[[dict[str, Any] | None, Any], object]


def _document(thing: Struct, field: str, kind: type[Struct], reads: Reads) -> Iterator[Fault]:
    """A field of free keys that has to make sense as one of our documents."""
    try:
        reads(getattr(thing, field), kind)
    except Invalid as invalid:
        for fault in invalid.faults:
            yield thing, field, fault.message


def _options(stored: dict[str, Any] | None, kind: Any) -> object:
    return read_options(stored, kind, "this")


def _role(role: Role) -> Iterator[Fault]:
    if role.name in BUILT_IN_ROLES:
        if role.base_role_type not in {None, role.name}:
            yield role, "base_role_type", f"a built-in role is its own base: {role.name}"
    elif role.base_role_type is None:
        yield role, "base_role_type", "this is missing; only a built-in role needs no base"


def _user(user: User) -> Iterator[Fault]:
    if user.id is None and user.sis_id is None and user.login is None:
        yield user, "", "a user needs an id, an sis_id or a login: by these, loading again finds the same person"
    if user.login is None and user.sis_id is None:
        for field in ("integration_id", "password", "password_hash"):
            if getattr(user, field) is not None:
                yield user, field, "this belongs to a login; say which"
    yield from _zone(user, user.time_zone)
    yield from _document(user, "schoology", PersonExtras, read_extras)
    logins: list[User | Login] = [user, *user.other_logins]
    for login in logins:
        if login.password is not None and login.password_hash is not None:
            yield login, "password_hash", "give the password or its hash, not both"


def _periods(group: GradingPeriodSet) -> Iterator[Fault]:
    active = [period for period in group.periods if period.workflow_state == "active"]
    alone = True
    for period in active:
        dates = periods.PeriodDates(period.id or 0, period.start_date, period.end_date, period.close_date)
        for fault in periods.find_faults([dates]):
            alone = False
            yield period, fault.attribute, fault.message
    if alone and not group.school_wide:
        dates_of_all = [periods.PeriodDates(0, one.start_date, one.end_date, one.close_date) for one in active]
        for fault in periods.find_faults(dates_of_all):
            yield group, "periods", fault.message


def _course(course: Course) -> Iterator[Fault]:
    yield from _zone(course, course.time_zone)
    yield from _order(course, "start_at", course.start_at, "end_at", course.end_at)
    yield from _standards(course.grading_standards)
    yield from _rubrics(course.rubrics)
    yield from _subscriptions(course.subscriptions)
    yield from _document(course, "schoology", SectionExtras, read_extras)
    yield from _document(course, "calculation_options", CourseOptions, _options)
    for category in course.assignment_groups:
        yield from _document(category, "schoology", CategoryExtras, read_extras)
        yield from _document(category, "calculation_options", CategoryOptions, _options)
    for section in course.sections:
        yield from _order(section, "start_at", section.start_at, "end_at", section.end_at)
    for enrollment in course.enrollments:
        yield from _enrollment(enrollment)
    for assignment in course.assignments:
        yield from _assignment(assignment)
        for submission in assignment.submissions:
            yield from _submission(submission, assignment)


def _enrollment(enrollment: Enrollment) -> Iterator[Fault]:
    if enrollment.associated_user is not None and enrollment.type != "ObserverEnrollment":
        yield enrollment, "associated_user", "only observers observe somebody"
    for field in ("scores", "final_comments"):
        if getattr(enrollment, field) and enrollment.type not in {"StudentEnrollment", "StudentViewEnrollment"}:
            yield enrollment, field, "only students have scores"
    for score in enrollment.scores:
        if score.grading_period is not None and score.assignment_group is not None:
            yield score, "assignment_group", "a score is for a grading period or for a group, not for both"
        if score.assignment_group is not None and score.override_score is not None:
            yield score, "override_score", "only scores of the course and of grading periods can be overridden"


def _assignment(assignment: Assignment) -> Iterator[Fault]:
    yield from _order(assignment, "unlock_at", assignment.unlock_at, "lock_at", assignment.lock_at)
    if not assignment.submission_types:
        yield assignment, "submission_types", "say at least one, such as none"
    yield from _moderation(assignment)
    yield from _document(assignment, "schoology", ItemExtras, read_extras)
    yield from _document(assignment, "calculation_options", ItemOptions, _options)
    if assignment.anonymous_grading and assignment.group_category is not None:
        yield assignment, "group_category", "Anonymously graded assignments can't be group assignments"
    if (assignment.anonymous_grading or assignment.moderated_grading) and assignment.post_manually is False:
        yield assignment, "post_manually", "moderated and anonymous assignments are posted manually"
    for override in assignment.overrides:
        yield from _override(override)


_NEEDS_MODERATION = (
    "grader_count",
    "final_grader",
    "grader_section",
    "graders_anonymous_to_graders",
    "grades_published_at",
    "graders",
    "moderated_students",
)


def _moderation(assignment: Assignment) -> Iterator[Fault]:
    if not assignment.moderated_grading:
        for field in _NEEDS_MODERATION:
            if getattr(assignment, field):
                yield assignment, field, "this needs moderated_grading: true"
        return
    if assignment.grader_count < 1:
        yield assignment, "grader_count", "must be greater than 0"
    if UNGRADED.intersection(assignment.submission_types):
        fault = "Moderated grading setting cannot be enabled for ungraded assignments"
        yield assignment, "moderated_grading", fault
    if assignment.group_category is not None:
        yield assignment, "moderated_grading", "Moderated grading setting cannot be enabled for group assignments"
    if assignment.peer_reviews:
        yield assignment, "moderated_grading", "Moderated grading setting cannot be enabled for peer reviewed assignments"
    if assignment.graders_anonymous_to_graders and not assignment.grader_comments_visible_to_graders:
        yield assignment, "graders_anonymous_to_graders", "this needs grader_comments_visible_to_graders"
    if assignment.moderated_students and assignment.moderation_set != "selected":
        yield assignment, "moderated_students", "this needs moderation_set: selected; otherwise every assigned student is in it"


def _override(override: AssignmentOverride) -> Iterator[Fault]:
    if bool(override.students) + (override.section is not None) + override.course != 1:
        yield override, "", WRONG_SET
    yield from _order(override, "unlock_at", override.unlock_at, "lock_at", override.lock_at)


def _submission(submission: Submission, assignment: Assignment) -> Iterator[Fault]:
    if submission.excused and (submission.score is not None or submission.grade is not None):
        yield submission, "excused", "an excused student has no grade"
    if submission.incomplete and (submission.excused or submission.score is not None or submission.grade is not None):
        yield submission, "incomplete", "incomplete work has no grade and is not excused"
    for extra in [comment for comment in submission.comments if comment.grade_comment][1:]:
        yield extra, "grade_comment", "only one comment goes with the grade"
    graded = submission.excused or submission.score is not None or submission.grade is not None
    if not graded:
        for field in ("graded_at", "points_deducted"):
            if getattr(submission, field) is not None:
                yield submission, field, "this belongs to a grade"
    times = [attempt.submitted_at for attempt in submission.attempts]
    if times != sorted(times):
        yield submission, "attempts", "the first attempt comes first"
    for comment in submission.comments:
        if comment.author is None:
            yield comment, "author", "this is missing"
    if submission.rubric_assessments and assignment.rubric is None:
        yield submission, "rubric_assessments", "the assignment has no rubric"
    if submission.provisional_grades:
        yield from _provisional(submission, assignment)


def _provisional(submission: Submission, assignment: Assignment) -> Iterator[Fault]:
    if not assignment.moderated_grading:
        yield submission, "provisional_grades", "only moderated assignments have provisional grades"
    ordinary = [grade for grade in submission.provisional_grades if not grade.final]
    final = [grade for grade in submission.provisional_grades if grade.final]
    if final and not ordinary:
        yield final[0], "final", "Cannot give a final mark for a student with no other provisional grades"
    for extra in final[1:]:
        yield extra, "final", "there is one final mark for a student"
    for extra in [grade for grade in submission.provisional_grades if grade.selected][1:]:
        yield extra, "selected", "only one provisional grade of a student can be selected"
    for grade in submission.provisional_grades:
        if grade.rubric_assessments and assignment.rubric is None:
            yield grade, "rubric_assessments", "the assignment has no rubric"


def _standards(standards: Sequence[GradingStandard]) -> Iterator[Fault]:
    for standard in standards:
        if standard.id is None and standard.title is None:
            yield standard, "", "a grading standard needs a title or an id"
        if standard.title == "default":
            yield standard, "title", "default is the name of the built-in standard"
        try:
            scheme = scheme_of(standard)
        except Invalid as invalid:
            for fault in invalid.faults:
                yield standard, "scheme" if fault.attribute == "data" else fault.attribute, fault.message
            continue
        yield from _scale(standard, scheme)


def _scale(standard: GradingStandard, scheme: Scheme) -> Iterator[Fault]:
    if standard.scale is None:
        return
    if standard.scale.kind == "points" and standard.scheme:
        yield standard, "scheme", "a scale of points has levels and no scheme"
    if standard.scale.kind == "percent" and standard.scale.levels:
        yield standard.scale, "levels", "only a scale of points has levels"
    for name in standard.scale.averages:
        if name not in dict(scheme.entries):
            yield standard.scale, "averages", f"the scheme has no {name!r}"
    for fault in scale_faults(read_scale(0, standard.title, scheme.entries, scale_of(standard))):
        yield standard, "scale", fault.message


def _rubrics(rubrics: Sequence[Rubric]) -> Iterator[Fault]:
    for rubric in rubrics:
        ids = [criterion.id for criterion in rubric.criteria if criterion.id is not None]
        ids += [rating.id for criterion in rubric.criteria for rating in criterion.ratings if rating.id is not None]
        if len(set(ids)) < len(ids):
            yield rubric, "criteria", "ids of criteria and ratings are unique in a rubric"
        if not rubric.criteria:
            yield rubric, "criteria", "a rubric has at least one criterion"


def _subscriptions(subscriptions: Sequence[Subscription]) -> Iterator[Fault]:
    for subscription in subscriptions:
        if not isinstance(subscription.target.get("kind"), str):
            yield subscription, "target", "a target has a kind, such as {kind: stdout}"


def _zone(thing: Struct, name: str | None) -> Iterator[Fault]:
    if name is not None and not _is_zone(name):
        yield thing, "time_zone", f"there is no time zone {name!r}; use an IANA name such as Europe/Berlin"


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return False
    return True


def _order(thing: Struct, first: str, start: datetime | None, second: str, end: datetime | None) -> Iterator[Fault]:
    if start is not None and end is not None and start >= end:
        yield thing, second, f"must be after {first}"
