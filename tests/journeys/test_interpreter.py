"""An interpreter's story: she is asked on her phone, answers, and the first to say yes has it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.feed_reader import fetch
from tests.journeys.house import House
from tests.journeys.walk import Walk

ON = date(2026, 12, 11)  # a Friday with many free times, on which nobody interprets yet
BOTH_ASKED_ON = date(2026, 12, 4)  # the demonstration has asked two interpreters for half past nine
ALIAS = "Ẹfe"
EDO = {"fr": "edo", "en": "Edo"}
TAKEN = "Somebody else has taken it. Thank you."
PHONE = 360


def test_she_is_asked_says_yes_and_all_read_so(house: House, newcomer: Newcomer) -> None:
    mediator, first, second = newcomer(), newcomer(at=PHONE), newcomer(at=PHONE)

    _book_and_ask(mediator, house.session(Kind.LAW_ACCESS, ON))
    expect(mediator.main.locator(".tag", has_text=mediator.words("asked"))).to_have_count(3)
    expect(mediator.main).not_to_contain_text(mediator.words("booked"))

    second.sign_in("interpreter4")
    first.sign_in("interpreter")
    feed = _make_link(first)
    assert ON not in _days(feed)
    first.follow("Requests", first.page.get_by_role("navigation", name=first.words("Main")))
    card = _card(first, ON)
    for word in (EDO[first.language], "30 min", "Paris 18e"):
        expect(card).to_contain_text(word)
    for word in (ALIAS, "Médiatrice", "Suez"):
        expect(first.main).not_to_contain_text(word)
    first.press("Yes, I can", card)

    expect(first.said).to_contain_text(first.words("Thank you: it is yours."))
    expect(first.main.locator(".tag.ok")).to_have_text(first.words("you said yes"))
    expect(first.main).not_to_contain_text(ALIAS)
    assert ON in _days(feed)
    second.go("/interpreting")
    expect(second.button("Yes, I can")).to_have_count(0)
    second.activate(second.main.locator("a[href^='/interpreting/offers/']").first)
    expect(second.main).to_contain_text(second.words(TAKEN))
    mediator.page.reload()
    mediator.look()
    expect(mediator.main.locator(".tag.ok")).to_have_text([mediator.words("accepted")] * 2)
    expect(mediator.main.locator("li", has=mediator.page.locator(".tag.ok"))).to_contain_text("Interprète 1")
    mediator.follow("Back to the appointment")
    expect(mediator.main.locator("ul.rows .tag.ok")).to_have_text(mediator.words("accepted"))


def test_two_say_yes_at_once_and_one_has_it(newcomer: Newcomer) -> None:
    walks = [newcomer(), newcomer()]
    for walk, name in zip(walks, ("interpreter", "interpreter2"), strict=True):
        walk.sign_in(name)
        walk.activate(_card(walk, BOTH_ASKED_ON).locator("h3 a"))

    first, second = walks
    with first.page.expect_navigation(), second.page.expect_navigation():
        for walk in walks:
            walk.button("Yes, I can").evaluate("button => void setTimeout(() => button.click(), 300)")
    for walk in walks:
        walk.look()

    yes, sorry = first.words("you said yes"), first.words(TAKEN)
    read = [walk.main.inner_text() for walk in walks]
    assert sorted((yes in each, sorry in each) for each in read) == [(False, True), (True, False)]
    for walk in walks:
        expect(walk.button("Yes, I can")).to_have_count(0)
        walk.go("/interpreting")


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (360, "en")])
def test_S21_without_scripts_she_answers(newcomer: Newcomer) -> None:
    interpreter = newcomer(has_scripts=False)
    interpreter.sign_in("interpreter")

    card = _card(interpreter, BOTH_ASKED_ON)
    interpreter.press("I do not know yet", card)
    expect(interpreter.said).to_be_visible()
    interpreter.press("Yes, I can", card)
    expect(interpreter.said).to_contain_text(interpreter.words("Thank you: it is yours."))
    interpreter.press("Undo", interpreter.said)

    expect(interpreter.said).to_contain_text(interpreter.words("Thank you for saying so. Somebody else will be asked."))
    expect(card).to_have_count(0)


def _book_and_ask(mediator: Walk, session_id: str) -> None:
    """Book a time, say that an interpreter is needed for it, and ask both who speak Edo."""
    mediator.sign_in("mediator")
    mediator.go(f"/sessions/{session_id}")
    mediator.activate(mediator.main.locator("a.slot.free", has_text="10").first)
    mediator.fill({"alias": ALIAS, "language": "bin", "topic": "asylum"})
    mediator.press("Book")
    mediator.activate(mediator.main.locator("a.slot.taken", has_text=ALIAS))
    mediator.follow("Interpreter needed")
    mediator.press("Choose whom to ask")
    expect(mediator.page.locator(".errors")).to_be_visible()
    mediator.fill({"modality": ["on_site"]})
    mediator.press("Choose whom to ask")
    mediator.press("Ask")
    expect(mediator.page.locator(".errors")).to_be_visible()
    for name in ("Interprète 1", "Interprète 4"):
        mediator.main.get_by_label(name, exact=True).check()
    mediator.press("Ask")
    said = mediator.words.many("%(num)d person is asked.", "%(num)d people are asked.", 2)
    expect(mediator.said).to_contain_text(said)


def _card(walk: Walk, on: date) -> Locator:
    """The card of what she is asked for a day."""
    return walk.main.locator("div.card.next", has=walk.page.locator(f"time[datetime='{on.isoformat()}']"))


def _make_link(walk: Walk) -> str:
    """Make a calendar link on her account's page, and read its address."""
    walk.go("/account")
    walk.fill({"name": "Téléphone", "detail": ["discreet"]})
    walk.press("Make the link")
    return walk.page.locator("#address").input_value()


def _days(feed: str) -> set[date]:
    """The days on which a feed has an entry."""
    events: list[Any] = Calendar.from_ical(fetch(feed).body).walk("VEVENT")
    return {event["DTSTART"].dt.date() for event in events}
