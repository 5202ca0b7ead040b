"""The OpenAPI document is true: schemathesis compares answers of every operation with what it says of them.

The application runs in this process on a store that undoes its writes (``rights_walk``), so every request meets the same
institution.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from litestar.testing import TestClient
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from gradewire.app import openapi_document
from gradewire.dialects.canvas.api import OPERATIONS
from tests.dialects.canvas_recipes import IDS, path_of, recipe_of
from tests.dialects.rights_walk import undoing_client

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def _any(one: Any) -> Any:
    """The library's results are typed by cases; a broken description ends the test anyway."""
    return one


SCHEMA = schemathesis.openapi.from_file(openapi_document().decode())
DESCRIBED: dict[str, Any] = {one.ok().definition.raw["operationId"]: one.ok() for one in map(_any, SCHEMA.get_all_operations())}


@pytest.fixture(scope="module")
def client(module_database_url: str) -> Iterator[TestClient[Any]]:
    with undoing_client(module_database_url) as found:
        yield found


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_what_succeeds_is_as_described(client: TestClient[Any], name: str) -> None:
    """The recipes of the rights table: every operation answers well to somebody."""
    operation = next(one for one in OPERATIONS if one.name == name)
    recipe = recipe_of(operation)
    described = DESCRIBED[name]
    for who in ("root_admin", "teacher", "owner"):
        answer = client.request(
            operation.method,
            path_of(operation, recipe),
            headers={"authorization": f"Bearer token-{who}"},
            params=recipe.query,
            json=dict(recipe.body) if recipe.body else None,
            files=dict(recipe.files) or None,
            follow_redirects=False,
        )
        case = described.Case(path_parameters={one: recipe.path.get(one) or IDS[one] for one in operation.placeholders})
        case.validate_response(answer, checks=list(CHECKS))
