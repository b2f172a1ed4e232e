"""Reading appointments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState, Opening
from clinic.domain.sessions import Booked
from clinic.models import Appointment, ClinicSession


def opening(session: ClinicSession) -> Opening:
    """A session as booking sees it."""
    return Opening(session.status, session.starts_at, session.ends_at, session.slot_minutes, session.desks)


def capacity(session: ClinicSession) -> int:
    """How many appointments a session has room for."""
    return session.desks * len(opening(session).slots)


def taken(tx: Session, session_id: str, *, besides: str | None = None) -> list[tuple[datetime, int]]:
    """The times and desks that are booked, leaving out one appointment."""
    query = select(Appointment.starts_at, Appointment.desk).where(
        Appointment.session_id == session_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.id != (besides or ""),
    )
    return [(starts_at, desk) for starts_at, desk in tx.execute(query)]


def appointment(tx: Session, appointment_id: str) -> Appointment:
    """One appointment with its alias, whatever its state; raises `NotFound`."""
    found = tx.get(Appointment, appointment_id, options=[joinedload(Appointment.beneficiary)], populate_existing=True)
    if found is None:
        raise NotFound
    return found


def standing(tx: Session, session_id: str) -> list[Appointment]:
    """The booked appointments of a session with their aliases, by time and desk."""
    query = select(Appointment).where(
        Appointment.session_id == session_id, Appointment.state == AppointmentState.BOOKED
    )
    ordered = query.order_by(Appointment.starts_at, Appointment.desk).options(joinedload(Appointment.beneficiary))
    return list(tx.scalars(ordered))


def as_booked(appointment: Appointment) -> Booked:
    """An appointment as a rule sees it."""
    return Booked(appointment.id, appointment.beneficiary.alias, appointment.starts_at, appointment.ends_at)
