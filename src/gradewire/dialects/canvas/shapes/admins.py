"""Somebody's role in an account."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.admins import AdminView
from gradewire.dialects.canvas.shapes.users import User, user


class Admin(Struct):
    id: int
    role: str
    role_id: int
    user: User
    workflow_state: str


def admin(view: AdminView) -> Admin:
    return Admin(view.id, view.role, view.role_id, user(view.user), view.workflow_state)
