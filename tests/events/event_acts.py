"""What people do in the event cases: ``T enters 8 for S1 on A1``, ``T hides grades of A2``, ``final grader selects it``.

Grades of people are typed into SpeedGrader's form in a browser, unless a case says otherwise or only a state is to be brought
about; all else goes over the API by an access token, as Canvas's own pages do it by scripts.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gradewire.store import tables as t
from tests.events.event_cases import Case, Grammar
from tests.events.event_world import ASSIGNMENTS, COURSE, ENROLLMENTS, PEOPLE, SECTIONS, days_ago

ACTS = Grammar()
act = ACTS.word
HERE = f"/courses/{COURSE}"
ROUTES = (
    r"(?P<route> from the page /\S+| (?:by|through|over|with|via) "
    r"(?:the API|an? (?:access )?token|the web|a browser|CSV|a bulk update|bulk))?"
)
KINDS = {
    "points": "points",
    "percent": "percent",
    "letter grade": "letter_grade",
    "letter_grade": "letter_grade",
    "letters": "letter_grade",
    "gpa scale": "gpa_scale",
    "gpa_scale": "gpa_scale",
    "GPA": "gpa_scale",
    "pass/fail": "pass_fail",
    "pass_fail": "pass_fail",
    "pass fail": "pass_fail",
    "complete/incomplete": "pass_fail",
}


def grade(case: Case, who: str, student: str, assignment: str, value: str, *, route: str = "") -> None:
    """One grade, by the way that the case means: a browser, a token, a file or a bulk update."""
    stage = case.stage
    page = route.rpartition(" ")[2] if "page" in route else None
    if "CSV" in route:
        import_csv(case, who, {(student, assignment): value})
    elif "bulk" in route:
        bulk(case, who, assignment, {student: {"posted_grade": value}})
    elif (
        who == "tool"
        or case.at_once
        or stage.mask
        or "API" in route
        or "token" in route
        or stage.grade_of(student, assignment) == value
    ):
        stage.put(student, assignment, who, posted_grade=value)
    else:
        stage.web(student, assignment, who, page=page, grade=value)


def plain(value: str) -> str:
    return value.strip("\"'“”").removeprefix("letter grade ").replace(" %", "%")


@act(
    r"{who} (?:enters|gives|types|sets|puts|grades|regrades) {value}(?: again)? "
    r"(?:for|to) {students}(?: (?:on|for) {assignment})?" + ROUTES,
    r"{who} (?:grades|regrades) {students}(?: on {assignment})? (?:with|to|as|at) {value}" + ROUTES,
    r"{who} changes the grade (?:of {students} )?(?:on {assignment} )?(?:from \S+ )?to {value}" + ROUTES,
)
def enter(
    case: Case,
    who: str,
    value: str,
    students: list[str],
    assignment: str | None = None,
    route: str = "",
) -> None:
    for student in students:
        grade(case, who, student, assignment or case.assignment, plain(value), route=route)


@act(
    r"{who} enters (?P<values>[-\d.]+(?:, [-\d.]+)+(?:,? and [-\d.]+)?) for {student} on {assignment}"
    r"(?P<while> quickly(?: while the endpoint fails every (?:second|other) request)?)?"
)
def enter_each(case: Case, who: str, values: str, student: str, assignment: str, **said: Any) -> None:
    """One after the other. An endpoint that fails every second request is there from before the first."""
    if "endpoint" in said.get("while", ""):
        from tests.events.event_givens import subscribe_receiver

        receiver = subscribe_receiver(case)
        asked: list[bool] = []

        def answer(_got: Any) -> tuple[int, dict[str, str], bytes]:
            asked.append(True)
            return (500 if len(asked) % 2 else 200), {}, b""

        receiver.answer = answer
    for value in re.findall(r"-?[\d.]*\d", values):
        grade(case, who, student, assignment, value, route=" by the API")


@act(r"{who} enters the same (?:grade|value|score)(?: again)?(?: for {students})?(?: on {assignment})?" + ROUTES)
def enter_again(case: Case, who: str, students: list[str], assignment: str, route: str = "") -> None:
    for student in students:
        value = case.stage.grade_of(student, assignment) or ""
        grade(case, who, student, assignment, value, route=route or " by the API")


@act(r"two different grades for {student} on {assignment} in two requests")
def two_grades(case: Case, student: str, assignment: str) -> None:
    for value in ("4", "6"):
        grade(case, "T", student, assignment, value)


@act(r"(?:{who} )?clears? (?:the |a )?(?:grade|score)s?(?: (?:of|for) {students})?(?: on {assignment})?" + ROUTES)
def clear(case: Case, students: list[str], assignment: str, who: str = "T", route: str = "") -> None:
    for student in students:
        if case.stage.grade_of(student, assignment) is None:
            case.stage.put(student, assignment, "T", posted_grade="5")
        grade(case, who, student, assignment, "", route=route)


@act(r"{who} excuses {students}(?: (?:on|from) {assignment})?" + ROUTES)
def excuse(case: Case, who: str, students: list[str], assignment: str, route: str = "") -> None:
    for student in students:
        if case.at_once or "API" in route or "token" in route:
            case.stage.put(student, assignment, who, excuse=True)
        else:
            case.stage.web(student, assignment, who, excuse="1")


@act(
    r"{who} (?:un-?excuses|removes the excuse of|ends the excusal of) {students}"
    r"(?: (?:on|from) {assignment})?(?: without (?:a )?grade)?"
)
def unexcuse(case: Case, who: str, students: list[str], assignment: str) -> None:
    for student in students:
        case.stage.put(student, assignment, who, excuse=False)


@act(r"{who} sends excuse=(?P<excuse>true|false)(?: and nothing else)? for {students} on {assignment}")
def send_excuse(case: Case, who: str, excuse: str, students: list[str], assignment: str) -> None:
    for student in students:
        case.stage.put(student, assignment, who, excuse=excuse == "true")


@act(
    r"{who} (?:comments|writes a (?:visible )?comment|leaves a (?:visible )?comment)"
    r"(?: (?:for|to|about|on the submission of) {students})?(?: on {assignment})?(?: only| without a grade)?"
)
def comment(case: Case, who: str, students: list[str], assignment: str) -> None:
    for student in students:
        if who == "T" and not case.at_once:
            case.stage.web(student, assignment, who, comment="Well done.")
        else:
            path = f"{HERE}/assignments/{ASSIGNMENTS[assignment]}/submissions/{PEOPLE[student]}"
            case.stage.done("PUT", path, who, body={"comment": {"text_comment": "Well done."}})


@act(
    r"{who} (?P<verb>posts|hides)(?: the)?(?P<graded> graded)? ?(?:grades|scores)? "
    r"(?:of|for|on) {assignment}(?: (?:for|of|in) (?:the )?section (?P<section>\d))?"
    r"(?P<only>,? (?:graded only|only graded ones))?"
)
def turn_grades(case: Case, who: str, verb: str, assignment: str, section: str = "", **said: Any) -> None:
    only = bool(said.get("graded") or said.get("only"))
    body = {"graded_only": only, **({"section_ids": [SECTIONS[section]]} if section else {})}
    path = f"{HERE}/assignments/{ASSIGNMENTS[assignment]}/{'post' if verb == 'posts' else 'hide'}_grades"
    case.stage.done("POST", path, who, body=body)


@act(r"posting job", r"a posting job")
def posting_job(case: Case) -> None:
    case.stage.put("S1", "A2", posted_grade="6")
    turn_grades(case, "T", "posts", "A2")


@act(r"grade without points possible")
def grade_without_points(case: Case) -> None:
    change_assignment(case, "A1", points_possible=None)
    grade(case, "T", "S1", "A1", "4")


@act(r"grade {student} without SIS id")
def grade_student(case: Case, student: str) -> None:
    grade(case, "T", student, "A1", "3")


@act(r"(?:an )?(?:auto-scored|automatically (?:graded|scored)) quiz(?: of {student})?")
def automatic(case: Case, student: str) -> None:
    """Quizzes are not of this server: the program that has them writes the score by a tool's token."""
    grade(case, "tool", student, "A1", "7")


