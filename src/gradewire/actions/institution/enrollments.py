"""Enrolments and those of their score rows that files name."""

from __future__ import annotations

from typing import Any

from gradewire.actions.institution.book import Book, Unique
from gradewire.actions.institution.courses import CoursePlan, Courses
from gradewire.actions.institution.people import People, resolve_role
from gradewire.core.permissions import INSTRUCTORS
from gradewire.store.institution import Row


class Enrollments:
    """The enrolments of the files."""

    def __init__(self, book: Book, courses: Courses, people: People) -> None:
        self._book = book
        self._courses = courses
        self._people = people
        self._instructors: dict[int, set[tuple[int, int]]] = {}

    def plan(self) -> None:
        sheet = self._plan_enrollments()
        self._plan_scores(sheet)
        self._plan_final_comments(sheet)

    def is_instructor(self, plan: CoursePlan, user_id: int, section_id: int | None = None) -> bool:
        """Whether the user is an active instructor of the course, or of a section."""
        found = self._instructors.get(plan.id, set())
        return any(user == user_id and section_id in {None, section} for user, section in found)

    def _plan_enrollments(self) -> dict[int, Any]:
        book = self._book
        membership = ("course_section_id", "user_id", "type", "role_id", "associated_user_id")
        sheet = book.sheet(
            "enrollments",
            Unique(membership, "user", nulls=True),
            columns={
                "section": ("course_section_id",),
                "user": ("user_id",),
                "role": ("role_id",),
                "associated_user": ("associated_user_id",),
            },
        )
        made = {}
        for plan in self._courses.plans:
            for enrollment in plan.course.enrollments:
                section = plan.first_section
                if enrollment.section is not None:
                    section = plan.sections.resolve(book, plan.file, enrollment, "section", enrollment.section)
                elif section is None:
                    book.complain(plan.file, enrollment, "section", "the course has no section")
                role = resolve_role(book, plan.file, enrollment, plan.place, enrollment.role, (enrollment.type,))
                observed = enrollment.associated_user
                values: Row = {
                    "course_id": plan.id,
                    "course_section_id": section,
                    "user_id": self._people.resolve(plan.file, enrollment, "user", enrollment.user),
                    "type": enrollment.type,
                    "role_id": role,
                    "associated_user_id": self._people.resolve(plan.file, enrollment, "associated_user", observed),
                    "limit_privileges_to_course_section": enrollment.limit_privileges_to_course_section,
                    "workflow_state": enrollment.workflow_state,
                    "completed_at": enrollment.completed_at,
                    "created_at": enrollment.created_at,
                }
                made[id(enrollment)] = sheet.add(plan.file, enrollment, values, id=enrollment.id)
        sheet.look(parents={"course_id": self._courses.existing})
        sheet.match(same_parent="course_id")
        for row in [*sheet.there.values(), *({"id": entry.id, **entry.values} for entry in sheet.entries)]:
            if row["type"] in INSTRUCTORS and row["workflow_state"] == "active":
                self._instructors.setdefault(row["course_id"], set()).add((row["user_id"], row["course_section_id"]))
        return made

    def _plan_final_comments(self, enrollments: dict[int, Any]) -> None:
        book = self._book
        sheet = book.sheet(
            "final_comments",
            Unique(("enrollment_id", "grading_period_id"), "grading_period", nulls=True),
            columns={"grading_period": ("grading_period_id",), "author": ("author_id",)},
        )
        for plan in self._courses.plans:
            periods = self._courses.periods_of(plan)
            for enrollment in plan.course.enrollments:
                for comment in enrollment.final_comments:
                    period = periods.resolve(book, plan.file, comment, "grading_period", comment.grading_period)
                    values: Row = {
                        "course_id": plan.id,
                        "enrollment_id": enrollments[id(enrollment)].id,
                        "grading_period_id": period,
                        "comment": comment.comment,
                        "visible": comment.visible,
                        "author_id": self._people.resolve(plan.file, comment, "author", comment.author),
                    }
                    sheet.add(plan.file, comment, values, id=comment.id)
        sheet.look(parents={"course_id": self._courses.existing})
        sheet.match(same_parent="enrollment_id")

    def _plan_scores(self, enrollments: dict[int, Any]) -> None:
        book = self._book
        scope = ("enrollment_id", "grading_period_id", "assignment_group_id")
        sheet = book.sheet("scores", Unique(scope, "", nulls=True))
        for plan in self._courses.plans:
            periods = self._courses.periods_of(plan)
            for enrollment in plan.course.enrollments:
                entry = enrollments[id(enrollment)]
                for score in enrollment.scores:
                    group = score.assignment_group
                    values: Row = {
                        "enrollment_id": entry.id,
                        "course_id": plan.id,
                        "user_id": entry.values["user_id"],
                        "course_score": score.grading_period is None and group is None,
                        "grading_period_id": periods.resolve(book, plan.file, score, "grading_period", score.grading_period),
                        "assignment_group_id": plan.groups.resolve(book, plan.file, score, "assignment_group", group),
                        "override_score": score.override_score,
                        "created_at": score.created_at,
                    }
                    sheet.add(plan.file, score, values, id=score.id)
        old = [entry.values["enrollment_id"] for entry in sheet.entries if entry.values["course_id"] in self._courses.existing]
        sheet.look(parents={"enrollment_id": old})
        sheet.match(same_parent="enrollment_id")
