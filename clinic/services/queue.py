"""The queue of a session: somebody is there, is seen by somebody, was seen, left; each step is taken once and seen by
all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import queue as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Beneficiary, ClinicSession, Visit
from clinic.queries import appointments as appointment_queries
from clinic.queries import exclusions
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, beneficiaries, repeats


@dataclass(frozen=True)
class Arrival:
    """Somebody who is there: how she is called, if she likes, what she speaks (ISO 639-3), about what, if she said."""

    alias: str | None
    language: str
    topic: Topic | None
    beneficiary_id: str | None = None


def arrive(tx: Session, session_id: str, came: Arrival, *, key: str, by: SignedIn, now: datetime) -> str:
    """Put somebody who came without an appointment at the end of the line; return her visit's id.

    The same form twice is once. Raises `NotFound`, and `Refused` with `session_cancelled`, `queue_closed`,
    `already_here`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    session = _run(tx, session_id, by, now)
    whom = beneficiaries.of_wish(tx, came.beneficiary_id, came.alias, came.language, by=by, now=now)
    tx.flush()
    if _is_here(tx, session_id, whom):
        raise Refused("already_here")
    visit = Visit(id=claim.id, language=came.language, topic=came.topic, beneficiary_id=whom.id)
    return _line_up(tx, session, visit, by, now)


