"""Valves: when a channel's server is left alone for a while, and when a human has to look before anything goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TROUBLES = 5  # in a row, then the server is left alone
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=30)
FLOOD_OVER, FLOOD_TIMES, JUSTIFIED_BY = timedelta(hours=1), 3, timedelta(hours=48)
ALWAYS_ALLOWED = 60  # an hour: one evening called off or one series moved is no flood
CLOCK_SLIPS = timedelta(minutes=5)
TRIAL = timedelta(minutes=5)  # so long one message has, after a rest, to show that the server is back
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)


class Hold(StrEnum):
    """Why nothing goes until a coordinator says so: too many messages at once, or a clock that jumped."""

    FLOOD = "flood"
    CLOCK = "clock"


class Why(StrEnum):
    """Why nothing of a channel goes now: nobody serves it here, its server is left alone, or a hold."""

    NO_CHANNEL = "no_channel"
    RESTING = "resting"
    FLOOD = "flood"
    CLOCK = "clock"


@dataclass(frozen=True)
class Shut:
    """A valve that lets nothing through: why, and until when, if that is known."""

    why: Why
    until: datetime | None = None

    def look_again_at(self, due_at: datetime, now: datetime) -> datetime:
        """When a notice due then is looked at again: once it has waited twice as long, a minute to half an hour on."""
        return self.until or now + min(max(now - due_at, SHORTEST_WAIT), LONGEST_WAIT)


@dataclass(frozen=True)
class Trouble:
    """How often in a row a server was of no use, and until when it is left alone."""

    failures: int = 0
    open_until: datetime | None = None

    def rests(self, now: datetime) -> bool:
        return self.open_until is not None and now < self.open_until


def after(trouble: Trouble, now: datetime, *, is_down: bool) -> Trouble:
    """What follows from one more try: five failures in a row, and the server is left alone for 1, 2, 4… minutes.

    After each rest one message tries it; that one failing doubles the rest, up to half an hour.
    """
    if not is_down:
        return Trouble()
    failures = trouble.failures + 1
    if failures < TROUBLES:
        return Trouble(failures)
    rest = min(FIRST_REST * 2 ** min(failures - TROUBLES, 10), LONGEST_REST)
    return Trouble(failures, now + rest)


def allowed(justified: int) -> int:
    """How many messages an hour may go: three times those whom the next 48 hours concern, or a few."""
    return max(ALWAYS_ALLOWED, FLOOD_TIMES * justified)


def is_too_far(a: datetime, b: datetime) -> bool:
    """Whether two clocks are too far apart for both to be trusted."""
    return abs(a - b) > CLOCK_SLIPS


def has_jumped(now: datetime, seen_at: datetime | None, *, wall: timedelta, steady: timedelta) -> bool:
    """Whether a clock cannot be trusted: it went back behind what a worker has seen, or ran unlike a steady one.

    `wall` and `steady` are how much time passed by the wall clock and by the machine's own since the last look.
    """
    went_back = seen_at is not None and seen_at - now > CLOCK_SLIPS
    return went_back or abs(wall - steady) > CLOCK_SLIPS
