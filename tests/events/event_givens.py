"""What the event cases say is there before: ``S1 has 5 on A1``, ``late policy takes 10 % per day``, a queue on moto."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tests.events.event_acts import ACTS, KINDS, change_assignment, end_enrollment, enter, excuse, set_override, turn_grades
from tests.events.event_cases import Case, Grammar
from tests.events.event_world import ASSIGNMENTS, COURSE, PEOPLE, days_ago
from tests.events.receiver import Received, Receiver, receiving

GIVENS = Grammar(ACTS)
given = GIVENS.word
HERE = f"/courses/{COURSE}"

BEFORE = {
    "GC30": {"given": "S1 has 5 on A2, S2 has 7 on A2", "do": "T posts grades of A2"},
    "GC01": {"do": "T enters 8 for S1 on A1"},
}
"""Cases that others begin with, where the file at hand does not hold them."""


@given(r"(?P<case_id>[A-Z]{2}\d\d)(?: is)? done")
def another_case(case: Case, case_id: str) -> None:
    before = case.known.get(case_id) or BEFORE[case_id]
    case.speak(GIVENS, before.get("given"))
    case.speak(ACTS, before["do"])


@given(
    r"{students} (?:has|have|each have|was given|got) {value}(?: posted| visible)? on {assignment}(?: only)?",
    r"{assignment} (?:= |is ){value}(?: for {students})?",
    r"{assignment} of {students} (?:= |is ){value}",
)
def has(case: Case, students: list[str], value: str, assignment: str) -> None:
    enter(case, who="T", value=value, students=students, assignment=assignment)


@given(r"{assignment} = {value} (?P<posted>posted|unposted|hidden|not posted)(?: for {students})?")
def has_shown(case: Case, students: list[str], value: str, assignment: str, posted: str) -> None:
    enter(case, who="T", value=value, students=students, assignment=assignment)
    turn_grades(case, who="T", verb="posts" if posted == "posted" else "hides", assignment=assignment)


@given(r"{students} (?:has|have) {value} on {assignment},? (?:posted|and it is posted)")
def has_posted(case: Case, students: list[str], value: str, assignment: str) -> None:
    has_shown(case, students, value, assignment, "posted")


@given(r"{students} (?:has|have) {value} on {assignment},? (?:unposted|hidden|not posted)")
def has_unposted(case: Case, students: list[str], value: str, assignment: str) -> None:
    has(case, students, value, assignment)


@given(r"{students} (?:is|are) excused (?:on|from) {assignment}")
def is_excused(case: Case, students: list[str], assignment: str) -> None:
    excuse(case, who="T", students=students, assignment=assignment)


@given(
    r"{students} (?:has|have) no grades?(?: on {assignment})?",
    r"{assignment} ungraded",
    r"nobody (?:is|was) graded(?: on {assignment})?",
)
def nothing(case: Case, **_said: Any) -> None:
    """As the fixtures are."""


@given(r"{assignment} (?:is )?moderated(?:, [\w ,]+? (?:is|are) graders?)?")
def moderated(case: Case, assignment: str) -> None:
    change_assignment(case, assignment, moderated_grading=True, grader_count=2, final_grader_id=PEOPLE["T"])


@given(r"{assignment} (?:is |grades )?anonymous(?:ly)?(?:, unposted)?(?: grading)?")
def anonymous(case: Case, assignment: str) -> None:
    change_assignment(case, assignment, anonymous_grading=True)


@given(r"{assignment} (?:is )?omitted from the final grade", r"{assignment} does not count")
def omitted(case: Case, assignment: str) -> None:
    change_assignment(case, assignment, omit_from_final_grade=True)


@given(
    r"{assignment} (?:is |has )?(?:grading type |graded (?:as|by) |a )?"
    r"(?P<kind>points|percent|letter[ _]grade|letters|gpa[ _]scale|GPA|pass[ _/]fail|complete/incomplete)"
    r"(?: grading)?(?: assignment)?"
)
def grading_type(case: Case, assignment: str, kind: str) -> None:
    change_assignment(case, assignment, grading_type=KINDS[kind])


@given(r"{assignment} (?:has|is worth) (?P<points>no|\d+(?:\.\d+)?) points?(?: possible)?")
def points(case: Case, assignment: str, points: str) -> None:
    change_assignment(case, assignment, points_possible=None if points == "no" else float(points))


@given(r"{assignment} (?:is posted|posts|is) (?P<how>manually|automatically|by hand|manual posting|automatic posting)")
def posting(case: Case, assignment: str, how: str) -> None:
    case.stage.done(
        "PUT", f"{HERE}/assignments/{ASSIGNMENTS[assignment]}", body={"assignment": {"post_manually": how[0] in "mb"}}
    )


@given(r"(?:the )?late policy takes {number} ?% (?:per|a|for each) (?P<interval>day|hour)")
def late_policy(case: Case, number: str, interval: str) -> None:
    policy = {
        "late_submission_deduction_enabled": True,
        "late_submission_deduction": float(number),
        "late_submission_interval": interval,
    }
    case.stage.done("POST", f"{HERE}/late_policy", body={"late_policy": policy})


@given(r"{students} submitted {assignment}(?: (?P<amount>one|two|three|\d+) (?P<unit>day|hour)s? late| on time)?")
def submitted(case: Case, students: list[str], assignment: str, amount: str = "0", unit: str = "day") -> None:
    late = {"one": 1, "two": 2, "three": 3}.get(amount) or int(amount)
    days = late / (1 if unit == "day" else 24)
    change_assignment(case, assignment, due_at=days_ago(1 + days) if late else days_ago(-1))
    for student in students:
        submission = {
            "submission_type": "online_text_entry",
            "body": "Work.",
            "user_id": PEOPLE[student],
            "submitted_at": days_ago(1.01),
        }
        path = f"{HERE}/assignments/{ASSIGNMENTS[assignment]}/submissions"
        case.stage.done("POST", path, body={"submission": submission})


@given(r"(?:the )?missing policy (?:gives|sets|fills in) {number} ?%")
def missing_policy(case: Case, number: str) -> None:
    """Switched on by the case's act; the percentage is what is left of the points."""
    case.outlets["missing"] = 100 - float(number)


