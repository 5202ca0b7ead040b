"""Handed-in text as something to read: students write it in editors that send HTML, which is never shown as HTML here."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "dd",
            "div",
            "dl",
            "dt",
            "figure",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
        ),
        *("h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)
_SILENT = frozenset({"script", "style", "template", "title"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag in _BLOCKS or tag == "br":
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("• ")
        if tag in {"td", "th"}:
            self.parts.append("\t")
        if tag == "img":
            self.parts.append(f"[image: {dict(attrs).get('alt') or 'without description'}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain_text(body: str | None) -> str:
    """The words of HTML, paragraph by paragraph; text that is no HTML comes back as it is.

    The result is text, to be escaped like any other. It may leave things out (what looks like a tag in plain text), so pages
    offer the original beside it.
    """
    if not body or not re.search(r"</?[A-Za-z]", body):
        return body or ""
    reader = _Text()
    reader.feed(body)
    reader.close()
    text = "".join(reader.parts).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n\n", text).strip()
