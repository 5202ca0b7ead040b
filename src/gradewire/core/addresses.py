"""Which network addresses the server may call on somebody's behalf: the public ones, unless its operator allows all.

An event target is an address that a user of the server chose. Without this rule they could have the server call what only it
can reach: itself, its database, the metadata service of its cloud.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address, which a gateway calls."""


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, whatever it is wrapped in; what is no address is not."""
    try:
        found: Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _meant(found))


def _meant(address: Address) -> list[Address]:
    """The address, and the IPv4 addresses that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    found: list[Address] = [address]
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found.extend(address.teredo)
    return found
