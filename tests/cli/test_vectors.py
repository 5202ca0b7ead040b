from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradewire.cli import run

Output = pytest.CaptureFixture[str]


def _write(path: Path, *vectors: dict[str, object]) -> str:
    path.write_text(json.dumps({"vectors": list(vectors)}))
    return str(path)


RIGHT = {"id": "r-1", "kind": "round2", "value": 1.005, "expect": {"value": 1.01}}
WRONG = {"id": "r-2", "kind": "round2", "value": 1.0, "expect": {"value": 2.0}}


def test_vectors_that_hold_are_counted(tmp_path: Path, capsys: Output) -> None:
    file = _write(tmp_path / "a.json", RIGHT)
    assert run(["vectors", file, file], {}) == 0
    assert capsys.readouterr().out == f"{file}: 1 of 1 vectors as expected (1 round2)\n" * 2


def test_each_mismatch_is_printed(tmp_path: Path, capsys: Output) -> None:
    file = _write(tmp_path / "a.json", WRONG, RIGHT)
    assert run(["vectors", file], {}) == 1
    assert capsys.readouterr().out == (
        f"r-2 (round2) value: expected 2.0, got 1.0\n{file}: 1 of 2 vectors as expected (2 round2)\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ('{"vectors": []}', "there is no vector in it"),
        ('{"vectors": [{"id": "x", "kind": "nope", "expect": {}}]}', "unknown kind nope"),
    ],
)
def test_a_file_that_cannot_be_checked_is_a_failure(text: str, message: str, tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    assert run(["vectors", str(file)], {}) == 1
    assert message in capsys.readouterr().err
