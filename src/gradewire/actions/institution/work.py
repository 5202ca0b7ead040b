"""Submissions with their attempts and grades. What does not depend on who is assigned is planned before anything is written."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from msgspec import Struct

from gradewire.actions.institution.assignments import Assignments
from gradewire.actions.institution.book import Book, Entry, File, Unique
from gradewire.actions.institution.courses import CoursePlan, Courses
from gradewire.actions.institution.people import People
from gradewire.actions.placement import Slots, new_anonymous_id
from gradewire.actions.schemes import assignment_scheme, gradable
from gradewire.core.entry import Gradable, display, interpret
from gradewire.core.institution.courses import Assignment
from gradewire.core.institution.work import Submission
from gradewire.core.schemes import Scheme
from gradewire.store import institution as rows
from gradewire.store.institution import Row

_SAME = (
    "points_deducted",
    "excused",
    "incomplete",
    "graded_anonymously",
    "grade_matches_current_submission",
    "extra_attempts",
    "late_policy_status",
    "seconds_late_override",
    "custom_grade_status_id",
    "redo_request",
    "sticker",
    "student_entered_score",
    "updated_at",
)
"""Fields that are columns of the same name."""
_GRADE = ("excused", "score", "grade", "graded_at", "posted_at")
"""What is changed only as a whole: see ``Work._grade``."""
_ATTEMPT = ("attempt", "submission_type", "body", "url", "submitted_at")

_same = attrgetter(*_SAME)

_VERSION = (
    "score",
    "grade",
    "points_deducted",
    "excused",
    "grader_id",
    "graded_at",
)
"""What a grade version holds of the submission."""


class Piece(Struct, frozen=True):
    """One submission of a file."""

    plan: CoursePlan
    assignment: Assignment
    owner: Entry
    """The assignment's row."""
    submission: Submission
    entry: Entry
    """The submission's row."""

    @property
    def file(self) -> File:
        return self.plan.file


class Marks(Struct, frozen=True):
    """How grades of an assignment are read and shown."""

    gradable: Gradable
    scheme: Scheme | None


