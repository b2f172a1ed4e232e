"""What becomes of those asked: the next few, an end, and a search that follows what stands at its session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import searches as rules
from clinic.domain.notices import Kind
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import Status
from clinic.models import Ask, ClinicSession, Search, Shift
from clinic.queries import rota as rota_queries
from clinic.queries import searches as queries
from clinic.services import notices


def new(session: ClinicSession, role: Role, shift_id: str | None, opened_by_id: str, now: datetime) -> Search:
    """A search that begins now; it has asked nobody yet."""
    search = Search(session_id=session.id, role=role, shift_id=shift_id, opened_by_id=opened_by_id, asks=[])
    search.state, search.opened_at, search.next_at = SearchState.OPEN, now, now
    return search


def ask_few(tx: Session, search: Search, session: ClinicSession, *, now: datetime) -> int:
    """Ask the next few of an open search, and give them their time; return how many there were."""
    if search.state is not SearchState.OPEN or session.status is Status.CANCELLED:
        return 0
    search.next_at = now + rules.pause(session.starts_at, now)
    few = rules.order(queries.candidates(tx, search, session, now=now))[: rules.A_FEW]
    for candidate in few:
        ask = Ask(search_id=search.id, person_id=candidate.person_id, state=AskState.ASKED, asked_at=now)
        search.asks.append(ask)
        tx.flush()
        notices.tell(tx, Kind.ASK_MADE, to=ask.person_id, about=ask.id, session_id=session.id, now=now)
    return len(few)


def ask_again(tx: Session, search: Search, session: ClinicSession, ended: AskState, *, now: datetime) -> None:
    """Ask those anew for whom it had ended so, as far as they could still come; nothing is sent if none was told."""
    could_come = {each.person_id for each in queries.candidates(tx, search, session, now=now, again=True)}
    for ask in search.asks:
        if ask.state is ended and ask.person_id in could_come:
            ask.state, ask.answered_at = AskState.ASKED, None
            notices.tell(tx, Kind.ASK_MADE, to=ask.person_id, about=ask.id, session_id=session.id, now=now)


def settle(tx: Session, session: ClinicSession, *, now: datetime) -> None:
    """Let the searches of a locked session follow what stands: call it whenever its crew changed.

    Whoever is on the crew is asked no more; a stand-in for a shift given back becomes somebody for its place; a place
    that is lacking no more is filled; and nobody is looked for once the session has begun.
    """
    tx.flush()
    for search in queries.open_searches(tx, session.id):
        _drop_crew(tx, search, now)
        if session.starts_at <= now:
            end(tx, search, SearchState.ENDED, now=now)
            continue
        search.shift_id = _still_held(tx, search.shift_id)
        is_complete = search.shift_id is None and search.role not in queries.lacking(tx, session.id, now=now)
        if is_complete and session.status is Status.PLANNED:
            end(tx, search, SearchState.FOUND, now=now)


def end(tx: Session, search: Search, state: SearchState, *, now: datetime) -> None:
    """End a search; whoever was asked and did not answer is told."""
    search.state = state
    if state is SearchState.FOUND:
        _tell_off(tx, search, AskState.FILLED, Kind.ASK_FILLED, now=now)
    else:
        withdraw(tx, search, now=now)


def withdraw(tx: Session, search: Search, *, now: datetime) -> None:
    """Tell those asked that nobody is needed; the search stays as it is."""
    _tell_off(tx, search, AskState.WITHDRAWN, Kind.ASK_WITHDRAWN, now=now)


def _tell_off(tx: Session, search: Search, state: AskState, kind: Kind, *, now: datetime) -> None:
    for ask in search.asks:
        if ask.state is AskState.ASKED:
            ask.state, ask.answered_at = state, now
            notices.tell(tx, kind, to=ask.person_id, about=ask.id, session_id=search.session_id, now=now)


def _drop_crew(tx: Session, search: Search, now: datetime) -> None:
    """Whoever came onto the crew another way has nothing to answer any more, and needs no message about it."""
    on_crew = {each.person_id for each in rota_queries.live_shifts(tx, search.session_id)}
    for ask in search.asks:
        if ask.state is AskState.ASKED and ask.person_id in on_crew:
            ask.state, ask.answered_at = AskState.FILLED, now
            notices.forget(tx, [ask.id])


def _still_held(tx: Session, shift_id: str | None) -> str | None:
    shift = tx.get(Shift, shift_id) if shift_id else None
    return shift.id if shift and shift.state is not ShiftState.RELEASED else None
