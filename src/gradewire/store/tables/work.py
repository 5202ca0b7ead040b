"""Assignments and the work handed in for them, with its grades, their history and the comments."""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import (
    document,
    flag,
    key,
    metadata,
    moment,
    number,
    one_of,
    ref,
    stamps,
    state,
    text,
    whole,
)

assignment_groups = sa.Table(
    "assignment_groups",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    text("name"),
    whole("position", default="1"),
    number("group_weight", null=False, default="0"),
    whole("drop_lowest", default="0"),
    whole("drop_highest", default="0"),
    document("never_drop"),  # assignment ids
    text("sis_source_id", null=True),
    document("calculation_options"),  # Schoology-style courses: method, factor
    document("schoology"),  # what only that dialect shows of a category
    *state("available", "deleted", default="available"),
    *stamps(),
    sa.UniqueConstraint("id", "course_id"),
    sa.CheckConstraint("drop_lowest >= 0 and drop_highest >= 0", name="drops"),
)

assignments = sa.Table(
    "assignments",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    whole("assignment_group_id"),
    text("name"),
    text("description", null=True),
    whole("position", default="1"),
    number("points_possible"),
    *one_of("grading_type", "points", "percent", "letter_grade", "gpa_scale", "pass_fail", "not_graded", default="points"),
    whole("grading_standard_id", null=True),  # 0 is the built-in default scheme
    document("submission_types", null=False),
    document("allowed_extensions"),
    whole("allowed_attempts", null=True),
    moment("due_at", null=True),
    moment("unlock_at", null=True),
    moment("lock_at", null=True),
    flag("omit_from_final_grade"),
    flag("hide_in_gradebook"),
    flag("only_visible_to_overrides"),
    flag("post_manually"),
    flag("muted", default=True),
    flag("peer_reviews"),
    flag("grade_group_students_individually"),
    ref("group_category_id", "group_categories", null=True),
    flag("anonymous_grading"),
    flag("anonymous_instructor_annotations"),
    flag("moderated_grading"),
    *one_of("moderation_set", "all", "selected", default="all"),
    whole("grader_count", default="0"),
    ref("final_grader_id", "users", null=True),
    ref("grader_section_id", "course_sections", null=True),
    flag("graders_anonymous_to_graders"),
    flag("grader_comments_visible_to_graders", default=True),
    flag("grader_names_visible_to_final_grader", default=True),
    moment("grades_published_at", null=True),
    text("sis_assignment_id", null=True),
    text("integration_id", null=True),
    document("integration_data"),
    document("calculation_options"),  # Schoology-style courses: factor, period, midterm or final column
    document("schoology"),  # what only that dialect shows of an item
    *state("published", "unpublished", "deleted", default="published"),
    *stamps(),
    sa.ForeignKeyConstraint(["assignment_group_id", "course_id"], ["assignment_groups.id", "assignment_groups.course_id"]),
    sa.UniqueConstraint("course_id", "sis_assignment_id"),
    sa.UniqueConstraint("id", "course_id"),
    sa.CheckConstraint("moderated_grading or grades_published_at is null", name="published_only_if_moderated"),
    sa.CheckConstraint("not moderated_grading or grader_count > 0", name="moderated_has_slots"),
)

assignment_overrides = sa.Table(
    "assignment_overrides",
    metadata,
    key(),
    ref("assignment_id", "assignments", index=True),
    *one_of("set_type", "ADHOC", "CourseSection", "Course"),
    ref("course_section_id", "course_sections", null=True),
    text("title", null=True),
    flag("due_at_overridden"),
    moment("due_at", null=True),
    moment("unlock_at", null=True),
    moment("lock_at", null=True),
    flag("unassign_item"),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.CheckConstraint("(set_type = 'CourseSection') = (course_section_id is not null)", name="section"),
)

assignment_override_students = sa.Table(
    "assignment_override_students",
    metadata,
    key(),
    ref("assignment_override_id", "assignment_overrides", cascade=True),
    ref("user_id", "users", index=True),
    sa.UniqueConstraint("assignment_override_id", "user_id"),
)

