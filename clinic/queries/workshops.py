"""Reading workshops' registrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from clinic.domain.answers import NotFound
from clinic.domain.sessions import Status
from clinic.domain.workshops import Attendance, RegistrationState
from clinic.models import ClinicSession, Registration, Workshop

_Other = aliased(Registration)


@dataclass(frozen=True)
class RegistrationRow:
    """A person's place as the organiser sees it."""

    id: str
    person_id: str
    name: str
    state: RegistrationState
    asked_at: datetime
    attendance: Attendance


@dataclass(frozen=True)
class MyPlace:
    """One's own place: registered, or the position in the waiting list, counted from 1."""

    registration_id: str
    state: RegistrationState
    position: int | None
    uid: str


def workshop(tx: Session, session_id: str) -> Workshop:
    """What a workshop session shows; raises `NotFound`."""
    found = described(tx, session_id)
    if found is None:
        raise NotFound
    return found


def described(tx: Session, session_id: str) -> Workshop | None:
    """What a workshop session shows; None as long as nobody said."""
    return tx.get(Workshop, session_id, populate_existing=True)


def taken_seats(tx: Session, session_id: str) -> set[int]:
    """The seats that somebody has."""
    query = select(Registration.seat).where(Registration.session_id == session_id, Registration.seat.is_not(None))
    return {seat for seat in tx.scalars(query) if seat is not None}


def registration_of(tx: Session, session_id: str, person_id: str) -> Registration | None:
    """A person's registration, whatever its state."""
    query = select(Registration).where(Registration.session_id == session_id, Registration.person_id == person_id)
    return tx.scalar(query, execution_options={"populate_existing": True})


def session_of(tx: Session, registration_id: str) -> str:
    """The id of the session that a registration belongs to; raises `NotFound`."""
    session_id = tx.scalar(select(Registration.session_id).where(Registration.id == registration_id))
    if session_id is None:
        raise NotFound
    return session_id


def registered(tx: Session, registration_id: str) -> Registration:
    """The registration of somebody who has a seat; raises `NotFound`."""
    found = tx.get(Registration, registration_id, populate_existing=True)
    if found is None or found.state is not RegistrationState.REGISTERED:
        raise NotFound
    return found


def waiting(tx: Session, session_id: str) -> list[Registration]:
    """Who waits, in the order of asking."""
    query = select(Registration).where(
        Registration.session_id == session_id, Registration.state == RegistrationState.WAITING
    )
    return list(tx.scalars(query.order_by(Registration.asked_at, Registration.id)))


def coming_of(tx: Session, person_id: str, now: datetime) -> list[tuple[Registration, ClinicSession]]:
    """What a person has a seat at that takes place and has not begun, in order of time."""
    query = select(Registration, ClinicSession).join(ClinicSession, Registration.session_id == ClinicSession.id)
    query = query.where(
        Registration.person_id == person_id,
        Registration.state == RegistrationState.REGISTERED,
        ClinicSession.status == Status.PLANNED,
        ClinicSession.starts_at > now,
    )
    return [(mine, session) for mine, session in tx.execute(query.order_by(ClinicSession.starts_at, Registration.id))]


def live(tx: Session, session_id: str) -> list[Registration]:
    """Who has a seat or waits for one, in a fixed order."""
    query = select(Registration).where(
        Registration.session_id == session_id, Registration.state != RegistrationState.WITHDRAWN
    )
    return list(tx.scalars(query.order_by(Registration.person_id)))


def participants(tx: Session, session_id: str) -> list[RegistrationRow]:
    """Who has a seat, by name, then who waits, in order."""
    query = select(Registration).where(
        Registration.session_id == session_id, Registration.state != RegistrationState.WITHDRAWN
    )
    rows = [_row(each) for each in tx.scalars(query.options(joinedload(Registration.person)))]
    seated = [row for row in rows if row.state is RegistrationState.REGISTERED]
    others = [row for row in rows if row.state is RegistrationState.WAITING]
    return sorted(seated, key=lambda row: row.name.casefold()) + sorted(others, key=lambda row: (row.asked_at, row.id))


def my_places(tx: Session, person_id: str, session_ids: list[str]) -> dict[str, MyPlace]:
    """One's own places at these sessions, by session."""
    earlier = (
        select(func.count())
        .select_from(_Other)
        .where(
            _Other.session_id == Registration.session_id,
            _Other.state == RegistrationState.WAITING,
            (_Other.asked_at < Registration.asked_at)
            | ((_Other.asked_at == Registration.asked_at) & (_Other.id <= Registration.id)),
        )
        .scalar_subquery()
    )
    query = select(Registration, earlier).where(
        Registration.person_id == person_id,
        Registration.session_id.in_(session_ids),
        Registration.state != RegistrationState.WITHDRAWN,
    )
    return {
        mine.session_id: MyPlace(
            mine.id, mine.state, position if mine.state is RegistrationState.WAITING else None, mine.uid
        )
        for mine, position in tx.execute(query)
    }


def seats_left(tx: Session, session_ids: list[str]) -> dict[str, int]:
    """How many seats are free, by session."""
    taken = (
        select(func.count()).where(Registration.session_id == Workshop.session_id, Registration.seat.is_not(None))
    ).scalar_subquery()
    query = select(Workshop.session_id, Workshop.capacity - taken).where(Workshop.session_id.in_(session_ids))
    return {row[0]: max(row[1], 0) for row in tx.execute(query)}


def _row(registration: Registration) -> RegistrationRow:
    return RegistrationRow(
        id=registration.id,
        person_id=registration.person_id,
        name=registration.person.name,
        state=registration.state,
        asked_at=registration.asked_at,
        attendance=registration.attendance,
    )
