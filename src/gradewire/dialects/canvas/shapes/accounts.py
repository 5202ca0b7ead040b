"""The account object and its settings."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import AccountAccess
from gradewire.store.accounts import AccountRow


class Account(Struct):
    id: int
    name: str
    uuid: str
    parent_account_id: int | None
    root_account_id: int | None
    workflow_state: str
    default_time_zone: str
    lti_guid: str | UnsetType | None = UNSET
    sis_account_id: str | UnsetType | None = UNSET
    course_count: int | UnsetType = UNSET
    sub_account_count: int | UnsetType = UNSET


class AccountSettings(Struct):
    """What is kept of an account's settings: all that grading reads."""

    default_grading_standard_id: int | None
    """0 is the built-in scheme, null none."""
    restrict_grading_scheme_editing_to_admins: bool
    final_grades_override: bool
    grade_calc_ignore_unposted_anonymous: bool
    default_time_zone: str


def account(access: AccountAccess) -> Account:
    """A root account has no root account above it. Ids of other systems are for those who may read them."""
    shape = account_row(access.account, reads_sis=access.reads_sis)
    if access.course_count is not None:
        shape.course_count = access.course_count
    if access.sub_account_count is not None:
        shape.sub_account_count = access.sub_account_count
    return shape


def account_row(row: AccountRow, *, reads_sis: bool) -> Account:
    shape = Account(
        id=row.id,
        name=row.name,
        uuid=row.uuid,
        parent_account_id=row.parent_account_id,
        root_account_id=None if row.root_account_id == row.id else row.root_account_id,
        workflow_state=row.workflow_state,
        default_time_zone=row.time_zone or "UTC",
    )
    if reads_sis:
        shape.lti_guid = row.lti_guid
        shape.sis_account_id = row.sis_account_id
    return shape


def account_settings(row: AccountRow) -> AccountSettings:
    return AccountSettings(
        default_grading_standard_id=row.default_grading_standard_id,
        restrict_grading_scheme_editing_to_admins=row.restrict_grading_scheme_editing_to_admins,
        final_grades_override=row.final_grades_override,
        grade_calc_ignore_unposted_anonymous=row.grade_calc_ignore_unposted_anonymous,
        default_time_zone=row.time_zone or "UTC",
    )
