"""Opening one appointment for some hours to somebody of the legal team who is not on its crew."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import DISCLOSED_HOURS, AppointmentState
from clinic.domain.people import SignedIn
from clinic.models import Disclosure
from clinic.queries import disclosures as queries
from clinic.services import appointments, audit, repeats


def disclose(
    tx: Session, appointment_id: str, person_id: str, hours: int, *, key: str, by: SignedIn, now: datetime
) -> None:
    """Open an appointment to one person for 1 to 10 hours; it ends by itself.

    Raises `NotFound`, also for a person who may not be told of it, and `Refused` with `appointment_cancelled`,
    `hours_outside`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    opened = appointments.locked(tx, appointment_id, by=by, now=now)
    if claim.is_repeat:
        return
    if opened.state is not AppointmentState.BOOKED:
        raise Refused("appointment_cancelled")
    if hours not in DISCLOSED_HOURS:
        raise Refused("hours_outside")
    if person_id not in {each.id for each in queries.may_be_told(tx, opened)}:
        raise NotFound
    until = now + timedelta(hours=hours)
    told = Disclosure(id=claim.id, appointment_id=appointment_id, person_id=person_id, opened_by_id=by.id)
    told.opened_at, told.until = now, until
    tx.add(told)
    audit.record(tx, "appointment.disclose", told.id, by=by, now=now)


def close(tx: Session, disclosure_id: str, appointment_id: str, *, by: SignedIn, now: datetime) -> None:
    """End it before its time, however often it was opened to her. Twice changes nothing. Raises `NotFound`."""
    appointments.locked(tx, appointment_id, by=by, now=now)
    told = tx.get(Disclosure, disclosure_id, populate_existing=True)
    if told is None or told.appointment_id != appointment_id:
        raise NotFound
    hers = update(Disclosure).where(
        Disclosure.appointment_id == appointment_id, Disclosure.person_id == told.person_id, Disclosure.until > now
    )
    if tx.scalars(hers.values(until=now).returning(Disclosure.id)).all():
        audit.record(tx, "appointment.close", told.id, by=by, now=now)
