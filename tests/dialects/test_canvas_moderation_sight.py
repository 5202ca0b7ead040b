"""Who sees whom, and whose comments, under moderation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gradewire.store import tables as t
from tests.dialects.moderation_world import COURSE, NOW, PEOPLE, PLAIN, A, Stage, staged

S1, S2, S3 = PEOPLE["S1"], PEOPLE["S2"], PEOPLE["S3"]


@pytest.fixture(scope="module")
def running(module_database_url: str) -> Iterator[Stage]:
    with staged(module_database_url) as found:
        yield found


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


# Comments


def test_copied_comments_keep_what_they_are_and_originals_stay(stage: Stage) -> None:
    number = stage.give("P1", "S1", "TA1", 5, comments=("one", "two"))
    stage.give("P2", "S1", "TA2", 6, comments=("other",))
    stage.choose("S1", "P1")
    assert stage.publish().status == 200
    rows = stage.table(t.submission_comments)
    real = [row for row in rows if row["provisional_grade_id"] is None]
    assert [(row["comment"], row["author_id"], row["hidden"]) for row in real] == [("one", 4, True), ("two", 4, True)]
    assert all(row["created_at"] > NOW for row in real)
    assert [row["comment"] for row in rows if row["provisional_grade_id"] == number] == ["one", "two"]
    assert stage.trail("submission_comment_created") == []


def test_a_graders_comment_waits_for_posting_and_is_shown_then(stage: Stage) -> None:
    stage.change_assignment(grades_published_at=NOW)
    path = f"{stage.here}/submissions/{S1}"
    assert stage.call("PUT", path, "TA1", body={"comment": {"text_comment": "wait"}}).status == 200
    assert stage.shown("S1", "S1", "submission_comments")["submission_comments"] == []
    assert [one["comment"] for one in stage.shown("S1", "TA2", "submission_comments")["submission_comments"]] == ["wait"]
    stage.post()
    assert [one["comment"] for one in stage.shown("S1", "S1", "submission_comments")["submission_comments"]] == ["wait"]
    assert [one["comment"] for one in stage.shown("S1", "OBSERVER", "submission_comments")["submission_comments"]] == ["wait"]


def test_under_automatic_posting_a_comment_on_ungraded_work_posts_it(stage: Stage) -> None:
    path = f"/courses/{COURSE}/assignments/{PLAIN}/submissions/{S1}"
    assert stage.call("PUT", path, "TA1", body={"comment": {"text_comment": "hello"}}).status == 200
    assert stage.submission("S1", PLAIN)["posted_at"] is not None
    told = stage.api.events("grade_change")
    assert [(one["grade"], one["score"], one["muted"], one["grading_complete"]) for one in told] == [(None, None, False, False)]
    found = stage.shown("S1", "S1", "submission_comments", assignment=PLAIN)
    assert [one["comment"] for one in found["submission_comments"]] == ["hello"]
    assert stage.call("PUT", path, "TA1", body={"comment": {"text_comment": "again"}}).status == 200
    assert len(stage.api.events("grade_change")) == 1


def test_a_students_own_comment_posts_nothing_and_is_seen(stage: Stage) -> None:
    path = f"{stage.here}/submissions/{S1}"
    reply = stage.call("PUT", path, "S1", body={"comment": {"text_comment": "please"}})
    assert reply.status == 200
    assert [one["comment"] for one in reply.body["submission_comments"]] == ["please"]
    stage.change_assignment(grader_comments_visible_to_graders=False)
    seen = stage.shown("S1", "TA1", "submission_comments")["submission_comments"]
    assert [(one["comment"], one["author_id"], one["author"]["display_name"]) for one in seen] == [("please", S1, "S1")]
    assert stage.submission("S1")["posted_at"] is None


def test_graders_who_do_not_share_comments_do_not_see_them(stage: Stage) -> None:
    stage.comment("S1", "TA1", "mine", hidden=True)
    assert len(stage.shown("S1", "TA2", "submission_comments")["submission_comments"]) == 1
    stage.change_assignment(grader_comments_visible_to_graders=False)
    assert stage.shown("S1", "TA2", "submission_comments")["submission_comments"] == []
    assert len(stage.shown("S1", "TA1", "submission_comments")["submission_comments"]) == 1
    assert len(stage.shown("S1", "T", "submission_comments")["submission_comments"]) == 1


def test_a_hidden_author_is_called_anonymous(stage: Stage) -> None:
    stage.change_assignment(graders_anonymous_to_graders=True)
    stage.take_slot("TA1")
    stage.comment("S1", "TA1", "from a marker", hidden=True)
    (seen,) = stage.shown("S1", "TA2", "submission_comments")["submission_comments"]
    assert (seen["author"], seen["author_id"], seen["author_name"]) == ({}, None, "Anonymous User")
    (own,) = stage.shown("S1", "TA1", "submission_comments")["submission_comments"]
    assert own["author_name"] == "TA1 Name"


def test_media_comments(stage: Stage) -> None:
    body = {"comment": {"media_comment_id": "m-1", "media_comment_type": "audio"}}
    reply = stage.call("PUT", f"{stage.here}/submissions/{S1}", "TA1", body=body)
    (seen,) = reply.body["submission_comments"]
    assert seen["media_comment"]["media_id"] == "m-1"
    assert seen["media_comment"]["content-type"] == "audio/mp4"


# Who sees whom


def test_markers_who_are_anonymous_to_each_other(stage: Stage) -> None:
    stage.change_assignment(graders_anonymous_to_graders=True)
    stage.give("P1", "S1", "TA1", 5, comments=("hm",))
    stage.give("P2", "S1", "TA2", 6)
    include = ("provisional_grades", "submission_comments", "rubric_assessment")
    (own,) = stage.shown("S1", "TA1", *include)["provisional_grades"]
    assert own["anonymous_grader_id"] == "G0004"
    assert not {"scorer_id", "rubric_assessments"} & set(own)
    (comment,) = own["submission_comments"]
    assert (comment["anonymous_id"], comment["author_name"]) == ("G0004", "TA1 Name")
    assert "author_id" not in comment
    both = stage.shown("S1", "ADMIN", *include)["provisional_grades"]
    assert [one["scorer_id"] for one in both] == [4, 5]
    assert [one["rubric_assessments"] for one in both] == [[], []]


def test_a_final_grader_who_may_not_know_the_markers(stage: Stage) -> None:
    stage.change_assignment(grader_names_visible_to_final_grader=False)
    stage.give("P1", "S1", "TA1", 5, comments=("hm",))
    (found,) = stage.shown("S1", "T", "provisional_grades", "submission_comments")["provisional_grades"]
    assert found["anonymous_grader_id"] == "G0004"
    assert set(found["submission_comments"][0]) >= {"anonymous_id"}
    assert not {"author_id", "author_name"} & set(found["submission_comments"][0])
    stage.change_assignment(grades_published_at=NOW)
    (found,) = stage.shown("S1", "T", "provisional_grades")["provisional_grades"]
    assert found["scorer_id"] == 4


def test_anonymous_students_in_links_and_lists(stage: Stage) -> None:
    stage.change_assignment(anonymous_grading=True)
    stage.give("P1", "S1", "TA1", 5)
    stage.comment("S1", "S1", "my question")
    anonymous_id = stage.submission("S1")["anonymous_id"]
    query: dict[str, Any] = {"include__": ["provisional_grades", "submission_comments", "crocodoc_urls"]}
    found = stage.call("GET", f"{stage.here}/gradeable_students", "T", allow_new_anonymous_id="true", **query)
    assert [one["anonymous_id"] for one in found.body] == sorted(
        (stage.submission(name)["anonymous_id"] for name in ("S1", "S2", "S3")), key=str.encode
    )
    assert [one["display_name"] for one in found.body] == ["Student 1", "Student 2", "Student 3"]
    mine = next(one for one in found.body if one["anonymous_id"] == anonymous_id)
    (grade,) = mine["provisional_grades"]
    assert grade["speedgrader_url"].endswith(
        f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={A}&anonymous_id={anonymous_id}"
    )
    assert "crocodoc_urls" not in grade
    (comment,) = grade["submission_comments"]
    assert comment["anonymous_id"] == anonymous_id
    assert not {"author_id", "author_name"} & set(comment)


def test_documents_of_known_students(stage: Stage) -> None:
    stage.give("P1", "S1", "TA1", 5)
    query: dict[str, Any] = {"include__": ["provisional_grades", "crocodoc_urls"]}
    found = stage.call("GET", f"{stage.here}/gradeable_students", "T", **query)
    (grade,) = found.body[0]["provisional_grades"]
    assert grade["crocodoc_urls"] == []
    assert grade["speedgrader_url"].endswith(f"/gradebook/speed_grader?assignment_id={A}&student_id={S1}")


def test_a_test_student_says_so(stage: Stage) -> None:
    stage.api.change(t.users, S1, fake_student=True, pronouns="they/them")
    found = stage.call("GET", f"{stage.here}/gradeable_students", "T").body
    assert (found[0]["fake_student"], found[0]["pronouns"]) == (True, "they/them")
    assert found[0]["html_url"].endswith(f"/courses/{COURSE}/users/{S1}")
    assert found[0]["anonymous_id"] == "b"


def test_lists_are_paged(stage: Stage) -> None:
    for path in ("moderated_students", "gradeable_students"):
        first = stage.call("GET", f"{stage.here}/{path}", "T", per_page=2)
        assert [one["id"] for one in first.body] == [S1, S2]
        links = first.links()
        assert set(links) == {"current", "next", "first", "last"}
        assert links["next"].endswith(f"{stage.here}/{path}?page=2&per_page=2")
        second = stage.call("GET", f"{stage.here}/{path}", "T", per_page=2, page=2)
        assert [one["id"] for one in second.body] == [S3]
        assert "next" not in second.links()


def test_ids_as_texts(stage: Stage) -> None:
    stage.give("P1", "S1", "TA1", 5)
    reply = stage.api.client.put(
        f"/api/v1{stage.here}/provisional_grades/{stage.ids['P1']}/select",
        headers={"authorization": "Bearer T", "accept": "application/json+canvas-string-ids"},
    )
    assert reply.json() == {
        "assignment_id": str(A),
        "student_id": str(S1),
        "selected_provisional_grade_id": str(stage.ids["P1"]),
    }


def test_a_grade_for_older_work_says_so(stage: Stage) -> None:
    stage.give("P1", "S1", "TA1", 5)
    assert stage.shown("S1", "T", "provisional_grades")["provisional_grades"][0]["grade_matches_current_submission"] is True
    row = stage.submission("S1")
    later = {"submitted_at": NOW + timedelta(minutes=1), "attempt": 1, "submission_type": "online_text_entry"}
    stage.api.change(t.submissions, row["id"], **later)
    assert stage.shown("S1", "T", "provisional_grades")["provisional_grades"][0]["grade_matches_current_submission"] is False
