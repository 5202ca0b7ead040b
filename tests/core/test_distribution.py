"""The distribution of scores: quartiles of type 7 against NumPy's, exact means, and bins that lose no score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.distribution import BINS, MOST_BINS, distribution

SCORES = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 2)), min_size=1, max_size=60)


def test_no_scores_have_no_distribution() -> None:
    assert distribution([], 10) is None


def test_quartiles_lie_between_neighbours() -> None:
    found = distribution([1, 2, 3, 4], 10)
    assert found is not None
    assert (found.minimum, found.lower_quartile, found.median, found.upper_quartile, found.maximum) == (1, 1.75, 2.5, 3.25, 4)
    assert found.mean == 2.5
    assert found.deviation == pytest.approx(np.std([1, 2, 3, 4], ddof=1))


def test_one_score_is_all_quartiles_and_has_no_deviation() -> None:
    found = distribution([7.5], 10)
    assert found is not None
    assert {found.minimum, found.lower_quartile, found.median, found.upper_quartile, found.maximum, found.mean} == {7.5}
    assert found.deviation is None


def test_tenths_are_exact() -> None:
    """As doubles 0.1 + 0.2 + 0.3 is more than 0.6, and 0.3 is less than three times 0.1."""
    found = distribution([0.1, 0.2, 0.3], 1)
    assert found is not None
    assert found.mean == 0.2
    assert [one.count for one in found.bins] == [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]


@settings(derandomize=True, deadline=None)
@given(SCORES)
def test_quartiles_and_mean_are_those_of_numpy(scores: list[float]) -> None:
    found = distribution(scores, 100)
    assert found is not None
    expected = np.quantile(scores, [0.25, 0.5, 0.75], method="linear")
    assert [found.lower_quartile, found.median, found.upper_quartile] == pytest.approx(expected, abs=1e-6)
    assert found.mean == pytest.approx(np.mean(scores), abs=1e-6)


@settings(derandomize=True, deadline=None)
@given(SCORES, st.none() | st.sampled_from([0.0, 0.5, 10.0, 33.3, 100.0]))
def test_every_score_is_in_its_bin(scores: list[float], possible: float | None) -> None:
    found = distribution(scores, possible)
    assert found is not None
    last = found.bins[-1]
    for one in found.bins:
        inside = [score for score in scores if one.low <= score < one.high or (one is last and score == one.high)]
        if possible in {10.0, 100.0}:
            assert one.count == len(inside)
    assert sum(one.count for one in found.bins) == len(scores)
    assert len(found.bins) <= MOST_BINS + 1
    assert found.bins[0].low <= min(0, *scores)
    assert last.high >= max(scores)


@pytest.mark.parametrize(
    ("scores", "possible", "bins", "low", "high"),
    [
        ([5], 10, BINS, 0, 10),
        ([10], 10, BINS, 0, 10),
        ([12], 10, 12, 0, 12),
        ([-1, 5], 10, 11, -1, 10),
        ([3, 6], 0, BINS, 0, 6),
        ([3, 6], None, BINS, 0, 6),
        ([0], 0, 1, 0, 1),
        ([0], None, 1, 0, 1),
        ([1000], 10, 30, 0, 1020),
    ],
)
def test_bins_are_tenths_of_the_points_possible_and_as_many_more_as_needed(
    scores: list[float], possible: float | None, bins: int, low: float, high: float
) -> None:
    found = distribution(scores, possible)
    assert found is not None
    assert (len(found.bins), found.bins[0].low, found.bins[-1].high) == (bins, low, high)
