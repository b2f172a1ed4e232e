"""With a keyboard alone: each step shows where one is, and nothing takes a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from clinic.demo import PASSWORD
from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.walk import Walk

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
STEPS_AT_MOST = 60
SHOWS_ITSELF = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const isSeen = top && (at.contains(top) || top.contains(at));
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && isSeen ? "" : at.outerHTML;
}"""


def test_a_visitor_skips_to_the_content_and_leaves(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/")

    _step(visitor)
    expect(visitor.page.locator("a.skip")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.main).to_be_focused()
    _step_to(visitor, visitor.main.get_by_role("link").first)
    visitor.go("/safety")
    _step(visitor)
    _step(visitor)

    expect(visitor.page.locator("a.exit")).to_be_focused()
    with visitor.page.expect_navigation(url=f"https://{DULL_SITE}/"):
        visitor.page.keyboard.press("Enter")


def test_a_mediator_books_an_appointment(newcomer: Newcomer) -> None:
    mediator = newcomer()
    _sign_in(mediator)
    main, keyboard = mediator.main, mediator.page.keyboard

    _step_to(mediator, main.locator("ul.rows a[href^='/sessions/']").first)
    _enter(mediator)
    _step_to(mediator, main.locator("a.slot.free").first)
    _enter(mediator)
    _step_to(mediator, main.locator("[name=alias]"))
    _enter(mediator)
    expect(mediator.page.locator(".errors")).to_be_focused()
    _step_to(mediator, mediator.page.locator(".errors a").first)
    keyboard.press("Enter")
    expect(main.locator("[name=alias]")).to_be_focused()
    keyboard.type("Ẹfe")
    _step_to(mediator, main.locator("[name=language]"))
    keyboard.type("edo")
    _step_to(mediator, main.locator("[name=topic]"))
    keyboard.press("ArrowDown")
    _step_to(mediator, mediator.button("Book"))
    _enter(mediator)

    expect(mediator.said).to_be_focused()
    expect(main.locator("a.slot.taken", has_text="Ẹfe")).to_be_visible()
    _step_to(mediator, mediator.button("Undo", mediator.said))
    _enter(mediator)
    expect(main.locator("a.slot.taken", has_text="Ẹfe")).to_have_count(0)


def _sign_in(walk: Walk) -> None:
    walk.go("/sign-in")
    _step_to(walk, walk.main.locator("[name=name]:not([type=hidden])"))
    walk.page.keyboard.type("mediator")
    _step(walk)
    walk.page.keyboard.type(PASSWORD)
    _enter(walk)


def _step(walk: Walk) -> None:
    """Press Tab: where one is then can be seen."""
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate(SHOWS_ITSELF) == ""


def _step_to(walk: Walk, target: Locator) -> None:
    for _ in range(STEPS_AT_MOST):
        _step(walk)
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not reached by Tab")


def _enter(walk: Walk) -> None:
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    walk.look()
