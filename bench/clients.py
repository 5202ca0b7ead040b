"""A load generator that costs little: one thread, raw sockets, requests made beforehand."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from typing import Any


def send_all(port: int, requests: Sequence[bytes], *, connections: int) -> float:
    """Send the requests over this many connections, one at a time on each; the seconds it took.

    Raises:
        RuntimeError: an answer was not 200.
    """
    waiting = iter(requests)
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    for _ in range(connections):
        request = next(waiting, None)
        if request is None:
            break
        fresh = socket.create_connection(("127.0.0.1", port))
        fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fresh.sendall(request)
        selector.register(fresh, selectors.EVENT_READ, bytearray())
    while selector.get_map():
        for key, _ in selector.select():
            connection: Any = key.fileobj
            received: bytearray = key.data
            piece = connection.recv(65536)
            if not piece:
                raise RuntimeError("the server closed the connection")
            received += piece
            if not _is_complete(received):
                continue
            if not received.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(received.decode(errors="replace"))
            received.clear()
            request = next(waiting, None)
            if request is None:
                selector.unregister(connection)
                connection.close()
            else:
                connection.sendall(request)
    return time.perf_counter() - started


def _is_complete(received: bytearray) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(received[:end]).lower()
    place = head.find(b"content-length:")
    length = int(head[place + 15 :].split(b"\r\n", 1)[0])
    return len(received) >= end + 4 + length
