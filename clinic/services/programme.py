"""Acts that cross nouns: moving, cancelling and restoring a session with all that hangs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from clinic.domain import resources
from clinic.domain import sessions as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.people import SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Booked, CancelReason, Status
from clinic.models import Appointment, ClinicSession, Place, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import moves
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, occupancy


@dataclass(frozen=True)
class MoveWish:
    """When and where a session shall be instead."""

    starts_at: datetime
    ends_at: datetime
    place_id: str


def move(tx: Session, session_id: str, wish: MoveWish, *, leaving: frozenset[str], by: SignedIn, now: datetime) -> None:
    """Move a session: its crew is asked to confirm, its appointments move along or the move is refused by name.

    `leaving` are the people whose clash was seen and who leave the crew; any other clash refuses the move.
    Raises `NotFound`, and `Refused` with `appointments_outside` (aliases), `crew_clashes`, `alias_busy`,
    `span_too_long`, `session_cancelled`, `session_over`, `move_into_past`.
    """
    session = session_queries.locked(tx, session_id)
    span = (wish.starts_at, wish.ends_at)
    rules.check_move(session.status, session.ends_at, span, now)
    if tx.get(Place, wish.place_id) is None:
        raise NotFound
    held = rota_queries.live_shifts(tx, session_id)
    elsewhere = moves.clashing(tx, held, *span)
    if not elsewhere <= leaving:
        raise Refused("crew_clashes")
    booked = appointment_queries.standing(tx, session_id)
    carried = _carried(session, booked, span)
    occupancy.release(tx, _holders(held, booked))
    _note_move(session, wish, now)
    _carry_crew(tx, held, elsewhere, span, now)
    _carry_appointments(tx, booked, carried, now)
    audit.record(tx, "session.move", session_id, by=by, now=now)


def cancel(tx: Session, session_id: str, reason: CancelReason, *, by: SignedIn, now: datetime) -> None:
    """Call a session off: its crew is free again; its appointments stay on record, so that each can be told.

    Cancelling twice changes nothing. Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.CANCELLED:
        return
    rules.check_open(session.status, session.ends_at, now)
    held = rota_queries.live_shifts(tx, session_id)
    occupancy.release(tx, _holders(held, appointment_queries.standing(tx, session_id)))
    session.status, session.cancel_reason = Status.CANCELLED, reason
    _changed(session, now)
    audit.record(tx, "session.cancel", session_id, by=by, now=now)


def restore(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> int:
    """Let a cancelled session take place after all; return how many people and appointments could not come back.

    Whoever took on something else meanwhile leaves the crew or the list. Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.PLANNED:
        return 0
    rules.check_open(Status.PLANNED, session.ends_at, now)
    session.status, session.cancel_reason = Status.PLANNED, None
    _changed(session, now)
    lost = 0
    for shift in rota_queries.live_shifts(tx, session_id):
        lost += not _try_shift(tx, shift, (session.starts_at, session.ends_at), now)
    for appointment in appointment_queries.standing(tx, session_id):
        lost += not _try_appointment(tx, appointment, now)
    audit.record(tx, "session.restore", session_id, by=by, now=now)
    return lost


def _carried(
    session: ClinicSession, booked: Sequence[Appointment], span: tuple[datetime, datetime]
) -> dict[str, Booked]:
    as_booked = [appointment_queries.as_booked(each) for each in booked]
    carried, outside = rules.carry(as_booked, by=span[0] - session.starts_at, into=span)
    if outside:
        raise Refused("appointments_outside", aliases=[each.alias for each in outside])
    return {each.id: each for each in carried}


def _note_move(session: ClinicSession, wish: MoveWish, now: datetime) -> None:
    """Write the new time and place; moved back to where the rule had it, a session no longer counts as moved."""
    if wish.starts_at != session.starts_at:
        was_at = session.moved_from or session.starts_at
        session.moved_from = None if was_at == wish.starts_at else was_at
    session.starts_at, session.ends_at, session.place_id = wish.starts_at, wish.ends_at, wish.place_id
    _changed(session, now)


def _carry_crew(
    tx: Session, held: Sequence[Shift], elsewhere: set[str], span: tuple[datetime, datetime], now: datetime
) -> None:
    for shift in held:
        if shift.person_id in elsewhere:
            _set(shift, ShiftState.RELEASED, now)
        else:
            _set(shift, ShiftState.TO_CONFIRM, now)
            person = resources.of_person(shift.person_id)
            occupancy.hold(tx, person, *span, holder=shift.id, otherwise="crew_clashes")


def _carry_appointments(
    tx: Session, booked: Sequence[Appointment], carried: Mapping[str, Booked], now: datetime
) -> None:
    """Move appointments along. Desks are negative meanwhile: the unique index is checked row by row."""
    if not booked:
        return
    these = Appointment.id.in_(list(carried))
    tx.execute(update(Appointment).where(these).values(desk=-Appointment.desk), execution_options=_IN_DATABASE)
    for appointment in booked:
        to = carried[appointment.id]
        values = {"starts_at": to.starts_at, "ends_at": to.ends_at, "desk": -Appointment.desk, "changed_at": now}
        tx.execute(update(Appointment).where(Appointment.id == to.id).values(values), execution_options=_IN_DATABASE)
        helped = resources.of_beneficiary(appointment.beneficiary_id)
        occupancy.hold(tx, helped, to.starts_at, to.ends_at, holder=to.id, otherwise="alias_busy")


_IN_DATABASE = {"synchronize_session": False}


def _try_shift(tx: Session, shift: Shift, span: tuple[datetime, datetime], now: datetime) -> bool:
    try:
        occupancy.hold(tx, resources.of_person(shift.person_id), *span, holder=shift.id, otherwise="person_busy")
    except Refused:
        _set(shift, ShiftState.RELEASED, now)
        return False
    return True


def _try_appointment(tx: Session, booked: Appointment, now: datetime) -> bool:
    helped = resources.of_beneficiary(booked.beneficiary_id)
    try:
        occupancy.hold(tx, helped, booked.starts_at, booked.ends_at, holder=booked.id, otherwise="alias_busy")
    except Refused:
        booked.state, booked.changed_at = AppointmentState.CANCELLED, now
        return False
    return True


def _holders(held: Sequence[Shift], booked: Sequence[Appointment]) -> list[str]:
    return [shift.id for shift in held] + [each.id for each in booked]


def _set(shift: Shift, state: ShiftState, now: datetime) -> None:
    shift.state, shift.sequence, shift.changed_at = state, shift.sequence + 1, now


def _changed(session: ClinicSession, now: datetime) -> None:
    session.sequence, session.changed_at = session.sequence + 1, now
