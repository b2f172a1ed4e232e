"""Workshops: seats, the waiting list, attendance."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused

SEATS_AT_MOST = 60
DOOR_OPENS = timedelta(hours=1)


class RegistrationState(StrEnum):
    """A person has a seat, waits for one, or withdrew."""

    REGISTERED = "registered"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Attendance(StrEnum):
    """Words without blame; "absent" is offered only after the start."""

    UNKNOWN = "unknown"
    CAME = "came"
    EXCUSED = "excused"
    ABSENT = "absent"


def free_seat(capacity: int, taken: Collection[int]) -> int | None:
    """The lowest free seat, numbered from 1; None when the workshop is full."""
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)


def check_capacity(capacity: int, taken: int) -> None:
    """Refuse to have fewer seats than people registered."""
    if capacity < taken:
        raise Refused("fewer_than_registered", taken=taken)


def check_not_begun(starts_at: datetime, now: datetime) -> None:
    """Refuse to register or withdraw once it has begun."""
    if starts_at <= now:
        raise Refused("session_begun")


def may_mark(attendance: Attendance, starts_at: datetime, now: datetime) -> bool:
    """Nobody came before the door opens, nor is absent before the start; excused and unknown may be said always."""
    from_when = {Attendance.CAME: starts_at - DOOR_OPENS, Attendance.ABSENT: starts_at}
    return attendance not in from_when or now >= from_when[attendance]


def check_attendance(attendance: Attendance, starts_at: datetime, now: datetime) -> None:
    """Refuse what may not be said yet."""
    if not may_mark(attendance, starts_at, now):
        raise Refused("not_begun")
