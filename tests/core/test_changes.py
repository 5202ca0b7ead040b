"""What a transaction tells at its end: each thing once."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gradewire.core.changes import Change, settle
from tests.events.facts import EACH_KIND, GRADE, OVERRIDE, SCORES, SILENT

AGAIN = replace(GRADE, old_grade="5", old_score=5.0, grade="7", score=7.0, muted=True)
SCORED_AGAIN = replace(SCORES, old_current_score=SCORES.current_score, current_score=20.0)
SCORED_BACK = replace(
    SCORES,
    current_score=SCORES.old_current_score,
    final_score=SCORES.old_final_score,
    unposted_current_score=SCORES.old_unposted_current_score,
    unposted_final_score=SCORES.old_unposted_final_score,
)


def test_different_things_are_told_in_their_order() -> None:
    others: list[Change] = [replace(GRADE, submission_id=2), replace(SCORES, user_id=2), replace(OVERRIDE, score_id=2)]
    assert settle([*EACH_KIND, *others]) == [*EACH_KIND, *others]
    assert settle([SILENT[0], SILENT[0]]) == [SILENT[0], SILENT[0]]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([GRADE, AGAIN], [replace(AGAIN, old_grade=GRADE.old_grade, old_score=GRADE.old_score)]),
        ([SCORES, SCORED_AGAIN], [replace(SCORED_AGAIN, old_current_score=SCORES.old_current_score)]),
        ([SCORES, SCORED_BACK], []),
        ([OVERRIDE, replace(OVERRIDE, old_override_score=90.0, override_score=None)], [replace(OVERRIDE, override_score=None)]),
        ([OVERRIDE, replace(OVERRIDE, old_override_score=90.0, override_score=85.0)], []),
        ([GRADE, SCORES, AGAIN], [replace(AGAIN, old_grade="4", old_score=4.0), SCORES]),
    ],
    ids=["grade", "scores", "scores and back", "override", "override and back", "grade before scores"],
)
def test_a_thing_that_changed_twice_is_told_once_from_its_beginning_to_its_end(
    changes: list[Change], told: list[Change]
) -> None:
    assert settle(changes) == told