submissions = sa.Table(
    "submissions",
    metadata,
    key(),
    ref("course_id", "courses"),
    whole("assignment_id"),
    ref("user_id", "users"),
    sa.Column("anonymous_id", sa.String(5), nullable=False),
    *state("unsubmitted", "submitted", "pending_review", "graded", "deleted", default="unsubmitted"),
    number("score"),
    text("grade", null=True),
    number("points_deducted"),
    flag("excused"),
    whole("grader_id", null=True),  # negative: graded automatically
    moment("graded_at", null=True),
    moment("posted_at", null=True),
    flag("graded_anonymously"),
    flag("grade_matches_current_submission", default=True),
    whole("version", default="0"),  # number of its newest grade version; 0: never graded
    whole("attempt", null=True),
    whole("extra_attempts", null=True),
    text("submission_type", null=True),
    text("body", null=True),
    text("url", null=True),
    moment("submitted_at", null=True),
    *one_of("late_policy_status", "late", "missing", "extended", "none", null=True),
    whole("seconds_late_override", null=True),
    whole("custom_grade_status_id", null=True),
    moment("cached_due_date", null=True),  # the effective due date of this student
    ref("grading_period_id", "grading_periods", null=True),
    flag("redo_request"),
    text("sticker", null=True),
    number("student_entered_score"),
    flag("incomplete"),  # Schoology's exception 2: no score, and it does not count
    ref("group_id", "groups", null=True),  # the group that handed it in, where the assignment is one of groups
    document("attachment_ids"),  # of the newest attempt
    whole("changed", default="0"),  # stamp of the last change; tables.changes
    *stamps(),
    sa.ForeignKeyConstraint(["assignment_id", "course_id"], ["assignments.id", "assignments.course_id"]),
    sa.UniqueConstraint("assignment_id", "user_id"),
    sa.UniqueConstraint("assignment_id", "anonymous_id"),
    sa.UniqueConstraint("id", "assignment_id", "user_id"),
    sa.Index("ix_submissions_course_user", "course_id", "user_id"),
)

submission_attempts = sa.Table(
    "submission_attempts",
    metadata,
    key(),
    ref("submission_id", "submissions", cascade=True),
    whole("attempt"),
    text("submission_type"),
    text("body", null=True),
    text("url", null=True),
    document("attachment_ids"),
    moment("submitted_at"),
    moment("cached_due_date", null=True),  # what was due when it was handed in
    whole("version", default="0"),  # number of the newest grade version then: what came later is a grade of this attempt
    ref("submitter_id", "users", null=True),  # who handed it in, where known
    sa.UniqueConstraint("submission_id", "attempt"),
)

grade_versions = sa.Table(
    "grade_versions",
    metadata,
    key(),
    ref("submission_id", "submissions"),
    whole("number"),  # 1, 2, 3 ... within the submission
    ref("course_id", "courses"),
    whole("assignment_id"),
    whole("user_id"),
    text("cause"),  # grade, excuse, clear, publish, load, late_policy, missing_policy, points_changed, submit
    number("score"),
    text("grade", null=True),
    number("points_deducted"),
    flag("excused"),
    whole("grader_id", null=True),
    moment("graded_at", null=True),
    number("old_score"),
    text("old_grade", null=True),
    flag("old_excused"),
    whole("acting_user_id", null=True),
    text("request_id", null=True),
    moment("created_at"),
    sa.UniqueConstraint("submission_id", "number"),
    sa.Index("ix_grade_versions_course_created", "course_id", "created_at"),
)

submission_comments = sa.Table(
    "submission_comments",
    metadata,
    key(),
    ref("submission_id", "submissions", index=True),
    ref("course_id", "courses"),
    ref("author_id", "users", null=True),
    ref("provisional_grade_id", "provisional_grades", null=True, index=True),
    text("comment"),
    whole("attempt", null=True),
    flag("hidden"),
    flag("draft"),
    text("group_comment_id", null=True),
    text("media_comment_id", null=True),
    text("media_comment_type", null=True),
    document("attachment_ids"),
    flag("is_grade_comment"),  # the newest staff comment: the one comment that Schoology shows with a grade
    flag("written_with_grade"),  # by a Schoology PUT, which edits or removes it with the grade
    moment("edited_at", null=True),
    moment("created_at"),
)
sa.Index(
    "uq_submission_comments_grade_comment",
    submission_comments.c.submission_id,
    unique=True,
    postgresql_where=submission_comments.c.is_grade_comment,
    sqlite_where=submission_comments.c.is_grade_comment,
)

submission_reads = sa.Table(
    "submission_reads",
    metadata,
    key(),
    ref("submission_id", "submissions", cascade=True),
    ref("user_id", "users"),
    *one_of("item", "grade", "comment", "rubric"),
    flag("unread"),
    moment("updated_at"),
    sa.UniqueConstraint("submission_id", "user_id", "item"),
)
