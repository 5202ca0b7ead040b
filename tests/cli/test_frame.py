from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from gradewire import __version__, cli
from gradewire.cli import run
from gradewire.cli.invocation import Failure, progress
from gradewire.core.errors import Denied

Output = pytest.CaptureFixture[str]


def test_help_names_the_commands_and_the_exit_statuses(capsys: Output) -> None:
    assert run(["--help"], {}) == 0
    text = capsys.readouterr().out
    for word in ("migrate", "doctor", "vectors", "serve", "Exit status: 0 done", "3 a setting is wrong"):
        assert word in text


def test_the_version_is_shown(capsys: Output) -> None:
    assert run(["--version"], {}) == 0
    assert capsys.readouterr().out == f"gradewire {__version__}\n"


@pytest.mark.parametrize("arguments", [["no-such-command"], ["migrate", "--no-such-option"], ["vectors"]])
def test_a_wrong_command_line_ends_with_status_2(arguments: list[str], capsys: Output) -> None:
    assert run(arguments, {}) == 2
    assert "Usage: gradewire" in capsys.readouterr().err


def test_a_wrong_setting_ends_with_status_3(capsys: Output) -> None:
    assert run(["migrate"], {"GRADEWIRE_PORT": "x"}) == 3
    assert capsys.readouterr().err == "gradewire: GRADEWIRE_PORT: 'x' cannot be used: Expected `int`, got `str`\n"


def test_the_file_of_settings_is_the_one_named(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("prt = 1\n")
    assert run(["--config", str(file), "migrate"], {"GRADEWIRE_CONFIG": "/nowhere"}) == 3
    assert f"gradewire: prt in {file}: there is no such setting" in capsys.readouterr().err


def test_an_unreachable_database_ends_with_status_4(capsys: Output) -> None:
    assert run(["migrate"], {"GRADEWIRE_DATABASE_URL": "postgresql://me@127.0.0.1:1/x"}) == 4
    text = capsys.readouterr().err
    assert "the database cannot be reached" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Failure("the file holds no course"), "the file holds no course"),
        (Denied("only an administrator may"), "only an administrator may"),
        (FileNotFoundError(2, "No such file or directory", "world.yaml"), "world.yaml: No such file or directory"),
        (ZeroDivisionError("oh"), "an error that should not happen: ZeroDivisionError: oh (gradewire --debug shows where)"),
    ],
)
def test_an_error_becomes_a_sentence(error: Exception, message: str, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def create_app() -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def fail() -> None:
            raise error

        return app

    monkeypatch.setattr(cli, "create_app", create_app)
    assert run([], {}) == 1
    assert capsys.readouterr().err == f"gradewire: {message}\n"
    assert run([], {"GRADEWIRE_DEBUG": "1"}) == 1
    text = capsys.readouterr().err
    assert text.startswith("Traceback")
    assert text.endswith(f"gradewire: {message}\n")


def test_progress_is_silent_without_a_terminal(capsys: Output) -> None:
    with progress("loading", total=3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_help_comes_fast_and_without_the_libraries_of_the_server() -> None:
    """The time is the best of three, on whatever machine runs this; the imports are what keeps it so."""
    heavy = "('sqlalchemy', 'litestar', 'granian', 'numpy', 'alembic', 'psycopg', 'structlog')"
    program = f"""
import sys
from gradewire.cli import run
status = run(["--help"], {{}})
print([name for name in {heavy} if name in sys.modules], file=sys.stderr)
sys.exit(status)
"""
    best = 60.0
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        best = min(best, time.perf_counter() - started)
        assert (done.returncode, done.stderr) == (0, "[]\n")
    assert best < 2
