"""sections.csv and xlists.csv: sections, which course they belong to, and with which they are taught together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gradewire.actions.sis.batch import Batch, Item, Register, set_dates, set_given
from gradewire.actions.sis.courses import enter_in_catalog, new_course, read_courses
from gradewire.actions.sis.settling import end_enrollments, settle
from gradewire.core.sis.records import Crosslisting, Section
from gradewire.store import institution as rows
from gradewire.store import sis_imports as imports
from gradewire.store.institution import Row

GONE = "deleted"


class Sections:
    """The sections of an institution that rows of a piece may mean, with their courses."""

    def __init__(
        self, batch: Batch, capacity: int, sis_ids: Collection[str | None], course_sis_ids: Collection[str | None]
    ) -> None:
        self.batch = batch
        self.register = batch.register("course_sections", capacity=capacity)
        self.courses = batch.register("courses", capacity=capacity)
        self.course_by_sis = read_courses(batch, self.courses, course_sis_ids)
        found = self.register.read(sis_section_id={one for one in sis_ids if one})
        self.courses.read(id={row["course_id"] for row in found})
        self._by_sis: dict[str, list[Row]] = {}
        for row in found:
            if self.courses.rows[row["course_id"]]["root_account_id"] == batch.root_account_id:
                self._by_sis.setdefault(row["sis_section_id"], []).append(row)

    def course(self, sis_id: str | None) -> Row | None:
        """The course with this SIS id, if it is not deleted."""
        row = self.course_by_sis.get(sis_id or "")
        return None if row is None or row["workflow_state"] == GONE else row

    def find(self, sis_id: str) -> Row | None:
        """The section with this SIS id; where several courses have one, that which is not deleted.

        Raises:
            SeveralSections: several are not deleted.
        """
        rows_of_id = self._by_sis.get(sis_id, [])
        living = [row for row in rows_of_id if row["workflow_state"] != GONE]
        if len(living) > 1:
            raise SeveralSections
        return next(iter(living or rows_of_id), None)

    def note(self, row: Row) -> None:
        self._by_sis[row["sis_section_id"]] = [row]


class SeveralSections(Exception):
    """A SIS id that sections of several courses have."""


def apply_sections(batch: Batch, items: Sequence[Item[Section]]) -> None:
    """Make sections. One that names another course than before moves there, with its people; one that is deleted takes their
    enrolments along."""
    said = [item.record for item in items]
    sections = Sections(batch, len(items), [one.section_id for one in said], [one.course_id for one in said])
    for item in items:
        try:
            _apply_section(batch, item, sections)
        except SeveralSections:
            batch.complain(item, f"several courses have a section {item.record.section_id}")
    gone = [row["id"] for row in sections.register.changed() if row["workflow_state"] == GONE]
    write_sections(batch, sections.register)
    if gone:
        end_enrollments(batch, course_section_id=gone)


def _apply_section(batch: Batch, item: Item[Section], sections: Sections) -> None:
    said = item.record
    row, course = sections.find(said.section_id), sections.course(said.course_id)
    if said.status == GONE:
        if row is not None:
            if row["workflow_state"] != GONE and not batch.options.skip_deletes:
                row["workflow_state"] = GONE
                batch.count("CourseSection", "deleted")
            row["sis_import_id"] = batch.import_id
        return
    if course is None:
        batch.complain(item, f"there is no course {said.course_id}")
        return
    if row is None:
        row = sections.register.add(
            course_id=course["id"],
            name=said.name or said.section_id,
            sis_section_id=said.section_id,
            integration_id=None,
            start_at=None,
            end_at=None,
            nonxlist_course_id=None,
            sis_import_id=batch.import_id,
            workflow_state="active",
        )
        sections.note(row)
        batch.count("CourseSection", "created")
    elif row["workflow_state"] == GONE:
        batch.count("CourseSection", "restored")
    # A cross-listed section stays where it is; the file speaks of the course that it came from.
    row["course_id" if row["nonxlist_course_id"] is None else "nonxlist_course_id"] = course["id"]
    row["workflow_state"] = "active"
    row["sis_import_id"] = batch.import_id
    set_given(row, name=said.name, integration_id=said.integration_id)
    set_dates(row, start_at=said.start_date, end_at=said.end_date)


def apply_crosslistings(batch: Batch, items: Sequence[Item[Crosslisting]]) -> None:
    """Move sections into the courses with which they are taught together, and back. Such a course that is not there is made
    after the model of the section's own."""
    said = [item.record for item in items]
    sections = Sections(batch, len(items), [one.section_id for one in said], [one.xlist_course_id for one in said])
    back = {row["nonxlist_course_id"] for row in sections.register.rows.values()} - {None}
    sections.courses.read(id=back)
    for item in items:
        try:
            _crosslist(batch, item, sections)
        except SeveralSections:
            batch.complain(item, f"several courses have a section {item.record.section_id}")
    enter_in_catalog(batch, sections.courses)
    sections.courses.write()
    write_sections(batch, sections.register)


def _crosslist(batch: Batch, item: Item[Crosslisting], sections: Sections) -> None:
    said = item.record
    row = sections.find(said.section_id)
    if row is None or row["workflow_state"] == GONE:
        batch.complain(item, f"there is no section {said.section_id}")
        return
    if said.status == GONE:
        if row["nonxlist_course_id"] is not None:
            row["course_id"], row["nonxlist_course_id"] = row["nonxlist_course_id"], None
        return
    course = sections.course(said.xlist_course_id)
    if course is None and said.xlist_course_id in sections.course_by_sis:
        batch.complain(item, f"the course {said.xlist_course_id} is deleted")
        return
    if course is None:
        own = sections.courses.rows[row["nonxlist_course_id"] or row["course_id"]]
        model = {name: own[name] for name in ("name", "course_code", "account_id", "enrollment_term_id", "workflow_state")}
        course = new_course(batch, sections.courses, sis_course_id=said.xlist_course_id, **model)
        sections.course_by_sis[course["sis_course_id"]] = course
        batch.count("Course", "created")
    own_id = row["nonxlist_course_id"] or row["course_id"]
    row["nonxlist_course_id"] = None if own_id == course["id"] else own_id
    row["course_id"] = course["id"]


def write_sections(batch: Batch, register: Register) -> None:
    """Write sections. The people of those that moved are placed in the new course, and leave the work of the old one."""
    moved: dict[int, int] = {}
    for row in register.changed():
        before = register.before(row)
        if before is not None and before["course_id"] != row["course_id"]:
            moved[row["id"]] = before["course_id"]
    register.write()
    if not moved:
        return
    connection = batch.unit.connection
    imports.move_scores(connection, list(moved))
    people = rows.find(connection, "enrollments", any_of={"course_section_id": list(moved)})
    courses = {
        *moved.values(),
        *(row["course_id"] for row in people),
        *(register.rows[number]["course_id"] for number in moved),
    }
    batch.unit.touch_rules(*sorted(courses))
    left: list[Row] = [{**row, "course_id": moved[row["course_section_id"]], "workflow_state": GONE} for row in people]
    settle(batch, [*left, *people])
