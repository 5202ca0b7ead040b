"""HTTPS targets: a real receiver over TLS."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gradewire.core.errors import Invalid
from gradewire.events.sinks import Means, Outgoing, SigningKey, Sink, SinkError, https, open_sink
from gradewire.events.targets import read_target
from tests.events.receiver import Received, Receiver, receiving

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY = SigningKey(
    "key-1",
    PRIVATE.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
)
MEANS = Means(
    unseal=lambda sealed: sealed.removeprefix("sealed:"),
    signing_key=lambda: KEY,
    source="https://grades.example.edu/",
    allow_private=True,
)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


def events(count: int, *, students: int | None = None) -> list[Outgoing]:
    data = [json.dumps({"metadata": {"event_name": "grade_change"}, "body": {"n": n}}).encode() for n in range(count)]
    return [Outgoing(f"id{n}", "grade_change", 7, n if students is None else n % students, AT, data[n]) for n in range(count)]


def opened(receiver: Receiver, means: Means = MEANS, **target: Any) -> Sink:
    sink = open_sink(read_target({"kind": "https", "url": receiver.url, "ca_file": str(receiver.ca_file), **target}), means)
    receiver.clients.callback(sink.close)
    return sink


def number(received: Received) -> int:
    found: int = json.loads(received.body)["body"]["n"]
    return found


def test_an_event_is_one_post_with_its_id_and_name(receiver: Receiver) -> None:
    sink = opened(receiver, bearer_sealed="sealed:secret")
    sink.send(events(1))
    [got] = receiver.received
    assert (got.path, got.body) == ("/events", events(1)[0].data)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["authorization"] == "Bearer secret"
    assert got.headers["x-gradewire-event-id"] == "id0"
    assert got.headers["x-gradewire-event-name"] == "grade_change"
    assert got.headers["host"] == receiver.url.removeprefix("https://").removesuffix("/events")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_accepts(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _got: (status, {}, b"")
    opened(receiver).send(events(3))
    assert len(receiver.received) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 415, 422, 429, 500, 503])
def test_any_other_answer_refuses_and_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _got: (status, {"Location": receiver.url + "/elsewhere"}, b"no\n  thanks " + b"x" * 5000)
    with pytest.raises(SinkError) as failed:
        opened(receiver).send(events(1))
    assert failed.value.reason.startswith(f"it answered {status}: no thanks xxx")
    assert len(failed.value.reason) < 250
    assert failed.value.refused == frozenset({0})
    assert receiver.connections == 1


def test_events_of_one_student_go_in_order_and_others_beside_them(receiver: Receiver) -> None:
    receiver.delay = lambda got: 0.02 if number(got) % 5 == 0 else 0.0
    sink = opened(receiver)
    sink.send(events(100, students=5))
    for student in range(5):
        order = [number(got) for got in receiver.received if number(got) % 5 == student]
        assert order == list(range(student, 100, 5))
    sink.send(events(10))
    assert receiver.connections <= https.AT_ONCE  # connections are kept


def test_after_a_refused_event_no_later_one_of_its_student_is_sent(receiver: Receiver) -> None:
    receiver.answer = lambda got: (500, {}, b"") if number(got) == 4 else (200, {}, b"")
    with pytest.raises(SinkError) as failed:
        opened(receiver).send(events(20, students=2))
    assert sorted(number(got) for got in receiver.received) == [0, 1, 2, 3, *range(5, 20, 2)]
    assert failed.value.refused == frozenset({4})
    assert failed.value.accepted == frozenset({0, 1, 2, 3, *range(5, 20, 2)})


def test_a_target_that_does_not_answer_is_given_up_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "SECONDS", 0.5)
    monkeypatch.setattr(https, "BEGIN_SECONDS", 0.3)
    receiver.delay = lambda got: 3.0 if number(got) == 0 else 0.0
    begun = time.monotonic()
    with pytest.raises(SinkError) as failed:
        opened(receiver).send(events(4))
    assert time.monotonic() - begun < 2.5
    assert failed.value.refused == frozenset({0})
    assert failed.value.accepted == frozenset({1, 2, 3})


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "SECONDS", 0.5)
    monkeypatch.setattr(https, "BEGIN_SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 1000:
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    target = read_target({"kind": "https", "url": f"http://127.0.0.1:{listener.getsockname()[1]}/"})
    begun = time.monotonic()
    with pytest.raises(SinkError, match="no answer within"):
        open_sink(target, MEANS).send(events(1))
    assert time.monotonic() - begun < 2.5
    thread.join(5)
    listener.close()
    assert not thread.is_alive()


def test_a_kept_connection_that_the_target_closed_is_made_anew(receiver: Receiver) -> None:
    receiver.answer = lambda _got: (200, {"Connection": "close"}, b"")
    sink = opened(receiver)
    sink.send(events(1))
    sink.send(events(1))
    assert len(receiver.received) == 2
    assert receiver.connections == 2


def test_nobody_there_is_a_failure_of_what_was_asked() -> None:
    target = read_target({"kind": "https", "url": "http://127.0.0.1:1/"})
    with pytest.raises(SinkError, match="refused"):
        open_sink(target, MEANS).send(events(2))


def test_a_certificate_of_an_unknown_authority_is_refused(receiver: Receiver) -> None:
    sink = open_sink(read_target({"kind": "https", "url": receiver.url}), MEANS)
    with pytest.raises(SinkError, match="certificate verify failed"):
        sink.send(events(1))
    assert receiver.received == []


def test_a_certificate_for_another_host_is_refused(receiver: Receiver) -> None:
    url = receiver.url.replace("localhost", "127.0.0.2")
    other = https.HttpsSink(
        read_target({"kind": "https", "url": url, "ca_file": str(receiver.ca_file)}),  # type: ignore[arg-type]
        MEANS,
        lookup=lambda _host, _port: ["127.0.0.1"],
    )
    with pytest.raises(SinkError, match="certificate verify failed"):
        other.send(events(1))


PRIVATE_ONES = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"]


@pytest.mark.parametrize("address", PRIVATE_ONES)
def test_private_addresses_are_not_called_unless_allowed(receiver: Receiver, address: str) -> None:
    sink = https.HttpsSink(
        read_target({"kind": "https", "url": receiver.url, "ca_file": str(receiver.ca_file)}),  # type: ignore[arg-type]
        Means(source="https://grades.example.edu/"),
        lookup=lambda _host, _port: [address],
    )
    with pytest.raises(SinkError, match="no public address"):
        sink.send(events(1))
    assert receiver.connections == 0


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """A name that first means a public address and then a private one gains nothing: it is looked up once."""
    called: list[str] = []

    def reach(addresses: list[str], _port: int, _deadline: float) -> Any:
        called.extend(addresses)
        raise ConnectionRefusedError("refused")

    answers = iter([["8.8.8.8", "127.0.0.1"], ["127.0.0.1"]])
    monkeypatch.setattr(https, "_reach", reach)
    sink = https.HttpsSink(
        read_target({"kind": "https", "url": receiver.url, "ca_file": str(receiver.ca_file)}),  # type: ignore[arg-type]
        Means(source="https://grades.example.edu/"),
        lookup=lambda _host, _port: next(answers),
    )
    with pytest.raises(SinkError, match="refused"):
        sink.send(events(1))
    assert called == ["8.8.8.8"]


def test_plain_http_needs_the_setting() -> None:
    target = read_target({"kind": "https", "url": "http://example.edu/"})
    with pytest.raises(SinkError, match="not https"):
        open_sink(target, Means())


@pytest.mark.parametrize(
    "url",
    ["", "example.edu", "ftp://example.edu/", "https://", "https://user:secret@example.edu/", "https://example.edu/#x",
     "https://example.edu:99999/", "https://example.edu/\r\nX: y", "https://exämple.edu/", "https://[::1/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_when_subscribing(url: str) -> None:
    with pytest.raises(Invalid):
        read_target({"kind": "https", "url": url})


@pytest.mark.parametrize("quoted", [True, False])
def test_a_signed_event_is_a_token_that_others_verify(receiver: Receiver, quoted: bool) -> None:
    opened(receiver, signed=True, quoted=quoted).send(events(1))
    [got] = receiver.received
    token = json.loads(got.body) if quoted else got.body.decode()
    assert got.headers["content-type"] == ("application/json" if quoted else "application/jwt")
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    claims = jwt.decode(token, PRIVATE.public_key(), algorithms=["RS256"], issuer="https://grades.example.edu/")
    assert claims["metadata"] == {"event_name": "grade_change"}
    assert claims["body"] == {"n": 0}
    assert claims["jti"] == "id0"
    assert abs(claims["iat"] - time.time()) < 60


def test_the_signing_key_may_change_while_the_sink_is_open(receiver: Receiver) -> None:
    keys = iter([KEY, SigningKey("key-2", KEY.private_pem)])
    sink = opened(receiver, Means(signing_key=lambda: next(keys), allow_private=True), signed=True)
    sink.send(events(1))
    sink.send(events(1))
    kids = [jwt.get_unverified_header(json.loads(got.body))["kid"] for got in receiver.received]
    assert kids == ["key-1", "key-2"]


def test_cloud_events_by_headers(receiver: Receiver) -> None:
    opened(receiver, envelope="cloudevents").send(events(1))
    [got] = receiver.received
    assert got.body == events(1)[0].data
    assert got.headers["content-type"] == "application/json"
    assert {name: value for name, value in got.headers.items() if name.startswith("ce-")} == {
        "ce-specversion": "1.0",
        "ce-id": "id0",
        "ce-source": "https://grades.example.edu/",
        "ce-type": "org.gradewire.grade_change",
        "ce-subject": "courses/7/students/0",
        "ce-time": "2026-03-01T12:00:00.123Z",
        "ce-partitionkey": "7:0",
    }


def test_cloud_events_in_the_body(receiver: Receiver) -> None:
    opened(receiver, envelope="cloudevents-structured").send(events(1))
    [got] = receiver.received
    assert got.headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
    found = json.loads(got.body)
    assert found["data"] == json.loads(events(1)[0].data)
    assert (found["id"], found["specversion"], found["datacontenttype"]) == ("id0", "1.0", "application/json")
