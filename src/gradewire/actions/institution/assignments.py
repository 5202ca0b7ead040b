"""Assignments with their rubrics and overrides."""

from __future__ import annotations

from gradewire.actions.institution.accounts import resolve_standard
from gradewire.actions.institution.book import Book, Entry, Unique
from gradewire.actions.institution.courses import CoursePlan, Courses
from gradewire.actions.institution.enrollments import Enrollments
from gradewire.actions.institution.people import People
from gradewire.core.institution.courses import Assignment, AssignmentOverride
from gradewire.store import institution as rows
from gradewire.store.institution import Row

_SAME = (
    "name",
    "description",
    "points_possible",
    "grading_type",
    "allowed_attempts",
    "due_at",
    "unlock_at",
    "lock_at",
    "omit_from_final_grade",
    "hide_in_gradebook",
    "only_visible_to_overrides",
    "muted",
    "peer_reviews",
    "grade_group_students_individually",
    "anonymous_grading",
    "anonymous_instructor_annotations",
    "moderated_grading",
    "moderation_set",
    "grader_count",
    "graders_anonymous_to_graders",
    "grader_comments_visible_to_graders",
    "grader_names_visible_to_final_grader",
    "grades_published_at",
    "integration_id",
    "integration_data",
    "calculation_options",
    "schoology",
    "workflow_state",
    "created_at",
)
"""Fields that are columns of the same name."""


