CREATE TABLE accounts (
    id INTEGER NOT NULL,
    parent_account_id INTEGER,
    root_account_id INTEGER,
    name TEXT NOT NULL,
    uuid TEXT NOT NULL,
    lti_guid TEXT,
    sis_account_id TEXT,
    time_zone TEXT,
    default_grading_standard_id INTEGER,
    restrict_grading_scheme_editing_to_admins BOOLEAN DEFAULT 0 NOT NULL,
    final_grades_override BOOLEAN DEFAULT 1 NOT NULL,
    grade_calc_ignore_unposted_anonymous BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_accounts_root_account_id_sis_account_id UNIQUE (root_account_id, sis_account_id),
    CONSTRAINT uq_accounts_uuid UNIQUE (uuid),
    CONSTRAINT fk_accounts_parent_account_id FOREIGN KEY(parent_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_accounts_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_accounts_parent_account_id ON accounts (parent_account_id);

CREATE INDEX ix_accounts_root_account_id ON accounts (root_account_id);

CREATE TABLE change_clock (
    id INTEGER NOT NULL,
    number INTEGER DEFAULT '0' NOT NULL,
    origin TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_change_clock PRIMARY KEY (id)
);

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id VARCHAR(36) NOT NULL,
    name TEXT NOT NULL,
    course_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    muted BOOLEAN DEFAULT 0 NOT NULL,
    occurred_at VARCHAR(27) NOT NULL,
    canvas TEXT NOT NULL,
    caliper TEXT,
    routed BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT uq_outbox_event_id UNIQUE (event_id)
);

CREATE INDEX ix_outbox_occurred_at ON outbox (occurred_at);

CREATE INDEX ix_outbox_unrouted ON outbox (id) WHERE routed = 0;

CREATE TABLE server_secrets (
    name VARCHAR(64) NOT NULL,
    value TEXT NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_server_secrets PRIMARY KEY (name)
);

CREATE TABLE catalog_courses (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    course_code TEXT NOT NULL,
    description TEXT,
    schoology JSON,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_catalog_courses PRIMARY KEY (id),
    CONSTRAINT ck_catalog_courses_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_catalog_courses_root_account_id_course_code UNIQUE (root_account_id, course_code),
    CONSTRAINT fk_catalog_courses_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_catalog_courses_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE grading_period_groups (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    title TEXT,
    weighted BOOLEAN DEFAULT 0 NOT NULL,
    display_totals_for_all_grading_periods BOOLEAN DEFAULT 0 NOT NULL,
    school_wide BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_grading_period_groups PRIMARY KEY (id),
    CONSTRAINT ck_grading_period_groups_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_grading_period_groups_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_grading_period_groups_root_account_id ON grading_period_groups (root_account_id);

CREATE UNIQUE INDEX uq_grading_period_groups_school_wide ON grading_period_groups (root_account_id) WHERE school_wide;

CREATE TABLE roles (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    base_role_type VARCHAR(40) NOT NULL,
    permissions JSON NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_roles PRIMARY KEY (id),
    CONSTRAINT ck_roles_base_role_type CHECK (base_role_type in ('StudentEnrollment', 'ObserverEnrollment', 'DesignerEnrollment', 'TaEnrollment', 'TeacherEnrollment', 'AccountMembership', 'AccountAdmin')),
    CONSTRAINT ck_roles_workflow_state CHECK (workflow_state in ('active', 'inactive', 'deleted')),
    CONSTRAINT uq_roles_account_id_name UNIQUE (account_id, name),
    CONSTRAINT fk_roles_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE school_roles (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    faculty BOOLEAN DEFAULT 0 NOT NULL,
    role_type INTEGER DEFAULT '1' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_school_roles PRIMARY KEY (id),
    CONSTRAINT uq_school_roles_root_account_id_title UNIQUE (root_account_id, title),
    CONSTRAINT fk_school_roles_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_school_roles_root_account_id ON school_roles (root_account_id);

CREATE TABLE enrollment_terms (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sis_term_id TEXT,
    start_at VARCHAR(27),
    end_at VARCHAR(27),
    grading_period_group_id INTEGER,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_enrollment_terms PRIMARY KEY (id),
    CONSTRAINT ck_enrollment_terms_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_enrollment_terms_root_account_id_sis_term_id UNIQUE (root_account_id, sis_term_id),
    CONSTRAINT fk_enrollment_terms_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_enrollment_terms_grading_period_group_id FOREIGN KEY(grading_period_group_id) REFERENCES grading_period_groups (id)
);

CREATE INDEX ix_enrollment_terms_root_account_id ON enrollment_terms (root_account_id);

CREATE TABLE grading_periods (
    id INTEGER NOT NULL,
    grading_period_group_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    start_date VARCHAR(27) NOT NULL,
    end_date VARCHAR(27) NOT NULL,
    close_date VARCHAR(27) NOT NULL,
    weight DOUBLE,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_grading_periods PRIMARY KEY (id),
    CONSTRAINT ck_grading_periods_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_grading_periods_start_before_end CHECK (start_date < end_date),
    CONSTRAINT ck_grading_periods_end_before_close CHECK (end_date <= close_date),
    CONSTRAINT fk_grading_periods_grading_period_group_id FOREIGN KEY(grading_period_group_id) REFERENCES grading_period_groups (id)
);

CREATE INDEX ix_grading_periods_grading_period_group_id ON grading_periods (grading_period_group_id);

CREATE TABLE users (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sortable_name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    pronouns TEXT,
    email TEXT,
    time_zone TEXT,
    locale TEXT,
    fake_student BOOLEAN DEFAULT 0 NOT NULL,
    school_role_id INTEGER,
    schoology JSON,
    workflow_state VARCHAR(24) DEFAULT 'registered' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_workflow_state CHECK (workflow_state in ('registered', 'suspended', 'deleted')),
    CONSTRAINT fk_users_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_users_school_role_id FOREIGN KEY(school_role_id) REFERENCES school_roles (id)
);

CREATE INDEX ix_users_root_account_id ON users (root_account_id);

CREATE TABLE access_tokens (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    hint TEXT NOT NULL,
    purpose TEXT,
    scopes JSON,
    developer_key_id INTEGER,
    tool_id INTEGER,
    expires_at VARCHAR(27),
    revoked_at VARCHAR(27),
    last_used_at VARCHAR(27),
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_access_tokens PRIMARY KEY (id),
    CONSTRAINT uq_access_tokens_digest UNIQUE (digest),
    CONSTRAINT fk_access_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_access_tokens_user_id ON access_tokens (user_id);

CREATE TABLE account_users (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role_id INTEGER,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_account_users PRIMARY KEY (id),
    CONSTRAINT ck_account_users_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_account_users_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_account_users_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_account_users_role_id FOREIGN KEY(role_id) REFERENCES roles (id)
);

CREATE INDEX ix_account_users_account_id ON account_users (account_id);

CREATE INDEX ix_account_users_user_id ON account_users (user_id);

CREATE UNIQUE INDEX uq_account_users_membership ON account_users (account_id, user_id, coalesce(role_id, 0));

CREATE TABLE consumers (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    secret_encrypted TEXT NOT NULL,
    user_id INTEGER,
    callback_urls JSON,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_consumers PRIMARY KEY (id),
    CONSTRAINT ck_consumers_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_consumers_key UNIQUE ("key"),
    CONSTRAINT fk_consumers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_consumers_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_consumers_account_id ON consumers (account_id);

CREATE TABLE courses (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    enrollment_term_id INTEGER,
    grading_period_group_id INTEGER,
    name TEXT NOT NULL,
    course_code TEXT NOT NULL,
    uuid TEXT NOT NULL,
    sis_course_id TEXT,
    integration_id TEXT,
    time_zone TEXT,
    start_at VARCHAR(27),
    end_at VARCHAR(27),
    group_weighting_scheme VARCHAR(40),
    grading_standard_id INTEGER,
    calculation VARCHAR(40) DEFAULT 'canvas' NOT NULL,
    calculation_version INTEGER DEFAULT '1' NOT NULL,
    post_manually BOOLEAN DEFAULT 0 NOT NULL,
    hide_final_grades BOOLEAN DEFAULT 0 NOT NULL,
    allow_final_grade_override BOOLEAN DEFAULT 0 NOT NULL,
    anonymous_marking BOOLEAN DEFAULT 1 NOT NULL,
    restrict_quantitative_data BOOLEAN DEFAULT 0 NOT NULL,
    calculation_options JSON,
    catalog_course_id INTEGER,
    schoology JSON,
    rules_version INTEGER DEFAULT '1' NOT NULL,
    sis_import_id INTEGER,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_courses PRIMARY KEY (id),
    CONSTRAINT ck_courses_group_weighting_scheme CHECK (group_weighting_scheme in ('percent', 'equal', 'points')),
    CONSTRAINT ck_courses_calculation CHECK (calculation in ('canvas', 'schoology')),
    CONSTRAINT ck_courses_workflow_state CHECK (workflow_state in ('unpublished', 'available', 'completed', 'deleted')),
    CONSTRAINT uq_courses_root_account_id_sis_course_id UNIQUE (root_account_id, sis_course_id),
    CONSTRAINT uq_courses_uuid UNIQUE (uuid),
    CONSTRAINT fk_courses_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_courses_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_courses_enrollment_term_id FOREIGN KEY(enrollment_term_id) REFERENCES enrollment_terms (id),
    CONSTRAINT fk_courses_grading_period_group_id FOREIGN KEY(grading_period_group_id) REFERENCES grading_period_groups (id),
    CONSTRAINT fk_courses_catalog_course_id FOREIGN KEY(catalog_course_id) REFERENCES catalog_courses (id)
);

CREATE INDEX ix_courses_account_id ON courses (account_id);

CREATE INDEX ix_courses_catalog_course_id ON courses (catalog_course_id);

CREATE INDEX ix_courses_enrollment_term_id ON courses (enrollment_term_id);

CREATE TABLE idempotency_keys (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    headers JSON,
    body BLOB,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (id),
    CONSTRAINT uq_idempotency_keys_user_id_key UNIQUE (user_id, "key"),
    CONSTRAINT fk_idempotency_keys_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE logins (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    unique_id TEXT NOT NULL,
    sis_user_id TEXT,
    integration_id TEXT,
    password_hash TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_logins PRIMARY KEY (id),
    CONSTRAINT ck_logins_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_logins_account_id_unique_id UNIQUE (account_id, unique_id),
    CONSTRAINT uq_logins_account_id_sis_user_id UNIQUE (account_id, sis_user_id),
    CONSTRAINT uq_logins_account_id_integration_id UNIQUE (account_id, integration_id),
    CONSTRAINT fk_logins_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_logins_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_logins_user_id ON logins (user_id);

CREATE TABLE progresses (
    id INTEGER NOT NULL,
    context_type TEXT NOT NULL,
    context_id INTEGER NOT NULL,
    user_id INTEGER,
    tag TEXT NOT NULL,
    completion DOUBLE,
    workflow_state VARCHAR(24) DEFAULT 'queued' NOT NULL,
    message TEXT,
    results JSON,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_progresses PRIMARY KEY (id),
    CONSTRAINT ck_progresses_workflow_state CHECK (workflow_state in ('queued', 'running', 'completed', 'failed')),
    CONSTRAINT fk_progresses_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE assignment_groups (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    position INTEGER DEFAULT '1' NOT NULL,
    group_weight DOUBLE DEFAULT '0' NOT NULL,
    drop_lowest INTEGER DEFAULT '0' NOT NULL,
    drop_highest INTEGER DEFAULT '0' NOT NULL,
    never_drop JSON,
    sis_source_id TEXT,
    calculation_options JSON,
    schoology JSON,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_assignment_groups PRIMARY KEY (id),
    CONSTRAINT ck_assignment_groups_workflow_state CHECK (workflow_state in ('available', 'deleted')),
    CONSTRAINT uq_assignment_groups_id_course_id UNIQUE (id, course_id),
    CONSTRAINT ck_assignment_groups_drops CHECK (drop_lowest >= 0 and drop_highest >= 0),
    CONSTRAINT fk_assignment_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_assignment_groups_course_id ON assignment_groups (course_id);

CREATE TABLE course_sections (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sis_section_id TEXT,
    integration_id TEXT,
    default_section BOOLEAN DEFAULT 0 NOT NULL,
    start_at VARCHAR(27),
    end_at VARCHAR(27),
    nonxlist_course_id INTEGER,
    sis_import_id INTEGER,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_course_sections PRIMARY KEY (id),
    CONSTRAINT ck_course_sections_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_course_sections_course_id_sis_section_id UNIQUE (course_id, sis_section_id),
    CONSTRAINT uq_course_sections_id_course_id UNIQUE (id, course_id),
    CONSTRAINT fk_course_sections_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_course_sections_nonxlist_course_id FOREIGN KEY(nonxlist_course_id) REFERENCES courses (id)
);

CREATE INDEX ix_course_sections_course_id ON course_sections (course_id);

CREATE TABLE custom_gradebook_columns (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    position INTEGER DEFAULT '1' NOT NULL,
    teacher_notes BOOLEAN DEFAULT 0 NOT NULL,
    read_only BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_custom_gradebook_columns PRIMARY KEY (id),
    CONSTRAINT ck_custom_gradebook_columns_workflow_state CHECK (workflow_state in ('active', 'hidden', 'deleted')),
    CONSTRAINT fk_custom_gradebook_columns_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_custom_gradebook_columns_course_id ON custom_gradebook_columns (course_id);

CREATE TABLE gradebook_imports (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    token_digest TEXT NOT NULL,
    changes JSON NOT NULL,
    summary JSON NOT NULL,
    progress_id INTEGER,
    expires_at VARCHAR(27) NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'previewed' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_gradebook_imports PRIMARY KEY (id),
    CONSTRAINT ck_gradebook_imports_workflow_state CHECK (workflow_state in ('previewed', 'applied', 'stale')),
    CONSTRAINT uq_gradebook_imports_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_gradebook_imports_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_gradebook_imports_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_gradebook_imports_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_gradebook_imports_course_id ON gradebook_imports (course_id);

CREATE TABLE grading_groups (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    members JSON NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_grading_groups PRIMARY KEY (id),
    CONSTRAINT fk_grading_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grading_groups_course_id ON grading_groups (course_id);

CREATE TABLE grading_standards (
    id INTEGER NOT NULL,
    account_id INTEGER,
    course_id INTEGER,
    title TEXT,
    points_based BOOLEAN DEFAULT 0 NOT NULL,
    scaling_factor DOUBLE DEFAULT '1' NOT NULL,
    data JSON NOT NULL,
    scale JSON,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_grading_standards PRIMARY KEY (id),
    CONSTRAINT ck_grading_standards_workflow_state CHECK (workflow_state in ('active', 'archived', 'deleted')),
    CONSTRAINT ck_grading_standards_one_context CHECK ((account_id is null) <> (course_id is null)),
    CONSTRAINT fk_grading_standards_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_grading_standards_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grading_standards_account_id ON grading_standards (account_id);

CREATE INDEX ix_grading_standards_course_id ON grading_standards (course_id);

CREATE TABLE group_categories (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sis_group_category_id TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_group_categories PRIMARY KEY (id),
    CONSTRAINT ck_group_categories_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_group_categories_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_group_categories_course_id ON group_categories (course_id);

CREATE TABLE jobs (
    id INTEGER NOT NULL,
    tag TEXT NOT NULL,
    arguments JSON NOT NULL,
    progress_id INTEGER,
    workflow_state VARCHAR(24) DEFAULT 'queued' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    run_at VARCHAR(27) NOT NULL,
    claimed_by TEXT,
    claimed_until VARCHAR(27),
    last_error TEXT,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_workflow_state CHECK (workflow_state in ('queued', 'running', 'done', 'failed')),
    CONSTRAINT fk_jobs_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_jobs_ready ON jobs (workflow_state, run_at);

CREATE TABLE late_policies (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    late_submission_deduction_enabled BOOLEAN DEFAULT 0 NOT NULL,
    late_submission_deduction DOUBLE DEFAULT '0' NOT NULL,
    late_submission_interval VARCHAR(40) DEFAULT 'day' NOT NULL,
    late_submission_minimum_percent_enabled BOOLEAN DEFAULT 0 NOT NULL,
    late_submission_minimum_percent DOUBLE DEFAULT '0' NOT NULL,
    missing_submission_deduction_enabled BOOLEAN DEFAULT 0 NOT NULL,
    missing_submission_deduction DOUBLE DEFAULT '100' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_late_policies PRIMARY KEY (id),
    CONSTRAINT ck_late_policies_late_submission_interval CHECK (late_submission_interval in ('day', 'hour')),
    CONSTRAINT uq_late_policies_course_id UNIQUE (course_id),
    CONSTRAINT fk_late_policies_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE TABLE oauth_nonces (
    consumer_id INTEGER NOT NULL,
    token VARCHAR(64) NOT NULL,
    timestamp INTEGER NOT NULL,
    nonce_digest VARCHAR(64) NOT NULL,
    CONSTRAINT pk_oauth_nonces PRIMARY KEY (consumer_id, token, timestamp, nonce_digest),
    CONSTRAINT fk_oauth_nonces_consumer_id FOREIGN KEY(consumer_id) REFERENCES consumers (id)
);

CREATE TABLE oauth_tokens (
    id INTEGER NOT NULL,
    consumer_id INTEGER NOT NULL,
    user_id INTEGER,
    kind VARCHAR(40) NOT NULL,
    token TEXT NOT NULL,
    secret_encrypted TEXT NOT NULL,
    callback_url TEXT,
    approved_at VARCHAR(27),
    expires_at VARCHAR(27),
    revoked_at VARCHAR(27),
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_oauth_tokens PRIMARY KEY (id),
    CONSTRAINT ck_oauth_tokens_kind CHECK (kind in ('request', 'access')),
    CONSTRAINT uq_oauth_tokens_token UNIQUE (token),
    CONSTRAINT fk_oauth_tokens_consumer_id FOREIGN KEY(consumer_id) REFERENCES consumers (id),
    CONSTRAINT fk_oauth_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_oauth_tokens_consumer_id ON oauth_tokens (consumer_id);

CREATE INDEX ix_oauth_tokens_user_id ON oauth_tokens (user_id);

CREATE TABLE rubrics (
    id INTEGER NOT NULL,
    course_id INTEGER,
    account_id INTEGER,
    title TEXT NOT NULL,
    data JSON NOT NULL,
    points_possible DOUBLE,
    free_form_criterion_comments BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_rubrics PRIMARY KEY (id),
    CONSTRAINT ck_rubrics_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_rubrics_one_context CHECK ((account_id is null) <> (course_id is null)),
    CONSTRAINT fk_rubrics_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_rubrics_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_rubrics_course_id ON rubrics (course_id);

CREATE TABLE sessions (
    digest VARCHAR(64) NOT NULL,
    user_id INTEGER NOT NULL,
    login_id INTEGER,
    public_id TEXT NOT NULL,
    csrf_token TEXT NOT NULL,
    user_agent TEXT,
    method TEXT,
    used_at VARCHAR(27),
    expires_at VARCHAR(27) NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (digest),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_sessions_login_id FOREIGN KEY(login_id) REFERENCES logins (id)
);

CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE sis_imports (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    user_id INTEGER,
    progress_id INTEGER,
    options JSON NOT NULL,
    data JSON,
    progress DOUBLE DEFAULT '0' NOT NULL,
    started_at VARCHAR(27),
    ended_at VARCHAR(27),
    workflow_state VARCHAR(24) DEFAULT 'created' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_sis_imports PRIMARY KEY (id),
    CONSTRAINT ck_sis_imports_workflow_state CHECK (workflow_state in ('initializing', 'created', 'importing', 'cleanup_batch', 'imported', 'imported_with_messages', 'aborted', 'failed', 'failed_with_messages')),
    CONSTRAINT fk_sis_imports_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_sis_imports_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_sis_imports_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_sis_imports_root_account_id ON sis_imports (root_account_id);

CREATE TABLE subscriptions (
    id INTEGER NOT NULL,
    account_id INTEGER,
    course_id INTEGER,
    name TEXT NOT NULL,
    events JSON NOT NULL,
    format VARCHAR(40) DEFAULT 'canvas' NOT NULL,
    nulls VARCHAR(40) DEFAULT 'explicit' NOT NULL,
    withhold_unposted BOOLEAN DEFAULT 0 NOT NULL,
    target JSON NOT NULL,
    failing_since VARCHAR(27),
    disabled_reason TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT ck_subscriptions_format CHECK (format in ('canvas', 'caliper')),
    CONSTRAINT ck_subscriptions_nulls CHECK (nulls in ('explicit', 'compact')),
    CONSTRAINT ck_subscriptions_workflow_state CHECK (workflow_state in ('active', 'disabled', 'deleted')),
    CONSTRAINT uq_subscriptions_name UNIQUE (name),
    CONSTRAINT ck_subscriptions_one_scope CHECK ((account_id is null) <> (course_id is null)),
    CONSTRAINT fk_subscriptions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_subscriptions_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE TABLE assignments (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    assignment_group_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    position INTEGER DEFAULT '1' NOT NULL,
    points_possible DOUBLE,
    grading_type VARCHAR(40) DEFAULT 'points' NOT NULL,
    grading_standard_id INTEGER,
    submission_types JSON NOT NULL,
    allowed_extensions JSON,
    allowed_attempts INTEGER,
    due_at VARCHAR(27),
    unlock_at VARCHAR(27),
    lock_at VARCHAR(27),
    omit_from_final_grade BOOLEAN DEFAULT 0 NOT NULL,
    hide_in_gradebook BOOLEAN DEFAULT 0 NOT NULL,
    only_visible_to_overrides BOOLEAN DEFAULT 0 NOT NULL,
    post_manually BOOLEAN DEFAULT 0 NOT NULL,
    muted BOOLEAN DEFAULT 1 NOT NULL,
    peer_reviews BOOLEAN DEFAULT 0 NOT NULL,
    grade_group_students_individually BOOLEAN DEFAULT 0 NOT NULL,
    group_category_id INTEGER,
    anonymous_grading BOOLEAN DEFAULT 0 NOT NULL,
    anonymous_instructor_annotations BOOLEAN DEFAULT 0 NOT NULL,
    moderated_grading BOOLEAN DEFAULT 0 NOT NULL,
    moderation_set VARCHAR(40) DEFAULT 'all' NOT NULL,
    grader_count INTEGER DEFAULT '0' NOT NULL,
    final_grader_id INTEGER,
    grader_section_id INTEGER,
    graders_anonymous_to_graders BOOLEAN DEFAULT 0 NOT NULL,
    grader_comments_visible_to_graders BOOLEAN DEFAULT 1 NOT NULL,
    grader_names_visible_to_final_grader BOOLEAN DEFAULT 1 NOT NULL,
    grades_published_at VARCHAR(27),
    sis_assignment_id TEXT,
    integration_id TEXT,
    integration_data JSON,
    calculation_options JSON,
    schoology JSON,
    workflow_state VARCHAR(24) DEFAULT 'published' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_assignments PRIMARY KEY (id),
    CONSTRAINT ck_assignments_grading_type CHECK (grading_type in ('points', 'percent', 'letter_grade', 'gpa_scale', 'pass_fail', 'not_graded')),
    CONSTRAINT ck_assignments_moderation_set CHECK (moderation_set in ('all', 'selected')),
    CONSTRAINT ck_assignments_workflow_state CHECK (workflow_state in ('published', 'unpublished', 'deleted')),
    CONSTRAINT fk_assignments_assignment_group_id_course_id FOREIGN KEY(assignment_group_id, course_id) REFERENCES assignment_groups (id, course_id),
    CONSTRAINT uq_assignments_course_id_sis_assignment_id UNIQUE (course_id, sis_assignment_id),
    CONSTRAINT uq_assignments_id_course_id UNIQUE (id, course_id),
    CONSTRAINT ck_assignments_published_only_if_moderated CHECK (moderated_grading or grades_published_at is null),
    CONSTRAINT ck_assignments_moderated_has_slots CHECK (not moderated_grading or grader_count > 0),
    CONSTRAINT fk_assignments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_assignments_group_category_id FOREIGN KEY(group_category_id) REFERENCES group_categories (id),
    CONSTRAINT fk_assignments_final_grader_id FOREIGN KEY(final_grader_id) REFERENCES users (id),
    CONSTRAINT fk_assignments_grader_section_id FOREIGN KEY(grader_section_id) REFERENCES course_sections (id)
);

CREATE INDEX ix_assignments_course_id ON assignments (course_id);

CREATE TABLE custom_gradebook_column_data (
    id INTEGER NOT NULL,
    custom_gradebook_column_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    content TEXT NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_custom_gradebook_column_data PRIMARY KEY (id),
    CONSTRAINT uq_custom_gradebook_column_data_custom_gradebook_column_id_user_id UNIQUE (custom_gradebook_column_id, user_id),
    CONSTRAINT fk_custom_gradebook_column_data_custom_gradebook_column_id FOREIGN KEY(custom_gradebook_column_id) REFERENCES custom_gradebook_columns (id) ON DELETE CASCADE,
    CONSTRAINT fk_custom_gradebook_column_data_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE deliveries (
    id INTEGER NOT NULL,
    subscription_id INTEGER NOT NULL,
    outbox_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'waiting' NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    due_at VARCHAR(27) NOT NULL,
    claimed_by TEXT,
    claimed_until VARCHAR(27),
    delivered_at VARCHAR(27),
    last_error TEXT,
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_deliveries_workflow_state CHECK (workflow_state in ('waiting', 'delivered', 'dead')),
    CONSTRAINT uq_deliveries_subscription_id_outbox_id UNIQUE (subscription_id, outbox_id),
    CONSTRAINT fk_deliveries_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_deliveries_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id) ON DELETE CASCADE
);

CREATE INDEX ix_deliveries_dead ON deliveries (subscription_id, outbox_id) WHERE workflow_state = 'dead';

CREATE INDEX ix_deliveries_outbox_id ON deliveries (outbox_id);

CREATE INDEX ix_deliveries_waiting ON deliveries (subscription_id, course_id, student_id, outbox_id) WHERE workflow_state = 'waiting';

CREATE TABLE enrollments (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    course_section_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    type VARCHAR(40) NOT NULL,
    role_id INTEGER,
    associated_user_id INTEGER,
    limit_privileges_to_course_section BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    completed_at VARCHAR(27),
    sis_import_id INTEGER,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_enrollments PRIMARY KEY (id),
    CONSTRAINT ck_enrollments_type CHECK (type in ('StudentEnrollment', 'StudentViewEnrollment', 'ObserverEnrollment', 'DesignerEnrollment', 'TaEnrollment', 'TeacherEnrollment')),
    CONSTRAINT ck_enrollments_workflow_state CHECK (workflow_state in ('invited', 'creation_pending', 'active', 'inactive', 'completed', 'rejected', 'deleted')),
    CONSTRAINT fk_enrollments_course_section_id_course_id FOREIGN KEY(course_section_id, course_id) REFERENCES course_sections (id, course_id) ON UPDATE CASCADE,
    CONSTRAINT fk_enrollments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_enrollments_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_enrollments_role_id FOREIGN KEY(role_id) REFERENCES roles (id),
    CONSTRAINT fk_enrollments_associated_user_id FOREIGN KEY(associated_user_id) REFERENCES users (id)
);

CREATE INDEX ix_enrollments_course_section_id ON enrollments (course_section_id);

CREATE INDEX ix_enrollments_course_user ON enrollments (course_id, user_id);

CREATE INDEX ix_enrollments_user_id ON enrollments (user_id);

CREATE UNIQUE INDEX uq_enrollments_membership ON enrollments (course_section_id, user_id, type, coalesce(role_id, 0), coalesce(associated_user_id, 0));

CREATE TABLE groups (
    id INTEGER NOT NULL,
    group_category_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sis_group_id TEXT,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (id),
    CONSTRAINT ck_groups_workflow_state CHECK (workflow_state in ('available', 'deleted')),
    CONSTRAINT fk_groups_group_category_id FOREIGN KEY(group_category_id) REFERENCES group_categories (id),
    CONSTRAINT fk_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_groups_course_id ON groups (course_id);

CREATE INDEX ix_groups_group_category_id ON groups (group_category_id);

CREATE TABLE sis_import_errors (
    id INTEGER NOT NULL,
    sis_import_id INTEGER NOT NULL,
    file TEXT,
    message TEXT NOT NULL,
    "row" INTEGER,
    row_info TEXT,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_sis_import_errors PRIMARY KEY (id),
    CONSTRAINT fk_sis_import_errors_sis_import_id FOREIGN KEY(sis_import_id) REFERENCES sis_imports (id) ON DELETE CASCADE
);

CREATE INDEX ix_sis_import_errors_sis_import_id ON sis_import_errors (sis_import_id);

CREATE TABLE sis_import_files (
    id INTEGER NOT NULL,
    sis_import_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    content BLOB NOT NULL,
    CONSTRAINT pk_sis_import_files PRIMARY KEY (id),
    CONSTRAINT fk_sis_import_files_sis_import_id FOREIGN KEY(sis_import_id) REFERENCES sis_imports (id) ON DELETE CASCADE
);

CREATE INDEX ix_sis_import_files_sis_import_id ON sis_import_files (sis_import_id);

CREATE TABLE assignment_overrides (
    id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    set_type VARCHAR(40) NOT NULL,
    course_section_id INTEGER,
    title TEXT,
    due_at_overridden BOOLEAN DEFAULT 0 NOT NULL,
    due_at VARCHAR(27),
    unlock_at VARCHAR(27),
    lock_at VARCHAR(27),
    unassign_item BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_assignment_overrides PRIMARY KEY (id),
    CONSTRAINT ck_assignment_overrides_set_type CHECK (set_type in ('ADHOC', 'CourseSection', 'Course')),
    CONSTRAINT ck_assignment_overrides_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_assignment_overrides_section CHECK ((set_type = 'CourseSection') = (course_section_id is not null)),
    CONSTRAINT fk_assignment_overrides_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_assignment_overrides_course_section_id FOREIGN KEY(course_section_id) REFERENCES course_sections (id)
);

CREATE INDEX ix_assignment_overrides_assignment_id ON assignment_overrides (assignment_id);

CREATE TABLE attachments (
    id INTEGER NOT NULL,
    root_account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    purpose VARCHAR(40) NOT NULL,
    assignment_id INTEGER,
    student_id INTEGER,
    uuid TEXT NOT NULL,
    filename TEXT NOT NULL,
    display_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER,
    sha256 TEXT,
    upload_digest TEXT,
    upload_until VARCHAR(27),
    attached_at VARCHAR(27),
    workflow_state VARCHAR(24) DEFAULT 'pending' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (id),
    CONSTRAINT ck_attachments_purpose CHECK (purpose in ('submission', 'comment')),
    CONSTRAINT ck_attachments_workflow_state CHECK (workflow_state in ('pending', 'available', 'deleted')),
    CONSTRAINT uq_attachments_uuid UNIQUE (uuid),
    CONSTRAINT fk_attachments_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_attachments_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_attachments_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_attachments_student_id FOREIGN KEY(student_id) REFERENCES users (id)
);

CREATE INDEX ix_attachments_assignment_id ON attachments (assignment_id);

CREATE INDEX ix_attachments_user_id ON attachments (user_id);

CREATE TABLE final_comments (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    enrollment_id INTEGER NOT NULL,
    grading_period_id INTEGER,
    comment TEXT NOT NULL,
    visible BOOLEAN DEFAULT 0 NOT NULL,
    author_id INTEGER,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_final_comments PRIMARY KEY (id),
    CONSTRAINT fk_final_comments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_final_comments_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollments (id),
    CONSTRAINT fk_final_comments_grading_period_id FOREIGN KEY(grading_period_id) REFERENCES grading_periods (id)
);

CREATE INDEX ix_final_comments_course_id ON final_comments (course_id);

CREATE UNIQUE INDEX uq_final_comments_scope ON final_comments (enrollment_id, coalesce(grading_period_id, 0));

CREATE TABLE group_memberships (
    id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'accepted' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_group_memberships PRIMARY KEY (id),
    CONSTRAINT ck_group_memberships_workflow_state CHECK (workflow_state in ('accepted', 'deleted')),
    CONSTRAINT uq_group_memberships_group_id_user_id UNIQUE (group_id, user_id),
    CONSTRAINT fk_group_memberships_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_group_memberships_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_group_memberships_user_id ON group_memberships (user_id);

CREATE TABLE moderation_graders (
    id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    anonymous_id VARCHAR(5) NOT NULL,
    slot_taken BOOLEAN DEFAULT 0 NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_moderation_graders PRIMARY KEY (id),
    CONSTRAINT uq_moderation_graders_assignment_id_user_id UNIQUE (assignment_id, user_id),
    CONSTRAINT uq_moderation_graders_assignment_id_anonymous_id UNIQUE (assignment_id, anonymous_id),
    CONSTRAINT fk_moderation_graders_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderation_graders_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE rubric_associations (
    id INTEGER NOT NULL,
    rubric_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    assignment_id INTEGER,
    title TEXT,
    use_for_grading BOOLEAN DEFAULT 0 NOT NULL,
    hide_score_total BOOLEAN DEFAULT 0 NOT NULL,
    hide_points BOOLEAN DEFAULT 0 NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_rubric_associations PRIMARY KEY (id),
    CONSTRAINT ck_rubric_associations_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_rubric_associations_rubric_id FOREIGN KEY(rubric_id) REFERENCES rubrics (id),
    CONSTRAINT fk_rubric_associations_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_rubric_associations_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);

CREATE INDEX ix_rubric_associations_assignment_id ON rubric_associations (assignment_id);

CREATE INDEX ix_rubric_associations_course_id ON rubric_associations (course_id);

CREATE INDEX ix_rubric_associations_rubric_id ON rubric_associations (rubric_id);

CREATE TABLE scores (
    id INTEGER NOT NULL,
    enrollment_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    course_score BOOLEAN DEFAULT 0 NOT NULL,
    grading_period_id INTEGER,
    assignment_group_id INTEGER,
    current_score DOUBLE,
    final_score DOUBLE,
    unposted_current_score DOUBLE,
    unposted_final_score DOUBLE,
    current_points DOUBLE,
    final_points DOUBLE,
    unposted_current_points DOUBLE,
    unposted_final_points DOUBLE,
    override_score DOUBLE,
    dropped JSON,
    version INTEGER DEFAULT '0' NOT NULL,
    changed INTEGER DEFAULT '0' NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_scores PRIMARY KEY (id),
    CONSTRAINT ck_scores_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_scores_one_scope CHECK ((case when course_score then 1 else 0 end) + (case when grading_period_id is null then 0 else 1 end) + (case when assignment_group_id is null then 0 else 1 end) = 1),
    CONSTRAINT fk_scores_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollments (id),
    CONSTRAINT fk_scores_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_scores_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_scores_grading_period_id FOREIGN KEY(grading_period_id) REFERENCES grading_periods (id),
    CONSTRAINT fk_scores_assignment_group_id FOREIGN KEY(assignment_group_id) REFERENCES assignment_groups (id)
);

CREATE INDEX ix_scores_course_user ON scores (course_id, user_id);

CREATE UNIQUE INDEX uq_scores_course ON scores (enrollment_id) WHERE course_score;

CREATE UNIQUE INDEX uq_scores_group ON scores (enrollment_id, assignment_group_id) WHERE assignment_group_id IS NOT NULL;

CREATE UNIQUE INDEX uq_scores_period ON scores (enrollment_id, grading_period_id) WHERE grading_period_id IS NOT NULL;

CREATE TABLE submissions (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    anonymous_id VARCHAR(5) NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'unsubmitted' NOT NULL,
    score DOUBLE,
    grade TEXT,
    points_deducted DOUBLE,
    excused BOOLEAN DEFAULT 0 NOT NULL,
    grader_id INTEGER,
    graded_at VARCHAR(27),
    posted_at VARCHAR(27),
    graded_anonymously BOOLEAN DEFAULT 0 NOT NULL,
    grade_matches_current_submission BOOLEAN DEFAULT 1 NOT NULL,
    version INTEGER DEFAULT '0' NOT NULL,
    attempt INTEGER,
    extra_attempts INTEGER,
    submission_type TEXT,
    body TEXT,
    url TEXT,
    submitted_at VARCHAR(27),
    late_policy_status VARCHAR(40),
    seconds_late_override INTEGER,
    custom_grade_status_id INTEGER,
    cached_due_date VARCHAR(27),
    grading_period_id INTEGER,
    redo_request BOOLEAN DEFAULT 0 NOT NULL,
    sticker TEXT,
    student_entered_score DOUBLE,
    incomplete BOOLEAN DEFAULT 0 NOT NULL,
    group_id INTEGER,
    attachment_ids JSON,
    changed INTEGER DEFAULT '0' NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_submissions PRIMARY KEY (id),
    CONSTRAINT ck_submissions_workflow_state CHECK (workflow_state in ('unsubmitted', 'submitted', 'pending_review', 'graded', 'deleted')),
    CONSTRAINT ck_submissions_late_policy_status CHECK (late_policy_status in ('late', 'missing', 'extended', 'none')),
    CONSTRAINT fk_submissions_assignment_id_course_id FOREIGN KEY(assignment_id, course_id) REFERENCES assignments (id, course_id),
    CONSTRAINT uq_submissions_assignment_id_user_id UNIQUE (assignment_id, user_id),
    CONSTRAINT uq_submissions_assignment_id_anonymous_id UNIQUE (assignment_id, anonymous_id),
    CONSTRAINT uq_submissions_id_assignment_id_user_id UNIQUE (id, assignment_id, user_id),
    CONSTRAINT fk_submissions_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_submissions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_submissions_grading_period_id FOREIGN KEY(grading_period_id) REFERENCES grading_periods (id),
    CONSTRAINT fk_submissions_group_id FOREIGN KEY(group_id) REFERENCES groups (id)
);

CREATE INDEX ix_submissions_course_user ON submissions (course_id, user_id);

CREATE TABLE assignment_override_students (
    id INTEGER NOT NULL,
    assignment_override_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    CONSTRAINT pk_assignment_override_students PRIMARY KEY (id),
    CONSTRAINT uq_assignment_override_students_assignment_override_id_user_id UNIQUE (assignment_override_id, user_id),
    CONSTRAINT fk_assignment_override_students_assignment_override_id FOREIGN KEY(assignment_override_id) REFERENCES assignment_overrides (id) ON DELETE CASCADE,
    CONSTRAINT fk_assignment_override_students_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_assignment_override_students_user_id ON assignment_override_students (user_id);

CREATE TABLE grade_versions (
    id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    cause TEXT NOT NULL,
    score DOUBLE,
    grade TEXT,
    points_deducted DOUBLE,
    excused BOOLEAN DEFAULT 0 NOT NULL,
    grader_id INTEGER,
    graded_at VARCHAR(27),
    old_score DOUBLE,
    old_grade TEXT,
    old_excused BOOLEAN DEFAULT 0 NOT NULL,
    acting_user_id INTEGER,
    request_id TEXT,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_grade_versions PRIMARY KEY (id),
    CONSTRAINT uq_grade_versions_submission_id_number UNIQUE (submission_id, number),
    CONSTRAINT fk_grade_versions_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT fk_grade_versions_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grade_versions_course_created ON grade_versions (course_id, created_at);

CREATE TABLE moderation_events (
    id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    submission_id INTEGER,
    user_id INTEGER,
    event_type TEXT NOT NULL,
    payload JSON NOT NULL,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_moderation_events PRIMARY KEY (id),
    CONSTRAINT fk_moderation_events_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderation_events_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id)
);

CREATE INDEX ix_moderation_events_assignment_id ON moderation_events (assignment_id);

CREATE TABLE override_versions (
    id INTEGER NOT NULL,
    score_id INTEGER NOT NULL,
    enrollment_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    grading_period_id INTEGER,
    old_override_score DOUBLE,
    override_score DOUBLE,
    acting_user_id INTEGER,
    request_id TEXT,
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_override_versions PRIMARY KEY (id),
    CONSTRAINT fk_override_versions_score_id FOREIGN KEY(score_id) REFERENCES scores (id),
    CONSTRAINT fk_override_versions_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollments (id),
    CONSTRAINT fk_override_versions_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_override_versions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_override_versions_course_created ON override_versions (course_id, created_at);

CREATE TABLE provisional_grades (
    id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    scorer_id INTEGER NOT NULL,
    score DOUBLE,
    grade TEXT,
    graded_at VARCHAR(27),
    final BOOLEAN DEFAULT 0 NOT NULL,
    source_provisional_grade_id INTEGER,
    graded_anonymously BOOLEAN,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_provisional_grades PRIMARY KEY (id),
    CONSTRAINT fk_provisional_grades_submission_id_assignment_id_student_id FOREIGN KEY(submission_id, assignment_id, student_id) REFERENCES submissions (id, assignment_id, user_id),
    CONSTRAINT uq_provisional_grades_id_assignment_id_student_id UNIQUE (id, assignment_id, student_id),
    CONSTRAINT fk_provisional_grades_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_provisional_grades_scorer_id FOREIGN KEY(scorer_id) REFERENCES users (id),
    CONSTRAINT fk_provisional_grades_source_provisional_grade_id FOREIGN KEY(source_provisional_grade_id) REFERENCES provisional_grades (id)
);

CREATE INDEX ix_provisional_grades_assignment ON provisional_grades (assignment_id, student_id);

CREATE UNIQUE INDEX uq_provisional_grades_final ON provisional_grades (submission_id) WHERE final;

CREATE UNIQUE INDEX uq_provisional_grades_scorer ON provisional_grades (submission_id, scorer_id) WHERE final = 0;

CREATE TABLE submission_attempts (
    id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    submission_type TEXT NOT NULL,
    body TEXT,
    url TEXT,
    attachment_ids JSON,
    submitted_at VARCHAR(27) NOT NULL,
    cached_due_date VARCHAR(27),
    version INTEGER DEFAULT '0' NOT NULL,
    submitter_id INTEGER,
    CONSTRAINT pk_submission_attempts PRIMARY KEY (id),
    CONSTRAINT uq_submission_attempts_submission_id_attempt UNIQUE (submission_id, attempt),
    CONSTRAINT fk_submission_attempts_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE,
    CONSTRAINT fk_submission_attempts_submitter_id FOREIGN KEY(submitter_id) REFERENCES users (id)
);

CREATE TABLE submission_reads (
    id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    item VARCHAR(40) NOT NULL,
    unread BOOLEAN DEFAULT 0 NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_submission_reads PRIMARY KEY (id),
    CONSTRAINT ck_submission_reads_item CHECK (item in ('grade', 'comment', 'rubric')),
    CONSTRAINT uq_submission_reads_submission_id_user_id_item UNIQUE (submission_id, user_id, item),
    CONSTRAINT fk_submission_reads_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE,
    CONSTRAINT fk_submission_reads_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE moderated_students (
    id INTEGER NOT NULL,
    assignment_id INTEGER NOT NULL,
    student_id INTEGER NOT NULL,
    selected_provisional_grade_id INTEGER,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_moderated_students PRIMARY KEY (id),
    CONSTRAINT uq_moderated_students_assignment_id_student_id UNIQUE (assignment_id, student_id),
    CONSTRAINT fk_moderated_students_selected_provisional_grade_id_assignment_id_student_id FOREIGN KEY(selected_provisional_grade_id, assignment_id, student_id) REFERENCES provisional_grades (id, assignment_id, student_id),
    CONSTRAINT fk_moderated_students_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderated_students_student_id FOREIGN KEY(student_id) REFERENCES users (id)
);

CREATE TABLE rubric_assessments (
    id INTEGER NOT NULL,
    rubric_id INTEGER NOT NULL,
    rubric_association_id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    provisional_grade_id INTEGER,
    user_id INTEGER NOT NULL,
    assessor_id INTEGER,
    assessment_type TEXT DEFAULT 'grading' NOT NULL,
    score DOUBLE,
    data JSON NOT NULL,
    artifact_attempt INTEGER,
    created_at VARCHAR(27) NOT NULL,
    updated_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_rubric_assessments PRIMARY KEY (id),
    CONSTRAINT fk_rubric_assessments_rubric_id FOREIGN KEY(rubric_id) REFERENCES rubrics (id),
    CONSTRAINT fk_rubric_assessments_rubric_association_id FOREIGN KEY(rubric_association_id) REFERENCES rubric_associations (id),
    CONSTRAINT fk_rubric_assessments_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT fk_rubric_assessments_provisional_grade_id FOREIGN KEY(provisional_grade_id) REFERENCES provisional_grades (id),
    CONSTRAINT fk_rubric_assessments_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_rubric_assessments_assessor_id FOREIGN KEY(assessor_id) REFERENCES users (id)
);

CREATE INDEX ix_rubric_assessments_provisional_grade_id ON rubric_assessments (provisional_grade_id);

CREATE INDEX ix_rubric_assessments_rubric_association_id ON rubric_assessments (rubric_association_id);

CREATE INDEX ix_rubric_assessments_submission_id ON rubric_assessments (submission_id);

CREATE UNIQUE INDEX uq_rubric_assessments_grading ON rubric_assessments (rubric_association_id, submission_id, coalesce(provisional_grade_id, 0)) WHERE assessment_type = 'grading';

CREATE TABLE submission_comments (
    id INTEGER NOT NULL,
    submission_id INTEGER NOT NULL,
    course_id INTEGER NOT NULL,
    author_id INTEGER,
    provisional_grade_id INTEGER,
    comment TEXT NOT NULL,
    attempt INTEGER,
    hidden BOOLEAN DEFAULT 0 NOT NULL,
    draft BOOLEAN DEFAULT 0 NOT NULL,
    group_comment_id TEXT,
    media_comment_id TEXT,
    media_comment_type TEXT,
    attachment_ids JSON,
    is_grade_comment BOOLEAN DEFAULT 0 NOT NULL,
    written_with_grade BOOLEAN DEFAULT 0 NOT NULL,
    edited_at VARCHAR(27),
    created_at VARCHAR(27) NOT NULL,
    CONSTRAINT pk_submission_comments PRIMARY KEY (id),
    CONSTRAINT fk_submission_comments_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT fk_submission_comments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_submission_comments_author_id FOREIGN KEY(author_id) REFERENCES users (id),
    CONSTRAINT fk_submission_comments_provisional_grade_id FOREIGN KEY(provisional_grade_id) REFERENCES provisional_grades (id)
);

CREATE INDEX ix_submission_comments_provisional_grade_id ON submission_comments (provisional_grade_id);

CREATE INDEX ix_submission_comments_submission_id ON submission_comments (submission_id);

CREATE UNIQUE INDEX uq_submission_comments_grade_comment ON submission_comments (submission_id) WHERE is_grade_comment;

insert into change_clock (id, origin) values (1, lower(hex(randomblob(8))));

CREATE TRIGGER stamp_new_submissions AFTER INSERT ON submissions WHEN new.changed = 0 begin insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1; update submissions set changed = (select number from change_clock where id = 1) where id = new.id; end;

CREATE TRIGGER stamp_submissions AFTER UPDATE ON submissions WHEN new.changed = old.changed begin insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1; update submissions set changed = (select number from change_clock where id = 1) where id = new.id; end;

CREATE TRIGGER stamp_new_scores AFTER INSERT ON scores WHEN new.changed = 0 begin insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1; update scores set changed = (select number from change_clock where id = 1) where id = new.id; end;

CREATE TRIGGER stamp_scores AFTER UPDATE ON scores WHEN new.changed = old.changed begin insert into change_clock (id, number) values (1, 1) on conflict (id) do update set number = number + 1; update scores set changed = (select number from change_clock where id = 1) where id = new.id; end;

CREATE TRIGGER stamp_new_enrollments AFTER INSERT ON enrollments WHEN new.type in ('StudentEnrollment', 'StudentViewEnrollment') begin update submissions set changed = changed where course_id = new.course_id and user_id = new.user_id; update scores set changed = changed where course_id = new.course_id and user_id = new.user_id; end;

CREATE TRIGGER stamp_enrollments AFTER UPDATE OF workflow_state, course_section_id ON enrollments WHEN new.type in ('StudentEnrollment', 'StudentViewEnrollment') begin update submissions set changed = changed where course_id = new.course_id and user_id = new.user_id; update scores set changed = changed where course_id = new.course_id and user_id = new.user_id; end;
