"""Users."""

from __future__ import annotations

from typing import Any

from gradewire.actions import users
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.users import user


def show(call: Call, _params: None) -> dict[str, Any]:
    return user(call.read(lambda unit: users.show(unit, call.user_id(unit))))


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/users/:user_id",
        name="show_user",
        summary="Show a user; self is the caller",
        handler=show,
        tag="Users",
    ),
)
