"""What a change makes of an assignment, and the rules it must keep (moderation reference, 2.2), as tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from gradewire.core.assignments import Assignment, Surroundings, apply, differences, find_faults, read_count, read_types

PLAIN = Assignment(name="Essay", assignment_group_id=1, submission_types=("online_text_entry",))
MODERATED = replace(
    PLAIN,
    moderated_grading=True,
    grader_count=2,
    final_grader_id=7,
    post_manually=True,
    graders_anonymous_to_graders=True,
    grader_names_visible_to_final_grader=False,
)
STAFF = Surroundings(instructors=frozenset({7, 8}), final_graders=frozenset({7}), section_instructors=frozenset({7, 8}))


def moment(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def changed(before: Assignment, *, anonymous_marking: bool = True, is_new: bool = False, **sent: Any) -> Assignment:
    return apply(before, sent, anonymous_marking=anonymous_marking, is_new=is_new)


def faults(before: Assignment | None, after: Assignment, around: Surroundings = STAFF) -> list[tuple[str, str]]:
    return [(fault.attribute, fault.message) for fault in find_faults(before, after, around)]


# What a change makes


def test_only_what_can_be_set_is_set() -> None:
    sent: dict[str, Any] = {"workflow_state": "deleted", "grades_published_at": moment(1), "id": 5, "course_id": 9}
    assert changed(PLAIN, **sent) == PLAIN


def test_without_moderation_everything_about_it_is_reset() -> None:
    after = changed(MODERATED, moderated_grading=False)
    assert after.grader_count == 0
    assert after.final_grader_id is None
    assert after.grader_names_visible_to_final_grader is True
    assert after.grader_comments_visible_to_graders is True
    assert after.graders_anonymous_to_graders is False
    assert after.grades_published_at is None


def test_what_is_sent_about_moderation_without_moderation_is_ignored() -> None:
    sent: dict[str, Any] = {"grader_count": "x", "final_grader_id": 99, "grader_comments_visible_to_graders": False}
    after = changed(PLAIN, **sent)
    assert after == PLAIN
    assert faults(PLAIN, after) == []


def test_the_final_grader_counts_with_moderation_of_the_same_request() -> None:
    after = changed(PLAIN, moderated_grading=True, grader_count="2", final_grader_id=7)
    assert after.final_grader_id == 7
    assert changed(MODERATED, final_grader_id=None).final_grader_id is None


def test_graders_who_do_not_see_comments_see_names_if_they_see_anything() -> None:
    after = changed(MODERATED, grader_comments_visible_to_graders=False)
    assert after.graders_anonymous_to_graders is False


@pytest.mark.parametrize("switch", ["moderated_grading", "anonymous_grading"])
def test_switching_moderation_or_anonymity_on_makes_posting_manual(switch: str) -> None:
    sent: dict[str, Any] = {switch: True, "grader_count": "1"}
    assert changed(PLAIN, post_manually=False, **sent).post_manually is True
    assert changed(PLAIN, is_new=True, **sent).post_manually is True


def test_switching_them_off_leaves_posting_as_it_is() -> None:
    assert changed(MODERATED, moderated_grading=False).post_manually is True


def test_anonymity_needs_the_feature_of_the_course() -> None:
    assert changed(PLAIN, anonymous_marking=False, anonymous_grading=True).anonymous_grading is False


def test_published_is_a_state() -> None:
    assert changed(PLAIN, published=True).workflow_state == "published"
    assert changed(changed(PLAIN, published=True), published=False).workflow_state == "unpublished"


def test_what_takes_no_grades_has_no_other_grading_type() -> None:
    assert changed(PLAIN, submission_types=["not_graded"], grading_type="points").grading_type == "not_graded"
    assert changed(PLAIN, grading_type="").grading_type == "points"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, ("none",)),
        ([], ("none",)),
        ([""], ("none",)),
        (["on_paper"], ("on_paper",)),
        (["online_url,online_upload", "online_url"], ("online_url", "online_upload")),
    ],
)
def test_how_submission_types_are_read(sent: Any, expected: tuple[str, ...]) -> None:
    assert read_types(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2", 2),
        (2, 2),
        (" 3 ", 3),
        ("2.0", 2),
        ("-1", -1),
        ("", None),
        (None, None),
        ("two", None),
        ("1e3", None),
        ("9" * 31, None),
    ],
)
def test_how_a_number_of_graders_is_read(sent: Any, expected: int | None) -> None:
    assert read_count(sent) == expected


# Rules of moderation


MODERATION = {"moderated_grading": True, "grader_count": "2"}

RULES: list[tuple[Assignment | None, dict[str, Any], Surroundings, list[tuple[str, str]]]] = [
    (PLAIN, MODERATION, STAFF, []),
    (
        PLAIN,
        MODERATION,
        replace(STAFF, graded_exists=True),
        [("moderated_grading", "Moderated grading setting cannot be changed if graded submissions exist")],
    ),
    (
        MODERATED,
        {"moderated_grading": False},
        replace(STAFF, graded_exists=True),
        [("moderated_grading", "Moderated grading setting cannot be changed if graded submissions exist")],
    ),
    (MODERATED, {"moderated_grading": True, "name": "New"}, replace(STAFF, graded_exists=True), []),
    (
        PLAIN,
        {**MODERATION, "submission_types": ["not_graded"]},
        STAFF,
        [("moderated_grading", "Moderated grading setting cannot be enabled for ungraded assignments")],
    ),
    (
        None,
        {**MODERATION, "submission_types": ["wiki_page"]},
        STAFF,
        [("moderated_grading", "Moderated grading setting cannot be enabled for ungraded assignments")],
    ),
    (MODERATED, {"submission_types": ["not_graded"]}, STAFF, []),
    (
        None,
        {**MODERATION, "group_category_id": 3},
        STAFF,
        [("moderated_grading", "Moderated grading setting cannot be enabled for group assignments")],
    ),
    (
        replace(PLAIN, group_category_id=3),
        MODERATION,
        STAFF,
        [("moderated_grading", "Moderated grading setting cannot be enabled for group assignments")],
    ),
    (
        PLAIN,
        {**MODERATION, "peer_reviews": True},
        STAFF,
        [("moderated_grading", "Moderated grading setting cannot be enabled for peer reviewed assignments")],
    ),
    (MODERATED, {"peer_reviews": True}, STAFF, []),
    (PLAIN, {"moderated_grading": True}, STAFF, [("grader_count", "must be greater than 0")]),
    (MODERATED, {"grader_count": "-3"}, STAFF, [("grader_count", "must be greater than 0")]),
    (MODERATED, {"grader_count": "two"}, STAFF, [("grader_count", "is not a number")]),
    (MODERATED, {"grader_count": None}, STAFF, [("grader_count", "is not a number")]),
    (MODERATED, {"grader_count": "1"}, STAFF, []),
    (MODERATED, {"grader_count": "99999999999"}, STAFF, [("grader_count", "must be less than or equal to 2147483647")]),
    (MODERATED, {"final_grader_id": 99}, STAFF, [("final_grader_id", "course has no active instructors with this ID")]),
    (MODERATED, {"final_grader_id": 8}, STAFF, [("final_grader_id", "user does not have permission to select final grade")]),
    (MODERATED, {"final_grader_id": 7}, Surroundings(), []),
    (MODERATED, {"final_grader_id": None}, STAFF, []),
    (
        PLAIN,
        {**MODERATION, "final_grader_id": 7, "grader_section_id": 5},
        replace(STAFF, section_instructors=frozenset({8})),
        [("final_grader", "must be enrolled in selected section")],
    ),
    (
        PLAIN,
        {**MODERATION, "grader_section_id": 5},
        replace(STAFF, section_found=False),
        [("grader_section", "must be active and in same course as assignment")],
    ),
    (
        MODERATED,
        {"post_manually": False},
        STAFF,
        [("post_manually", "cannot be false while grading is moderated or anonymous")],
    ),
    (MODERATED, {"moderation_set": "some"}, STAFF, [("moderation_set", "must be all or selected")]),
    (MODERATED, {"moderation_set": "selected"}, STAFF, []),
    (
        None,
        {"anonymous_grading": True, "group_category_id": 3},
        STAFF,
        [("base", "Can't enable anonymous grading and group assignments together")],
    ),
    (
        replace(PLAIN, group_category_id=3),
        {"anonymous_grading": True},
        STAFF,
        [("anonymous_grading", "Group assignments can't be anonymously graded")],
    ),
    (
        replace(PLAIN, anonymous_grading=True),
        {"group_category_id": 3},
        STAFF,
        [("group_category_id", "Anonymously graded assignments can't be group assignments")],
    ),
    (PLAIN, {"group_category_id": 3}, STAFF, []),
    (
        PLAIN,
        {"group_category_id": 3},
        replace(STAFF, category_found=False),
        [("group_category_id", "is not a group category of this course")],
    ),
    (
        replace(PLAIN, group_category_id=3),
        {"group_category_id": None},
        replace(STAFF, submitted_exists=True),
        [
            (
                "group_category_id",
                "The group category can't be changed because students have already submitted on this assignment",
            )
        ],
    ),
]


@pytest.mark.parametrize(("before", "sent", "around", "expected"), RULES)
def test_rules_of_moderation_and_anonymity(
    before: Assignment | None, sent: dict[str, Any], around: Surroundings, expected: list[tuple[str, str]]
) -> None:
    after = changed(before or PLAIN, is_new=before is None, **sent)
    assert faults(before, after, around) == expected


# Other rules


OTHERS: list[tuple[dict[str, Any], Surroundings, list[str]]] = [
    ({"name": ""}, STAFF, ["name"]),
    ({"name": " "}, STAFF, ["name"]),
    ({"name": "x" * 256}, STAFF, ["name"]),
    ({"name": "x" * 255}, STAFF, []),
    ({"points_possible": -1.0}, STAFF, ["points_possible"]),
    ({"points_possible": None}, STAFF, []),
    ({"grading_type": "stars"}, STAFF, ["grading_type"]),
    ({"submission_types": ["carrier_pigeon"]}, STAFF, ["submission_types"]),
    ({"submission_types": ["none", "online_upload"]}, STAFF, ["submission_types"]),
    ({"submission_types": ["online_url", "online_upload"]}, STAFF, []),
    ({"allowed_attempts": 0}, STAFF, ["allowed_attempts"]),
    ({"allowed_attempts": -1}, STAFF, []),
    ({}, replace(STAFF, offers_standard=False), ["grading_standard_id"]),
    ({}, replace(STAFF, group_found=False), ["assignment_group_id"]),
    ({}, replace(STAFF, sis_id_taken=True), ["sis_assignment_id"]),
    ({"due_at": moment(9), "unlock_at": moment(1), "lock_at": moment(8)}, STAFF, ["due_at"]),
    ({"due_at": moment(9), "unlock_at": moment(1), "lock_at": moment(8)}, replace(STAFF, has_overrides=True), []),
    ({"due_at": moment(8), "unlock_at": moment(8), "lock_at": moment(8)}, STAFF, []),
    ({"unlock_at": moment(9), "lock_at": moment(8)}, STAFF, ["lock_at"]),
    ({"due_at": moment(9)}, replace(STAFF, closed_after=True), ["due_at"]),
    ({"due_at": moment(9)}, replace(STAFF, closed_before=True), ["due_at"]),
    ({"name": "New"}, replace(STAFF, closed_before=True, closed_after=True), []),
]


@pytest.mark.parametrize(("sent", "around", "expected"), OTHERS)
def test_other_rules(sent: dict[str, Any], around: Surroundings, expected: list[str]) -> None:
    assert [name for name, _ in faults(PLAIN, changed(PLAIN, **sent), around)] == expected


@pytest.mark.parametrize(
    ("facts", "expected"), [({}, []), ({"submitted_exists": True}, ["published"]), ({"graded_exists": True}, ["published"])]
)
def test_nothing_is_withdrawn_that_has_work(facts: dict[str, bool], expected: list[str]) -> None:
    before = replace(PLAIN, workflow_state="published")
    after = changed(before, published=False)
    assert [name for name, _ in faults(before, after, replace(STAFF, **facts))] == expected


def test_all_faults_are_told() -> None:
    after = changed(PLAIN, name="", grading_type="stars", moderated_grading=True, final_grader_id=99)
    names = [name for name, _ in faults(PLAIN, after)]
    assert names == ["name", "grading_type", "grader_count", "final_grader_id"]


def test_differences_are_old_and_new_and_fit_into_a_document() -> None:
    after = changed(PLAIN, name="New", due_at=moment(9))
    assert differences(PLAIN, after) == {"name": ["Essay", "New"], "due_at": [None, "2026-03-09T00:00:00Z"]}
    assert differences(PLAIN, PLAIN) == {}
    assert differences(None, PLAIN)["submission_types"] == ("online_text_entry",)