@act(r"{who} (?:posts|writes|sends|scores) {number} (?:of|out of) (?P<most>\d+(?:\.\d+)?) for {students} on {assignment}")
def score(case: Case, who: str, number: str, most: str, students: list[str], assignment: str) -> None:
    """A tool speaks of its own points; what counts is the share."""
    for student in students:
        grade(case, who, student, assignment, f"{float(number) / float(most) * 100:g}%")


def change_assignment(case: Case, assignment: str, who: str = "T", **values: Any) -> None:
    case.stage.done("PUT", f"{HERE}/assignments/{ASSIGNMENTS[assignment]}", who, body={"assignment": values})


@act(r"{who} changes (?:the )?points(?: possible)? of {assignment} (?:from \S+ )?to (?P<points>\d+(?:\.\d+)?)")
def change_points(case: Case, who: str, assignment: str, points: str) -> None:
    change_assignment(case, assignment, who, points_possible=float(points))


@act(r"{who} changes (?:the )?grading type of {assignment} (?:from \S+ )?to (?P<kind>.+)")
def change_type(case: Case, who: str, assignment: str, kind: str) -> None:
    change_assignment(case, assignment, who, grading_type=KINDS[kind])


@act(r"{who} changes (?:the )?grading (?:scheme|standard) of {assignment}(?: to .+)?")
def change_scheme(case: Case, who: str, assignment: str) -> None:
    scheme = [{"name": "Good", "value": 60}, {"name": "Bad", "value": 0}]
    made = case.stage.done("POST", f"{HERE}/grading_standards", body={"title": "Two", "grading_scheme_entry": scheme})
    change_assignment(case, assignment, who, grading_standard_id=made["id"])


