"""The interpreter of the Schoology cases notices what is not as wanted, and words that it does not know."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.dialects.schoology_cases import AUTH, Case, load
from tests.dialects.schoology_fixture import institution_of
from tests.dialects.schoology_matching import Same, differences, xml_differences


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        (1, [1, 1.0], ["1", True, None, 2]),
        ("1", ["1"], [1, None]),
        (None, [None], ["", 0, False, {}]),
        (True, [True], [1, "1", False]),
        (0, [0, 0.0], [False, None, ""]),
        ([], [[]], [{}, None, [1]]),
        ([1, 2], [[1, 2]], [[2, 1], [1], [1, 2, 3]]),
        ({"a": 1}, [{"a": 1, "b": 2}], [{}, {"a": "1"}, [], None]),
        ({"a": None}, [{"a": None}], [{}, {"a": ""}]),
        ({"a": {"$absent": True}}, [{}, {"b": 1}], [{"a": None}, {"a": 1}]),
        ({"a": {"$any": True}}, [{"a": None}, {"a": 1}], [{}]),
        ({"$approx": [84.33, 0.006]}, [84.33, 84.335], [84.34, "84.33", None, True]),
        ({"$type": "string"}, [""], [1, None]),
        ({"$type": "integer"}, [1, 1.0], [1.5, "1", True]),
        ({"$type": "number"}, [1, 1.5], ["1", True, None]),
        ({"$type": "array"}, [[]], [{}]),
        ({"$type": "object"}, [{}], [[]]),
        ({"$type": "null"}, [None], [0, ""]),
        ({"$type": "boolean"}, [True, False], [0, 1]),
        ({"$oneOf": [None, 0]}, [None, 0], [1, "", False]),
        ({"$oneOf": ["a", {"$match": "^b"}]}, ["a", "bc"], ["c"]),
        ({"$match": r"^\d+$"}, ["12"], [12, "a", ""]),
        ({"$len": 2}, [[1, 2]], [[1], [], 2, None]),
        ({"$gt": 399}, [400], [399, "400", None, True]),
        ({"$contains": [{"a": 1}]}, [[{"a": 2}, {"a": 1, "b": 1}]], [[], [{"a": 2}], {"a": 1}, None]),
        ({"$unordered": [{"a": 1}, {}]}, [[{"a": 1}, {"a": 1}], [{"b": 1}, {"a": 1}]], [[{"a": 1}], [{}, {}], [1, 2]]),
        ({"$has": ["a"]}, [{"a": None}], [{}, ["a"], "a"]),
        ({"$has": ["a"], "b": 1}, [{"a": 1, "b": 1}], [{"a": 1}, {"b": 1}]),
        (Same("12"), [12, "12"], [13, None, True]),
    ],
)
def test_what_is_wanted_of_json(wanted: Any, good: list[Any], bad: list[Any]) -> None:
    assert [list(differences(wanted, one)) for one in good] == [[]] * len(good)
    assert all(list(differences(wanted, one)) for one in bad)


@pytest.mark.parametrize(
    ("rows", "noticed"),
    [
        ([["a", {"count": 2}], ["a[2]/b", "2"], ["c", {"empty": True}], ["d/e", "x"], ["none", {"count": 0}]], 0),
        ([["a", {"count": 1}]], 1),
        ([["a[1]/b", "2"]], 1),
        ([["a[3]/b", "1"]], 1),
        ([["c", "x"]], 1),
        ([["d", {"empty": True}]], 1),
        ([["d/e", {"empty": True}]], 1),
        ([["none", {"empty": True}]], 1),
        ([["d", ""]], 1),
        ([["c", {"empty": False}]], 1),
    ],
)
def test_what_is_wanted_of_xml(rows: list[Any], noticed: int) -> None:
    root = ET.fromstring("<result><a><b>1</b></a><a><b>2</b></a><c /><d><e>x</e></d></result>")  # noqa: S314 - written here
    assert len(list(xml_differences("result", rows, root))) == noticed
    assert len(list(xml_differences("other", rows, root))) == noticed + 1


def test_unknown_words_are_errors_of_the_interpreter() -> None:
    with pytest.raises(NotImplementedError):
        list(differences({"$near": 1}, 1))
    with pytest.raises(NotImplementedError):
        list(differences({"$type": "text"}, "1"))
    with pytest.raises(NotImplementedError):
        list(xml_differences("r", [["a", {"text": "1"}]], ET.fromstring("<r><a/></r>")))  # noqa: S314 - written here
    with pytest.raises(NotImplementedError):
        AUTH["sign"]("rightly")
    with pytest.raises(NotImplementedError):
        AUTH["place"]("body")
    with pytest.raises(NotImplementedError):
        Case(None, {"id": "X", "given": {}, "steps": []})  # type: ignore[arg-type]


@pytest.mark.parametrize("patch", [{"items": [{"id": 1, "colour": "red"}]}, {"things": [{"id": 1}]}])
def test_a_patch_with_unknown_words_is_an_error(patch: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        institution_of(patch)


def test_every_sample_case_is_run() -> None:
    cases = load("schoology_cases.yaml")
    assert len(cases) == len({case["id"] for case in cases}) == 34
