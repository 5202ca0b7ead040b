"""Grading schemes of a course or an account: listed, made, changed and deleted, and judged while somebody types."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gradewire.actions import accounts, grading_standards
from gradewire.actions.access import course_access
from gradewire.actions.grading_standards import Context, StandardView, scheme_of
from gradewire.actions.unit import Unit
from gradewire.core import schemes
from gradewire.core.errors import DomainError, Fault, Invalid, Refused
from gradewire.core.numbers import read_leading, show_number
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.web.account_navigation import account_stops
from gradewire.web.course_navigation import stops
from gradewire.web.visits import Answer, Data, Page, Place, Redirect, Visit, link

MOST_STANDARDS = 200
MOST_ROWS = 60
SPARE_ROWS = 3
"""Empty rows at the end of the form for browsers without scripts."""
DONE = {"made": "The grading scheme is saved.", "changed": "The grading scheme is changed.", "deleted": "It is deleted."}
SAID = {
    schemes.BLANK: "Give at least one grade with its lowest value.",
    schemes.NO_ZERO: "The lowest grade has to begin at 0.",
    schemes.DUPLICATE: "Two grades begin at the same value.",
    schemes.NEGATIVE: "No grade can begin below 0.",
    schemes.LONG_NAME: f"A grade has more than {schemes.NAME_LIMIT} characters.",
    schemes.TOO_LARGE: "A value is too large.",
    schemes.FACTOR_RANGE: "The points of a full score must be a number greater than 0.",
    schemes.LONG_TITLE: f"The title has more than {schemes.TITLE_LIMIT} characters.",
}
"""The rules of schemes in words for those who type; what is not here is said as it is."""


class Row(Struct, frozen=True):
    """A row of the editor, as typed."""

    name: str
    value: str


class Typed(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the editor; ``percent`` is what the reader tries the scheme with."""

    title: str
    points_based: bool
    scaling_factor: str
    rows: list[Row]
    percent: str = ""


class Shown(Struct, frozen=True):
    """A grade of a scheme as a table tells it: from a value, and up to below the next."""

    name: str
    low: str
    high: str | None


def index(visit: Visit) -> Page:
    """The schemes that the course or account keeps itself; in a course also those that it may use from above."""
    context = _context(visit)

    def read(unit: Unit) -> dict[str, Any]:
        around = _around(unit, context)
        found, _ = grading_standards.list_own(unit, context, offset=0, limit=MOST_STANDARDS)
        others = []
        if context.owner == "course":
            own = {row.id for row in found}
            others = [one for one in grading_standards.list_offered(unit, context.id) if one.id not in own]
        return {
            **around,
            "standards": [(row, shown(scheme_of(row))) for row in found],
            "others": [(one, shown(Scheme(one.title, one.points_based, one.scaling_factor, one.data))) for one in others],
            "built_in": (DEFAULT_SCHEME, shown(DEFAULT_SCHEME)),
            "manages": grading_standards.may_manage(unit, context),
        }

    found = visit.read(read)
    return Page(template="grading_standards.html", context={**found, "done": DONE.get(visit.query.get("done", ""))})


def new(visit: Visit) -> Page:
    """An empty editor, filled with the built-in scheme as a beginning."""
    context = _context(visit)

    def read(unit: Unit) -> dict[str, Any]:
        grading_standards.draft(unit, context, _request(_typed_of(DEFAULT_SCHEME)))
        return _around(unit, context)

    around = visit.read(read)
    typed = Typed("", False, "", _typed_of(DEFAULT_SCHEME).rows)
    return _editor(around, StandardView(None, True, False), typed, None)


def show(visit: Visit) -> Page:
    """The editor of a scheme."""
    context, standard_id = _context(visit), visit.number("standard_id")
    around, view = visit.read(lambda unit: (_around(unit, context), grading_standards.view(unit, context, standard_id)))
    assert view.row is not None
    return _editor(around, view, _typed_of(scheme_of(view.row)), None)


