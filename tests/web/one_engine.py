"""For modules of tests whose pages are alike on every engine: import ``module_database_url``, and they run on SQLite alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Databases


@pytest.fixture(scope="module")
def module_database_url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated, empty SQLite database for all tests of a module."""
    with databases.fresh("sqlite", tmp_path_factory.mktemp("database")) as url:
        yield url
