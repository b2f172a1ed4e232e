"""Step-up: the password once more, and why, before something masked is shown in full."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(minutes=5)
TALK_LASTS = timedelta(minutes=30)  # what was opened in time may be saved so much later
TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)


class Reason(StrEnum):
    """Why somebody looks; written down with each look."""

    CALL_BACK = "call_back"
    SHE_ASKED = "she_asked"
    CORRECTION = "correction"
    SAFETY = "safety"


def holds(given_at: datetime, now: datetime, *, lasts: timedelta = LASTS) -> bool:
    """Whether a password given then still counts; one from the future never does."""
    return given_at <= now < given_at + lasts
