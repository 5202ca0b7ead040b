CREATE TABLE accounts (
    id BIGSERIAL NOT NULL,
    parent_account_id BIGINT,
    root_account_id BIGINT,
    name TEXT NOT NULL,
    uuid TEXT NOT NULL,
    lti_guid TEXT,
    sis_account_id TEXT,
    time_zone TEXT,
    default_grading_standard_id BIGINT,
    restrict_grading_scheme_editing_to_admins BOOLEAN DEFAULT false NOT NULL,
    final_grades_override BOOLEAN DEFAULT true NOT NULL,
    grade_calc_ignore_unposted_anonymous BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    number BIGINT DEFAULT '0' NOT NULL,
    origin TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_change_clock PRIMARY KEY (id)
);

CREATE TABLE outbox (
    id BIGSERIAL NOT NULL,
    event_id VARCHAR(36) NOT NULL,
    name TEXT NOT NULL,
    course_id BIGINT NOT NULL,
    student_id BIGINT NOT NULL,
    muted BOOLEAN DEFAULT false NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    canvas TEXT NOT NULL,
    caliper TEXT,
    routed BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_event_id UNIQUE (event_id)
);

CREATE INDEX ix_outbox_occurred_at ON outbox (occurred_at);

CREATE INDEX ix_outbox_unrouted ON outbox (id) WHERE NOT routed;

CREATE TABLE server_secrets (
    name VARCHAR(64) NOT NULL,
    value TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_server_secrets PRIMARY KEY (name)
);