@act(r"{who} renames {assignment}(?: to (?P<title>.+))?")
def rename(case: Case, who: str, assignment: str, title: str = "Another name") -> None:
    change_assignment(case, assignment, who, name=title)


@act(r"{who} (?:moves|changes) (?:its|the) due date(?: of {assignment})?(?: without late effect)?")
def move_due_date(case: Case, who: str, assignment: str = "") -> None:
    change_assignment(case, assignment or case.assignment, who, due_at=days_ago(-7))


@act(r"{who} (?:edits|changes) (?:its|the) description(?: of {assignment})?")
def edit_description(case: Case, who: str, assignment: str = "") -> None:
    change_assignment(case, assignment or case.assignment, who, description="<p>Another.</p>")


@act(r"{who} (?P<verb>deletes|unpublishes|publishes) {assignment}")
def change_state(case: Case, who: str, verb: str, assignment: str) -> None:
    path = f"{HERE}/assignments/{ASSIGNMENTS[assignment]}"
    if verb == "deletes":
        case.stage.done("DELETE", path, who)
    elif verb == "publishes" and case.stage.is_moderated(assignment):
        publish(case, who, assignment)
    else:
        change_assignment(case, assignment, who, published=verb == "publishes")


@act(r"{who} publishes (?:the )?(?:moderated )?grades(?: of {assignment})?")
def publish(case: Case, who: str, assignment: str = "") -> None:
    name = assignment or case.assignment
    case.stage.done("POST", f"{HERE}/assignments/{ASSIGNMENTS[name]}/provisional_grades/publish", who)


@act(
    r"{who} gives {student} a provisional (?:grade (?:of )?|mark (?:of )?)?{value}(?: on {assignment})?",
    r"{who} changes it to {value}",
)
def mark(case: Case, who: str, value: str, student: str = "", assignment: str = "") -> None:
    """A provisional grade, for the student and the assignment that were spoken of last."""
    student, assignment = student or case.student, assignment or case.assignment
    if not case.stage.is_moderated(assignment):
        return (
            override(case, who, student, value)
            if case.outlets.get("override")
            else grade(case, who, student, assignment, value)
        )
    case.stage.put(student, assignment, who, posted_grade=plain(value), provisional=True)
    c = t.provisional_grades.c
    found = case.stage.rows(
        t.provisional_grades, c.submission_id == case.stage.submission_id(student, assignment), c.scorer_id == PEOPLE[who]
    )
    case.provisional = found[0]["id"]
    return None


@act(r"{who} selects (?:it|(?:the|that) (?:provisional )?(?:grade|mark))")
def select(case: Case, who: str) -> None:
    path = f"{HERE}/assignments/{ASSIGNMENTS[case.assignment]}/provisional_grades/{case.provisional}/select"
    case.stage.done("PUT", path, who)


@act(
    r"{who} (?:sets|changes) (?:the |an )?(?:course |final grade )?override (?:of|for) {student}"
    r"(?: in grading period (?P<period>\d+))? (?:from \S+ )?to {number}",
    r"{who} (?:sets|changes) it (?:again )?to {number}",
    r"{who} overrides (?:the (?:course |final )?grade of )?{student} (?:with|to) {number}",
)
def override(case: Case, who: str, student: str = "", number: str = "", period: str = "") -> None:
    set_override(case, who, student or case.student, number, period)


@act(r"{who} (?:removes|clears|deletes) (?:it|the (?:course )?override(?: of {student})?)")
def remove_override(case: Case, who: str, student: str = "") -> None:
    set_override(case, who, student or case.student, "")


def set_override(case: Case, who: str, student: str, score: str, period: str = "") -> None:
    case.stage.done("PUT", f"{HERE}/settings", body={"allow_final_grade_override": True})
    path = f"{HERE}/enrollments/{ENROLLMENTS[student]}/override_score"
    case.stage.done(
        "PUT", path, who, body={"override_score": score or None, **({"grading_period_id": period} if period else {})}
    )
    case.outlets["override"] = True


@act(r"{who} (?P<verb>deletes|concludes|deactivates|removes) (?:the enrol?lment of )?{student}(?: (?:in|from) C)?")
def end_enrollment(case: Case, who: str, verb: str, student: str) -> None:
    task = {"concludes": "conclude", "deactivates": "inactivate"}.get(verb, "delete")
    case.stage.done("DELETE", f"{HERE}/enrollments/{ENROLLMENTS[student]}", who, body={"task": task})


