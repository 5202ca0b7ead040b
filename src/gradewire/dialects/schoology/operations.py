"""The operations of the Schoology API as data: one value per route, from which come the routes and the table in the docs.

How a route is written (``routes/users.py`` is a small example)::

    class EnrollmentFilters(Struct):            # parameters: query string and body, every value may be text (params.py)
        enrollment_status: str = "1"            # what has a default is repeated by links.self

    def list_enrollments(call: Call, filters: EnrollmentFilters) -> Listing:
        found, total = call.read(lambda unit: enrollments.list_of(unit, call.number("section_id"), ..., page=call.page))
        return Listing([shapes.enrollment(row, call) for row in found], total=total)

    OPERATIONS = (
        Operation(
            method="GET", path="sections/{section_id}/enrollments", name="list_enrollments", summary="...", tag="Enrollments",
            handler=list_enrollments, params=EnrollmentFilters, returns=EnrollmentList,
            paginated=True, list_key="enrollment", total="text", multiget=True,
        ),
    )

and its module is named in ``api.py``. A handler is an ordinary function. It gets a ``Call`` (``call.py``: ``read`` and
``write`` run one action each, ``number`` and ``text`` read the path, ``page`` says which rows, ``link`` makes addresses,
``body`` is the body as a tree) and the parameters as a struct. It returns a struct or a dict (the status is then the
operation's), a ``Listing``, or one of ``call.py``'s ``Answer``, ``Redirection``, ``PlainText``. What an action refuses becomes
a status and a plain text (``errors.py``). Several entries in one write: ``bulk.py``. Rows become JSON in ``shapes/``: a struct
per object, from which XML is written too (``xml.py``), so a field has one type whatever is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

import msgspec

from gradewire.actions.oauth import Wanted

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})

Handler = Callable[[Any, Any], Any]
"""(call, params) -> answer. ``params`` is the declared struct, filled; ``None`` where none is declared."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb on one path.

    ``path`` is below ``/v1/``, as the vendor's pages print it: ``sections/{section_id}/enrollments``. ``signed`` is what the
    request must be signed with. ``list_key`` is the key under which a ``Listing`` stands; ``paginated`` lists have ``start``
    and ``limit`` in their links; ``total`` is how the number of all rows is written, ``None`` for not at all. ``multiget``
    allows the path in ``POST multiget``. ``returns`` is the type of the answer, for the documentation and for tests.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler = field(repr=False)
    params: type[msgspec.Struct] | None = None
    returns: Any = None
    status: int = 200
    signed: Wanted = "user"
    paginated: bool = False
    list_key: str | None = None
    total: Literal["text", "number"] | None = None
    multiget: bool = False
    tag: str = ""

    def __post_init__(self) -> None:
        if self.method not in _METHODS:
            raise ValueError(f"{self.name}: unknown method {self.method}")
        if re.search(r"^/|/$|//|[:\s]", self.path) or not re.fullmatch(
            r"[a-z_]+(/([a-z_-]+|\{[a-z_]+\}))*|app-user-info", self.path
        ):
            raise ValueError(f"{self.name}: {self.path} is not a path of the form sections/{{section_id}}/grades")
        if len(set(self.placeholders)) != len(self.placeholders):
            raise ValueError(f"{self.name}: a placeholder repeats in {self.path}")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"{self.name!r} is not a name like list_enrollments")
        if (self.paginated or self.total) and self.list_key is None:
            raise ValueError(f"{self.name}: a list needs its key")
        if self.multiget and self.method != "GET":
            raise ValueError(f"{self.name}: multiget only reads")

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The names in the path, in their order."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @cached_property
    def shape(self) -> str:
        """The path without the names in it: two operations of one shape would answer the same requests."""
        return _PLACEHOLDER.sub("{}", self.path)


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
                raise ValueError(
                    f"two operations clash: {taken.name} and {operation.name}, {operation.method} {operation.path}"
                )
    return operations
