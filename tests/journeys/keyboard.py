"""Going through a page with a keyboard alone: each step shows where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator

from clinic.demo import PASSWORD
from tests.journeys.walk import Walk

STEPS_AT_MOST = 60
SHOWS_ITSELF = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const isSeen = top && (at.contains(top) || top.contains(at));
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && isSeen ? "" : at.outerHTML;
}"""


def sign_in(walk: Walk, name: str) -> None:
    """Come in with a name and the password of the demonstration."""
    walk.go("/sign-in")
    step_to(walk, walk.main.locator("[name=name]:not([type=hidden])"))
    walk.page.keyboard.type(name)
    step(walk)
    walk.page.keyboard.type(PASSWORD)
    enter(walk)


def step(walk: Walk) -> None:
    """Press Tab: where one is then can be seen."""
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate(SHOWS_ITSELF) == ""


def step_to(walk: Walk, target: Locator) -> None:
    """Press Tab until this, or one of these, is reached."""
    for _ in range(STEPS_AT_MOST):
        step(walk)
        if target.evaluate_all("elements => elements.includes(document.activeElement)"):
            return
    pytest.fail(f"{target} is not reached by Tab")


def enter(walk: Walk) -> None:
    """Press Enter, and look at the page that comes."""
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    walk.look()
