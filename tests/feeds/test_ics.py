"""The file as every client must be able to read it (calendars.md, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from clinic.domain.text import BadText, clean
from clinic.domain.times import ZONE
from clinic.feeds.ics import EntryStatus, render
from tests.feeds.entries import make_entry, occurrences, unfolded

STARTS_AT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=3)
MINUTES = st.integers(min_value=0, max_value=18 * 365 * 24 * 60)


def test_a_feed_is_one_calendar_with_its_zone_and_its_names() -> None:
    lines = unfolded(render([make_entry(STARTS_AT, ENDS_AT)], name="Agenda", is_public=False))

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VCALENDAR") == lines.count("BEGIN:VTIMEZONE") == lines.count("BEGIN:VEVENT") == 1
    assert lines.index("BEGIN:VTIMEZONE") < lines.index("BEGIN:VEVENT")
    assert {
        "VERSION:2.0",
        "PRODID:-//Agenda//Agenda//FR",
        "CALSCALE:GREGORIAN",
        "NAME:Agenda",
        "X-WR-CALNAME:Agenda",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    } <= set(lines)


def test_an_event_says_when_in_local_time_and_where_it_stands() -> None:
    lines = unfolded(render([make_entry(STARTS_AT, ENDS_AT)], name="Agenda", is_public=False))

    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    assert sorted(event) == [
        "CLASS:PRIVATE",
        "DTEND;TZID=Europe/Paris:20261127T123000",
        "DTSTAMP:20261001T083000Z",
        "DTSTART;TZID=Europe/Paris:20261127T093000",
        "LAST-MODIFIED:20261001T083000Z",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "SUMMARY:Matin",
        "TRANSP:OPAQUE",
        "UID:0b1f7f0e-5d6f-4d6e-9a53-3f1d7c1a2b3c",
    ]


def test_a_public_feed_is_public() -> None:
    feed = render([make_entry(STARTS_AT, ENDS_AT)], name="Ateliers", is_public=True)

    assert "CLASS:PUBLIC" in unfolded(feed)
    assert "CLASS:PRIVATE" not in unfolded(feed)


def test_an_empty_calendar_still_holds_its_zone() -> None:
    read = Calendar.from_ical(render([], name="Agenda", is_public=False))

    assert [component.name for component in read.subcomponents] == ["VTIMEZONE"]


@pytest.mark.parametrize("status", EntryStatus)
def test_a_status_is_told(status: EntryStatus) -> None:
    feed = render([make_entry(STARTS_AT, ENDS_AT, status=status)], name="Agenda", is_public=False)

    assert f"STATUS:{status}" in unfolded(feed)


def test_the_zone_changes_its_clocks_when_paris_does() -> None:
    zone = Calendar.from_ical(render([], name="Agenda", is_public=False)).walk("VTIMEZONE")[0]

    assert zone["TZID"] == ZONE.key
    assert [onset(part) for part in zone.subcomponents] == [
        ("STANDARD", 10, "-1SU", 3, timedelta(hours=2), timedelta(hours=1)),
        ("DAYLIGHT", 3, "-1SU", 2, timedelta(hours=1), timedelta(hours=2)),
    ]


@given(minutes=MINUTES)
def test_every_instant_is_read_back_as_it_was(minutes: int) -> None:
    starts_at = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ends_at = starts_at + timedelta(hours=3)

    feed = render([make_entry(starts_at, ends_at)], name="Agenda", is_public=False)

    assert [(start, end) for _uid, start, end in occurrences(feed)] == [(starts_at, ends_at)]


@pytest.mark.parametrize(("hour", "line"), [
    (23, "DTSTART;TZID=Europe/Paris:20261025T013000"),
    (24, "DTSTART:20261025T003000Z"),
    (25, "DTSTART:20261025T013000Z"),
    (26, "DTSTART;TZID=Europe/Paris:20261025T033000"),
])  # fmt: skip
def test_S74_the_hour_that_comes_twice_is_written_in_utc(hour: int, line: str) -> None:
    starts_at = datetime(2026, 10, 24, 0, 30, tzinfo=UTC) + timedelta(hours=hour)

    feed = render([make_entry(starts_at, starts_at + timedelta(hours=3))], name="Agenda", is_public=False)

    assert line in unfolded(feed)


@pytest.mark.parametrize(("starts_at", "ends_at"), [
    (datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
    (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
])  # fmt: skip
def test_S74_a_saturday_night_is_22_to_4_on_both_change_nights(starts_at: datetime, ends_at: datetime) -> None:
    feed = render([make_entry(starts_at, ends_at)], name="Agenda", is_public=False)

    clocks = [line[-7:] for line in unfolded(feed) if line.startswith(("DTSTART;", "DTEND;"))]
    assert sorted(clocks) == ["T040000", "T220000"]
    assert [(start, end) for _uid, start, end in occurrences(feed)] == [(starts_at, ends_at)]


@given(summary=st.text(max_size=200), location=st.text(max_size=200), name=st.text(min_size=1, max_size=80))
def test_odd_names_are_folded_between_characters_and_read_back(summary: str, location: str, name: str) -> None:
    summary, location, name = kept(summary), kept(location), kept(name)

    feed = render([make_entry(STARTS_AT, ENDS_AT, summary=summary, location=location)], name=name, is_public=False)

    lines = feed.split(b"\r\n")
    assert all(len(line) <= 75 and line.decode() is not None for line in lines)
    assert feed.endswith(b"\r\n")
    assert feed.count(b"\n") == feed.count(b"\r") == len(lines) - 1
    event = Calendar.from_ical(feed).walk("VEVENT")[0]
    assert str(event.get("SUMMARY", "")) == summary.replace("\\", "")
    assert str(event.get("LOCATION", "")) == location.replace("\\", "")


@pytest.mark.parametrize("name", ["Ọ̀ṣun " * 30, "早上的法律援助" * 20, "👩🏾‍⚖️" * 40, "a, b; c: d" * 20])
def test_a_line_has_at_most_75_octets(name: str) -> None:
    feed = render([make_entry(STARTS_AT, ENDS_AT, summary=name)], name=name, is_public=False)

    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    assert str(Calendar.from_ical(feed).walk("VEVENT")[0]["SUMMARY"]) == name


def test_a_backslash_is_left_out() -> None:
    feed = render([make_entry(STARTS_AT, ENDS_AT, summary=r"A\nB \\ C", location=r"C:\d")], name=r"\N", is_public=False)

    assert {"SUMMARY:AnB  C", "LOCATION:C:d", "NAME:N"} <= set(unfolded(feed))


def test_equal_entries_give_equal_bytes() -> None:
    entries = [make_entry(STARTS_AT, ENDS_AT), make_entry(ENDS_AT, ENDS_AT + timedelta(hours=1), uid="another")]

    assert render(entries, name="Agenda", is_public=False) == render(list(entries), name="Agenda", is_public=False)


def test_a_feed_begins_without_a_byte_order_mark_and_names_nobody() -> None:
    feed = render([make_entry(STARTS_AT, ENDS_AT, location="2 rue de Suez")], name="Agenda", is_public=False)

    assert feed.startswith(b"BEGIN:VCALENDAR\r\n")
    for never in (b"ATTENDEE", b"ORGANIZER", b"VALARM", b"RDATE", b"EXDATE", b"RECURRENCE-ID", b"METHOD"):
        assert never not in feed


def onset(part: Any) -> tuple[object, ...]:
    """When a part of the zone begins, each year by its rule alone."""
    rule = part["RRULE"]
    assert set(rule) == {"FREQ", "BYDAY", "BYMONTH"}
    assert "RDATE" not in part
    [month], [day] = rule["BYMONTH"], rule["BYDAY"]
    return (part.name, month, day, part["DTSTART"].dt.hour, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td)


def kept(text: str) -> str:
    """The text as a form would keep it."""
    try:
        return clean(text)
    except BadText:
        return "x" * 200
