"""What import-linter cannot say about the architecture; the layers themselves are in ``.importlinter``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "gradewire"
CORE = sorted((SOURCE / "core").rglob("*.py"))

ALLOWED_IN_CORE = {"__future__", "gradewire", "msgspec", "numpy"}
EXCEPTIONS = {"core/documents.py": {"yaml"}}
"""Reading the text of an institution file is pure, and its errors name the lines of the file."""
OUTSIDE_WORLD = {
    *(
        "asyncio",
        "concurrent",
        "ctypes",
        "fileinput",
        "ftplib",
        "getpass",
        "glob",
        "http",
        "importlib",
        "io",
        "locale",
        "logging",
    ),
    *(
        "multiprocessing",
        "os",
        "pathlib",
        "pickle",
        "platform",
        "queue",
        "random",
        "secrets",
        "select",
        "shelve",
        "shutil",
        "signal",
    ),
    *("socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time"),
}
CLOCKS_AND_CHANCE = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input", "getenv"}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(SOURCE)))
def test_the_core_is_pure(file: Path) -> None:
    """No input or output, no clock, no chance, no framework: the standard library, msgspec and NumPy."""
    tree = ast.parse(file.read_text())
    allowed = sys.stdlib_module_names | ALLOWED_IN_CORE | EXCEPTIONS.get(file.relative_to(SOURCE).as_posix(), set())
    for name in _imports(tree):
        top = name.partition(".")[0]
        assert top in allowed, f"core does not import {name}"
        assert top not in OUTSIDE_WORLD, f"core does not import {name}: what it needs is passed in"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in CLOCKS_AND_CHANCE, f"line {node.lineno}: {called}() reaches outside; pass its result in"


def test_modules_are_nouns_with_a_meaning() -> None:
    vague = {"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"}
    assert not [path for path in SOURCE.rglob("*.py") if path.stem in vague or path.parent.name in vague]


def test_every_module_says_what_it_is() -> None:
    silent = [
        path for path in SOURCE.rglob("*.py") if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not [path for path in silent if "versions" not in path.parts]
