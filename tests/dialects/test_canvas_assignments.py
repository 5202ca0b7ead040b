"""Assignments: shown, listed, made, on both databases (moderation reference, 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_work import ANN, BOB, CEM, ENROLLMENTS, MANY, assign, graded, ids, mark, moderate, submitted
from tests.dialects.canvas_world import COURSE, GROUP, OTHER_GROUP, PEOPLE, SECOND_SECTION, SECTION, Api, running


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


# The object


def test_an_assignment_with_all_its_fields(api: Api) -> None:
    found = assign(api, "Essay", description="<p>Write.</p>", due_at="2026-04-01T10:30:00+02:00")
    url = f"http://testserver.local/courses/{COURSE}/assignments/{found['id']}"
    stamps = {name: found.pop(name) for name in ("created_at", "updated_at")}
    assert all(stamp.endswith("Z") and len(stamp) == 20 for stamp in stamps.values())
    assert found == {
        "id": found["id"],
        "course_id": COURSE,
        "name": "Essay",
        "description": "<p>Write.</p>",
        "assignment_group_id": GROUP,
        "position": 1,
        "points_possible": 10.0,
        "grading_type": "points",
        "grading_standard_id": None,
        "submission_types": ["online_text_entry"],
        "allowed_attempts": -1,
        "due_at": "2026-04-01T08:30:00Z",
        "unlock_at": None,
        "lock_at": None,
        "workflow_state": "published",
        "published": True,
        "unpublishable": True,
        "omit_from_final_grade": False,
        "hide_in_gradebook": False,
        "only_visible_to_overrides": False,
        "visible_to_everyone": True,
        "has_overrides": False,
        "post_manually": False,
        "muted": True,
        "peer_reviews": False,
        "automatic_peer_reviews": False,
        "anonymous_peer_reviews": False,
        "intra_group_peer_reviews": False,
        "group_category_id": None,
        "grade_group_students_individually": False,
        "post_to_sis": False,
        "moderated_grading": False,
        "moderation_set": "all",
        "grader_count": 0,
        "final_grader_id": None,
        "grader_section_id": None,
        "graders_anonymous_to_graders": False,
        "grader_comments_visible_to_graders": True,
        "grader_names_visible_to_final_grader": True,
        "grades_published": True,
        "anonymous_grading": False,
        "anonymous_instructor_annotations": False,
        "anonymize_students": False,
        "has_submitted_submissions": False,
        "graded_submissions_exist": False,
        "needs_grading_count": 0,
        "in_closed_grading_period": False,
        "is_quiz_assignment": False,
        "due_date_required": False,
        "max_name_length": 255,
        "can_duplicate": False,
        "require_lockdown_browser": False,
        "locked_for_user": False,
        "important_dates": False,
        "restrict_quantitative_data": False,
        "html_url": url,
        "submissions_download_url": f"{url}/submissions?zip=1",
        "sis_assignment_id": None,
        "integration_id": None,
        "integration_data": {},
    }
    assert api.get(f"{MANY}/{found['id']}").body == found | stamps


def test_students_see_nothing_of_how_grading_is_organised(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["teacher"])["id"]
    found = api.get(f"{MANY}/{number}", as_="ann").body
    hidden = {"final_grader_id", "grader_count", "needs_grading_count", "grader_section_id", "sis_assignment_id"}
    assert not hidden & found.keys()
    assert found["moderated_grading"] is True


def test_what_is_known_of_the_work(api: Api) -> None:
    number = assign(api)["id"]
    path = f"{MANY}/{number}"
    submitted(api, number, "ann")
    submitted(api, number, "cem")
    found = api.get(path).body
    assert (found["has_submitted_submissions"], found["graded_submissions_exist"]) == (True, False)
    assert (found["needs_grading_count"], found["unpublishable"], found["muted"]) == (2, False, True)
    assert api.get(path, as_="section_ta").body["needs_grading_count"] == 1
    for who in ("ann", "bob", "cem"):
        graded(api, number, who=who)
    found = api.get(path).body
    assert (found["graded_submissions_exist"], found["needs_grading_count"], found["muted"]) == (True, 0, False)
    mark(api, number, grade_matches_current_submission=False)
    assert api.get(path).body["needs_grading_count"] == 1


def test_a_provisional_score_for_work_counts_as_graded(api: Api) -> None:
    number = moderate(api)["id"]
    s = t.submissions.c
    (submission_id,) = api.rows(sa.select(s.id).where(s.assignment_id == number, s.user_id == ANN))
    owner = {"course_id": COURSE, "submission_id": submission_id, "assignment_id": number, "student_id": ANN}
    api.add(t.provisional_grades, {**owner, "scorer_id": PEOPLE["ta"], "score": 5.0})
    assert api.get(f"{MANY}/{number}").body["graded_submissions_exist"] is False
    submitted(api, number)
    assert api.get(f"{MANY}/{number}").body["graded_submissions_exist"] is True
    switched_off = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=false")
    text = "Moderated grading setting cannot be changed if graded submissions exist"
    assert switched_off.messages == {"moderated_grading": [text]}


def test_students_are_anonymised_until_their_work_is_posted(api: Api) -> None:
    number = assign(api, anonymous_grading=True)["id"]
    assert api.get(f"{MANY}/{number}").body["anonymize_students"] is True
    for who in ("ann", "bob", "cem"):
        graded(api, number, who=who)
    assert api.get(f"{MANY}/{number}").body["anonymize_students"] is False


# Lists


def test_a_list_goes_by_groups_and_positions(api: Api) -> None:
    api.add(t.assignment_groups, {"id": 70, "course_id": COURSE, "name": "First", "position": 0})
    second = assign(api, "B", assignment_group_id=GROUP)["id"]
    third = assign(api, "A", assignment_group_id=GROUP)["id"]
    first = assign(api, "C")["id"]
    assert ids(api.get(MANY).body) == [first, second, third]
    assert ids(api.get(MANY, order_by="name").body) == [third, second, first]
    assert ids(api.get(f"/courses/{COURSE}/assignment_groups/{GROUP}/assignments").body) == [second, third]
    assert api.get(f"/courses/{COURSE}/assignment_groups/{OTHER_GROUP}/assignments").status == 404
    page = api.get(MANY, per_page=1, page=2)
    assert ids(page.body) == [second]
    assert set(page.links()) == {"current", "next", "prev", "first", "last"}
    assert ids(api.get(MANY, search_term="c").body) == [first]
    assert ids(api.get(MANY, assignment_ids__=[third, 999, "x"]).body) == [third]


def test_who_may_list_assignments(shared: Api) -> None:
    expected = {"admin": 200, "teacher": 200, "ann": 200, "observer": 200, "stranger": 403, "foreigner": 404}
    assert {who: shared.get(MANY, as_=who).status for who in expected} == expected
    assert shared.get(MANY, as_=None).status == 401


def test_unpublished_assignments_are_for_staff(api: Api) -> None:
    number = assign(api, published=False)["id"]
    seen = {"teacher": 200, "ta": 200, "designer": 200, "admin": 200, "ann": 404, "observer": 404, "stranger": 403}
    assert {who: api.get(f"{MANY}/{number}", as_=who).status for who in seen} == seen
    assert ids(api.get(MANY).body) == [number]
    assert api.get(MANY, as_="ann").body == []


def test_what_is_only_for_some_is_seen_by_those(api: Api) -> None:
    override = [{"course_section_id": SECOND_SECTION, "due_at": "2026-05-01T00:00:00Z"}]
    number = assign(api, only_visible_to_overrides=True, assignment_overrides=override)["id"]
    assert api.get(f"{MANY}/{number}", as_="ann").status == 404
    assert api.get(MANY, as_="observer").body == []
    (found,) = api.get(MANY, as_="cem").body
    assert found["due_at"] == "2026-05-01T00:00:00Z"
    assert api.get(f"{MANY}/{number}").body["due_at"] is None


def test_buckets(api: Api) -> None:
    past = assign(api, "past", due_at="2020-01-01T00:00:00Z")["id"]
    undated = assign(api, "undated", submission_types=["on_paper"])["id"]
    future = assign(api, "future", due_at="2125-01-01T00:00:00Z")["id"]
    submitted(api, past)
    expected = {
        "past": ([past], [past]),
        "overdue": ([past], []),
        "undated": ([undated], [undated]),
        "ungraded": ([past], [past]),
        "unsubmitted": ([past, future], [future]),
        "upcoming": ([], []),
        "future": ([undated, future], [undated, future]),
    }
    for bucket, lists in expected.items():
        assert (ids(api.get(MANY, bucket=bucket).body), ids(api.get(MANY, as_="ann", bucket=bucket).body)) == lists, bucket
    assert api.get(MANY, bucket="leaky").status == 400
    assert ids(api.get(MANY, order_by="due_at").body) == [past, future, undated]


def test_what_may_be_added(api: Api) -> None:
    override = [{"student_ids": [BOB], "due_at": "2026-05-01T00:00:00Z"}]
    number = assign(api, due_at="2026-04-01T00:00:00Z", assignment_overrides=override)["id"]
    path = f"{MANY}/{number}"
    found = api.get(path, include__=["overrides", "all_dates", "assignment_visibility", "can_edit"]).body
    assert found["has_overrides"] is True
    assert found["overrides"][0]["student_ids"] == [BOB]
    assert found["overrides"][0]["title"] == "1 student"
    assert [one["due_at"] for one in found["all_dates"]] == ["2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"]
    assert found["assignment_visibility"] == [ANN, BOB, CEM]
    assert found["can_edit"] is True
    graded(api, number)
    mine = api.get(path, as_="ann", include__=["submission", "overrides", "assignment_visibility", "can_edit"]).body
    assert (mine["submission"]["user_id"], mine["submission"]["score"]) == (ANN, 8.0)
    assert mine["can_edit"] is False
    assert not {"overrides", "assignment_visibility"} & mine.keys()
    observed = api.get(path, as_="observer", include__=["submission", "observed_users"]).body
    assert [one["user_id"] for one in observed["submission"]] == [ANN]
    assert api.get(path, include__="submission").body["submission"] is None


def test_a_list_takes_as_many_statements_for_many_as_for_one(api: Api) -> None:
    include = ["submission", "overrides"]
    assign(api)
    api.get(MANY, as_="ann", include__=include)
    with api.counting() as few:
        api.get(MANY, as_="ann", include__=include)
    for number in range(20):
        assign(api, str(number))
    api.get(MANY, as_="ann")
    with api.counting() as many:
        assert len(api.get(MANY, as_="ann", include__=include, per_page=50).body) == 21
    assert many == few


# Making


def test_create_needs_a_name_and_gives_defaults(shared: Api) -> None:
    reply = shared.post(MANY, form="assignment[points_possible]=5")
    assert (reply.status, reply.messages) == (400, {"name": ["can't be blank"]})
    assert shared.post(MANY, form="").status == 400


def test_a_new_assignment_is_unpublished_and_takes_nothing(api: Api) -> None:
    found = api.post(MANY, form="assignment[name]=Bare").body
    assert (found["published"], found["submission_types"], found["points_possible"]) == (False, ["none"], None)
    assert found["assignment_group_id"] == GROUP


def test_who_may_make_assignments(api: Api) -> None:
    expected = {"admin": 201, "teacher": 201, "ta": 201, "designer": 201, "ann": 403, "stranger": 403, "foreigner": 404}
    assert {who: api.post(MANY, as_=who, form="assignment[name]=X").status for who in expected} == expected


def test_a_form_and_a_json_body_mean_the_same(api: Api) -> None:
    form = (
        "assignment[name]=X&assignment[points_possible]=12.5&assignment[published]=true&assignment[due_at]=2026-04-01"
        "&assignment[submission_types][]=online_url&assignment[submission_types][]=online_upload"
        "&assignment[allowed_extensions][]=pdf&assignment[omit_from_final_grade]=1"
        "&assignment[assignment_overrides][][student_ids][]=11&assignment[assignment_overrides][][due_at]=2026-05-01T00:00:00Z"
    )
    body = {
        "name": "X",
        "points_possible": 12.5,
        "published": True,
        "due_at": "2026-04-01T00:00:00Z",
        "submission_types": ["online_url", "online_upload"],
        "allowed_extensions": ["pdf"],
        "omit_from_final_grade": True,
        "assignment_overrides": [{"student_ids": [11], "due_at": "2026-05-01T00:00:00Z"}],
    }
    one, other = api.post(MANY, form=form).body, api.post(MANY, body={"assignment": body}).body
    for found in (one, other):
        for name in ("id", "html_url", "submissions_download_url", "position", "created_at", "updated_at"):
            del found[name]
        for override in found["overrides"]:
            del override["id"], override["assignment_id"]
    assert one == other
    assert one["overrides"] == [{"title": "1 student", "student_ids": [11], "due_at": "2026-05-01T00:00:00Z"}]


def test_a_new_assignment_is_placed_and_counts(api: Api) -> None:
    number = assign(api, due_at="2026-04-01T00:00:00Z")["id"]
    s = t.submissions.c
    placed = api.rows(sa.select(s.user_id, s.workflow_state).where(s.assignment_id == number).order_by(s.user_id))
    assert placed == [(who, "unsubmitted") for who in (ANN, BOB, CEM)]
    (found,) = api.get(ENROLLMENTS, user_id=ANN).body
    assert (found["grades"]["current_score"], found["grades"]["final_score"]) == (None, 0.0)


def test_a_course_without_groups_gets_one(api: Api) -> None:
    api.change(t.assignment_groups, GROUP, workflow_state="deleted")
    number = assign(api)["assignment_group_id"]
    assert number != GROUP
    assert ids(api.get(f"/courses/{COURSE}/assignment_groups").body) == [number]


def test_a_course_may_post_manually_by_default(api: Api) -> None:
    api.put(f"/courses/{COURSE}", form="course[post_manually]=true")
    assert assign(api)["post_manually"] is True
    assert assign(api, post_manually=False)["post_manually"] is False


FAULTY: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": ""}, ["name"]),
    ({"name": "x" * 256}, ["name"]),
    ({"points_possible": -1}, ["points_possible"]),
    ({"grading_type": "stars"}, ["grading_type"]),
    ({"submission_types": ["pigeon"]}, ["submission_types"]),
    ({"submission_types": ["none", "online_url"]}, ["submission_types"]),
    ({"grading_standard_id": 4711}, ["grading_standard_id"]),
    ({"assignment_group_id": OTHER_GROUP}, ["assignment_group_id"]),
    ({"assignment_group_id": "x"}, ["assignment_group_id"]),
    ({"unlock_at": "2026-03-02", "lock_at": "2026-03-01"}, ["lock_at"]),
    ({"unlock_at": "2026-03-02", "due_at": "2026-03-01", "lock_at": "2026-03-03"}, ["due_at"]),
    ({"allowed_attempts": 0}, ["allowed_attempts"]),
    ({"moderated_grading": True}, ["grader_count"]),
    ({"moderated_grading": True, "grader_count": "x"}, ["grader_count"]),
    ({"moderated_grading": True, "grader_count": 2, "final_grader_id": 999}, ["final_grader_id"]),
    ({"moderated_grading": True, "grader_count": 2, "final_grader_id": "x"}, ["final_grader_id"]),
    ({"moderated_grading": True, "grader_count": 2, "final_grader_id": ANN}, ["final_grader_id"]),
    ({"moderated_grading": True, "grader_count": 2, "peer_reviews": True}, ["moderated_grading"]),
    ({"moderated_grading": True, "grader_count": 2, "group_category_id": 1}, ["moderated_grading"]),
    ({"moderated_grading": True, "grader_count": 2, "submission_types": ["not_graded"]}, ["moderated_grading"]),
    ({"moderated_grading": True, "grader_count": 2, "grader_section_id": 61}, ["grader_section"]),
    ({"moderation_set": "few"}, ["moderation_set"]),
    ({"anonymous_grading": True, "group_category_id": 1}, ["base"]),
    ({"group_category_id": 1}, ["group_category_id"]),
    ({"assignment_overrides": [{"due_at": "2026-03-01"}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"student_ids": []}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"student_ids": [6]}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"student_ids": [ANN, ANN]}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"student_ids": [ANN]}, {"student_ids": [ANN]}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"course_section_id": 61}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"student_ids": [ANN], "course_section_id": SECTION}]}, ["assignment_overrides"]),
    ({"assignment_overrides": [{"id": 99, "student_ids": [ANN]}]}, ["assignment_overrides"]),
]
MALFORMED: list[dict[str, Any]] = [
    {"points_possible": "ten"},
    {"points_possible": [1]},
    {"position": "first"},
    {"position": 2**70},
    {"due_at": "tomorrow"},
    {"due_at": 5},
    {"name": {"a": 1}},
    {"grading_standard_id": "A"},
    {"integration_data": "x"},
    {"assignment_overrides": "x"},
    {"assignment_overrides": [{"student_ids": {"a": 1}}]},
]


def test_faulty_assignments_are_refused_and_change_nothing(shared: Api) -> None:
    for sent, attributes in FAULTY:
        reply = shared.post(MANY, body={"assignment": {"name": "X", **sent}})
        assert reply.status == 400, sent
        assert list(reply.body["errors"]) == attributes, sent
    for sent in MALFORMED:
        reply = shared.post(MANY, body={"assignment": {"name": "X", **sent}})
        assert (reply.status, type(reply.body["errors"])) == (400, list), sent
    for text in ("[]", '{"assignment": ', '{"assignment": [1]}', '{"assignment": {"points_possible": NaN}}'):
        headers = {"authorization": "Bearer teacher", "content-type": "application/json"}
        assert shared.client.post(f"/api/v1{MANY}", headers=headers, content=text).status_code == 400, text
    assert shared.get(MANY).body == []
    assert shared.events("course_grade_change") == []
