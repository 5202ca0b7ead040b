"""A course with assignments of every grading type, whose gradebook files go out and in right here, without a server."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gradewire.actions import gradebook_csv, gradebook_imports, placement, scores
from gradewire.actions.gradebook_csv import ExportOptions
from gradewire.actions.gradebook_imports import Applied, KeptPreview
from gradewire.actions.jobs import work_one
from gradewire.actions.tokens import digest_of
from gradewire.actions.unit import Asker, BearerToken, System, Unit, read, write
from gradewire.actions.world import World
from gradewire.core.gradebook_csv import read_sheet
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import COURSE, GROUP, PEOPLE, ROOT, SECTION, add, build

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORKS = {gradebook_imports.TAG: gradebook_imports.perform}

POINTS, PERCENT, LETTER, GPA, PASS, FRACTION = 71, 72, 73, 74, 75, 76
MODERATED, ANONYMOUS, UNPUBLISHED, UNGRADED = 81, 82, 83, 84
TYPES = {POINTS: "points", PERCENT: "percent", LETTER: "letter_grade", GPA: "gpa_scale", PASS: "pass_fail", FRACTION: "points"}
NOTES, FIXED_COLUMN, HIDDEN_COLUMN = 1, 2, 3
ANN, BOB, CEM = (PEOPLE[name] for name in ("ann", "bob", "cem"))
SCALE = [["4.0", 0.9], ["3.0", 0.8], ["2.0", 0.7], ["F", 0.0]]


class Book:
    """The gradebook of the course, and what is done to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = NOW

    def export(self, as_: str = "teacher", **options: Any) -> list[list[str]]:
        wanted = ExportOptions(**options)
        found = read(self.world, Asker(token(as_)), lambda unit: gradebook_csv.export(unit, COURSE, wanted))
        return list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"), newline="")))

    def preview(self, lines: list[list[str]] | bytes, as_: str = "teacher", course_id: int = COURSE) -> KeptPreview:
        content = lines if isinstance(lines, bytes) else table(lines)
        return write(self.world, Asker(token(as_)), lambda unit: gradebook_imports.preview(unit, course_id, content))

    def edit(self, cells: Mapping[tuple[int, str], str], as_: str = "teacher") -> KeptPreview:
        """The preview of an export with other texts in these cells: by student and column, an assignment by its id."""
        lines = self.export(as_)
        for (student, column), text in cells.items():
            row = next(line for line in lines if line[1] == str(student))
            row[place_of(lines[0], column)] = text
        return self.preview(lines, as_)

    def begin(self, kept: KeptPreview, as_: str = "teacher", course_id: int = COURSE) -> Applied:
        return write(self.world, Asker(token(as_)), lambda unit: gradebook_imports.apply(unit, course_id, kept.token))

    def work(self) -> None:
        while work_one(self.world, WORKS, worker="test"):
            pass

    def apply(self, kept: KeptPreview, as_: str = "teacher") -> str:
        """Begin and finish; the state of the Progress."""
        found = self.begin(kept, as_)
        assert found.progress is not None, found.stale
        self.work()
        states = sa.select(t.progresses.c.workflow_state).where(t.progresses.c.id == found.progress.id)
        state: str = self.rows(states)[0]
        return state

    def set(self, cells: Mapping[tuple[int, str], str]) -> None:
        """Grade by a file."""
        assert self.apply(self.edit(cells)) == "completed"

    def marks(self) -> dict[tuple[int, int], tuple[float | None, str | None, bool]]:
        """The grades by assignment and student."""
        s = t.submissions.c
        query = sa.select(s.assignment_id, s.user_id, s.score, s.grade, s.excused).where(s.course_id == COURSE)
        return {(row[0], row[1]): (row[2], row[3], bool(row[4])) for row in self.rows(query)}

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.world.store.read() as connection:
            return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]

    def change(self, table: sa.Table, number: int, **values: Any) -> None:
        def act(connection: sa.Connection) -> None:
            connection.execute(sa.update(table).where(table.c.id == number).values(**values))
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

        self.world.store.write(act)

    def insert(self, table: sa.Table, *rows: dict[str, Any]) -> None:
        self.world.store.write(lambda connection: add(connection, table, *rows))


