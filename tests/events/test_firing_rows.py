"""When events fire: every row of the tables of the live-events reference (8.1 to 8.3), and its worked timeline (8.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from tests.events.event_acts import ACTS
from tests.events.event_cases import Case, load
from tests.events.event_world import Stage, g, staged

ROWS = load("firing_rows.yaml")


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("rows")) as found:
        yield found


@pytest.mark.parametrize("row", list(ROWS))
def test_row(stage: Stage, row: str) -> None:
    stage.reset()
    Case(stage, ROWS[row], ROWS).run()


def test_every_row_of_the_first_table_has_a_case() -> None:
    rows = {row.split()[0] for row in ROWS}
    of_quizzes = {"9", "10", "10b"}
    wanted = {*(str(number) for number in range(1, 25)), "4b", "6b", "8b", "14b", "18b", "19b"} - of_quizzes
    assert wanted <= rows
    assert {"8.2", "8.3"} <= rows


PAIRS = ("current_score", "final_score", "unposted_current_score", "unposted_final_score")
TIMELINE: list[tuple[str, dict[str, Any] | None, tuple[tuple[float | None, float | None], ...] | None]] = [
    (
        "T enters 8 for S1 on A1",
        {"grade": "8", "old_grade": None, "muted": False},
        ((80, None), (40, 0), (80, None), (40, 0)),
    ),
    ("T enters 9 for S1 on A1", {"grade": "9", "old_grade": "8"}, ((90, 80), (45, 40), (90, 80), (45, 40))),
    (
        "T enters 5 for S1 on A2",
        {"grade": "5", "old_grade": None, "muted": True},
        ((90, 90), (45, 45), (70, 90), (70, 45)),
    ),
    (
        "T posts grades of A2",
        {"grade": "5", "old_grade": None, "muted": False},
        ((70, 90), (70, 45), (70, 70), (70, 70)),
    ),
    (
        "T changes the points possible of A1 to 20",
        {"grade": "9", "old_grade": "9", "points_possible": 20, "old_points_possible": 10},
        ((46.67, 70), (46.67, 70), (46.67, 70), (46.67, 70)),
    ),
    (
        "T excuses S1 on A2",
        {"grade": None, "old_grade": "5", "grading_complete": True},
        ((45, 46.67), (45, 46.67), (45, 46.67), (45, 46.67)),
    ),
    (
        "T clears the grade of S1 on A1",
        {"grade": None, "old_grade": "9", "grading_complete": False},
        ((None, 45), (0, 45), (None, 45), (0, 45)),
    ),
    ("T sets the override of S1 to 95", None, None),
]


def test_the_worked_timeline(stage: Stage) -> None:
    stage.reset()
    case = Case(stage, {"id": "timeline", "do": "", "expect": {}}, {})
    for sentence, grade, scores in TIMELINE:
        case.speak(ACTS, sentence)
        events = stage.collect()["canvas"]
        bodies = {event["metadata"]["event_name"]: event["body"] for event in events}
        assert len(bodies) == len(events), sentence
        if grade is None or scores is None:
            assert set(bodies) == {"grade_override"}
            assert (bodies["grade_override"]["override_score"], bodies["grade_override"]["old_override_score"]) == (95, None)
            continue
        assert set(bodies) == {"grade_change", "course_grade_change"}, sentence
        body = bodies["grade_change"]
        assert {name: body[name] for name in grade} == grade, sentence
        assert body["student_id"] == g(48)
        told = bodies["course_grade_change"]
        assert tuple((told[name], told[f"old_{name}"]) for name in PAIRS) == scores, sentence


def test_a_grade_with_a_rubric_and_a_comment_is_one_event(stage: Stage) -> None:
    stage.reset()
    criteria = {"0": {"description": "Style", "points": 10, "ratings": {"0": {"description": "Full", "points": 10}}}}
    association = {"association_type": "Assignment", "association_id": 355, "use_for_grading": True, "purpose": "grading"}
    rubric = {"rubric": {"title": "Essay", "criteria": criteria}, "rubric_association": association}
    made = stage.done("POST", "/courses/565/rubrics", body=rubric)["rubric"]
    stage.collect()
    criterion = made["data"][0]["id"] if "data" in made else made["criteria"][0]["id"]
    body = {
        "submission": {"posted_grade": "4"},
        "comment": {"text_comment": "Well."},
        "rubric_assessment": {criterion: {"points": 9}},
    }
    stage.done("PUT", "/courses/565/assignments/355/submissions/48", body=body)
    events = stage.collect()["canvas"]
    assert [event["metadata"]["event_name"] for event in events] == ["grade_change", "course_grade_change"]
    grade, scores = (event["body"] for event in events)
    assert (grade["old_score"], grade["score"], grade["grade"]) == (None, 9, "9")
    assert (scores["old_current_score"], scores["current_score"]) == (None, 90)


def test_a_session_names_the_login_by_which_somebody_signed_in(stage: Stage) -> None:
    stage.reset(other_login="tess@other.example")
    browser = stage.browser("T", login="tess@other.example")
    stage.web("S1", "A1", grade="8")
    browser.close()
    metadata = stage.collect()["canvas"][0]["metadata"]
    assert (metadata["user_login"], metadata["user_sis_id"], metadata["user_account_id"]) == ("tess@other.example", "T-2", g(1))


def test_secrets_do_not_leave_in_addresses(stage: Stage) -> None:
    stage.reset()
    path = "/courses/565/assignments/355/submissions/48?access_token=abc&include[]=visibility&verifier=v&X-Amz-Signature=s"
    referer = "https://tool.example/launch?id_token=t&oauth_signature=o&page=2"
    stage.done("PUT", path, body={"submission": {"posted_grade": "8"}}, Referer=referer)
    event, envelope = (events[0] for events in stage.collect().values())
    for text in (json.dumps(event), json.dumps(envelope)):
        assert not any(secret in text for secret in ("abc", "access_token", "verifier", "Signature", "id_token", "oauth_"))
    assert unquote(event["metadata"]["url"]).endswith("/submissions/48?include[]=visibility")
    assert event["metadata"]["referrer"] == "https://tool.example/launch?page=2"
