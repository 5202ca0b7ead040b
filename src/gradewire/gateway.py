"""What every request passes first: from whom it comes where proxies stand in front, and which id it has.

The id is in every answer, whatever part of the server gives it, and the same that events and logs name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar
from litestar.types import Message, Scope, Send

from gradewire.core.forwarding import REQUEST_ID_KEY, Network, Sender, Style, find_sender, read_request_id, trusts

_READ = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-request-id"})


class Gateway(Litestar):
    """The application behind its gate.

    ``proxies`` are the networks of trusted proxies, ``style`` names the headers in which they tell of the client.
    """

    def __init__(
        self, *, new_request_id: Callable[[], str], proxies: Sequence[Network], style: Style, **application: Any
    ) -> None:
        super().__init__(**application)
        self._new_request_id = new_request_id
        self._proxies = tuple(proxies)
        self._style: Style = style

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request_id = (self._proxies and self._pass_on(scope)) or self._new_request_id()
        scope.setdefault("state", {})[REQUEST_ID_KEY] = request_id
        await super().__call__(scope, receive, _naming(send, request_id))

    def _pass_on(self, scope: Scope) -> str | None:
        """Put what trusted proxies tell into the scope; the id that they gave the request, if any."""
        peer = scope["client"][0] if scope["client"] else None
        if not trusts(self._proxies, peer):
            return None
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                text = value.decode("latin-1")
                known = headers.get(name.decode())
                headers[name.decode()] = text if known is None else f"{known},{text}"
        _address(scope, find_sender(peer, headers, self._proxies, self._style))
        return read_request_id(headers.get("x-request-id"))


def _address(scope: Scope, sender: Sender) -> None:
    if sender.client is not None:
        scope["client"] = (sender.client, 0)
    if sender.scheme is not None:
        scope["scheme"] = sender.scheme
    if sender.host is not None:
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*kept, (b"host", sender.host.encode("ascii"))]


def _naming(send: Send, request_id: str) -> Send:
    header = (b"x-request-context-id", request_id.encode("ascii"))

    async def name(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], header]
        await send(message)

    return name
