"""POST to a web address, one event per request (live-events reference, 9.5, 10.2 and 10.3).

Several requests are under way at once, each on a connection that is kept; the events of one (course, student) go one after the
other. The address is looked up for each new connection and judged before it is used, and the connection goes to the very
address that was judged: a name that means something else a moment later gains nothing. Redirects are answers like others.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final
from urllib.parse import urlsplit

import msgspec
from joserfc import jws
from joserfc.jwk import RSAKey
from msgspec import Struct

from gradewire.core.addresses import is_public
from gradewire.events import cloud_events
from gradewire.events.signing import SigningKey
from gradewire.events.sinks.means import Means
from gradewire.events.sinks.sink import Outgoing, SinkError
from gradewire.events.targets import HttpsTarget

AT_ONCE: Final = 8
SECONDS: Final = 15.0
"""How long a target may take for one event, from looking up its address to the last byte of its answer that is read."""
BEGIN_SECONDS: Final = 8.0
"""After so long nothing more is begun in one call, so that a call ends within 25 seconds."""
MOST_READ: Final = 4096
ACCEPTED: Final = range(200, 300)

Resolve = Callable[[str, int], list[str]]


class Forbidden(Exception):
    """The target may not be called from here."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Line(threading.local):
    """The connection of one thread."""

    connection: http.client.HTTPConnection | None = None


class _Parts(Struct, frozen=True):
    """The address taken apart once."""

    secure: bool
    host: str
    port: int
    path: str
    authority: str


class HttpsSink:
    """A web address."""

    at_once = 256

    def __init__(self, target: HttpsTarget, means: Means, *, lookup: Resolve = resolve) -> None:
        self._target = target
        self._means = means
        self._lookup = lookup
        self._parts = _take_apart(target.url)
        if not self._parts.secure and not means.allow_private:
            raise SinkError("the target is not https, and the setting events_allow_private_targets is off")
        self._headers = {"User-Agent": "gradewire", "Accept": "*/*", "Host": self._parts.authority}
        if target.bearer_sealed is not None:
            self._headers["Authorization"] = f"Bearer {means.unseal(target.bearer_sealed)}"
        self._context = _trust(target.ca_file)
        self._line = _Line()
        self._open: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="https")
        self._signing: tuple[str, RSAKey] | None = None

    def send(self, events: Sequence[Outgoing]) -> None:
        key = self._key() if self._target.signed else None
        lines: dict[tuple[int, int], deque[int]] = {}
        for position, event in enumerate(events):
            lines.setdefault((event.course_id, event.student_id), deque()).append(position)
        work = _Work(events, lines.values(), begin_until=time.monotonic() + BEGIN_SECONDS)
        running = [self._pool.submit(self._carry, work, key) for _ in range(min(AT_ONCE, len(lines)))]
        wait(running, timeout=BEGIN_SECONDS + SECONDS)
        if not all(one.done() for one in running):
            self._hang_up()
            wait(running, timeout=1.0)
        work.finish()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            open_ones, self._open = self._open, set()
        for connection in open_ones:
            connection.close()

    def _key(self) -> tuple[str, RSAKey]:
        found: SigningKey = self._means.signing_key()
        if self._signing is None or self._signing[0] != found.kid:
            self._signing = (found.kid, RSAKey.import_key(found.private_pem))
        return self._signing

    def _carry(self, work: _Work, key: tuple[str, RSAKey] | None) -> None:
        """Take lines one after the other and send their events, until none is left or the time is over."""
        while (line := work.take()) is not None:
            for position in line:
                if not work.begin(position):
                    return
                try:
                    self._post(work.events[position], key)
                except (OSError, http.client.HTTPException, Forbidden, _NotAccepted) as error:
                    self._drop()
                    work.refuse(position, _reason(error))
                    break  # what follows in this line is not tried
                work.accept(position)

    def _post(self, event: Outgoing, key: tuple[str, RSAKey] | None) -> None:
        body, headers = self._body(event, key)
        deadline = time.monotonic() + SECONDS
        kept = self._line.connection is not None
        try:
            status, said = self._ask(body, headers, deadline)
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            if not kept:
                raise
            self._drop()  # the target closed a connection that was idle; the event is asked again on a new one
            status, said = self._ask(body, headers, deadline)
        if status not in ACCEPTED:
            raise _NotAccepted(status, said)

    def _ask(self, body: bytes, headers: dict[str, str], deadline: float) -> tuple[int, bytes]:
        """The status, and the beginning of what was said."""
        connection = self._line.connection or self._connect(deadline)
        assert connection.sock is not None
        connection.sock.settimeout(max(0.1, deadline - time.monotonic()))
        watch = threading.Timer(max(0.1, deadline - time.monotonic()), _shut, (connection.sock,))
        watch.daemon = True
        watch.start()  # a timeout of the socket begins anew with every byte; this one does not
        try:
            connection.request("POST", self._parts.path, body, headers)
            answer = connection.getresponse()
            said = answer.read(MOST_READ)
        except (OSError, http.client.HTTPException):
            if time.monotonic() >= deadline:
                raise TimeoutError from None
            raise
        finally:
            watch.cancel()
        if connection.sock is None or not answer.isclosed():  # it ends with this answer, or says more than anybody needs
            self._drop()
        return answer.status, said

    def _body(self, event: Outgoing, key: tuple[str, RSAKey] | None) -> tuple[bytes, dict[str, str]]:
        headers = {**self._headers, "X-Gradewire-Event-Id": event.event_id, "X-Gradewire-Event-Name": event.name}
        if key is not None:
            token = _sign(event, key, self._means.source)
            if self._target.quoted:
                return msgspec.json.encode(token), {**headers, "Content-Type": "application/json"}
            return token.encode(), {**headers, "Content-Type": "application/jwt"}
        if self._target.envelope == "cloudevents-structured":
            return cloud_events.structured(event, self._means.source), {**headers, "Content-Type": cloud_events.STRUCTURED}
        if self._target.envelope == "cloudevents":
            named = cloud_events.attributes(event, self._means.source)
            content_type = named.pop("datacontenttype")
            headers |= {f"ce-{name}": value for name, value in named.items()}
            return event.data, {**headers, "Content-Type": content_type}
        return event.data, {**headers, "Content-Type": "application/json"}

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        host, port = self._parts.host, self._parts.port
        addresses = self._lookup(host, port)
        allowed = [one for one in addresses if self._means.allow_private or is_public(one)]
        if not allowed:
            raise Forbidden(f"{host} has no public address, and the setting events_allow_private_targets is off")
        raw = _reach(allowed, port, deadline)
        try:
            raw.settimeout(max(0.1, deadline - time.monotonic()))
            sock = self._context.wrap_socket(raw, server_hostname=host) if self._parts.secure else raw
        except BaseException:
            raw.close()
            raise
        connection = http.client.HTTPConnection(host, port)
        connection.sock = sock
        connection.auto_open = 0  # a connection that was lost is not made anew behind our back, to an address nobody judged
        self._line.connection = connection
        with self._lock:
            self._open.add(connection)
        return connection

    def _drop(self) -> None:
        connection, self._line.connection = self._line.connection, None
        if connection is not None:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _hang_up(self) -> None:
        with self._lock:
            open_ones = list(self._open)
        for connection in open_ones:
            if connection.sock is not None:
                _shut(connection.sock)


