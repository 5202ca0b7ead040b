"""What came in from outside in one piece: SIS imports, previews of gradebook imports, and keys of repeated requests."""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import document, key, metadata, moment, number, ref, stamps, state, text, whole

sis_imports = sa.Table(
    "sis_imports",
    metadata,
    key(),
    ref("root_account_id", "accounts", index=True),
    ref("user_id", "users", null=True),
    ref("progress_id", "progresses", null=True),
    document("options", null=False),
    document("data"),  # counts by kind, supplied batches
    number("progress", null=False, default="0"),
    moment("started_at", null=True),
    moment("ended_at", null=True),
    *state(
        "initializing",
        "created",
        "importing",
        "cleanup_batch",
        "imported",
        "imported_with_messages",
        "aborted",
        "failed",
        "failed_with_messages",
        default="created",
    ),
    *stamps(),
)

sis_import_files = sa.Table(
    "sis_import_files",
    metadata,
    key(),
    ref("sis_import_id", "sis_imports", cascade=True, index=True),
    text("name"),
    text("kind", null=True),  # of a piece that is ready to be applied; an upload as it came has none
    sa.Column("content", sa.LargeBinary, nullable=False),
)

sis_import_errors = sa.Table(
    "sis_import_errors",
    metadata,
    key(),
    ref("sis_import_id", "sis_imports", cascade=True, index=True),
    text("file", null=True),
    text("message"),
    whole("row", null=True),
    text("row_info", null=True),
    moment("created_at"),
)

gradebook_imports = sa.Table(
    "gradebook_imports",
    metadata,
    key(),
    ref("course_id", "courses", index=True),
    ref("user_id", "users"),
    text("token_digest"),  # SHA-256 of the preview token
    document("changes", null=False),  # exactly what will be written, with what it was decided on
    document("summary", null=False),
    ref("progress_id", "progresses", null=True),
    moment("expires_at"),
    *state("previewed", "applied", "stale", default="previewed"),
    *stamps(),
    sa.UniqueConstraint("token_digest"),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    key(),
    ref("user_id", "users"),
    text("key"),
    text("fingerprint"),  # SHA-256 of method, path, query and body
    whole("status", null=True),  # null while the first request is still at work
    document("headers"),
    sa.Column("body", sa.LargeBinary, nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("user_id", "key"),
    sa.Index("ix_idempotency_keys_created_at", "created_at"),
)
