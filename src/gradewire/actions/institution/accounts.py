"""Accounts with what belongs to them: roles, grading standards, rubrics; and the terms and grading periods of an institution.

These tables are small, so they are read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from gradewire.actions.institution.book import Book, Entry, File, Sheet, Unique
from gradewire.actions.institution.names import Names
from gradewire.actions.schemes import BUILT_IN
from gradewire.core.errors import Invalid
from gradewire.core.institution.checks import scale_of, scheme_of
from gradewire.core.institution.people import Account, GradingStandard, Ref, Rubric
from gradewire.store.institution import Row

DEFAULT = "default"
"""How files name the built-in grading standard."""


class Place:
    """An account or a course while files are loaded, with what may be referred to in it: its own, then what is above it."""

    def __init__(self, number: int, root_id: int, above: Place | None) -> None:
        self.id = number
        self.root_id = root_id
        self.standards: Names = Names("grading standard", *([above.standards] if above else []))
        self.rubrics: Names = Names("rubric", *([above.rubrics] if above else []))
        self.roles: Names = Names("role", *([above.roles] if above else []))
        self.role_bases: dict[int, str] = above.role_bases if above else {}


class Accounts:
    """The accounts of the files and of the database."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.names = Names("account")
        self.school_roles = Names("school role")
        self.places: dict[int, Place] = {}
        self.roots: list[int] = []
        self.entries: dict[int, Entry] = {}
        """By the ``id()`` of the account in its file."""

    def plan(self) -> None:
        """Decide on all rows of accounts, roles, grading standards and rubrics of accounts."""
        told = len(self._book.problems)
        above = self._plan_accounts()
        if len(self._book.problems) > told:
            self._book.refuse()  # without the tree of accounts, little else can be told
        for number in above:
            self._make_place(number, above)
        self._plan_roles()
        self._plan_school_roles()
        self._plan_standards_and_rubrics()

    def root(self, file: File, thing: Struct, ref: Ref | None) -> int | None:
        """The root account that is meant, or the only one."""
        if ref is not None:
            found = self.names.resolve(self._book, file, thing, "account", ref)
            return None if found is None or found not in self.places else self.places[found].root_id
        if len(self.roots) == 1:
            return self.roots[0]
        self._book.complain(file, thing, "account", "say which; there is " + ("none" if not self.roots else "more than one"))
        return None

    def of_course(self, file: File, thing: Struct, ref: Ref | None) -> Place | None:
        """The account of a course: the one that is meant, or the only root account."""
        number = self.root(file, thing, None) if ref is None else self.names.resolve(self._book, file, thing, "account", ref)
        return None if number is None else self.places.get(number)

    def _plan_accounts(self) -> dict[int, int | None]:
        """Returns the parent of every account."""
        book = self._book
        sheet = book.sheet(
            "accounts",
            Unique(("uuid",), "uuid"),
            Unique(("root_account_id", "sis_account_id"), "sis_id"),
            Unique(("parent_account_id", "name"), "name", nulls=True, living=True),
            columns={"sis_id": ("sis_account_id",), "default_grading_standard": ("default_grading_standard_id",)},
        )
        sheet.look(everything=True)
        above = {number: row["parent_account_id"] for number, row in sheet.there.items()}
        for row in sheet.there.values():
            living = row["workflow_state"] != "deleted"
            self.names.know(row["id"], row["sis_account_id"], row["name"] if living else None)
        roots = {number: row["root_account_id"] for number, row in sheet.there.items()}
        for level in self._levels():
            made = [self._add(sheet, file, account, roots) for file, account in level]
            sheet.match(made)
            for (_, account), entry in zip(level, made, strict=True):
                if entry.old is None and entry.values["uuid"] is None:
                    entry.values["uuid"] = book.unit.world.new_uuid().hex
                parent = entry.values["parent_account_id"]
                if parent is None:
                    entry.values["root_account_id"] = entry.id
                above[entry.id] = parent
                roots[entry.id] = entry.values["root_account_id"]
                self.names.define(entry.id, account.key, account.sis_id, account.name)
        self.roots = [number for number, parent in above.items() if parent is None]
        return above

    def _levels(self) -> Iterable[list[tuple[File, Account]]]:
        """The accounts of the files, parents before children."""
        everyone = [(file, account) for file in self._book.files for account in file.content.accounts]
        known: dict[Ref, int] = {}
        for _, account in everyone:
            for name in (account.name, account.sis_id, account.key, account.id):
                if name is not None:
                    known[name] = id(account)
        parents = {id(account): known.get(account.parent) for _, account in everyone if account.parent is not None}
        levels: dict[int, list[tuple[File, Account]]] = {}
        for file, account in everyone:
            depth, at = 0, parents.get(id(account))
            while at is not None and depth <= len(everyone):
                depth, at = depth + 1, parents.get(at)
            if depth > len(everyone):
                self._book.complain(file, account, "parent", "these accounts are above each other in a circle")
                self._book.refuse()
            levels.setdefault(depth, []).append((file, account))
        return [levels[depth] for depth in sorted(levels)]

    def _add(self, sheet: Sheet, file: File, account: Account, roots: dict[int, int]) -> Entry:
        parent = self.names.resolve(self._book, file, account, "parent", account.parent)
        values: Row = {
            "parent_account_id": parent,
            "root_account_id": None if parent is None else roots.get(parent),
            "name": account.name,
            "uuid": account.uuid,
            "lti_guid": account.lti_guid,
            "sis_account_id": account.sis_id,
            "time_zone": account.time_zone,
            "default_grading_standard_id": None,
            "restrict_grading_scheme_editing_to_admins": account.restrict_grading_scheme_editing_to_admins,
            "final_grades_override": account.final_grades_override,
            "grade_calc_ignore_unposted_anonymous": account.grade_calc_ignore_unposted_anonymous,
            "workflow_state": account.workflow_state,
        }
        entry = sheet.add(file, account, values, id=account.id)
        self.entries[id(account)] = entry
        return entry

    def _make_place(self, number: int, above: dict[int, int | None]) -> Place:
        place = self.places.get(number)
        if place is None:
            parent = above[number]
            upper = None if parent is None else self._make_place(parent, above)
            root = number if upper is None else upper.root_id
            place = self.places[number] = Place(number, root, upper)
        return place

    def _each(self) -> Iterable[tuple[File, Account, Place]]:
        for file in self._book.files:
            for account in file.content.accounts:
                yield file, account, self.places[self.entries[id(account)].id]

    def _plan_roles(self) -> None:
        sheet = self._book.sheet("roles", Unique(("account_id", "name"), "name"))
        sheet.look(everything=True)
        for file, account, place in self._each():
            for role in account.roles:
                values: Row = {
                    "account_id": place.id,
                    "name": role.name,
                    "base_role_type": role.base_role_type or role.name,
                    "permissions": dict(role.permissions),
                    "workflow_state": role.workflow_state,
                }
                sheet.add(file, role, values, id=role.id)
            del account
        sheet.match(same_parent="account_id")
        for row in sheet.there.values():
            if row["workflow_state"] != "deleted":
                self.places[row["account_id"]].roles.know(row["id"], row["name"])
                self.places[row["account_id"]].role_bases[row["id"]] = row["base_role_type"]
        for entry in sheet.entries:
            place = self.places[entry.values["account_id"]]
            place.roles.define(entry.id, entry.values["name"], getattr(entry.thing, "key", None))
            place.role_bases[entry.id] = entry.values["base_role_type"]

    def _plan_school_roles(self) -> None:
        sheet = self._book.sheet("school_roles", Unique(("root_account_id", "title"), "title"))
        sheet.look(everything=True)
        for file, account, place in self._each():
            if account.school_roles and place.id != place.root_id:
                self._book.complain(file, account, "school_roles", "these belong to a root account")
            for role in account.school_roles:
                values: Row = {
                    "root_account_id": place.root_id,
                    "title": role.title,
                    "faculty": role.faculty,
                    "role_type": role.role_type,
                }
                sheet.add(file, role, values, id=role.id)
        sheet.match(same_parent="root_account_id")
        for row in sheet.there.values():
            self.school_roles.know(row["id"], row["title"])
        for entry in sheet.entries:
            self.school_roles.define(entry.id, entry.values["title"], getattr(entry.thing, "key", None))

    def _plan_standards_and_rubrics(self) -> None:
        standards, rubrics = standard_sheet(self._book), rubric_sheet(self._book)
        for file, account, place in self._each():
            for standard in account.grading_standards:
                add_standard(standards, file, standard, account_id=place.id, course_id=None)
            for rubric in account.rubrics:
                add_rubric(rubrics, file, rubric, account_id=place.id, course_id=None)
        for sheet in (standards, rubrics):
            sheet.look(parents={"account_id": list(self.places)})
            sheet.match(same_parent="account_id")
        know_titles(standards, "account_id", {number: place.standards for number, place in self.places.items()})
        know_titles(rubrics, "account_id", {number: place.rubrics for number, place in self.places.items()})
        for file, account, place in self._each():
            if account.default_grading_standard is not None:
                number_ = resolve_standard(
                    self._book, file, account, account.default_grading_standard, place, field="default_grading_standard"
                )
                self.entries[id(account)].values["default_grading_standard_id"] = number_


