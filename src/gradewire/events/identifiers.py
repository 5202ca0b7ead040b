"""How a row number is named outside the server: global ids, unique across shards, and URNs, unique everywhere.

Every id travels as text: a global id is above 2^53, where programs that read numbers as doubles would damage it.
"""

from __future__ import annotations

from typing import Final

SHARD_SIZE: Final = 10_000_000_000_000
"""How many row numbers one shard has; Canvas uses the same, and its consumers divide by it."""


def global_id(shard: int, row_id: int) -> str:
    """The id of a row across shards, as text: shard x 10^13 + row number.

    An id that carries a shard already is left as it is, so that a row of another shard keeps its name.
    """
    if row_id <= 0:
        raise ValueError(f"an id is a positive number, not {row_id}")
    if row_id >= SHARD_SIZE:
        return str(row_id)
    return str(shard * SHARD_SIZE + row_id)


def local_id(row_id: int) -> str:
    """The row number within its shard, as text."""
    if row_id <= 0:
        raise ValueError(f"an id is a positive number, not {row_id}")
    return str(row_id % SHARD_SIZE)


def urn(prefix: str, kind: str, name: str) -> str:
    """The URN of one thing of a kind; ``prefix`` is a setting and ends in a colon."""
    return f"{prefix}{kind}:{name}"
