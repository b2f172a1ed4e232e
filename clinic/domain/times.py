"""Wall time, instants, quarter hours, weeks and months: the one module that names the time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
QUANTUM = timedelta(minutes=15)
FIRST_YEAR, LAST_YEAR = 2000, 2100

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WEEK_FORM = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH_FORM = re.compile(r"([0-9]{4})-([0-9]{2})")


class NonexistentTime(ValueError):
    """A wall time the clocks jump over in spring; `suggestion` is naive and local (02:30 -> 03:30)."""

    def __init__(self, suggestion: datetime) -> None:
        super().__init__("nonexistent_time")
        self.suggestion = suggestion


class AmbiguousTime(ValueError):
    """A wall time that comes twice in autumn; `first` and `second` are its two meanings, aware UTC."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__("ambiguous_time")
        self.first = first
        self.second = second


def to_instant(on: date, at: time, *, fold: int | None = None) -> datetime:
    """Return the aware UTC instant of wall time `at` on the date `on` in ZONE.

    `fold` 0 or 1 chooses the first or second meaning of an ambiguous time; the fold of `at` itself is not looked at.
    Raises NonexistentTime, and AmbiguousTime when `fold` is None.
    """
    first, second = _meanings(on, at)
    back = to_local(first).replace(tzinfo=None)
    if back != datetime.combine(on, at):
        raise NonexistentTime(suggestion=back.replace(fold=0))
    if fold is None and first != second:
        raise AmbiguousTime(first, second)
    return second if fold else first


def to_local(instant: datetime) -> datetime:
    """Return the aware wall time of an aware instant in ZONE."""
    return instant.astimezone(ZONE)


def local_date(instant: datetime) -> date:
    """Return the date that an aware instant falls on in ZONE."""
    return to_local(instant).date()


def span(on: date, starts: time, ends: time, *, fold: int | None = None) -> tuple[datetime, datetime]:
    """Return start and end as aware UTC instants; an end not after the start is on the next day.

    `fold` decides whichever bound is ambiguous. Raises NonexistentTime and AmbiguousTime as `to_instant` does.
    """
    return to_instant(on, starts, fold=fold), to_instant(_end_date(on, starts, ends), ends, fold=fold)


def span_of_rule(on: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """Return the span of a session made by a rule, where nobody can be asked: it never raises for a change of clocks.

    RFC 5545 §3.3.5: a nonexistent time is read with the UTC offset before the gap (02:30 becomes 03:30), an ambiguous
    one is its first occurrence. (§3.3.10 drops a nonexistent instance; our rules make dates, so no session is lost.)
    A start pushed to its end or past it keeps the length that the wall clock says.
    """
    ends_on = _end_date(on, starts, ends)
    starts_at, ends_at = _meanings(on, starts)[0], _meanings(ends_on, ends)[0]
    if ends_at <= starts_at:
        ends_at = starts_at + (datetime.combine(ends_on, ends) - datetime.combine(on, starts))
    return starts_at, ends_at


def quanta(starts_at: datetime, ends_at: datetime) -> range:
    """Return the numbers, since the epoch, of the 15-minute quanta that the half-open interval touches.

    Raises ValueError for an interval that is empty or runs backwards: it would occupy nothing and protect nobody.
    """
    if ends_at <= starts_at:
        raise ValueError("empty_interval")
    ceiling = -((_EPOCH - ends_at) // QUANTUM)
    return range((starts_at - _EPOCH) // QUANTUM, ceiling)


def is_quarter(at: time) -> bool:
    """Say whether a wall time is a whole quarter of an hour."""
    return at.minute % 15 == 0 and at.second == 0 and at.microsecond == 0


def slot_starts(starts_at: datetime, ends_at: datetime, minutes: int) -> list[datetime]:
    """Return the starts of the whole slots of `minutes` in the half-open interval, by elapsed time, aware UTC.

    Raises ValueError when `minutes` is not positive.
    """
    if minutes <= 0:
        raise ValueError("slot_not_positive")
    first, length = starts_at.astimezone(UTC), timedelta(minutes=minutes)
    return [first + number * length for number in range((ends_at - first) // length)]


@dataclass(frozen=True, order=True)
class Week:
    """A week of ISO 8601 in ZONE, Monday to Sunday, known by its Monday."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise ValueError("not_a_monday")

    @classmethod
    def of(cls, on: date) -> Week:
        """Return the week a date lies in; ValueError outside the years 2000 to 2100 of ISO weeks."""
        if not FIRST_YEAR <= on.isocalendar().year <= LAST_YEAR:
            raise ValueError("year_out_of_range")
        return cls(on - timedelta(days=on.weekday()))

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read "2026-W48" (ISO 8601); ValueError for another form, a week the year has not, a year out of range."""
        found = _WEEK_FORM.fullmatch(text)
        if found is None:
            raise ValueError("not_a_week")
        return cls.of(date.fromisocalendar(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year:04}-W{number:02}"

    @property
    def days(self) -> tuple[date, ...]:
        """The seven dates, Monday first."""
        return tuple(self.monday + number * _DAY for number in range(7))

    @property
    def next(self) -> Week:
        """The week after, also where `parse` would not read it any more."""
        return Week(self.monday + _WEEK)

    @property
    def previous(self) -> Week:
        """The week before, also where `parse` would not read it any more."""
        return Week(self.monday - _WEEK)

    @property
    def starts_at(self) -> datetime:
        """The UTC instant of Monday 00:00 in ZONE."""
        return to_instant(self.monday, time.min)

    @property
    def ends_at(self) -> datetime:
        """The UTC instant of the next Monday 00:00 in ZONE, itself no part of the week."""
        return self.next.starts_at


@dataclass(frozen=True, order=True)
class Month:
    """A month in ZONE, known by its first day."""

    first: date

    def __post_init__(self) -> None:
        if self.first.day != 1:
            raise ValueError("not_a_first")

    @classmethod
    def of(cls, on: date) -> Month:
        """Return the month a date lies in; ValueError outside the years 2000 to 2100."""
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise ValueError("year_out_of_range")
        return cls(on.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "2026-12" (ISO 8601); ValueError for another form, a month no year has, a year out of range."""
        found = _MONTH_FORM.fullmatch(text)
        if found is None:
            raise ValueError("not_a_month")
        return cls.of(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return f"{self.first.year:04}-{self.first.month:02}"

    @property
    def days(self) -> tuple[date, ...]:
        """Its 28 to 31 dates."""
        return tuple(self.first + number * _DAY for number in range((self.next.first - self.first).days))

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The four to six weeks that its days lie in, Monday first."""
        return tuple(sorted({Week(day - day.weekday() * _DAY) for day in self.days}))

    @property
    def next(self) -> Month:
        """The month after, also where `parse` would not read it any more."""
        return Month((self.first + 31 * _DAY).replace(day=1))

    @property
    def previous(self) -> Month:
        """The month before, also where `parse` would not read it any more."""
        return Month((self.first - _DAY).replace(day=1))

    @property
    def starts_at(self) -> datetime:
        """The UTC instant of its first day, 00:00 in ZONE."""
        return to_instant(self.first, time.min)

    @property
    def ends_at(self) -> datetime:
        """The UTC instant of the next month's first day, 00:00 in ZONE, itself no part of the month."""
        return self.next.starts_at


def _meanings(on: date, at: time) -> tuple[datetime, datetime]:
    wall = datetime.combine(on, at, tzinfo=ZONE)
    return wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _end_date(on: date, starts: time, ends: time) -> date:
    return on if ends > starts else on + _DAY
