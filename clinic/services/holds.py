"""Times held while she is asked: ending them, by themselves or with their session, and forgetting them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState
from clinic.models import Appointment
from clinic.queries import appointments as queries
from clinic.queries import sessions as session_queries
from clinic.services import beneficiaries, occupancy

LAPSED_KEPT = timedelta(days=1)


def lapse(tx: Session, session_id: str, *, even_running: bool = False, now: datetime) -> int:
    """End the holds of a locked session whose time is over, or all of them where it moves or is called off; return how
    many."""
    ended = queries.held(tx, session_id, until=None if even_running else now)
    for each in ended:
        free(tx, each, AppointmentState.LAPSED, now)
    return len(ended)


def expire(tx: Session, *, now: datetime) -> int:
    """For the sweep: end all holds whose time is over, and forget those that ended a day ago; return how many ended."""
    ended = 0
    for session_id in queries.sessions_with_lapsed(tx, now=now):
        session_queries.locked(tx, session_id)
        ended += lapse(tx, session_id, now=now)
    for forgotten in queries.lapsed_before(tx, now - LAPSED_KEPT):
        whom = forgotten.beneficiary
        tx.delete(forgotten)
        tx.flush()
        beneficiaries.forget_unknown(tx, whom)
    return ended


def free(tx: Session, appointment: Appointment, state: AppointmentState, now: datetime) -> None:
    """Let an appointment have its desk and people no longer, from now on in this state."""
    appointment.state, appointment.held_until, appointment.changed_at = state, None, now
    occupancy.release(tx, [appointment.id])
