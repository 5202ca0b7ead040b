"""Several entries in one write: ``{"plural": {"singular": [...]}}``, answered by one result per entry (reference, 3.4).

A handler takes the entries with ``entries``, does each with ``each`` (or all with one action, which is better where there is
one), and answers ``Answer(..., status=207)``. What is wrong with one entry is told in its result and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from gradewire.core.errors import DomainError, Malformed
from gradewire.dialects.schoology.errors import failure
from gradewire.dialects.schoology.params import S, read

T = TypeVar("T")
V = TypeVar("V")

MOST_ENTRIES = 50


class Failed(Struct, frozen=True):
    """The result of an entry that could not be done."""

    response_code: int
    message: str


def entries(body: Mapping[str, Any], plural: str, singular: str, *, most: int = MOST_ENTRIES) -> list[Any] | None:
    """The entries of a body that has this wrapper; ``None`` for another body, which may be a single object.

    Raises:
        Malformed: the wrapper holds something else, or too many.
    """
    if plural not in body:
        return None
    inside = body[plural]
    if inside in ("", None):
        return []
    found = inside.get(singular, []) if isinstance(inside, dict) else inside
    if isinstance(found, dict):
        found = [found]
    if found in ("", None):
        return []
    if not isinstance(found, list) or (isinstance(inside, dict) and singular not in inside):
        raise Malformed(f"{plural} has no {singular}.")
    if len(found) > most:
        raise Malformed(f"At most {most} of {singular} are taken at once.")
    return found


def each(found: Sequence[Any], kind: type[S], work: Callable[[S], T]) -> list[T | Failed]:
    """Read and do the entries one after the other, each in transactions of its own."""
    results: list[T | Failed] = []
    for entry in found:
        try:
            if not isinstance(entry, dict):
                raise Malformed("This entry is not an object.")
            results.append(work(read(entry, kind)))
        except DomainError as error:
            results.append(failed(error))
    return results


def each_sent(found: Sequence[V], work: Callable[[V], T]) -> list[T | Failed]:
    """The same of entries that an action reads itself, or of ids."""
    results: list[T | Failed] = []
    for one in found:
        try:
            results.append(work(one))
        except DomainError as error:
            results.append(failed(error))
    return results


def ids_of(found: Sequence[int], *, most: int = MOST_ENTRIES) -> list[int]:
    """The ids that a query string names, each once.

    Raises:
        Malformed: none, or too many.
    """
    ids = list(dict.fromkeys(found))
    if not ids:
        raise Malformed("No ids are named.")
    if len(ids) > most:
        raise Malformed(f"At most {most} ids are taken at once.")
    return ids


def failed(error: DomainError) -> Failed:
    """The result of an entry that was refused."""
    found = failure(error)
    return Failed(found.status, found.text)
