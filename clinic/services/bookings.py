"""Acts that cross nouns: an appointment booked, moved, called off, restored; what she is told, and her interpreter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import Change
from clinic.domain.interpreting import NeedState
from clinic.domain.notices import Whereabouts
from clinic.domain.people import SignedIn
from clinic.models import Appointment, ClinicSession
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as queries
from clinic.queries import sessions as session_queries
from clinic.queries import standing
from clinic.services import appointments, interpreting, notices, telling
from clinic.services.appointments import Wish


def book(tx: Session, wish: Wish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Book a desk for one slot, plan what she is told, and return the id. Raises as `appointments.book`."""
    booked_id = appointments.book(tx, wish, key=key, by=by, now=now)
    telling.booked(tx, appointment_queries.appointment(tx, booked_id), now=now)
    return booked_id


def move(
    tx: Session,
    appointment_id: str,
    session_id: str,
    starts_at: datetime,
    *,
    by: SignedIn,
    now: datetime,
    she_knows: bool = False,
) -> None:
    """Move an appointment; its interpreter is freed and told, and to be asked anew.

    She is told, unless she knows already because somebody spoke with her. Raises as `appointments.move`.
    """
    before = appointment_queries.appointment(tx, appointment_id)
    was_of, was = before.session_id, standing.whereabouts(tx, appointment_id, before.session_id)
    appointments.move(tx, appointment_id, session_id, starts_at, by=by, now=now)
    moved = appointment_queries.appointment(tx, appointment_id)
    _tell(tx, moved, Change.MOVED, was=was, by=by if she_knows else None, now=now)
    if was_of != session_id:
        telling.no_longer_here(tx, tx.get_one(ClinicSession, was_of), now=now)
    telling.remind(tx, [moved], now=now)
    need = queries.need_of_appointment(tx, appointment_id)
    if need:
        interpreting.follow(tx, need.id, (moved.starts_at, moved.ends_at), session_id, now=now)


def cancel(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Call an appointment off; its interpreter is freed and told, and she is, unless she knows. Twice is once.

    Raises as `appointments.cancel`.
    """
    if _is_so(tx, appointment_id, AppointmentState.CANCELLED):
        return
    appointments.cancel(tx, appointment_id, by=by, now=now)
    notices.forget_reminders(tx, [appointment_id])
    cancelled = appointment_queries.appointment(tx, appointment_id)
    _tell(tx, cancelled, Change.CANCELLED, by=by if she_knows else None, now=now)
    need = queries.need_of_appointment(tx, appointment_id)
    if need and need.state is not NeedState.WITHDRAWN:
        interpreting.withdraw(tx, need.id, by=by, now=now)


def restore(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Take a cancellation back, if a desk is still free; she is told, if she was told of the cancellation. Twice is
    once. Raises as `appointments.restore`."""
    if _is_so(tx, appointment_id, AppointmentState.BOOKED):
        return
    appointments.restore(tx, appointment_id, by=by, now=now)
    restored = appointment_queries.appointment(tx, appointment_id)
    _tell(tx, restored, Change.RESTORED, by=by if she_knows else None, now=now)
    telling.remind(tx, [restored], now=now)


def _is_so(tx: Session, appointment_id: str, state: AppointmentState) -> bool:
    """Whether it is so already; its session stays locked, so that of two at once the second sees what the first did."""
    session_queries.locked(tx, appointment_queries.appointment(tx, appointment_id).session_id)
    return appointment_queries.appointment(tx, appointment_id).state is state


def _tell(
    tx: Session,
    appointment: Appointment,
    change: Change,
    *,
    was: Whereabouts | None = None,
    by: SignedIn | None,
    now: datetime,
) -> None:
    """Tell her of a change, or note that somebody did."""
    session = tx.get_one(ClinicSession, appointment.session_id)
    if by:
        telling.known(tx, session, change, appointment, by=by, now=now)
    elif change is Change.CANCELLED:
        telling.unbooked(tx, session, appointment, now=now)
    else:
        there = {appointment.id: was} if was else None
        telling.changed(tx, session, change, [appointment], was=there, now=now)
