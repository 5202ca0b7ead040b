"""Group categories of institution files: who is in which group is what the newest file says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from gradewire.actions.institution import LoadReport, load, read
from gradewire.actions.unit import Asker, System, write
from gradewire.actions.world import World
from gradewire.core.documents import BadDocuments
from gradewire.events.settings import EventSettings
from gradewire.store import tables as t
from gradewire.store.engine import open_store

SCHOOL = """
accounts: [{id: 1, name: School}]
users: [{id: 11, name: Ann, login: ann}, {id: 12, name: Bob, login: bob}, {id: 13, name: Cem, login: cem}]
courses:
- id: 5
  name: Course
  account: 1
  enrollments: [{user: ann}, {user: bob}, {user: cem}]
  group_categories:
  - {name: Teams, key: t, groups: [{name: Red, members: [ann, bob]}, {name: Blue, members: [cem]}]}
  - {name: Labs, groups: [{name: Red, members: [ann]}]}
  assignments:
  - {name: Project, group_category: t}
"""


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=2) as store:
        yield World(store, events=EventSettings(base_url="http://test/"))


def bring(world: World, text: str) -> LoadReport:
    return write(world, Asker(System()), lambda unit: load(unit, [read("file.yaml", text.encode())]))


def course(parts: str) -> str:
    return f"courses: [{{id: 5, name: Course, account: 1, {parts}}}]"


def teams(world: World) -> dict[str, list[int]]:
    """Who is in which group, by category and name."""
    k, g, m = t.group_categories.c, t.groups.c, t.group_memberships.c
    query = (
        sa.select(k.name, g.name, m.user_id)
        .select_from(t.groups.join(t.group_categories, k.id == g.group_category_id))
        .outerjoin(t.group_memberships, sa.and_(m.group_id == g.id, m.workflow_state == "accepted"))
        .where(g.workflow_state == "available")
        .order_by(k.id, g.id, m.user_id)
    )
    found: dict[str, list[int]] = {}
    with world.store.read() as connection:
        for category, name, user_id in connection.execute(query):
            found.setdefault(f"{category} {name}", []).extend([] if user_id is None else [user_id])
    return found


def test_groups_and_their_members_are_loaded_once(world: World) -> None:
    report = bring(world, SCHOOL)
    assert (report.created["group_categories"], report.created["groups"], report.created["group_memberships"]) == (2, 3, 4)
    assert teams(world) == {"Teams Red": [11, 12], "Teams Blue": [13], "Labs Red": [11]}
    with world.store.read() as connection:
        category = connection.execute(sa.select(t.assignments.c.group_category_id)).scalar_one()
        names = connection.execute(sa.select(t.group_categories.c.name).where(t.group_categories.c.id == category))
        assert names.scalar_one() == "Teams"
    assert bring(world, SCHOOL).is_empty


def test_members_are_those_of_the_newest_file(world: World) -> None:
    bring(world, SCHOOL)
    bring(world, course("group_categories: [{name: Teams, groups: [{name: Blue, members: [bob]}]}]"))
    assert teams(world) == {"Teams Red": [11], "Teams Blue": [12], "Labs Red": [11]}
    bring(world, course("group_categories: [{name: Teams, groups: [{name: Red}, {name: Blue, members: []}]}]"))
    assert teams(world) == {"Teams Red": [11], "Teams Blue": [], "Labs Red": [11]}
    bring(world, SCHOOL)
    assert teams(world) == {"Teams Red": [11, 12], "Teams Blue": [13], "Labs Red": [11]}


def test_deleted_groups_are_no_more(world: World) -> None:
    bring(world, SCHOOL)
    bring(world, course("group_categories: [{name: Teams, groups: [{name: Red, workflow_state: deleted}]}]"))
    assert teams(world) == {"Teams Blue": [13], "Labs Red": [11]}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            "group_categories: [{name: X, groups: [{name: A, members: [ann]}, {name: B, members: [bob, ann]}]}]",
            "groups[1].members[1]: this student is in another group of the category",
        ),
        ("group_categories: [{name: X, groups: [{name: A, members: [nobody]}]}]", "members[0]: there is no user 'nobody'"),
        ("assignments: [{name: P, group_category: Nothing}]", "group_category: there is no group category 'Nothing'"),
        (
            "assignments: [{name: P, group_category: Labs, moderated_grading: true, grader_count: 1}]",
            "Moderated grading setting cannot be enabled for group assignments",
        ),
    ],
)
def test_what_is_wrong_with_groups_is_told(world: World, parts: str, told: str) -> None:
    bring(world, SCHOOL)
    with pytest.raises(BadDocuments) as caught:
        bring(world, course(parts))
    assert any(told in str(problem) for problem in caught.value.problems), caught.value.problems