@act(r"{who} (?:re)?submits (?:a new attempt|an attempt|work|again|for the first time)?(?: ?(?:on )?{assignment})?(?: again)?")
def submit(case: Case, who: str, assignment: str = "") -> None:
    path = f"{HERE}/assignments/{ASSIGNMENTS[assignment or case.assignment]}/submissions"
    case.stage.done("POST", path, who, body={"submission": {"submission_type": "online_text_entry", "body": "Again."}})


PAIRS = r"(?P<pairs>\S+ for S\d(?:(?:, | and |, and )\S+ for S\d)*)"


@act(
    r"{who} (?:imports|uploads) (?:a |the )?CSV (?:file )?with " + PAIRS + r" on {assignment}",
    r"{who} (?:sends|does|makes|runs) a bulk update (?:with|of) " + PAIRS + r" on {assignment}",
)
def many(case: Case, who: str, pairs: str, assignment: str) -> None:
    found = {student: value for value, student in re.findall(r"(\S+) for (S\d)", pairs)}
    bulk(case, who, assignment, {student: {"posted_grade": value} for student, value in found.items()})


def bulk(case: Case, who: str, assignment: str, students: dict[str, Any]) -> None:
    data = {str(PEOPLE[student]): values for student, values in students.items()}
    path = f"{HERE}/assignments/{ASSIGNMENTS[assignment]}/submissions/update_grades"
    case.stage.done("POST", path, who, body={"grade_data": data})
    case.stage.work()


def import_csv(case: Case, who: str, cells: dict[tuple[str, str], str]) -> None:
    """The file that the gradebook exports, with other grades in these cells, and its preview applied."""
    import csv
    import io

    answer = case.stage.api("GET", f"{HERE}/gradebook/export.csv", who)
    sheet = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    for (student, assignment), value in cells.items():
        column = next(i for i, name in enumerate(sheet[0]) if name.endswith(f"({ASSIGNMENTS[assignment]})"))
        row = next(row for row in sheet if str(PEOPLE[student]) in row[1:3])
        row[column] = value
    text = io.StringIO()
    csv.writer(text).writerows(sheet)
    preview = case.stage.done("POST", f"{HERE}/gradebook/import", who, body=text.getvalue().encode())
    case.stage.done("POST", f"{HERE}/gradebook/import/{preview['token']}/apply", who)
    case.stage.work()


@act(
    r"(?:the )?(?:missing policy|periodic job|missing policy job) (?:runs"
    r"|fills in (?:the )?(?:score|scores)|is applied)(?: for {assignment})?"
)
def missing(case: Case, assignment: str = "") -> None:
    name = assignment or case.assignment
    with case.stage.world.store.writing.begin() as connection:
        due = datetime.now(UTC) - timedelta(days=1)
        connection.execute(
            sa.update(t.submissions).where(t.submissions.c.assignment_id == ASSIGNMENTS[name]).values(cached_due_date=due)
        )
    policy = {"missing_submission_deduction_enabled": True, "missing_submission_deduction": case.outlets.get("missing", 100)}
    case.stage.done("POST", f"{HERE}/late_policy", body={"late_policy": policy})
    case.stage.work()


@act(r"cause one event of each of the three names")
def each_name(case: Case) -> None:
    grade(case, "T", "S1", "A1", "8")
    set_override(case, "T", "S1", "90")


@act(r"{who} changes the weight of its group(?: to {number})?")
def change_weight(case: Case, who: str, number: str = "40") -> None:
    from tests.events.event_world import GROUP

    case.stage.done("PUT", f"{HERE}/assignment_groups/{GROUP}", who, body={"group_weight": float(number)})


@act(r"{who} omits {assignment} from the final grade")
def omit(case: Case, who: str, assignment: str) -> None:
    change_assignment(case, assignment, who, omit_from_final_grade=True)


@act(r"{who} asks what if {assignment} were {number}")
def what_if(case: Case, who: str, assignment: str, number: str) -> None:
    body = {"submissions": [{"assignment_id": ASSIGNMENTS[assignment], "score": float(number)}]}
    case.stage.done("POST", f"{HERE}/what_if_grades", who, body=body)


@act(r"{who} enrols (?P<whom>\w+) as a student")
def enrol(case: Case, who: str, whom: str) -> None:
    enrollment = {"user_id": PEOPLE[whom], "type": "StudentEnrollment", "enrollment_state": "active"}
    case.stage.done("POST", f"{HERE}/enrollments", who, body={"enrollment": enrollment})
