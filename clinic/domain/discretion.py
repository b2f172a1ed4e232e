"""Who may see what, and when: the matrix of the safety rules as plain decisions (S03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.places import Publicity

HOUR = timedelta(hours=1)
SPOT_FOR_INTERPRETER = (24 * HOUR, 2 * HOUR)
SPOT_FOR_MEMBER = (48 * HOUR, 2 * HOUR)
ALIAS_FOR_LEGAL_TEAM = (12 * HOUR, 24 * HOUR)
NUMBER_FOR_PEER = (HOUR, 2 * HOUR)


@dataclass(frozen=True)
class Standing:
    """How a reader stands to one session: who she is, her role on its crew, if any, and whether she comes to it."""

    reader: SignedIn
    crew_role: Role | None
    starts_at: datetime
    ends_at: datetime
    now: datetime
    is_workshop: bool = False
    is_registered: bool = False

    @property
    def coordinates(self) -> bool:
        """An organiser has the coordinator's column for workshops alone."""
        organises = self.is_workshop and self.reader.holds(Role.WORKSHOP_ORGANISER)
        return organises or self.reader.holds(Role.COORDINATOR)

    def within(self, window: tuple[timedelta, timedelta]) -> bool:
        before, after = window
        return self.starts_at - before <= self.now <= self.ends_at + after


def may_open(standing: Standing, *, lacks: frozenset[Role]) -> bool:
    """A session is seen by coordinators and mediators, by its crew, and by those whose role it still lacks."""
    reader = standing.reader
    if standing.coordinates or reader.holds(Role.MEDIATOR) or standing.crew_role:
        return True
    is_ahead = standing.ends_at > standing.now
    return is_ahead and bool(lacks & reader.roles & LEGAL_TEAM)


def may_know_spot(standing: Standing, publicity: Publicity) -> bool:
    """The exact spot: all, if public; if told late, the crew; interpreters and those who come, only near the time."""
    if publicity is Publicity.PUBLIC or standing.coordinates:
        return True
    if standing.crew_role is Role.INTERPRETER:
        return standing.within(SPOT_FOR_INTERPRETER)
    return standing.crew_role is not None or (standing.is_registered and standing.within(SPOT_FOR_MEMBER))


def may_know_crew(standing: Standing) -> bool:
    """Names of the crew: coordinators, and mediators who are on it."""
    return standing.coordinates or standing.crew_role is Role.MEDIATOR


def may_know_participants(standing: Standing) -> bool:
    """Who comes to a workshop: those who coordinate or organise it, and mediators who are on its crew."""
    return standing.is_workshop and (standing.coordinates or standing.crew_role is Role.MEDIATOR)


def may_see_slots(standing: Standing) -> bool:
    """How full a session is, slot by slot: coordinators and mediators."""
    return standing.coordinates or standing.reader.holds(Role.MEDIATOR)


def may_know_appointment(standing: Standing, *, is_own: bool) -> bool:
    """Alias, language, topic: coordinators; mediators for their own or on the crew; the legal team near the time."""
    reader = standing.reader
    if reader.holds(Role.COORDINATOR):
        return True
    if reader.holds(Role.MEDIATOR) and (is_own or standing.crew_role is Role.MEDIATOR):
        return True
    return standing.crew_role in LEGAL_TEAM and standing.within(ALIAS_FOR_LEGAL_TEAM)


def may_change_appointment(standing: Standing, *, is_own: bool) -> bool:
    """Move it, call it off: coordinators; mediators for their own or on the crew."""
    reader = standing.reader
    if reader.holds(Role.COORDINATOR):
        return True
    return reader.holds(Role.MEDIATOR) and (is_own or standing.crew_role is Role.MEDIATOR)


def may_note_attendance(standing: Standing, *, is_own: bool) -> bool:
    """Who came, what should follow: those who may change it, and the legal team of the crew near the time."""
    is_legal = standing.crew_role in LEGAL_TEAM and standing.within(ALIAS_FOR_LEGAL_TEAM)
    return is_legal or may_change_appointment(standing, is_own=is_own)


def may_see_queue(standing: Standing) -> bool:
    """Who is there and waits: those who run it, and the legal team of the crew near the time, who read it."""
    is_legal = standing.crew_role in LEGAL_TEAM and standing.within(ALIAS_FOR_LEGAL_TEAM)
    return is_legal or may_run_queue(standing)


def may_run_queue(standing: Standing) -> bool:
    """Who comes and goes, who is next: coordinators, and the mediators of the crew."""
    return standing.reader.holds(Role.COORDINATOR) or standing.crew_role is Role.MEDIATOR


def may_make_call(standing: Standing, *, is_participant: bool, is_own: bool) -> bool:
    """Whom to call, and about what: those who plan, as for participants and for needs; never the legal team."""
    return may_know_participants(standing) if is_participant else may_know_need(standing, is_own=is_own)


def may_know_need(standing: Standing, *, is_own: bool) -> bool:
    """Who is needed and who was asked: coordinators; mediators for what they asked or booked, or on the crew."""
    reader = standing.reader
    if reader.holds(Role.COORDINATOR):
        return True
    return reader.holds(Role.MEDIATOR) and (is_own or standing.crew_role is Role.MEDIATOR)


def follows(reader: SignedIn, mediator_id: str, stand_in_id: str | None) -> bool:
    """Whether a reader follows somebody who is helped: her mediator or stand-in, and those who coordinate."""
    is_hers = reader.id in {mediator_id, stand_in_id}
    return reader.holds(Role.COORDINATOR) or (reader.holds(Role.MEDIATOR) and is_hers)


def may_know_number(*, is_follower: bool, is_peer: bool, span: tuple[datetime, datetime], now: datetime) -> bool:
    """The number for a meeting by telephone: those who follow her; the peer who calls her, only near the time."""
    before, after = NUMBER_FOR_PEER
    return is_follower or (is_peer and span[0] - before <= now <= span[1] + after)
