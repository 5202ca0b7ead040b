"""Institution files: what comes of them, that loading again changes nothing, and that a bad file is told by line and field."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.institution import LoadReport, load, read, read_all
from gradewire.actions.passwords import matches
from gradewire.actions.secrets import Vault
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.unit import read as read_unit
from gradewire.actions.world import World
from gradewire.core.documents import BadDocuments
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
KEY = "k" * 32
COMPLETE = (Path(__file__).parent / "data" / "complete.yaml").read_text()
DICE = random.Random(7)  # noqa: S311 - repeatable on purpose
TESS, TOM, TIM, SAM, SUE = 987, 988, 989, 48, 49


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://test/"), clock=lambda: NOW, randomness=DICE)


def bring(world: World, *texts: str) -> LoadReport:
    files = [read(f"file{number}.yaml", text.encode()) for number, text in enumerate(texts, start=1)]
    return write(world, Asker(System()), lambda unit: load(unit, files, secret_key=KEY))


def problems(world: World, *texts: str) -> list[str]:
    with pytest.raises(BadDocuments) as caught:
        bring(world, *texts)
    return [str(problem) for problem in caught.value.problems]


def fetch(world: World, *columns: sa.Column[Any], where: Any = None) -> list[Any]:
    query = sa.select(*columns).order_by(*(column.table.c.id for column in columns[:1]))
    if where is not None:
        query = query.where(where)
    with world.store.read() as connection:
        return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]


def everything(world: World) -> dict[str, list[Any]]:
    with world.store.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in t.metadata.sorted_tables
        }


@pytest.fixture
def loaded(world: World) -> World:
    bring(world, COMPLETE)
    return world


def test_accounts_people_and_programs(loaded: World) -> None:
    accounts = fetch(loaded, t.accounts.c.id, t.accounts.c.parent_account_id, t.accounts.c.root_account_id)
    assert accounts == [(1, None, 1), (79, 1, 1)]
    assert fetch(loaded, t.users.c.sortable_name, where=t.users.c.id == TESS) == ["Teacher, Tess"]
    logins = fetch(loaded, t.logins.c.unique_id, t.logins.c.sis_user_id, where=t.logins.c.user_id.in_([TESS, SAM]))
    assert logins == [("teacher@example.edu", "456-T45"), ("ABC.123", "ABC.123")]
    (password_hash,) = fetch(loaded, t.logins.c.password_hash, where=t.logins.c.user_id == 990)
    assert matches(password_hash, "secret-password")
    (token,) = fetch(loaded, t.access_tokens.c.digest, t.access_tokens.c.hint, t.access_tokens.c.scopes)
    assert len(token[0]) == 64
    assert token[1:] == ("teach", ["url:GET|/api/v1/courses"])
    secret, other = fetch(loaded, t.consumers.c.secret_encrypted)
    assert secret != other
    assert fetch(loaded, t.consumers.c.callback_urls) == [None, ["https://planner.example.edu/back"]]
    assert Vault(KEY).unseal(secret) == "ts"
    admins = fetch(loaded, t.account_users.c.user_id, t.account_users.c.role_id)
    assert [user for user, role in admins if role is None] == [990]
    assert fetch(loaded, t.subscriptions.c.account_id, t.subscriptions.c.course_id) == [(1, None), (None, 565)]


def test_courses_and_their_parts(loaded: World) -> None:
    c = t.courses.c
    assert fetch(loaded, c.id, c.account_id, c.root_account_id, c.course_code) == [(565, 79, 1, "History")]
    assert fetch(loaded, t.course_sections.c.name) == ["Morning", "Evening"]
    g = t.assignment_groups.c
    assert fetch(loaded, g.name, g.position, g.group_weight, g.never_drop) == [
        ("Essays", 1, 60, [355]),
        ("Other", 2, 40, None),
    ]
    a = t.assignments.c
    assert fetch(loaded, a.id, a.post_manually, a.final_grader_id) == [(355, False, None), (356, True, TESS)]
    (role,) = fetch(loaded, t.enrollments.c.role_id, where=t.enrollments.c.user_id == TOM)
    assert role is not None
    assert fetch(loaded, t.grading_standards.c.data) == [[["A", 0.9], ["B", 0.8], ["C", 0.7], ["F", 0]]]
    assert fetch(loaded, t.late_policies.c.late_submission_deduction) == [10]


def test_submissions_grades_and_their_history(loaded: World) -> None:
    s = t.submissions.c
    columns = (s.user_id, s.workflow_state, s.score, s.grade, s.version, s.attempt, s.body)
    assert fetch(loaded, *columns) == [
        (SAM, "graded", 8, "8", 1, 2, "second"),
        (SUE, "graded", 8.5, "8.5", 1, None, None),
        (SAM, "unsubmitted", None, None, 0, None, None),
        (SUE, "graded", None, None, 1, None, None),
    ]
    graded_at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert fetch(loaded, s.posted_at) == [graded_at, None, None, None]
    evening = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert fetch(loaded, s.cached_due_date) == [None, evening, None, None]
    v = t.grade_versions.c
    assert fetch(loaded, v.cause, v.number, v.score, v.old_score, v.excused) == [
        ("load", 1, 8, None, False),
        ("load", 1, 8.5, None, False),
        ("load", 1, None, None, True),
    ]
    assert fetch(loaded, t.submission_attempts.c.attempt, t.submission_attempts.c.body) == [(1, "first"), (2, "second")]
    assert fetch(loaded, t.rubric_assessments.c.score) == [5]


def test_moderation(loaded: World) -> None:
    p = t.provisional_grades.c
    assert fetch(loaded, p.id, p.scorer_id, p.score, p.grade, p.final) == [
        (7001, TOM, 8, "B", False),
        (7002, TIM, 7.9, "C", False),
        (7003, TESS, 9, "A", True),
    ]
    assert sorted(fetch(loaded, t.moderation_graders.c.user_id)) == [TESS, TOM, TIM]
    m = t.moderated_students.c
    assert fetch(loaded, m.student_id, m.selected_provisional_grade_id) == [(SAM, 7001), (SUE, None)]
    c = t.submission_comments.c
    assert fetch(loaded, c.author_id, c.provisional_grade_id, c.comment) == [(TESS, None, "Well done"), (TOM, 7001, "fine")]


def test_scores_are_there_with_the_ids_and_times_of_the_file(loaded: World) -> None:
    c = t.scores.c
    (row,) = fetch(loaded, c.id, c.current_score, c.final_score, c.created_at, where=(c.enrollment_id == 44) & c.course_score)
    assert row == (43, 80, 24, datetime(2019, 12, 4, 13, 32, 21, tzinfo=UTC))
    assert 90 in fetch(loaded, c.override_score, where=c.grading_period_id.is_not(None))
    assert len(fetch(loaded, c.id)) == 3 * 5


SCHOOL = """
accounts:
- name: School
  school_roles: [{id: 1213, title: Teacher, faculty: true}, {title: Student}]
  grading_standards:
  - {title: Letters, scheme: {A: 85, F: 0}, scale: {averages: {A: 92.5}, hide_numeric: true}}
  - {title: Points, scale: {kind: points, levels: [{points: 1}, {points: 3, description: three}]}}
