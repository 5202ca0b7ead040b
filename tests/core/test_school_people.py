"""People as Schoology names them."""

from __future__ import annotations

import pytest

from gradewire.core.school_people import BUILT_IN, SchoolRole, fitting_role, name_parts
from gradewire.core.schoology_extras import PersonExtras


@pytest.mark.parametrize(
    ("name", "extras", "first", "last", "display"),
    [
        ("James Howlett", {}, "James", "Howlett", "James Howlett"),
        ("Maria del Carmen Ruiz", {}, "Maria del Carmen", "Ruiz", "Maria del Carmen Ruiz"),
        ("Plato", {}, "", "Plato", "Plato"),
        ("x", {"name_first": "Mr.", "name_last": "Strickland"}, "Mr.", "Strickland", "Mr. Strickland"),
        (
            "x",
            {
                "name_first": "Ada",
                "name_last": "King",
                "name_title": "Dr.",
                "name_middle": "B.",
                "name_first_preferred": "Addie",
            },
            "Ada",
            "King",
            "Addie King",
        ),
        (
            "x",
            {
                "name_first": "Ada",
                "name_last": "King",
                "name_title": "Dr.",
                "name_title_show": True,
                "name_middle": "B.",
                "name_middle_show": True,
            },
            "Ada",
            "King",
            "Dr. Ada B. King",
        ),
    ],
)
def test_a_name_has_the_parts_that_were_given_or_its_words(
    name: str, extras: dict[str, object], first: str, last: str, display: str
) -> None:
    parts = name_parts(name, PersonExtras(**extras))  # type: ignore[arg-type]
    assert (parts.first, parts.last, parts.display) == (first, last, display)


def test_the_role_that_fits_is_named_so_else_agrees_in_being_faculty() -> None:
    assert [fitting_role(BUILT_IN, kind).title for kind in ("admin", "teacher", "student", "parent")] == [
        "School Admin",
        "Teacher",
        "Student",
        "Parent",
    ]
    own = [SchoolRole(7, "Guest", faculty=False, role_type=1), SchoolRole(8, "Staff", faculty=True, role_type=1)]
    assert [fitting_role(own, kind).id for kind in ("admin", "teacher", "student", "parent")] == [8, 8, 7, 7]
    assert fitting_role(own[:1], "teacher").id == 7
