"""Asks and searches as their readers may know them: the person asked, who looks for a stand-in, who coordinates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from clinic.domain import rota as rota_rules
from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.rota import ShiftState
from clinic.domain.searches import AskState, SearchState
from clinic.domain.sessions import Status
from clinic.models import Ask, ClinicSession, Recusal, Search, Shift
from clinic.queries import rota as rota_queries
from clinic.queries import searches
from clinic.queries.programme import SessionView


@dataclass(frozen=True)
class AskView:
    """What one person is asked, for herself: no names of people; no area means that only the city may be told."""

    id: str
    session_id: str
    names: Mapping[str, str]
    role: Role
    starts_at: datetime
    ends_at: datetime
    area: str | None
    state: AskState
    is_cancelled: bool
    is_looked_for: bool

    def is_open(self, now: datetime) -> bool:
        """Whether a yes would still count; a no may become one."""
        answers = self.is_looked_for and self.state in {AskState.ASKED, AskState.DECLINED}
        return answers and not self.is_cancelled and self.starts_at > now


@dataclass(frozen=True)
class AskedRow:
    """Somebody who was asked, by name, and what became of it."""

    name: str
    state: AskState


@dataclass(frozen=True)
class SearchView:
    """How far a search has come; the names only for those who may know them."""

    id: str
    role: Role
    shift_id: str | None
    asked: int
    declined: int
    names: tuple[AskedRow, ...] | None


@dataclass(frozen=True)
class MyShift:
    """A shift that one may see to: until when it may be given back, whether it may now, and if it is one's own.

    `is_late`: whose shift it is cannot simply give it back any more.
    """

    shift_id: str
    session_id: str
    is_own: bool
    sign_off_at: datetime
    may_give_back: bool
    is_late: bool


@dataclass(frozen=True)
class Beside:
    """What stands beside the crew of a session: searches by shift and by role, one's own shift, whether one recused,
    and the roles in which somebody could be looked for."""

    by_shift: Mapping[str, SearchView]
    by_role: Mapping[Role, SearchView]
    mine: MyShift | None
    is_recused: bool
    sought: tuple[Role, ...]

    @property
    def offers_stand_in(self) -> bool:
        """Whether one holds a shift that one cannot simply give back, and looks for nobody yet."""
        return self.mine is not None and self.mine.is_late and self.mine.shift_id not in self.by_shift


@dataclass(frozen=True)
class RecusedView:
    """A session of which one said that one cannot take it."""

    session_id: str
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Looking:
    """A session for which one looks for a stand-in."""

    search: SearchView
    session_id: str
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class AtHome:
    """What a person finds on her first page: what she is asked, what she looks for, and what she said she cannot."""

    asks: Sequence[AskView]
    looking: Sequence[Looking]
    recused: Collection[str]


def ask(tx: Session, ask_id: str, *, reader: SignedIn) -> AskView:
    """What the reader was asked; raises `NotFound`."""
    found = _asks(tx, reader, Ask.id == ask_id)
    if not found:
        raise NotFound
    return found[0]


def asked_ahead(tx: Session, *, reader: SignedIn, now: datetime) -> list[AskView]:
    """What the reader is asked and did not answer yet, in order of time."""
    waits = (Ask.state == AskState.ASKED) & (ClinicSession.starts_at > now)
    return [each for each in _asks(tx, reader, waits) if each.is_open(now)]


def looking(tx: Session, *, reader: SignedIn, now: datetime) -> list[Looking]:
    """The coming sessions for which the reader looks for a stand-in, in order of time."""
    query = (
        select(Search, ClinicSession)
        .join(Shift, Search.shift_id == Shift.id)
        .join(ClinicSession, Search.session_id == ClinicSession.id)
        .where(Shift.person_id == reader.id, Shift.state != ShiftState.RELEASED, Search.state == SearchState.OPEN)
        .where(ClinicSession.status == Status.PLANNED, ClinicSession.starts_at > now)
        .order_by(ClinicSession.starts_at)
        .options(selectinload(Search.asks), joinedload(ClinicSession.series))
    )
    return [
        Looking(_view(search, is_named=False), session.id, session.series.names, session.starts_at, session.ends_at)
        for search, session in tx.execute(query)
    ]


def at_home(tx: Session, *, reader: SignedIn, now: datetime) -> AtHome:
    """What waits for the reader's answer, what she looks for, and what is not to be proposed to her."""
    return AtHome(
        asks=asked_ahead(tx, reader=reader, now=now),
        looking=looking(tx, reader=reader, now=now),
        recused=searches.recused_by(tx, reader.id, now=now),
    )


