"""``gradewire recompute`` on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import scores
from gradewire.actions.scores import MANY
from gradewire.cli import run
from gradewire.store import tables as t
from gradewire.store.engine import Store, open_store
from tests.worlds import load_world

Output = pytest.CaptureFixture[str]


class Institution:
    def __init__(self, url: str, store: Store) -> None:
        self.url = url
        self.store = store

    def run(self, *arguments: str) -> int:
        return run(["recompute", *arguments], {"GRADEWIRE_DATABASE_URL": self.url})

    def change(self, table: sa.Table, number: int, **values: Any) -> None:
        def work(connection: sa.Connection) -> None:
            connection.execute(sa.update(table).where(table.c.id == number).values(**values))
            connection.execute(sa.update(t.courses).values(rules_version=t.courses.c.rules_version + 1))

        self.store.write(work)

    def scores(self) -> list[Any]:
        """All score rows but those of a concluded student, which are left alone."""
        s = t.scores.c
        with self.store.read() as connection:
            query = sa.select(s.id, *(s[name] for name in NUMBERS)).where(s.enrollment_id != 113).order_by(s.id)
            return list(connection.execute(query))

    def events(self) -> list[str]:
        with self.store.read() as connection:
            return list(connection.execute(sa.select(t.outbox.c.name)).scalars())


NUMBERS = ("current_score", "final_score", "unposted_current_score", "unposted_final_score", "dropped")


@pytest.fixture
def institution(database_url: str) -> Iterator[Institution]:
    load_world(database_url, "scores.yaml")
    with open_store(database_url, connections=1) as store:
        yield Institution(database_url, store)


def spoil(institution: Institution) -> None:
    statement = sa.update(t.scores).values(current_score=1.0, final_score=2.0)
    institution.store.write(lambda connection: connection.execute(statement))


def test_everything(institution: Institution, capsys: Output) -> None:
    before = institution.scores()
    assert institution.run() == 0
    assert "3 courses, 8 students, 0 of them with other course scores" in capsys.readouterr().out
    spoil(institution)
    assert institution.run() == 0
    text = capsys.readouterr().out
    assert "7 of them with other course scores" in text
    assert "students/s" in text
    assert institution.scores() == before
    assert institution.events() == ["course_grade_change"] * 7


def test_some_courses_in_silence(institution: Institution, capsys: Output) -> None:
    spoil(institution)
    assert institution.run("2", "--silent") == 0
    assert "1 courses, 2 students, 2 of them" in capsys.readouterr().out
    assert institution.events() == []
    assert institution.run("2", "77") == 1
    assert "there is no course 77" in capsys.readouterr().err


def test_interrupted_and_gone_on(institution: Institution, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    real = scores.recompute

    def interrupt(unit: Any, course_id: int, **options: Any) -> int:
        if course_id == 3:
            raise KeyboardInterrupt
        return real(unit, course_id, **options)

    spoil(institution)
    monkeypatch.setattr(scores, "recompute", interrupt)
    assert institution.run() != 0
    assert "with --after 2" in capsys.readouterr().err
    monkeypatch.undo()
    assert institution.run("--after", "2") == 0
    assert "1 courses, 3 students" in capsys.readouterr().out


def test_a_course_pinned_to_an_unknown_version_is_left_and_the_others_are_done(
    institution: Institution, capsys: Output
) -> None:
    spoil(institution)
    institution.change(t.courses, 1, calculation_version=9)
    assert institution.run() == 1
    found = capsys.readouterr()
    assert "course 1 (Arithmetic): The scores of this course are pinned to version 9" in found.err
    assert "3 courses, 5 students" in found.out
    assert institution.run("1", "--calculation-version", "9") == 1
    assert institution.run("1", "--calculation-version", "1") == 0
    with institution.store.read() as connection:
        versions = connection.execute(sa.select(t.courses.c.calculation_version).order_by(t.courses.c.id)).scalars()
        assert list(versions) == [1, 1, 1]


def test_a_version_that_there_is_not_pins_nothing(institution: Institution, capsys: Output) -> None:
    assert institution.run("--calculation-version", "2") == 1
    assert "this release of Gradewire computes 1" in capsys.readouterr().err
    with institution.store.read() as connection:
        assert set(connection.execute(sa.select(t.courses.c.calculation_version)).scalars()) == {1}


def test_missing_work(institution: Institution, capsys: Output) -> None:
    policy = {"course_id": 3, "missing_submission_deduction_enabled": True, "missing_submission_deduction": 50}
    stamps = sa.func.current_timestamp()
    statement = sa.insert(t.late_policies).values(created_at=stamps, updated_at=stamps, **policy)
    institution.store.write(lambda connection: connection.execute(statement))
    institution.change(t.courses, 3, name="Chemistry")
    assert institution.run("3", "--missing") == 0
    assert "4 missing submissions got a score" in capsys.readouterr().out
    assert institution.events().count("grade_change") == 4


def test_many_students_get_the_same_numbers_by_arrays(institution: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    before = institution.scores()
    assert MANY > 3
    monkeypatch.setattr(scores, "MANY", 1)
    spoil(institution)
    assert institution.run("--silent") == 0
    assert institution.scores() == before
