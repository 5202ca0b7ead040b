"""The places of a course, as the navigation on each of its pages lists them: those that the reader may open."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.access import CourseAccess
from gradewire.core.permissions import (
    MANAGE_ACCOUNT,
    MANAGE_ASSIGNMENTS,
    MANAGE_COURSE,
    MANAGE_GRADES,
    READ,
    VIEW_ALL_GRADES,
    VIEW_AUDIT_TRAIL,
)


class Stop(Struct, frozen=True):
    """A place: its name, the end of its path below the course's, and the rights of which any one opens it."""

    name: str
    end: str
    rights: tuple[str, ...]


STOPS = (
    Stop("Overview", "", (READ,)),
    Stop("Gradebook", "/gradebook", (MANAGE_GRADES, VIEW_ALL_GRADES)),
    Stop("Grades", "/grades", (READ,)),
    Stop("Moderation", "/moderation", (MANAGE_GRADES, VIEW_ALL_GRADES)),
    Stop("Assignments", "/assignment_groups", (MANAGE_ASSIGNMENTS,)),
    Stop("History", "/history", (VIEW_AUDIT_TRAIL,)),
    Stop("Events", "/events", (MANAGE_ACCOUNT,)),
    Stop("Settings", "/settings", (MANAGE_COURSE, MANAGE_GRADES)),
)


def stops(access: CourseAccess) -> list[tuple[str, str]]:
    """Name and path of each place that is open to the reader."""
    here = f"/courses/{access.rules.course.id}"
    return [(stop.name, here + stop.end) for stop in STOPS if access.has(*stop.rights)]
