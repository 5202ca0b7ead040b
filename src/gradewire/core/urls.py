"""Addresses that are kept: cut free of what would let their reader act as somebody else."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

_SECRETS: Final = frozenset(
    {
        *(
            "access_token",
            "refresh_token",
            "id_token",
            "token",
            "auth_token",
            "session_token",
            "authenticity_token",
            "csrf_token",
        ),
        *(
            "api_key",
            "apikey",
            "client_secret",
            "secret",
            "password",
            "passwd",
            "code",
            "code_verifier",
            "verifier",
            "sf_verifier",
        ),
        *("jwt", "assertion", "client_assertion", "authorization", "sig", "signature", "x-amz-signature", "x-amz-credential"),
        *("x-amz-security-token", "x-goog-signature", "x-goog-credential", "policy", "awsaccesskeyid", "googleaccessid"),
        *("samlresponse", "session_id", "sessionid", "sid", "session_secret", "upload_token", "upload_secret", "private_token"),
        *("bearer", "bearer_token", "bearertoken", "pwd", "passphrase", "credential", "credentials", "ticket", "otp"),
    }
)
_NAMED: Final = re.compile(r"[?&;#\[.]([^?&;#\[\].=]+)[\[\]]*=")
_USER_INFO: Final = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#]*@")


def scrub_url(url: str) -> str:
    """An address without its secrets: tokens, keys, signatures, passwords and codes in its query or fragment, and a user's
    name and password before the host. An address with none of these comes back unchanged, however odd it is.

    Events repeat the address of the request, and of the page it came from, to whoever subscribes; and Canvas takes an
    ``access_token`` in the query.
    """
    rest, mark, fragment = url.partition("#")
    path, question, query = rest.partition("?")
    path = _USER_INFO.sub(r"\1", path)
    return path + _open(question, query) + _open(mark, fragment)


def _open(mark: str, query: str) -> str:
    """A query with its mark, without the pairs that carry a secret; ``&`` and ``;`` both separate, for servers differ."""
    pieces = (";".join(part for part in piece.split(";") if not _is_secret(part)) for piece in query.split("&"))
    kept = [piece for piece, before in zip(pieces, query.split("&"), strict=True) if piece or piece == before]
    return mark + "&".join(kept) if kept else ""


def _is_secret(pair: str) -> bool:
    """Whether a pair has the name of a secret, or its value is an address with such a pair, even if encoded several times."""
    text = "&" + pair
    for _ in range(4):
        if any(_is_secret_name(name) for name in _NAMED.findall(text)):
            return True
        plain = unquote_plus(text)
        if plain == text:
            return False
        text = plain
    return any(_is_secret_name(name) for name in _NAMED.findall(text))


def _is_secret_name(name: str) -> bool:
    plain = name.strip().lower()
    return plain in _SECRETS or plain.startswith("oauth_")
