"""Moderated grading as rules on values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from gradewire.core.errors import Refused
from gradewire.core.moderation import (
    Comment,
    CommentsOf,
    Offer,
    Slots,
    Viewer,
    check_another,
    check_change,
    check_slot,
    choose,
    display_names,
    matches_submission,
    sees_comment,
    visible_grades,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDENT, FINAL, ONE, TWO, THREE = 11, 2, 4, 5, 6


class Grade(Struct, frozen=True):
    id: int
    scorer_id: int
    final: bool
    created_at: datetime


def slots(limit: int | None, *holders: int) -> Slots:
    return Slots(limit=limit, final_grader_id=FINAL, holders=frozenset(holders))


def test_slots_are_for_the_assignment_and_the_final_grader_needs_none() -> None:
    free = slots(2, ONE, FINAL)
    assert not free.full
    assert free.admits(THREE)
    taken = slots(2, ONE, TWO, FINAL)
    assert taken.full
    assert taken.admits(ONE)
    assert taken.admits(FINAL)
    assert not taken.admits(THREE)
    check_slot(taken, TWO)
    with pytest.raises(Refused) as refusal:
        check_slot(taken, THREE)
    assert refusal.value.code == "max_graders"
    assert refusal.value.message == "The maximum number of graders has been reached for this assignment."


def test_a_final_grader_without_a_row_needs_none_either() -> None:
    assert slots(1, ONE).admits(FINAL)


def test_fewer_slots_than_were_taken_keep_who_has_one() -> None:
    shrunk = slots(1, ONE, TWO)
    assert shrunk.admits(TWO)
    assert not shrunk.admits(THREE)


def test_without_moderation_there_is_no_limit() -> None:
    assert slots(None, *range(100, 200)).admits(THREE)


def test_a_former_final_grader_counts() -> None:
    assert Slots(limit=1, final_grader_id=None, holders=frozenset({FINAL})).full


@given(st.integers(1, 5), st.lists(st.integers(1, 9), max_size=40))
def test_whoever_comes_the_limit_is_never_exceeded(limit: int, comers: list[int]) -> None:
    holders: frozenset[int] = frozenset()
    for user_id in comers:
        if slots(limit, *holders).admits(user_id):
            holders |= {user_id}
    assert len(holders - {FINAL}) <= limit


def test_a_final_mark_needs_another_grade_first() -> None:
    check_another(final=True, others=1, single=False)
    check_another(final=False, others=7, single=False)
    with pytest.raises(Refused, match="Cannot give a final mark for a student with no other provisional grades"):
        check_another(final=True, others=0, single=False)


@pytest.mark.parametrize("final", [True, False])
def test_outside_a_set_chosen_by_hand_one_grade_is_all(final: bool) -> None:
    check_another(final=False, others=0, single=True)
    with pytest.raises(Refused, match="Student already has the maximum number of provisional grades"):
        check_another(final=final, others=1, single=True)


def test_a_selected_grade_is_frozen() -> None:
    check_change(selected=True, changed=True, by_final_grader=True)
    check_change(selected=True, changed=False, by_final_grader=False)
    check_change(selected=False, changed=True, by_final_grader=False)
    with pytest.raises(Refused, match="Assignment::GradeError"):
        check_change(selected=True, changed=True, by_final_grader=False)


@pytest.mark.parametrize(
    ("graded", "selected", "chosen"),
    [
        ([True], None, 1),
        ([False], None, 1),
        ([True, True], None, None),
        ([True, True], 2, 2),
        ([False, True], None, 2),
        ([False, True], 1, 1),
        ([False, False], None, 1),
        ([False, True, True], None, None),
        ([True, False, False], None, 1),
        ([True], 99, 1),
        ([True, True], 99, None),
    ],
)
def test_what_publishing_takes(graded: Sequence[bool], selected: int | None, chosen: int | None) -> None:
    offers = [Offer(number, done) for number, done in enumerate(graded, start=1)]
    assert choose(offers, selected) == chosen


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.none() | st.integers(1, 8))
def test_publishing_takes_one_of_the_offers_or_asks(graded: list[bool], selected: int | None) -> None:
    offers = [Offer(number, done) for number, done in enumerate(graded, start=1)]
    chosen = choose(offers, selected)
    if chosen is None:
        assert sum(graded) >= 2
    else:
        assert chosen in {offer.id for offer in offers}


def test_moderators_see_all_others_their_own_and_the_final_mark_is_last() -> None:
    grades = [
        Grade(3, FINAL, True, NOW),
        Grade(2, TWO, False, NOW + timedelta(seconds=1)),
        Grade(1, ONE, False, NOW + timedelta(seconds=2)),
    ]
    assert [one.id for one in visible_grades(grades, viewer_id=FINAL, moderator=True)] == [2, 1, 3]
    assert [one.id for one in visible_grades(grades, viewer_id=ONE, moderator=False)] == [1]
    assert visible_grades(grades, viewer_id=STUDENT, moderator=False) == []


def test_whether_a_grade_is_for_the_newest_work() -> None:
    later = NOW + timedelta(hours=1)
    assert matches_submission(graded_at=None, submitted_at=NOW)
    assert matches_submission(graded_at=NOW, submitted_at=None)
    assert matches_submission(graded_at=NOW, submitted_at=NOW)
    assert not matches_submission(graded_at=NOW, submitted_at=later)


def test_names_by_the_rank_of_anonymous_ids_in_byte_order() -> None:
    assert display_names("Grader", [(7, "b1111"), (8, "B9999"), (9, "1zzzz")]) == {9: "Grader 1", 8: "Grader 2", 7: "Grader 3"}


OF = CommentsOf(
    student_id=STUDENT,
    grader_id=None,
    posted=False,
    moderated=True,
    published=False,
    final_grader_id=FINAL,
    comments_shared=True,
)
PUBLISHED = replace(OF, published=True, grader_id=ONE)
PLAIN = replace(OF, moderated=False, final_grader_id=None)
MARKER = Viewer(user_id=TWO, moderator=False, edits_assignment=True, owns=False, reads_grades=True)
MODERATOR = replace(MARKER, user_id=FINAL, moderator=True)
OWNER = Viewer(user_id=STUDENT, moderator=False, edits_assignment=False, owns=True, reads_grades=False)
NOBODY = replace(OWNER, user_id=99, owns=False)
READER = replace(MARKER, edits_assignment=False)


def by(author_id: int | None, *, provisional: bool = False, hidden: bool = False, draft: bool = False) -> Comment:
    return Comment(author_id=author_id, provisional=provisional, hidden=hidden, draft=draft)


def test_everybody_sees_the_own_comments() -> None:
    for viewer in (MARKER, MODERATOR, OWNER, NOBODY):
        for of in (OF, PLAIN, PUBLISHED):
            assert sees_comment(viewer, of, by(viewer.user_id, provisional=True, hidden=True, draft=True))


def test_a_moderator_sees_all_comments() -> None:
    assert sees_comment(MODERATOR, replace(OF, comments_shared=False), by(ONE, provisional=True, hidden=True))


def test_without_moderation_editors_and_readers_of_grades_see_all() -> None:
    assert sees_comment(MARKER, PLAIN, by(ONE, hidden=True))
    assert sees_comment(READER, PLAIN, by(ONE, hidden=True))
    assert not sees_comment(NOBODY, PLAIN, by(ONE))


def test_the_student_sees_what_is_posted_and_not_hidden() -> None:
    posted = replace(PUBLISHED, posted=True)
    assert sees_comment(OWNER, posted, by(ONE))
    assert not sees_comment(OWNER, posted, by(ONE, hidden=True))
    assert not sees_comment(OWNER, posted, by(ONE, draft=True))
    assert not sees_comment(OWNER, PUBLISHED, by(ONE))


def test_of_provisional_comments_the_student_sees_the_final_graders_after_publication() -> None:
    posted = replace(PUBLISHED, posted=True)
    assert sees_comment(OWNER, posted, by(FINAL, provisional=True))
    assert not sees_comment(OWNER, posted, by(ONE, provisional=True))
    assert not sees_comment(OWNER, replace(posted, published=False), by(FINAL, provisional=True))


def test_graders_share_comments_unless_told_otherwise() -> None:
    apart = replace(OF, comments_shared=False)
    assert sees_comment(MARKER, OF, by(ONE))
    assert not sees_comment(MARKER, apart, by(ONE))
    assert not sees_comment(MARKER, apart, by(FINAL))
    assert not sees_comment(MARKER, apart, by(None))
    assert sees_comment(MARKER, apart, by(STUDENT))


def test_after_publication_graders_see_the_final_and_the_chosen_graders_comments() -> None:
    apart = replace(PUBLISHED, comments_shared=False)
    assert sees_comment(MARKER, apart, by(ONE))
    assert sees_comment(MARKER, apart, by(FINAL))
    assert not sees_comment(MARKER, apart, by(THREE))
    assert not sees_comment(MARKER, replace(apart, grader_id=None, final_grader_id=None), by(None))
