"""Logging: structlog for our own lines and the standard library's for those of others, all in one format on standard error.

A line names ids, never people or what they wrote: :func:`drop_private` takes out what must not be kept in logs.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TextIO

import structlog

_PRIVATE: Final = re.compile(
    r"""(^|_)(authorization|cookie|set_cookie|password|passwd|secret|secret_key|token|tokens|key|signature|session|verifier
    |body|form|params|parameters|query|headers|url|referrer
    |name|email|login|login_id|unique_id|sis_user_id|pronouns|comment|comments|text|grade|score|client_ip|ip)$""",
    re.VERBOSE,
)
"""Keys whose values are secrets or personal data, also as the end of a longer key: ``access_token``, ``user_name``."""

_PARAMETERS: Final = re.compile(r"\[parameters: .*?\]$|^DETAIL: [^\n]*$", re.MULTILINE | re.DOTALL)


def configure(
    *,
    level: Literal["debug", "info", "warning", "error"] = "info",
    style: Literal["console", "json"] = "console",
    stream: TextIO | None = None,
) -> None:
    """Set up logging for this process; may be called again. ``stream`` is standard error unless given."""
    stream = stream or sys.stderr
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_private,
    ]
    if style == "json":
        after: list[structlog.typing.Processor] = [
            structlog.processors.format_exc_info,
            _drop_parameters,
            structlog.processors.JSONRenderer(),
        ]
    else:
        # Without the plain formatter, rich would print the local variables of each frame, secrets and all.
        after = [
            structlog.processors.format_exc_info,
            _drop_parameters,
            structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback),
        ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *after],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("alembic", "httpx", "httpcore", "sqlalchemy.engine"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def request_context(request_id: str, **values: Any) -> Iterator[None]:
    """Let every line logged inside the block carry the id of the request, and further values."""
    with structlog.contextvars.bound_contextvars(request_id=request_id, **values):
        yield


def drop_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets and personal data out of a line, in nested mappings too; the key stays, to show that something was there."""
    for key, value in event.items():
        if key != "event":
            event[key] = _without_private(key, value)
    return event


def _without_private(key: object, value: Any) -> Any:
    if isinstance(key, str) and value is not None and _PRIVATE.search(key.lower().replace("-", "_")):
        return "[private]"
    if isinstance(value, Mapping):
        return {inner: _without_private(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_private(None, item) for item in value]
    return value


def _drop_parameters(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the values of a failed SQL statement out of its traceback: they are what somebody typed."""
    if isinstance(text := event.get("exception"), str):
        event["exception"] = _PARAMETERS.sub("[values not logged]", text)
    return event
