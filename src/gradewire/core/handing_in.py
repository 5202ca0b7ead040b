"""What may be handed in, and what it makes of a submission.

Sources: the public documentation of Canvas's submissions and file uploads; live-events reference, 8.1 rows 19 and 19b; grade
calculation reference, 9 and 11. A hand-in never changes a score: what was graded keeps its grade, which no longer matches,
until the new attempt is graded; the late policy looks at that grade's lateness then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from gradewire.core.errors import Fault, Invalid, Refused
from gradewire.core.grading import Circumstances, Head, deduct_ungraded

REQUIRED: Final = {"online_text_entry": "body", "online_url": "url", "online_upload": "file_ids"}
"""The types that can be handed in here, and the parameter that each cannot do without."""
NOT_OFFERED: Final = frozenset({"basic_lti_launch", "external_tool", "media_recording", "student_annotation"})
"""Types that Canvas takes and this server does not."""

INVALID_TYPE = "Invalid submission[submission_type] given"
NO_ATTEMPTS_LEFT = "you have reached the maximum number of allowed attempts for this assignment"
INVALID_URL = "is not a valid URL"
NO_FILES = "No valid file ids given"
WRONG_EXTENSION = "Invalid file type"
ANY_NUMBER = -1

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE: Final = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")


class Dates(Struct, frozen=True):
    """From when until when something is open."""

    unlock_at: datetime | None
    lock_at: datetime | None

    def are_open(self, now: datetime) -> bool:
        return (self.unlock_at is None or self.unlock_at <= now) and (self.lock_at is None or now < self.lock_at)


class DatesFor(Struct, frozen=True):
    """Other dates, and whether they are a student's own or those of a section or course. A missing one is not overridden."""

    personal: bool
    unlock_at: datetime | None
    lock_at: datetime | None


def find_dates(own: Dates, overrides: Sequence[DatesFor]) -> Dates:
    """The dates of a student. Of each of the two, a student's own override decides, then that of a section or of the course,
    then the assignment; of several the most lenient."""
    unlock_at = _deciding([(one.personal, one.unlock_at) for one in overrides])
    lock_at = _deciding([(one.personal, one.lock_at) for one in overrides])
    return Dates(min(unlock_at, default=own.unlock_at), max(lock_at, default=own.lock_at))


def _deciding(moments: Iterable[tuple[bool, datetime | None]]) -> list[datetime]:
    found = [(personal, moment) for personal, moment in moments if moment is not None]
    return [moment for personal, moment in found if personal] or [moment for _, moment in found]


def check_type(kind: str | None, offered: Collection[str]) -> str:
    """The submission type, if it is one that the assignment takes and that can be handed in here.

    Raises:
        Refused: it is neither.
    """
    if kind in NOT_OFFERED:
        raise Refused("handing_in", f"submission[submission_type] {kind} is not supported by this server")
    if kind is None or kind not in REQUIRED or kind not in offered:
        raise Refused("handing_in", INVALID_TYPE)
    return kind


def missing(kind: str) -> Refused:
    """What to say when a submission lacks what its type consists of."""
    text = f"Invalid parameters for submission_type {kind}. Required: submission[{REQUIRED[kind]}]"
    return Refused("handing_in", text)


def check_attempts(made: int | None, allowed: int | None, extra: int | None) -> None:
    """
    Raises:
        Invalid: all attempts are used up.
    """
    if allowed is None or allowed == ANY_NUMBER:
        return
    if (made or 0) >= allowed + (extra or 0):
        raise Invalid(Fault("attempt", NO_ATTEMPTS_LEFT))


def check_extension(filename: str, allowed: Collection[str] | None) -> None:
    """
    Raises:
        Refused: the assignment takes only files of other types.
    """
    if not allowed:
        return
    _, dot, extension = filename.rpartition(".")
    wanted = {one.strip().lstrip(".").lower() for one in allowed}
    if not dot or extension.lower() not in wanted:
        raise Refused("handing_in", WRONG_EXTENSION)


def read_url(sent: str) -> str:
    """The address of a web page as it is kept; without a scheme it is one of ``http``.

    Raises:
        Invalid: not an address that a browser would open, or one that would do something else than open a page.
    """
    text = sent.strip()
    if not _SCHEME.match(text) or re.match(r"[^/:]+:[0-9]+(/|$)", text):
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise Invalid(Fault("url", INVALID_URL)) from None
    host = parts.hostname or ""
    if parts.scheme.lower() not in {"http", "https"} or not host or _UNSAFE.search(text):
        raise Invalid(Fault("url", INVALID_URL))
    return text


def clean_filename(sent: str) -> str:
    """A file's name without a path, control characters and more length than file systems take; never empty."""
    text = re.split(r"[/\\]", sent)[-1]
    text = "".join(letter for letter in text if letter.isprintable()).strip().strip(".") or "unnamed"
    if len(text) > 200:
        stem, dot, extension = text.rpartition(".")
        text = f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) < 20 else text[:200]
    return text


def hand_in(head: Head, about: Circumstances) -> Head:
    """The head of the grade after a new attempt. ``about`` tells of the new attempt.

    A status that was set by hand is that of the old attempt and goes. Work without a score is late or not from now on; a score
    and what was deducted from it stay as they are (see above), and so does an excusal's absence: excused work takes no attempt.
    """
    after = replace(
        head,
        workflow_state="submitted",
        late_policy_status=None,
        seconds_late_override=None,
        grade_matches_current_submission=head.score is None,
    )
    if head.score is None:
        after = replace(after, points_deducted=deduct_ungraded(after, about))
    return after
