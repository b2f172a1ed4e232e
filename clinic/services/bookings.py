"""Acts that cross nouns: an appointment booked, moved, called off, restored; what she is told, and her interpreter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import Change
from clinic.domain.interpreting import NeedState, usual_answer_by
from clinic.domain.notices import Whereabouts
from clinic.domain.people import SignedIn
from clinic.models import Appointment, ClinicSession
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as queries
from clinic.queries import standing
from clinic.services import appointments, attending, interpreting, notices, repeats, telling
from clinic.services.appointments import Wish
from clinic.services.interpreting import NeedWish


def book(tx: Session, wish: Wish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Book a desk and all who must be there, ask the interpreter, plan what she is told, and return the id.

    Raises as `appointments.book`.
    """
    booked_id = appointments.book(tx, wish, key=key, by=by, now=now)
    _settle(tx, booked_id, by, now)
    return booked_id


def confirm(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Let a held time be booked, with all that `book` does. Raises as `appointments.confirm`."""
    appointments.confirm(tx, appointment_id, by=by, now=now)
    _settle(tx, appointment_id, by, now)


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
    before = appointments.locked(tx, appointment_id, session_id, by=by, now=now)
    was_of, was = before.session_id, standing.whereabouts(tx, appointment_id, before.session_id)
    appointments.move(tx, appointment_id, session_id, starts_at, by=by, now=now)
    moved = appointment_queries.appointment(tx, appointment_id)
    if moved.state is AppointmentState.HELD:
        return
    _tell(tx, moved, Change.MOVED, was=was, by=by if she_knows else None, now=now)
    if was_of != session_id:
        telling.no_longer_here(tx, tx.get_one(ClinicSession, was_of), now=now)
    telling.remind(tx, [moved], now=now)
    need = queries.need_of_appointment(tx, appointment_id)
    if need:
        interpreting.follow(tx, need.id, (moved.starts_at, moved.ends_at), session_id, now=now)
    _ask_interpreter(tx, moved, by, now)  # if one was missing until now


def cancel(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Call an appointment off; its interpreter is freed and told, and she is, unless she knows. Twice is once.

    Raises as `appointments.cancel`.
    """
    was = appointments.locked(tx, appointment_id, by=by, now=now).state
    if was in (AppointmentState.CANCELLED, AppointmentState.LAPSED):
        return
    appointments.cancel(tx, appointment_id, by=by, now=now)
    if was is AppointmentState.HELD:
        return
    notices.forget_reminders(tx, [appointment_id])
    cancelled = appointment_queries.appointment(tx, appointment_id)
    _tell(tx, cancelled, Change.CANCELLED, by=by if she_knows else None, now=now)
    need = queries.need_of_appointment(tx, appointment_id)
    if need and need.state is not NeedState.WITHDRAWN:
        interpreting.withdraw(tx, need.id, by=by, now=now)


def restore(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime, she_knows: bool = False) -> None:
    """Take a cancellation back, if a desk is still free; she is told, if she was told of the cancellation. Twice is
    once. Raises as `appointments.restore`."""
    was = appointments.locked(tx, appointment_id, by=by, now=now).state
    if was in (AppointmentState.BOOKED, AppointmentState.HELD):
        return
    appointments.restore(tx, appointment_id, by=by, now=now)
    restored = appointment_queries.appointment(tx, appointment_id)
    if restored.state is AppointmentState.HELD:
        return
    _ask_interpreter(tx, restored, by, now)
    _tell(tx, restored, Change.RESTORED, by=by if she_knows else None, now=now)
    telling.remind(tx, [restored], now=now)


def _settle(tx: Session, appointment_id: str, by: SignedIn, now: datetime) -> None:
    """What follows from a booking: the interpreter is asked, and she is told. Twice is once."""
    booked = appointment_queries.appointment(tx, appointment_id)
    if booked.state is AppointmentState.BOOKED:
        _ask_interpreter(tx, booked, by, now)
        telling.booked(tx, booked, now=now)


def _ask_interpreter(tx: Session, booked: Appointment, by: SignedIn, now: datetime) -> None:
    """Ask the interpreter whose time was held along with the desk; her offer holds it from now on."""
    held = attending.to_ask(tx, booked)
    if held is None:
        return
    person_id, modality = held
    answer_by = usual_answer_by(booked.starts_at, now)
    wish = NeedWish(
        booked.session_id, booked.id, booked.language, modality, booked.starts_at, booked.ends_at, answer_by
    )
    there = queries.need_of_appointment(tx, booked.id)
    is_needed = there and there.state is not NeedState.WITHDRAWN
    need_id = there.id if there and is_needed else interpreting.need(tx, wish, key=repeats.own_key(), by=by, now=now)
    interpreting.ask(tx, need_id, [person_id], answer_by=answer_by, by=by, now=now)


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
