"""Courses and who is in them; terms, grading periods, grading standards."""

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

grading_period_groups = sa.Table(
    "grading_period_groups",
    metadata,
    key(),
    ref("root_account_id", "accounts", index=True),
    text("title", null=True),
    flag("weighted"),
    flag("display_totals_for_all_grading_periods"),
    # The periods of a Schoology school, one set for a root account: they may overlap, and none is a course's until it is chosen
    # in the course's calculation_options.
    flag("school_wide"),
    *state("active", "deleted", default="active"),
    *stamps(),
)
sa.Index(
    "uq_grading_period_groups_school_wide",
    grading_period_groups.c.root_account_id,
    unique=True,
    postgresql_where=grading_period_groups.c.school_wide,
    sqlite_where=grading_period_groups.c.school_wide,
)

grading_periods = sa.Table(
    "grading_periods",
    metadata,
    key(),
    ref("grading_period_group_id", "grading_period_groups", index=True),
    text("title"),
    moment("start_date"),
    moment("end_date"),
    moment("close_date"),
    number("weight"),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.CheckConstraint("start_date < end_date", name="start_before_end"),
    sa.CheckConstraint("end_date <= close_date", name="end_before_close"),
)

enrollment_terms = sa.Table(
    "enrollment_terms",
    metadata,
    key(),
    ref("root_account_id", "accounts", index=True),
    text("name"),
    text("sis_term_id", null=True),
    moment("start_at", null=True),
    moment("end_at", null=True),
    ref("grading_period_group_id", "grading_period_groups", null=True),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("root_account_id", "sis_term_id"),
)

catalog_courses = sa.Table(
    "catalog_courses",
    metadata,
    key(),
    ref("root_account_id", "accounts"),
    ref("account_id", "accounts"),  # Schoology's building, or the school itself
    text("title"),
    text("course_code"),
    text("description", null=True),
    document("schoology"),  # department, credits, subject area, grade levels, synced
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("root_account_id", "course_code"),
)

courses = sa.Table(
    "courses",
    metadata,
    key(),
    ref("account_id", "accounts", index=True),
    ref("root_account_id", "accounts"),
    ref("enrollment_term_id", "enrollment_terms", null=True, index=True),
    ref("grading_period_group_id", "grading_period_groups", null=True),  # its own set, before the term's
    text("name"),
    text("course_code"),
    text("uuid"),
    text("sis_course_id", null=True),
    text("integration_id", null=True),
    text("time_zone", null=True),
    moment("start_at", null=True),
    moment("end_at", null=True),
    *one_of("group_weighting_scheme", "percent", "equal", "points", null=True),
    whole("grading_standard_id", null=True),  # 0 is the built-in default scheme
    *one_of("calculation", "canvas", "schoology", default="canvas"),
    whole("calculation_version", default="1"),
    flag("post_manually"),
    flag("hide_final_grades"),
    flag("allow_final_grade_override"),
    flag("anonymous_marking", default=True),
    flag("restrict_quantitative_data"),
    document("calculation_options"),  # Schoology-style courses: category weighting, rounding, periods with their weights
    ref("catalog_course_id", "catalog_courses", null=True, index=True),  # Schoology's course, of which this is a section
    document("schoology"),  # what only that dialect shows of a section
    # Counts changes of anything that grading reads (assignments, groups, periods, policies, schemes, roles), so that a process
    # may keep what it has read under this number. See actions/rules.py.
    whole("rules_version", default="1"),
    whole("sis_import_id", null=True),  # the newest SIS import that spoke of it
    *state("unpublished", "available", "completed", "deleted", default="available"),
    *stamps(),
    sa.UniqueConstraint("root_account_id", "sis_course_id"),
    sa.UniqueConstraint("uuid"),
)

course_sections = sa.Table(
    "course_sections",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    text("name"),
    text("sis_section_id", null=True),
    text("integration_id", null=True),
    flag("default_section"),
    moment("start_at", null=True),
    moment("end_at", null=True),
    ref("nonxlist_course_id", "courses", null=True),  # of a cross-listed section, the course it came from
    whole("sis_import_id", null=True),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("course_id", "sis_section_id"),
    sa.UniqueConstraint("id", "course_id"),
)

