"""Appointments at the desks of a session: booking, moving, cancelling, restoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import appointments as rules
from clinic.domain import resources
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, ClinicSession
from clinic.queries import appointments as queries
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, beneficiaries, occupancy, repeats


@dataclass(frozen=True)
class Wish:
    """Who would like to come when, in which language (ISO 639-3), about what."""

    session_id: str
    starts_at: datetime
    alias: str
    language: str
    topic: Topic


def book(tx: Session, wish: Wish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Book a desk for one slot and return the appointment's id.

    Raises `NotFound`, and `Refused` with `slot_taken`, `no_such_slot`, `slot_over` (each with the `free` slots),
    `alias_busy`, `session_cancelled`, `session_over`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    session = session_queries.locked(tx, wish.session_id)
    beneficiary = beneficiaries.known_as(tx, wish.alias, by=by, now=now)
    booked = Appointment(
        id=claim.id,
        beneficiary=beneficiary,
        booked_by_id=by.id,
        language=wish.language,
        topic=wish.topic,
        booked_at=now,
    )
    _place(tx, booked, session, wish.starts_at, now=now)
    audit.record(tx, "appointment.book", booked.id, by=by, now=now)
    return booked.id


def move(
    tx: Session, appointment_id: str, session_id: str, starts_at: datetime, *, by: SignedIn, now: datetime
) -> None:
    """Move an appointment to another slot, of its session or of another one; the old slot falls free.

    Raises like `book`, and `Refused("appointment_cancelled")`.
    """
    moved = _locked(tx, appointment_id, session_id, by=by)
    if moved.state is AppointmentState.CANCELLED:
        raise Refused("appointment_cancelled")
    occupancy.release(tx, [moved.id])
    _place(tx, moved, session_queries.locked(tx, session_id), starts_at, now=now)
    audit.record(tx, "appointment.move", moved.id, by=by, now=now)


def cancel(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Call an appointment off; its slot falls free. Calling it off twice changes nothing. Raises `NotFound`."""
    cancelled = _locked(tx, appointment_id, by=by)
    if cancelled.state is AppointmentState.CANCELLED:
        return
    cancelled.state, cancelled.changed_at = AppointmentState.CANCELLED, now
    occupancy.release(tx, [cancelled.id])
    audit.record(tx, "appointment.cancel", cancelled.id, by=by, now=now)


def restore(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take a cancellation back, if a desk is still free at that time. Raises like `book`."""
    restored = _locked(tx, appointment_id, by=by)
    if restored.state is AppointmentState.BOOKED:
        return
    session = session_queries.locked(tx, restored.session_id)
    _place(tx, restored, session, restored.starts_at, now=now)
    audit.record(tx, "appointment.restore", restored.id, by=by, now=now)


def _locked(tx: Session, appointment_id: str, *also: str, by: SignedIn) -> Appointment:
    """One appointment that this person may change, its session (and others) locked in the order of their ids."""
    first_seen = queries.appointment(tx, appointment_id)
    for session_id in sorted({first_seen.session_id, *also}):
        session_queries.locked(tx, session_id)
    found = queries.appointment(tx, appointment_id)
    if found.session_id not in {first_seen.session_id, *also} or not _may_change(tx, found, by):
        raise NotFound
    return found


def _may_change(tx: Session, appointment: Appointment, by: SignedIn) -> bool:
    """The coordinator; a mediator for what she booked, and for all at a session whose crew she is on."""
    if by.holds(Role.COORDINATOR):
        return True
    if not by.holds(Role.MEDIATOR):
        return False
    crew = rota_queries.live_shifts(tx, appointment.session_id)
    return appointment.booked_by_id == by.id or any(
        shift.person_id == by.id and shift.role is Role.MEDIATOR for shift in crew
    )


def _place(
    tx: Session, appointment: Appointment, session: ClinicSession, starts_at: datetime, *, now: datetime
) -> None:
    """Give an appointment its desk and time in a locked session."""
    opening = queries.opening(session)
    taken = queries.taken(tx, session.id, besides=appointment.id)
    desk = rules.choose_desk(opening, taken, wished_at=starts_at, now=now)
    try:
        with tx.begin_nested():
            tx.add(appointment)
            appointment.session_id, appointment.desk = session.id, desk
            appointment.starts_at, appointment.ends_at = starts_at, opening.slot_end(starts_at)
            appointment.state, appointment.changed_at = AppointmentState.BOOKED, now
    except IntegrityError:
        raise Refused("slot_taken", at=starts_at, free=[]) from None
    resource = resources.of_beneficiary(appointment.beneficiary_id)
    span = (starts_at, appointment.ends_at)
    occupancy.hold(tx, resource, span, holder=appointment.id, otherwise="alias_busy", now=now)
