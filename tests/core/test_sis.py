"""SIS files as bytes: which kind a header is, what rows say, what archives hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from gradewire.core.sis.kinds import KINDS, ORDER, recognise
from gradewire.core.sis.records import Account, Fault, Term, User, read_record
from gradewire.core.sis.tables import Line, Unreadable, read_table, row_info


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("account_id,parent_account_id,name,status", "account"),
        ("term_id,name,status,start_date,end_date", "term"),
        ("course_id,short_name,long_name,account_id,term_id,status", "course"),
        ("section_id,course_id,name,status,start_date,end_date", "section"),
        ("xlist_course_id,section_id,status", "xlist"),
        ("user_id,login_id,authentication_provider_id,password,first_name,last_name,short_name,email,status", "user"),
        ("user_id,existing_user_id,login_id,password", "login"),
        ("existing_integration_id,login_id", "login"),
        ("course_id,user_id,role,section_id,status", "enrollment"),
        ("section_id,user_integration_id,role_id,status", "enrollment"),
        ("user_id,account_id,role,status", "admin"),
        ("group_id,account_id,name,status", None),
        ("group_id,user_id,status", None),
        ("observer_id,student_id,status", None),
        ("old_id,new_id,type", None),
        ("course_id,status", None),
    ],
)
def test_a_file_is_known_by_its_header_as_in_canvas(header: str, kind: str | None) -> None:
    found = recognise(header.split(","))
    assert (found.name if found else None) == kind


def test_every_kind_has_its_turn() -> None:
    assert {kind.name for kind in KINDS} == set(ORDER)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-1-03 00:00:00", datetime(2013, 1, 3, tzinfo=UTC)),
        ("2013-05-03 00:00:00-06:00", datetime(2013, 5, 3, 6, tzinfo=UTC)),
        ("2013-05-03T10:30:15Z", datetime(2013, 5, 3, 10, 30, 15, tzinfo=UTC)),
        ("2013-05-03T10:30:15.123+0200", datetime(2013, 5, 3, 8, 30, 15, tzinfo=UTC)),
        ("2013-05-03", datetime(2013, 5, 3, tzinfo=UTC)),
        ("2013-05-03T10:30", datetime(2013, 5, 3, 10, 30, tzinfo=UTC)),
        ("", None),
    ],
)
def test_dates_are_iso_8601_in_utc_unless_they_say_otherwise(text: str, moment: datetime | None) -> None:
    record = read_record("term", ("term_id", "name", "status", "start_date"), Line(2, ("T", "N", "active", text)))
    assert isinstance(record, Term)
    assert (record.start_date, record.end_date) == (moment, UNSET)


@pytest.mark.parametrize("text", ["2013-02-30", "13-1-1", "soon", "2013-05-03T25:00:00Z", "2013-05-03T10:30:15+99:00"])
def test_what_is_no_date_is_a_fault(text: str) -> None:
    with pytest.raises(Fault, match="start_date is no date"):
        read_record("term", ("term_id", "name", "status", "start_date"), Line(2, ("T", "N", "active", text)))


def user(**cells: str) -> User:
    known = {"user_id": "u", "login_id": "l", "status": "active", **cells}
    record = read_record("user", tuple(known), Line(2, tuple(known.values())))
    assert isinstance(record, User)
    return record


def test_names_are_put_together_from_their_parts_unless_the_whole_is_said() -> None:
    parts = user(first_name="Ada Mary", last_name="Byron Lovelace")
    assert (parts.name, parts.sortable_name) == ("Ada Mary Byron Lovelace", "Byron Lovelace, Ada Mary")
    whole = user(first_name="Ada", last_name="Byron", full_name="Ada Lovelace")
    assert (whole.name, whole.sortable_name) == ("Ada Lovelace", None)
    assert (user(last_name="Ada").name, user().name) == ("Ada", None)


def test_a_short_row_has_blank_cells_and_statuses_are_read_in_any_case() -> None:
    record = read_record("account", ("account_id", "status", "parent_account_id", "name"), Line(2, ("A", "ACTIVE")))
    assert record == Account("A", None, None, "active")


def test_passwords_are_not_shown() -> None:
    header = ("user_id", "password", "ssha_password", "status")
    assert row_info(header, Line(2, ("u", "secret", "{SSHA}x", "active", "more"))) == "u,***,***,active,more"
    assert row_info(header, Line(2, ("u", "", "", "active"))) == "u,,,active"


def test_rows_are_counted_from_the_header_whatever_is_in_their_cells() -> None:
    table = read_table(b'a,b\n"two\nlines",1\n\n , \nx, y \n')
    assert table.header == ("a", "b")
    assert table.lines == [Line(2, ("two\nlines", "1")), Line(5, ("x", "y"))]


@given(st.binary(max_size=200))
def test_no_file_does_worse_than_being_unreadable(data: bytes) -> None:
    try:
        table = read_table(data)
    except Unreadable:
        return
    assert table.header
