"""Acts that cross nouns: moving, cancelling and restoring a session with all that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import sessions as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind, Whereabouts
from clinic.domain.people import SignedIn
from clinic.domain.sessions import CancelReason, Status
from clinic.models import ClinicSession, Place
from clinic.queries import moves
from clinic.queries import sessions as session_queries
from clinic.services import audit, interpreting, notices, occupancy, workshops
from clinic.services import hanging as hanging_of


@dataclass(frozen=True)
class MoveWish:
    """When and where a session shall be instead."""

    starts_at: datetime
    ends_at: datetime
    place_id: str


def move(tx: Session, session_id: str, wish: MoveWish, *, leaving: frozenset[str], by: SignedIn, now: datetime) -> None:
    """Move a session: its crew is asked to confirm, appointments and registrations move along or the move is refused by
    name, interpreters are freed and their needs open again at the new time. Everyone concerned is told.

    `leaving` are the people whose clash was seen and who leave the session; any other clash refuses the move.
    Raises `NotFound`, and `Refused` with `appointments_outside` (aliases), `crew_clashes`, `alias_busy`,
    `span_too_long`, `session_cancelled`, `session_over`, `move_into_past`.
    """
    session = session_queries.locked(tx, session_id)
    span = (wish.starts_at, wish.ends_at)
    rules.check_move(session.status, session.ends_at, span, now)
    if tx.get(Place, wish.place_id) is None:
        raise NotFound
    hanging = hanging_of.read(tx, session_id)
    elsewhere = moves.clashing(tx, hanging.people, *span, now=now)
    if not elsewhere <= leaving:
        raise Refused("crew_clashes")
    carried = hanging_of.carried(session, hanging.booked, span)
    shifted_by = span[0] - session.starts_at
    occupancy.release(tx, hanging.holders)
    was = Whereabouts(session.starts_at, session.ends_at, session.place_id)
    _note_move(session, wish, now)
    hanging_of.carry_people(tx, hanging, elsewhere, session, was=was, now=now)
    workshops.fill_seats(tx, session, now=now)
    hanging_of.carry_appointments(tx, hanging.booked, carried, now)
    for need in hanging.needs:
        at = carried.get(need.appointment_id or "")
        new_span = (at.starts_at, at.ends_at) if at else hanging_of.within(need, shifted_by, span)
        interpreting.follow(tx, need.id, new_span, session_id, now=now)
    audit.record(tx, "session.move", session_id, by=by, now=now)


def cancel(tx: Session, session_id: str, reason: CancelReason, *, by: SignedIn, now: datetime) -> None:
    """Call a session off: its people are free again and told; its appointments stay on record, so that each can be told
    by her mediator. Cancelling twice changes nothing. Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.CANCELLED:
        return
    rules.check_open(session.status, session.ends_at, now)
    hanging = hanging_of.read(tx, session_id)
    occupancy.release(tx, hanging.holders)
    for need in hanging.needs:
        interpreting.reopen(tx, need.id, now=now)
    session.status, session.cancel_reason = Status.CANCELLED, reason
    _changed(session, now)
    hanging_of.tell_all(tx, Kind.SESSION_CANCELLED, hanging, session, now)
    notices.forget_reminders(tx, list(hanging.people))
    audit.record(tx, "session.cancel", session_id, by=by, now=now)


def restore(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> int:
    """Let a cancelled session take place after all; return how many people and appointments could not come back.

    Whoever took on something else meanwhile leaves the crew or the list; interpreters are to be asked again. Those who
    were told of the cancellation are told of this too. Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.PLANNED:
        return 0
    rules.check_open(Status.PLANNED, session.ends_at, now)
    session.status, session.cancel_reason = Status.PLANNED, None
    _changed(session, now)
    hanging = hanging_of.read(tx, session_id)
    lost = hanging_of.hold_again(tx, hanging, session, now)
    hanging_of.tell_all(tx, Kind.SESSION_RESTORED, hanging, session, now)
    workshops.fill_seats(tx, session, now=now)
    for need in hanging.needs_of_lost:
        interpreting.withdraw(tx, need.id, by=by, now=now)
    audit.record(tx, "session.restore", session_id, by=by, now=now)
    return lost


def _note_move(session: ClinicSession, wish: MoveWish, now: datetime) -> None:
    """Write the new time and place; moved back to where the rule had it, a session no longer counts as moved."""
    if wish.starts_at != session.starts_at:
        was_at = session.moved_from or session.starts_at
        session.moved_from = None if was_at == wish.starts_at else was_at
    session.starts_at, session.ends_at, session.place_id = wish.starts_at, wish.ends_at, wish.place_id
    _changed(session, now)


def _changed(session: ClinicSession, now: datetime) -> None:
    session.sequence, session.changed_at = session.sequence + 1, now
