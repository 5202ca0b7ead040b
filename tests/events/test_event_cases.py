"""The acceptance cases for grade events, on a real server with both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.events.event_cases import Case, load
from tests.events.event_world import Stage, staged

CASES = load()

NOT_HERE = {
    "RC02": "LedBelly's parsers are Ruby and not in this repository; what they read is compared below",
}
"""Cases that need a consumer's own code."""


@pytest.fixture(scope="module")
def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(module_database_url, tmp_path_factory.mktemp("cases")) as found:
        yield found


@pytest.mark.parametrize("case_id", [name for name in CASES if name not in NOT_HERE])
def test_case(stage: Stage, case_id: str) -> None:
    stage.reset()
    Case(stage, CASES[case_id], CASES).run()


LEDBELLY = {
    "metadata": "client_ip context_account_id context_id context_role context_sis_source_id context_type developer_key_id"
    " event_name event_time hostname http_method job_id job_tag producer real_user_id referrer request_id root_account_id"
    " root_account_lti_guid root_account_uuid session_id time_zone url user_account_id user_agent user_id user_login"
    " user_sis_id",
    "grade_change": "assignment_id assignment_name grade grader_id grading_complete muted old_grade old_points_possible"
    " old_score points_possible score student_id student_sis_id submission_id user_id",
    "course_grade_change": "course_id created_at current_score final_score old_current_score old_final_score"
    " old_unposted_current_score old_unposted_final_score unposted_current_score unposted_final_score updated_at user_id"
    " workflow_state",
}
"""The names that LedBelly's parser of the Canvas format reads (ccsd/ledbelly 898c2996); it logs any other."""


def test_ledbelly_knows_every_name_and_misses_none(stage: Stage) -> None:
    stage.reset()
    stage.put("S1", "A1", posted_grade="8")
    for event in stage.collect()["canvas"]:
        assert set(event["metadata"]) <= set(LEDBELLY["metadata"].split())
        assert set(event["body"]) == set(LEDBELLY[event["metadata"]["event_name"]].split())