def beside(tx: Session, session: SessionView, *, reader: SignedIn, now: datetime) -> Beside:
    """The open searches of a session, as far as its reader may know them.

    Who looks for a stand-in knows how many were asked, never who.
    """
    knows_crew = session.crew is not None
    query = select(Search).where(Search.session_id == session.id, Search.state == SearchState.OPEN)
    named = tx.scalars(query.options(selectinload(Search.asks).joinedload(Ask.person)))
    mine = session.my_shift.shift_id if session.my_shift else None
    seen = [each for each in named if knows_crew or (mine and each.shift_id == mine)]
    views = [_view(each, is_named=session.coordinates or each.shift_id != mine) for each in seen]
    return Beside(
        by_shift={each.shift_id: each for each in views if each.shift_id},
        by_role={each.role: each for each in views if not each.shift_id},
        mine=my_shift(tx, mine, reader=reader, now=now) if mine else None,
        is_recused=session.id in searches.recused_by(tx, reader.id, now=now),
        sought=tuple(role for role in Role if role in session.lacks or role in session.forecast.unpaired),
    )


def my_shift(tx: Session, shift_id: str, *, reader: SignedIn, now: datetime) -> MyShift:
    """One's own live shift or, for coordinators, anybody's; raises `NotFound`."""
    shift = rota_queries.shift(tx, shift_id)
    is_own, coordinates = shift.person_id == reader.id, reader.holds(Role.COORDINATOR)
    if not is_own and not coordinates:
        raise NotFound
    held = rota_queries.held(tx, shift, tx.get_one(ClinicSession, shift.session_id))
    return MyShift(
        shift_id,
        shift.session_id,
        is_own,
        held.sign_off_at,
        may_give_back=rota_rules.may_give_back(held, by_coordinator=coordinates, now=now),
        is_late=not rota_rules.may_give_back(held, by_coordinator=False, now=now),
    )


def session_of(tx: Session, search_id: str) -> str:
    """The id of the session that a search is about; raises `NotFound`."""
    return searches.session_of(tx, search_id)


def recused_ahead(tx: Session, *, reader: SignedIn, now: datetime) -> list[RecusedView]:
    """The coming sessions of which the reader said that she cannot take them, in order of time."""
    query = (
        select(ClinicSession)
        .join(Recusal, Recusal.session_id == ClinicSession.id)
        .where(Recusal.person_id == reader.id, ClinicSession.starts_at > now)
        .order_by(ClinicSession.starts_at, ClinicSession.id)
        .options(joinedload(ClinicSession.series))
    )
    is_discreet = reader.roles <= {Role.INTERPRETER, Role.MEMBER}
    return [
        RecusedView(each.id, _called(each, is_discreet=is_discreet), each.starts_at, each.ends_at)
        for each in tx.scalars(query)
    ]


def _asks(tx: Session, reader: SignedIn, which: ColumnElement[bool]) -> list[AskView]:
    query = (
        select(Ask, Search, ClinicSession)
        .join(Search, Ask.search_id == Search.id)
        .join(ClinicSession, Search.session_id == ClinicSession.id)
        .where(Ask.person_id == reader.id, which)
        .order_by(ClinicSession.starts_at, Ask.id)
        .options(joinedload(ClinicSession.place), joinedload(ClinicSession.series))
    )
    return [_ask_view(*row) for row in tx.execute(query)]


def _ask_view(ask: Ask, search: Search, session: ClinicSession) -> AskView:
    """Interpreters are told the neutral word and, of places told late, nothing, as when they are asked to interpret."""
    is_discreet = search.role is Role.INTERPRETER
    is_hidden = is_discreet and session.place.publicity is not Publicity.PUBLIC
    return AskView(
        id=ask.id,
        session_id=session.id,
        names=_called(session, is_discreet=is_discreet),
        role=search.role,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        area=None if is_hidden else session.place.area,
        state=ask.state,
        is_cancelled=session.status is Status.CANCELLED,
        is_looked_for=search.state is SearchState.OPEN,
    )


def _view(search: Search, *, is_named: bool) -> SearchView:
    asked = sorted(search.asks, key=lambda each: (each.asked_at, each.id))
    return SearchView(
        id=search.id,
        role=search.role,
        shift_id=search.shift_id,
        asked=len(asked),
        declined=sum(each.state is AskState.DECLINED for each in asked),
        names=tuple(AskedRow(each.person.name, each.state) for each in asked) if is_named else None,
    )


def _called(session: ClinicSession, *, is_discreet: bool) -> Mapping[str, str]:
    return session.series.agenda_words if is_discreet else session.series.names
