"""What files may refer to, by id or by text, and the telling of references that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gradewire.actions.institution.book import Book, File
from gradewire.core.institution.people import Ref


class Names:
    """The things of one kind that can be meant in one place. What the files define comes before what is in the database."""

    def __init__(self, kind: str, *above: Names) -> None:
        self.kind = kind
        self.above = above
        """Where to look when nothing is found here: the account of a course, the account above it."""
        self._files: dict[str, set[int]] = {}
        self._database: dict[str, set[int]] = {}
        self._ids: set[int] = set()

    def define(self, number: int, *texts: str | None) -> None:
        """A thing of the files with everything it may be called."""
        self._ids.add(number)
        for text in texts:
            if text is not None:
                self._files.setdefault(text, set()).add(number)

    def know(self, number: int, *texts: str | None) -> None:
        """A thing of the database."""
        self._ids.add(number)
        for text in texts:
            if text is not None:
                self._database.setdefault(text, set()).add(number)

    def find(self, ref: Ref) -> set[int]:
        """The ids of all things that may be meant; one, if all is well."""
        if isinstance(ref, int):
            found = {ref} if ref in self._ids else set()
        else:
            found = self._files.get(ref) or self._database.get(ref) or set()
        for names in self.above:
            if found:
                break
            found = names.find(ref)
        return found

    def resolve(self, book: Book, file: File, thing: Struct | None, field: str, ref: Ref | None) -> int | None:
        """The id that ``ref`` means; ``None`` for no reference, and for one that is told as a problem."""
        if ref is None:
            return None
        found = self.find(ref)
        if len(found) == 1:
            return next(iter(found))
        said = f"the id {ref}" if isinstance(ref, int) else repr(ref)
        if found:
            book.complain(file, thing, field, f"{said} may mean several {self.kind}s; say the id")
        else:
            book.complain(file, thing, field, f"there is no {self.kind} {said}")
        return None

    def missing(self, refs: Iterable[Any]) -> set[Ref]:
        """Those references that nothing known so far answers."""
        return {ref for ref in refs if ref is not None and not self.find(ref)}
