"""The sample institution: a university with a course of real grades, one assignment of which waits to be moderated.

The course is module AAA, presentation 2013J, of the Open University Learning Analytics Dataset (CC BY 4.0; see ``README.md``
beside this file). Its last tutor-marked assessment is moderated: the real scores are not in the gradebook; instead two markers
have graded provisionally, with marks simulated around the real ones.
"""

from __future__ import annotations

import random
from importlib.resources import files

from gradewire.core.documents import Document
from gradewire.core.institution import Institution, read
from gradewire.core.institution.courses import Assignment, Course, Enrollment
from gradewire.core.institution.work import Attempt, Comment, ProvisionalGrade, Submission
from gradewire.sample.oulad import Presentation, build_course, build_user, read_presentations

COURSE = 1
"""The id of the course of real grades."""
MODERATED = 1756
"""The id of its moderated assignment: that of the assessment in the data."""
ADMIN, TEACHER, MARKERS = 1, 2, (3, 4)
STUDENT = 11391
"""A student who handed in everything."""

SEED = 1756
LENIENCE = (1.5, -2.0)
"""By how many points the markers differ from the real score on average ..."""
SPREAD = 4.0
"""... and the standard deviation around that. Marks are whole numbers from 0 to 100."""
UNREAD = 12
"""The second marker has not come to every twelfth piece of work yet."""


def documents() -> list[Document[Institution]]:
    """The files to load; what they say never changes."""
    (presentation,) = read_presentations(lambda name: (files(__name__) / name).read_bytes())
    college = read("college.yaml", (files(__name__) / "college.yaml").read_bytes())
    users = tuple(build_user(student, ids=True) for student in presentation.students)
    course = _real_course(presentation)
    return [college, Document("OULAD AAA 2013J", Institution(users=users, courses=(course,)))]


def _real_course(presentation: Presentation) -> Course:
    staff = (
        Enrollment(user=TEACHER, type="TeacherEnrollment"),
        *(Enrollment(user=marker, type="TaEnrollment") for marker in MARKERS),
    )
    return build_course(
        presentation,
        teacher=TEACHER,
        staff=staff,
        name="Social Sciences (OULAD AAA 2013J)",
        course_id=COURSE,
        term="2013J",
        moderated=lambda assignment, _: moderate(assignment) if assignment.id == MODERATED else assignment,
        ids=True,
    )


def moderate(assignment: Assignment) -> Assignment:
    """The assignment before moderation: provisional grades of two markers instead of the real ones, the same every time."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose, and nothing secret
    submissions = []
    for number, submission in enumerate(assignment.submissions, start=1):
        grades = []
        for position, marker in enumerate(MARKERS):
            error = dice.gauss(LENIENCE[position], SPREAD)
            if submission.score is None or (position == 1 and number % UNREAD == 0):
                continue
            score = float(min(max(round(submission.score + error), 0), 100))
            grades.append(
                ProvisionalGrade(
                    scorer=marker,
                    score=score,
                    graded_at=submission.graded_at,
                    comments=(Comment(comment=_remark(score), created_at=submission.graded_at),),
                )
            )
        submissions.append(
            Submission(
                user=submission.user,
                attempts=tuple(
                    Attempt(
                        submitted_at=one.submitted_at,
                        body="<p>The data set has scores, but not the texts they were given for.</p>",
                    )
                    for one in submission.attempts
                ),
                provisional_grades=tuple(grades),
            )
        )
    return Assignment(
        id=assignment.id,
        name=assignment.name,
        sis_id=assignment.sis_id,
        group=assignment.group,
        points_possible=assignment.points_possible,
        due_at=assignment.due_at,
        description="<p>Two markers grade, the teacher decides. The markers' grades are simulated: see the README.</p>",
        moderated_grading=True,
        grader_count=len(MARKERS),
        final_grader=TEACHER,
        submissions=tuple(submissions),
    )


def _remark(score: float) -> str:
    for least, remark in ((85, "Excellent."), (70, "Good work."), (55, "Sound, with gaps."), (40, "Just enough.")):
        if score >= least:
            return remark
    return "Not enough yet."
