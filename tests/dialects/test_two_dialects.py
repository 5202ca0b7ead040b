"""One store, two dialects: whatever people do in either, both tell the same afterwards, and so do the pages and the events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.dialects.two_dialects_truth import Believed, Remembered, compare, compare_viewers, record_of
from tests.dialects.two_dialects_world import (
    COURSES,
    ITEMS,
    MANUAL,
    PEOPLE,
    PERIODS,
    STUDENTS,
    Two,
    enrollment_of,
    two_dialects,
)

students = st.sampled_from(STUDENTS)
courses = st.sampled_from(COURSES)
items = st.sampled_from([(course, one["id"]) for course in COURSES for one in ITEMS[course]])
typed = st.sampled_from(["0", "2", "3", "7.5", "10", "12.25", "80%", "-1", "B", "nonsense", ""])
points = st.sampled_from([0, 2, 3, 7.5, "10", 12.25, -1, "B", "nonsense", "", None])
scopes = st.sampled_from([None, 0, 1])
"""The course, its first period, its second one."""


@pytest.fixture(scope="module")
def two(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with two_dialects(module_database_url, tmp_path_factory.mktemp("two")) as found:
        yield found


class School(RuleBasedStateMachine):
    """People who grade in both dialects; after each act all that is told of its course is compared."""

    two: ClassVar[Two]

    @initialize()
    def begin(self) -> None:
        self.two.reset()
        self.believed, self.remembered = Believed(), Remembered()
        self.course = COURSES[0]
        self.texts = (f"Comment {number} ü\r\n<&>" for number in count())

    @invariant()
    def both_tell_the_same(self) -> None:
        self.believed.apply(self.two.new_events())
        compare(self.two, self.course, self.believed, self.remembered)

    @rule(course=courses)
    def everybody_looks(self, course: int) -> None:
        self.course = course
        compare_viewers(self.two, course)

    # --- in Canvas's words --------------------------------------------------------------------------------------------

    def put(self, item: tuple[int, int], student: str, who: str = "teacher", **body: Any) -> int:
        self.course, number = item
        path = f"/courses/{self.course}/assignments/{number}/submissions/{PEOPLE[student]}"
        return self.two.canvas("PUT", path, who, body=body).status_code

    @rule(item=items, student=students, entry=typed, comments=st.booleans())
    def a_grade_is_typed(self, item: tuple[int, int], student: str, entry: str, comments: bool) -> None:
        place = PEOPLE[student], item[1]
        said: dict[str, Any] = {"comment": {"text_comment": next(self.texts)}} if comments else {}
        assert self.put(item, student, submission={"posted_grade": entry}, **said) == 200
        self.remembered.incomplete.discard(place)
        if comments:
            self.commented(place, said["comment"]["text_comment"])

    def commented(self, place: tuple[int, int], text: str) -> None:
        self.remembered.comments[place] = text
        self.remembered.at_once.discard(place)

    @rule(item=items, student=students, excuse=st.booleans())
    def work_is_excused(self, item: tuple[int, int], student: str, excuse: bool) -> None:
        assert self.put(item, student, submission={"excuse": excuse}) == 200
        if excuse:
            self.remembered.incomplete.discard((PEOPLE[student], item[1]))

    @rule(item=items, student=students, label=st.sampled_from(["late", "missing", "none"]), days=st.sampled_from([None, 2]))
    def work_is_labelled(self, item: tuple[int, int], student: str, label: str, days: int | None) -> None:
        late = {"seconds_late_override": days * 86_400} if label == "late" and days else {}
        assert self.put(item, student, submission={"late_policy_status": label, **late}) == 200
        self.remembered.incomplete.discard((PEOPLE[student], item[1]))

    @rule(item=items, student=students)
    def work_is_commented_on(self, item: tuple[int, int], student: str) -> None:
        text = next(self.texts)
        assert self.put(item, student, comment={"text_comment": text}) == 200
        self.commented((PEOPLE[student], item[1]), text)

    @rule(item=items, verb=st.sampled_from(["post", "hide"]), graded_only=st.booleans())
    def grades_are_posted_or_hidden(self, item: tuple[int, int], verb: str, graded_only: bool) -> None:
        self.course, number = item
        if verb == "hide":
            told = self.two.submissions(self.course)
            chosen = {at for at, one in told.items() if not graded_only or one["workflow_state"] == "graded"}
            self.remembered.at_once -= {at for at in chosen if at[1] == number}
        path = f"/courses/{self.course}/assignments/{number}/{verb}_grades"
        assert self.two.canvas("POST", path, body={"graded_only": graded_only}).status_code == 200
        self.two.work()

    @rule(item=items, entries=st.dictionaries(students, typed, min_size=1), excuses=st.booleans(), comments=st.booleans())
    def grades_are_given_in_bulk(self, item: tuple[int, int], entries: dict[str, str], excuses: bool, comments: bool) -> None:
        self.course, number = item
        data: dict[str, dict[str, Any]] = {}
        for student, entry in entries.items():
            place = PEOPLE[student], number
            data[str(place[0])] = {"excuse": True} if excuses else {"posted_grade": entry}
            self.remembered.incomplete.discard(place)
            if comments:
                data[str(place[0])]["text_comment"] = next(self.texts)
                self.commented(place, data[str(place[0])]["text_comment"])
        path = f"/courses/{self.course}/assignments/{number}/submissions/update_grades"
        assert self.two.canvas("POST", path, body={"grade_data": data}).status_code == 200
        self.two.work()

    @rule(course=courses, student=students, scope=scopes, score=st.sampled_from([None, 0, 55.555, 101]))
    def a_course_grade_is_overridden(self, course: int, student: str, scope: int | None, score: float | None) -> None:
        self.course = course
        period = {} if scope is None else {"grading_period_id": PERIODS[course][scope]}
        path = f"/courses/{course}/enrollments/{enrollment_of(course, student)}/override_score"
        assert self.two.canvas("PUT", path, body={"override_score": score, **period}).status_code == 200

    # --- in Schoology's words -----------------------------------------------------------------------------------------

    @rule(
        course=courses,
        wanted=st.lists(
            st.tuples(st.integers(0, 5), students, points, st.integers(0, 5), st.booleans(), st.booleans()),
            min_size=1,
            max_size=3,
        ),
    )
    def records_are_replaced(self, course: int, wanted: list[tuple[int, str, Any, int, bool, bool]]) -> None:
        self.course = course
        sent, places = [], []
        for index, student, grade, exception, comments, visible in wanted:
            item = ITEMS[course][index % len(ITEMS[course])]["id"]
            entry = {"type": "assignment", "assignment_id": item, "enrollment_id": enrollment_of(course, student)}
            entry |= {"grade": grade, "exception": exception}
            if comments:
                entry |= {"comment": next(self.texts), "comment_status": int(visible)}
            sent.append(entry)
            places.append((PEOPLE[student], item))
        answer = self.two.schoology("PUT", f"/sections/{course}/grades", body={"grades": {"grade": sent}})
        assert answer.status == 207
        codes = [one["response_code"] for one in answer.json["grades"]["grade"]]
        for place, entry, code in zip(places, sent, codes, strict=True):
            if code == 204:
                self._remember(place, entry)
            else:
                assert code == 400
                assert entry["exception"] == 5 or entry["grade"] in {"B", "nonsense"}
        self._check_replaced({place: entry for place, entry, code in zip(places, sent, codes, strict=True) if code == 204})

    def _remember(self, place: tuple[int, int], entry: dict[str, Any]) -> None:
        self.remembered.incomplete.discard(place)
        if entry["exception"] == 2:
            self.remembered.incomplete.add(place)
        self.remembered.comments.pop(place, None)
        self.remembered.at_once.discard(place)
        if "comment" in entry:
            self.remembered.comments[place] = entry["comment"]
        if entry.get("comment_status"):
            self.remembered.at_once.add(place)

    def _check_replaced(self, entries: dict[tuple[int, int], dict[str, Any]]) -> None:
        """What was stated is what Canvas's clients see now, but for what the late policy takes off."""
        told = self.two.submissions(self.course)
        for place, entry in entries.items():
            submission = told[place]
            assert record_of(place, submission, self.remembered)[1] == entry["exception"]
            if not entry["exception"]:
                plain = {"B": 16.0, "": None}.get(entry["grade"], entry["grade"])  # a letter is worth its average, 80 %
                assert submission["entered_score"] == (None if plain is None else float(plain))
            if "comment" in entry:
                own = self.two.submissions(self.course, next(name for name in STUDENTS if PEOPLE[name] == place[0]))
                seen = entry["comment"] in {one["comment"] for one in own[place]["submission_comments"]}
                assert seen == bool(entry["comment_status"] and submission["posted_at"])
                if entry["comment_status"] and place[1] not in MANUAL and submission["score"] is None:
                    assert seen  # as a comment by Canvas's API does, it posts ungraded work whose grade would not wait

    @rule(course=courses)
    def records_are_written_back_as_they_were_read(self, course: int) -> None:
        self.course = course
        self.believed.apply(self.two.new_events())
        before = self.two.submissions(course)
        section = self.two.section_grades(course)
        assert section is not None
        rows = section["grades"]["grade"]
        if not rows:
            return
        answer = self.two.schoology("PUT", f"/sections/{course}/grades", body={"grades": {"grade": rows}})
        assert {one["response_code"] for one in answer.json["grades"]["grade"]} == {204}
        assert self.two.submissions(course) == before
        assert self.two.section_grades(course) == section
        assert self.two.new_events() == []

    @rule(course=courses, student=students, scope=scopes, visible=st.booleans(), erases=st.booleans())
    def a_course_grade_is_commented_on(self, course: int, student: str, scope: int | None, visible: bool, erases: bool) -> None:
        self.course = course
        period = None if scope is None else PERIODS[course][scope]
        text = "" if erases else next(self.texts)
        entry = {"enrollment_id": enrollment_of(course, student), "period_id": period or "final", "comment": text}
        body = {"final_comments": {"final_comment": [{**entry, "comment_status": int(visible)}]}}
        answer = self.two.schoology("PUT", f"/sections/{course}/grades", body=body)
        assert answer.json == {"final_comments": {"final_comment": [{"response_code": 204}]}}
        self.remembered.finals[course, PEOPLE[student], period] = (text, visible and not erases)

    # --- without the right --------------------------------------------------------------------------------------------

    @rule(item=items, who=st.sampled_from(["ann", "observer", "stranger", "assistant"]))
    def who_may_not_grade_is_refused_in_both(self, item: tuple[int, int], who: str) -> None:
        """The assistant sees the other section only, so that Ann does not exist."""
        self.course, number = item
        before = self.two.submissions(self.course)
        assert self.put(item, "ann", who, submission={"posted_grade": "1"}) in {401, 403, 404}
        entry = {"type": "assignment", "assignment_id": number, "enrollment_id": enrollment_of(self.course, "ann"), "grade": 1}
        answer = self.two.schoology("PUT", f"/sections/{self.course}/grades", who, body={"grades": {"grade": [entry]}})
        if who == "assistant":
            assert [one["response_code"] for one in answer.json["grades"]["grade"]] == [400]
        else:
            assert answer.status in {403, 404}
        assert self.two.submissions(self.course) == before


