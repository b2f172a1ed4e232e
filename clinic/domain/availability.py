"""Whether a person can at a time, as far as she said: shown where people are asked, never forced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused
from clinic.domain.times import local_date, to_local

EVENING_FROM = time(17)
AHEAD = timedelta(days=731)  # two years, whether or not one of them is a leap year


class Part(StrEnum):
    """The part of the day in which something begins: before 17:00, or from then on."""

    DAYTIME = "daytime"
    EVENING = "evening"


class Said(StrEnum):
    """What a person said of a time."""

    CAN = "can"
    CANNOT = "cannot"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Period:
    """Local days, both included, on which a person can, or cannot."""

    first_on: date
    last_on: date
    can: bool


@dataclass(frozen=True)
class Availability:
    """All that a person said: the weekdays (0 is Monday) and parts on which she usually can, and single periods."""

    usual: frozenset[tuple[int, Part]]
    dated: tuple[Period, ...]


def part_of(starts_at: datetime) -> Part:
    """Return the part of the local day in which an aware instant lies."""
    return Part.EVENING if to_local(starts_at).time() >= EVENING_FROM else Part.DAYTIME


def said(availability: Availability, starts_at: datetime) -> Said:
    """Return what a person said of something that begins at an aware instant: its local day decides.

    A period wins over what is usual. Of several the shortest wins, as a day within a holiday was meant for itself; of
    equally long ones the one that begins last; of the same days said both ways, that she cannot.
    """
    on = local_date(starts_at)
    if covering := [period for period in availability.dated if period.first_on <= on <= period.last_on]:
        return _answer(can=min(covering, key=_precedence).can)
    if not availability.usual:
        return Said.NOTHING
    return _answer(can=(on.weekday(), part_of(starts_at)) in availability.usual)


def check_period(period: Period, *, today: date) -> None:
    """Refuse days that are in the wrong order, all past, or more than two years ahead.

    Raises `Refused` with `dates_in_wrong_order`, `dates_past`, `dates_far_ahead`.
    """
    if period.last_on < period.first_on:
        raise Refused("dates_in_wrong_order")
    if period.last_on < today:
        raise Refused("dates_past")
    if period.last_on - today > AHEAD:
        raise Refused("dates_far_ahead")


def order(answer: Said) -> int:
    """Return the place of an answer where those who can come first, and those who cannot last."""
    return (Said.CAN, Said.NOTHING, Said.CANNOT).index(answer)


def _precedence(period: Period) -> tuple[timedelta, int, bool]:
    return period.last_on - period.first_on, -period.first_on.toordinal(), period.can


def _answer(*, can: bool) -> Said:
    return Said.CAN if can else Said.CANNOT
