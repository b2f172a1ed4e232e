"""Single appointments opened for some hours: to whom, until when, and to whom one could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.appointments import AppointmentState
from clinic.domain.people import LEGAL_TEAM, SignedIn
from clinic.models import Appointment, ClinicSession, Disclosure, Person
from clinic.queries import exclusions, people
from clinic.queries.people import PersonRow


@dataclass(frozen=True)
class DisclosedRow:
    """To whom an appointment is open now, and until when."""

    id: str
    name: str
    until: datetime


@dataclass(frozen=True)
class OpenedView:
    """An appointment that is open to its reader for a while: when it is, of what service, until when she may look."""

    appointment_id: str
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    until: datetime


def is_open_to(tx: Session, appointment_id: str, person_id: str, *, now: datetime) -> bool:
    """Whether an appointment is open to a person now."""
    query = select(Disclosure.id).where(Disclosure.appointment_id == appointment_id, Disclosure.person_id == person_id)
    return tx.scalar(query.where(Disclosure.until > now).limit(1)) is not None


def open_now(tx: Session, appointment_id: str, *, now: datetime) -> list[DisclosedRow]:
    """To whom an appointment is open now, and until when at the latest, by name; not who never meets her."""
    query = select(Disclosure, Person.name, Appointment.beneficiary_id).join(Person, Person.id == Disclosure.person_id)
    query = query.join(Appointment, Appointment.id == Disclosure.appointment_id)
    rows = tx.execute(query.where(Disclosure.appointment_id == appointment_id, Disclosure.until > now)).all()
    whom = rows[0][2] if rows else ""
    apart = exclusions.excluded_by(tx, whom, [each.person_id for each, _name, _whom in rows]) if rows else set()
    latest = {
        each.person_id: DisclosedRow(each.id, name, each.until)
        for each, name, _whom in sorted(rows, key=lambda row: row[0].until)
        if each.person_id not in apart
    }
    return sorted(latest.values(), key=lambda row: row.name.casefold())


def opened_to(tx: Session, *, reader: SignedIn, now: datetime) -> list[OpenedView]:
    """The appointments that are open to the reader now, in order of time."""
    query = (
        select(Disclosure, Appointment, ClinicSession)
        .join(Appointment, Appointment.id == Disclosure.appointment_id)
        .join(ClinicSession, ClinicSession.id == Appointment.session_id)
        .where(Disclosure.person_id == reader.id, Disclosure.until > now)
        .where(Appointment.state == AppointmentState.BOOKED)
        .options(joinedload(ClinicSession.series))
    )
    rows = tx.execute(query.order_by(Appointment.starts_at, Disclosure.until)).all()
    whose = {booked.beneficiary_id for _told, booked, _session in rows}
    apart = exclusions.kept_from(tx, reader.id, whose) if whose else set()
    latest = {booked.id: each for each in rows for booked in [each[1]] if booked.beneficiary_id not in apart}
    return [
        OpenedView(booked.id, session.series.names, booked.starts_at, booked.ends_at, told.until)
        for told, booked, session in latest.values()
    ]


def may_be_told(tx: Session, appointment: Appointment) -> Sequence[PersonRow]:
    """To whom of the legal team an appointment could be opened, by name."""
    team = people.holding(tx, LEGAL_TEAM)
    kept_out = exclusions.excluded_by(tx, appointment.beneficiary_id, [each.id for each in team])
    return [each for each in team if each.id not in kept_out]
