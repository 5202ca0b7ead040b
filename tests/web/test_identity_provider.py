"""What an identity provider says is believed only as far as it proves it: OpenID Connect Core 3.1.3.7, RFC 7636, RFC 9207."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from gradewire.web.identities import Pending, Person, ProviderError, ProviderSettings
from gradewire.web.identity_provider import ASKED_AGAIN, KEPT, LEFT_ALONE, IdentityProvider
from tests.web.oidc_provider import CLIENT, SECRET, Provider, running_provider

BACK = "https://grades.example.edu/login/sso/callback"
PENDING = Pending("s" * 43, "n" * 43, "v" * 43)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with running_provider() as found:
        yield found


@pytest.fixture
def provider(running: Provider) -> Provider:
    fresh = Provider(running.url)
    fresh.key = running.key
    running.__dict__.update({name: value for name, value in fresh.__dict__.items() if name != "sign"})
    running.sign = running.signed
    running.clock = NOW.timestamp
    return running


def client(provider: Provider, **changes: Any) -> IdentityProvider:
    agreed = {
        "issuer": provider.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scopes": "openid profile",
        "login_claim": "preferred_username",
    }
    return IdentityProvider(ProviderSettings(**{**agreed, **changes}))


def answer_of(provider: Provider, found: IdentityProvider, now: datetime = NOW) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(provider.decide(found.begin(PENDING, BACK, now))).query))


def reason(found: IdentityProvider, answer: dict[str, str], pending: Pending = PENDING, now: datetime = NOW) -> str:
    with pytest.raises(ProviderError) as raised:
        found.finish(pending, BACK, answer, now)
    assert SECRET not in str(raised.value)
    return raised.value.reason


def test_a_code_becomes_the_person_it_stands_for(provider: Provider) -> None:
    found = client(provider)
    provider.claims["email"] = "ann@school.example"
    assert found.finish(PENDING, BACK, answer_of(provider, found), NOW) == Person(
        "ann@example.edu", "Ann", "ann@school.example"
    )


def test_the_request_carries_state_nonce_and_the_digest_of_the_verifier(provider: Provider) -> None:
    sent = dict(parse_qsl(urlsplit(client(provider).begin(PENDING, BACK, NOW)).query))
    assert (sent["state"], sent["nonce"], sent["redirect_uri"]) == (PENDING.state, PENDING.nonce, BACK)
    assert sent["code_challenge_method"] == "S256"
    assert PENDING.verifier not in sent.values()


def test_a_code_of_somebody_else_does_not_fit_the_verifier(provider: Provider) -> None:
    found = client(provider)
    answer = answer_of(provider, found)
    assert reason(found, answer, Pending(PENDING.state, PENDING.nonce, "w" * 43)) == "refused"


def test_a_code_is_good_once(provider: Provider) -> None:
    found = client(provider)
    answer = answer_of(provider, found)
    found.finish(PENDING, BACK, answer, NOW)
    assert reason(found, answer) == "refused"


def test_the_answer_must_carry_the_state_and_the_issuer(provider: Provider) -> None:
    found = client(provider)
    for change in ({"state": "x"}, {"state": ""}, {"iss": "https://other.example"}, {"state": "\u00e4"}):
        assert reason(found, {**answer_of(provider, found), **change}) == "invalid"
    without = answer_of(provider, found)
    del without["iss"]
    assert reason(found, without) == "invalid"


def test_who_says_no_at_the_provider_is_not_signed_in(provider: Provider) -> None:
    answer = {"error": "access_denied", "state": PENDING.state, "iss": provider.url}
    assert reason(client(provider), answer) == "refused"


SPOILT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another nonce": lambda claims: {**claims, "nonce": "m" * 43},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "another issuer": lambda claims: {**claims, "iss": "https://other.example"},
    "another audience": lambda claims: {**claims, "aud": "other"},
    "audiences without the party it is for": lambda claims: {**claims, "aud": [CLIENT, "other"]},
    "for another party": lambda claims: {**claims, "aud": [CLIENT, "other"], "azp": "other"},
    "expired": lambda claims: {**claims, "exp": claims["iat"] - 3600},
    "no expiry": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: {**claims, "iat": claims["iat"] + 3600},
    "no subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "of another access token": lambda claims: {**claims, "at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_an_id_token_that_is_not_for_this_sign_in_is_not_believed(
    provider: Provider, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    found = client(provider)
    provider.spoil = spoil
    assert reason(found, answer_of(provider, found)) == "invalid"


def _unsigned(claims: dict[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)]
    return ".".join([*parts, ""])


def test_only_the_providers_own_key_signs(provider: Provider) -> None:
    found = client(provider)
    stranger = RSAKey.generate_key(2048, {"kid": "first"})
    forged: list[Callable[[dict[str, Any]], str]] = [
        lambda claims: provider.signed(claims, key=stranger),
        lambda claims: provider.signed(claims, key=OctKey.import_key(SECRET), alg="HS256"),
        _unsigned,
        lambda _claims: "not a token",
        lambda _claims: "",
    ]
    for sign in forged:
        provider.sign = sign
        assert reason(found, answer_of(provider, found)) == "invalid"


def test_several_audiences_are_good_where_the_token_names_us(provider: Provider) -> None:
    found = client(provider)
    provider.spoil = lambda claims: {**claims, "aud": ["other", CLIENT], "azp": CLIENT}
    assert found.finish(PENDING, BACK, answer_of(provider, found), NOW).login == "ann@example.edu"


def test_new_keys_of_the_provider_are_learnt_but_not_at_every_forged_token(provider: Provider) -> None:
    found = client(provider)
    answer = answer_of(provider, found)
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    provider.asked.clear()
    assert reason(found, answer) == "invalid"
    assert provider.asked == []
    later = NOW + ASKED_AGAIN + timedelta(seconds=1)
    assert found.finish(PENDING, BACK, answer_of(provider, found), later).login == "ann@example.edu"
    assert provider.asked.count("/keys") == 1


def test_what_the_provider_tells_of_itself_is_kept_for_a_while(provider: Provider) -> None:
    found = client(provider)
    for moment in (NOW, NOW + KEPT / 2):
        found.begin(PENDING, BACK, moment)
    assert provider.asked.count("/keys") == 1
    found.begin(PENDING, BACK, NOW + KEPT + timedelta(seconds=1))
    assert provider.asked.count("/keys") == 2


def test_a_claim_that_is_not_in_the_token_is_in_the_user_info(provider: Provider) -> None:
    found = client(provider)
    del provider.claims["preferred_username"]
    provider.info = {"sub": "s-1", "preferred_username": "bob@example.edu"}
    assert found.finish(PENDING, BACK, answer_of(provider, found), NOW).login == "bob@example.edu"
    provider.info["sub"] = "s-2"
    assert reason(found, answer_of(provider, found)) == "invalid"


@pytest.mark.parametrize("value", [None, "", "  ", 7, ["ann@example.edu"], "x" * 256, "a\0b"])
def test_a_name_that_is_none_signs_nobody_in(provider: Provider, value: object) -> None:
    found = client(provider)
    provider.claims["preferred_username"] = value
    assert reason(found, answer_of(provider, found)) == "claim"


def test_an_address_counts_only_when_it_is_verified(provider: Provider) -> None:
    found = client(provider, login_claim="email")
    provider.claims["email"] = "ann@example.edu"
    for verified in (None, False, "true"):
        provider.claims["email_verified"] = verified
        assert reason(found, answer_of(provider, found)) == "claim"
    provider.claims["email_verified"] = True
    assert found.finish(PENDING, BACK, answer_of(provider, found), NOW).login == "ann@example.edu"


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "ftp://other.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "//other.example"},
    ],
)
def test_a_provider_that_is_not_what_it_should_be_is_not_used(provider: Provider, told: dict[str, Any]) -> None:
    provider.metadata = told
    with pytest.raises(ProviderError) as raised:
        client(provider).begin(PENDING, BACK, NOW)
    assert raised.value.reason == "invalid"


def test_a_provider_that_is_not_there_is_told_so() -> None:
    with running_provider() as gone:
        pass
    with pytest.raises(ProviderError) as raised:
        client(gone).begin(PENDING, BACK, NOW)
    assert raised.value.reason == "unreachable"


def test_a_wrong_secret_is_refused_by_the_provider(provider: Provider) -> None:
    found = client(provider, client_secret="wrong")
    assert reason(found, answer_of(provider, found)) == "refused"


def test_signing_out_at_the_provider_leads_back(provider: Provider) -> None:
    url = client(provider).sign_out_url("https://grades.example.edu/login", NOW)
    assert url is not None
    sent = dict(parse_qsl(urlsplit(url).query))
    assert sent == {"client_id": CLIENT, "post_logout_redirect_uri": "https://grades.example.edu/login"}


def test_a_provider_that_cannot_be_reached_is_left_alone_for_a_moment(provider: Provider) -> None:
    found = client(provider)
    provider.metadata = {"issuer": "https://other.example.edu"}
    with pytest.raises(ProviderError):
        found.begin(PENDING, BACK, NOW)
    provider.metadata = {}
    asked = list(provider.asked)
    with pytest.raises(ProviderError) as raised:
        found.begin(PENDING, BACK, NOW + LEFT_ALONE / 2)
    assert (raised.value.reason, provider.asked) == ("invalid", asked)
    assert found.begin(PENDING, BACK, NOW + LEFT_ALONE).startswith(provider.url)