enrollments = sa.Table(
    "enrollments",
    metadata,
    key(),
    ref("course_id", "courses"),
    whole("course_section_id"),
    ref("user_id", "users", index=True),
    *one_of(
        "type",
        "StudentEnrollment",
        "StudentViewEnrollment",
        "ObserverEnrollment",
        "DesignerEnrollment",
        "TaEnrollment",
        "TeacherEnrollment",
    ),
    ref("role_id", "roles", null=True),  # null: the built-in role of the type
    ref("associated_user_id", "users", null=True),  # whom an observer observes
    flag("limit_privileges_to_course_section"),
    *state("invited", "creation_pending", "active", "inactive", "completed", "rejected", "deleted", default="active"),
    moment("completed_at", null=True),
    whole("sis_import_id", null=True),
    *stamps(),
    # A section that moves to another course takes its people along.
    sa.ForeignKeyConstraint(
        ["course_section_id", "course_id"], ["course_sections.id", "course_sections.course_id"], onupdate="CASCADE"
    ),
    sa.Index("ix_enrollments_course_user", "course_id", "user_id"),
    sa.Index("ix_enrollments_course_section_id", "course_section_id"),
)
sa.Index(
    "uq_enrollments_membership",
    enrollments.c.course_section_id,
    enrollments.c.user_id,
    enrollments.c.type,
    sa.func.coalesce(enrollments.c.role_id, 0),
    sa.func.coalesce(enrollments.c.associated_user_id, 0),
    unique=True,
)

grading_standards = sa.Table(
    "grading_standards",
    metadata,
    key(),
    ref("account_id", "accounts", null=True, index=True),
    ref("course_id", "courses", null=True, index=True),
    text("title", null=True),
    flag("points_based"),
    number("scaling_factor", null=False, default="1"),
    document("data", null=False),  # [[name, lower bound as a fraction], ...], descending; none for a scale of points
    document("scale"),  # what a Schoology grading scale has beyond that: kind, averages, levels of points, hide_numeric
    *state("active", "archived", "deleted", default="active"),
    *stamps(),
    sa.CheckConstraint("(account_id is null) <> (course_id is null)", name="one_context"),
)

late_policies = sa.Table(
    "late_policies",
    metadata,
    key(),
    ref("course_id", "courses"),
    flag("late_submission_deduction_enabled"),
    number("late_submission_deduction", null=False, default="0"),
    *one_of("late_submission_interval", "day", "hour", default="day"),
    flag("late_submission_minimum_percent_enabled"),
    number("late_submission_minimum_percent", null=False, default="0"),
    flag("missing_submission_deduction_enabled"),
    number("missing_submission_deduction", null=False, default="100"),
    *stamps(),
    sa.UniqueConstraint("course_id"),
)

group_categories = sa.Table(
    "group_categories",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    text("name"),
    text("sis_group_category_id", null=True),
    *state("active", "deleted", default="active"),
    *stamps(),
)

groups = sa.Table(
    "groups",
    metadata,
    key(),
    ref("group_category_id", "group_categories", index=True),
    ref("course_id", "courses", index=True),
    text("name"),
    text("sis_group_id", null=True),
    *state("available", "deleted", default="available"),
    *stamps(),
)

group_memberships = sa.Table(
    "group_memberships",
    metadata,
    key(),
    ref("group_id", "groups", cascade=True),
    ref("user_id", "users", index=True),
    *state("accepted", "deleted", default="accepted"),
    *stamps(),
    sa.UniqueConstraint("group_id", "user_id"),
)

grading_groups = sa.Table(
    "grading_groups",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    text("title"),
    document("members", null=False),  # enrollment ids
    *stamps(),
)

custom_gradebook_columns = sa.Table(
    "custom_gradebook_columns",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    text("title"),
    whole("position", default="1"),
    flag("teacher_notes"),
    flag("read_only"),
    *state("active", "hidden", "deleted", default="active"),
    *stamps(),
)

custom_gradebook_column_data = sa.Table(
    "custom_gradebook_column_data",
    metadata,
    key(),
    ref("custom_gradebook_column_id", "custom_gradebook_columns", cascade=True),
    ref("user_id", "users"),
    text("content"),
    *stamps(),
    sa.UniqueConstraint("custom_gradebook_column_id", "user_id"),
)
