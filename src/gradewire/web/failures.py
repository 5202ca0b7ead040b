"""What goes wrong, as a page or as the text beside a form."""

from __future__ import annotations

from litestar.exceptions import HTTPException

from gradewire.core.errors import Conflict, Denied, DomainError, Invalid, Malformed, Missing, NotFound, Refused, Unauthenticated
from gradewire.web.origins import ForgedError
from gradewire.web.visits import Data, Page

CHANGED_MEANWHILE = "Somebody else changed this at the same moment. Look at the page again and repeat what you did."


def failure(error: BaseException, *, as_data: bool = False) -> Page | Data:
    """The page that says so, or for a script the same words; the status is what programs read."""
    if as_data and isinstance(error, Unauthenticated):
        return Data(
            value={"error": "You are signed out. Sign in again in another window, then repeat what you did."}, status=401
        )
    page = _failure_page(error)
    return Data(value={"error": page.context["text"]}, status=page.status) if as_data else page


def _failure_page(error: BaseException) -> Page:
    match error:
        case Denied():
            return _page(403, "No access", "You are signed in, but you may not open this page or do this here.")
        case NotFound():
            return _page(404, "Not found", "There is nothing under this address, or nothing that you may know of.")
        case ForgedError():
            return _page(
                403,
                "Form not accepted",
                "This form was shown before you signed in, or by another site. Go back, load the page again and repeat what "
                "you did. If it happens again, the address in your browser is not the public address this server was given.",
            )
        case Conflict():
            return _page(409, "Changed meanwhile", CHANGED_MEANWHILE)
        case Malformed() | Missing() | Invalid() | Refused():
            return _page(400, "Not possible", message_of(error))
        case HTTPException(status_code=413):
            return _page(413, "Too large", "More was sent than this page takes.")
        case HTTPException(status_code=status) if 400 <= status < 500:
            return _page(status, "Not possible", "The request cannot be read.")
        case _:
            return _page(500, "Something went wrong", "The server failed. What you did was not saved.")


def message_of(error: DomainError) -> str:
    """The text of a refusal for the person who typed."""
    match error:
        case Refused() | Malformed():
            return error.message
        case Invalid():
            return "; ".join(fault.message for fault in error.faults)
        case Conflict():
            return CHANGED_MEANWHILE
        case _:
            return str(error) or "This cannot be done."


def _page(status: int, title: str, text: str) -> Page:
    return Page(template="failure.html", context={"title": title, "text": text}, status=status)
