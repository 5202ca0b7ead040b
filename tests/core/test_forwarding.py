"""Who sent a request, by the headers of proxies."""

from __future__ import annotations

import pytest

from gradewire.core.forwarding import Sender, Style, find_sender, read_networks, read_request_id, trusts

PROXIES = read_networks("127.0.0.1, 10.0.0.0/8, fd00::/8")

X: list[tuple[str, str | None, dict[str, str], Sender]] = [
    ("nobody in between", "203.0.113.9", {}, Sender("203.0.113.9")),
    ("a stranger who writes headers", "203.0.113.9", {"x-forwarded-for": "1.1.1.1"}, Sender("203.0.113.9")),
    ("no peer at all", None, {"x-forwarded-for": "1.1.1.1"}, Sender(None)),
    ("one proxy", "10.0.0.1", {"x-forwarded-for": "1.1.1.1"}, Sender("1.1.1.1")),
    ("a client who wrote an address before the proxy", "10.0.0.1", {"x-forwarded-for": "9.9.9.9, 1.1.1.1"}, Sender("1.1.1.1")),
    ("two proxies", "10.0.0.1", {"x-forwarded-for": "9.9.9.9, 1.1.1.1, 10.0.0.2"}, Sender("1.1.1.1")),
    ("only proxies", "10.0.0.1", {"x-forwarded-for": "10.0.0.3, 10.0.0.2"}, Sender("10.0.0.3")),
    ("rubbish", "10.0.0.1", {"x-forwarded-for": "<script>"}, Sender("10.0.0.1")),
    ("rubbish before an address", "10.0.0.1", {"x-forwarded-for": "unknown, 1.1.1.1"}, Sender("1.1.1.1")),
    ("a port", "10.0.0.1", {"x-forwarded-for": "1.1.1.1:5000"}, Sender("1.1.1.1")),
    ("IPv6", "fd00::1", {"x-forwarded-for": "[2001:db8::1]:443"}, Sender("2001:db8::1")),
    ("an IPv4 peer in IPv6", "::ffff:10.0.0.1", {"x-forwarded-for": "1.1.1.1"}, Sender("1.1.1.1")),
    (
        "scheme and host",
        "10.0.0.1",
        {"x-forwarded-proto": "https", "x-forwarded-host": "g.edu"},
        Sender("10.0.0.1", "https", "g.edu"),
    ),
    (
        "the outer of two proxies tells the scheme",
        "10.0.0.1",
        {"x-forwarded-for": "1.1.1.1, 10.0.0.2", "x-forwarded-proto": "https, http"},
        Sender("1.1.1.1", "https"),
    ),
    (
        "a scheme that the client wrote does not count",
        "10.0.0.1",
        {"x-forwarded-for": "9.9.9.9, 1.1.1.1", "x-forwarded-proto": "https, http"},
        Sender("1.1.1.1", "http"),
    ),
    ("a host that is none", "10.0.0.1", {"x-forwarded-host": "a/b?c"}, Sender("10.0.0.1")),
    ("a scheme that is none", "10.0.0.1", {"x-forwarded-proto": "javascript"}, Sender("10.0.0.1")),
    ("the other style", "10.0.0.1", {"forwarded": "for=1.1.1.1;proto=https"}, Sender("10.0.0.1")),
]

FORWARDED: list[tuple[str, str, Sender]] = [
    ("one proxy", "for=1.1.1.1;proto=https;host=g.edu", Sender("1.1.1.1", "https", "g.edu")),
    ("names in any case, quotes and blanks", 'For="[2001:db8::1]:443" ; Proto=HTTPS', Sender("2001:db8::1", "https")),
    ("a client who wrote one first", "for=9.9.9.9, for=1.1.1.1", Sender("1.1.1.1")),
    ("two proxies", "for=1.1.1.1;proto=https, for=10.0.0.2;proto=http", Sender("1.1.1.1", "https")),
    ("hidden", "for=_secret;proto=https", Sender("10.0.0.1", "https")),
    ("unreadable", "for=1.1.1.1;;;=", Sender("10.0.0.1")),
    ("without an end", 'for="1.1.1.1', Sender("10.0.0.1")),
    ("empty", "", Sender("10.0.0.1")),
]


@pytest.mark.parametrize(("peer", "headers", "sender"), [case[1:] for case in X], ids=[case[0] for case in X])
def test_x_forwarded_headers_count_as_far_as_the_chain_is_trusted(
    peer: str | None, headers: dict[str, str], sender: Sender
) -> None:
    assert find_sender(peer, headers, PROXIES, "x-forwarded") == sender


@pytest.mark.parametrize(("header", "sender"), [case[1:] for case in FORWARDED], ids=[case[0] for case in FORWARDED])
def test_the_forwarded_header_says_the_same(header: str, sender: Sender) -> None:
    assert find_sender("10.0.0.1", {"forwarded": header}, PROXIES, "forwarded") == sender


def test_only_the_named_style_is_read() -> None:
    headers = {"forwarded": "for=1.1.1.1", "x-forwarded-for": "2.2.2.2"}
    styles: dict[Style, str] = {"forwarded": "1.1.1.1", "x-forwarded": "2.2.2.2"}
    assert {style: find_sender("10.0.0.1", headers, PROXIES, style).client for style in styles} == styles


@pytest.mark.parametrize("address", [None, "", "x", "11.0.0.1", "127.0.0.2", "fe80::1"])
def test_others_are_not_trusted(address: str | None) -> None:
    assert not trusts(PROXIES, address)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.local", "10.0.0.1;10.0.0.2"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        read_networks(text)


@pytest.mark.parametrize(
    ("sent", "good"),
    [
        ("7b0f2f7e-5f2a-4a6c-9f5e-0f2a4a6c9f5e", True),
        ("1-67891233-abcdef012345678912345678", True),
        ("a" * 128, True),
        (None, False),
        ("", False),
        ("short", False),
        ("a" * 129, False),
        ("has blanks in it", False),
        ("line\r\nbreak-123", False),
        ("-begins-so-123", False),
    ],
)
def test_a_request_id_is_taken_over_only_if_it_may_stand_anywhere(sent: str | None, good: bool) -> None:
    assert read_request_id(sent) == (sent if good else None)
