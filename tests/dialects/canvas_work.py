"""Assignments made through the API, and work for them written behind its back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from tests.dialects.canvas_world import COURSE, NOW, PEOPLE, Api

MANY = f"/courses/{COURSE}/assignments"
ENROLLMENTS = f"/courses/{COURSE}/enrollments"
ANN, BOB, CEM = PEOPLE["ann"], PEOPLE["bob"], PEOPLE["cem"]


def assign(api: Api, name: str = "Essay", as_: str = "teacher", **more: Any) -> dict[str, Any]:
    sent = {"name": name, "points_possible": 10.0, "published": True, "submission_types": ["online_text_entry"], **more}
    reply = api.post(MANY, as_=as_, body={"assignment": sent})
    assert reply.status == 201, reply.body
    found: dict[str, Any] = reply.body
    return found


def moderate(api: Api, **more: Any) -> dict[str, Any]:
    return assign(api, **{"moderated_grading": True, "grader_count": 2, **more})


def mark(api: Api, assignment_id: int, who: str = "ann", **values: Any) -> None:
    """Write into a submission behind the server's back."""
    s = t.submissions.c
    with api.engine.begin() as connection:
        connection.execute(
            sa.update(t.submissions).where(s.assignment_id == assignment_id, s.user_id == PEOPLE[who]).values(**values)
        )


def graded(api: Api, assignment_id: int, score: float = 8.0, who: str = "ann", **more: Any) -> None:
    values = {"score": score, "grade": f"{score:g}", "workflow_state": "graded", "posted_at": NOW, "version": 1, **more}
    mark(api, assignment_id, who, **values)


def submitted(api: Api, assignment_id: int, who: str = "ann") -> None:
    mark(api, assignment_id, who, submission_type="online_text_entry", submitted_at=NOW, workflow_state="submitted")


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]
