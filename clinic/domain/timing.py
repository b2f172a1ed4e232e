"""When a notice may go and until when it is worth sending: offsets, windows, caps, new tries (S14, S16)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

import holidays

from clinic.domain.contacts import Hours
from clinic.domain.notices import Kind
from clinic.domain.times import NonexistentTime, local_date, to_instant, to_local

UNDO_FOR = timedelta(minutes=5)
UNDO_TONIGHT_FOR = timedelta(minutes=2)
TONIGHT = timedelta(hours=24)
LEASE = timedelta(minutes=5)  # longer than a server may take
WORTH_TELLING = timedelta(hours=24)
WORTH_REMINDING = timedelta(hours=12)
OPENS, CLOSES, CLOSES_FOR_CHANGES = time(10), time(18), time(20)
PER_APPOINTMENT, PER_DAY, PER_WEEK = 2, 1, 4
WAITS_TOO_LONG = timedelta(hours=1)
# A change that waited so long in vain, so shortly before it is too late, is told by telephone.
WAITED_IN_VAIN, TIME_TO_CALL = timedelta(minutes=15), timedelta(hours=2)

_THURSDAY, _SUNDAY = 3, 6
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_LONGEST_PAUSE = timedelta(minutes=30)

CHANGES = frozenset({Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED, Kind.SPOT_CHANGED})
_TONIGHT = CHANGES - {Kind.SESSION_MOVED} | {Kind.OFFER_WITHDRAWN, Kind.CALLS_WAITING}


class Offset(StrEnum):
    """How long before it begins a reminder goes: hours, or days and a wall time."""

    WEEK_10 = "7d@10"
    HOURS_48 = "48h"
    DAYS_2_14 = "2d@14"
    DAY_10 = "1d@10"
    DAY_14 = "1d@14"
    DAY_17 = "1d@17"
    HOURS_3 = "3h"

    def before(self, starts_at: datetime) -> datetime:
        """The instant of a reminder of what begins then."""
        if self.endswith("h"):
            return starts_at - timedelta(hours=int(self[:-1]))
        days, _, hour = self.partition("d@")
        return to_instant(local_date(starts_at) - timedelta(days=int(days)), time(int(hour)))


FOR_CREW = (Offset.HOURS_48, Offset.DAY_14)
FOR_PEOPLE = (Offset.DAY_14,)
OFFSETS_FOR_CREW, OFFSETS_FOR_PEOPLE = 3, 2  # the most there may be; for people the caps hold as well


@dataclass(frozen=True)
class Rhythm:
    """What says when a reader may be written to: whether she works here, and else her own hours, None the usual."""

    at_work: bool
    hours: Hours | None = None


@dataclass(frozen=True)
class Went:
    """A message that went, or perhaps did, to one person: about which object, of which kind, when."""

    about_id: str
    kind: Kind
    at: datetime


def offsets_of(codes: str) -> tuple[Offset, ...]:
    """Offsets as a series keeps them: their codes with spaces between."""
    return tuple(Offset(code) for code in codes.split())


def undo_for(kind: Kind, starts_at: datetime, now: datetime) -> timedelta:
    """How long an act can be undone before it is told: five minutes, two when tonight does not take place."""
    is_tonight = kind in _TONIGHT and starts_at - now < TONIGHT
    return UNDO_TONIGHT_FOR if is_tonight else UNDO_FOR


def act_due(kind: Kind, starts_at: datetime, now: datetime, rhythm: Rhythm) -> datetime:
    """When the notice of an act may go: after the time to undo it, and within the reader's hours (S14)."""
    return into_window(now + undo_for(kind, starts_at, now), kind, rhythm)


