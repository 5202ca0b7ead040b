"""What browsers are told about every page: to run and load nothing that is not ours, and to keep nothing."""

from __future__ import annotations

from typing import Final


def policy(*, nonce: str = "", form_target: str = "") -> str:
    """The Content-Security-Policy. ``nonce`` lets the grid add the one style element in which it keeps the widths of its
    columns. ``form_target`` is another site at which a form of the page may end: browsers follow no redirection of a form to
    one that is not named.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'" if nonce else "style-src 'self'",
            "img-src 'self'",
            f"form-action 'self' {form_target}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


ALWAYS: Final = {
    "Content-Security-Policy": policy(),
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
