"""The calculations that there are, by name and version. A course records one of them when it is created.

A release that would move a stored grade adds a version here and keeps the old one; a course moves to it only when somebody asks
(``gradewire recompute --calculation-version``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gradewire.core.errors import Refused

VERSIONS: Final[Mapping[str, tuple[int, ...]]] = {"canvas": (1,), "schoology": (1,)}
"""The versions of each calculation that this release can compute, the newest last."""


def newest(calculation: str) -> int:
    """The version that new courses get."""
    return VERSIONS[calculation][-1]


def check(calculation: str, version: int) -> None:
    """Make sure that the scores of such a course can be computed here.

    Raises:
        Refused: by a newer release, or by one that does not exist.
    """
    known = VERSIONS.get(calculation, ())
    if version not in known:
        listed = ", ".join(str(number) for number in known) or "none"
        raise Refused(
            "calculation_version",
            f"The scores of this course are pinned to version {version} of the {calculation} calculation, and this release of"
            f" Gradewire computes {listed}. Nothing was computed: use a release that knows the version, or choose one with"
            " gradewire recompute --calculation-version.",
        )
