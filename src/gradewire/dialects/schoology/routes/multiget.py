"""Many reads in one request (reference, 3.7): each as if it had been asked by itself, by the same caller, in order."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.operations import Operation

MOST_REQUESTS = 50
"""What is beyond that is ignored, as the vendor documents."""


class Requests(Struct):
    request: list[str]


class Response(Struct):
    """How one of the requests was answered. ``headers`` is an empty array where there are none to tell."""

    location: str
    response_code: int
    headers: Any
    body: Any


class Responses(Struct):
    response: list[Response]


def multiget(call: Call, requests: Requests) -> Responses:
    return _ask(call, "GET", requests)


def multioptions(call: Call, requests: Requests) -> Responses:
    return _ask(call, "OPTIONS", requests)


def _ask(call: Call, method: str, requests: Requests) -> Responses:
    responses = []
    for location in requests.request[:MOST_REQUESTS]:
        inner = call.within(method, location)
        responses.append(Response(location, inner.status, dict(inner.headers) or [], inner.body))
    return Responses(responses)


OPERATIONS = (
    Operation(
        method="POST",
        path="multiget",
        name="multiget",
        summary="Read up to 50 paths at once",
        handler=multiget,
        params=Requests,
        returns=Responses,
        status=207,
        tag="Several at once",
    ),
    Operation(
        method="POST",
        path="multioptions",
        name="multioptions",
        summary="Ask of up to 50 paths what can be done there",
        handler=multioptions,
        params=Requests,
        returns=Responses,
        status=207,
        tag="Several at once",
    ),
)
