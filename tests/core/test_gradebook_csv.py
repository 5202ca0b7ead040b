"""Gradebook files as bytes: cells that spreadsheets would run, separators, rows that are no students."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradewire.core.gradebook_csv import (
    Sheet,
    SheetRow,
    UnreadableSheet,
    assignment_header,
    assignment_of,
    guard,
    number_cell,
    read_sheet,
    says_same,
    unguard,
    write_sheet,
)

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "'=1", "''@"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe_and_loses_it_again(text: str) -> None:
    assert guard(text) == f"'{text}"
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["", "Ann", "'t Hooft", "A-", "7", "O'Brien", " =1"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert guard(text) == text == unguard(text)


@given(st.text(max_size=8) | st.text("'=+-@ a", max_size=5))
def test_guarding_can_always_be_undone_and_leaves_nothing_to_run(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(DANGEROUS)


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=6), min_size=3, max_size=3), max_size=5
    )
)
def test_what_is_written_is_read_again(cells: list[list[str]]) -> None:
    header = ["Student", "ID", "x"]
    for separator in ("comma", "semicolon"):
        content = write_sheet([header, *cells], separator=separator, byte_order_mark=True)
        delimiter = "," if separator == "comma" else ";"
        assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)) == [header, *cells]


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("Essay (12)", 12),
        ("A (1) (23)", 23),
        ("(5)", 5),
        ("Essay", None),
        ("Essay (x)", None),
        ("Essay (12) Current Score", None),
    ],
)
def test_an_assignment_is_told_by_the_number_at_the_end_of_its_header(header: str, number: int | None) -> None:
    assert assignment_of(header) == number


def test_the_name_of_an_assignment_is_guarded() -> None:
    assert assignment_header("=HYPERLINK()", 3) == "'=HYPERLINK() (3)"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("Student,ID\nA,1\n", ","), ("Student;ID\nA;1\n", ";"), ("Student\tID\nA\t1\n", "\t"), ('"Name; of",ID\nA,1\n', ",")],
)
def test_the_separator_is_that_of_the_header(text: str, delimiter: str) -> None:
    sheet = read_sheet(text.encode())
    assert (len(sheet.header), sheet.rows) == (2, [SheetRow(2, ("A", "1"))]), delimiter


def test_numbers_with_a_decimal_comma_are_read_where_semicolons_separate() -> None:
    sheet = read_sheet(b"ID;A (1);Notes\n7;8,5;a, b\n8;87,5%;1,2,3\n")
    assert [row.cells for row in sheet.rows] == [("7", "8.5", "a, b"), ("8", "87.5%", "1,2,3")]


def test_rows_of_points_and_of_posting_and_blank_ones_are_no_students() -> None:
    text = "Student,ID,A (1),Current Score\n,,Manual Posting,\n    Points Possible,,10,(read only)\n,,,\nAnn,7,5,50\n"
    assert read_sheet(text.encode()) == Sheet(
        ("Student", "ID", "A (1)", "Current Score"),
        ("    Points Possible", "", "10", "(read only)"),
        [SheetRow(5, ("Ann", "7", "5", "50"))],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "none of the columns"),
        (b"a,b\n1,2\n", "none of the columns"),
        (b"Student,ID\n\xff,1\n", "not UTF-8"),
        (b"Student,ID\n\0,1\n", "NUL"),
        (b'Student,ID\n"Ann,1\n', "cannot be read as CSV"),
        (b"ID\n" + b"1\n" * 20_001, "more than 20000 students"),
    ],
)
def test_what_is_no_gradebook_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableSheet, match=message):
        read_sheet(content)


@pytest.mark.parametrize(
    ("text", "score", "shown", "same"),
    [
        ("7", 7.0, "7", True),
        ("7.0", 7.0, "7", True),
        ("7.00", 7.0, "7", True),
        ("8", 7.0, "7", False),
        ("EX", None, "EX", True),
        ("", None, "", True),
        ("A", 4.0, "A", True),
        ("nan", 7.0, "7", False),
        ("7", None, "", False),
    ],
)
def test_a_number_may_be_written_in_several_ways(text: str, score: float | None, shown: str, same: bool) -> None:
    assert says_same(text, score, shown) is same


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_score_survives_the_file(score: float) -> None:
    assert float(number_cell(score)) == score
