"""The one place where facts become messages. ``TREATMENT`` says for every fact and every format whether it is mapped or
silent and why; a test holds it to the closed union of facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID

from msgspec import Struct

from gradewire.core.changes import (
    Change,
    CourseContext,
    CourseScoreChanged,
    GradeChanged,
    GradesPublished,
    Origin,
    OverrideChanged,
    ProvisionalGradeCreated,
    ProvisionalGradeSelected,
    ProvisionalGradeUpdated,
)
from gradewire.events import caliper, live_events
from gradewire.events.live_events import EventName
from gradewire.events.settings import EventSettings

__all__ = [
    "TREATMENT",
    "EventName",
    "EventSettings",
    "Format",
    "Message",
    "Occasion",
    "Silent",
    "prepare",
    "render",
    "render_on",
]

Format: TypeAlias = Literal["canvas", "caliper"]


class Silent(Struct, frozen=True):
    """A fact that does not leave the server in a format, and why."""

    reason: str


_UNTIL_PUBLISHED: Final = Silent("a provisional grade is known to its graders alone until it is published")
_ONE_BY_ONE: Final = Silent("publishing says so by the grade_change of each submission it changes")
_NO_COURSE_GRADES: Final = Silent("Caliper grades attempts; it has no event for a computed course score")
_NO_OVERRIDES: Final = Silent("Caliper grades attempts; it has no event for an overridden course score")

TREATMENT: Final[Mapping[type[Change], Mapping[Format, EventName | Silent]]] = MappingProxyType(
    {
        GradeChanged: {"canvas": "grade_change", "caliper": "grade_change"},
        CourseScoreChanged: {"canvas": "course_grade_change", "caliper": _NO_COURSE_GRADES},
        OverrideChanged: {"canvas": "grade_override", "caliper": _NO_OVERRIDES},
        ProvisionalGradeCreated: {"canvas": _UNTIL_PUBLISHED, "caliper": _UNTIL_PUBLISHED},
        ProvisionalGradeUpdated: {"canvas": _UNTIL_PUBLISHED, "caliper": _UNTIL_PUBLISHED},
        ProvisionalGradeSelected: {"canvas": _UNTIL_PUBLISHED, "caliper": _UNTIL_PUBLISHED},
        GradesPublished: {"canvas": _ONE_BY_ONE, "caliper": _ONE_BY_ONE},
    }
)
"""The event's name, or the reason for silence."""


class Message(Struct, frozen=True, kw_only=True):
    """One finished event, as it waits in the outbox. Nothing of it is computed again at delivery."""

    event_id: UUID
    """The event's for life: the same on every retry and replay."""
    name: EventName
    course_id: int
    student_id: int
    muted: bool
    """True when the student may not see what changed: a grade that is not posted, or course scores of which only those that
    include unposted grades changed."""
    occurred_at: datetime
    canvas: bytes
    """The event in the Canvas format, with explicit nulls."""
    caliper: bytes | None
    """The Caliper event without its envelope; ``None`` where Caliper has none."""


class Occasion(Struct, frozen=True, kw_only=True):
    """What all facts of one unit of work in one course share, prepared once for rendering."""

    course_id: int
    at: datetime
    settings: EventSettings
    metadata: live_events.Metadata
    caliper: caliper.Scene | None


def prepare(*, course: CourseContext, origin: Origin, at: datetime, settings: EventSettings) -> Occasion:
    """Renders the circumstances of a unit of work; ``at`` is the time of its events."""
    return Occasion(
        course_id=course.course_id,
        at=at,
        settings=settings,
        metadata=live_events.metadata(course, origin, at, settings),
        caliper=caliper.scene(course, origin, at, settings) if settings.caliper else None,
    )


def render_on(occasion: Occasion, change: Change, event_id: UUID) -> Message | None:
    """The message of one fact of the unit of work, or ``None`` for a fact that is silent in every format."""
    if change.course_id != occasion.course_id:
        raise ValueError(f"a fact of course {change.course_id} does not belong to an occasion in course {occasion.course_id}")
    match change:
        case GradeChanged():
            scene = occasion.caliper
            return Message(
                event_id=event_id,
                name="grade_change",
                course_id=change.course_id,
                student_id=change.student_id,
                muted=change.muted,
                occurred_at=occasion.at,
                canvas=live_events.encode(
                    "grade_change", occasion.metadata, live_events.grade_change(change, occasion.settings.shard)
                ),
                caliper=None if scene is None else caliper.encode(caliper.grade_event(change, scene, event_id)),
            )
        case CourseScoreChanged():
            return Message(
                event_id=event_id,
                name="course_grade_change",
                course_id=change.course_id,
                student_id=change.user_id,
                muted=_only_hidden_scores_changed(change),
                occurred_at=occasion.at,
                canvas=live_events.encode("course_grade_change", occasion.metadata, live_events.course_grade_change(change)),
                caliper=None,
            )
        case OverrideChanged():
            return Message(
                event_id=event_id,
                name="grade_override",
                course_id=change.course_id,
                student_id=change.user_id,
                muted=False,
                occurred_at=occasion.at,
                canvas=live_events.encode("grade_override", occasion.metadata, live_events.grade_override(change)),
                caliper=None,
            )
        case ProvisionalGradeCreated() | ProvisionalGradeUpdated() | ProvisionalGradeSelected() | GradesPublished():
            return None
        case _:
            assert_never(change)


def render(
    change: Change, *, course: CourseContext, origin: Origin, at: datetime, event_id: UUID, settings: EventSettings
) -> Message | None:
    """The message of a single fact. A unit of work with several prepares once and uses ``render_on``."""
    return render_on(prepare(course=course, origin=origin, at=at, settings=settings), change, event_id)


def _only_hidden_scores_changed(change: CourseScoreChanged) -> bool:
    return change.current_score == change.old_current_score and change.final_score == change.old_final_score
