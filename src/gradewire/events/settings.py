"""What an operator chooses about events."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from msgspec import Struct

CaliperVersion: TypeAlias = Literal["1.1", "1.2"]
ScoreId: TypeAlias = Literal["canvas", "distinct"]

_IRI = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?")
_URN_PREFIX = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:([A-Za-z0-9._~-]+:)*")


class EventSettings(Struct, frozen=True, kw_only=True):
    """The choices that shape messages. They are made once per installation: changing one changes the ids consumers know."""

    base_url: str
    """This server's own address, an absolute IRI. It names the server where no request's host does: in jobs."""
    shard: int = 1
    """The shard of this server's rows within global ids."""
    producer: str = "canvas"
    """What ``metadata.producer`` says; some consumers accept ``canvas`` only."""
    urn_prefix: str = "urn:instructure:canvas:"
    """What every Caliper URN begins with."""
    caliper: bool = True
    """False saves rendering Caliper where nobody subscribes to it."""
    caliper_version: CaliperVersion = "1.1"
    caliper_score_id: ScoreId = "canvas"
    """``canvas`` gives a Score the id of its Attempt, as Canvas does; ``distinct`` an id of its own, as Caliper wants it."""

    def __post_init__(self) -> None:
        if not 1 <= self.shard <= 900_000:
            raise ValueError("the shard is a number from 1 to 900000: global ids have to fit 63 bits")
        if not _IRI.fullmatch(self.base_url):
            raise ValueError("the base address is absolute, such as https://grades.example.edu/")
        if not _URN_PREFIX.fullmatch(self.urn_prefix):
            raise ValueError("the URN prefix is such as urn:example:grades: with a colon at its end")
        if self.caliper_version not in {"1.1", "1.2"}:
            raise ValueError("Caliper is 1.1 or 1.2")
        if self.caliper_score_id not in {"canvas", "distinct"}:
            raise ValueError("the id of a Caliper score is canvas or distinct")
        if not self.producer:
            raise ValueError("the producer has a name")
