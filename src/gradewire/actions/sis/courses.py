"""courses.csv."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gradewire.actions.sis.batch import Batch, Item, Register, set_dates, set_given
from gradewire.actions.sis.settling import settle_courses
from gradewire.core.sis.records import Course
from gradewire.store import institution as rows
from gradewire.store.institution import Row

GONE = "deleted"
RESCORING = ("enrollment_term_id", "workflow_state")
"""What of a course decides about its grading periods, or whether its scores are kept."""


def apply_courses(batch: Batch, items: Sequence[Item[Course]]) -> None:
    """Make courses. A new one is unpublished until it is said to be published, or somebody publishes it, as in Canvas."""
    connection = batch.unit.connection
    register = batch.register("courses", capacity=len(items))
    by_sis = read_courses(batch, register, {item.record.course_id for item in items})
    root = [batch.root_account_id]
    named = rows.find(
        connection, "accounts", any_of={"root_account_id": root}, columns=("sis_account_id", "id", "workflow_state")
    )
    accounts = {row["sis_account_id"]: row["id"] for row in named if row["sis_account_id"] and row["workflow_state"] != GONE}
    named = rows.find(connection, "enrollment_terms", any_of={"root_account_id": root})
    terms = {row["sis_term_id"]: row["id"] for row in named if row["sis_term_id"] and row["workflow_state"] != GONE}
    for item in items:
        said = item.record
        row = by_sis.get(said.course_id)
        if said.account_id is not None and said.account_id not in accounts:
            batch.complain(item, f"there is no account {said.account_id}")
        elif said.term_id is not None and said.term_id not in terms:
            batch.complain(item, f"there is no term {said.term_id}")
        elif said.status == GONE:
            if row is not None and row["workflow_state"] != GONE and not batch.options.skip_deletes:
                row["workflow_state"] = GONE
                batch.count("Course", "deleted")
            if row is not None:
                row["sis_import_id"] = batch.import_id
        elif row is None and not (said.short_name and said.long_name):
            batch.complain(item, f"{'long_name' if said.short_name else 'short_name'} is missing")
        else:
            if row is None:
                row = by_sis[said.course_id] = _add(batch, register, said)
            else:
                set_given(row, name=said.long_name, course_code=said.short_name)
                before = row["workflow_state"]
                row["workflow_state"] = next_state(before, said.status)
                batch.count("Course", _change(before, row["workflow_state"]))
            set_given(
                row,
                account_id=accounts.get(said.account_id or ""),
                enrollment_term_id=terms.get(said.term_id or ""),
                integration_id=said.integration_id,
            )
            set_dates(row, start_at=said.start_date, end_at=said.end_date)
            row["sis_import_id"] = batch.import_id
    write_courses(batch, register)


def read_courses(batch: Batch, register: Register, sis_ids: Collection[str | None]) -> dict[str, Row]:
    """The courses of the institution with these SIS ids, by them."""
    found = register.read(sis_course_id={one for one in sis_ids if one})
    return {row["sis_course_id"]: row for row in found if row["root_account_id"] == batch.root_account_id}


def write_courses(batch: Batch, register: Register) -> None:
    """Write courses, and compute anew what that decides."""
    changed = [row for row in register.changed(ignoring=("sis_import_id",)) if register.before(row) is not None]
    rescored = [
        row["id"]
        for row in changed
        if row["workflow_state"] != GONE
        and (before := register.before(row)) is not None
        and any(row[name] != before[name] for name in RESCORING)
    ]
    enter_in_catalog(batch, register)
    register.write()
    if changed:
        batch.unit.touch_rules(*sorted(row["id"] for row in changed))
    settle_courses(batch, rescored)


def _add(batch: Batch, register: Register, said: Course) -> Row:
    batch.count("Course", "created")
    return new_course(
        batch,
        register,
        sis_course_id=said.course_id,
        name=said.long_name,
        course_code=said.short_name,
        account_id=batch.root_account_id,
        enrollment_term_id=None,
        workflow_state=next_state("unpublished", said.status),
    )


def new_course(batch: Batch, register: Register, **values: object) -> Row:
    """A course that is calculated as in Canvas."""
    return register.add(
        root_account_id=batch.root_account_id,
        uuid=str(batch.unit.world.new_uuid()),
        integration_id=None,
        start_at=None,
        end_at=None,
        calculation="canvas",
        catalog_course_id=None,
        sis_import_id=batch.import_id,
        **values,
    )


def enter_in_catalog(batch: Batch, register: Register) -> None:
    """Give new courses the catalogue entry of their code, made where there is none: Schoology clients find them below it."""
    new: dict[str, list[Row]] = {}
    for row in register.rows.values():
        if register.before(row) is None and row["catalog_course_id"] is None:
            new.setdefault(row["course_code"], []).append(row)
    if not new:
        return
    catalog = batch.register("catalog_courses", capacity=len(new))
    found = {row["course_code"]: row for row in catalog.read(course_code=list(new)) if _is_of(batch, row)}
    for code, mine in new.items():
        entry = found.get(code)
        if entry is None:
            entry = catalog.add(
                root_account_id=batch.root_account_id,
                account_id=mine[0]["account_id"],
                title=mine[0]["name"],
                course_code=code,
                workflow_state="active",
            )
        entry["workflow_state"] = "active"
        for row in mine:
            row["catalog_course_id"] = entry["id"]
    catalog.write()


def _is_of(batch: Batch, row: Row) -> bool:
    return bool(row["root_account_id"] == batch.root_account_id)


def next_state(before: str, status: str) -> str:
    """The state of a course of which a file says ``status``. Active is no publishing: a course in planning stays so."""
    match status:
        case "completed":
            return "completed"
        case "published":
            return "available"
        case _:
            return "available" if before in {"available", "completed"} else "unpublished"


def _change(before: str, after: str) -> str | None:
    if before == after:
        return None
    if after == "completed":
        return "concluded"
    return "restored" if before in {"completed", GONE} else None
