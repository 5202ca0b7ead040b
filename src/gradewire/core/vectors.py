"""Checks a file of grade vectors: known inputs with the results that must come out, computed by the product's own functions.

The format is section 0 of the Canvas grade calculation reference: an object with a list ``vectors``, each with ``id``,
``kind``, the inputs of its kind, and ``expect``, which holds only what must be true. Numbers are compared as doubles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeGuard, TypeVar

import msgspec
from msgspec import Meta, Struct

from gradewire.core import lateness, schemes
from gradewire.core.entry import Gradable, display, interpret
from gradewire.core.errors import Invalid, Malformed, Refused
from gradewire.core.numbers import round2, show_number
from gradewire.core.periods import PeriodDates, find_period
from gradewire.core.schemes import DEFAULT_SCHEME, Scheme
from gradewire.core.scoring import canvas
from gradewire.core.scoring.overrides import take_effect
from gradewire.core.scoring.records import Totals

Results: TypeAlias = dict[str, object]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]

_T = TypeVar("_T")
_ABSENT = "(no such result)"

UNGRADEABLE = frozenset({"not_graded", "wiki_page"})


class Mismatch(Struct, frozen=True):
    """One value of one vector that came out differently; ``path`` names it within ``expect``."""

    id: str
    kind: str
    path: str
    expected: object
    got: object


class Report(Struct, frozen=True):
    """How many vectors of each kind were computed, and what was wrong."""

    checked: dict[str, int]
    mismatches: tuple[Mismatch, ...]


class _Document(Struct):
    vectors: list[dict[str, object]]


class _Head(Struct):
    id: str
    kind: str
    expect: dict[str, object]


class _Group(Struct):
    id: int
    weight: float | None = None
    drop_lowest: int = 0
    drop_highest: int = 0
    never_drop: tuple[int, ...] = ()


class _Assignment(Struct):
    id: int
    group: int
    points_possible: float | None = None
    omit_from_final_grade: bool = False
    posted: bool = True
    grading_period: int | None = None
    published: bool = True
    assigned: bool = True
    submission_types: str | list[str] | None = None
    anonymous_unposted: bool = False

    def is_gradeable(self) -> bool:
        types = self.submission_types or []
        return self.published and UNGRADEABLE.isdisjoint(types.split(",") if isinstance(types, str) else types)


class _Submission(Struct):
    assignment: int
    score: float | None = None
    excused: bool | None = False
    posted: bool | None = None
    workflow_state: str | None = None
    student_entered_score: float | None = None


class _Period(Struct):
    id: int
    weight: float | None = None


class _CourseTotal(Struct):
    weighted: bool
    groups: list[_Group]
    assignments: list[_Assignment]
    submissions: list[_Submission]
    enrollment_state: str | None = None
    what_if: bool = False
    grading_periods: list[_Period] = []
    grading_periods_weighted: bool = False


class _Scheme(Struct):
    points_based: bool
    scaling_factor: float
    entries: tuple[tuple[str, float], ...]
    title: str | None = None


class _ScoreToGrade(Struct):
    level: Literal["scheme", "assignment"]
    score: float | None
    scheme: _Scheme | None = None
    assignment: Gradable | None = None
    given_grade: str | None = None


class _GradeToScore(Struct):
    scheme: _Scheme | None
    grade: str


class _EntryInterpretation(Struct):
    assignment: Gradable
    entry: str | int | float | None
    scheme: _Scheme | None = None
    prefer_points_over_scheme: bool = False


class _LateDeduction(Struct):
    policy: lateness.LatePolicy
    assignment: Gradable
    entered_score: float | None = None
    seconds_late: float | None = None
    status: lateness.Status = "none"


class _SchemeValidation(Struct):
    request: dict[str, object]


class _SchemeUpdate(Struct):
    standard: _Scheme
    used_for_grading: bool
    request: dict[str, object]


class _Scores(Struct):
    current_score: float | None = None
    final_score: float | None = None
    override_score: float | None = None


class _CourseSettings(Struct):
    final_grades_override_feature: bool
    allow_final_grade_override: bool
    grading_scheme_enabled: bool


class _EffectiveGrade(Struct):
    score: _Scores
    course: _CourseSettings


class _PeriodDates(Struct):
    id: int
    start_date: Moment
    end_date: Moment


class _PeriodForDate(Struct):
    grading_periods: list[_PeriodDates]
    due_at: Moment | None


class _Round2(Struct):
    value: float


def check(document: object) -> Report:
    """Compute every vector of a parsed file. Raises ``Malformed``, naming the vector, for one that cannot be read."""
    checked: dict[str, int] = {}
    mismatches: list[Mismatch] = []
    for position, vector in enumerate(_read(document, _Document, "the vector file").vectors):
        head = _read(vector, _Head, f"vector number {position + 1}")
        compute = _KINDS.get(head.kind)
        if compute is None:
            raise Malformed(f"vector {head.id}: unknown kind {head.kind}; known are {', '.join(_KINDS)}")
        got = compute(vector, f"vector {head.id}")
        checked[head.kind] = checked.get(head.kind, 0) + 1
        for path, expected, value in _compare(head.expect, got, ""):
            mismatches.append(Mismatch(head.id, head.kind, path, expected, value))
    return Report(checked, tuple(mismatches))


def _compute_course_total(vector: object, name: str) -> Results:
    given = _read(vector, _CourseTotal, name)
    assignments = {each.id: each for each in given.assignments if each.is_gradeable()}
    submissions = {each.assignment: each for each in given.submissions}
    strangers = submissions.keys() - {each.id for each in given.assignments}
    if strangers:
        raise Malformed(f"{name}: a submission to an assignment that is not there: {min(strangers)}")
    course = canvas.Course(
        weighted=given.weighted,
        groups=tuple(
            canvas.Group(each.id, each.weight, each.drop_lowest, each.drop_highest, each.never_drop) for each in given.groups
        ),
        items=tuple(
            canvas.Item(each.id, each.group, each.points_possible, each.omit_from_final_grade, each.anonymous_unposted)
            for each in assignments.values()
        ),
        periods=tuple(canvas.Period(each.id, each.weight) for each in given.grading_periods),
        periods_weighted=given.grading_periods_weighted,
    )
    work = [_read_work(each, submissions.get(each.id)) for each in assignments.values() if each.assigned]
    scores = canvas.compute(course, work, completed=given.enrollment_state == "completed", what_if=given.what_if)
    return {
        **_list_scores(scores.course),
        "group_scores": {str(id_): _list_scores(totals) for id_, totals in scores.groups.items()},
        "period_scores": {str(id_): _list_scores(totals) for id_, totals in scores.periods.items()},
        "dropped": {"current": sorted(scores.dropped_current), "final": sorted(scores.dropped_final)},
    }


def _read_work(assignment: _Assignment, submission: _Submission | None) -> canvas.Work:
    if submission is None:
        return canvas.Work(assignment.id, None, period_id=assignment.grading_period, submitted_row=False)
    return canvas.Work(
        assignment.id,
        submission.score,
        excused=bool(submission.excused),
        posted=assignment.posted if submission.posted is None else submission.posted,
        pending_review=submission.workflow_state == "pending_review",
        period_id=assignment.grading_period,
        entered=submission.student_entered_score,
    )


def _list_scores(totals: Totals) -> Results:
    return {name: getattr(totals, name) for name in totals.__struct_fields__}


def _compute_score_to_grade(vector: object, name: str) -> Results:
    given = _read(vector, _ScoreToGrade, name)
    scheme = _make_scheme(given.scheme)
    if given.level == "scheme":
        if given.score is None:
            raise Malformed(f"{name}: a scheme needs a score")
        return {"grade": schemes.name_of(scheme, given.score)}
    if given.assignment is None:
        raise Malformed(f"{name}: the level assignment needs an assignment")
    return {"grade": display(given.score, given.assignment, scheme, given=given.given_grade)}


def _compute_grade_to_score(vector: object, name: str) -> Results:
    given = _read(vector, _GradeToScore, name)
    scheme = _make_scheme(given.scheme)
    percent = schemes.percent_of(scheme, given.grade)
    return {"score": None if percent is None else float(percent), "index": schemes.index_of(scheme, given.grade)}


def _compute_entry(vector: object, name: str) -> Results:
    given = _read(vector, _EntryInterpretation, name)
    entry = given.entry if isinstance(given.entry, str | None) else show_number(given.entry)
    entered = interpret(
        entry,
        given.assignment,
        _make_scheme(given.scheme),
        prefer_points_over_scheme=given.prefer_points_over_scheme,
    )
    return {"score": entered.score, "grade": entered.grade}


def _compute_deduction(vector: object, name: str) -> Results:
    given = _read(vector, _LateDeduction, name)
    result = lateness.apply_policy(
        given.policy,
        given.assignment.grading_type,
        given.assignment.points_possible,
        raw_score=given.entered_score,
        seconds_late=math.ceil(given.seconds_late or 0),
        status=given.status,
    )
    return {"points_deducted": result.points_deducted, "score": result.score}


def _compute_validation(vector: object, name: str) -> Results:
    given = _read(vector, _SchemeValidation, name)
    return _save(lambda: schemes.create(given.request))


def _compute_update(vector: object, name: str) -> Results:
    given = _read(vector, _SchemeUpdate, name)
    standard = _make_scheme(given.standard)
    return _save(lambda: schemes.update(standard, given.request, used=given.used_for_grading))


def _save(build: Callable[[], Scheme]) -> Results:
    """What a request to save a scheme is answered with."""
    try:
        scheme = build()
    except Refused as refusal:
        return {"valid": False, "status": 400, "errors_shape": "base_string_list", "errors": {"base": [refusal.message]}}
    except Invalid as invalid:
        errors: dict[str, list[str]] = {}
        for fault in invalid.faults:
            errors.setdefault(fault.attribute, []).append(fault.type)
        return {"valid": False, "status": 400, "errors_shape": "attribute_objects", "errors": errors}
    return {
        "valid": True,
        "status": 200,
        "errors": {},
        "title": scheme.title,
        "points_based": scheme.points_based,
        "scaling_factor": scheme.scaling_factor,
        "entries": [list(entry) for entry in scheme.entries],
        "grading_scheme": [
            {"name": entry, "value": bound, "calculated_value": schemes.calculated_value(scheme, bound)}
            for entry, bound in scheme.entries
        ],
    }


def _compute_effective(vector: object, name: str) -> Results:
    given = _read(vector, _EffectiveGrade, name)
    effective = take_effect(
        given.score.current_score,
        given.score.final_score,
        given.score.override_score,
        DEFAULT_SCHEME if given.course.grading_scheme_enabled else None,
        feature=given.course.final_grades_override_feature,
        allowed=given.course.allow_final_grade_override,
    )
    return {f"effective_{field}": getattr(effective, field) for field in effective.__struct_fields__}


def _compute_period(vector: object, name: str) -> Results:
    given = _read(vector, _PeriodForDate, name)
    found = find_period([PeriodDates(each.id, each.start_date, each.end_date) for each in given.grading_periods], given.due_at)
    return {"grading_period": None if found is None else found.id}


def _compute_round2(vector: object, name: str) -> Results:
    return {"value": round2(_read(vector, _Round2, name).value)}


_KINDS: dict[str, Callable[[object, str], Results]] = {
    "course_total": _compute_course_total,
    "score_to_grade": _compute_score_to_grade,
    "grade_to_score": _compute_grade_to_score,
    "entry_interpretation": _compute_entry,
    "late_deduction": _compute_deduction,
    "scheme_validation": _compute_validation,
    "scheme_update": _compute_update,
    "effective_grade": _compute_effective,
    "grading_period_for_date": _compute_period,
    "round2": _compute_round2,
}


def _make_scheme(given: _Scheme | None) -> Scheme:
    if given is None:
        return DEFAULT_SCHEME
    entries = sorted(given.entries, key=lambda entry: entry[1], reverse=True)
    return Scheme(given.title, given.points_based, given.scaling_factor, tuple(entries))


def _read(value: object, type_: type[_T], name: str) -> _T:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise Malformed(f"{name}: {error}") from error


def _compare(expected: object, got: object, path: str) -> list[tuple[str, object, object]]:
    """Where the results differ. Of objects only the expected keys count; the order of dropped ids does not."""
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return [(path, expected, got)]
        return [
            difference
            for key, value in expected.items()
            for difference in _compare(value, got.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
        ]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(expected) != len(got):
            return [(path, expected, got)]
        if path.startswith("dropped."):
            expected, got = sorted(expected), sorted(got)
        pairs = zip(expected, got, strict=True)
        return [each for index, pair in enumerate(pairs) for each in _compare(*pair, f"{path}[{index}]")]
    if _is_number(expected) and _is_number(got):
        same = float(expected) == float(got)
    else:
        same = type(expected) is type(got) and expected == got
    return [] if same else [(path, expected, got)]


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
