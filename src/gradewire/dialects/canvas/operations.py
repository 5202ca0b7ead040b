"""The operations of the Canvas API as data: one value per route, from which come the routes, the token scopes and the docs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import msgspec

_PLACEHOLDER = re.compile(r":([a-z][a-z0-9_]*)")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})

Handler = Callable[[Any, Any], Any]
"""(call, params) -> answer. ``call`` carries who asks and the path; ``params`` is the declared struct, filled."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb on one path.

    ``path`` is in Canvas's form, ``/api/v1/courses/:course_id/...``, because the scope of a token spells it so. ``name`` is
    unique and becomes the operation id, ``tag`` the heading in the documentation. ``returns`` is the type of the answer (for a
    paginated operation, of the whole page: ``list[...]``), or a tuple of types. ``refuses`` names statuses beside the usual
    ones: with 304 or 412 among them it answers an ``ETag`` and heeds ``If-None-Match`` or ``If-Match``. ``refusals`` are the
    shapes, by status, in which this operation alone refuses. ``quick`` marks a write so short that, on SQLite, the event loop
    does it itself together with its neighbours. ``takes_file`` marks one whose body is or carries a file to import, as the
    parameter ``attachment``; it may be larger than others. ``media_type`` is that of an answer which is no JSON.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler = field(repr=False)
    params: type[msgspec.Struct] | None = None
    returns: Any = None
    writes: bool = False
    quick: bool = False
    paginated: bool = False
    public: bool = False
    takes_file: bool = False
    media_type: str = "application/json"
    status: int = 200
    refuses: tuple[int, ...] = ()
    refusals: Mapping[int, Any] = field(default_factory=dict)
    invalid: int = 400
    """The status of a record that breaks its rules."""
    tag: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if self.method not in _METHODS:
            raise ValueError(f"{self.name}: unknown method {self.method}")
        if not self.path.startswith("/") or self.path.endswith("/") or re.search(r"[{}\s]|//", self.path):
            raise ValueError(f"{self.name}: {self.path} is not a path of the form /api/v1/courses/:course_id")
        if len(set(self.placeholders)) != len(self.placeholders):
            raise ValueError(f"{self.name}: a placeholder repeats in {self.path}")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"{self.name!r} is not a name like list_submissions")
        if self.writes and self.method == "GET":
            raise ValueError(f"{self.name}: a GET does not write")

    @cached_property
    def scope(self) -> str:
        """What a token must carry to call this, if it carries scopes at all."""
        return f"url:{self.method}|{self.path}"

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The names in the path, in their order."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @cached_property
    def litestar_path(self) -> str:
        """The path as Litestar wants it."""
        return _PLACEHOLDER.sub(r"{\1:str}", self.path)

    @cached_property
    def openapi_path(self) -> str:
        """The path as OpenAPI wants it."""
        return _PLACEHOLDER.sub(r"{\1}", self.path)

    @cached_property
    def shape(self) -> str:
        """The path without the names in it: two operations of one shape would answer the same requests."""
        return _PLACEHOLDER.sub(":", self.path)


class Declares(Protocol):
    """A module of routes: it lists its operations."""

    @property
    def OPERATIONS(self) -> Iterable[Operation]: ...  # noqa: N802


def collect(*modules: Declares) -> tuple[Operation, ...]:
    """The operations of the modules, in order. Two that clash are a mistake in the program: ``ValueError``."""
    operations = tuple(operation for module in modules for operation in module.OPERATIONS)
    names: dict[str, Operation] = {}
    places: dict[tuple[str, str], Operation] = {}
    for operation in operations:
        for taken in (
            names.setdefault(operation.name, operation),
            places.setdefault((operation.method, operation.shape), operation),
        ):
            if taken is not operation:
                raise ValueError(f"two operations clash: {taken.name} ({taken.scope}), {operation.name} ({operation.scope})")
    return operations
