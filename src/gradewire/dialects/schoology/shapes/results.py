"""What became of the entries of a write that has nothing else to tell of them."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.errors import DomainError
from gradewire.dialects.schoology.errors import failure

WRITTEN = 204


class Result(Struct):
    """One entry; ``message`` says why it failed."""

    response_code: int
    message: str | UnsetType = UNSET


def result(error: DomainError | None) -> Result:
    if error is None:
        return Result(WRITTEN)
    found = failure(error)
    return Result(found.status, found.text)
