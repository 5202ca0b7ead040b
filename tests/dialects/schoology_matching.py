"""What the Schoology cases say of answers: ``json`` and ``xml`` in the words of the header of ``data/schoology_cases.yaml``.

``differences`` and ``xml_differences`` yield one sentence per difference, none where all is as wanted. A word that the header
does not know is a ``NotImplementedError``, so that nothing passes unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

MISSING = object()
"""The value of a member that is not there."""


class Same(str):
    """A value that an earlier answer gave: text or number, it is the same."""

    __slots__ = ()


def differences(wanted: Any, found: Any, at: str = "$") -> Iterator[str]:
    """Where what was found is not what is wanted; objects may hold more, arrays not."""
    if isinstance(wanted, dict):
        yield from _members(wanted, found, at)
    elif isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            yield f"{at}: an array of {len(wanted)} is wanted, not {_short(found)}"
            return
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{at}[{number}]")
    elif not _equal(wanted, found):
        yield f"{at}: {wanted!r} is wanted, not {_short(found)}"


def _members(wanted: dict[str, Any], found: Any, at: str) -> Iterator[str]:
    operators = {name: value for name, value in wanted.items() if name.startswith("$")}
    plain = {name: value for name, value in wanted.items() if not name.startswith("$")}
    for name, value in operators.items():
        if name not in OPERATORS:
            raise NotImplementedError(f"operator {name}")
        if not OPERATORS[name](value, found):
            yield f"{at}: {{{name}: {value!r}}} does not hold for {_short(found)}"
    if operators and not plain:
        return
    if not isinstance(found, dict):
        yield f"{at}: an object is wanted, not {_short(found)}"
        return
    for name, value in plain.items():
        inner = found.get(name, MISSING)
        if inner is MISSING and not (isinstance(value, dict) and "$absent" in value):
            yield f"{at}.{name} is missing"
        else:
            yield from differences(value, inner, f"{at}.{name}")


def _equal(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Same):
        return not isinstance(found, bool) and isinstance(found, str | int) and str(found) == wanted
    return _kind(wanted) == _kind(found) and bool(wanted == found)


def _kind(value: Any) -> str:
    if value is MISSING:
        return "missing"
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (int | float, "number"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    raise NotImplementedError(repr(value))


def _is_type(wanted: Any, found: Any) -> bool:
    names = wanted if isinstance(wanted, list) else [wanted]
    unknown = set(names) - {"string", "integer", "number", "array", "object", "null", "boolean"}
    if unknown:
        raise NotImplementedError(f"$type: {unknown}")
    whole = _kind(found) == "number" and float(found).is_integer()
    return _kind(found) in names or (whole and "integer" in names)


def _approximately(wanted: Sequence[float], found: Any) -> bool:
    value, tolerance = wanted
    return _kind(found) == "number" and abs(found - value) <= tolerance


def _matches(wanted: Any, found: Any) -> bool:
    return not any(differences(wanted, found))


def _contains(wanted: Any, found: Any) -> bool:
    """Each of the wanted is somewhere in the array; of a text, each is a piece of it."""
    several = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(found, str):
        return all(isinstance(one, str) and one in found for one in several)
    return isinstance(found, list) and all(any(_matches(one, other) for other in found) for one in several)


def _unordered(wanted: list[Any], found: Any) -> bool:
    return isinstance(found, list) and len(found) == len(wanted) and _pairs_off(wanted, found)


def _pairs_off(wanted: list[Any], found: list[Any]) -> bool:
    """Whether each of the wanted can be given one of the found, all different."""
    if not wanted:
        return True
    return any(
        _matches(wanted[0], one) and _pairs_off(wanted[1:], [*found[:number], *found[number + 1 :]])
        for number, one in enumerate(found)
    )


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$approx": _approximately,
    "$type": _is_type,
    "$absent": lambda wanted, found: (found is MISSING) is bool(wanted),
    "$oneOf": lambda wanted, found: any(_matches(one, found) for one in wanted),
    "$match": lambda wanted, found: isinstance(found, str) and re.search(wanted, found) is not None,
    "$len": lambda wanted, found: isinstance(found, list | str | dict) and _matches(wanted, len(found)),
    "$gt": lambda wanted, found: _kind(found) == "number" and found > wanted,
    "$contains": _contains,
    "$unordered": _unordered,
    "$has": lambda wanted, found: isinstance(found, dict) and set(wanted) <= set(found),
    "$any": lambda wanted, found: (found is not MISSING) is bool(wanted),
}


def xml_differences(root_name: str, rows: Sequence[Sequence[Any]], root: ET.Element) -> Iterator[str]:
    """Where an XML answer is not as wanted: ``[path below the root, text | {count: n} | {empty: true}]``."""
    if root.tag != root_name:
        yield f"the root is {root.tag}, not {root_name}"
    for path, wanted in rows:
        found = root.findall(path) if path not in {"", "."} else [root]
        if isinstance(wanted, dict):
            for name, value in wanted.items():
                yield from _xml_word(path, name, value, found)
        elif not found:
            yield f"{path} is missing"
        elif (found[0].text or "") != str(wanted) or len(found[0]):
            yield f"{path}: {wanted!r} is wanted, not {ET.tostring(found[0], encoding='unicode')[:300]}"


def _xml_word(path: str, name: str, value: Any, found: list[ET.Element]) -> Iterator[str]:
    if name == "count":
        if len(found) != value:
            yield f"{path}: {value} are wanted, there are {len(found)}"
    elif name == "empty":
        if not found:
            yield f"{path} is missing"
        elif any(bool(one.text or len(one)) is bool(value) for one in found):
            yield f"{path}: {{empty: {value}}} does not hold: {[ET.tostring(one, encoding='unicode')[:200] for one in found]}"
    else:
        raise NotImplementedError(f"xml: {name}")


def _short(value: Any) -> str:
    return "nothing" if value is MISSING else repr(value)[:600]