users:
- {name: Mr. Strickland, login: t, school_role: Teacher, schoology: {name_title: Mr.}}
- {name: Sam One, login: s, school_role: Student}
grading_period_sets:
- title: Periods
  school_wide: true
  periods:
  - {id: 1, title: Always, start_date: 2012-01-01T00:00:00Z, end_date: 2036-01-01T00:00:00Z}
  - {id: 2, title: Fall, start_date: 2013-09-01T00:00:00Z, end_date: 2013-12-31T00:00:00Z}
catalog_courses: [{id: 1407691, title: Time Travel, course_code: CC106, schoology: {credits: 3}}]
courses:
- name: Section 9nw
  catalog_course: CC106
  calculation: schoology
  grading_period_set: Periods
  calculation_options: {grading_periods: [2], period_weights: {"2": 50}}
  schoology: {hide_overall_grade: true}
  enrollments:
  - {user: t, type: TeacherEnrollment}
  - id: 5
    user: s
    final_comments:
    - {comment: Fine, grading_period: Fall, visible: true, author: t}
    - {comment: Overall fine}
  grading_groups: [{title: One, members: [5]}]
  assignment_groups:
  - {name: Work, schoology: {default_max_points: 20}}
  - {name: Nowhere, calculation_options: {ungraded: true}}
  assignments:
  - name: Essay
    group: Work
    points_possible: 10
    schoology: {show_comments: true}
    calculation_options: {grading_period: 2}
    submissions:
    - user: s
      score: 8
      updated_at: 2014-01-13T22:16:43Z
      comments:
      - {comment: Thanks, author: s}
      - {comment: Well done, author: t, written_with_grade: true}
      - {comment: See me, author: t, grade_comment: false}
  - {name: Poster, group: Nowhere, submissions: [{user: s, incomplete: true}]}
