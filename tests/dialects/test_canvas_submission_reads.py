"""What the caller has seen, by Canvas's two names for it and by section."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dialects.canvas_work import ANN, MANY, assign
from tests.dialects.canvas_world import COURSE, SECOND_SECTION, SECTION, Api, running


@pytest.fixture(scope="module")
def api(module_database_url: str) -> Iterator[Api]:
    with running(module_database_url) as found:
        yield found


def is_unread(api: Api, number: int) -> bool:
    found = api.get(f"{MANY}/{number}/submissions/{ANN}", include__="read_status").body
    return bool(found["read_status"] == "unread")


def test_a_rubric_assessment_is_read_by_either_name(api: Api) -> None:
    path = f"{MANY}/{assign(api)['id']}/submissions/{ANN}"
    assert api.delete(f"{path}/read", as_="ann").status == 204
    names = [f"{path}/rubric_comments/read", f"{path}/rubric_assessments/read"]
    names += [name.replace(f"/courses/{COURSE}", f"/sections/{SECTION}") for name in names]
    for name in names:
        api.delete(f"{path}/read", as_="ann")
        assert {other: api.get(other, as_="ann").body["read"] for other in names} == dict.fromkeys(names, False)
        assert api.put(name, as_="ann").body == {"read": True}
        assert {other: api.get(other, as_="ann").body["read"] for other in names} == dict.fromkeys(names, True)


def test_many_are_marked_within_the_section_that_is_named(api: Api) -> None:
    number = assign(api)["id"]
    row = api.get(f"{MANY}/{number}/submissions/{ANN}").body["id"]
    api.delete(f"{MANY}/{number}/submissions/{ANN}/read")
    for section, after in ((SECOND_SECTION, True), (SECTION, False)):
        marked = api.put(f"/sections/{section}/submissions/bulk_mark_read", body={"submissionIds": [row]})
        assert (marked.status, is_unread(api, number)) == (204, after)


@pytest.mark.parametrize(("place", "status"), [(SECTION, 204), (SECOND_SECTION, 404)])
def test_a_student_is_cleared_within_the_section_that_is_named(api: Api, place: int, status: int) -> None:
    path = f"{MANY}/{assign(api)['id']}/submissions/{ANN}/rubric_assessments/read"
    api.delete(path.replace("rubric_assessments/read", "read"), as_="ann")
    assert api.put(f"/sections/{place}/submissions/{ANN}/clear_unread", as_="admin").status == status
    assert api.get(path, as_="ann").body == {"read": status == 204}
