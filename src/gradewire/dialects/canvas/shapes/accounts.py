"""The account object."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.accounts import AccountAccess


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


def account(access: AccountAccess) -> Account:
    """A root account has no root account above it. Ids of other systems are for those who may read them."""
    row = access.account
    shape = Account(
        id=row.id,
        name=row.name,
        uuid=row.uuid,
        parent_account_id=row.parent_account_id,
        root_account_id=None if row.root_account_id == row.id else row.root_account_id,
        workflow_state=row.workflow_state,
        default_time_zone=row.time_zone or "UTC",
    )
    if access.reads_sis:
        shape.lti_guid = row.lti_guid
        shape.sis_account_id = row.sis_account_id
    return shape
