"""The iCalendar file that every feed is written as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, Timezone

from clinic.domain.times import ZONE, to_local

# By hand: icalendar's `add_missing_timezones()` (7.3.0) writes dated onsets, those of spring an hour late.
_TIMEZONE = Timezone.from_ical(f"""\
BEGIN:VTIMEZONE
TZID:{ZONE.key}
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
""")
_REFRESH = timedelta(hours=1)


class EntryStatus(StrEnum):
    """What a calendar shows of an entry (RFC 5545 §3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Entry:
    """One event; instants are aware, `changed_at` and `sequence` advance with every change a reader would notice."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    status: EntryStatus
    summary: str
    location: str | None = None
    description: str | None = None


def render(entries: Iterable[Entry], *, name: str, is_public: bool) -> bytes:
    """Write entries as one VCALENDAR (RFC 5545 §3.4); equal entries give equal bytes, whatever the time is."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Agenda//Agenda//FR")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_TIMEZONE)
    for entry in entries:
        calendar.add_component(_event(entry, is_public=is_public))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, *, is_public: bool) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", _moment(entry.starts_at))
    event.add("dtend", _moment(entry.ends_at))
    event.add("status", entry.status.value)
    event.add("class", "PUBLIC" if is_public else "PRIVATE")
    event.add("transp", "OPAQUE")
    texts = {"summary": entry.summary, "location": entry.location, "description": entry.description}
    for kind, text in texts.items():
        if text:
            event.add(kind, _plain(text))
    return event


def _moment(at: datetime) -> datetime:
    """The local time, or UTC in the hour that comes twice.

    With a TZID that hour is its first pass (RFC 5545 §3.3.5), but ical.js takes it for the second.
    """
    local = to_local(at)
    other = local.replace(fold=1 - local.fold)
    return local if local.utcoffset() == other.utcoffset() else at


def _plain(text: str) -> str:
    """Text without backslashes, which four of ten parsers misread."""
    return text.replace("\\", "")