def create(visit: Visit) -> Answer:
    context, typed = _context(visit), _read(visit)
    try:
        _check_names(typed)
        visit.write(lambda unit: grading_standards.create(unit, context, _request(typed)))
    except Invalid as error:
        return _editor(
            visit.read(lambda unit: _around(unit, context)), StandardView(None, True, False), typed, message_of(error)
        )
    return Redirect(path=link(_path(context), done="made"))


def update(visit: Visit) -> Answer:
    context, standard_id = _context(visit), visit.number("standard_id")
    whole = "scaling_factor" in visit.form
    typed = _read(visit)
    request = _request(typed) if whole else {"title": typed.title}
    try:
        if whole:
            _check_names(typed)
        visit.write(lambda unit: grading_standards.update(unit, context, standard_id, request))
    except (Invalid, Refused) as error:
        around, view = visit.read(lambda unit: (_around(unit, context), grading_standards.view(unit, context, standard_id)))
        assert view.row is not None
        kept = typed if whole and not view.used else _typed_of(scheme_of(view.row))
        return _editor(around, view, kept, message_of(error))
    return Redirect(path=link(_path(context), done="changed"))


def delete(visit: Visit) -> Redirect:
    context, standard_id = _context(visit), visit.number("standard_id")
    visit.write(lambda unit: grading_standards.delete(unit, context, standard_id))
    return Redirect(path=link(_path(context), done="deleted"))


def check(visit: Visit) -> Data:
    """For the script of the editor: what the rules say of what is typed, and what a percentage would earn."""
    context, typed = _context(visit), visit.json(Typed)
    try:
        scheme = visit.read(lambda unit: grading_standards.draft(unit, context, _request(typed)))
        _check_names(typed)
    except Invalid as error:
        return Data(value={"faults": _sentences(error), "grades": [], "preview": ""})
    return Data(value={"faults": [], "grades": shown(scheme), "preview": preview(scheme, typed.percent)})


def account_index(visit: Visit) -> Page:
    return index(visit)


def account_new(visit: Visit) -> Page:
    return new(visit)


def account_show(visit: Visit) -> Page:
    return show(visit)


def account_create(visit: Visit) -> Answer:
    return create(visit)


def account_update(visit: Visit) -> Answer:
    return update(visit)


def account_delete(visit: Visit) -> Redirect:
    return delete(visit)


def account_check(visit: Visit) -> Data:
    return check(visit)


def shown(scheme: Scheme) -> list[Shown]:
    """The grades of a scheme with their ranges, in percent or points."""
    lows = [show_number(schemes.calculated_value(scheme, bound)) for _, bound in scheme.entries]
    highs: list[str | None] = [None, *lows[:-1]]
    return [Shown(name, low, high) for (name, _), low, high in zip(scheme.entries, lows, highs, strict=True)]


def preview(scheme: Scheme, percent: str) -> str:
    """What a percentage would earn, as a sentence; nothing for what is no number."""
    number = read_leading(percent.strip().replace(",", ".")) if percent.strip()[:1].isdigit() else None
    if number is None or number > 10_000:
        return ""
    return f"{show_number(float(number))} % is {schemes.name_of(scheme, number)}"


def message_of(error: DomainError) -> str:
    return " ".join(_sentences(error)) if isinstance(error, Invalid) else str(getattr(error, "message", error))


def _sentences(error: Invalid) -> list[str]:
    return [SAID.get(fault.message, fault.message[:1].upper() + fault.message[1:]) for fault in error.faults]


def _context(visit: Visit) -> Context:
    if "course_id" in visit.path:
        return Context("course", visit.number("course_id"))
    return Context("account", visit.number("account_id"))


def _path(context: Context) -> str:
    return f"/{context.owner}s/{context.id}/grading_standards"


def _around(unit: Unit, context: Context) -> dict[str, Any]:
    """What the head of the page tells of the course or account."""
    if context.owner == "course":
        access = course_access(unit, context.id)
        course = access.rules.course
        return {
            "owner": course,
            "stops": stops(access),
            "stop": "Settings",
            "home": f"/courses/{course.id}",
            "here": _path(context),
        }
    account = accounts.account_access(unit, context.id)
    return {
        "owner": account.account,
        "stops": None,
        "account_stops": account_stops(account),
        "stop": "Grading schemes",
        "home": None,
        "here": _path(context),
    }


