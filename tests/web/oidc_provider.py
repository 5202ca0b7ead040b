"""A small OpenID provider with real keys, on a real port: discovery, key set, authorisation with PKCE, token and user info.

It is strict, as providers are: unknown clients and addresses, codes that were used, wrong verifiers and secrets are refused.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "gradewire", "the secret of the client & more"


class Provider:
    """A running provider. Tests say who signs in, and may spoil what it sends."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.claims: dict[str, Any] = {"sub": "s-1", "preferred_username": "ann@example.edu", "name": "Ann"}
        """What the ID token tells of whoever signs in."""
        self.info: dict[str, Any] = {}
        """What the user info tells."""
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.metadata: dict[str, Any] = {}
        """Changes of what discovery tells."""
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.codes: dict[str, dict[str, str]] = {}
        self.redirect_uris: set[str] = set()
        """The addresses that are registered; empty: any."""
        self.asked: list[str] = []
        self.clock: Callable[[], float] = time.time

    def signed(self, claims: dict[str, Any], *, key: Any = None, **header: Any) -> str:
        used = key or self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, used, algorithms=["RS256", "HS256", "none"])

    def decide(self, url: str) -> str:
        """What the browser is led to when somebody signs in at the address that it was sent to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert self.faults(asked) == []
        return self.back(asked)

    def faults(self, asked: dict[str, str]) -> list[str]:
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        found = [name for name, value in wanted.items() if asked.get(name) != value]
        found += [name for name in ("state", "nonce", "code_challenge") if len(asked.get(name, "")) < 43]
        if "openid" not in asked.get("scope", "").split():
            found.append("scope")
        if not asked.get("redirect_uri") or (self.redirect_uris and asked["redirect_uri"] not in self.redirect_uris):
            found.append("redirect_uri")
        return found

    def back(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def discovery(self) -> dict[str, Any]:
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/info",
            "end_session_endpoint": f"{self.url}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return {**found, **self.metadata}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (given[0], unquote_plus(given[2])) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        )
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.claims}
        token = self.sign(self.spoil(claims))
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        if parts.path.endswith("/.well-known/openid-configuration"):
            self._json(200, self.provider.discovery())
        elif parts.path == "/keys":
            self._json(200, {"keys": [self.provider.key.as_dict(private=False)]})
        elif parts.path == "/info":
            known = self.headers.get("Authorization") == "Bearer access"
            self._json(200 if known else 401, self.provider.info)
        elif parts.path == "/authorize":
            faults = self.provider.faults(dict(parse_qsl(parts.query)))
            name = html.escape(str(self.provider.claims.get("preferred_username")))
            form = f"<form method=post action='/authorize?{html.escape(parts.query)}'><button>Sign in as {name}</button></form>"
            page = f"<!doctype html><html lang=en><title>Provider</title>{faults or form}"
            self._send(400 if faults else 200, "text/html", page.encode())
        elif parts.path == "/end":
            self._send(200, "text/html", b"<!doctype html><html lang=en><title>Out</title><h1>Signed out</h1>")
        elif parts.path == "/favicon.ico":
            self._send(200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        else:
            self._send(404, "text/plain", b"no such place")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        parts = urlsplit(self.path)
        if parts.path == "/token":
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*self.provider.token(form, self.headers.get("Authorization", "")))
            return
        self.send_response(303)
        self.send_header("Location", self.provider.back(dict(parse_qsl(parts.query))))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, value: object) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is in ``asked``."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    handler.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
