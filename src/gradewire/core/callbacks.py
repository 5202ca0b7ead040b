"""Where approving an application may lead back to: the addresses registered for it, and nothing else.

An address is registered if it is at one of the registered addresses or below it: same scheme, same host, same port, and the
path equal or, at a slash, longer. Its query is its own. Compared are addresses that every browser reads alike; one that could
be read in two ways (a backslash, ``..``, a user's name before the host) is never registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

MOST_CHARACTERS = 2000

_PLAIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?:[/?#][!-\[\]-~]*)?", re.ASCII)
_PORTS = {"http": 80, "https": 443}


def is_address(url: str) -> bool:
    """Whether an address may be registered, or asked for, at all."""
    return _parts(url) is not None


def is_registered(url: str, registered: Iterable[str]) -> bool:
    """Whether an application with these registered addresses may be led back to ``url``."""
    asked = _parts(url)
    if asked is None:
        return False
    for one in registered:
        known = _parts(one)
        if known is not None and known[0] == asked[0] and _is_below(asked[1], known[1]):
            return True
    return False


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a content security policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def with_token(url: str, token: str) -> str:
    """The address with ``oauth_token`` appended to its query."""
    plain = url.partition("#")[0]
    return f"{plain}{'&' if '?' in plain else '?'}oauth_token={quote(token, safe='')}"


def _parts(url: str) -> tuple[tuple[str, str, int], str] | None:
    if len(url) > MOST_CHARACTERS or not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme.lower()]
    except (ValueError, KeyError):
        return None
    path = parts.path or "/"
    lowered = path.lower().replace("%2e", ".")
    if not parts.hostname or any(segment in {".", ".."} for segment in re.split("/|%2f|%5c", lowered)):
        return None
    return (parts.scheme.lower(), parts.hostname.lower(), port), path


def _is_below(path: str, registered: str) -> bool:
    stem = registered.rstrip("/")
    return path in {registered, stem} or path.startswith(stem + "/")
