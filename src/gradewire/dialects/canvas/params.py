"""Parameters of a request: from its parts to one tree, and from the tree to a declared struct.

Canvas is lenient about types. A form can only send texts and a JSON body sends numbers and booleans, and both must mean the
same, so every scalar is read from its text. ``read`` fills a ``msgspec.Struct`` by these rules:

* what was not sent keeps the field's default (``UNSET`` to tell it from null); without a default it is ``Missing``;
* unknown names are ignored;
* null is ``None`` where the field allows it; elsewhere it counts as not sent, and for a boolean as false;
* a text is itself, ``8`` is ``"8"``, ``true`` is ``"true"``;
* a boolean is true for ``true``, ``1``, ``on``, ``yes``, ``t``, ``y`` in any case, and false for everything else;
* a number is a number or its text; a blank one is null; integers fit 64 bits, floats are finite;
* a time is ISO 8601, in UTC when it names no offset; a blank one is null;
* an array may be sent as ``name[]``, as a JSON array, as a hash with the keys ``0``, ``1``, ... or, with one element, as
  the bare value; arrays of hashes only as the first two. Nulls in it are dropped, and blank numbers and times;
* a hash sent blank is null;
* a hash or array in place of a scalar, and any other value that cannot be read, is ``Malformed`` and names the parameter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from msgspec import inspect

from gradewire.core.errors import Malformed, Missing
from gradewire.dialects.canvas.bodies import (
    Params,
    Upload,
    parse_body,
    parse_form,
    parse_json,
    parse_multipart,
    parse_query,
)

__all__ = [
    "Params",
    "Upload",
    "merge",
    "parse_body",
    "parse_form",
    "parse_json",
    "parse_multipart",
    "parse_query",
    "read",
]

S = TypeVar("S", bound=msgspec.Struct)


def merge(query: Mapping[str, Any], body: Mapping[str, Any], path: Mapping[str, Any]) -> Params:
    """One tree out of three: the path wins over the body, the body over the query string, whole top-level names at a time."""
    return {**query, **body, **path}


def read(params: Mapping[str, Any], into: type[S]) -> S:
    """Fill the struct with the parameters, by the rules above."""
    try:
        filled: S = _struct(into)(params)
    except _Unreadable as error:
        field = error.path()
        raise Malformed(f"{field} {error.reason}.", field=field) from None
    except _Absent as error:
        raise Missing(error.path()) from None
    return filled


# One decoder per declared type, built once. A decoder gets the value as sent and returns the value to store, or raises one of
# two private errors that collect their path on the way out, so that reading a good request never builds a path.

_Decoder: TypeAlias = Callable[[Any], Any]
_SKIP: Final = object()
"""Says: as if it had not been sent."""

_TRUE = frozenset({"true", "1", "on", "yes", "t", "y"})
_INTEGER = re.compile(r"[+-]?[0-9]+(?:\.0*)?", re.ASCII)
_INT64 = 2**63


class _TrailError(Exception):
    def __init__(self, reason: str = "", *, key: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.trail: list[str] = [] if key is None else [key]

    def path(self) -> str:
        head, *rest = reversed(self.trail)
        return head + "".join(f"[{key if len(key) <= 100 else key[:100] + '…'}]" for key in rest)


class _Unreadable(_TrailError):
    pass


class _Absent(_TrailError):
    pass


@cache
def _struct(declared: type[msgspec.Struct]) -> _Decoder:
    fields: dict[str, tuple[str, _Decoder]] = {}
    required: list[tuple[str, str]] = []
    info = inspect.type_info(declared)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{declared} is not a struct")
    for field, name in zip(info.fields, declared.__struct_fields__, strict=True):
        fields[field.encode_name] = (name, _decoder(field.type))
        if field.required:
            required.append((name, field.encode_name))

    def decode(sent: Any) -> Any:
        values: dict[str, Any] = {}
        key = ""
        try:
            for key, value in sent.items():
                if plan := fields.get(key):
                    decoded = plan[1](value)
                    if decoded is not _SKIP:
                        values[plan[0]] = decoded
        except _TrailError as error:
            error.trail.append(key)
            raise
        for name, key in required:
            if name not in values:
                raise _Absent(key=key)
        return declared(**values)

    return decode


def _decoder(declared: inspect.Type) -> _Decoder:
    """The decoder of a declared type, with what null means there."""
    nullable = False
    if isinstance(declared, inspect.Metadata):
        declared = declared.type
    if isinstance(declared, inspect.UnionType):
        rest = [member for member in declared.types if not isinstance(member, inspect.NoneType)]
        nullable = len(rest) < len(declared.types)
        if len(rest) != 1:
            raise TypeError(f"a parameter has one type, beside None and UNSET: {declared.types}")
        declared = rest[0].type if isinstance(rest[0], inspect.Metadata) else rest[0]
    return _PLANS.get(type(declared), _unsupported)(declared, None if nullable else _SKIP)


def _unsupported(declared: Any, _null: object) -> _Decoder:
    raise TypeError(f"a parameter cannot be declared as {declared}")


def _text(declared: inspect.StrType, null: object) -> _Decoder:
    _unconstrained(declared, declared.min_length, declared.max_length, declared.pattern)

    def decode(sent: Any) -> Any:
        kind = type(sent)
        if kind is str:
            return sent
        if sent is None:
            return null
        return _scalar(sent)

    return decode


def _choice(declared: inspect.LiteralType, null: object) -> _Decoder:
    """One of a few texts; a blank is as if it had not been sent, unless it is one of them."""
    known = frozenset(declared.values)

    def decode(sent: Any) -> Any:
        if sent is None:
            return null
        text = _scalar(sent)
        if text in known:
            return text
        if not text.strip():
            return _SKIP
        raise _Unreadable(f"is not one of {', '.join(sorted(map(str, known)))}")

    return decode


def _scalar(sent: Any) -> str:
    kind = type(sent)
    if kind is str:
        return sent  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if sent else "false"
    if kind is int or kind is float:
        return str(sent)
    if kind is list:
        raise _Unreadable("is an array, not a single value")
    if kind is dict:
        raise _Unreadable("is a hash, not a single value")
    raise _Unreadable("is a file, not a text")


def _boolean(_declared: inspect.BoolType, null: object) -> _Decoder:
    missing = None if null is None else False

    def decode(sent: Any) -> Any:
        if sent is True or sent is False:
            return sent
        if sent is None:
            return missing
        return _scalar(sent).strip().lower() in _TRUE

    return decode


def _integer(declared: inspect.IntType, null: object) -> _Decoder:
    _unconstrained(declared, declared.gt, declared.ge, declared.lt, declared.le, declared.multiple_of)

    def decode(sent: Any) -> Any:
        if type(sent) is int:
            number = sent
        elif sent is None:
            return null
        else:
            text = _scalar(sent).strip() if type(sent) is not bool else "true"
            if not text:
                return null
            if not _INTEGER.fullmatch(text):
                raise _Unreadable("is not an integer")
            digits = text.partition(".")[0].lstrip("+-").lstrip("0")
            if len(digits) > 19:
                raise _Unreadable("is out of range")
            number = -int(digits or "0") if text[0] == "-" else int(digits or "0")
        if not -_INT64 <= number < _INT64:
            raise _Unreadable("is out of range")
        return number

    return decode


def _float(declared: inspect.FloatType, null: object) -> _Decoder:
    _unconstrained(declared, declared.gt, declared.ge, declared.lt, declared.le, declared.multiple_of)

    def decode(sent: Any) -> Any:
        kind = type(sent)
        if kind is float:
            return sent
        if sent is None:
            return null
        text = "" if kind is int else _scalar(sent).strip()
        if kind is not int and not text:
            return null
        if len(text) > 400 or "_" in text or kind is bool or not text.isascii():
            raise _Unreadable("is not a number")
        try:
            number = float(sent)
        except ValueError:
            raise _Unreadable("is not a number") from None
        except OverflowError:
            raise _Unreadable("is out of range") from None
        if not math.isfinite(number):
            raise _Unreadable("is out of range" if text.strip("+-")[0] in "0123456789." else "is not a number")
        return number

    return decode


def _time(declared: inspect.DateTimeType, null: object) -> _Decoder:
    _unconstrained(declared, declared.tz)

    def decode(sent: Any) -> Any:
        if sent is None:
            return null
        if type(sent) is not str:
            _scalar(sent)
            raise _Unreadable("is not an ISO 8601 time")
        text = sent.strip()
        if not text:
            return null
        try:
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise _Unreadable("is not an ISO 8601 time") from None

    return decode


def _hash(decode_items: _Decoder, null: object) -> _Decoder:
    def decode(sent: Any) -> Any:
        if type(sent) is dict:
            return decode_items(sent)
        if sent is None or sent == "":
            return null
        raise _Unreadable("is not a hash")

    return decode


def _record(declared: inspect.StructType, null: object) -> _Decoder:
    if declared.cls is Upload:
        return _upload(null)
    return _hash(_struct(declared.cls), null)


def _upload(null: object) -> _Decoder:
    def decode(sent: Any) -> Any:
        if isinstance(sent, Upload):
            return sent
        if sent is None or sent == "":
            return null
        raise _Unreadable("is not a file")

    return decode


def _dictionary(declared: inspect.DictType, null: object) -> _Decoder:
    if not isinstance(declared.key_type, (inspect.StrType, inspect.AnyType)):
        raise TypeError("the keys of parameters are texts")
    decode_value = _decoder(declared.value_type)

    def decode_items(sent: Any) -> Any:
        values: dict[str, Any] = {}
        key = ""
        try:
            for key, value in sent.items():
                decoded = decode_value(value)
                if decoded is not _SKIP:
                    values[key] = decoded
        except _TrailError as error:
            error.trail.append(key)
            raise
        return values

    return _hash(decode_items, null)


def _array(declared: inspect.ListType, null: object) -> _Decoder:
    _unconstrained(declared, declared.min_length, declared.max_length)
    item = declared.item_type
    if isinstance(item, inspect.Metadata):
        item = item.type
    scalar = not isinstance(item, (inspect.StructType, inspect.DictType, inspect.ListType))
    decode_item = _decoder(declared.item_type)

    def decode(sent: Any) -> Any:
        if sent is None:
            return null
        if type(sent) is not list:
            if not scalar:
                if sent == "":
                    return []
                raise _Unreadable("is not an array of hashes")
            sent = [] if sent == "" else _indexed(sent) if type(sent) is dict else [sent]
        values: list[Any] = []
        place = 0
        try:
            for place, value in enumerate(sent):  # noqa: B007  -- read when an element fails
                if value is not None:
                    decoded = decode_item(value)
                    if decoded is not _SKIP and decoded is not None:
                        values.append(decoded)
        except _TrailError as error:
            error.trail.append(str(place))
            raise
        return values

    return decode


def _indexed(sent: dict[str, Any]) -> list[Any]:
    """The values of a hash that stands for an array, in the order of its keys."""
    places: dict[int, Any] = {}
    for key, value in sent.items():
        if not (key.isascii() and key.isdigit() and len(key) <= 9):
            raise _Unreadable("is a hash, not an array")
        places[int(key)] = value
    return [places[place] for place in sorted(places)]


def _anything(_declared: inspect.AnyType, _null: object) -> _Decoder:
    return lambda sent: sent


def _unconstrained(declared: inspect.Type, *limits: object) -> None:
    if any(limit is not None for limit in limits):
        raise TypeError(f"limits of a parameter are checked by the action that it fills, not here: {declared}")


_PLANS: dict[type, Callable[[Any, object], _Decoder]] = {
    inspect.StrType: _text,
    inspect.LiteralType: _choice,
    inspect.BoolType: _boolean,
    inspect.IntType: _integer,
    inspect.FloatType: _float,
    inspect.DateTimeType: _time,
    inspect.StructType: _record,
    inspect.DictType: _dictionary,
    inspect.ListType: _array,
    inspect.AnyType: _anything,
}
