"""What a request says of a grading category (Schoology reference, 7)."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.requests import read_entry, read_integer, read_number, read_optional_id, read_text
from gradewire.core.scoring.schoology_course import CALCULATION_CODES, Calculation

MOST_DROPPED: Final = 10
CALCULATION_TYPES: Final[dict[Calculation, int]] = {name: code for code, name in CALCULATION_CODES.items()}
"""The number of each calculation on the wire."""


class CategoryChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are, or as a new category begins: by points, weight 100, nothing dropped."""

    title: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    """Its ``delta``, from 0."""
    calculation: Calculation | UnsetType = UNSET
    weight: float | UnsetType = UNSET
    drop_lowest: int | UnsetType = UNSET
    default_max_points: float | UnsetType = UNSET
    default_grading_scale_id: int | UnsetType = UNSET
    """0 for none."""


def read_category(sent: object) -> CategoryChanges:
    """
    Raises:
        Invalid: what cannot be read, or is out of bounds.
    """
    entry = read_entry(sent)
    code = read_integer(entry, "calculation_type", least=1, most=2)
    scale = "default_grading_scale_id" if "default_grading_scale_id" in entry else "default_grading_scale"
    return CategoryChanges(
        title=read_text(entry, "title"),
        position=read_integer(entry, "delta", least=0, most=1_000_000),
        calculation=UNSET if code is UNSET else CALCULATION_CODES[code],
        weight=read_number(entry, "weight", most=1e6),
        drop_lowest=read_integer(entry, "drop_lowest", least=0, most=MOST_DROPPED),
        default_max_points=read_number(entry, "default_max_points"),
        default_grading_scale_id=read_optional_id(entry, scale),
    )
