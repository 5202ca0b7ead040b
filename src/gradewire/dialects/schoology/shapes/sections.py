"""A section: ids and options are texts, ``active``, ``admin`` and ids of grading periods numbers (reference, 10.2)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from gradewire.actions.school_sections import SectionView
from gradewire.dialects.schoology.call import Call
from gradewire.dialects.schoology.shapes.links import Links, Self
from gradewire.dialects.schoology.shapes.results import Result
from gradewire.dialects.schoology.wire import flag


class ContentIndex(Struct, frozen=True):
    """Which kinds of material are listed: here all of them are."""

    topics: int = 1
    assignments: int = 1
    assessments: int = 1
    documents: int = 1
    discussion: int = 1
    album: int = 1
    pages: int = 1


class Options(Struct):
    """Those about grades are settings; the others are about what this server does not have."""

    weighted_grading_categories: str
    hide_overall_grade: str
    hide_grading_period_grade: str
    allow_custom_overall_grade: str
    allow_custom_overall_grade_text: str
    default_grading_scale_id: str
    upload_documents: str = "0"
    create_discussion: str = "0"
    member_post: str = "0"
    member_post_comment: str = "0"
    content_index_visibility: ContentIndex = ContentIndex()


class Section(Struct):
    id: str
    course_title: str
    course_code: str
    course_id: str
    school_id: str
    access_code: str
    section_title: str
    section_code: str
    section_school_code: str
    synced: str
    active: int
    description: str
    subject_area: str
    grade_level_range_start: str
    grade_level_range_end: str
    grading_periods: list[int]
    profile_url: str
    location: str
    meeting_days: list[str]
    start_time: str
    end_time: str
    weight: str
    options: Options
    admin: int
    links: Self | UnsetType = UNSET
    """In lists and of what was just made."""


class SectionList(Struct):
    section: list[Section]
    total: str
    links: Links


class SectionsOfSomebody(Struct):
    section: list[Section]
    links: Links


class WrittenSection(Struct):
    """What became of an entry of several."""

    response_code: int
    id: str
    location: str
    section_code: str
    section_school_code: str
    synced: str
    grading_periods: list[int]


class DeletedSections(Struct):
    section: list[Result]


class WrittenSections(Struct):
    section: list[WrittenSection]


def section(found: SectionView, call: Call | None = None) -> Section:
    """``call`` in lists and of what was just made, where the object says where it is."""
    course, extras, entry = found.rules.course, found.extras, found.catalog
    above = entry.extras if entry is not None else None
    shape = Section(
        id=str(course.id),
        course_title=entry.row.title if entry is not None else course.name,
        course_code=entry.row.course_code if entry is not None else course.course_code,
        course_id=str(entry.row.id) if entry is not None else "0",
        school_id=str(course.root_account_id),
        access_code=extras.access_code if found.shows_access_code else "",
        section_title=course.name,
        section_code=extras.section_code,
        section_school_code=course.sis_course_id or "",
        synced=str(flag(extras.synced)),
        active=flag(found.is_active),
        description=extras.description,
        subject_area=_own_or(extras.subject_area, above.subject_area if above else "0"),
        grade_level_range_start=_own_or(extras.grade_level_range_start, above.grade_level_range_start if above else "0"),
        grade_level_range_end=_own_or(extras.grade_level_range_end, above.grade_level_range_end if above else "0"),
        grading_periods=[period.id for period in found.rules.periods],
        profile_url="",
        location=extras.location,
        meeting_days=list(extras.meeting_days) or [""],
        start_time=extras.start_time,
        end_time=extras.end_time,
        weight="0",
        options=_options(found),
        admin=flag(found.teaches),
    )
    if call is not None:
        shape.links = Self(call.link(f"sections/{course.id}"))
    return shape


def written(found: SectionView, call: Call) -> WrittenSection:
    course = found.rules.course
    return WrittenSection(
        response_code=200,
        id=str(course.id),
        location=call.link(f"sections/{course.id}"),
        section_code=found.extras.section_code,
        section_school_code=course.sis_course_id or "",
        synced=str(flag(found.extras.synced)),
        grading_periods=[period.id for period in found.rules.periods],
    )


def _options(found: SectionView) -> Options:
    course = found.rules.course
    return Options(
        weighted_grading_categories=str(flag(course.group_weighting_scheme == "percent")),
        hide_overall_grade=str(flag(found.extras.hide_overall_grade)),
        hide_grading_period_grade=str(flag(found.extras.hide_grading_period_grade)),
        allow_custom_overall_grade=str(flag(course.allow_final_grade_override)),
        allow_custom_overall_grade_text="0",
        default_grading_scale_id=str(course.grading_standard_id or 0),
    )


def _own_or(own: str, above: str) -> str:
    return own if own not in {"", "0"} else above or "0"
