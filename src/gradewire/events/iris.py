"""Which texts are absolute IRIs: what Caliper demands of every id and no schema checks."""

from __future__ import annotations

import re
from typing import Final

_WITH_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`/?#]+(?:[/?#][^\s<>\"{}|\\^`]*)?")
_URN: Final = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def is_iri(text: str) -> bool:
    """True for ``scheme://authority...`` and ``urn:namespace:name``. A bare host, even with a port, is none."""
    return _WITH_AUTHORITY.fullmatch(text) is not None or _URN.fullmatch(text) is not None
