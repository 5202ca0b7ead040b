"""Courses made, changed, concluded and deleted. Scores follow in the same transaction wherever a change may move them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions import catalog_courses, enrolling, scores
from gradewire.actions.access import CourseAccess, account_rights, course_access
from gradewire.actions.accounts import AccountAccess, account_access
from gradewire.actions.courses import CourseView, offers_standard, view_one
from gradewire.actions.enrolling import NewEnrollment
from gradewire.actions.placement import place
from gradewire.actions.schemes import BUILT_IN
from gradewire.actions.unit import Unit
from gradewire.core.errors import Denied, Fault, Invalid, NotFound
from gradewire.core.permissions import (
    MANAGE_ACCOUNT,
    MANAGE_COURSE,
    MANAGE_COURSES_ADMIN,
    MANAGE_SIS,
    SET_GRADING_SCHEME,
)
from gradewire.core.scoring import calculations
from gradewire.core.time_zones import is_time_zone
from gradewire.store import accounts as account_rows
from gradewire.store import courses as rows
from gradewire.store import grading_standards, rules, sections, terms
from gradewire.store import scores as score_rows
from gradewire.store.courses import CourseRow

NAME_LIMIT = 255
UNNAMED = "Unnamed Course"
TEXTS = ("name", "course_code")
DATES = ("start_at", "end_at")
FLAGS = ("hide_final_grades", "allow_final_grade_override", "restrict_quantitative_data", "post_manually")
SIS_IDS = ("sis_course_id", "integration_id")
TRANSITIONS = {"offer": "available", "claim": "unpublished", "conclude": "completed", "delete": "deleted"}
ADMINISTRATIVE = frozenset({"account_id", "enrollment_term_id"})
"""What only those change who administer courses in the account."""
RESCORING = frozenset({"group_weighting_scheme", "calculation", "workflow_state", "enrollment_term_id"})
RESCORING_SCHOOLOGY = frozenset({"allow_final_grade_override", "grading_standard_id", "account_id"})
"""What a Schoology-style calculation reads beside that: overrides of periods, and scales."""


class CourseChanges(Struct, frozen=True, kw_only=True):
    """New values; ``UNSET`` leaves things as they are."""

    name: str | UnsetType | None = UNSET
    course_code: str | UnsetType | None = UNSET
    start_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    account_id: int | UnsetType = UNSET
    enrollment_term_id: int | UnsetType | None = UNSET
    sis_course_id: str | UnsetType | None = UNSET
    integration_id: str | UnsetType | None = UNSET
    apply_assignment_group_weights: bool | UnsetType = UNSET
    grading_standard_id: int | UnsetType | None = UNSET
    grading_standard_enabled: bool | UnsetType = UNSET
    """Off: none. On: the one sent, the one there is, or the built-in one."""
    hide_final_grades: bool | UnsetType = UNSET
    allow_final_grade_override: bool | UnsetType = UNSET
    restrict_quantitative_data: bool | UnsetType = UNSET
    post_manually: bool | UnsetType = UNSET
    calculation: str | UnsetType | None = UNSET
    event: str | UnsetType | None = UNSET


def create(
    unit: Unit,
    account_id: int,
    changes: CourseChanges,
    *,
    offer: bool = False,
    enroll_me: bool = False,
    catalog_course_id: int | None = None,
) -> CourseView:
    """Make a course with its first section; published only if it is offered at once.

    It records the newest version of its calculation, by which its scores are computed from then on. In the catalogue it is a
    section of the entry that is named, else of the entry of its code.

    Raises:
        NotFound: no such account.
        Denied: no right to administer courses there.
        Invalid: a value that cannot be.
    """
    access = account_access(unit, account_id)
    access.require(MANAGE_COURSES_ADMIN)
    root = access.account.root_account_id or access.account.id
    values = {name: getattr(changes, name) for name in (*TEXTS, *DATES, *FLAGS, "time_zone", "grading_standard_id")}
    values["enrollment_term_id"] = changes.enrollment_term_id
    if MANAGE_SIS in access.rights:
        values |= {name: getattr(changes, name) or None for name in SIS_IDS if getattr(changes, name) is not UNSET}
    values = {name: value for name, value in values.items() if value is not UNSET}
    values["name"] = values.get("name") or UNNAMED
    values["course_code"] = values.get("course_code") or values["name"]
    calculation = changes.calculation or "canvas"
    faults = [*_faults(unit, root, values, None), *_calculation_faults(calculation)]
    if not _account_offers(unit, access, values.get("grading_standard_id")):
        faults.append(Fault("grading_standard_id", "is not a grading standard of the account or of those above it"))
    if faults:
        raise Invalid(*faults)
    if catalog_course_id is None:
        catalog_course_id = catalog_courses.entry_for(
            unit, root_account_id=root, account_id=account_id, course_code=values["course_code"], title=values["name"]
        )
    course_id = rows.add(
        unit.connection,
        unit.now,
        **values,
        catalog_course_id=catalog_course_id,
        account_id=account_id,
        root_account_id=root,
        uuid=str(unit.world.new_uuid()),
        calculation=calculation,
        calculation_version=calculations.newest(calculation),
        group_weighting_scheme="percent" if changes.apply_assignment_group_weights is True else None,
        workflow_state="available" if offer else "unpublished",
    )
    sections.add_default(unit.connection, course_id, values["name"], unit.now)
    if enroll_me and not unit.is_system:
        teacher = NewEnrollment(user_id=unit.caller.user_id, type="TeacherEnrollment", state="active")
        enrolling.enroll(unit, course_id, teacher)
    return view_one(unit, course_id)


def update(unit: Unit, course_id: int, changes: CourseChanges) -> CourseView:
    """Change a course. Its scores are computed anew where that may change them.

    Raises:
        NotFound: no such course, or no such account to move it to.
        Denied: no right to change the course, to choose its grading standard, to administer courses (account, term, deletion).
        Invalid: a value that cannot be.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE)
    row = rows.find(unit.connection, course_id)
    assert row is not None
    values = _values(unit, access, row, changes)
    rescores = bool(values.keys() & RESCORING)
    if "schoology" in {row.calculation, values.get("calculation")}:
        rescores = rescores or bool(values.keys() & RESCORING_SCHOOLOGY)
    if rescores:
        score_rows.lock(unit.connection, course_id, None)
    if values:
        rows.change(unit.connection, course_id, unit.now, **values)
        unit.touch_rules(course_id)
    if values.get("workflow_state") == "deleted":
        return CourseView(row=rows.find(unit.connection, course_id) or row, access=access)
    if values.keys() & {"enrollment_term_id", "calculation"}:
        place(unit, course_id)
    if rescores:
        scores.recompute(unit, course_id)
    return view_one(unit, course_id)


