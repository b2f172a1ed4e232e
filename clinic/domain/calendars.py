"""What a calendar link tells, and over which window."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from clinic.domain.times import Week, local_date, to_instant

LINKS_AT_MOST = 5
CANCELLED_SHOWN = timedelta(days=14)
FETCH_NOTED_EVERY = timedelta(hours=1)
WEEKS_BACK = 4


class Detail(StrEnum):
    """How much an entry says: an agenda word alone, or the service's name and a public place (S17)."""

    DISCREET = "discreet"
    NAMED = "named"


def digest_of(token: str) -> str:
    """The form in which a link's token is kept and looked up."""
    return sha256(token.encode()).hexdigest()


def window_start(now: datetime) -> datetime:
    """The first instant a feed shows: Monday, four weeks back; it moves by whole weeks."""
    return Week.of(local_date(now) - timedelta(weeks=WEEKS_BACK)).starts_at


def day_start(now: datetime) -> datetime:
    """The last midnight: time alone changes what a feed says at midnights only."""
    return to_instant(local_date(now), time.min)


def cancelled_since(now: datetime) -> datetime:
    """The instant after which a cancelled session must have ended to be shown still: for 14 days after its time."""
    return day_start(now) - CANCELLED_SHOWN
