"""The audit trail of an assignment. Our own, in Canvas's style."""

from __future__ import annotations

from gradewire.actions import audit_events as actions
from gradewire.dialects.canvas.call import Call, Listing
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.shapes.audit_events import AuditEvents, audit_events


def index(call: Call, _params: None) -> Listing:
    page = call.page
    found = call.read(
        lambda unit: actions.list_for_assignment(
            unit, call.course_id(unit), call.assignment_id(unit), offset=page.offset, limit=page.limit
        )
    )
    shape = audit_events(found)
    return Listing(shape.audit_events, total=found.total, under="audit_events", beside={"users": shape.users})


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/courses/:course_id/assignments/:assignment_id/audit_events",
        name="list_audit_events",
        summary="List what happened around an anonymous or moderated assignment, with who did it",
        description="Our own. Closed while students are anonymised, or graders hidden from the caller.",
        handler=index,
        returns=AuditEvents,
        paginated=True,
        tag="Moderated grading",
    ),
)
