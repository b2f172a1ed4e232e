"""The queue of a session: somebody is there, is seen by somebody, was seen, left; each step is taken once and seen by
all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import queue as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.attendance import Outcome
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Beneficiary, ClinicSession, Visit
from clinic.queries import appointments as appointment_queries
from clinic.queries import exclusions
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, beneficiaries, repeats

_OF_HERS = (VisitState.DONE, VisitState.SEEN)


@dataclass(frozen=True)
class Arrival:
    """Somebody who is there: how she is called, if she likes, what she speaks (ISO 639-3), about what, if she said."""

    alias: str | None
    language: str
    topic: Topic | None
    beneficiary_id: str | None = None


@dataclass(frozen=True)
class Taken:
    """Somebody who was taken a step: her visit, by which number she is called, the version to take it back from."""

    visit_id: str
    number: int
    version: int


def arrive(tx: Session, session_id: str, came: Arrival, *, key: str, by: SignedIn, now: datetime) -> Taken:
    """Put somebody who came at the end of the line; return how she stands.

    One called by an alias who has an appointment is in line for it. The same form twice is once. Raises `NotFound`,
    and `Refused` with `session_cancelled`, `queue_closed`, `already_here`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return _again(tx, claim.id)
    whom = beneficiaries.of_wish(tx, came.beneficiary_id, came.alias, came.language, by=by, now=now)
    tx.flush()  # she comes before the session, as where an appointment is made
    session = _run(tx, session_id, by, now)
    if _is_here(tx, session_id, whom):
        raise Refused("already_here")
    visit = Visit(id=claim.id, language=came.language, topic=came.topic, beneficiary_id=whom.id)
    booked = tx.scalar(_still_expected(session_id, whom))
    if booked:
        booked.outcome, visit.appointment_id = Outcome.CAME, booked.id
    return _line_up(tx, session, visit, by, now)


def arrive_booked(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> Taken:
    """Put somebody who has an appointment in the line: she came. Twice is once; return how she stands.

    Raises `NotFound`, and `Refused` with `appointment_cancelled`, `session_cancelled`, `queue_closed`.
    """
    session = _run(tx, appointment_queries.appointment(tx, appointment_id).session_id, by, now)
    booked = appointment_queries.appointment(tx, appointment_id)
    if booked.session_id != session.id or _is_apart(tx, by, booked.beneficiary_id):
        raise NotFound
    there = tx.scalar(select(Visit).where(Visit.appointment_id == appointment_id))
    if there:
        return _taken(there)
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
) -> Taken:
    """Take somebody a step further, or back. The same step twice is once.

    Seen again without a name, she is with whom she was. Whoever of the legal team sees her may say that it is done,
    and take that back. Raises `NotFound`, and `Refused` with `visit_changed` (it is not as `seen` any more),
    `with_somebody` (that person is not free), `session_cancelled`, `queue_closed`.
    """
    visit, session = locked(tx, visit_id, ends_hers=to in _OF_HERS and with_id in (None, by.id), by=by, now=now)
    whom = (with_id or visit.with_id) if to is VisitState.SEEN else None
    if visit.state is to and whom in (None, visit.with_id):
        return _taken(visit)
    rules.check_version(seen, visit.version)
    rules.check_step(visit.state, to)
    try:
        with tx.begin_nested():
            if to is VisitState.SEEN:
                visit.with_id = _of_crew(tx, session, visit, whom)
            elif to is VisitState.WAITING:
                visit.with_id = None
            visit.state, visit.since, visit.version = to, now, visit.version + 1
    except IntegrityError:
        raise Refused("with_somebody") from None
    audit.record(tx, f"visit.{to}", visit.id, by=by, now=now)
    return _taken(visit)


