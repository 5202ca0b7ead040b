"""Answers as bytes: JSON the way Canvas writes it.

Times are UTC in whole seconds with ``Z``, scores are numbers that keep their ``.0``, ids are numbers unless the client asks
for texts (JavaScript cannot hold large ones).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

CONTENT_TYPE = "application/json; charset=utf-8"

_STRING_IDS = "application/json+canvas-string-ids"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_UNEVEN = re.compile(rb"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?!Z\")")
"""The time of a moment that is not in whole seconds of UTC (or a text that looks like one)."""

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: object, *, string_ids: bool = False) -> bytes:
    """Encode structs, lists, dicts and scalars.

    The encoder writes a moment as it is, with its microseconds and offset, so shapes had better ``whole`` them. Where one
    did not, the answer is made again, slower and right.
    """
    if string_ids:
        return _encoder.encode(_plain(_builtins(value), string_ids=True))
    body = _encoder.encode(value)
    if _UNEVEN.search(body):
        return _encoder.encode(_plain(_builtins(value), string_ids=False))
    return body


def whole(moment: datetime | None) -> datetime | None:
    """The moment in UTC without its fraction of a second; a naive one is taken for UTC."""
    if moment is None or (moment.tzinfo is UTC and not moment.microsecond):
        return moment
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=0)


def wants_string_ids(accept: str | None) -> bool:
    """Whether an ``Accept`` header asks for ids as texts."""
    if not accept:
        return False
    return any(entry.partition(";")[0].strip().lower() == _STRING_IDS for entry in accept.split(","))


def base36(number: int) -> str:
    """A number from 0 upwards in lower-case base 36: the ``anonymous_id`` under which a user is displayed."""
    if number < 0:
        raise ValueError("base36 takes no negative number")
    digits = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits


def _builtins(value: object) -> Any:
    return msgspec.to_builtins(value, builtin_types=(datetime, Decimal), str_keys=True)


def _plain(value: Any, *, string_ids: bool) -> Any:
    kind = type(value)
    if kind is dict:
        if string_ids:
            return {key: _id(item) if _names_id(key) else _plain(item, string_ids=True) for key, item in value.items()}
        return {key: _plain(item, string_ids=False) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_plain(item, string_ids=string_ids) for item in value]
    if isinstance(value, datetime):
        return whole(value)
    return value


def _names_id(key: str) -> bool:
    return key == "id" or key.endswith(("_id", "_ids"))


def _id(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is list or kind is tuple:
        return [_id(item) for item in value]
    return _plain(value, string_ids=True)
