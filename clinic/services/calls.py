"""Calls: planning whom the duty mediator tells by telephone, and noting what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain import calls as rules
from clinic.domain.calls import TO_MAKE, CallState, Change, Word
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Status
from clinic.models import Appointment, Call, ClinicSession, Registration
from clinic.queries import calls as queries
from clinic.queries import people as people_queries
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, notices

_NOTICES = {
    Change.CANCELLED: Kind.SESSION_CANCELLED,
    Change.RESTORED: Kind.SESSION_RESTORED,
    Change.MOVED: Kind.SESSION_MOVED,
    Change.SPOT: Kind.SPOT_CHANGED,
}
_NOTHING: frozenset[Change] = frozenset()


@dataclass(frozen=True)
class _Thing:
    """An appointment or a registration with whom it is of, what was mailed about it, and whether mail can tell her."""

    about_id: str
    beneficiary_id: str | None
    person_id: str | None
    mailed: Sequence[Word] = ()
    is_silent: bool = True


def plan(
    tx: Session,
    session: ClinicSession,
    change: Change,
    *,
    appointments: Collection[Appointment],
    registrations: Collection[Registration],
    now: datetime,
) -> None:
    """Have everyone called to whom nothing may be written about this change of a locked session.

    What was not told yet of the same thing is dropped first: nobody hears of a cancellation only to hear that it was
    taken back. Those on duty are told that there is somebody to call.
    """
    things = [_Thing(each.id, each.beneficiary_id, None) for each in appointments]
    things += _registered(tx, session, change, registrations, now)
    calls = queries.of_things(tx, [each.about_id for each in things])
    made = [_settle(tx, session, each, calls.get(each.about_id, []), frozenset({change}), now) for each in things]
    _alert(tx, session, is_new=any(made), now=now)


def unplan(
    tx: Session, session: ClinicSession, change: Change, about: Collection[str], *, now: datetime
) -> tuple[set[str], set[str]]:
    """Drop the calls of a change that was undone; return about what nobody was told of it, and about what somebody."""
    every = [call for calls in queries.of_things(tx, about).values() for call in calls]
    these = [call for call in every if call.change is change and call.session_id == session.id]
    untold = [call for call in these if call.state in TO_MAKE]
    for call in untold:
        _set(call, CallState.DROPPED, None, now)
    _alert(tx, session, is_new=False, now=now)
    told = {call.about_id for call in these if call.state is CallState.TOLD}
    return {call.about_id for call in untold}, told


def drop(tx: Session, about: Collection[str], *, now: datetime) -> None:
    """Drop all calls about these appointments and registrations: whoever changed them speaks with her."""
    these = update(Call).where(Call.about_id.in_(list(about)), Call.state.in_(TO_MAKE))
    tx.execute(these.values(state=CallState.DROPPED, settled_at=now))


def told(tx: Session, call_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note that she was told; if it changed meanwhile, there is a new call. Twice is once. Raises `NotFound`."""
    call, session = _locked(tx, call_id, by, now)
    if call.state is CallState.TOLD:
        return
    was_dropped = call.state is CallState.DROPPED
    _set(call, CallState.TOLD, by, now)
    audit.record(tx, "call.told", call_id, by=by, now=now)
    _settle_again(tx, session, call, frozenset({call.change}) if was_dropped else _NOTHING, now)