- {name: Unlisted, course_code: CC107}
- {name: Also, course_code: CC106}
"""


def test_what_schoology_has_besides(world: World) -> None:
    bring(world, SCHOOL)
    g = t.grading_standards.c
    assert fetch(world, g.data, g.scale) == [
        (
            [["A", 0.85], ["F", 0]],
            {"kind": "percent", "auto_averaging": False, "hide_numeric": True, "averages": {"A": 92.5}, "levels": []},
        ),
        (
            [],
            {
                "kind": "points",
                "auto_averaging": False,
                "hide_numeric": False,
                "averages": {},
                "levels": [{"points": 3, "description": "three"}, {"points": 1, "description": ""}],
            },
        ),
    ]
    r = t.school_roles.c
    assert fetch(world, r.title, r.faculty) == [("Teacher", True), ("Student", False)]
    assert fetch(world, t.users.c.schoology, where=t.users.c.school_role_id == 1213) == [{"name_title": "Mr."}]
    k = t.catalog_courses.c
    assert fetch(world, k.id, k.title, k.course_code, k.schoology) == [
        (1407691, "Time Travel", "CC106", {"credits": 3}),
        (1407692, "Unlisted", "CC107", None),
    ]
    assert fetch(world, t.courses.c.catalog_course_id) == [1407691, 1407692, 1407691]
    f = t.final_comments.c
    assert fetch(world, f.enrollment_id, f.grading_period_id, f.comment, f.visible) == [
        (5, 2, "Fine", True),
        (5, None, "Overall fine", False),
    ]
    assert fetch(world, t.grading_groups.c.members) == [[5]]
    s = t.submissions.c
    assert fetch(world, s.score, s.incomplete, s.grading_period_id) == [(8, False, 2), (None, True, None)]
    assert fetch(world, s.updated_at) == [datetime(2014, 1, 13, 22, 16, 43, tzinfo=UTC), NOW]
    c = t.submission_comments.c
    assert fetch(world, c.is_grade_comment, c.written_with_grade) == [(False, False), (True, True), (False, False)]
    periods = fetch(world, t.scores.c.grading_period_id, where=t.scores.c.grading_period_id.is_not(None))
    assert periods == [2]  # of the periods of the school, the one that the course chose


def test_loading_a_school_again_changes_nothing(world: World) -> None:
    bring(world, SCHOOL)
    before = everything(world)
    world.clock = lambda: NOW + timedelta(days=1)
    assert bring(world, SCHOOL).is_empty
    assert everything(world) == before
    changed = SCHOOL.replace("score: 8", "score: 9").replace("comment: Fine", "comment: Better")
    assert bring(world, changed).changed == {"submissions": 1, "final_comments": 1}
    assert fetch(world, t.submissions.c.updated_at)[0] == datetime(2014, 1, 13, 22, 16, 43, tzinfo=UTC)


def test_loading_emits_no_events(loaded: World) -> None:
    assert fetch(loaded, t.outbox.c.id) == []
    bring(loaded, COMPLETE.replace("score: 8\n", "score: 9\n"))
    assert fetch(loaded, t.outbox.c.id) == []


def test_loading_again_changes_nothing(loaded: World) -> None:
    before = everything(loaded)
    loaded.clock = lambda: NOW + timedelta(days=1)
    report = bring(loaded, COMPLETE)
    assert report.is_empty
    assert everything(loaded) == before


def test_what_a_file_does_not_say_is_left_alone(loaded: World) -> None:
    before = everything(loaded)
    report = bring(loaded, "courses: [{id: 565, name: History, hide_final_grades: true}]")
    assert report.created == {}
    assert report.changed == {"courses": 1}
    after = everything(loaded)
    assert after["submissions"] == before["submissions"]
    assert [row[1:] for row in after["courses"]] != [row[1:] for row in before["courses"]]
    bring(loaded, "courses: [{id: 565, name: History, hide_final_grades: false}]")
    assert fetch(loaded, t.courses.c.hide_final_grades) == [False]


def test_a_changed_grade_is_a_new_version(loaded: World) -> None:
    loaded.clock = lambda: NOW + timedelta(days=1)
    report = bring(loaded, COMPLETE.replace("score: 8\n", "score: 9\n"))
    assert report.created == {"grade_versions": 1}
    assert report.changed == {"submissions": 1}
    v = t.grade_versions.c
    assert fetch(loaded, v.number, v.score, v.old_score, v.old_grade, where=v.submission_id == 11086) == [
        (1, 8, None, None),
        (2, 9, 8, "8"),
    ]
    (score,) = fetch(loaded, t.scores.c.current_score, where=(t.scores.c.enrollment_id == 44) & t.scores.c.course_score)
    assert score == 90


def test_what_was_deleted_comes_back_with_its_file(loaded: World) -> None:
    def leave(unit: Unit) -> None:
        unit.connection.execute(sa.update(t.enrollments).where(t.enrollments.c.id == 44).values(workflow_state="deleted"))

    write(loaded, Asker(System()), leave)
    bring(loaded, COMPLETE)
    assert fetch(loaded, t.enrollments.c.workflow_state, where=t.enrollments.c.id == 44) == ["active"]


def test_files_may_refer_to_each_other_and_to_the_database(loaded: World) -> None:
    people = "users: [{key: new, name: New Student, login: new}]"
    course = """
