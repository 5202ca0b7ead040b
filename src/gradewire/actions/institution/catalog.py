"""The course catalogue of Schoology, of which the courses of files are sections; and the grading groups of courses."""

from __future__ import annotations

from collections.abc import Sequence

from gradewire.actions.institution.accounts import Accounts, Place
from gradewire.actions.institution.book import Book, Entry, File, Sheet, Unique
from gradewire.actions.institution.names import Names
from gradewire.core.institution.courses import Course
from gradewire.store.institution import Row


class Catalog:
    """The entries of the catalogue, of the files and of the database."""

    def __init__(self, book: Book, accounts: Accounts) -> None:
        self._book = book
        self._accounts = accounts
        self._sheet: Sheet
        self.names = Names("catalogue course")
        self._codes: dict[tuple[int, str], int] = {}
        """Ids by root account and course code."""

    def plan(self) -> None:
        """Decide on the entries that files define, and look for those that their courses may belong to."""
        book = self._book
        self._sheet = sheet = book.sheet(
            "catalog_courses", Unique(("root_account_id", "course_code"), "course_code"), columns={"account": ("account_id",)}
        )
        for file in book.files:
            for course in file.content.catalog_courses:
                place = self._accounts.of_course(file, course, course.account)
                values: Row = {
                    "root_account_id": place and place.root_id,
                    "account_id": place and place.id,
                    "title": course.title,
                    "course_code": course.course_code,
                    "description": course.description,
                    "schoology": course.schoology or None,
                    "workflow_state": course.workflow_state,
                }
                sheet.add(file, course, values, id=course.id)
        courses = [course for file in book.files for course in file.content.courses]
        refs = [course.catalog_course for course in courses if course.catalog_course is not None]
        sheet.look(
            parents={
                "course_code": {entry.values["course_code"] for entry in sheet.entries}
                | {course.course_code or course.name for course in courses}
                | {ref for ref in refs if isinstance(ref, str)},
                "id": {ref for ref in refs if isinstance(ref, int)} | {entry.id for entry in sheet.entries if entry.id},
            }
        )
        sheet.match(same_parent="root_account_id")
        for row in sheet.there.values():
            self.names.know(row["id"], row["course_code"])
            self._codes[row["root_account_id"], row["course_code"]] = row["id"]
        for entry in sheet.entries:
            self._define(entry)

    def _define(self, entry: Entry) -> None:
        values = entry.values
        self.names.define(entry.id, values["course_code"], getattr(entry.thing, "key", None))
        self._codes[values["root_account_id"], values["course_code"]] = entry.id

    def settle(self, made: Sequence[tuple[File, Course, Entry]], places: Sequence[Place | None]) -> None:
        """Give courses their entry: the one they name; a new course that names none the one of its code, made if there is
        none."""
        book = self._book
        new: list[Entry] = []
        waiting: list[tuple[Entry, tuple[int, str]]] = []
        for (file, course, entry), place in zip(made, places, strict=True):
            if course.catalog_course is not None:
                number = self.names.resolve(book, file, course, "catalog_course", course.catalog_course)
                entry.values["catalog_course_id"] = number
            elif entry.old is None and place is not None:
                known = place.root_id, entry.values["course_code"]
                if known not in self._codes:
                    self._codes[known] = 0
                    unsaid: Row = {
                        "root_account_id": place.root_id,
                        "account_id": place.id,
                        "title": course.name,
                        "course_code": known[1],
                        "description": None,
                        "schoology": None,
                        "workflow_state": "active",
                    }
                    new.append(self._sheet.add(file, None, unsaid))
                waiting.append((entry, known))
        self._sheet.match(new)
        for entry in new:
            self._define(entry)
        for entry, known in waiting:
            entry.values["catalog_course_id"] = self._codes[known]


def plan_grading_groups(book: Book, plans: Sequence[tuple[File, Course, int]], existing: Sequence[int]) -> None:
    """Decide on the grading groups of courses, each with its file and id."""
    sheet = book.sheet("grading_groups", Unique(("course_id", "title"), "title", living=True))
    for file, course, course_id in plans:
        for group in course.grading_groups:
            values: Row = {"course_id": course_id, "title": group.title, "members": list(group.members)}
            sheet.add(file, group, values, id=group.id)
    sheet.look(parents={"course_id": existing})
    sheet.match(same_parent="course_id")
