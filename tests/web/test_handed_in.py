"""Handed-in HTML as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradewire.web.handed_in import plain_text
from gradewire.web.rendering import duration, number


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (None, ""),
        ("", ""),
        ("plain text\n\n\nas it is", "plain text\n\n\nas it is"),
        ("if 1 < 2 & x > y", "if 1 < 2 & x > y"),
        ("<p>One</p><p>Two<br>and a half</p>", "One\n\nTwo\nand a half"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>first</li><li>second</li></ul>after", "• first\n• second\n\nafter"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1\t2\n3"),
        ("<p>a&nbsp;&lt;b&gt;</p>", "a <b>"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>y", "x\n\ny"),
        ('<img src="x" alt="a cat"><img src="y">', "[image: a cat][image: without description]"),
        ("</script></div><p>never opened", "never opened"),
        ("<p>a<!-- b <p>c</p> --> d</p>", "a d"),
        ("<p>&#99999999999999999999;</p>", "\ufffd"),
        ("<p>&#" + "9" * 5000 + ";</p>", "&#" + "9" * 5000 + ";"),
        ("<p>a \x1d\x1e b</p>", "a  b"),
    ],
)
def test_reading(body: str | None, text: str) -> None:
    assert plain_text(body) == text


@given(st.text(alphabet="<>/abp script!-'\"&;= \n", max_size=60))
def test_any_text_comes_through(body: str) -> None:
    plain_text(body)


@pytest.mark.parametrize("unit", ["<a", "<!--", "<a b='", "</", "<script>", "a", "&#9", "<img alt='", "-->", " ", "<p> "])
def test_no_text_is_slow_to_read(unit: str) -> None:
    """A reader that goes over the text again and again would take minutes here."""
    begin = time.process_time()
    plain_text("<a" + unit * (500_000 // len(unit)))
    plain_text("<p>" + unit * (500_000 // len(unit)))
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(5, "less than a minute"), (60, "1 min"), (3600, "1 h"), (3725, "1 h 2 min"), (90000, "1 d 1 h"), (86460, "1 d")],
)
def test_durations(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


def test_numbers() -> None:
    assert [number(value) for value in (None, 8.0, 8.25, -1.5, 0.0)] == ["–", "8", "8.25", "−1.5", "0"]
