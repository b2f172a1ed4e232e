"""Shifts: what a session lacks, and who may take one or give it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from clinic.domain import sessions
from clinic.domain.answers import Refused
from clinic.domain.people import Role


class ShiftState(StrEnum):
    """A shift is held, asks to be confirmed after a move, or was given back."""

    CONFIRMED = "confirmed"
    TO_CONFIRM = "to_confirm"
    RELEASED = "released"


def missing(needs: Mapping[Role, int], held: Iterable[Role]) -> dict[Role, int]:
    """How many people of each role a session still lacks; roles that lack nobody are left out."""
    there = Counter(held)
    return {role: least - there[role] for role, least in needs.items() if there[role] < least}


def check_take(
    role: Role,
    *,
    roles: frozenset[Role],
    needs: Mapping[Role, int],
    held: Iterable[Role],
    status: sessions.Status,
    ends_at: datetime,
    now: datetime,
) -> None:
    """Refuse a shift to one who does not hold the role, or when the session is over, cancelled or complete."""
    if role not in roles:
        raise Refused("not_your_role")
    sessions.check_open(status, ends_at, now)
    if role not in missing(needs, held):
        raise Refused("shift_filled")


def check_give_back(starts_at: datetime, now: datetime) -> None:
    """Refuse to give back what has begun."""
    if starts_at <= now:
        raise Refused("session_begun")
