"""Who came, and what should follow: noted by those who were there, reversible, never silently over somebody else's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import attendance as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.people import SignedIn
from clinic.models import Appointment
from clinic.queries import appointments as queries
from clinic.queries import desks
from clinic.queries import sessions as session_queries
from clinic.services import audit


def note(
    tx: Session, appointment_id: str, outcome: Outcome | None, *, seen: Outcome | None, by: SignedIn, now: datetime
) -> None:
    """Note whether she came; None: nobody knows. Noting it again changes nothing.

    Raises `NotFound`, and `Refused` with `appointment_cancelled`, `session_cancelled`, `not_begun`, and
    `outcome_changed` when it is not as `seen` any more.
    """
    noted = _locked(tx, appointment_id, by, now)
    if noted.outcome is outcome:
        return
    if noted.outcome is not seen:
        raise Refused("outcome_changed")
    rules.check_outcome(outcome, noted.starts_at, now)
    noted.outcome = outcome
    audit.record(tx, "appointment.outcome", appointment_id, by=by, now=now, reason=outcome)


def follow_up(
    tx: Session, appointment_id: str, wanted: FollowUp | None, *, seen: FollowUp | None, by: SignedIn, now: datetime
) -> None:
    """Note what should follow; None: nothing. Raises as `note`."""
    noted = _locked(tx, appointment_id, by, now)
    if noted.follow_up is wanted:
        return
    if noted.follow_up is not seen:
        raise Refused("outcome_changed")
    noted.follow_up = wanted
    audit.record(tx, "appointment.follow_up", appointment_id, by=by, now=now, reason=wanted)


def _locked(tx: Session, appointment_id: str, by: SignedIn, now: datetime) -> Appointment:
    session_queries.locked(tx, queries.appointment(tx, appointment_id).session_id)
    view, session = desks.appointment(tx, appointment_id, reader=by, now=now)
    if not view.may_note:
        raise NotFound
    if session.is_cancelled:
        raise Refused("session_cancelled")
    noted = queries.appointment(tx, appointment_id)
    if noted.state is not AppointmentState.BOOKED:
        raise Refused("appointment_cancelled")
    return noted