def _editor(around: dict[str, Any], view: StandardView, typed: Typed, error: str | None) -> Page:
    open_for_all = view.manages and not view.used
    spare = [Row("", "")] * SPARE_ROWS if open_for_all else []
    context = {
        **around,
        "view": view,
        "typed": typed,
        "rows": [*typed.rows, *spare],
        "locked": not open_for_all,
        "error": error,
        "most_rows": MOST_ROWS,
        "grades": shown(scheme_of(view.row)) if view.row else [],
    }
    return Page(template="grading_standard.html", context=context, status=400 if error else 200)


def _typed_of(scheme: Scheme) -> Typed:
    rows = [Row(name, show_number(schemes.calculated_value(scheme, bound))) for name, bound in scheme.entries]
    factor = show_number(scheme.scaling_factor) if scheme.points_based else ""
    return Typed(scheme.title or "", scheme.points_based, factor, rows)


def _read(visit: Visit) -> Typed:
    rows = [Row(visit.sent(f"name_{number}"), visit.sent(f"value_{number}")) for number in range(MOST_ROWS)]
    kept = [row for row in rows if row.name.strip() or row.value.strip()]
    return Typed(visit.sent("title"), visit.sent("kind") == "points", visit.sent("scaling_factor"), kept)


def _request(typed: Typed) -> dict[str, object]:
    """What the dialect would have sent. A decimal comma is read as a point; rows without name or value do not count."""
    entries = [
        {"name": row.name.strip(), "value": row.value.strip().replace(",", ".").removesuffix("%")}
        for row in typed.rows
        if row.name.strip() and row.value.strip()
    ]
    factor = typed.scaling_factor.strip().replace(",", ".") or "0"
    return {
        "title": typed.title.strip(),
        "points_based": typed.points_based,
        "scaling_factor": factor if typed.points_based else "1",
        "grading_scheme_entry": entries,
    }


def _check_names(typed: Typed) -> None:
    """
    Raises:
        Invalid: of two rows with one name the rules keep the last, which nobody means who sees both.
    """
    names = [row.name.strip() for row in typed.rows if row.name.strip() and row.value.strip()]
    if len(set(names)) < len(names):
        raise Invalid(Fault("data", "Two rows have the same grade."))
    incomplete = [row for row in typed.rows if bool(row.name.strip()) != bool(row.value.strip())]
    if incomplete:
        raise Invalid(Fault("data", "A row has a grade or a value, but not both."))
    unread = [row.value for row in typed.rows if row.value.strip() and not row.value.strip().lstrip("-+.,")[:1].isdigit()]
    if unread:
        raise Invalid(Fault("data", f"“{unread[0].strip()[:20]}” is no number."))


COURSE = "/courses/{course_id:str}/grading_standards"
ACCOUNT = "/accounts/{account_id:str}/grading_standards"
PLACES = [
    Place(method="GET", path=COURSE, page=index),
    Place(method="GET", path=COURSE + "/new", page=new),
    Place(method="GET", path=COURSE + "/{standard_id:str}", page=show),
    Place(method="POST", path=COURSE, page=create),
    Place(method="POST", path=COURSE + "/check", page=check),
    Place(method="POST", path=COURSE + "/{standard_id:str}", page=update),
    Place(method="POST", path=COURSE + "/{standard_id:str}/delete", page=delete),
    Place(method="GET", path=ACCOUNT, page=account_index),
    Place(method="GET", path=ACCOUNT + "/new", page=account_new),
    Place(method="GET", path=ACCOUNT + "/{standard_id:str}", page=account_show),
    Place(method="POST", path=ACCOUNT, page=account_create),
    Place(method="POST", path=ACCOUNT + "/check", page=account_check),
    Place(method="POST", path=ACCOUNT + "/{standard_id:str}", page=account_update),
    Place(method="POST", path=ACCOUNT + "/{standard_id:str}/delete", page=account_delete),
]
