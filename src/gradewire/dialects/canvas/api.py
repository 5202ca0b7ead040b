"""All operations of the Canvas dialect. A new module of routes is added to this list and nowhere else."""

from __future__ import annotations

from gradewire.dialects.canvas.operations import Operation, collect
from gradewire.dialects.canvas.routes import grading_standards, users

OPERATIONS: tuple[Operation, ...] = collect(grading_standards, users)
