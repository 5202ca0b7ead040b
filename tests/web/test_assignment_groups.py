"""Assignment groups by plain forms: weights and drop rules, their order, deleting them; and who may."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, KINDS, PERCENT, POINTS, ROOT, SECTION, Browser, Web, add, form_with, text_of

HERE = f"/courses/{COURSE}/assignment_groups"
GROUP = 60


def groups(web: Web) -> list[Any]:
    c = t.assignment_groups.c
    return web.rows(sa.select(c.name).where(c.workflow_state == "available").order_by(c.position, c.id))


def rules(web: Web, group: int = GROUP) -> Any:
    c = t.assignment_groups.c
    query = sa.select(c.name, c.group_weight, c.drop_lowest, c.drop_highest, c.never_drop).where(c.id == group)
    return web.rows(query)[0]


def add_groups(web: Web) -> None:
    with web.engine.begin() as connection:
        one = {"course_id": COURSE, "position": 1}
        add(connection, t.assignment_groups, {"id": 61, "name": "Second", **one}, {"id": 62, "name": "Third", **one})


def token(browser: Browser) -> str:
    return form_with(browser.get("/")).fields["csrf_token"]


def test_a_group_is_made_and_changed(web: Web) -> None:
    browser = web.browser("teacher")
    page = browser.get(HERE)
    answer = browser.submit(page, form_with(page, name="", group_weight="0"), name="Exams", group_weight="37,5")
    assert answer.headers["location"] == f"{HERE}?done=group_made"
    assert groups(web) == ["Group", "Exams"]
    page = browser.get(HERE)
    changes = {"drop_lowest": "2", "drop_highest": "1", f"never_drop_{POINTS}": "1", "group_weight": "62.5 %"}
    assert browser.submit(page, form_with(page, name="Group"), **changes).status_code == 303
    assert rules(web) == ("Group", 62.5, 2, 1, [POINTS])
    page = browser.get(HERE)
    form = form_with(page, name="Group")
    assert (form.fields["drop_lowest"], form.fields[f"never_drop_{POINTS}"]) == ("2", "1")
    assert browser.submit(page, form, **{f"never_drop_{POINTS}": None}).status_code == 303
    assert rules(web) == ("Group", 62.5, 2, 1, [])


def test_weights_are_told_where_the_course_weighs_its_groups(web: Web) -> None:
    web.change(t.assignment_groups, GROUP, group_weight=40)
    web.change(t.courses, COURSE, group_weighting_scheme="percent")
    shown = text_of(web.browser("teacher").get(HERE))
    assert "40 % together" in shown
    assert "The groups are not weighed" not in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Can't be blank."),
        ({"name": "n" * 256}, "Is too long (maximum is 255 characters)."),
        ({"group_weight": "heavy"}, "Is not a number."),
        ({"group_weight": "inf"}, "Is not a number."),
        ({"drop_lowest": "-1"}, "Lowest cannot be negative."),
        ({"drop_lowest": "some"}, "Lowest is not a whole number."),
        ({"drop_highest": str(len(KINDS) + 1)}, "Highest cannot be larger than the number of assignments in the group."),
        ({"drop_highest": "9" * 40}, "Highest is not a whole number."),
    ],
)
def test_rules_that_cannot_be_are_told_and_what_was_typed_stays(module_web: Web, changes: dict[str, str], said: str) -> None:
    browser = module_web.browser("teacher")
    page = browser.get(HERE)
    before = rules(module_web)
    answer = browser.submit(page, form_with(page, name="Group"), **changes)
    assert answer.status_code == 400
    assert said in text_of(answer)
    form_with(answer, **changes)
    assert rules(module_web) == before


def test_groups_are_put_into_order(web: Web) -> None:
    add_groups(web)  # all have the same position: then names decide
    browser = web.browser("teacher")
    sent = {"csrf_token": token(browser), "direction": "up"}
    assert groups(web) == ["Group", "Second", "Third"]
    assert browser.post(f"{HERE}/62/move", sent).headers["location"] == f"{HERE}?done=moved"
    assert groups(web) == ["Group", "Third", "Second"]
    assert browser.post(f"{HERE}/60/move", sent).status_code == 303
    assert groups(web) == ["Group", "Third", "Second"]
    assert browser.post(f"{HERE}/60/move", {**sent, "direction": "down"}).status_code == 303
    assert groups(web) == ["Third", "Group", "Second"]
    assert browser.post(f"{HERE}/999/move", sent).status_code == 404


def test_a_group_is_deleted_and_its_assignments_move(web: Web) -> None:
    add_groups(web)
    browser = web.browser("teacher")
    sent = {"csrf_token": token(browser)}
    answer = browser.post(f"{HERE}/{GROUP}/delete", sent)
    assert answer.status_code == 400
    assert "Say where they go." in text_of(answer)
    assert browser.post(f"{HERE}/{GROUP}/delete", {**sent, "move_to": "62"}).status_code == 303
    a = t.assignments.c
    assert web.rows(sa.select(a.assignment_group_id, a.workflow_state).where(a.id == PERCENT)) == [(62, "published")]
    assert browser.post(f"{HERE}/61/delete", sent).status_code == 303
    assert groups(web) == ["Third"]
    assert browser.post(f"{HERE}/62/delete", {**sent, "move_to": "none"}).status_code == 303
    assert web.rows(sa.select(a.workflow_state).distinct()) == ["deleted"]
    assert "no assignment groups" in text_of(browser.get(HERE))


@pytest.mark.parametrize(
    ("who", "status"),
    [("teacher", 200), ("marker", 200), ("designer", 200), ("admin", 200), ("ann", 403), ("observer", 403), ("stranger", 403)],
)
def test_who_opens_the_groups(module_web: Web, who: str, status: int) -> None:
    assert module_web.browser(who).get(HERE).status_code == status


def test_students_change_no_groups(module_web: Web) -> None:
    browser = module_web.browser("ann")
    sent = {"csrf_token": token(browser), "name": "Mine", "direction": "up", "move_to": "none"}
    for path in (HERE, f"{HERE}/{GROUP}", f"{HERE}/{GROUP}/move", f"{HERE}/{GROUP}/delete"):
        assert browser.post(path, sent).status_code == 403
    assert groups(module_web) == ["Group"]


def test_the_settings_lead_to_the_groups_and_the_course_to_its_assignments(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    assert f'href="{HERE}"' in browser.get(f"/courses/{COURSE}/settings").text
    assert f'href="/courses/{COURSE}/assignments/{POINTS}/edit"' in browser.get(f"/courses/{COURSE}").text
    assert "/edit" not in module_web.browser("ann").get(f"/courses/{COURSE}").text


def test_the_pages_ask_as_often_with_much_as_with_little(web: Web) -> None:
    """No statement is repeated for each group, assignment or instructor."""
    teacher = web.browser("teacher")

    def read(path: str) -> int:
        statements: list[object] = []

        def count(*told: object) -> None:
            statements.append(told)

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            assert teacher.get(path).status_code == 200
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
        return len(statements)

    def least(path: str) -> int:
        return min(read(path) for _ in range(4))  # jobs and the relay of this process ask now and then, too

    paths = (HERE, f"/courses/{COURSE}/assignments/{POINTS}/edit")
    few = [least(path) for path in paths]
    assert min(few) > 3
    add_groups(web)
    with web.engine.begin() as connection:
        for number in range(900, 910):
            work = {"id": number, "course_id": COURSE, "assignment_group_id": 61 + number % 2, "name": f"Work {number}"}
            add(connection, t.assignments, {**work, "submission_types": ["none"], "position": number})
            person = dict.fromkeys(("name", "sortable_name", "short_name"), "More")
            add(connection, t.users, {"id": number, "root_account_id": ROOT, **person})
            enrolled = {"course_id": COURSE, "course_section_id": SECTION, "user_id": number, "type": "TeacherEnrollment"}
            add(connection, t.enrollments, {"id": number, **enrolled})
    web.change(t.courses, COURSE, name="Algebra")  # the rules of the course are read anew
    assert "Work 905" in teacher.get(HERE).text
    assert [least(path) for path in paths] == few
