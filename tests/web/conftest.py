"""The application with its institution, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from gradewire.store.engine import open_store
from tests.server import Server, running_server
from tests.web.chromium import Site, running_chromium
from tests.web.web_world import Web, build, running


@pytest.fixture
def web(database_url: str) -> Iterator[Web]:
    with running(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def module_web(module_database_url: str) -> Iterator[Web]:
    """One for all tests of a module: for those that change nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def module_site_server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server process with the institution of ``web_world``, for all tests of a module."""
    with open_store(module_database_url, connections=1) as store:
        store.write(build)
    with running_server(module_database_url, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def signed_in(module_site_server: Server) -> dict[str, Any]:  # noqa: ARG001 -- anew for each server
    """The cookies of those who have signed in at the server of this module."""
    return {}


@pytest.fixture
def site(chromium: Browser, module_site_server: Server, signed_in: dict[str, Any]) -> Iterator[Site]:
    """Browsers at the server of this module; what they complain of fails the test."""
    found = Site(chromium, module_site_server, signed_in)
    yield found
    found.finish()
