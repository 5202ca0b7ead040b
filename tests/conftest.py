"""Fixtures that any test may use, and the option that makes a skipped test a failure.

``database_url``, ``module_database_url``   a migrated, empty database; the test runs once on SQLite and once on PostgreSQL
``empty_database_url``                      the same without the schema
``sqlite_url``, ``postgresql_url``          a migrated, empty database of one engine
``server``, ``module_server``               a real server process on ``database_url`` / ``module_database_url``
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import ENGINES, Databases, Lifetime
from tests.server import Server, running_server

_lifetime = pytest.StashKey[Lifetime]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        default=os.environ.get("GRADEWIRE_TEST_NO_SKIPS", "") not in {"", "0"},
        help="a skipped or expectedly failing test is a failure (also by GRADEWIRE_TEST_NO_SKIPS=1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_lifetime] = Lifetime()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the shared directory of the run is."""
    node.workerinput["directory"] = str(node.config.stash[_lifetime].directory)


def pytest_unconfigure(config: pytest.Config) -> None:
    if lifetime := config.stash.get(_lifetime, None):
        lifetime.end()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the servers that a failed test used; with --no-skips, make a failure of what was skipped."""
    report = yield
    if item.config.option.no_skips and (report.skipped or hasattr(report, "wasxfail")):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run to its end, and with --no-skips that is a failure: {_reason(report)}"
        vars(report).pop("wasxfail", None)
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Server):
                report.sections.append((f"log of {value.url}", value.log_text()))
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With --no-skips, a module that skips itself is an error as well."""
    report = yield
    if collector.config.option.no_skips and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was not run, and with --no-skips that is a failure: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if expected := getattr(report, "wasxfail", None):
        return f"expected to fail: {expected}"
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Makes databases on demand; for tests that need more than one: ``with databases.fresh("postgresql", tmp_path) as url``."""
    worker = getattr(request.config, "workerinput", None)
    return Databases(Path(worker["directory"]) if worker else request.config.stash[_lifetime].directory)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=ENGINES, scope="module")
def module_database_url(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One database for all tests of a module: for tests that only read, or that keep out of each other's way."""
    with databases.fresh(request.param, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """Not migrated: for tests of the migrations."""
    with databases.fresh(request.param, tmp_path, migrated=False) as url:
        yield url


@pytest.fixture
def sqlite_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.fresh("postgresql", tmp_path) as url:
        yield url


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server process of its own. With other settings: ``with running_server(database_url, tmp_path, settings={...})``."""
    with running_server(database_url, tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="module")
def module_server(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server process for all tests of a module."""
    with running_server(module_database_url, tmp_path_factory.mktemp("server")) as running:
        yield running
