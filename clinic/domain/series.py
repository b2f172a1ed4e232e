"""Changing a series from a date on: which session stands for which date of the new rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.recurrence import Rhythm


class Effect(StrEnum):
    """What a change of its series does to one date or session.

    `STAYS`: it was changed by hand, or has begun; `BACK`: an earlier change had called it off; `CANCELLED`: called off,
    because people count on it or did; `REMOVED`: nobody ever did, so that nothing remains; `SKIPPED`: left out.
    """

    MADE = "made"
    MOVED = "moved"
    SAME = "same"
    STAYS = "stays"
    BACK = "back"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    SKIPPED = "skipped"


class Desks(StrEnum):
    """What becomes of the desks and slots of a session; `KEPT`: its own, because appointments are booked."""

    SAME = "same"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True)
class Stored:
    """A session as a change of its series sees it; one added by hand stands for its own date alone."""

    id: str
    planned_on: date
    is_added: bool


@dataclass(frozen=True)
class Pairing:
    """Which date each session stands for, the sessions that stand for none, and the dates without a session."""

    dates: Mapping[str, date]
    left: tuple[str, ...]
    to_make: tuple[date, ...]


def pair(stored: Sequence[Stored], wanted: Iterable[date], *, was: Rhythm, becomes: Rhythm) -> Pairing:
    """Let each session stand for one date of the new rule: the same date, else one in its ISO week; else, every other
    week before and after, one up to a week later; else, once a month before or after, one in its month.

    Earlier ones first. No date has two sessions, and none gets the date of another.
    """
    free = sorted(set(wanted))
    waiting = sorted(stored, key=lambda each: (each.planned_on, each.id))
    paired: dict[str, date] = {}
    for suits in _ways(was, becomes):
        for each in [each for each in waiting if suits is _same_day or not each.is_added]:
            found = next((on for on in free if suits(each.planned_on, on)), None)
            if found is not None:
                paired[each.id] = found
                free.remove(found)
                waiting.remove(each)
    return Pairing(paired, tuple(each.id for each in waiting if not each.is_added), tuple(free))


def _ways(was: Rhythm, becomes: Rhythm) -> list[Callable[[date, date], bool]]:
    ways: list[Callable[[date, date], bool]] = [_same_day, _same_week]
    if was is becomes is Rhythm.FORTNIGHTLY:
        ways.append(_week_later)
    if Rhythm.MONTHLY in {was, becomes}:
        ways.append(_same_month)
    return ways


def _same_day(old: date, new: date) -> bool:
    return new == old


def _same_week(old: date, new: date) -> bool:
    return new.isocalendar()[:2] == old.isocalendar()[:2]


def _week_later(old: date, new: date) -> bool:
    return old < new <= old + timedelta(weeks=1)


def _same_month(old: date, new: date) -> bool:
    return (new.year, new.month) == (old.year, old.month)
