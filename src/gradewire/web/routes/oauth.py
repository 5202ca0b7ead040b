"""The second leg of OAuth 1.0a: a user lets an application act for them; and the list of those, to take it back.

Sources: the Schoology reference, 2.6. The address to lead back to is called ``oauth_callback`` or, by some clients,
``return_url``; it must be registered for the application.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradewire.actions import oauth
from gradewire.actions.oauth import Request
from gradewire.core.callbacks import origin_of
from gradewire.core.errors import NotFound
from gradewire.web.visits import Departure, Page, Place, Redirect, Visit


def ask(visit: Visit) -> Page:
    """What an application asks for."""
    token, callback = visit.query.get("oauth_token", ""), _callback(visit.query)
    found: Request = visit.read(lambda unit: oauth.show_request(unit, token, callback))
    return Page(
        template="oauth_authorize.html",
        context={"application": found.application, "token": token, "callback": callback},
        form_target=origin_of(found.callback) if found.callback else "",
    )


def answer(visit: Visit) -> Page | Departure:
    """The user says yes, and is led back; or says no."""
    token, callback = visit.sent("oauth_token"), _callback(visit.form)
    if visit.sent("decision") != "approve":
        application = visit.write(lambda unit: oauth.decline(unit, token))
        return _done(f"{application} gets no access", "You did not let it act for you. You may close this page.")
    back = visit.write(lambda unit: oauth.approve(unit, token, callback))
    if back is None:
        return _done("Access given", "Go back to the application; it may go on now. You may close this page.")
    return Departure(url=back)


def list_applications(visit: Visit) -> Page:
    """The applications that act for the caller."""
    found = visit.read(oauth.list_own)
    return Page(template="applications.html", context={"tokens": found})


def revoke(visit: Visit) -> Redirect:
    """Take access back. Somebody who did that a moment ago already is told the same."""
    number = visit.number("token_id")
    try:
        visit.write(lambda unit: oauth.revoke_own(unit, number))
    except NotFound:
        visit.read(lambda unit: unit.caller)
    return Redirect(path="/settings/applications")


def _callback(fields: Mapping[str, str]) -> str | None:
    return fields.get("oauth_callback") or fields.get("return_url") or None


def _done(title: str, text: str) -> Page:
    return Page(template="failure.html", context={"title": title, "text": text})


PLACES = [
    Place(method="GET", path="/oauth/authorize", page=ask),
    Place(method="POST", path="/oauth/authorize", page=answer),
    Place(method="GET", path="/settings/applications", page=list_applications),
    Place(method="POST", path="/settings/applications/{token_id:str}", page=revoke),
]
