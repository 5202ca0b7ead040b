"""A real server on the fixture of the Schoology cases, and a client that writes OAuth headers by hand, in any form wanted.

Its signatures are made from RFC 5849 by this module, so they do not share a library with the server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit
from xml.etree import ElementTree as ET

from msgspec import Struct

from tests.dialects.schoology_fixture import KEY, load_fixture
from tests.server import running_server

SECRETS = {"tk": "ts", "ak": "as", "sk": "ss", "appk": "apps"}
CONSUMERS = {"teacher": "tk", "admin": "ak", "student": "sk", "app": "appk"}
TEACHER, ADMIN, STUDENT = 45552, 99001, 48289

_count = itertools.count()


class Auth(Struct, frozen=True, kw_only=True):
    """How a request is signed; see the header of the acceptance cases, whose words these are."""

    method: str = "PLAINTEXT"
    token: str | None = ""
    """``None`` leaves the parameter out."""
    token_secret: str = ""
    secret: str | None = None
    realm: str | None = "Schoology API"
    scheme: str = "OAuth "
    separator: str = ", "
    quoted: bool = True
    raw: bool = False
    """The signature and the nonce are written without percent-encoding."""
    base: str | None = None
    """The address, without the path, that is signed; else the server's."""
    query: str | None = None
    """The query that is signed; else the one that is sent."""
    signed_too: tuple[tuple[str, str], ...] = ()
    """Parameters that are signed but not sent."""
    more: tuple[tuple[str, str], ...] = ()
    """Further parameters of the header."""
    place: str = "header"
    nonce: str | None = None
    timestamp: int | None = None
    version: str | None = "1.0"
    encoded_once_more: bool = True
    """``False``: parameters go into the base string as the vendor's PHP library puts them."""


class Reply:
    """What the server answered."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.content = content

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", (self.status, self.headers, self.text)
        return json.loads(self.content)

    @property
    def xml(self) -> ET.Element:
        assert self.headers["content-type"] == "text/xml; charset=UTF-8", (self.status, self.headers, self.text)
        return ET.fromstring(self.content)  # noqa: S314 - our own server wrote it

    @property
    def form(self) -> dict[str, str]:
        assert self.headers["content-type"] == "application/x-www-form-urlencoded", (self.status, self.text)
        return {name: values[0] for name, values in parse_qs(self.text, strict_parsing=True).items()}


class Schoology:
    """A running server, and what a client sends it."""

    def __init__(self, url: str, database_url: str) -> None:
        self.url = url
        self.database_url = database_url
        self.last_header: str | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        as_: str | None = "teacher",
        auth: Auth = Auth(),  # noqa: B008 - a frozen value
        header: str | None = None,
        accept: str | None = "application/json",
        body: Any = None,
        content: bytes | None = None,
        content_type: str | None = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request below ``/v1``. ``header`` is an ``Authorization`` header to send as it is; ``as_=None`` sends none."""
        target = f"/v1{path}"
        sent = dict(headers or {})
        if accept is not None:
            sent["Accept"] = accept
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None and content_type is not None:
            sent["Content-Type"] = content_type
        if header is None and as_ is not None:
            header, target = self.sign(method, target, CONSUMERS[as_], auth)
        if header:
            sent["Authorization"] = self.last_header = header
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            connection.putrequest(method, target, skip_host="Host" in sent, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Reply:
        return self.call("GET", path, **more)

    def sign(self, method: str, target: str, key: str, auth: Auth) -> tuple[str | None, str]:
        """The header, and the target with what goes into the query string instead."""
        path, _, query = target.partition("?")
        parameters = {
            "oauth_consumer_key": key,
            "oauth_nonce": f"n{next(_count)}-{time.time_ns()}" if auth.nonce is None else auth.nonce,
            "oauth_timestamp": str(int(time.time()) if auth.timestamp is None else auth.timestamp),
            "oauth_signature_method": auth.method,
            **({} if auth.token is None else {"oauth_token": auth.token}),
            **({} if auth.version is None else {"oauth_version": auth.version}),
            **dict(auth.more),
        }
        secret = SECRETS[key] if auth.secret is None else auth.secret
        signing_key = f"{escape(secret)}&{escape(auth.token_secret)}"
        signature = signing_key
        if auth.method != "PLAINTEXT":
            signed = [*parameters.items(), *auth.signed_too]
            asked = query if auth.query is None else auth.query
            base = base_string(method, (auth.base or self.url) + path, signed, asked, encoded=auth.encoded_once_more)
            digest = hmac.new(signing_key.encode(), base.encode(), hashlib.sha1).digest()
            signature = base64.b64encode(digest).decode()
        encode = (lambda text: text) if auth.raw else escape
        pairs = [(name, encode(value)) for name, value in parameters.items()]
        pairs.append(("oauth_signature", encode(signature)))
        if auth.place == "query":
            return None, f"{path}?{query}{'&' if query else ''}{'&'.join(f'{name}={value}' for name, value in pairs)}"
        if auth.realm is not None:
            pairs.insert(0, ("realm", auth.realm))
        quote_mark = '"' if auth.quoted else ""
        return auth.scheme + auth.separator.join(f"{name}={quote_mark}{value}{quote_mark}" for name, value in pairs), target


def escape(text: str) -> str:
    return quote(text, safe="-._~")


def base_string(method: str, url: str, parameters: list[tuple[str, str]], query: str, *, encoded: bool = True) -> str:
    """RFC 5849, 3.4.1; not ``encoded``, the vendor's PHP library's."""
    if encoded:
        pairs = [(escape(name), escape(value)) for name, value in [*parameters, *parse_qsl(query, keep_blank_values=True)]]
        joined = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    else:
        pieces = {piece.split("=")[0]: piece for piece in query.split("&") if piece}
        pieces.update({name: f"{name}={value}" for name, value in parameters})
        joined = "&".join(pieces[name] for name in sorted(pieces))
    parts = urlsplit(url)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in {None, 80, 443} else "")
    return "&".join([method, escape(f"{parts.scheme}://{host}{parts.path}"), escape(joined)])


@contextmanager
def running(
    database_url: str, directory: Path, *, load: bool = True, settings: Mapping[str, str] | None = None
) -> Iterator[Schoology]:
    """A server process on a database that holds the fixture."""
    if load:
        load_fixture(database_url)
    chosen = {"GRADEWIRE_SECRET_KEY": KEY, "GRADEWIRE_RELAY_IN_SERVER": "false", "GRADEWIRE_SCHOOLOGY_CREDITS": "0"}
    with running_server(database_url, directory, settings={**chosen, **(settings or {})}) as server:
        yield Schoology(server.url, database_url)
