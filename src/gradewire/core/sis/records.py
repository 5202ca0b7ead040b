"""What the rows of SIS files say, as declared values. A blank cell says nothing, so it changes nothing; but a blank date, in a
column that is there, takes the date away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from gradewire.core.sis.tables import Line

LONGEST = 255
_LARGEST_ID = 2**63 - 1

_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)

Cells: TypeAlias = Mapping[str, str]


class Fault(Exception):
    """A row that cannot be used; the text says why."""


class User(Struct, frozen=True, kw_only=True):
    user_id: str
    login_id: str
    status: str
    name: str | None
    sortable_name: str | None
    short_name: str | None
    email: str | None
    pronouns: str | None
    integration_id: str | None
    password: str | None


class Login(Struct, frozen=True, kw_only=True):
    """A further login of somebody who is known already."""

    user_id: str | None
    login_id: str
    integration_id: str | None
    password: str | None
    existing_user_id: str | None
    existing_integration_id: str | None
    existing_canvas_user_id: int | None


class Account(Struct, frozen=True):
    account_id: str
    parent_account_id: str | None
    name: str | None
    status: str


class Term(Struct, frozen=True):
    term_id: str
    name: str | None
    status: str
    start_date: datetime | UnsetType | None
    end_date: datetime | UnsetType | None


class Course(Struct, frozen=True):
    course_id: str
    short_name: str | None
    long_name: str | None
    account_id: str | None
    term_id: str | None
    status: str
    integration_id: str | None
    start_date: datetime | UnsetType | None
    end_date: datetime | UnsetType | None


class Section(Struct, frozen=True):
    section_id: str
    course_id: str
    name: str | None
    status: str
    integration_id: str | None
    start_date: datetime | UnsetType | None
    end_date: datetime | UnsetType | None


class Crosslisting(Struct, frozen=True):
    xlist_course_id: str | None
    section_id: str
    status: str


class Enrollment(Struct, frozen=True, kw_only=True):
    course_id: str | None
    section_id: str | None
    user_id: str | None
    user_integration_id: str | None
    role: str | None
    role_id: int | None
    status: str
    associated_user_id: str | None
    limited: bool | None


class Admin(Struct, frozen=True):
    user_id: str
    account_id: str | None
    role: str | None
    role_id: int | None
    status: str


Record: TypeAlias = User | Login | Account | Term | Course | Section | Crosslisting | Enrollment | Admin


def read_record(kind: str, header: tuple[str, ...], line: Line) -> Record:
    """What a row of a file of this kind says.

    Raises:
        Fault: something is missing in it, or cannot be read.
    """
    if any(line.values[len(header) :]):
        raise Fault("the row has more cells than the header")
    return _READERS[kind](dict(zip(header, line.values, strict=False)))


def _user(cells: Cells) -> User:
    given, family = _text(cells, "first_name"), _text(cells, "last_name")
    full = _text(cells, "full_name")
    sortable = _text(cells, "sortable_name")
    if sortable is None and full is None and given and family:
        sortable = f"{family}, {given}"
    return User(
        user_id=_required(cells, "user_id"),
        login_id=_required(cells, "login_id"),
        status=_one_of(cells, "status", "active", "suspended", "deleted"),
        name=full or " ".join(part for part in (given, family) if part) or None,
        sortable_name=sortable,
        short_name=_text(cells, "short_name"),
        email=_text(cells, "email"),
        pronouns=_text(cells, "pronouns"),
        integration_id=_text(cells, "integration_id"),
        password=cells.get("password") or None,
    )


def _login(cells: Cells) -> Login:
    record = Login(
        user_id=_text(cells, "user_id"),
        login_id=_required(cells, "login_id"),
        integration_id=_text(cells, "integration_id"),
        password=cells.get("password") or None,
        existing_user_id=_text(cells, "existing_user_id"),
        existing_integration_id=_text(cells, "existing_integration_id"),
        existing_canvas_user_id=_number(cells, "existing_canvas_user_id"),
    )
    if not (record.existing_user_id or record.existing_integration_id or record.existing_canvas_user_id):
        raise Fault("no existing user is named")
    return record


def _account(cells: Cells) -> Account:
    status = _one_of(cells, "status", "active", "deleted")
    name = _text(cells, "name")
    return Account(_required(cells, "account_id"), _text(cells, "parent_account_id"), name, status)


def _term(cells: Cells) -> Term:
    return Term(
        _required(cells, "term_id"),
        _text(cells, "name"),
        _one_of(cells, "status", "active", "deleted"),
        _date(cells, "start_date"),
        _date(cells, "end_date"),
    )


def _course(cells: Cells) -> Course:
    return Course(
        _required(cells, "course_id"),
        _text(cells, "short_name"),
        _text(cells, "long_name"),
        _text(cells, "account_id"),
        _text(cells, "term_id"),
        _one_of(cells, "status", "active", "deleted", "completed", "published"),
        _text(cells, "integration_id"),
        _date(cells, "start_date"),
        _date(cells, "end_date"),
    )


def _section(cells: Cells) -> Section:
    return Section(
        _required(cells, "section_id"),
        _required(cells, "course_id"),
        _text(cells, "name"),
        _one_of(cells, "status", "active", "deleted"),
        _text(cells, "integration_id"),
        _date(cells, "start_date"),
        _date(cells, "end_date"),
    )


def _crosslisting(cells: Cells) -> Crosslisting:
    status = _one_of(cells, "status", "active", "deleted")
    course_id = _text(cells, "xlist_course_id")
    if course_id is None and status == "active":
        raise Fault("xlist_course_id is missing")
    return Crosslisting(course_id, _required(cells, "section_id"), status)


def _enrollment(cells: Cells) -> Enrollment:
    limited = cells.get("limit_section_privileges", "").lower()
    if limited not in {"", "true", "false"}:
        raise Fault("limit_section_privileges is neither true nor false")
    record = Enrollment(
        course_id=_text(cells, "course_id"),
        section_id=_text(cells, "section_id"),
        user_id=_text(cells, "user_id"),
        user_integration_id=_text(cells, "user_integration_id"),
        role=_text(cells, "role"),
        role_id=_number(cells, "role_id"),
        status=_one_of(cells, "status", "active", "deleted", "completed", "inactive"),
        associated_user_id=_text(cells, "associated_user_id"),
        limited=limited == "true" if limited else None,
    )
    if not (record.user_id or record.user_integration_id):
        raise Fault("user_id is missing")
    if not (record.course_id or record.section_id):
        raise Fault("neither course_id nor section_id is given")
    if not (record.role or record.role_id):
        raise Fault("role is missing")
    return record


def _admin(cells: Cells) -> Admin:
    record = Admin(
        _required(cells, "user_id"),
        _text(cells, "account_id"),
        _text(cells, "role"),
        _number(cells, "role_id"),
        _one_of(cells, "status", "active", "deleted"),
    )
    if not (record.role or record.role_id):
        raise Fault("role is missing")
    return record


_READERS: Mapping[str, Callable[[Cells], Record]] = {
    "user": _user,
    "login": _login,
    "account": _account,
    "term": _term,
    "course": _course,
    "section": _section,
    "xlist": _crosslisting,
    "enrollment": _enrollment,
    "admin": _admin,
}


def _text(cells: Cells, name: str) -> str | None:
    value = cells.get(name) or None
    if value is not None and len(value) > LONGEST:
        raise Fault(f"{name} has more than {LONGEST} characters")
    return value


def _required(cells: Cells, name: str) -> str:
    value = _text(cells, name)
    if value is None:
        raise Fault(f"{name} is missing")
    return value


def _one_of(cells: Cells, name: str, *allowed: str) -> str:
    value = _required(cells, name).lower()
    if value not in allowed:
        raise Fault(f"{name} is {value!r}, not one of {', '.join(allowed)}")
    return value


def _number(cells: Cells, name: str) -> int | None:
    value = _text(cells, name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and int(value[:20]) <= _LARGEST_ID):
        raise Fault(f"{name} is no id")
    return int(value)


def _date(cells: Cells, name: str) -> datetime | UnsetType | None:
    if name not in cells:
        return UNSET
    value = cells[name]
    if not value:
        return None
    found = _read_time(value)
    if found is None:
        raise Fault(f"{name} is no date of the form YYYY-MM-DDTHH:MM:SSZ")
    return found


def _read_time(text: str) -> datetime | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[7])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
