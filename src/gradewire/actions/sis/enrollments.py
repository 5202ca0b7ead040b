"""enrollments.csv: who is what in which section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from gradewire.actions.sis.batch import Batch, Item
from gradewire.actions.sis.people import Logins
from gradewire.actions.sis.sections import Sections, SeveralSections
from gradewire.actions.sis.settling import settle
from gradewire.core.sis.records import Enrollment
from gradewire.store import institution as rows
from gradewire.store.institution import Row

GONE = "deleted"
BUILT_IN = {
    name: kind
    for kind, names in {
        "StudentEnrollment": ("student", "studentenrollment"),
        "TeacherEnrollment": ("teacher", "teacherenrollment"),
        "TaEnrollment": ("ta", "taenrollment"),
        "ObserverEnrollment": ("observer", "observerenrollment"),
        "DesignerEnrollment": ("designer", "designerenrollment"),
    }.items()
    for name in names
}
CHANGES = {"completed": "concluded", "inactive": "deactivated", GONE: "deleted"}
Identity: TypeAlias = tuple[int, int, str, int | None, int | None]
"""Section, user, type, role and whom an observer observes: what there is one enrolment of."""


class Unusable(Exception):
    """A row that names something that is not there; the text says what."""


def apply_enrollments(batch: Batch, items: Sequence[Item[Enrollment]]) -> None:
    """Make enrolments. Students get their submissions and scores in the same transaction."""
    _Enrollments(batch, items).apply(items)


class _Enrollments:
    def __init__(self, batch: Batch, items: Sequence[Item[Enrollment]]) -> None:
        self.batch = batch
        connection = batch.unit.connection
        said = [item.record for item in items]
        self.logins = Logins(
            batch,
            0,
            sis_user_id=[one for row in said for one in (row.user_id, row.associated_user_id)],
            integration_id=[one.user_integration_id for one in said],
        )
        people = {row["user_id"] for row in self.logins.register.rows.values()}
        found = rows.find(connection, "users", any_of={"id": people}, columns=("id", "workflow_state"))
        self.gone = {row["id"] for row in found if row["workflow_state"] == GONE}
        self.sections = Sections(batch, len(items), [one.section_id for one in said], [one.course_id for one in said])
        self.defaults = self._default_sections({one.course_id for one in said if one.section_id is None})
        self._read_roles()
        self.register = batch.register("enrollments", capacity=len(items))
        sections = {row["id"] for row in self.sections.register.rows.values()}
        self.there = {_identity(row): row for row in self.register.read(course_section_id=sections)}

    def apply(self, items: Sequence[Item[Enrollment]]) -> None:
        for item in items:
            try:
                self._apply(item)
            except Unusable as error:
                self.batch.complain(item, str(error))
            except SeveralSections:
                self.batch.complain(item, f"several courses have a section {item.record.section_id}")
        self.sections.register.write()  # default sections that courses did not have
        changed = self.register.changed(ignoring=("sis_import_id", "limit_privileges_to_course_section"))
        self.register.write()
        settle(self.batch, changed)

    def _apply(self, item: Item[Enrollment]) -> None:
        said, batch = item.record, self.batch
        user_id = self._user(said.user_id, said.user_integration_id)
        section, course = self._place(said)
        kind, role_id = self._role(said, course)
        observed = None
        if kind == "ObserverEnrollment" and said.associated_user_id is not None:
            observed = self._user(said.associated_user_id, None)
        key = (section["id"], user_id, kind, role_id, observed)
        row = self.there.get(key)
        if row is None:
            if said.status == GONE:
                return
            row = self.there[key] = self.register.add(
                course_id=course["id"],
                course_section_id=section["id"],
                user_id=user_id,
                type=kind,
                role_id=role_id,
                associated_user_id=observed,
                limit_privileges_to_course_section=said.limited is True,
                workflow_state=said.status,
                completed_at=batch.unit.now if said.status == "completed" else None,
                sis_import_id=batch.import_id,
            )
            batch.count("Enrollment", "created")
            return
        row["sis_import_id"] = batch.import_id
        if said.status == GONE and batch.options.skip_deletes:
            return
        if said.limited is not None:
            row["limit_privileges_to_course_section"] = said.limited
        if row["workflow_state"] != said.status:
            batch.count("Enrollment", CHANGES.get(said.status, "restored"))
            row["workflow_state"] = said.status
            row["completed_at"] = batch.unit.now if said.status == "completed" else None

    def _user(self, sis_id: str | None, integration_id: str | None) -> int:
        login = self.logins.by("sis_user_id", sis_id) or self.logins.by("integration_id", integration_id)
        if login is None or login["workflow_state"] == GONE or login["user_id"] in self.gone:
            raise Unusable(f"there is no user {sis_id or integration_id}")
        user_id: int = login["user_id"]
        return user_id

    def _place(self, said: Enrollment) -> tuple[Row, Row]:
        """The section and its course."""
        if said.section_id is None:
            course = self.sections.course(said.course_id)
            if course is None:
                raise Unusable(f"there is no course {said.course_id}")
            return self._default_section(course), course
        section = self.sections.find(said.section_id)
        if section is None or section["workflow_state"] == GONE:
            raise Unusable(f"there is no section {said.section_id}")
        course = self.sections.courses.rows[section["course_id"]]
        if course["workflow_state"] == GONE:
            raise Unusable(f"the course of the section {said.section_id} is deleted")
        if said.course_id is not None:
            named = self.sections.course_by_sis.get(said.course_id)
            if named is None:
                raise Unusable(f"there is no course {said.course_id}")
            if named["id"] not in {section["course_id"], section["nonxlist_course_id"]}:
                raise Unusable(f"the section {said.section_id} is not one of the course {said.course_id}")
        return section, course

    def _default_sections(self, sis_ids: set[str | None]) -> dict[int, Row]:
        """The sections that people join who name none, by course."""
        found: dict[int, Row] = {}
        courses = [row["id"] for one in sis_ids if (row := self.sections.course(one)) is not None]
        for row in self.sections.register.read(course_id=courses):
            known = found.get(row["course_id"])
            if row["workflow_state"] != GONE and (known is None or (row["default_section"] and not known["default_section"])):
                found[row["course_id"]] = row
        return found

    def _default_section(self, course: Row) -> Row:
        found = self.defaults.get(course["id"])
        if found is None:
            found = self.defaults[course["id"]] = self.sections.register.add(
                course_id=course["id"], name=course["name"], default_section=True, workflow_state="active"
            )
        return found

    def _read_roles(self) -> None:
        connection, root = self.batch.unit.connection, [self.batch.root_account_id]
        accounts = rows.find(connection, "accounts", any_of={"root_account_id": root}, columns=("id", "parent_account_id"))
        self.parents: dict[int, int | None] = {row["id"]: row["parent_account_id"] for row in accounts}
        roles = rows.find(connection, "roles", any_of={"account_id": list(self.parents)})
        kinds = set(BUILT_IN.values())
        self.roles = [row for row in roles if row["workflow_state"] == "active" and row["base_role_type"] in kinds]

    def _role(self, said: Enrollment, course: Row) -> tuple[str, int | None]:
        """The type of an enrolment, and its custom role if it is one."""
        if said.role_id is None and (said.role or "").lower() in BUILT_IN:
            return BUILT_IN[(said.role or "").lower()], None
        account: int | None = course["account_id"]
        while account is not None:
            for row in self.roles:
                if row["account_id"] == account and (
                    row["id"] == said.role_id or (not said.role_id and row["name"] == said.role)
                ):
                    return row["base_role_type"], None if row["name"] == row["base_role_type"] else row["id"]
            account = self.parents.get(account)
        raise Unusable(f"there is no role {said.role or said.role_id} in the course")


def _identity(row: dict[str, Any]) -> Identity:
    return (row["course_section_id"], row["user_id"], row["type"], row["role_id"], row["associated_user_id"])
