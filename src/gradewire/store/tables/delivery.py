"""What leaves the server and what is done later: subscriptions, the outbox, deliveries, jobs and their progress."""

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

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    key(),
    ref("account_id", "accounts", null=True),
    ref("course_id", "courses", null=True),
    text("name"),
    document("events", null=False),  # event names
    *one_of("format", "canvas", "caliper", default="canvas"),
    *one_of("nulls", "explicit", "compact", default="explicit"),
    flag("withhold_unposted"),
    document("target", null=False),  # {"kind": "file", "path": ...} | {"kind": "stdout"} | ...
    moment("failing_since", null=True),  # since when the target has taken nothing, if it was asked to
    text("disabled_reason", null=True),  # why it was switched off by itself
    *state("active", "disabled", "deleted", default="active"),
    *stamps(),
    sa.UniqueConstraint("name"),
    sa.CheckConstraint("(account_id is null) <> (course_id is null)", name="one_scope"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    key(),
    sa.Column("event_id", sa.String(36), nullable=False),  # one UUID for life
    text("name"),
    whole("course_id"),
    whole("student_id"),
    flag("muted"),
    moment("occurred_at"),
    text("canvas"),  # the finished message, nulls explicit
    text("caliper", null=True),  # the finished GradeEvent; its envelope is made at sending
    flag("routed"),
    sa.UniqueConstraint("event_id"),
    sa.Index("ix_outbox_occurred_at", "occurred_at"),
    sqlite_autoincrement=True,  # an id is never used again, even after old rows were removed
)
sa.Index(
    "ix_outbox_unrouted",
    outbox.c.id,
    postgresql_where=sa.not_(outbox.c.routed),
    sqlite_where=sa.not_(outbox.c.routed),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    key(),
    ref("subscription_id", "subscriptions"),
    ref("outbox_id", "outbox", cascade=True, index=True),
    whole("course_id"),
    whole("student_id"),
    *state("waiting", "delivered", "dead", default="waiting"),
    whole("attempts", default="0"),
    moment("due_at"),
    text("claimed_by", null=True),
    moment("claimed_until", null=True),
    moment("delivered_at", null=True),
    text("last_error", null=True),
    sa.UniqueConstraint("subscription_id", "outbox_id"),
)
sa.Index(
    "ix_deliveries_waiting",
    deliveries.c.subscription_id,
    deliveries.c.course_id,
    deliveries.c.student_id,
    deliveries.c.outbox_id,
    postgresql_where=deliveries.c.workflow_state == "waiting",
    sqlite_where=deliveries.c.workflow_state == "waiting",
)

sa.Index(
    "ix_deliveries_dead",
    deliveries.c.subscription_id,
    deliveries.c.outbox_id,
    postgresql_where=deliveries.c.workflow_state == "dead",
    sqlite_where=deliveries.c.workflow_state == "dead",
)

progresses = sa.Table(
    "progresses",
    metadata,
    key(),
    text("context_type"),
    whole("context_id"),
    ref("user_id", "users", null=True),
    text("tag"),
    number("completion"),
    *state("queued", "running", "completed", "failed", default="queued"),
    text("message", null=True),
    document("results"),
    *stamps(),
)

jobs = sa.Table(
    "jobs",
    metadata,
    key(),
    text("tag"),  # Class#method in Canvas's spelling, as events show it
    document("arguments", null=False),
    ref("progress_id", "progresses", null=True),
    *state("queued", "running", "done", "failed", default="queued"),
    whole("attempts", default="0"),
    moment("run_at"),
    text("claimed_by", null=True),
    moment("claimed_until", null=True),
    text("last_error", null=True),
    *stamps(),
    sa.Index("ix_jobs_ready", "workflow_state", "run_at"),
)
