"""SIS imports on both databases: what each kind of file makes, that repeating changes nothing, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.actions import placement, sis_import_steps, sis_imports
from gradewire.actions.jobs import work_one
from gradewire.actions.passwords import matches
from gradewire.actions.sis.uploads import Limits
from gradewire.actions.sis_imports import ENDED
from gradewire.actions.unit import Asker, System, Unit, write
from gradewire.core.errors import Denied, Invalid, NotFound, Refused
from gradewire.store import tables as t
from tests.actions.sis_world import (
    ADMIN,
    CLERK,
    ENROLLMENTS,
    FOREIGNER,
    NOBODY,
    OTHER_ROOT,
    ROOT,
    SCHOOL,
    STAMPS,
    SUB,
    USERS,
    WORKS,
    School,
    archive,
    school,
    token,
)


@pytest.fixture
def empty(database_url: str) -> Iterator[School]:
    with school(database_url) as found:
        yield found


@pytest.fixture
def full(empty: School) -> School:
    """With accounts, a term, two courses, people, and an assignment in the first course."""
    done = empty.load({"all.zip": archive(SCHOOL)})
    assert (done.row.workflow_state, done.errors) == ("imported", [])
    (course,) = empty.rows(sa.select(t.courses.c.id).where(t.courses.c.sis_course_id == "C1"))

    def assign(unit: Unit) -> None:
        group = {"id": 1, "course_id": course, "name": "Group", **STAMPS}
        unit.connection.execute(sa.insert(t.assignment_groups).values(group))
        essay = {"course_id": course, "assignment_group_id": 1, "name": "Essay", "points_possible": 10, "submission_types": []}
        unit.connection.execute(sa.insert(t.assignments).values(**essay, **STAMPS))
        unit.touch_rules(course)
        placement.place(unit, course)

    write(empty.world, Asker(System()), assign)
    return empty


def errors_of(done: sis_imports.ImportView) -> list[tuple[str | None, int | None, str]]:
    return [(one.file, one.row, one.message) for one in done.errors]


def test_an_archive_of_all_files_makes_a_school_whatever_the_order_of_the_files_in_it(empty: School) -> None:
    done = empty.load({"all.zip": archive(dict(reversed(SCHOOL.items())))})
    assert done.row.workflow_state == "imported"
    assert done.row.data is not None
    assert done.row.data["supplied_batches"] == ["account", "term", "course", "section", "user", "enrollment"]
    counts = {name: count for name, count in done.row.data["counts"].items() if count}
    assert counts == {"accounts": 2, "terms": 1, "courses": 2, "sections": 2, "users": 3, "enrollments": 4}
    assert done.row.data["statistics"]["Enrollment"] == {"created": 4}
    state = empty.state()
    assert state["courses"] == [
        ("C2", "Art", "ART1", "unpublished"),
        ("C1", "English 1: Reading, Writing", "ENG1", "available"),
    ]
    assert ("u1", "ann", "active", "Ann Archer", "Archer, Ann", "Ann Archer", "ann@x.edu", "registered") in state["people"]
    assert state["enrollments"] == [
        ("C1", "Section 1", "ann", "StudentEnrollment", "active"),
        ("C1", "Section 2", "bob", "StudentEnrollment", "active"),
        ("C1", "Section 1", "tess", "TeacherEnrollment", "active"),
        ("C2", "Art", "ann", "StudentEnrollment", "active"),
    ]
    assert [row[:3] for row in state["scores"]] == [("C1", "ann", "active"), ("C1", "bob", "active"), ("C2", "ann", "active")]
    account = t.accounts.alias("above")
    tree = sa.select(t.accounts.c.sis_account_id, account.c.name).join(account, account.c.id == t.accounts.c.parent_account_id)
    assert set(empty.rows(tree)) == {("HUM", "Root"), ("ENG", "Humanities"), ("SUB", "Root")}
    ((start, end),) = empty.rows(sa.select(t.enrollment_terms.c.start_at, t.enrollment_terms.c.end_at))
    assert (start.isoformat(), end.isoformat()) == ("2025-09-01T00:00:00+00:00", "2026-01-31T06:00:00+00:00")


def test_importing_the_same_files_again_changes_nothing(full: School) -> None:
    before = full.state()
    versions = full.rows(sa.select(t.scores.c.version).order_by(t.scores.c.id))
    done = full.load({"all.zip": archive(SCHOOL)})
    assert done.row.workflow_state == "imported"
    assert done.row.data is not None
    assert done.row.data["statistics"] == {}
    assert full.state() == before
    assert full.rows(sa.select(t.scores.c.version).order_by(t.scores.c.id)) == versions


def test_imported_courses_stand_in_the_catalogue_each_below_the_entry_of_its_code(full: School) -> None:
    header = "course_id,short_name,long_name,status\n"
    rows = "C7,NEW,First,active\nC8,NEW,Second,active\nC9,OTHER,Third,active\n"
    assert full.load({"courses.csv": header + rows}).errors == []
    assert full.load({"courses.csv": header + "C10,NEW,Fourth,active\n"}).errors == []
    assert full.load({"xlists.csv": "xlist_course_id,section_id,status\nC11,S2,active\n"}).errors == []
    c, k = t.courses.c, t.catalog_courses.c
    found = dict(full.rows(sa.select(c.sis_course_id, k.title).join(t.catalog_courses, k.id == c.catalog_course_id)))
    assert [found[number] for number in ("C7", "C8", "C9", "C10")] == ["First", "First", "Third", "First"]
    codes = full.rows(
        sa.select(c.sis_course_id, c.course_code, k.course_code).join(t.catalog_courses, k.id == c.catalog_course_id)
    )
    assert "C11" in {row[0] for row in codes}
    assert [row for row in codes if row[1] != row[2]] == []


def test_a_new_student_can_be_graded_at_once(full: School) -> None:
    full.load({"u.csv": USERS + "u3,cem,Cem,Cook,,active\n", "e.csv": ENROLLMENTS + "C1,u3,student,S2,active\n"})
    assert ("Essay", "cem", "unsubmitted", None) in full.state()["work"]
    assert ("C1", "cem", "active", None) in full.state()["scores"]


@pytest.mark.parametrize(
    ("status", "state", "keeps_work"),
    [("completed", "completed", True), ("inactive", "inactive", True), ("deleted", "deleted", False)],
)
def test_the_status_of_an_enrolment_is_taken_over_and_its_work_follows(
    full: School, status: str, state: str, keeps_work: bool
) -> None:
    full.load({"e.csv": ENROLLMENTS + f"C1,u1,student,S1,{status}\n"})
    assert ("C1", "Section 1", "ann", "StudentEnrollment", state) in full.state()["enrollments"]
    assert (("Essay", "ann", "unsubmitted", None) in full.state()["work"]) is keeps_work
    done = full.load({"e.csv": ENROLLMENTS + "C1,u1,student,S1,active\n"})
    assert ("Essay", "ann", "unsubmitted", None) in full.state()["work"]
    assert done.row.data is not None
    assert done.row.data["statistics"] == {"Enrollment": {"restored": 1}}


def test_a_role_is_named_or_numbered_and_an_observer_observes_somebody(full: School) -> None:
    rows = "C1,t1,Grader,,S2,active,,true\nC1,u2,,6,S1,active,,\nC1,t1,observer,,S1,active,u1,\n"
    done = full.load(
        {"e.csv": "course_id,user_id,role,role_id,section_id,status,associated_user_id,limit_section_privileges\n" + rows}
    )
    assert done.errors == []
    e = t.enrollments.c
    found = full.rows(
        sa.select(e.type, e.role_id, e.limit_privileges_to_course_section, e.associated_user_id.is_not(None))
        .where(e.type.in_(("TaEnrollment", "ObserverEnrollment")))
        .order_by(e.id)
    )
    assert found == [
        ("TaEnrollment", 6, False, False),
        ("ObserverEnrollment", None, False, True),
        ("TaEnrollment", 6, True, False),
    ]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (ENROLLMENTS, "C9,u1,student,,active", "there is no course C9"),
        (ENROLLMENTS, "C1,u9,student,,active", "there is no user u9"),
        (ENROLLMENTS, "C1,u1,student,S9,active", "there is no section S9"),
        (ENROLLMENTS, "C2,u1,student,S1,active", "the section S1 is not one of the course C2"),
        (ENROLLMENTS, "C1,u1,emperor,,active", "there is no role emperor in the course"),
        (ENROLLMENTS, "C1,u1,student,,asleep", "status is 'asleep', not one of active, deleted, completed, inactive"),
        (ENROLLMENTS, ",u1,student,,active", "neither course_id nor section_id is given"),
        (ENROLLMENTS, "C1,,student,,active", "user_id is missing"),
        (ENROLLMENTS, "C1,u1,,,active", "role is missing"),
        (ENROLLMENTS, "C1,u1,student,,active,more", "the row has more cells than the header"),
        (USERS, "u9,ann,A,B,,active", "the login ann belongs to the user u1"),
        (USERS, "u2,ann,A,B,,active", "the login ann belongs to somebody else"),
        (USERS, ",x,A,B,,active", "user_id is missing"),
        (USERS, "u9,,A,B,,active", "login_id is missing"),
        (USERS, "u9,x,A,B,,", "status is missing"),
        (USERS, f"u9,x,{'A' * 300},B,,active", "first_name has more than 255 characters"),
        ("course_id,short_name,long_name,status,term_id\n", "C9,X,Y,active,T9", "there is no term T9"),
        ("course_id,short_name,long_name,status,account_id\n", "C9,X,Y,active,A9", "there is no account A9"),
        ("course_id,short_name,long_name,status\n", "C9,X,,active", "long_name is missing"),
        (
            "course_id,short_name,long_name,status,start_date\n",
            "C9,X,Y,active,tomorrow",
            "start_date is no date of the form YYYY-MM-DDTHH:MM:SSZ",
        ),
        ("section_id,course_id,name,status\n", "S9,C9,X,active", "there is no course C9"),
        ("term_id,name,status\n", "T1,Fall,deleted", "the term still has courses"),
        ("account_id,parent_account_id,name,status\n", "HUM,ENG,X,active", "the parent account is below this one"),
        ("account_id,parent_account_id,name,status\n", "HUM,,X,deleted", "the account still has courses or accounts below it"),
        ("account_id,parent_account_id,name,status\n", "A9,A8,X,active", "there is no parent account A8"),
        ("xlist_course_id,section_id,status\n", "C2,S9,active", "there is no section S9"),
        ("existing_user_id,login_id\n", "u9,new", "there is no such existing user"),
        ("existing_user_id,login_id\n", "u1,bob", "the login or its user_id belongs to somebody else"),
        ("user_id,account_id,role,status\n", "u1,A9,AccountAdmin,active", "there is no account A9"),
        ("user_id,account_id,role,status\n", "u1,,King,active", "there is no role King for accounts"),
    ],
)
def test_a_row_that_cannot_be_used_is_noted_with_its_place_and_changes_nothing(
    full: School, header: str, row: str, message: str
) -> None:
    before = full.state()
    done = full.load({"x.csv": header + row + "\n"})
    assert errors_of(done) == [("x.csv", 2, message)]
    assert done.errors[0].row_info == row[:1000]
    assert done.row.workflow_state == "imported_with_messages"
    assert full.state() == before


def test_the_good_rows_of_a_file_are_imported_whatever_the_bad_ones_are(empty: School) -> None:
    done = empty.load({"users.csv": USERS + "u1,ann,Ann,A,,active\n,broken,X,Y,,active\n\nu2,bob,Bob,B,,active\n"})
    assert errors_of(done) == [("users.csv", 3, "user_id is missing")]
    assert {row[1] for row in empty.state()["people"]} >= {"ann", "bob"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "the header is that of no known kind of file"),
        (b"", None),
        (b"\n\n", "the file is empty"),
        ("user_id,login_id,status\nü,x,active".encode("latin-1"), "the file is not UTF-8 (byte 25)"),
        (b"user_id,login_id,status\n\0,x,active", "the file contains a NUL character"),
        (b'user_id,login_id,status\n"u1,x,active', "the file cannot be read as CSV near line 2: unexpected end of data"),
        (b"user_id,login_id,user_id,status\nu,x,u,active", "the file names a column twice: user_id"),
    ],
)
def test_a_file_that_cannot_be_used_fails_alone(empty: School, content: bytes, message: str | None) -> None:
    if message is None:
        with pytest.raises(Refused, match="the file is empty"):
            empty.order({"x.csv": content})
        return
    assert errors_of(empty.load({"x.csv": content})) == [("x.csv", None, message)]
    done = empty.load({"x.csv": content, "users.csv": SCHOOL["users.csv"]})
    assert (done.row.workflow_state, len(done.errors)) == ("imported_with_messages", 1)
    assert "ann" in {row[1] for row in empty.state()["people"]}


def test_an_import_without_any_usable_file_fails(empty: School) -> None:
    assert empty.load({"x.csv": b"a,b\n1,2\n"}).row.workflow_state == "failed_with_messages"


def test_a_byte_order_mark_quotes_and_windows_line_ends_are_read(empty: School) -> None:
    text = (
        '\ufeff"USER_ID",login_id,full_name,sortable_name,status\r\nu1,ann," Ann ""The Pen"" Archer ","Archer, A.",ACTIVE\r\n'
    )
    done = empty.load({"users.csv": text.encode()})
    assert done.errors == []
    assert ("u1", "ann", "active", 'Ann "The Pen" Archer', "Archer, A.", 'Ann "The Pen" Archer', None, "registered") in (
        empty.state()["people"]
    )


def test_columns_that_nothing_is_kept_for_are_said(full: School) -> None:
    done = full.load({"e.csv": "course_id,user_id,role,status,start_date,end_date\nC1,u1,student,active,2026-01-01,\n"})
    assert errors_of(done) == [("e.csv", None, "nothing is kept here of: start_date")]


def test_a_deleted_user_leaves_all_courses_and_a_suspended_one_is_only_locked_out(full: School) -> None:
    full.load({"users.csv": USERS + "u1,ann,Ann,Archer,,deleted\nu2,bob,Bob,Baker,,suspended\n"})
    state = full.state()
    assert [row for row in state["enrollments"] if row[2] == "ann" and row[4] != "deleted"] == []
    assert ("Essay", "ann", "deleted", None) in state["work"]
    assert ("C1", "Section 2", "bob", "StudentEnrollment", "active") in state["enrollments"]
    people = {row[1]: (row[2], row[7]) for row in state["people"]}
    assert (people["ann"], people["bob"]) == (("deleted", "deleted"), ("active", "suspended"))
    full.load({"users.csv": USERS + "u1,ann,Ann,Archer,,active\nu2,bob,Bob,Baker,,active\n"})
    people = {row[1]: (row[2], row[7]) for row in full.state()["people"]}
    assert (people["ann"], people["bob"]) == (("active", "registered"), ("active", "registered"))


def test_a_new_name_brings_those_that_follow_from_it_along_and_blank_cells_change_nothing(full: School) -> None:
    full.load({"users.csv": USERS + "u1,ann,Anna,Ascher,,active\nu2,bob,,,,active\n"})
    people = {row[1]: row[3:7] for row in full.state()["people"]}
    assert people["ann"] == ("Anna Ascher", "Ascher, Anna", "Anna Ascher", "ann@x.edu")
    assert people["bob"] == ("Bob Baker", "Baker, Bob", "Bob Baker", None)


def test_a_login_without_a_sis_id_is_taken_over_and_another_users_only_if_asked(full: School) -> None:
    full.execute(sa.update(t.logins).where(t.logins.c.unique_id == "bob").values(sis_user_id=None))
    done = full.load({"users.csv": USERS + "new,bob,Bob,Baker,,active\n"})
    assert done.errors == []
    assert {row[1]: row[0] for row in full.state()["people"]}["bob"] == "new"
    done = full.load({"users.csv": USERS + "other,ann,Ann,A,,active\n"}, update_sis_id_if_login_claimed=True)
    assert done.errors == []
    assert {row[1]: row[0] for row in full.state()["people"]}["ann"] == "other"


def test_a_password_is_hashed_set_once_and_shown_nowhere(full: School) -> None:
    header = "user_id,login_id,full_name,password,status\n"
    done = full.load(
        {"users.csv": header + "u7,gil,Gil,correct horse,active\nu1,ann,Ann,short,active\nu8,,X,secret secret,active\n"}
    )
    stored = dict(full.rows(sa.select(t.logins.c.unique_id, t.logins.c.password_hash)))
    assert matches(stored["gil"], "correct horse")
    assert stored["ann"] is None
    assert [one.row_info for one in done.errors] == ["u1,ann,Ann,***,active", "u8,,X,***,active"]
    full.load({"users.csv": header + "u7,gil,Gil,another horse,active\n"})
    assert dict(full.rows(sa.select(t.logins.c.unique_id, t.logins.c.password_hash)))["gil"] == stored["gil"]
    assert full.rows(sa.select(sa.func.count()).select_from(t.sis_import_files)) == [0]


def test_a_further_login_belongs_to_the_same_person(full: School) -> None:
    done = full.load({"logins.csv": "user_id,existing_user_id,login_id\nu1b,u1,ann2\n"})
    assert done.errors == []
    owners = dict(full.rows(sa.select(t.logins.c.unique_id, t.logins.c.user_id)))
    assert owners["ann2"] == owners["ann"]
    full.load({"users.csv": USERS + "u1,ann,Ann,A,,deleted\n"})
    people = {row[1]: (row[2], row[7]) for row in full.state()["people"]}
    assert (people["ann"], people["ann2"]) == (("deleted", "registered"), ("active", "registered"))


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("available", "active", "available"),
        ("completed", "active", "available"),
        ("deleted", "active", "unpublished"),
        ("unpublished", "active", "unpublished"),
        ("unpublished", "published", "available"),
        ("available", "completed", "completed"),
        ("available", "deleted", "deleted"),
    ],
)
def test_the_status_of_a_course_decides_its_state(full: School, before: str, status: str, after: str) -> None:
    full.execute(sa.update(t.courses).values(workflow_state=before))
    full.load({"courses.csv": f"course_id,short_name,long_name,status\nC1,ENG1,English,{status}\n"})
    assert full.rows(sa.select(t.courses.c.workflow_state).where(t.courses.c.sis_course_id == "C1")) == [after]


def test_a_blank_date_in_a_column_that_is_there_takes_the_date_away(full: School) -> None:
    header = "course_id,short_name,long_name,status,start_date\n"
    start = sa.select(t.courses.c.start_at).where(t.courses.c.sis_course_id == "C1")
    full.load({"courses.csv": header + "C1,ENG1,English,active,2025-09-01\n"})
    full.load({"courses.csv": "course_id,short_name,long_name,status\nC1,ENG1,English,active\n"})
    assert full.rows(start)[0] is not None
    full.load({"courses.csv": header + "C1,ENG1,English,active,\n"})
    assert full.rows(start) == [None]


def test_a_deleted_section_takes_its_enrolments_along(full: School) -> None:
    done = full.load({"sections.csv": "section_id,course_id,name,status\nS2,C1,Section 2,deleted\n"})
    assert ("C1", "Section 2", "bob", "StudentEnrollment", "deleted") in full.state()["enrollments"]
    assert ("Essay", "bob", "deleted", None) in full.state()["work"]
    assert done.row.data is not None
    assert done.row.data["statistics"] == {"CourseSection": {"deleted": 1}, "Enrollment": {"deleted": 1}}


@pytest.mark.parametrize("course", ["C2", "C9"])
def test_a_cross_listed_section_moves_with_its_people_and_comes_back(full: School, course: str) -> None:
    before = full.state()
    header = "xlist_course_id,section_id,status\n"
    assert full.load({"xlists.csv": header + f"{course},S2,active\n"}).errors == []
    state = full.state()
    assert (course, "Section 2", "bob", "StudentEnrollment", "active") in state["enrollments"]
    assert ("Essay", "bob", "deleted", None) in state["work"]
    assert [row for row in state["scores"] if row[1] == "bob"] == [(course, "bob", "active", None)]
    # What the registration system says of the section is about the course it came from.
    full.load({"sections.csv": SCHOOL["sections.csv"], "e.csv": SCHOOL["enrollments.csv"]})
    assert full.state() == state
    full.load({"xlists.csv": header + f"{course},S2,deleted\n"})
    assert [row for row in full.state()["courses"] if row[0] != "C9"] == before["courses"]
    assert {name: rows for name, rows in full.state().items() if name != "courses"} == {
        name: rows for name, rows in before.items() if name != "courses"
    }


def test_skip_deletes_deletes_nothing(full: School) -> None:
    before = full.state()
    files = {
        "users.csv": USERS + "u1,ann,Ann,Archer,ann@x.edu,deleted\n",
        "enrollments.csv": ENROLLMENTS + "C1,u2,student,S2,deleted\n",
        "sections.csv": "section_id,course_id,name,status\nS2,C1,Section 2,deleted\n",
        "courses.csv": "course_id,short_name,long_name,status\nC2,ART1,Art,deleted\n",
    }
    assert full.load(files, skip_deletes=True).errors == []
    assert full.state() == before


def term_id(found: School) -> int:
    number: int = found.rows(sa.select(t.enrollment_terms.c.id))[0]
    return number


def test_batch_mode_deletes_what_earlier_imports_made_in_the_term_and_this_one_leaves_out(full: School) -> None:
    # by hand, so no import may delete it
    (section,) = full.rows(sa.select(t.course_sections.c.id).where(t.course_sections.c.sis_section_id == "S1"))
    (course,) = full.rows(sa.select(t.courses.c.id).where(t.courses.c.sis_course_id == "C1"))
    by_hand = {"course_id": course, "course_section_id": section, "user_id": NOBODY, "type": "StudentEnrollment"}
    full.execute(sa.insert(t.enrollments).values(**by_hand, **STAMPS))
    kept = {
        "courses.csv": "course_id,short_name,long_name,term_id,status\nC1,ENG1,English,T1,active\n",
        "enrollments.csv": ENROLLMENTS + "C1,u1,student,S1,active\n,t1,teacher,S1,active\n",
    }
    done = full.load(kept, batch_mode=True, batch_mode_term_id=term_id(full))
    assert done.errors == []
    assert done.row.data is not None
    counts = done.row.data["counts"]
    assert (counts["batch_courses_deleted"], counts["batch_enrollments_deleted"]) == (1, 2)
    assert "batch_sections_deleted" not in counts  # there was no file of sections
    state = full.state()
    assert {row[0]: row[3] for row in state["courses"]} == {"C1": "available", "C2": "deleted"}
    assert {(row[0], row[2]): row[4] for row in state["enrollments"]} == {
        ("C1", "ann"): "active",
        ("C1", "bob"): "deleted",
        ("C1", "tess"): "active",
        ("C1", "nobody"): "active",
        ("C2", "ann"): "deleted",
    }
    assert ("Essay", "bob", "deleted", None) in state["work"]


def test_batch_mode_stops_at_its_threshold(full: School) -> None:
    before = full.state()
    done = full.load(
        {"e.csv": ENROLLMENTS + "C1,u1,student,S1,active\n"},
        batch_mode=True,
        batch_mode_term_id=term_id(full),
        change_threshold=50,
    )
    assert [one.message for one in done.errors] == [
        "3 of 4 enrollments would be deleted, more than 50 percent; nothing was deleted"
    ]
    assert full.state() == before


@pytest.mark.parametrize(
    ("options", "attribute"),
    [
        ({"batch_mode": True}, "batch_mode_term_id"),
        ({"batch_mode": True, "batch_mode_term_id": 999}, "batch_mode_term_id"),
        ({"import_type": "ims_xml"}, "import_type"),
        ({"extension": "xml"}, "extension"),
        ({"change_threshold": 101}, "change_threshold"),
    ],
)
def test_options_that_cannot_be_are_refused(empty: School, options: dict[str, Any], attribute: str) -> None:
    with pytest.raises(Invalid) as refused:
        empty.order({"users.csv": SCHOOL["users.csv"]}, **options)
    assert [fault.attribute for fault in refused.value.faults] == [attribute]


def test_imports_are_for_who_manages_the_sis_data_of_the_root_account(empty: School) -> None:
    files = {"users.csv": SCHOOL["users.csv"]}
    with pytest.raises(Denied):
        empty.order(files, as_=token("nobody"))
    with pytest.raises(NotFound):
        empty.order(files, as_=token("foreigner"))
    with pytest.raises(NotFound):
        empty.order(files, as_=token("admin"), account_id=OTHER_ROOT)
    with pytest.raises(Refused, match="root account"):
        empty.order(files, as_=token("admin"), account_id=SUB)
    number = empty.order(files, as_=token("clerk"))
    empty.work()
    assert empty.show(number).row.workflow_state == "imported"
    with pytest.raises(NotFound):
        write(empty.world, Asker(token("foreigner")), lambda unit: sis_imports.show(unit, OTHER_ROOT, number))


def test_who_may_only_import_makes_no_administrator_and_changes_none(empty: School) -> None:
    files = {
        "users.csv": USERS + "sis-admin,admin2,Eve,Evil,,active\n",
        "logins.csv": "existing_user_id,login_id,password\nsis-admin,eve,correct horse battery\n",
        "admins.csv": "user_id,account_id,role,status\nsis-nobody,,AccountAdmin,active\n",
    }
    before = empty.state()
    number = empty.order(files, as_=token("clerk"))
    empty.work()
    assert [one.message for one in empty.show(number).errors] == [
        "an administrator is changed only by those who may manage the account",
        "an administrator is changed only by those who may manage the account",
        "administrators are made only by those who may manage the account",
    ]
    assert empty.state() == before
    roles = sa.select(t.account_users.c.user_id, t.account_users.c.workflow_state).order_by(t.account_users.c.user_id)
    assert empty.rows(roles) == [(ADMIN, "active"), (CLERK, "active"), (FOREIGNER, "active")]
    empty.order({"admins.csv": files["admins.csv"]}, as_=token("admin"))
    empty.work()
    assert (NOBODY, "active") in empty.rows(roles)
    empty.load({"admins.csv": "user_id,account_id,role,status\nsis-nobody,,AccountAdmin,deleted\n"}, as_=token("admin"))
    assert (NOBODY, "deleted") in empty.rows(roles)
    assert (ADMIN, "active") in empty.rows(roles)


def test_another_institutions_things_are_neither_found_nor_changed(full: School) -> None:
    course = {"sis_course_id": "C5", "account_id": OTHER_ROOT, "root_account_id": OTHER_ROOT, "name": "F", "course_code": "F"}
    full.execute(sa.insert(t.courses).values(id=500, uuid="f", **course, **STAMPS))
    full.execute(sa.insert(t.course_sections).values(course_id=500, sis_section_id="S5", name="F", **STAMPS))
    done = full.load(
        {"e.csv": ENROLLMENTS + "C5,u1,student,,active\n,u1,student,S5,active\nC1,sis-foreigner,student,S1,active\n"}
    )
    assert {one.message for one in done.errors} == {
        "there is no course C5",
        "there is no section S5",
        "there is no user sis-foreigner",
    }
    assert full.load({"courses.csv": "course_id,short_name,long_name,status\nC5,MINE,Mine,active\n"}).errors == []
    names = sa.select(t.courses.c.name).where(t.courses.c.sis_course_id == "C5").order_by(t.courses.c.name)
    assert full.rows(names) == ["F", "Mine"]


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (archive({f"{number}.csv": "a" for number in range(4)}), "holds 4 files; 3 are allowed"),
        (archive({"bomb.csv": "\0" * 200_001}), "unpacks to more than 200000 bytes"),
        (archive(SCHOOL)[:200], "the archive cannot be read"),
        (b"x" * 200_001, "has more than 200000 bytes"),
    ],
)
def test_a_bomb_or_a_broken_archive_is_refused(database_url: str, upload: bytes, message: str) -> None:
    with school(database_url, limits=Limits(3, 200_000)) as found, pytest.raises(Refused, match=message):
        found.order({"x": upload})


def test_an_archive_that_lies_about_its_size_is_not_unpacked(database_url: str) -> None:
    bomb = bytearray(archive({"bomb.csv": "\0" * 5_000_000}))
    place = bomb.index(b"PK\x01\x02") + 24
    bomb[place : place + 4] = (10).to_bytes(4, "little")  # the size in the directory
    with school(database_url, limits=Limits(3, 200_000)) as found:
        done = found.load({"x.zip": bytes(bomb)})
        assert done.row.workflow_state == "failed_with_messages"


def test_imports_of_an_institution_are_done_in_turn(empty: School) -> None:
    first = empty.order({"u.csv": USERS + "u1,ann,First,Name,,active\n"})
    second = empty.order({"u.csv": USERS + "u1,ann,Second,Name,,active\n"})

    def step(number: int) -> None:
        write(empty.world, Asker(System()), lambda unit: sis_import_steps.step(unit, {"sis_import_id": number}))

    step(second)
    assert empty.show(second).row.workflow_state == "created"
    while empty.show(first).row.workflow_state not in ENDED:
        step(first)
    while empty.show(second).row.workflow_state not in ENDED:
        step(second)
    assert {row[1]: row[3] for row in empty.state()["people"]}["ann"] == "Second Name"


def test_an_aborted_import_keeps_what_it_did_and_does_no_more(empty: School) -> None:
    number = empty.order({"all.zip": archive(SCHOOL)})
    for _ in range(3):  # cut, accounts, terms
        work_one(empty.world, WORKS, worker="test")
    write(empty.world, Asker(token("admin")), lambda unit: sis_imports.abort(unit, ROOT, number))
    empty.work()
    done = empty.show(number)
    assert (done.row.workflow_state, done.row.ended_at is not None) == ("aborted", True)
    assert ("HUM", "Humanities", "active") in empty.state()["accounts"]
    assert empty.state()["courses"] == []
    assert empty.rows(sa.select(t.sis_import_files.c.id)) == []
    with pytest.raises(Refused, match="cannot be aborted"):
        write(empty.world, Asker(token("admin")), lambda unit: sis_imports.abort(unit, ROOT, number))


def test_a_step_that_fails_for_good_ends_the_import_and_lets_the_next_one_go_on(
    empty: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = empty.order({"users.csv": SCHOOL["users.csv"]})
    following = empty.order({"terms.csv": SCHOOL["terms.csv"]})

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(sis_import_steps, "APPLY", {**sis_import_steps.APPLY, "user": fail})
    for _ in range(8):
        work_one(empty.world, WORKS, worker="test")
    assert empty.show(number).row.workflow_state == "failed_with_messages"
    assert [one.message for one in empty.show(number).errors] == ["An error occurred."]  # no more than that
    (state,) = empty.rows(
        sa.select(t.progresses.c.workflow_state).where(t.progresses.c.id == empty.show(number).row.progress_id)
    )
    assert state == "failed"
    while empty.show(following).row.workflow_state not in ENDED:
        write(empty.world, Asker(System()), lambda unit: sis_import_steps.step(unit, {"sis_import_id": following}))
    assert empty.show(following).row.workflow_state == "imported"


class Killed(BaseException):
    """The process ends here; nothing catches it."""


@pytest.mark.parametrize("seed", range(4))
def test_a_process_that_dies_in_the_middle_and_one_that_goes_on_come_to_the_same_end(
    full: School, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    monkeypatch.setattr(sis_import_steps, "PIECE_ROWS", 3)
    people = [f"n{number},login{number},First{number},Last{number},,active" for number in range(12)]
    places = [f"C1,n{number},student,S{1 + number % 2},active" for number in range(12)]
    places += [f"C2,n{number},student,,{dice.choice(['active', 'completed'])}" for number in range(12)]
    files = {"users.csv": USERS + "\n".join(people), "enrollments.csv": ENROLLMENTS + "\n".join(places)}
    number = full.order(files)
    arguments = {"sis_import_id": number}
    deaths = 0
    while full.show(number).row.workflow_state not in ENDED:

        def die_or_go_on(unit: Unit) -> None:
            sis_import_steps.step(unit, arguments)
            if dice.random() < 0.5:
                raise Killed  # all that the step did, and nothing is committed

        try:
            write(full.world, Asker(System()), die_or_go_on)
        except Killed:
            deaths += 1
    assert deaths > 0
    done = full.show(number)
    assert (done.row.workflow_state, done.row.data["counts"]["enrollments"]) == ("imported", 24)  # type: ignore[index]
    after = full.state()
    assert len([row for row in after["work"] if row[1].startswith("login")]) == 12
    assert len([row for row in after["scores"] if row[1].startswith("login")]) == 24
    full.load(files)
    assert full.state() == after


def test_two_processes_at_one_import_do_each_step_once(full: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sis_import_steps, "PIECE_ROWS", 2)
    people = "\n".join(f"n{one},login{one},First{one},Last{one},,active" for one in range(10))
    places = "\n".join(f"C1,n{one},student,S1,active" for one in range(10))
    number = full.order({"users.csv": USERS + people, "enrollments.csv": ENROLLMENTS + places})

    def step_to_the_end() -> None:
        while full.show(number).row.workflow_state not in ENDED:
            write(full.world, Asker(System()), lambda unit: sis_import_steps.step(unit, {"sis_import_id": number}))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(step_to_the_end) for _ in range(2)]:
            done.result()
    row = full.show(number).row
    assert row.data is not None
    assert (row.workflow_state, row.data["rows_done"], row.data["counts"]["users"]) == ("imported", 20, 10)
    assert row.data["statistics"] == {"User": {"created": 10}, "Enrollment": {"created": 10}}


def test_statements_do_not_grow_with_the_rows_of_a_course(full: School) -> None:
    def statements(first: int, last: int) -> int:
        people = "\n".join(f"m{one},m{one},F{one},L{one},,active" for one in range(first, last))
        places = "\n".join(f"C1,m{one},student,S1,active" for one in range(first, last))
        found: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            found.append(statement)

        number = full.order({"u.csv": USERS + people, "e.csv": ENROLLMENTS + places})
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            full.work()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        assert full.show(number).row.workflow_state == "imported"
        return len(found)

    assert statements(0, 30) >= statements(30, 330)
