"""How long a sign-in lasts, and how long it may stand untouched before its pages are covered (S33)."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.people import Role, SignedIn

SIGN_IN_LASTS = timedelta(hours=8)
OF_COORDINATORS = timedelta(minutes=15)
OF_OTHERS = timedelta(minutes=30)


def limit(person: SignedIn) -> timedelta:
    """How long she may touch nothing; whoever coordinates besides all else sees most, so the short time holds."""
    return OF_COORDINATORS if person.holds(Role.COORDINATOR) else OF_OTHERS


def is_idle(person: SignedIn, last_active: datetime | None, now: datetime) -> bool:
    """Whether she touched nothing for too long; nobody knowing when she last did is too long.

    The clocks of two machines may differ a little, so a moment just ahead counts; one far ahead does not.
    """
    return last_active is None or abs(now - last_active) > limit(person)


def left(person: SignedIn, last_active: datetime | None, now: datetime) -> timedelta:
    """How much of that time is left; nothing once she is idle."""
    if last_active is None or is_idle(person, last_active, now):
        return timedelta(0)
    return limit(person) - max(now - last_active, timedelta(0))
