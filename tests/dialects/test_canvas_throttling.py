"""Throttling, request ids, trusted proxies, and what nobody is told: what holds for every call."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.core.leaky_bucket import Limits
from gradewire.dialects.canvas.throttle import BAD_TOKEN_COST, Throttle, Ticket, place_of
from gradewire.store import tables as t
from gradewire.store.engine import open_store
from tests.dialects.service_world import ONE, Client, serving

LIMITS = Limits(high_water=100.0, outflow=10.0, up_front=5.0)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def let_in(throttle: Throttle, token: str | None, address: str | None = "192.0.2.1") -> Ticket:
    ticket = throttle.begin(token, address)
    assert isinstance(ticket, Ticket), ticket
    return ticket


def spend(
    throttle: Throttle, token: str | None, cost: float, *, good: bool = True, address: str = "192.0.2.1"
) -> dict[str, str]:
    return throttle.end(let_in(throttle, token, address), cost=cost, authenticated=good)


def left(headers: dict[str, str]) -> float:
    return float(headers["X-Rate-Limit-Remaining"])


# The rule by itself


def test_each_token_has_a_quota_and_pays_what_its_requests_cost() -> None:
    clock = Clock()
    throttle = Throttle(LIMITS, clock=clock)
    told = spend(throttle, "a", 30.0)
    assert (float(told["X-Request-Cost"]), left(told)) == (30.0, 70.0)
    assert left(spend(throttle, "a", 30.0)) == 40.0
    assert left(spend(throttle, "b", 1.0)) == 99.0
    clock.now += 2.0
    assert left(spend(throttle, "a", 0.0)) == 60.0


def test_without_quota_a_request_is_refused_until_enough_has_drained() -> None:
    clock = Clock()
    throttle = Throttle(LIMITS, clock=clock)
    spend(throttle, "a", 120.0)
    assert throttle.begin("a", "192.0.2.1") == pytest.approx(2.0)
    assert isinstance(throttle.begin("b", "192.0.2.1"), Ticket), "others at the same address go on"
    clock.now += 2.1
    assert isinstance(throttle.begin("a", "192.0.2.1"), Ticket)


def test_requests_at_once_pay_up_front_and_get_it_back() -> None:
    throttle = Throttle(LIMITS, clock=Clock())
    spend(throttle, "a", 0.0)
    tickets = [let_in(throttle, "a") for _ in range(20)]
    assert isinstance(throttle.begin("a", None), float)
    for ticket in tickets:
        throttle.end(ticket, cost=0.1, authenticated=True)
    assert left(spend(throttle, "a", 0.0)) == pytest.approx(98.0)


def test_guessing_tokens_fills_the_bucket_of_the_address_and_of_no_good_token() -> None:
    throttle = Throttle(LIMITS, clock=Clock())
    spend(throttle, "good", 0.0)
    guesses = 0
    while isinstance(throttle.begin(f"guess {guesses}", "192.0.2.1"), Ticket):
        throttle.end(Ticket(f"guess {guesses}", "192.0.2.1", by_token=False), cost=0.0, authenticated=False)
        guesses += 1
        assert guesses < 1000
    assert guesses <= LIMITS.high_water / BAD_TOKEN_COST
    assert isinstance(throttle.begin("good", "192.0.2.1"), Ticket), "who was known goes on"
    assert isinstance(throttle.begin(None, "192.0.2.1"), float)
    assert isinstance(throttle.begin("guess", "192.0.2.2"), Ticket), "other addresses go on"


def test_a_refusal_of_a_known_token_does_not_empty_its_bucket() -> None:
    throttle = Throttle(LIMITS, clock=Clock())
    spend(throttle, "a", 50.0)
    spend(throttle, "a", 10.0, good=False)
    assert left(spend(throttle, "a", 0.0)) == 40.0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, ""),
        ("a:b", "a:b"),
    ],
)
def test_an_address_is_as_much_of_it_as_one_machine_owns(address: str | None, place: str) -> None:
    assert place_of(address) == place


def test_switched_off_it_tells_what_things_cost_and_refuses_nothing() -> None:
    throttle = Throttle(None)
    for _ in range(100):
        assert spend(throttle, "a", 1000.0) == {"X-Request-Cost": "1000.000000"}


def test_it_costs_microseconds() -> None:
    throttle = Throttle(LIMITS)
    began = time.perf_counter()
    for _ in range(10_000):
        spend(throttle, "a", 0.0)
    assert (time.perf_counter() - began) / 10_000 < 100e-6, "about five on an idle machine"


# Over HTTP


@pytest.fixture(scope="module")
def client(module_database_url: str) -> Iterator[Client]:
    with serving(module_database_url) as found:
        yield found


@pytest.fixture
def tight(sqlite_url: str) -> Iterator[Client]:
    with serving(sqlite_url, rate_limit_high_water=20.0, rate_limit_outflow=0.001, rate_limit_up_front=1.0) as found:
        yield found


def test_every_api_answer_says_its_cost_what_is_left_and_its_id(client: Client) -> None:
    answers = [
        client.get(f"{ONE}/11"),
        client.grade(11, "7"),
        client.get(f"{ONE}/999"),
        client.get("/api/v1/nothing"),
        client.get(f"{ONE}/11", None),
        client.get(f"{ONE}/11", "forged"),
        client.ask("PUT", f"{ONE}/11", "student1", body={"submission": {"posted_grade": "9"}}),
    ]
    assert [one.status_code for one in answers] == [200, 200, 404, 404, 401, 401, 403]
    for answer in answers:
        assert float(answer.headers["x-request-cost"]) >= 0
        assert 0 < float(answer.headers["x-rate-limit-remaining"]) <= 600
        assert UUID.fullmatch(answer.headers["x-request-context-id"])
    assert len({one.headers["x-request-context-id"] for one in answers}) == len(answers)


@pytest.mark.parametrize("path", ["/health", "/login", "/nowhere", "/api/openapi.json"])
def test_other_answers_have_an_id_too(client: Client, path: str) -> None:
    assert UUID.fullmatch(client.get(path, None).headers["x-request-context-id"])


def test_without_quota_the_answer_is_canvas_s(tight: Client) -> None:
    while (answer := tight.get(f"{ONE}/11", "forged")).status_code == 401:
        pass
    assert answer.status_code == 403
    assert answer.text.strip() == "403 Forbidden (Rate Limit Exceeded)"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert float(answer.headers["x-rate-limit-remaining"]) == 0
    assert int(answer.headers["retry-after"]) >= 1
    assert UUID.fullmatch(answer.headers["x-request-context-id"])


def test_guesses_stop_who_is_not_known_and_not_who_is(tight: Client) -> None:
    assert tight.get(f"{ONE}/11", "teacher").status_code == 200
    while tight.get(f"{ONE}/11", "forged").status_code == 401:
        pass
    assert tight.get(f"{ONE}/11", "teacher").status_code == 200
    assert tight.get(f"{ONE}/11", "admin").status_code == 403, "a good token that this process has not seen yet has to wait"


def test_it_can_be_switched_off(sqlite_url: str) -> None:
    with serving(sqlite_url, rate_limit=False, rate_limit_high_water=1.0) as client:
        answers = [client.get(f"{ONE}/11", "forged") for _ in range(5)]
    assert {one.status_code for one in answers} == {401}
    assert all("x-rate-limit-remaining" not in one.headers and "x-request-cost" in one.headers for one in answers)


def events(database_url: str) -> list[dict[str, Any]]:
    with open_store(database_url, connections=1) as store, store.read() as connection:
        return [json.loads(text) for text in connection.execute(sa.select(t.outbox.c.canvas).order_by(t.outbox.c.id)).scalars()]


def test_events_and_history_name_the_request_by_the_id_of_its_answer(client: Client, module_database_url: str) -> None:
    answer = client.grade(12, "4")
    request_id = answer.headers["x-request-context-id"]
    assert answer.headers["x-request-id"] == request_id
    told = [one for one in events(module_database_url) if one["metadata"]["request_id"] == request_id]
    assert [one["metadata"]["event_name"] for one in told] == ["grade_change", "course_grade_change"]
    with open_store(module_database_url, connections=1) as store, store.read() as connection:
        query = sa.select(t.grade_versions.c.request_id).order_by(t.grade_versions.c.id.desc()).limit(1)
        assert connection.execute(query).scalar() == request_id


# Proxies


def behind(
    database_url: str, *, peer: str, trusted: str, style: str = "x-forwarded", **headers: Any
) -> tuple[dict[str, Any], str]:
    """What the event of a grade says of its request, and the id of the answer, when the connection comes from ``peer``."""
    with serving(database_url, peer=peer, trusted_proxies=trusted, proxy_headers=style) as client:
        answer = client.grade(11, "5", **headers)
        assert answer.status_code == 200, answer.text
    metadata: dict[str, Any] = events(database_url)[-1]["metadata"]
    return metadata, answer.headers["x-request-context-id"]


def test_a_trusted_proxy_tells_client_scheme_host_and_id(sqlite_url: str) -> None:
    metadata, request_id = behind(
        sqlite_url,
        peer="10.1.2.3",
        trusted="10.0.0.0/8",
        x_forwarded_for="198.51.100.7",
        x_forwarded_proto="https",
        x_forwarded_host="grades.example.edu",
        x_request_id="from-the-proxy-0001",
    )
    assert metadata["client_ip"] == "198.51.100.7"
    assert metadata["url"].startswith("https://grades.example.edu/api/v1/")
    assert metadata["hostname"] == "grades.example.edu"
    assert metadata["request_id"] == request_id == "from-the-proxy-0001"


def test_a_stranger_tells_nothing(sqlite_url: str) -> None:
    metadata, request_id = behind(
        sqlite_url,
        peer="203.0.113.9",
        trusted="10.0.0.0/8",
        x_forwarded_for="198.51.100.7",
        x_forwarded_proto="https",
        x_forwarded_host="evil.example",
        x_request_id="from-the-proxy-0001",
    )
    assert metadata["client_ip"] == "203.0.113.9"
    assert metadata["url"].startswith("http://testserver")
    assert UUID.fullmatch(request_id)


def test_without_trusted_proxies_nobody_does(sqlite_url: str) -> None:
    metadata, request_id = behind(
        sqlite_url, peer="127.0.0.1", trusted="", x_forwarded_for="198.51.100.7", x_request_id="x" * 20
    )
    assert metadata["client_ip"] == "127.0.0.1"
    assert UUID.fullmatch(request_id)


def test_the_standard_header_if_the_operator_says_so(sqlite_url: str) -> None:
    metadata, _ = behind(
        sqlite_url,
        peer="10.1.2.3",
        trusted="10.0.0.0/8",
        style="forwarded",
        forwarded="for=198.51.100.7;proto=https;host=grades.example.edu",
        x_forwarded_for="6.6.6.6",
    )
    assert metadata["client_ip"] == "198.51.100.7"
    assert metadata["url"].startswith("https://grades.example.edu/")


def test_an_id_that_is_none_is_not_taken_over(sqlite_url: str) -> None:
    _, request_id = behind(sqlite_url, peer="10.1.2.3", trusted="10.0.0.0/8", x_request_id="<b>bold</b>")
    assert UUID.fullmatch(request_id)


def test_clients_behind_a_proxy_are_throttled_each_for_itself(sqlite_url: str) -> None:
    limits: dict[str, Any] = {"rate_limit_high_water": 5.0, "rate_limit_outflow": 0.001}
    with serving(sqlite_url, peer="10.0.0.1", trusted_proxies="10.0.0.1", **limits) as client:
        while client.get(f"{ONE}/11", "forged", x_forwarded_for="198.51.100.7").status_code == 401:
            pass
        assert client.get(f"{ONE}/11", "forged", x_forwarded_for="198.51.100.8").status_code == 401


# Nobody learns anything


@pytest.mark.parametrize("token", [None, "forged"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"submission":'),
        ("application/json", b"[1]"),
        ("application/x-www-form-urlencoded", b"a=%zz"),
        ("application/x-www-form-urlencoded", b"a[b=1"),
        ("multipart/form-data", b"--x"),
        ("application/json", b'"' + b"x" * 11_000_000 + b'"'),
    ],
    ids=["broken", "no object", "escape", "brackets", "no boundary", "too large"],
)
def test_a_broken_body_does_not_hide_a_401(client: Client, token: str | None, content_type: str, body: bytes) -> None:
    headers = {"content-type": content_type} | ({} if token is None else {"authorization": f"Bearer token-{token}"})
    assert client.http.request("PUT", f"{ONE}/11", content=body, headers=headers).status_code == 401
    known = {"content-type": content_type, "authorization": "Bearer token-teacher"}
    assert client.http.request("PUT", f"{ONE}/11", content=body, headers=known).status_code in {400, 413}


def test_nor_does_a_broken_query(client: Client) -> None:
    assert client.get(f"{ONE}/11?a=%zz", None).status_code == 401
    assert client.get(f"{ONE}/11?a=%zz").status_code == 400


def test_the_web_counts_failed_sign_ins_by_the_address_behind_the_proxy(sqlite_url: str) -> None:
    """The same layer serves both: a campus behind one proxy is not one address."""

    def sign_in(client: Client, address: str) -> int:
        page = client.get("/login", None, x_forwarded_for=address)
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert token is not None
        answer = client.http.post(
            "/login",
            data={"login": "teacher@example.edu", "password": "wrong", "form_token": token[1], "next": "/"},
            headers={"x-forwarded-for": address, "origin": "http://testserver.local"},
        )
        return int(answer.status_code)

    with serving(sqlite_url, peer="10.0.0.1", trusted_proxies="10.0.0.1") as client:
        statuses = [sign_in(client, "198.51.100.7") for _ in range(7)]
        assert len(set(statuses)) == 2, statuses
        assert statuses[-1] == 429
        assert sign_in(client, "198.51.100.8") == statuses[0]
