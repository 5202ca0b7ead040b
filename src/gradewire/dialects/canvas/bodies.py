"""Query strings and request bodies: bytes in, one tree of parameters out.

Query strings, ``application/x-www-form-urlencoded`` and ``multipart/form-data`` share one way of writing a tree into flat
names, with brackets: ``a[b]=1`` is a hash, ``a[]=1`` adds to an array, and in an array of hashes (``a[][x]=1&a[][y]=2``)
a key that the current element already has starts the next element. The same name twice: the later value wins. A name
without ``=`` is null, with an empty value it is the empty text. A JSON body is a tree already.

Whatever cannot be read is ``Malformed``, nothing else is ever raised, and the time is linear in the size of the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

import msgspec
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from gradewire.core.errors import Malformed

MAX_PARAMETERS = 20_000
MAX_DEPTH = 32

Params: TypeAlias = dict[str, Any]
"""Parameters as sent: texts, nulls, arrays, hashes, uploads and, from JSON bodies, numbers and booleans."""

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_JSON_TYPE = re.compile(r"application/(?:[\w.!#$&^-]+\+)?json", re.ASCII)
_json = msgspec.json.Decoder()
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
"""Charsets a multipart field may name. Others are refused: some of Python's codecs are slow on purpose-made input."""


class Upload(msgspec.Struct, frozen=True):
    """A file sent as one part of a multipart body."""

    filename: str
    content_type: str
    content: bytes


def parse_body(content_type: str | None, body: bytes) -> Params:
    """Read a body by its content type. A body of a type that carries no parameters (XML, plain text) has none."""
    if not body:
        return {}
    kind = (content_type or "application/x-www-form-urlencoded").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_form(body)
    if kind == "multipart/form-data":
        return parse_multipart(body, content_type or "")
    if _JSON_TYPE.fullmatch(kind):
        return parse_json(body)
    return {}


def parse_query(raw: bytes | str) -> Params:
    """Read a query string (without its question mark)."""
    if isinstance(raw, str):
        try:
            raw = raw.encode()
        except UnicodeEncodeError:
            raise Malformed("The query string is not valid UTF-8.") from None
    return _parse_pairs(raw, "query string")


def parse_form(body: bytes) -> Params:
    """Read an ``application/x-www-form-urlencoded`` body."""
    return _parse_pairs(body, "request body")


