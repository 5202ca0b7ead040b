"""Bytes to parameters: bracket notation, multipart, JSON."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.errors import Malformed
from gradewire.dialects.canvas.bodies import (
    MAX_DEPTH,
    MAX_PARAMETERS,
    Upload,
    parse_body,
    parse_form,
    parse_json,
    parse_multipart,
    parse_query,
)

steady = settings(derandomize=True, deadline=None, max_examples=150)


@pytest.mark.parametrize(
    ("raw", "tree"),
    [
        (b"", {}),
        (b"&&", {}),
        (b"a=1", {"a": "1"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a", {"a": None}),
        (b"a=", {"a": ""}),
        (b"=1", {}),
        (b"a=1=2", {"a": "1=2"}),
        (b"a=1+2%2B3", {"a": "1 2+3"}),
        (b"a=%C3%A9", {"a": "é"}),
        ("a=é".encode(), {"a": "é"}),
        (b"a[]=1", {"a": ["1"]}),
        (b"a[]=1&a[]=2", {"a": ["1", "2"]}),
        (b"a%5B%5D=1&a[]=2", {"a": ["1", "2"]}),
        (b"a[]", {"a": [None]}),
        (b"a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        (b"a[b]=1&a[b]=2", {"a": {"b": "2"}}),
        (b"a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        (b"a[][x]=1&a[][y]=2", {"a": [{"x": "1", "y": "2"}]}),
        (b"a[][x]=1&a[][x]=2&a[][y]=3", {"a": [{"x": "1"}, {"x": "2", "y": "3"}]}),
        (b"a[][x][y]=1&a[][x][z]=2&a[][x][y]=3", {"a": [{"x": {"y": "1", "z": "2"}}, {"x": {"y": "3"}}]}),
        (b"a[][x][]=1&a[][x][]=2", {"a": [{"x": ["1", "2"]}]}),
        (b"a[]=1&a[][x]=2", {"a": ["1", {"x": "2"}]}),
        (
            b"grade_data[12][posted_grade]=7&grade_data[13][excuse]=1",
            {"grade_data": {"12": {"posted_grade": "7"}, "13": {"excuse": "1"}}},
        ),
        (b"a[0]=x&a[1]=y", {"a": {"0": "x", "1": "y"}}),
        (b"submission%5Bposted_grade%5D=8", {"submission": {"posted_grade": "8"}}),
    ],
)
def test_bracket_notation(raw: bytes, tree: dict[str, Any]) -> None:
    assert parse_form(raw) == tree
    assert parse_query(raw) == tree
    assert parse_query(raw.decode()) == tree


@pytest.mark.parametrize(
    "raw",
    [
        b"a=1&a[b]=2",
        b"a[b]=2&a=1",
        b"a=1&a[]=2",
        b"a[]=1&a=2",
        b"a[]=1&a[b]=2",
        b"a[b]=1&a[]=2",
        b"a[b]=1&a[b][c]=2",
        b"a[b][c]=1&a[b]=2",
        b"a=%",
        b"a=%2",
        b"a=%zz",
        b"%=1",
        b"a=%ff",
        b"a=\xff",
        b"a=%00",
        b"a=\0",
        b"\0=1",
        b"a[=1",
        b"a[b=1",
        b"a]=1",
        b"a[b]]=1",
        b"a[[b]]=1",
        b"a[b]c=1",
        b"a[b]c[d]=1",
        b"[]=1",
        b"[a]=1",
        b"a[][]=1",
        b"a" + b"[b]" * MAX_DEPTH + b"=1",
        b"a" + b"[b]" * 100_000 + b"=1",
        b"&" * MAX_PARAMETERS,
    ],
)
def test_unreadable_forms_are_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_form(raw)


def test_limits_are_inclusive() -> None:
    assert parse_form(b"a" + b"[b]" * (MAX_DEPTH - 1) + b"=1")
    assert parse_form(b"&".join(b"a[]=1" for _ in range(MAX_PARAMETERS))) == {"a": ["1"] * MAX_PARAMETERS}


def test_a_query_that_is_not_unicode_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_query("a=\ud800")


# Round trip. Empty arrays and hashes cannot be written in a form, nor can an array directly inside an array.
keys = st.text(min_size=1, max_size=6).filter(lambda key: not set("[]\0") & set(key) and key.isprintable())
texts = st.text(max_size=6).filter(lambda text: "\0" not in text)


def hashes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(keys, values, min_size=1, max_size=3)


leaves = texts | st.lists(texts, min_size=1, max_size=3)
trees = hashes(st.recursive(leaves, hashes, max_leaves=8))


def flat(tree: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(tree, dict):
        return [pair for key, item in tree.items() for pair in flat(item, f"{name}[{key}]" if name else key)]
    if isinstance(tree, list):
        return [pair for item in tree for pair in flat(item, f"{name}[]")]
    return [(name, tree)]


def written(tree: Any) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in flat(tree)).encode()


@steady
@given(trees)
def test_nested_structures_survive_a_form(tree: dict[str, Any]) -> None:
    assert parse_form(written(tree)) == tree


@steady
@given(st.lists(st.fixed_dictionaries({"name": texts, "value": texts, "more": hashes(texts)}), min_size=1, max_size=4))
def test_arrays_of_hashes_survive_a_form(entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        entry["more"] = {"fixed": entry["more"].popitem()[1]}
    assert parse_form(written({"entry": entries})) == {"entry": entries}


@steady
@given(st.binary(max_size=60) | st.text(alphabet="a[]=&%0+\0é", max_size=40).map(str.encode))
def test_arbitrary_bytes_parse_or_are_malformed(raw: bytes) -> None:
    for kind in (None, "application/json", "multipart/form-data; boundary=b"):
        with suppress(Malformed):
            assert isinstance(parse_body(kind, raw), dict)


# Multipart


def multipart(fields: list[tuple[str, Any]]) -> tuple[str, bytes]:
    prepared = requests.Request("POST", "http://canvas.test/", files=fields).prepare()
    assert isinstance(prepared.body, bytes)
    return str(prepared.headers["Content-Type"]), prepared.body


def test_multipart_fields_are_the_same_parameters() -> None:
    kind, body = multipart(
        [
            ("submission[posted_grade]", (None, "8")),
            ("include[]", (None, "visibility")),
            ("include[]", (None, "é\r\n--")),
            ("empty", (None, "")),
            ("attachment", ("essay.csv", b"a\0b\xff", "text/csv")),
        ]
    )
    assert parse_body(kind, body) == {
        "submission": {"posted_grade": "8"},
        "include": ["visibility", "é\r\n--"],
        "empty": "",
        "attachment": Upload("essay.csv", "text/csv", b"a\0b\xff"),
    }


def part(head: bytes, content: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n--b--\r\n"


def test_multipart_details() -> None:
    kind = "multipart/form-data; boundary=b"
    assert parse_multipart(part(b'name="a"; filename=""', b""), kind) == {}
    assert parse_multipart(part(b'name="a"\r\nContent-Type: text/plain; charset=ISO-8859-1', b"\xe9"), kind) == {"a": "é"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", part(b'name="a"', b"1")),
        ("multipart/form-data; boundary=é", part(b'name="a"', b"1")),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"nothing"),
        ("multipart/form-data; boundary=b", part(b'name="a"', b"1")[:-10]),
        ("multipart/form-data; boundary=b", part(b'name="a"', b"\xff")),
        ("multipart/form-data; boundary=b", part(b'name="a"', b"\0")),
        ("multipart/form-data; boundary=b", part(b'name="a"\r\nContent-Type: text/plain; charset=punycode', b"1")),
        ("multipart/form-data; boundary=b", part(b'name="a[b"', b"1")),
    ],
)
def test_unreadable_multipart_is_malformed(kind: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_body(kind, body)


@steady
@given(
    st.lists(
        st.sampled_from(
            [b"--b", b"\r\n", b"Content-Disposition: form-data; ", b'name="a"', b"--", b";", b"\xff", b"filename*=x", b"\0"]
        ),
        max_size=14,
    )
)
def test_arbitrary_multipart_parses_or_is_malformed(pieces: list[bytes]) -> None:
    with suppress(Malformed):
        assert isinstance(parse_multipart(b"--b\r\n" + b"".join(pieces), "multipart/form-data; boundary=b"), dict)


# JSON


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"]
)
def test_json_content_types(kind: str) -> None:
    assert parse_body(kind, b'{"a":1}') == {"a": 1}


def test_other_content_types_carry_no_parameters() -> None:
    assert parse_body("text/plain", b"a=1") == {}
    assert parse_body("application/jsonx", b"a=1") == {}


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"", {}),
        (b" \n", {}),
        (b"{}", {}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":[1,2.5,true,null,"x",{"b":[]}]}', {"a": [1, 2.5, True, None, "x", {"b": []}]}),
        (b'{"a":123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b'{"a":"\\u00e9\\ud83d\\ude00"}', {"a": "é😀"}),
        (b'{"a":"\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH, None),
        (json.dumps({"a": [{"b": 1}] * 500}).encode(), {"a": [{"b": 1}] * 500}),
    ],
)
def test_json(body: bytes, tree: dict[str, Any] | None) -> None:
    parsed = parse_json(body)
    assert tree is None or parsed == tree


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"null",
        b"{",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00 "}',
        b'{"a":"\xff"}',
        b'{"a":1} x',
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_unreadable_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(body)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@steady
@given(st.dictionaries(texts, values, max_size=4))
def test_json_survives(tree: dict[str, Any]) -> None:
    assert parse_json(json.dumps(tree).encode()) == tree
