"""The grading scales of a section: the standards of its course and of the accounts above it, scales of points among them
(Schoology reference, 9)."""

from __future__ import annotations

from msgspec.structs import replace

from gradewire.actions.access import CourseAccess, course_access
from gradewire.actions.unit import Unit
from gradewire.core.errors import NotFound
from gradewire.core.permissions import READ
from gradewire.core.scoring.schoology_scales import Scale, average_levels, read_scale
from gradewire.store import grading_standards as rows


def list_for_section(unit: Unit, course_id: int) -> list[Scale]:
    """The scales that items of a section may have, by id. Letters rise and have the averages that are in force; points fall.

    Raises:
        NotFound: no such section.
        Denied: the caller may not see it.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return offered(unit, access)


def show(unit: Unit, course_id: int, scale_id: int) -> Scale:
    """One of them; raises what listing raises, and ``NotFound`` for an unknown one."""
    for scale in list_for_section(unit, course_id):
        if scale.id == scale_id:
            return scale
    raise NotFound


def offered(unit: Unit, access: CourseAccess) -> list[Scale]:
    """The same for a caller whose rights were judged."""
    rules = access.rules
    found = rows.offered(unit.connection, course_id=rules.course.id, account_ids=[one.id for one in rules.accounts])
    return [_shown(read_scale(one.id, one.title, one.data, one.scale)) for one in found]


def _shown(scale: Scale) -> Scale:
    levels = sorted(scale.points_levels, key=lambda level: level.points, reverse=True)
    return replace(scale, levels=average_levels(scale), points_levels=tuple(levels))
