"""Reading appointments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState, Opening
from clinic.domain.sessions import Booked
from clinic.models import Appointment, Beneficiary, ClinicSession

_WHOLE = (joinedload(Appointment.beneficiary), selectinload(Appointment.attending))


def opening(session: ClinicSession) -> Opening:
    """A session as booking sees it."""
    return Opening(session.status, session.starts_at, session.ends_at, session.slot_minutes, session.desks)


def capacity(session: ClinicSession) -> int:
    """How many appointments a session has room for."""
    return session.desks * len(opening(session).slots)


def takes_desk(now: datetime) -> ColumnElement[bool]:
    """Whether an appointment has its desk: it is booked, or held and its time is not over."""
    return or_(
        Appointment.state == AppointmentState.BOOKED,
        and_(Appointment.state == AppointmentState.HELD, Appointment.held_until > now),
    )


def taken(tx: Session, session_id: str, *, besides: str | None = None, now: datetime) -> list[tuple[datetime, int]]:
    """The times and desks that are booked or held, leaving out one appointment."""
    query = select(Appointment.starts_at, Appointment.desk).where(
        Appointment.session_id == session_id, takes_desk(now), Appointment.id != (besides or "")
    )
    return [(starts_at, desk) for starts_at, desk in tx.execute(query)]


def held(tx: Session, session_id: str, *, until: datetime | None = None) -> list[Appointment]:
    """The holds of a session, or those of them whose time is over by `until`, in a fixed order."""
    query = select(Appointment).where(Appointment.session_id == session_id, Appointment.state == AppointmentState.HELD)
    query = query.where(Appointment.held_until <= until) if until else query
    return list(tx.scalars(query.order_by(Appointment.id)))


def sessions_with_lapsed(tx: Session, *, now: datetime) -> list[str]:
    """The ids of the sessions in which a hold is over, in order."""
    over = (Appointment.state == AppointmentState.HELD) & (Appointment.held_until <= now)
    return sorted(set(tx.scalars(select(Appointment.session_id).where(over))))


def lapsed_before(tx: Session, at: datetime) -> list[Appointment]:
    """The holds that ended before an instant, with all that is theirs, locked; those in other hands are passed over."""
    is_old = (Appointment.state == AppointmentState.LAPSED) & (Appointment.changed_at < at)
    query = select(Appointment).join(Appointment.beneficiary).where(is_old).order_by(Appointment.id)
    whole = query.options(contains_eager(Appointment.beneficiary), selectinload(Appointment.attending))
    return list(tx.scalars(whole.with_for_update(of=(Appointment, Beneficiary), skip_locked=True)))


def appointment(tx: Session, appointment_id: str) -> Appointment:
    """One appointment with its alias, whatever its state; raises `NotFound`."""
    found = tx.get(Appointment, appointment_id, options=_WHOLE, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def standing(tx: Session, session_id: str) -> list[Appointment]:
    """The booked appointments of a session with their aliases and who must be there, by time and desk."""
    return _of_session(tx, session_id, Appointment.state == AppointmentState.BOOKED)


def seen(tx: Session, session_id: str, *, now: datetime) -> list[Appointment]:
    """The appointments of a session that have their desk, booked or held, by time and desk."""
    return _of_session(tx, session_id, takes_desk(now))


def booked_people(tx: Session, session_id: str) -> set[str]:
    """The ids of those who are booked at a session."""
    query = select(Appointment.beneficiary_id).where(Appointment.session_id == session_id)
    return set(tx.scalars(query.where(Appointment.state == AppointmentState.BOOKED)))


def as_booked(appointment: Appointment) -> Booked:
    """An appointment as a rule sees it."""
    return Booked(appointment.id, appointment.beneficiary.alias, appointment.starts_at, appointment.ends_at)


def _of_session(tx: Session, session_id: str, which: ColumnElement[bool]) -> list[Appointment]:
    query = select(Appointment).where(Appointment.session_id == session_id, which)
    return list(tx.scalars(query.order_by(Appointment.starts_at, Appointment.desk).options(*_WHOLE)))
