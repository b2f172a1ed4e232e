"""Calls to make: what is to be said by telephone to those to whom nothing may be written (S14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Change(StrEnum):
    """What the person is to be told: it does not take place, it does after all, it is at another time or spot."""

    CANCELLED = "cancelled"
    RESTORED = "restored"
    MOVED = "moved"
    SPOT = "spot"


class CallState(StrEnum):
    """To be made, told, tried in vain (to be tried again), or not needed any more."""

    OPEN = "open"
    TOLD = "told"
    NOT_REACHED = "not_reached"
    DROPPED = "dropped"


TO_MAKE = (CallState.OPEN, CallState.NOT_REACHED)


@dataclass(frozen=True)
class Word:
    """Something that was to be said to one person of one session, since when, and when it was said, if it was."""

    change: Change
    state: CallState
    made_at: datetime
    told_at: datetime | None


def unsaid(words: Sequence[Word]) -> frozenset[Change]:
    """What happened and was never said, or only before something else was said: dropped words count too."""
    last = _last(words)
    since = [each for each in words if last is None or each.made_at > last.made_at or each.state in TO_MAKE]
    return frozenset(each.change for each in since if each.state is not CallState.TOLD)


def owed(words: Sequence[Word], happened: frozenset[Change], *, takes_place: bool) -> Change | None:
    """What is still to be said after all that was said and what happened now; None when she knows how it stands.

    Of a cancellation that nobody was told of, nobody is told the end; what was moved before is to be said again then.
    """
    last = _last(words)
    thinks_cancelled = last is not None and last.change is Change.CANCELLED
    if not takes_place:
        return None if thinks_cancelled else Change.CANCELLED
    news = unsaid(words) | happened
    if Change.MOVED in news:
        return Change.MOVED
    if thinks_cancelled:
        return Change.RESTORED
    return Change.SPOT if Change.SPOT in news else None


def in_time(starts_at: datetime, was_starts_at: datetime | None, now: datetime) -> datetime:
    """Before when she has to know of a move: the new time, or the one she knows, if that is still to come first."""
    ahead = [each for each in (starts_at, was_starts_at) if each and each > now]
    return min(ahead, default=starts_at)


def _last(words: Sequence[Word]) -> Word | None:
    told = [(each.told_at, number) for number, each in enumerate(words) if each.told_at]
    return words[max(told)[1]] if told else None
