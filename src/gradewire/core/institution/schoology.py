"""What an institution file says for Schoology clients: scales, school roles, the course catalogue, comments on final grades.

The text below a field is its documentation: it becomes the JSON Schema and the tables of ``docs/institution-files.md``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from gradewire.core.institution.things import Id, Name, Ref, Thing, Word


class ScaleLevel(Thing, frozen=True, kw_only=True):
    """A level of a scale of points."""

    points: Annotated[float, Meta(ge=0, le=1e12)]
    """The points."""
    description: str = ""
    """What they stand for."""


class GradingScale(Thing, frozen=True, kw_only=True):
    """What a Schoology grading scale has beyond the grading standard that it is."""

    kind: Literal["percent", "points"] = "percent"
    """Letters with bounds in percent, or points with descriptions, which Canvas clients do not see."""
    averages: dict[str, Annotated[float, Meta(ge=0, le=1e11)]] = field(default_factory=dict)
    """What letters are worth when they are given as grades, in percent; a letter that is not named is worth its bound."""
    auto_averaging: bool = False
    """Whether letters are worth the middles of their ranges instead."""
    hide_numeric: bool = False
    """Whether students see letters only."""
    levels: tuple[ScaleLevel, ...] = ()
    """The levels of a scale of points."""


class SchoolRole(Thing, frozen=True, kw_only=True):
    """A role that Schoology clients see of people. Rights do not depend on it."""

    title: Name
    """Its title. Without an id, it is known by its title in its root account."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    faculty: bool = False
    """Whether people with it work at the school."""
    role_type: Annotated[int, Meta(ge=1, le=2)] = 1
    """The number of its kind."""


class CatalogCourse(Thing, frozen=True, kw_only=True):
    """What Schoology calls a course: an entry of the catalogue. The courses of a file are sections of one. Courses that name
    none get one with their own course code."""

    title: Name
    """Its title."""
    course_code: Word
    """Its code, unique in the root account; by it, an entry without an id is known."""
    id: Id | None = None
    """Its id."""
    key: Word | None = None
    """A word by which files refer to it."""
    account: Ref | None = None
    """The account it belongs to, Schoology's building; needed only where there are several root accounts."""
    description: str | None = None
    """What it is about."""
    schoology: dict[str, Any] | None = None
    """What only Schoology clients see: `department`, `credits`, `subject_area`, `grade_level_range_start` and `_end`."""
    workflow_state: Literal["active", "deleted"] = "active"
    """Its state."""


class GradingGroup(Thing, frozen=True, kw_only=True):
    """Students of a course to whom Schoology teachers assign items together."""

    title: Name
    """Its title; without an id, it is known by its title in the course."""
    id: Id | None = None
    """Its id."""
    members: tuple[Id, ...] = ()
    """The ids of the enrolments."""


class FinalComment(Thing, frozen=True, kw_only=True):
    """A comment on the grade of a grading period or of the course. Known by what it is on."""

    comment: Annotated[str, Meta(min_length=1)]
    """Its text."""
    id: Id | None = None
    """Its id."""
    grading_period: Ref | None = None
    """The grading period; without it, the course grade."""
    visible: bool = False
    """Whether the student sees it."""
    author: Ref | None = None
    """Who wrote it."""