def go_first(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> Taken:
    """Let somebody who waits be next. Twice is once. Raises as `step`."""
    visit, session = locked(tx, visit_id, by=by, now=now)
    first = tx.scalar(select(func.min(Visit.turn)).where(Visit.session_id == session.id)) or 0
    return _wait_as(tx, visit, visit.turn if visit.turn == first else first - 1, "visit.first", seen, by, now)


def go_in_order(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> Taken:
    """Take back that somebody is next: she waits where her arrival puts her. Twice is once. Raises as `step`."""
    visit, _session = locked(tx, visit_id, by=by, now=now)
    return _wait_as(tx, visit, visit.number, "visit.in_order", seen, by, now)


def take_off(tx: Session, visit_id: str, *, seen: int, by: SignedIn, now: datetime) -> None:
    """Take somebody off the line who was put there by mistake. Raises as `step`."""
    visit, _session = locked(tx, visit_id, by=by, now=now)
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


def locked(
    tx: Session, visit_id: str, *, ends_hers: bool = False, by: SignedIn, now: datetime
) -> tuple[Visit, ClinicSession]:
    """One visit of a queue that this person runs, its session locked; with `ends_hers`, also for whoever of the legal
    team she is, or was, seen by. Raises `NotFound`, and `Refused` with `session_cancelled`, `queue_closed`."""
    found = tx.get(Visit, visit_id)
    if found is None:
        raise NotFound
    session = session_queries.locked(tx, found.session_id)
    found = tx.get(Visit, visit_id, populate_existing=True)
    if found is None or _is_apart(tx, by, found.beneficiary_id):
        raise NotFound
    role = _role_here(tx, session.id, by)
    if not (_runs(by, role) or (ends_hers and found.with_id == by.id and role in LEGAL_TEAM)):
        raise NotFound
    rules.check_open(session.status, session.starts_at, session.ends_at, now)
    return found, session


def _taken(visit: Visit) -> Taken:
    return Taken(visit.id, visit.number, visit.version)


def _again(tx: Session, visit_id: str) -> Taken:
    """The answer to a form that was carried out before; she may have been taken off the line meanwhile."""
    there = tx.get(Visit, visit_id)
    if there is None:
        raise Refused("visit_changed")
    return _taken(there)


def _wait_as(tx: Session, visit: Visit, turn: int, action: str, seen: int, by: SignedIn, now: datetime) -> Taken:
    if visit.turn != turn:
        rules.check_version(seen, visit.version)
    if visit.state is not VisitState.WAITING:
        raise Refused("visit_changed")
    if visit.turn != turn:
        visit.turn, visit.version = turn, visit.version + 1
        audit.record(tx, action, visit.id, by=by, now=now)
    return _taken(visit)


def _line_up(tx: Session, session: ClinicSession, visit: Visit, by: SignedIn, now: datetime) -> Taken:
    last = tx.scalar(select(func.max(Visit.number)).where(Visit.session_id == session.id)) or 0
    visit.session_id, visit.added_by_id, visit.arrived_at, visit.since = session.id, by.id, now, now
    visit.number = visit.turn = last + 1
    visit.state, visit.version = VisitState.WAITING, 1
    tx.add(visit)
    tx.flush()
    audit.record(tx, "visit.arrive", visit.id, by=by, now=now)
    return _taken(visit)


def _run(tx: Session, session_id: str, by: SignedIn, now: datetime) -> ClinicSession:
    """A session whose queue this person runs, locked; it is open from two hours before until a day after."""
    session = session_queries.locked(tx, session_id)
    if not _runs(by, _role_here(tx, session_id, by)):
        raise NotFound
    rules.check_open(session.status, session.starts_at, session.ends_at, now)
    return session


def _runs(by: SignedIn, role: Role | None) -> bool:
    return by.holds(Role.COORDINATOR) or (by.holds(Role.MEDIATOR) and role is Role.MEDIATOR)


def _of_crew(tx: Session, session: ClinicSession, visit: Visit, person_id: str | None) -> str:
    """Somebody of the crew who may see her; an excluded pair is as if that person were not there (S07)."""
    crew = {each.person_id for each in rota_queries.live_shifts(tx, session.id) if each.role is not Role.INTERPRETER}
    kept_out = exclusions.excluded_by(tx, visit.beneficiary_id, crew)
    if person_id is None or person_id not in crew - kept_out:
        raise NotFound
    return person_id


def _role_here(tx: Session, session_id: str, by: SignedIn) -> Role | None:
    shifts = rota_queries.live_shifts(tx, session_id)
    return next((each.role for each in shifts if each.person_id == by.id), None)


def _is_here(tx: Session, session_id: str, whom: Beneficiary, *states: VisitState) -> bool:
    """Whether she is in one of these states already; none named: she waits, or is seen."""
    states = states or tuple(rules.IN_LINE)
    here = select(Visit.id).where(Visit.session_id == session_id, Visit.beneficiary_id == whom.id)
    return tx.scalar(here.where(Visit.state.in_(states)).limit(1)) is not None


def _still_expected(session_id: str, whom: Beneficiary) -> Select[Appointment]:
    """Her first appointment at this session for which she is not there yet."""
    hers = select(Appointment).where(Appointment.session_id == session_id, Appointment.beneficiary_id == whom.id)
    is_there = exists().where(Visit.appointment_id == Appointment.id)
    return hers.where(Appointment.state == AppointmentState.BOOKED, ~is_there).order_by(Appointment.starts_at)


def _is_apart(tx: Session, by: SignedIn, beneficiary_id: str) -> bool:
    return not by.holds(Role.COORDINATOR) and bool(exclusions.kept_from(tx, by.id, [beneficiary_id]))
