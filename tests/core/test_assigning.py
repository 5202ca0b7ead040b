"""Effective due dates: section 9 of the grade calculation reference, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gradewire.core.assigning import Assignable, Enrolled, Override, SetType, assign

OWN = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
EARLY = OWN - timedelta(days=7)
LATE = OWN + timedelta(days=7)

ANN, BEN, CYD = 1, 2, 3
MAIN, EVENING = 10, 20
ROSTER = [Enrolled(ANN, MAIN, True), Enrolled(BEN, MAIN, True), Enrolled(CYD, EVENING, True)]
FOR_ALL = Assignable(OWN, only_visible_to_overrides=False)
FOR_SOME = Assignable(OWN, only_visible_to_overrides=True)


def override(
    set_type: SetType = "CourseSection",
    due_at: datetime | None = None,
    *,
    section: int | None = None,
    users: tuple[int, ...] = (),
    overrides_due: bool = True,
    unassign: bool = False,
) -> Override:
    return Override(set_type, section, users, overrides_due, due_at, unassign)


def test_without_overrides_everybody_has_the_date_of_the_assignment() -> None:
    assert assign(FOR_ALL, [], ROSTER) == {ANN: OWN, BEN: OWN, CYD: OWN}


def test_an_assignment_for_overrides_only_is_for_nobody_else() -> None:
    assert assign(FOR_SOME, [], ROSTER) == {}
    assert assign(FOR_SOME, [override(section=EVENING, due_at=LATE)], ROSTER) == {CYD: LATE}
    assert assign(FOR_SOME, [override("ADHOC", EARLY, users=(BEN,))], ROSTER) == {BEN: EARLY}


def test_a_section_date_replaces_the_own_date_even_if_earlier() -> None:
    assert assign(FOR_ALL, [override(section=MAIN, due_at=EARLY)], ROSTER) == {ANN: EARLY, BEN: EARLY, CYD: OWN}


def test_an_individual_date_beats_a_section_date() -> None:
    both = [override(section=MAIN, due_at=LATE), override("ADHOC", EARLY, users=(ANN,))]
    assert assign(FOR_ALL, both, ROSTER) == {ANN: EARLY, BEN: LATE, CYD: OWN}


def test_of_equals_the_latest_wins_and_no_date_is_the_latest() -> None:
    two = [override(section=MAIN, due_at=EARLY), override("Course", LATE)]
    assert assign(FOR_ALL, two, ROSTER)[ANN] == LATE
    assert assign(FOR_ALL, [*two, override("Course", None)], ROSTER)[ANN] is None


def test_an_override_that_leaves_the_date_alone_assigns_with_the_own_date() -> None:
    kept = override("ADHOC", LATE, users=(ANN,), overrides_due=False)
    assert assign(FOR_SOME, [kept], ROSTER) == {ANN: OWN}
    assert assign(FOR_ALL, [kept, override(section=MAIN, due_at=EARLY)], ROSTER)[ANN] == EARLY


def test_a_section_the_student_left_does_not_decide_while_another_does() -> None:
    moved = [Enrolled(ANN, MAIN, False), Enrolled(ANN, EVENING, True)]
    dates = [override(section=MAIN, due_at=LATE), override(section=EVENING, due_at=EARLY)]
    assert assign(FOR_ALL, dates, moved) == {ANN: EARLY}
    assert assign(FOR_SOME, dates[:1], moved) == {ANN: LATE}


def test_an_unassigning_override_removes_the_student() -> None:
    gone = override("ADHOC", None, users=(ANN,), unassign=True)
    assert assign(FOR_ALL, [gone, override(section=MAIN, due_at=LATE)], ROSTER) == {BEN: LATE, CYD: OWN}


def test_an_override_for_somebody_not_in_the_course_has_no_effect() -> None:
    assert assign(FOR_SOME, [override("ADHOC", LATE, users=(99,))], ROSTER) == {}


DATES = st.sampled_from([None, EARLY, OWN, LATE])
OVERRIDES = st.lists(
    st.builds(
        override,
        st.sampled_from(["ADHOC", "CourseSection", "Course"]),
        DATES,
        section=st.sampled_from([MAIN, EVENING]),
        users=st.lists(st.sampled_from([ANN, BEN, CYD, 99])).map(tuple),
        overrides_due=st.booleans(),
    ),
    max_size=5,
)
ROSTERS = st.lists(st.builds(Enrolled, st.sampled_from([ANN, BEN, CYD]), st.sampled_from([MAIN, EVENING]), st.booleans()))


@given(OVERRIDES, ROSTERS)
def test_the_order_of_rows_does_not_matter(overrides: list[Override], roster: list[Enrolled]) -> None:
    found = assign(FOR_ALL, overrides, roster)
    shuffled = list(reversed(overrides)), list(reversed(roster))
    assert assign(FOR_ALL, *shuffled) == found
    assert set(found) == {each.user_id for each in roster}
    assert set(assign(FOR_SOME, overrides, roster)) <= set(found)
