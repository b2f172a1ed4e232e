"""Feeds as ical.js reads them, the parser of Thunderbird and Nextcloud, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page

from clinic.domain.times import span
from clinic.feeds.ics import Entry, EntryStatus, render
from tests.feeds.entries import make_entry, occurrences
from tests.journeys import ical_js

SUMMARIES = ("Matin", "早上的法律援助" * 20, "Ọ̀sun, a; b: c" * 9, "👩🏾‍⚖️" * 30)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that knows ical.js, in a zone of its own."""
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.evaluate(ical_js.SOURCE)
    yield page
    context.close()


def test_both_parsers_see_the_same_occurrences_through_two_years(page: Page) -> None:
    entries = [entry(number, datetime(2026, 1, 2, 17, tzinfo=UTC) + timedelta(days=number)) for number in range(730)]
    feed = render(entries, name="Agenda", is_public=False)

    seen = ical_js.read(page, feed)

    expected = [(each.uid, each.starts_at, each.ends_at) for each in entries]
    assert [ical_js.occurrence(each) for each in seen] == occurrences(feed) == expected


@pytest.mark.parametrize("saturday", [date(2026, 3, 28), date(2026, 10, 24), date(2027, 3, 27), date(2027, 10, 30)])
def test_S74_a_night_of_the_clocks_is_seen_as_it_is(page: Page, saturday: date) -> None:
    starts_at, ends_at = span(saturday, time(22), time(4))
    feed = render([make_entry(starts_at, ends_at)], name="Agenda", is_public=False)

    seen = ical_js.read(page, feed)

    assert [ical_js.occurrence(each)[1:] for each in seen] == [(starts_at, ends_at)]


@pytest.mark.parametrize("hour", [0, 1])
def test_S74_both_passes_of_the_hour_that_comes_twice_are_seen(page: Page, hour: int) -> None:
    starts_at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    feed = render([make_entry(starts_at, starts_at + timedelta(hours=3))], name="Agenda", is_public=False)

    seen = ical_js.read(page, feed)

    assert [ical_js.occurrence(each)[1] for each in seen] == [starts_at]


def test_words_and_states_are_read_as_they_were_written(page: Page) -> None:
    starts_at = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    entries = [
        make_entry(starts_at, starts_at + timedelta(hours=3), summary=summary, status=status, location="2, rue; x")
        for summary in SUMMARIES
        for status in EntryStatus
    ]

    seen = ical_js.read(page, render(entries, name="Agenda", is_public=False))

    read = [(each["summary"], each["status"], each["location"]) for each in seen]
    assert read == [(each.summary, each.status.value, each.location) for each in entries]


def entry(number: int, starts_at: datetime) -> Entry:
    """An entry of three to seven hours that begins at another hour than the one before."""
    starts_at += timedelta(hours=number % 24)
    return make_entry(starts_at, starts_at + timedelta(hours=3 + number % 5), uid=f"uid-{number}")
