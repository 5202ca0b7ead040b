"""A student's own work for an assignment: handing it in, asking about it; and the files of work, for who may see them."""

from __future__ import annotations

from gradewire.actions import files, handing_in, student_work, submission_grading, uploads
from gradewire.actions.handing_in import HandIn
from gradewire.actions.submission_comments import CommentCommand
from gradewire.actions.submission_grading import GradingRequest
from gradewire.actions.uploads import Announcement
from gradewire.core.errors import Invalid, Malformed, Missing, Refused, TooLarge
from gradewire.core.grading import GradeCommand
from gradewire.web.course_navigation import stops
from gradewire.web.failures import message_of
from gradewire.web.visits import Download, Page, Place, Redirect, Visit

PATH = "/courses/{course_id:str}/assignments/{assignment_id:str}/work"
MOST_BYTES = 32 * 1024 * 1024
"""Of a file that comes with the form; larger ones come through the API."""
LONGEST_COMMENT = 65_535
DONE = {"handed_in": "Your work is handed in.", "commented": "Your comment is sent."}


def show(visit: Visit) -> Page:
    """The page of the reader's own work."""
    return _page(visit, done=DONE.get(visit.query.get("done", "")))


def save(visit: Visit) -> Page | Redirect:
    """Hand in, or comment. What is refused is shown with what was typed still there."""
    try:
        done = _comment(visit) if "comment" in visit.form else _hand_in(visit)
    except TooLarge:
        return _page(visit, error="The file is larger than this server takes.")
    except (Refused, Invalid, Malformed, Missing) as error:
        return _page(visit, error=_explain(error))
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    return Redirect(path=f"/courses/{course_id}/assignments/{assignment_id}/work?done={done}")


def _hand_in(visit: Visit) -> str:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    kind = visit.sent("kind")
    file_ids = None
    if kind == "online_upload":
        file = visit.files.get("file")
        if file is None or not file.filename or not file.content:
            raise Refused("handing_in", "Choose a file first.")
        own = visit.session.user_id if visit.session else 0
        sent = Announcement(name=file.filename, size=len(file.content))
        announced = visit.write(lambda unit: uploads.announce_for_submission(unit, course_id, assignment_id, own, sent))
        uploads.receive_whole(visit.world, announced.attachment_id, announced.secret, file.content)
        file_ids = [announced.attachment_id]
    work = HandIn(submission_type=kind, body=visit.sent("body"), url=visit.sent("url"), file_ids=file_ids)
    visit.write(lambda unit: handing_in.submit(unit, course_id, assignment_id, work))
    return "handed_in"


def _comment(visit: Visit) -> str:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    text = visit.sent("comment")
    if not text.strip():
        raise Malformed("The comment is empty.")
    if len(text) > LONGEST_COMMENT:
        raise Malformed(f"The comment is too long; {LONGEST_COMMENT} characters are the limit.")
    own = visit.session.user_id if visit.session else 0
    request = GradingRequest(command=GradeCommand(), grades=False, comment=CommentCommand(text))
    visit.write(lambda unit: submission_grading.grade_or_comment(unit, course_id, assignment_id, request=request, user_id=own))
    return "commented"


def _explain(error: Refused | Invalid | Malformed | Missing) -> str:
    """The words of the API, said to a person."""
    message = message_of(error)
    if "Required: submission[body]" in message:
        return "Write your text first."
    if "Required: submission[url]" in message:
        return "Type the address first."
    if message == "Invalid file type":
        return "This assignment takes files of other types."
    return message


def _page(visit: Visit, *, done: str | None = None, error: str | None = None) -> Page:
    course_id, assignment_id = visit.number("course_id"), visit.number("assignment_id")
    work = visit.read(lambda unit: student_work.show(unit, course_id, assignment_id))
    context = {
        "course": work.access.rules.course,
        "stops": stops(work.access),
        "stop": "Grades",
        "work": work,
        "path": f"/courses/{course_id}/assignments/{assignment_id}/work",
        "done": done if error is None else None,
        "error": error,
        "typed": visit.form,
    }
    return Page(template="student_work.html", context=context, status=200 if error is None else 422)


def download(visit: Visit) -> Download:
    """A file of an attempt or a comment that the reader sees. It is saved, never shown on this site."""
    file_id = visit.number("file_id")
    row, chunks = visit.read(lambda unit: files.open_file(unit, file_id))
    return Download(content=chunks, filename=row.display_name, media_type=row.content_type)


PLACES = [
    Place(method="GET", path=PATH, page=show),
    Place(method="POST", path=PATH, page=save, most_bytes=MOST_BYTES),
    Place(method="GET", path="/work_files/{file_id:str}", page=download),
]
