"""Progress of long work."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from gradewire.actions import progresses
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.progress import Progress, progress


class CancelParams(Struct):
    message: Annotated[str, Meta(description="Tells cancelled work from work that failed")] | UnsetType | None = UNSET


def show(call: Call, _params: None) -> Progress:
    return progress(call.read(lambda unit: progresses.show(unit, call.number("progress_id"))), call.base_url)


def cancel(call: Call, params: CancelParams) -> Progress:
    message = params.message or None
    return progress(call.write(lambda unit: progresses.cancel(unit, call.number("progress_id"), message)), call.base_url)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/progress/:progress_id",
        name="show_progress",
        summary="Tell how far long work has come",
        handler=show,
        returns=Progress,
        tag="Progress",
    ),
    Operation(
        method="POST",
        path="/api/v1/progress/:progress_id/cancel",
        name="cancel_progress",
        summary="Give up long work that has not begun",
        handler=cancel,
        params=CancelParams,
        returns=Progress,
        writes=True,
        tag="Progress",
    ),
)
