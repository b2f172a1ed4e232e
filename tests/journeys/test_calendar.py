"""Somebody's calendar: she sees what each level tells, makes a link, and her program reads it."""

from __future__ import annotations

from datetime import date
from typing import Any

from icalendar import Calendar
from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.feeds.entries import occurrences
from tests.journeys.conftest import Newcomer
from tests.journeys.feed_reader import fetch
from tests.journeys.house import House
from tests.journeys.walk import Walk

FRIDAY = date(2026, 11, 27)
WORDS = {"fr": ("Matin", "Point d’accès au droit"), "en": ("Morning", "Law access point")}


def test_S17_both_levels_are_seen_before_a_link_is_made(newcomer: Newcomer) -> None:
    lawyer = newcomer()
    lawyer.sign_in("lawyer")
    lawyer.go("/account")

    discreet, named = lawyer.main.locator("div.card").all()

    word, name = WORDS[lawyer.language]
    expect(discreet).to_contain_text(word)
    expect(discreet).not_to_contain_text(name)
    expect(discreet).not_to_contain_text("rue de Suez")
    expect(named).to_contain_text(name)
    expect(named).to_contain_text("2 rue de Suez")


def test_a_link_is_shown_once_and_its_feed_follows_what_happens(house: House, newcomer: Newcomer) -> None:
    lawyer, coordinator = newcomer(), newcomer()
    lawyer.sign_in("lawyer")
    url = _make_link(lawyer)

    first = fetch(url)
    again = fetch(url, If_None_Match=str(first.headers["ETag"]))
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert _entry_of_friday(first.body)["SUMMARY"] == WORDS[lawyer.language][0]
    assert _entry_of_friday(first.body)["STATUS"] == "CONFIRMED"

    coordinator.sign_in("coordinator")
    coordinator.go(f"/sessions/{house.session(Kind.LAW_ACCESS, FRIDAY)}/cancel")
    coordinator.fill({"reason": ["weather"]})
    coordinator.press("Cancel the session")
    after = fetch(url, If_None_Match=str(first.headers["ETag"]))
    assert after.status == 200
    assert _entry_of_friday(after.body)["STATUS"] == "CANCELLED"
    assert [each[0] for each in occurrences(after.body)] == [each[0] for each in occurrences(first.body)]

    lawyer.page.reload()
    lawyer.look()
    expect(lawyer.page.locator("#address")).to_have_count(0)
    lawyer.follow("End this link")
    lawyer.press("End the link")
    assert fetch(url).status == 404


def _make_link(walk: Walk) -> str:
    """Make a discreet link on the account's page and read its address."""
    walk.go("/account")
    walk.press("Make the link")
    expect(walk.page.locator(".errors")).to_be_visible()
    walk.fill({"name": "Téléphone", "detail": ["discreet"]})
    walk.press("Make the link")
    return walk.page.locator("#address").input_value()


def _entry_of_friday(feed: bytes) -> dict[str, str]:
    events: list[Any] = Calendar.from_ical(feed).walk("VEVENT")
    event = next(each for each in events if each["DTSTART"].dt.date() == FRIDAY)
    return {name: str(event[name]) for name in ("SUMMARY", "STATUS")}
