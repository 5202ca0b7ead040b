"""Where approving an application may lead back to."""

from __future__ import annotations

import pytest

from gradewire.core.callbacks import is_address, is_registered, origin_of, with_token

REGISTERED = ["https://app.example.edu/oauth", "http://127.0.0.1:8000"]


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.edu/oauth",
        "https://app.example.edu/oauth/",
        "https://app.example.edu/oauth/back?state=1&x=%2F",
        "https://APP.example.edu:443/oauth#part",
        "http://127.0.0.1:8000",
        "http://127.0.0.1:8000/anything/at/all",
    ],
)
def test_an_address_at_or_below_a_registered_one_is_registered(url: str) -> None:
    assert is_registered(url, REGISTERED)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/oauth",
        "//app.example.edu/oauth",
        "http://app.example.edu/oauth",
        "https://app.example.edu/oauthx",
        "https://app.example.edu/other",
        "https://app.example.edu/oauth/../other",
        "https://app.example.edu/oauth/%2e%2E/other",
        "https://app.example.edu/oauth/%2f..%2fother",
        "https://app.example.edu/oauth\\..\\other",
        "https://app.example.edu:8443/oauth",
        "https://app.example.edu.evil.example/oauth",
        "https://app.example.edu@evil.example/oauth",
        "https://evil.example\\@app.example.edu/oauth",
        "https://evil.example/?https://app.example.edu/oauth",
        "http://127.0.0.1:80000/",
        "http://127.0.0.1/",
        "javascript:alert(1)//https://app.example.edu/oauth",
        "https://app.example.edu/oauth\r\nX: y",
        "https://app.example.edu/oauth\n",
        "https://app.example.edu/oauth?" + "x" * 2000,
    ],
)
def test_any_other_address_is_not(url: str) -> None:
    assert not is_registered(url, REGISTERED)


def test_nothing_is_registered_for_an_application_without_addresses() -> None:
    assert not is_registered("https://app.example.edu/oauth", [])
    assert not is_registered("https://app.example.edu/oauth", ["not an address"])


def test_the_token_is_appended_to_the_query() -> None:
    assert with_token("https://a.example/cb", "t+1") == "https://a.example/cb?oauth_token=t%2B1"
    assert with_token("https://a.example/cb?x=1#end", "t") == "https://a.example/cb?x=1&oauth_token=t"


def test_an_origin_is_what_a_content_security_policy_names() -> None:
    assert is_address("https://a.example:8443/cb?x=1")
    assert origin_of("https://a.example:8443/cb?x=1") == "https://a.example:8443"