def parse_multipart(body: bytes, content_type: str) -> Params:
    """Read a ``multipart/form-data`` body. Parts with a file name become ``Upload``, the others texts."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary or not boundary.isascii():
        raise Malformed("The multipart body has no usable boundary.")
    pairs: list[tuple[str, object]] = []
    segment: MultipartSegment | None = None
    content = bytearray()
    try:
        with PushMultipartParser(boundary, content_length=len(body), max_segment_count=MAX_PARAMETERS) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    segment, content = event, bytearray()
                elif event:
                    content += event
                elif segment is not None:
                    pairs += _read_part(segment, bytes(content))
    except (MultipartError, UnicodeError) as error:
        raise Malformed(f"The multipart body cannot be read: {error}.") from None
    return _grow(pairs)


def _read_part(segment: MultipartSegment, content: bytes) -> Iterable[tuple[str, object]]:
    name = segment.name or ""
    if "\0" in name:
        raise Malformed("A parameter name contains a NUL character.")
    if segment.filename:
        yield name, Upload(segment.filename, segment.content_type or "application/octet-stream", content)
    elif segment.filename is None:
        charset = _CHARSETS.get((segment.charset or "utf-8").lower())
        if charset is None:
            raise Malformed("A field of the multipart body uses an unknown charset.", field=name)
        try:
            text = content.decode(charset)
        except UnicodeDecodeError:
            raise Malformed(f"{_short(name)} is not valid text.", field=name) from None
        if "\0" in text:
            raise Malformed(f"{_short(name)} contains a NUL character.", field=name)
        yield name, text
    # A file input left empty arrives with an empty file name, and counts as not sent.


def parse_json(body: bytes) -> Params:
    """Read a JSON body: an object, without NaN or Infinity; of a repeated key the last value counts."""
    if not body or body.isspace():
        return {}
    try:
        tree = _json.decode(body)
    except RecursionError:
        raise Malformed("The JSON body is nested too deeply.") from None
    except ValueError as error:
        raise Malformed(f"The JSON body cannot be read: {error}.") from None
    if not isinstance(tree, dict):
        raise Malformed("The JSON body is not an object.")
    # The walk is needed only for the few bodies that could be too deep or carry a NUL or half a surrogate pair.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH or b"\\u" in body:
        _inspect(tree)
    return tree


def _inspect(tree: Params) -> None:
    level: list[object] = [tree]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise Malformed("The JSON body is nested too deeply.")
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below += node
                below += node.values()
            elif isinstance(node, list):
                below += node
            elif isinstance(node, str):
                if "\0" in node:
                    raise Malformed("The JSON body contains a NUL character.")
                if not node.isascii() and any("\ud800" <= letter <= "\udfff" for letter in node):
                    raise Malformed("The JSON body is not valid Unicode.")
        level = below


def _parse_pairs(raw: bytes, where: str) -> Params:
    if not raw:
        return {}
    if b"%" in raw:
        if _BROKEN_ESCAPE.search(raw):
            raise Malformed(f"The {where} contains an invalid %-escape.")
        if b"%00" in raw:
            raise Malformed(f"The {where} contains a NUL character.")
    if b"\0" in raw:
        raise Malformed(f"The {where} contains a NUL character.")
    if raw.count(b"&") >= MAX_PARAMETERS:
        raise Malformed(f"The {where} has more than {MAX_PARAMETERS} parameters.")
    try:
        return _grow(
            (_unescape(name), _unescape(value) if equals else None)
            for name, equals, value in (pair.partition(b"=") for pair in raw.split(b"&") if pair)
        )
    except UnicodeDecodeError:
        raise Malformed(f"The {where} is not valid UTF-8.") from None


def _unescape(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    return raw.decode()


def _grow(pairs: Iterable[tuple[str, object]]) -> Params:
    """Put flat names back into the tree they spell."""
    root: Params = {}
    for name, value in pairs:
        if "[" not in name and "]" not in name:
            if name:
                if isinstance(root.get(name), (dict, list)):
                    raise _conflict(name)
                root[name] = value
            continue
        path = _split(name) if len(name) <= 128 else _split.__wrapped__(name)
        _plant(root, path, value, name)
    return root


@lru_cache(maxsize=4096)
def _split(name: str) -> tuple[str | None, ...]:
    """``a[b][][c]`` to ``("a", "b", None, "c")``; None stands for the next place of an array."""
    head, opening, rest = name.partition("[")
    if not head or "]" in head or not opening or not rest.endswith("]"):
        raise Malformed(f"The brackets of {_short(name)} do not match.", field=name)
    keys = rest[:-1].split("][")
    if len(keys) >= MAX_DEPTH:
        raise Malformed(f"{_short(name)} is nested too deeply.", field=name)
    if "[][]" in name:
        raise Malformed(f"{_short(name)} puts an array directly into an array.", field=name)
    for key in keys:
        if "[" in key or "]" in key:
            raise Malformed(f"The brackets of {_short(name)} do not match.", field=name)
    return (head, *(key or None for key in keys))


def _plant(root: Params, path: tuple[str | None, ...], value: object, name: str) -> None:
    """Walk to the place that the path names, growing hashes and arrays on the way, and put the value there."""
    node: dict[str, Any] | list[Any] = root
    last = len(path) - 1
    for place, key in enumerate(path):
        if place == last:
            _put(node, key, value, name)
            return
        wanted: type = list if path[place + 1] is None else dict
        if isinstance(node, list):
            # Only a hash can stand in an array: ``_split`` refuses an array directly inside an array.
            current = node[-1] if node else None
            if not isinstance(current, dict) or _has(current, path, place + 1):
                current = {}
                node.append(current)
            node = current
        else:
            assert key is not None
            child = node.get(key, node)
            if child is node:
                child = node[key] = wanted()
            elif type(child) is not wanted:
                raise _conflict(name)
            node = child


def _put(node: dict[str, Any] | list[Any], key: str | None, value: object, name: str) -> None:
    if isinstance(node, list):
        node.append(value)
        return
    assert key is not None
    if isinstance(node.get(key), (dict, list)):
        raise _conflict(name)
    node[key] = value


def _has(element: dict[str, Any], path: tuple[str | None, ...], place: int) -> bool:
    """Whether the rest of the path already leads to something; a path through an array can always take one more."""
    node: object = element
    for key in path[place:]:
        if key is None or not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return True


def _conflict(name: str) -> Malformed:
    return Malformed(f"{_short(name)} contradicts an earlier parameter of the same name.", field=name)


def _short(name: str) -> str:
    return name if len(name) <= 100 else name[:100] + "…"
