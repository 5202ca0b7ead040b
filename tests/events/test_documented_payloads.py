"""The payloads that Canvas publishes for the three events and for Caliper, given the facts that they tell.

Left out of the comparison: ``assignment_name``, which Canvas sends and its documentation omits. Not reproduced: the wrong name
and the milliseconds of the body in the documented ``grade_override``. The courses in its address and in its metadata do not
agree there; ours do.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace

from gradewire.core.changes import CourseContext, RequestOrigin
from gradewire.events.caliper_check import check_envelope
from gradewire.events.render import EventSettings, render
from gradewire.events.subscriptions import Subscription, payload
from tests.events.facts import GRADE, OVERRIDE, SCORES

SHARD_2107 = EventSettings(base_url="https://grades.example.test", shard=2107)
SHARD_1 = 10_000_000_000_000
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_3) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/73.0.3683.103 Safari/537.36"
)

ROOT = "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs"
COURSE = CourseContext(
    course_id=565,
    account_id=79,
    root_account_id=1,
    root_account_uuid=ROOT,
    root_account_lti_guid=f"{ROOT}.oxana.instructure.com",
    sis_source_id="2017.100.101.101-1",
)
TEACHER = RequestOrigin(
    user_id=987,
    request_id="1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
    hostname="oxana.instructure.com",
    http_method="POST",
    url="https://oxana.instructure.com/api/v1/courses/565/assignments/355/submissions/48?include%5B%5D=visibility",
    client_ip="93.184.216.34",
    user_agent=SAFARI,
    referrer="https://oxana.instructure.com/courses/565/gradebook",
    session_id="ef686f8ed684abf78cbfa1f6a58112b5",
    user_login="teacher@example.edu",
    user_account_id=1,
    user_sis_id="456-T45",
    time_zone="America/Denver",
    context_role="TeacherEnrollment",
)
AT = datetime(2019, 11, 1, 19, 11, 5, 222_000, tzinfo=UTC)
EVENT_ID = UUID("319f0132-0584-4efd-9489-4959b7101731")


def test_grade_change() -> None:
    sent = render(GRADE, course=COURSE, origin=TEACHER, at=AT, event_id=EVENT_ID, settings=SHARD_2107)
    assert sent is not None
    event = json.loads(sent.canvas)
    del event["body"]["assignment_name"]
    assert event == {
        "metadata": {
            "client_ip": "93.184.216.34",
            "context_account_id": "21070000000000079",
            "context_id": "21070000000000565",
            "context_role": "TeacherEnrollment",
            "context_sis_source_id": "2017.100.101.101-1",
            "context_type": "Course",
            "event_name": "grade_change",
            "event_time": "2019-11-01T19:11:05.222Z",
            "hostname": "oxana.instructure.com",
            "http_method": "POST",
            "producer": "canvas",
            "referrer": "https://oxana.instructure.com/courses/565/gradebook",
            "request_id": "1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
            "root_account_id": "21070000000000001",
            "root_account_lti_guid": "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs.oxana.instructure.com",
            "root_account_uuid": "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs",
            "session_id": "ef686f8ed684abf78cbfa1f6a58112b5",
            "time_zone": "America/Denver",
            "url": "https://oxana.instructure.com/api/v1/courses/565/assignments/355/submissions/48?include%5B%5D=visibility",
            "user_account_id": "21070000000000001",
            "user_agent": SAFARI,
            "user_id": "21070000000000987",
            "user_login": "teacher@example.edu",
            "user_sis_id": "456-T45",
        },
        "body": {
            "assignment_id": "21070000000000355",
            "grade": "5",
            "grader_id": "21070000000000987",
            "grading_complete": True,
            "muted": False,
            "old_grade": "4",
            "old_points_possible": 1,
            "old_score": 4,
            "points_possible": 1,
            "score": 5,
            "student_id": "21070000000000048",
            "student_sis_id": "ABC.123",
            "submission_id": "21070000000011086",
            "user_id": "21070000000000048",
        },
    }


def test_course_grade_change() -> None:
    """The accounts of this payload are of another shard than its course and people."""
    root = "44fJ44GgJ29gJBsl43JLKgljsBIOTsbnKT48932g"
    course = CourseContext(
        course_id=2,
        account_id=3,
        root_account_id=SHARD_1 + 1,
        root_account_uuid=root,
        root_account_lti_guid="794d72b707af6ea82cfe3d5d473f16888a8366c7.canvas.docker",
        sis_source_id="194387",
    )
    origin = replace(
        TEACHER,
        user_id=1,
        user_account_id=SHARD_1 + 2,
        user_sis_id=None,
        request_id="98e1b771-fe22-4481-8264-d523dadb16b1",
        session_id="242872453a9d69f7ccddeb4788d22506",
        url="http://oxana.instructure.com/courses/2/gradebook/update_submission",
        referrer="http://oxana.instructure.com/courses/2/gradebook/speed_grader?assignment_id=39&student_id=2",
    )
    fact = replace(SCORES, course_id=2, user_id=2)
    at = datetime(2019, 12, 11, 16, 26, 34, 552_000, tzinfo=UTC)
    sent = render(fact, course=course, origin=origin, at=at, event_id=EVENT_ID, settings=SHARD_2107)
    assert sent is not None
    assert json.loads(sent.canvas) == {
        "metadata": {
            "root_account_uuid": "44fJ44GgJ29gJBsl43JLKgljsBIOTsbnKT48932g",
            "root_account_id": "10000000000001",
            "root_account_lti_guid": "794d72b707af6ea82cfe3d5d473f16888a8366c7.canvas.docker",
            "user_login": "teacher@example.edu",
            "user_account_id": "10000000000002",
            "user_sis_id": None,
            "user_id": "21070000000000001",
            "time_zone": "America/Denver",
            "context_type": "Course",
            "context_id": "21070000000000002",
            "context_sis_source_id": "194387",
            "context_account_id": "21070000000000003",
            "context_role": "TeacherEnrollment",
            "request_id": "98e1b771-fe22-4481-8264-d523dadb16b1",
            "session_id": "242872453a9d69f7ccddeb4788d22506",
            "hostname": "oxana.instructure.com",
            "http_method": "POST",
            "user_agent": SAFARI,
            "client_ip": "93.184.216.34",
            "url": "http://oxana.instructure.com/courses/2/gradebook/update_submission",
            "referrer": "http://oxana.instructure.com/courses/2/gradebook/speed_grader?assignment_id=39&student_id=2",
            "producer": "canvas",
            "event_name": "course_grade_change",
            "event_time": "2019-12-11T16:26:34.552Z",
        },
        "body": {
            "user_id": "2",
            "course_id": "2",
            "workflow_state": "active",
            "created_at": "2019-12-04T13:32:21Z",
            "updated_at": "2019-12-11T16:26:34Z",
            "current_score": 17.31,
            "old_current_score": 13.46,
            "final_score": 12.5,
            "old_final_score": 9.72,
            "unposted_current_score": 17.31,
            "old_unposted_current_score": 13.46,
            "unposted_final_score": 12.5,
            "old_unposted_final_score": 9.72,
        },
    }


def test_grade_override() -> None:
    root = "V3kdo4kgu3F4Kf4fK109DSFkdso432950GKSOJNj"
    course = CourseContext(
        course_id=46,
        account_id=1,
        root_account_id=1,
        root_account_uuid=root,
        root_account_lti_guid=f"{root}:canvas-lms",
        sis_source_id="194837",
    )
    origin = replace(
        TEACHER,
        user_id=3541,
        user_login="oxana",
        user_sis_id="0119359",
        time_zone="America/Los_Angeles",
        request_id="392c325f-cba1-423f-ad2c-d213cabce732",
        session_id="4e032912e321a243163232941f435324",
        url="https://oxana.instructure.com/courses/46/gradebook/update_submission",
        referrer="https://oxana.instructure.com/courses/123/gradebook/speed_grader?assignment_id=8188213&student_id=3541",
    )
    fact = replace(OVERRIDE, score_id=43, enrollment_id=44, user_id=45, course_id=46, grading_period_id=47)
    at = datetime(2019, 11, 15, 7, 46, 18, 697_000, tzinfo=UTC)
    sent = render(fact, course=course, origin=origin, at=at, event_id=EVENT_ID, settings=SHARD_2107)
    assert sent is not None
    assert json.loads(sent.canvas) == {
        "metadata": {
            "client_ip": "93.184.216.34",
            "context_account_id": "21070000000000001",
            "context_id": "21070000000000046",
            "context_role": "TeacherEnrollment",
            "context_sis_source_id": "194837",
            "context_type": "Course",
            "event_name": "grade_override",
            "event_time": "2019-11-15T07:46:18.697Z",
            "hostname": "oxana.instructure.com",
            "http_method": "POST",
            "producer": "canvas",
            "referrer": (
                "https://oxana.instructure.com/courses/123/gradebook/speed_grader?assignment_id=8188213&student_id=3541"
            ),
            "request_id": "392c325f-cba1-423f-ad2c-d213cabce732",
            "root_account_id": "21070000000000001",
            "root_account_lti_guid": "V3kdo4kgu3F4Kf4fK109DSFkdso432950GKSOJNj:canvas-lms",
            "root_account_uuid": "V3kdo4kgu3F4Kf4fK109DSFkdso432950GKSOJNj",
            "session_id": "4e032912e321a243163232941f435324",
            "time_zone": "America/Los_Angeles",
            "url": "https://oxana.instructure.com/courses/46/gradebook/update_submission",
            "user_account_id": "21070000000000001",
            "user_agent": SAFARI,
            "user_id": "21070000000003541",
            "user_login": "oxana",
            "user_sis_id": "0119359",
        },
        "body": {
            "score_id": "43",
            "enrollment_id": "44",
            "user_id": "45",
            "course_id": "46",
            "grading_period_id": "47",
            "override_score": 90,
            "old_override_score": 85,
            "updated_at": "2019-11-15T07:46:18Z",
        },
    }


def test_caliper_grade_event() -> None:
    """The attempt, the score and its attempt bear one id here, as Canvas publishes it."""
    message = render(GRADE, course=COURSE, origin=TEACHER, at=AT, event_id=EVENT_ID, settings=SHARD_2107)
    assert message is not None
    subscription = Subscription(events=("grade_change",), format="caliper", course_id=565)
    sent = payload(subscription, message, datetime(2019, 11, 16, 2, 9, 6, 543_000, tzinfo=UTC))
    assert check_envelope(sent) == []

    user = "urn:instructure:canvas:user:"
    submission = "urn:instructure:canvas:submission:21070000000011086"
    course = "urn:instructure:canvas:course:21070000000000565"
    assignee = {
        "id": f"{user}21070000000000048",
        "type": "Person",
        "extensions": {"com.instructure.canvas": {"sis_id": "ABC.123"}},
    }
    assignable = {"id": "urn:instructure:canvas:assignment:21070000000000355", "type": "AssignableDigitalResource"}
    assert json.loads(sent) == {
        "sensor": "http://oxana.instructure.com/",
        "sendTime": "2019-11-16T02:09:06.543Z",
        "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p1",
        "data": [
            {
                "@context": "http://purl.imsglobal.org/ctx/caliper/v1p1",
                "id": "urn:uuid:319f0132-0584-4efd-9489-4959b7101731",
                "type": "GradeEvent",
                "actor": {"id": f"{user}21070000000000987", "type": "Person"},
                "action": "Graded",
                "object": {
                    "id": submission,
                    "type": "Attempt",
                    "extensions": {"com.instructure.canvas": {"grade": "5", "entity_id": "21070000000011086"}},
                    "assignee": assignee,
                    "assignable": assignable,
                },
                "eventTime": "2019-11-01T19:11:05.222Z",
                "generated": {
                    "id": submission,
                    "type": "Score",
                    "extensions": {"com.instructure.canvas": {"grade": "5", "entity_id": "21070000000011086"}},
                    "attempt": {
                        "id": submission,
                        "type": "Attempt",
                        "extensions": {"com.instructure.canvas": {"grade": "5"}},
                        "assignee": assignee,
                        "assignable": assignable,
                    },
                    "maxScore": 1,
                    "scoreGiven": 5,
                    "scoredBy": f"{user}21070000000000987",
                },
                "referrer": "https://oxana.instructure.com/courses/565/gradebook",
                "edApp": {"id": "http://oxana.instructure.com/", "type": "SoftwareApplication"},
                "group": {
                    "id": course,
                    "type": "CourseOffering",
                    "extensions": {"com.instructure.canvas": {"context_type": "Course", "entity_id": "21070000000000565"}},
                },
                "membership": {
                    "id": f"{course}:Instructor:21070000000000987",
                    "type": "Membership",
                    "member": {"id": f"{user}21070000000000987", "type": "Person"},
                    "organization": {"id": course, "type": "CourseOffering"},
                    "roles": ["Instructor"],
                },
                "session": {"id": "urn:instructure:canvas:session:ef686f8ed684abf78cbfa1f6a58112b5", "type": "Session"},
                "extensions": {
                    "com.instructure.canvas": {
                        "hostname": "oxana.instructure.com",
                        "request_id": "1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
                        "user_agent": SAFARI,
                        "client_ip": "93.184.216.34",
                        "request_url": (
                            "https://oxana.instructure.com/api/v1/courses/565/assignments/355/submissions/48"
                            "?include%5B%5D=visibility"
                        ),
                        "version": "1.0.0",
                    }
                },
            }
        ],
    }
