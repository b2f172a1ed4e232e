"""May a session run though somebody is missing: asking the coordinators once, and what they decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain import sessions as session_rules
from clinic.domain.answers import Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Status
from clinic.models import ClinicSession
from clinic.queries import crews
from clinic.queries import people as people_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, notices

AHEAD = timedelta(weeks=8)


def ask_coordinators(tx: Session, *, now: datetime) -> int:
    """For the sweep: ask, once, what to do about each session past its decision time that lacks somebody.

    Returns about how many sessions. What is complete again, or was decided, is not asked about any more.
    """
    due = crews.due(tx, now + AHEAD, now=now)
    short_of = crews.shortfalls(tx, [each.id for each in due], now=now)
    asked = 0
    for each in due:
        is_short = short_of[each.id] > each.accepted_shortfall
        if is_short is not each.is_asked:
            asked += _settle(tx, each.id, now=now)
    return asked


def run_short(tx: Session, session_id: str, *, shortfall: int, by: SignedIn, now: datetime) -> None:
    """Decide that a session runs with so many people missing: the number that the coordinator saw.

    Raises `NotFound`, and `Refused` with `crew_changed` when it is another number by now, `session_cancelled`,
    `session_over`, `session_begun`.
    """
    session = _locked_ahead(tx, session_id, now)
    if crews.shortfalls(tx, [session_id], now=now)[session_id] != shortfall:
        raise Refused("crew_changed")
    session.accepted_shortfall = shortfall
    ask_no_more(tx, session)
    audit.record(tx, "session.run_short", session_id, by=by, now=now)


def decide_again(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take that decision back. Raises `NotFound`, and `Refused` as `run_short` does, but for `crew_changed`."""
    session = _locked_ahead(tx, session_id, now)
    session.accepted_shortfall = 0
    audit.record(tx, "session.decide_again", session_id, by=by, now=now)


def ask_no_more(tx: Session, session: ClinicSession) -> None:
    """Take the question about a locked session back: it is decided, complete, moved or called off."""
    session.asked_to_decide_at = None
    notices.take_back(tx, Kind.DECISION_DUE, [session.id])


def ask_no_more_unless_read(tx: Session, session: ClinicSession) -> None:
    """A locked session is called off: what waits is taken back; restored, what was read is not asked a second time."""
    if notices.take_back(tx, Kind.DECISION_DUE, [session.id]):
        session.asked_to_decide_at = None


def _locked_ahead(tx: Session, session_id: str, now: datetime) -> ClinicSession:
    session = session_queries.locked(tx, session_id)
    session_rules.check_open(session.status, session.ends_at, now)
    if session.starts_at <= now:
        raise Refused("session_begun")
    return session


def _settle(tx: Session, session_id: str, *, now: datetime) -> bool:
    """Ask about a session, or ask no more, as things stand under its lock: another sweep may have been faster."""
    session = session_queries.locked(tx, session_id)
    if session.status is Status.CANCELLED:
        return False
    if crews.shortfalls(tx, [session_id], now=now)[session_id] <= session.accepted_shortfall:
        ask_no_more(tx, session)
        return False
    if session.asked_to_decide_at:
        return False
    session.asked_to_decide_at = now
    for person in people_queries.holding(tx, [Role.COORDINATOR]):
        notices.tell(tx, Kind.DECISION_DUE, to=person.id, about=session_id, session_id=session_id, now=now)
    return True
