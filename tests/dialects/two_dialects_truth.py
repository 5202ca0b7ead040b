"""One store, two dialects: what one of them tells must follow from what the other one tells.

The rules stand in docs/schoology.md, "One grade book, two dialects". They are written here a second time, from that page, so
that the server does not judge itself. What Canvas's API tells teachers is taken as given; all else has to agree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from gradewire.actions.own_grades import OwnGrades
from tests.dialects.two_dialects_world import (
    ITEMS,
    MANUAL,
    PEOPLE,
    PERIODS,
    POINTS_OF_MISSING,
    STUDENTS,
    Place,
    Thing,
    Two,
    enrollment_of,
)

NOTHING = (None, 0)
MIDTERMS = frozenset(
    one["id"] for items in ITEMS.values() for one in items if one.get("calculation_options", {}).get("is_final")
)


class Believed:
    """What a subscriber knows who applied every event."""

    def __init__(self) -> None:
        self.grades: dict[Place, Thing] = {}
        self.scores: dict[tuple[int, int], Thing] = {}
        self.overrides: dict[tuple[int, int, int | None], float | None] = {}
        """By course, student and period."""

    def apply(self, events: Iterable[Mapping[str, Any]]) -> None:
        for event in events:
            body = event["body"]
            student = local(body["user_id"])
            match event["metadata"]["event_name"]:
                case "grade_change":
                    self.grades[student, local(body["assignment_id"])] = body
                case "course_grade_change":
                    self.scores[local(body["course_id"]), student] = body
                case "grade_override":
                    period = body["grading_period_id"]
                    place = (local(body["course_id"]), student, None if period is None else local(period))
                    self.overrides[place] = body["override_score"]


class Glance:
    """What people are told at one moment: nobody is asked the same thing twice."""

    def __init__(self, two: Two) -> None:
        self.submissions = cache(two.submissions)
        self.course_grades = cache(two.course_grades)
        self.section_grades = cache(two.section_grades)
        self.user_grades = cache(two.user_grades)
        self.own_grades = cache(two.own_grades)


class Remembered:
    """What only one dialect can express, and so has to be remembered from what was said."""

    def __init__(self) -> None:
        self.comments: dict[Place, str] = {}
        """The comment that goes with each grade."""
        self.at_once: set[Place] = set()
        """Those that a Schoology client wrote for the student: the grade may still wait."""
        self.incomplete: set[Place] = set()
        self.finals: dict[tuple[int, int, int | None], tuple[str, bool]] = {}
        """Comments on the grades of courses and periods, and whether students see them."""


def local(number: str | int) -> int:
    """The number of a row behind a global id."""
    return int(number) % 10**13


def rounded(percent: float | None) -> float | None:
    """Two decimals, half up, as both dialects show percentages."""
    return None if percent is None else float(Decimal(repr(percent)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def record_of(place: Place, submission: Mapping[str, Any], remembered: Remembered) -> tuple[float | None, int]:
    """Grade and exception that a Schoology client is to see where a Canvas client sees this submission."""
    score, label = submission["score"], submission["late_policy_status"]
    if submission["excused"]:
        return None, 1
    if place in remembered.incomplete:
        assert score is None
        return None, 2
    if label == "missing" and (score is None or score == POINTS_OF_MISSING.get(place[1])):
        return None, 3
    return score, 4 if label == "late" else 0


def is_shown(place: Place, submission: Mapping[str, Any]) -> bool:
    """Whether the student sees the record: it is posted, or nothing is graded and nothing waits."""
    ungraded = submission["score"] is None and not submission["excused"]
    return submission["posted_at"] is not None or (ungraded and place[1] not in MANUAL)


def compare(two: Two, course: int, believed: Believed, remembered: Remembered) -> None:
    """Ask everybody of a course in both dialects, look at the pages and at what events told, and compare it all."""
    glance = Glance(two)
    told = glance.submissions(course)
    assert set(told) == {(PEOPLE[name], one["id"]) for name in STUDENTS for one in ITEMS[course]}
    own = {PEOPLE[name]: glance.submissions(course, name) for name in STUDENTS}
    assert all({place[0] for place in own[student]} == {student} for student in own)
    for place, submission in told.items():
        _compare_own(submission, own[place[0]][place])
        _compare_event(submission, believed.grades.get(place))
    _compare_section(glance, course, told, own, remembered)
    for name in STUDENTS:
        _compare_person(glance, course, name, told, own, remembered)
    _compare_finals(glance, course, believed, remembered)


def compare_viewers(two: Two, course: int) -> None:
    """Both dialects tell the same people of the same students, and assistants and observers what teachers and students see."""
    by_canvas = {name: {place[0] for place in two.submissions(course, name)} for name in PEOPLE}
    both = {PEOPLE[name] for name in STUDENTS}
    ann, bob = ({PEOPLE[name]} for name in STUDENTS)
    wanted = {"teacher": both, "assistant": bob, "observer": ann, "stranger": set[int](), "ann": ann, "bob": bob}
    assert by_canvas == wanted
    for name, students in wanted.items():
        section = two.section_grades(course, name)
        listed = set() if section is None else {int(one["enrollment_id"]) for one in section["final_grade"]}
        assert listed == {course * 100 + student for student in students}, name
        assert section is not None or not students
        opened = {student for student in both if two.user_grades(course, student, name) is not None}
        assert opened == students, name
        assert {one.user_id for one in two.own_grades(course, name)} == (
            students if name in {"ann", "bob", "observer"} else set()
        )
    assert _rows(two.section_grades(course, "observer")) == _rows(two.section_grades(course, "ann"))
    teachers = _rows(two.section_grades(course))
    assert _rows(two.section_grades(course, "assistant")) == {at: row for at, row in teachers.items() if at[0] in bob}


def _compare_own(submission: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """A student sees the grade when it is posted, and then the same one."""
    posted = submission["posted_at"] is not None
    assert ("score" in own) == posted
    if posted:
        for name in ("score", "grade", "excused", "points_deducted", "workflow_state"):
            assert own[name] == submission[name], name
    assert own["late_policy_status"] == submission["late_policy_status"]


def _compare_event(submission: Mapping[str, Any], body: Mapping[str, Any] | None) -> None:
    complete = bool(submission["excused"] or (submission["score"] is not None and submission["workflow_state"] == "graded"))
    if body is None:
        assert (submission["score"], submission["excused"]) == (None, False)
        return
    assert (body["score"], body["grade"]) == (submission["score"], submission["grade"])
    if complete:
        assert body["grading_complete"] is True


def _rows(section: Thing | None) -> dict[Place, Thing]:
    assert section is not None
    return {(one["enrollment_id"] % 100, one["assignment_id"]): one for one in section["grades"]["grade"]}


def _shown_comment(place: Place, own: Mapping[str, Any], remembered: Remembered) -> tuple[str | None, bool]:
    """The comment that goes with a grade, and whether the student sees it: by what Canvas tells the student, but for comments
    before their grade, which Canvas tells nobody."""
    text = remembered.comments.get(place)
    by_canvas = text is not None and text in {one["comment"] for one in own["submission_comments"]}
    return text, by_canvas or ("posted_at" not in own and place in remembered.at_once)


def _compare_section(
    glance: Glance, course: int, told: Mapping[Place, Thing], own: Mapping[int, Mapping[Place, Thing]], remembered: Remembered
) -> None:
    rows = _rows(glance.section_grades(course))
    of_students: dict[Place, Thing] = {}
    for name in STUDENTS:
        mine = _rows(glance.section_grades(course, name))
        assert {place[0] for place in mine} <= {PEOPLE[name]}
        of_students |= mine
    assert set(rows) <= set(told)
    for place, submission in told.items():
        _compare_record(place, submission, own[place[0]][place], rows.get(place), remembered, staff=True)
        _compare_record(place, submission, own[place[0]][place], of_students.get(place), remembered, staff=False)


def _compare_record(
    place: Place,
    submission: Mapping[str, Any],
    own: Mapping[str, Any],
    row: Mapping[str, Any] | None,
    remembered: Remembered,
    *,
    staff: bool,
) -> None:
    """A record of Schoology, ``None`` where there is none, against the submissions that Canvas tells of."""
    wanted = record_of(place, submission, remembered) if staff or is_shown(place, submission) else NOTHING
    text, visible = _shown_comment(place, own, remembered)
    text = text if staff or visible else None
    if row is None:
        assert (wanted, text) == (NOTHING, None), place
        return
    assert (row["grade"], row["exception"]) == wanted, place
    assert (row["comment"] or None) == text, place
    assert row["comment_status"] == (1 if staff and visible else None), place
    if text is not None:
        assert text in {one["comment"] for one in submission["submission_comments"]}
    if not row["timestamp"]:
        assert (wanted, text) == (NOTHING, None), place


def _compare_person(
    glance: Glance,
    course: int,
    name: str,
    told: Mapping[Place, Thing],
    own: Mapping[int, Mapping[Place, Thing]],
    remembered: Remembered,
) -> None:
    """A person's grades in Schoology, to a teacher and to the person, and the person's page."""
    student = PEOPLE[name]
    records: dict[str, dict[int, Thing]] = {}
    for viewer in ("teacher", name):
        section = glance.user_grades(course, student, viewer)
        assert section is not None
        found = {one["assignment_id"]: one for period in section["period"] for one in period["assignment"]}
        assert set(found) == {one["id"] for one in ITEMS[course]} - MIDTERMS
        staff = viewer == "teacher"
        for item, row in found.items():
            place = (student, item)
            _compare_record(place, told[place], own[student][place], row, remembered, staff=staff)
        columns = {int(one["period_id"][1:]): one for one in section["final_grade"] if one["period_id"].startswith("a")}
        assert set(columns) == MIDTERMS & {one["id"] for one in ITEMS[course]}
        for item, column in columns.items():
            place = (student, item)
            shown = staff or is_shown(place, told[place])
            assert column["grade"] == (record_of(place, told[place], remembered) if shown else NOTHING)[0]
        records[viewer] = found
    [page] = glance.own_grades(course, name)
    _compare_page(page, own[student], records[name])


def _compare_page(page: OwnGrades, own: Mapping[Place, Thing], records: Mapping[int, Thing]) -> None:
    assert {one.assignment.id for one in page.grades} == {item for _, item in own}
    for grade in page.grades:
        item = grade.assignment.id
        told = own[page.user_id, item]
        assert grade.posted == ("score" in told)
        assert (grade.score, grade.grade, grade.excused) == (told.get("score"), told.get("grade"), told.get("excused", False))
        if item in records:  # a midterm has no record
            assert grade.missing or records[item]["exception"] != 3, item
            assert grade.late or records[item]["exception"] != 4, item


def _compare_finals(glance: Glance, course: int, believed: Believed, remembered: Remembered) -> None:
    """Grades of the course and its periods: Canvas, Schoology, the pages and the events."""
    teachers, section = glance.course_grades(course), glance.section_grades(course)
    periods = {number: glance.course_grades(course, period=number) for number in PERIODS[course]}
    assert section is not None
    for name in STUDENTS:
        student = PEOPLE[name]
        mine = glance.course_grades(course, name)[student]
        wanted: dict[str, float | None] = {"other": None, "final": _in_effect(teachers[student], staff=True)}
        own: dict[str, float | None] = {"other": None, "final": mine["current_score"]}
        for number in PERIODS[course]:
            wanted[f"p{number}"] = _in_effect(periods[number][student], staff=True)
            own[f"p{number}"] = glance.course_grades(course, name, number)[student]["current_score"]
        assert own["final"] == _in_effect(teachers[student], staff=False)
        [shown] = [one for one in section["final_grade"] if int(one["enrollment_id"]) == enrollment_of(course, name)]
        _compare_period_grades(course, student, shown["period"], wanted, remembered, staff=True)
        students = glance.section_grades(course, name)
        assert students is not None
        [shown] = students["final_grade"]
        _compare_period_grades(course, student, shown["period"], own, remembered, staff=False)
        for viewer, grades in (("teacher", wanted), (name, own)):
            person = glance.user_grades(course, student, viewer)
            assert person is not None
            finals = [one for one in person["final_grade"] if not one["period_id"].startswith("a")]
            assert finals[-1]["period_id"] == "final"
            _compare_period_grades(course, student, finals, grades, remembered, staff=viewer == "teacher")
        [page] = glance.own_grades(course, name)
        assert rounded(page.total) == rounded(own["final"])
        _compare_score_events(course, student, teachers[student], periods, believed)


def _in_effect(grades: Mapping[str, Any], *, staff: bool) -> float | None:
    """Of what Canvas tells teachers: what was typed over, else what is computed of all work, or for students of the posted."""
    override: float | None = grades.get("override_score")
    computed: float | None = grades["unposted_current_score" if staff else "current_score"]
    return computed if override is None else override


def _compare_period_grades(
    course: int,
    student: int,
    shown: Iterable[Mapping[str, Any]],
    wanted: Mapping[str, float | None],
    remembered: Remembered,
    *,
    staff: bool,
) -> None:
    for one in shown:
        name = one["period_id"]
        assert one["grade"] == rounded(wanted[name]), (course, student, name)
        number = int(name[1:]) if name.startswith("p") else None
        text, visible = ("", False) if name == "other" else remembered.finals.get((course, student, number), ("", False))
        assert one["comment"] == (text if staff or visible else ""), name
        assert one["comment_status"] == (1 if staff and visible else None), name


def _compare_score_events(
    course: int, student: int, grades: Mapping[str, Any], periods: Mapping[int, Mapping[int, Thing]], believed: Believed
) -> None:
    body = believed.scores.get((course, student))
    for name in ("current_score", "final_score", "unposted_current_score", "unposted_final_score"):
        if body is not None:
            assert body[name] == grades[name], name
    assert believed.overrides.get((course, student, None)) == grades.get("override_score")
    for number, found in periods.items():
        assert believed.overrides.get((course, student, number)) == found[student].get("override_score")
