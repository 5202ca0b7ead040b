"""What browsers are told about every page: to run and load nothing that is not ours, and to keep nothing."""

from __future__ import annotations

from typing import Final

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""No script at all yet; when pages get some, ``script-src 'self'`` joins, and never ``unsafe-inline``."""

ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Our own pages learn where they were called from, which events tell; others learn nothing.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

PERSONAL: Final = {**ALWAYS, "Cache-Control": "no-store"}
"""For pages that show something of a person; that is all but the static files."""


def with_form_target(origin: str) -> dict[str, str]:
    """The headers of a page whose form may end at another site: browsers follow no redirection of a form to one not named."""
    return {"Content-Security-Policy": POLICY.replace("form-action 'self'", f"form-action 'self' {origin}")}
