"""Meetings by telephone: an agreed time with a peer, within the hours at which she may be called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused
from clinic.domain.contacts import EARLIEST, LATEST, Hours, Reach, Suspension
from clinic.domain.notices import Kind
from clinic.domain.times import local_date, to_local
from clinic.domain.timing import is_open_day

LENGTHS = (15, 30, 45, 60)
_USUAL = Hours(EARLIEST, LATEST)


class MeetingState(StrEnum):
    """A meeting stands, or was called off; or its peer cannot take it any more, and another one is to be found."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    WITHOUT_PEER = "without_peer"


class Knows(StrEnum):
    """Whether she knows how it stands: she does, a message will say it, or somebody has to call her."""

    KNOWS = "knows"
    WRITTEN = "written"
    CALL = "call"


@dataclass(frozen=True)
class Heard:
    """What somebody was told: when it is, None: that it is called off. Unless `is_sure`, it perhaps did not arrive."""

    at: datetime
    starts_at: datetime | None
    is_sure: bool = True


@dataclass(frozen=True)
class Owed:
    """What is still to be said; after a move, when she thinks it is. No message can say what is not `is_writable`."""

    kind: Kind
    was: datetime | None = None
    is_writable: bool = True


def ends_at(starts_at: datetime, minutes: int) -> datetime:
    """When a meeting of this length is over."""
    return starts_at + timedelta(minutes=minutes)


def check_ahead(starts_at: datetime, now: datetime) -> None:
    """Raise `Refused("move_into_past")` for a time that is not ahead."""
    if starts_at <= now:
        raise Refused("move_into_past")


def check_not_begun(starts_at: datetime, now: datetime) -> None:
    """Raise `Refused("meeting_begun")` for what can only be noted any more."""
    if starts_at <= now:
        raise Refused("meeting_begun")


def check_safe(reach: Reach | None) -> None:
    """Nothing is agreed with somebody who may not be called, or who stopped everything (S15).

    Raises `Refused` with `meeting_not_safe`, `meeting_stopped`.
    """
    if reach and reach.suspended:
        raise Refused("meeting_not_safe" if reach.suspended is Suspension.NOT_SAFE else "meeting_stopped")


def hours_of(reach: Reach | None) -> Hours:
    """The hours within which a call may be agreed: her own, else 8:00 to 20:00."""
    return (reach.choice.hours if reach else None) or _USUAL


def check_hours(reach: Reach | None, span: tuple[datetime, datetime]) -> None:
    """The agreed time lies within the hours at which she may be reached: her own, else 8:00 to 20:00 (S14).

    Raises `Refused` with `meeting_outside_week`, `meeting_outside_daily`, each with her hours.
    """
    hours = hours_of(reach)
    if not _is_within(span, hours):
        code = "meeting_outside_daily" if hours.rest_days else "meeting_outside_week"
        raise Refused(code, opens=hours.opens, closes=hours.closes)


def thoughts(heard: Sequence[Heard]) -> list[datetime | None]:
    """What she may think, the latest last: what she surely heard, and what perhaps arrived since."""
    last = max((number for number, each in enumerate(heard) if each.is_sure), default=None)
    surely = [None if last is None else heard[last].starts_at]
    return surely + [each.starts_at for each in heard[(-1 if last is None else last) + 1 :]]


def owed(heard: Sequence[Heard], *, starts_at: datetime, takes_place: bool) -> Owed | None:
    """What is still to be said to somebody who heard this, in order; None when she knows how it stands.

    Nobody hears that something is called off of which she never heard. What perhaps arrived is never written again
    (S75), and no message calls off another time than the one that she knows.
    """
    truth = starts_at if takes_place else None
    thinks = thoughts(heard)
    wrong = [each for each in thinks if each != truth]
    if not wrong:
        return None
    times = [each for each in wrong if each is not None]
    is_fresh = truth not in thinks[1:]
    if truth is None:
        return Owed(Kind.SESSION_CANCELLED, is_writable=is_fresh and set(times) == {starts_at})
    was_called_off = any(each.starts_at is None for each in heard)
    kind = Kind.SESSION_MOVED if times else Kind.SESSION_RESTORED if was_called_off else Kind.BOOKED
    return Owed(kind, times[-1] if times else None, is_writable=is_fresh)


def _is_within(span: tuple[datetime, datetime], hours: Hours) -> bool:
    begins, ends = map(to_local, span)
    is_one_day = begins.date() == ends.date()
    is_open = is_open_day(local_date(span[0]), hours)
    return is_one_day and is_open and hours.opens <= begins.time() and ends.time() <= hours.closes
