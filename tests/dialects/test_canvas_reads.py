"""What is new about a submission to whom, and what makes it new again. Writes here are real, one student for each story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, GROUP, PEOPLE, SECTION, Api, running

ESSAY, HELD = 71, 72
STUDENTS = ("ann", "bob", "cem")


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    with running(database_url) as found:
        plain = {"course_id": COURSE, "assignment_group_id": GROUP, "points_possible": 10, "submission_types": ["none"]}
        found.add(
            t.assignments,
            {**plain, "id": ESSAY, "name": "Essay"},
            {**plain, "id": HELD, "name": "Held back", "post_manually": True},
        )
        found.add(
            t.submissions,
            *(
                {"course_id": COURSE, "assignment_id": one, "user_id": PEOPLE[who], "anonymous_id": f"{who}{one}"}
                for one in (ESSAY, HELD)
                for who in STUDENTS
            ),
        )
        found.add(
            t.scores,
            *(
                {"enrollment_id": 100 + PEOPLE[who], "course_id": COURSE, "user_id": PEOPLE[who], **scope}
                for who in STUDENTS
                for scope in ({"course_score": True}, {"assignment_group_id": GROUP})
            ),
        )
        yield found


def path(student: str, assignment: int = ESSAY) -> str:
    return f"/courses/{COURSE}/assignments/{assignment}/submissions/{PEOPLE[student]}"


def status(api: Api, who: str, student: str = "ann", assignment: int = ESSAY) -> Any:
    reply = api.get(path(student, assignment), as_=who, include__="read_status")
    assert reply.status == 200, reply.body
    return reply.body["read_status"]


def write(api: Api, who: str, body: Any, assignment: int = ESSAY) -> None:
    reply = api.put(path("ann", assignment), as_=who, body=body)
    assert reply.status == 200, reply.body


def grade(points: str) -> Any:
    return {"submission": {"posted_grade": points}}


def comment(text: str) -> Any:
    return {"comment": {"text_comment": text}}


def test_a_grade_is_new_to_the_student_until_it_is_read_and_a_later_one_is_new_again(api: Api) -> None:
    assert status(api, "ann") == "read", "nothing has been said yet"
    write(api, "teacher", grade("5"))
    assert status(api, "ann") == "unread"
    assert status(api, "observer") == "unread"
    assert status(api, "ta") == "read", "graders know grades anyway"
    assert status(api, "bob", "bob") == "read"
    assert api.put(f"{path('ann')}/read", as_="ann").status == 204
    assert status(api, "ann") == "read"
    assert status(api, "observer") == "unread", "everybody reads for himself"
    write(api, "teacher", grade("6"))
    assert status(api, "ann") == "unread"


def test_comments_of_others_are_new_and_ones_own_are_not(api: Api) -> None:
    write(api, "ann", comment("Please look"))
    assert status(api, "ann") == "read"
    assert status(api, "teacher") == "unread"
    assert api.put(f"{path('ann')}/read/comment", as_="teacher").status == 204
    assert status(api, "teacher") == "read"
    write(api, "teacher", comment("I did"))
    assert status(api, "teacher") == "read"
    assert status(api, "ann") == "unread"
    assert status(api, "ta") == "unread"


def test_reading_one_item_leaves_the_others_new(api: Api) -> None:
    write(api, "teacher", {**grade("5"), **comment("Good")})
    assert api.put(f"{path('ann')}/read/comment", as_="ann").status == 204
    assert status(api, "ann") == "unread"
    assert api.put(f"{path('ann')}/read/grade", as_="ann").status == 204
    assert status(api, "ann") == "read"


def test_what_is_not_posted_is_not_new_until_it_is(api: Api) -> None:
    write(api, "teacher", {**grade("5"), **comment("Wait")}, HELD)
    assert status(api, "ann", assignment=HELD) == "read"
    with api.engine.begin() as connection:  # as posting does: the comment is shown, the grade has a moment
        later = datetime.now(UTC) + timedelta(seconds=1)
        connection.execute(sa.update(t.submissions).where(t.submissions.c.assignment_id == HELD).values(posted_at=later))
    assert status(api, "ann", assignment=HELD) == "unread"


def test_read_work_can_be_made_new_again(api: Api) -> None:
    write(api, "teacher", grade("5"))
    api.put(f"{path('ann')}/read", as_="ann")
    assert api.delete(f"{path('ann')}/read", as_="ann").status == 204
    assert status(api, "ann") == "unread"


def test_several_at_once_but_only_ones_own(api: Api) -> None:
    write(api, "teacher", grade("5"))
    write(api, "teacher", grade("5"), HELD)
    c = t.submissions.c
    [mine] = api.rows(sa.select(c.id).where(c.assignment_id == ESSAY, c.user_id == PEOPLE["ann"]))
    bulk = f"/courses/{COURSE}/submissions/bulk_mark_read"
    assert api.put(bulk, as_="bob", body={"submissionIds": [mine]}).status == 204
    assert api.rows(sa.select(t.submission_reads.c.id)) == [], "it is not Bob's to read"
    assert api.put(bulk, as_="ann", body={"submissionIds": [mine, 999]}).status == 204
    assert status(api, "ann") == "read"
    assert status(api, "observer") == "unread"
    assert api.put(bulk, as_="stranger", body={"submissionIds": [mine]}).status == 403


def test_an_administrator_clears_what_is_new_to_a_student(api: Api) -> None:
    write(api, "teacher", {**grade("5"), **comment("Good")})
    clear = f"/courses/{COURSE}/submissions/{PEOPLE['ann']}/clear_unread"
    assert [api.put(clear, as_=who).status for who in ("ann", "teacher")] == [403, 403]
    assert api.put(clear, as_="admin").status == 204
    assert status(api, "ann") == "read"
    assert status(api, "observer") == "unread"


def test_nobody_reads_for_a_section_that_the_student_is_not_in(api: Api) -> None:
    write(api, "teacher", grade("5"))
    tail = f"assignments/{ESSAY}/submissions/{PEOPLE['ann']}/read"
    assert api.put(f"/sections/{SECTION + 1}/{tail}", as_="teacher").status == 404
    assert api.put(f"/sections/{SECTION}/{tail}", as_="ann").status == 204
    assert status(api, "ann") == "read"
