"""The identity provider of the institution, asked by OpenID Connect: authorisation code with PKCE, state and nonce.

Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RP-Initiated Logout 1.0, RFC 7636 and RFC 9207. Authlib knows the
protocol, joserfc the signatures, httpx carries it. What the provider tells of itself is kept for an hour; a key that is not
known makes it be asked again, for providers change their keys.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from gradewire.web.identities import Pending, Person, ProviderError, ProviderSettings

KEPT: Final = timedelta(hours=1)
ASKED_AGAIN: Final = timedelta(seconds=30)
"""No sooner than this is the provider asked for its keys again because of a token that none of them fits."""
LEFT_ALONE: Final = timedelta(seconds=10)
"""So long the provider is not asked of itself again after it could not be."""
TIMEOUT: Final = 5.0
LEEWAY: Final = 60
"""So many seconds the clocks may differ."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by the provider's own key alone: neither none, nor by a secret that both know."""
MOST_CHARACTERS: Final = 255


class _Known(Struct, frozen=True):
    """What the provider told of itself, and when."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class IdentityProvider:
    """One provider, for all requests of a process."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._known: _Known | None = None
        self._failed: tuple[datetime, ProviderError] | None = None
        self._asking = threading.Lock()

    def begin(self, pending: Pending, redirect_uri: str, now: datetime) -> str:
        """The address at the provider at which the browser has to ask.

        Raises:
            ProviderError: the provider cannot be reached, or is not what it should be.
        """
        found: str = prepare_grant_uri(
            self._about(now).metadata["authorization_endpoint"],
            self._settings.client_id,
            "code",
            redirect_uri,
            self._settings.scopes,
            pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return found

    def finish(self, pending: Pending, redirect_uri: str, answer: Mapping[str, str], now: datetime) -> Person:
        """Who it is, by what the browser brought back from the provider.

        Raises:
            ProviderError: the provider refused, cannot be reached, or its answer does not hold.
        """
        if not hmac.compare_digest(pending.state.encode(), answer.get("state", "").encode()):
            raise ProviderError("invalid", "the state is not the one that was sent")
        about = self._about(now)
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise ProviderError("invalid", "the answer is of another issuer")
        if about.metadata.get("authorization_response_iss_parameter_supported") and "iss" not in answer:
            raise ProviderError("invalid", "the answer names no issuer")
        if "error" in answer or not answer.get("code"):
            raise ProviderError("refused", "the provider sent no code")
        tokens = self._exchange(about, answer["code"], pending, redirect_uri)
        claims = self._verified(tokens, pending, now)
        if self._settings.login_claim not in claims and "userinfo_endpoint" in about.metadata:
            more = self._get(about.metadata["userinfo_endpoint"], {"Authorization": f"Bearer {tokens.get('access_token')}"})
            if more.get("sub") != claims["sub"]:
                raise ProviderError("invalid", "the user info is of somebody else")
            claims = {**more, **claims}
        return _person(claims, self._settings.login_claim)

    def sign_out_url(self, back: str, now: datetime) -> str | None:
        """Where the browser can sign out at the provider as well; ``None`` if the provider has no such place.

        Raises:
            ProviderError: it cannot be reached.
        """
        place = self._about(now).metadata.get("end_session_endpoint")
        if not place:
            return None
        query = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": back})
        return f"{place}{'&' if '?' in place else '?'}{query}"

    def _about(self, now: datetime, *, not_with: KeySet | None = None) -> _Known:
        """What is known of the provider; ``not_with`` are keys that did not fit, so that newer ones are needed."""
        if (known := self._remembered(now, not_with)) is not None:
            return known
        with self._asking:  # one at a time: while the provider hangs, its visitors are not to take every thread
            if (known := self._remembered(now, not_with)) is not None:
                return known
            try:
                known = self._ask_about(now)
            except ProviderError as error:
                self._failed = (now, error)
                raise
            self._known, self._failed = known, None
            return known

    def _remembered(self, now: datetime, not_with: KeySet | None) -> _Known | None:
        """
        Raises:
            ProviderError: it could not be asked a moment ago.
        """
        known, failed = self._known, self._failed
        if known is not None:
            age = now - known.at
            if age < KEPT and (known.keys is not not_with or age < ASKED_AGAIN):
                return known
        if failed is not None and now - failed[0] < LEFT_ALONE:
            raise ProviderError(failed[1].reason, str(failed[1]))
        return None

    def _ask_about(self, now: datetime) -> _Known:
        metadata = self._get(get_well_known_url(self._settings.issuer, external=True))
        if metadata.get("issuer") != self._settings.issuer:
            raise ProviderError("invalid", "the provider calls itself by another name than oidc_issuer")
        places = ["authorization_endpoint", "token_endpoint", "jwks_uri"]
        for name in places + [name for name in ("userinfo_endpoint", "end_session_endpoint") if name in metadata]:
            self._check_place(name, metadata.get(name))
        try:
            keys = KeySet.import_key_set(self._get(metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError("invalid", f"the keys of the provider cannot be read: {type(error).__name__}") from None
        return _Known(metadata, keys, now)

    def _check_place(self, name: str, address: object) -> None:
        """What is agreed in secret goes over TLS, unless the issuer itself is on this machine."""
        parts = urlsplit(address) if isinstance(address, str) else None
        if parts is None or not parts.netloc or parts.scheme not in {"https", urlsplit(self._settings.issuer).scheme}:
            raise ProviderError("invalid", f"the provider's {name} is no address that can be used")

    def _exchange(self, about: _Known, code: str, pending: Pending, redirect_uri: str) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code",
            "",
            redirect_uri,
            code=code,
            code_verifier=pending.verifier,
            client_id=self._settings.client_id,
        )
        place = about.metadata["token_endpoint"]
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        client = ClientAuth(self._settings.client_id, self._settings.client_secret, self._method(about))
        place, headers, body = client.prepare("POST", place, headers, body)
        found = self._ask("POST", place, headers, body)
        if not isinstance(found.get("id_token"), str):
            raise ProviderError("invalid", "the provider sent no ID token")
        return found

    def _method(self, about: _Known) -> str:
        """How the client shows its secret: as the standard has it unless the provider takes it in the body only."""
        if self._settings.client_secret is None:
            return "none"
        offered = about.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        posts = "client_secret_basic" not in offered and "client_secret_post" in offered
        return "client_secret_post" if posts else "client_secret_basic"

    def _verified(self, tokens: Mapping[str, Any], pending: Pending, now: datetime) -> dict[str, Any]:
        about = self._about(now)
        try:
            token = self._decoded(tokens["id_token"], about, now)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._settings.issuer},
                    "aud": {"essential": True, "values": [self._settings.client_id]},
                    "sub": {"essential": True},
                    "exp": {"essential": True},
                    "nonce": {"essential": True, "value": pending.nonce},
                },
                params={
                    "client_id": self._settings.client_id,
                    "nonce": pending.nonce,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError("invalid", f"the ID token does not hold: {error}") from None
        return dict(claims)

    def _decoded(self, encoded: str, about: _Known, now: datetime) -> jwt.Token:
        try:
            return jwt.decode(encoded, about.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            newer = self._about(now, not_with=about.keys)
            if newer.keys is about.keys:
                raise
            return jwt.decode(encoded, newer.keys, algorithms=ALGORITHMS)

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._ask("GET", address, {"Accept": "application/json", **(headers or {})}, None)

    def _ask(self, method: str, address: str, headers: Mapping[str, str], body: str | None) -> dict[str, Any]:
        path = urlsplit(address).path
        try:
            answer = httpx.request(
                method, address, headers=dict(headers), content=body, timeout=TIMEOUT, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError("unreachable", f"{method} {path}: {type(error).__name__}") from None
        try:
            found = answer.json()
        except ValueError:
            raise ProviderError("unreachable", f"{method} {path} answered {answer.status_code} without JSON") from None
        if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
            refused = method == "POST" and answer.status_code in {400, 401}
            raise ProviderError("refused" if refused else "unreachable", f"{method} {path} answered {answer.status_code}")
        return found


def _person(claims: Mapping[str, Any], login_claim: str) -> Person:
    """
    Raises:
        ProviderError: the claim that names people is not there, or is an address that nobody has checked.
    """
    login = claims.get(login_claim)
    if not isinstance(login, str) or not login.strip() or len(login) > MOST_CHARACTERS or "\0" in login:
        raise ProviderError("claim", f"the provider sent no claim {login_claim}")
    if login_claim == "email" and claims.get("email_verified") is not True:
        raise ProviderError("claim", "the provider has not verified the address (email_verified)")
    return Person(login.strip(), _text(claims.get("name")), _text(claims.get("email")))


def _text(value: object) -> str | None:
    return value.strip()[:MOST_CHARACTERS] or None if isinstance(value, str) and "\0" not in value else None
