"""Accounts, people, how they sign in, and what they may do in an account."""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import (
    document,
    flag,
    key,
    metadata,
    moment,
    one_of,
    ref,
    stamps,
    state,
    text,
    whole,
)

accounts = sa.Table(
    "accounts",
    metadata,
    key(),
    ref("parent_account_id", "accounts", null=True, index=True),
    ref("root_account_id", "accounts", null=True, index=True),  # its own id for a root account
    text("name"),
    text("uuid"),
    text("lti_guid", null=True),
    text("sis_account_id", null=True),
    text("time_zone", null=True),
    # 0 is the built-in default scheme
    whole("default_grading_standard_id", null=True),
    flag("restrict_grading_scheme_editing_to_admins"),
    flag("final_grades_override", default=True),
    flag("grade_calc_ignore_unposted_anonymous"),
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("root_account_id", "sis_account_id"),
    sa.UniqueConstraint("uuid"),
)

users = sa.Table(
    "users",
    metadata,
    key(),
    ref("root_account_id", "accounts", index=True),
    text("name"),
    text("sortable_name"),
    text("short_name"),
    text("pronouns", null=True),
    text("email", null=True),
    text("time_zone", null=True),
    text("locale", null=True),
    flag("fake_student"),
    ref("school_role_id", "school_roles", null=True),  # Schoology's role; without it, one that fits the enrolments
    document("schoology"),  # what only that dialect shows of a person: parts of the name, title, parents
    *state("registered", "suspended", "deleted", default="registered"),  # a suspended person stays in the courses, locked out
    *stamps(),
)

logins = sa.Table(
    "logins",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    ref("account_id", "accounts"),
    text("unique_id"),
    text("sis_user_id", null=True),
    text("integration_id", null=True),
    text("password_hash", null=True),  # argon2id; null: this login cannot sign in with a password
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("account_id", "unique_id"),
    sa.UniqueConstraint("account_id", "sis_user_id"),
    sa.UniqueConstraint("account_id", "integration_id"),
)

roles = sa.Table(
    "roles",
    metadata,
    key(),
    ref("account_id", "accounts"),
    text("name"),  # a built-in name (`TeacherEnrollment`, `AccountAdmin` ...) changes that role's rights in the account
    *one_of(
        "base_role_type",
        "StudentEnrollment",
        "ObserverEnrollment",
        "DesignerEnrollment",
        "TaEnrollment",
        "TeacherEnrollment",
        "AccountMembership",
        "AccountAdmin",
    ),
    document("permissions", null=False),  # {right: bool}, over the defaults of core.permissions
    *state("active", "inactive", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("account_id", "name"),
)

account_users = sa.Table(
    "account_users",
    metadata,
    key(),
    ref("account_id", "accounts", index=True),
    ref("user_id", "users", index=True),
    ref("role_id", "roles", null=True),  # null: the built-in AccountAdmin
    *state("active", "deleted", default="active"),
    *stamps(),
)
sa.Index(
    "uq_account_users_membership",
    account_users.c.account_id,
    account_users.c.user_id,
    sa.func.coalesce(account_users.c.role_id, 0),
    unique=True,
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    text("digest"),  # SHA-256 of the token, hex; tokens are 256 random bits, so no salt is needed
    text("hint"),
    text("purpose", null=True),
    document("scopes"),  # null: everything the user may
    whole("developer_key_id", null=True),
    whole("tool_id", null=True),  # of a tool that scores by itself: its grades have no grader
    moment("expires_at", null=True),
    moment("revoked_at", null=True),
    moment("last_used_at", null=True),
    *stamps(),
    sa.UniqueConstraint("digest"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # SHA-256 of the cookie's secret
    ref("user_id", "users", index=True),
    ref("login_id", "logins", null=True),
    text("public_id"),  # what events say as session_id
    text("csrf_token"),
    text("user_agent", null=True),  # of the browser, as it calls itself
    text("method", null=True),  # password or provider
    moment("used_at", null=True),  # noted every few minutes
    moment("expires_at"),
    moment("created_at"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
)

consumers = sa.Table(
    "consumers",
    metadata,
    key(),
    ref("account_id", "accounts", index=True),
    text("name"),
    text("key"),
    text("secret_encrypted"),  # readable to the server: HMAC-SHA1 needs the secret itself
    ref("user_id", "users", null=True),  # whose key it is; null: an application, which acts for users by three legs
    document("callback_urls"),  # of an application: where approval may lead back to
    *state("active", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("key"),
)

oauth_tokens = sa.Table(
    "oauth_tokens",
    metadata,
    key(),
    ref("consumer_id", "consumers", index=True),
    ref("user_id", "users", null=True, index=True),  # who approved
    *one_of("kind", "request", "access"),
    text("token"),
    text("secret_encrypted"),
    text("callback_url", null=True),
    moment("approved_at", null=True),
    moment("expires_at", null=True),
    moment("revoked_at", null=True),
    *stamps(),
    sa.UniqueConstraint("token"),
)

oauth_nonces = sa.Table(
    "oauth_nonces",
    metadata,
    ref("consumer_id", "consumers"),
    sa.Column("token", sa.String(64), nullable=False),  # "" for two-legged calls
    whole("timestamp"),
    sa.Column("nonce_digest", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("consumer_id", "token", "timestamp", "nonce_digest"),
)

school_roles = sa.Table(
    "school_roles",
    metadata,
    key(),
    ref("root_account_id", "accounts", index=True),
    text("title"),
    flag("faculty"),
    whole("role_type", default="1"),
    *stamps(),
    sa.UniqueConstraint("root_account_id", "title"),
)

server_secrets = sa.Table(
    "server_secrets",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    text("value"),
    moment("created_at"),
)
