"""What holds for every page: headers, forgery, bad requests, failures."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gradewire.dialects.canvas.mount import SESSION_COOKIE as COOKIE_OF_THE_API
from gradewire.web.visits import SESSION_COOKIE
from tests.web.web_world import COURSE, MODERATED, ORIGIN, PEOPLE, POINTS, Web, submission_id

SPEED_GRADER = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}&student_id={PEOPLE['ann']}"
PAGES = ["/", "/login", f"/courses/{COURSE}", SPEED_GRADER, "/courses/999", SPEED_GRADER.replace(str(POINTS), str(MODERATED))]


@pytest.mark.parametrize("path", [*PAGES, "/static/1/gradewire.css", "/static/1/nothing"])
@pytest.mark.parametrize("name", [None, "teacher"])
def test_every_answer_says_what_browsers_may_do(module_web: Web, path: str, name: str | None) -> None:
    answer = module_web.browser(name).get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    if "static" not in path:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]


class Inspector(HTMLParser):
    """Notes what the policy forbids, and fields without a name for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.addresses: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        own = tag == "script" and (values.get("src", "").startswith("/static/") or values.get("type") == "application/json")
        if (tag in {"script", "style", "iframe", "object", "embed", "base"} and not own) or any(
            name.startswith("on") or name == "style" for name in values
        ):
            self.forbidden.append(f"{tag} {values}")
        self.addresses += [values[name] for name in ("src", "href", "action") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag == "label":
            self.labels.add(values["for"])
        if tag in {"select", "textarea"} or (tag == "input" and values.get("type") != "hidden"):
            self.fields.append(values.get("id", ""))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_to_the_policy_and_name_their_fields(module_web: Web, path: str) -> None:
    for name in (None, "teacher", "ann"):
        inspector = Inspector()
        inspector.feed(module_web.browser(name).get(path).text)
        assert inspector.forbidden == []
        assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in inspector.addresses)
        assert set(inspector.fields) <= inspector.labels
        assert len(set(inspector.ids)) == len(inspector.ids)
        assert inspector.headings[:1] in (["h1"], [])
        assert inspector.headings.count("h1") == (1 if inspector.headings else 0)


@pytest.mark.parametrize("sent", [{}, {"csrf_token": ""}, {"csrf_token": "x" * 43}, {"csrf_token": "é"}])
def test_a_form_without_the_token_of_the_session_changes_nothing(module_web: Web, sent: dict[str, str]) -> None:
    browser = module_web.browser("teacher")
    fields = {"gives": "grade", "grade": "10", "shown_grade": "", **sent}
    answer = browser.post(SPEED_GRADER, fields)
    assert answer.status_code == 403
    assert "Form not accepted" in answer.text
    assert module_web.submission(POINTS, "ann")["score"] is None


def test_the_token_of_somebody_else_is_not_good(module_web: Web) -> None:
    marker = module_web.browser("marker").get("/")
    token = marker.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert len(token) == 43
    browser = module_web.browser("teacher")
    fields = {"gives": "grade", "grade": "10", "shown_grade": "", "csrf_token": token}
    assert browser.post(SPEED_GRADER, fields).status_code == 403


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://evil.example", None),
        ("null", None),
        (None, None),
        (ORIGIN + ".evil.example", None),
        ("http://evil.example/?" + ORIGIN, None),
        (ORIGIN, "cross-site"),
        (ORIGIN, "same-site"),
        (ORIGIN.replace("http:", "ftp:"), None),
    ],
)
def test_a_form_sent_by_another_site_changes_nothing(module_web: Web, origin: str | None, site: str | None) -> None:
    browser = module_web.browser("teacher")
    page = browser.get("/")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    fields = {"gives": "grade", "grade": "10", "shown_grade": "", "csrf_token": token}
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert browser.post(SPEED_GRADER, fields, origin=origin, **headers).status_code == 403
    assert module_web.submission(POINTS, "ann")["score"] is None


def test_bad_requests_are_refused_in_words(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    client = browser.client
    headers = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"grade=%ff", b"grade=%00", b"\xff=1", b"&".join(b"a%d=1" % number for number in range(2100))):
        answer = client.post(SPEED_GRADER, content=content, headers=headers)
        assert answer.status_code == 400, content
        assert "<h1>" in answer.text
    assert client.post(SPEED_GRADER, content=b"a=" + b"x" * 2_000_000, headers=headers).status_code == 413
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        assert client.post(SPEED_GRADER, content=b"{}", headers={**headers, "Content-Type": kind}).status_code == 400
    for query in ("assignment_id=x", "assignment_id=", "", "assignment_id=" + "9" * 30, f"assignment_id={POINTS}&student_id=x"):
        assert browser.get(f"/courses/{COURSE}/gradebook/speed_grader?{query}").status_code == 404
    assert browser.get("/?a=%ff").status_code == 400
    assert browser.get("/?a=%00").status_code == 400
    odd = f"/courses/{COURSE}/gradebook/speed_grader?assignment_id={POINTS}&anonymous_id=%F0%9F%98%80'\""
    assert browser.get(odd).status_code == 404


def test_the_api_reads_the_same_cookie(module_web: Web) -> None:
    assert SESSION_COOKIE == COOKIE_OF_THE_API
    browser = module_web.browser("ann")
    answer = browser.get("/api/v1/users/self")
    assert (answer.status_code, answer.json()["id"]) == (200, PEOPLE["ann"])


def test_a_cookie_alone_does_not_change_anything_through_the_api(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    path = f"/api/v1/courses/{COURSE}/assignments/{POINTS}/submissions/{PEOPLE['ann']}"
    answer = browser.client.put(path, data={"submission[posted_grade]": "10"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 401
    assert module_web.submission(POINTS, "ann")["score"] is None


def test_static_files_are_kept_for_good_and_change_their_address(module_web: Web) -> None:
    browser = module_web.browser()
    page = browser.get("/login").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/static/1/../__init__.py").status_code == 404
    assert browser.get("/static/1/__init__.py").status_code == 404
    assert browser.get("/static/1/%2e%2e%2fvisits.py").status_code == 404


def test_somebody_signed_out_while_typing_comes_back_to_the_same_page(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    page = browser.get(SPEED_GRADER)
    browser.client.cookies.clear()
    answer = browser.post(SPEED_GRADER, {"csrf_token": "x"}, Referer=str(page.url))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Fcourses%2F5%2Fgradebook")


def test_the_sample_of_submissions_is_untouched(module_web: Web) -> None:
    """The tests above were all refused."""
    assert module_web.submission(POINTS, "ann")["id"] == submission_id(POINTS, "ann")
    assert module_web.submission(POINTS, "ann")["version"] == 0
