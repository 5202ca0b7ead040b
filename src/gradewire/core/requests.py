"""Fields of a Schoology request as values. Ids, numbers and flags may be texts, as everything is in XML; a wrong one is told by
its name (Schoology reference, 3.2)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from gradewire.core.errors import Fault, Invalid

_ID = re.compile(r"\s*([0-9]{1,18})\s*", re.ASCII)
_INTEGER = re.compile(r"\s*(-?[0-9]{1,9})(\.0*)?\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*", re.ASCII)


def read_entry(sent: object) -> Mapping[str, Any]:
    """
    Raises:
        Invalid: it has no fields.
    """
    if not isinstance(sent, Mapping):
        raise Invalid(Fault("base", "an entry has fields", "invalid"))
    return sent


def read_id(entry: Mapping[str, Any], field: str) -> int:
    """
    Raises:
        Invalid: no id was sent.
    """
    value = entry.get(field)
    found = None if isinstance(value, bool) else _ID.fullmatch(str("" if value is None else value))
    if found is None:
        raise Invalid(Fault(field, "must be an id", "invalid"))
    return int(found.group(1))


def read_ids(entry: Mapping[str, Any], field: str) -> tuple[int, ...] | UnsetType:
    """Several ids, each once; ``UNSET`` where the field was not sent. One alone is a list of one, nothing an empty list."""
    if field not in entry:
        return UNSET
    value = entry[field]
    several = value if isinstance(value, list | tuple) else [] if value in (None, "", {}) else [value]
    return tuple(dict.fromkeys(read_id({field: one}, field) for one in several if one not in ("", None)))


def read_optional_id(entry: Mapping[str, Any], field: str) -> int | UnsetType:
    """An id, 0 for none, which empty text is too; ``UNSET`` where the field was not sent."""
    if field not in entry:
        return UNSET
    return 0 if entry[field] in (None, "") else read_id(entry, field)


def read_integer(entry: Mapping[str, Any], field: str, *, least: int, most: int) -> int | UnsetType:
    """
    Raises:
        Invalid: no whole number between the bounds.
    """
    value = entry.get(field)
    if value is None or value == "":
        return UNSET
    found = None if isinstance(value, bool) else _INTEGER.fullmatch(str(value))
    if found is None or not least <= int(found.group(1)) <= most:
        raise Invalid(Fault(field, f"must be a whole number from {least} to {most}", "inclusion"))
    return int(found.group(1))


def read_number(entry: Mapping[str, Any], field: str, *, least: float = 0.0, most: float = 1e12) -> float | UnsetType:
    """
    Raises:
        Invalid: no number between the bounds.
    """
    value = entry.get(field)
    if value is None or value == "":
        return UNSET
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) <= most else math.nan
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
    if not least <= number <= most:
        raise Invalid(Fault(field, f"must be a number from {least:g} to {most:g}", "inclusion"))
    return number + 0.0


def read_flag(entry: Mapping[str, Any], field: str) -> bool | UnsetType:
    """0 or 1, or what stands for them; ``UNSET`` where the field was not sent or is empty.

    Raises:
        Invalid: something else.
    """
    value = entry.get(field)
    if value is None or value == "":
        return UNSET
    for truth, words in ((False, {"0", "false"}), (True, {"1", "true"})):
        if str(value).strip().lower() in words:
            return truth
    raise Invalid(Fault(field, "must be 0 or 1", "inclusion"))


def read_text(entry: Mapping[str, Any], field: str) -> str | UnsetType:
    """Text, empty where nothing was sent for the field; ``UNSET`` where the field was not sent.

    Raises:
        Invalid: no text, or characters that no text can have.
    """
    if field not in entry:
        return UNSET
    value = entry[field]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(Fault(field, "must be a text", "invalid"))
    text = str(value)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid(Fault(field, "has characters that no text can have", "invalid"))
    return text
