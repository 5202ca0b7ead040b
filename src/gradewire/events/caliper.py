"""A changed grade as an IMS Caliper GradeEvent: 1.1 as Canvas sends it, or 1.2 by option.

The types allow what the Caliper specification and the published Canvas payload allow and no more; ``caliper_check`` decodes
into them. Members without a value are left out, never null or empty. Previous values and whether the grade is posted have no
place in this format.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from gradewire.core.changes import CourseContext, GradeChanged, JobOrigin, Origin, RequestOrigin
from gradewire.events.identifiers import global_id, urn
from gradewire.events.iris import is_iri
from gradewire.events.settings import CaliperVersion, EventSettings, ScoreId
from gradewire.events.values import Number, milliseconds, number

CONTEXTS: Final[dict[CaliperVersion, str]] = {
    "1.1": "http://purl.imsglobal.org/ctx/caliper/v1p1",
    "1.2": "http://purl.imsglobal.org/ctx/caliper/v1p2",
}
VENDOR: Final = "com.instructure.canvas"
"""The key of Canvas's own facts within ``extensions``; consumers look there for the grade and the plain ids."""
_EXTENSION_VERSION: Final = "1.0.0"

_ROLES: Final[dict[str, tuple[str, ...]]] = {
    "TeacherEnrollment": ("Instructor",),
    "TaEnrollment": ("Instructor", "Instructor#TeachingAssistant"),
    "StudentEnrollment": ("Learner",),
    "ObserverEnrollment": ("Mentor",),
    "DesignerEnrollment": ("ContentDeveloper",),
    "AccountAdmin": ("Administrator",),
}
"""Roles of Canvas as LIS roles, the main one first; a sub-role must come with its main role (Caliper 1.1, Membership)."""

Extensions: TypeAlias = dict[str, dict[str, str]]

_encode = msgspec.json.Encoder().encode


