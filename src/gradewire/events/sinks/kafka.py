"""A Kafka topic, by ``confluent-kafka``: ``pip install gradewire[kafka]``.

The producer is idempotent and waits for all replicas. The key is ``course:student``, so the events of one student stay in one
partition in their order; after a gap that the client cannot close it stops (``enable.gapless.guarantee``) and is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any, Final

from gradewire.events import cloud_events
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.targets import KafkaTarget

try:
    from confluent_kafka import KafkaError, KafkaException, Message, Producer
except ImportError as missing:
    raise SinkError("targets at Kafka need confluent-kafka: pip install 'gradewire[kafka]'") from missing

SECONDS: Final = 15.0


class KafkaSink:
    """A topic; it must exist, or the brokers must make topics by themselves."""

    at_once = 1000

    def __init__(self, target: KafkaTarget, means: Means) -> None:
        self._target = target
        self._means = means
        self._settings: dict[str, Any] = {
            "bootstrap.servers": target.bootstrap_servers,
            "client.id": "gradewire",
            "linger.ms": 5,
            **target.options,
            "enable.idempotence": True,
            "enable.gapless.guarantee": True,
            "acks": "all",
            "delivery.timeout.ms": int(SECONDS * 1000),
            "log_level": 0,
        }
        if target.sasl_password_sealed is not None:
            self._settings["sasl.password"] = means.unseal(target.sasl_password_sealed)
        self._producer = self._begin()

    def send(self, events: Sequence[Outgoing]) -> None:
        accepted: set[int] = set()
        refused: dict[int, str] = {}

        def report(position: int) -> Callable[[KafkaError | None, Message], None]:
            def told(error: KafkaError | None, _message: Message) -> None:
                if error is None:
                    accepted.add(position)
                else:
                    refused[position] = f"Kafka: {error.str()}"

            return told

        try:
            for position, event in enumerate(events):
                self._produce(event, report(position))
            self._producer.flush(SECONDS + 2)
        except (KafkaException, BufferError) as error:
            refused.setdefault(len(accepted), f"Kafka: {error}")
        if len(accepted) < len(events):
            self._producer.purge()
            self._producer.flush(1.0)
            self._producer = self._begin()  # what was not certain is not left to arrive later, behind its repeat
            reason = next(iter(refused.values()), f"Kafka: no answer within {SECONDS:.0f} s")
            raise SinkError(reason, accepted=accepted, refused=_first_of_lines(events, accepted))

    def close(self) -> None:
        self._producer.flush(1.0)

    def _begin(self) -> Producer:
        try:
            return Producer(self._settings)
        except (KafkaException, ValueError, TypeError) as error:
            raise SinkError(f"Kafka: {error}") from None

    def _produce(self, event: Outgoing, told: Callable[[KafkaError | None, Message], None]) -> None:
        moment = event.occurred_at.astimezone(UTC)
        key = f"{event.course_id}:{event.student_id}"
        headers = {
            "event_id": event.event_id,
            "event_name": event.name,
            "event_time": moment.isoformat(timespec="milliseconds"),
        }
        value = event.data
        if self._target.envelope == "cloudevents":
            named = cloud_events.attributes(event, self._means.source)
            headers = {"content-type": named.pop("datacontenttype")} | {f"ce_{name}": text for name, text in named.items()}
        elif self._target.envelope == "cloudevents-structured":
            headers = {"content-type": cloud_events.STRUCTURED}
            value = cloud_events.structured(event, self._means.source)
        self._producer.produce(
            self._target.topic,
            value=value,
            key=key,
            headers={name: text.encode() for name, text in headers.items()},
            timestamp=int(moment.timestamp() * 1000),
            on_delivery=told,
        )
        self._producer.poll(0)


def _first_of_lines(events: Sequence[Outgoing], accepted: set[int]) -> set[int]:
    """Of each line the first event that was not accepted."""
    found: dict[tuple[int, int], int] = {}
    for position, event in enumerate(events):
        if position not in accepted:
            found.setdefault((event.course_id, event.student_id), position)
    return set(found.values())
