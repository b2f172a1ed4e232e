"""The coordinator and somebody new: a code on paper opens an account, and disabling closes it at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import Newcomer

PASSWORD = "trois mots à elle"


def test_a_code_on_paper_opens_an_account_and_disabling_ends_it(newcomer: Newcomer) -> None:
    coordinator, nadia = newcomer(), newcomer()
    coordinator.sign_in("coordinator")

    coordinator.go("/people")
    coordinator.follow("Add a person")
    coordinator.fill({"name": "Nadia", "sign_in_name": "Nadia", "roles": ["mediator", "interpreter"]})
    coordinator.press("Add this person")
    her_page = coordinator.path
    coordinator.press("New code on paper")
    code = " ".join(coordinator.main.locator(".papercode span").all_inner_texts())

    nadia.go("/sign-in")
    nadia.follow("I have a code on paper")
    nadia.fill({"name": "nadia", "code": code, "password": "court", "again": "court"})
    nadia.press("Set my password")
    expect(nadia.page.locator(".errors")).to_be_visible()
    expect(nadia.main.locator("[name=code]")).to_have_value(code)
    nadia.fill({"password": PASSWORD, "again": PASSWORD})
    nadia.press("Set my password")
    assert nadia.path == "/agenda"

    nadia.go("/account")
    nadia.press("Sign out")
    nadia.sign_in("nadia", PASSWORD)
    nadia.go("/account")
    expect(nadia.main).to_contain_text("Nadia")

    coordinator.go(her_page)
    coordinator.press("Disable the account")
    expect(coordinator.main.locator(".tag.stop")).to_be_visible()

    nadia.go("/agenda")
    assert nadia.path == "/sign-in"
    nadia.fill({"name": "nadia", "password": PASSWORD})
    nadia.press("Sign in")
    expect(nadia.page.locator(".errors")).to_be_visible()


def test_everybody_stands_on_one_page_with_her_state(newcomer: Newcomer) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")

    coordinator.go("/people")

    rows = coordinator.main.locator("table.board tbody tr")
    expect(rows).to_have_count(46)
    expect(coordinator.main.locator(".tag.stop")).to_have_count(1)
    expect(coordinator.main.locator(".tag.missing")).to_have_count(1)
