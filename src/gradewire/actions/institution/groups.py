"""Groups of students who hand in together, in their categories, with their members."""

from __future__ import annotations

from gradewire.actions.institution.book import Book, Entry, Unique
from gradewire.actions.institution.courses import Courses
from gradewire.actions.institution.people import People
from gradewire.core.institution.courses import Group
from gradewire.store import institution as rows
from gradewire.store.institution import Row

MEMBERSHIPS = "group_memberships"


class Groups:
    """The group categories of the files. Who is in a group that names its members is in no other of its category."""

    def __init__(self, book: Book, courses: Courses, people: People) -> None:
        self._book = book
        self._courses = courses
        self._people = people
        self._named: list[tuple[Entry, Group]] = []
        """Groups that say who is in them."""

    def plan(self) -> None:
        self._plan_categories()
        self._plan_groups()
        self._plan_members()

    def _plan_categories(self) -> None:
        sheet = self._book.sheet(
            "group_categories",
            Unique(("course_id", "name"), "name", living=True),
            columns={"sis_id": ("sis_group_category_id",)},
        )
        for plan in self._courses.plans:
            for category in plan.course.group_categories:
                values: Row = {
                    "course_id": plan.id,
                    "name": category.name,
                    "sis_group_category_id": category.sis_id,
                    "workflow_state": category.workflow_state,
                }
                sheet.add(plan.file, category, values, id=category.id)
        sheet.look(parents={"course_id": self._courses.existing})
        sheet.match(same_parent="course_id")
        by_course = {plan.id: plan for plan in self._courses.plans}
        for entry in sheet.entries:
            names = by_course[entry.values["course_id"]].group_categories
            names.define(
                entry.id, entry.values["name"], entry.values["sis_group_category_id"], getattr(entry.thing, "key", None)
            )
        for row in sheet.there.values():
            if row["workflow_state"] == "active" and row["course_id"] in by_course:
                by_course[row["course_id"]].group_categories.know(row["id"], row["name"], row["sis_group_category_id"])

    def _plan_groups(self) -> None:
        sheet = self._book.sheet(
            "groups", Unique(("group_category_id", "name"), "name", living=True), columns={"sis_id": ("sis_group_id",)}
        )
        categories = self._book.sheets["group_categories"].entries
        for category in categories:
            for group in getattr(category.thing, "groups", ()):
                values: Row = {
                    "group_category_id": category.id,
                    "course_id": category.values["course_id"],
                    "name": group.name,
                    "sis_group_id": group.sis_id,
                    "workflow_state": group.workflow_state,
                }
                entry = sheet.add(category.file, group, values, id=group.id)
                if "members" in category.file.given(group) or group.members:
                    self._named.append((entry, group))
        sheet.look(parents={"group_category_id": [one.id for one in categories if one.old is not None]})
        sheet.match(same_parent="group_category_id")

    def _plan_members(self) -> None:
        book = self._book
        sheet = book.sheet(MEMBERSHIPS, Unique(("group_id", "user_id"), "members"))
        taken: dict[tuple[int, int], int] = {}
        for entry, group in self._named:
            category = entry.values["group_category_id"]
            for position, ref in enumerate(group.members):
                field = f"members[{position}]"
                user_id = self._people.resolve(entry.file, group, field, ref)
                if user_id is None:
                    continue
                if taken.setdefault((category, user_id), entry.id) != entry.id:
                    book.complain(entry.file, group, field, "this student is in another group of the category")
                    continue
                values: Row = {"group_id": entry.id, "user_id": user_id, "workflow_state": "accepted"}
                sheet.add(entry.file, None, values)
        sheet.look(parents={"group_id": list(book.sheets["groups"].there)})
        sheet.match()
        for one in sheet.entries:
            one.give("workflow_state")

    def write_leavers(self) -> None:
        """Take out of groups who is no longer said to be in them, or is said to be in another of the category."""
        book = self._book
        sheet = book.sheets[MEMBERSHIPS]
        groups = book.sheets["groups"]
        category_of = {number: row["group_category_id"] for number, row in groups.there.items()}
        category_of.update({entry.id: entry.values["group_category_id"] for entry in groups.entries})
        named = {entry.id for entry, _ in self._named}
        wanted = {(one.values["group_id"], one.values["user_id"]) for one in sheet.entries}
        placed = {(category_of[group_id], user_id) for group_id, user_id in wanted}
        leaving = [
            {"id": row["id"], "workflow_state": "deleted", "updated_at": book.unit.now}
            for row in sheet.there.values()
            if row["workflow_state"] == "accepted"
            and (row["group_id"], row["user_id"]) not in wanted
            and (row["group_id"] in named or (category_of[row["group_id"]], row["user_id"]) in placed)
        ]
        rows.update(book.unit.connection, MEMBERSHIPS, leaving)
        book.count(MEMBERSHIPS, 0, len(leaving))
