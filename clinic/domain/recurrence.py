"""When a series takes place: its rule, its dates, and what stands in the way of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from itertools import islice, takewhile

from dateutil.rrule import rrulestr
from holidays import country_holidays
from vacances_scolaires_france import SchoolHolidayDates

MOST_DATES = 1_000

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = (1, 2, 3, 4, -1)
_FORTNIGHT, _WEEK = timedelta(weeks=2), timedelta(weeks=1)
_SCHOOL_ZONE = "C"
_HOLIDAY_LANGUAGES = {"fr": "fr", "en": "en_US"}


class SchoolHoliday(StrEnum):
    """The school holidays of Paris (zone C)."""

    AUTUMN = "autumn"
    CHRISTMAS = "christmas"
    WINTER = "winter"
    SPRING = "spring"
    ASCENSION = "ascension"
    SUMMER = "summer"


class Rhythm(StrEnum):
    """How often a series takes place."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class AfterSkip(StrEnum):
    """How every other week goes on after a closed day: in the weeks as ever, or a week later from then on."""

    KEEP = "keep"
    SHIFT = "shift"


_DAY_FORM = f"(?P<day>{'|'.join(_DAYS)})"
_UNTIL_FORM = "(;UNTIL=(?P<until>[0-9]{8}))?"
_FORMS = {
    Rhythm.ONCE: re.compile("FREQ=DAILY;COUNT=1"),
    Rhythm.WEEKLY: re.compile(f"FREQ=WEEKLY;BYDAY={_DAY_FORM}{_UNTIL_FORM}"),
    Rhythm.FORTNIGHTLY: re.compile(f"FREQ=WEEKLY;INTERVAL=2;BYDAY={_DAY_FORM}{_UNTIL_FORM}"),
    Rhythm.MONTHLY: re.compile(f"FREQ=MONTHLY;BYDAY=(?P<nth>[1-4]|-1){_DAY_FORM}{_UNTIL_FORM}"),
}


@dataclass(frozen=True)
class Rule:
    """The dates of a series.

    Once, weekly and fortnightly start on `first_on`, which gives the weekday. Monthly is the `nth` (1 to 4, or -1, the
    last) `weekday` (0 is Monday) of each month, not before `first_on`. `until_on` may itself be a date of the series.
    Raises ValueError("rule_...") for parts that do not go together.
    """

    rhythm: Rhythm
    first_on: date
    until_on: date | None = None
    weekday: int | None = None
    nth: int | None = None

    def __post_init__(self) -> None:
        if self.rhythm is Rhythm.MONTHLY:
            if self.weekday not in range(7) or self.nth not in _NTH:
                raise ValueError("rule_monthly_needs_weekday_and_nth")
        elif self.weekday is not None or self.nth is not None:
            raise ValueError("rule_weekday_and_nth_only_monthly")
        if self.until_on is None:
            return
        if self.rhythm is Rhythm.ONCE:
            raise ValueError("rule_once_has_no_until")
        if self.until_on < self.first_on:
            raise ValueError("rule_until_before_first")

    @property
    def rrule_text(self) -> str:
        """The rule as an RFC 5545 §3.3.10 value over DATEs; its DTSTART is `first_on`."""
        until = f";UNTIL={self.until_on.isoformat().replace('-', '')}" if self.until_on else ""
        day = _DAYS[self.first_on.weekday() if self.weekday is None else self.weekday]
        return {
            Rhythm.ONCE: "FREQ=DAILY;COUNT=1",
            Rhythm.WEEKLY: f"FREQ=WEEKLY;BYDAY={day}{until}",
            Rhythm.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}{until}",
            Rhythm.MONTHLY: f"FREQ=MONTHLY;BYDAY={self.nth}{day}{until}",
        }[self.rhythm]

    @classmethod
    def parse(cls, text: str, *, first_on: date) -> Rule:
        """Read what `rrule_text` writes, and nothing else of RFC 5545 §3.3.10; ValueError otherwise."""
        matches = ((rhythm, form.fullmatch(text)) for rhythm, form in _FORMS.items())
        rhythm, parts = next(((rhythm, found.groupdict()) for rhythm, found in matches if found), (None, {}))
        if rhythm is None:
            raise ValueError("rule_not_understood")
        until, day, nth = parts.get("until"), parts.get("day"), parts.get("nth")
        rule = cls(
            rhythm,
            first_on,
            until_on=date.fromisoformat(until) if until else None,
            weekday=_DAYS.index(day) if nth and day else None,
            nth=int(nth) if nth else None,
        )
        if rule.rrule_text != text:
            raise ValueError("rule_weekday_is_not_that_of_first")
        return rule


