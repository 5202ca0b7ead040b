"""Who signed a request: every form in which Schoology's clients write it is taken, and nothing else is (reference, 2)."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import oauthlib.oauth1
import pytest
import requests
import schoolopy
from requests_oauthlib import OAuth1

from tests.dialects.schoology_world import STUDENT, TEACHER, Auth, Schoology, running

HMAC = "HMAC-SHA1"
ME = f"/users/{TEACHER}"
LIST = "/roles?start=0&limit=2"


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


TAKEN: list[tuple[str, Auth]] = [
    ("PLAINTEXT with an empty token", Auth(token="")),
    ("PLAINTEXT without a token", Auth(token=None)),
    ("PLAINTEXT with its signature not encoded", Auth(raw=True)),
    ("HMAC with an empty token, which is signed", Auth(method=HMAC, token="")),
    ("HMAC without a token", Auth(method=HMAC, token=None)),
    ("HMAC with its signature not encoded", Auth(method=HMAC, raw=True)),
    ("no realm", Auth(method=HMAC, realm=None)),
    ("an empty realm", Auth(method=HMAC, realm="")),
    ("another realm", Auth(method=HMAC, realm="https://example.edu/, here")),
    ("the scheme in other letters", Auth(method=HMAC, scheme="Oauth ")),
    ("the scheme in capitals", Auth(method=HMAC, scheme="OAUTH ")),
    ("two blanks behind the scheme", Auth(method=HMAC, scheme="OAuth  ")),
    ("a first pair whose key is OAuth realm", Auth(method=HMAC, scheme="OAuth OAuth ")),
    ("separators without blanks", Auth(method=HMAC, separator=",")),
    ("separators with blanks before and behind", Auth(method=HMAC, separator=" ,  ")),
    ("separators with a tab", Auth(method=HMAC, separator=",\t")),
    ("values without quotes", Auth(method=HMAC, quoted=False, realm=None, token=None)),
    ("values without quotes, a realm with a blank", Auth(method=HMAC, quoted=False)),
    ("values without quotes, raw", Auth(quoted=False, raw=True)),
    ("no version", Auth(method=HMAC, version=None)),
    (
        "further parameters, signed like the others",
        Auth(method=HMAC, more=(("oauth_body_hash", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="),)),
    ),
    ("parameters in the query, PLAINTEXT", Auth(place="query")),
    ("parameters in the query, HMAC", Auth(method=HMAC, place="query")),
    ("the original's address signed, http", Auth(method=HMAC, token=None, base="http://api.schoology.com")),
    ("the original's address signed, https", Auth(method=HMAC, token=None, base="https://api.schoology.com")),
]


@pytest.mark.parametrize("path", [ME, LIST])
@pytest.mark.parametrize(("auth"), [auth for _, auth in TAKEN], ids=[name for name, _ in TAKEN])
def test_a_good_signature_is_taken_in_every_form(api: Schoology, path: str, auth: Auth) -> None:
    answer = api.get(path, auth=auth)
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("nonce", ["a+b/c=", "a b", "ü%", "%2B", "~._-", "x" * 490])
@pytest.mark.parametrize("method", ["PLAINTEXT", HMAC])
def test_a_nonce_is_any_text(api: Schoology, nonce: str, method: str) -> None:
    auth = Auth(method=method, nonce=f"{time.time_ns()}{nonce}", timestamp=int(time.time()))
    assert [api.get(ME, auth=auth).status for _ in range(2)] == [200, 401]


def test_a_plus_in_a_nonce_is_no_blank(api: Schoology) -> None:
    now, unique = int(time.time()), time.time_ns()
    written = [f"{unique}+x", f"{unique} x", f"{unique}-x", f"{unique}+x"]
    answers = [api.get(ME, auth=Auth(nonce=one, timestamp=now, raw=" " not in one)).status for one in written]
    assert answers == [200, 200, 200, 401]


def test_a_nonce_with_plus_and_slash_may_be_written_raw(api: Schoology) -> None:
    for method in ("PLAINTEXT", HMAC):
        nonce = f"Ab+/{time.time_ns()}=="
        assert api.get(ME, auth=Auth(method=method, nonce=nonce, raw=True)).status == 200


@pytest.mark.parametrize("base", [None, "https"])
def test_the_address_as_received_is_what_the_host_header_says(api: Schoology, base: str | None) -> None:
    """schoolopy and edfi send ``Host: api.schoology.com`` whatever they are connected to; a proxy may have spoken https."""
    host = "grades.elsewhere.example:8443"
    signed = f"{base or 'http'}://{host}"
    auth = Auth(method=HMAC, token=None, base=signed)
    assert api.get(LIST, auth=auth, headers={"Host": host}).status == 200
    assert api.get(LIST, auth=auth).status == 401


def test_links_never_begin_with_the_host_of_the_request(api: Schoology) -> None:
    answer = api.get("/roles?limit=1", auth=Auth(method=HMAC), headers={"Host": "evil.example"}).json
    assert answer["links"]["next"].startswith(f"{api.url}/v1/roles?")
    assert "evil" not in str(answer)


def test_doubled_slashes_are_signed_as_received(api: Schoology) -> None:
    assert api.get(f"/{ME}", auth=Auth(method=HMAC, token=None)).status == 200
    header, _ = api.sign("GET", f"/v1{ME}", "tk", Auth(method=HMAC))
    assert api.get(f"/{ME}", header=header).status == 401


@pytest.mark.parametrize("query", ["title=1,2", "title=a b".replace(" ", "%20"), "title=a+b", "x=%C3%BC&x=1&title=", "title"])
def test_the_query_is_signed_encoded_as_rfc_5849_says(api: Schoology, query: str) -> None:
    assert api.get(f"/roles?{query}", auth=Auth(method=HMAC)).status == 200


def test_the_vendors_library_signs_the_query_without_encoding_it(api: Schoology) -> None:
    auth = Auth(method=HMAC, encoded_once_more=False)
    assert api.get("/roles?grading_period_ids=13011,final", auth=auth).status == 200
    assert api.get("/roles?grading_period_ids=13011%2Cfinal", auth=auth).status == 200


def test_a_secret_may_have_characters_that_are_encoded(api: Schoology) -> None:
    """In PLAINTEXT each of the two secrets is encoded before the whole is."""
    assert api.get(ME, auth=Auth(secret="t%73")).status == 401
    assert api.get(ME, auth=Auth(method=HMAC, secret="ts")).status == 200


REFUSED: list[tuple[str, Auth, str]] = [
    ("a wrong secret, PLAINTEXT", Auth(secret="tS"), "Verification of signature failed"),
    ("a wrong secret, HMAC", Auth(method=HMAC, secret="wrong"), "Verification of signature failed"),
    ("no secret, PLAINTEXT", Auth(secret=""), "Verification of signature failed"),
    ("a token's secret without a token", Auth(token_secret="x"), "Verification of signature failed"),
    ("the query not signed", Auth(method=HMAC, query=""), "Verification of signature failed"),
    ("another query signed", Auth(method=HMAC, query="start=0&limit=3"), "Verification of signature failed"),
    ("members of a body signed", Auth(method=HMAC, signed_too=(("title", "x"),)), "Verification of signature failed"),
    ("a strange address signed", Auth(method=HMAC, base="https://elsewhere.example"), "Verification of signature failed"),
    (
        "an unknown token",
        Auth(token="nobody", token_secret="x"),
        'The consumer_key "tk" token "nobody" combination does not exist',
    ),
    ("a token longer than any", Auth(token="x" * 65), "combination does not exist"),
    ("a method nobody names", Auth(method="HMAC-SHA256"), 'Unsupported signature method "HMAC-SHA256".'),
    ("another version", Auth(version="2.0"), "oauth_version"),
    ("a timestamp that is no number", Auth(more=(("oauth_timestamp", "now"),)), "oauth_timestamp"),
    ("a timestamp in milliseconds", Auth(timestamp=int(time.time() * 1000)), "oauth_timestamp"),
    ("an empty nonce", Auth(nonce=""), "oauth_nonce"),
    ("a nonce without end", Auth(nonce="x" * 513), "oauth_nonce"),
    ("a key that nobody has", Auth(more=(("oauth_consumer_key", "zz"),)), 'The consumer_key "zz"'),
    ("an empty key", Auth(more=(("oauth_consumer_key", ""),)), "missing oauth_consumer_key"),
    ("two keys", Auth(scheme='OAuth oauth_consumer_key="ak", ', realm=None), "there twice"),
]


@pytest.mark.parametrize(("auth", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_any_other_signature_is_refused_with_a_plain_text(api: Schoology, auth: Auth, text: str) -> None:
    answer = api.get(LIST, auth=auth)
    assert (answer.status, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8"), answer.text
    assert text in answer.text
    assert answer.headers["www-authenticate"] == 'OAuth realm="Schoology API"'


@pytest.mark.parametrize(
    "header",
    [
        "",
        "OAuth",
        "OAuth ",
        "OAuth x",
        "OAuth ====",
        'OAuth realm="',
        "Bearer token-admin",
        "Basic dGs6dHM=",
        "OAuth a=b," * 1000,
    ],
)
def test_a_header_that_shows_nothing_is_refused(api: Schoology, header: str) -> None:
    answer = api.get(ME, header=header, as_=None)
    assert (answer.status, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8")
    assert answer.text.startswith("Can't verify request")


def test_a_signature_is_of_one_method_and_one_path(api: Schoology) -> None:
    header, _ = api.sign("GET", f"/v1/users/{STUDENT}", "tk", Auth(method=HMAC))
    assert api.get(ME, header=header).status == 401
    header, _ = api.sign("POST", "/v1/multiget", "tk", Auth(method=HMAC))
    assert api.call("POST", "/multioptions", header=header, body={"request": []}).status == 401
    header, _ = api.sign("POST", f"/v1{ME}", "tk", Auth(method=HMAC))
    assert api.get(ME, header=header).status == 401


def test_bodies_are_never_signed(api: Schoology) -> None:
    """npm's schoology.js signs the members of a JSON body, and a correct server refuses that."""
    body = {"request": [f"/v1{ME}"]}
    assert api.call("POST", "/multiget", auth=Auth(method=HMAC), body=body).status == 207
    signed_too = Auth(method=HMAC, signed_too=(("request", f"/v1{ME}"),))
    assert api.call("POST", "/multiget", auth=signed_too, body=body).status == 401


