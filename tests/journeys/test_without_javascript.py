"""With scripts turned off nothing is lost but comfort (S21)."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.house import House

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
FRIDAY = date(2026, 11, 27)
LEFT = f"https://{DULL_SITE}/"


def test_S20_a_visitor_leaves_by_a_link(newcomer: Newcomer) -> None:
    visitor = newcomer(has_scripts=False)
    visitor.go("/")
    visitor.follow("Your safety", visitor.page.get_by_role("contentinfo"))

    with visitor.page.expect_navigation(url=LEFT):
        visitor.page.get_by_role("link", name=visitor.words("Leave"), exact=True).click()

    visitor.page.go_back()
    assert visitor.page.url == LEFT


def test_a_lawyer_takes_a_shift_and_gives_it_back(newcomer: Newcomer) -> None:
    lawyer = newcomer(has_scripts=False)
    lawyer.sign_in("lawyer")

    lawyer.press("I take it")
    expect(lawyer.said).to_contain_text(lawyer.words("Thank you: you are on the crew."))
    lawyer.press("I give it back")

    expect(lawyer.said).to_contain_text(lawyer.words("You gave this shift back."))


def test_a_mediator_books_an_appointment(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator = newcomer(has_scripts=False)
    mediator.sign_in("mediator")
    mediator.go(f"/sessions/{session_id}")

    mediator.activate(mediator.main.locator("a.slot.free").first)
    mediator.press("Book")
    expect(mediator.page.locator(".errors")).to_be_visible()
    mediator.fill({"alias": "Ẹfe", "language": "bin", "topic": "rights"})
    mediator.press("Book")

    expect(mediator.said).to_contain_text(mediator.words("The appointment is booked."))
    assert "Ẹfe" in house.aliases(session_id)


def test_a_mediator_says_when_she_can_and_narrows_the_rota(newcomer: Newcomer) -> None:
    mediator = newcomer(has_scripts=False)
    mediator.sign_in("mediator")

    mediator.go("/account/availability")
    mediator.main.locator("table.times input").first.check()
    mediator.press("Save")
    expect(mediator.main.locator("table.times input").first).to_be_checked()
    mediator.go("/rota")
    mediator.press("Show")

    expect(mediator.main.locator("table.board tbody tr").first).to_be_visible()