def test_both_dialects_the_pages_and_the_events_tell_the_same(two: Two) -> None:
    School.two = two
    run_state_machine_as_test(
        School,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("writer", ["canvas", "schoology"])
def test_grades_that_are_hidden_take_their_comments_along(two: Two, writer: str) -> None:
    """Also from students who ask in Schoology's words; and back when they are posted again."""
    two.reset()
    path = "/courses/200/assignments/201"
    if writer == "canvas":
        body: dict[str, Any] = {"submission": {"posted_grade": "7"}, "comment": {"text_comment": "Well."}}
        assert two.canvas("PUT", f"{path}/submissions/{PEOPLE['ann']}", body=body).status_code == 200
    else:
        entry = {"type": "assignment", "assignment_id": 201, "enrollment_id": enrollment_of(200, "ann")}
        record = {**entry, "grade": 7, "comment": "Well.", "comment_status": 1}
        assert two.schoology("PUT", "/sections/200/grades", body={"grades": {"grade": [record]}}).status == 207

    def seen() -> tuple[Any, Any]:
        section = two.section_grades(200, "ann")
        assert section is not None
        [row] = section["grades"]["grade"] or [{"grade": None, "comment": None}]
        return row["grade"], row["comment"]

    for verb, wanted in (("hide", (None, None)), ("post", (7, "Well.")), ("hide", (None, None))):
        assert two.canvas("POST", f"{path}/{verb}_grades").status_code == 200
        assert seen() == wanted


@pytest.mark.parametrize(
    ("item", "comment_status", "posted", "seen_by_schoology"),
    [(201, 1, True, True), (201, 0, False, False), (205, 1, False, True), (205, 0, False, False)],
)
def test_a_comment_without_a_grade_is_shown_as_a_canvas_clients_or_waits(
    two: Two, item: int, comment_status: int, posted: bool, seen_by_schoology: bool
) -> None:
    """A comment for the student posts ungraded work, and says so, unless its grade is to wait (item 205)."""
    two.reset()
    entry = {"type": "assignment", "assignment_id": item, "enrollment_id": enrollment_of(200, "ann")}
    record = {**entry, "comment": "Come and see me.", "comment_status": comment_status}
    assert two.schoology("PUT", "/sections/200/grades", body={"grades": {"grade": [record]}}).status == 207
    place = PEOPLE["ann"], item
    assert (two.submissions(200)[place]["posted_at"] is not None) == posted
    own = two.submissions(200, "ann")[place]["submission_comments"]
    assert [one["comment"] for one in own] == (["Come and see me."] if posted else [])
    section = two.section_grades(200, "ann")
    assert section is not None
    told = [one["comment"] for one in section["grades"]["grade"] if one["comment"]]
    assert told == (["Come and see me."] if seen_by_schoology else [])
    events = [(one["metadata"]["event_name"], one["body"]["muted"]) for one in two.new_events()]
    assert events == ([("grade_change", False)] if posted else [])


@pytest.mark.parametrize(("item", "seen"), [(201, True), (205, False)])
@pytest.mark.parametrize("label", ["late", "missing"])
def test_pages_show_a_label_of_ungraded_work_where_nothing_waits(two: Two, item: int, seen: bool, label: str) -> None:
    """As Schoology's clients are told of it; in the course without a late policy, where a label gives no score."""
    two.reset()
    path = f"/courses/200/assignments/{item}/submissions/{PEOPLE['ann']}"
    assert two.canvas("PUT", path, body={"submission": {"late_policy_status": label}}).status_code == 200
    [page] = two.own_grades(200, "ann")
    [grade] = [one for one in page.grades if one.assignment.id == item]
    assert (grade.late, grade.missing) == (seen and label == "late", seen and label == "missing")
    section = two.section_grades(200, "ann")
    assert section is not None
    exceptions = [one["exception"] for one in section["grades"]["grade"]]
    assert exceptions == ([{"missing": 3, "late": 4}[label]] if seen else [])
