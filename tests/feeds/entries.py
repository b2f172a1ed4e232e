"""Making entries, and reading feeds back as other programs do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

from clinic.feeds.ics import Entry, EntryStatus

CHANGED_AT = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


def make_entry(starts_at: datetime, ends_at: datetime, **values: Any) -> Entry:
    """An entry of this time; everything else may be named."""
    given: dict[str, Any] = {
        "uid": "0b1f7f0e-5d6f-4d6e-9a53-3f1d7c1a2b3c",
        "sequence": 2,
        "changed_at": CHANGED_AT,
        "status": EntryStatus.CONFIRMED,
        "summary": "Matin",
    }
    return Entry(starts_at=starts_at, ends_at=ends_at, **{**given, **values})


def occurrences(feed: bytes) -> list[tuple[str, datetime, datetime]]:
    """The uid, start and end (UTC) of each event, as icalendar reads them."""
    events = Calendar.from_ical(feed).walk("VEVENT")
    return [(str(each["UID"]), _instant(each["DTSTART"]), _instant(each["DTEND"])) for each in events]


def unfolded(feed: bytes) -> list[str]:
    """The content lines of a feed, put together again."""
    return feed.decode().replace("\r\n ", "").split("\r\n")


def _instant(value: Any) -> datetime:
    moment: datetime = value.dt
    return moment.astimezone(UTC)
