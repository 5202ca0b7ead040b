"""Building a moderation set by a rule: who is chosen, and that the same seed chooses the same."""

from __future__ import annotations

import hashlib
import math
from decimal import Decimal
from typing import Any

import pytest

from gradewire.core.errors import Invalid
from gradewire.core.moderation_sets import Candidate, Rule, check, choose, drawn
from gradewire.core.schemes import Scheme

SCHEME = Scheme("Four", False, 1.0, (("A", 0.9), ("B", 0.7), ("C", 0.5), ("F", 0.0)))
PERCENTS = {1: "95", 2: "90", 3: "89.5", 4: "71.1", 5: "70", 6: "55", 7: "49", 8: "48.99", 9: "0", 10: None}
CANDIDATES = [Candidate(number, None if text is None else Decimal(text)) for number, text in PERCENTS.items()]


def chosen(seed: str = "", **rule: Any) -> list[int]:
    return choose(CANDIDATES, Rule(**rule), scheme=SCHEME, seed=seed)


def test_everyone() -> None:
    assert chosen(kind="everyone") == list(PERCENTS)


@pytest.mark.parametrize("percent", [0.1, 10, 15, 33.3, 50, 100])
def test_a_share_is_rounded_up(percent: float) -> None:
    assert len(chosen("s", kind="random", percent=percent)) == math.ceil(percent / 10)


def test_the_lot_is_drawn_by_the_digests_of_seed_and_student() -> None:
    """So anybody can draw it again with nothing but a tool for SHA-256."""
    order = sorted(PERCENTS, key=lambda number: hashlib.sha256(f"spring:{number}".encode()).hexdigest())
    assert drawn(list(PERCENTS), "spring") == order
    assert chosen("spring", kind="random", percent=30) == sorted(order[:3])
    assert drawn(list(reversed(PERCENTS)), "spring") == order, "the order of the candidates says nothing"


def test_another_seed_draws_others_and_a_larger_share_keeps_the_smaller() -> None:
    assert len({tuple(chosen(str(seed), kind="random", percent=30)) for seed in range(20)}) > 10
    assert set(chosen("s", kind="random", percent=20)) < set(chosen("s", kind="random", percent=60))


def test_everybody_is_drawn_equally_often() -> None:
    counts = dict.fromkeys(PERCENTS, 0)
    for seed in range(600):
        for number in chosen(str(seed), kind="random", percent=30):
            counts[number] += 1
    assert all(140 < count < 220 for count in counts.values()), counts


@pytest.mark.parametrize(("margin", "expected"), [(0, [2, 5]), (0.5, [2, 3, 5]), (1, [2, 3, 5, 7]), (1.1, [2, 3, 4, 5, 7, 8])])
def test_who_is_near_a_boundary(margin: float, expected: list[int]) -> None:
    """On either side of it; the lowest bound, 0, is none."""
    assert chosen(kind="boundaries", margin=margin) == expected


def test_so_many_of_every_grade() -> None:
    one = chosen("s", kind="bands", each=1)
    assert len(one) == 4
    assert [sum(number in band for number in one) for band in ({1, 2}, {3, 4, 5}, {6}, {7, 8, 9})] == [1, 1, 1, 1]
    assert chosen("s", kind="bands", each=9) == list(range(1, 10))


def test_all_fails_by_the_scheme_or_by_a_pass_mark() -> None:
    assert chosen(kind="fails") == [7, 8, 9]
    assert chosen(kind="fails", below=49) == [8, 9]
    assert chosen(kind="fails", below=70.5) == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("kind", ["boundaries", "bands", "fails"])
def test_who_is_not_graded_is_not_chosen_by_grade(kind: str) -> None:
    assert 10 not in chosen("s", kind=kind, margin=100, each=1000, below=100)


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"percent": 0}, "percent"),
        ({"percent": 100.1}, "percent"),
        ({"percent": math.nan}, "percent"),
        ({"margin": -1}, "margin"),
        ({"margin": math.inf}, "margin"),
        ({"each": 0}, "each"),
        ({"each": 1001}, "each"),
        ({"below": 0}, "below"),
        ({"below": math.nan}, "below"),
    ],
)
def test_numbers_out_of_range(values: dict[str, Any], attribute: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(Rule(kind="everyone", **values))
    assert [fault.attribute for fault in refused.value.faults] == [attribute]
