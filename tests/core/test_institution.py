"""The format of institution files: its published schema and documentation are what the declarations say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gradewire.core.documents import BadDocuments, Problem
from gradewire.core.institution import read
from gradewire.core.institution.checks import check
from gradewire.core.institution.people import Permission
from gradewire.core.institution.schema import field_texts, json_schema, kinds, reference, rendered
from gradewire.core.permissions import ALL_RIGHTS

ROOT = Path(__file__).parent.parent.parent
DOCUMENTATION = (ROOT / "docs" / "institution-files.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENTATION, re.DOTALL | re.MULTILINE)
FILES = [
    *EXAMPLES,
    (ROOT / "tests/actions/data/complete.yaml").read_text(),
    (ROOT / "src/gradewire/sample/college.yaml").read_text(),
]


def test_the_published_schema_is_that_of_the_declarations() -> None:
    published = (ROOT / "docs" / "institution.schema.json").read_text(encoding="utf-8")
    assert published == rendered(), "write it anew: python -m gradewire.core.institution.schema > docs/institution.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(published))


def test_the_documentation_has_every_field() -> None:
    _, part = DOCUMENTATION.split("## Every field\n")
    assert part.endswith("\n\n" + reference()), "write it anew: python -m gradewire.core.institution.schema reference"


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_field_says_what_it_is(kind: type[msgspec.Struct]) -> None:
    assert set(field_texts(kind)) == set(kind.__struct_fields__)
    assert (kind.__doc__ or "").strip().endswith(".")


def test_the_rights_that_roles_may_change_are_all_rights() -> None:
    assert set(get_args(Permission)) == ALL_RIGHTS


@pytest.mark.parametrize("number", range(len(FILES)))
def test_examples_are_of_the_format_and_of_the_schema(number: int) -> None:
    document = read("example.yaml", FILES[number].encode())
    assert check(document) == []
    plain = yaml.load(FILES[number], _Plain)  # noqa: S506 - a safe loader that leaves times as texts
    jsonschema.validate(plain, json_schema(), cls=jsonschema.Draft202012Validator)


class _Plain(yaml.SafeLoader):
    """Times stay texts, as in JSON."""


_Plain.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_a_byte_order_mark_is_no_problem() -> None:
    assert read("x.yaml", b"\xef\xbb\xbfusers: []\n").content.users == ()


def test_text_that_is_no_utf8() -> None:
    assert _problems(b"users: []\n# \xff\n") == [Problem("x.yaml", 2, "", "this is not UTF-8 text")]


def test_numbers_for_texts_are_taken_as_typed() -> None:
    document = read("x.yaml", b"users: [{name: 1.50, sis_id: 0012, login: 12}]")
    (user,) = document.content.users
    assert (user.name, user.sis_id, user.login) == ("1.50", "0012", "12")


def test_booleans_are_not_taken_for_texts() -> None:
    assert [one.message for one in _problems(b"users: [{name: true}]")] == ["expected a text, got 'true'"]


def _problems(data: bytes) -> list[Problem]:
    with pytest.raises(BadDocuments) as caught:
        read("x.yaml", data)
    return list(caught.value.problems)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = sorted({name for kind in kinds() for name in kind.__struct_fields__})
FIELDS: Any = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | st.lists(inner, max_size=2), max_size=6), max_leaves=30
)


@given(st.text() | FIELDS.map(lambda value: yaml.safe_dump(value, allow_unicode=True)) | st.binary())
def test_whatever_the_text_it_is_read_or_refused_in_words(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    try:
        document = read("x.yaml", data)
    except BadDocuments as bad:
        told = [problem.message for problem in bad.problems]
    else:
        told = [problem.message for problem in check(document)] or ["nothing"]
    assert all(told)
    assert told