class _Typed(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", forbid_unknown_fields=True):
    """An object of Caliper: it says its ``type``, and unknown members are errors."""


class Person(_Typed, frozen=True, kw_only=True, tag="Person"):
    id: str
    extensions: Extensions | UnsetType = UNSET


class SoftwareApplication(_Typed, frozen=True, kw_only=True, tag="SoftwareApplication"):
    id: str


class AssignableDigitalResource(_Typed, frozen=True, kw_only=True, tag="AssignableDigitalResource"):
    id: str


class CourseOffering(_Typed, frozen=True, kw_only=True, tag="CourseOffering"):
    id: str
    extensions: Extensions | UnsetType = UNSET


class Attempt(_Typed, frozen=True, kw_only=True, tag="Attempt"):
    """The student's submission."""

    id: str
    extensions: Extensions | UnsetType = UNSET
    assignee: Person
    assignable: AssignableDigitalResource


class Score(_Typed, frozen=True, kw_only=True, tag="Score"):
    """What the attempt was given; both numbers are missing where there is none."""

    id: str
    extensions: Extensions | UnsetType = UNSET
    attempt: Attempt
    max_score: Number | UnsetType = UNSET
    score_given: Number | UnsetType = UNSET
    scored_by: str | UnsetType = UNSET


class Membership(_Typed, frozen=True, kw_only=True, tag="Membership"):
    id: str
    member: Person
    organization: CourseOffering
    roles: tuple[str, ...]


class Session(_Typed, frozen=True, kw_only=True, tag="Session"):
    id: str


class GradeEvent(_Typed, frozen=True, kw_only=True, tag="GradeEvent"):
    """``data[0]`` of an envelope."""

    context: Literal["http://purl.imsglobal.org/ctx/caliper/v1p1", "http://purl.imsglobal.org/ctx/caliper/v1p2"] = field(
        name="@context"
    )
    id: str
    profile: Literal["GradingProfile"] | UnsetType = UNSET
    """Known to 1.2 only."""
    actor: Person | SoftwareApplication
    action: Literal["Graded"]
    object: Attempt
    event_time: str
    generated: Score
    referrer: str | UnsetType = UNSET
    ed_app: SoftwareApplication
    group: CourseOffering
    membership: Membership | UnsetType = UNSET
    session: Session | UnsetType = UNSET
    extensions: Extensions


class Envelope(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One transmission; this server sends one event in each, as Canvas does."""

    sensor: str
    send_time: str
    data_version: Literal["http://purl.imsglobal.org/ctx/caliper/v1p1", "http://purl.imsglobal.org/ctx/caliper/v1p2"]
    data: tuple[GradeEvent]


class Scene(Struct, frozen=True, kw_only=True):
    """What all Caliper events of one unit of work in one course share."""

    shard: int
    prefix: str
    version: CaliperVersion
    score_id: ScoreId
    event_time: str
    referrer: str | UnsetType
    ed_app: SoftwareApplication
    group: CourseOffering
    acting_user: str | None
    """The URN of who acts, by whose membership alone the role is known."""
    membership: Membership | UnsetType
    session: Session | UnsetType
    extensions: Extensions


def scene(course: CourseContext, origin: Origin, at: datetime, settings: EventSettings) -> Scene:
    """The circumstances of a unit of work. What has no host, jobs and console commands, is named by the configured address."""
    prefix, shard = settings.urn_prefix, settings.shard
    course_id = global_id(shard, course.course_id)
    course_urn = urn(prefix, "course", course_id)
    request = origin if isinstance(origin, RequestOrigin) else None
    user_id = None if request is None else global_id(shard, request.user_id)
    return Scene(
        shard=shard,
        prefix=prefix,
        version=settings.caliper_version,
        score_id=settings.caliper_score_id,
        event_time=milliseconds(at),
        referrer=_referrer(request),
        ed_app=SoftwareApplication(id=_application(request, settings)),
        group=CourseOffering(id=course_urn, extensions={VENDOR: {"context_type": "Course", "entity_id": course_id}}),
        acting_user=None if user_id is None else urn(prefix, "user", user_id),
        membership=UNSET if request is None else _membership(request, course_urn, prefix, shard),
        session=_session(request, prefix),
        extensions={VENDOR: _circumstances(origin, shard)},
    )


def _application(request: RequestOrigin | None, settings: EventSettings) -> str:
    """The absolute IRI of this server. Canvas names a bare host in jobs, which is none."""
    if request is not None and is_iri(iri := f"http://{request.hostname}/"):
        return iri
    return settings.base_url if settings.base_url.count("/") > 2 else settings.base_url + "/"


def _referrer(request: RequestOrigin | None) -> str | UnsetType:
    """The page the request came from, if the header names one; it is the browser's word and may be anything."""
    if request is None or request.referrer is None or not is_iri(request.referrer):
        return UNSET
    return request.referrer


def _session(request: RequestOrigin | None, prefix: str) -> Session | UnsetType:
    if request is None or not request.session_id:
        return UNSET
    return Session(id=urn(prefix, "session", quote(request.session_id, safe="-._~")))


def _membership(request: RequestOrigin, course_urn: str, prefix: str, shard: int) -> Membership | UnsetType:
    """The acting user's place in the course; its id names the main role. A role that LIS has no word for is not guessed."""
    roles = _ROLES.get(request.context_base_role or request.context_role or "")
    if roles is None:
        return UNSET
    user_id = global_id(shard, request.user_id)
    return Membership(
        id=f"{course_urn}:{roles[0]}:{user_id}",
        member=Person(id=urn(prefix, "user", user_id)),
        organization=CourseOffering(id=course_urn),
        roles=roles,
    )


def _circumstances(origin: Origin, shard: int) -> dict[str, str]:
    """The event's own extension; the address of the request is called ``request_url`` here."""
    facts: dict[str, str | None] = {}
    if isinstance(origin, RequestOrigin):
        facts = {
            "hostname": origin.hostname,
            "request_id": origin.request_id,
            "user_agent": origin.user_agent,
            "client_ip": origin.client_ip,
            "request_url": origin.url,
        }
    elif isinstance(origin, JobOrigin):
        facts = {"job_id": global_id(shard, origin.job_id), "job_tag": origin.job_tag}
    return {key: value for key, value in facts.items() if value} | {"version": _EXTENSION_VERSION}


def grade_event(change: GradeChanged, scene: Scene, event_id: UUID) -> GradeEvent:
    """One changed grade. The actor is the grader, or the server itself where a machine graded; there is a membership
    only for a grader who is the acting user, for of nobody else the role is known."""
    prefix, shard = scene.prefix, scene.shard
    submission_id = global_id(shard, change.submission_id)
    submission = urn(prefix, "submission", submission_id)
    grader = change.grader_id
    grader_urn = urn(prefix, "user", global_id(shard, grader)) if grader is not None and grader > 0 else None
    sis_id, grade = change.student_sis_id, change.grade
    assignee = Person(
        id=urn(prefix, "user", global_id(shard, change.student_id)),
        extensions={VENDOR: {"sis_id": sis_id}} if sis_id else UNSET,
    )
    assignable = AssignableDigitalResource(id=urn(prefix, "assignment", global_id(shard, change.assignment_id)))
    identified = {VENDOR: {"grade": grade, "entity_id": submission_id} if grade else {"entity_id": submission_id}}
    score, most = number(change.score), number(change.points_possible)
    return GradeEvent(
        context=CONTEXTS[scene.version],  # type: ignore[arg-type]  # the values of the table are the two literals
        id=f"urn:uuid:{event_id}",
        profile=UNSET if scene.version == "1.1" else "GradingProfile",
        actor=scene.ed_app if grader_urn is None else Person(id=grader_urn),
        action="Graded",
        object=Attempt(id=submission, extensions=identified, assignee=assignee, assignable=assignable),
        event_time=scene.event_time,
        generated=Score(
            id=submission if scene.score_id == "canvas" else submission + "/score",
            extensions=identified,
            attempt=Attempt(
                id=submission,
                extensions={VENDOR: {"grade": grade}} if grade else UNSET,
                assignee=assignee,
                assignable=assignable,
            ),
            max_score=UNSET if most is None else most,
            score_given=UNSET if score is None else score,
            scored_by=UNSET if grader_urn is None else grader_urn,
        ),
        referrer=scene.referrer,
        ed_app=scene.ed_app,
        group=scene.group,
        membership=scene.membership if grader_urn is not None and grader_urn == scene.acting_user else UNSET,
        session=scene.session,
        extensions=scene.extensions,
    )


def encode(event: GradeEvent) -> bytes:
    """The bytes of one event without an envelope, as the outbox keeps them."""
    return _encode(event)


def envelope(event: bytes, sensor: str, send_time: datetime, version: CaliperVersion) -> bytes:
    """One transmission of a stored event. ``sendTime`` is that of this attempt; the event's bytes are not touched."""
    return b'{"sensor":%b,"sendTime":"%b","dataVersion":"%b","data":[%b]}' % (
        _encode(sensor),
        milliseconds(send_time).encode(),
        CONTEXTS[version].encode(),
        event,
    )


class _Identity(Struct):
    id: str


class _Label(Struct):
    context: str = field(name="@context")
    ed_app: _Identity = field(name="edApp")


_decode_label = msgspec.json.Decoder(_Label).decode


def label(event: bytes) -> tuple[str, CaliperVersion]:
    """The sensor and the version that a stored event belongs to; the rest of it is skipped."""
    read = _decode_label(event)
    return read.ed_app.id, "1.2" if read.context == CONTEXTS["1.2"] else "1.1"
