"""The fixture of the Schoology cases as a world for actions: who asks, and how many statements an answer takes."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy as sa

from gradewire.actions import unit as units
from gradewire.actions.grade_records import GradeRecord, RecordFilter, SectionGrades, section_grades
from gradewire.actions.grade_restating import EntryResult, put_grades
from gradewire.actions.unit import Asker, BearerToken, System, Unit
from gradewire.actions.world import World
from gradewire.events.settings import EventSettings
from gradewire.store.engine import open_store

T = TypeVar("T")

TEACHER, ADMIN, JAMES, ORORO, KURT, MARY, CAL = 45552, 99001, 48289, 48290, 48291, 100032890, 48300
WEIGHTED, TRAVEL, ENGLISH, LARGE = 5001001, 4318461, 2942191527, 5003001
HW1, HW3, TEST_1, WARM_UP, ESSAY, AVERAGED, TALK = 81001, 81005, 81003, 81006, 81008, 81010, 82001
ORORO_WEIGHTED, KURT_WEIGHTED, JAMES_ARCHIVED, TEACHER_WEIGHTED = 90001, 90002, 90003, 90000


class School:
    """A world in which people of the fixture act, each by the token that the fixture gives them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def read(self, action: Callable[[Unit], T], who: int | None = TEACHER) -> T:
        return units.read(self.world, asker(who), action)

    def write(self, action: Callable[[Unit], T], who: int | None = TEACHER) -> T:
        return units.write(self.world, asker(who), action)

    def rows(self, table: sa.Table, *conditions: Any) -> list[Any]:
        with self.world.store.read() as connection:
            return list(connection.execute(sa.select(table).where(*conditions).order_by(table.c.id)))

    def change(self, table: sa.Table, number: int, **values: Any) -> None:
        """Write into one row behind the back of the actions; the rules of all courses are read anew."""

        def action(unit: Unit) -> None:
            unit.connection.execute(sa.update(table).where(table.c.id == number).values(**values))
            unit.touch_rules(WEIGHTED, TRAVEL, ENGLISH, LARGE)

        self.write(action, who=None)

    @contextlib.contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements that are run meanwhile."""
        statements: list[str] = []

        def note(*said: Any) -> None:
            statements.append(said[2])

        engines = {self.world.store.reading, self.world.store.writing}
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", note)


def asker(who: int | None) -> Asker:
    if who is None:
        return Asker(System())
    return Asker(BearerToken(hashlib.sha256(f"token-{who}".encode()).hexdigest()))


@contextlib.contextmanager
def open_school(database_url: str) -> Iterator[School]:
    with open_store(database_url, connections=2) as store:
        yield School(World(store, events=EventSettings(base_url="http://localhost/")))


def grades(school: School, section: int = WEIGHTED, who: int | None = TEACHER, **wanted: Any) -> SectionGrades:
    return school.read(lambda unit: section_grades(unit, section, RecordFilter(**wanted)), who)


def record(school: School, item: int, enrollment: int = ORORO_WEIGHTED, who: int = TEACHER) -> GradeRecord | None:
    found = grades(school, who=who, item_id=item, enrollment_id=enrollment).records
    assert len(found) <= 1
    return found[0] if found else None


def put(school: School, *entries: object, section: int = WEIGHTED, who: int = TEACHER) -> list[EntryResult]:
    return school.write(lambda unit: put_grades(unit, section, entries), who)


def entry(item: int, enrollment: int = ORORO_WEIGHTED, **fields: Any) -> dict[str, Any]:
    return {"type": "assignment", "assignment_id": item, "enrollment_id": enrollment, **fields}


def finals(found: SectionGrades) -> dict[int, dict[str, float | None]]:
    return {one.enrollment_id: {each.period_id: each.grade for each in one.grades} for one in found.finals}
