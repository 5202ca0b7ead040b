"""All operations of the Schoology dialect. A new module of routes is added to this list and nowhere else."""

from __future__ import annotations

from gradewire.dialects.schoology.operations import Operation, collect
from gradewire.dialects.schoology.routes import multiget, oauth, roles, users

OPERATIONS: tuple[Operation, ...] = collect(
    multiget,
    oauth,
    roles,
    users,
)
