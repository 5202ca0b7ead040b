"""Loading institution files: an initial state, or what of it has changed, in one transaction.

What a file says is made so, what it does not say is left alone, and loading the same files again changes nothing. A loading is
no grading: it emits no events, although grades get a version in their history. Policies are not applied to scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from gradewire.actions import scores
from gradewire.actions.institution.accounts import Accounts
from gradewire.actions.institution.assignments import Assignments
from gradewire.actions.institution.book import Book, File, Sheet, differences
from gradewire.actions.institution.courses import Courses
from gradewire.actions.institution.enrollments import Enrollments
from gradewire.actions.institution.groups import Groups
from gradewire.actions.institution.moderation import Moderation
from gradewire.actions.institution.people import People, Scope, plan_admins, plan_consumers, plan_subscriptions
from gradewire.actions.institution.terms import Terms
from gradewire.actions.institution.work import Work
from gradewire.actions.placement import place
from gradewire.actions.secrets import open_vault
from gradewire.actions.unit import Unit
from gradewire.core.documents import BadDocuments, Document, Problem
from gradewire.core.institution import Institution, read
from gradewire.core.institution.checks import check
from gradewire.store import institution as rows
from gradewire.store import rules

__all__ = ["BadDocuments", "Document", "Institution", "LoadReport", "Problem", "load", "read", "read_all"]

ACCOUNT_TABLES = ("accounts", "roles", "account_users")
STRUCTURE = (
    "accounts",
    "school_roles",
    "users",
    "logins",
    "roles",
    "account_users",
    "access_tokens",
    "consumers",
    "grading_period_groups",
    "grading_periods",
    "enrollment_terms",
    "catalog_courses",
    "courses",
    "course_sections",
    "grading_standards",
    "rubrics",
    "late_policies",
    "assignment_groups",
    "group_categories",
    "groups",
    "group_memberships",
    "assignments",
    "rubric_associations",
    "assignment_overrides",
    "enrollments",
    "scores",
    "final_comments",
    "grading_groups",
    "subscriptions",
)
"""What is written before anybody can be placed, what is referred to first."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a phase, how much of it is done, and how much there is."""


class LoadReport(Struct, frozen=True):
    """What a loading did."""

    created: dict[str, int]
    """How many rows were added, by table."""
    changed: dict[str, int]
    """How many rows were changed, by table."""
    courses: tuple[int, ...]
    """The courses whose scores were computed."""
    seconds: dict[str, float]
    """How long each phase took."""

    @property
    def is_empty(self) -> bool:
        """Whether everything was there already."""
        return not (self.created or self.changed)


def read_all(files: Iterable[tuple[str, bytes]]) -> list[File]:
    """Read several institution files: (name, bytes).

    Raises:
        BadDocuments: with the problems of all of them.
    """
    found: list[File] = []
    problems: list[Problem] = []
    for name, data in files:
        try:
            found.append(read(name, data))
        except BadDocuments as bad:
            problems += bad.problems
    if problems:
        raise BadDocuments(problems)
    return found


def load(unit: Unit, files: Sequence[File], *, secret_key: str | None = None, progress: Progress | None = None) -> LoadReport:
    """Make what the files say so. ``secret_key`` is the setting, under which the secrets of consumers are encrypted.

    Raises:
        BadDocuments: something is wrong in one of the files; then nothing is loaded.
    """
    return _Loading(unit, files, secret_key, progress or (lambda *_: None)).run()


