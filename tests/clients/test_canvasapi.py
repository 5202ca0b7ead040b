"""``canvasapi`` from PyPI against a real server: every method it has for what this server claims (see the YAML file)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import canvasapi
import pytest
import sqlalchemy as sa
import yaml
from canvasapi import Canvas
from canvasapi.canvas_object import CanvasObject
from canvasapi.enrollment import Enrollment
from msgspec import to_builtins

from gradewire.actions.sis.batch import Options
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.clients import canvasapi_scenario as scenario
from tests.server import Server
from tests.worlds import load_world

TABLE = Path(__file__).parent / "canvasapi_methods.yaml"


def methods() -> dict[str, tuple[type, list[str]]]:
    """The public methods that each class of the client defines."""
    found: dict[str, tuple[type, list[str]]] = {}
    for module_info in pkgutil.iter_modules(canvasapi.__path__):
        module = importlib.import_module(f"canvasapi.{module_info.name}")
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and (issubclass(kind, CanvasObject) or kind is Canvas):
                found[name] = kind, [one for one, f in vars(kind).items() if inspect.isfunction(f) and one[0] != "_"]
    return found


@contextmanager
def watched() -> Iterator[set[str]]:
    """Which methods of the client are called meanwhile."""
    called: set[str] = set()
    inner = {"CanvasObject.set_attributes"}  # the client calls it by itself

    def note(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def noting(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            called.add(name)
            return result

        return noting

    with pytest.MonkeyPatch.context() as patch:
        for name, (kind, names) in methods().items():
            for one in names:
                patch.setattr(kind, one, note(f"{name}.{one}", vars(kind)[one]))
        yield called
        called -= inner


def table() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(TABLE.read_text())
    return found


def test_every_method_of_the_client_is_claimed_or_not() -> None:
    known = table()
    for name, (_, names) in methods().items():
        row = known.get(name)
        if row is None:
            assert name in known["Elsewhere"]["classes"], f"a new class of the client: {name}"
        else:
            assert sorted(names) == sorted([*row.get("claimed", []), *row.get("unclaimed", [])]), name


def _add_waiting_import(database_url: str) -> int:
    """A SIS import whose job was not begun, and will not be: there is none."""
    now, data = datetime.now(UTC), {"import_type": "instructure_csv", "supplied_batches": [], "counts": {}}
    row = {"id": 421, "root_account_id": 1, "user_id": 1, "options": to_builtins(Options()), "data": data}
    with open_store(database_url, connections=1) as store:
        store.write(
            lambda connection: connection.execute(
                sa.insert(t.sis_imports).values(**row, workflow_state="created", created_at=now, updated_at=now)
            )
        )
    return 421


@pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly:UserWarning")
def test_every_claimed_method_works(module_server: Server, tmp_path: Path) -> None:
    load_world(module_server.database_url, "rights.yaml")
    waiting = _add_waiting_import(module_server.database_url)

    def canvas(who: str) -> Canvas:
        return Canvas(module_server.url, f"token-{who}")

    admin, teacher = canvas("root_admin"), canvas("teacher")
    with watched() as called:
        scenario.run_people(admin, canvas("observer"), canvas("owner"))
        invitation = Enrollment(canvas("invited")._Canvas__requester, {"id": 224, "course_id": 100})
        assert invitation.accept()
        again = admin.get_course(100).enroll_user(14, enrollment={"type": "StudentEnrollment", "enrollment_state": "invited"})
        assert Enrollment(canvas("stranger")._Canvas__requester, {"id": again.id, "course_id": 100}).reject()
        scenario.run_course(teacher)
        scenario.run_groups(admin, teacher)
        scenario.run_grading(teacher, canvas("owner"), tmp_path)
        scenario.run_rubrics(teacher)
        scenario.run_moderation(teacher, canvas("ta"))
        scenario.run_history(teacher, admin)
        scenario.run_school(admin, tmp_path, waiting)
    claimed = {f"{name}.{one}" for name, row in table().items() for one in row.get("claimed", [])}
    assert claimed - called == set(), "claimed and never called"
    assert called - claimed == set(), "called and not claimed"