courses:
- name: Geography
  account: Department
  term: 2025/26
  grading_standard: Letters
  enrollments:
  - {user: new}
  - {user: 456-T45, type: TeacherEnrollment}
  - {user: 988, type: TaEnrollment, role: Marker}
"""
    report = bring(loaded, course, people)
    assert report.created["enrollments"] == 3
    assert report.created["course_sections"] == 1
    assert fetch(loaded, t.courses.c.name) == ["History", "Geography"]


def test_new_rows_get_ids_behind_the_explicit_ones(loaded: World) -> None:
    bring(loaded, "users: [{id: 5000, name: High, login: high}, {name: Next, login: next}]")
    assert fetch(loaded, t.users.c.id, where=t.users.c.name == "Next") == [5001]

    def add(unit: Unit) -> int:
        values = {"root_account_id": 1, "name": "By hand", "sortable_name": "", "short_name": ""}
        stamps = {"created_at": NOW, "updated_at": NOW}
        row = unit.connection.execute(sa.insert(t.users).values(**values, **stamps).returning(t.users.c.id))
        return int(row.scalar_one())

    assert write(loaded, Asker(System()), add) == 5002


def test_the_number_of_statements_does_not_depend_on_the_size_of_the_files(world: World) -> None:
    statements: list[str] = []
    sa.event.listen(world.store.writing, "before_cursor_execute", lambda *said: statements.append(said[2]))

    def count(name: str, students: int) -> int:
        users = "".join(f"- {{name: S {n}, login: {name}{n}}}\n" for n in range(students))
        enrollments = "".join(f"  - {{user: {name}{n}}}\n" for n in range(students))
        grades = "".join(f"    - {{user: {name}{n}, score: {n}}}\n" for n in range(students))
        text = f"users:\n{users}courses:\n- name: {name}\n  enrollments:\n{enrollments}"
        statements.clear()
        bring(world, f"{text}  assignments:\n  - name: A\n    points_possible: 10\n    submissions:\n{grades}")
        return len(statements)

    bring(world, "accounts: [{name: Root}]")
    assert count("few", 2) == count("many", 100)


HEAD = """accounts: [{id: 1, name: Root}]
users:
- {id: 1, name: Tess Teacher, login: tess}
- {id: 2, name: Sam Student, login: sam}
courses:
- id: 5
  name: C
  enrollments:
  - {user: tess, type: TeacherEnrollment}
  - {user: sam}
"""
"""Ten lines; what a case adds begins at line 11."""
MODERATED = """  assignments:
  - name: M
    moderated_grading: true
    grader_count: 1
    submissions:
    - user: sam
