"""Asking axe what keeps somebody out of a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = (Path(__file__).resolve().parents[1] / "vendor/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)))"""

SCROLL = """to => {
  const before = scrollY;
  if (document.querySelector(".thumb")) scrollTo(0, to === "end" ? document.body.scrollHeight : to);
  return before;
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on a page: the rule, and the element that breaks it.

    It looks at the end of the page, where what sticks to the bottom of the screen stands in its own place.
    """
    page.evaluate(SOURCE)
    before = page.evaluate(SCROLL, "end")
    found: list[str] = page.evaluate(RUN, TAGS)
    page.evaluate(SCROLL, before)
    return found
