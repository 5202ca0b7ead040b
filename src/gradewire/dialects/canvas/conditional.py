"""Conditional requests (RFC 9110, 13): writing only what one has seen, and reading only what is new.

An entity tag here has two parts. The first, the *state*, is what ``If-Match`` is about: the action says what belongs to it and
compares it in the transaction of the write. The second is there where the same address shows more than the state, such as names
of people; it makes the tag as strong as ``If-None-Match`` needs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.wire import encode

MOST_CHARACTERS = 4096
_TAG = re.compile(r"[ \t]*(W/)?\"([\x21\x23-\x7e\x80-\xff]*)\"[ \t]*(,|$)")
_TEXT_IDS = ";ids"


def entity_tag(state: str, seen: Any = None) -> str:
    """The ``ETag`` of a representation: its state and, of what else the answer shows, a digest."""
    if seen is None:
        return f'"{state}"'
    return f'"{state}-{blake2b(encode(seen), digest_size=8).hexdigest()}"'


def expected_states(headers: Mapping[str, str]) -> frozenset[str] | None:
    """The states that ``If-Match`` names; ``None`` where there is no condition, or any state will do (``*``). A weak tag names
    none.

    Raises:
        Malformed: the header cannot be read.
    """
    sent = headers.get("if-match")
    if sent is None or sent.strip() == "*":
        return None
    tags = _read(sent, "If-Match")
    return frozenset(tag.removesuffix(_TEXT_IDS).partition("-")[0] for weak, tag in tags if not weak)


def is_known(headers: Mapping[str, str], tag: str) -> bool:
    """Whether ``If-None-Match`` says that the client has this representation. One that cannot be read says nothing."""
    sent = headers.get("if-none-match")
    if sent is None:
        return False
    if sent.strip() == "*":
        return True
    try:
        return any(f'"{one}"' == tag for _, one in _read(sent, "If-None-Match"))
    except Malformed:
        return False


def with_text_ids(tag: str) -> str:
    """The tag of the same thing where ids are written as texts: other bytes, so another tag."""
    return f'{tag[:-1]}{_TEXT_IDS}"'


def _read(sent: str, name: str) -> list[tuple[bool, str]]:
    tags: list[tuple[bool, str]] = []
    place = 0
    while place < len(sent) <= MOST_CHARACTERS:
        match = _TAG.match(sent, place)
        if match is None:
            break
        tags.append((match[1] is not None, match[2]))
        place = match.end()
    if place != len(sent) or not tags or sent.rstrip().endswith(","):
        raise Malformed(f'{name} must be * or entity tags in quotes, such as "1a2b", separated by commas.')
    return tags
