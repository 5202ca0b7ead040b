"""Courses with their sections, grading standards, rubrics, late policies and assignment groups."""

from __future__ import annotations

from collections.abc import Iterator

from gradewire.actions.institution.accounts import (
    Accounts,
    Place,
    add_rubric,
    add_standard,
    know_titles,
    resolve_standard,
)
from gradewire.actions.institution.book import Book, Entry, File, Unique
from gradewire.actions.institution.catalog import Catalog, plan_grading_groups
from gradewire.actions.institution.names import Names
from gradewire.actions.institution.terms import Terms
from gradewire.core.institution.courses import Course
from gradewire.core.institution.people import Thing
from gradewire.store.institution import Row

GROUP_NAME = "Assignments"
"""What Canvas calls the assignment group that it makes with a course."""


class CoursePlan:
    """A course of a file while it is loaded, with what may be referred to in it."""

    def __init__(self, file: File, course: Course, entry: Entry, place: Place) -> None:
        self.file = file
        self.course = course
        self.entry = entry
        self.place = place
        self.sections = Names("section")
        self.groups = Names("assignment group")
        self.assignments = Names("assignment")
        self.group_categories = Names("group category")
        self.first_section: int | None = None
        self.first_group: int | None = None

    @property
    def id(self) -> int:
        return self.entry.id

    @property
    def exists(self) -> bool:
        return self.entry.old is not None

    def now(self, column: str) -> object:
        """What a column of the course holds once the files are loaded."""
        old = self.entry.old
        return self.entry.values[column] if old is None or column in self.entry.given else old[column]