def token(name: str) -> BearerToken:
    return BearerToken(digest_of(name))


def table(lines: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def place_of(header: list[str], column: str) -> int:
    return next(place for place, name in enumerate(header) if name == column or name.endswith(f"({column})"))


def students_of(lines: list[list[str]]) -> list[list[str]]:
    """The rows of students in an export."""
    numbers = {row.number for row in read_sheet(table(lines)).rows}
    return [line for number, line in enumerate(lines, 1) if number in numbers]


@contextmanager
def gradebook(database_url: str, *, life: timedelta = timedelta(hours=1)) -> Iterator[Book]:
    with open_store(database_url, connections=2) as store:
        store.write(build)
        store.write(_course)
        book: Book
        world = World(store, events=EventSettings(base_url="http://test/"), clock=lambda: book.now, preview_life=life)
        book = Book(world)
        write(world, Asker(System()), _place)
        yield book


def _place(unit: Unit) -> None:
    placement.place(unit, COURSE)
    scores.recompute(unit, COURSE)


def _course(connection: sa.Connection) -> None:
    add(
        connection,
        t.grading_standards,
        {"id": 1, "course_id": COURSE, "title": "Letters", "data": [["A", 0.9], ["B", 0.8], ["8", 0.5], ["F", 0.0]]},
        {"id": 2, "course_id": COURSE, "title": "Scale", "data": SCALE},
    )
    rule = {"grading_standard_id": 1, "allow_final_grade_override": True}
    connection.execute(sa.update(t.courses).where(t.courses.c.id == COURSE).values(**rule))
    plain = {
        "course_id": COURSE,
        "assignment_group_id": GROUP,
        "submission_types": ["online_text_entry"],
        "points_possible": 10.0,
    }
    add(
        connection,
        t.assignments,
        *(
            {
                **plain,
                "id": number,
                "name": f"{kind} {number}",
                "grading_type": kind,
                "position": number,
                "grading_standard_id": 2 if kind == "gpa_scale" else None,
                "points_possible": 7.3 if number == FRACTION else 10.0,
            }
            for number, kind in TYPES.items()
        ),
        {**plain, "id": MODERATED, "name": "Moderated", "position": 90, "moderated_grading": True, "grader_count": 2},
        {**plain, "id": ANONYMOUS, "name": "Anonymous", "position": 91, "anonymous_grading": True, "post_manually": True},
        {**plain, "id": UNPUBLISHED, "name": "Unpublished", "position": 92, "workflow_state": "unpublished"},
        {**plain, "id": UNGRADED, "name": "Ungraded", "position": 93, "submission_types": ["not_graded"]},
    )
    add(
        connection,
        t.custom_gradebook_columns,
        {"id": NOTES, "course_id": COURSE, "title": "Notes", "position": 1, "teacher_notes": True},
        {"id": FIXED_COLUMN, "course_id": COURSE, "title": "=Fixed", "position": 2, "read_only": True},
        {"id": HIDDEN_COLUMN, "course_id": COURSE, "title": "Hidden", "position": 3, "workflow_state": "hidden"},
    )
    for column, content in ((NOTES, "-5 for being late"), (FIXED_COLUMN, "x")):
        add(
            connection,
            t.custom_gradebook_column_data,
            {"custom_gradebook_column_id": column, "user_id": ANN, "content": content},
        )
    fake = {"id": 99, "root_account_id": ROOT, "name": "Test Student", "sortable_name": "Student, Test", "short_name": "Test"}
    add(connection, t.users, {**fake, "fake_student": True})
    enrolled = {"course_id": COURSE, "course_section_id": SECTION, "user_id": 99, "type": "StudentViewEnrollment"}
    add(connection, t.enrollments, {"id": 199, **enrolled})
