"""SQS and Kinesis as targets, at moto's server over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from gradewire.events.sinks import SinkError, open_sink
from gradewire.events.sinks.waves import send_in_waves
from gradewire.events.targets import read_target
from tests.events.broker_events import MEANS, events, number

OWN = {"region": "eu-central-1", "access_key_id": "key"}


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(service: str, aws: str) -> Any:
    return boto3.client(
        service, region_name="eu-central-1", endpoint_url=aws, aws_access_key_id="key", aws_secret_access_key="secret"
    )


def sqs_target(aws: str, url: str, **more: Any) -> Any:
    document = {
        "kind": "sqs",
        "queue_url": url,
        "endpoint_url": aws,
        "secret_access_key_sealed": "sealed:secret",
        **OWN,
        **more,
    }
    return read_target(document)


def drain(queue: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        got = queue.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        if not got:
            return found
        found += got
        queue.delete_message_batch(
            QueueUrl=url, Entries=[{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(got)]
        )


def test_a_queue_gets_the_event_as_body_and_name_time_and_id_as_attributes(aws: str) -> None:
    queue = client("sqs", aws)
    url = queue.create_queue(QueueName="canvas-live-events-a")["QueueUrl"]
    sink = open_sink(sqs_target(aws, url), MEANS)
    sink.send(events(25))
    sink.close()
    got = drain(queue, url)
    assert sorted(number(one["Body"]) for one in got) == list(range(25))
    first = next(one for one in got if number(one["Body"]) == 0)
    assert {name: (one["DataType"], one["StringValue"]) for name, one in first["MessageAttributes"].items()} == {
        "event_name": ("String", "grade_change"),
        "event_time": ("String", "2026-03-01T12:00:00.123Z"),
        "event_id": ("String", "id0"),
    }


def test_a_fifo_queue_keeps_the_order_of_a_student_and_drops_repeats(aws: str) -> None:
    queue = client("sqs", aws)
    url = queue.create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sink = open_sink(sqs_target(aws, url), MEANS)
    sink.send(events(24, students=3))
    sink.send(events(24, students=3))
    sink.close()
    got = drain(queue, url)
    assert len(got) == 24
    for student in range(3):
        group = [one for one in got if one["Attributes"]["MessageGroupId"] == f"7:{student}"]
        assert [number(one["Body"]) for one in group] == list(range(student, 24, 3))


def test_a_queue_may_get_cloud_events(aws: str) -> None:
    queue = client("sqs", aws)
    url = queue.create_queue(QueueName="cloud")["QueueUrl"]
    open_sink(sqs_target(aws, url, envelope="cloudevents-structured"), MEANS).send(events(1))
    [got] = drain(queue, url)
    assert json.loads(got["Body"])["type"] == "org.gradewire.grade_change"


def test_an_event_that_is_too_long_for_a_queue_is_refused_alone(aws: str) -> None:
    queue = client("sqs", aws)
    url = queue.create_queue(QueueName="long")["QueueUrl"]
    long = events(1, size=300_000)[0]
    mixed = [*events(2), type(long)("long", long.name, 7, 99, long.occurred_at, long.data), *events(4)[2:]]
    with pytest.raises(SinkError, match="more than the target takes") as failed:
        open_sink(sqs_target(aws, url), MEANS).send(mixed)
    assert failed.value.refused == frozenset({2})
    assert failed.value.accepted == frozenset({0, 1, 3, 4})
    assert len(drain(queue, url)) == 4


def test_long_events_go_in_smaller_requests(aws: str) -> None:
    queue = client("sqs", aws)
    url = queue.create_queue(QueueName="half")["QueueUrl"]
    open_sink(sqs_target(aws, url), MEANS).send(events(5, size=100_000))
    assert len(drain(queue, url)) == 5


def test_a_queue_that_does_not_exist_costs_one_event_an_attempt(aws: str) -> None:
    with pytest.raises(SinkError, match="SQS") as failed:
        open_sink(sqs_target(aws, f"{aws}/123456789012/nothing"), MEANS).send(events(30))
    assert failed.value.accepted == frozenset()
    assert failed.value.refused == frozenset({0})


def test_nobody_at_the_endpoint(aws: str) -> None:
    with pytest.raises(SinkError, match="Could not connect"):
        open_sink(sqs_target("http://127.0.0.1:1", f"{aws}/1/x"), MEANS).send(events(1))


def test_a_stream_gets_a_partition_key_for_each_student(aws: str) -> None:
    kinesis = client("kinesis", aws)
    kinesis.create_stream(StreamName="grades", ShardCount=2)
    target = read_target(
        {"kind": "kinesis", "stream": "grades", "endpoint_url": aws, "secret_access_key_sealed": "sealed:secret", **OWN}
    )
    sink = open_sink(target, MEANS)
    sink.send(events(60, students=6))
    sink.close()
    records = []
    for shard in kinesis.list_shards(StreamName="grades")["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName="grades", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        records += kinesis.get_records(ShardIterator=iterator)["Records"]
    assert len(records) == 60
    for student in range(6):
        own = [number(one["Data"]) for one in records if one["PartitionKey"] == f"7:{student}"]
        assert own == list(range(student, 60, 6))


def test_what_is_refused_of_a_wave_ends_its_line_and_no_other() -> None:
    sent: list[int] = []

    def request(wave: list[Any]) -> dict[int, str]:
        numbers = [number(one.data) for one in wave]
        assert len({one.student_id for one in wave}) == len(wave)
        sent.extend(numbers)
        return {place: "throttled" for place, n in enumerate(numbers) if n in {2, 5}}

    with pytest.raises(SinkError) as failed:
        send_in_waves(events(16, students=4), request, most=3, most_bytes=100_000)
    assert failed.value.refused == frozenset({2, 5})
    assert failed.value.accepted == frozenset({0, 1, 3, 4, 7, 8, 11, 12, 15})
    assert {6, 10, 14, 9, 13}.isdisjoint(sent)