class Courses:
    """The courses of the files."""

    def __init__(self, book: Book, accounts: Accounts, terms: Terms) -> None:
        self._book = book
        self._accounts = accounts
        self._terms = terms
        self.plans: list[CoursePlan] = []
        self._catalog = Catalog(book, accounts)

    def plan(self) -> None:
        self._catalog.plan()
        self._plan_courses()
        self._plan_sections()
        self._plan_standards_and_rubrics()
        self._plan_late_policies()
        self._plan_groups()
        plan_grading_groups(self._book, [(plan.file, plan.course, plan.id) for plan in self.plans], self.existing)

    @property
    def existing(self) -> list[int]:
        """The courses that are in the database already: only in these can anything else be found."""
        return [plan.id for plan in self.plans if plan.exists]

    def periods_of(self, plan: CoursePlan) -> Names:
        """The grading periods that apply to a course: its own set's, else its term's."""
        number = plan.now("grading_period_group_id")
        if number is None:
            term = plan.now("enrollment_term_id")
            number = self._terms.set_of_term.get(term) if isinstance(term, int) else None
        return self._terms.periods[number] if isinstance(number, int) else Names("grading period")

    def _plan_courses(self) -> None:
        book = self._book
        sheet = book.sheet(
            "courses",
            Unique(("root_account_id", "sis_course_id"), "sis_id"),
            Unique(("uuid",), "uuid"),
            Unique(("account_id", "name"), "name", living=True),
            columns={
                "account": ("account_id",),
                "term": ("enrollment_term_id",),
                "grading_period_set": ("grading_period_group_id",),
                "sis_id": ("sis_course_id",),
                "grading_standard": ("grading_standard_id",),
                "catalog_course": ("catalog_course_id",),
            },
        )
        places: list[Place | None] = []
        made: list[tuple[File, Course, Entry]] = []
        for file in book.files:
            for course in file.content.courses:
                place = self._accounts.of_course(file, course, course.account)
                places.append(place)
                values: Row = {
                    "account_id": place and place.id,
                    "root_account_id": place and place.root_id,
                    "enrollment_term_id": self._terms.terms.resolve(book, file, course, "term", course.term),
                    "grading_period_group_id": self._terms.sets.resolve(
                        book, file, course, "grading_period_set", course.grading_period_set
                    ),
                    "name": course.name,
                    "course_code": course.course_code or course.name,
                    "uuid": course.uuid,
                    "sis_course_id": course.sis_id,
                    "integration_id": course.integration_id,
                    "time_zone": course.time_zone,
                    "start_at": course.start_at,
                    "end_at": course.end_at,
                    "group_weighting_scheme": course.group_weighting_scheme,
                    "grading_standard_id": None,
                    "calculation": course.calculation,
                    "calculation_options": course.calculation_options,
                    "catalog_course_id": None,
                    "schoology": course.schoology or None,
                    "post_manually": course.post_manually,
                    "hide_final_grades": course.hide_final_grades,
                    "allow_final_grade_override": course.allow_final_grade_override,
                    "anonymous_marking": course.anonymous_marking,
                    "restrict_quantitative_data": course.restrict_quantitative_data,
                    "workflow_state": course.workflow_state,
                    "created_at": course.created_at,
                }
                made.append((file, course, sheet.add(file, course, values, id=course.id)))
        sheet.look(
            parents={
                "sis_course_id": {entry.values["sis_course_id"] for entry in sheet.entries} - {None},
                "uuid": {entry.values["uuid"] for entry in sheet.entries} - {None},
                "name": {entry.values["name"] for entry in sheet.entries if entry.thing is not None},
            }
        )
        sheet.match(same_parent="root_account_id")
        self._catalog.settle(made, places)
        for (file, course, entry), place in zip(made, places, strict=True):
            if entry.old is None and entry.values["uuid"] is None:
                entry.values["uuid"] = book.unit.world.new_uuid().hex
            own = Place(entry.id, place.root_id if place else 0, place)
            self.plans.append(CoursePlan(file, course, entry, own))

    def _things(self, field: str) -> Iterator[tuple[CoursePlan, Thing]]:
        for plan in self.plans:
            for thing in getattr(plan.course, field):
                yield plan, thing

    def _plan_sections(self) -> None:
        book = self._book
        sheet = book.sheet(
            "course_sections",
            Unique(("course_id", "sis_section_id"), "sis_id"),
            Unique(("course_id", "name"), "name", living=True),
            columns={"sis_id": ("sis_section_id",)},
        )
        for plan in self.plans:
            for section in plan.course.sections:
                values: Row = {
                    "course_id": plan.id,
                    "name": section.name,
                    "sis_section_id": section.sis_id,
                    "integration_id": section.integration_id,
                    "default_section": section.default_section,
                    "start_at": section.start_at,
                    "end_at": section.end_at,
                    "workflow_state": section.workflow_state,
                }
                sheet.add(plan.file, section, values, id=section.id)
            if not plan.course.sections and not plan.exists:
                unsaid: Row = {
                    "course_id": plan.id,
                    "name": plan.course.name,
                    "sis_section_id": None,
                    "integration_id": None,
                    "default_section": True,
                    "start_at": None,
                    "end_at": None,
                    "workflow_state": "active",
                }
                sheet.add(plan.file, None, unsaid)
        sheet.look(parents={"course_id": self.existing})
        sheet.match(same_parent="course_id")
        by_course = {plan.id: plan for plan in self.plans}
        for entry in sheet.entries:
            plan = by_course[entry.values["course_id"]]
            plan.sections.define(
                entry.id, entry.values["name"], entry.values["sis_section_id"], getattr(entry.thing, "key", None)
            )
            plan.first_section = plan.first_section or entry.id
        for row in sheet.there.values():
            if row["workflow_state"] == "active" and row["course_id"] in by_course:
                plan = by_course[row["course_id"]]
                plan.sections.know(row["id"], row["name"], row["sis_section_id"])
                plan.first_section = plan.first_section or row["id"]

    def _plan_standards_and_rubrics(self) -> None:
        book = self._book
        standards, rubrics = book.sheets["grading_standards"], book.sheets["rubrics"]
        before = len(standards.entries), len(rubrics.entries)
        for plan in self.plans:
            for standard in plan.course.grading_standards:
                add_standard(standards, plan.file, standard, account_id=None, course_id=plan.id)
            for rubric in plan.course.rubrics:
                add_rubric(rubrics, plan.file, rubric, account_id=None, course_id=plan.id)
        for sheet, first in zip((standards, rubrics), before, strict=True):
            sheet.look(parents={"course_id": self.existing})
            sheet.match(sheet.entries[first:], same_parent="course_id")
        know_titles(standards, "course_id", {plan.id: plan.place.standards for plan in self.plans})
        know_titles(rubrics, "course_id", {plan.id: plan.place.rubrics for plan in self.plans})
        for plan in self.plans:
            ref = plan.course.grading_standard
            plan.entry.values["grading_standard_id"] = resolve_standard(book, plan.file, plan.course, ref, plan.place)

    def _plan_late_policies(self) -> None:
        sheet = self._book.sheet("late_policies", Unique(("course_id",), ""))
        for plan in self.plans:
            policy = plan.course.late_policy
            if policy is not None:
                values: Row = {"course_id": plan.id}
                values.update((name, getattr(policy, name)) for name in policy.__struct_fields__)
                sheet.add(plan.file, policy, values)
        sheet.look(parents={"course_id": self.existing})
        sheet.match()

    def _plan_groups(self) -> None:
        sheet = self._book.sheet(
            "assignment_groups",
            Unique(("course_id", "name"), "name", living=True),
            columns={"sis_id": ("sis_source_id",)},
        )
        for plan in self.plans:
            for position, group in enumerate(plan.course.assignment_groups, start=1):
                values: Row = {
                    "course_id": plan.id,
                    "name": group.name,
                    "position": group.position or position,
                    "group_weight": group.group_weight,
                    "drop_lowest": group.drop_lowest,
                    "drop_highest": group.drop_highest,
                    "never_drop": None,
                    "sis_source_id": group.sis_id,
                    "calculation_options": group.calculation_options,
                    "schoology": group.schoology or None,
                    "workflow_state": group.workflow_state,
                }
                sheet.add(plan.file, group, values, id=group.id)
        sheet.look(parents={"course_id": self.existing})
        with_groups = {entry.values["course_id"] for entry in sheet.entries}
        with_groups |= {row["course_id"] for row in sheet.there.values() if row["workflow_state"] == "available"}
        for plan in self.plans:
            if plan.course.assignments and plan.id not in with_groups:
                unsaid: Row = {
                    "course_id": plan.id,
                    "name": GROUP_NAME,
                    "position": 1,
                    "group_weight": 0.0,
                    "drop_lowest": 0,
                    "drop_highest": 0,
                    "never_drop": None,
                    "sis_source_id": None,
                    "calculation_options": None,
                    "schoology": None,
                    "workflow_state": "available",
                }
                sheet.add(plan.file, None, unsaid)
        sheet.match(same_parent="course_id")
        by_course = {plan.id: plan for plan in self.plans}
        for entry in sheet.entries:
            plan = by_course[entry.values["course_id"]]
            plan.groups.define(entry.id, entry.values["name"], entry.values["sis_source_id"], getattr(entry.thing, "key", None))
            plan.first_group = plan.first_group or entry.id
        for row in sheet.there.values():
            if row["workflow_state"] == "available" and row["course_id"] in by_course:
                plan = by_course[row["course_id"]]
                plan.groups.know(row["id"], row["name"], row["sis_source_id"])
                plan.first_group = plan.first_group or row["id"]
