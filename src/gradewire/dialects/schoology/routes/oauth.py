"""The first and the third leg of OAuth 1.0a (reference, 2.6); the second is a page of the web.

The answers are forms, and the order in them matters: some clients cut them with regular expressions.
"""

from __future__ import annotations

from urllib.parse import urlencode

from gradewire.actions import oauth
from gradewire.actions.oauth import REQUEST_TOKEN_LIFE
from gradewire.dialects.schoology.call import Call, PlainText
from gradewire.dialects.schoology.operations import Operation
from gradewire.dialects.schoology.wire import FORM


def request_token(call: Call, _params: None) -> PlainText:
    pair = call.write(lambda unit: oauth.give_request_token(unit, call.signer, call.oauth.get("oauth_callback")))
    life = int(REQUEST_TOKEN_LIFE.total_seconds())
    form = {"oauth_token": pair.token, "oauth_token_secret": pair.secret, "xoauth_token_ttl": life}
    return PlainText(urlencode(form), FORM)


def access_token(call: Call, _params: None) -> PlainText:
    pair = call.write(lambda unit: oauth.exchange(unit, call.signer))
    return PlainText(urlencode({"oauth_token": pair.token, "oauth_token_secret": pair.secret}), FORM)


OPERATIONS = (
    Operation(
        method="GET",
        path="oauth/request_token",
        name="request_token",
        summary="Begin to ask a user for access",
        handler=request_token,
        returns=PlainText,
        signed="consumer",
        tag="OAuth",
    ),
    Operation(
        method="GET",
        path="oauth/access_token",
        name="access_token",
        summary="Turn a request token that a user approved into an access token",
        handler=access_token,
        returns=PlainText,
        signed="request",
        tag="OAuth",
    ),
)