"""
"""Lines 11 to 16."""

BAD = {
    "a broken syntax": ("  late_policy: {", 12, "this is not YAML"),
    "a tab": ("\tx: 1", 11, "this is not YAML"),
    "a key twice": ("  name: D\n", 11, "this key is there twice"),
    "an unknown field": ("  nmae: D\n", 11, "there is no such field; did you mean name?"),
    "a wrong type": ("  hide_final_grades: maybe\n", 11, "expected true or false, got 'maybe'"),
    "yes is a text": ("  hide_final_grades: yes\n", 11, "expected true or false, got 'yes'"),
    "a text for a number": (
        '  assignments:\n  - {name: A, points_possible: "10"}\n',
        12,
        "expected a number, got the text '10'",
    ),
    "a number too large": ("  assignments:\n  - {name: A, points_possible: 1e999}\n", 12, "the number is too large"),
    "a negative number": ("  assignments:\n  - {name: A, points_possible: -1}\n", 12, "expected a number >= 0"),
    "a word outside the list": ("  calculation: moodle\n", 11, "expected one of canvas, schoology, got 'moodle'"),
    "a time without a zone": ("  start_at: 2026-01-01 10:00\n", 11, "the time needs a zone"),
    "a time that is none": ("  start_at: tomorrow\n", 11, "expected a time such as"),
    "something missing": ("  sections:\n  - {id: 5}\n", 12, "this is missing"),
    "a list for fields": ("  sections:\n  - []\n", 12, "expected fields and their values, got a list"),
    "fields for a list": ("  sections: {name: S}\n", 11, "expected a list, got fields"),
    "an id that is none": ("  sections:\n  - {name: S, id: 0}\n", 12, "expected a whole number >= 1"),
    "a time zone that is none": ("  time_zone: Mars/Olympus\n", 11, "there is no time zone 'Mars/Olympus'"),
    "an unknown user": ("  - {user: nobody}\n", 11, "there is no user 'nobody'"),
    "an unknown id": ("  - {user: 99}\n", 11, "there is no user the id 99"),
    "an unknown section": ("  - {user: 1, section: X}\n", 11, "there is no section 'X'"),
    "an unknown role": ("  - {user: 1, role: X}\n", 11, "there is no role 'X'"),
    "an unknown group": ("  assignments:\n  - name: A\n    group: X\n", 13, "there is no assignment group 'X'"),
    "an unknown standard": ("  grading_standard: X\n", 11, "there is no grading standard 'X'"),
    "an unknown term": ("  term: X\n", 11, "there is no term 'X'"),
    "an unknown period": ("  - {user: 1, scores: [{grading_period: X}]}\n", 11, "there is no grading period 'X'"),
    "never drop what is not there": (
        "  assignment_groups:\n  - {name: G, never_drop: [X]}\n",
        12,
        "there is no assignment 'X'",
    ),
    "the same user twice in a section": ("  - {user: sam}\n", 11, "this is there twice; it is also in file1.yaml:10"),
    "the same name twice": ("  sections: [{name: S},\n   {name: S}]\n", 12, "this is there twice"),
    "a broken scheme": ("  grading_standards:\n  - title: S\n    scheme: {A: 90}\n", 13, "must have 0% for the lowest grade"),
    "options of a calculation that mean nothing": (
        "  calculation_options: {wheighting: even}\n",
        11,
        "unknown field `wheighting`",
    ),
    "an item that means nothing to Schoology": (
        "  assignments:\n  - name: A\n    schoology: {show_comments: 1}\n",
        13,
        "Expected `bool`, got `int`",
    ),
    "a scale of points with letters": (
        "  grading_standards:\n  - title: S\n    scheme: {A: 0}\n    scale: {kind: points, levels: [{points: 1}]}\n",
        13,
        "a scale of points has levels and no scheme",
    ),
    "a scale of points without levels": (
        "  grading_standards:\n  - title: S\n    scale: {kind: points}\n",
        13,
        "must have a level",
    ),
    "an average of no letter": (
        "  grading_standards:\n  - title: S\n    scheme: {A: 0}\n    scale: {averages: {B: 5}}\n",
        14,
        "the scheme has no 'B'",
    ),
    "incomplete work with a score": (
        "  assignments:\n  - name: A\n    submissions: [{user: sam, score: 1, incomplete: true}]\n",
        13,
        "incomplete work has no grade",
    ),
    "an unknown catalogue course": ("  catalog_course: X\n", 11, "there is no catalogue course 'X'"),
    "a broken scheme, two equal bounds": (
        "  grading_standards:\n  - title: S\n    scheme: {A: 90, B: 90, F: 0}\n",
        13,
        "duplicate values",
    ),
    "somebody observed by no observer": ("  - {user: tess, associated_user: sam}\n", 11, "only observers observe somebody"),
    "moderation without slots": ("  assignments:\n  - {name: A, moderated_grading: true}\n", 12, "must be greater than 0"),
    "slots without moderation": ("  assignments:\n  - {name: A, grader_count: 1}\n", 12, "this needs moderated_grading: true"),
    "a final grader who does not teach": (
        "  assignments:\n  - name: A\n    moderated_grading: true\n    grader_count: 1\n    final_grader: sam\n",
        15,
        "must be an instructor in this course",
    ),
    "a final mark alone": (
        f"{MODERATED}      provisional_grades: [{{scorer: tess, final: true}}]\n",
        17,
        "Cannot give a final mark",
    ),
    "more markers than slots": (
        f"{MODERATED}      provisional_grades:\n      - {{scorer: tess, score: 1}}\n      - {{scorer: 2, score: 1}}\n",
        14,
        "2 markers have graded provisionally",
    ),
    "a marker twice": (
        f"{MODERATED}      provisional_grades:\n      - {{scorer: tess, score: 1}}\n      - {{scorer: 1, score: 1}}\n",
        19,
        "this is there twice; it is also in file1.yaml:18",
    ),
    "two selected": (
        f"{MODERATED}      provisional_grades:\n      - {{scorer: tess, selected: true}}\n"
        "      - {scorer: tess, final: true, selected: true}\n",
        19,
        "only one provisional grade of a student can be selected",
    ),
    "provisional grades without moderation": (
        "  assignments:\n  - name: A\n    submissions:\n    - user: sam\n      provisional_grades: [{scorer: tess}]\n",
        15,
        "only moderated assignments have provisional grades",
    ),
    "a grade that is none": (
        "  assignments:\n  - name: A\n    submissions:\n    - {user: sam, grade: great}\n",
        14,
        "'great' is no grade of this assignment",
    ),
    "a grade of an excused student": (
        "  assignments:\n  - name: A\n    submissions:\n    - {user: sam, score: 1, excused: true}\n",
        14,
        "an excused student has no grade",
    ),
    "work of somebody who is not a student": (
        "  assignments:\n  - name: A\n    submissions:\n    - {user: tess, score: 1}\n",
        14,
        "the assignment is not assigned to this student",
    ),
    "work twice": (
        "  assignments:\n  - name: A\n    submissions:\n    - {user: sam}\n    - {user: 2}\n",
        15,
        "this is there twice",
    ),
    "an override for nobody": (
        "  assignments:\n  - name: A\n    overrides:\n    - {due_at: }\n",
        14,
        "exactly one of students",
    ),
    "an override for a stranger": (
        "  assignments:\n  - name: A\n    overrides:\n    - students:\n      - sam\n      - joe\n",
        16,
        "there is no user 'joe'",
    ),
    "an assessment without a rubric": (
        "  assignments:\n  - name: A\n    submissions:\n    - user: sam\n      rubric_assessments: [{assessor: 1}]\n",
        15,
        "the assignment has no rubric",
    ),
    "a caliper subscription that cannot be": (
        "  subscriptions:\n  - {name: x, events: [course_grade_change], format: caliper, target: {kind: stdout}}\n",
        12,
        "Caliper exists only for grade_change",
    ),
    "an alias to nothing": ("  name: *x\n", 11, "*x names nothing"),
    "a tag": ("  course_code: !!python/name:os.system x\n", 11, "tags are not supported"),
    "a merge key": ("  <<: {id: 5}\n", 11, "merge keys (<<) are not supported"),
    "the character NUL": ('  course_code: "x\\0"\n', 11, "a text cannot contain"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_by_line(sqlite_world: World, name: str) -> None:
    text, line, message = BAD[name]
    assert len(HEAD.splitlines()) == 10
    found = problems(sqlite_world, HEAD + text)
    assert any(problem.startswith(f"file1.yaml:{line}: ") and message in problem for problem in found), found
    assert everything(sqlite_world)["accounts"] == []


@pytest.fixture
def sqlite_world(sqlite_url: str) -> Iterator[World]:
    with open_store(sqlite_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://test/"), clock=lambda: NOW, randomness=DICE)


def test_a_problem_names_the_field(sqlite_world: World) -> None:
    text = "  assignments:\n  - name: A\n    submissions:\n    - {user: sam, score: none at all}\n"
    (problem,) = problems(sqlite_world, HEAD + text)
    assert problem == ("file1.yaml:14: courses[0].assignments[0].submissions[0].score: expected a number, got 'none at all'")


def test_all_problems_are_told_in_the_order_of_the_files(sqlite_world: World) -> None:
    found = problems(sqlite_world, f"{HEAD}  term: X\n  time_zone: Y\n", "users: [{name: Z}]")
    assert [problem.split(": ", 1)[0] for problem in found] == ["file1.yaml:11", "file1.yaml:12", "file2.yaml:1"]


def test_files_that_cannot_be_read_are_all_told() -> None:
    with pytest.raises(BadDocuments) as caught:
        read_all([("a.yaml", b"users: 5"), ("b.yaml", b"users: []"), ("c.yaml", b"- 1")])
    assert [problem.file for problem in caught.value.problems] == ["a.yaml", "c.yaml"]


def test_a_long_list_of_problems_is_cut(sqlite_world: World) -> None:
    text = "users:\n" + "- {name: X, login: same}\n" * 200
    with pytest.raises(BadDocuments) as caught:
        bring(sqlite_world, "accounts: [{name: Root}]", text)
    assert len(caught.value.problems) == 50
    assert caught.value.omitted == 149
    assert str(caught.value).endswith("... and 149 more")


DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "institution-files.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENTATION, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_documentation_load_and_load_again(sqlite_world: World, number: int) -> None:
    assert bring(sqlite_world, EXAMPLES[number]).created["courses"] == 1
    assert bring(sqlite_world, EXAMPLES[number]).is_empty


def test_a_file_that_is_too_large_is_refused(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradewire.core.documents.MOST_BYTES", 2**20)
    (problem,) = problems(sqlite_world, f"users: []\n# {'x' * 2**20}")
    assert problem == "file1.yaml: the file is larger than 1 MiB; split it"


def test_rules_read_before_the_commit_stay_off_the_shelf(loaded: World) -> None:
    """A loading that fails must leave nothing behind in the memory of a running server either."""
    changed = COMPLETE.replace("{A: 90, B: 80, C: 70, F: 0}", "{A: 50, F: 0}").replace("score: 8\n", "grade: unreadable\n")
    problems(loaded, changed)
    rules = read_unit(loaded, Asker(System()), lambda unit: unit.rules(565))
    (standard,) = rules.standards.values()
    assert dict(standard.data) == {"A": 0.9, "B": 0.8, "C": 0.7, "F": 0}


def test_two_courses_of_the_same_sis_id_in_the_database_and_a_file(loaded: World) -> None:
    (problem,) = problems(loaded, "courses: [{id: 566, name: Other, account: 1, sis_id: 2017.100.101.101-1}]")
    assert problem == "file1.yaml:1: courses[0].sis_id: this belongs to another one in the database, with the id 565"


def test_things_do_not_move(loaded: World) -> None:
    (problem,) = problems(loaded, "courses: [{name: Other, account: 1, enrollments: [{id: 44, user: 48}]}]")
    assert problem == "file1.yaml:1: courses[0].enrollments[0].id: the row with this id belongs to something else"


def test_aliases_cannot_blow_up(sqlite_world: World) -> None:
    levels = ["  a0: &a0 [1,1,1,1,1,1,1,1,1]"]
    levels += [f"  a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    text = "courses:\n- name: C\n  calculation_options:\n" + "\n".join("  " + level for level in levels)
    (problem,) = problems(sqlite_world, text)
    assert "more than 5,000,000 values" in problem


def test_nesting_is_bounded(sqlite_world: World) -> None:
    (problem,) = problems(sqlite_world, "users: " + "[" * 100_000)
    assert problem == "file1.yaml:1: more than 40 levels within each other"
