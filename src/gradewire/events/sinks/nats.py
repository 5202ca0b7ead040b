"""A stream of NATS JetStream, by ``nats-py``: ``pip install gradewire[nats]``.

Every event is acknowledged by the stream before it counts. Its id is the message id, by which the stream drops repeats within
its window. The client is asynchronous; it lives on a loop of its own thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any, Final

from gradewire.events import cloud_events
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.targets import NatsTarget

try:
    from nats.aio.client import Client
    from nats.errors import Error as NatsError
    from nats.js import JetStreamContext
except ImportError as missing:
    raise SinkError("targets at NATS need nats-py: pip install 'gradewire[nats]'") from missing

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 7.0
BEGIN_SECONDS: Final = 8.0
"""After so long nothing more is begun in one call, so that a call ends within 25 seconds."""
AT_ONCE: Final = 64


class NatsSink:
    """A subject for each course and student; a stream has to listen to them."""

    at_once = 1000

    def __init__(self, target: NatsTarget, means: Means) -> None:
        self._target = target
        self._means = means
        self._token = None if target.token_sealed is None else means.unseal(target.token_sealed)
        self._client: Client | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def send(self, events: Sequence[Outgoing]) -> None:
        asyncio.run_coroutine_threadsafe(self._send(events), self._loop).result()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        await asyncio.sleep(0)  # what was closed is let go of while the loop still runs

    async def _connect(self) -> Client:
        if self._client is None or not self._client.is_connected:
            await self._hang_up()
            options: dict[str, Any] = {"token": self._token} if self._token else {}
            if self._target.credentials_file:
                options["user_credentials"] = self._target.credentials_file
            client = Client()
            try:
                await asyncio.wait_for(
                    client.connect(
                        self._target.servers,
                        name="gradewire",
                        allow_reconnect=False,
                        connect_timeout=CONNECT_SECONDS,
                        error_cb=_quiet,
                        **options,
                    ),
                    CONNECT_SECONDS,
                )
            except (NatsError, OSError, TimeoutError) as error:
                with suppress(NatsError, OSError):
                    await client.close()
                raise SinkError(f"NATS: {str(error) or 'no connection in time'}", refused=(0,)) from None
            self._client = client
        return self._client

    async def _send(self, events: Sequence[Outgoing]) -> None:
        stream = (await self._connect()).jetstream(timeout=ANSWER_SECONDS)
        lines: dict[tuple[int, int], deque[int]] = {}
        for position, event in enumerate(events):
            lines.setdefault((event.course_id, event.student_id), deque()).append(position)
        accepted: set[int] = set()
        refused: dict[int, str] = {}
        begin_until = time.monotonic() + BEGIN_SECONDS
        waiting = deque(lines.values())

        async def carry() -> None:
            while waiting:
                for position in waiting.popleft():
                    if time.monotonic() > begin_until:
                        return
                    try:
                        await self._publish(stream, events[position])
                    except (NatsError, OSError, TimeoutError) as error:
                        refused[position] = f"NATS: {str(error) or type(error).__name__}"
                        break
                    accepted.add(position)

        await asyncio.gather(*(carry() for _ in range(min(AT_ONCE, len(lines)))))
        if len(accepted) < len(events):
            reason = next(iter(refused.values()), "the target was too slow for all events at once")
            raise SinkError(reason, accepted=accepted, refused=refused.keys())

    async def _publish(self, stream: JetStreamContext, event: Outgoing) -> None:
        subject = self._target.subject.format(name=event.name, course_id=event.course_id, student_id=event.student_id)
        moment = event.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds")
        headers = {"Nats-Msg-Id": event.event_id, "event_name": event.name, "event_time": moment}
        data = event.data
        if self._target.envelope == "cloudevents-structured":
            headers["content-type"] = cloud_events.STRUCTURED
            data = cloud_events.structured(event, self._means.source)
        await stream.publish(subject, data, headers=headers, stream=self._target.stream, timeout=ANSWER_SECONDS)


async def _quiet(_error: Exception) -> None:
    """What goes wrong is told by the calls that fail."""
