"""Calls: planning whom the duty mediator tells by telephone, and noting what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.domain import calls as rules
from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import TO_MAKE, CallState, Change, Word
from clinic.domain.notices import WAITING, Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Status
from clinic.models import Appointment, Call, ClinicSession, Notice, Registration
from clinic.queries import calls as queries
from clinic.queries import heard, standing
from clinic.queries import people as people_queries
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, notices

KIND_OF = {change: kind for kind, change in heard.CHANGE_OF.items()}
_NOTHING: frozenset[Change] = frozenset()


@dataclass(frozen=True)
class Thing:
    """An appointment or a registration: of whom, and whether it takes place."""

    about_id: str
    beneficiary_id: str | None
    person_id: str | None
    takes_place: bool


def plan(
    tx: Session,
    session: ClinicSession,
    change: Change,
    *,
    registrations: Collection[Registration],
    now: datetime,
    was_starts_at: datetime | None = None,
) -> None:
    """Have those called who registered and to whom nothing may be written about this change of a locked session.

    Written in time: before it begins, also by what they know (`was_starts_at`).
    What was not told yet of the same thing is dropped first: nobody hears of a cancellation only to hear that it was
    taken back. Those on duty are told that there is somebody to call.
    """
    people = [each.person_id for each in registrations]
    begins = rules.in_time(session.starts_at, was_starts_at, now)
    reach = queries.reach(tx, people, KIND_OF[change], starts_at=begins, now=now)
    calls = queries.of_things(tx, [each.id for each in registrations])
    is_new = False
    for each in registrations:
        if each.person_id in reach.silent | reach.written:
            thing, here = thing_of(session, each), calls.get(each.id, [])
            was_called = any(call.state is CallState.TOLD for call in here)
            owes = each.person_id in reach.silent or was_called
            wanted = _owed(tx, thing, here, frozenset({change})) if owes else None
            is_new = settle(tx, session, thing, wanted, here, now=now) or is_new
    alert(tx, session, is_new=is_new, now=now)


def instead_of(tx: Session, notice: Notice, *, now: datetime) -> None:
    """Have her called whom a message about a change will not reach: it failed, came too late, nobody knows its fate, or
    her choice ended. Asked twice it is one call; none when it begins, when it is no longer so, when she was told.

    Only for appointments and registrations. It locks the session of the notice: a lock on the notice comes after.
    """
    if notice.kind not in heard.CHANGE_OF or notice.session_id is None:
        return
    session = session_queries.locked(tx, notice.session_id)
    about = tx.get(Appointment, notice.about_id, populate_existing=True) or tx.get(Registration, notice.about_id)
    if about is None or not standing.stands(tx, notice, now):
        return
    if standing.whereabouts(tx, about.id, session.id).starts_at <= now:
        return
    _settle_anew(tx, session, about, now, lost=notice)


def arrived(tx: Session, notice: Notice, *, now: datetime) -> None:
    """A message of which nobody knew arrived after all: whom it told of a change need not be called about it.

    It locks the session of the notice: a lock on the notice comes after.
    """
    if notice.kind in heard.CHANGE_OF and notice.session_id:
        session = session_queries.locked(tx, notice.session_id)
        about = tx.get(Appointment, notice.about_id, populate_existing=True) or tx.get(Registration, notice.about_id)
        if about:
            tx.flush()
            _settle_anew(tx, session, about, now)


def note_known(
    tx: Session, session: ClinicSession, thing: Thing, change: Change, *, by: SignedIn, now: datetime
) -> None:
    """Note that she knows of a change already: somebody spoke with her just now, and it needs no call."""
    calls = queries.of_things(tx, [thing.about_id]).get(thing.about_id, [])
    settle(tx, session, thing, None, calls, now=now)
    _set(_make(tx, session, thing, change, calls, now), CallState.TOLD, by, now)
    alert(tx, session, is_new=False, now=now)


def unplan(
    tx: Session, session: ClinicSession, change: Change, about: Collection[str], *, now: datetime
) -> tuple[set[str], set[str]]:
    """Drop the calls of a change that was undone; return about what nobody was told of it, and about what somebody."""
    every = [call for calls in queries.of_things(tx, about).values() for call in calls]
    these = [call for call in every if call.change is change and call.session_id == session.id]
    untold = [call for call in these if call.state in TO_MAKE]
    for call in untold:
        _set(call, CallState.DROPPED, None, now)
    alert(tx, session, is_new=False, now=now)
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


def thing_of(session: ClinicSession, about: Appointment | Registration) -> Thing:
    """An appointment or a registration as calls see it."""
    takes_place = session.status is Status.PLANNED
    if isinstance(about, Registration):
        return Thing(about.id, None, about.person_id, takes_place)
    is_booked = about.state is AppointmentState.BOOKED
    return Thing(about.id, about.beneficiary_id, None, takes_place and is_booked)


def settle(
    tx: Session, session: ClinicSession, thing: Thing, wanted: Change | None, calls: Sequence[Call], *, now: datetime
) -> bool:
    """Bring the calls about one thing in line with what is to be said by telephone; say whether there is a new one."""
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


def _owed(
    tx: Session, thing: Thing, calls: Sequence[Call], happened: frozenset[Change], *, lost: Notice | None = None
) -> Change | None:
    """What is still to be said of one thing by telephone; nothing that a message is about to say."""
    messages = heard.messages(tx, [thing.about_id]).get(thing.about_id, [])
    written = heard.as_words([each for each in messages if each is not lost], takes_place=thing.takes_place)
    if thing.person_id:  # each change was planned as a message too: what did not go is a call already
        written = [each for each in written if each.state is CallState.TOLD]
    if lost:
        written.append(Word(heard.CHANGE_OF[lost.kind], CallState.DROPPED, lost.planned_at, None))
    said = sorted([*queries.as_words(calls), *written], key=lambda each: each.made_at)
    wanted = rules.owed(said, happened, takes_place=thing.takes_place)
    will_be_written = {heard.CHANGE_OF[each.kind] for each in messages if each.state in WAITING and each is not lost}
    return None if thing.beneficiary_id and wanted in will_be_written else wanted


def _make(
    tx: Session, session: ClinicSession, thing: Thing, change: Change, calls: Sequence[Call], now: datetime
) -> Call:
    """Put a call on the list, or back on it, if it was dropped."""
    same = [each for each in calls if each.change is change]
    dropped = [each for each in same if each.state is CallState.DROPPED or each.made_at == now]
    call = dropped[-1] if dropped else Call(about_id=thing.about_id, change=change)
    call.session_id, call.beneficiary_id, call.person_id = session.id, thing.beneficiary_id, thing.person_id
    call.made_at = now
    _set(call, CallState.OPEN, None, None)
    tx.add(call)
    tx.flush()
    return call


def _settle_again(tx: Session, session: ClinicSession, call: Call, happened: frozenset[Change], now: datetime) -> None:
    tx.flush()
    about = tx.get(Appointment, call.about_id) or tx.get_one(Registration, call.about_id)
    _settle_anew(tx, session, about, now, happened)


def _settle_anew(
    tx: Session,
    session: ClinicSession,
    about: Appointment | Registration,
    now: datetime,
    happened: frozenset[Change] = _NOTHING,
    *,
    lost: Notice | None = None,
) -> None:
    """Have one person called about what is still to be said to her of one thing, and about nothing else."""
    thing, calls = thing_of(session, about), queries.of_things(tx, [about.id]).get(about.id, [])
    wanted = _owed(tx, thing, calls, happened, lost=lost)
    alert(tx, session, is_new=settle(tx, session, thing, wanted, calls, now=now), now=now)


def alert(tx: Session, session: ClinicSession, *, is_new: bool, now: datetime) -> None:
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