def end(unit: Unit, course_id: int, event: str | None) -> None:
    """Conclude or delete a course.

    Raises:
        NotFound: no such course.
        Denied: no right to change the course; to delete it, to administer courses.
        Invalid: neither of the two.
    """
    access = course_access(unit, course_id)
    access.require(MANAGE_COURSE)
    if event not in {"conclude", "delete"}:
        raise Invalid(Fault("event", "must be delete or conclude"))
    update(unit, course_id, CourseChanges(event=event))


def _values(unit: Unit, access: CourseAccess, row: CourseRow, changes: CourseChanges) -> dict[str, Any]:
    """The columns that really change."""
    names = (*TEXTS, *DATES, *FLAGS, "time_zone", "calculation", "grading_standard_id", *ADMINISTRATIVE)
    values: dict[str, Any] = {name: getattr(changes, name) for name in names}
    if access.has(MANAGE_SIS):
        values |= {name: value or None if (value := getattr(changes, name)) is not UNSET else UNSET for name in SIS_IDS}
    if changes.apply_assignment_group_weights is not UNSET:
        weighted = row.group_weighting_scheme == "percent"
        if changes.apply_assignment_group_weights != weighted:
            values["group_weighting_scheme"] = "equal" if weighted else "percent"
    if changes.grading_standard_enabled is False:
        values["grading_standard_id"] = None
    elif changes.grading_standard_enabled is True and changes.grading_standard_id in {UNSET, None}:
        values["grading_standard_id"] = BUILT_IN if row.grading_standard_id is None else row.grading_standard_id
    if changes.event:
        values["workflow_state"] = TRANSITIONS.get(changes.event)
    values = {name: value for name, value in values.items() if value is not UNSET and value != getattr(row, name)}
    _check_rights(unit, access, values)
    faults = list(_faults(unit, row.root_account_id, values, row))
    if "calculation" in values:
        faults += _calculation_faults(values["calculation"])
    if values.get("workflow_state", "") is None:
        faults.append(Fault("event", "must be offer, claim, conclude or delete"))
    if not offers_standard(unit, access, values.get("grading_standard_id")):
        faults.append(Fault("grading_standard_id", "is not a grading standard of this course or of its accounts"))
    if faults:
        raise Invalid(*faults)
    if "calculation" in values:
        values["calculation_version"] = calculations.newest(values["calculation"])
    return values


