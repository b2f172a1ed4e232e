"""With a keyboard alone: each step shows where one is, and nothing takes a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.keyboard import enter, sign_in, step, step_to

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])


def test_a_visitor_skips_to_the_content_and_leaves(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/")

    step(visitor)
    expect(visitor.page.locator("a.skip")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.main).to_be_focused()
    step_to(visitor, visitor.main.get_by_role("link").first)
    visitor.go("/safety")
    step(visitor)
    step(visitor)

    expect(visitor.page.locator("a.exit")).to_be_focused()
    with visitor.page.expect_navigation(url=f"https://{DULL_SITE}/"):
        visitor.page.keyboard.press("Enter")


def test_a_mediator_books_an_appointment(newcomer: Newcomer) -> None:
    mediator = newcomer()
    sign_in(mediator, "mediator")
    main, keyboard = mediator.main, mediator.page.keyboard

    step_to(mediator, main.locator("ul.rows a[href^='/sessions/']").first)
    enter(mediator)
    step_to(mediator, main.locator("a.slot.free").first)
    enter(mediator)
    step_to(mediator, main.locator("[name=alias]"))
    keyboard.type("Ẹfe")
    enter(mediator)
    expect(mediator.page.locator(".errors")).to_be_focused()
    step_to(mediator, mediator.page.locator(".errors a").first)
    keyboard.press("Enter")
    expect(main.locator("[name=language]")).to_be_focused()
    keyboard.type("edo")
    step_to(mediator, main.locator("[name=topic]"))
    keyboard.press("ArrowDown")
    step_to(mediator, mediator.button("Book"))
    enter(mediator)

    expect(mediator.said).to_be_focused()
    expect(main.locator("a.slot.taken", has_text="Ẹfe")).to_be_visible()
    step_to(mediator, mediator.button("Undo", mediator.said))
    enter(mediator)
    expect(main.locator("a.slot.taken", has_text="Ẹfe")).to_have_count(0)
