"""Assignments: listed, shown, made, changed, deleted, on both databases (moderation reference, 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, GROUP, NOW, OTHER_GROUP, PEOPLE, ROOT, SECOND_SECTION, SECTION, Api, running

MANY = f"/courses/{COURSE}/assignments"
ENROLLMENTS = f"/courses/{COURSE}/enrollments"
ANN, BOB, CEM = PEOPLE["ann"], PEOPLE["bob"], PEOPLE["cem"]


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Api]:
    """For tests that store nothing."""
    with running(module_database_url) as found:
        yield found


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        yield found


def assign(api: Api, name: str = "Essay", as_: str = "teacher", **more: Any) -> dict[str, Any]:
    sent = {"name": name, "points_possible": 10.0, "published": True, "submission_types": ["online_text_entry"], **more}
    reply = api.post(MANY, as_=as_, body={"assignment": sent})
    assert reply.status == 201, reply.body
    found: dict[str, Any] = reply.body
    return found


def moderate(api: Api, **more: Any) -> dict[str, Any]:
    return assign(api, **{"moderated_grading": True, "grader_count": 2, **more})


def mark(api: Api, assignment_id: int, who: str = "ann", **values: Any) -> None:
    """Write into a submission behind the server's back."""
    s = t.submissions.c
    with api.engine.begin() as connection:
        connection.execute(
            sa.update(t.submissions).where(s.assignment_id == assignment_id, s.user_id == PEOPLE[who]).values(**values)
        )


def graded(api: Api, assignment_id: int, score: float = 8.0, who: str = "ann", **more: Any) -> None:
    values = {"score": score, "grade": f"{score:g}", "workflow_state": "graded", "posted_at": NOW, "version": 1, **more}
    mark(api, assignment_id, who, **values)


def submitted(api: Api, assignment_id: int, who: str = "ann") -> None:
    mark(api, assignment_id, who, submission_type="online_text_entry", submitted_at=NOW, workflow_state="submitted")


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


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


# Moderation


def test_a_moderated_assignment_has_its_set_and_posts_manually(api: Api) -> None:
    found = moderate(api, final_grader_id=PEOPLE["teacher"], post_manually=False)
    assert (found["grader_count"], found["final_grader_id"], found["post_manually"]) == (2, PEOPLE["teacher"], True)
    assert (found["grades_published"], found["muted"]) == (False, True)
    m = t.moderated_students.c
    assert api.rows(sa.select(m.student_id).order_by(m.student_id)) == [ANN, BOB, CEM]


def test_switching_moderation_on_builds_the_set(api: Api) -> None:
    number = assign(api)["id"]
    reply = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=true&assignment[grader_count]=1")
    assert (reply.status, reply.body["post_manually"]) == (200, True)
    m = t.moderated_students.c
    assert api.rows(sa.select(m.student_id).order_by(m.student_id)) == [ANN, BOB, CEM]
    off = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=false").body
    assert (off["moderated_grading"], off["grader_count"], off["post_manually"]) == (False, 0, True)


def test_a_set_of_selected_students_starts_empty(api: Api) -> None:
    assert moderate(api, moderation_set="selected")["moderation_set"] == "selected"
    assert api.rows(sa.select(t.moderated_students.c.student_id)) == []


