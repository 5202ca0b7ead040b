"""Moderated grading and rubrics: slots, provisional grades, the moderation set, what happened.

Wrong states are made impossible here: one non-final provisional grade per scorer, one final mark per student, one
selection per student, and a selection can only name a provisional grade of the same assignment and student.
"""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import (
    document,
    flag,
    key,
    metadata,
    moment,
    number,
    ref,
    stamps,
    state,
    text,
    whole,
)

moderation_graders = sa.Table(
    "moderation_graders",
    metadata,
    key(),
    ref("assignment_id", "assignments"),
    ref("user_id", "users"),
    sa.Column("anonymous_id", sa.String(5), nullable=False),
    flag("slot_taken"),
    *stamps(),
    sa.UniqueConstraint("assignment_id", "user_id"),
    sa.UniqueConstraint("assignment_id", "anonymous_id"),
)

provisional_grades = sa.Table(
    "provisional_grades",
    metadata,
    key(),
    ref("course_id", "courses"),
    whole("submission_id"),
    whole("assignment_id"),
    whole("student_id"),
    ref("scorer_id", "users"),
    number("score"),
    text("grade", null=True),
    moment("graded_at", null=True),
    flag("final"),
    ref("source_provisional_grade_id", "provisional_grades", null=True),
    sa.Column("graded_anonymously", sa.Boolean, nullable=True),
    *stamps(),
    sa.ForeignKeyConstraint(
        ["submission_id", "assignment_id", "student_id"],
        ["submissions.id", "submissions.assignment_id", "submissions.user_id"],
    ),
    sa.UniqueConstraint("id", "assignment_id", "student_id"),
    sa.Index("ix_provisional_grades_assignment", "assignment_id", "student_id"),
)
sa.Index(
    "uq_provisional_grades_scorer",
    provisional_grades.c.submission_id,
    provisional_grades.c.scorer_id,
    unique=True,
    postgresql_where=sa.not_(provisional_grades.c.final),
    sqlite_where=sa.not_(provisional_grades.c.final),
)
sa.Index(
    "uq_provisional_grades_final",
    provisional_grades.c.submission_id,
    unique=True,
    postgresql_where=provisional_grades.c.final,
    sqlite_where=provisional_grades.c.final,
)

moderated_students = sa.Table(
    "moderated_students",
    metadata,
    key(),
    ref("assignment_id", "assignments"),
    ref("student_id", "users"),
    whole("selected_provisional_grade_id", null=True),
    *stamps(),
    sa.UniqueConstraint("assignment_id", "student_id"),
    sa.ForeignKeyConstraint(
        ["selected_provisional_grade_id", "assignment_id", "student_id"],
        ["provisional_grades.id", "provisional_grades.assignment_id", "provisional_grades.student_id"],
    ),
)

moderation_events = sa.Table(
    "moderation_events",
    metadata,
    key(),
    ref("assignment_id", "assignments", index=True),
    ref("submission_id", "submissions", null=True),
    whole("user_id", null=True),
    text("event_type"),
    document("payload", null=False),
    moment("created_at"),
)

rubrics = sa.Table(
    "rubrics",
    metadata,
    key(),
    ref("course_id", "courses", null=True, index=True),
    ref("account_id", "accounts", null=True),
    text("title"),
    document("data", null=False),  # criteria: [{id, description, points, ratings: [{id, description, points}]}]
    number("points_possible"),
    flag("free_form_criterion_comments"),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.CheckConstraint("(account_id is null) <> (course_id is null)", name="one_context"),
)

rubric_associations = sa.Table(
    "rubric_associations",
    metadata,
    key(),
    ref("rubric_id", "rubrics", index=True),
    ref("course_id", "courses", index=True),
    ref("assignment_id", "assignments", null=True, index=True),
    text("title", null=True),
    flag("use_for_grading"),
    flag("hide_score_total"),
    flag("hide_points"),
    *state("active", "deleted", default="active"),
    *stamps(),
)

rubric_assessments = sa.Table(
    "rubric_assessments",
    metadata,
    key(),
    ref("rubric_id", "rubrics"),
    ref("rubric_association_id", "rubric_associations", index=True),
    ref("submission_id", "submissions", index=True),
    ref("provisional_grade_id", "provisional_grades", null=True, index=True),  # null: it assesses the submission itself
    ref("user_id", "users"),  # the student
    ref("assessor_id", "users", null=True),
    text("assessment_type", default="grading"),
    number("score"),
    document("data", null=False),
    whole("artifact_attempt", null=True),
    *stamps(),
)
sa.Index(
    "uq_rubric_assessments_grading",
    rubric_assessments.c.rubric_association_id,
    rubric_assessments.c.submission_id,
    sa.func.coalesce(rubric_assessments.c.provisional_grade_id, 0),
    unique=True,
    postgresql_where=rubric_assessments.c.assessment_type == "grading",
    sqlite_where=rubric_assessments.c.assessment_type == "grading",
)
