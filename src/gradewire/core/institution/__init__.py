"""The institution file: one YAML format for accounts, people, courses and grades. Demos, tests and sandboxes are written in it.

The declarations here are the format. ``checks`` has the rules that need no database, ``schema`` the published description,
``gradewire.actions.institution`` the loading.
"""

from __future__ import annotations

from typing import Literal

from gradewire.core.documents import Document
from gradewire.core.documents import read as read_document
from gradewire.core.institution.courses import Course
from gradewire.core.institution.people import Account, GradingPeriodSet, Term, User
from gradewire.core.institution.schoology import CatalogCourse
from gradewire.core.institution.things import Thing


class Institution(Thing, frozen=True, kw_only=True):
    """What a file may hold. Every list may be left out: what a file refers to may be in another file, or in the database."""

    format: Literal[1] = 1
    """The version of this format."""
    accounts: tuple[Account, ...] = ()
    """Accounts."""
    users: tuple[User, ...] = ()
    """People."""
    grading_period_sets: tuple[GradingPeriodSet, ...] = ()
    """Sets of grading periods."""
    terms: tuple[Term, ...] = ()
    """Enrolment terms."""
    catalog_courses: tuple[CatalogCourse, ...] = ()
    """Entries of the course catalogue."""
    courses: tuple[Course, ...] = ()
    """Courses."""


def read(name: str, data: bytes) -> Document[Institution]:
    """Read an institution file.

    Raises:
        BadDocuments: it is not YAML, or not of this format; every problem with its line.
    """
    return read_document(name, data, Institution)