def test_moderation_cannot_be_switched_while_graded_work_exists(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    reply = api.put(f"{MANY}/{number}", form="assignment[moderated_grading]=true&assignment[grader_count]=1&assignment[name]=Y")
    text = "Moderated grading setting cannot be changed if graded submissions exist"
    expected = {"moderated_grading": [{"attribute": "moderated_grading", "type": text, "message": text}]}
    assert (reply.status, reply.body) == (400, {"errors": expected})
    assert api.get(f"{MANY}/{number}").body["name"] == "Essay"


def test_the_final_grader_must_hold_the_right_in_the_course(api: Api) -> None:
    role = {"account_id": ROOT, "name": "TaEnrollment", "base_role_type": "TaEnrollment"}
    api.add(t.roles, {**role, "permissions": {"select_final_grade": False}})
    sent = {"name": "X", "moderated_grading": True, "grader_count": 2, "final_grader_id": PEOPLE["ta"]}
    reply = api.post(MANY, body={"assignment": sent})
    assert reply.messages == {"final_grader_id": ["user does not have permission to select final grade"]}
    concluded = {**sent, "final_grader_id": PEOPLE["section_ta"]}
    api.change(t.enrollments, 100 + PEOPLE["section_ta"], workflow_state="completed")
    reply = api.post(MANY, body={"assignment": concluded})
    assert reply.messages == {"final_grader_id": ["course has no active instructors with this ID"]}


def test_an_unchanged_final_grader_who_left_does_not_hinder(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["ta"])["id"]
    api.change(t.enrollments, 100 + PEOPLE["ta"], workflow_state="completed")
    sent = f"assignment[name]=Y&assignment[final_grader_id]={PEOPLE['ta']}"
    assert api.put(f"{MANY}/{number}", form=sent).status == 200
    assert api.put(f"{MANY}/{number}", form="assignment[final_grader_id]=").body["final_grader_id"] is None


def test_a_grader_section_is_one_that_the_final_grader_teaches(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["teacher"], grader_section_id=SECTION)["id"]
    assert api.get(f"{MANY}/{number}").body["grader_section_id"] == SECTION
    sent = {"name": "X", "moderated_grading": True, "grader_count": 1, "final_grader_id": PEOPLE["teacher"]}
    reply = api.post(MANY, body={"assignment": {**sent, "grader_section_id": SECOND_SECTION}})
    assert reply.messages == {"final_grader": ["must be enrolled in selected section"]}


def test_an_assignment_with_a_final_grader_is_edited_by_those_who_could_be_one(api: Api) -> None:
    number = moderate(api, final_grader_id=PEOPLE["teacher"])["id"]
    path, sent = f"{MANY}/{number}", "assignment[name]=Y"
    assert api.put(path, as_="ta", form=sent).status == 200
    assert api.put(path, as_="designer", form=sent).status == 403
    assert api.delete(path, as_="designer").status == 403
    api.put(path, form="assignment[final_grader_id]=")
    assert api.put(path, as_="designer", form=sent).status == 200


def test_anonymity_needs_the_feature_of_the_course(api: Api) -> None:
    assert assign(api, anonymous_grading=True)["anonymous_grading"] is True
    api.change(t.courses, COURSE, anonymous_marking=False)
    assert assign(api, anonymous_grading=True)["anonymous_grading"] is False


def trail(api: Api) -> list[tuple[str, dict[str, Any]]]:
    e = t.moderation_events.c
    return api.rows(sa.select(e.event_type, e.payload).order_by(e.id))


def test_the_trail_tells_of_moderated_and_anonymous_assignments(api: Api) -> None:
    plain = assign(api)["id"]
    api.put(f"{MANY}/{plain}", form="assignment[name]=Still plain")
    assert trail(api) == []
    number = moderate(api)["id"]
    api.put(f"{MANY}/{number}", form="assignment[name]=New&assignment[grader_count]=3&assignment[moderated_grading]=true")
    api.put(f"{MANY}/{number}", form="assignment[name]=New")
    (created, payload), updated = trail(api)
    assert (created, payload["name"], payload["grader_count"]) == ("assignment_created", "Essay", 2)
    assert updated == ("assignment_updated", {"name": ["Essay", "New"], "grader_count": [2, 3]})
    api.put(f"{MANY}/{plain}", form="assignment[anonymous_grading]=true")
    assert trail(api)[-1] == ("assignment_updated", {"anonymous_grading": [False, True], "post_manually": [False, True]})
    e = t.moderation_events.c
    assert set(api.rows(sa.select(e.user_id))) == {PEOPLE["teacher"]}


# Changing


def test_what_was_not_sent_stays(api: Api) -> None:
    before = assign(api, description="Text", due_at="2026-04-01T00:00:00Z", omit_from_final_grade=True)
    after = api.put(f"{MANY}/{before['id']}", form="assignment[name]=Other").body
    assert {name for name in before if before[name] != after[name]} <= {"name", "updated_at"}
    assert after["name"] == "Other"
    cleared = api.put(f"{MANY}/{before['id']}", form="assignment[due_at]=&assignment[description]=").body
    assert (cleared["due_at"], cleared["description"]) == (None, "")


def test_other_attributes_are_ignored(api: Api) -> None:
    before = assign(api)
    forged = {"id": 1, "course_id": 6, "workflow_state": "deleted", "grades_published_at": "2026-01-01", "muted": False}
    after = api.put(f"{MANY}/{before['id']}", body={"assignment": forged, "name": "X"}).body
    assert after == before


def test_unknown_and_deleted_assignments_are_not_found(api: Api) -> None:
    number = assign(api)["id"]
    assert api.put(f"{MANY}/999", form="assignment[name]=X").status == 404
    assert api.put(f"/courses/6/assignments/{number}", as_="admin", form="assignment[name]=X").status == 404
    deleted = api.delete(f"{MANY}/{number}")
    assert (deleted.status, deleted.body["id"], deleted.body["workflow_state"]) == (200, number, "deleted")
    assert [api.get(f"{MANY}/{number}").status, api.delete(f"{MANY}/{number}").status] == [404, 404]


def test_a_deleted_assignment_counts_no_more(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=8")
    assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] == 100.0
    api.delete(f"{MANY}/{number}")
    assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] is None


