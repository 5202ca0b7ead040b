"""XML by Schoology's rules, and which of XML and JSON is spoken (reference, 3.1 and 3.2)."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradewire.core.errors import Malformed
from gradewire.dialects.schoology import xml
from gradewire.dialects.schoology.wire import Format, choose, parse_body, plain
from tests.dialects.schoology_world import STUDENT, TEACHER, Schoology, running

ME = f"/users/{TEACHER}"
HEAD = b'<?xml version="1.0" encoding="utf-8" ?>\n'


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({}, b"<result />"),
        (
            {"grading_periods": [13011, 435]},
            b"<result><grading_periods>13011</grading_periods><grading_periods>435</grading_periods></result>",
        ),
        ({"grade": [{"id": 1}, {"id": 2}]}, b"<result><grade><id>1</id></grade><grade><id>2</id></grade></result>"),
        (
            {"a": None, "b": "", "c": False, "d": [], "e": {}, "f": [""]},
            b"<result><a /><b /><c /><d /><e /><f /></result>",
        ),
        (
            {"a": True, "b": 0, "c": "0", "d": 80.0, "e": 91.33, "f": Decimal("1.50")},
            b"<result><a>1</a><b>0</b><c>0</c><d>80</d><e>91.33</e><f>1.50</f></result>",
        ),
        (
            {"links": {"self": "http://h/?a=1&b=<2>"}},
            b"<result><links><self>http://h/?a=1&amp;b=&lt;2&gt;</self></links></result>",
        ),
        ({"comment": "a\r\nb\tc"}, b"<result><comment>a&#13;\nb\tc</comment></result>"),
        ({"comment": "a\0b\x1f\ufffe"}, "<result><comment>a\ufffdb\ufffd\ufffd</comment></result>".encode()),
        ({"a b": 1, "1": 2, "<x>": 3}, b"<result><_a_b>1</_a_b><_1>2</_1><__x_>3</__x_></result>"),
        ({"title": "Ünï 🎓"}, "<result><title>Ünï 🎓</title></result>".encode()),
    ],
)
def test_what_is_written(value: dict[str, Any], written: bytes) -> None:
    assert xml.encode(value) == HEAD + written


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"<body><title>x</title></body>", {"title": "x"}),
        (b"<anything><grades><grade><id>1</id></grade></grades></anything>", {"grades": {"grade": {"id": "1"}}}),
        (
            b"<body><grades><grade><id>1</id></grade><grade><id>2</id></grade></grades></body>",
            {"grades": {"grade": [{"id": "1"}, {"id": "2"}]}},
        ),
        (
            b"<r><request>/v1/a</request><request>/v1/b</request><request>/v1/c</request></r>",
            {"request": ["/v1/a", "/v1/b", "/v1/c"]},
        ),
        (b"<r><a/><b></b><c> x </c></r>", {"a": "", "b": "", "c": " x "}),
        (b"<r><a>1</a><b>2</b><a>3</a></r>", {"a": ["1", "3"], "b": "2"}),
        (b"<r><a>&lt;&amp;&#13;&#x1F393;</a></r>", {"a": "<&\r🎓"}),
        (b"<r><a><![CDATA[<b>&]]></a><!-- no --></r>", {"a": "<b>&"}),
        (b"<r xmlns='urn:x' y='1'><a z='2'>1</a></r>", {"a": "1"}),
        (b"<r/>", {}),
        (b"<r>  </r>", {}),
        ("<?xml version='1.0' encoding='iso-8859-1'?><r><a>é</a></r>".encode("latin-1"), {"a": "é"}),
        ("<?xml version='1.0' encoding='utf-16'?><r><a>é</a></r>".encode("utf-16"), {"a": "é"}),
    ],
)
def test_what_is_read(body: bytes, read: dict[str, Any]) -> None:
    assert xml.parse(body) == read


UNREADABLE = {
    "no XML": b"hello",
    "nothing": b"",
    "not closed": b"<r><a>",
    "closed twice": b"<r></r></r>",
    "text alone": b"<r>text</r>",
    "a character that is none": b"<r><a>\x00</a></r>",
    "a reference to a character that is none": b"<r><a>&#0;</a></r>",
    "not UTF-8": b"<r><a>\xff\xfe</a></r>",
    "an unknown encoding": b"<?xml version='1.0' encoding='klingon'?><r/>",
    "an unknown entity": b"<r>&nbsp;</r>",
    "a document type": b"<!DOCTYPE r><r><a>1</a></r>",
    "an entity bomb": b"<!DOCTYPE r [<!ENTITY a '"
    + b"x" * 100
    + b"'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><r>&j;</r>",
    "an external entity": b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r><a>&x;</a></r>",
    "an external parameter entity": b"<!DOCTYPE r [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/x'> %x;]><r/>",
    "an external document type": b"<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'><r/>",
    "nested deep": b"<a>" * 33 + b"</a>" * 33,
    "nested very deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "too many elements": b"<r>" + b"<a/>" * 50_001 + b"</r>",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_read_is_refused_quickly(body: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(Malformed):
        xml.parse(body)
    assert time.perf_counter() - began < 5


_names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")) | st.sampled_from("\t\n\r"), max_size=20
)
_scalars = (
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | _texts
)
_trees = st.recursive(
    st.dictionaries(_names, _scalars | st.lists(_scalars, max_size=3), max_size=4),
    lambda inner: st.dictionaries(_names, _scalars | inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=20,
)


def as_read(value: Any) -> Any:
    """What is left of a value after it was XML: texts, and nothing of what is empty."""
    if isinstance(value, dict):
        return {name: as_read(item) for name, item in value.items()} or ""
    if isinstance(value, list):
        found = [as_read(item) for item in value]
        return found if len(found) > 1 else (found[0] if found else "")
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


@given(_trees)
def test_what_was_written_is_read_again(tree: dict[str, Any]) -> None:
    assert (xml.parse(xml.encode(tree)) or "") == as_read(tree)


@given(_trees)
def test_other_readers_read_what_was_written(tree: dict[str, Any]) -> None:
    def walk(element: ET.Element) -> Any:
        children: dict[str, list[Any]] = {}
        for child in element:
            children.setdefault(child.tag, []).append(walk(child))
        if not children:
            return element.text or ""
        return {name: found if len(found) > 1 else found[0] for name, found in children.items()}

    assert walk(ET.fromstring(xml.encode(tree))) == as_read(tree)  # noqa: S314 - our own


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"<r>" + text.encode(errors="replace") + b"</r>"))
def test_anything_else_is_malformed_and_nothing_worse(body: bytes) -> None:
    try:
        found = xml.parse(body)
    except Malformed:
        return
    assert isinstance(found, dict)


@given(st.floats(allow_nan=False) | st.none())
def test_whole_numbers_have_no_point(number: float | None) -> None:
    found = plain(number)
    assert found == number
    if number is not None and math.isfinite(number) and number == int(number) and abs(number) < 2**53:
        assert json.dumps(found) == str(int(number))


@pytest.mark.parametrize(
    ("accept", "content_type", "spoken"),
    [
        ("application/json", None, "json"),
        ("text/xml", None, "xml"),
        ("application/xml", None, "xml"),
        ("text/xml;q=1.0,application/json;q=0.0", "application/json", "xml"),
        ("text/xml;q=0.5,application/json;q=0.6", None, "json"),
        ("application/json;q=0.2, text/xml; q=0.9", None, "xml"),
        ("application/json, text/plain, */*", "text/xml", "json"),
        ("*/*", "application/json", "json"),
        ("*/*", "text/xml", "xml"),
        (None, "text/xml; charset=utf-8", "xml"),
        (None, None, "json"),
        ("*/*", None, "json"),
        ("text/html", None, "json"),
        ("text/*", None, "xml"),
        ("application/*", "text/xml", "json"),
        ("application/json;q=0", "text/xml", "xml"),
        ("", "", "json"),
        (";;q=x,,", "nonsense", "json"),
    ],
)
def test_which_is_spoken(accept: str | None, content_type: str | None, spoken: Format) -> None:
    assert choose(accept, content_type, "json") == spoken
    assert choose("*/*", None, "xml") == "xml"


def test_a_person_is_the_same_in_both(api: Schoology) -> None:
    as_json = api.get(f"/users/{STUDENT}").json
    as_xml = api.get(f"/users/{STUDENT}", accept="text/xml")
    assert as_xml.content.startswith(HEAD + b"<result><uid>48289</uid><id>48289</id>")
    assert as_xml.content.endswith(b"</result>")
    assert {child.tag: child.text or "" for child in as_xml.xml} == {name: as_read(value) for name, value in as_json.items()}


def test_links_are_escaped(api: Schoology) -> None:
    answer = api.get("/roles?limit=1", accept="text/xml")
    assert "start=0&amp;limit=1</self>" in answer.text
    assert answer.xml.findtext("total") == "3"
    assert answer.xml.findtext("links/next") == f"{api.url}/v1/roles?start=1&limit=1"


@pytest.mark.parametrize(("accept", "sent"), [("application/json", "text/xml"), ("text/xml", "application/json")])
def test_the_answer_is_of_another_format_than_the_request_where_that_is_asked(api: Schoology, accept: str, sent: str) -> None:
    body = (
        b"<requests><request>/v1/users/48289</request></requests>"
        if sent == "text/xml"
        else b'{"request": ["/v1/users/48289"]}'
    )
    answer = api.call("POST", "/multiget", content=body, content_type=sent, accept=accept)
    assert answer.status == 207
    assert (answer.xml if accept == "text/xml" else answer.json) is not None


def test_a_body_of_another_type_is_refused(api: Schoology) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "nonsense"):
        answer = api.call("POST", "/multiget", content=b"request=x", content_type=kind)
        assert (answer.status, answer.headers["content-type"]) == (415, "text/plain; charset=utf-8")


def test_a_body_whose_type_is_not_told_is_what_it_looks_like() -> None:
    assert parse_body(b'{"a": 1}', None) == {"a": 1}
    assert parse_body(b" <r><a>1</a></r>", "") == {"a": "1"}
    assert parse_body(b"", "application/json") == {}


def test_the_documented_multiget(api: Schoology) -> None:
    body = b"<requests><request>/v1/users/48289</request><request>/v1/users/999</request></requests>"
    answer = api.call("POST", "/multiget", content=body, content_type="text/xml", accept="text/xml").xml
    first, second = answer.findall("response")
    assert [(one.findtext("location"), one.findtext("response_code")) for one in (first, second)] == [
        ("/v1/users/48289", "200"),
        ("/v1/users/999", "404"),
    ]
    assert first.findtext("body/uid") == "48289"
    assert [len(list(element)) for one in (first, second) for element in one.findall("headers")] == [0, 0]
    assert second.find("body") is not None
    assert second.findtext("body") == ""
    assert api.get(ME, accept="text/xml").status == 200
