"""Pages and their links."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.utils import parse_header_links

from gradewire.dialects.canvas.paging import MAX_HEADER, Page, link_header, read_page

URL = "https://canvas.test/api/v1/courses/1/assignments"


@pytest.mark.parametrize(
    ("params", "number", "size"),
    [
        ({}, 1, 10),
        ({"page": "3", "per_page": "50"}, 3, 50),
        ({"page": 3, "per_page": 50}, 3, 50),
        ({"per_page": "100"}, 1, 100),
        ({"per_page": "101"}, 1, 100),
        ({"per_page": "9" * 5000}, 1, 100),
        ({"per_page": "0"}, 1, 10),
        ({"per_page": "-5"}, 1, 10),
        ({"per_page": "x"}, 1, 10),
        ({"per_page": ""}, 1, 10),
        ({"per_page": None}, 1, 10),
        ({"per_page": True}, 1, 10),
        ({"per_page": ["5"]}, 1, 10),
        ({"per_page": "٥"}, 1, 10),
        ({"page": "0"}, 1, 10),
        ({"page": "-1"}, 1, 10),
        ({"page": "first"}, 1, 10),
        ({"page": {"a": "1"}}, 1, 10),
        ({"page": "1.5"}, 1, 10),
        ({"page": "0" * 6000 + "2"}, 2, 10),
    ],
)
def test_read_page(params: dict[str, Any], number: int, size: int) -> None:
    assert read_page(params) == Page(number, size)


def test_offset_and_limit() -> None:
    page = Page(3, 50)
    assert (page.offset, page.limit) == (100, 50)


@pytest.mark.parametrize("page", ["9" * 5000, 10**30, "9" * 19, str(2**63)])
def test_a_huge_page_stays_in_64_bits(page: Any) -> None:
    read = read_page({"page": page, "per_page": "100"})
    assert 2**62 < read.offset + read.limit < 2**63


def relations(header: str | None) -> dict[str, int]:
    assert header is not None
    return {link["rel"]: int(dict(parse_qsl(urlsplit(link["url"]).query))["page"]) for link in parse_header_links(header)}


@pytest.mark.parametrize(
    ("page", "total", "more", "expected"),
    [
        (Page(1, 10), 0, False, {"current": 1, "first": 1, "last": 1}),
        (Page(1, 10), 10, True, {"current": 1, "first": 1, "last": 1}),
        (Page(1, 10), 11, False, {"current": 1, "next": 2, "first": 1, "last": 2}),
        (Page(2, 10), 25, False, {"current": 2, "next": 3, "prev": 1, "first": 1, "last": 3}),
        (Page(3, 10), 25, False, {"current": 3, "prev": 2, "first": 1, "last": 3}),
        (Page(9, 10), 25, False, {"current": 9, "prev": 8, "first": 1, "last": 3}),
        (Page(1, 1), None, True, {"current": 1, "next": 2, "first": 1}),
        (Page(2, 10), None, True, {"current": 2, "next": 3, "prev": 1, "first": 1}),
        (Page(2, 10), None, False, {"current": 2, "prev": 1, "first": 1}),
    ],
)
def test_relations_in_order(page: Page, total: int | None, more: bool, expected: dict[str, int]) -> None:
    found = relations(link_header(URL, b"", page, total=total, more=more))
    assert found == expected
    assert list(found) == list(expected)


def test_the_header_as_written() -> None:
    assert link_header(URL, b"include[]=a&page=7&per_page=2", Page(1, 2), total=3) == (
        f'<{URL}?include%5B%5D=a&page=1&per_page=2>; rel="current",'
        f'<{URL}?include%5B%5D=a&page=2&per_page=2>; rel="next",'
        f'<{URL}?include%5B%5D=a&page=1&per_page=2>; rel="first",'
        f'<{URL}?include%5B%5D=a&page=2&per_page=2>; rel="last"'
    )


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (b"", ""),
        (b"&&", ""),
        (b"a=1&b", "a=1&b&"),
        (b"a=1&page=2&per_page=3&access_token=s&api_key=t&z=2", "a=1&z=2&"),
        (b"access%5Ftoken=s&%61ccess_token=s&access_token[]=s&access_token%5Bx%5D=s&page", ""),
        (b"pages=1&my_access_token_id=2", "pages=1&my_access_token_id=2&"),
        (b"include%5B%5D=a%20b+c", "include%5B%5D=a%20b+c&"),
        (b'a=<">\r\nX: y', "a=%3C%22%3E%0D%0AX:%20y&"),
        ("a=é".encode(), "a=%C3%A9&"),
        ("a=é", "a=%C3%A9&"),
        ("a=\ud800", "a=?&"),
    ],
)
def test_links_repeat_the_query_but_no_credentials(query: bytes | str, kept: str) -> None:
    header = link_header(URL, query, Page())
    assert header is not None
    assert header.startswith(f"<{URL}?{kept}page=1&per_page=10>")


def test_a_long_header_keeps_the_links_that_matter() -> None:
    page = Page(2, 10)
    everything = ["current", "next", "prev", "first", "last"]
    expected = {100: everything, 1300: ["current", "next", "prev", "last"], 1700: ["next", "prev", "last"]}
    expected |= {2500: ["next", "last"], 4000: ["next"]}
    for length, kept in expected.items():
        header = link_header(URL, b"a=" + b"x" * length, page, total=90)
        assert header is not None
        assert len(header) <= MAX_HEADER
        assert list(relations(header)) == kept
    assert link_header(URL, b"a=" + b"x" * 7000, page, total=90) is None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.integers(1, 50), st.integers(1, 100), st.none() | st.integers(0, 500), st.booleans())
def test_the_header_is_always_one_clean_line(query: bytes, number: int, size: int, total: int | None, more: bool) -> None:
    header = link_header(URL, query, Page(number, size), total=total, more=more)
    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    assert header.count("<") == header.count(">") == len(relations(header))
