"""Files that people handed in or attached to a comment: what is known of them here; their bytes are in the file storage."""

from __future__ import annotations

import sqlalchemy as sa

from gradewire.store.tables.columns import key, metadata, moment, one_of, ref, stamps, state, text, whole

attachments = sa.Table(
    "attachments",
    metadata,
    key(),
    ref("root_account_id", "accounts"),
    ref("user_id", "users", index=True),  # who uploaded it
    *one_of("purpose", "submission", "comment"),
    ref("assignment_id", "assignments", null=True, index=True),
    ref("student_id", "users", null=True),  # for whose submission it was uploaded
    text("uuid"),  # the name of the object in the file storage, and the verifier in links
    text("filename"),
    text("display_name"),
    text("content_type"),
    whole("size", null=True),
    text("sha256", null=True),
    text("upload_digest", null=True),  # SHA-256 of the secret that lets somebody send the bytes, until they are there
    moment("upload_until", null=True),
    moment("attached_at", null=True),  # when it was first handed in or commented with; without, it may be cleaned away
    *state("pending", "available", "deleted", default="pending"),
    *stamps(),
    sa.UniqueConstraint("uuid"),
)
