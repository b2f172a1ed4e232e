"""Acts that cross nouns: moving, cancelling and restoring a session with all that hangs on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import sessions as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.calls import Change
from clinic.domain.notices import Kind, Whereabouts
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason, Status
from clinic.models import ClinicSession, Place
from clinic.queries import appointments as appointment_queries
from clinic.queries import calls as call_queries
from clinic.queries import moves
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.queries import workshops as workshop_queries
from clinic.services import (
    attending,
    audit,
    calls,
    decisions,
    holds,
    interpreting,
    notices,
    occupancy,
    searches,
    telling,
    workshops,
)
from clinic.services import hanging as hanging_of
from clinic.services.hanging import Hanging


@dataclass(frozen=True)
class MoveWish:
    """When and where a session shall be instead."""

    starts_at: datetime
    ends_at: datetime
    place_id: str


def move(
    tx: Session,
    session_id: str,
    wish: MoveWish,
    *,
    leaving: frozenset[str],
    by: SignedIn,
    now: datetime,
    is_by_hand: bool = True,
) -> None:
    """Move a session: its crew is asked to confirm, appointments and registrations move along or the move is refused by
    name, interpreters are freed and their needs open again at the new time. Everyone concerned is told.

    `leaving` are the people whose clash was seen and who leave the session; any other clash refuses the move. Moved by
    hand, a session stays where it is when its series changes.
    Raises `NotFound`, and `Refused` with `appointments_outside` (aliases), `crew_clashes`, `alias_busy`,
    `span_too_long`, `session_cancelled`, `session_over`, `move_into_past`.
    """
    session = session_queries.locked(tx, session_id)
    span = (wish.starts_at, wish.ends_at)
    rules.check_move(session.status, session.ends_at, span, now)
    if tx.get(Place, wish.place_id) is None:
        raise NotFound
    hanging = _free_to_change(tx, session_id, now)
    elsewhere = moves.clashing(tx, hanging.people, *span, place_id=wish.place_id, now=now)
    if not elsewhere <= leaving:
        raise Refused("crew_clashes")
    carried = hanging_of.carried(session, hanging.booked, span)
    was = Whereabouts(session.starts_at, session.ends_at, session.place_id)
    occupancy.release(tx, hanging.holders)
    _note_move(session, wish, now)
    decisions.ask_no_more(tx, session)
    session.is_by_hand = session.is_by_hand or is_by_hand
    hanging_of.carry_appointments(tx, hanging.booked, carried, now)
    hanging_of.carry_people(tx, hanging, elsewhere, session, was=was, now=now)
    workshops.fill_seats(tx, session, now=now)
    hanging_of.carry_needs(tx, hanging.needs, carried, session, shifted_by=span[0] - was.starts_at, now=now)
    attending.fill(tx, session, now=now)
    searches.end_for(tx, session_id, now=now)
    audit.record(tx, "session.move", session_id, by=by, now=now)


def cancel(tx: Session, session_id: str, reason: CancelReason, *, by: SignedIn, now: datetime) -> None:
    """Call a session off: its people are free again and told, and those to whom nothing may be written become calls for
    the mediators on duty; its appointments stay on record. Cancelling twice changes nothing.

    Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.CANCELLED:
        return
    rules.check_open(session.status, session.ends_at, now)
    hanging = _free_to_change(tx, session_id, now)
    occupancy.release(tx, hanging.holders)
    for need in hanging.needs:
        interpreting.reopen(tx, need.id, now=now)
    session.status, session.cancel_reason, session.cancelled_at = Status.CANCELLED, reason, now
    session.is_by_hand = True
    _changed(session, now)
    hanging_of.tell_all(tx, Kind.SESSION_CANCELLED, hanging, session, now)
    notices.forget_reminders(tx, list(hanging.people))
    decisions.ask_no_more_unless_read(tx, session)
    searches.end_for(tx, session_id, now=now)
    audit.record(tx, "session.cancel", session_id, by=by, now=now)


