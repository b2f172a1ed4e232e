"""The coming sessions as a list: chosen by person, place and service, put in order, and spread into rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from clinic.domain.people import CREW_ROLES, Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.queries import people, places, programme
from clinic.queries.people import PersonRow
from clinic.queries.places import PlaceRow
from clinic.queries.programme import SessionView


class Order(StrEnum):
    """How a list is ordered: what lacks people first, or by date alone."""

    NEED = "need"
    DATE = "date"


class Post(StrEnum):
    """What a row of the rota says of one role: somebody holds it, is to confirm it, is missing, or is wished for."""

    HELD = "held"
    TO_CONFIRM = "to_confirm"
    MISSING = "missing"
    WISHED = "wished"


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None stands for all. A service is all series of the same name, known by one of them."""

    person_id: str | None
    place_id: str | None
    service_id: str | None
    order: Order


@dataclass(frozen=True)
class RotaRow:
    """One line of the table: a person, or how many of a role are missing or wished for; a bare session has neither."""

    session: SessionView
    role: Role | None
    person: str | None
    post: Post | None
    count: int


@dataclass(frozen=True)
class Coming:
    """The sessions that a reader may know of, and, for the coordinator, the people and places they can be chosen by."""

    sessions: list[SessionView]
    people: list[PersonRow]
    places: list[PlaceRow]


def coming(tx: Session, ends_at: datetime, *, reader: SignedIn, now: datetime) -> Coming:
    """What is not over and begins before this instant: as many queries however much there is."""
    sessions = programme.ahead(tx, ends_at, reader=reader, now=now)
    if not reader.holds(Role.COORDINATOR):
        return Coming(sessions, [], [])
    return Coming(sessions, people.holding(tx, CREW_ROLES), places.places(tx))


def services(sessions: Iterable[SessionView]) -> list[SessionView]:
    """One session of each service, in order of time: the first with its name."""
    first: dict[tuple[str, ...], SessionView] = {}
    for each in sessions:
        first.setdefault(_names(each), each)
    return list(first.values())


def chosen(sessions: Sequence[SessionView], wanted: Wanted) -> list[SessionView]:
    """The sessions that are looked for, in the order that is asked for; a person is looked for only where seen."""
    names = next((_names(each) for each in sessions if each.series_id == wanted.service_id), None)
    found = [
        each
        for each in sessions
        if wanted.place_id in (None, each.place_id)
        and (wanted.service_id is None or _names(each) == names)
        and (wanted.person_id is None or any(one.person_id == wanted.person_id for one in each.crew or ()))
    ]
    return sorted(found, key=_urgency) if wanted.order is Order.NEED else sorted(found, key=_moment)


def rows(sessions: Iterable[SessionView]) -> Iterator[RotaRow]:
    """Each session as its rows: who is on its crew, whom it lacks, who is wished for besides."""
    for session in sessions:
        yield from [*_crew(session), *_gaps(session)] or [RotaRow(session, None, None, None, 0)]


def _crew(session: SessionView) -> Iterator[RotaRow]:
    for each in session.crew or ():
        post = Post.TO_CONFIRM if each.state is ShiftState.TO_CONFIRM else Post.HELD
        yield RotaRow(session, each.role, each.name, post, 1)


def _gaps(session: SessionView) -> Iterator[RotaRow]:
    for role, count in session.lacks.items():
        yield RotaRow(session, role, None, Post.MISSING, count)
    for role, count in session.open_places.items():
        besides = count - session.lacks.get(role, 0)
        if besides:
            yield RotaRow(session, role, None, Post.WISHED, besides)


def _names(session: SessionView) -> tuple[str, ...]:
    return tuple(session.names.values())


def _moment(session: SessionView) -> tuple[datetime, str]:
    return session.starts_at, session.id


def _urgency(session: SessionView) -> tuple[int, datetime, str]:
    """Missing, to confirm, wished for, complete, cancelled; each by date."""
    states = (session.lacks, session.unconfirmed, session.open_places, not session.is_cancelled)
    return next((rank for rank, holds in enumerate(states) if holds), len(states)), *_moment(session)