def not_reached(tx: Session, call_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note a call in vain: it stays on the list. Nothing is noted of one told or dropped. Raises `NotFound`."""
    call, _ = _locked(tx, call_id, by, now)
    if call.state in TO_MAKE:
        _set(call, CallState.NOT_REACHED, by, now)
        audit.record(tx, "call.not_reached", call_id, by=by, now=now)


def reopen(tx: Session, call_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back what was noted of a call: it is to be made as before, if it still is. Raises `NotFound`."""
    call, session = _locked(tx, call_id, by, now)
    if call.state is CallState.DROPPED:
        return
    _set(call, CallState.OPEN, None, None)
    audit.record(tx, "call.reopen", call_id, by=by, now=now)
    _settle_again(tx, session, call, _NOTHING, now)


def expire(tx: Session, *, now: datetime) -> int:
    """Drop what nobody needs to be told any more, because the session is over; return how many."""
    over = select(ClinicSession.id).where(ClinicSession.ends_at <= now)
    these = update(Call).where(Call.state.in_(TO_MAKE), Call.session_id.in_(over))
    dropped = these.values(state=CallState.DROPPED, settled_at=now).returning(Call.id)
    return len(tx.scalars(dropped, execution_options={"synchronize_session": False}).all())


def _registered(
    tx: Session, session: ClinicSession, change: Change, registrations: Collection[Registration], now: datetime
) -> list[_Thing]:
    people = [each.person_id for each in registrations]
    reach = queries.reach(tx, people, _NOTICES[change], starts_at=session.starts_at, now=now)
    mailed = queries.mailed(tx, [each.id for each in registrations])
    known = [each for each in registrations if each.person_id in reach.silent | reach.written]
    return [
        _Thing(each.id, None, each.person_id, mailed.get(each.id, ()), each.person_id in reach.silent) for each in known
    ]


def _settle(
    tx: Session,
    session: ClinicSession,
    thing: _Thing,
    calls: Sequence[Call],
    happened: frozenset[Change],
    now: datetime,
) -> bool:
    """Bring the calls about one thing in line with what is still to be said; say whether there is a new one."""
    words = queries.as_words(calls, session.id)
    was_called = any(each.state is CallState.TOLD for each in words)
    said = sorted([*words, *thing.mailed], key=lambda each: each.made_at)
    takes_place = session.status is Status.PLANNED
    wanted = rules.owed(said, happened, takes_place=takes_place) if thing.is_silent or was_called else None
    there = None
    for call in [each for each in calls if each.state in TO_MAKE]:
        if there is None and call.change is wanted and call.session_id == session.id:
            there = call
        else:
            _set(call, CallState.DROPPED, None, now)
    if wanted is None or there:
        return False
    _make(tx, session, thing, wanted, calls, now)
    return True


def _make(
    tx: Session, session: ClinicSession, thing: _Thing, change: Change, calls: Sequence[Call], now: datetime
) -> None:
    """Put a call on the list, or back on it, if it was dropped."""
    dropped = [each for each in calls if each.change is change and each.state is CallState.DROPPED]
    call = dropped[-1] if dropped else Call(about_id=thing.about_id, change=change)
    call.session_id, call.beneficiary_id, call.person_id = session.id, thing.beneficiary_id, thing.person_id
    call.made_at = now
    _set(call, CallState.OPEN, None, None)
    tx.add(call)
    tx.flush()


def _settle_again(tx: Session, session: ClinicSession, call: Call, happened: frozenset[Change], now: datetime) -> None:
    tx.flush()
    thing = _Thing(call.about_id, call.beneficiary_id, call.person_id)
    if call.person_id:
        thing = _Thing(call.about_id, None, call.person_id, queries.mailed(tx, [call.about_id])[call.about_id])
    is_new = _settle(tx, session, thing, queries.of_things(tx, [call.about_id])[call.about_id], happened, now)
    _alert(tx, session, is_new=is_new, now=now)


def _alert(tx: Session, session: ClinicSession, *, is_new: bool, now: datetime) -> None:
    """Tell those on duty of new calls, or take it back when there is nobody to call any more."""
    tx.flush()
    if is_new:
        for person_id in _on_duty(tx, session, now):
            notices.tell(tx, Kind.CALLS_WAITING, to=person_id, about=session.id, session_id=session.id, now=now)
    elif not queries.is_any_to_make(tx, session.id):
        notices.take_back(tx, Kind.CALLS_WAITING, [session.id])


def _on_duty(tx: Session, session: ClinicSession, now: datetime) -> list[str]:
    """The mediators on the crew who can be written to; the coordinators, if there is none."""
    held = rota_queries.live_shifts(tx, session.id)
    mediators = [each.person_id for each in held if each.role is Role.MEDIATOR]
    reach = queries.reach(tx, mediators, Kind.CALLS_WAITING, starts_at=session.starts_at, now=now)
    return sorted(reach.written) or [each.id for each in people_queries.holding(tx, [Role.COORDINATOR])]


def _locked(tx: Session, call_id: str, by: SignedIn, now: datetime) -> tuple[Call, ClinicSession]:
    """One call that is this person's to make, after its session, both locked."""
    session = session_queries.locked(tx, queries.call(tx, call_id, reader=by, now=now).session_id)
    return queries.call(tx, call_id, reader=by, now=now), session


def _set(call: Call, state: CallState, by: SignedIn | None, now: datetime | None) -> None:
    call.state, call.settled_at, call.settled_by_id = state, now, by.id if by else None
