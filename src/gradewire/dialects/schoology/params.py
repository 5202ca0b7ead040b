"""Parameters of a request: from a tree in which everything may be a text to a declared struct.

An XML body and a query string can only send texts, and clients write numbers of JSON bodies as texts too, so each scalar is
read from its text. ``read`` fills a ``msgspec.Struct`` by these rules:

* what was not sent keeps the field's default (``UNSET`` to tell it from null); without a default it is ``Missing``;
* unknown names are ignored;
* null is ``None`` where the field allows it; elsewhere it counts as not sent; a blank number, object or array is null, too,
  where null is allowed, and counts as not sent elsewhere (an empty element of XML may stand for any of them);
* a text is itself, a number its digits, ``true`` is ``"1"`` and ``false`` ``"0"``;
* a boolean is true for ``1`` and ``true`` in any case, false for ``0``, ``false`` and the empty text;
* a number is a number or its text; integers fit 64 bits, floats are finite;
* an array is an array, or one element that stands for itself; integers also as one text with commas; blank, it is empty;
* anything else is ``Malformed`` and names the parameter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from gradewire.core.errors import Malformed, Missing

S = TypeVar("S", bound=msgspec.Struct)

MOST_PARAMETERS = 1000
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0*)?", re.ASCII)
_INT64 = 2**63
_SKIP: Final = object()
"""Says: as if it had not been sent."""

_Decoder: TypeAlias = Callable[[Any, str], Any]
"""(value as sent, the name to complain of) -> value to store."""


def parse_query(query: str) -> dict[str, Any]:
    """The parameters of a query string, the last of several with one name; those of OAuth are none of them.

    Raises:
        Malformed: too many, not UTF-8, or with a character that no text has.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Malformed("The query string cannot be read.") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Malformed("The query string contains a character that is not allowed.")
    return {name: value for name, value in pairs if not name.startswith("oauth_")}


def read(sent: Mapping[str, Any], into: type[S], *, within: str = "") -> S:
    """Fill the struct with the parameters, by the rules above. ``within`` is what an error calls the place of ``sent``.

    Raises:
        Malformed: something cannot be read.
        Missing: something without a default was not sent.
    """
    filled: S = _struct(into)(sent, within)
    return filled


@cache
def _struct(declared: type[msgspec.Struct]) -> _Decoder:
    info = inspect.type_info(declared)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{declared} is not a struct")
    fields = [
        (field.encode_name, name, _decoder(field.type), field.required)
        for field, name in zip(info.fields, declared.__struct_fields__, strict=True)
    ]

    def decode(sent: Any, within: str) -> Any:
        if not isinstance(sent, Mapping):
            raise _unreadable(within, "an object")
        values: dict[str, Any] = {}
        for key, name, decoder, required in fields:
            path = f"{within}.{key}" if within else key
            value = decoder(sent[key], path) if key in sent else _SKIP
            if value is not _SKIP:
                values[name] = value
            elif required:
                raise Missing(path)
        return declared(**values)

    return decode


def _decoder(declared: inspect.Type) -> _Decoder:
    null: object = _SKIP
    if isinstance(declared, inspect.UnionType):
        rest = [one for one in declared.types if not isinstance(one, inspect.NoneType)]
        null = None if len(rest) < len(declared.types) else _SKIP
        if len(rest) != 1:
            raise TypeError(f"a parameter has one type, beside None and UNSET: {declared.types}")
        declared = rest[0]
    if isinstance(declared, inspect.AnyType):
        return lambda sent, _path: sent
    inner = _plan(declared)
    blank_is_null = not isinstance(declared, inspect.StrType | inspect.BoolType | inspect.ListType)

    def decode(sent: Any, path: str) -> Any:
        if sent is None or (blank_is_null and isinstance(sent, str) and not sent.strip()):
            return null
        return inner(sent, path)

    return decode


def _plan(declared: inspect.Type) -> _Decoder:
    match declared:
        case inspect.StrType():
            return _text
        case inspect.BoolType():
            return _boolean
        case inspect.IntType():
            return _integer
        case inspect.FloatType():
            return _float
        case inspect.StructType():
            return _struct(declared.cls)
        case inspect.ListType():
            return _array(declared)
        case inspect.DictType():
            return _object
        case _:
            raise TypeError(f"a parameter cannot be declared as {declared}")


def _text(sent: Any, path: str) -> str:
    if isinstance(sent, str):
        return sent
    if isinstance(sent, bool):
        return "1" if sent else "0"
    if isinstance(sent, int | float):
        return str(sent)
    raise _unreadable(path, "a text")


def _boolean(sent: Any, path: str) -> bool:
    text = _text(sent, path).strip().lower()
    if text in {"1", "true"}:
        return True
    if text in {"0", "false", ""}:
        return False
    raise _unreadable(path, "0 or 1")


def _integer(sent: Any, path: str) -> int:
    text = _text(sent, path).strip()
    if not _INTEGER.fullmatch(text) or not -_INT64 <= int(text.partition(".")[0]) < _INT64:
        raise _unreadable(path, "an integer")
    return int(text.partition(".")[0])


def _float(sent: Any, path: str) -> float:
    text = _text(sent, path).strip()
    if len(text) > 400 or "_" in text or not text.isascii() or isinstance(sent, bool):
        raise _unreadable(path, "a number")
    try:
        number = float(text)
    except ValueError:
        raise _unreadable(path, "a number") from None
    if not math.isfinite(number):
        raise _unreadable(path, "a number that can be counted with")
    return number


def _object(sent: Any, path: str) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise _unreadable(path, "an object")
    return sent


def _array(declared: inspect.ListType) -> _Decoder:
    item = _decoder(declared.item_type)
    integers = isinstance(declared.item_type, inspect.IntType)

    def decode(sent: Any, path: str) -> list[Any]:
        if sent == "":
            return []
        if isinstance(sent, str) and integers:
            sent = sent.split(",")
        values = [item(one, f"{path}[{place}]") for place, one in enumerate(sent if isinstance(sent, list) else [sent])]
        return [value for value in values if value is not _SKIP and value is not None]

    return decode


def _unreadable(path: str, wanted: str) -> Malformed:
    return Malformed(f"{path[:200] or 'The body'} is not {wanted}.", field=path[:200])
