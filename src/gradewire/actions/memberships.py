"""Which roles in accounts count: for a course, for an account, and for who becomes somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradewire.core.permissions import Membership
from gradewire.store.people import MembershipRow
from gradewire.store.rules import RoleFacts


def account_memberships(
    rows: Sequence[MembershipRow], chain: Sequence[int], roles: Mapping[int, RoleFacts]
) -> tuple[Membership, ...]:
    """The roles that count in an account: those held in it or in one above it."""
    found = []
    for row in rows:
        if row.account_id not in chain:
            continue
        role = roles.get(row.role_id) if row.role_id is not None else None
        if row.role_id is not None and role is None:
            continue  # a role that is inactive or deleted
        if role is None:
            builtin = [one for one in roles.values() if one.name == "AccountAdmin"]
            found.append(Membership("AccountAdmin", builtin[0].permissions if builtin else {}, "AccountAdmin"))
        else:
            found.append(Membership(role.base_role_type, role.permissions, role.name))
    return tuple(found)
