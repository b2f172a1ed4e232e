"""Never these two: saying it, taking it back, and letting go of what was already planned between them (S07)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.beneficiaries import Side
from clinic.domain.meetings import MeetingState
from clinic.domain.people import SignedIn
from clinic.models import Appointment, Beneficiary, ClinicSession, Disclosure, Exclusion, Meeting, Person
from clinic.queries import appointments as appointment_queries
from clinic.queries import beneficiaries as queries
from clinic.queries import desks
from clinic.queries import exclusions as exclusion_queries
from clinic.queries import interpreting as interpreting_queries
from clinic.queries import meetings as meeting_queries
from clinic.queries import sessions as session_queries
from clinic.services import attending, audit, interpreting, meetings


def exclude(tx: Session, beneficiary_id: str, person_id: str, *, by: SignedIn, now: datetime) -> None:
    """She never meets this person; no reason is asked. Saying it again changes nothing.

    Raises `NotFound`, and `Refused("excluded_follows")` for who follows her: she is handed over first.
    """
    whom = queries.locked(tx, queries.beneficiary(tx, beneficiary_id, reader=by).id)
    if tx.get(Person, person_id) is None:
        raise NotFound
    _keep_apart(tx, whom, person_id, Side.HERS, now)
    audit.record(tx, "beneficiary.exclude", beneficiary_id, by=by, now=now)


def readmit(tx: Session, beneficiary_id: str, person_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back what she said of a person; what that person said herself stays. Raises `NotFound`."""
    whom = queries.locked(tx, queries.beneficiary(tx, beneficiary_id, reader=by).id)
    _forget(tx, whom.id, person_id, Side.HERS)
    for session in _coming_sessions(tx, whom, now):
        attending.fill(tx, session, now=now)
    audit.record(tx, "beneficiary.readmit", beneficiary_id, by=by, now=now)


def recuse(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> str:
    """Say "I cannot take this" of an appointment that one may know: without a reason, and for good. Twice is once.

    Returns the id of the session. Raises `NotFound`, `Refused("excluded_follows")`.
    """
    found = appointment_queries.appointment(tx, appointment_id)
    whom = queries.locked(tx, found.beneficiary_id)
    if not _cannot(tx, whom, by):
        desks.appointment(tx, appointment_id, reader=by, now=now)
        _keep_apart(tx, whom, by.id, Side.THEIRS, now)
        audit.record(tx, "appointment.recuse", appointment_id, by=by, now=now)
    return found.session_id


def unrecuse(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back that one cannot take this. Twice is once. Raises `NotFound` for what one may not know of."""
    whom = queries.locked(tx, appointment_queries.appointment(tx, appointment_id).beneficiary_id)
    if not _cannot(tx, whom, by):
        desks.appointment(tx, appointment_id, reader=by, now=now)
        return
    _take_back(tx, whom, by, now)
    audit.record(tx, "appointment.unrecuse", appointment_id, by=by, now=now)


def recuse_from_meeting(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime) -> None:
    """Say "I cannot take this" of a telephone meeting that one is the peer of: whoever follows her finds another one.

    Twice is once. Raises `NotFound`, `Refused("excluded_follows")`.
    """
    whom = _whom_of_mine(tx, meeting_id, by)
    if not _cannot(tx, whom, by):
        meeting_queries.meeting(tx, meeting_id, reader=by, now=now)
        _keep_apart(tx, whom, by.id, Side.THEIRS, now)
        audit.record(tx, "meeting.recuse", meeting_id, by=by, now=now)


def unrecuse_from_meeting(tx: Session, meeting_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take that back: the meeting is one's own again, unless somebody saw to it meanwhile. Twice is once.

    Raises `NotFound`, and `Refused` as `meetings.restore`.
    """
    whom = _whom_of_mine(tx, meeting_id, by)
    if _cannot(tx, whom, by):
        _take_back(tx, whom, by, now)
        if tx.get_one(Meeting, meeting_id).state is MeetingState.WITHOUT_PEER:
            meetings.restore(tx, meeting_id, by=by, now=now)
        audit.record(tx, "meeting.unrecuse", meeting_id, by=by, now=now)


def _whom_of_mine(tx: Session, meeting_id: str, by: SignedIn) -> Beneficiary:
    """With whom a meeting is that this person is the peer of, locked."""
    found = tx.get(Meeting, meeting_id)
    if found is None or found.peer_id != by.id:
        raise NotFound
    whom = queries.locked(tx, found.beneficiary_id)
    tx.refresh(found)
    if found.peer_id != by.id:
        raise NotFound
    return whom


def _cannot(tx: Session, whom: Beneficiary, by: SignedIn) -> bool:
    return bool(exclusion_queries.excluded_by(tx, whom.id, [by.id], side=Side.THEIRS))


def _take_back(tx: Session, whom: Beneficiary, by: SignedIn, now: datetime) -> None:
    _forget(tx, whom.id, by.id, Side.THEIRS)
    for session in _coming_sessions(tx, whom, now):
        attending.fill(tx, session, now=now)


def _keep_apart(tx: Session, whom: Beneficiary, person_id: str, side: Side, now: datetime) -> None:
    if person_id in {whom.mediator_id, whom.stand_in_id} and whom.alias_digest:
        raise Refused("excluded_follows")
    digested = exclusion_queries.pair_digest(whom.id, person_id)
    if tx.get(Exclusion, (whom.id, digested, side)):
        return
    sessions = _coming_sessions(tx, whom, now)
    tx.add(Exclusion(beneficiary_id=whom.id, pair_digest=digested, side=side))
    tx.flush()
    for session in sessions:
        for each in _hers(tx, session.id, whom):
            attending.part_with(tx, each, person_id)
            need = interpreting_queries.need_of_appointment(tx, each.id)
            if need:
                interpreting.let_go_of(tx, need.id, person_id, now=now)
            if side is Side.HERS:  # what she says of herself she can take back: until then it is open to no avail
                these = update(Disclosure).where(
                    Disclosure.appointment_id == each.id, Disclosure.person_id == person_id
                )
                tx.execute(these.where(Disclosure.until > now).values(until=now))
        attending.fill(tx, session, now=now)
    meetings.part(tx, whom.id, person_id, now)


def _coming_sessions(tx: Session, whom: Beneficiary, now: datetime) -> list[ClinicSession]:
    """The sessions at which she has something ahead, locked in the order of their ids."""
    query = select(Appointment.session_id).where(Appointment.beneficiary_id == whom.id, Appointment.ends_at > now)
    return [session_queries.locked(tx, each) for each in sorted(set(tx.scalars(query)))]


def _hers(tx: Session, session_id: str, whom: Beneficiary) -> list[Appointment]:
    live = (AppointmentState.BOOKED, AppointmentState.HELD)
    of_hers = (Appointment.session_id == session_id) & (Appointment.beneficiary_id == whom.id)
    ids = tx.scalars(select(Appointment.id).where(of_hers, Appointment.state.in_(live)).order_by(Appointment.id)).all()
    return [appointment_queries.appointment(tx, each) for each in ids]


def _forget(tx: Session, beneficiary_id: str, person_id: str, side: Side) -> None:
    said = tx.get(Exclusion, (beneficiary_id, exclusion_queries.pair_digest(beneficiary_id, person_id), side))
    if said:
        tx.delete(said)
        tx.flush()
