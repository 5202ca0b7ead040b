"""A rubric as people read it: each criterion with its ratings and what an assessment says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gradewire.store.rubrics import AssociationRow


class Rating(Struct, frozen=True, kw_only=True):
    id: str
    description: str
    long_description: str
    points: float | None
    chosen: bool


class Criterion(Struct, frozen=True, kw_only=True):
    """A criterion with its mark. Points are ``None`` where the rubric hides them, or nothing is given yet."""

    id: str
    description: str
    long_description: str
    possible: float | None
    scored: bool
    """Whether its points count in the sum."""
    by_range: bool
    ratings: list[Rating]
    points: float | None
    rating: str
    """What the mark says in words."""
    comments: str
    assessed: bool


class Sheet(Struct, frozen=True, kw_only=True):
    """A rubric in use, filled in or not."""

    association_id: int
    title: str
    for_grading: bool
    hides_points: bool
    free_form: bool
    criteria: list[Criterion]
    score: float | None
    possible: float | None
    assessed: bool


def sheet(
    association: AssociationRow, data: Sequence[Mapping[str, Any]] | None, score: float | None, *, hides_points: bool = False
) -> Sheet:
    """The rubric with this assessment in it, ``data`` as it was written; ``None``: with none. ``hides_points``: for a reader
    who sees none of a rubric without points."""
    marks = {str(row.get("criterion_id")): row for row in data or ()}
    return Sheet(
        association_id=association.id,
        title=association.title or association.rubric_title,
        for_grading=association.use_for_grading,
        hides_points=hides_points,
        free_form=association.free_form_criterion_comments,
        criteria=[_criterion(one, marks.get(str(one["id"])), hides_points=hides_points) for one in association.criteria],
        score=None if hides_points or association.hide_score_total else score,
        possible=None if hides_points else association.points_possible,
        assessed=data is not None,
    )


def _criterion(criterion: Mapping[str, Any], mark: Mapping[str, Any] | None, *, hides_points: bool) -> Criterion:
    chosen = None if mark is None or mark.get("id") is None else str(mark["id"])
    points = None if mark is None or hides_points else mark.get("points")
    comments = "" if mark is None else mark.get("comments") or ""
    return Criterion(
        id=str(criterion["id"]),
        description=criterion.get("description") or "Criterion",
        long_description=criterion.get("long_description") or "",
        possible=None if hides_points else criterion.get("points"),
        scored=not criterion.get("ignore_for_scoring"),
        by_range=bool(criterion.get("criterion_use_range")),
        ratings=[
            Rating(
                id=str(one.get("id")),
                description=one.get("description") or "",
                long_description=one.get("long_description") or "",
                points=None if hides_points else one.get("points"),
                chosen=chosen is not None and str(one.get("id")) == chosen,
            )
            for one in criterion.get("ratings") or ()
        ],
        points=points,
        rating="" if mark is None else mark.get("description") or "",
        comments=comments,
        assessed=mark is not None and (chosen is not None or mark.get("points") is not None or bool(comments)),
    )
