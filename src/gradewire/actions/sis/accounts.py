"""accounts.csv and terms.csv. There are few of both, so the institution's are read whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradewire.actions.sis.batch import Batch, Item, set_dates, set_given
from gradewire.core.sis.records import Account, Term
from gradewire.store import institution as rows
from gradewire.store import rules
from gradewire.store.institution import Row

GONE = "deleted"


def apply_accounts(batch: Batch, items: Sequence[Item[Account]]) -> None:
    """Make accounts. One that others hang below stands above them in the file."""
    register = batch.register("accounts", capacity=len(items))
    there = register.read(root_account_id=[batch.root_account_id])
    root = register.rows[batch.root_account_id]
    by_sis = {row["sis_account_id"]: row for row in there if row["sis_account_id"]}
    with_courses = _accounts_of_courses(batch, items, by_sis)
    for item in items:
        said = item.record
        row = by_sis.get(said.account_id)
        parent = root if said.parent_account_id is None else by_sis.get(said.parent_account_id)
        if parent is None or parent["workflow_state"] == GONE:
            batch.complain(item, f"there is no parent account {said.parent_account_id}")
        elif row is None:
            if said.status == GONE:
                continue
            if said.name is None:
                batch.complain(item, "name is missing")
                continue
            by_sis[said.account_id] = register.add(
                parent_account_id=parent["id"],
                root_account_id=batch.root_account_id,
                name=said.name,
                uuid=str(batch.unit.world.new_uuid()),
                sis_account_id=said.account_id,
                workflow_state="active",
            )
            batch.count("Account", "created")
        elif row is root:
            batch.complain(item, "the root account is not changed by an import")
        elif said.status == GONE:
            _delete(batch, item, row, busy=with_courses | _parents(register.rows.values()))
        elif _is_above(register.rows, row, parent):
            batch.complain(item, "the parent account is below this one")
        else:
            row["parent_account_id"] = parent["id"]
            set_given(row, name=said.name)
            if row["workflow_state"] == GONE:
                batch.count("Account", "restored")
            row["workflow_state"] = "active"
    moved = any(register.before(row) is not None for row in register.changed())
    register.write()
    if moved:
        rules.touch_account(batch.unit.connection, batch.root_account_id)


def _accounts_of_courses(batch: Batch, items: Sequence[Item[Account]], by_sis: dict[str, Row]) -> set[int]:
    """Those of the accounts to be deleted that still have courses."""
    ending = {
        by_sis[one.record.account_id]["id"] for one in items if one.record.status == GONE and one.record.account_id in by_sis
    }
    columns = ("account_id", "workflow_state")
    found = rows.find(batch.unit.connection, "courses", any_of={"account_id": ending}, columns=columns)
    return {row["account_id"] for row in found if row["workflow_state"] != GONE}


def _parents(accounts: Iterable[Row]) -> set[int]:
    return {row["parent_account_id"] for row in accounts if row["workflow_state"] != GONE}


def _delete(batch: Batch, item: Item[Account], row: Row, *, busy: set[int]) -> None:
    if batch.options.skip_deletes or row["workflow_state"] == GONE:
        return
    if row["id"] in busy:
        batch.complain(item, "the account still has courses or accounts below it")
        return
    row["workflow_state"] = GONE
    batch.count("Account", "deleted")


def _is_above(accounts: dict[int, Row], row: Row, below: Row) -> bool:
    """Whether a row is another one, or above it."""
    place: Row | None = below
    while place is not None:
        if place["id"] == row["id"]:
            return True
        place = accounts.get(place["parent_account_id"])
    return False


def apply_terms(batch: Batch, items: Sequence[Item[Term]]) -> None:
    """Make terms."""
    register = batch.register("enrollment_terms", capacity=len(items))
    there = register.read(root_account_id=[batch.root_account_id])
    by_sis = {row["sis_term_id"]: row for row in there if row["sis_term_id"]}
    ending = {by_sis[one.record.term_id]["id"] for one in items if one.record.status == GONE and one.record.term_id in by_sis}
    columns = ("enrollment_term_id", "workflow_state")
    courses = rows.find(batch.unit.connection, "courses", any_of={"enrollment_term_id": ending}, columns=columns)
    busy = {row["enrollment_term_id"] for row in courses if row["workflow_state"] != GONE}
    for item in items:
        said = item.record
        row = by_sis.get(said.term_id)
        if said.status == GONE:
            if row is None or batch.options.skip_deletes or row["workflow_state"] == GONE:
                continue
            if row["id"] in busy:
                batch.complain(item, "the term still has courses")
                continue
            row["workflow_state"] = GONE
            batch.count("EnrollmentTerm", "deleted")
            continue
        if row is None:
            if said.name is None:
                batch.complain(item, "name is missing")
                continue
            row = by_sis[said.term_id] = register.add(
                root_account_id=batch.root_account_id,
                name=said.name,
                sis_term_id=said.term_id,
                start_at=None,
                end_at=None,
                workflow_state="active",
            )
            batch.count("EnrollmentTerm", "created")
        elif row["workflow_state"] == GONE:
            batch.count("EnrollmentTerm", "restored")
        row["workflow_state"] = "active"
        set_given(row, name=said.name)
        set_dates(row, start_at=said.start_date, end_at=said.end_date)
    register.write()
