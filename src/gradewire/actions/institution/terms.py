"""Terms, and sets of grading periods. Both belong to root accounts, and the tables are small enough to be read whole."""

from __future__ import annotations

from collections.abc import Mapping

from gradewire.actions.institution.accounts import Accounts
from gradewire.actions.institution.book import Book, Entry, Unique, differences
from gradewire.actions.institution.names import Names
from gradewire.core.periods import NEVER, PeriodDates, find_faults
from gradewire.store.institution import Row


class Terms:
    """Terms and sets of grading periods, of the files and of the database."""

    def __init__(self, book: Book, accounts: Accounts) -> None:
        self._book = book
        self._accounts = accounts
        self.terms = Names("term")
        self.sets = Names("grading period set")
        self.periods: dict[int, Names] = {}
        """The periods of each set."""
        self.set_of_term: dict[int, int | None] = {}

    def plan(self) -> None:
        self._plan_sets()
        self._plan_periods()
        self._plan_terms()

    def changed(self) -> tuple[set[int], set[int]]:
        """Sets and terms that exist and in which something changes that courses of the database depend on."""
        sheets = self._book.sheets
        sets = {entry.id for entry in sheets["grading_period_groups"].entries if entry.old and differences(entry)}
        for entry in sheets["grading_periods"].entries:
            if entry.old is None or differences(entry):
                sets.add(entry.values["grading_period_group_id"])
        terms = {entry.id for entry in sheets["enrollment_terms"].entries if entry.old and differences(entry)}
        return sets, terms

    def _plan_sets(self) -> None:
        book = self._book
        sheet = book.sheet("grading_period_groups", Unique(("root_account_id", "title"), "title", living=True))
        sheet.look(everything=True)
        for file in book.files:
            for group in file.content.grading_period_sets:
                values: Row = {
                    "root_account_id": self._accounts.root(file, group, group.account),
                    "title": group.title,
                    "weighted": group.weighted,
                    "display_totals_for_all_grading_periods": group.display_totals_for_all_grading_periods,
                    "school_wide": group.school_wide,
                    "workflow_state": group.workflow_state,
                }
                sheet.add(file, group, values, id=group.id)
        sheet.match(same_parent="root_account_id")
        for row in sheet.there.values():
            self.sets.know(row["id"], row["title"] if row["workflow_state"] == "active" else None)
            self.periods[row["id"]] = Names("grading period")
        for entry in sheet.entries:
            self.sets.define(entry.id, entry.values["title"], getattr(entry.thing, "key", None))
            self.periods.setdefault(entry.id, Names("grading period"))

    def _plan_periods(self) -> None:
        book = self._book
        groups = {id(entry.thing): entry for entry in book.sheets["grading_period_groups"].entries}
        sheet = book.sheet(
            "grading_periods",
            Unique(("grading_period_group_id", "title"), "title", living=True),
            columns={"end_date": ("end_date", "close_date")},
        )
        sheet.look(everything=True)
        for file in book.files:
            for group in file.content.grading_period_sets:
                for period in group.periods:
                    values: Row = {
                        "grading_period_group_id": groups[id(group)].id,
                        "title": period.title,
                        "start_date": period.start_date,
                        "end_date": period.end_date,
                        "close_date": period.close_date or (NEVER if group.school_wide else period.end_date),
                        "weight": period.weight,
                        "workflow_state": period.workflow_state,
                    }
                    sheet.add(file, period, values, id=period.id)
        sheet.match(same_parent="grading_period_group_id")
        for row in sheet.there.values():
            if row["workflow_state"] == "active":
                self.periods[row["grading_period_group_id"]].know(row["id"], row["title"])
        for entry in sheet.entries:
            names = self.periods[entry.values["grading_period_group_id"]]
            names.define(entry.id, entry.values["title"], getattr(entry.thing, "key", None))
        for entry in groups.values():
            if entry.old is not None and not (entry.old["school_wide"] or entry.values["school_wide"]):
                self._check_with_those_there(entry)

    def _check_with_those_there(self, group: Entry) -> None:
        """Periods of a set that exists must not overlap those that the file does not name either."""
        sheet = self._book.sheets["grading_periods"]
        after: dict[int, Mapping[str, object]] = {
            number: row for number, row in sheet.there.items() if row["grading_period_group_id"] == group.id
        }
        for entry in sheet.entries:
            if entry.values["grading_period_group_id"] == group.id:
                after[entry.id] = {
                    **(entry.old or entry.values),
                    **{name: entry.values[name] for name in entry.given & set(entry.values)},
                }
        active = [row for row in after.values() if row["workflow_state"] == "active"]
        dates = [PeriodDates(0, row["start_date"], row["end_date"], row["close_date"]) for row in active]  # type: ignore[arg-type]
        for fault in find_faults(dates):
            if fault.attribute == "base":
                self._book.complain(group.file, group.thing, "periods", fault.message)

    def _plan_terms(self) -> None:
        book = self._book
        sheet = book.sheet(
            "enrollment_terms",
            Unique(("root_account_id", "sis_term_id"), "sis_id"),
            Unique(("root_account_id", "name"), "name", living=True),
            columns={"sis_id": ("sis_term_id",), "grading_period_set": ("grading_period_group_id",)},
        )
        sheet.look(everything=True)
        for file in book.files:
            for term in file.content.terms:
                values: Row = {
                    "root_account_id": self._accounts.root(file, term, term.account),
                    "name": term.name,
                    "sis_term_id": term.sis_id,
                    "start_at": term.start_at,
                    "end_at": term.end_at,
                    "grading_period_group_id": self.sets.resolve(
                        book, file, term, "grading_period_set", term.grading_period_set
                    ),
                    "workflow_state": term.workflow_state,
                }
                sheet.add(file, term, values, id=term.id)
        sheet.match(same_parent="root_account_id")
        for row in sheet.there.values():
            self.terms.know(row["id"], row["sis_term_id"], row["name"] if row["workflow_state"] == "active" else None)
            self.set_of_term[row["id"]] = row["grading_period_group_id"]
        for entry in sheet.entries:
            self.terms.define(entry.id, entry.values["name"], entry.values["sis_term_id"], getattr(entry.thing, "key", None))
            if entry.old is None or "grading_period_group_id" in entry.given:
                self.set_of_term[entry.id] = entry.values["grading_period_group_id"]
