"""People as Schoology names them: the parts of a name, and the role that fits somebody who was given none (reference, 10.3)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.core.schoology_extras import PersonExtras


class NameParts(Struct, frozen=True):
    """A name in parts, with what is displayed."""

    title: str
    title_show: bool
    first: str
    preferred: str
    middle: str
    middle_show: bool
    last: str
    display: str


def name_parts(name: str, extras: PersonExtras) -> NameParts:
    """The parts that were given, or those that the words of the name suggest: the last word is the last name.

    What is displayed is title and middle name where they are to be shown, the preferred first name before the other.
    """
    first, last = extras.name_first, extras.name_last
    display = name.strip()
    if first or last:
        shown = [
            extras.name_title if extras.name_title_show else "",
            extras.name_first_preferred or first,
            extras.name_middle if extras.name_middle_show else "",
            last,
        ]
        display = " ".join(part for part in shown if part) or display
    else:
        first, _, last = display.rpartition(" ")
    return NameParts(
        title=extras.name_title,
        title_show=extras.name_title_show,
        first=first.strip(),
        preferred=extras.name_first_preferred,
        middle=extras.name_middle,
        middle_show=extras.name_middle_show,
        last=last,
        display=display,
    )


class SchoolRole(Struct, frozen=True):
    """A role that Schoology clients see. Rights do not depend on it."""

    id: int
    title: str
    faculty: bool
    role_type: int


BUILT_IN: tuple[SchoolRole, ...] = (
    SchoolRole(1, "School Admin", faculty=True, role_type=1),
    SchoolRole(2, "Teacher", faculty=True, role_type=1),
    SchoolRole(3, "Student", faculty=False, role_type=1),
    SchoolRole(4, "Parent", faculty=False, role_type=1),
)
"""The roles of an institution that has defined none."""

_WORDS = {"admin": ("admin",), "teacher": ("teacher", "instructor"), "student": ("student", "learner"), "parent": ("parent",)}


def fitting_role(roles: Sequence[SchoolRole], kind: str) -> SchoolRole:
    """The role for an ``admin``, ``teacher``, ``student`` or ``parent`` who was given none: the one whose title says so, else
    the first that agrees in being faculty or not, else the first."""
    for role in roles:
        if any(word in role.title.lower() for word in _WORDS[kind]):
            return role
    faculty = kind in {"admin", "teacher"}
    return next((role for role in roles if role.faculty == faculty), roles[0])
