"""A course with two moderated assignments, as the moderation cases assume it, and what a test asks of the database behind it.

People and things have the names of the cases: ``stage.ids["TA1"]``. A person's access token is the person's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from gradewire.actions.placement import place
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.actions.world import World
from gradewire.app import create_app
from gradewire.config import Settings
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.canvas_world import Api, Reply, add

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PEOPLE = {
    "ADMIN": 1,
    "T": 2,
    "T2": 3,
    "TA1": 4,
    "TA2": 5,
    "TA3": 6,
    "ADMIN_NOSEL": 7,
    "OBSERVER": 8,
    "STRANGER": 9,
    "SECTION_T": 10,
    "S1": 11,
    "S2": 12,
    "S3": 13,
}
COURSE, SECTION, SECOND_SECTION, GROUP, ROOT = 5, 51, 52, 60, 1
A, B, PLAIN = 8, 9, 10

ENROLLED: dict[str, tuple[str, int, dict[str, Any]]] = {
    "T": ("TeacherEnrollment", SECTION, {}),
    "T2": ("TeacherEnrollment", SECTION, {}),
    "TA1": ("TaEnrollment", SECTION, {}),
    "TA2": ("TaEnrollment", SECTION, {}),
    "TA3": ("TaEnrollment", SECTION, {}),
    "SECTION_T": ("TeacherEnrollment", SECOND_SECTION, {"limit_privileges_to_course_section": True}),
    "OBSERVER": ("ObserverEnrollment", SECTION, {"associated_user_id": PEOPLE["S1"]}),
    "S1": ("StudentEnrollment", SECTION, {}),
    "S2": ("StudentEnrollment", SECTION, {}),
    "S3": ("StudentEnrollment", SECOND_SECTION, {}),
}

MODERATED: dict[str, Any] = {
    "course_id": COURSE,
    "assignment_group_id": GROUP,
    "points_possible": 10.0,
    "submission_types": ["online_text_entry"],
    "moderated_grading": True,
    "grader_count": 2,
    "final_grader_id": PEOPLE["T"],
    "post_manually": True,
}


class Stage:
    """The running application and its database, with the moderation of one assignment in between."""

    def __init__(self, api: Api, world: World) -> None:
        self.api = api
        self.world = world
        self.ids: dict[str, int] = {**PEOPLE, "C": COURSE, "A": A, "B": B}

    @property
    def here(self) -> str:
        return f"/courses/{COURSE}/assignments/{A}"

    def call(
        self, method: str, path: str, as_: str | None, *, body: Any = None, form: str | None = None, **query: Any
    ) -> Reply:
        return self.api.call(method, path, as_=as_, body=body, form=form, **query)

    def grade(self, student: str, as_: str, posted_grade: Any = None, **more: Any) -> Reply:
        """One provisional ``PUT`` of a submission."""
        comment = more.pop("comment", None)
        fields = {"provisional": True, **more}
        if posted_grade is not None:
            fields["posted_grade"] = posted_grade
        body = {"submission": fields} if comment is None else {"submission": fields, "comment": {"text_comment": comment}}
        return self.call("PUT", f"{self.here}/submissions/{PEOPLE[student]}", as_, body=body)

    def publish(self, as_: str = "T") -> Reply:
        return self.call("POST", f"{self.here}/provisional_grades/publish", as_)

    def select(self, name: str, as_: str = "T") -> Reply:
        return self.call("PUT", f"{self.here}/provisional_grades/{self.ids[name]}/select", as_)

    def shown(self, student: str, as_: str, *include: str, assignment: int = A) -> Any:
        """A submission as somebody sees it."""
        path = f"/courses/{COURSE}/assignments/{assignment}/submissions/{PEOPLE[student]}"
        reply = self.call("GET", path, as_, include__=list(include))
        assert reply.status == 200, reply.body
        return reply.body

    def post(self, verb: str = "post", as_: str = "T", assignment: int = A, **body: Any) -> Any:
        """Post or hide grades; the Progress."""
        reply = self.call("POST", f"/courses/{COURSE}/assignments/{assignment}/{verb}_grades", as_, body=body)
        assert reply.status == 200, reply.body
        return reply.body

    def change_assignment(self, number: int = A, **values: Any) -> None:
        self.api.change(t.assignments, number, **values)

    def submission(self, student: str, assignment: int = A) -> dict[str, Any]:
        """A submission as it is stored."""
        c = t.submissions.c
        query = sa.select(t.submissions).where(c.assignment_id == assignment, c.user_id == self.ids[student])
        with self.api.engine.connect() as connection:
            return dict(connection.execute(query).mappings().one())

    def table(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        with self.api.engine.connect() as connection:
            rows = connection.execute(sa.select(table).where(*conditions).order_by(table.c.id)).mappings()
            return [dict(row) for row in rows]

    def give(
        self,
        name: str | None,
        student: str,
        scorer: str,
        score: float | None = None,
        *,
        graded: bool = True,
        final: bool = False,
        grade: str | None = None,
        comments: tuple[str, ...] = (),
        assignment: int = A,
        slot: bool = True,
        graded_anonymously: bool | None = None,
    ) -> int:
        """Put a provisional grade there, with its grader's slot, behind the server's back."""
        row = self.submission(student, assignment)
        if slot:
            self.take_slot(scorer, assignment)
        with self.api.engine.begin() as connection:
            made: int = connection.execute(
                sa.insert(t.provisional_grades)
                .values(
                    course_id=COURSE,
                    submission_id=row["id"],
                    assignment_id=assignment,
                    student_id=row["user_id"],
                    scorer_id=self.ids[scorer],
                    score=score,
                    grade=grade if grade is not None or score is None else f"{score:g}",
                    graded_at=NOW if graded else None,
                    final=final,
                    graded_anonymously=graded_anonymously,
                    created_at=NOW,
                    updated_at=NOW,
                )
                .returning(t.provisional_grades.c.id)
            ).scalar_one()
            for text in comments:
                connection.execute(
                    sa.insert(t.submission_comments).values(
                        submission_id=row["id"],
                        course_id=COURSE,
                        author_id=self.ids[scorer],
                        provisional_grade_id=made,
                        comment=text,
                        hidden=True,
                        created_at=NOW,
                    )
                )
        if name is not None:
            self.ids[name] = made
        return made

    def comment(self, student: str, author: str, text: str, **more: Any) -> None:
        """Put a real comment there."""
        row = self.submission(student)
        values = {"submission_id": row["id"], "course_id": COURSE, "author_id": PEOPLE[author], "comment": text, **more}
        with self.api.engine.begin() as connection:
            connection.execute(sa.insert(t.submission_comments).values(created_at=NOW, **values))

    def take_slot(self, grader: str, assignment: int = A, *, slot_taken: bool = True) -> None:
        c = t.moderation_graders.c
        if self.table(t.moderation_graders, c.assignment_id == assignment, c.user_id == PEOPLE[grader]):
            return
        anonymous_id = f"G{PEOPLE[grader]:04d}"
        row = {"assignment_id": assignment, "user_id": PEOPLE[grader], "anonymous_id": anonymous_id, "slot_taken": slot_taken}
        with self.api.engine.begin() as connection:
            connection.execute(sa.insert(t.moderation_graders).values(created_at=NOW, updated_at=NOW, **row))

    def choose(self, student: str, name: str | None, assignment: int = A) -> None:
        """Select a provisional grade behind the server's back."""
        c = t.moderated_students.c
        with self.api.engine.begin() as connection:
            connection.execute(
                sa.update(t.moderated_students)
                .where(c.assignment_id == assignment, c.student_id == PEOPLE[student])
                .values(selected_provisional_grade_id=None if name is None else self.ids[name])
            )

    def chosen(self, student: str, assignment: int = A) -> int | None:
        c = t.moderated_students.c
        rows = self.table(t.moderated_students, c.assignment_id == assignment, c.student_id == PEOPLE[student])
        found: int | None = rows[0]["selected_provisional_grade_id"]
        return found

    def holders(self, assignment: int = A) -> set[str]:
        """The names of who has a slot."""
        c = t.moderation_graders.c
        names = {number: name for name, number in PEOPLE.items()}
        return {names[row["user_id"]] for row in self.table(t.moderation_graders, c.assignment_id == assignment, c.slot_taken)}

    def trail(self, event_type: str | None = None) -> list[dict[str, Any]]:
        found = self.table(t.moderation_events)
        return [row for row in found if event_type in {None, row["event_type"]}]

    def rubric(self, *, use_for_grading: bool = True, assignment: int = A) -> int:
        """A rubric of two criteria, ``crit1`` and ``crit2``, five points each, in use by an assignment."""
        ratings = [{"id": "best", "description": "Full", "points": 5.0}, {"id": "none", "description": "None", "points": 0.0}]
        criteria = [{"id": name, "description": name, "points": 5.0, "ratings": ratings} for name in ("crit1", "crit2")]
        rubric = {"id": 70, "course_id": COURSE, "title": "Essay", "data": criteria, "points_possible": 10.0}
        self.api.add(t.rubrics, rubric)
        association = {"id": 71, "rubric_id": 70, "course_id": COURSE, "assignment_id": assignment}
        self.api.add(t.rubric_associations, {**association, "use_for_grading": use_for_grading})
        self.ids["R"] = 71
        return 71

    def reset(self) -> None:
        """Begin anew: the course as it was, under rules that no process has kept."""
        self.ids = {**PEOPLE, "C": COURSE, "A": A, "B": B}
        with self.api.engine.begin() as connection:
            newest = connection.execute(sa.select(t.courses.c.rules_version)).scalar_one_or_none() or 0
            for table in reversed(t.metadata.sorted_tables):
                connection.execute(sa.delete(table))
            build(connection)
            connection.execute(sa.update(t.courses).values(rules_version=newest + 10))
        self.place()

    def place(self) -> None:
        """Bring placeholders, moderation sets and score rows in step with what was written behind the server's back."""

        def action(unit: Unit) -> None:
            unit.touch_rules(COURSE)
            place(unit, COURSE)

        write(self.world, Asker(System()), action)


