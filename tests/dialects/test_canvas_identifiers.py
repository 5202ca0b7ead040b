"""Ids in paths and parameters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.errors import NotFound
from gradewire.dialects.canvas.identifiers import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    PLAIN,
    SECTION,
    USER,
    Identifier,
    Kind,
    LocalId,
    Self,
    SisId,
    global_id,
    identify,
    local_id,
)

LARGEST = 10**13 - 1


@pytest.mark.parametrize(
    ("text", "kind", "identifier"),
    [
        ("1", COURSE, LocalId(1)),
        (" 12 ", COURSE, LocalId(12)),
        (12, PLAIN, LocalId(12)),
        ("007", PLAIN, LocalId(7)),
        (str(LARGEST), COURSE, LocalId(LARGEST)),
        ("10000000000005", COURSE, LocalId(5)),
        (10**13 + 5, COURSE, LocalId(5)),
        ("1~5", COURSE, LocalId(5)),
        ("sis_course_id:MATH 1:a", COURSE, SisId("sis_id", "MATH 1:a")),
        ("sis_integration_id:x", COURSE, SisId("integration_id", "x")),
        ("sis_user_id:é", USER, SisId("sis_id", "é")),
        ("sis_login_id:ann@x.test", USER, SisId("login_id", "ann@x.test")),
        ("sis_integration_id:x", USER, SisId("integration_id", "x")),
        ("sis_section_id:x", SECTION, SisId("sis_id", "x")),
        ("sis_account_id:x", ACCOUNT, SisId("sis_id", "x")),
        ("sis_assignment_id:x", ASSIGNMENT, SisId("sis_id", "x")),
        ("hex:sis_course_id:4d2f31", COURSE, SisId("sis_id", "M/1")),
        ("hex:sis_login_id:C3A9", USER, SisId("login_id", "é")),
        ("self", USER, Self()),
        ("self", ACCOUNT, Self()),
        ("default", ACCOUNT, Self()),
    ],
)
def test_forms(text: str | int, kind: Kind, identifier: Identifier) -> None:
    assert identify(text, kind) == identifier


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, COURSE),
        ("", COURSE),
        (" ", COURSE),
        ("0", COURSE),
        (0, COURSE),
        (-1, COURSE),
        ("-1", COURSE),
        ("1.0", COURSE),
        ("12a", COURSE),
        ("٧", COURSE),
        ("9" * 5000, COURSE),
        (2**63 + 5, COURSE),
        ("10000000000000", COURSE),
        ("20000000000005", COURSE),
        ("2~5", COURSE),
        ("1~0", COURSE),
        ("1~", COURSE),
        ("self", COURSE),
        ("default", USER),
        ("Self", USER),
        ("sis_user_id:x", COURSE),
        ("sis_course_id:x", USER),
        ("sis_login_id:x", COURSE),
        ("sis_course_id:x", PLAIN),
        ("sis_course_id:", COURSE),
        ("sis_course_id", COURSE),
        ("sis_course_id:a\0b", COURSE),
        ("hex:12", COURSE),
        ("hex:sis_course_id:", COURSE),
        ("hex:sis_course_id:4", COURSE),
        ("hex:sis_course_id:zz", COURSE),
        ("hex:sis_course_id:ff", COURSE),
        ("hex:sis_course_id:00", COURSE),
        ("hex:sis_user_id:41", COURSE),
    ],
)
def test_what_cannot_be_read_names_nothing(text: str | int | None, kind: Kind) -> None:
    with pytest.raises(NotFound):
        identify(text, kind)


def test_the_shard_of_this_server_counts() -> None:
    assert identify("70000000000005", COURSE, shard=7) == LocalId(5)
    with pytest.raises(NotFound):
        identify("10000000000005", COURSE, shard=7)


def test_local_id() -> None:
    assert local_id("5") == 5
    with pytest.raises(NotFound):
        local_id("self")


@settings(derandomize=True, deadline=None)
@given(st.integers(1, LARGEST), st.integers(1, 900_000))
def test_global_ids_lead_back(local: int, shard: int) -> None:
    assert local_id(str(global_id(local, shard=shard)), shard=shard) == local
    assert local_id(f"{shard}~{local}", shard=shard) == local


@settings(derandomize=True, deadline=None)
@given(st.text(min_size=1, max_size=20).filter(lambda text: "\0" not in text))
def test_hex_writes_any_sis_id(value: str) -> None:
    assert identify(f"hex:sis_user_id:{value.encode().hex()}", USER) == SisId("sis_id", value)


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_an_id_or_not_found(text: str) -> None:
    try:
        found: Identifier | None = identify(text, USER)
    except NotFound:
        found = None
    assert found is None or isinstance(found, (LocalId, SisId, Self))
