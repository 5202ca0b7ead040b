"""Who may do more than whom in accounts: nobody becomes, or takes over the sign-in of, somebody who holds a right they lack."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradewire.actions.memberships import account_memberships
from gradewire.core.permissions import account_rights
from gradewire.store import people, rules
from gradewire.store.engine import Connection
from gradewire.store.people import MembershipRow


class Standing(Struct, frozen=True):
    """A caller beside somebody else."""

    rights: frozenset[str]
    """The caller's, by roles in the root account."""
    is_below: bool
    """Whether the other holds a right in some account that the caller does not hold there."""


def compare(connection: Connection, caller_id: int, other_id: int, root_account_id: int) -> Standing:
    """How a caller stands to another person of the institution. A constant number of statements."""
    mine = people.memberships_of(connection, caller_id)
    theirs = people.memberships_of(connection, other_id)
    chains = people.account_chains(connection, {root_account_id, *(row.account_id for row in theirs)})
    roles = rules.roles_of(connection, sorted({account for chain in chains.values() for account in chain}))

    def rights(rows: Sequence[MembershipRow], account_id: int) -> frozenset[str]:
        chain = chains[account_id]
        known = {one.id: one for one in roles.values() if one.account_id in chain}
        return account_rights(account_memberships(rows, chain, known))

    is_below = any(rights(theirs, account_id) - rights(mine, account_id) for account_id in chains)
    return Standing(rights(mine, root_account_id), is_below)
