"""curl, and XML in both directions: no packaged client asks for XML (Schoology reference, 3.2 and 17)."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.dialects.schoology_world import SECRETS, STUDENT, TEACHER, Schoology, running

SECTION = "sections/5001001"
PERIOD_COMMENT = "<period_id>435</period_id><comment>Fine &amp; steady</comment><comment_status>1</comment_status>"
DECLARATION = '<?xml version="1.0" encoding="utf-8" ?>'
_nonces = count(time.time_ns())


@pytest.fixture(scope="module")
def api(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schoology]:
    with running(module_database_url, tmp_path_factory.mktemp("server")) as found:
        yield found


def curl(api: Schoology, path: str, *options: str, key: str = "tk", body: str | None = None) -> tuple[int, str, str]:
    """Status, content type and text of the answer."""
    program = shutil.which("curl")
    if program is None:
        pytest.fail("this test needs curl (Debian: apt-get install curl)")
    header = ", ".join(
        [
            'Authorization: OAuth realm="Schoology API"',
            f'oauth_consumer_key="{key}"',
            'oauth_token=""',
            f'oauth_nonce="{next(_nonces)}"',
            f'oauth_timestamp="{int(time.time())}"',
            'oauth_signature_method="PLAINTEXT"',
            'oauth_version="1.0"',
            f'oauth_signature="{SECRETS[key]}%26"',
        ]
    )
    sent = [] if body is None else ["-H", "Content-Type: text/xml", "--data-binary", body]
    command = [program, "-q", "-sS", "--noproxy", "*", "-H", "Accept: text/xml", "-H", header, *sent, *options]
    done = subprocess.run(
        [*command, "-w", "\n%{http_code} %{content_type}", f"{api.url}/v1/{path}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text, _, about = done.stdout.rpartition("\n")
    status, _, kind = about.partition(" ")
    return int(status), kind, text


def read(api: Schoology, path: str, key: str = "tk") -> ET.Element:
    """The answer of a GET that succeeds, as a tree."""
    status, kind, text = curl(api, path, key=key)
    assert (status, kind) == (200, "text/xml; charset=UTF-8"), text
    assert text.startswith(DECLARATION)
    tree = ET.fromstring(text)  # noqa: S314 - our own server wrote it
    assert tree.tag == "result"
    return tree


def send(api: Schoology, path: str, body: str, *, method: str = "PUT", status: int = 207, key: str = "tk") -> ET.Element:
    got, kind, text = curl(api, path, "-X", method, body=body, key=key)
    assert (got, kind) == (status, "text/xml; charset=UTF-8"), text
    return ET.fromstring(text)  # noqa: S314 - our own server wrote it


def texts(tree: ET.Element, path: str) -> list[str | None]:
    """``None`` for an empty element."""
    return [one.text for one in tree.findall(path)]


def test_a_row_of_grades_reads_as_the_reference_prints_it(api: Schoology) -> None:
    tree = read(api, f"{SECTION}/grades?enrollment_id=90001&assignment_id=81003")
    [row] = tree.findall("grades/grade")
    assert [(one.tag, one.text) for one in row] == [
        ("enrollment_id", "90001"),
        ("assignment_id", "81003"),
        ("grade", "18"),
        ("exception", "0"),
        ("max_points", "20"),
        ("is_final", "0"),
        ("timestamp", "1389650003"),
        ("comment", "Well done"),
        ("comment_status", "1"),
        ("override", None),
        ("calculated_grade", None),
        ("pending", None),
        ("type", "assignment"),
        ("location", f"{api.url}/v1/{SECTION}/assignments/81003"),
        ("scale_id", "1"),
        ("scale_type", "0"),
        ("category_id", "7002"),
    ]
    assert texts(tree, "period/period_id") == ["p13011", "p435"]
    assert texts(tree, "period/weight") == ["50.00", "50.00"]
    [final] = [one for one in tree.findall("final_grade") if one.findtext("enrollment_id") == "90001"]
    assert texts(final, "period/period_id") == ["p13011", "p435", "other", "final"]
    assert texts(final, "period/grade") == ["84.33", "90", None, "87.17"]


def test_grades_are_written_in_xml_and_one_entry_fails_alone(api: Schoology) -> None:
    tree = send(
        api,
        f"{SECTION}/grades",
        """<body><grades>
        <grade><type>assignment</type><assignment_id>81005</assignment_id><enrollment_id>90001</enrollment_id><grade>9</grade>
          <comment>Größe &lt; 10</comment><comment_status>1</comment_status></grade>
        <grade><type>assignment</type><assignment_id>81005</assignment_id><enrollment_id>1</enrollment_id><grade>9</grade></grade>
        </grades></body>""",
    )
    assert tree.tag == "result"
    assert texts(tree, "grades/grade/response_code") == ["204", "400"]
    assert tree.findall("grades/grade")[1].findtext("message")
    [row] = read(api, f"{SECTION}/grades?enrollment_id=90001&assignment_id=81005").findall("grades/grade")
    told = ("grade", "exception", "comment", "comment_status")
    assert [row.findtext(name) for name in told] == ["9", "0", "Größe < 10", "1"]


def test_one_repeated_element_is_a_list_and_what_is_not_sent_is_erased(api: Schoology) -> None:
    about = "<type>assignment</type><assignment_id>81005</assignment_id><enrollment_id>90002</enrollment_id>"
    path = f"{SECTION}/grades?enrollment_id=90002&assignment_id=81005"
    for record, shown in [
        ("<grade>5</grade><comment>a</comment><comment_status>1</comment_status>", ["5", "0", "a", "1"]),
        ("<grade /><exception>1</exception>", ["", "1", "", ""]),
        ("<grade>4.5</grade>", ["4.5", "0", "", ""]),
    ]:
        tree = send(api, f"{SECTION}/grades", f"<anything><grades><grade>{about}{record}</grade></grades></anything>")
        assert texts(tree, "grades/grade/response_code") == ["204"]
        [row] = read(api, path).findall("grades/grade")
        assert [row.findtext(name) for name in ("grade", "exception", "comment", "comment_status")] == shown


def test_final_comments_are_written_and_read_in_xml(api: Schoology) -> None:
    comments = (
        f"<final_comment><enrollment_id>90001</enrollment_id>{PERIOD_COMMENT}</final_comment>"
        "<final_comment><enrollment_id>90001</enrollment_id><period_id>final</period_id><comment>Hidden</comment></final_comment>"
    )
    tree = send(api, f"{SECTION}/grades", f"<body><final_comments>{comments}</final_comments></body>")
    assert texts(tree, "final_comments/final_comment/response_code") == ["204", "204"]
    [final] = read(api, f"{SECTION}/grades?enrollment_id=90001").findall("final_grade")
    assert texts(final, "period/comment") == [None, "Fine & steady", None, "Hidden"]
    assert texts(final, "period/comment_status") == [None, "1", None, None]


def test_the_grades_of_a_person_in_xml(api: Schoology) -> None:
    tree = read(api, "users/48290/grades?section_id=5001001")
    assert texts(tree, "section/section_id") == ["5001001"]
    assert texts(tree, "section/final_grade/period_id")[-1] == "final"
    assert {"81003"} < set(texts(tree, "section/period/assignment/assignment_id"))
    assert texts(tree, "links/self") == [f"{api.url}/v1/users/48290/grades"]


def test_multiget_in_xml(api: Schoology) -> None:
    body = f"<requests><request>/v1/users/{STUDENT}</request><request>/v1/users/999999</request></requests>"
    tree = send(api, "multiget", body, method="POST")
    assert texts(tree, "response/location") == [f"/v1/users/{STUDENT}", "/v1/users/999999"]
    assert texts(tree, "response/response_code") == ["200", "404"]
    assert [one.findtext("body/uid") for one in tree.findall("response")] == [str(STUDENT), None]


def test_following_a_redirection_repeats_the_header_and_is_refused_as_a_replay(api: Schoology) -> None:
    status, _, text = curl(api, "users/me")
    assert (status, text) == (303, "")
    status, _, text = curl(api, "users/me", "-L")
    assert status == 401
    assert text.startswith("Duplicate timestamp/nonce combination, possible replay attack.")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"body": "<body><grades>"}, 400),
        ({"body": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><body><grades>&e;</grades></body>'}, 400),
        ({"body": "<body><something /></body>"}, 400),
        ({"body": "<body><grades /></body>", "key": "sk"}, 403),
    ],
)
def test_bad_xml_is_refused_in_words(api: Schoology, options: dict[str, Any], status: int) -> None:
    got, kind, text = curl(api, f"{SECTION}/grades", "-X", "PUT", **options)
    assert (got, kind.partition(";")[0]) == (status, "text/plain"), text
    assert "root:" not in text


def test_what_reads_is_what_was_written_whichever_format_reads(api: Schoology) -> None:
    in_xml = read(api, f"users/{TEACHER}")
    in_json = api.get(f"/users/{TEACHER}").json
    assert in_xml.findtext("uid") == in_json["uid"]
    assert [one.tag for one in in_xml] == list(in_json)
