"""Shifts: taking, placing someone, giving back, confirming after a move."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import resources, sessions
from clinic.domain import rota as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.models import ClinicSession, Shift
from clinic.queries import crews
from clinic.queries import people as people_queries
from clinic.queries import rota as queries
from clinic.queries import sessions as session_queries
from clinic.services import attending, audit, notices, occupancy


@dataclass(frozen=True)
class GivenBack:
    """What was given back: enough to take it again, if the place is free."""

    session_id: str
    person_id: str
    role: Role
    is_free: bool = True


def take(tx: Session, session_id: str, role: Role, *, by: SignedIn, now: datetime) -> str:
    """Take a shift oneself and return its id. Taking again what one holds changes nothing.

    Raises `NotFound`, and `Refused` with `not_your_role`, `shift_filled`, `needs_experience`, `person_busy`,
    `too_little_travel`, `session_cancelled`, `session_over`.
    """
    session = session_queries.locked(tx, session_id)
    held = queries.live_shifts(tx, session_id)
    mine = next((shift for shift in held if shift.person_id == by.id and shift.role is role), None)
    if mine:
        return mine.id
    rules.check_take(role, roles=by.roles, status=session.status, ends_at=session.ends_at, now=now)
    check_place(tx, session_id, role, person_id=by.id, now=now)
    shift_id = give(tx, session, by.id, role, now=now)
    notices.tell(tx, Kind.SHIFT_TAKEN, to=by.id, about=shift_id, session_id=session_id, now=now)
    audit.record(tx, "shift.take", shift_id, by=by, now=now)
    return shift_id


def assign(tx: Session, session_id: str, person_id: str, role: Role, *, by: SignedIn, now: datetime) -> None:
    """Place someone on a session, also beyond what it needs; the coordinator's act.

    Raises `NotFound`, and `Refused` with `not_their_role`, `already_on`, `person_busy`, `too_little_travel_for_them`,
    `session_cancelled`, `session_over`.
    """
    session = session_queries.locked(tx, session_id)
    person = people_queries.person(tx, person_id)
    if role not in person.roles or person.is_disabled:
        raise Refused("not_their_role")
    if any(shift.person_id == person_id for shift in queries.live_shifts(tx, session_id)):
        raise Refused("already_on")
    sessions.check_open(session.status, session.ends_at, now)
    shift_id = give(tx, session, person_id, role, without_travel="too_little_travel_for_them", now=now)
    notices.tell(tx, Kind.SHIFT_TAKEN, to=person_id, about=shift_id, session_id=session_id, now=now)
    audit.record(tx, "shift.assign", shift_id, by=by, now=now)


def give_back(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> GivenBack:
    """Give a shift back, one's own until its sign-off time, or, as coordinator, anybody's.

    Raises `NotFound`, and `Refused` with `session_begun`, `sign_off_passed`.
    """
    shift, session = mine_locked(tx, shift_id, by)
    rules.check_give_back(queries.held(tx, shift, session), by_coordinator=by.holds(Role.COORDINATOR), now=now)
    release(tx, shift, now=now)
    if shift.person_id != by.id:
        notices.tell(tx, Kind.SHIFT_GIVEN_BACK, to=shift.person_id, about=shift.id, session_id=session.id, now=now)
    audit.record(tx, "shift.give_back", shift_id, by=by, now=now)
    return GivenBack(session.id, shift.person_id, shift.role)


def confirm(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> str:
    """Say that one comes to a moved session too, and return the session's id; saying it again changes nothing.

    Raises `NotFound`, and `Refused` when the session is cancelled or over.
    """
    shift, session = mine_locked(tx, shift_id, by)
    sessions.check_open(session.status, session.ends_at, now)
    if shift.state is ShiftState.TO_CONFIRM:
        _set(shift, ShiftState.CONFIRMED, now)
        audit.record(tx, "shift.confirm", shift_id, by=by, now=now)
    return session.id


def mine_locked(tx: Session, shift_id: str, by: SignedIn) -> tuple[Shift, ClinicSession]:
    """One's own live shift or, as coordinator, anybody's, after its session is locked; raises `NotFound`."""
    session = session_queries.locked(tx, queries.shift(tx, shift_id).session_id)
    shift = queries.shift(tx, shift_id)
    if shift.person_id != by.id and not by.holds(Role.COORDINATOR):
        raise NotFound
    return shift, session


def check_place(tx: Session, session_id: str, role: Role, *, person_id: str, now: datetime) -> None:
    """Refuse a role that is complete, and to a first-timer the last place where nobody experienced is.

    The session is locked. Raises `Refused` with `shift_filled`, `needs_experience`.
    """
    rules.check_place(
        role,
        needs=session_queries.needs(tx, [session_id])[session_id],
        holders=crews.holders(tx, [session_id], now=now)[session_id],
        is_first_time=crews.is_first_time(tx, person_id, now=now),
    )


def give(
    tx: Session,
    session: ClinicSession,
    person_id: str,
    role: Role,
    *,
    without_travel: str = "too_little_travel",
    now: datetime,
) -> str:
    """Make the shift, or the one given back before live again, and hold the person for the session's time.

    The session is locked. Raises `Refused` with `already_on`, `person_busy`, or the code `without_travel`.
    """
    shift = tx.scalar(select(Shift).where(Shift.session_id == session.id, Shift.person_id == person_id))
    if shift and shift.state is not ShiftState.RELEASED:
        raise Refused("already_on")
    span = (session.starts_at, session.ends_at)
    occupancy.check_travel(tx, person_id, span, session.place_id, otherwise=without_travel, now=now)
    if shift is None:
        shift = Shift(session_id=session.id, person_id=person_id, uid=str(uuid.uuid4()), sequence=-1)
        tx.add(shift)
    shift.role = role
    _set(shift, ShiftState.CONFIRMED, now)
    tx.flush()
    resource = resources.of_person(person_id)
    occupancy.hold(tx, resource, span, holder=shift.id, otherwise="person_busy", now=now)
    notices.remind(tx, to=person_id, about=shift.id, session_id=session.id, starts_at=session.starts_at, now=now)
    attending.fill(tx, session, now=now)
    return shift.id


def release(tx: Session, shift: Shift, *, now: datetime) -> None:
    """End a shift, free its person, and drop what waits to be said about it."""
    _set(shift, ShiftState.RELEASED, now)
    attending.let_go(tx, shift.session_id, shift.person_id)
    attending.fill(tx, session_queries.locked(tx, shift.session_id), now=now)
    occupancy.release(tx, [shift.id])
    notices.forget(tx, [shift.id])


def _set(shift: Shift, state: ShiftState, now: datetime) -> None:
    shift.state, shift.sequence, shift.changed_at = state, shift.sequence + 1, now
