"""Whether somebody came, and what she would like next: closed lists without blame, never a story."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clinic.domain.answers import Refused


class Outcome(StrEnum):
    """She came, excused herself, or did not come; while nobody knows, there is none."""

    CAME = "came"
    EXCUSED = "excused"
    NO_SHOW = "no_show"


class FollowUp(StrEnum):
    """What should follow, as somebody of the crew heard it."""

    AGAIN = "again"
    LAWYER = "lawyer"
    PSYCHOLOGIST = "psychologist"
    MEDIATOR = "mediator"
    ACCOMPANIMENT = "accompaniment"


def offered(starts_at: datetime, now: datetime) -> tuple[Outcome, ...]:
    """What may be said now: that she did not come only after the start."""
    return tuple(each for each in Outcome if each is not Outcome.NO_SHOW or now >= starts_at)


def check_outcome(outcome: Outcome | None, starts_at: datetime, now: datetime) -> None:
    """Refuse to say before the start that somebody did not come."""
    if outcome is not None and outcome not in offered(starts_at, now):
        raise Refused("not_begun")