def test_an_application_without_a_token_speaks_for_nobody(api: Schoology) -> None:
    answer = api.get(ME, as_="app")
    assert answer.status == 401
    assert "access token is needed" in answer.text


def test_a_header_in_the_query_is_no_parameter_of_the_operation(api: Schoology) -> None:
    assert "oauth" not in api.get("/roles?limit=1", auth=Auth(place="query")).text


# Signers that others wrote.


@pytest.mark.parametrize("method", [oauthlib.oauth1.SIGNATURE_HMAC_SHA1, oauthlib.oauth1.SIGNATURE_PLAINTEXT])
@pytest.mark.parametrize("place", ["AUTH_HEADER", "QUERY"])
def test_oauthlib_signs(api: Schoology, method: str, place: str) -> None:
    client = oauthlib.oauth1.Client("tk", client_secret="ts", signature_method=method, signature_type=place)
    url, headers, _ = client.sign(f"{api.url}/v1/roles?limit=1&title=a%2Cb%20c")
    assert requests.get(url, headers=headers, timeout=30).status_code == 200


@pytest.mark.parametrize("method", ["HMAC-SHA1", "PLAINTEXT"])
@pytest.mark.parametrize("realm", [None, "Schoology API"])
def test_requests_oauthlib_signs(api: Schoology, method: str, realm: str | None) -> None:
    auth = OAuth1("tk", "ts", signature_method=method, realm=realm)
    assert requests.get(f"{api.url}/v1/roles", params={"limit": "1", "x": "ä,+ &"}, auth=auth, timeout=30).status_code == 200
    answer = requests.post(f"{api.url}/v1/multiget", json={"request": [f"/v1{ME}"]}, auth=auth, timeout=30)
    assert answer.status_code == 207
    assert answer.json()["response"][0]["body"]["uid"] == str(TEACHER)


