"""What is shown: section 10 of the reference."""

from __future__ import annotations

import pytest

from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.core.scoring.overrides import (
    Effective,
    choose_assignment_scheme,
    choose_course_scheme,
    give_letter,
    take_effect,
)

OWN = Scheme("own", False, 1.0, (("P", 0.5), ("F", 0.0)))
ACCOUNT = Scheme("account", False, 1.0, (("Q", 0.5), ("F", 0.0)))


@pytest.mark.parametrize(
    ("override", "feature", "allowed", "shown"),
    [
        (88.0, True, True, (88.0, 88.0)),
        (88.0, False, True, (80.2, 74.0)),
        (88.0, True, False, (80.2, 74.0)),
        (0.0, True, True, (0.0, 0.0)),
        (130.0, True, True, (130.0, 130.0)),
        (None, True, True, (80.2, 74.0)),
    ],
)
def test_an_override_replaces_both_scores_where_feature_and_course_allow_it(
    override: float | None, feature: bool, allowed: bool, shown: tuple[float, float]
) -> None:
    got = take_effect(80.2, 74.0, override, DEFAULT_SCHEME, feature=feature, allowed=allowed)
    assert (got.current_score, got.final_score) == shown


def test_letters_come_with_the_effective_scores() -> None:
    assert take_effect(80.2, None, None, DEFAULT_SCHEME, feature=True, allowed=True) == Effective(80.2, "B-", None, None)
    assert take_effect(80.2, None, 88.0, DEFAULT_SCHEME, feature=True, allowed=True) == Effective(88.0, "B+", 88.0, "B+")
    assert take_effect(80.2, 74.0, 0.0, None, feature=True, allowed=True) == Effective(0.0, None, 0.0, None)


def test_letters_are_looked_up_from_the_stored_score() -> None:
    assert give_letter(90.0, DEFAULT_SCHEME) == "A-"
    assert give_letter(89.99, DEFAULT_SCHEME) == "B+"
    assert give_letter(None, DEFAULT_SCHEME) is None
    assert give_letter(90.0, None) is None


def test_the_scheme_of_a_course() -> None:
    assert choose_course_scheme(OWN, ACCOUNT) is OWN
    assert choose_course_scheme(OWN, ACCOUNT, concluded=True) is OWN
    assert choose_course_scheme(None, ACCOUNT) is ACCOUNT
    assert choose_course_scheme(None, ACCOUNT, concluded=True) is DEFAULT_SCHEME
    assert choose_course_scheme(None, None) is None
    assert choose_course_scheme(None, None, restricted=True) is DEFAULT_SCHEME
    assert choose_course_scheme(None, ACCOUNT, restricted=True) is ACCOUNT


def test_the_scheme_of_an_assignment() -> None:
    assert choose_assignment_scheme(OWN, ACCOUNT, None) is OWN
    assert choose_assignment_scheme(None, OWN, ACCOUNT) is OWN
    assert choose_assignment_scheme(None, None, ACCOUNT) is ACCOUNT
    assert choose_assignment_scheme(None, None, None) is DEFAULT_SCHEME