@contextmanager
def staged(database_url: str) -> Iterator[Stage]:
    """The application on a database with this course."""
    with open_store(database_url, connections=2) as store:
        world = World(store, events=EventSettings(base_url="http://test/"), clock=lambda: NOW)
        settings = Settings(database_url=database_url, pool_size=2)
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            stage = Stage(Api(client, store.writing), world)
            stage.reset()
            yield stage


def build(connection: sa.Connection) -> None:
    """One institution, one course of two sections, moderated assignments A and B, and one that is not moderated."""
    add(connection, t.accounts, {"id": ROOT, "root_account_id": ROOT, "name": "Root", "uuid": "root"})
    add(connection, t.users, *(_user(name, number) for name, number in PEOPLE.items()))
    add(
        connection,
        t.logins,
        *(
            {"user_id": number, "account_id": ROOT, "unique_id": f"{name.lower()}@example.edu", "sis_user_id": f"SIS-{name}"}
            for name, number in PEOPLE.items()
        ),
    )
    add(
        connection,
        t.access_tokens,
        *(
            {"user_id": number, "digest": hashlib.sha256(name.encode()).hexdigest(), "hint": name[:4]}
            for name, number in PEOPLE.items()
        ),
    )
    role = {"id": 3, "account_id": ROOT, "name": "No selecting", "base_role_type": "AccountAdmin"}
    add(connection, t.roles, {**role, "permissions": {"select_final_grade": False}})
    add(
        connection,
        t.account_users,
        {"account_id": ROOT, "user_id": PEOPLE["ADMIN"]},
        {"account_id": ROOT, "user_id": PEOPLE["ADMIN_NOSEL"], "role_id": 3},
    )
    course = {"id": COURSE, "account_id": ROOT, "root_account_id": ROOT, "name": "Course", "course_code": "C", "uuid": "c"}
    add(connection, t.courses, {**course, "sis_course_id": "SIS-C"})
    sections = ({"id": number, "course_id": COURSE, "name": str(number)} for number in (SECTION, SECOND_SECTION))
    add(connection, t.course_sections, *sections)
    add(
        connection,
        t.enrollments,
        *(
            {
                "id": 100 + PEOPLE[name],
                "course_id": COURSE,
                "course_section_id": section,
                "user_id": PEOPLE[name],
                "type": kind,
                **more,
            }
            for name, (kind, section, more) in ENROLLED.items()
        ),
    )
    add(connection, t.assignment_groups, {"id": GROUP, "course_id": COURSE, "name": "Group"})
    plain = {**MODERATED, "moderated_grading": False, "grader_count": 0, "final_grader_id": None, "post_manually": False}
    add(
        connection,
        t.assignments,
        {"id": A, "name": "A", **MODERATED},
        {"id": B, "name": "B", **MODERATED},
        {"id": PLAIN, "name": "Plain", **plain},
    )


def _user(name: str, number: int) -> dict[str, Any]:
    return {"id": number, "root_account_id": ROOT, "name": f"{name} Name", "sortable_name": f"Name, {name}", "short_name": name}
