"""Several at once: publishers, newcomers to the slots, graders of one student. On both databases, in threads that each have a
world of their own, as processes have."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import moderation_publishing, provisional_grade_selection, submission_grading
from gradewire.actions.access import course_access
from gradewire.actions.grading import GradeCommand
from gradewire.actions.placement import place
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submission_grading import GradingRequest
from gradewire.actions.unit import Asker, BearerToken, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Refused
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.moderation_world import COURSE, NOW, PEOPLE, SECTION, A, build

MARKERS = [f"marker{number}" for number in range(8)]
STUDENTS = (PEOPLE["S1"], PEOPLE["S2"], PEOPLE["S3"])


class Crowd:
    """People who act at the same moment, each through a world of their own."""

    def __init__(self, worlds: Sequence[World]) -> None:
        self.worlds = worlds

    def act(self, *acts: tuple[str, Callable[[Unit], Any]]) -> list[str]:
        """Who does what; says of each ``ok``, or why it was refused."""
        barrier = threading.Barrier(len(acts))

        def run(place: int, who: str, action: Callable[[Unit], Any]) -> str:
            barrier.wait(30)
            try:
                write(self.worlds[place % len(self.worlds)], asker(who), action)
            except Refused as refusal:
                return refusal.code
            return "ok"

        with ThreadPoolExecutor(len(acts)) as pool:
            return [one.result(60) for one in [pool.submit(run, number, *act) for number, act in enumerate(acts)]]

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.worlds[0].store.read() as connection:
            return [tuple(row) if len(row) > 1 else row[0] for row in connection.execute(query)]

    def write(self, statement: Any) -> None:
        self.worlds[0].store.write(lambda connection: connection.execute(statement))


def asker(who: str) -> Asker:
    return Asker(BearerToken(hashlib.sha256(who.encode()).hexdigest()))


@pytest.fixture
def crowd(database_url: str) -> Iterator[Crowd]:
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(database_url, connections=4)) for _ in range(3)]
        worlds = [World(store, events=EventSettings(base_url="http://test/")) for store in stores]
        stores[0].write(build)
        stores[0].write(add_markers)
        write(worlds[0], Asker(System()), lambda unit: place(unit, COURSE))
        yield Crowd(worlds)


def add_markers(connection: sa.Connection) -> None:
    """More teaching assistants than there are slots."""
    stamps = {"created_at": NOW, "updated_at": NOW}
    for number, name in enumerate(MARKERS, start=500):
        names = dict.fromkeys(("name", "sortable_name", "short_name"), name)
        connection.execute(sa.insert(t.users).values(id=number, root_account_id=1, **names, **stamps))
        digest = hashlib.sha256(name.encode()).hexdigest()
        connection.execute(sa.insert(t.access_tokens).values(id=number, user_id=number, digest=digest, hint=name, **stamps))
        connection.execute(
            sa.insert(t.enrollments).values(
                id=number, course_id=COURSE, course_section_id=SECTION, user_id=number, type="TaEnrollment", **stamps
            )
        )


def publish(unit: Unit) -> None:
    moderation_publishing.publish(unit, COURSE, A)


def grade(student: int, entry: str | None = "7", comment: str | None = None) -> Callable[[Unit], Any]:
    """What a provisional ``PUT`` does."""

    def action(unit: Unit) -> None:
        command = GradeCommand() if entry is None else GradeCommand(entry=entry)
        said = None if comment is None else CommentCommand(comment)
        request = GradingRequest(command=command, grades=True, provisional=True, comment=said)
        submission_grading.grade_or_comment(unit, COURSE, A, request=request, user_id=student)

    return action


def holders(crowd: Crowd) -> list[int]:
    c = t.moderation_graders.c
    return crowd.rows(sa.select(c.user_id).where(c.assignment_id == A, c.slot_taken))


def test_of_many_publishers_exactly_one_publishes(crowd: Crowd) -> None:
    for student in STUDENTS:
        crowd.act(("TA1", grade(student, "6", "well done")))
    found = crowd.act(*((who, publish) for who in ("T", "ADMIN", "T", "ADMIN", "T", "ADMIN")))
    assert Counter(found) == {"ok": 1, "already_published": 5}
    trail = t.moderation_events.c
    assert len(crowd.rows(sa.select(trail.id).where(trail.event_type == "grades_posted"))) == 1
    versions = crowd.rows(sa.select(t.grade_versions.c.user_id, t.grade_versions.c.number, t.grade_versions.c.score))
    assert sorted(versions) == [(student, 1, 6.0) for student in STUDENTS]
    comments = t.submission_comments.c
    assert len(crowd.rows(sa.select(comments.id).where(comments.provisional_grade_id.is_(None)))) == len(STUDENTS)
    names = crowd.rows(sa.select(t.outbox.c.name, t.outbox.c.student_id).where(t.outbox.c.name == "grade_change"))
    assert sorted(student for _, student in names) == sorted(STUDENTS)


def test_newcomers_never_take_more_slots_than_there_are(crowd: Crowd) -> None:
    acts = [(name, grade(STUDENTS[number % 3])) for number, name in enumerate(MARKERS)]
    found = crowd.act(*acts)
    assert Counter(found) == {"ok": 2, "max_graders": 6}
    assert len(holders(crowd)) == 2
    assert len(crowd.rows(sa.select(t.provisional_grades.c.id))) == 2


def test_newcomers_with_comments_and_grades_and_the_final_grader_among_them(crowd: Crowd) -> None:
    acts = [(name, grade(STUDENTS[0], None, "hm") if number % 2 else grade(STUDENTS[0])) for number, name in enumerate(MARKERS)]
    found = crowd.act(*acts, ("T", grade(STUDENTS[0])))
    assert found[-1] == "ok"
    assert Counter(found[:-1]) == {"ok": 2, "max_graders": 6}
    assert len(holders(crowd)) == 3


def test_one_newcomer_on_several_students_takes_one_slot(crowd: Crowd) -> None:
    found = crowd.act(*(("TA1", grade(student)) for student in STUDENTS))
    assert found == ["ok"] * 3
    assert holders(crowd) == [PEOPLE["TA1"]]


def test_one_grader_twice_on_one_student_has_one_provisional_grade(crowd: Crowd) -> None:
    found = crowd.act(("TA1", grade(STUDENTS[0], "3")), ("TA1", grade(STUDENTS[0], "4")), ("TA1", grade(STUDENTS[0], "5")))
    assert found == ["ok"] * 3
    assert len(crowd.rows(sa.select(t.provisional_grades.c.score))) == 1


def test_outside_a_set_chosen_by_hand_one_of_two_graders_comes_too_late(crowd: Crowd) -> None:
    crowd.write(sa.update(t.assignments).where(t.assignments.c.id == A).values(moderation_set="selected"))
    crowd.write(sa.delete(t.moderated_students).where(t.moderated_students.c.assignment_id == A))
    crowd.write(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))
    found = crowd.act(("TA1", grade(STUDENTS[0])), ("TA2", grade(STUDENTS[0])))
    assert sorted(found) == ["enough_grades", "ok"]


def test_selecting_and_regrading_at_once_never_changes_a_selected_grade(crowd: Crowd) -> None:
    """Whoever comes first: either the selection is of the new grade, or the new grade is refused."""
    for before in range(1, 6):
        crowd.act(("TA1", grade(STUDENTS[0], str(before))))
        number = crowd.rows(sa.select(t.provisional_grades.c.id))[0]
        seen: list[float | None] = []

        def select(unit: Unit, number: int = number, seen: list[float | None] = seen) -> None:
            provisional_grade_selection.select(unit, COURSE, A, number)
            query = sa.select(t.provisional_grades.c.score).where(t.provisional_grades.c.id == number)
            seen.append(unit.connection.execute(query).scalar_one())

        found = crowd.act(("T", select), ("TA1", grade(STUDENTS[0], str(before + 1))))
        assert found[0] == "ok"
        assert seen[-1] == crowd.rows(sa.select(t.provisional_grades.c.score))[0]
        crowd.write(sa.update(t.moderated_students).values(selected_provisional_grade_id=None))


def test_publishing_while_others_grade_leaves_a_whole_state(crowd: Crowd) -> None:
    for student in STUDENTS:
        crowd.act(("TA1", grade(student, "6")))
    found = crowd.act(
        ("T", publish),
        ("TA1", grade(STUDENTS[0], "1")),
        ("TA1", grade(STUDENTS[1], "2")),
        ("ADMIN", publish),
        ("TA2", grade(STUDENTS[2], "9")),
    )
    published = [found[0], found[3]]
    assert sorted(published) in (["already_published", "ok"], ["unselected", "unselected"])
    scores = dict(
        crowd.rows(sa.select(t.submissions.c.user_id, t.submissions.c.score).where(t.submissions.c.assignment_id == A))
    )
    if "ok" in published:
        assert scores[STUDENTS[0]] in {6.0, 1.0}
        assert scores[STUDENTS[1]] in {6.0, 2.0}
    else:
        assert set(scores.values()) == {None}


def test_the_access_of_a_publisher_is_read_with_the_rest(crowd: Crowd) -> None:
    """The same unit knows afterwards that grades are published."""

    def action(unit: Unit) -> bool:
        publish(unit)
        return course_access(unit, COURSE).assignment(A).grades_published_at is not None

    assert write(crowd.worlds[0], asker("T"), action)