def restore(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> int:
    """Let a cancelled session take place after all; return how many people and appointments could not come back.

    Whoever took on something else meanwhile leaves the crew or the list. Interpreters are asked, or come, as before if
    none was told yet; else they are to be asked again. Those told of the cancellation are told of this too.

    Raises `NotFound`, `Refused("session_over")`.
    """
    session = session_queries.locked(tx, session_id)
    if session.status is Status.PLANNED:
        return 0
    rules.check_open(Status.PLANNED, session.ends_at, now)
    cancelled_at = session.cancelled_at or session.changed_at
    session.status, session.cancel_reason, session.cancelled_at = Status.PLANNED, None, None
    session.is_by_hand = True
    _changed(session, now)
    hanging = hanging_of.read(tx, session_id)
    lost = hanging_of.hold_again(tx, hanging, session, now)
    hanging_of.tell_all(tx, Kind.SESSION_RESTORED, hanging, session, now)
    workshops.fill_seats(tx, session, now=now)
    hanging_of.give_interpreters_back(tx, hanging, since=cancelled_at, now=now)
    for need in hanging.needs_of_lost:
        interpreting.withdraw(tx, need.id, by=by, now=now)
    searches.go_on(tx, session_id, now=now)
    attending.fill(tx, session, now=now)
    audit.record(tx, "session.restore", session_id, by=by, now=now)
    return lost


def new_spot(tx: Session, session_id: str, spot: str | None, *, by: SignedIn, now: datetime) -> None:
    """Let a session be exactly elsewhere this time, or (None) where its place says; saying it again changes nothing.

    Told are those who may know the spot now, by a message without it, and nobody else; those who booked are called.
    For coordinators, and mediators on the crew. Raises `NotFound`, and `Refused` with `session_cancelled`,
    `session_over`.
    """
    session = _for_spot(tx, session_id, by, now)
    if spot == session.spot:
        return
    session.spot = spot
    _tell_spot(tx, session, besides=set(), now=now)
    audit.record(tx, "session.spot", session_id, by=by, now=now)


def usual_spot(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> None:
    """Undo in time that a session is elsewhere than its place says: whoever was not told yet is not told at all.

    Raises as `new_spot`.
    """
    session = _for_spot(tx, session_id, by, now)
    if session.spot is None:
        return
    session.spot = None
    knowing = call_queries.knowing_spot(tx, session, now=now)
    unaware = {each for each in knowing if notices.take_back(tx, Kind.SPOT_CHANGED, [each])}
    about = [*knowing, *(each.id for each in appointment_queries.standing(tx, session_id))]
    untold, told = calls.unplan(tx, session, Change.SPOT, about, now=now)
    _tell_spot(tx, session, besides=(unaware | untold) - told, now=now)
    audit.record(tx, "session.usual_spot", session_id, by=by, now=now)


def _for_spot(tx: Session, session_id: str, by: SignedIn, now: datetime) -> ClinicSession:
    """A session whose spot this person may change, locked."""
    session = session_queries.locked(tx, session_id)
    mine = [each for each in rota_queries.live_shifts(tx, session_id) if each.person_id == by.id]
    is_mediator_here = by.holds(Role.MEDIATOR) and any(each.role is Role.MEDIATOR for each in mine)
    if not (by.holds(Role.COORDINATOR) or is_mediator_here):
        raise NotFound
    rules.check_open(session.status, session.ends_at, now)
    return session


def _tell_spot(tx: Session, session: ClinicSession, *, besides: Collection[str], now: datetime) -> None:
    """Tell those who may know the spot now, besides those of these shifts, offers, registrations and appointments."""
    _changed(session, now)
    knowing = call_queries.knowing_spot(tx, session, now=now)
    for about, person_id in knowing.items():
        if about not in besides:
            notices.tell(tx, Kind.SPOT_CHANGED, to=person_id, about=about, session_id=session.id, now=now)
    booked = appointment_queries.standing(tx, session.id)
    coming = [each for each in workshop_queries.live(tx, session.id) if each.id in knowing]
    coming_unaware = [each for each in coming if each.id not in besides]
    calls.plan(tx, session, Change.SPOT, registrations=coming_unaware, now=now)
    telling.changed(tx, session, Change.SPOT, [each for each in booked if each.id not in besides], now=now)


def _free_to_change(tx: Session, session_id: str, now: datetime) -> Hanging:
    """What hangs on a locked session, after the times that were only kept were let go."""
    holds.lapse(tx, session_id, even_running=True, now=now)
    return hanging_of.read(tx, session_id)


def _note_move(session: ClinicSession, wish: MoveWish, now: datetime) -> None:
    """Write the new time and place; moved back to where the rule had it, a session no longer counts as moved."""
    if wish.starts_at != session.starts_at:
        was_at = session.moved_from or session.starts_at
        session.moved_from = None if was_at == wish.starts_at else was_at
    session.spot = session.spot if wish.place_id == session.place_id else None
    session.starts_at, session.ends_at, session.place_id = wish.starts_at, wish.ends_at, wish.place_id
    session.accepted_shortfall = 0
    _changed(session, now)


def _changed(session: ClinicSession, now: datetime) -> None:
    session.sequence, session.changed_at = session.sequence + 1, now