def arrive_booked(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> str:
    """Put somebody who has an appointment in the line: she came. Twice is once; return her visit's id.

    Raises `NotFound`, and `Refused` with `appointment_cancelled`, `session_cancelled`, `queue_closed`.
    """
    booked = appointment_queries.appointment(tx, appointment_id)
    session = _run(tx, booked.session_id, by, now)
    booked = appointment_queries.appointment(tx, appointment_id)
    if booked.session_id != session.id or _is_apart(tx, by, booked.beneficiary_id):
        raise NotFound
    there = tx.scalar(select(Visit).where(Visit.appointment_id == appointment_id))
    if there:
        return there.id
    if booked.state is not AppointmentState.BOOKED:
        raise Refused("appointment_cancelled")
    booked.outcome = Outcome.CAME
    visit = Visit(language=booked.language, topic=booked.topic, beneficiary_id=booked.beneficiary_id)
    visit.appointment_id = appointment_id
    return _line_up(tx, session, visit, by, now)


def enter_from_paper(
    tx: Session, session_id: str, came: Arrival, state: VisitState, *, by: SignedIn, now: datetime
) -> str:
    """Note, from the paper, somebody who came without an appointment: she was seen, or left; return her visit's id.

    Whoever calls claims the key of the form. Raises `NotFound`, and `Refused` with `session_cancelled`,
    `queue_closed`, and `already_here` also for somebody who was seen or left: two people typed the same paper in.
    """
    session = _run(tx, session_id, by, now)
    whom = beneficiaries.of_wish(tx, came.beneficiary_id, came.alias, came.language, by=by, now=now)
    tx.flush()
    if _is_here(tx, session_id, whom, *VisitState):
        raise Refused("already_here")
    visit = Visit(language=came.language, topic=came.topic, beneficiary_id=whom.id)
    _line_up(tx, session, visit, by, now)
    visit.state, visit.arrived_at = state, min(now, session.ends_at)
    visit.since = visit.arrived_at
    audit.record(tx, f"visit.{state}", visit.id, by=by, now=now)
    return visit.id


def step(
    tx: Session,
    visit_id: str,
    to: VisitState,
    *,
    seen: int,
    with_id: str | None = None,
    by: SignedIn,
    now: datetime,
) -> str:
    """Take somebody a step further, or back; return the session's id. The same step twice is once.

    Whoever of the legal team sees her may say that it is done. Raises `NotFound`, and `Refused` with `visit_changed`
    (it is not as `seen` any more), `with_somebody` (that person is not free), `session_cancelled`, `queue_closed`.
    """
    visit, session = _locked(tx, visit_id, by, now, may_end=to is VisitState.DONE)
    if visit.state is to and visit.with_id == (with_id or visit.with_id):
        return session.id
    rules.check_version(seen, visit.version)
    rules.check_step(visit.state, to)
    try:
        with tx.begin_nested():
            if to is VisitState.SEEN:
                visit.with_id = _of_crew(tx, session, visit, with_id)
            elif to is VisitState.WAITING:
                visit.with_id = None
            visit.state, visit.since, visit.version = to, now, visit.version + 1
    except IntegrityError:
        raise Refused("with_somebody") from None
    audit.record(tx, f"visit.{to}", visit.id, by=by, now=now)
    return session.id


def go_first(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> str:
    """Let somebody who waits be next; return the session's id. Raises as `step`."""
    visit, session = _locked(tx, visit_id, by, now)
    rules.check_version(seen, visit.version)
    first = tx.scalar(select(func.min(Visit.turn)).where(Visit.session_id == session.id)) or 0
    visit.turn, visit.version = first - 1, visit.version + 1
    audit.record(tx, "visit.first", visit.id, by=by, now=now)
    return session.id


def go_last(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> str:
    """Take back that somebody is next: she waits where her arrival puts her. Raises as `step`."""
    visit, session = _locked(tx, visit_id, by, now)
    rules.check_version(seen, visit.version)
    visit.turn, visit.version = visit.number, visit.version + 1
    audit.record(tx, "visit.in_order", visit.id, by=by, now=now)
    return session.id


def take_off(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> str:
    """Take somebody off the line who was put there by mistake; return the session's id. Raises as `step`."""
    visit, session = _locked(tx, visit_id, by, now)
    rules.check_version(seen, visit.version)
    if visit.state is not VisitState.WAITING:
        raise Refused("visit_changed")
    if visit.appointment_id:
        tx.get_one(Appointment, visit.appointment_id).outcome = None
    whom = tx.get_one(Beneficiary, visit.beneficiary_id)
    tx.delete(visit)
    tx.flush()
    beneficiaries.forget_unknown(tx, whom)
    audit.record(tx, "visit.take_off", visit_id, by=by, now=now)
    return session.id


def _line_up(tx: Session, session: ClinicSession, visit: Visit, by: SignedIn, now: datetime) -> str:
    last = tx.scalar(select(func.max(Visit.number)).where(Visit.session_id == session.id)) or 0
    visit.session_id, visit.added_by_id, visit.arrived_at, visit.since = session.id, by.id, now, now
    visit.number = visit.turn = last + 1
    visit.state, visit.version = VisitState.WAITING, 1
    tx.add(visit)
    tx.flush()
    audit.record(tx, "visit.arrive", visit.id, by=by, now=now)
    return visit.id


def _run(tx: Session, session_id: str, by: SignedIn, now: datetime) -> ClinicSession:
    """A session whose queue this person runs, locked; it is open from two hours before until a day after."""
    session = session_queries.locked(tx, session_id)
    is_mediator_here = by.holds(Role.MEDIATOR) and _role_here(tx, session_id, by) is Role.MEDIATOR
    if not (by.holds(Role.COORDINATOR) or is_mediator_here):
        raise NotFound
    rules.check_open(session.status, session.starts_at, session.ends_at, now)
    return session


def _locked(
    tx: Session, visit_id: str, by: SignedIn, now: datetime, *, may_end: bool = False
) -> tuple[Visit, ClinicSession]:
    found = tx.get(Visit, visit_id)
    if found is None:
        raise NotFound
    session = session_queries.locked(tx, found.session_id)
    found = tx.get(Visit, visit_id, populate_existing=True)
    if found is None or _is_apart(tx, by, found.beneficiary_id):
        raise NotFound
    if not (may_end and found.with_id == by.id and _role_here(tx, session.id, by)):
        session = _run(tx, found.session_id, by, now)
    return found, session


def _of_crew(tx: Session, session: ClinicSession, visit: Visit, person_id: str | None) -> str:
    """Somebody of the crew who may see her; an excluded pair is as if that person were not there (S07)."""
    crew = {each.person_id for each in rota_queries.live_shifts(tx, session.id)}
    kept_out = exclusions.excluded_by(tx, visit.beneficiary_id, crew)
    if person_id is None or person_id not in crew - kept_out:
        raise NotFound
    return person_id


def _role_here(tx: Session, session_id: str, by: SignedIn) -> Role | None:
    shifts = rota_queries.live_shifts(tx, session_id)
    return next((each.role for each in shifts if each.person_id == by.id), None)


def _is_here(tx: Session, session_id: str, whom: Beneficiary, *states: VisitState) -> bool:
    """Whether she is in one of these states already; none named: she waits, or is seen."""
    states = states or (VisitState.WAITING, VisitState.SEEN)
    here = select(Visit.id).where(Visit.session_id == session_id, Visit.beneficiary_id == whom.id)
    return tx.scalar(here.where(Visit.state.in_(states)).limit(1)) is not None


def _is_apart(tx: Session, by: SignedIn, beneficiary_id: str) -> bool:
    return not by.holds(Role.COORDINATOR) and bool(exclusions.kept_from(tx, by.id, [beneficiary_id]))
