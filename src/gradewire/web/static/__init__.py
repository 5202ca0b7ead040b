"""The files that pages load, under addresses that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from msgspec import Struct

KINDS = {".css": "text/css", ".svg": "image/svg+xml"}


class Asset(Struct, frozen=True):
    content: bytes
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """The files beside this module, by name."""
    found = {}
    for file in sorted(Path(__file__).parent.iterdir()):
        if file.suffix in KINDS:
            content = file.read_bytes()
            found[file.name] = Asset(content, KINDS[file.suffix], hashlib.sha256(content).hexdigest()[:12])
    return found


def address(name: str) -> str:
    return f"/static/{name}?v={assets()[name].version}"
