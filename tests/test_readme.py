"""The commands of the README's tour, run one after another by a shell against ``gradewire demo``."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import running_server

ROOT = Path(__file__).parents[1]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Path]:
    """The directory of a running demo."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with running_server("sqlite:///unused.sqlite3", tmp_path, command=("demo",)):
        yield tmp_path


def tour() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Five minutes")[2].partition("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", section, re.DOTALL)


def run(block: str, directory: Path) -> list[str]:
    """What each line of a block prints; a command that fails fails the test."""
    script = "set -e; . var/demo/demo.env\n" + re.sub(r"(?<!\\)\n", "\necho '<end>'\n", block)
    done = subprocess.run(["bash", "-c", script], cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (block, done.stderr)
    return [answer.strip() for answer in done.stdout.split("<end>\n")[:-1]]


def test_the_tour_of_the_readme(demo: Path) -> None:
    take_over, ask, mark, publish, post, events, schoology = tour()
    assert run(take_over, demo) == [""]
    who, enrollments = run(ask, demo)
    assert json.loads(who)["name"] == "Tess Teacher"
    assert enrollments.startswith("HTTP/1.1 200")
    assert 'rel="next"' in enrollments
    provisional, refused = map(json.loads, run(mark, demo))
    assert [grade["score"] for grade in provisional["provisional_grades"] if grade["scorer_id"] == 3] == [88.0]
    assert refused["status"] == "unauthorized"
    undecided, selected, published = run(publish, demo)
    assert json.loads(undecided) == {"message": "All submissions must have a selected grade"}
    number, of = map(int, re.findall(r"\d+", selected))
    assert number == of > 250
    assert json.loads(published) == {"message": "OK"}
    before, progress, after = map(json.loads, run(post, demo))
    assert "score" not in before
    assert progress["workflow_state"] == "completed"
    assert after["score"] == 88.0
    for _ in range(200):  # the relay delivers beside the server, a moment later
        if (demo / "var" / "demo" / "events.jsonl").exists():
            break
        time.sleep(0.1)
    (last,) = run(events, demo)
    assert json.loads(last)["metadata"]["event_name"] in {"grade_change", "course_grade_change"}
    _, items, written, read = run(schoology, demo)
    assert "<title>TMA 1</title>" in items
    assert json.loads(written) == {"grades": {"grade": [{"response_code": 204}]}}
    assert json.loads(read)["score"] == 83.0


def test_the_two_commands_are_those_of_the_makefile() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test", "bench"):
        assert f"make {command}" in text
        assert f"\n{command}:" in targets


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
