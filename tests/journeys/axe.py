"""Asking axe what keeps somebody out of a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = (Path(__file__).resolve().parents[1] / "vendor/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)))"""


def violations(page: Page) -> list[str]:
    """What axe finds on a page: the rule, and the element that breaks it."""
    page.evaluate(SOURCE)
    found: list[str] = page.evaluate(RUN, TAGS)
    return found
