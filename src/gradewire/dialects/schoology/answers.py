"""What a handler answered, as a status with a body of plain values: the same for a request and for one within a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import UNSET, Struct

from gradewire.dialects.schoology.call import Answer, Call, Listing, Redirection
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.paging import links
from gradewire.dialects.schoology.params import read


class Outcome(Struct, frozen=True):
    """What to send. ``body`` is to be encoded; ``None``: nothing."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


def perform(call: Call, operation: Operation) -> Outcome:
    """Read the parameters, call the handler, and put what it says into the forms of this API."""
    params = read(call.params, operation.params) if operation.params else None
    answer = operation.handler(call, params)
    match answer:
        case Answer(body, status, headers):
            return Outcome(status, body, headers)
        case Listing():
            return Outcome(operation.status, _listing(answer, call, operation, params))
        case Redirection(path):
            return Outcome(303, None, {"Location": f"{urlsplit(call.base_url).path.rstrip('/')}/v1/{path}"})
        case _:
            return Outcome(operation.status, answer)


def _listing(listing: Listing, call: Call, operation: Operation, params: Struct | None) -> dict[str, Any]:
    assert operation.list_key is not None
    body: dict[str, Any] = {operation.list_key: listing.rows, **listing.besides}
    if operation.total is not None and listing.total is not None:
        body["total"] = str(listing.total) if operation.total == "text" else listing.total
    path = operation.path.format(**{name: quote(value, safe="") for name, value in call.path.items()})
    if operation.paginated and listing.paged:
        body["links"] = links(
            call.link(path),
            in_effect(params),
            call.page,
            rows=len(listing.rows),
            total=listing.total,
            more=listing.more,
        )
    else:
        body["links"] = {"self": call.link(path)}
    return body


def in_effect(params: Struct | None) -> dict[str, Any]:
    """The parameters that were sent or have a default, in their order."""
    if params is None:
        return {}
    values = {field.encode_name: getattr(params, field.name) for field in msgspec.structs.fields(params)}
    return {name: value for name, value in values.items() if value is not None and value is not UNSET}
