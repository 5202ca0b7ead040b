"""Course scores: one row per enrolment and scope (whole course, a grading period, or an assignment group)."""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import document, flag, key, metadata, moment, number, ref, stamps, state, text, whole

scores = sa.Table(
    "scores",
    metadata,
    key(),
    ref("enrollment_id", "enrollments"),
    ref("course_id", "courses"),
    ref("user_id", "users"),
    flag("course_score"),
    ref("grading_period_id", "grading_periods", null=True),
    ref("assignment_group_id", "assignment_groups", null=True),
    number("current_score"),
    number("final_score"),
    number("unposted_current_score"),
    number("unposted_final_score"),
    number("current_points"),
    number("final_points"),
    number("unposted_current_points"),
    number("unposted_final_points"),
    number("override_score"),
    document("dropped"),  # {"current": [assignment ids], "final": [...]}, posted passes only
    whole("version", default="0"),  # compare and swap: whoever recomputes a student's scores must have read this number
    whole("changed", default="0"),  # stamp of the last change; tables.changes
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.Index("ix_scores_course_user", "course_id", "user_id"),
    sa.CheckConstraint(
        "(case when course_score then 1 else 0 end)"
        " + (case when grading_period_id is null then 0 else 1 end)"
        " + (case when assignment_group_id is null then 0 else 1 end) = 1",
        name="one_scope",
    ),
)
sa.Index(
    "uq_scores_course",
    scores.c.enrollment_id,
    unique=True,
    postgresql_where=scores.c.course_score,
    sqlite_where=scores.c.course_score,
)
sa.Index(
    "uq_scores_period",
    scores.c.enrollment_id,
    scores.c.grading_period_id,
    unique=True,
    postgresql_where=scores.c.grading_period_id.is_not(None),
    sqlite_where=scores.c.grading_period_id.is_not(None),
)
sa.Index(
    "uq_scores_group",
    scores.c.enrollment_id,
    scores.c.assignment_group_id,
    unique=True,
    postgresql_where=scores.c.assignment_group_id.is_not(None),
    sqlite_where=scores.c.assignment_group_id.is_not(None),
)

override_versions = sa.Table(
    "override_versions",
    metadata,
    key(),
    ref("score_id", "scores"),
    ref("enrollment_id", "enrollments"),
    ref("course_id", "courses"),
    ref("user_id", "users"),
    whole("grading_period_id", null=True),
    number("old_override_score"),
    number("override_score"),
    whole("acting_user_id", null=True),
    text("request_id", null=True),
    moment("created_at"),
    sa.Index("ix_override_versions_course_created", "course_id", "created_at"),
)

final_comments = sa.Table(
    "final_comments",
    metadata,
    key(),
    ref("course_id", "courses"),
    ref("enrollment_id", "enrollments"),
    ref("grading_period_id", "grading_periods", null=True),  # null: on the course grade
    text("comment"),
    flag("visible"),  # to the student
    whole("author_id", null=True),
    *stamps(),
    sa.Index("ix_final_comments_course_id", "course_id"),
)
sa.Index(
    "uq_final_comments_scope",
    final_comments.c.enrollment_id,
    sa.func.coalesce(final_comments.c.grading_period_id, 0),
    unique=True,
)
