from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def _pins(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9.\-]+==[^ \\;]+)", (REPOSITORY / name).read_text(), re.MULTILINE))


def test_what_is_tested_is_what_is_installed() -> None:
    """The tests run on the development lock alone, so it must hold every version of the other one."""
    pins = _pins("requirements.lock")
    assert len(pins) > 20
    assert pins <= _pins("requirements-dev.lock"), "run make lock"


def test_locks_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (REPOSITORY / name).read_text()
