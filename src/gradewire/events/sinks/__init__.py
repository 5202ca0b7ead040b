"""Where events go. A sink is a class in a module of its own; ``open_sink`` finds it by the kind of the target.

A module is imported when the first target of its kind is opened, so that the client library of a broker is needed only by those
who use it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final

from gradewire.events.signing import SigningKey
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, Sink, SinkError
from gradewire.events.targets import Target

__all__ = ["OPENERS", "Means", "Outgoing", "SigningKey", "Sink", "SinkError", "open_sink"]

OPENERS: Final[dict[str, str]] = {
    "file": "gradewire.events.sinks.file:FileSink",
    "stdout": "gradewire.events.sinks.stdout:StdoutSink",
    "https": "gradewire.events.sinks.https:HttpsSink",
    "sqs": "gradewire.events.sinks.aws:SqsSink",
    "kinesis": "gradewire.events.sinks.aws:KinesisSink",
    "kafka": "gradewire.events.sinks.kafka:KafkaSink",
    "nats": "gradewire.events.sinks.nats:NatsSink",
}
"""By kind, what is called with the target and the means: ``module:name``."""


def open_sink(target: Target, means: Means = Means()) -> Sink:  # noqa: B008 - a frozen value
    """The sink of a target.

    Raises:
        SinkError: there is none for its kind, or it cannot be opened; the text says why.
    """
    kind = str(target.__struct_config__.tag)
    if kind not in OPENERS:
        raise SinkError(f"this version has no sink for targets of kind {kind}; it has {', '.join(OPENERS)}")
    module, _, name = OPENERS[kind].partition(":")
    opener: Callable[[Target, Means], Sink] = getattr(importlib.import_module(module), name)
    try:
        return opener(target, means)
    except SinkError:
        raise
    except Exception as error:  # of a client library, or of a secret that cannot be read
        raise SinkError(f"{type(error).__name__}: {error}") from error
