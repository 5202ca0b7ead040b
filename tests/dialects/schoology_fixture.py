"""The fixture of the Schoology acceptance cases as an institution file (``data/schoology_cases.yaml``; its header explains it).

Every id of the fixture is kept. What has none there gets one that says where it comes from. A ``patch`` appends to the lists of
the fixture, of two grades of one student on one item the later one counts; its ``overrides`` are grades typed over the computed
ones. The people of the fixture itself have access tokens too, ``token-`` and the uid, for tests below the dialect.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gradewire.actions import institution
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.enrollment_status import STATES
from gradewire.core.institution import read
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store

CASES = Path(__file__).parent / "data" / "schoology_cases.yaml"
SCHOOL, PERIODS = 1, 1
ROLES = {1212: ("School administrator", True), 1213: ("Teacher", True), 1214: ("Student", False)}
ADMINISTRATOR = 1212
UNGRADED = 70_000_000_000
"""Added to the id of a section, the id of the place of its items without a category."""
KEY = "k" * 32
"""The secret under which the server keeps the secrets of consumers."""
KINDS = {1: "percent", 2: "points"}
LABELS = {3: "missing", 4: "late"}

KNOWN = {
    "consumers": "name key secret uid",
    "users": "uid name_first name_last role_id username primary_email school_uid",
    "courses": "id title course_code",
    "grading_periods": "id title start end",
    "grading_scales": "id title type auto_averaging hide_numeric scale",
    "sections": "id course_id title section_school_code weighted grading_periods options",
    "enrollments": "id section_id uid admin status",
    "generate": "section_id count uid_start enrollment_start name_first role_id",
    "grading_categories": "id section_id title delta calculation_type weight drop_lowest",
    "items": "id section_id title description due grading_period grading_category max_points factor grading_scale type "
    "is_final final_weight count_in_grade collected_only auto_publish_grades published assignees",
    "grades": "enrollment_id item_id grade exception timestamp comment comment_status",
    "overrides": "enrollment_id period grade",
}
"""What the fixture and the patches may say of each kind of thing; another word is an error, so that none is overlooked."""

Thing = dict[str, Any]


@cache
def load_cases() -> Thing:
    """The whole file: ``fixture`` and ``cases``."""
    found: Thing = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return found


def institution_of(patch: Mapping[str, Any] | None = None, *, large: bool = True) -> Thing:
    """The fixture, with a case's patch, as what an institution file holds; if not ``large``, without the generated pupils and
    the sections that are only calculated."""
    patch = patch or {}
    fixture = {name: [*things, *patch.get(name, ())] for name, things in load_cases()["fixture"].items()}
    fixture["overrides"] = list(patch.get("overrides", ()))
    _check({**patch, **fixture})
    sections = [one for one in fixture["sections"] if large or not one["section_school_code"].startswith("C")]
    users, enrollments = list(fixture["users"]), list(fixture["enrollments"])
    for order in fixture["generate"] if large else ():
        more_users, more_enrollments = _generated(order)
        users += more_users
        enrollments += more_enrollments
    return {
        "format": 1,
        "accounts": [_account(fixture, users)],
        "users": [
            *({**_user(one), "tokens": [{"token": f"token-{one['uid']}"}]} for one in fixture["users"]),
            *(_user(one) for one in users[len(fixture["users"]) :]),
        ],
        "grading_period_sets": [_periods(fixture["grading_periods"])],
        "catalog_courses": [
            {"id": one["id"], "title": one["title"], "course_code": one["course_code"]} for one in fixture["courses"]
        ],
        "courses": [_section(one, fixture, enrollments) for one in sections],
    }


def load_fixture(database_url: str, patch: Mapping[str, Any] | None = None, *, large: bool = True) -> None:
    """Load the fixture into a migrated database."""
    document = read("schoology.yaml", json.dumps(institution_of(patch, large=large)).encode())
    with open_store(database_url, connections=1) as store:
        world = World(store, events=EventSettings(base_url="http://localhost/"))
        write(world, Asker(System()), lambda unit: institution.load(unit, [document], secret_key=KEY))


def _check(fixture: Mapping[str, Any]) -> None:
    for kind, things in fixture.items():
        for thing in things:
            unknown = set(thing) - set(KNOWN.get(kind, "").split())
            if unknown:
                raise NotImplementedError(f"{kind}: {unknown}")


def _generated(order: Thing) -> tuple[list[Thing], list[Thing]]:
    users, enrollments = [], []
    for number in range(order["count"]):
        uid = order["uid_start"] + number
        users.append(
            {
                "uid": uid,
                "name_first": order["name_first"],
                "name_last": str(number + 1),
                "role_id": order["role_id"],
                "username": f"{order['name_first'].lower()}{number + 1}",
                "primary_email": "",
                "school_uid": f"p{number + 1}",
            }
        )
        enrollments.append(
            {"id": order["enrollment_start"] + number, "section_id": order["section_id"], "uid": uid, "admin": 0, "status": 1}
        )
    return users, enrollments


def _account(fixture: Thing, users: Iterable[Thing]) -> Thing:
    return {
        "id": SCHOOL,
        "name": "Shermer High School",
        "uuid": "school",
        "time_zone": "UTC",
        "school_roles": [{"id": number, "title": title, "faculty": faculty} for number, (title, faculty) in ROLES.items()],
        "admins": [{"user": one["uid"]} for one in users if one["role_id"] == ADMINISTRATOR],
        "grading_standards": [_scale(one) for one in fixture["grading_scales"]],
        "consumers": [
            {"name": one["name"], "key": one["key"], "secret": one["secret"], "user": one["uid"]}
            for one in fixture["consumers"]
        ],
    }


def _scale(scale: Thing) -> Thing:
    levels = scale["scale"]["level"]
    document: Thing = {
        "kind": "percent" if scale["type"] == 1 else "points",
        "auto_averaging": bool(scale["auto_averaging"]),
        "hide_numeric": bool(scale["hide_numeric"]),
    }
    found = {"id": scale["id"], "title": scale["title"], "scale": document}
    if scale["type"] == 1:
        found["scheme"] = {level["grade"]: level["cutoff"] for level in levels}
        document["averages"] = {level["grade"]: level["average"] for level in levels}
    else:
        document["levels"] = levels
    return found


def _user(user: Thing) -> Thing:
    return {
        "id": user["uid"],
        "name": f"{user['name_first']} {user['name_last']}",
        "sortable_name": f"{user['name_last']}, {user['name_first']}",
        "login": user["username"],
        "sis_id": user["school_uid"],
        "email": user["primary_email"] or None,
        "school_role": user["role_id"],
        "schoology": {"name_first": user["name_first"], "name_last": user["name_last"]},
    }


def _periods(periods: Iterable[Thing]) -> Thing:
    return {
        "id": PERIODS,
        "title": "School",
        "school_wide": True,
        "periods": [
            {
                "id": one["id"],
                "title": one["title"],
                "start_date": f"{one['start']}T00:00:00Z",
                "end_date": f"{one['end']}T00:00:00Z",
            }
            for one in periods
        ],
    }


def _section(section: Thing, fixture: Thing, enrollments: Iterable[Thing]) -> Thing:
    number = section["id"]
    chosen = section["grading_periods"]
    mine = [one for one in enrollments if one["section_id"] == number]
    items = [one for one in fixture["items"] if one["section_id"] == number]
    students = {one["id"]: one["uid"] for one in mine}
    teacher = next((one["uid"] for one in mine if one["admin"]), ADMINISTRATOR)
    last = {(grade["item_id"], grade["enrollment_id"]): grade for grade in fixture["grades"]}
    grades: dict[int, list[Thing]] = {}
    for (item, enrollment), grade in last.items():
        if enrollment in students:
            grades.setdefault(item, []).append(_submission(grade, students[enrollment], teacher))
    code = next(one["course_code"] for one in fixture["courses"] if one["id"] == section["course_id"])
    return {
        "id": number,
        "name": section["title"],
        "sis_id": section["section_school_code"],
        "course_code": code,
        "uuid": f"section-{number}",
        "catalog_course": section["course_id"],
        "grading_period_set": PERIODS,
        "calculation": "schoology",
        "group_weighting_scheme": "percent" if section["weighted"] else None,
        "calculation_options": {
            "grading_periods": [one["id"] for one in chosen],
            "period_weights": {str(one["id"]): one["weight"] for one in chosen},
        },
        "allow_final_grade_override": True,
        "schoology": {name: bool(int(value)) for name, value in section.get("options", {}).items()},
        "sections": [{"id": number, "name": section["title"], "default_section": True}],
        "enrollments": [_enrollment(one, fixture["overrides"]) for one in mine],
        "assignment_groups": [
            *(_category(one) for one in fixture["grading_categories"] if one["section_id"] == number),
            *(
                [{"id": UNGRADED + number, "name": "Ungraded", "position": 1000, "calculation_options": {"ungraded": True}}]
                if any(not one["grading_category"] for one in items)
                else []
            ),
        ],
        "assignments": [_item(one, grades.get(one["id"], []), fixture["grading_scales"], students) for one in items],
    }


def _enrollment(one: Thing, overrides: Iterable[Thing]) -> Thing:
    scores = []
    for override in overrides:
        if override["enrollment_id"] == one["id"]:
            period = str(override["period"]).removeprefix("p")
            scope = {} if period == "final" else {"grading_period": int(period)}
            scores.append({**scope, "override_score": override["grade"]})
    return {
        "id": one["id"],
        "user": one["uid"],
        "type": "TeacherEnrollment" if one["admin"] else "StudentEnrollment",
        "workflow_state": STATES[one["status"]],
        "scores": scores,
    }


def _category(one: Thing) -> Thing:
    return {
        "id": one["id"],
        "name": one["title"],
        "position": one["delta"] + 1,
        "group_weight": one["weight"],
        "drop_lowest": one["drop_lowest"],
        "calculation_options": {"calculation": KINDS[one["calculation_type"]]},
    }


def _item(one: Thing, submissions: list[Thing], scales: Iterable[Thing], students: Mapping[int, int]) -> Thing:
    options: Thing = {"grading_period": one["grading_period"] or None, "factor": one.get("factor", 1)}
    if one.get("is_final"):
        options |= {"is_final": True, "final_weight": one["final_weight"]}
    if one.get("collected_only"):
        options["collected_only"] = True
    scale = one.get("grading_scale")
    percent = any(each["id"] == scale and each["type"] == 1 for each in scales)
    return {
        "id": one["id"],
        "name": one["title"],
        "description": one.get("description"),
        "group": one["grading_category"] or "Ungraded",
        "points_possible": one["max_points"],
        "grading_type": "letter_grade" if percent else "points",
        "grading_standard": scale,
        "submission_types": ["discussion_topic"] if one.get("type") == "discussion" else ["online_text_entry", "online_upload"],
        "due_at": f"{one['due'].replace(' ', 'T')}Z" if one["due"] else None,
        "omit_from_final_grade": one.get("count_in_grade", 1) == 0,
        "post_manually": one.get("auto_publish_grades", 1) == 0,
        "workflow_state": "published" if one.get("published", 1) else "unpublished",
        "only_visible_to_overrides": bool(one.get("assignees")),
        "overrides": [{"students": [students[number] for number in one["assignees"]]}] if one.get("assignees") else [],
        "calculation_options": options,
        "submissions": submissions,
    }


def _submission(grade: Thing, user: int, teacher: int) -> Thing:
    exception, moment = grade.get("exception", 0), datetime.fromtimestamp(grade["timestamp"], UTC).isoformat()
    found: Thing = {
        "id": grade["item_id"] * 1000 + grade["enrollment_id"] % 1000,
        "user": user,
        "score": None if exception else grade["grade"],
        "excused": exception == 1,
        "incomplete": exception == 2,
        "late_policy_status": LABELS.get(exception),
        "updated_at": moment,
    }
    if found["score"] is not None or found["excused"]:
        found |= {"grader": teacher, "graded_at": moment}
    if grade.get("comment"):
        found["comments"] = [
            {
                "comment": grade["comment"],
                "author": teacher,
                "hidden": not grade.get("comment_status"),
                "grade_comment": True,
                "written_with_grade": True,
                "created_at": moment,
            }
        ]
    return found