CREATE TABLE catalog_courses (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    course_code TEXT NOT NULL,
    description TEXT,
    schoology JSONB,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_catalog_courses PRIMARY KEY (id),
    CONSTRAINT ck_catalog_courses_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_catalog_courses_root_account_id_course_code UNIQUE (root_account_id, course_code),
    CONSTRAINT fk_catalog_courses_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_catalog_courses_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE grading_period_groups (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    title TEXT,
    weighted BOOLEAN DEFAULT false NOT NULL,
    display_totals_for_all_grading_periods BOOLEAN DEFAULT false NOT NULL,
    school_wide BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grading_period_groups PRIMARY KEY (id),
    CONSTRAINT ck_grading_period_groups_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_grading_period_groups_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_grading_period_groups_root_account_id ON grading_period_groups (root_account_id);

CREATE UNIQUE INDEX uq_grading_period_groups_school_wide ON grading_period_groups (root_account_id) WHERE school_wide;

CREATE TABLE roles (
    id BIGSERIAL NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    base_role_type VARCHAR(40) NOT NULL,
    permissions JSONB NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_roles PRIMARY KEY (id),
    CONSTRAINT ck_roles_base_role_type CHECK (base_role_type in ('StudentEnrollment', 'ObserverEnrollment', 'DesignerEnrollment', 'TaEnrollment', 'TeacherEnrollment', 'AccountMembership', 'AccountAdmin')),
    CONSTRAINT ck_roles_workflow_state CHECK (workflow_state in ('active', 'inactive', 'deleted')),
    CONSTRAINT uq_roles_account_id_name UNIQUE (account_id, name),
    CONSTRAINT fk_roles_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE school_roles (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    faculty BOOLEAN DEFAULT false NOT NULL,
    role_type BIGINT DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_school_roles PRIMARY KEY (id),
    CONSTRAINT uq_school_roles_root_account_id_title UNIQUE (root_account_id, title),
    CONSTRAINT fk_school_roles_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_school_roles_root_account_id ON school_roles (root_account_id);

CREATE TABLE enrollment_terms (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sis_term_id TEXT,
    start_at TIMESTAMP WITH TIME ZONE,
    end_at TIMESTAMP WITH TIME ZONE,
    grading_period_group_id BIGINT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_enrollment_terms PRIMARY KEY (id),
    CONSTRAINT ck_enrollment_terms_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_enrollment_terms_root_account_id_sis_term_id UNIQUE (root_account_id, sis_term_id),
    CONSTRAINT fk_enrollment_terms_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_enrollment_terms_grading_period_group_id FOREIGN KEY(grading_period_group_id) REFERENCES grading_period_groups (id)
);

CREATE INDEX ix_enrollment_terms_root_account_id ON enrollment_terms (root_account_id);

CREATE TABLE grading_periods (
    id BIGSERIAL NOT NULL,
    grading_period_group_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    start_date TIMESTAMP WITH TIME ZONE NOT NULL,
    end_date TIMESTAMP WITH TIME ZONE NOT NULL,
    close_date TIMESTAMP WITH TIME ZONE NOT NULL,
    weight DOUBLE PRECISION,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grading_periods PRIMARY KEY (id),
    CONSTRAINT ck_grading_periods_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_grading_periods_start_before_end CHECK (start_date < end_date),
    CONSTRAINT ck_grading_periods_end_before_close CHECK (end_date <= close_date),
    CONSTRAINT fk_grading_periods_grading_period_group_id FOREIGN KEY(grading_period_group_id) REFERENCES grading_period_groups (id)
);

CREATE INDEX ix_grading_periods_grading_period_group_id ON grading_periods (grading_period_group_id);

CREATE TABLE users (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sortable_name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    pronouns TEXT,
    email TEXT,
    time_zone TEXT,
    locale TEXT,
    fake_student BOOLEAN DEFAULT false NOT NULL,
    school_role_id BIGINT,
    schoology JSONB,
    workflow_state VARCHAR(24) DEFAULT 'registered' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_workflow_state CHECK (workflow_state in ('registered', 'suspended', 'deleted')),
    CONSTRAINT fk_users_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_users_school_role_id FOREIGN KEY(school_role_id) REFERENCES school_roles (id)
);

CREATE INDEX ix_users_root_account_id ON users (root_account_id);

CREATE TABLE access_tokens (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    hint TEXT NOT NULL,
    purpose TEXT,
    scopes JSONB,
    developer_key_id BIGINT,
    tool_id BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_access_tokens PRIMARY KEY (id),
    CONSTRAINT uq_access_tokens_digest UNIQUE (digest),
    CONSTRAINT fk_access_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_access_tokens_user_id ON access_tokens (user_id);

CREATE TABLE account_users (
    id BIGSERIAL NOT NULL,
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    role_id BIGINT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    secret_encrypted TEXT NOT NULL,
    user_id BIGINT,
    callback_urls JSONB,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consumers PRIMARY KEY (id),
    CONSTRAINT ck_consumers_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_consumers_key UNIQUE (key),
    CONSTRAINT fk_consumers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_consumers_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_consumers_account_id ON consumers (account_id);

CREATE TABLE courses (
    id BIGSERIAL NOT NULL,
    account_id BIGINT NOT NULL,
    root_account_id BIGINT NOT NULL,
    enrollment_term_id BIGINT,
    grading_period_group_id BIGINT,
    name TEXT NOT NULL,
    course_code TEXT NOT NULL,
    uuid TEXT NOT NULL,
    sis_course_id TEXT,
    integration_id TEXT,
    time_zone TEXT,
    start_at TIMESTAMP WITH TIME ZONE,
    end_at TIMESTAMP WITH TIME ZONE,
    group_weighting_scheme VARCHAR(40),
    grading_standard_id BIGINT,
    calculation VARCHAR(40) DEFAULT 'canvas' NOT NULL,
    calculation_version BIGINT DEFAULT '1' NOT NULL,
    post_manually BOOLEAN DEFAULT false NOT NULL,
    hide_final_grades BOOLEAN DEFAULT false NOT NULL,
    allow_final_grade_override BOOLEAN DEFAULT false NOT NULL,
    anonymous_marking BOOLEAN DEFAULT true NOT NULL,
    restrict_quantitative_data BOOLEAN DEFAULT false NOT NULL,
    calculation_options JSONB,
    catalog_course_id BIGINT,
    schoology JSONB,
    rules_version BIGINT DEFAULT '1' NOT NULL,
    sis_import_id BIGINT,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT,
    headers JSONB,
    body BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (id),
    CONSTRAINT uq_idempotency_keys_user_id_key UNIQUE (user_id, key),
    CONSTRAINT fk_idempotency_keys_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE logins (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    unique_id TEXT NOT NULL,
    sis_user_id TEXT,
    integration_id TEXT,
    password_hash TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    context_type TEXT NOT NULL,
    context_id BIGINT NOT NULL,
    user_id BIGINT,
    tag TEXT NOT NULL,
    completion DOUBLE PRECISION,
    workflow_state VARCHAR(24) DEFAULT 'queued' NOT NULL,
    message TEXT,
    results JSONB,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_progresses PRIMARY KEY (id),
    CONSTRAINT ck_progresses_workflow_state CHECK (workflow_state in ('queued', 'running', 'completed', 'failed')),
    CONSTRAINT fk_progresses_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE assignment_groups (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT DEFAULT '1' NOT NULL,
    group_weight DOUBLE PRECISION DEFAULT '0' NOT NULL,
    drop_lowest BIGINT DEFAULT '0' NOT NULL,
    drop_highest BIGINT DEFAULT '0' NOT NULL,
    never_drop JSONB,
    sis_source_id TEXT,
    calculation_options JSONB,
    schoology JSONB,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_assignment_groups PRIMARY KEY (id),
    CONSTRAINT ck_assignment_groups_workflow_state CHECK (workflow_state in ('available', 'deleted')),
    CONSTRAINT uq_assignment_groups_id_course_id UNIQUE (id, course_id),
    CONSTRAINT ck_assignment_groups_drops CHECK (drop_lowest >= 0 and drop_highest >= 0),
    CONSTRAINT fk_assignment_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_assignment_groups_course_id ON assignment_groups (course_id);

CREATE TABLE course_sections (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sis_section_id TEXT,
    integration_id TEXT,
    default_section BOOLEAN DEFAULT false NOT NULL,
    start_at TIMESTAMP WITH TIME ZONE,
    end_at TIMESTAMP WITH TIME ZONE,
    nonxlist_course_id BIGINT,
    sis_import_id BIGINT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_course_sections PRIMARY KEY (id),
    CONSTRAINT ck_course_sections_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT uq_course_sections_course_id_sis_section_id UNIQUE (course_id, sis_section_id),
    CONSTRAINT uq_course_sections_id_course_id UNIQUE (id, course_id),
    CONSTRAINT fk_course_sections_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_course_sections_nonxlist_course_id FOREIGN KEY(nonxlist_course_id) REFERENCES courses (id)
);

CREATE INDEX ix_course_sections_course_id ON course_sections (course_id);

CREATE TABLE custom_gradebook_columns (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    position BIGINT DEFAULT '1' NOT NULL,
    teacher_notes BOOLEAN DEFAULT false NOT NULL,
    read_only BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_custom_gradebook_columns PRIMARY KEY (id),
    CONSTRAINT ck_custom_gradebook_columns_workflow_state CHECK (workflow_state in ('active', 'hidden', 'deleted')),
    CONSTRAINT fk_custom_gradebook_columns_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_custom_gradebook_columns_course_id ON custom_gradebook_columns (course_id);

CREATE TABLE gradebook_imports (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    token_digest TEXT NOT NULL,
    changes JSONB NOT NULL,
    summary JSONB NOT NULL,
    progress_id BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'previewed' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gradebook_imports PRIMARY KEY (id),
    CONSTRAINT ck_gradebook_imports_workflow_state CHECK (workflow_state in ('previewed', 'applied', 'stale')),
    CONSTRAINT uq_gradebook_imports_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_gradebook_imports_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_gradebook_imports_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_gradebook_imports_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_gradebook_imports_course_id ON gradebook_imports (course_id);

CREATE TABLE grading_groups (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    members JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grading_groups PRIMARY KEY (id),
    CONSTRAINT fk_grading_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grading_groups_course_id ON grading_groups (course_id);

CREATE TABLE grading_standards (
    id BIGSERIAL NOT NULL,
    account_id BIGINT,
    course_id BIGINT,
    title TEXT,
    points_based BOOLEAN DEFAULT false NOT NULL,
    scaling_factor DOUBLE PRECISION DEFAULT '1' NOT NULL,
    data JSONB NOT NULL,
    scale JSONB,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grading_standards PRIMARY KEY (id),
    CONSTRAINT ck_grading_standards_workflow_state CHECK (workflow_state in ('active', 'archived', 'deleted')),
    CONSTRAINT ck_grading_standards_one_context CHECK ((account_id is null) <> (course_id is null)),
    CONSTRAINT fk_grading_standards_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_grading_standards_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grading_standards_account_id ON grading_standards (account_id);

CREATE INDEX ix_grading_standards_course_id ON grading_standards (course_id);

CREATE TABLE group_categories (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sis_group_category_id TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_group_categories PRIMARY KEY (id),
    CONSTRAINT ck_group_categories_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT fk_group_categories_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_group_categories_course_id ON group_categories (course_id);

CREATE TABLE jobs (
    id BIGSERIAL NOT NULL,
    tag TEXT NOT NULL,
    arguments JSONB NOT NULL,
    progress_id BIGINT,
    workflow_state VARCHAR(24) DEFAULT 'queued' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    run_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT ck_jobs_workflow_state CHECK (workflow_state in ('queued', 'running', 'done', 'failed')),
    CONSTRAINT fk_jobs_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_jobs_ready ON jobs (workflow_state, run_at);

CREATE TABLE late_policies (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    late_submission_deduction_enabled BOOLEAN DEFAULT false NOT NULL,
    late_submission_deduction DOUBLE PRECISION DEFAULT '0' NOT NULL,
    late_submission_interval VARCHAR(40) DEFAULT 'day' NOT NULL,
    late_submission_minimum_percent_enabled BOOLEAN DEFAULT false NOT NULL,
    late_submission_minimum_percent DOUBLE PRECISION DEFAULT '0' NOT NULL,
    missing_submission_deduction_enabled BOOLEAN DEFAULT false NOT NULL,
    missing_submission_deduction DOUBLE PRECISION DEFAULT '100' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_late_policies PRIMARY KEY (id),
    CONSTRAINT ck_late_policies_late_submission_interval CHECK (late_submission_interval in ('day', 'hour')),
    CONSTRAINT uq_late_policies_course_id UNIQUE (course_id),
    CONSTRAINT fk_late_policies_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE TABLE oauth_nonces (
    consumer_id BIGINT NOT NULL,
    token VARCHAR(64) NOT NULL,
    timestamp BIGINT NOT NULL,
    nonce_digest VARCHAR(64) NOT NULL,
    CONSTRAINT pk_oauth_nonces PRIMARY KEY (consumer_id, token, timestamp, nonce_digest),
    CONSTRAINT fk_oauth_nonces_consumer_id FOREIGN KEY(consumer_id) REFERENCES consumers (id)
);

CREATE TABLE oauth_tokens (
    id BIGSERIAL NOT NULL,
    consumer_id BIGINT NOT NULL,
    user_id BIGINT,
    kind VARCHAR(40) NOT NULL,
    token TEXT NOT NULL,
    secret_encrypted TEXT NOT NULL,
    callback_url TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_oauth_tokens PRIMARY KEY (id),
    CONSTRAINT ck_oauth_tokens_kind CHECK (kind in ('request', 'access')),
    CONSTRAINT uq_oauth_tokens_token UNIQUE (token),
    CONSTRAINT fk_oauth_tokens_consumer_id FOREIGN KEY(consumer_id) REFERENCES consumers (id),
    CONSTRAINT fk_oauth_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_oauth_tokens_consumer_id ON oauth_tokens (consumer_id);

CREATE INDEX ix_oauth_tokens_user_id ON oauth_tokens (user_id);

CREATE TABLE rubrics (
    id BIGSERIAL NOT NULL,
    course_id BIGINT,
    account_id BIGINT,
    title TEXT NOT NULL,
    data JSONB NOT NULL,
    points_possible DOUBLE PRECISION,
    free_form_criterion_comments BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rubrics PRIMARY KEY (id),
    CONSTRAINT ck_rubrics_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_rubrics_one_context CHECK ((account_id is null) <> (course_id is null)),
    CONSTRAINT fk_rubrics_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_rubrics_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE INDEX ix_rubrics_course_id ON rubrics (course_id);

CREATE TABLE sessions (
    digest VARCHAR(64) NOT NULL,
    user_id BIGINT NOT NULL,
    login_id BIGINT,
    public_id TEXT NOT NULL,
    csrf_token TEXT NOT NULL,
    user_agent TEXT,
    method TEXT,
    used_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (digest),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_sessions_login_id FOREIGN KEY(login_id) REFERENCES logins (id)
);

CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE sis_imports (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    user_id BIGINT,
    progress_id BIGINT,
    options JSONB NOT NULL,
    data JSONB,
    progress DOUBLE PRECISION DEFAULT '0' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    workflow_state VARCHAR(24) DEFAULT 'created' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sis_imports PRIMARY KEY (id),
    CONSTRAINT ck_sis_imports_workflow_state CHECK (workflow_state in ('initializing', 'created', 'importing', 'cleanup_batch', 'imported', 'imported_with_messages', 'aborted', 'failed', 'failed_with_messages')),
    CONSTRAINT fk_sis_imports_root_account_id FOREIGN KEY(root_account_id) REFERENCES accounts (id),
    CONSTRAINT fk_sis_imports_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_sis_imports_progress_id FOREIGN KEY(progress_id) REFERENCES progresses (id)
);

CREATE INDEX ix_sis_imports_root_account_id ON sis_imports (root_account_id);

CREATE TABLE subscriptions (
    id BIGSERIAL NOT NULL,
    account_id BIGINT,
    course_id BIGINT,
    name TEXT NOT NULL,
    events JSONB NOT NULL,
    format VARCHAR(40) DEFAULT 'canvas' NOT NULL,
    nulls VARCHAR(40) DEFAULT 'explicit' NOT NULL,
    withhold_unposted BOOLEAN DEFAULT false NOT NULL,
    target JSONB NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    disabled_reason TEXT,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    assignment_group_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    position BIGINT DEFAULT '1' NOT NULL,
    points_possible DOUBLE PRECISION,
    grading_type VARCHAR(40) DEFAULT 'points' NOT NULL,
    grading_standard_id BIGINT,
    submission_types JSONB NOT NULL,
    allowed_extensions JSONB,
    allowed_attempts BIGINT,
    due_at TIMESTAMP WITH TIME ZONE,
    unlock_at TIMESTAMP WITH TIME ZONE,
    lock_at TIMESTAMP WITH TIME ZONE,
    omit_from_final_grade BOOLEAN DEFAULT false NOT NULL,
    hide_in_gradebook BOOLEAN DEFAULT false NOT NULL,
    only_visible_to_overrides BOOLEAN DEFAULT false NOT NULL,
    post_manually BOOLEAN DEFAULT false NOT NULL,
    muted BOOLEAN DEFAULT true NOT NULL,
    peer_reviews BOOLEAN DEFAULT false NOT NULL,
    grade_group_students_individually BOOLEAN DEFAULT false NOT NULL,
    group_category_id BIGINT,
    anonymous_grading BOOLEAN DEFAULT false NOT NULL,
    anonymous_instructor_annotations BOOLEAN DEFAULT false NOT NULL,
    moderated_grading BOOLEAN DEFAULT false NOT NULL,
    moderation_set VARCHAR(40) DEFAULT 'all' NOT NULL,
    grader_count BIGINT DEFAULT '0' NOT NULL,
    final_grader_id BIGINT,
    grader_section_id BIGINT,
    graders_anonymous_to_graders BOOLEAN DEFAULT false NOT NULL,
    grader_comments_visible_to_graders BOOLEAN DEFAULT true NOT NULL,
    grader_names_visible_to_final_grader BOOLEAN DEFAULT true NOT NULL,
    grades_published_at TIMESTAMP WITH TIME ZONE,
    sis_assignment_id TEXT,
    integration_id TEXT,
    integration_data JSONB,
    calculation_options JSONB,
    schoology JSONB,
    workflow_state VARCHAR(24) DEFAULT 'published' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    custom_gradebook_column_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_custom_gradebook_column_data PRIMARY KEY (id),
    CONSTRAINT uq_custom_gradebook_column_data_custom_gradebook_column_d710 UNIQUE (custom_gradebook_column_id, user_id),
    CONSTRAINT fk_custom_gradebook_column_data_custom_gradebook_column_id FOREIGN KEY(custom_gradebook_column_id) REFERENCES custom_gradebook_columns (id) ON DELETE CASCADE,
    CONSTRAINT fk_custom_gradebook_column_data_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE deliveries (
    id BIGSERIAL NOT NULL,
    subscription_id BIGINT NOT NULL,
    outbox_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    student_id BIGINT NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'waiting' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_by TEXT,
    claimed_until TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
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
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    course_section_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    type VARCHAR(40) NOT NULL,
    role_id BIGINT,
    associated_user_id BIGINT,
    limit_privileges_to_course_section BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    completed_at TIMESTAMP WITH TIME ZONE,
    sis_import_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    group_category_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sis_group_id TEXT,
    workflow_state VARCHAR(24) DEFAULT 'available' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (id),
    CONSTRAINT ck_groups_workflow_state CHECK (workflow_state in ('available', 'deleted')),
    CONSTRAINT fk_groups_group_category_id FOREIGN KEY(group_category_id) REFERENCES group_categories (id),
    CONSTRAINT fk_groups_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_groups_course_id ON groups (course_id);

CREATE INDEX ix_groups_group_category_id ON groups (group_category_id);

CREATE TABLE sis_import_errors (
    id BIGSERIAL NOT NULL,
    sis_import_id BIGINT NOT NULL,
    file TEXT,
    message TEXT NOT NULL,
    row BIGINT,
    row_info TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sis_import_errors PRIMARY KEY (id),
    CONSTRAINT fk_sis_import_errors_sis_import_id FOREIGN KEY(sis_import_id) REFERENCES sis_imports (id) ON DELETE CASCADE
);

CREATE INDEX ix_sis_import_errors_sis_import_id ON sis_import_errors (sis_import_id);

CREATE TABLE sis_import_files (
    id BIGSERIAL NOT NULL,
    sis_import_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT,
    content BYTEA NOT NULL,
    CONSTRAINT pk_sis_import_files PRIMARY KEY (id),
    CONSTRAINT fk_sis_import_files_sis_import_id FOREIGN KEY(sis_import_id) REFERENCES sis_imports (id) ON DELETE CASCADE
);

CREATE INDEX ix_sis_import_files_sis_import_id ON sis_import_files (sis_import_id);

CREATE TABLE assignment_overrides (
    id BIGSERIAL NOT NULL,
    assignment_id BIGINT NOT NULL,
    set_type VARCHAR(40) NOT NULL,
    course_section_id BIGINT,
    title TEXT,
    due_at_overridden BOOLEAN DEFAULT false NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    unlock_at TIMESTAMP WITH TIME ZONE,
    lock_at TIMESTAMP WITH TIME ZONE,
    unassign_item BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_assignment_overrides PRIMARY KEY (id),
    CONSTRAINT ck_assignment_overrides_set_type CHECK (set_type in ('ADHOC', 'CourseSection', 'Course')),
    CONSTRAINT ck_assignment_overrides_workflow_state CHECK (workflow_state in ('active', 'deleted')),
    CONSTRAINT ck_assignment_overrides_section CHECK ((set_type = 'CourseSection') = (course_section_id is not null)),
    CONSTRAINT fk_assignment_overrides_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_assignment_overrides_course_section_id FOREIGN KEY(course_section_id) REFERENCES course_sections (id)
);

CREATE INDEX ix_assignment_overrides_assignment_id ON assignment_overrides (assignment_id);

CREATE TABLE attachments (
    id BIGSERIAL NOT NULL,
    root_account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    purpose VARCHAR(40) NOT NULL,
    assignment_id BIGINT,
    student_id BIGINT,
    uuid TEXT NOT NULL,
    filename TEXT NOT NULL,
    display_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT,
    sha256 TEXT,
    upload_digest TEXT,
    upload_until TIMESTAMP WITH TIME ZONE,
    attached_at TIMESTAMP WITH TIME ZONE,
    workflow_state VARCHAR(24) DEFAULT 'pending' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    enrollment_id BIGINT NOT NULL,
    grading_period_id BIGINT,
    comment TEXT NOT NULL,
    visible BOOLEAN DEFAULT false NOT NULL,
    author_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_final_comments PRIMARY KEY (id),
    CONSTRAINT fk_final_comments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_final_comments_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollments (id),
    CONSTRAINT fk_final_comments_grading_period_id FOREIGN KEY(grading_period_id) REFERENCES grading_periods (id)
);

CREATE INDEX ix_final_comments_course_id ON final_comments (course_id);

CREATE UNIQUE INDEX uq_final_comments_scope ON final_comments (enrollment_id, coalesce(grading_period_id, 0));

CREATE TABLE group_memberships (
    id BIGSERIAL NOT NULL,
    group_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'accepted' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_group_memberships PRIMARY KEY (id),
    CONSTRAINT ck_group_memberships_workflow_state CHECK (workflow_state in ('accepted', 'deleted')),
    CONSTRAINT uq_group_memberships_group_id_user_id UNIQUE (group_id, user_id),
    CONSTRAINT fk_group_memberships_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_group_memberships_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_group_memberships_user_id ON group_memberships (user_id);

CREATE TABLE moderation_graders (
    id BIGSERIAL NOT NULL,
    assignment_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    anonymous_id VARCHAR(5) NOT NULL,
    slot_taken BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_moderation_graders PRIMARY KEY (id),
    CONSTRAINT uq_moderation_graders_assignment_id_user_id UNIQUE (assignment_id, user_id),
    CONSTRAINT uq_moderation_graders_assignment_id_anonymous_id UNIQUE (assignment_id, anonymous_id),
    CONSTRAINT fk_moderation_graders_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderation_graders_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE rubric_associations (
    id BIGSERIAL NOT NULL,
    rubric_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    assignment_id BIGINT,
    title TEXT,
    use_for_grading BOOLEAN DEFAULT false NOT NULL,
    hide_score_total BOOLEAN DEFAULT false NOT NULL,
    hide_points BOOLEAN DEFAULT false NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    enrollment_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    course_score BOOLEAN DEFAULT false NOT NULL,
    grading_period_id BIGINT,
    assignment_group_id BIGINT,
    current_score DOUBLE PRECISION,
    final_score DOUBLE PRECISION,
    unposted_current_score DOUBLE PRECISION,
    unposted_final_score DOUBLE PRECISION,
    current_points DOUBLE PRECISION,
    final_points DOUBLE PRECISION,
    unposted_current_points DOUBLE PRECISION,
    unposted_final_points DOUBLE PRECISION,
    override_score DOUBLE PRECISION,
    dropped JSONB,
    version BIGINT DEFAULT '0' NOT NULL,
    changed BIGINT DEFAULT '0' NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    assignment_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    anonymous_id VARCHAR(5) NOT NULL,
    workflow_state VARCHAR(24) DEFAULT 'unsubmitted' NOT NULL,
    score DOUBLE PRECISION,
    grade TEXT,
    points_deducted DOUBLE PRECISION,
    excused BOOLEAN DEFAULT false NOT NULL,
    grader_id BIGINT,
    graded_at TIMESTAMP WITH TIME ZONE,
    posted_at TIMESTAMP WITH TIME ZONE,
    graded_anonymously BOOLEAN DEFAULT false NOT NULL,
    grade_matches_current_submission BOOLEAN DEFAULT true NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    attempt BIGINT,
    extra_attempts BIGINT,
    submission_type TEXT,
    body TEXT,
    url TEXT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    late_policy_status VARCHAR(40),
    seconds_late_override BIGINT,
    custom_grade_status_id BIGINT,
    cached_due_date TIMESTAMP WITH TIME ZONE,
    grading_period_id BIGINT,
    redo_request BOOLEAN DEFAULT false NOT NULL,
    sticker TEXT,
    student_entered_score DOUBLE PRECISION,
    incomplete BOOLEAN DEFAULT false NOT NULL,
    group_id BIGINT,
    attachment_ids JSONB,
    changed BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    assignment_override_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    CONSTRAINT pk_assignment_override_students PRIMARY KEY (id),
    CONSTRAINT uq_assignment_override_students_assignment_override_id_user_id UNIQUE (assignment_override_id, user_id),
    CONSTRAINT fk_assignment_override_students_assignment_override_id FOREIGN KEY(assignment_override_id) REFERENCES assignment_overrides (id) ON DELETE CASCADE,
    CONSTRAINT fk_assignment_override_students_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_assignment_override_students_user_id ON assignment_override_students (user_id);

CREATE TABLE grade_versions (
    id BIGSERIAL NOT NULL,
    submission_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    assignment_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    cause TEXT NOT NULL,
    score DOUBLE PRECISION,
    grade TEXT,
    points_deducted DOUBLE PRECISION,
    excused BOOLEAN DEFAULT false NOT NULL,
    grader_id BIGINT,
    graded_at TIMESTAMP WITH TIME ZONE,
    old_score DOUBLE PRECISION,
    old_grade TEXT,
    old_excused BOOLEAN DEFAULT false NOT NULL,
    acting_user_id BIGINT,
    request_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grade_versions PRIMARY KEY (id),
    CONSTRAINT uq_grade_versions_submission_id_number UNIQUE (submission_id, number),
    CONSTRAINT fk_grade_versions_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT fk_grade_versions_course_id FOREIGN KEY(course_id) REFERENCES courses (id)
);

CREATE INDEX ix_grade_versions_course_created ON grade_versions (course_id, created_at);

CREATE TABLE moderation_events (
    id BIGSERIAL NOT NULL,
    assignment_id BIGINT NOT NULL,
    submission_id BIGINT,
    user_id BIGINT,
    event_type TEXT NOT NULL,
    payload JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_moderation_events PRIMARY KEY (id),
    CONSTRAINT fk_moderation_events_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderation_events_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id)
);

CREATE INDEX ix_moderation_events_assignment_id ON moderation_events (assignment_id);

CREATE TABLE override_versions (
    id BIGSERIAL NOT NULL,
    score_id BIGINT NOT NULL,
    enrollment_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    grading_period_id BIGINT,
    old_override_score DOUBLE PRECISION,
    override_score DOUBLE PRECISION,
    acting_user_id BIGINT,
    request_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_override_versions PRIMARY KEY (id),
    CONSTRAINT fk_override_versions_score_id FOREIGN KEY(score_id) REFERENCES scores (id),
    CONSTRAINT fk_override_versions_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollments (id),
    CONSTRAINT fk_override_versions_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_override_versions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_override_versions_course_created ON override_versions (course_id, created_at);

CREATE TABLE provisional_grades (
    id BIGSERIAL NOT NULL,
    course_id BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    assignment_id BIGINT NOT NULL,
    student_id BIGINT NOT NULL,
    scorer_id BIGINT NOT NULL,
    score DOUBLE PRECISION,
    grade TEXT,
    graded_at TIMESTAMP WITH TIME ZONE,
    final BOOLEAN DEFAULT false NOT NULL,
    source_provisional_grade_id BIGINT,
    graded_anonymously BOOLEAN,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_provisional_grades PRIMARY KEY (id),
    CONSTRAINT fk_provisional_grades_submission_id_assignment_id_student_id FOREIGN KEY(submission_id, assignment_id, student_id) REFERENCES submissions (id, assignment_id, user_id),
    CONSTRAINT uq_provisional_grades_id_assignment_id_student_id UNIQUE (id, assignment_id, student_id),
    CONSTRAINT fk_provisional_grades_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_provisional_grades_scorer_id FOREIGN KEY(scorer_id) REFERENCES users (id),
    CONSTRAINT fk_provisional_grades_source_provisional_grade_id FOREIGN KEY(source_provisional_grade_id) REFERENCES provisional_grades (id)
);

CREATE INDEX ix_provisional_grades_assignment ON provisional_grades (assignment_id, student_id);

CREATE UNIQUE INDEX uq_provisional_grades_final ON provisional_grades (submission_id) WHERE final;

CREATE UNIQUE INDEX uq_provisional_grades_scorer ON provisional_grades (submission_id, scorer_id) WHERE NOT final;

CREATE TABLE submission_attempts (
    id BIGSERIAL NOT NULL,
    submission_id BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    submission_type TEXT NOT NULL,
    body TEXT,
    url TEXT,
    attachment_ids JSONB,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cached_due_date TIMESTAMP WITH TIME ZONE,
    version BIGINT DEFAULT '0' NOT NULL,
    submitter_id BIGINT,
    CONSTRAINT pk_submission_attempts PRIMARY KEY (id),
    CONSTRAINT uq_submission_attempts_submission_id_attempt UNIQUE (submission_id, attempt),
    CONSTRAINT fk_submission_attempts_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE,
    CONSTRAINT fk_submission_attempts_submitter_id FOREIGN KEY(submitter_id) REFERENCES users (id)
);

CREATE TABLE submission_reads (
    id BIGSERIAL NOT NULL,
    submission_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    item VARCHAR(40) NOT NULL,
    unread BOOLEAN DEFAULT false NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_submission_reads PRIMARY KEY (id),
    CONSTRAINT ck_submission_reads_item CHECK (item in ('grade', 'comment', 'rubric')),
    CONSTRAINT uq_submission_reads_submission_id_user_id_item UNIQUE (submission_id, user_id, item),
    CONSTRAINT fk_submission_reads_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id) ON DELETE CASCADE,
    CONSTRAINT fk_submission_reads_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE moderated_students (
    id BIGSERIAL NOT NULL,
    assignment_id BIGINT NOT NULL,
    student_id BIGINT NOT NULL,
    selected_provisional_grade_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_moderated_students PRIMARY KEY (id),
    CONSTRAINT uq_moderated_students_assignment_id_student_id UNIQUE (assignment_id, student_id),
    CONSTRAINT fk_moderated_students_selected_provisional_grade_id_ass_d140 FOREIGN KEY(selected_provisional_grade_id, assignment_id, student_id) REFERENCES provisional_grades (id, assignment_id, student_id),
    CONSTRAINT fk_moderated_students_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT fk_moderated_students_student_id FOREIGN KEY(student_id) REFERENCES users (id)
);

CREATE TABLE rubric_assessments (
    id BIGSERIAL NOT NULL,
    rubric_id BIGINT NOT NULL,
    rubric_association_id BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    provisional_grade_id BIGINT,
    user_id BIGINT NOT NULL,
    assessor_id BIGINT,
    assessment_type TEXT DEFAULT 'grading' NOT NULL,
    score DOUBLE PRECISION,
    data JSONB NOT NULL,
    artifact_attempt BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    submission_id BIGINT NOT NULL,
    course_id BIGINT NOT NULL,
    author_id BIGINT,
    provisional_grade_id BIGINT,
    comment TEXT NOT NULL,
    attempt BIGINT,
    hidden BOOLEAN DEFAULT false NOT NULL,
    draft BOOLEAN DEFAULT false NOT NULL,
    group_comment_id TEXT,
    media_comment_id TEXT,
    media_comment_type TEXT,
    attachment_ids JSONB,
    is_grade_comment BOOLEAN DEFAULT false NOT NULL,
    written_with_grade BOOLEAN DEFAULT false NOT NULL,
    edited_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_submission_comments PRIMARY KEY (id),
    CONSTRAINT fk_submission_comments_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT fk_submission_comments_course_id FOREIGN KEY(course_id) REFERENCES courses (id),
    CONSTRAINT fk_submission_comments_author_id FOREIGN KEY(author_id) REFERENCES users (id),
    CONSTRAINT fk_submission_comments_provisional_grade_id FOREIGN KEY(provisional_grade_id) REFERENCES provisional_grades (id)
);

CREATE INDEX ix_submission_comments_provisional_grade_id ON submission_comments (provisional_grade_id);

CREATE INDEX ix_submission_comments_submission_id ON submission_comments (submission_id);

CREATE UNIQUE INDEX uq_submission_comments_grade_comment ON submission_comments (submission_id) WHERE is_grade_comment;

CREATE FUNCTION stamp_change() RETURNS trigger LANGUAGE plpgsql AS $$ begin new.changed := pg_current_xact_id()::text::bigint; return new; end $$;

CREATE TRIGGER stamp_new_submissions BEFORE INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION stamp_change();

CREATE TRIGGER stamp_submissions BEFORE UPDATE ON submissions FOR EACH ROW WHEN (new.changed = old.changed) EXECUTE FUNCTION stamp_change();

CREATE TRIGGER stamp_new_scores BEFORE INSERT ON scores FOR EACH ROW EXECUTE FUNCTION stamp_change();

CREATE TRIGGER stamp_scores BEFORE UPDATE ON scores FOR EACH ROW WHEN (new.changed = old.changed) EXECUTE FUNCTION stamp_change();

CREATE FUNCTION stamp_enrolled() RETURNS trigger LANGUAGE plpgsql AS $$ begin perform 1 from scores join written e on scores.course_id = e.course_id and scores.user_id = e.user_id and e.type in ('StudentEnrollment', 'StudentViewEnrollment') order by scores.id for update of scores; update scores set changed = changed from written e where scores.course_id = e.course_id and scores.user_id = e.user_id and e.type in ('StudentEnrollment', 'StudentViewEnrollment'); update submissions set changed = changed from written e where submissions.course_id = e.course_id and submissions.user_id = e.user_id and e.type in ('StudentEnrollment', 'StudentViewEnrollment'); return null; end $$;

CREATE FUNCTION stamp_moved() RETURNS trigger LANGUAGE plpgsql AS $$ begin if new.type in ('StudentEnrollment', 'StudentViewEnrollment') then perform 1 from scores where course_id = new.course_id and user_id = new.user_id order by id for update; update scores set changed = changed where course_id = new.course_id and user_id = new.user_id; update submissions set changed = changed where course_id = new.course_id and user_id = new.user_id; end if; return null; end $$;

CREATE TRIGGER stamp_new_enrollments AFTER INSERT ON enrollments REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION stamp_enrolled();

CREATE TRIGGER stamp_enrollments AFTER UPDATE OF workflow_state, course_section_id ON enrollments FOR EACH ROW EXECUTE FUNCTION stamp_moved();
