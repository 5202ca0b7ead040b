"""Runs a case of ``data/canvas_moderation_*.yaml``: sets the stage as ``given``, sends ``request``, compares with ``expect``.

The words of the format are in ``moderation_given`` and ``moderation_expected``. One that is not known there fails the case, so
that nothing passes unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.dialects.canvas_world import Reply
from tests.dialects.moderation_world import Stage

DATA = Path(__file__).parent / "data"

Word = Callable[..., None]


class Vocabulary:
    """Words of the format, each a pattern with the function that understands it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._words: list[tuple[re.Pattern[str], Word]] = []

    def word(self, pattern: str) -> Callable[[Word], Word]:
        def learn(function: Word) -> Word:
            self._words.append((re.compile(pattern), function))
            return function

        return learn

    def apply(self, name: str, *arguments: Any) -> None:
        """Call what understands the name: with the arguments, and the groups of its pattern."""
        for pattern, function in self._words:
            if match := pattern.fullmatch(name):
                function(*arguments, *match.groups())
                return
        raise NotImplementedError(f"{self.kind}: {name}")


class Case:
    """One case, with what its run remembers."""

    def __init__(self, stage: Stage, case: Mapping[str, Any], conventions: Mapping[str, Any]) -> None:
        self.stage = stage
        self.given: dict[str, Any] = deepcopy(case.get("given") or {})
        self.request: dict[str, Any] = deepcopy(case["request"])
        self.expect: dict[str, Any] = deepcopy(case["expect"])
        self.conventions = conventions
        self.moments: dict[str, datetime] = {}
        self.before: dict[str, dict[str, Any]] = {}
        self.trail_before = 0

    def run(self, *, as_form: bool) -> None:
        from tests.dialects.moderation_expected import compare
        from tests.dialects.moderation_given import prepare

        prepare(self)
        self.before = {name: self.stage.submission(name) for name in ("S1", "S2", "S3")}
        self.trail_before = len(self.stage.trail())
        compare(self, self._send(as_form=as_form))

    def resolve(self, value: Any) -> Any:
        """The value with the names in it replaced by what they stand for."""
        if isinstance(value, dict):
            return {self.resolve(name): self.resolve(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        if not isinstance(value, str):
            return value
        if value in self.stage.ids:
            return self.stage.ids[value]
        if match := re.fullmatch(r"anon id of (S\d)", value):
            return self.stage.submission(match[1])["anonymous_id"]
        if match := re.fullmatch(r"(t\d)(?: (minus|plus) (\d+) (second|minute|hour|day)s?)?", value):
            return self._moment(*match.groups())
        return value

    def _moment(self, name: str, sign: str | None, number: str | None, unit: str | None) -> str:
        moment = self.moments[name]
        if sign is not None and number is not None:
            span = timedelta(**{f"{unit}s": int(number)})
            moment = moment - span if sign == "minus" else moment + span
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _path(self, path: str) -> str:
        ids = {name: str(number) for name, number in self.stage.ids.items()}
        path = path.replace("{prefix}", self.conventions["prefix"])
        path = re.sub(r"\{([^{}]+)\}", lambda match: str(self.resolve(match[1])), path)
        path = "/".join(ids.get(part, part) for part in path.split("/"))
        assert path.startswith("/api/v1/"), path
        return path.removeprefix("/api/v1")

    def _send(self, *, as_form: bool) -> Reply:
        method, as_ = self.request.pop("method"), self.request.pop("as", None)
        path, params = self._path(self.request.pop("path")), self.resolve(self.request.pop("params", None)) or {}
        assert not self.request, f"request: {self.request}"
        if method == "GET":
            query: dict[str, Any] = dict(_pairs(params))
            return self.stage.call(method, path, as_, **query)
        if as_form:
            pairs = [(name, one) for name, value in _pairs(params) for one in value]
            return self.stage.call(method, path, as_, form=urlencode(pairs))
        return self.stage.call(method, path, as_, body=params)


def matches(wanted: Any, found: Any) -> bool:
    """Whether what is wanted is there: keys of a hash are a subset, ``{any: t}`` is any value of a type, ``set`` any at all."""
    if wanted == "set":
        return found is not None
    if isinstance(wanted, dict):
        if set(wanted) == {"any"}:
            kinds: dict[str, Any] = {"int": int, "string": str, "bool": bool, "datetime": str, "number": (int, float)}
            return isinstance(found, kinds[wanted["any"]])
        return isinstance(found, dict) and all(name in found and matches(one, found[name]) for name, one in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return False
        return all(matches(*pair) for pair in zip(wanted, found, strict=True))
    return bool(wanted == found)


def _pairs(params: Any, stem: str = "") -> list[tuple[str, list[str]]]:
    """A tree of parameters as those of a form: names in brackets, and the values of each."""
    found: list[tuple[str, list[str]]] = []
    for name, value in params.items():
        full = f"{stem}[{name}]" if stem else str(name)
        if isinstance(value, dict):
            found += _pairs(value, full)
        elif isinstance(value, list):
            found.append((f"{full}[]", [_text(one) for one in value]))
        else:
            found.append((full, [_text(value)]))
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(*names: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The conventions and the cases of these files; every file has the conventions of the first."""
    files = [yaml.safe_load((DATA / name).read_text(encoding="utf-8")) for name in names]
    return files[0]["conventions"], [case for one in files for case in one["cases"]]