@given(
    r"{assignment} is (?:a group assignment|assigned to groups)(?:, (?P<members>[\w ,]+?) (?:are|is) (?:in )?(?:one|a) group)?"
)
def group_assignment(case: Case, assignment: str, members: str = "S1 and S2") -> None:
    made = case.stage.done("POST", f"{HERE}/group_categories", "T", body={"name": "Teams"})
    group = case.stage.done("POST", f"/group_categories/{made['id']}/groups", body={"name": "Team"})
    for name in PEOPLE:
        if name in members.replace(",", " ").split():
            case.stage.done("POST", f"/groups/{group['id']}/memberships", body={"user_id": PEOPLE[name]})
    change_assignment(case, assignment, group_category_id=made["id"], grade_group_students_individually=False)


@given(r"(?:grade |final grade )?overrides? (?:is |are )?(?:enabled|allowed) in C")
def overrides_enabled(case: Case) -> None:
    case.stage.done("PUT", f"{HERE}/settings", body={"allow_final_grade_override": True})


@given(r"(?:the )?(?:course )?override of {student} is {number}", r"{student} has (?:an|the) override(?: of)? {number}")
def has_override(case: Case, student: str, number: str) -> None:
    set_override(case, "T", student, number)


@given(r"{assignment} (?:is )?(?:named|titled) (?P<title>.+)")
def named(case: Case, assignment: str, title: str) -> None:
    if match := re.search(r"(\d+) characters", title):
        title = ("“Ünïcode” \"quoted\" 'too' \\ 🎓 — " * 20)[: int(match[1])]
    change_assignment(case, assignment, name=title)


@given(r"{students} (?:is|are) (?P<state>concluded|inactive|deleted)(?: in C)?")
def enrollment_state(case: Case, students: list[str], state: str) -> None:
    verb = {"concluded": "concludes", "inactive": "deactivates", "deleted": "deletes"}[state]
    for student in students:
        end_enrollment(case, who="T", verb=verb, student=student)


@given(r"(?:the )?clock (?:is |stands at )?(?P<moment>\d{4}-\S+)")
def clock(case: Case, moment: str) -> None:
    case.ended.enter_context(case.stage.clock_at(datetime.fromisoformat(moment)))


@given(r"(?:an )?SQS subscription to (?:the )?queue (?P<queue>\S+) on moto")
def queue(case: Case, queue: str) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    case.ended.callback(server.stop)
    host, port = server.get_host_and_port()
    own = {"region_name": "eu-central-1", "aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client = boto3.client("sqs", endpoint_url=f"http://{host}:{port}", **own)
    url = client.create_queue(QueueName=queue)["QueueUrl"]
    keys = {"region": "eu-central-1", "access_key_id": "key", "secret_access_key": "secret"}
    case.stage.subscribe("queue", {"kind": "sqs", "queue_url": url, "endpoint_url": f"http://{host}:{port}", **keys})
    case.outlets["queue"] = client, url


def subscribe_receiver(case: Case, **target: Any) -> Receiver:
    receiver = case.ended.enter_context(receiving(case.stage.directory))
    subscription = {"kind": "https", "url": receiver.url, "ca_file": str(receiver.ca_file), **target}
    case.outlets["subscription"] = case.stage.subscribe("https", subscription)
    case.outlets["https"] = receiver
    return receiver


@given(r"(?:an )?HTTPS endpoint always answers (?P<status>\d{3})")
def endpoint_answers(case: Case, status: str) -> None:
    receiver = subscribe_receiver(case)
    asked: list[Received] = case.outlets.setdefault("asked", [])

    def answer(got: Received) -> tuple[int, dict[str, str], bytes]:
        asked.append(got)
        return int(status), {}, b""

    receiver.answer = answer


@given(r"(?:an )?HTTPS subscription(?: with (?P<signing>signing))?")
def https(case: Case, signing: str = "") -> None:
    subscribe_receiver(case, signed=bool(signing))


@given(r"C has a grading period (?P<period>\d+)")
def grading_period(case: Case, period: str) -> None:
    """One in which everything lies."""
    dates = {"start_date": "2001-01-01T00:00:00Z", "end_date": "2101-01-01T00:00:00Z"}
    case.stage.reset(
        sets=[{"title": "Set", "periods": [{"id": int(period), "title": "All", **dates}]}],
        grading_period_set="Set",
        allow_final_grade_override=True,
    )