def test_a_redirection_followed_with_the_old_header_is_a_replay(api: Schoology) -> None:
    for method in ("HMAC-SHA1", "PLAINTEXT"):
        auth = OAuth1("tk", "ts", signature_method=method)
        led = requests.get(f"{api.url}/v1/users/me?limit=20", auth=auth, allow_redirects=False, timeout=30)
        assert (led.status_code, led.headers["Location"], led.content) == (303, f"/v1/users/{TEACHER}", b"")
        followed = requests.get(f"{api.url}/v1/users/me", headers={"Authorization": _header(api, method)}, timeout=30)
        assert followed.status_code == 401
        assert followed.text.startswith("Duplicate timestamp/nonce combination, possible replay attack.")


def _header(api: Schoology, method: str) -> str:
    header, _ = api.sign("GET", "/v1/users/me", "tk", Auth(method=method))
    assert header is not None
    return header


def test_curl_signs_plaintext_by_hand(api: Schoology) -> None:
    """The command of the client notes."""
    header = (
        'Authorization: OAuth realm="Schoology API", oauth_consumer_key="tk", oauth_token="", '
        f'oauth_nonce="{time.time_ns()}", oauth_timestamp="{int(time.time())}", oauth_signature_method="PLAINTEXT", '
        'oauth_version="1.0", oauth_signature="ts%26"'
    )
    done = subprocess.run(
        ["curl", "-sS", "-i", "-H", "Accept: text/xml", "-H", header, f"{api.url}/v1{ME}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    head, _, body = done.stdout.partition("\n\n")
    assert head.startswith("HTTP/1.1 200")
    assert "content-type: text/xml; charset=UTF-8" in head.lower().replace("utf-8", "UTF-8")
    assert body.startswith('<?xml version="1.0" encoding="utf-8" ?>\n<result><uid>45552</uid>')


def test_schoolopy_finds_its_user(api: Schoology) -> None:
    """It sends ``Host: api.schoology.com``, signs ``http://api.schoology.com``, and signs redirections anew."""
    auth = schoolopy.Auth("tk", "ts")
    auth.API_ROOT = f"{api.url}/v1"
    client = schoolopy.Schoology(auth, api_host=f"{api.url}/v1/")
    assert client.get_me().name_display == "Mr. Strickland"
    assert [role.title for role in client.get_roles()] == ["School administrator", "Student", "Teacher"]
    auth.oauth.close()


# Acting as somebody else.


def test_administrators_act_as_others(api: Schoology) -> None:
    answer = api.get("/app-user-info", as_="admin", headers={"X-Schoology-Run-As": str(STUDENT)})
    assert answer.json["api_uid"] == STUDENT


@pytest.mark.parametrize(("as_", "whom"), [("teacher", str(STUDENT)), ("admin", "0"), ("admin", "me"), ("admin", "999999")])
def test_nobody_else_does_and_nobody_acts_as_nobody(api: Schoology, as_: str, whom: str) -> None:
    answer = api.get("/app-user-info", as_=as_, headers={"X-Schoology-Run-As": whom})
    assert (answer.status, answer.text) == (403, "You may not act as this user.")


def test_the_clock_of_the_service_is_told_unsigned(api: Schoology) -> None:
    answer = requests.get(f"{api.url}/oauth/timestamp", timeout=30)
    assert abs(int(answer.text) - time.time()) < 60
