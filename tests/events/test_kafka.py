"""Kafka topics as targets, at librdkafka's own mock cluster of three brokers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from gradewire.events.sinks import SinkError, kafka, open_sink
from gradewire.events.targets import read_target
from tests.events.broker_events import MEANS, events, number


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    host = Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 3, "log_level": 0})
    found = ",".join(f"{one.host}:{one.port}" for one in host.list_topics(timeout=10).brokers.values())
    yield found
    host.flush(1)


def target(brokers: str, topic: str, **more: Any) -> Any:
    return read_target({"kind": "kafka", "bootstrap_servers": brokers, "topic": topic, **more})


def consume(brokers: str, topic: str, count: int) -> list[Any]:
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": topic, "auto.offset.reset": "earliest", "log_level": 0})
    consumer.subscribe([topic])
    found: list[Any] = []
    for _ in range(200):
        found += [one for one in consumer.consume(num_messages=count, timeout=0.2) if one.error() is None]
        if len(found) >= count:
            break
    consumer.close()
    return found


def test_a_topic_gets_the_events_of_a_student_in_one_partition_and_in_order(brokers: str) -> None:
    sink = open_sink(target(brokers, "grades"), MEANS)
    sink.send(events(200, students=10))
    sink.send(events(200, students=10))
    sink.close()
    got = consume(brokers, "grades", 400)
    assert len(got) == 400
    for student in range(10):
        own = [one for one in got if one.key() == f"7:{student}".encode()]
        assert len({one.partition() for one in own}) == 1
        assert [number(one.value()) for one in own] == [*range(student, 200, 10)] * 2
    headers = dict(got[0].headers())
    assert headers["event_name"] == b"grade_change"
    assert headers["event_time"] == b"2026-03-01T12:00:00.123+00:00"
    assert headers["event_id"].startswith(b"id")


@pytest.mark.parametrize("envelope", ["cloudevents", "cloudevents-structured"])
def test_cloud_events_with_the_student_as_key(brokers: str, envelope: str) -> None:
    open_sink(target(brokers, envelope, envelope=envelope), MEANS).send(events(1))
    [got] = consume(brokers, envelope, 1)
    headers = dict(got.headers())
    if envelope == "cloudevents":
        assert headers["ce_id"] == b"id0"
        assert headers["content-type"] == b"application/json"
        assert number(got.value()) == 0
    else:
        assert headers["content-type"] == b"application/cloudevents+json; charset=UTF-8"
        assert b'"partitionkey":"7:0"' in got.value()


def test_brokers_that_do_not_answer_are_given_up_and_nothing_arrives_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "SECONDS", 1.0)
    sink = open_sink(target("127.0.0.1:1", "nowhere"), MEANS)
    with pytest.raises(SinkError, match="Kafka") as failed:
        sink.send(events(6, students=2))
    assert failed.value.accepted == frozenset()
    assert failed.value.refused == frozenset({0, 1})
    sink.close()


def test_settings_that_librdkafka_does_not_know_are_told() -> None:
    with pytest.raises(SinkError, match="No such configuration property"):
        open_sink(target("127.0.0.1:1", "x", options={"no.such": "1"}), MEANS)
