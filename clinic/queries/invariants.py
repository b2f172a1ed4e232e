"""What must always hold, asked of the whole database (S70, S78)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState
from clinic.domain.resources import of_beneficiary, of_person
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Status
from clinic.domain.times import quanta
from clinic.models import Appointment, ClinicSession, Occupancy, Shift

Held = tuple[str, int, str]


@dataclass(frozen=True)
class Breach:
    """One thing that should not be: `two_places`, `not_held`, `held_for_nothing`, `desk_twice`, `outside_session`."""

    code: str
    object_id: str


def breaches(tx: Session) -> list[Breach]:
    """All that is wrong with who is where; an empty list is good. Occupancy is compared row by row."""
    expected = [*_held_by_shifts(tx), *_held_by_appointments(tx)]
    there = {(row.resource, row.quantum, row.holder) for row in tx.scalars(select(Occupancy))}
    at_once = Counter((resource, quantum) for resource, quantum, _ in expected)
    found = {Breach("two_places", resource) for (resource, _), times in at_once.items() if times > 1}
    found |= {Breach("not_held", holder) for _, _, holder in set(expected) - there}
    found |= {Breach("held_for_nothing", holder) for _, _, holder in there - set(expected)}
    return sorted({*found, *_wrong_desks(tx)}, key=lambda breach: (breach.code, breach.object_id))


def _held_by_shifts(tx: Session) -> Iterator[Held]:
    query = (
        select(Shift.id, Shift.person_id, ClinicSession.starts_at, ClinicSession.ends_at)
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .where(Shift.state != ShiftState.RELEASED, ClinicSession.status == Status.PLANNED)
    )
    for shift_id, person_id, starts_at, ends_at in tx.execute(query):
        for quantum in quanta(starts_at, ends_at):
            yield of_person(person_id), quantum, shift_id


def _held_by_appointments(tx: Session) -> Iterator[Held]:
    query = (
        select(Appointment.id, Appointment.beneficiary_id, Appointment.starts_at, Appointment.ends_at)
        .join(ClinicSession, Appointment.session_id == ClinicSession.id)
        .where(Appointment.state == AppointmentState.BOOKED, ClinicSession.status == Status.PLANNED)
    )
    for appointment_id, beneficiary_id, starts_at, ends_at in tx.execute(query):
        for quantum in quanta(starts_at, ends_at):
            yield of_beneficiary(beneficiary_id), quantum, appointment_id


def _wrong_desks(tx: Session) -> Iterator[Breach]:
    query = (
        select(Appointment, ClinicSession)
        .join(ClinicSession, Appointment.session_id == ClinicSession.id)
        .where(Appointment.state == AppointmentState.BOOKED)
    )
    seen = set()
    for booked, session in tx.execute(query):
        is_inside = session.starts_at <= booked.starts_at < booked.ends_at <= session.ends_at
        if not (is_inside and 1 <= booked.desk <= session.desks):
            yield Breach("outside_session", booked.id)
        desk = (booked.session_id, booked.starts_at, booked.desk)
        if desk in seen:
            yield Breach("desk_twice", booked.id)
        seen.add(desk)
