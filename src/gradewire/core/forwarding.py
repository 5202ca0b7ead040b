"""Who really sent a request that came through proxies.

Any client can write headers such as ``X-Forwarded-For``, so they count only when the peer of the connection is a proxy that the
operator trusts, and only as far back as the chain of trusted proxies reaches: the nearest address that is not of one of them is
the client. Sources: RFC 7239; the ``X-Forwarded-*`` headers as the common proxies write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, TypeAlias

from msgspec import Struct

Network: TypeAlias = IPv4Network | IPv6Network
Style: TypeAlias = Literal["x-forwarded", "forwarded"]

REQUEST_ID_KEY = "gradewire_request_id"
"""Under this name the state of a request carries its id, from the layer that gives it to all that tell it."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,127}", re.ASCII)
_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", re.ASCII)
_PAIR = re.compile(r"\s*([A-Za-z]+)=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\";,]*))\s*(;|,|$)", re.ASCII)


class Sender(Struct, frozen=True):
    """Who sent a request, and how it was addressed; ``None``: as the connection itself says."""

    client: str | None
    scheme: str | None = None
    host: str | None = None


class Hop(Struct, frozen=True):
    """What one proxy told of the request that it passed on."""

    client: str | None = None
    scheme: str | None = None
    host: str | None = None


def read_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def trusts(networks: Sequence[Network], address: str | None) -> bool:
    """Whether an address is one of a trusted proxy."""
    return address is not None and _is_among(tuple(networks), address)


@lru_cache(maxsize=1024)
def _is_among(networks: tuple[Network, ...], address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks)


def find_sender(peer: str | None, headers: Mapping[str, str], networks: Sequence[Network], style: Style) -> Sender:
    """The sender of a request whose connection comes from ``peer``.

    ``headers`` are by lower-case name, those sent several times joined by commas. Of the two styles only the one that the
    operator named is read: a proxy removes what a client wrote in its own style, and passes the other on.
    """
    if not trusts(networks, peer):
        return Sender(peer)
    hops = _forwarded(headers.get("forwarded", "")) if style == "forwarded" else _x_forwarded(headers)
    client, scheme, host = peer, None, None
    for hop in reversed(hops):  # the last one was written by the peer itself
        scheme, host = hop.scheme or scheme, hop.host or host
        if hop.client is None:
            break
        client = hop.client
        if not trusts(networks, client):
            break
    return Sender(client, scheme, host)


def read_request_id(sent: str | None) -> str | None:
    """An id that a trusted proxy gave to a request, if it is one that may stand in headers, logs and events."""
    return sent if sent is not None and _REQUEST_ID.fullmatch(sent) else None


def _x_forwarded(headers: Mapping[str, str]) -> list[Hop]:
    clients = [_address(part) for part in _parts(headers.get("x-forwarded-for", ""))]
    schemes = [_scheme(part) for part in _parts(headers.get("x-forwarded-proto", ""))]
    hosts = [_host(part) for part in _parts(headers.get("x-forwarded-host", ""))]
    length = max(len(clients), len(schemes), len(hosts))

    def at(found: list[str | None], place: int) -> str | None:
        """Counted from the end, where the nearest proxy writes."""
        return found[-place] if place <= len(found) else None

    return [Hop(at(clients, place), at(schemes, place), at(hosts, place)) for place in range(length, 0, -1)]


def _parts(header: str) -> list[str]:
    return [part.strip() for part in header.split(",")] if header else []


def _forwarded(header: str) -> list[Hop]:
    """Raises nothing: from the first thing on that cannot be read, counted from the end, nothing is known."""
    hops: list[Hop] = []
    found: dict[str, str] = {}
    place = 0
    while place < len(header):
        match = _PAIR.match(header, place)
        if match is None or match.end() == place:
            return []
        value = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        found[match[1].lower()] = value
        place = match.end()
        if match[4] != ";":
            hops.append(Hop(_address(found.get("for", "")), _scheme(found.get("proto", "")), _host(found.get("host", ""))))
            found = {}
    return hops


def _address(text: str) -> str | None:
    """An IP address without its port and brackets; ``None`` for anything else (``unknown``, a name)."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _scheme(text: str) -> str | None:
    return text.lower() if text.lower() in {"http", "https"} else None


def _host(text: str) -> str | None:
    return text if _HOST.fullmatch(text) else None
