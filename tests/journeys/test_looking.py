"""What a journey looks for on each page, it would notice."""

from __future__ import annotations

import pytest

from tests.journeys import axe
from tests.journeys.conftest import Newcomer

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr")])


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("document.querySelector('h1').style.inlineSize = '2000px'", "wider than the screen"),
        ("document.title = 'Avocat'", "Avocat"),
        ("fetch('https://elsewhere.example/').catch(() => 0)", "Content Security Policy"),
        ("document.querySelector('h1').setAttribute('style', 'color: red')", "Content Security Policy"),
        ("console.error('broken')", "broken"),
    ],
)
def test_a_harm_to_a_page_is_noticed(newcomer: Newcomer, harm: str, words: str) -> None:
    visitor = newcomer()
    visitor.go("/")

    visitor.page.evaluate(harm)

    with pytest.raises(AssertionError, match=words):
        visitor.look()
    visitor.troubles.clear()


def test_axe_notices_what_keeps_somebody_out(newcomer: Newcomer) -> None:
    visitor = newcomer()
    visitor.go("/")

    visitor.page.evaluate("document.querySelector('a.exit').textContent = ''; document.documentElement.lang = ''")

    found = " ".join(axe.violations(visitor.page))
    assert "link-name" in found
    assert "html-has-lang" in found
