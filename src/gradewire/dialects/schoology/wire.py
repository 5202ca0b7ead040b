"""Which of JSON and XML is spoken, and bodies in either (reference, 3.1).

``Accept`` decides by its weights. Where it asks for nothing in particular, the answer is of the family of the request's
``Content-Type``; where that says nothing either, as configured. JSON bodies have at most 32 levels.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

import msgspec

from gradewire.core.errors import Malformed
from gradewire.dialects.schoology import xml
from gradewire.dialects.schoology.errors import UnsupportedTypeError

Format: TypeAlias = Literal["json", "xml"]

CONTENT_TYPES: dict[Format, str] = {"json": "application/json", "xml": xml.CONTENT_TYPE}
PLAIN = "text/plain; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

MOST_LEVELS = 32

_JSON = re.compile(r"(application|text)/([\w.!#$&^-]+\+)?json", re.ASCII)
_XML = re.compile(r"(application|text)/([\w.!#$&^-]+\+)?xml", re.ASCII)
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,6})?)", re.ASCII)

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder()


def family(content_type: str | None) -> Format | None:
    """The format that a media type belongs to."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if _JSON.fullmatch(kind):
        return "json"
    return "xml" if _XML.fullmatch(kind) else None


def choose(accept: str | None, content_type: str | None, default: Format) -> Format:
    """The format of the answer."""
    best: tuple[float, Format | None] = (0.0, None)
    for entry in (accept or "").split(","):
        kind, _, parameters = entry.partition(";")
        match = _WEIGHT.search(parameters)
        weight = float(match[1]) if match else 1.0
        named: Format | None = {"application/*": "json", "text/*": "xml"}.get(kind.strip().lower()) or family(kind)  # type: ignore[assignment]
        if named is not None and weight > best[0]:
            best = weight, named
    return best[1] or family(content_type) or default


def encode(value: object, form: Format) -> bytes:
    """An answer as bytes."""
    return xml.encode(value) if form == "xml" else _encoder.encode(value)


def parse_body(body: bytes, content_type: str | None) -> dict[str, Any]:
    """Read a body as a tree of objects, arrays and scalars; of XML all scalars are texts.

    Raises:
        UnsupportedTypeError: it is said to be something else than JSON or XML.
        Malformed: it cannot be read, or is no object.
    """
    form = family(content_type)
    if form is None and (content_type or "").strip():
        raise UnsupportedTypeError
    if not body or body.isspace():
        return {}
    is_xml = form == "xml" or (form is None and body.lstrip()[:1] == b"<")
    tree = xml.parse(body) if is_xml else _parse_json(body)
    _inspect(tree)
    return tree


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        tree = _decoder.decode(body)
    except RecursionError:
        raise Malformed("The JSON body is nested too deeply.") from None
    except ValueError as error:
        raise Malformed(f"The JSON body cannot be read: {error}.") from None
    if not isinstance(tree, dict):
        raise Malformed("The JSON body is not an object.")
    return tree


def _inspect(tree: dict[str, Any]) -> None:
    """Refuse what no column could hold, and what is too deep to be walked again."""
    level: list[object] = [tree]
    for _ in range(MOST_LEVELS):
        below: list[object] = []
        for node in level:
            for item in (*node.keys(), *node.values()) if isinstance(node, dict) else node if isinstance(node, list) else ():
                if isinstance(item, dict | list):
                    below.append(item)
                elif isinstance(item, str) and not _is_text(item):
                    raise Malformed("The body contains a character that is not allowed.")
        if not below:
            return
        level = below
    raise Malformed("The body is nested too deeply.")


def _is_text(text: str) -> bool:
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def plain(number: float | None) -> int | float | None:
    """A number as the original writes it: whole ones without a point."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number


def flag(value: object) -> int:
    """A yes or no as the original writes it."""
    return 1 if value else 0