def _check_rights(unit: Unit, access: CourseAccess, values: dict[str, Any]) -> None:
    if "grading_standard_id" in values and not access.has(SET_GRADING_SCHEME):
        raise Denied
    administrative = values.keys() & ADMINISTRATIVE or values.get("workflow_state") == "deleted"
    if administrative and MANAGE_COURSES_ADMIN not in access.by_account:
        raise Denied
    if "account_id" in values:
        target = account_rows.find(unit.connection, values["account_id"])
        if target is None or (target.root_account_id or target.id) != access.rules.course.root_account_id:
            raise NotFound
        if not account_rights(unit, target.id) & {MANAGE_COURSES_ADMIN, MANAGE_ACCOUNT}:
            raise Denied


def _faults(unit: Unit, root_account_id: int, values: dict[str, Any], row: CourseRow | None) -> Iterator[Fault]:
    for name in TEXTS:
        if name not in values:
            continue
        text = values[name]
        if text is None or not text.strip():
            yield Fault(name, "can't be blank")
        elif len(text) > NAME_LIMIT:
            yield Fault(name, f"is too long (maximum is {NAME_LIMIT} characters)")
    start, end = (values.get(name, getattr(row, name, None)) for name in DATES)
    if start is not None and end is not None and end < start:
        yield Fault("conclude_at", "End date cannot be before start date")
    zone = values.get("time_zone")
    if zone is not None and not is_time_zone(zone):
        yield Fault("time_zone", "is not an IANA time zone")
    term_id = values.get("enrollment_term_id")
    if term_id is not None and terms.find(unit.connection, root_account_id, term_id) is None:
        yield Fault("enrollment_term_id", "is not a term of this institution")
    sis_id = values.get("sis_course_id")
    except_id = None if row is None else row.id
    if sis_id is not None and rows.uses_sis_id(unit.connection, root_account_id, sis_id, except_id=except_id):
        yield Fault("sis_source_id", f'"{sis_id}" is already in use')


def _calculation_faults(calculation: str | None) -> list[Fault]:
    return [] if calculation in calculations.VERSIONS else [Fault("calculation", "must be canvas or schoology")]


def _account_offers(unit: Unit, access: AccountAccess, standard_id: int | None) -> bool:
    if not standard_id:
        return True
    chain = [account.id for account in rules.account_chain(unit.connection, access.account.id)]
    return grading_standards.is_offered(unit.connection, standard_id, course_id=0, account_ids=chain)
