"""XML by Schoology's rules (reference, 3.2), both ways.

Out: the root is ``result``; an array is its element repeated; ``null``, ``false``, the empty text, the empty array and the
empty object are an empty element; an array of one such thing too. In: whatever the outer element is called, below it the
structure of the JSON. An element with elements in it is an object, a repeated one an array, any other a text; who reads it
decides what an empty text means (``params.py``).

A body may not have a document type, entities of its own, more than 32 levels or 50,000 elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from gradewire.core.errors import Malformed

CONTENT_TYPE = "text/xml; charset=UTF-8"

MOST_LEVELS = 32
MOST_ELEMENTS = 50_000

_DECLARATION = '<?xml version="1.0" encoding="utf-8" ?>\n'
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_UNNAMABLE = re.compile(r"[^A-Za-z0-9_.-]", re.ASCII)
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile("[&<>\r]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def encode(value: object) -> bytes:
    """A struct or dict as a document. Characters that XML cannot carry become U+FFFD."""
    tree = msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True)
    parts: list[str] = [_DECLARATION]
    _write(parts, "result", tree)
    return "".join(parts).encode()


def _write(parts: list[str], name: str, value: Any) -> None:
    if isinstance(value, list | tuple) and value:
        for item in value:
            _write(parts, name, item)
    elif isinstance(value, Mapping) and value:
        parts.append(f"<{name}>")
        for key, item in value.items():
            _write(parts, key if _NAME.fullmatch(key) else f"_{_UNNAMABLE.sub('_', key)}", item)
        parts.append(f"</{name}>")
    elif text := _text(value):
        parts.append(f"<{name}>{text}</{name}>")
    else:
        parts.append(f"<{name} />")


def _text(value: Any) -> str:
    if value is True:
        return "1"
    if value is None or value is False or isinstance(value, list | tuple | Mapping):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = _IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)


def parse(body: bytes) -> dict[str, Any]:
    """Read a body: what is below the outer element.

    Raises:
        Malformed: it is not XML, or more than is read.
    """
    tree = _Tree()
    parser = DefusedXMLParser(target=tree, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(body)
        found: object = parser.close()
    except DefusedXmlException:
        raise Malformed("The XML body has a document type or entities of its own.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise Malformed(f"The XML body cannot be read: {str(error)[:200]}.") from None
    if isinstance(found, dict):
        return found
    if isinstance(found, str) and not found.strip():
        return {}
    raise Malformed("The XML body has no elements.")


class _Tree:
    """Grows the tree while the parser reads, so that nothing is deeper or larger than it may be."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._elements = 0
        self._done: dict[str, Any] | str = ""

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._open) >= MOST_LEVELS:
            raise Malformed("The XML body is nested too deeply.")
        if self._elements > MOST_ELEMENTS:
            raise Malformed("The XML body has too many elements.")
        self._open.append((tag.rpartition("}")[2], {}, []))

    def data(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _tag: str) -> None:
        name, children, texts = self._open.pop()
        value: dict[str, Any] | str = children or "".join(texts)
        if not self._open:
            self._done = value
            return
        siblings = self._open[-1][1]
        known = siblings.get(name)
        if known is None:
            siblings[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            siblings[name] = [known, value]

    def close(self) -> dict[str, Any] | str:
        return self._done
