"""Typed grades: section 12 and 13c of the reference."""

from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradewire.core.entry import CLEARED, UNREADABLE, Gradable, GradingType, display, interpret, stored_grade
from gradewire.core.schemes import Scheme
from tests.core.test_numbers import CORE

TYPES: tuple[GradingType, ...] = get_args(GradingType)
GRADED: tuple[GradingType, ...] = ("points", "percent", "letter_grade", "gpa_scale", "pass_fail")
BY_SCHEME: tuple[GradingType, ...] = ("letter_grade", "gpa_scale")
GPA = Scheme("gpa", False, 1.0, (("4.0", 0.9), ("3.0", 0.8), ("+5", 0.7), ("0", 0.0)))
WORDS = Scheme("words", False, 1.0, (("complete", 0.9), ("fail", 0.5), ("pass", 0.1), ("F", 0.0)))


def score_of(
    entry: str | None, type_: GradingType, possible: float | None = 20.0, scheme: Scheme | None = None
) -> float | None:
    return interpret(entry, Gradable(type_, possible), scheme).score


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("blank", [None, "", " ", "\t\n", "\u00a0"])
def test_blank_clears(type_: GradingType, blank: str | None) -> None:
    assert interpret(blank, Gradable(type_, 10)) == CLEARED


@pytest.mark.parametrize("entry", ["5", "A", "50%", "pass", "?"])
def test_not_graded_is_always_cleared(entry: str) -> None:
    assert interpret(entry, Gradable("not_graded", 10)) == CLEARED


@pytest.mark.parametrize("type_", ["points", "percent", "letter_grade", "gpa_scale"])
@pytest.mark.parametrize(
    ("entry", "score"),
    [("7", 7.0), (".5", 0.5), ("-3", -3.0), ("+0.35", 0.35), ("85", 85.0), ("007", 7.0), ("10.0", 10.0), ("-0", 0.0)],
)
def test_a_number_is_points_even_on_a_percent_assignment(type_: GradingType, entry: str, score: float) -> None:
    assert score_of(entry, type_) == score


@pytest.mark.parametrize("type_", ["points", "percent"])
@pytest.mark.parametrize(
    "entry",
    ["5.", "1e2", "1,000", " 7", "7 ", "85 %", "1.2.3", "--1", ".", "+", "%", "A", "½", "٣", "NaN", "inf", "1_0", "PASS"],
)
def test_what_is_no_number_is_unreadable(type_: GradingType, entry: str) -> None:
    assert interpret(entry, Gradable(type_, 10)) == UNREADABLE


@pytest.mark.parametrize("type_", ["points", "percent", "letter_grade", "gpa_scale"])
@pytest.mark.parametrize(
    ("entry", "possible", "score"),
    [
        ("85%", 20.0, 17.0),
        ("88.75%", 15.0, 13.3125),
        ("33.333%", 30.0, 9.9999),
        ("150%", 10.0, 15.0),
        ("-10%", 10.0, -1.0),
        (".5%", 10.0, 0.05),
        ("85%", None, 0.0),
        ("85%", 0.0, 0.0),
    ],
)
def test_a_percentage_is_that_share_of_the_points(type_: GradingType, entry: str, possible: float | None, score: float) -> None:
    assert score_of(entry, type_, possible) == score


@pytest.mark.parametrize("type_", GRADED)
@pytest.mark.parametrize("possible", [20.0, 7.5, 0.0, None])
def test_words_of_completion(type_: GradingType, possible: float | None) -> None:
    for word in ("pass", "complete"):
        assert score_of(word, type_, possible, WORDS) == (possible or 0.0)
    for word in ("fail", "incomplete"):
        assert score_of(word, type_, possible, WORDS) == 0.0


@pytest.mark.parametrize("word", ["Pass", "COMPLETE", "Fail"])
def test_words_of_completion_are_lower_case(word: str) -> None:
    assert interpret(word, Gradable("points", 10)) == UNREADABLE
    assert interpret(word, Gradable("pass_fail", 10)).grade == "incomplete"


def test_other_spellings_of_these_words_can_be_scheme_names() -> None:
    assert score_of("FAIL", "letter_grade", 10.0, WORDS) == 8.9


