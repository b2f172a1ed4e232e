"""Meetings by telephone: an agreed time with a peer, within the hours at which she may be called."""

from __future__ import annotations

from enum import StrEnum


class MeetingState(StrEnum):
    """A meeting stands, or was called off."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
