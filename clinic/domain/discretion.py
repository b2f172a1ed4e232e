"""Who may see what, and when: the matrix of the safety rules as plain decisions (S03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.places import Publicity

HOUR = timedelta(hours=1)
SPOT_FOR_INTERPRETER = (24 * HOUR, 2 * HOUR)
ALIAS_FOR_LEGAL_TEAM = (12 * HOUR, 24 * HOUR)


@dataclass(frozen=True)
class Standing:
    """How a reader stands to one session: who she is, and the role she has on its crew, if any."""

    reader: SignedIn
    crew_role: Role | None
    starts_at: datetime
    ends_at: datetime
    now: datetime

    def within(self, window: tuple[timedelta, timedelta]) -> bool:
        before, after = window
        return self.starts_at - before <= self.now <= self.ends_at + after


def may_open(standing: Standing, *, lacks: frozenset[Role]) -> bool:
    """A session is seen by coordinators and mediators, by its crew, and by those whose role it still lacks."""
    reader = standing.reader
    if reader.holds(Role.COORDINATOR, Role.MEDIATOR) or standing.crew_role:
        return True
    is_ahead = standing.ends_at > standing.now
    return is_ahead and bool(lacks & reader.roles & LEGAL_TEAM)


def may_know_spot(standing: Standing, publicity: Publicity) -> bool:
    """The exact spot: all who see the session if public; if told late, the crew, interpreters only near the time."""
    if publicity is Publicity.PUBLIC or standing.reader.holds(Role.COORDINATOR):
        return True
    if standing.crew_role is Role.INTERPRETER:
        return standing.within(SPOT_FOR_INTERPRETER)
    return standing.crew_role is not None


def may_know_crew(standing: Standing) -> bool:
    """Names of the crew: coordinators, and mediators who are on it."""
    return standing.reader.holds(Role.COORDINATOR) or standing.crew_role is Role.MEDIATOR


def may_see_slots(standing: Standing) -> bool:
    """How full a session is, slot by slot: coordinators and mediators."""
    return standing.reader.holds(Role.COORDINATOR, Role.MEDIATOR)


def may_know_appointment(standing: Standing, *, is_own: bool) -> bool:
    """Alias, language, topic: coordinators; mediators for their own or on the crew; the legal team near the time."""
    reader = standing.reader
    if reader.holds(Role.COORDINATOR):
        return True
    if reader.holds(Role.MEDIATOR) and (is_own or standing.crew_role is Role.MEDIATOR):
        return True
    return standing.crew_role in LEGAL_TEAM and standing.within(ALIAS_FOR_LEGAL_TEAM)
