"""Searches: who is looked for, who can be asked, who was, and who said that she cannot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from clinic.domain import rota as rules
from clinic.domain.answers import NotFound
from clinic.domain.people import Role
from clinic.domain.resources import of_person
from clinic.domain.rota import Holder, ShiftState
from clinic.domain.searches import AskState, Candidate, SearchState
from clinic.domain.sessions import Status
from clinic.domain.times import quanta
from clinic.models import Ask, ClinicSession, Person, PersonRole, Recusal, Search, Shift
from clinic.queries import appointments, availability, crews, exclusions, travel
from clinic.queries import rota as rota_queries
from clinic.queries import sessions as session_queries


def open_searches(tx: Session, session_id: str) -> list[Search]:
    """The searches of a locked session that are open, with whom they asked, in a fixed order."""
    query = select(Search).where(Search.session_id == session_id, Search.state == SearchState.OPEN)
    return list(tx.scalars(_fresh(query.order_by(Search.id))))


def search(tx: Session, search_id: str) -> Search:
    """One search with whom it asked; its session is locked before. Raises `NotFound`."""
    found = tx.scalar(_fresh(select(Search).where(Search.id == search_id)))
    if found is None:
        raise NotFound
    return found


def session_of(tx: Session, search_id: str) -> str:
    """The id of the session that a search is about; raises `NotFound`."""
    session_id = tx.scalar(select(Search.session_id).where(Search.id == search_id))
    if session_id is None:
        raise NotFound
    return session_id


def search_of(tx: Session, ask_id: str) -> tuple[str, str]:
    """The ids of the session and of the search that an ask belongs to; raises `NotFound`."""
    query = select(Search.session_id, Search.id).join(Ask, Ask.search_id == Search.id).where(Ask.id == ask_id)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def due(tx: Session, now: datetime) -> list[str]:
    """The ids of the sessions in which somebody is looked for and it is time to ask the next few, in order."""
    query = select(Search.session_id).where(Search.state == SearchState.OPEN, Search.next_at <= now)
    return sorted(set(tx.scalars(query)))


def taken_over(tx: Session, shift_id: str, since: datetime) -> Search | None:
    """The search that ended because this shift's holder accepted after this moment, with whom it asked.

    None once its session was called off or moved: what was accepted is not so any more.
    """
    accepted = (Ask.state == AskState.ACCEPTED) & (Ask.answered_at > since) & (Ask.person_id == Shift.person_id)
    query = (
        select(Search)
        .join(Ask, Ask.search_id == Search.id)
        .join(Shift, Shift.session_id == Search.session_id)
        .join(ClinicSession, ClinicSession.id == Search.session_id)
        .where(Shift.id == shift_id, Shift.state == ShiftState.CONFIRMED, ClinicSession.status == Status.PLANNED)
        .where(accepted)
    )
    return tx.scalar(_fresh(query.order_by(Ask.answered_at.desc()).limit(1)))


def lacking(tx: Session, session_id: str, *, now: datetime) -> Collection[Role]:
    """The roles in which a session lacks somebody in order to run, be it only somebody who has been before."""
    needs, there = session_queries.needs(tx, [session_id]), crews.holders(tx, [session_id], now=now)
    lacks = rules.missing(needs[session_id], [each.role for each in there[session_id]])
    return rules.unpaired(there[session_id]) | lacks.keys()


def admits_first_timers(tx: Session, search: Search, *, now: datetime) -> bool:
    """Whether who comes for the first time could take it: not where she would be alone with others like her, and for
    a shift only if somebody experienced stays."""
    needs = session_queries.needs(tx, [search.session_id])[search.session_id]
    there = list(crews.holders(tx, [search.session_id], now=now)[search.session_id])
    if search.shift_id:
        held = rota_queries.shift(tx, search.shift_id)
        there.remove(Holder(held.role, crews.is_first_time(tx, held.person_id, now=now)))
        return Holder(search.role, is_first_time=False) in there
    return search.role in rules.places_for(needs, there, is_first_time=True)


def candidates(
    tx: Session, search: Search, session: ClinicSession, *, now: datetime, again: bool = False
) -> list[Candidate]:
    """Who can be asked: active, of the role, free at that time, not on the crew, not recused; and, unless people are
    asked `again`, not asked in this search already; nobody who never meets somebody booked there (S07)."""
    ids = set(tx.scalars(_free_of(search, again=again)))
    span = (session.starts_at, session.ends_at)
    resources = {of_person(each): each for each in ids}
    busy = rota_queries.occupied(tx, resources, quanta(*span), besides=(), now=now)
    ids -= {resources[each] for each in busy}
    ids -= travel.too_close(tx, ids, span, session.place_id, now=now)
    ids -= exclusions.excluded_by_any(tx, appointments.booked_people(tx, session.id), ids)
    if not admits_first_timers(tx, search, now=now):
        ids -= crews.first_timers(tx, ids, now=now)
    last = select(Ask.person_id, func.max(Ask.asked_at)).where(Ask.person_id.in_(list(ids))).group_by(Ask.person_id)
    asked_at: dict[str, datetime] = {row[0]: row[1] for row in tx.execute(last)}
    said = availability.said_by(tx, ids, session.starts_at)
    return [Candidate(each, asked_at.get(each), said[each]) for each in ids]


def recused_by(tx: Session, person_id: str, *, now: datetime) -> set[str]:
    """The ids of the coming sessions of which a person said that she cannot take them."""
    mine = select(Recusal.session_id).join(ClinicSession, Recusal.session_id == ClinicSession.id)
    return set(tx.scalars(mine.where(Recusal.person_id == person_id, ClinicSession.starts_at > now)))


def recused_of(tx: Session, session_id: str) -> set[str]:
    """Who said that they cannot take this session."""
    return set(tx.scalars(select(Recusal.person_id).where(Recusal.session_id == session_id)))


def _fresh(query: Select[Search]) -> Select[Search]:
    return query.options(selectinload(Search.asks)).execution_options(populate_existing=True)


def _free_of(search: Search, *, again: bool) -> Select[str]:
    """The active people of the role who are not on the crew, not asked yet, and did not say that they cannot."""
    on_crew = exists().where(
        Shift.session_id == search.session_id, Shift.person_id == Person.id, Shift.state != ShiftState.RELEASED
    )
    is_asked = exists().where(Ask.search_id == search.id, Ask.person_id == Person.id)
    is_recused = exists().where(Recusal.session_id == search.session_id, Recusal.person_id == Person.id)
    holds_role = Person.held.any(PersonRole.role == search.role)
    out = or_(on_crew, is_recused) if again else or_(on_crew, is_recused, is_asked)
    return select(Person.id).where(Person.disabled_at.is_(None), holds_role, ~out)
