"""Grading standards of a course or an account: list, show, create, update, delete (grade calculation reference, 14)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gradewire.actions.access import course_access
from gradewire.actions.accounts import account_access
from gradewire.actions.unit import Unit
from gradewire.core import schemes
from gradewire.core.errors import Denied, Invalid, NotFound
from gradewire.core.permissions import MANAGE_COURSES_ADMIN, MANAGE_GRADES, READ
from gradewire.core.schemes import Scheme
from gradewire.store import grading_standards as rows
from gradewire.store import rules
from gradewire.store.grading_standards import Owner, StandardRow
from gradewire.store.rules import StandardFacts


class Context(Struct, frozen=True):
    """Where standards are kept."""

    owner: Owner
    id: int


class _Rights(Struct, frozen=True):
    reads: bool
    manages: bool
    root_account_id: int


def _rights(unit: Unit, context: Context) -> _Rights:
    """What the caller may do with the standards of a context.

    In a course ``manage_grades`` is enough to manage them, unless the institution leaves schemes to its administrators.

    Raises:
        NotFound: no such course or account.
    """
    if context.owner == "account":
        account = account_access(unit, context.id)
        root = account.account.root_account_id or account.account.id
        return _Rights(READ in account.rights, MANAGE_GRADES in account.rights, root)
    access = course_access(unit, context.id)
    restricted = access.rules.accounts[-1].restrict_grading_scheme_editing_to_admins
    manages = MANAGE_COURSES_ADMIN in access.by_account or (not restricted and access.has(MANAGE_GRADES))
    return _Rights(access.has(READ), manages, access.rules.course.root_account_id)


def list_own(unit: Unit, context: Context, *, offset: int, limit: int) -> tuple[list[StandardRow], int]:
    """A page of the context's own standards by id, and how many there are in all; those of accounts above are not among them.

    Raises:
        NotFound: no such context.
        Denied: it is not the caller's to read.
    """
    if not _rights(unit, context).reads:
        raise Denied
    return rows.page(unit.connection, context.owner, context.id, offset=offset, limit=limit)


def show(unit: Unit, context: Context, standard_id: int) -> StandardRow:
    """
    Raises:
        Denied: the context is not the caller's to read; judged before the standard is looked up.
        NotFound: no such context, or no such standard in it.
    """
    if not _rights(unit, context).reads:
        raise Denied
    return _find(unit, context, standard_id)


def create(unit: Unit, context: Context, request: Mapping[str, object]) -> StandardRow:
    """
    Raises:
        NotFound: no such context.
        Denied: no right to manage schemes there.
        Invalid: what was sent makes no scheme.
    """
    if not _rights(unit, context).manages:
        raise Denied
    scheme = schemes.create(request)
    return rows.add(
        unit.connection,
        context.owner,
        context.id,
        title=scheme.title,
        points_based=scheme.points_based,
        scaling_factor=scheme.scaling_factor,
        data=scheme.entries,
        now=unit.now,
    )


def update(unit: Unit, context: Context, standard_id: int, request: Mapping[str, object]) -> StandardRow:
    """Change a standard; once work was graded by it, only its title.

    Raises:
        NotFound: no such context, or no such standard in it; judged before rights.
        Denied: no right to manage schemes there.
        Refused: used for grading, and more than the title was sent.
        Invalid: what was sent makes no scheme.
    """
    rights = _rights(unit, context)
    row = _find(unit, context, standard_id, lock=True)
    if not rights.manages:
        raise Denied
    before = scheme_of(row)
    after = schemes.update(before, request, used=rows.is_used_for_grading(unit.connection, row.id))
    if after == before:
        return row
    rows.change(
        unit.connection,
        row.id,
        title=after.title,
        points_based=after.points_based,
        scaling_factor=after.scaling_factor,
        data=after.entries,
        now=unit.now,
    )
    if rows.is_account_default(unit.connection, row.id):
        rules.touch_account(unit.connection, rights.root_account_id)
    else:
        unit.touch_rules(*rows.courses_using(unit.connection, row.id))
    return _find(unit, context, standard_id)


def delete(unit: Unit, context: Context, standard_id: int) -> StandardRow:
    """Delete a standard and answer it as it was. Courses and assignments that use it go on using it; accounts do not.

    Raises:
        NotFound: no such context, or no such standard in it; judged before rights.
        Denied: no right to manage schemes there.
        Invalid: a standard of old data that breaks today's rules.
    """
    rights = _rights(unit, context)
    row = _find(unit, context, standard_id, lock=True)
    if not rights.manages:
        raise Denied
    faults = schemes.find_faults(scheme_of(row))
    if faults:
        raise Invalid(*faults)
    was_default = rows.delete(unit.connection, row.id, unit.now)
    if was_default:
        rules.touch_account(unit.connection, rights.root_account_id)
    return row


class StandardView(Struct, frozen=True):
    """A standard with what the caller may do with it."""

    row: StandardRow | None
    """``None``: one that is still to be made."""
    manages: bool
    used: bool
    """Work was graded by it: only its title can be changed."""


def may_manage(unit: Unit, context: Context) -> bool:
    """Whether the caller may make and change standards there.

    Raises:
        NotFound: no such context.
    """
    return _rights(unit, context).manages


def view(unit: Unit, context: Context, standard_id: int) -> StandardView:
    """A standard as an editor needs it.

    Raises:
        Denied, NotFound: as in ``show``.
    """
    row = show(unit, context, standard_id)
    return StandardView(row, may_manage(unit, context), rows.is_used_for_grading(unit.connection, row.id))


def draft(unit: Unit, context: Context, request: Mapping[str, object]) -> Scheme:
    """What a request would make, which is kept nowhere: for editors that tell while somebody types.

    Raises:
        NotFound: no such context.
        Denied: no right to manage schemes there.
        Invalid: it makes no scheme.
    """
    if not may_manage(unit, context):
        raise Denied
    return schemes.create(request)


def list_offered(unit: Unit, course_id: int) -> list[StandardFacts]:
    """The standards that a course and its assignments can choose: its own and those of the accounts above it.

    Raises:
        NotFound: no such course.
        Denied: it is not the caller's to read.
    """
    access = course_access(unit, course_id)
    access.require(READ)
    return rows.offered(unit.connection, course_id=course_id, account_ids=[account.id for account in access.rules.accounts])


def scheme_of(row: StandardRow) -> Scheme:
    return Scheme(row.title, row.points_based, row.scaling_factor, row.data)


def _find(unit: Unit, context: Context, standard_id: int, *, lock: bool = False) -> StandardRow:
    found = rows.find(unit.connection, context.owner, context.id, standard_id, lock=lock)
    if found is None:
        raise NotFound
    return found