class Assignments:
    """The assignments of the files."""

    def __init__(self, book: Book, courses: Courses, enrollments: Enrollments, people: People) -> None:
        self._book = book
        self._courses = courses
        self._enrollments = enrollments
        self._people = people
        self.entries: dict[int, Entry] = {}
        """By the ``id()`` of the assignment in its file."""
        self.associations: dict[int, Entry] = {}
        """The rubric association, by the same."""
        self._students: list[tuple[Entry, list[int]]] = []

    def plan(self) -> None:
        self._plan_assignments()
        self._plan_never_drop()
        self._plan_associations()
        self._plan_overrides()

    def _plan_assignments(self) -> None:
        book = self._book
        sheet = book.sheet(
            "assignments",
            Unique(("course_id", "sis_assignment_id"), "sis_id"),
            Unique(("course_id", "name"), "name", living=True),
            columns={
                "group": ("assignment_group_id",),
                "grading_standard": ("grading_standard_id",),
                "sis_id": ("sis_assignment_id",),
                "group_category": ("group_category_id",),
                "final_grader": ("final_grader_id",),
                "grader_section": ("grader_section_id",),
                "moderated_grading": ("moderated_grading", "post_manually"),
                "anonymous_grading": ("anonymous_grading", "post_manually"),
            },
        )
        for plan in self._courses.plans:
            for position, assignment in enumerate(plan.course.assignments, start=1):
                values: Row = {name: getattr(assignment, name) for name in _SAME}
                values["course_id"] = plan.id
                values["assignment_group_id"] = plan.first_group
                if assignment.group is not None:
                    values["assignment_group_id"] = plan.groups.resolve(book, plan.file, assignment, "group", assignment.group)
                values["position"] = assignment.position or position
                values["grading_standard_id"] = resolve_standard(
                    book, plan.file, assignment, assignment.grading_standard, plan.place
                )
                values["submission_types"] = list(assignment.submission_types)
                extensions = assignment.allowed_extensions
                values["allowed_extensions"] = None if extensions is None else list(extensions)
                values["sis_assignment_id"] = assignment.sis_id
                values["group_category_id"] = plan.group_categories.resolve(
                    book, plan.file, assignment, "group_category", assignment.group_category
                )
                values["post_manually"] = self._posts_manually(plan, assignment)
                self._add_moderation(plan, assignment, values)
                self.entries[id(assignment)] = sheet.add(plan.file, assignment, values, id=assignment.id)
        sheet.look(parents={"course_id": self._courses.existing})
        sheet.match(same_parent="course_id")
        by_course = {plan.id: plan for plan in self._courses.plans}
        for entry in sheet.entries:
            plan = by_course[entry.values["course_id"]]
            plan.assignments.define(
                entry.id, entry.values["name"], entry.values["sis_assignment_id"], getattr(entry.thing, "key", None)
            )
        for row in sheet.there.values():
            if row["workflow_state"] != "deleted" and row["course_id"] in by_course:
                by_course[row["course_id"]].assignments.know(row["id"], row["name"], row["sis_assignment_id"])

    def _posts_manually(self, plan: CoursePlan, assignment: Assignment) -> bool:
        if assignment.moderated_grading or assignment.anonymous_grading:
            return True
        return bool(plan.now("post_manually")) if assignment.post_manually is None else assignment.post_manually

    def _add_moderation(self, plan: CoursePlan, assignment: Assignment, values: Row) -> None:
        book, file = self._book, plan.file
        grader = self._people.resolve(file, assignment, "final_grader", assignment.final_grader)
        section = plan.sections.resolve(book, file, assignment, "grader_section", assignment.grader_section)
        values["final_grader_id"] = grader
        values["grader_section_id"] = section
        if grader is not None and not self._enrollments.is_instructor(plan, grader):
            book.complain(file, assignment, "final_grader", "must be an instructor in this course")
        elif grader is not None and section is not None and not self._enrollments.is_instructor(plan, grader, section):
            book.complain(file, assignment, "final_grader", "must be enrolled in selected section")
        if assignment.anonymous_grading and not plan.now("anonymous_marking"):
            book.complain(file, assignment, "anonymous_grading", "the course does not allow it: see its anonymous_marking")

    def _plan_never_drop(self) -> None:
        groups = {id(entry.thing): entry for entry in self._book.sheets["assignment_groups"].entries}
        for plan in self._courses.plans:
            for group in plan.course.assignment_groups:
                if not group.never_drop:
                    continue
                found = [
                    plan.assignments.resolve(self._book, plan.file, group, f"never_drop[{position}]", ref)
                    for position, ref in enumerate(group.never_drop)
                ]
                groups[id(group)].values["never_drop"] = sorted(number for number in found if number is not None)

    def _plan_associations(self) -> None:
        book = self._book
        sheet = book.sheet(
            "rubric_associations",
            Unique(("assignment_id", "rubric_id"), "rubric", living=True),
            columns={"rubric": ("rubric_id",)},
        )
        for plan in self._courses.plans:
            for assignment in plan.course.assignments:
                association = assignment.rubric
                if association is None:
                    continue
                values: Row = {
                    "rubric_id": plan.place.rubrics.resolve(book, plan.file, association, "rubric", association.rubric),
                    "course_id": plan.id,
                    "assignment_id": self.entries[id(assignment)].id,
                    "title": association.title,
                    "use_for_grading": association.use_for_grading,
                    "hide_score_total": association.hide_score_total,
                    "hide_points": association.hide_points,
                    "workflow_state": association.workflow_state,
                }
                self.associations[id(assignment)] = sheet.add(plan.file, association, values, id=association.id)
        sheet.look(parents={"course_id": self._courses.existing})
        sheet.match(same_parent="assignment_id")

    def _plan_overrides(self) -> None:
        book = self._book
        sheet = book.sheet(
            "assignment_overrides",
            Unique(("assignment_id", "set_type", "whom"), "", nulls=True, living=True),
            columns={"section": ("course_section_id",)},
        )
        sheet.virtual = ("whom",)
        existing = []
        for plan in self._courses.plans:
            for assignment in plan.course.assignments:
                owner = self.entries[id(assignment)]
                if owner.old is not None:
                    existing.append(owner.id)
                for override in assignment.overrides:
                    self._add_override(plan, owner.id, override)
        sheet.look(parents={"assignment_id": existing})
        named: dict[int, list[int]] = {}
        if existing:
            of_overrides = {"assignment_override_id": list(sheet.there)}
            for row in rows.find(book.unit.connection, "assignment_override_students", any_of=of_overrides):
                named.setdefault(row["assignment_override_id"], []).append(row["user_id"])
        for row in sheet.there.values():
            students = tuple(sorted(named.get(row["id"], ())))
            row["whom"] = students if row["set_type"] == "ADHOC" else row["course_section_id"]
        sheet.match(same_parent="assignment_id")

    def _add_override(self, plan: CoursePlan, assignment_id: int, override: AssignmentOverride) -> None:
        book, file = self._book, plan.file
        section = plan.sections.resolve(book, file, override, "section", override.section)
        students = [
            self._people.resolve(file, override, f"students[{position}]", ref) for position, ref in enumerate(override.students)
        ]
        found = sorted({number for number in students if number is not None})
        set_type = "CourseSection" if override.section is not None else "Course" if override.course else "ADHOC"
        values: Row = {
            "assignment_id": assignment_id,
            "set_type": set_type,
            "course_section_id": section,
            "whom": tuple(found) if set_type == "ADHOC" else section,
            "title": override.title,
            "due_at_overridden": "due_at" in file.given(override),
            "due_at": override.due_at,
            "unlock_at": override.unlock_at,
            "lock_at": override.lock_at,
            "unassign_item": override.unassign_item,
            "workflow_state": override.workflow_state,
        }
        entry = book.sheets["assignment_overrides"].add(file, override, values, id=override.id)
        entry.give("due_at_overridden", "due_at", "set_type")
        self._students.append((entry, found))

    def write_override_students(self) -> bool:
        """Bring the students of overrides in step; says whether anything changed."""
        connection = self._book.unit.connection
        table = "assignment_override_students"
        old = [entry.id for entry, _ in self._students if entry.old is not None]
        there: dict[tuple[int, int], int] = {}
        if old:
            for row in rows.find(connection, table, any_of={"assignment_override_id": old}):
                there[row["assignment_override_id"], row["user_id"]] = row["id"]
        wanted = {(entry.id, user_id) for entry, students in self._students for user_id in students}
        gone = [number for pair, number in there.items() if pair not in wanted]
        new = [
            {"assignment_override_id": override_id, "user_id": user_id} for override_id, user_id in sorted(wanted - set(there))
        ]
        rows.delete(connection, table, gone)
        rows.insert(connection, table, new)
        return bool(gone or new)
