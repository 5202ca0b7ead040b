"""Every table of Gradewire, by noun. This package is the only description of the schema; migrations bring a database to it."""

from __future__ import annotations

from gradewire.store.tables.columns import metadata
from gradewire.store.tables.courses import (
    course_sections,
    courses,
    enrollment_terms,
    enrollments,
    grading_period_groups,
    grading_periods,
    grading_standards,
    late_policies,
)
from gradewire.store.tables.delivery import deliveries, jobs, outbox, progresses, subscriptions
from gradewire.store.tables.moderation import (
    moderated_students,
    moderation_events,
    moderation_graders,
    provisional_grades,
    rubric_assessments,
    rubric_associations,
    rubrics,
)
from gradewire.store.tables.people import (
    access_tokens,
    account_users,
    accounts,
    consumers,
    logins,
    roles,
    server_secrets,
    sessions,
    users,
)
from gradewire.store.tables.scores import scores
from gradewire.store.tables.work import (
    assignment_groups,
    assignment_override_students,
    assignment_overrides,
    assignments,
    grade_versions,
    submission_attempts,
    submission_comments,
    submissions,
)

__all__ = [
    "access_tokens",
    "account_users",
    "accounts",
    "assignment_groups",
    "assignment_override_students",
    "assignment_overrides",
    "assignments",
    "consumers",
    "course_sections",
    "courses",
    "deliveries",
    "enrollment_terms",
    "enrollments",
    "grade_versions",
    "grading_period_groups",
    "grading_periods",
    "grading_standards",
    "jobs",
    "late_policies",
    "logins",
    "metadata",
    "moderated_students",
    "moderation_events",
    "moderation_graders",
    "outbox",
    "progresses",
    "provisional_grades",
    "roles",
    "rubric_assessments",
    "rubric_associations",
    "rubrics",
    "scores",
    "server_secrets",
    "sessions",
    "submission_attempts",
    "submission_comments",
    "submissions",
    "subscriptions",
    "users",
]
