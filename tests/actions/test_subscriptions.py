"""Who may subscribe to events, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from gradewire.actions import subscriptions
from gradewire.actions.unit import Asker, BearerToken, System, Unit, write
from gradewire.actions.world import World
from gradewire.core.errors import Denied, DomainError, Invalid, NotFound, Refused
from gradewire.events.settings import EventSettings
from gradewire.events.subscriptions import Subscription
from gradewire.store import tables as t
from gradewire.store.deliveries import Range
from gradewire.store.engine import open_store
from gradewire.store.subscriptions import SubscriptionRow
from tests.events.mail import NOW, STAMPS, add_institutions, grade, put

T = TypeVar("T")

FILE = {"kind": "file", "path": "x"}
SYSTEM = Asker(System())
ROOT_ADMIN, ADMIN, TEACHER, STRANGER = (Asker(BearerToken(str(number))) for number in (11, 12, 13, 14))
ANYTHING = Range()


def scope(*, account_id: int | None = None, course_id: int | None = None) -> Subscription:
    return Subscription(events=("grade_change",), account_id=account_id, course_id=course_id)


def add_people(connection: sa.Connection) -> None:
    """An administrator of account 1, one of account 79, a teacher of course 565, an administrator of another institution."""
    names = dict.fromkeys(("name", "sortable_name", "short_name"), "P")
    for number in (11, 12, 13, 14):
        root = 2 if number == 14 else 1
        connection.execute(sa.insert(t.users).values(id=number, root_account_id=root, **names, **STAMPS))
        connection.execute(sa.insert(t.access_tokens).values(user_id=number, digest=str(number), hint="x", **STAMPS))
    for number, account in ((11, 1), (12, 79), (14, 2)):
        connection.execute(sa.insert(t.account_users).values(user_id=number, account_id=account, **STAMPS))
    connection.execute(sa.insert(t.course_sections).values(id=1, course_id=565, name="S", **STAMPS))
    values = {"id": 1, "course_id": 565, "course_section_id": 1, "user_id": 13, "type": "TeacherEnrollment"}
    connection.execute(sa.insert(t.enrollments).values(**values, **STAMPS))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_store(database_url, connections=3) as store:
        store.write(add_institutions)
        store.write(add_people)
        yield World(store, events=EventSettings(base_url="http://test/"), clock=lambda: NOW)


def ask(world: World, asker: Asker, action: Callable[[Unit], T]) -> T:
    return write(world, asker, action)


def test_the_operator_subscribes_anywhere_to_anything(world: World) -> None:
    made = ask(world, SYSTEM, lambda unit: subscriptions.create(unit, "x", scope(account_id=79), FILE))
    assert (made.name, made.account_id, made.course_id, made.workflow_state) == ("x", 79, None, "active")
    assert list(made.events) == ["grade_change"]
    assert ask(world, SYSTEM, lambda unit: subscriptions.show(unit, made.id)) == made
    assert [one.subscription for one in ask(world, SYSTEM, subscriptions.standings)] == [made]


@pytest.mark.parametrize(
    ("asker", "where", "error"),
    [
        (ROOT_ADMIN, {"account_id": 1}, None),
        (ROOT_ADMIN, {"account_id": 79}, None),
        (ROOT_ADMIN, {"course_id": 565}, None),
        (ROOT_ADMIN, {"account_id": 2}, NotFound),
        (ROOT_ADMIN, {"course_id": 900}, NotFound),
        (ROOT_ADMIN, {"account_id": 3}, NotFound),
        (ADMIN, {"account_id": 79}, None),
        (ADMIN, {"course_id": 566}, None),
        (ADMIN, {"account_id": 1}, Denied),
        (ADMIN, {"course_id": 567}, Denied),
        (TEACHER, {"course_id": 565}, Denied),
        (TEACHER, {"account_id": 79}, Denied),
        (STRANGER, {"account_id": 79}, NotFound),
        (STRANGER, {"course_id": 565}, NotFound),
    ],
)
def test_only_who_manages_the_account_may(
    world: World, asker: Asker, where: dict[str, int], error: type[DomainError] | None
) -> None:
    column, number = next(iter(where.items()))
    made = ask(world, SYSTEM, lambda unit: subscriptions.create(unit, "x", scope(account_id=79), FILE)).id
    listing: Any = subscriptions.list_of_course if column == "course_id" else subscriptions.list_of_account
    if error is None:
        assert all(row.name == "x" for row in ask(world, asker, lambda unit: listing(unit, number)))
    else:
        with pytest.raises(error):
            ask(world, asker, lambda unit: listing(unit, number))
        with pytest.raises(error):
            ask(world, asker, lambda unit: subscriptions.create(unit, "y", scope(**where), FILE))
    if asker in {ROOT_ADMIN, ADMIN}:
        assert ask(world, asker, lambda unit: subscriptions.find(unit, "x")).id == made
    else:
        for verb in (subscriptions.show, subscriptions.disable, subscriptions.resume):
            with pytest.raises(Denied if asker == TEACHER else NotFound):
                ask(world, asker, lambda unit, verb=verb: verb(unit, made))  # type: ignore[misc]


def test_files_of_the_server_are_for_its_operator_to_name(world: World) -> None:
    for target in (FILE, {"kind": "stdout"}):
        with pytest.raises(Denied):
            ask(world, ROOT_ADMIN, lambda unit, target=target: subscriptions.create(unit, "x", scope(account_id=1), target))  # type: ignore[misc]
    with pytest.raises(Denied):
        ask(world, ROOT_ADMIN, subscriptions.standings)


def test_plain_http_is_refused_where_the_relay_would_not_serve_it(world: World) -> None:
    target = {"kind": "https", "url": "HTTP://events.example.edu/"}

    def subscribe(asker: Asker, name: str) -> SubscriptionRow:
        return ask(world, asker, lambda unit: subscriptions.create(unit, name, scope(account_id=1), target))

    assert subscribe(ROOT_ADMIN, "allowed").name == "allowed"
    world.plain_targets = False
    with pytest.raises(Invalid) as raised:
        subscribe(ROOT_ADMIN, "refused")
    assert [fault.message for fault in raised.value.faults] == ["events go to https here, not to plain http"]
    assert subscribe(SYSTEM, "of the operator").name == "of the operator"


def test_every_fault_of_a_subscription_is_told(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        ask(world, SYSTEM, lambda unit: subscriptions.create(unit, " ", scope(account_id=1), {"kind": "pigeon"}))
    assert [fault.attribute for fault in refused.value.faults] == ["name", "target"]
    for name in ("events_file", "events_file:1"):
        with pytest.raises(Invalid, match="for the setting"):
            ask(world, SYSTEM, lambda unit, name=name: subscriptions.create(unit, name, scope(account_id=1), FILE))  # type: ignore[misc]


def test_the_target_of_the_setting_is_not_for_subscribers(world: World) -> None:
    with pytest.raises(Invalid, match="setting"):
        ask(world, SYSTEM, lambda unit: subscriptions.create(unit, "x", scope(account_id=1), {"kind": "events_file"}))


def test_a_disabled_subscription_is_not_replayed_to(world: World) -> None:
    made = ask(world, SYSTEM, lambda unit: subscriptions.create(unit, "x", scope(account_id=1), FILE)).id
    put(world.store, grade(48, 1))
    assert ask(world, ROOT_ADMIN, lambda unit: subscriptions.disable(unit, made)).workflow_state == "disabled"
    with pytest.raises(Refused, match="resume it first"):
        ask(world, SYSTEM, lambda unit: subscriptions.replay(unit, made, ANYTHING))
    assert ask(world, ROOT_ADMIN, lambda unit: subscriptions.resume(unit, made)).workflow_state == "active"
    assert ask(world, SYSTEM, lambda unit: subscriptions.replay(unit, made, ANYTHING)) == 0  # it was not routed yet
