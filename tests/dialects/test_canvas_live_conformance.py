"""schemathesis makes requests from the OpenAPI document, and a real server answers them: it never crashes, and every answer is
one that the document describes.

The requests keep to the document and break it by turns, as an administrator, a teacher and a student. What is read comes first
and what destroys comes last, so that most requests meet the institution of ``worlds/rights.yaml`` whole. The choice of requests
is the same in every run; ``GRADEWIRE_TEST_EXAMPLES`` asks for more of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from gradewire.app import openapi_document
from gradewire.dialects.canvas.api import OPERATIONS
from gradewire.dialects.canvas.operations import Operation
from tests.dialects import rights_walk
from tests.dialects.canvas_recipes import IDS, recipe_of
from tests.server import Server, running_server

CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = int(os.environ.get("GRADEWIRE_TEST_EXAMPLES", "4"))
CALLERS = ("root_admin", "teacher", "owner")
ORDER = ("GET", "PUT", "PATCH", "POST", "DELETE")


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    rights_walk.load_institution(database_url)
    with running_server(database_url, tmp_path, settings={"GRADEWIRE_RATE_LIMIT": "false"}) as found:
        yield found


def test_generated_requests_meet_no_crash_and_no_undescribed_answer(server: Server) -> None:
    described = _described()
    found: dict[str, str] = {}
    for operation in sorted(OPERATIONS, key=lambda one: (ORDER.index(one.method), one.path.count("/"), one.name)):
        for mode in GenerationMode:
            if failure := _exercise(described[operation.name], operation, mode, server.url):
                found[f"{operation.name} {mode.value}"] = failure
    assert not found, "\n\n".join(f"{name}: {failure}" for name, failure in found.items())


def _described() -> dict[str, Any]:
    schema: Any = schemathesis.openapi.from_file(openapi_document().decode())
    return {one.ok().definition.raw["operationId"]: one.ok() for one in schema.get_all_operations()}


def _exercise(described: Any, operation: Operation, mode: GenerationMode, url: str) -> str:
    """Send some requests to one operation; how the first that is answered badly was, or nothing."""
    recipe = recipe_of(operation)
    known = {name: recipe.path.get(name) or IDS[name] for name in operation.placeholders}
    failures: list[str] = []

    @seed(20261121)
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=described.as_strategy(generation_mode=mode), who=st.sampled_from(CALLERS), strays=st.integers(0, 5))
    def send(case: Any, who: str, strays: int) -> None:
        if strays:  # most requests ask for what exists
            case.path_parameters = dict(known)
        try:
            answer = case.call(base_url=url, headers={"Authorization": f"Bearer token-{who}"}, timeout=60)
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            failures.extend(f"as {who}: {one.title}: {one.message}\n{case.as_curl_command()}" for one in group.exceptions)

    send()
    return failures[0] if failures else ""
