"""The queue of a session: who is there, who is next, with whom, since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain import sessions
from clinic.domain.answers import Refused
from clinic.domain.times import QUANTUM

OPEN_BEFORE, OPEN_AFTER = timedelta(hours=2), timedelta(hours=24)
NOT_KNOWN = "und"  # ISO 639-3: nobody knows yet what she speaks
CALL_LASTS, CALL_RINGS = timedelta(minutes=30), timedelta(minutes=5)


class VisitState(StrEnum):
    """She waits, is seen by somebody, was seen, or left without being seen."""

    WAITING = "waiting"
    SEEN = "seen"
    DONE = "done"
    LEFT = "left"


IN_LINE = (VisitState.WAITING, VisitState.SEEN)
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


def minutes(since: datetime, now: datetime) -> int:
    """How many minutes have gone by, also across a change of clocks: real ones, never what two clocks differ by."""
    return max(0, int((now - since).total_seconds() // 60))


def next_call(now: datetime) -> tuple[datetime, datetime]:
    """From when until when somebody would interpret who is called now: half an hour from the next quarter on that
    leaves five minutes to reach her."""
    reached = now + CALL_RINGS
    starts_at = reached + timedelta(seconds=-reached.timestamp() % QUANTUM.total_seconds())
    return starts_at, starts_at + CALL_LASTS