class _Loading:
    def __init__(self, unit: Unit, files: Sequence[File], secret_key: str | None, progress: Progress) -> None:
        self.unit = unit
        self.book = Book(unit, files)
        self.secret_key = secret_key
        self.progress = progress
        self.seconds: dict[str, float] = {}

    def run(self) -> LoadReport:
        book = self.book
        started = time.perf_counter()
        for file in book.files:
            book.problems += check(file)
        self._plan()
        book.refuse()
        started = self._lap("plan", started)
        self._write_structure()
        affected: Sequence[int] = sorted(self._touch())
        started = self._lap("structure", started)
        self.work.settle()
        self.moderation.settle()
        book.refuse()
        started = self._lap("grades", started)
        self.progress("submissions", 0, len(self.work.pieces))
        self.work.write()
        self.moderation.write()
        started = self._lap("submissions", started)
        affected = sorted({*affected, *self._affected(("submissions", "moderated_students"))})
        for number, course_id in enumerate(affected):
            self.progress("students placed in courses", number, len(affected))
            place(self.unit, course_id)
        started = self._lap("placement", started)
        self._recompute(affected)
        self._lap("scores", started)
        self.unit.take_messages()  # a loading emits no events
        return LoadReport(
            {table: count for table, count in book.created.items() if count},
            {table: count for table, count in book.changed.items() if count},
            tuple(affected),
            self.seconds,
        )

    def _lap(self, phase: str, started: float) -> float:
        now = time.perf_counter()
        self.seconds[phase] = now - started
        return now

    def _plan(self) -> None:
        """Everything that can be decided before something is written, so that all that is wrong is told at once."""
        book = self.book
        self.progress("reading", 0, 1)
        accounts = Accounts(book)
        accounts.plan()
        people = People(book, accounts)
        people.plan()
        plan_admins(book, accounts, people)
        self.terms = Terms(book, accounts)
        self.terms.plan()
        self.courses = Courses(book, accounts, self.terms)
        self.courses.plan()
        enrollments = Enrollments(book, self.courses, people)
        enrollments.plan()
        self.groups = Groups(book, self.courses, people)
        self.groups.plan()
        self.assignments = Assignments(book, self.courses, enrollments, people)
        self.assignments.plan()
        self.work = Work(book, self.courses, self.assignments, people)
        self.work.plan()
        self.moderation = Moderation(book, self.courses, self.assignments, self.work, people)
        self.moderation.plan()
        has_consumers = any(account.consumers for file in book.files for account in file.content.accounts)
        if has_consumers:
            plan_consumers(book, accounts, people, open_vault(self.unit, self.secret_key))
        else:
            book.sheet("consumers")
        self._plan_subscriptions(accounts)
        self.roots = {place.root_id for place in accounts.places.values()}

    def _plan_subscriptions(self, accounts: Accounts) -> None:
        scopes: list[Scope] = [
            (file, subscription, accounts.entries[id(account)].id, None)
            for file in self.book.files
            for account in file.content.accounts
            for subscription in account.subscriptions
        ]
        scopes += [(plan.file, one, None, plan.id) for plan in self.courses.plans for one in plan.course.subscriptions]
        plan_subscriptions(self.book, scopes)

    def _write_structure(self) -> None:
        for number, table in enumerate(STRUCTURE):
            self.progress("structure", number, len(STRUCTURE))
            self.book.sheets[table].write()

    def _touch(self) -> set[int]:
        """Say what changed that grading reads; returns the courses whose students have to be placed again."""
        book, connection = self.book, self.unit.connection
        self.groups.write_leavers()
        overrides_changed = self.assignments.write_override_students()
        tables = ("courses", "course_sections", "assignment_groups", "assignments", "assignment_overrides", "enrollments")
        affected = self._affected((*tables, "late_policies", "scores", "rubric_associations", "grading_standards"))
        if overrides_changed:
            affected |= {plan.id for plan in self.courses.plans}
        sets, terms = self.terms.changed()
        if sets or terms:
            affected |= set(rows.courses_of_terms(connection, sets, terms))
        touched = set(affected)
        account_standards = [one for one in book.sheets["grading_standards"].entries if one.values["course_id"] is None]
        if any(_changes(book.sheets[table]) for table in ACCOUNT_TABLES) or any(
            one.old is None or differences(one) for one in account_standards
        ):
            for root in self.roots:
                rules.touch_account(connection, root)
            touched |= {plan.id for plan in self.courses.plans}  # their rules are read below, before the commit
        if touched:
            self.unit.touch_rules(*sorted(touched))
        return affected

    def _affected(self, tables: Sequence[str]) -> set[int]:
        """The courses of the rows of these tables that are new or different."""
        found: set[int] = set()
        assignments = {entry.id: entry.values["course_id"] for entry in self.book.sheets["assignments"].entries}
        for table in tables:
            for entry in self.book.sheets[table].entries:
                if entry.old is None or differences(entry):
                    values = entry.values
                    if table == "courses":
                        found.add(entry.id)
                    elif "course_id" in values:
                        found.add(values["course_id"])
                    else:
                        found.add(assignments[values["assignment_id"]])
        return found - {None}

    def _recompute(self, affected: Sequence[int]) -> None:
        concluded: dict[int, set[int]] = {}
        for entry in self.book.sheets["enrollments"].entries:
            if entry.values["workflow_state"] == "completed":
                concluded.setdefault(entry.values["course_id"], set()).add(entry.values["user_id"])
        for number, course_id in enumerate(affected):
            self.progress("scores of courses", number, len(affected))
            scores.recompute(self.unit, course_id)
            if course_id in concluded:  # these are left alone by the former
                scores.recompute(self.unit, course_id, sorted(concluded[course_id]))


def _changes(sheet: Sheet) -> bool:
    return any(entry.old is None or differences(entry) for entry in sheet.entries)
