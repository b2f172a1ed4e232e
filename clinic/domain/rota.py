"""Shifts: what a session lacks, whether it can run, and who may take one or give it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from clinic.domain import sessions
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.times import local_date, span_of_rule, to_local
from clinic.domain.timing import UNDO_FOR

TRAVEL = timedelta(minutes=45)


class ShiftState(StrEnum):
    """A shift is held, asks to be confirmed after a move, or was given back."""

    CONFIRMED = "confirmed"
    TO_CONFIRM = "to_confirm"
    RELEASED = "released"


class Outlook(StrEnum):
    """Whether a session can take place: it runs, it is still short of somebody, or nobody came in time."""

    RUNS = "runs"
    SHORT = "short"
    CANNOT_RUN = "cannot_run"


@dataclass(frozen=True)
class Holder:
    """Somebody on a crew as these rules see her: in which role, and whether it is her first time."""

    role: Role
    is_first_time: bool


@dataclass(frozen=True)
class Staffing:
    """How many people of one role a session needs in order to run, and how many are wished for."""

    least: int
    wish: int

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.wish:
            raise ValueError("wish_below_least")


@dataclass(frozen=True)
class Held:
    """A shift as the rule of giving back sees it: since when it is as it is, and until when it may be given back."""

    state: ShiftState
    changed_at: datetime
    starts_at: datetime
    sign_off_at: datetime


def missing(needs: Mapping[Role, Staffing], held: Iterable[Role]) -> dict[Role, int]:
    """How many people of each role a session still lacks in order to run; roles that lack nobody are left out."""
    there = Counter(held)
    return {role: need.least - there[role] for role, need in needs.items() if there[role] < need.least}


def open_places(needs: Mapping[Role, Staffing], held: Iterable[Role]) -> dict[Role, int]:
    """How many people of each role could still join: up to what is wished for; roles that are complete are left out."""
    there = Counter(held)
    return {role: need.wish - there[role] for role, need in needs.items() if there[role] < need.wish}


def unpaired(holders: Iterable[Holder]) -> frozenset[Role]:
    """The roles held by first-timers alone: each lacks somebody who has been before."""
    there = list(holders)
    return frozenset(each.role for each in there) - {each.role for each in there if not each.is_first_time}


def shortfall(needs: Mapping[Role, Staffing], holders: Collection[Holder]) -> int:
    """How many people a session lacks in order to run; a role of first-timers alone lacks one at least."""
    lacks = missing(needs, _roles(holders))
    return sum(lacks.values()) + len(unpaired(holders) - lacks.keys())


def places_for(needs: Mapping[Role, Staffing], holders: Collection[Holder], *, is_first_time: bool) -> frozenset[Role]:
    """The roles in which somebody could join.

    Somebody experienced: what is wished for, and, also beyond that, a role of first-timers alone. A first-timer: what
    is wished for, unless she would take the last place of a role that nobody experienced holds.
    """
    places = open_places(needs, _roles(holders))
    if not is_first_time:
        return unpaired(holders) | places.keys()
    experienced = {each.role for each in holders if not each.is_first_time}
    return frozenset(role for role, left in places.items() if left > 1 or role in experienced)


def check_take(
    role: Role, *, roles: frozenset[Role], status: sessions.Status, ends_at: datetime, now: datetime
) -> None:
    """Refuse a shift to one who does not hold the role, or when the session is over or cancelled."""
    if role not in roles:
        raise Refused("not_your_role")
    sessions.check_open(status, ends_at, now)


def check_place(
    role: Role, *, needs: Mapping[Role, Staffing], holders: Collection[Holder], is_first_time: bool
) -> None:
    """Refuse a role that is complete, and to a first-timer the last place where nobody experienced is."""
    if role in places_for(needs, holders, is_first_time=is_first_time):
        return
    is_kept = role in open_places(needs, _roles(holders))
    raise Refused("needs_experience" if is_kept else "shift_filled")


def decision_at(starts_at: datetime, days: int, at: time) -> datetime:
    """Until when it is decided whether a session takes place: so many local days before it, at this wall time.

    Never after its start. A wall time that the change of clocks skips or repeats is read as a rule reads it.
    """
    on = local_date(starts_at) - timedelta(days=days)
    return min(span_of_rule(on, at, at)[0], starts_at)


def outlook(short_of: int, accepted: int, decide_at: datetime, now: datetime) -> Outlook:
    """How things stand for a session that lacks so many people and was accepted to run with so many missing."""
    if short_of <= accepted:
        return Outlook.RUNS
    return Outlook.SHORT if now < decide_at else Outlook.CANNOT_RUN


def sign_off_at(starts_at: datetime, days: int) -> datetime:
    """Until when a shift may be given back: so many local days before the start, at the start's wall time."""
    return (to_local(starts_at) - timedelta(days=days)).astimezone(UTC)


def may_give_back(held: Held, *, by_coordinator: bool, now: datetime) -> bool:
    """Say whether a shift may be given back: until its sign-off time, or by a coordinator until it begins.

    What asks to be confirmed may always be given back, and what was just taken: that is its undo.
    """
    is_free = held.state is ShiftState.TO_CONFIRM or now - held.changed_at < UNDO_FOR
    return now < held.starts_at and (by_coordinator or is_free or now < held.sign_off_at)


def check_give_back(held: Held, *, by_coordinator: bool, now: datetime) -> None:
    """Refuse to give back what has begun and, but for a coordinator, what is past its sign-off time."""
    if held.starts_at <= now:
        raise Refused("session_begun")
    if not may_give_back(held, by_coordinator=by_coordinator, now=now):
        raise Refused("sign_off_passed")


def _roles(holders: Iterable[Holder]) -> list[Role]:
    return [each.role for each in holders]
