"""Progress of long work."""

from __future__ import annotations

from gradewire.actions import progresses
from gradewire.dialects.canvas.call import Call
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.progress import Progress, progress


def show(call: Call, _params: None) -> Progress:
    return progress(call.read(lambda unit: progresses.show(unit, call.number("progress_id"))), call.base_url)


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
)
