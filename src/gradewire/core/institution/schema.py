"""The published description of institution files: a JSON Schema, and the reference part of their documentation.

Both are made from the declarations: ``python -m gradewire.core.institution.schema`` prints the schema, and with ``reference``
behind it the Markdown. Editors that know the schema complete and check while one types.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from gradewire.core.institution import Institution
from gradewire.core.institution.people import Ref, Thing

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an institution file."""
    (reference,), components = msgspec.json.schema_components([Institution], ref_template="#/$defs/{name}")
    for kind in kinds():
        component = components[kind.__name__]
        component.pop("title", None)
        component["description"] = summary(kind)
        for name, text in field_texts(kind).items():
            component["properties"][name] = {**_loosen(component["properties"][name]), "description": text}
    return {"$schema": ADDRESS, "title": "Gradewire institution file", **reference, "$defs": dict(sorted(components.items()))}


def _loosen(schema: dict[str, Any]) -> dict[str, Any]:
    """What the reader takes beside the declared type: a number where a text is meant, and nothing for an empty list."""
    found = dict(schema)
    if "anyOf" in found:
        found["anyOf"] = [_loosen(one) for one in found["anyOf"]]
    if "items" in found:
        found["items"] = _loosen(found["items"])
    if found.get("type") == "array":
        found["type"] = ["array", "null"]
    elif found.get("type") == "string" and not {"enum", "format", "pattern"} & set(found):
        found["type"] = ["string", "number"]
    return found


def reference() -> str:
    """Every part of the format with all its fields, as Markdown."""
    parts = []
    for kind in kinds():
        lines = [f"### {title(kind)}", "", summary(kind), "", "| Field | Value | Without it | Meaning |", "|---|---|---|---|"]
        hints = typing.get_type_hints(kind, include_extras=True)
        texts = field_texts(kind)
        fields = sorted(msgspec.structs.fields(kind), key=lambda field: not field.required)
        lines += [f"| `{one.name}` | {_shown(hints[one.name])} | {_without(one)} | {texts[one.name]} |" for one in fields]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


@cache
def kinds() -> tuple[type[Thing], ...]:
    """Every part of the format, the whole first, each where it is first used."""
    found: dict[type[Thing], None] = {}

    def visit(kind: type[Thing]) -> None:
        if kind not in found:
            found[kind] = None
            for hint in typing.get_type_hints(kind).values():
                for inner in _structs(hint):
                    visit(inner)

    visit(Institution)
    return tuple(found)


def _structs(hint: Any) -> Iterator[type[Thing]]:
    if isinstance(hint, type) and issubclass(hint, Thing):
        yield hint
    for argument in typing.get_args(hint):
        yield from _structs(argument)


@cache
def field_texts(kind: type[Struct]) -> dict[str, str]:
    """The string below each field, which Python itself throws away."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    texts = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            assert isinstance(text.value, ast.Constant)
            texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


def summary(kind: type[Struct]) -> str:
    """What a part of the format is."""
    return " ".join((kind.__doc__ or "").split())


def title(kind: type[Struct]) -> str:
    """``GradingPeriodSet`` as people write it."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    return words.strip().capitalize()


def _shown(hint: Any) -> str:
    """A type as people write it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in {Ref, Ref | None}:
        return "reference"
    if origin is typing.Annotated:
        return _bounded(_shown(arguments[0]), arguments[1:])
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(_shown(each) for each in arguments if each is not type(None))
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin is tuple:
        return f"list: {_shown(arguments[0])}"
    if origin is dict:
        return "names and values" if arguments[1] is Any else f"names, each with {_shown(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, Thing):
        return f"[{title(hint).lower()}](#{title(hint).lower().replace(' ', '-')})"
    return {bool: "`true` or `false`", int: "whole number", float: "number", str: "text", datetime: "time"}[hint]


def _bounded(shown: str, metas: tuple[Any, ...]) -> str:
    (meta,) = [one for one in metas if isinstance(one, Meta)]
    if meta.ge is not None and meta.le is not None and meta.le < 1e6:
        return f"{shown} from {meta.ge:g} to {meta.le:g}"
    if meta.ge is not None and meta.ge >= -1:
        return f"{shown}, at least {meta.ge:g}"
    return shown


def _without(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "**needed**"
    default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
    if default is None or default in ((), {}):
        return "–"
    if isinstance(default, tuple):
        return ", ".join(f"`{each}`" for each in default)
    return f"`{json.dumps(default)}`" if not isinstance(default, str) else f"`{default}`"


def rendered() -> str:
    """The schema as the file that is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference() if sys.argv[1:] == ["reference"] else rendered())
