"""Amazon SQS and Kinesis (live-events reference, 10.2 and 12), by ``boto3``: ``pip install gradewire[aws]``.

Credentials are the target's own, or what the relay's environment gives (variables, profile, role of the machine).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from gradewire.events import cloud_events
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.sinks.waves import send_in_waves
from gradewire.events.targets import KinesisTarget, SqsTarget

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as missing:
    raise SinkError("targets at AWS need boto3: pip install 'gradewire[aws]'") from missing

SQS_MOST: Final = 10
SQS_BYTES: Final = 262_144
"""Of a request, attributes included. SQS has taken more since 2025; not every imitation of it does."""
KINESIS_MOST: Final = 500
KINESIS_BYTES: Final = 1_000_000


def _client(service: str, target: SqsTarget | KinesisTarget, means: Means) -> Any:
    secret = None if target.secret_access_key_sealed is None else means.unseal(target.secret_access_key_sealed)
    config = Config(connect_timeout=3, read_timeout=7, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    try:
        return boto3.session.Session().client(
            service,
            region_name=target.region,
            endpoint_url=target.endpoint_url,
            aws_access_key_id=target.access_key_id,
            aws_secret_access_key=secret,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        raise SinkError(f"{service}: {error}") from None


def _event_time(event: Outgoing) -> str:
    return event.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SqsSink:
    """A queue. On a FIFO queue a student in a course is a message group, and the id of an event removes repeats."""

    at_once = 200

    def __init__(self, target: SqsTarget, means: Means) -> None:
        self._target = target
        self._means = means
        self._fifo = target.queue_url.endswith(".fifo")
        self._client = _client("sqs", target, means)

    def send(self, events: Sequence[Outgoing]) -> None:
        send_in_waves(events, self._request, most=SQS_MOST, most_bytes=SQS_BYTES)

    def close(self) -> None:
        self._client.close()

    def _request(self, wave: list[Outgoing]) -> dict[int, str]:
        entries = [self._entry(place, event) for place, event in enumerate(wave)]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._target.queue_url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise SinkError(f"SQS: {error}") from None
        return {int(one["Id"]): f"SQS: {one['Code']} {one.get('Message', '')}".strip() for one in answer.get("Failed", ())}

    def _entry(self, place: int, event: Outgoing) -> dict[str, Any]:
        named = {"event_name": event.name, "event_time": _event_time(event), "event_id": event.event_id}
        body = event.data
        if self._target.envelope == "cloudevents-structured":
            body = cloud_events.structured(event, self._means.source)
        entry: dict[str, Any] = {
            "Id": str(place),
            "MessageBody": body.decode(),
            "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in named.items()},
        }
        if self._fifo:
            entry["MessageGroupId"] = f"{event.course_id}:{event.student_id}"
            entry["MessageDeduplicationId"] = event.event_id
        return entry


class KinesisSink:
    """A data stream; the events of a student in a course have one partition key."""

    at_once = 500

    def __init__(self, target: KinesisTarget, means: Means) -> None:
        self._target = target
        self._means = means
        self._client = _client("kinesis", target, means)

    def send(self, events: Sequence[Outgoing]) -> None:
        send_in_waves(events, self._request, most=KINESIS_MOST, most_bytes=KINESIS_BYTES)

    def close(self) -> None:
        self._client.close()

    def _request(self, wave: list[Outgoing]) -> dict[int, str]:
        records = [
            {
                "Data": cloud_events.structured(event, self._means.source)
                if self._target.envelope == "cloudevents-structured"
                else event.data,
                "PartitionKey": f"{event.course_id}:{event.student_id}",
            }
            for event in wave
        ]
        try:
            answer = self._client.put_records(StreamName=self._target.stream, Records=records)
        except (BotoCoreError, ClientError) as error:
            raise SinkError(f"Kinesis: {error}") from None
        return {
            place: f"Kinesis: {one['ErrorCode']} {one.get('ErrorMessage', '')}".strip()
            for place, one in enumerate(answer["Records"])
            if one.get("ErrorCode")
        }
