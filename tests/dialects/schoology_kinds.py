"""What kind of JSON value stands in each field of an answer, and whether an XML answer says the same by the vendor's rules."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

KINDS = {str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}


def kinds(value: Any) -> Any:
    """The tree with the kind of each scalar in its place; of an array its first element stands for all, which must be alike but
    for what is null."""
    if isinstance(value, dict):
        return {name: kinds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [kinds(value[0])] if value else []
    return KINDS[type(value)]


def tree(value: Any) -> dict[str, Any]:
    """A JSON answer as the elements that its XML must have: (texts or trees) by name, in order."""
    found: dict[str, Any] = {}
    for name, item in value.items():
        several = item if isinstance(item, list) and item else [None if isinstance(item, list) else item]
        found[name] = [tree(one) if isinstance(one, dict) and one else _text(one) for one in several]
    return found


def elements(parent: ET.Element) -> dict[str, Any]:
    """The elements that an XML answer has, in the same form."""
    found: dict[str, Any] = {}
    for child in parent:
        found.setdefault(child.tag, []).append(elements(child) if len(child) else (child.text or ""))
    return found


def _text(value: Any) -> str:
    if value is True:
        return "1"
    return "" if value is None or value is False or value == {} else str(value)
