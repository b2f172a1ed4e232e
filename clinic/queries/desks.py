"""The desks of a session slot by slot, and single appointments, as far as their reader may know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.discretion import Standing
from clinic.domain.people import SignedIn
from clinic.models import Appointment, ClinicSession
from clinic.queries import appointments as appointment_queries
from clinic.queries import programme
from clinic.queries.programme import SessionView


@dataclass(frozen=True)
class AppointmentView:
    """An appointment that its reader may know; `beneficiary_id` only for one who follows her."""

    id: str
    session_id: str
    starts_at: datetime
    ends_at: datetime
    desk: int
    alias: str
    language: str
    topic: Topic
    is_cancelled: bool
    is_own: bool
    beneficiary_id: str | None


@dataclass(frozen=True)
class DeskView:
    """One desk in one slot: free, taken, or taken by an appointment that the reader may know."""

    desk: int
    is_taken: bool
    appointment: AppointmentView | None


@dataclass(frozen=True)
class SlotView:
    """One slot: its span and its desks."""

    starts_at: datetime
    ends_at: datetime
    is_over: bool
    desks: tuple[DeskView, ...]

    @property
    def is_free(self) -> bool:
        return not self.is_over and not all(desk.is_taken for desk in self.desks)


def slots(tx: Session, view: SessionView, *, reader: SignedIn, now: datetime) -> list[SlotView]:
    """All slots of a session with their desks. Empty for readers who see neither slots nor appointments."""
    session = tx.get_one(ClinicSession, view.id)
    opening = appointment_queries.opening(session)
    known = {(each.starts_at, each.desk): each for each in appointment_queries.standing(tx, view.id)}
    standing = _standing(view, reader, now)
    if not discretion.may_see_slots(standing):
        known = {at: each for at, each in known.items() if _may_know(standing, each)}
        if not known:
            return []

    def desk_view(starts_at: datetime, desk: int) -> DeskView:
        found = known.get((starts_at, desk))
        is_known = found is not None and _may_know(standing, found)
        return DeskView(desk, found is not None, _view(found, reader) if found and is_known else None)

    return [
        SlotView(
            starts_at,
            opening.slot_end(starts_at),
            opening.slot_end(starts_at) <= now,
            tuple(desk_view(starts_at, desk) for desk in range(1, opening.desks + 1)),
        )
        for starts_at in opening.slots
    ]


def appointment(
    tx: Session, appointment_id: str, *, reader: SignedIn, now: datetime
) -> tuple[AppointmentView, SessionView]:
    """One appointment with its session; raises `NotFound` also when the reader may not know it (S02)."""
    found = appointment_queries.appointment(tx, appointment_id)
    session = programme.session(tx, found.session_id, reader=reader, now=now)
    if not _may_know(_standing(session, reader, now), found):
        raise NotFound
    return _view(found, reader), session


def booked_by(tx: Session, *, reader: SignedIn, now: datetime, most: int) -> list[AppointmentView]:
    """The reader's own coming bookings, in order of time."""
    query = select(Appointment).where(
        Appointment.booked_by_id == reader.id,
        Appointment.ends_at > now,
        Appointment.state == AppointmentState.BOOKED,
    )
    ordered = query.order_by(Appointment.starts_at, Appointment.desk).limit(most)
    return [_view(each, reader) for each in tx.scalars(ordered.options(joinedload(Appointment.beneficiary)))]


def _standing(view: SessionView, reader: SignedIn, now: datetime) -> Standing:
    role = view.my_shift.role if view.my_shift else None
    return Standing(reader, role, view.starts_at, view.ends_at, now)


def _may_know(standing: Standing, appointment: Appointment) -> bool:
    return discretion.may_know_appointment(standing, is_own=appointment.booked_by_id == standing.reader.id)


def _view(appointment: Appointment, reader: SignedIn) -> AppointmentView:
    follows = discretion.follows(reader, appointment.beneficiary.mediator_id)
    return AppointmentView(
        id=appointment.id,
        session_id=appointment.session_id,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        desk=appointment.desk,
        alias=appointment.beneficiary.alias,
        language=appointment.language,
        topic=appointment.topic,
        is_cancelled=appointment.state is AppointmentState.CANCELLED,
        is_own=appointment.booked_by_id == reader.id,
        beneficiary_id=appointment.beneficiary_id if follows else None,
    )