def reminders_due(
    starts_at: datetime, offsets: Collection[Offset], now: datetime, rhythm: Rhythm
) -> list[tuple[Kind, datetime]]:
    """Which reminders go when, as far as still ahead and before the start; within her hours, one a day (S14, S16).

    On Thursdays those who work on Friday get one digest of their Friday in the place of the day's reminders.
    """
    due = sorted(at for at in (each.before(starts_at) for each in offsets) if at > now)
    if rhythm.at_work:
        return sorted({(_kind_for_crew(starts_at, at), at) for at in due}, key=lambda each: each[1])
    by_day: dict[date, datetime] = {}
    for at in (into_window(each, Kind.REMINDER, rhythm) for each in due):
        by_day.setdefault(local_date(at), at)
    return [(Kind.REMINDER, at) for at in by_day.values() if at < starts_at]


def _kind_for_crew(starts_at: datetime, at: datetime) -> Kind:
    day = local_date(at)
    is_eve = local_date(starts_at) - day == _DAY and day.weekday() == _THURSDAY
    return Kind.DIGEST if is_eve else Kind.REMINDER


def valid_until(kind: Kind, due_at: datetime, starts_at: datetime) -> datetime:
    """Late means never: the instant from which a notice is not sent any more."""
    worth = WORTH_REMINDING if kind in (Kind.REMINDER, Kind.DIGEST) else WORTH_TELLING
    return min(starts_at, due_at + worth)


def is_in_window(at: datetime, kind: Kind, rhythm: Rhythm) -> bool:
    """May she be written to now? Who works here: always. Else within her own hours; without any, 10:00 to 18:00,
    changes until 20:00, not on Sundays and public holidays (S14)."""
    if rhythm.at_work:
        return True
    opens, closes = _span(kind, rhythm.hours)
    return is_open_day(local_date(at), rhythm.hours) and opens <= to_local(at).time() < closes


def is_open_day(day: date, hours: Hours | None) -> bool:
    """Not Sundays and public holidays, unless she asked for them (S14)."""
    if hours and hours.rest_days:
        return True
    return day.weekday() != _SUNDAY and day not in _public_holidays()


def into_window(at: datetime, kind: Kind, rhythm: Rhythm) -> datetime:
    """The first instant, not before this one, at which she may be written to."""
    if is_in_window(at, kind, rhythm):
        return at
    opens, _ = _span(kind, rhythm.hours)
    day = local_date(at)
    if to_local(at).time() >= opens or not is_open_day(day, rhythm.hours):
        day += _DAY
    while not is_open_day(day, rhythm.hours):
        day += _DAY
    return into_window(_opening(day, opens), kind, rhythm)


def capped_until(kind: Kind, about_id: str, went: Sequence[Went], now: datetime) -> datetime | None:
    """Until when the caps hold a message back: 2 an appointment, 1 a day, 4 a week; None when it may go (S14).

    What was cancelled or moved is outside the caps, and does not count. `datetime.max` (UTC): for good.
    """
    if kind in CHANGES:
        return None
    counted = [each for each in went if each.kind not in CHANGES]
    if sum(each.about_id == about_id for each in counted) >= PER_APPOINTMENT:
        return datetime.max.replace(tzinfo=now.tzinfo)
    today = local_date(now)
    held = [to_instant(today + _DAY, time.min)] if any(local_date(each.at) == today for each in counted) else []
    this_week = sorted(each.at for each in counted if now - each.at < _WEEK)
    if len(this_week) >= PER_WEEK:
        held.append(this_week[-PER_WEEK] + _WEEK)
    return max(held, default=None)


def next_try(tries: int, now: datetime) -> datetime:
    """When to try again after this many tries: 1, 2, 4… minutes later, half an hour at most."""
    return now + min(timedelta(minutes=2 ** min(tries - 1, 10)), _LONGEST_PAUSE)


def _span(kind: Kind, hours: Hours | None) -> tuple[time, time]:
    """Her own hours hold for all; the usual ones are longer for changes."""
    if hours:
        return hours.opens, hours.closes
    return OPENS, CLOSES_FOR_CHANGES if kind in CHANGES else CLOSES


def _opening(day: date, opens: time) -> datetime:
    """When a day's hours open; where the clocks change: of a time that comes twice the second, of none the next."""
    try:
        return to_instant(day, opens, fold=1)
    except NonexistentTime as left_out:
        return to_instant(day, left_out.suggestion.time())


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("FR")