RESCORED: list[tuple[dict[str, Any], float | None]] = [
    ({"points_possible": 16}, 50.0),
    ({"omit_from_final_grade": True}, None),
    ({"omit_from_final_grade": False}, 50.0),
    ({"submission_types": ["not_graded"]}, None),
]


def test_scores_follow_a_change_at_once(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    for sent, expected in RESCORED:
        assert api.put(f"{MANY}/{number}", body={"assignment": sent}).status == 200
        assert api.get(ENROLLMENTS, user_id=ANN).body[0]["grades"]["current_score"] == expected, sent


def test_work_keeps_an_assignment_published(api: Api) -> None:
    number = assign(api)["id"]
    path = f"{MANY}/{number}"
    assert api.put(path, form="assignment[published]=false").body["published"] is False
    assert api.put(path, form="assignment[published]=true").body["published"] is True
    submitted(api, number)
    assert list(api.put(path, form="assignment[published]=false").messages) == ["published"]


def test_moving_to_another_group_puts_it_at_the_end(api: Api) -> None:
    api.add(t.assignment_groups, {"id": 70, "course_id": COURSE, "name": "Other", "position": 2})
    assign(api, "There", assignment_group_id=70)
    number = assign(api)["id"]
    moved = api.put(f"{MANY}/{number}", form="assignment[assignment_group_id]=70").body
    assert (moved["assignment_group_id"], moved["position"]) == (70, 2)
    assert api.put(f"{MANY}/{number}", form="assignment[position]=1").body["position"] == 1


def test_a_moved_due_date_reaches_the_students(api: Api) -> None:
    number = assign(api)["id"]
    api.put(f"{MANY}/{number}", form="assignment[due_at]=2026-04-01T12:00:00Z")
    assert api.get(f"{MANY}/{number}", as_="ann").body["due_at"] == "2026-04-01T12:00:00Z"


def test_overrides_are_replaced_as_a_whole(api: Api) -> None:
    overrides = [{"student_ids": [ANN], "due_at": "2026-05-01T00:00:00Z"}, {"course_section_id": SECOND_SECTION}]
    found = assign(api, due_at="2026-04-01T00:00:00Z", assignment_overrides=overrides)
    path = f"{MANY}/{found['id']}"
    first, second = found["overrides"]
    assert (first["due_at"], second["title"], "due_at" in second) == ("2026-05-01T00:00:00Z", "Two", False)
    assert api.get(path, as_="ann").body["due_at"] == "2026-05-01T00:00:00Z"
    assert api.get(path, as_="bob").body["due_at"] == "2026-04-01T00:00:00Z"
    sent = [{"id": first["id"], "student_ids": [ANN, BOB], "due_at": None}]
    changed = api.put(path, body={"assignment": {"assignment_overrides": sent}}).body
    assert [one["id"] for one in changed["overrides"]] == [first["id"]]
    assert changed["overrides"][0]["student_ids"] == [ANN, BOB]
    assert api.get(path, as_="bob").body["due_at"] is None
    assert api.put(path, form="assignment[name]=X").body["has_overrides"] is True
    assert api.put(path, body={"assignment": {"assignment_overrides": []}}).body["has_overrides"] is False
    assert api.get(path, as_="ann").body["due_at"] == "2026-04-01T00:00:00Z"


def test_due_dates_do_not_move_into_or_out_of_closed_periods(api: Api) -> None:
    number = assign(api, due_at="2020-01-15T00:00:00Z")["id"]
    other = assign(api, due_at="2020-03-15T00:00:00Z")["id"]
    api.close_period("2020-01-01", "2020-02-01", assignment_id=number)
    assert api.get(f"{MANY}/{number}").body["in_closed_grading_period"] is True
    out = api.put(f"{MANY}/{number}", form="assignment[due_at]=2020-03-01")
    into = api.put(f"{MANY}/{other}", form="assignment[due_at]=2020-01-10")
    assert list(out.messages) == list(into.messages) == ["due_at"]
    assert api.put(f"{MANY}/{number}", form="assignment[name]=X").status == 200
    assert api.put(f"{MANY}/{number}", as_="admin", form="assignment[due_at]=2020-03-01").status == 200


def test_ids_of_other_systems_are_set_by_those_who_manage_them(api: Api) -> None:
    sent = "assignment[sis_assignment_id]=A-1&assignment[integration_id]=I&assignment[integration_data][5]=x"
    number = assign(api)["id"]
    path = f"{MANY}/{number}"
    assert api.put(path, form=sent).body["sis_assignment_id"] is None
    found = api.put(path, as_="admin", form=sent).body
    assert (found["sis_assignment_id"], found["integration_id"], found["integration_data"]) == ("A-1", "I", {"5": "x"})
    assert api.get(f"{MANY}/sis_assignment_id:A-1").body["id"] == number
    other = assign(api)["id"]
    taken = api.put(f"{MANY}/{other}", as_="admin", form="assignment[sis_assignment_id]=A-1")
    assert (taken.status, list(taken.messages)) == (400, ["sis_assignment_id"])
    api.delete(path)
    assert api.put(f"{MANY}/{other}", as_="admin", form="assignment[sis_assignment_id]=A-1").status == 200


# What becomes of grades


def test_changed_points_are_told_of_every_graded_submission(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number, 8.0, "ann")
    mark(api, number, "bob", excused=True, workflow_state="graded")
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=20")
    ann, bob = api.events("grade_change")
    assert (ann["score"], ann["old_score"], ann["grade"], ann["old_grade"]) == (8.0, 8.0, "8", "8")
    assert (ann["points_possible"], ann["old_points_possible"], ann["grading_complete"]) == (20.0, 10.0, True)
    assert ann["grader_id"].endswith(f"{PEOPLE['teacher']:04}")
    assert (bob["score"], bob["grade"], bob["grading_complete"], bob["old_points_possible"]) == (None, None, True, 10.0)


def test_other_changes_are_not_told(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[name]=X&assignment[due_at]=2026-04-01&assignment[points_possible]=10")
    assert api.events("grade_change") == []


REGRADED: list[tuple[dict[str, Any], dict[str, Any], float, str, float, str]] = [
    ({}, {"grading_type": "percent"}, 8.0, "8", 8.0, "80%"),
    ({}, {"grading_type": "letter_grade"}, 8.0, "8", 8.0, "B-"),
    ({}, {"grading_type": "letter_grade", "grading_standard_id": 3}, 8.0, "8", 8.0, "Yes"),
    ({}, {"grading_type": "pass_fail"}, 8.0, "8", 8.0, "complete"),
    ({"grading_type": "percent"}, {"points_possible": 16}, 8.0, "80%", 8.0, "50%"),
    ({"grading_type": "pass_fail"}, {"points_possible": 16}, 10.0, "complete", 16.0, "complete"),
    ({"grading_type": "pass_fail"}, {"points_possible": 16}, 0.0, "incomplete", 0.0, "incomplete"),
    ({"grading_type": "letter_grade"}, {"grading_standard_id": 3}, 2.0, "F", 2.0, "No"),
]


def test_grade_texts_follow_points_type_and_scheme(api: Api) -> None:
    api.add(t.grading_standards, {"id": 3, "course_id": COURSE, "data": [["Yes", 0.5], ["No", 0.0]]})
    s, v = t.submissions.c, t.grade_versions.c
    for made, sent, score, text, new_score, new_text in REGRADED:
        number = assign(api, **made)["id"]
        graded(api, number, score, grade=text)
        assert api.put(f"{MANY}/{number}", body={"assignment": sent}).status == 200
        found = api.rows(sa.select(s.score, s.grade, s.version).where(s.assignment_id == number, s.user_id == ANN))
        assert found == [(new_score, new_text, 2)], (made, sent)
        columns = (v.cause, v.old_score, v.old_grade, v.score, v.grade, v.acting_user_id)
        history = api.rows(sa.select(*columns).where(v.assignment_id == number))
        assert history == [("points_changed", score, text, new_score, new_text, PEOPLE["teacher"])]
        event = api.events("grade_change")[-1]
        assert (event["old_grade"], event["grade"]) == (text, new_text)
    assert len(api.events("grade_change")) == len(REGRADED)


def test_the_event_of_the_grade_comes_before_that_of_the_course(api: Api) -> None:
    number = assign(api)["id"]
    graded(api, number)
    api.put(f"{MANY}/{number}", form="assignment[points_possible]=16")
    c = t.outbox.c
    assert api.rows(sa.select(c.name).order_by(c.id)) == ["grade_change", "course_grade_change"]
