"""Courses brought in step with rules that changed above them: grading periods, terms, settings of accounts.

A few small courses follow in the same transaction. More of them follow in a job, a course after the other; meanwhile
each has the scores it had, and is graded by the new rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradewire.actions import scores
from gradewire.actions.jobs import Unfinished
from gradewire.actions.placement import place
from gradewire.actions.unit import Unit
from gradewire.core.errors import DomainError
from gradewire.store import jobs, progresses, rescoring
from gradewire.store import scores as score_rows
from gradewire.store.progresses import ProgressRow

TAG = "rescore_courses"
MOST_COURSES = 5
MOST_WORK = 5_000
"""So many submissions follow at once; it takes a second or so."""
STEP = 20_000
"""So many submissions are brought in step in one transaction of the job, and at least one course."""


def rescore(unit: Unit, course_ids: Sequence[int], *, account_id: int, placing: bool = True) -> ProgressRow | None:
    """Let scores follow rules that changed; call it after writing them. The Progress of the job, if there had to be one.

    ``placing`` brings placements in step too (grading periods of work, score rows of periods); without it only numbers are
    computed anew. Courses must be given in the order of their ids, so that all take their locks in one order.
    """
    if not course_ids:
        return None
    unit.touch_rules(*course_ids)
    if len(course_ids) <= MOST_COURSES and sum(rescoring.work_in(unit.connection, course_ids).values()) <= MOST_WORK:
        for course_id in course_ids:
            _follow(unit, course_id, placing=placing)
        return None
    progress = progresses.create(
        unit.connection, context_type="Account", context_id=account_id, user_id=unit.actor_id, tag=TAG, now=unit.now
    )
    arguments = {"course_ids": list(course_ids), "placing": placing, "progress_id": progress.id}
    jobs.add(unit.connection, tag=TAG, arguments=arguments, progress_id=progress.id, now=unit.now)
    return progress


def _follow(unit: Unit, course_id: int, *, placing: bool) -> None:
    score_rows.lock(unit.connection, course_id, None)
    if placing:
        place(unit, course_id)
    scores.recompute(unit, course_id)


def step(unit: Unit, arguments: Mapping[str, Any]) -> str | Unfinished | None:
    """Some more courses. How far the work is stands in the results of its Progress."""
    progress = progresses.find(unit.connection, arguments["progress_id"])
    assert progress is not None
    results = progress.results or {"done": 0, "refused": []}
    course_ids = arguments["course_ids"]
    waiting = course_ids[results["done"] :]
    work = rescoring.work_in(unit.connection, waiting[:100])
    done, amount = 0, 0
    for course_id in waiting[:100]:
        amount += work.get(course_id, 0)
        if done and amount > STEP:
            break
        try:
            _follow(unit, course_id, placing=arguments["placing"])
        except DomainError as error:  # deleted in the meantime, or of a calculation that this release does not have
            results["refused"].append({"course_id": course_id, "message": str(error) or type(error).__name__})
        done += 1
    results["done"] += done
    progresses.update(unit.connection, progress.id, unit.now, results=results)
    if results["done"] < len(course_ids):
        return Unfinished(100.0 * results["done"] / len(course_ids))
    return f"{len(results['refused'])} courses could not be computed." if results["refused"] else None


def give_up(unit: Unit, arguments: Mapping[str, Any], reason: str) -> None:
    """Nothing to undo: what is done is done, and ``gradewire recompute`` does the rest."""
