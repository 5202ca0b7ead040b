"""The sample institution: real scores by real weights, and one assignment that waits to be moderated."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions.institution import load
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.institution.checks import check
from gradewire.core.numbers import round2
from gradewire.events.settings import EventSettings
from gradewire.sample import COURSE, MARKERS, MODERATED, STUDENT, documents
from gradewire.sample.oulad import Missing, directory, read_presentations
from gradewire.store import tables as t
from gradewire.store.engine import open_store


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://test/"))


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("gradewire.sample") / name).read_text().splitlines()))


def fetch(world: World, query: sa.Select[Any]) -> list[Any]:
    with world.store.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_the_sample_is_loaded_with_the_scores_of_the_data(world: World) -> None:
    report = write(world, Asker(System()), lambda unit: load(unit, documents()))
    assert report.created["submissions"] == 1633 + 5
    assert write(world, Asker(System()), lambda unit: load(unit, documents())).is_empty

    s = t.submissions.c
    stored = fetch(world, sa.select(s.assignment_id, s.user_id, s.score).where(s.course_id == COURSE, s.score.is_not(None)))
    real = {
        (int(row["id_assessment"]), int(row["id_student"]), float(row["score"]))
        for row in rows("studentAssessment.csv")
        if row["score"] != "?" and int(row["id_assessment"]) != MODERATED
    }
    assert set(stored) == real

    c = t.scores.c
    scores = dict(fetch(world, sa.select(c.user_id, c.current_score).where(c.course_id == COURSE, c.course_score)))
    weights = {int(row["id_assessment"]): float(row["weight"]) for row in rows("assessments.csv")}
    for student in (STUDENT, 28400, 31604):
        own = {number: score for number, user, score in real if user == student}
        total = sum(score * weights[number] for number, score in own.items()) / sum(weights[number] for number in own)
        assert scores[student] == round2(total)
    assert len(scores) == 383

    p = t.provisional_grades.c
    marks = fetch(world, sa.select(p.scorer_id, p.student_id, p.score))
    true = {
        int(row["id_student"]): row["score"] for row in rows("studentAssessment.csv") if row["id_assessment"] == str(MODERATED)
    }
    for marker, lenience in zip(MARKERS, (1.5, -2.0), strict=True):
        errors = [score - float(true[student]) for scorer, student, score in marks if scorer == marker]
        assert abs(mean(errors) - lenience) < 1
        assert 2 < pstdev(errors) < 5
    a = t.assignments.c
    assert fetch(world, sa.select(a.grader_count, a.grades_published_at).where(a.id == MODERATED)) == [(2, None)]


def test_the_sample_is_the_same_every_time() -> None:
    first, second = documents(), documents()
    assert [one.content for one in first] == [two.content for two in second]
    assert [check(one) for one in first] == [[], []]


def test_the_data_say_where_they_come_from() -> None:
    text = (files("gradewire.sample") / "README.md").read_text()
    assert "CC BY 4.0" in text
    assert "Kuzilek" in text


def test_a_directory_without_the_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"neither assessments\.csv nor assessments\.csv\.gz"):
        read_presentations(directory(tmp_path))
