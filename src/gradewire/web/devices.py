"""What a browser calls itself, as people call it."""

from __future__ import annotations

from typing import Final

# The first that fits: newer browsers name older ones beside themselves.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str | None) -> str:
    """``Firefox on Windows``; what is not known is said so. It is what the browser claims, no more."""
    sent = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in sent), None)
    system = next((name for mark, name in _SYSTEMS if mark in sent), None)
    if browser is None and system is None:
        return "An unknown browser"
    return f"{browser or 'A browser'} on {system}" if system else str(browser)