@pytest.mark.parametrize("type_", BY_SCHEME)
@pytest.mark.parametrize(
    ("entry", "score", "grade"), [("B+", 8.9, "B+"), ("a-", 9.3, "A-"), ("F", 6.0, "F"), ("A\N{MINUS SIGN}", 9.3, "A-")]
)
def test_a_scheme_name_is_its_percentage_of_the_points(type_: GradingType, entry: str, score: float, grade: str) -> None:
    got = interpret(entry, Gradable(type_, 10.0))
    assert got.score == score
    # F means 60 %, which is an F; B+ means 89 %, which is a B+.
    assert got.grade == grade


@pytest.mark.parametrize("type_", BY_SCHEME)
def test_an_unknown_name_is_unreadable(type_: GradingType) -> None:
    assert interpret("Q", Gradable(type_, 10)) == UNREADABLE


@pytest.mark.parametrize("type_", ["points", "percent"])
def test_a_scheme_name_means_nothing_without_a_scheme_type(type_: GradingType) -> None:
    assert interpret("B", Gradable(type_, 10)) == UNREADABLE


@pytest.mark.parametrize("type_", BY_SCHEME)
@pytest.mark.parametrize(
    ("entry", "prefer", "score"),
    [
        ("4", False, 10.0),
        ("4.00", False, 10.0),
        ("3", False, 8.9),
        ("3", True, 3.0),
        ("3.5", False, 3.5),
        ("+3", False, 3.0),
        ("+5", False, 7.9),
        ("+5", True, 5.0),
        ("4%", False, 0.4),
    ],
)
def test_a_number_can_be_a_scheme_name(type_: GradingType, entry: str, prefer: bool, score: float) -> None:
    got = interpret(entry, Gradable(type_, 10.0), GPA, prefer_points_over_scheme=prefer)
    assert got.score == score


def test_a_number_is_never_a_scheme_name_elsewhere() -> None:
    assert score_of("4", "points", 10.0, GPA) == 4.0
    assert score_of("4", "percent", 10.0, GPA) == 4.0


@pytest.mark.parametrize(
    ("entry", "possible", "score", "grade"),
    [
        ("10", 10.0, 10.0, "complete"),
        ("10.0", 10.0, 10.0, "complete"),
        ("100%", 10.0, 10.0, "complete"),
        ("0", 10.0, 0.0, "incomplete"),
        ("0%", 10.0, 0.0, "incomplete"),
        ("-0", 10.0, 0.0, "incomplete"),
        ("5", 10.0, None, None),
        ("50%", 10.0, None, None),
        ("11", 10.0, None, None),
        ("-10", 10.0, None, None),
        ("complete", 10.0, 10.0, "complete"),
        ("incomplete", 10.0, 0.0, "incomplete"),
        ("banana", 10.0, 0.0, "incomplete"),
        ("PASS", 10.0, 0.0, "incomplete"),
        ("B", 10.0, 0.0, "incomplete"),
        ("1e2", 10.0, 0.0, "incomplete"),
        ("pass", None, 0.0, "complete"),
        ("complete", 0.0, 0.0, "complete"),
        ("fail", None, 0.0, "incomplete"),
        ("85%", None, 0.0, "incomplete"),
        ("0", None, 0.0, "incomplete"),
        ("5", None, None, None),
        ("33.3%", 33.3, None, None),
        ("100%", 33.3, 33.3, "complete"),
    ],
)
def test_pass_fail_takes_full_points_or_none(
    entry: str, possible: float | None, score: float | None, grade: str | None
) -> None:
    got = interpret(entry, Gradable("pass_fail", possible))
    assert (got.score, got.grade) == (score, grade)
    assert got.outcome == ("unreadable" if score is None else "graded")