class _NotAccepted(Exception):
    def __init__(self, status: int, said: bytes) -> None:
        text = " ".join(said.decode("utf-8", "replace").split())[:200]
        super().__init__(f"it answered {status}" + (f": {text}" if text else ""))


class _Work:
    """The events of one call: what is left, what became of the others."""

    def __init__(self, events: Sequence[Outgoing], lines: Iterable[deque[int]], *, begin_until: float) -> None:
        self.events = events
        self._lines = deque(lines)
        self._begin_until = begin_until
        self._lock = threading.Lock()
        self._begun: set[int] = set()
        self._accepted: set[int] = set()
        self._refused: dict[int, str] = {}
        self._over = False

    def take(self) -> deque[int] | None:
        with self._lock:
            return self._lines.popleft() if self._lines and not self._over else None

    def begin(self, position: int) -> bool:
        with self._lock:
            if self._over or time.monotonic() > self._begin_until:
                return False
            self._begun.add(position)
            return True

    def accept(self, position: int) -> None:
        with self._lock:
            if not self._over:
                self._accepted.add(position)

    def refuse(self, position: int, reason: str) -> None:
        with self._lock:
            if not self._over:
                self._refused[position] = reason

    def finish(self) -> None:
        """
        Raises:
            SinkError: not all were accepted.
        """
        with self._lock:
            self._over = True
            for position in self._begun - self._accepted - self._refused.keys():
                self._refused[position] = f"no answer within {SECONDS:.0f} s"
            if len(self._accepted) < len(self.events):
                reason = next(iter(self._refused.values()), "the target was too slow for all events at once")
                raise SinkError(reason, accepted=self._accepted, refused=self._refused.keys())


def _take_apart(url: str) -> _Parts:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    assert parts.hostname is not None
    return _Parts(secure, parts.hostname, parts.port or (443 if secure else 80), path, parts.netloc)


def _trust(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SinkError(f"the authorities in {ca_file} cannot be read: {error}") from None


def _reach(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure: OSError | None = None
    for number, address in enumerate(addresses):
        rest = (deadline - time.monotonic()) / (len(addresses) - number)
        if rest <= 0:
            break
        try:
            reached = socket.create_connection((address, port), timeout=rest)
        except OSError as error:
            failure = error
        else:
            reached.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )  # a body does not wait until its headers are confirmed
            return reached
    raise failure or TimeoutError("no connection in time")


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _sign(event: Outgoing, key: tuple[str, RSAKey], issuer: str) -> str:
    """The event's members as claims of a compact JWS, beside who says so, when, and the event's id."""
    claims = msgspec.json.decode(event.data, type=dict[str, msgspec.Raw])
    ours = {"iss": issuer, "iat": int(time.time()), "jti": event.event_id}
    payload = msgspec.json.encode({**claims, **ours})
    return jws.serialize_compact({"alg": "RS256", "typ": "JWT", "kid": key[0]}, payload, key[1])


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:.0f} s"
    return str(error) or type(error).__name__
