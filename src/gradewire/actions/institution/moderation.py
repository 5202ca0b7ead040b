"""What goes with submissions: comments, rubric assessments; where it is moderated, graders, provisional grades and choices."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.institution.assignments import Assignments
from gradewire.actions.institution.book import Book, Entry, Unique
from gradewire.actions.institution.courses import CoursePlan, Courses
from gradewire.actions.institution.people import People
from gradewire.actions.institution.work import Piece, Work
from gradewire.actions.placement import new_anonymous_id
from gradewire.core.institution.courses import Assignment
from gradewire.core.institution.work import Comment, ProvisionalGrade, RubricAssessment
from gradewire.store.institution import Row

FINAL = "final"


class Mark(Struct, frozen=True):
    """A provisional grade of a file."""

    piece: Piece
    grade: ProvisionalGrade
    entry: Entry


class Moderation:
    """Comments, assessments, provisional grades, graders and moderation sets of the files."""

    def __init__(self, book: Book, courses: Courses, assignments: Assignments, work: Work, people: People) -> None:
        self._book = book
        self._courses = courses
        self._assignments = assignments
        self._work = work
        self._people = people
        self._marks: list[Mark] = []

    def plan(self) -> None:
        self._plan_marks()
        self._plan_graders()
        self._plan_selections()
        self._plan_comments()
        self._plan_assessments()

    def _plan_marks(self) -> None:
        sheet = self._book.sheet(
            "provisional_grades",
            Unique(("submission_id", "mark"), "scorer"),
            columns={"scorer": ("scorer_id",), "final": (), "score": ("score", "grade"), "grade": ("score", "grade")},
        )
        sheet.virtual = ("mark",)
        for piece in self._work.pieces:
            for grade in piece.submission.provisional_grades:
                scorer = self._people.resolve(piece.file, grade, "scorer", grade.scorer)
                values: Row = {
                    "course_id": piece.plan.id,
                    "submission_id": piece.entry.id,
                    "assignment_id": piece.owner.id,
                    "student_id": piece.entry.values["user_id"],
                    "scorer_id": scorer,
                    "score": grade.score,
                    "grade": grade.grade,
                    "graded_at": grade.graded_at,
                    "final": grade.final,
                    "graded_anonymously": grade.graded_anonymously,
                    "created_at": grade.created_at,
                    "mark": FINAL if grade.final else scorer,
                }
                self._marks.append(Mark(piece, grade, sheet.add(piece.file, grade, values, id=grade.id)))
        sheet.look(parents={"submission_id": self._work.existing()})
        for row in sheet.there.values():
            row["mark"] = FINAL if row["final"] else row["scorer_id"]
        sheet.match(same_parent="submission_id")

    def _plan_graders(self) -> None:
        book = self._book
        sheet = book.sheet(
            "moderation_graders",
            Unique(("assignment_id", "user_id"), "user"),
            Unique(("assignment_id", "anonymous_id"), "anonymous_id"),
        )
        scorers: dict[int, set[int]] = {}
        for mark in self._marks:
            if mark.entry.values["scorer_id"] is not None:
                scorers.setdefault(mark.piece.owner.id, set()).add(mark.entry.values["scorer_id"])
        moderated = [
            (plan, assignment, self._assignments.entries[id(assignment)])
            for plan in self._courses.plans
            for assignment in plan.course.assignments
            if assignment.moderated_grading
        ]
        for plan, assignment, owner in moderated:
            for grader in assignment.graders:
                user_id = self._people.resolve(plan.file, grader, "user", grader.user)
                has_graded = user_id in scorers.get(owner.id, ())
                values: Row = {
                    "assignment_id": owner.id,
                    "user_id": user_id,
                    "anonymous_id": grader.anonymous_id,
                    "slot_taken": grader.slot_taken or has_graded,
                }
                if has_graded:
                    scorers[owner.id].remove(values["user_id"])
                sheet.add(plan.file, grader, values, id=grader.id).give("slot_taken")
            for scorer_id in sorted(scorers.get(owner.id, ())):
                unsaid: Row = {"assignment_id": owner.id, "user_id": scorer_id, "anonymous_id": None, "slot_taken": True}
                sheet.add(plan.file, None, unsaid).give("slot_taken")
        sheet.look(parents={"assignment_id": [owner.id for _, _, owner in moderated if owner.old is not None]})
        sheet.match(same_parent="assignment_id")
        taken: dict[int, set[str]] = {}
        for row in [*sheet.there.values(), *(entry.values for entry in sheet.entries)]:
            taken.setdefault(row["assignment_id"], set()).add(row["anonymous_id"])
        for entry in sheet.entries:
            if entry.old is None and entry.values["anonymous_id"] is None:
                known = taken[entry.values["assignment_id"]]
                entry.values["anonymous_id"] = new_anonymous_id(book.unit.world.randomness, known)
        for plan, assignment, owner in moderated:
            self._check_slots(plan, assignment, owner)

    def _check_slots(self, plan: CoursePlan, assignment: Assignment, owner: Entry) -> None:
        """The graders with a slot, the final grader apart, are not more than the slots."""
        sheet = self._book.sheets["moderation_graders"]
        slots = {row["user_id"]: row["slot_taken"] for row in sheet.there.values() if row["assignment_id"] == owner.id}
        for entry in sheet.entries:
            if entry.values["assignment_id"] == owner.id:
                slots[entry.values["user_id"]] = entry.values["slot_taken"]
        slots.pop(owner.values["final_grader_id"], None)
        taken = sum(map(bool, slots.values()))
        if taken > assignment.grader_count > 0:
            message = f"{taken} markers have graded provisionally; there cannot be fewer slots"
            self._book.complain(plan.file, assignment, "grader_count", message)

    def _plan_selections(self) -> None:
        book = self._book
        sheet = book.sheet("moderated_students", Unique(("assignment_id", "student_id"), ""))
        chosen = {mark.piece.entry.id: mark for mark in self._marks if mark.grade.selected}
        members: set[tuple[int, int]] = set()
        for mark in chosen.values():
            values: Row = {
                "assignment_id": mark.piece.owner.id,
                "student_id": mark.piece.entry.values["user_id"],
                "selected_provisional_grade_id": mark.entry.id,
            }
            members.add((values["assignment_id"], values["student_id"]))
            sheet.add(mark.piece.file, mark.grade, values).give("selected_provisional_grade_id")
        existing = [mark.piece.owner.id for mark in chosen.values() if mark.piece.owner.old is not None]
        for plan in self._courses.plans:
            for assignment in plan.course.assignments:
                owner = self._assignments.entries[id(assignment)]
                if owner.old is not None and assignment.moderated_students:
                    existing.append(owner.id)
                for position, ref in enumerate(assignment.moderated_students):
                    student = self._people.resolve(plan.file, assignment, f"moderated_students[{position}]", ref)
                    if student is not None and (owner.id, student) not in members:
                        members.add((owner.id, student))
                        unchosen: Row = {
                            "assignment_id": owner.id,
                            "student_id": student,
                            "selected_provisional_grade_id": None,
                        }
                        sheet.add(plan.file, assignment, unchosen)
        sheet.look(parents={"assignment_id": set(existing)})
        sheet.match()

    def _plan_comments(self) -> None:
        known = ("submission_id", "author_id", "provisional_grade_id", "comment")
        sheet = self._book.sheet(
            "submission_comments",
            Unique(known, "comment", nulls=True),
            columns={"grade_comment": ("is_grade_comment",)},
        )
        for piece in self._work.pieces:
            chosen = self._grade_comment(piece)
            for comment in piece.submission.comments:
                self._add_comment(piece, comment, None, of_grade=comment is chosen)
        for mark in self._marks:
            for comment in mark.grade.comments:
                self._add_comment(mark.piece, comment, mark)
        sheet.look(parents={"submission_id": self._work.existing()})
        sheet.match(same_parent="submission_id")

    def _grade_comment(self, piece: Piece) -> Comment | None:
        """The comment that goes with a grade: the one that says so, else the last one of a new submission that is not the
        student's."""
        comments = piece.submission.comments
        said = [comment for comment in comments if comment.grade_comment]
        if said or piece.entry.old is not None:
            return said[0] if said else None
        own = {piece.entry.values["user_id"]}
        others = [
            comment
            for comment in comments
            if comment.grade_comment is None
            and not comment.draft
            and comment.author is not None
            and self._people.names.find(comment.author) != own
        ]
        return others[-1] if others else None

    def _add_comment(self, piece: Piece, comment: Comment, mark: Mark | None, *, of_grade: bool = False) -> None:
        author = self._people.resolve(piece.file, comment, "author", comment.author)
        if mark is not None and comment.author is None:
            author = mark.entry.values["scorer_id"]
        values: Row = {
            "submission_id": piece.entry.id,
            "course_id": piece.plan.id,
            "author_id": author,
            "provisional_grade_id": None if mark is None else mark.entry.id,
            "comment": comment.comment,
            "attempt": comment.attempt,
            "hidden": comment.hidden,
            "draft": comment.draft,
            "is_grade_comment": of_grade,
            "written_with_grade": comment.written_with_grade,
            "created_at": comment.created_at,
        }
        sheet = self._book.sheets["submission_comments"]
        sheet.add(piece.file, comment, values, id=comment.id)

    def _plan_assessments(self) -> None:
        known = ("rubric_association_id", "submission_id", "provisional_grade_id", "kind")
        sheet = self._book.sheet(
            "rubric_assessments",
            Unique(known, "", nulls=True),
            columns={"criteria": ("data", "score"), "assessor": ("assessor_id",)},
        )
        sheet.virtual = ("kind",)
        criteria = self._criteria()
        for piece in self._work.pieces:
            for assessment in piece.submission.rubric_assessments:
                self._add_assessment(piece, assessment, None, criteria)
        for mark in self._marks:
            for assessment in mark.grade.rubric_assessments:
                self._add_assessment(mark.piece, assessment, mark, criteria)
        sheet.look(parents={"submission_id": self._work.existing()})
        for row in sheet.there.values():
            row["kind"] = _kind(row)
        sheet.match(same_parent="submission_id")

    def _criteria(self) -> dict[int, dict[str, dict[str, str]]]:
        """For each rubric its criteria, for each of these the texts of its ratings."""
        sheet = self._book.sheets["rubrics"]
        data = {row["id"]: row["data"] for row in sheet.there.values()}
        data.update((entry.id, entry.values["data"]) for entry in sheet.entries)
        return {
            number: {
                criterion["id"]: {rating["id"]: rating["description"] for rating in criterion.get("ratings") or ()}
                for criterion in rubric
            }
            for number, rubric in data.items()
        }

    def _add_assessment(
        self,
        piece: Piece,
        assessment: RubricAssessment,
        mark: Mark | None,
        criteria: dict[int, dict[str, dict[str, str]]],
    ) -> None:
        association = self._assignments.associations.get(id(piece.assignment))
        if association is None or association.values["rubric_id"] is None:
            return  # told already
        rubric = criteria[association.values["rubric_id"]]
        data = []
        for judged in assessment.criteria:
            if judged.criterion not in rubric:
                self._book.complain(piece.file, judged, "criterion", f"the rubric has no criterion {judged.criterion!r}")
                continue
            if judged.rating is not None and judged.rating not in rubric[judged.criterion]:
                self._book.complain(piece.file, judged, "rating", f"the criterion has no rating {judged.rating!r}")
            data.append(
                {
                    "id": judged.rating or "blank",
                    "criterion_id": judged.criterion,
                    "learning_outcome_id": None,
                    "points": judged.points,
                    "description": rubric[judged.criterion].get(judged.rating or "", ""),
                    "comments": judged.comments,
                }
            )
        assessor = self._people.resolve(piece.file, assessment, "assessor", assessment.assessor)
        if mark is not None and assessment.assessor is None:
            assessor = mark.entry.values["scorer_id"]
        points = [judged.points for judged in assessment.criteria if judged.points is not None]
        values: Row = {
            "rubric_id": association.values["rubric_id"],
            "rubric_association_id": association.id,
            "submission_id": piece.entry.id,
            "provisional_grade_id": None if mark is None else mark.entry.id,
            "user_id": piece.entry.values["user_id"],
            "assessor_id": assessor,
            "assessment_type": assessment.assessment_type,
            "score": (sum(points) if points else None) if assessment.score is None else assessment.score,
            "data": data,
            "artifact_attempt": assessment.artifact_attempt,
        }
        values["kind"] = _kind(values)
        self._book.sheets["rubric_assessments"].add(piece.file, assessment, values, id=assessment.id)

    def settle(self) -> None:
        """Read the provisional grades, now that assignments and their schemes are written."""
        now = self._book.unit.now
        for mark in self._marks:
            values, old = mark.entry.values, mark.entry.old
            score, grade = self._work.read_grade(mark.piece, mark.grade, mark.grade.score, mark.grade.grade)
            values["score"], values["grade"] = score, grade
            differs = old is None or (score, grade) != (old["score"], old["grade"])
            if mark.grade.graded_at is None and score is not None:
                values["graded_at"] = now if differs or old is None else old["graded_at"]
                if old is not None and differs and "score" in mark.entry.given:
                    mark.entry.give("graded_at")

    def write(self) -> None:
        """Write it all, what is referred to first."""
        for table in (
            "moderation_graders",
            "provisional_grades",
            "moderated_students",
            "submission_comments",
            "rubric_assessments",
        ):
            self._book.sheets[table].write()


def _kind(row: Row) -> int | None:
    """There is one assessment for grading; of the other kinds, each assessor has one."""
    return None if row["assessment_type"] == "grading" else row["assessor_id"]
