"""Who sees which comment of a submission (moderation reference, 8.2), and which of them goes with the grade."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import institution
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.institution import read
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import Api, running_as_it_is

PEOPLE = ("admin", "teacher", "chosen", "other", "student", "classmate", "observer", "designer")
STUDENT = 1 + PEOPLE.index("student")
PLAIN, UNPOSTED, SHARED, APART, PUBLISHED, PUBLISHED_APART, LIVE, CHOOSING = range(11, 19)
GRADED = {"score": 7, "grader": "chosen"}
SAID = [
    {"author": "student", "comment": "student"},
    {"author": "teacher", "comment": "teacher"},
    {"author": "chosen", "comment": "chosen"},
    {"author": "other", "comment": "other"},
    {"author": "teacher", "comment": "hidden", "hidden": True},
    {"author": "teacher", "comment": "draft", "draft": True},
]
PROVISIONAL = [
    {"scorer": "chosen", "score": 7, "comments": [{"comment": "chosen provisionally"}]},
    {"scorer": "other", "score": 5, "comments": [{"comment": "other provisionally"}]},
]


def school() -> dict[str, Any]:
    users = [
        {"id": n, "key": key, "name": key, "account": 1, "login": key, "tokens": [{"token": f"token-{key}"}]}
        for n, key in enumerate(PEOPLE, 1)
    ]
    roles = {"teacher": "TeacherEnrollment", "chosen": "TeacherEnrollment", "other": "TaEnrollment"}
    roles |= {"student": "StudentEnrollment", "classmate": "StudentEnrollment", "designer": "DesignerEnrollment"}
    enrollments: list[dict[str, Any]] = [{"user": user, "type": kind} for user, kind in roles.items()]
    enrollments.append({"user": "observer", "type": "ObserverEnrollment", "associated_user": "student"})
    work = {"user": "student", "comments": SAID}
    posted = {**work, **GRADED, "posted_at": "2026-01-03T00:00:00Z"}
    moderated = {"moderated_grading": True, "grader_count": 2, "final_grader": "teacher"}
    done = {**moderated, "grades_published_at": "2026-01-03T00:00:00Z"}
    apart = {"grader_comments_visible_to_graders": False}
    plain = {"group": "All", "points_possible": 10}
    assignments = [
        {**plain, "id": PLAIN, "name": "Posted", "submissions": [posted]},
        {
            **plain,
            "id": UNPOSTED,
            "name": "Unposted",
            "post_manually": True,
            "submissions": [{**work, **GRADED, "posted_at": None}],
        },
        {**plain, **moderated, "id": SHARED, "name": "Shared", "submissions": [{**work, "provisional_grades": PROVISIONAL}]},
        {
            **plain,
            **moderated,
            **apart,
            "id": APART,
            "name": "Apart",
            "submissions": [{**work, "provisional_grades": PROVISIONAL}],
        },
        {**plain, **done, "id": PUBLISHED, "name": "Published", "submissions": [posted]},
        {**plain, **done, **apart, "id": PUBLISHED_APART, "name": "Published apart", "submissions": [posted]},
        {
            **plain,
            **moderated,
            "id": LIVE,
            "name": "Live",
            "submissions": [{"user": "student", "provisional_grades": PROVISIONAL}],
        },
    ]
    marked = {"user": "student", "comments": SAID, "provisional_grades": PROVISIONAL}
    assignments.append({**plain, **moderated, "id": CHOOSING, "name": "Choosing", "submissions": [marked]})
    course = {
        "id": 5,
        "name": "Course",
        "account": 1,
        "sections": [{"id": 51, "name": "One", "default_section": True}],
        "enrollments": enrollments,
        "assignment_groups": [{"name": "All"}],
        "assignments": assignments,
    }
    accounts = [{"id": 1, "name": "School", "uuid": "school", "admins": [{"user": "admin"}]}]
    return {"format": 1, "accounts": accounts, "users": users, "courses": [course]}


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    document = read("school.json", json.dumps(school()).encode())
    with open_store(module_database_url, connections=1) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        write(world, Asker(System()), lambda unit: institution.load(unit, [document]))
    with running_as_it_is(module_database_url) as found:
        yield found


def ask(api: Api, who: str, assignment: int, *, include: str = "include[]=submission_comments") -> tuple[int, Any]:
    path = f"/api/v1/courses/5/assignments/{assignment}/submissions/{STUDENT}?{include}"
    answer = api.client.get(path, headers={"authorization": f"Bearer token-{who}"})
    return answer.status_code, answer.json()


ALL = ["student", "teacher", "chosen", "other", "hidden"]
SEEN = {
    # Not moderated: graders see all, the student and the observer what is neither hidden nor waiting to be posted.
    (PLAIN, "admin"): ALL,
    (PLAIN, "teacher"): ALL,
    (PLAIN, "other"): ALL,
    (PLAIN, "student"): ALL[:-1],
    (PLAIN, "observer"): ALL[:-1],
    (UNPOSTED, "teacher"): ALL,
    (UNPOSTED, "other"): ALL,
    (UNPOSTED, "student"): ["student"],
    (UNPOSTED, "observer"): [],
    # Under moderation: moderators see all; graders each other's comments only if these are shared.
    (SHARED, "admin"): ALL,
    (SHARED, "teacher"): ALL,
    (SHARED, "chosen"): ALL,
    (SHARED, "other"): ALL,
    (SHARED, "student"): ["student"],
    (SHARED, "observer"): [],
    (APART, "admin"): ALL,
    (APART, "teacher"): ALL,
    (APART, "chosen"): ["student", "chosen"],
    (APART, "other"): ["student", "other"],
    (APART, "student"): ["student"],
    # Published: graders see besides the student's and their own those of the final and of the chosen grader.
    (PUBLISHED, "other"): ALL,
    (PUBLISHED, "student"): ALL[:-1],
    (PUBLISHED, "observer"): ALL[:-1],
    (PUBLISHED_APART, "teacher"): ALL,
    (PUBLISHED_APART, "other"): ALL,
    (PUBLISHED_APART, "chosen"): ["student", "teacher", "chosen", "hidden"],
    (PUBLISHED_APART, "student"): ALL[:-1],
}


@pytest.mark.parametrize(("assignment", "who"), SEEN)
def test_who_sees_which_comment(api: Api, assignment: int, who: str) -> None:
    status, body = ask(api, who, assignment)
    assert status == 200, body
    assert [one["comment"] for one in body["submission_comments"]] == SEEN[assignment, who]


@pytest.mark.parametrize("who", ["classmate", "designer"])
@pytest.mark.parametrize("assignment", [PLAIN, SHARED, PUBLISHED])
def test_who_may_not_read_the_submission_reads_no_comment(api: Api, assignment: int, who: str) -> None:
    assert ask(api, who, assignment)[0] == 403


@pytest.mark.parametrize(
    ("assignment", "who", "expected"),
    [
        (SHARED, "teacher", [["chosen provisionally"], ["other provisionally"]]),
        (SHARED, "other", [["other provisionally"]]),
        (APART, "chosen", [["chosen provisionally"]]),
        (SHARED, "student", []),
    ],
)
def test_provisional_comments_go_with_the_provisional_grades_that_one_sees(
    api: Api, assignment: int, who: str, expected: list[list[str]]
) -> None:
    include = "include[]=submission_comments&include[]=provisional_grades"
    grades = ask(api, who, assignment, include=include)[1]["provisional_grades"]
    told = [[one["comment"] for one in grade["submission_comments"]] for grade in grades]
    assert [[text for text in texts if text.endswith("provisionally")] for texts in told] == expected


def comments_of(api: Api, assignment: int) -> list[tuple[str, bool]]:
    """The comments of the submission with whether they go with the grade."""
    c = t.submission_comments.c
    query = sa.select(c.comment, c.is_grade_comment).join(t.submissions, t.submissions.c.id == c.submission_id)
    mine = query.where(t.submissions.c.assignment_id == assignment, c.provisional_grade_id.is_(None)).order_by(c.id)
    return [(text, bool(marked)) for text, marked in api.rows(mine)]


def say(api: Api, who: str, text: str, *, provisional: bool = False) -> Any:
    body: dict[str, Any] = {"comment": {"text_comment": text}}
    if provisional:
        body["submission"] = {"provisional": True}
    reply = api.put(f"/courses/5/assignments/{LIVE}/submissions/{STUDENT}", as_=f"token-{who}", body=body)
    assert reply.status == 200, reply.body
    return reply.body


def events_of(api: Api, kind: str) -> list[dict[str, Any]]:
    e = t.moderation_events.c
    return api.rows(sa.select(e.payload).where(e.event_type == kind, e.assignment_id == LIVE).order_by(e.id))


def test_the_newest_comment_of_staff_goes_with_the_grade_until_it_is_deleted(api: Api) -> None:
    """And what happens to comments of a moderated assignment is in its audit trail."""
    say(api, "teacher", "first")
    say(api, "student", "thanks")
    assert comments_of(api, LIVE) == [("first", True), ("thanks", False)]
    say(api, "other", "provisional", provisional=True)
    assert comments_of(api, LIVE) == [("first", True), ("thanks", False)]
    second = say(api, "chosen", "second")["submission_comments"][-1]
    assert comments_of(api, LIVE) == [("first", False), ("thanks", False), ("second", True)]
    assert len(events_of(api, "submission_comment_created")) == 4

    path = f"/courses/5/assignments/{LIVE}/submissions/{STUDENT}/comments/{second['id']}"
    edited = api.put(path, as_="token-chosen", body={"comment": "better"})
    assert (edited.status, edited.body["comment"]) == (200, "better")
    assert edited.body["edited_at"] is not None
    assert comments_of(api, LIVE)[-1] == ("better", True)
    assert events_of(api, "submission_comment_updated") == [{"id": second["id"], "comment": ["second", "better"]}]
    api.put(path, as_="token-chosen", body={"comment": "better"})
    assert len(events_of(api, "submission_comment_updated")) == 1, "nothing changed"

    assert api.delete(path, as_="token-chosen").status == 200
    assert comments_of(api, LIVE) == [("first", False), ("thanks", False)]
    assert events_of(api, "submission_comment_deleted") == [{"id": second["id"], "comment": "better"}]
    assert api.delete(path, as_="token-chosen").status == 404


def test_on_a_plain_assignment_the_audit_trail_says_nothing_of_comments(api: Api) -> None:
    path = f"/courses/5/assignments/{UNPOSTED}/submissions/{STUDENT}"
    made = api.put(path, as_="token-teacher", body={"comment": {"text_comment": "Here"}}).body["submission_comments"][-1]
    assert api.put(f"{path}/comments/{made['id']}", as_="token-teacher", body={"comment": "There"}).status == 200
    assert api.delete(f"{path}/comments/{made['id']}", as_="token-teacher").status == 200
    e = t.moderation_events.c
    assert api.rows(sa.select(e.id).where(e.assignment_id == UNPOSTED)) == []


def test_publishing_gives_the_grade_the_chosen_graders_comment(api: Api) -> None:
    """Of several copies the newest; what staff said before gives way (moderation reference, 11.5)."""
    marks = t.provisional_grades.c
    query = sa.select(marks.id).where(marks.assignment_id == CHOOSING, marks.scorer_id == 1 + PEOPLE.index("chosen"))
    [chosen] = api.rows(query)
    base = f"/courses/5/assignments/{CHOOSING}"
    assert api.put(f"{base}/provisional_grades/{chosen}/select", as_="token-teacher").status == 200
    assert api.post(f"{base}/provisional_grades/publish", as_="token-teacher").status == 200
    assert [text for text, marked in comments_of(api, CHOOSING) if marked] == ["chosen provisionally"]
