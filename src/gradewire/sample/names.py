"""Invented names for people whom a data set knows by number only. The same number always gets the same name."""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files


def invent_name(number: int) -> str:
    """A given name and a family name."""
    dice = random.Random(number)  # noqa: S311 - repeatable on purpose, and nothing secret
    return f"{dice.choice(_words('given_names.txt'))} {dice.choice(_words('family_names.txt'))}"


@cache
def _words(file: str) -> list[str]:
    return (files("gradewire.sample") / file).read_text(encoding="utf-8").split()
