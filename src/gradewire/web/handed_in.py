"""Handed-in text as something to read: students write it in editors that send HTML, which is never shown as HTML here."""

from __future__ import annotations

import html
import re
from typing import Final

_TOKEN: Final = re.compile(r"<!--|-->|<(/?)([A-Za-z][A-Za-z0-9]*+)([^<>]*+)>")
"""Reads any text in time proportional to its length; the standard library's parser needs minutes for some made to be slow."""

_ALT: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PARAGRAPHS: Final = frozenset(
    {
        *(
            "article",
            "aside",
            "blockquote",
            "dl",
            "figure",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "main",
        ),
        *("ol", "p", "pre", "section", "table", "ul"),
    }
)
_LINES: Final = frozenset({"address", "dd", "div", "dt", "li", "tr"})
_SILENT: Final = frozenset({"script", "style", "template", "title"})

_PARAGRAPH, _LINE = "\x1d", "\x1e"
"""Separators that stand for the ends of paragraphs and lines until all is read; text has none of its own."""


def plain_text(body: str | None) -> str:
    """The words of HTML, paragraph by paragraph; text that is no HTML comes back as it is.

    The result is text, to be escaped like any other. It may leave things out (what looks like a tag in plain text), so pages
    offer the original beside it.
    """
    if not body or not re.search(r"</?[A-Za-z]", body):
        return body or ""
    paragraphs = "".join(_read(re.sub(f"[{_PARAGRAPH}{_LINE}]", "", body))).split(_PARAGRAPH)
    read = ("\n".join(line.strip() for line in one.split(_LINE) if line.strip()) for one in paragraphs)
    return "\n\n".join(one for one in read if one)


def _read(body: str) -> list[str]:
    """Text and separators in their order."""
    parts: list[str] = []
    end, comment, silent = 0, False, 0
    for token in _TOKEN.finditer(body):
        if not comment and not silent:
            parts.append(_unescape(body[end : token.start()]))
        end = token.end()
        name = (token[2] or "").lower()
        if not name:
            comment = token[0] == "<!--" or (comment and token[0] != "-->")
        elif not comment:
            if name in _SILENT:
                silent = max(silent + (-1 if token[1] else 1), 0)
            if not silent:
                parts.append(_meaning(name, closing=bool(token[1]), attributes=token[3]))
    if not comment and not silent:
        parts.append(_unescape(body[end:]))
    return parts


def _meaning(name: str, *, closing: bool, attributes: str) -> str:
    """What a tag means for a reader of plain text."""
    if name in _PARAGRAPHS:
        return _PARAGRAPH
    if name in _LINES:
        return _LINE + "• " if name == "li" and not closing else _LINE
    if closing:
        return ""
    match name:
        case "br":
            return "\n"
        case "td" | "th":
            return "\t"
        case "img":
            found = _ALT.search(attributes[:2000])
            return f"[image: {(found and _unescape(found[1] or found[2] or '')) or 'without description'}]"
        case _:
            return ""


def _unescape(text: str) -> str:
    try:
        return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    except ValueError:  # a reference to a character with a number of thousands of digits
        return text
