from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gradewire import logs

FAILURE = "no\nDETAIL:  Key (leak) exists.\n[SQL: insert]\n[parameters: ('leak',\n 1)]\n(Background)"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_of_json_carries_the_request_and_its_values() -> None:
    stream = io.StringIO()
    logs.configure(style="json", stream=stream)
    with logs.request_context("r-1", method="PUT"):
        structlog.get_logger().info("graded", submission_id=7)
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "graded", "level": "info", "request_id": "r-1", "method": "PUT", "submission_id": 7}


@pytest.mark.parametrize("style", ["json", "console"])
def test_secrets_and_people_stay_out(style: str) -> None:
    stream = io.StringIO()
    logs.configure(style=style, stream=stream)  # type: ignore[arg-type]
    structlog.get_logger().warning(
        "request",
        authorization="Bearer leak",
        access_token="leak",
        headers={"Cookie": "leak"},
        user={"id": 5, "Display-Name": "leak", "login_id": "leak"},
        items=[{"comment": "leak"}],
        form_body="leak",
        course_id=3,
    )
    text = stream.getvalue()
    assert "leak" not in text
    assert "[private]" in text
    assert "course_id" in text


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_shows_neither_variables_nor_values_of_sql(style: str) -> None:
    stream = io.StringIO()
    logs.configure(style=style, stream=stream)  # type: ignore[arg-type]

    def fail(message: str) -> None:
        raise ValueError(message)

    try:
        fail(FAILURE)
    except ValueError:
        structlog.get_logger().exception("failed", course_id=3)
    text = stream.getvalue().replace("\\n", "\n")
    assert "leak" not in text
    assert "ValueError: no\n[values not logged]\n[SQL: insert]\n[values not logged]\n(Background)" in text


def test_lines_of_others_take_the_same_form_and_level() -> None:
    stream = io.StringIO()
    logs.configure(style="json", level="warning", stream=stream)
    logging.getLogger("granian").info("not shown")
    logging.getLogger("granian").warning("worker %s", 1, extra={"password": "leak"})
    structlog.get_logger().info("not shown")
    assert json.loads(stream.getvalue())["event"] == "worker 1"
