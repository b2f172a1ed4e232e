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
from clinic.queries import people as people_queries
from clinic.queries import rota as queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, notices, occupancy


@dataclass(frozen=True)
class GivenBack:
    """What was given back: enough to take it again."""

    session_id: str
    person_id: str
    role: Role


def take(tx: Session, session_id: str, role: Role, *, by: SignedIn, now: datetime) -> str:
    """Take a shift oneself and return its id. Taking again what one holds changes nothing.

    Raises `NotFound`, and `Refused` with `not_your_role`, `shift_filled`, `person_busy`, `session_cancelled`,
    `session_over`.
    """
    session = session_queries.locked(tx, session_id)
    held = queries.live_shifts(tx, session_id)
    mine = next((shift for shift in held if shift.person_id == by.id and shift.role is role), None)
    if mine:
        return mine.id
    rules.check_take(
        role,
        roles=by.roles,
        needs=session_queries.needs(tx, [session_id])[session_id],
        held=[shift.role for shift in held],
        status=session.status,
        ends_at=session.ends_at,
        now=now,
    )
    shift_id = _give(tx, session, by.id, role, now=now)
    notices.tell(tx, Kind.SHIFT_TAKEN, to=by.id, about=shift_id, session_id=session_id, now=now)
    audit.record(tx, "shift.take", shift_id, by=by, now=now)
    return shift_id


def assign(tx: Session, session_id: str, person_id: str, role: Role, *, by: SignedIn, now: datetime) -> None:
    """Place someone on a session, also beyond what it needs; the coordinator's act.

    Raises `NotFound`, and `Refused` with `not_their_role`, `already_on`, `person_busy`, `session_cancelled`,
    `session_over`.
    """
    session = session_queries.locked(tx, session_id)
    person = people_queries.person(tx, person_id)
    if role not in person.roles or person.is_disabled:
        raise Refused("not_their_role")
    if any(shift.person_id == person_id for shift in queries.live_shifts(tx, session_id)):
        raise Refused("already_on")
    sessions.check_open(session.status, session.ends_at, now)
    shift_id = _give(tx, session, person_id, role, now=now)
    notices.tell(tx, Kind.SHIFT_TAKEN, to=person_id, about=shift_id, session_id=session_id, now=now)
    audit.record(tx, "shift.assign", shift_id, by=by, now=now)


def give_back(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> GivenBack:
    """Give a shift back, one's own or, as coordinator, anybody's. Raises `NotFound`, `Refused("session_begun")`."""
    shift, session = _mine_locked(tx, shift_id, by)
    rules.check_give_back(session.starts_at, now)
    _set(shift, ShiftState.RELEASED, now)
    occupancy.release(tx, [shift.id])
    notices.forget(tx, [shift.id])
    if shift.person_id != by.id:
        notices.tell(tx, Kind.SHIFT_GIVEN_BACK, to=shift.person_id, about=shift.id, session_id=session.id, now=now)
    audit.record(tx, "shift.give_back", shift_id, by=by, now=now)
    return GivenBack(session.id, shift.person_id, shift.role)


def confirm(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> str:
    """Say that one comes to a moved session too, and return the session's id; saying it again changes nothing.

    Raises `NotFound`, and `Refused` when the session is cancelled or over.
    """
    shift, session = _mine_locked(tx, shift_id, by)
    sessions.check_open(session.status, session.ends_at, now)
    if shift.state is ShiftState.TO_CONFIRM:
        _set(shift, ShiftState.CONFIRMED, now)
        audit.record(tx, "shift.confirm", shift_id, by=by, now=now)
    return session.id


def _mine_locked(tx: Session, shift_id: str, by: SignedIn) -> tuple[Shift, ClinicSession]:
    session = session_queries.locked(tx, queries.shift(tx, shift_id).session_id)
    shift = queries.shift(tx, shift_id)
    if shift.person_id != by.id and not by.holds(Role.COORDINATOR):
        raise NotFound
    return shift, session


def _give(tx: Session, session: ClinicSession, person_id: str, role: Role, *, now: datetime) -> str:
    """Make the shift, or the one given back before live again, and hold the person for the session's time."""
    shift = tx.scalar(select(Shift).where(Shift.session_id == session.id, Shift.person_id == person_id))
    if shift is None:
        shift = Shift(session_id=session.id, person_id=person_id, uid=str(uuid.uuid4()), sequence=-1)
        tx.add(shift)
    elif shift.state is not ShiftState.RELEASED:
        raise Refused("already_on")
    shift.role = role
    _set(shift, ShiftState.CONFIRMED, now)
    tx.flush()
    resource = resources.of_person(person_id)
    span = (session.starts_at, session.ends_at)
    occupancy.hold(tx, resource, span, holder=shift.id, otherwise="person_busy", now=now)
    notices.remind(tx, to=person_id, about=shift.id, session_id=session.id, starts_at=session.starts_at, now=now)
    return shift.id


def _set(shift: Shift, state: ShiftState, now: datetime) -> None:
    shift.state, shift.sequence, shift.changed_at = state, shift.sequence + 1, now
