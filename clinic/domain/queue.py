"""The queue of a session: who is there, who is next, with whom, since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain import sessions
from clinic.domain.answers import Refused

OPEN_BEFORE, OPEN_AFTER = timedelta(hours=2), timedelta(hours=24)


class VisitState(StrEnum):
    """She waits, is seen by somebody, was seen, or left without being seen."""

    WAITING = "waiting"
    SEEN = "seen"
    DONE = "done"
    LEFT = "left"


# From where a press leads where; each can be taken back.
STEPS = {
    VisitState.WAITING: frozenset({VisitState.SEEN, VisitState.DONE, VisitState.LEFT}),
    VisitState.SEEN: frozenset({VisitState.DONE, VisitState.WAITING}),
    VisitState.DONE: frozenset({VisitState.WAITING, VisitState.SEEN}),
    VisitState.LEFT: frozenset({VisitState.WAITING}),
}


def check_step(was: VisitState, to: VisitState) -> None:
    """Refuse a step that leads nowhere from here."""
    if to not in STEPS[was]:
        raise Refused("visit_changed")


def check_version(seen: int, version: int) -> None:
    """Refuse what was decided on a screen that somebody else has changed since (S73)."""
    if seen != version:
        raise Refused("visit_changed")


def is_open(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether people may come and go: from two hours before until a day after, when the paper is typed in."""
    return starts_at - OPEN_BEFORE <= now <= ends_at + OPEN_AFTER


def check_open(status: sessions.Status, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse the queue of what is cancelled, too far ahead, or long over."""
    if status is sessions.Status.CANCELLED:
        raise Refused("session_cancelled")
    if not is_open(starts_at, ends_at, now):
        raise Refused("queue_closed")
