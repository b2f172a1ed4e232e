"""Workshops: what a session shows, who registers, who came."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import sessions as session_rules
from clinic.domain import workshops as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import SignedIn
from clinic.domain.resources import of_person
from clinic.domain.sessions import Status
from clinic.domain.timing import UNDO_FOR
from clinic.domain.workshops import Attendance, RegistrationState
from clinic.models import ClinicSession, Registration, Workshop
from clinic.queries import sessions as session_queries
from clinic.queries import workshops as queries
from clinic.services import audit, notices, occupancy


@dataclass(frozen=True)
class WorkshopDraft:
    """The film, the guest (None: to be confirmed), the topic in both languages, and how many may come."""

    film: str
    speaker: str | None
    affiliation: str | None
    topic_fr: str
    topic_en: str
    content_note_fr: str | None = None
    content_note_en: str | None = None
    language: str | None = None
    capacity: int = 12


def describe(tx: Session, session_id: str, draft: WorkshopDraft, *, by: SignedIn, now: datetime) -> None:
    """Say what a workshop is about; its calendar entries count as changed. More seats go to those who wait.

    Raises `NotFound`, `Refused("fewer_than_registered")`.
    """
    session = session_queries.locked(tx, session_id)
    workshop = tx.get(Workshop, session_id) or Workshop(session_id=session_id)
    seats = queries.taken_seats(tx, session_id)
    rules.check_capacity(draft.capacity, len(seats))
    _close_ranks(tx, session_id, seats)
    workshop.film, workshop.speaker, workshop.affiliation = draft.film, draft.speaker, draft.affiliation
    workshop.topic_fr, workshop.topic_en = draft.topic_fr, draft.topic_en
    workshop.content_note_fr, workshop.content_note_en = draft.content_note_fr, draft.content_note_en
    workshop.language, workshop.capacity = draft.language, draft.capacity
    tx.add(workshop)
    tx.flush()
    session.sequence, session.changed_at = session.sequence + 1, now
    fill_seats(tx, session, now=now)
    audit.record(tx, "workshop.describe", session_id, by=by, now=now)


def register(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> RegistrationState:
    """Give the person a seat, or a turn in the waiting list when the workshop is full. Twice changes nothing.

    Whoever undoes a withdrawal in time keeps the turn she had.

    Raises `NotFound`, and `Refused` with `session_cancelled`, `session_over`, `session_begun`, `person_busy`,
    `too_little_travel`.
    """
    session = session_queries.locked(tx, session_id)
    queries.workshop(tx, session_id)
    session_rules.check_open(session.status, session.ends_at, now)
    rules.check_not_begun(session.starts_at, now)
    mine = queries.registration_of(tx, session_id, by.id)
    if mine is not None and mine.state is not RegistrationState.WITHDRAWN:
        return mine.state
    if mine is None:
        mine = Registration(session_id=session_id, person_id=by.id, uid=str(uuid.uuid4()), sequence=-1, asked_at=now)
    elif now - mine.changed_at >= UNDO_FOR:
        mine.asked_at = now
    mine.attendance = Attendance.UNKNOWN
    _set(mine, RegistrationState.WAITING, now)
    tx.add(mine)
    tx.flush()
    _seat(tx, mine, session, now=now)
    if mine.state is RegistrationState.REGISTERED:
        notices.tell(tx, Kind.REGISTERED, to=by.id, about=mine.id, session_id=session_id, now=now)
    audit.record(tx, "workshop.register", mine.id, by=by, now=now)
    return mine.state


def withdraw(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> None:
    """Give one's seat or turn back; the next in the list gets the seat at once. Twice changes nothing.

    Raises `NotFound`, `Refused("session_begun")`.
    """
    session = session_queries.locked(tx, session_id)
    mine = queries.registration_of(tx, session_id, by.id)
    if mine is None:
        raise NotFound
    if mine.state is RegistrationState.WITHDRAWN:
        return
    rules.check_not_begun(session.starts_at, now)
    leave(tx, mine, now=now)
    fill_seats(tx, session, now=now)
    audit.record(tx, "workshop.withdraw", mine.id, by=by, now=now)


def mark(tx: Session, registration_id: str, attendance: Attendance, *, by: SignedIn, now: datetime) -> str:
    """Note who came, and return the session's id; always reversible.

    Raises `NotFound`, and `Refused` with `session_cancelled`, `not_begun`.
    """
    session = session_queries.locked(tx, queries.session_of(tx, registration_id))
    registration = queries.registered(tx, registration_id)
    if session.status is Status.CANCELLED:
        raise Refused("session_cancelled")
    rules.check_attendance(attendance, session.starts_at, now)
    registration.attendance = attendance
    audit.record(tx, "workshop.mark", registration_id, by=by, now=now)
    return session.id


def leave(tx: Session, registration: Registration, *, now: datetime) -> None:
    """End a registration, free its person, and drop what waits to be said about it."""
    registration.seat = None
    _set(registration, RegistrationState.WITHDRAWN, now)
    tx.flush()
    occupancy.release(tx, [registration.id])
    notices.forget(tx, [registration.id])


def fill_seats(tx: Session, session: ClinicSession, *, now: datetime) -> None:
    """Give free seats to those who wait, in order; whoever is elsewhere at that time keeps her turn.

    Not while the session is cancelled, and not once it has begun.
    """
    if session.status is Status.CANCELLED or session.starts_at <= now:
        return
    for waiting in queries.waiting(tx, session.id):
        if not _has_room(tx, session.id):
            return
        try:
            _seat(tx, waiting, session, now=now)
        except Refused:
            continue
        notices.tell(tx, Kind.PLACE_FALLEN_FREE, to=waiting.person_id, about=waiting.id, session_id=session.id, now=now)


def remind_again(tx: Session, person_id: str, *, now: datetime) -> None:
    """Plan the reminders of all that a person is registered for anew: her hours may be others now."""
    coming = queries.coming_of(tx, person_id, now)
    notices.forget_reminders(tx, [mine.id for mine, _ in coming])
    for mine, session in coming:
        notices.remind(tx, to=person_id, about=mine.id, session_id=session.id, starts_at=session.starts_at, now=now)


def _close_ranks(tx: Session, session_id: str, seats: set[int]) -> None:
    """Number the taken seats from 1 without gaps, the lowest first: no two share one even for a moment."""
    for number, seat in enumerate(sorted(seats), start=1):
        if number != seat:
            this = (Registration.session_id == session_id) & (Registration.seat == seat)
            tx.execute(update(Registration).where(this).values(seat=number))


def _has_room(tx: Session, session_id: str) -> bool:
    return rules.free_seat(queries.workshop(tx, session_id).capacity, queries.taken_seats(tx, session_id)) is not None


def _seat(tx: Session, registration: Registration, session: ClinicSession, *, now: datetime) -> None:
    """Give the lowest free seat, if there is one.

    Raises `Refused` with `person_busy` or `too_little_travel` for one who is elsewhere then, or too shortly before.
    """
    seat = rules.free_seat(queries.workshop(tx, session.id).capacity, queries.taken_seats(tx, session.id))
    if seat is None:
        return
    span = (session.starts_at, session.ends_at)
    person_id, person = registration.person_id, of_person(registration.person_id)
    occupancy.check_travel(tx, person_id, span, session.place_id, otherwise="too_little_travel", now=now)
    occupancy.hold(tx, person, span, holder=registration.id, otherwise="person_busy", now=now)
    try:
        with tx.begin_nested():
            registration.seat = seat
            _set(registration, RegistrationState.REGISTERED, now)
    except IntegrityError:
        raise Refused("seat_taken") from None
    notices.remind(
        tx,
        to=registration.person_id,
        about=registration.id,
        session_id=session.id,
        starts_at=session.starts_at,
        now=now,
    )


def _set(registration: Registration, state: RegistrationState, now: datetime) -> None:
    registration.state, registration.changed_at = state, now
    registration.sequence += 1
