"""A visitor's story: the programme in her language, and a way out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.walk import Walk

OTHER = {"fr": ("en", "English"), "en": ("fr", "Français")}
LEFT = f"https://{DULL_SITE}/"


def test_she_finds_the_coming_weeks_and_how_to_come(newcomer: Newcomer) -> None:
    visitor = newcomer()

    visitor.go("/")

    expect(visitor.main).to_contain_text("2 rue de Suez, 75018 Paris")
    expect(visitor.main).to_contain_text("Bois de Vincennes")
    expect(visitor.main).not_to_contain_text("Route de la Pyramide")
    expect(visitor.main.locator("cite").first).to_have_text("Sankofa")
    expect(visitor.main.get_by_role("heading", name=visitor.words("How to come"))).to_be_visible()


def test_she_reads_in_another_language_and_stays_where_she_is(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/safety")

    code, own_name = OTHER[visitor.language]
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("contentinfo").get_by_role("link", name=own_name).click()

    assert visitor.path == "/safety"
    expect(visitor.page.locator("html")).to_have_attribute("lang", code)
    visitor.page.goto(visitor.url + "/")
    expect(visitor.page.locator("html")).to_have_attribute("lang", code)


def test_she_reads_what_leaving_does_and_cannot_do(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/")

    visitor.follow("Your safety", visitor.page.get_by_role("contentinfo"))

    expect(visitor.main.get_by_role("heading", name=visitor.words("What it cannot do"))).to_be_visible()


@pytest.mark.parametrize("how", ["click", "shift"])
def test_S20_she_leaves_at_once_and_back_shows_nothing(newcomer: Newcomer, how: str) -> None:
    visitor = newcomer()
    visitor.go("/")
    visitor.go("/safety")

    with visitor.page.expect_navigation(url=LEFT):
        _click_exit(visitor) if how == "click" else _press_shift(visitor, 3)

    _assert_back_shows_nothing(visitor)


def test_S20_one_who_signed_in_no_longer_is_after_leaving(newcomer: Newcomer) -> None:
    mediator = newcomer()
    mediator.sign_in("mediator")

    with mediator.page.expect_navigation(url=LEFT):
        _press_shift(mediator, 3)

    _assert_back_shows_nothing(mediator)
    mediator.context.clear_cookies(name="gone")
    mediator.page.goto(mediator.url + "/agenda")
    assert mediator.path == "/sign-in"


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
def test_two_shifts_and_capital_letters_are_no_exit(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/sign-in")

    _press_shift(visitor, 2)
    visitor.page.locator("input[type=text][name=name]").press_sequentially("ABCDE")

    assert visitor.path == "/sign-in"
    expect(visitor.page.locator("html")).to_be_visible()


def _click_exit(visitor: Walk) -> None:
    visitor.page.get_by_role("link", name=visitor.words("Leave"), exact=True).click()


def _press_shift(visitor: Walk, times: int) -> None:
    for _ in range(times):
        visitor.page.keyboard.press("Shift")


def _assert_back_shows_nothing(visitor: Walk) -> None:
    """Back, as often as it goes, and our own address: all lead to the dull site."""
    for _ in range(3):
        visitor.page.go_back()
        assert visitor.page.url in (LEFT, "about:blank")
    visitor.page.goto(visitor.url + "/safety")
    assert visitor.page.url == LEFT
