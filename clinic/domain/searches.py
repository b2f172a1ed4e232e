"""Looking for somebody for a session: whom to ask, in which order, how many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused
from clinic.domain.availability import Said

A_FEW = 3
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=30), timedelta(hours=12)


class SearchState(StrEnum):
    """Somebody is looked for, was found, or is needed no longer."""

    OPEN = "open"
    FOUND = "found"
    ENDED = "ended"


class AskState(StrEnum):
    """What became of asking one person."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked: when she was asked last, for whatever session, and what she said of the time."""

    person_id: str
    last_asked_at: datetime | None
    said: Said


def pause(starts_at: datetime, now: datetime) -> timedelta:
    """How long those asked have for themselves: a quarter of the time left, between 30 minutes and 12 hours."""
    return min(max((starts_at - now) / 4, SHORTEST_PAUSE), LONGEST_PAUSE)


def order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Whom to ask, in which order: never asked first, then asked least recently; of equals, who said that she can.

    Who said that she cannot is not asked by itself; she may be placed by hand.
    """
    may_ask = [each for each in candidates if each.said is not Said.CANNOT]
    by_age = sorted(may_ask, key=lambda each: (each.said is not Said.CAN, each.person_id))
    return sorted(by_age, key=lambda each: each.last_asked_at.timestamp() if each.last_asked_at else 0.0)


def check_answer(ask: AskState, search: SearchState) -> None:
    """Refuse a yes to what is filled or needed no longer; a no may still become a yes."""
    if ask is AskState.ACCEPTED:
        raise Refused("ask_answered")
    if ask is AskState.FILLED or search is SearchState.FOUND:
        raise Refused("ask_filled")
    if ask is AskState.WITHDRAWN or search is SearchState.ENDED:
        raise Refused("ask_withdrawn")
