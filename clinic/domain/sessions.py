"""Sessions: what kinds there are, and whether one may be moved, cancelled or restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused

HORIZON = timedelta(weeks=53)
HORIZON_AT_LEAST = timedelta(weeks=27)
LONGEST = timedelta(hours=14)


class Kind(StrEnum):
    """What a series offers; workshops carry a film and a speaker."""

    LAW_ACCESS = "law_access"
    BUS = "bus"
    WORKSHOP = "workshop"
    OTHER = "other"


class Status(StrEnum):
    """Whether a session is to take place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a session is called off: a closed list, so that nobody writes a story here.

    `SERIES`: its series ended or changed; chosen by nobody.
    """

    CREW = "crew"
    VENUE = "venue"
    WEATHER = "weather"
    TRANSPORT = "transport"
    HOLIDAY = "holiday"
    SERIES = "series"
    OTHER = "other"


@dataclass(frozen=True)
class Booked:
    """An appointment as a rule sees it: its id, how she is called, if she has a record, its span."""

    id: str
    alias: str | None
    starts_at: datetime
    ends_at: datetime


def check_open(status: Status, ends_at: datetime, now: datetime) -> None:
    """Refuse to change what is cancelled or over."""
    if status is Status.CANCELLED:
        raise Refused("session_cancelled")
    if ends_at <= now:
        raise Refused("session_over")


def check_span(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a span that is empty or longer than fourteen hours."""
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise Refused("span_too_long")


def check_move(status: Status, ends_at: datetime, into: tuple[datetime, datetime], now: datetime) -> None:
    """Refuse to move what is cancelled or over, or to move anything into the past."""
    check_open(status, ends_at, now)
    check_span(*into)
    if into[0] <= now:
        raise Refused("move_into_past")


def carry(
    booked: Sequence[Booked], *, by: timedelta, into: tuple[datetime, datetime]
) -> tuple[list[Booked], list[Booked]]:
    """Move appointments with their session: those that fit its new span, and those that fall outside it."""
    moved = [Booked(each.id, each.alias, each.starts_at + by, each.ends_at + by) for each in booked]
    outside = [each for each in moved if each.starts_at < into[0] or each.ends_at > into[1]]
    return [each for each in moved if each not in outside], outside