def standard_sheet(book: Book) -> Sheet:
    return book.sheet(
        "grading_standards",
        Unique(("account_id", "title"), "title", living=True),
        Unique(("course_id", "title"), "title", living=True),
        columns={"scheme": ("data",), "scaling_factor": ("scaling_factor", "data"), "scale": ("scale", "data")},
    )


def rubric_sheet(book: Book) -> Sheet:
    return book.sheet(
        "rubrics",
        Unique(("account_id", "title"), "title", living=True),
        Unique(("course_id", "title"), "title", living=True),
        columns={"criteria": ("data", "points_possible")},
    )


def add_standard(sheet: Sheet, file: File, standard: GradingStandard, *, account_id: int | None, course_id: int | None) -> None:
    """Want a grading standard; one that breaks its rules was told by the checks."""
    try:
        scheme = scheme_of(standard)
    except Invalid:
        return
    values: Row = {
        "account_id": account_id,
        "course_id": course_id,
        "title": standard.title,
        "points_based": scheme.points_based,
        "scaling_factor": scheme.scaling_factor,
        "data": [list(entry) for entry in scheme.entries],
        "scale": scale_of(standard),
        "workflow_state": standard.workflow_state,
    }
    sheet.add(file, standard, values, id=standard.id)


def add_rubric(sheet: Sheet, file: File, rubric: Rubric, *, account_id: int | None, course_id: int | None) -> None:
    """Want a rubric; ids that the file leaves out are made from positions, so that they stay the same."""
    data = []
    for position, criterion in enumerate(rubric.criteria, start=1):
        number = criterion.id or f"_{position}"
        ratings = [
            {"id": rating.id or f"{number}_{place}", "description": rating.description, "points": rating.points}
            for place, rating in enumerate(criterion.ratings, start=1)
        ]
        data.append(
            {
                "id": number,
                "description": criterion.description,
                "long_description": criterion.long_description,
                "points": criterion.points,
                "ratings": ratings,
            }
        )
    points = rubric.points_possible
    values: Row = {
        "account_id": account_id,
        "course_id": course_id,
        "title": rubric.title,
        "data": data,
        "points_possible": sum(criterion.points for criterion in rubric.criteria) if points is None else points,
        "free_form_criterion_comments": rubric.free_form_criterion_comments,
        "workflow_state": rubric.workflow_state,
    }
    sheet.add(file, rubric, values, id=rubric.id)


def know_titles(sheet: Sheet, column: str, places: Mapping[int, Names]) -> None:
    """Let the standards or rubrics of accounts or courses be referred to; ``column`` says whose they are."""
    for row in sheet.there.values():
        if row[column] in places:
            places[row[column]].know(row["id"], row["title"] if row["workflow_state"] != "deleted" else None)
    for entry in sheet.entries:
        if entry.values[column] in places:
            places[entry.values[column]].define(entry.id, entry.values["title"], getattr(entry.thing, "key", None))


def resolve_standard(
    book: Book, file: File, thing: Struct, ref: Ref | None, place: Place, *, field: str = "grading_standard"
) -> int | None:
    """The id of a grading standard; 0 for the built-in one."""
    if ref in {DEFAULT, BUILT_IN}:
        return BUILT_IN
    return place.standards.resolve(book, file, thing, field, ref)
