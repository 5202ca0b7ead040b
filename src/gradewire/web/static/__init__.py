"""The files that pages load, under an address that changes with their content, so that browsers may keep them for good.

All have one version together: so a script may load another by its name beside it. ``vendor`` holds what comes from npm
packages, put there by ``make assets`` from the versions that ``frontend/package-lock.json`` names, with their licences.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from msgspec import Struct

KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript", ".txt": "text/plain"}


class Asset(Struct, frozen=True):
    content: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """The files beside this module and below, by name."""
    here = Path(__file__).parent
    files = sorted(file for file in here.rglob("*") if file.suffix in KINDS)
    return {file.relative_to(here).as_posix(): Asset(file.read_bytes(), KINDS[file.suffix]) for file in files}


@cache
def version() -> str:
    """Of all files together."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(asset.content).digest())
    return digest.hexdigest()[:12]


def address(name: str) -> str:
    """Where a file is.

    Raises:
        KeyError: there is none of this name.
    """
    assets()[name]
    return f"/static/{version()}/{name}"
