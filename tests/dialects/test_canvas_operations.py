"""Operations as data."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from litestar import Litestar, get

from gradewire.dialects.canvas.operations import Operation, collect


def operation(path: str = "/api/v1/courses/:course_id/assignments/:id", name: str = "get_assignment", **rest: Any) -> Operation:
    return Operation(**{"method": "GET", "path": path, "name": name, "summary": "…", "handler": print, **rest})


class Routes:
    def __init__(self, *operations: Operation) -> None:
        self.OPERATIONS = operations


def test_one_path_in_four_spellings() -> None:
    one = operation()
    assert one.scope == "url:GET|/api/v1/courses/:course_id/assignments/:id"
    assert one.placeholders == ("course_id", "id")
    assert one.litestar_path == "/api/v1/courses/{course_id:str}/assignments/{id:str}"
    assert one.openapi_path == "/api/v1/courses/{course_id}/assignments/{id}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "get"},
        {"method": "HEAD"},
        {"path": "api/v1"},
        {"path": "/api/v1/"},
        {"path": "/api//v1"},
        {"path": "/api/{id}"},
        {"path": "/api/:id/x/:id"},
        {"name": "getAssignment"},
        {"name": ""},
        {"writes": True},
    ],
)
def test_mistakes_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        operation(**wrong)


def test_collect_keeps_the_order() -> None:
    first, second = operation(), operation(name="put_assignment", method="PUT", writes=True)
    third = operation("/api/v1/courses/:course_id/assignments/gradeable_students", "list_gradeable_students")
    assert collect(Routes(first, second), Routes(third)) == (first, second, third)
    assert collect() == ()


@pytest.mark.parametrize(
    "other",
    [
        operation("/api/v1/other"),
        operation(name="other"),
        operation("/api/v1/courses/:id/assignments/:assignment_id", "other"),
    ],
)
def test_collect_refuses_a_clash(other: Operation) -> None:
    with pytest.raises(ValueError, match="clash"):
        collect(Routes(operation()), Routes(other))


def test_a_module_can_be_collected() -> None:
    module: Any = ModuleType("routes")
    module.OPERATIONS = (operation(),)
    assert collect(module) == (operation(),)


def test_litestar_takes_the_paths() -> None:
    one = operation()

    @get(one.litestar_path, sync_to_thread=False)
    def handle() -> str:
        return "here"

    assert [route.path for route in Litestar([handle], openapi_config=None).routes] == [one.litestar_path]
