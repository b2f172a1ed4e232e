"""Acts that cross nouns: an appointment moved or cancelled, and the interpreter needed for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.interpreting import NeedState
from clinic.domain.people import SignedIn
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as queries
from clinic.services import appointments, calls, interpreting


def move(
    tx: Session, appointment_id: str, session_id: str, starts_at: datetime, *, by: SignedIn, now: datetime
) -> None:
    """Move an appointment; its interpreter is freed and told, and to be asked anew. Raises as `appointments.move`."""
    appointments.move(tx, appointment_id, session_id, starts_at, by=by, now=now)
    calls.drop(tx, [appointment_id], now=now)
    moved = appointment_queries.appointment(tx, appointment_id)
    need = queries.need_of_appointment(tx, appointment_id)
    if need:
        interpreting.follow(tx, need.id, (moved.starts_at, moved.ends_at), session_id, now=now)


def cancel(tx: Session, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """Call an appointment off; its interpreter is freed and told. Raises as `appointments.cancel`."""
    appointments.cancel(tx, appointment_id, by=by, now=now)
    calls.drop(tx, [appointment_id], now=now)
    need = queries.need_of_appointment(tx, appointment_id)
    if need and need.state is not NeedState.WITHDRAWN:
        interpreting.withdraw(tx, need.id, by=by, now=now)
