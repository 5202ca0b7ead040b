"""SpeedGrader: one student's work, the form to grade it, and the way to the next. The API's ``speedgrader_url`` leads here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from msgspec import UNSET, UnsetType

from gradewire.actions import provisional_grade_selection, speed_grader
from gradewire.actions.provisional_grades import ProvisionalGradeView
from gradewire.actions.speed_grader import Entry, Kind, SpeedGrader, Student
from gradewire.actions.submission_comments import CommentView
from gradewire.core.errors import Conflict, Invalid, Malformed, Refused
from gradewire.core.gradebook_csv import EXCUSED
from gradewire.core.rubrics import Mark
from gradewire.web.failures import message_of
from gradewire.web.visits import Page, Place, Redirect, Visit, link, number

PATH = "/courses/{course_id:str}/gradebook/speed_grader"

DONE = {
    "saved": "Saved.",
    "assessed": "The rubric is saved.",
    "changed": "The comment is changed.",
    "deleted": "The comment is deleted.",
    "selected": "The grade is selected.",
    "nothing": "Nothing was changed, so nothing was saved.",
}
"""What a page says after the form before it, by the word that the redirect carries."""

LONGEST_COMMENT = 65_535

STATUSES = (
    ("", "as the dates say"),
    ("none", "on time"),
    ("late", "late"),
    ("missing", "missing"),
    ("extended", "extended"),
)


class Wanted:
    """Whose work a request is about."""

    def __init__(self, visit: Visit) -> None:
        self.course_id = visit.number("course_id")
        self.assignment_id = number(visit.query.get("assignment_id"))
        self.anonymous_id = visit.query.get("anonymous_id") or None
        sent = visit.query.get("student_id")
        self.student_id = number(sent) if sent and not self.anonymous_id else None

    @property
    def student(self) -> Mapping[str, Any]:
        return {"student_id": self.student_id, "anonymous_id": self.anonymous_id}


def show(visit: Visit) -> Page:
    """The page of the student named by ``student_id`` or ``anonymous_id``, or of the first."""
    return _page(visit, Wanted(visit), done=DONE.get(visit.query.get("done", "")))


def save(visit: Visit) -> Page | Redirect:
    """Give a grade or select one. What is refused is shown beside the form, with all that was typed still in it."""
    wanted = Wanted(visit)
    try:
        if visit.sent("select"):
            grade_id = number(visit.sent("select"))
            visit.write(lambda unit: provisional_grade_selection.select(unit, wanted.course_id, wanted.assignment_id, grade_id))
            done = "selected"
        elif visit.sent("rubric"):
            marks = _read_marks(visit.form)
            version = visit.sent("version")
            visit.write(
                lambda unit: speed_grader.assess(
                    unit,
                    wanted.course_id,
                    wanted.assignment_id,
                    marks,
                    gives=visit.sent("rubric"),
                    seen_version=number(version) if version else None,
                    **wanted.student,
                )
            )
            done = "assessed"
        elif visit.sent("comment_id"):
            done = _change_comment(visit, wanted)
        else:
            entry = _read_entry(visit)
            saved = visit.write(
                lambda unit: speed_grader.save(unit, wanted.course_id, wanted.assignment_id, entry, **wanted.student)
            )
            done = "saved" if saved else "nothing"
    except (Refused, Invalid, Malformed, Conflict) as error:
        return _page(visit, wanted, error=_explain(error), typed=visit.form)
    return Redirect(path=_next(visit, wanted, done))


def _change_comment(visit: Visit, wanted: Wanted) -> str:
    comment_id = number(visit.sent("comment_id"))
    text = None if "delete" in visit.form else visit.sent("comment")
    _check_length(text or "")
    visit.write(
        lambda unit: speed_grader.change_comment(
            unit, wanted.course_id, wanted.assignment_id, comment_id, text, **wanted.student
        )
    )
    return "deleted" if text is None else "changed"


def _check_length(comment: str) -> None:
    if len(comment) > LONGEST_COMMENT:
        raise Malformed(f"The comment is too long; {LONGEST_COMMENT} characters are the limit.")


def _read_marks(form: Mapping[str, str]) -> dict[str, Mark]:
    """The marks of a rubric. Points that were left as they were shown give way to a rating that was chosen."""
    ids = [name.removeprefix("points-") for name in form if name.startswith("points-")]
    marks = {}
    for one in ids:
        points = form[f"points-{one}"].strip().replace(",", ".")
        if points and not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", points):
            raise Malformed(f"“{points[:40]}” is not a number of points. Type it like 8 or 8.5.")
        rating = form.get(f"rating-{one}") or None
        typed = points != form.get(f"shown-{one}", "")
        kept = rating == (form.get(f"shown_rating-{one}") or None)
        by_points = typed or kept
        marks[one] = Mark(
            points=(points or None) if by_points else None,
            rating_id=None if typed else rating,
            comments=form.get(f"comments-{one}") or None,
        )
    return marks


def _read_entry(visit: Visit) -> Entry:
    """The form. A field that comes back as it was shown was not filled in."""
    gives = visit.sent("gives")
    if gives not in get_args(Kind):
        raise Malformed("The form is incomplete.")
    comment = visit.sent("comment")
    _check_length(comment)
    grade: str | None = None
    if "grade" in visit.form and visit.sent("grade").strip() != visit.sent("shown_grade"):
        grade = visit.sent("grade").strip()
        if visit.sent("unit") == "percent" and re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+", grade):
            grade += "%"  # in a box for percentages a bare number is one; to the API it would be points
    excuse: bool | None = "excuse" in visit.form
    if grade is not None and grade.upper() == EXCUSED and gives == "grade":
        grade, excuse = None, True  # as in the gradebook
    elif "shown_excused" not in visit.form or excuse == (visit.sent("shown_excused") == "1"):
        excuse = None
    if grade:
        excuse = True if "excuse" in visit.form else None  # both at once is for the rules to refuse; a grade ends an excusal
    status: str | UnsetType | None = UNSET
    if "status" in visit.form and visit.sent("status") != visit.sent("shown_status"):
        status = visit.sent("status") or None
    version = visit.sent("version")
    return Entry(
        gives=gives,  # type: ignore[arg-type]
        grade=grade,
        excuse=excuse,
        status=status,
        comment=comment,
        seen_version=number(version) if version else None,
    )


def _explain(error: Refused | Invalid | Malformed | Conflict) -> str:
    if isinstance(error, Refused):
        match error.code:
            case "selected_grade":
                return "A moderator has selected this grade. Only the final grader can still change the own one."
            case "grade_error" if error.message.startswith("Assignment::"):
                return "Only a moderator can excuse a student while the assignment is under moderation."
            case "not_in_moderation_set":
                return "This student is not in the moderation set."
    return message_of(error)


def _next(visit: Visit, wanted: Wanted, done: str) -> str:
    """Back to the same student, or on to the next."""
    path = f"/courses/{wanted.course_id}/gradebook/speed_grader"
    student: Mapping[str, Any] = wanted.student
    if visit.sent("then") == "next" and done != "selected":
        page = visit.read(lambda unit: speed_grader.show(unit, wanted.course_id, wanted.assignment_id, **wanted.student))
        assert page.position is not None
        if page.position + 1 < len(page.students):
            student = key_of(page.students[page.position + 1])
    return link(path, assignment_id=wanted.assignment_id, **student, done=done)


def key_of(student: Student) -> dict[str, Any]:
    """How a link names a student."""
    if student.student_id is None:
        return {"anonymous_id": student.anonymous_id}
    return {"student_id": student.student_id}


def _page(
    visit: Visit, wanted: Wanted, *, done: str | None = None, error: str | None = None, typed: Mapping[str, str] | None = None
) -> Page:
    page = visit.read(lambda unit: speed_grader.show(unit, wanted.course_id, wanted.assignment_id, **wanted.student))
    typed = typed or {}

    def here(student: Student) -> dict[str, Any]:
        return {"assignment_id": wanted.assignment_id, **key_of(student)}

    context = {
        "page": page,
        "course": page.access.rules.course,
        "assignment": page.assignment,
        "work": page.work,
        "path": f"/courses/{wanted.course_id}/gradebook/speed_grader",
        "here": here,
        "done": done if error is None else None,
        "error": error,
        "forms": _forms(page, typed),
        "rubric_gives": page.gives if page.work is not None and page.work.sheet is not None else None,
        "rubric_failed": error is not None and bool(typed.get("rubric")),
        "comment_failed": typed.get("comment_id") if error is not None else None,
        "typed": typed,
        "author_name": lambda view: author_name(page, view),
        "scorer_name": lambda view: scorer_name(page, view),
    }
    return Page(template="speed_grader.html", context=context, status=200 if error is None else 422)


def _forms(page: SpeedGrader, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The forms to show, each with what is in it: what was typed into it before it was refused, else what counts now."""
    if page.work is None:
        return []
    row = page.work.view.row
    own = next((view.row for view in page.work.provisional_grades if view.own and not view.row.final), None)
    final = next((view.row for view in page.work.provisional_grades if view.row.final), None)
    others = any(not view.row.final for view in page.work.provisional_grades)
    shown: list[tuple[Kind, str | None]] = []
    sent = typed.get("gives")
    if page.gives == "grade":
        shown.append(("grade", page.work.view.entered_grade))
    elif page.gives == "provisional" or (page.slots_full and sent == "provisional"):
        shown.append(("provisional", own.grade if own else None))
    if page.moderates and (others or sent == "final"):
        shown.append(("final", final.grade if final else None))
    forms = []
    for gives, grade in shown:
        again = sent == gives or {sent, gives} == {"grade", "provisional"}
        forms.append(
            {
                "gives": gives,
                "shown_grade": grade or "",
                "grade": typed.get("grade", grade or "") if again else grade or "",
                "excused": row.excused,
                "excuse": "excuse" in typed if again else row.excused,
                "comment": typed.get("comment", "") if again else "",
                "shown_status": row.late_policy_status or "",
                "status": typed.get("status", "") if again else row.late_policy_status or "",
                "statuses": STATUSES if gives == "grade" else (),
                "version": row.version if gives == "grade" else "",
                "failed": again,
                "grades": page.assignment.grading_type != "not_graded" and not page.work.period_closed,
                "excuses": gives == "grade" or (gives == "provisional" and page.moderates),
                "comments": gives != "final",
            }
        )
    return forms


def author_name(page: SpeedGrader, view: CommentView) -> str:
    """Who wrote a comment, as far as this reader may know."""
    assert page.work is not None
    assert page.student is not None
    if view.own:
        return "You"
    if view.anonymous_id is not None:
        if view.anonymous_id == page.student.anonymous_id:
            return page.student.name
        return page.work.grader_names.get(view.anonymous_id, "Grader")
    return view.author.name if view.author else "Unknown"


def scorer_name(page: SpeedGrader, view: ProvisionalGradeView) -> str:
    """Who gave a provisional grade, as far as this reader may know."""
    assert page.work is not None
    if view.own:
        return "You"
    if view.hides_scorer:
        return page.work.grader_names.get(view.scorer_anonymous_id or "", "Grader")
    return view.scorer_name or "Unknown"


PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=save),
]
