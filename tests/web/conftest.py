"""The application with its institution, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.web_world import Web, running


@pytest.fixture
def web(database_url: str) -> Iterator[Web]:
    with running(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def module_web(module_database_url: str) -> Iterator[Web]:
    """One for all tests of a module: for those that change nothing."""
    with running(module_database_url) as found:
        yield found
