"""Templates with what every page needs; everything put into them is escaped unless it was made here."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import msgspec
from markupsafe import Markup, escape

from gradewire.core.numbers import show_number
from gradewire.web import static
from gradewire.web.handed_in import plain_text
from gradewire.web.visits import link


@cache
def environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        number=number, moment=moment, duration=duration, web_link=web_link, plain_text=plain_text, carried=carried
    )
    found.tests["web_link"] = lambda url: web_link(url) is not None
    return found


def render(template: str, context: Mapping[str, Any], *, prefix: str, zone: str) -> bytes:
    """A page in UTF-8. ``prefix`` stands before every path of this server, ``zone`` is the time zone of its reader."""

    def url(path: str, **query: object) -> str:
        return prefix + link(path, **query)

    shared = {"url": url, "asset": lambda name: prefix + static.address(name), "zone": zone}
    return environment().get_template(template).render({**shared, **context}).encode()


def carried(value: Any, name: str) -> Markup:
    """Data for the script of the page, in an element that browsers show nowhere and run never."""
    text = msgspec.json.encode(value).decode().replace("<", "\\u003c")
    return Markup('<script type="application/json" id="{}">{}</script>').format(name, Markup(text))  # noqa: S704 -- no < in it


def number(value: float | None) -> str:
    """A score or points as people read them, with a true minus sign."""
    return "–" if value is None else show_number(value).replace("-", "\N{MINUS SIGN}")


def moment(value: datetime | None, zone: str) -> str | Markup:
    """A moment in the reader's time zone, readable for programs as well."""
    if value is None:
        return "–"
    local = value.astimezone(_zone(zone))
    shown = f"{local.day} {local:%b %Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), escape(f"{shown}:{local:%S} {local:%Z}"), shown
    )


def duration(seconds: int) -> str:
    """A length of time in its two largest units."""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next((index for index, (count, _) in enumerate(parts) if count), None)
    if first is None:
        return "less than a minute"
    return " ".join(f"{count} {word}" for count, word in parts[first : first + 2] if count)


@cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return zoneinfo.ZoneInfo("UTC")


def web_link(url: str | None) -> str | None:
    """The address itself if following it can do no more than open a page of the web; else ``None``."""
    if not url or any(ord(character) < 33 for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
