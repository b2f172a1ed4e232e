"""Looking for somebody: asking a few people at a time, the first of whom to accept takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain import searches as rules
from clinic.domain import sessions as session_rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import Status
from clinic.domain.timing import UNDO_FOR
from clinic.models import Ask, ClinicSession, Recusal, Search, Shift
from clinic.queries import crews
from clinic.queries import searches as queries
from clinic.queries import sessions as session_queries
from clinic.services import asks, audit, notices, rota
from clinic.services.rota import GivenBack


def look_for_stand_in(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> str:
    """Look for a stand-in for one's own shift or, as coordinator, anybody's; the first few are asked at once.

    Whoever holds the shift keeps it until somebody takes over. Looking twice is looking once. Returns the search's id.
    Raises `NotFound`, and `Refused` with `session_cancelled`, `session_begun`.
    """
    shift, session = rota.mine_locked(tx, shift_id, by)
    _check_ahead(session, now)
    for search in queries.open_searches(tx, session.id):
        if search.shift_id == shift_id:
            return search.id
    return _open(tx, session, shift.role, shift_id=shift_id, by=by, now=now)


def look_for(tx: Session, session_id: str, role: Role, *, by: SignedIn, now: datetime) -> str:
    """Ask people for the places of a role that a session lacks: the first few or, looked for already, the next few.

    The coordinator's act; returns the search's id. Raises `NotFound`, and `Refused` with `nobody_missing`,
    `session_cancelled`, `session_begun`.
    """
    session = session_queries.locked(tx, session_id)
    _check_ahead(session, now)
    if role not in queries.lacking(tx, session_id, now=now):
        raise Refused("nobody_missing")
    for search in queries.open_searches(tx, session_id):
        if search.shift_id is None and search.role is role:
            asks.ask_few(tx, search, session, now=now)
            return search.id
    return _open(tx, session, role, shift_id=None, by=by, now=now)


def take_back(tx: Session, search_id: str, *, by: SignedIn, now: datetime) -> str:
    """Look for nobody any more ("I come after all"): those asked are told. Twice changes nothing.

    Who may: whose shift it is, and coordinators. Returns the session's id. Raises `NotFound`, and
    `Refused("stand_in_found")` when somebody took over meanwhile.
    """
    session = session_queries.locked(tx, queries.session_of(tx, search_id))
    search = queries.search(tx, search_id)
    shift = tx.get(Shift, search.shift_id) if search.shift_id else None
    if not by.holds(Role.COORDINATOR) and (shift is None or shift.person_id != by.id):
        raise NotFound
    if search.state is SearchState.FOUND:
        raise Refused("stand_in_found")
    if search.state is SearchState.OPEN:
        asks.end(tx, search, SearchState.ENDED, now=now)
        audit.record(tx, "search.take_back", search_id, by=by, now=now)
    return session.id


def accept(tx: Session, ask_id: str, *, by: SignedIn, now: datetime) -> str:
    """Take what one was asked to take: the first to do so has it, the others are told that it is filled.

    Of a stand-in both happen at once: she has a shift, and whom she stands in for is free and told so. Returns the
    session's id; twice changes nothing. Raises `NotFound`, and `Refused` with `ask_filled`, `ask_withdrawn`,
    `not_your_role`, `needs_experience`, `person_busy`, `too_little_travel`, `already_on`, `session_cancelled`,
    `session_begun`.
    """
    ask, search, session = _mine_locked(tx, ask_id, by)
    if ask.state is AskState.ACCEPTED:
        return session.id
    _check_ahead(session, now)
    rules.check_answer(ask.state, search.state)
    _check_matches(tx, search, by, now)
    _take_place(tx, ask, search, now)
    if search.shift_id:
        _set_free(tx, search, tx.get_one(Shift, search.shift_id), now=now)
    shift_id = rota.give(tx, session, by.id, search.role, now=now)
    unrecuse(tx, session.id, by.id)
    notices.forget(tx, [ask.id])
    notices.tell(tx, Kind.SHIFT_TAKEN, to=by.id, about=shift_id, session_id=session.id, now=now)
    if search.shift_id or search.role not in queries.lacking(tx, session.id, now=now):
        asks.end(tx, search, SearchState.FOUND, now=now)
    asks.settle(tx, session, now=now)
    audit.record(tx, "ask.accept", ask_id, by=by, now=now)
    return session.id


def decline(tx: Session, ask_id: str, *, by: SignedIn, now: datetime) -> None:
    """Say no, without a reason: she is not proposed for this session again, and the last of a few calls the next few.

    Twice changes nothing, nor does a no to what is filled or withdrawn. Raises `NotFound`, `Refused("ask_answered")`.
    """
    ask, _, session = _mine_locked(tx, ask_id, by)
    if ask.state is AskState.ACCEPTED:
        raise Refused("ask_answered")
    if ask.state is not AskState.ASKED:
        return
    _say_no(tx, session, by.id, now)
    audit.record(tx, "ask.decline", ask_id, by=by, now=now)


def take(tx: Session, session_id: str, role: Role, *, by: SignedIn, now: datetime) -> str:
    """Take a shift as `rota.take` does; who is looked for there follows. Raises as `rota.take`."""
    shift_id = rota.take(tx, session_id, role, by=by, now=now)
    asks.settle(tx, tx.get_one(ClinicSession, session_id), now=now)
    return shift_id


def assign(tx: Session, session_id: str, person_id: str, role: Role, *, by: SignedIn, now: datetime) -> None:
    """Place someone as `rota.assign` does; who is looked for there follows. Raises as `rota.assign`."""
    rota.assign(tx, session_id, person_id, role, by=by, now=now)
    asks.settle(tx, tx.get_one(ClinicSession, session_id), now=now)


def give_back(tx: Session, shift_id: str, *, by: SignedIn, now: datetime) -> GivenBack:
    """Give a shift back as `rota.give_back` does; what was taken over a moment ago goes back to whom it came from.

    Raises as `rota.give_back`, and `Refused("undo_too_late")` when she is somewhere else by now.
    """
    search = queries.taken_over(tx, shift_id, now - UNDO_FOR)
    given = rota.give_back(tx, shift_id, by=by, now=now)
    session = tx.get_one(ClinicSession, given.session_id)
    if search is None or given.person_id != by.id:
        asks.settle(tx, session, now=now)
        return given
    _undo(tx, search, session, by, now=now)
    return replace(given, is_free=search.shift_id is None)


def recuse(tx: Session, session_id: str, *, by: SignedIn, now: datetime) -> None:
    """Say "I cannot take this", without a reason: she is not proposed for this session. Raises `NotFound`.

    It is a no to what she is asked there.
    """
    _say_no(tx, session_queries.locked(tx, session_id), by.id, now)


def unrecuse(tx: Session, session_id: str, person_id: str) -> None:
    """Take back that a person cannot; what was never said changes nothing."""
    said = tx.get(Recusal, (session_id, person_id))
    if said:
        tx.delete(said)


def ask_next(tx: Session, *, now: datetime) -> int:
    """For the sweep: ask the next few wherever those asked had their time; return how many were asked."""
    asked = 0
    for session_id in queries.due(tx, now):
        session = session_queries.locked(tx, session_id)
        asks.settle(tx, session, now=now)
        for search in queries.open_searches(tx, session_id):
            if search.next_at <= now:
                asked += asks.ask_few(tx, search, session, now=now)
    return asked


def end_for(tx: Session, session_id: str, *, now: datetime) -> None:
    """A locked session was cancelled or moved: those asked are told that the proposal is withdrawn.

    After a move the search begins anew; while a session is cancelled, it waits for `go_on`.
    """
    session = tx.get_one(ClinicSession, session_id)
    asks.settle(tx, session, now=now)
    for search in queries.open_searches(tx, session_id):
        if session.status is Status.CANCELLED:
            asks.withdraw(tx, search, now=now)
            continue
        asks.end(tx, search, SearchState.ENDED, now=now)
        tx.flush()
        tx.add(asks.new(session, search.role, search.shift_id, search.opened_by_id, now))


def go_on(tx: Session, session_id: str, *, now: datetime) -> None:
    """A cancelled session takes place after all: those who were asked, and can still come, are asked again."""
    session = tx.get_one(ClinicSession, session_id)
    asks.settle(tx, session, now=now)
    for search in queries.open_searches(tx, session_id):
        asks.ask_again(tx, search, session, AskState.WITHDRAWN, now=now)


def _check_ahead(session: ClinicSession, now: datetime) -> None:
    session_rules.check_open(session.status, session.ends_at, now)
    if session.starts_at <= now:
        raise Refused("session_begun")


def _check_matches(tx: Session, search: Search, by: SignedIn, now: datetime) -> None:
    """Refuse one who lost the role, one new here where somebody experienced is needed, and a place that is filled."""
    if search.role not in by.roles:
        raise Refused("not_your_role")
    if search.shift_id is None and search.role not in queries.lacking(tx, search.session_id, now=now):
        raise Refused("ask_filled")
    if crews.is_first_time(tx, by.id, now=now) and not queries.admits_first_timers(tx, search, now=now):
        raise Refused("needs_experience")


def _open(tx: Session, session: ClinicSession, role: Role, *, shift_id: str | None, by: SignedIn, now: datetime) -> str:
    search = asks.new(session, role, shift_id, by.id, now)
    tx.add(search)
    tx.flush()
    asks.ask_few(tx, search, session, now=now)
    audit.record(tx, "search.open", search.id, by=by, now=now)
    return search.id


def _take_place(tx: Session, ask: Ask, search: Search, now: datetime) -> None:
    """Take the next place of a search; by the unique key no two have the same. A stand-in is found with the first."""
    taken = [each.place for each in search.asks if each.place]
    try:
        with tx.begin_nested():
            if search.shift_id:
                search.state = SearchState.FOUND
            ask.state, ask.answered_at = AskState.ACCEPTED, now
            # Of a stand-in there is one place, whatever was read of the others: the key alone lets one have it.
            ask.place = 1 if search.shift_id else 1 + max(taken, default=0)
    except IntegrityError:
        raise Refused("ask_filled") from None


def _set_free(tx: Session, search: Search, shift: Shift, *, now: datetime) -> None:
    """Release the shift that somebody takes over, and tell whose it was; who looked herself is asked there no more."""
    rota.release(tx, shift, now=now)
    if search.opened_by_id == shift.person_id:
        _recuse(tx, shift.session_id, shift.person_id, now)
    notices.tell(tx, Kind.STAND_IN_FOUND, to=shift.person_id, about=shift.id, session_id=shift.session_id, now=now)


def _undo(tx: Session, search: Search, session: ClinicSession, by: SignedIn, *, now: datetime) -> None:
    """Take an acceptance back, its shift being released: the search is open again, and whose shift it was has it."""
    if search.shift_id:
        shift = tx.get_one(Shift, search.shift_id)
        notices.forget(tx, [shift.id])
        try:
            rota.give(tx, session, shift.person_id, search.role, now=now)
        except Refused:
            raise Refused("undo_too_late") from None
        unrecuse(tx, session.id, shift.person_id)
    search.state = SearchState.OPEN
    hers = next(each for each in search.asks if each.person_id == by.id)
    hers.state, hers.place, hers.answered_at = AskState.ASKED, None, None
    asks.ask_again(tx, search, session, AskState.FILLED, now=now)
    asks.settle(tx, session, now=now)


def _say_no(tx: Session, session: ClinicSession, person_id: str, now: datetime) -> None:
    """Not she, whoever looks there; the last no of a few calls the next few."""
    _recuse(tx, session.id, person_id, now)
    tx.flush()
    for search in queries.open_searches(tx, session.id):
        hers = [each for each in search.asks if each.person_id == person_id and each.state is AskState.ASKED]
        for ask in hers:
            ask.state, ask.answered_at = AskState.DECLINED, now
            notices.forget(tx, [ask.id])
        if hers and all(each.state is not AskState.ASKED for each in search.asks):
            asks.ask_few(tx, search, session, now=now)


def _recuse(tx: Session, session_id: str, person_id: str, now: datetime) -> None:
    if tx.get(Recusal, (session_id, person_id)) is None:
        tx.add(Recusal(session_id=session_id, person_id=person_id, said_at=now))


def _mine_locked(tx: Session, ask_id: str, by: SignedIn) -> tuple[Ask, Search, ClinicSession]:
    session_id, search_id = queries.search_of(tx, ask_id)
    session = session_queries.locked(tx, session_id)
    search = queries.search(tx, search_id)
    ask = next(each for each in search.asks if each.id == ask_id)
    if ask.person_id != by.id:
        raise NotFound
    return ask, search, session
