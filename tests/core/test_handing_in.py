"""What may be handed in: addresses, names of files, dates; and what a hand-in makes of the head of a grade."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gradewire.core.entry import Gradable
from gradewire.core.errors import Invalid, Refused
from gradewire.core.grading import Circumstances, Head
from gradewire.core.handing_in import (
    Dates,
    DatesFor,
    check_attempts,
    check_extension,
    clean_filename,
    find_dates,
    hand_in,
    read_url,
)
from gradewire.core.lateness import LatePolicy

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (" http://example.org ", "http://example.org"),
        ("example.org/work", "http://example.org/work"),
        ("localhost:8080/x", "http://localhost:8080/x"),
        ("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://пример.рф/работа", "https://пример.рф/работа"),
    ],
)
def test_an_address_of_a_page_is_kept(sent: str, kept: str) -> None:
    assert read_url(sent) == kept


@pytest.mark.parametrize(
    "sent",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "ftp://example.org",
        "http://",
        "https:///path",
        "http://a b",
        "http://example.org/<script>",
        "http://example.org/\u0000",
        "http://[::1",
        "http://example.org:99999",
    ],
)
def test_anything_else_is_no_address(sent: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_url(sent)
    assert [(fault.attribute, fault.message) for fault in caught.value.faults] == [("url", "is not a valid URL")]


@given(st.text())
def test_an_address_that_is_kept_opens_a_page(sent: str) -> None:
    try:
        kept = read_url(sent)
    except Invalid:
        return
    assert kept.lower().startswith(("http://", "https://"))
    assert not any(letter.isspace() or letter in '<>"\\\0' for letter in kept)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("essay.txt", "essay.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\work\\essay.doc", "essay.doc"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
    ],
)
def test_names_of_files_are_names_alone(sent: str, kept: str) -> None:
    assert clean_filename(sent) == kept


@given(st.text())
def test_any_name_becomes_one_that_is_safe(sent: str) -> None:
    kept = clean_filename(sent)
    assert 0 < len(kept) <= 200
    assert not set(kept) & {"/", "\\", "\0", "\r", "\n"}
    assert kept.isprintable()


@pytest.mark.parametrize(
    ("name", "good"), [("a.pdf", True), ("a.PDF", True), ("a.b.txt", True), ("a.exe", False), ("pdf", False)]
)
def test_extensions(name: str, good: bool) -> None:
    check_extension(name, None)
    check_extension(name, ())
    if good:
        check_extension(name, ("pdf", ".TXT "))
    else:
        with pytest.raises(Refused, match="Invalid file type"):
            check_extension(name, ("pdf", ".TXT "))


@pytest.mark.parametrize(
    ("made", "allowed", "extra", "good"),
    [
        (None, 1, None, True),
        (1, 1, None, False),
        (1, 1, 1, True),
        (2, 1, 1, False),
        (99, None, None, True),
        (99, -1, None, True),
    ],
)
def test_attempts_are_limited(made: int | None, allowed: int | None, extra: int | None, good: bool) -> None:
    if good:
        check_attempts(made, allowed, extra)
    else:
        with pytest.raises(Invalid, match="maximum number of allowed attempts"):
            check_attempts(made, allowed, extra)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([], Dates(NOW, NOW + DAY)),
        ([DatesFor(False, None, NOW + 2 * DAY)], Dates(NOW, NOW + 2 * DAY)),
        ([DatesFor(False, None, NOW - DAY)], Dates(NOW, NOW - DAY)),
        ([DatesFor(False, NOW - DAY, NOW), DatesFor(False, NOW + DAY, NOW + 3 * DAY)], Dates(NOW - DAY, NOW + 3 * DAY)),
        ([DatesFor(False, None, NOW + 3 * DAY), DatesFor(True, None, NOW)], Dates(NOW, NOW)),
        ([DatesFor(True, NOW - DAY, None), DatesFor(False, NOW - 2 * DAY, NOW)], Dates(NOW - DAY, NOW)),
    ],
)
def test_own_dates_decide_then_those_of_sections_then_the_assignments(overrides: list[DatesFor], expected: Dates) -> None:
    assert find_dates(Dates(NOW, NOW + DAY), overrides) == expected


@pytest.mark.parametrize(
    ("unlock_at", "lock_at", "is_open"),
    [(None, None, True), (NOW, None, True), (NOW + DAY, None, False), (None, NOW, False), (NOW - DAY, NOW + DAY, True)],
)
def test_open_from_the_first_moment_to_before_the_last(
    unlock_at: datetime | None, lock_at: datetime | None, is_open: bool
) -> None:
    assert Dates(unlock_at, lock_at).are_open(NOW) is is_open


HEAD = Head(
    workflow_state="unsubmitted",
    score=None,
    grade=None,
    points_deducted=None,
    excused=False,
    grader_id=None,
    graded_at=None,
    posted_at=None,
    graded_anonymously=False,
    grade_matches_current_submission=True,
    late_policy_status=None,
    seconds_late_override=None,
    version=0,
)
POLICY = LatePolicy(late_submission_deduction_enabled=True, late_submission_deduction=10)
ABOUT = Circumstances(
    assignment=Gradable(grading_type="points", points_possible=10.0),
    scheme=None,
    policy=POLICY,
    submission_types=frozenset({"online_text_entry"}),
    post_manually=False,
    in_closed_period=False,
    submitted_at=NOW,
    due_at=NOW - DAY,
    now=NOW,
)
GRADED = replace(HEAD, workflow_state="graded", score=7.0, grade="7", points_deducted=1.0, version=3, grader_id=2)


def test_work_without_a_score_becomes_submitted_and_late() -> None:
    after = hand_in(replace(HEAD, late_policy_status="missing", seconds_late_override=5), ABOUT)
    assert after == replace(HEAD, workflow_state="submitted", points_deducted=0.0)
    assert hand_in(HEAD, replace(ABOUT, due_at=NOW + DAY)).points_deducted is None
    assert hand_in(HEAD, replace(ABOUT, policy=None)).points_deducted is None


def test_graded_work_keeps_its_grade_which_no_longer_matches() -> None:
    after = hand_in(replace(GRADED, late_policy_status="late", seconds_late_override=5), ABOUT)
    assert after == replace(GRADED, workflow_state="submitted", grade_matches_current_submission=False)
