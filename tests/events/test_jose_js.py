"""Signed events, delivered over HTTPS, verified by npm's ``jose`` with the keys that the server shows (live-events reference,
10.3); ``test_https.py`` has the same by PyJWT."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradewire.actions import signing_keys
from gradewire.actions.unit import Asker, System, write
from tests.clients.node import run_program
from tests.events.event_world import Stage, staged
from tests.events.receiver import receiving


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("jose")) as found:
        yield found


@pytest.fixture
def delivered(stage: Stage, tmp_path: Path) -> list[str]:
    """The tokens of two grades; the signing key changed between them. A reset of the stage forgets all keys."""
    stage.reset()
    with receiving(tmp_path) as receiver:
        target = {"kind": "https", "url": receiver.url, "ca_file": str(receiver.ca_file), "signed": True}
        stage.subscribe("signed", target)
        stage.put("S1", "A1", posted_grade="7")
        stage.deliver()
        write(stage.world, Asker(System()), signing_keys.rotate)
        stage.put("S2", "A1", posted_grade="8")
        stage.deliver()
        tokens: list[str] = [json.loads(one.body) for one in receiver.received]
    return tokens


def verified(stage: Stage, tokens: list[str], issuer: str | None = None) -> list[Any]:
    address = f"{str(stage.client.base_url).rstrip('/')}/.well-known/jwks.json"
    given = {"keys": address, "issuer": issuer or stage.world.events.base_url, "tokens": tokens}
    found: list[Any] = run_program("jose.mjs", given)
    return found


def test_jose_verifies_delivered_events_before_and_after_the_key_changed(stage: Stage, delivered: list[str]) -> None:
    found = verified(stage, delivered)
    assert not [one for one in found if "failed" in one], found
    scores = [one["claims"]["body"]["score"] for one in found if one["claims"]["metadata"]["event_name"] == "grade_change"]
    assert scores == [7, 8]
    assert {one["header"]["alg"] for one in found} == {"RS256"}
    assert len({one["header"]["kid"] for one in found}) == 2
    assert len({one["claims"]["jti"] for one in found}) == len(delivered)


def test_jose_refuses_what_was_changed_or_signed_by_others(stage: Stage, delivered: list[str]) -> None:
    header, claims, signature = delivered[0].split(".")
    other = delivered[-1].split(".")
    changed = [f"{header}.{other[1]}.{signature}", f"{other[0]}.{claims}.{signature}", f"{header}.{claims}.{other[2]}"]
    assert [one.get("failed") for one in verified(stage, changed)] == ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED"] * 3
    foreign = verified(stage, delivered[:1], issuer="https://elsewhere.example/")
    assert [one.get("failed") for one in foreign] == ["ERR_JWT_CLAIM_VALIDATION_FAILED"]