class Work:
    """The submissions of the files."""

    def __init__(self, book: Book, courses: Courses, assignments: Assignments, people: People) -> None:
        self._book = book
        self._courses = courses
        self._assignments = assignments
        self._people = people
        self.pieces: list[Piece] = []
        self._versions: list[Row] = []

    def plan(self) -> None:
        """Decide which submissions and attempts exist, and whom they are from."""
        sheet = self._book.sheet(
            "submissions",
            Unique(("assignment_id", "user_id"), "user"),
            Unique(("assignment_id", "anonymous_id"), "anonymous_id"),
            columns={"attempts": _ATTEMPT, **dict.fromkeys(_GRADE, ())},
        )
        existing = []
        for plan in self._courses.plans:
            for assignment in plan.course.assignments:
                owner = self._assignments.entries[id(assignment)]
                if owner.old is not None and assignment.submissions:
                    existing.append(owner.id)
                for submission in assignment.submissions:
                    entry = self._add(plan, owner, submission)
                    self.pieces.append(Piece(plan, assignment, owner, submission, entry))
        sheet.look(parents={"assignment_id": existing})
        sheet.match(same_parent="assignment_id")
        self._name_anonymously()
        self._plan_attempts()

    def _add(self, plan: CoursePlan, owner: Entry, submission: Submission) -> Entry:
        values: Row = {
            "course_id": plan.id,
            "assignment_id": owner.id,
            "user_id": self._people.resolve(plan.file, submission, "user", submission.user),
            "anonymous_id": submission.anonymous_id,
            "grader_id": self._people.resolve(plan.file, submission, "grader", submission.grader),
        }
        values.update(zip(_SAME, _same(submission), strict=True))
        last = submission.attempts[-1] if submission.attempts else None
        values["attempt"] = len(submission.attempts) or None
        values["submission_type"] = last and last.submission_type
        values["body"] = last and last.body
        values["url"] = last and last.url
        values["submitted_at"] = last and last.submitted_at
        return self._book.sheets["submissions"].add(plan.file, submission, values, id=submission.id)

    def _name_anonymously(self) -> None:
        sheet = self._book.sheets["submissions"]
        taken: dict[int, set[str]] = {}
        for row in sheet.there.values():
            taken.setdefault(row["assignment_id"], set()).add(row["anonymous_id"])
        for entry in sheet.entries:
            if entry.values["anonymous_id"] is not None:
                taken.setdefault(entry.values["assignment_id"], set()).add(entry.values["anonymous_id"])
        randomness = self._book.unit.world.randomness
        for entry in sheet.entries:
            if entry.old is None and entry.values["anonymous_id"] is None:
                known = taken.setdefault(entry.values["assignment_id"], set())
                entry.values["anonymous_id"] = new_anonymous_id(randomness, known)

    def _plan_attempts(self) -> None:
        sheet = self._book.sheet("submission_attempts", Unique(("submission_id", "attempt"), ""))
        for piece in self.pieces:
            for number, attempt in enumerate(piece.submission.attempts, start=1):
                values: Row = {
                    "submission_id": piece.entry.id,
                    "attempt": number,
                    "submission_type": attempt.submission_type,
                    "body": attempt.body,
                    "url": attempt.url,
                    "submitted_at": attempt.submitted_at,
                }
                sheet.add(piece.file, attempt, values)
        sheet.look(parents={"submission_id": self.existing()})
        sheet.match()

    def existing(self) -> list[int]:
        """The submissions that are in the database already."""
        return [piece.entry.id for piece in self.pieces if piece.entry.old is not None]

    def settle(self) -> None:
        """Place and grade the submissions, now that courses, enrolments and assignments are written."""
        slots: dict[int, Slots] = {}
        for piece in self.pieces:
            number = piece.plan.id
            if number not in slots:
                slots[number] = Slots(self._book.unit, number, assignment_ids=None, user_ids=None)
            self._place(piece, slots[number])
            self._grade(piece)

    def marks(self, piece: Piece) -> Marks | None:
        """How the grades of a piece's assignment are read; ``None`` for a deleted assignment."""
        rules = self._book.unit.rules(piece.plan.id)
        facts = rules.assignments.get(piece.owner.id)
        if facts is None:
            return None
        kept: dict[int, Marks] = rules.derived.setdefault("marks", {})
        if facts.id not in kept:
            kept[facts.id] = Marks(gradable(facts), assignment_scheme(rules, facts))
        return kept[facts.id]

    def read_grade(
        self, piece: Piece, thing: Struct, score: float | None, grade: str | None
    ) -> tuple[float | None, str | None]:
        """Score and grade as they are stored, whichever of them the file says."""
        marks = self.marks(piece)
        if marks is None or (score is None and grade is None):
            return score, grade
        if grade is None:
            return score, display(score, marks.gradable, marks.scheme)
        if score is not None:
            return score, grade
        entered = interpret(grade, marks.gradable, marks.scheme)
        if entered.outcome != "graded":
            self._book.complain(piece.file, thing, "grade", f"{grade!r} is no grade of this assignment")
        return entered.score, entered.grade

    def _place(self, piece: Piece, slots: Slots) -> None:
        students = slots.due.get(piece.owner.id)
        user_id = piece.entry.values["user_id"]
        if students is not None and user_id not in students:
            self._book.complain(piece.file, piece.submission, "user", "the assignment is not assigned to this student")
            return
        due_at = None if students is None else students[user_id]
        piece.entry.values["cached_due_date"] = due_at
        piece.entry.values["grading_period_id"] = slots.period_id(piece.owner.id, due_at)

    def _grade(self, piece: Piece) -> None:
        submission, entry = piece.submission, piece.entry
        values, old = entry.values, entry.old
        score, grade = self.read_grade(piece, submission, submission.score, submission.grade)
        said = piece.file.given(submission) if old is not None else ()
        regraded = (
            old is None or bool({"score", "grade", "excused"} & set(said)) or ("incomplete" in said and submission.incomplete)
        )
        if old is not None and not regraded:
            score, grade = old["score"], old["grade"]
            values["excused"] = old["excused"]
        graded = values["excused"] or score is not None
        values["score"], values["grade"] = score, grade
        values["workflow_state"] = _state(submission, values, old, graded=graded)
        differs = old is None or (score, grade, values["excused"]) != (old["score"], old["grade"], old["excused"])
        self._stamp(piece, graded=graded, differs=differs)
        version = 0 if old is None else int(old["version"])
        if old is None:
            values["version"] = 1 if graded else 0
        elif differs:
            values["version"] = version + 1
            entry.give("score", "grade", "excused", "version", "workflow_state", "graded_at", "posted_at", "grader_id")
        if values.get("version", 0) > version:
            self._versions.append(self._version(entry, version + 1))

    def _stamp(self, piece: Piece, *, graded: bool, differs: bool) -> None:
        """When it was graded and posted, by the file or else by the rule that a first grade is posted at once."""
        submission, entry = piece.submission, piece.entry
        old, now = entry.old, self._book.unit.now
        graded_at: datetime | None = submission.graded_at
        if graded_at is None and graded:
            graded_at = now if old is None or differs else old["graded_at"]
        posted_at: datetime | None = submission.posted_at
        if not piece.file.says(submission, "posted_at"):
            by_hand = piece.owner.values["post_manually"] if piece.owner.old is None else self._by_hand(piece)
            posted_at = None if old is None else old["posted_at"]
            if posted_at is None and graded and differs and not by_hand:
                posted_at = graded_at
        entry.values["graded_at"] = graded_at if graded else None
        entry.values["posted_at"] = posted_at
        if old is None:
            return
        said = piece.file.given(submission)
        entry.give(*(name for name in ("graded_at", "posted_at") if name in said))
        if "grader" in said:
            entry.give("grader_id")
        else:
            entry.values["grader_id"] = None if differs else old["grader_id"]

    def _by_hand(self, piece: Piece) -> bool:
        facts = self._book.unit.rules(piece.plan.id).assignments.get(piece.owner.id)
        return facts is None or facts.post_manually

    def _version(self, entry: Entry, number: int) -> Row:
        old = entry.old
        row: Row = {
            "submission_id": entry.id,
            "number": number,
            "course_id": entry.values["course_id"],
            "assignment_id": entry.values["assignment_id"],
            "user_id": entry.values["user_id"],
            "cause": "load",
            "old_score": old and old["score"],
            "old_grade": old and old["grade"],
            "old_excused": bool(old and old["excused"]),
            "created_at": self._book.unit.now,
        }
        for name in _VERSION:
            row[name] = entry.values[name]
        return row

    def write(self) -> None:
        """Write submissions, attempts and grade versions."""
        book = self._book
        book.sheets["submissions"].write()
        book.sheets["submission_attempts"].write()
        rows.insert(book.unit.connection, "grade_versions", self._versions)
        book.count("grade_versions", len(self._versions), 0)


def _state(submission: Submission, values: Row, old: Row | None, *, graded: bool) -> str:
    if submission.pending_review and not values["excused"]:
        return "pending_review"
    if graded:
        return "graded"
    handed_in = values["submitted_at"] is not None or (old is not None and old["submitted_at"] is not None)
    return "submitted" if handed_in else "unsubmitted"
