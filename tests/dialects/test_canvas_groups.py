"""Groups: made and filled; a hand-in, a grade and a comment of one member are those of all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from canvasapi import Canvas
from canvasapi.exceptions import Forbidden

from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_work import ANN, BOB, CEM, MANY, assign, mark
from tests.dialects.canvas_world import COURSE, OTHER_COURSE, Api, Reply, build, running
from tests.server import Server, running_server

CATEGORIES = f"/courses/{COURSE}/group_categories"


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


_names = iter(range(10_000))


def categorise(api: Api, *teams: tuple[int, ...]) -> tuple[int, list[int]]:
    """A category with a group of each of these teams."""
    made = api.post(CATEGORIES, body={"name": f"Projects {next(_names)}"})
    assert made.status == 200, made.body
    groups = []
    for place, members in enumerate(teams):
        group = api.post(f"/group_categories/{made.body['id']}/groups", body={"name": f"Team {place}"}).body["id"]
        reply = api.put(f"/groups/{group}", body={"members": list(members)})
        assert reply.status == 200, reply.body
        groups.append(group)
    return made.body["id"], groups


def make(api: Api, *teams: tuple[int, ...], **more: Any) -> int:
    category, _ = categorise(api, *(teams or ((ANN, BOB),)))
    number: int = assign(api, group_category_id=category, **more)["id"]
    return number


def submit(api: Api, number: int, as_: str = "ann", **more: Any) -> Any:
    sent = {"submission": {"submission_type": "online_text_entry", "body": "Ours"}, **more}
    reply = api.post(f"{MANY}/{number}/submissions", as_=as_, body=sent)
    assert reply.status == 201, reply.body
    return reply.body


def put(api: Api, number: int, who: int = ANN, as_: str = "teacher", **body: Any) -> Reply:
    return api.put(f"{MANY}/{number}/submissions/{who}", as_=as_, body=body)


def grade(api: Api, number: int, entry: str = "8", who: int = ANN, **more: Any) -> Any:
    reply = put(api, number, who, submission={"posted_grade": entry, **more})
    assert reply.status == 200, reply.body
    return reply.body


def scores(api: Api, number: int) -> dict[int, Any]:
    return {one["user_id"]: one["score"] for one in api.get(f"{MANY}/{number}/submissions").body}


def test_categories_are_made_renamed_and_deleted(api: Api) -> None:
    made = api.post(CATEGORIES, body={"name": " Labs "})
    assert (made.status, made.body["name"], made.body["context_type"], made.body["course_id"]) == (
        200,
        "Labs",
        "Course",
        COURSE,
    )
    path = f"/group_categories/{made.body['id']}"
    assert api.get(path).body == made.body
    assert made.body in api.get(CATEGORIES, per_page=100).body
    assert api.put(path, body={"name": "Lab teams"}).body["name"] == "Lab teams"
    assert api.post(CATEGORIES, body={"name": "Lab teams"}).messages == {"name": ["is already in use"]}
    group = api.post(f"{path}/groups", body={"name": "One"}).body
    assert api.delete(path).body == {"ok": True}
    for gone in (path, f"/groups/{group['id']}", f"{path}/groups"):
        assert api.get(gone).status == 404
    assert api.post(CATEGORIES, body={"name": "Lab teams"}).status == 200


@pytest.mark.parametrize(
    ("name", "message"),
    [(None, "can't be blank"), (" ", "can't be blank"), ("n" * 256, "is too long (maximum is 255 characters)")],
)
def test_categories_and_groups_have_names(api: Api, name: str | None, message: str) -> None:
    category, _ = categorise(api)
    for path in (CATEGORIES, f"/group_categories/{category}/groups"):
        assert api.post(path, body={"name": name}).messages == {"name": [message]}


def test_groups_are_listed_shown_and_filled(api: Api) -> None:
    category, (first, second) = categorise(api, (ANN, BOB), (CEM,))
    listed = api.get(f"/group_categories/{category}/groups", include__="users").body
    assert [(one["id"], one["members_count"], [user["id"] for user in one["users"]]) for one in listed] == [
        (first, 2, [ANN, BOB]),
        (second, 1, [CEM]),
    ]
    assert {first, second} <= {one["id"] for one in api.get(f"/courses/{COURSE}/groups", per_page=100).body}
    assert [one["user_id"] for one in api.get(f"/groups/{first}/memberships").body] == [ANN, BOB]
    assert [one["id"] for one in api.get(f"/groups/{first}/users").body] == [ANN, BOB]
    shown = api.get(f"/groups/{first}/users/{ANN}").body
    assert api.get(f"/groups/{first}/memberships/{shown['id']}").body == shown
    assert api.delete(f"/groups/{first}/memberships/{shown['id']}").body == {"ok": True}
    assert api.delete(f"/groups/{first}/users/{BOB}").body == {"ok": True}
    assert api.get(f"/groups/{first}").body["members_count"] == 0
    back = api.post(f"/groups/{first}/memberships", body={"user_id": "sis_user_id:SIS-ann"}).body
    assert (back["user_id"], back["workflow_state"], back["just_created"]) == (ANN, "accepted", True)
    assert api.delete(f"/groups/{second}").body["id"] == second
    assert [one["id"] for one in api.get(f"/group_categories/{category}/groups").body] == [first]


def test_a_student_is_in_one_group_of_a_category(api: Api) -> None:
    _, (first, second) = categorise(api, (ANN, BOB), (CEM,))
    _, (elsewhere,) = categorise(api, (ANN,))
    api.post(f"/groups/{second}/memberships", body={"user_id": ANN})
    members = {number: [one["user_id"] for one in api.get(f"/groups/{number}/memberships").body] for number in (first, second)}
    assert members == {first: [BOB], second: [CEM, ANN]}
    assert [one["user_id"] for one in api.get(f"/groups/{elsewhere}/memberships").body] == [ANN]


def test_a_membership_is_accepted_already_and_moderates_nothing(api: Api) -> None:
    _, [team] = categorise(api, (ANN,))
    [member] = api.get(f"/groups/{team}/memberships").body
    for path in (f"/groups/{team}/memberships/{member['id']}", f"/groups/{team}/users/{ANN}"):
        for who in ("teacher", "ann"):
            assert api.put(path, as_=who, body={"workflow_state": "accepted"}).body == member
        assert api.put(path, as_="bob", body={"workflow_state": "accepted"}).status == 403
        assert [api.put(path, body=one).status for one in ({"workflow_state": "deleted"}, {"moderator": True})] == [400, 400]
        assert api.get(path).body == member


def test_self_is_the_membership_of_the_caller(api: Api) -> None:
    _, [team] = categorise(api, (ANN,))
    [member] = api.get(f"/groups/{team}/memberships").body
    path = f"/groups/{team}/memberships/self"
    assert api.get(path, as_="ann").body == member
    assert api.get(path).status == 404
    assert api.delete(path, as_="ann").status == 403  # the groups are the teacher's to make
    assert api.get(f"/groups/{team}/memberships").body == [member]


def test_only_students_of_the_course_are_members(api: Api) -> None:
    _, (group,) = categorise(api, (ANN,))
    for stranger in (2, 6):
        assert api.post(f"/groups/{group}/memberships", body={"user_id": stranger}).status == 400
        assert api.put(f"/groups/{group}", body={"members": [ANN, stranger]}).status == 400
    assert api.post(f"/groups/{group}/memberships", body={"user_id": 90}).status in {400, 404}
    assert [one["user_id"] for one in api.get(f"/groups/{group}/memberships").body] == [ANN]


@pytest.mark.parametrize(("who", "status"), [("ta", 200), ("designer", 200), ("admin", 200), ("ann", 403), ("observer", 403)])
def test_who_makes_groups(api: Api, who: str, status: int) -> None:
    category, (group,) = categorise(api, (ANN,))
    calls = [
        ("POST", CATEGORIES, {"name": f"Mine {next(_names)}"}),
        ("PUT", f"/group_categories/{category}", {"name": f"Mine {next(_names)}"}),
        ("POST", f"/group_categories/{category}/groups", {"name": "Mine"}),
        ("PUT", f"/groups/{group}", {"name": "Mine"}),
        ("POST", f"/groups/{group}/memberships", {"user_id": BOB}),
        ("DELETE", f"/groups/{group}/users/{BOB}", None),
        ("DELETE", f"/groups/{group}", None),
        ("DELETE", f"/group_categories/{category}", None),
    ]
    assert [api.call(method, path, as_=who, body=body).status for method, path, body in calls] == [status] * len(calls)


def test_who_sees_groups(api: Api) -> None:
    category, (group,) = categorise(api, (ANN,))
    paths = [f"/groups/{group}", f"/groups/{group}/memberships", f"/group_categories/{category}/groups", CATEGORIES]
    for who, expected in (("bob", 200), ("observer", 403), ("stranger", 403), ("foreigner", 404), (None, 401)):
        assert [api.get(path, as_=who).status for path in paths] == [expected] * len(paths), who
    own = api.get(f"/courses/{COURSE}/groups", as_="ann", only_own_groups=True, per_page=100).body
    assert group in {one["id"] for one in own}
    assert group not in {one["id"] for one in api.get(f"/courses/{COURSE}/groups", as_="cem", only_own_groups=True).body}
    assert api.get(f"/courses/{COURSE}/groups", as_="observer").body == []


def test_sis_ids_are_for_who_manages_them(api: Api) -> None:
    category, _ = categorise(api)
    made = api.post(f"/group_categories/{category}/groups", as_="admin", body={"name": "S", "sis_group_id": f"G{category}"})
    assert made.body["sis_group_id"] == f"G{category}"
    assert api.get(f"/groups/sis_group_id:G{category}", as_="admin").body["id"] == made.body["id"]
    refused = api.post(f"/group_categories/{category}/groups", body={"name": "T", "sis_group_id": "X"})
    assert refused.body["sis_group_id"] is None
    assert "sis_group_id" not in api.get(f"/groups/{made.body['id']}", as_="ann").body


def test_an_assignment_names_a_category_of_its_course(api: Api) -> None:
    category, _ = categorise(api)
    assert assign(api, group_category_id=category)["group_category_id"] == category
    other = api.post(f"/courses/{OTHER_COURSE}/group_categories", as_="admin", body={"name": "There"}).body["id"]
    for bad in (other, 999_999):
        reply = api.post(MANY, body={"assignment": {"name": "Essay", "group_category_id": bad}})
        assert reply.messages == {"group_category_id": ["is not a group category of this course"]}


def test_the_category_stays_once_somebody_handed_in(api: Api) -> None:
    number = make(api)
    submit(api, number)
    reply = api.put(f"{MANY}/{number}", body={"assignment": {"group_category_id": None}})
    text = "The group category can't be changed because students have already submitted on this assignment"
    assert reply.messages == {"group_category_id": [text]}


def test_a_hand_in_of_one_member_is_one_of_all(api: Api) -> None:
    number = make(api, (ANN, BOB), (CEM,))
    submit(api, number)
    found = {one["user_id"]: one for one in api.get(f"{MANY}/{number}/submissions", include__="group").body}
    assert {user: (one["attempt"], one["body"]) for user, one in found.items()} == {
        ANN: (1, "Ours"),
        BOB: (1, "Ours"),
        CEM: (None, None),
    }
    assert found[ANN]["group"] == found[BOB]["group"]
    assert found[ANN]["group"]["name"] == "Team 0"
    assert found[CEM]["group"]["name"] == "Team 1"
    submit(api, number, as_="bob")
    assert api.get(f"{MANY}/{number}/submissions/{ANN}").body["attempt"] == 2
    groups = api.rows(sa.select(t.submissions.c.group_id).where(t.submissions.c.assignment_id == number))
    assert len({one for one in groups if one is not None}) == 1
    assert groups.count(None) == 1


def test_a_student_in_no_group_stands_alone(api: Api) -> None:
    number = make(api, (ANN, BOB))
    submit(api, number, as_="cem")
    shown = api.get(f"{MANY}/{number}/submissions/{CEM}", include__="group").body
    assert (shown["attempt"], shown["group"]) == (1, {"id": None, "name": None})
    assert [one["user_id"] for one in grade(api, number, who=CEM)["all_submissions"]] == [CEM]


def test_individual_grades_are_still_one_hand_in(api: Api) -> None:
    number = make(api, grade_group_students_individually=True)
    submit(api, number)
    assert api.get(f"{MANY}/{number}/submissions/{BOB}").body["attempt"] == 1
    assert len(grade(api, number)["all_submissions"]) == 1
    assert scores(api, number) == {ANN: 8.0, BOB: None, CEM: None}


def test_members_who_are_excused_or_not_assigned_get_no_attempt(api: Api) -> None:
    number = make(api, (ANN, BOB, CEM), only_visible_to_overrides=True, assignment_overrides=[{"student_ids": [ANN, BOB]}])
    mark(api, number, "bob", excused=True, workflow_state="graded")
    submit(api, number)
    listed = {one["user_id"]: one["attempt"] for one in api.get(f"{MANY}/{number}/submissions").body}
    assert listed == {ANN: 1, BOB: None}


def test_a_grade_of_one_member_is_one_of_all(api: Api) -> None:
    number = make(api, (ANN, BOB), (CEM,))
    before = len(api.events("grade_change"))
    found = grade(api, number, "8", who=BOB)
    assert found["user_id"] == BOB
    assert [(one["user_id"], one["score"]) for one in found["all_submissions"]] == [(BOB, 8.0), (ANN, 8.0)]
    assert scores(api, number) == {ANN: 8.0, BOB: 8.0, CEM: None}
    told = api.events("grade_change")[before:]
    assert sorted(one["student_id"][-2:] for one in told) == [str(ANN), str(BOB)]
    grade(api, number, "6")
    assert scores(api, number) == {ANN: 6.0, BOB: 6.0, CEM: None}
    last = [(one["grade"], one["old_grade"]) for one in api.events("grade_change")[-2:]]
    assert last == [("6", "8")] * 2


def test_course_scores_of_all_members_follow(api: Api) -> None:
    number = make(api)
    grade(api, number, "3")

    def versions() -> list[Any]:
        s = t.scores.c
        return api.rows(sa.select(s.user_id, s.version).where(s.course_score, s.user_id.in_((ANN, BOB))).order_by(s.user_id))

    before = versions()
    grade(api, number, "9")
    assert [(one[0], one[1] + 1) for one in before] == versions()


def test_members_who_are_excused_keep_that(api: Api) -> None:
    """Live-events reference, 8.1 row 7."""
    number = make(api)
    mark(api, number, "bob", excused=True, workflow_state="graded")
    assert [one["user_id"] for one in grade(api, number)["all_submissions"]] == [ANN]
    assert scores(api, number)[BOB] is None
    api.put(f"{MANY}/{number}/submissions/{ANN}", body={"submission": {"excuse": True}})
    listed = {one["user_id"]: one["excused"] for one in api.get(f"{MANY}/{number}/submissions").body}
    assert (listed[ANN], listed[BOB]) == (True, True)


def test_lateness_is_each_members_own(api: Api) -> None:
    number = make(api)
    grade(api, number, "8", late_policy_status="late", seconds_late_override=60)
    listed = {one["user_id"]: one["late_policy_status"] for one in api.get(f"{MANY}/{number}/submissions").body}
    assert (listed[ANN], listed[BOB]) == ("late", None)
    assert scores(api, number)[BOB] == 8.0
    assert len(put(api, number, submission={"late_policy_status": "none"}).body["all_submissions"]) == 1


def test_who_sees_one_section_is_not_told_of_members_elsewhere(api: Api) -> None:
    number = make(api, (ANN, CEM))
    reply = put(api, number, CEM, "section_ta", submission={"posted_grade": "7"})
    assert [one["user_id"] for one in reply.body["all_submissions"]] == [CEM]
    assert scores(api, number)[ANN] == 7.0


def test_nobody_is_graded_if_one_may_not_be(api: Api) -> None:
    """Bob's work lies in a closed grading period, Ann's does not."""
    number = make(api)
    api.close_period("2020-01-01", "2020-02-01", assignment_id=number)
    try:
        mark(api, number, "ann", grading_period_id=None)
        before = scores(api, number)
        assert put(api, number, submission={"posted_grade": "8"}).status == 403
        assert scores(api, number) == before
        assert put(api, number, as_="admin", submission={"posted_grade": "8"}).status == 200
    finally:
        api.change(t.courses, COURSE, grading_period_group_id=None)


def test_a_bulk_update_grades_groups(api: Api) -> None:
    number = make(api, (ANN, BOB), (CEM,))
    data = {str(ANN): {"posted_grade": "5"}, str(CEM): {"posted_grade": "4"}}
    assert api.post(f"{MANY}/{number}/submissions/update_grades", body={"grade_data": data}).status == 200
    deadline = time.monotonic() + 20
    while scores(api, number)[CEM] is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert scores(api, number) == {ANN: 5.0, BOB: 5.0, CEM: 4.0}


def test_a_comment_goes_to_one_or_to_all(api: Api) -> None:
    number = make(api, (ANN, BOB), (CEM,))
    put(api, number, comment={"text_comment": "For Ann"})
    found = put(api, number, comment={"text_comment": "For both", "group_comment": True})
    assert [one["user_id"] for one in found.body["all_submissions"]] == [ANN, BOB]
    listed = api.get(f"{MANY}/{number}/submissions", include__="submission_comments").body
    assert {one["user_id"]: [said["comment"] for said in one["submission_comments"]] for one in listed} == {
        ANN: ["For Ann", "For both"],
        BOB: ["For both"],
        CEM: [],
    }
    c = t.submission_comments.c
    common = api.rows(sa.select(c.group_comment_id).where(c.comment == "For both"))
    assert len(common) == 2
    assert len(set(common)) == 1


def test_a_students_comment_to_the_group_tells_nothing_of_the_others(api: Api) -> None:
    number = make(api)
    grade(api, number)
    reply = put(api, number, as_="ann", comment={"text_comment": "Thanks", "group_comment": True})
    assert [one["user_id"] for one in reply.body["all_submissions"]] == [ANN]
    said = api.get(f"{MANY}/{number}/submissions/{BOB}", as_="bob", include__="submission_comments").body["submission_comments"]
    assert [one["comment"] for one in said] == ["Thanks"]


def test_a_comment_comes_along_with_a_hand_in_for_all(api: Api) -> None:
    number = make(api)
    submit(api, number, comment={"text_comment": "Done", "group_comment": True})
    submit(api, number, comment={"text_comment": "Again"})
    listed = api.get(f"{MANY}/{number}/submissions", include__="submission_comments").body
    said = {one["user_id"]: [each["comment"] for each in one["submission_comments"]] for one in listed}
    assert (said[ANN], said[BOB]) == (["Done", "Again"], ["Done"])


def test_moderation_and_groups_exclude_each_other(api: Api) -> None:
    category, _ = categorise(api)
    moderated = {"name": "Essay", "moderated_grading": True, "grader_count": 1, "group_category_id": category}
    text = "Moderated grading setting cannot be enabled for group assignments"
    assert api.post(MANY, body={"assignment": moderated}).messages == {"moderated_grading": [text]}
    number = assign(api, moderated_grading=True, grader_count=1)["id"]
    later = api.put(f"{MANY}/{number}", body={"assignment": {"group_category_id": category}})
    assert later.messages == {"group_category_id": [text]}


def test_a_deleted_group_is_graded_no_more(api: Api) -> None:
    category, (group,) = categorise(api, (ANN, BOB))
    number = assign(api, group_category_id=category)["id"]
    api.delete(f"/groups/{group}")
    grade(api, number)
    assert scores(api, number)[BOB] is None


def test_who_left_the_course_is_in_the_group_no_more(api: Api) -> None:
    category, (group,) = categorise(api, (ANN, BOB))
    number = assign(api, group_category_id=category)["id"]
    api.change(t.enrollments, 100 + BOB, workflow_state="completed")
    try:
        grade(api, number)
        assert api.get(f"/groups/{group}").body["members_count"] == 1
    finally:
        api.change(t.enrollments, 100 + BOB, workflow_state="active")
    assert scores(api, number)[BOB] is None


def test_a_rubric_assesses_all_members(api: Api) -> None:
    number = make(api)
    ratings = [{"id": "best", "description": "Full", "points": 5.0}, {"id": "none", "description": "None", "points": 0.0}]
    criteria = [{"id": "crit1", "description": "One", "points": 5.0, "ratings": ratings}]
    api.add(t.rubrics, {"id": number, "course_id": COURSE, "title": "R", "data": criteria, "points_possible": 5.0})
    association = {"id": number, "rubric_id": number, "course_id": COURSE, "assignment_id": number, "use_for_grading": True}
    api.add(t.rubric_associations, association)
    reply = put(api, number, rubric_assessment={"crit1": {"points": 5}})
    assert reply.status == 200, reply.body
    assert [one["user_id"] for one in reply.body["all_submissions"]] == [ANN, BOB]
    assert scores(api, number) == {ANN: 5.0, BOB: 5.0, CEM: None}
    r = t.rubric_assessments.c
    assert sorted(api.rows(sa.select(r.user_id).where(r.rubric_association_id == number))) == [ANN, BOB]


def test_groups_take_constantly_many_statements(api: Api) -> None:
    small, large = make(api, (ANN,)), make(api, (ANN, BOB, CEM))
    grade(api, small)
    counts = []
    for number in (small, large):
        with api.counting() as hand_in:
            submit(api, number)
        with api.counting() as listing:
            api.get(f"{MANY}/{number}/submissions", include__="group")
        counts.append((len(hand_in), len(listing)))
    with api.counting() as two:
        grade(api, make(api, (ANN, BOB)), "5")
    with api.counting() as three:
        grade(api, make(api, (ANN, BOB, CEM)), "5")
    assert counts[0] == counts[1]
    assert len(three) == len(two)


@pytest.fixture
def client(sqlite_url: str, tmp_path: Any) -> Iterator[Server]:
    with open_store(sqlite_url, connections=1) as store:
        store.write(build)
    with running_server(sqlite_url, tmp_path / "server") as found:
        yield found


@pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")  # the test server has no TLS
def test_groups_through_the_client_of_canvas(client: Server) -> None:
    teacher, student = Canvas(client.url, "teacher"), Canvas(client.url, "ann")
    course = teacher.get_course(COURSE)
    category = course.create_group_category("Projects")
    group = category.create_group(name="Team")
    for user in (ANN, BOB):
        group.create_membership(user)
    assert [one.user_id for one in group.get_memberships()] == [ANN, BOB]
    assert [one.id for one in category.get_groups()] == [group.id]
    assert [one.id for one in course.get_groups()] == [group.id]
    assert [one.name for one in course.get_group_categories()] == ["Projects"]
    made = course.create_assignment(
        {
            "name": "Project",
            "points_possible": 10,
            "published": True,
            "submission_types": ["online_url"],
            "group_category_id": category.id,
        }
    )
    mine = student.get_course(COURSE).get_assignment(made.id)
    assert mine.submit({"submission_type": "online_url", "url": "https://example.org"}).attempt == 1
    found = made.get_submission(BOB, include=["group"])
    assert (found.url, found.group["name"]) == ("https://example.org", "Team")
    graded = found.edit(submission={"posted_grade": "9"}, comment={"text_comment": "Good", "group_comment": True})
    assert {one["user_id"]: one["score"] for one in graded.all_submissions} == {BOB: 9.0, ANN: 9.0}
    assert made.get_submission(ANN).score == 9.0
    group.remove_user(BOB)
    assert group.edit(name="Solo").name == "Solo"
    with pytest.raises(Forbidden):
        student.get_group(group.id).delete()
    assert group.delete()
    assert category.delete()
    assert list(course.get_group_categories()) == []
