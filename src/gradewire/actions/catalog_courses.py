"""The course catalogue, which a course is entered in when it is made, so that Schoology clients find a course above every
section."""

from __future__ import annotations

from gradewire.actions.unit import Unit
from gradewire.store import catalog_courses as rows


def entry_for(unit: Unit, *, root_account_id: int, account_id: int, course_code: str, title: str) -> int:
    """The catalogue entry of a new course: that of its code, made if there is none. Rights were judged with the course's."""
    found = rows.by_code(unit.connection, root_account_id, course_code)
    if found is not None:
        return found
    return rows.add(
        unit.connection,
        root_account_id=root_account_id,
        account_id=account_id,
        title=title,
        course_code=course_code,
        now=unit.now,
    )
