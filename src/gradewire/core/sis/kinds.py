"""The kinds of files of a SIS import. A file is known by its header, not by its name, as in Canvas."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct


class Kind(Struct, frozen=True):
    """One kind of file."""

    name: str
    """What ``supplied_batches`` of an import calls it."""
    counted_as: str
    """What ``counts`` of an import calls its rows."""
    required: frozenset[str]
    """Columns that make a file one of this kind, all of them."""
    either: frozenset[str] = frozenset()
    """And one of these."""
    unused: frozenset[str] = frozenset()
    """Columns of Canvas that nothing is kept for here."""


KINDS = (
    Kind("account", "accounts", frozenset({"account_id", "parent_account_id"}), unused=frozenset({"integration_id"})),
    Kind(
        "term",
        "terms",
        frozenset({"term_id", "name"}),
        unused=frozenset({"integration_id", "date_override_enrollment_type"}),
    ),
    Kind(
        "course",
        "courses",
        frozenset({"course_id", "short_name"}),
        unused=frozenset(
            {"course_format", "blueprint_course_id", "grade_passback_setting", "homeroom_course", "friendly_name"}
        ),
    ),
    Kind("section", "sections", frozenset({"section_id", "name"})),
    Kind("xlist", "xlists", frozenset({"xlist_course_id", "section_id"})),
    Kind(
        "login",
        "logins",
        frozenset({"login_id"}),
        either=frozenset({"existing_user_id", "existing_integration_id", "existing_canvas_user_id"}),
        unused=frozenset({"ssha_password", "authentication_provider_id", "email"}),
    ),
    Kind(
        "user",
        "users",
        frozenset({"user_id", "login_id"}),
        unused=frozenset({"ssha_password", "authentication_provider_id", "declared_user_type", "home_account"}),
    ),
    Kind("admin", "admins", frozenset({"user_id", "account_id"}), either=frozenset({"role", "role_id"})),
    Kind(
        "enrollment",
        "enrollments",
        frozenset(),
        either=frozenset({"course_id", "section_id"}),
        unused=frozenset({"root_account", "start_date", "end_date", "temporary_enrollment_source_user_id"}),
    ),
)
"""In the order in which headers are tried: the fewer columns tell a kind, the later."""

ORDER = ("account", "term", "course", "section", "xlist", "user", "login", "enrollment", "admin")
"""In the order in which they are applied: what others refer to first."""

BY_NAME = {kind.name: kind for kind in KINDS}


def recognise(header: Collection[str]) -> Kind | None:
    """The kind of file with this header; ``None`` for one that nothing is known of."""
    columns = frozenset(header)
    for kind in KINDS:
        if not kind.required <= columns or (kind.either and not kind.either & columns):
            continue
        if kind.name == "enrollment" and not columns & {"user_id", "user_integration_id"}:
            continue
        return kind
    return None
