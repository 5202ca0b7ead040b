"""Gradebook files on both databases: what an export holds, and that an import does what its preview said, or nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.gradebook_comparison import Mark
from gradewire.actions.gradebook_imports import KeptPreview
from gradewire.core.errors import Denied, Malformed, NotFound, Refused
from gradewire.store import tables as t
from tests.actions.gradebook_world import (
    ANN,
    ANONYMOUS,
    BOB,
    CEM,
    FIXED_COLUMN,
    FRACTION,
    GPA,
    LETTER,
    MODERATED,
    NOTES,
    PASS,
    PERCENT,
    POINTS,
    TYPES,
    UNPUBLISHED,
    Book,
    gradebook,
    place_of,
    students_of,
)
from tests.dialects.canvas_world import COURSE, NOW, OTHER_COURSE, SECOND_SECTION


@pytest.fixture
def book(database_url: str) -> Iterator[Book]:
    with gradebook(database_url) as found:
        yield found


def changes_of(kept: KeptPreview) -> dict[tuple[int, int], Mark]:
    return {(one.student_id, one.assignment_id): one.new for one in kept.found.changes}


def refusals_of(kept: KeptPreview) -> list[tuple[int, int | None, str]]:
    return [(one.student_id, one.assignment_id, one.reason) for one in kept.found.refused]


# Export


def test_the_columns_are_those_of_canvas(book: Book) -> None:
    lines = book.export()
    assert lines[0] == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        "Notes",
        "'=Fixed",
        "points 71 (71)",
        "percent 72 (72)",
        "letter_grade 73 (73)",
        "gpa_scale 74 (74)",
        "pass_fail 75 (75)",
        "points 76 (76)",
        "Moderated (81)",
        "Group Current Score",
        "Group Unposted Current Score",
        "Group Final Score",
        "Group Unposted Final Score",
        "Current Score",
        "Unposted Current Score",
        "Final Score",
        "Unposted Final Score",
        "Current Grade",
        "Unposted Current Grade",
        "Final Grade",
        "Unposted Final Grade",
        "Override Score",
        "Override Grade",
    ]
    assert lines[1] == [*[""] * 13, "Manual Posting", *[""] * 14]
    assert lines[2] == ["    Points Possible", *[""] * 6, "10", "10", "10", "10", "10", "7.3", "10", *["(read only)"] * 14]
    assert [line[:7] for line in lines[3:]] == [
        ["Ann", "11", "SIS-ann", "ann@example.edu", "One", "'-5 for being late", "x"],
        ["Bob", "12", "SIS-bob", "bob@example.edu", "One", "", ""],
        ["Cem", "13", "SIS-cem", "cem@example.edu", "Two", "", ""],
        ["Student, Test", "99", "", "", "One", "", ""],
    ]


def test_cells_hold_points_letters_of_a_gpa_scale_and_who_is_excused_or_not_assigned(book: Book) -> None:
    book.insert(t.assignment_overrides, {"id": 1, "assignment_id": POINTS, "set_type": "ADHOC"})
    typed = {POINTS: "7.25", PERCENT: "85%", LETTER: "B", GPA: "3.0", PASS: "complete", FRACTION: "EX"}
    book.set({(ANN, str(number)): text for number, text in typed.items()})
    submission = sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == POINTS, t.submissions.c.user_id == BOB)
    book.change(t.submissions, book.rows(submission)[0], workflow_state="deleted")
    lines = book.export()
    ann, bob = students_of(lines)[:2]
    cells = slice(place_of(lines[0], str(POINTS)), place_of(lines[0], str(FRACTION)) + 1)
    assert ann[cells] == ["7.25", "8.5", "8.9", "3.0", "10", "EX"]
    assert bob[cells] == ["N/A", "", "", "", "", ""]


def test_totals_letters_and_overrides_stand_at_the_end(book: Book) -> None:
    book.set({(ANN, str(POINTS)): "9", (ANN, str(PERCENT)): "50%"})
    score = sa.select(t.scores.c.id).where(t.scores.c.user_id == ANN, t.scores.c.course_score)
    book.change(t.scores, book.rows(score)[0], override_score=95.5)
    lines = book.export()
    ann = dict(zip(lines[0], students_of(lines)[0], strict=True))
    assert (ann["Current Score"], ann["Current Grade"], ann["Group Current Score"]) == ("70", "8", "70")
    assert (ann["Final Score"], ann["Final Grade"]) == ("18.11", "F")  # 14 of 77.3 points
    assert (ann["Override Score"], ann["Override Grade"]) == ("95.5", "A")
    assert dict(zip(lines[0], students_of(lines)[1], strict=True))["Current Score"] == ""


def test_who_may_not_see_sis_ids_does_not_get_them(book: Book) -> None:
    assert book.export("ta")[0][:4] == ["Student", "ID", "SIS Login ID", "Section"]
    assert book.export("ta")[3][:3] == ["Ann", "11", "ann@example.edu"]


def test_a_section_limited_grader_gets_the_own_students_only(book: Book) -> None:
    assert [line[0] for line in students_of(book.export("section_ta"))] == ["Cem"]


@pytest.mark.parametrize("name", ["ann", "observer", "designer", "stranger"])
def test_an_export_is_for_who_sees_all_grades(book: Book, name: str) -> None:
    with pytest.raises((Denied, NotFound)):
        book.export(name)


def test_anonymous_assignments_are_left_out_while_nobody_may_know_the_students(book: Book) -> None:
    header = book.export()[0]
    assert not any("Anonymous" in name or "Unpublished" in name or "Ungraded" in name for name in header)
    for number in book.rows(sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == ANONYMOUS)):
        book.change(t.submissions, number, posted_at=NOW)
    assert "Anonymous (82)" in book.export()[0]


def test_concluded_and_inactive_students_are_in_it_if_asked_for(book: Book) -> None:
    book.change(t.enrollments, 100 + ANN, workflow_state="completed")
    book.change(t.enrollments, 100 + BOB, workflow_state="inactive")
    found = {
        "concluded": [line[0] for line in students_of(book.export(concluded=True))],
        "inactive": [line[0] for line in students_of(book.export(inactive=True))],
    }
    assert [line[0] for line in students_of(book.export())] == ["Cem", "Student, Test"]
    assert found == {"concluded": ["Ann", "Cem", "Student, Test"], "inactive": ["Bob", "Cem", "Student, Test"]}


def test_a_student_of_several_sections_is_one_row(book: Book) -> None:
    more = {"course_id": COURSE, "course_section_id": SECOND_SECTION, "user_id": ANN, "type": "StudentEnrollment"}
    book.insert(t.enrollments, {"id": 300, **more})
    rows = [line[:5] for line in students_of(book.export()) if line[0] == "Ann"]
    assert rows == [["Ann", "11", "SIS-ann", "ann@example.edu", "One and Two"]]


def test_a_grading_period_has_its_assignments_and_totals_and_the_groups_of_the_whole_course(book: Book) -> None:
    book.set({(ANN, str(POINTS)): "9", (ANN, str(PERCENT)): "50%"})
    dates = {"start_date": NOW, "end_date": NOW + timedelta(days=30), "close_date": NOW + timedelta(days=30)}
    book.insert(t.grading_period_groups, {"id": 1, "root_account_id": 1, "title": "Year"})
    book.insert(t.grading_periods, {"id": 1, "grading_period_group_id": 1, "title": "First", **dates})
    book.change(t.courses, COURSE, grading_period_group_id=1)
    with book.world.store.read() as connection:
        ids = connection.execute(sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == POINTS)).scalars().all()
    for number in ids:
        book.change(t.submissions, number, grading_period_id=1)
    enrolled = {"enrollment_id": 100 + ANN, "course_id": COURSE, "user_id": ANN}
    book.insert(t.scores, {**enrolled, "grading_period_id": 1, "current_score": 90.0, "version": 1})
    lines = book.export(grading_period_id=1)
    assert [name for name in lines[0] if name.endswith(")")] == ["points 71 (71)"]
    ann = dict(zip(lines[0], students_of(lines)[0], strict=True))
    assert (ann["Current Score"], ann["Group Current Score"]) == ("90", "70")
    with pytest.raises(NotFound):
        book.export(grading_period_id=2)


# Import


@pytest.mark.parametrize("as_", ["teacher", "ta", "section_ta", "admin"])
def test_an_export_comes_back_without_a_change(book: Book, as_: str) -> None:
    book.set(
        {(ANN, str(number)): "5" if kind != "pass_fail" else "10" for number, kind in TYPES.items() if kind != "gpa_scale"}
    )
    found = book.preview(book.export(as_), as_).found
    assert (found.changes, found.note_changes, found.refused, found.unknown_students) == ([], [], [], [])
    assert (found.unknown_columns, found.ambiguous, found.points_changes) == ([], [], [])
    assert found.unchanged > 0


ENTRIES: dict[str, Callable[[random.Random], str]] = {
    "points": lambda dice: str(dice.choice([0, 3, 7.25, 10, 12.5])),
    "percent": lambda dice: f"{dice.choice([0, 33.3, 80, 110])}%",
    "letter_grade": lambda dice: dice.choice(["A", "B", "F", "7", "8", "50%"]),
    "gpa_scale": lambda dice: dice.choice(["4.0", "3.0", "2.0", "F"]),
    "pass_fail": lambda dice: dice.choice(["complete", "incomplete", "10", "0"]),
}


@pytest.mark.parametrize("seed", range(6))
def test_exactly_the_cells_that_were_edited_change_and_the_file_then_comes_back_unchanged(book: Book, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for _ in range(3):
        before = book.marks()
        cells: dict[tuple[int, str], str] = {}
        for student in (ANN, BOB, CEM):
            for number in dice.sample(sorted(TYPES), dice.randrange(4)):
                cells[student, str(number)] = dice.choice([ENTRIES[TYPES[number]](dice)] * 5 + ["EX", "ex", "-"])
        kept = book.edit(cells)
        assert kept.found.refused == []
        changes = {
            (one.assignment_id, one.student_id): (one.new.score, one.new.grade, one.new.excused) for one in kept.found.changes
        }
        # every change was asked for, and what is no change was so before
        assert changes.keys() <= {(int(column), student) for student, column in cells}
        assert {(one.assignment_id, one.student_id): one.entry for one in kept.found.changes} == {
            key: cells[key[1], str(key[0])] for key in changes
        }
        assert all(before[key] != new for key, new in changes.items())
        assert book.marks() == before
        assert book.apply(kept) == "completed"
        assert book.marks() == {**before, **changes}
        found = book.preview(book.export()).found
        assert (found.changes, found.refused) == ([], [])
        # and the whole file again: what it says stands there now
        again = book.edit(cells).found
        assert (again.changes, again.refused) == ([], [])


@pytest.mark.parametrize(
    ("assignment", "entry", "new"),
    [
        (POINTS, "7", Mark(7.0, "7", False)),
        (POINTS, "70%", Mark(7.0, "7", False)),
        (POINTS, "EX", Mark(None, None, True)),
        (PERCENT, "85%", Mark(8.5, "85%", False)),
        (PERCENT, "8.5", Mark(8.5, "85%", False)),
        (LETTER, "B", Mark(8.9, "B", False)),
        (LETTER, "8", Mark(8.0, "B", False)),  # points, although the scheme has a grade of that name
        (LETTER, "9.5", Mark(9.5, "A", False)),
        (GPA, "3.0", Mark(8.9, "3.0", False)),
        (PASS, "complete", Mark(10.0, "complete", False)),
        (PASS, "0", Mark(0.0, "incomplete", False)),
        (PASS, "incomplete", Mark(0.0, "incomplete", False)),
    ],
)
def test_an_entry_means_what_it_means_when_it_is_typed(book: Book, assignment: int, entry: str, new: Mark) -> None:
    kept = book.edit({(ANN, str(assignment)): entry})
    assert changes_of(kept) == {(ANN, assignment): new}
    assert book.apply(kept) == "completed"
    assert book.marks()[assignment, ANN] == (new.score, new.grade, new.excused)


def test_a_blank_cell_leaves_a_grade_alone_and_a_hyphen_clears_it(book: Book) -> None:
    book.set({(ANN, str(POINTS)): "7", (BOB, str(POINTS)): "8", (CEM, str(POINTS)): "9"})
    kept = book.edit({(ANN, str(POINTS)): "", (BOB, str(POINTS)): "-", (CEM, str(POINTS)): "N/A"})
    assert changes_of(kept) == {(BOB, POINTS): Mark(None, None, False)}


@pytest.mark.parametrize(
    ("assignment", "entry"),
    [
        (POINTS, "seven"),
        (POINTS, "1e400"),
        (POINTS, "=1+1"),
        (PERCENT, "A"),
        (LETTER, "Z"),
        (GPA, "9.9x"),
        (PASS, "yes"),
        (PASS, "5"),
    ],
)
def test_text_that_is_no_grade_is_refused_instead_of_clearing_one(book: Book, assignment: int, entry: str) -> None:
    kept = book.edit({(ANN, str(assignment)): entry})
    assert (kept.found.changes, refusals_of(kept)) == ([], [(ANN, assignment, "unreadable")])


def test_an_assignment_under_moderation_takes_no_grade_from_a_file(book: Book) -> None:
    assert refusals_of(book.edit({(ANN, str(MODERATED)): "5"}, as_="admin")) == [(ANN, MODERATED, "moderated")]


@pytest.mark.parametrize(("assignment", "reason"), [(ANONYMOUS, "anonymous"), (UNPUBLISHED, "unpublished")])
def test_columns_that_an_export_leaves_out_are_refused_if_somebody_adds_them(book: Book, assignment: int, reason: str) -> None:
    kept = book.preview([["ID", f"X ({assignment})"], [str(ANN), "5"]])
    assert refusals_of(kept) == [(ANN, assignment, reason)]


def test_work_in_a_closed_period_is_for_administrators(book: Book) -> None:
    day = timedelta(days=1)
    dates = {"start_date": NOW - 3 * day, "end_date": NOW - 2 * day, "close_date": NOW - day}
    book.insert(t.grading_period_groups, {"id": 1, "root_account_id": 1, "title": "Year"})
    book.insert(t.grading_periods, {"id": 1, "grading_period_group_id": 1, "title": "Closed", **dates})
    book.change(t.courses, COURSE, grading_period_group_id=1)
    for number in book.rows(sa.select(t.submissions.c.id).where(t.submissions.c.assignment_id == POINTS)):
        book.change(t.submissions, number, grading_period_id=1)
    assert refusals_of(book.edit({(ANN, str(POINTS)): "5"})) == [(ANN, POINTS, "closed")]
    kept = book.edit({(ANN, str(POINTS)): "5"}, as_="admin")
    assert book.apply(kept, as_="admin") == "completed"


def test_a_concluded_student_is_not_graded(book: Book) -> None:
    lines = book.export()
    book.change(t.enrollments, 100 + ANN, workflow_state="completed")
    next(line for line in lines if line[1] == str(ANN))[place_of(lines[0], str(POINTS))] = "5"
    assert refusals_of(book.preview(lines)) == [(ANN, POINTS, "concluded")]


def test_students_are_found_by_id_then_sis_id_then_login(book: Book) -> None:
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", f"X ({POINTS})"]
    rows = [
        ["whoever", str(ANN), "", "", "1"],
        ["whoever", "unknown", "SIS-bob", "", "2"],
        ["whoever", "", "", "cem@example.edu", "3"],
        ["Nobody", "4711", "SIS-x", "x@example.edu", "4"],
    ]
    kept = book.preview([header, *rows])
    assert {student: mark.score for (student, _), mark in changes_of(kept).items()} == {ANN: 1.0, BOB: 2.0, CEM: 3.0}
    (unknown,) = kept.found.unknown_students
    assert (unknown.row, unknown.student, unknown.id, unknown.sis_user_id) == (5, "Nobody", "4711", "SIS-x")


def test_what_may_mean_several_things_is_left_out(book: Book) -> None:
    header = ["ID", "SIS User ID", f"X ({POINTS})", f"Y ({PERCENT})", f"Z ({PERCENT})"]
    rows = [[str(ANN), "SIS-bob", "1", "", ""], [str(CEM), "", "2", "1", "1"], [str(CEM), "", "3", "", ""]]
    found = book.preview([header, *rows]).found
    assert (found.changes, [(one.row, one.column) for one in found.ambiguous]) == (
        [],
        [(None, f"Y ({PERCENT})"), (None, f"Z ({PERCENT})"), (2, None), (3, None), (4, None)],
    )


def test_a_grader_of_one_section_does_not_learn_who_else_is_in_the_course(book: Book) -> None:
    kept = book.preview([["ID", f"X ({POINTS})"], [str(ANN), "5"], [str(CEM), "5"], ["4711", "5"]], as_="section_ta")
    assert changes_of(kept).keys() == {(CEM, POINTS)}
    assert [one.id for one in kept.found.unknown_students] == [str(ANN), "4711"]


def test_unknown_and_computed_columns_and_other_points_are_told_and_nothing_is_made_of_them(book: Book) -> None:
    header = ["ID", f"X ({POINTS})", "New one", "Gone (4711)", "Group Current Score", "Final Grade"]
    points = ["Points Possible", "20", "5", "", "(read only)", "(read only)"]
    found = book.preview([["Student", *header[1:], "ID"], [*points, ""], ["", "", "1", "1", "99", "A", str(ANN)]]).found
    assert found.unknown_columns == ["New one", "Gone (4711)"]
    assert found.ignored_columns == ["Group Current Score", "Final Grade"]
    assert [(one.assignment_id, one.old, one.new) for one in found.points_changes] == [(POINTS, "10", "20")]
    assert found.changes == []


def test_notes_are_imported_and_a_blank_one_is_left_alone(book: Book) -> None:
    kept = book.edit({(ANN, "Notes"): "", (BOB, "Notes"): "'=was ill", (BOB, "'=Fixed"): "y", (CEM, "Notes"): "n" * 256})
    assert [(one.student_id, one.old, one.new) for one in kept.found.note_changes] == [(BOB, "", "=was ill")]
    assert [(one.student_id, one.custom_gradebook_column_id, one.reason) for one in kept.found.refused] == [
        (BOB, FIXED_COLUMN, "read_only"),
        (CEM, NOTES, "too_long"),
    ]
    assert book.apply(kept) == "completed"
    notes = sa.select(t.custom_gradebook_column_data.c.user_id, t.custom_gradebook_column_data.c.content).where(
        t.custom_gradebook_column_data.c.custom_gradebook_column_id == NOTES
    )
    assert dict(book.rows(notes)) == {ANN: "-5 for being late", BOB: "=was ill"}


def test_grades_from_a_file_are_versions_events_and_scores_like_others(book: Book) -> None:
    book.set({(ANN, str(POINTS)): "7", (ANN, str(PERCENT)): "90%", (BOB, str(POINTS)): "EX"})
    v = t.grade_versions.c
    versions = book.rows(sa.select(v.assignment_id, v.user_id, v.cause, v.grader_id).order_by(v.assignment_id, v.user_id))
    assert versions == [(POINTS, ANN, "grade", 2), (POINTS, BOB, "excuse", 2), (PERCENT, ANN, "grade", 2)]
    names = book.rows(sa.select(t.outbox.c.name).order_by(t.outbox.c.id))
    assert names.count("grade_change") == 3
    current = sa.select(t.scores.c.current_score).where(t.scores.c.user_id == ANN, t.scores.c.course_score)
    assert book.rows(current) == [80.0]


def grade_meanwhile(book: Book) -> None:
    book.set({(BOB, str(PERCENT)): "11%"})


def edit_note_meanwhile(book: Book) -> None:
    book.set({(BOB, "Notes"): "meanwhile"})


def leave_meanwhile(book: Book) -> None:
    book.change(t.enrollments, 100 + BOB, workflow_state="deleted")


def change_points_meanwhile(book: Book) -> None:
    book.change(t.assignments, PERCENT, points_possible=20.0)


def unpublish_meanwhile(book: Book) -> None:
    book.change(t.assignments, PERCENT, workflow_state="unpublished")


@pytest.mark.parametrize(
    ("meanwhile", "assignment", "reason"),
    [
        (grade_meanwhile, PERCENT, "changed"),
        (edit_note_meanwhile, None, "changed"),
        (leave_meanwhile, PERCENT, "gone"),
        (change_points_meanwhile, PERCENT, "decided_otherwise"),
        (unpublish_meanwhile, PERCENT, "unpublished"),
    ],
)
@pytest.mark.parametrize("after_the_beginning", [False, True])
def test_nothing_is_written_if_a_single_cell_would_come_out_otherwise(
    book: Book, meanwhile: Any, assignment: int | None, reason: str, after_the_beginning: bool
) -> None:
    kept = book.edit({(ANN, str(POINTS)): "7", (BOB, str(PERCENT)): "50%", (BOB, "Notes"): "mine"})
    if after_the_beginning:
        progress = book.begin(kept).progress
        assert progress is not None
        # the job is still in the queue while others go on: let them overtake it
        jobs = book.rows(sa.select(t.jobs.c.id).where(t.jobs.c.workflow_state == "queued"))
        book.change(t.jobs, jobs[0], run_at=NOW + timedelta(minutes=5))
        meanwhile(book)
        before = book.marks()
        book.now = NOW + timedelta(minutes=6)
        book.work()
        state, message, results = book.rows(
            sa.select(t.progresses.c.workflow_state, t.progresses.c.message, t.progresses.c.results).where(
                t.progresses.c.id == progress.id
            )
        )[0]
        assert (state, "nothing was written" in message) == ("failed", True)
        stale = [(one["student_id"], one["assignment_id"], one["reason"]) for one in results["stale"]]
    else:
        meanwhile(book)
        before = book.marks()
        found = book.begin(kept)
        assert found.progress is None
        stale = [(one.student_id, one.assignment_id, one.reason) for one in found.stale]
    assert (BOB, assignment, reason) in stale
    assert ANN not in {student for student, _, _ in stale}
    assert book.marks() == before
    with pytest.raises(Refused, match="applied already"):
        book.begin(kept)


def test_a_token_serves_its_sender_in_its_course_once_and_for_a_while(book: Book) -> None:
    kept = book.edit({(ANN, str(POINTS)): "7"})
    for name in ("ta", "admin"):
        with pytest.raises(NotFound):
            book.begin(kept, as_=name)
    with pytest.raises(NotFound):
        book.begin(kept, as_="admin", course_id=OTHER_COURSE)
    with pytest.raises(Denied):
        book.begin(kept, as_="ann")
    assert book.apply(kept) == "completed"
    with pytest.raises(Refused, match="applied already"):
        book.begin(kept)
    late = book.edit({(ANN, str(POINTS)): "8"})
    book.now = NOW + timedelta(hours=1)
    with pytest.raises(Refused, match="expired"):
        book.begin(late)
    assert book.marks()[POINTS, ANN][0] == 7.0


def test_a_grader_who_lost_the_section_may_not_apply_any_more(book: Book) -> None:
    kept = book.edit({(ANN, str(POINTS)): "7"}, as_="ta")
    limited = {"limit_privileges_to_course_section": True, "course_section_id": SECOND_SECTION}
    book.change(t.enrollments, 100 + 3, **limited)
    assert [one.reason for one in book.begin(kept, as_="ta").stale] == ["gone"]


def test_the_token_is_kept_as_a_hash_and_expired_previews_are_forgotten(book: Book) -> None:
    kept = book.edit({(ANN, str(POINTS)): "7"})
    (stored,) = book.rows(sa.select(t.gradebook_imports.c.token_digest))
    assert kept.token not in stored
    book.now = NOW + timedelta(hours=2)
    book.edit({(ANN, str(POINTS)): "8"})
    assert len(book.rows(sa.select(t.gradebook_imports.c.id))) == 1


@pytest.mark.parametrize("name", ["ann", "observer", "designer", "stranger"])
def test_an_import_is_for_graders(book: Book, name: str) -> None:
    with pytest.raises((Denied, NotFound)):
        book.preview([["ID", f"X ({POINTS})"], [str(ANN), "5"]], as_=name)


def test_a_file_that_is_no_gradebook_is_refused(book: Book) -> None:
    with pytest.raises(Malformed, match="none of the columns"):
        book.preview([["Name", "Grade"], ["Ann", "5"]])


def test_statements_do_not_grow_with_students_or_assignments(book: Book) -> None:
    def statements(rows: int, columns: int) -> int:
        found: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            found.append(statement)

        lines = book.export()
        keep = place_of(lines[0], str(POINTS)) + columns
        lines = [line[:keep] for line in lines if line[1] in {"ID", *(str(one) for one in (ANN, BOB, CEM)[:rows])}]
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            book.preview(lines)
            book.export()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return len(found)

    assert statements(1, 1) == statements(3, 6)
