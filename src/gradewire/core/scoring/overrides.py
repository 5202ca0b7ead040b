"""What is shown of computed scores: overrides in effect, the scheme that gives letters, and the letter of a course score.

Source: section 10 of the Canvas grade calculation reference. Scores are percent.
"""

from __future__ import annotations

from msgspec import Struct

from gradewire.core.schemes import DEFAULT_SCHEME, Scheme, name_of


class Effective(Struct, frozen=True):
    """The scores that students and observers see as theirs, with their letters."""

    current_score: float | None
    current_grade: str | None
    final_score: float | None
    final_grade: str | None


def is_in_effect(override_score: float | None, *, feature: bool, allowed: bool) -> bool:
    """An override counts if there is one (0 is one), the account has the feature, and the course allows it."""
    return override_score is not None and feature and allowed


def take_effect(
    current_score: float | None,
    final_score: float | None,
    override_score: float | None,
    scheme: Scheme | None,
    *,
    feature: bool,
    allowed: bool,
) -> Effective:
    """The effective scores: the override in place of both where it is in effect. ``scheme`` None gives no letters."""
    if is_in_effect(override_score, feature=feature, allowed=allowed):
        current_score = final_score = override_score
    return Effective(current_score, give_letter(current_score, scheme), final_score, give_letter(final_score, scheme))


def give_letter(score: float | None, scheme: Scheme | None) -> str | None:
    """The letter of a stored, rounded course score; none without a score or without a scheme."""
    return None if score is None or scheme is None else name_of(scheme, score)


def choose_course_scheme(
    own: Scheme | None, account_default: Scheme | None, *, concluded: bool = False, restricted: bool = False
) -> Scheme | None:
    """The scheme of a course's letters, None if it gives none.

    ``own`` is the course's choice (the built-in scheme if it chose number 0), ``account_default`` the nearest default up the
    chain of accounts, which a concluded course no longer follows. ``restricted`` says that the viewer may not see numbers.
    """
    if own is not None:
        return own
    if account_default is None and not restricted:
        return None
    return DEFAULT_SCHEME if account_default is None or concluded else account_default


def choose_assignment_scheme(own: Scheme | None, course: Scheme | None, account_default: Scheme | None) -> Scheme:
    """The scheme of an assignment's letters: its own, else the course's, else the account's, else the built-in one."""
    return own or course or account_default or DEFAULT_SCHEME
