"""The page of an account: what is below it, for whom."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gradewire.store import tables as t
from tests.web.web_world import COURSE, ROOT, Web, form_with, text_of


def test_an_administrator_finds_courses_and_makes_an_account_below(web: Web) -> None:
    browser = web.browser("admin")
    assert f"/accounts/{ROOT}" in browser.get("/").text
    page = browser.get(f"/accounts/{ROOT}")
    assert {"Algebra", "History", "concluded"} <= set(text_of(page).split())
    found = browser.get(f"/accounts/{ROOT}?search=Alg")
    assert f"/courses/{COURSE}" in found.text
    assert "History" not in text_of(found)
    assert "No course fits" in text_of(browser.get(f"/accounts/{ROOT}?search=nothing"))
    assert browser.submit(page, form_with(page, name=""), name="Sciences").status_code == 303
    assert web.rows(sa.select(t.accounts.c.parent_account_id).where(t.accounts.c.name == "Sciences")) == [ROOT]
    (below,) = web.rows(sa.select(t.accounts.c.id).where(t.accounts.c.name == "Sciences"))
    sub = browser.get(f"/accounts/{below}")
    assert "Grading schemes" in text_of(sub)
    assert "Grading periods" not in text_of(sub)
    refused = browser.submit(page, form_with(page, name=""), name=" ")
    assert refused.status_code == 400
    assert "blank" in text_of(refused)


@pytest.mark.parametrize("page", ["0", "-1", "9999999999999", "x", "7"])
def test_a_page_that_there_is_not_is_no_fault(module_web: Web, page: str) -> None:
    assert module_web.browser("admin").get(f"/accounts/{ROOT}?page={page}").status_code == 200


def test_who_teaches_sees_the_account_but_not_what_is_in_it(module_web: Web) -> None:
    page = module_web.browser("teacher").get(f"/accounts/{ROOT}")
    assert page.status_code == 200
    assert "Algebra" not in page.text
    assert "Make an account" not in page.text


def test_students_have_no_account_pages(module_web: Web) -> None:
    assert module_web.browser("ann").get(f"/accounts/{ROOT}").status_code == 403
    assert module_web.browser("admin").get("/accounts/999").status_code == 404


def test_only_who_manages_an_account_makes_one_below(module_web: Web) -> None:
    browser = module_web.browser("teacher")
    page = browser.get("/")
    token = form_with(page, everywhere="1").fields["csrf_token"]
    assert browser.post(f"/accounts/{ROOT}/accounts", {"csrf_token": token, "name": "X"}).status_code == 403
