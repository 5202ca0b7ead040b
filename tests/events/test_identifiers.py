"""The ids of rows as consumers see them."""

from __future__ import annotations

import pytest

from gradewire.events.identifiers import global_id, local_id, urn


@pytest.mark.parametrize(
    ("shard", "row_id", "text"),
    [
        (2107, 48, "21070000000000048"),
        (2107, 11086, "21070000000011086"),
        (1, 48, "10000000000048"),
        (1, 9_999_999_999_999, "19999999999999"),
        (2107, 10_000_000_000_001, "10000000000001"),  # a row of shard 1 keeps its shard
    ],
)
def test_a_global_id_is_shard_times_ten_to_the_thirteenth_plus_row(shard: int, row_id: int, text: str) -> None:
    assert global_id(shard, row_id) == text


@pytest.mark.parametrize(("row_id", "text"), [(48, "48"), (21_070_000_000_000_048, "48")])
def test_a_local_id_is_the_row_within_its_shard(row_id: int, text: str) -> None:
    assert local_id(row_id) == text


@pytest.mark.parametrize("row_id", [0, -3])
def test_what_is_no_row_has_no_id(row_id: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        global_id(1, row_id)
    with pytest.raises(ValueError, match="positive"):
        local_id(row_id)


def test_a_urn_is_prefix_kind_and_name() -> None:
    assert urn("urn:example:grades:", "user", "10000000000048") == "urn:example:grades:user:10000000000048"
