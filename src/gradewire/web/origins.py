"""Whether a request was made by a page of this server, and where one may be sent on to."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from gradewire.core.errors import DomainError

_LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Printable ASCII, which an address of this server is always written in, without backslashes."""


class ForgedError(DomainError):
    """A form that no page of this server showed to this browser, or one that was shown before it signed in anew."""


def check_origin(headers: Mapping[str, str], own_hosts: Collection[str]) -> None:
    """A request that changes something must come from a page of this server. Browsers say so in ``Origin``, newer ones also in
    ``Sec-Fetch-Site``, older ones in ``Referer``.

    Raises:
        ForgedError: it comes from elsewhere, or does not say.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise ForgedError
    source = headers.get("origin") or headers.get("referer")
    if source is None or _host(source) not in {host.lower() for host in own_hosts}:
        raise ForgedError


def check_token(expected: str | None, sent: str | None) -> None:
    """Compare the token of a form in constant time.

    Raises:
        ForgedError: it is not the one that was given out.
    """
    if not expected or not sent or not hmac.compare_digest(expected.encode(), sent.encode()):
        raise ForgedError


def local_path(sent: str | None) -> str:
    """Where to go after signing in: a path of this server, or the start page for anything else.

    Browsers read a second slash, a backslash, and slashes around dropped control characters as the beginning of a host.
    """
    if not sent or len(sent) > 2000 or not _LOCAL.fullmatch(sent):
        return "/"
    return sent


def _host(address: str) -> str | None:
    """Host and port of an address of the web."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.netloc.rpartition("@")[2].lower() if parts.scheme in {"http", "https"} else None