def dates(rule: Rule, *, after: date | None = None, before: date) -> list[date]:
    """Return the dates of a rule strictly after `after` and strictly before `before`, ascending.

    Without `after`: from the first. At most 1,000 come back; the last one, given as `after`, asks for the next ones.
    """
    rule_from_first = rrulestr(rule.rrule_text, dtstart=datetime.combine(rule.first_on, time.min))
    until_before = takewhile(lambda on: on < before, (moment.date() for moment in rule_from_first))
    return list(islice((on for on in until_before if after is None or on > after), MOST_DATES))


def public_holiday(on: date, language: str) -> str | None:
    """Return the name of the French public holiday on a date in "fr" or "en", or None; KeyError for other languages."""
    return _public_holidays(on.year, _HOLIDAY_LANGUAGES[language]).get(on)


def school_holiday(on: date) -> SchoolHoliday | None:
    """Return the school holiday of zone C (Paris) that a date lies in, as far ahead as it is published, or None."""
    return _school_holidays().get(on)


@dataclass(frozen=True)
class ClosedPeriod:
    """Days on which nothing takes place, both ends included; ValueError when it ends before it begins."""

    first_on: date
    last_on: date
    name: str

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise ValueError("closure_ends_before_it_begins")

    def covers(self, on: date) -> bool:
        """Say whether a date lies in the period."""
        return self.first_on <= on <= self.last_on


@dataclass(frozen=True)
class PlannedDate:
    """A date of a series before it is saved, with what speaks against it."""

    on: date
    holiday: bool
    closed_by: str | None
    school_holiday: SchoolHoliday | None

    @property
    def is_marked(self) -> bool:
        """Whether somebody has to decide: keep this date or skip it."""
        return self.holiday or self.closed_by is not None


def plan(
    rule: Rule,
    closures: Sequence[ClosedPeriod],
    *,
    after: date | None = None,
    before: date,
    after_skip: AfterSkip = AfterSkip.KEEP,
) -> list[PlannedDate]:
    """Return the dates that `dates` gives, each with its public holiday and the first closure that covers it.

    With `SHIFT`, every other week is counted anew after each date that is marked: the next one is a week later.
    """
    if rule.rhythm is Rhythm.FORTNIGHTLY and after_skip is AfterSkip.SHIFT:
        until_before = takewhile(lambda each: each.on < before, _shifting(rule, closures))
        return list(islice((each for each in until_before if after is None or each.on > after), MOST_DATES))
    return [_planned(on, closures) for on in dates(rule, after=after, before=before)]


def apply_changes(planned: Sequence[date], *, moved: Mapping[date, date], skipped: Collection[date]) -> list[date]:
    """Return the dates that really take place, ascending; one moved onto another stands twice, so that none is lost.

    Raises ValueError when a date that is moved or skipped was not planned, or is both.
    """
    if not set(planned).issuperset({*moved, *skipped}):
        raise ValueError("change_of_unplanned_date")
    if not moved.keys().isdisjoint(skipped):
        raise ValueError("date_moved_and_skipped")
    return sorted(moved.get(on, on) for on in planned if on not in skipped)


def _planned(on: date, closures: Sequence[ClosedPeriod]) -> PlannedDate:
    return PlannedDate(
        on=on,
        holiday=public_holiday(on, "fr") is not None,
        closed_by=next((closure.name for closure in closures if closure.covers(on)), None),
        school_holiday=school_holiday(on),
    )


def _shifting(rule: Rule, closures: Sequence[ClosedPeriod]) -> Iterator[PlannedDate]:
    on = rule.first_on
    while rule.until_on is None or on <= rule.until_on:
        planned = _planned(on, closures)
        yield planned
        on += _WEEK if planned.is_marked else _FORTNIGHT


@cache
def _school_holidays() -> Mapping[date, SchoolHoliday]:
    names = {
        "Vacances de la Toussaint": SchoolHoliday.AUTUMN,
        "Vacances de Noël": SchoolHoliday.CHRISTMAS,
        "Vacances d'hiver": SchoolHoliday.WINTER,
        "Vacances de printemps": SchoolHoliday.SPRING,
        "Pont de l'Ascension": SchoolHoliday.ASCENSION,
        "Vacances d'été": SchoolHoliday.SUMMER,
    }
    published = SchoolHolidayDates()
    key = published.zone_key(_SCHOOL_ZONE)
    return {on: names[row["nom_vacances"]] for on, row in published.data.items() if row[key]}


# One whole year at a time, never the library's lazily growing calendar: another thread would see it half filled.
@lru_cache(maxsize=256)
def _public_holidays(year: int, language: str) -> Mapping[date, str]:
    found = country_holidays("FR", years=year, expand=False, language=language)
    return {on: name.replace("'", "’") for on, name in found.items()}
