"""What a request shows of who signed it: OAuth 1.0a parameters, in every form in which Schoology's clients write them.

Tolerated (reference, 2.1 to 2.4): the scheme's name in any case, separators with or without blanks, values with or without
quotes, a first pair named ``OAuth realm``, a signature and a nonce percent-encoded or raw, any order, no token or an empty one,
and all of it in the query string instead of the header. Percent escapes are decoded, ``+`` never stands for a blank.

A client signs the address that it believes to call, so several are tried: as received, the same with ``https``, the configured
public address, and configured aliases (some clients always sign ``https://api.schoology.com``). Of each, the base string of
RFC 5849, and the one of the vendor's PHP library, which does not encode parameters before it encodes all of them. Bodies are
never signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from oauthlib.oauth1.rfc5849 import signature as rfc5849

from gradewire.actions.oauth import Shown
from gradewire.core.errors import Unauthenticated

MOST_CHARACTERS = 8192
MOST_PARAMETERS = 500
LONGEST_TOKEN = 64
LONGEST_NONCE = 512

_PAIR = re.compile(r"""[\s,]*([^=,"]+?)\s*=\s*(?:"([^"]*)"|([^,"]*))\s*(?=,|$)""")
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.\-_]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?", re.ASCII)

Pairs = list[tuple[str, str]]


class Addressed:
    """How a request was addressed, as far as it may have been signed."""

    def __init__(self, *, method: str, scheme: str, host: str, raw_path: str, query: str, others: Sequence[str]) -> None:
        self.method = method
        self.scheme = scheme
        self.host = host
        self.raw_path = raw_path
        self.query = query
        self.others = others
        """The public address and aliases, without the path."""

    def addresses(self) -> Iterator[str]:
        """The addresses that a client may have signed, without the query, each once."""
        told: set[str] = set()
        own = [f"{self.scheme}://{self.host}", f"https://{self.host}"] if _HOST.fullmatch(self.host) else []
        for base in (*own, *self.others):
            try:
                address = rfc5849.base_string_uri(base + self.raw_path)
            except ValueError:
                continue
            if address not in told:
                told.add(address)
                yield address


def read_shown(authorization: str | None, addressed: Addressed) -> Shown:
    """What the header or the query string of a request shows.

    Raises:
        Unauthenticated: nothing, or nothing that could be judged.
    """
    if len(addressed.query) > MOST_CHARACTERS or addressed.query.count("&") > MOST_PARAMETERS:
        raise _unreadable("the query string is too long")
    header = read_header(authorization) if authorization else []
    sent: dict[str, str] = {}
    for name, value in header or _in_query(addressed.query):
        if name in sent:
            raise _unreadable(f"{name[:64]} is there twice")
        sent[name] = value
    key = unquote(sent.get("oauth_consumer_key", ""))
    if not key:
        raise Unauthenticated("Can't verify request, missing oauth_consumer_key or oauth_token", reason="missing")
    method = unquote(sent.get("oauth_signature_method", ""))
    if method not in {"HMAC-SHA1", "PLAINTEXT"}:
        raise Unauthenticated(f'Unsupported signature method "{method[:64]}".', reason="signature")
    token, nonce, timestamp = (unquote(sent.get(f"oauth_{name}", "")) for name in ("token", "nonce", "timestamp"))
    signature = sent.get("oauth_signature", "")
    if sent.get("oauth_version", "1.0") != "1.0":
        raise _unreadable("oauth_version is not 1.0")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise _unreadable("oauth_timestamp is not a number of seconds")
    if not nonce or len(nonce) > LONGEST_NONCE or len(signature) > MOST_CHARACTERS or not signature:
        raise _unreadable("oauth_nonce or oauth_signature is missing or too long")
    if len(token) > LONGEST_TOKEN or len(key) > 255 or "\0" in key + token:
        raise Unauthenticated("The consumer_key and token combination does not exist or is not enabled.", reason="consumer")
    return Shown(
        consumer_key=key,
        token=token,
        method=method,  # type: ignore[arg-type]
        timestamp=int(timestamp),
        nonce=nonce,
        signatures=tuple(dict.fromkeys((unquote(signature), signature))),
        base_strings=lambda: _base_strings(addressed, header),
    )


def read_header(authorization: str) -> Pairs:
    """The pairs of an ``Authorization`` header, values as they were sent, without the realm.

    Raises:
        Unauthenticated: it is of another scheme, or cannot be read.
    """
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() != "oauth" or len(authorization) > MOST_CHARACTERS:
        raise _unreadable("the Authorization header is not of the scheme OAuth")
    pairs: Pairs = []
    place = 0
    while place < len(rest) and rest[place:].strip(" \t\r\n,"):
        match = _PAIR.match(rest, place)
        if match is None or len(pairs) >= MOST_PARAMETERS:
            raise _unreadable("the Authorization header cannot be read")
        name = unquote(match[1].strip())
        value = match[2] if match[2] is not None else match[3].strip()
        if name.lower().removeprefix("oauth").strip() != "realm":
            pairs.append((name, value))
        place = match.end()
    return pairs


def _in_query(query: str) -> Pairs:
    """OAuth parameters in a query string, values as they were sent."""
    pairs = (piece.partition("=")[::2] for piece in query.split("&"))
    return [(name, value) for name, value in pairs if name.startswith("oauth_")]


def _base_strings(addressed: Addressed, header: Pairs) -> Iterator[str]:
    signed: Pairs = [(name, unquote(value)) for name, value in header if name != "oauth_signature"]
    query = parse_qsl(addressed.query, keep_blank_values=True, errors="replace")
    pairs: Any = [*signed, *(pair for pair in query if pair[0] != "oauth_signature")]
    rfc = rfc5849.normalize_parameters(pairs)
    raw = _unencoded(signed, addressed.query)
    method: Any = addressed.method
    for parameters in dict.fromkeys((rfc, raw)):
        for address in addressed.addresses():
            yield rfc5849.signature_base_string(method, address, parameters)


def _unencoded(signed: Pairs, query: str) -> str:
    """The parameters as the vendor's PHP library joins them: sorted by name, the query's as they stand in the address."""
    pieces = {piece.partition("=")[0]: piece for piece in query.split("&") if "=" in piece}
    pieces.pop("oauth_signature", None)
    pieces.update({name: f"{name}={value}" for name, value in signed})
    return "&".join(pieces[name] for name in sorted(pieces))


def _unreadable(why: str) -> Unauthenticated:
    return Unauthenticated(f"Can't verify request: {why}.", reason="signature")


def further_parameters(authorization: str | None, query: str) -> dict[str, str]:
    """All OAuth parameters of a request that ``read_shown`` found readable, decoded."""
    pairs = (read_header(authorization) if authorization else []) or _in_query(query)
    return {name: unquote(value) for name, value in pairs}