@pytest.mark.parametrize(
    ("entry", "type_", "possible", "grade"),
    [
        ("10.0", "points", 10.0, "10"),
        ("33.333%", "points", 30.0, "9.9999"),
        ("85", "percent", 20.0, "425%"),
        ("85%", "percent", 20.0, "85%"),
        ("85", "letter_grade", 100.0, "B"),
        ("85%", "gpa_scale", 100.0, "B"),
        ("+7", "points", 10.0, "7"),
        ("b+", "letter_grade", None, "B+"),
        ("B\N{MINUS SIGN}", "letter_grade", 0.0, "B-"),
        ("85", "letter_grade", None, "85"),
        ("85%", "letter_grade", None, "85%"),
        ("pass", "letter_grade", None, "pass"),
        ("7", "percent", None, "7%"),
        ("7", "percent", 0.0, "7%"),
    ],
)
def test_the_stored_grade_is_made_from_the_score(entry: str, type_: GradingType, possible: float | None, grade: str) -> None:
    assert interpret(entry, Gradable(type_, possible)).grade == grade


@pytest.mark.parametrize("type_", GRADED)
@pytest.mark.parametrize("entry", ["9" * 400, "-" + "9" * 400, "9" * 400 + "%", "9" * 308 + "%"])
def test_numbers_beyond_doubles_are_unreadable(type_: GradingType, entry: str) -> None:
    assert interpret(entry, Gradable(type_, 1e10)) == UNREADABLE


# 13c


@pytest.mark.parametrize(
    ("score", "type_", "possible", "given", "grade"),
    [
        (10.0, "points", 20.0, None, "10"),
        (9.9999, "points", 20.0, None, "9.9999"),
        (3.5, "not_graded", 20.0, None, "3.5"),
        (57.895, "percent", 100.0, None, "57.9%"),
        (100.0, "percent", 100.0, None, "100%"),
        (1.0, "percent", 3.0, None, "33.33%"),
        (2.0, "percent", 3.0, None, "66.67%"),
        (1.005, "percent", 100.0, None, "1.01%"),
        (7.123, "percent", 0.0, None, "7.123%"),
        (7.0, "percent", None, None, "7%"),
        (0.5, "pass_fail", 10.0, None, "complete"),
        (0.5, "pass_fail", 10.0, "incomplete", "complete"),
        (0.0, "pass_fail", 10.0, "complete", "incomplete"),
        (-1.0, "pass_fail", 10.0, None, "incomplete"),
        (5.0, "pass_fail", 0.0, None, "incomplete"),
        (0.0, "pass_fail", None, "pass", "complete"),
        (0.0, "pass_fail", None, "complete", "complete"),
        (0.0, "pass_fail", None, "PASS", "incomplete"),
        (9.399999, "letter_grade", 10.0, None, "A-"),
        (9.4, "letter_grade", 10.0, None, "A"),
        (89.995, "letter_grade", 100.0, None, "B+"),
        (12.0, "letter_grade", 10.0, "F", "A"),
        (85.0, "letter_grade", 0.0, None, "B"),
        (85.0, "gpa_scale", None, "", "B"),
        (85.0, "letter_grade", None, "c+", "C+"),
        (85.0, "letter_grade", None, "xyz", "xyz"),
        (None, "points", 10.0, None, "0"),
        (None, "percent", 10.0, None, "0%"),
        (None, "letter_grade", 10.0, None, "F"),
        (None, "pass_fail", 10.0, None, "incomplete"),
    ],
)
def test_display(score: float | None, type_: GradingType, possible: float | None, given: str | None, grade: str) -> None:
    assert display(score, Gradable(type_, possible), given=given) == grade


def test_a_null_score_is_saved_with_a_null_grade() -> None:
    assert stored_grade(None, Gradable("letter_grade", 10.0), given="A") is None
    assert stored_grade(9.0, Gradable("points", 10.0)) == "9"


# Anything at all

entries = st.text(max_size=12) | st.from_regex(r"\A[+-]?[0-9]*\.?[0-9]+%?\Z") | st.sampled_from(["A", "4", "pass", "B\u2212"])
points = st.none() | st.sampled_from([0.0, 1.0, 10.0, 33.3]) | st.floats(0, 1e308)


@settings(CORE)
@given(entries, st.sampled_from(TYPES), points, st.booleans())
def test_no_entry_crashes(entry: str, type_: GradingType, possible: float | None, prefer: bool) -> None:
    got = interpret(entry, Gradable(type_, possible), GPA, prefer_points_over_scheme=prefer)
    assert (got.score is None) == (got.grade is None) == (got.outcome != "graded")
    assert got.score is None or math.isfinite(got.score)
