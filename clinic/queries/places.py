"""Reading places and closures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.answers import NotFound
from clinic.domain.places import Publicity
from clinic.domain.recurrence import ClosedPeriod
from clinic.domain.sessions import Status
from clinic.domain.times import local_date, to_instant
from clinic.models import ClinicSession, Closure, Place


@dataclass(frozen=True)
class PlaceRow:
    """A place as its coordinator sees it."""

    id: str
    name: str
    area: str
    spot: str
    publicity: Publicity


@dataclass(frozen=True)
class ClosureRow:
    """A period when a place, or everything (no place), is shut."""

    id: str
    name: str
    place_id: str | None
    place_name: str | None
    first_on: date
    last_on: date


@dataclass(frozen=True)
class PlannedRow:
    """A session that is planned while its place is shut."""

    session_id: str
    names: Mapping[str, str]
    place_name: str
    starts_at: datetime


def places(tx: Session) -> list[PlaceRow]:
    """All places by name."""
    return sorted(map(_row, tx.scalars(select(Place))), key=lambda row: row.name.casefold())


def place(tx: Session, place_id: str) -> PlaceRow:
    """One place; raises `NotFound`."""
    found = tx.get(Place, place_id)
    if found is None:
        raise NotFound
    return _row(found)


def closures(tx: Session, today: date) -> list[ClosureRow]:
    """The closures that are not over, in order of time."""
    rows = tx.execute(
        select(Closure, Place.name).outerjoin(Place, Closure.place_id == Place.id).where(Closure.last_on >= today)
    )
    found = [_closure(row, place_name) for row, place_name in rows]
    return sorted(found, key=lambda row: (row.first_on, row.last_on))


def planned_while_closed(tx: Session, closures: Sequence[ClosureRow], *, now: datetime) -> dict[str, list[PlannedRow]]:
    """The planned sessions to come that begin in each closure, by its id, in order of time: one query for all."""
    if not closures:
        return {}
    first, last = min(each.first_on for each in closures), max(each.last_on for each in closures)
    query = select(ClinicSession).options(joinedload(ClinicSession.series), joinedload(ClinicSession.place))
    query = query.where(
        ClinicSession.status == Status.PLANNED,
        ClinicSession.starts_at >= max(now, to_instant(first, time.min)),
        ClinicSession.starts_at < to_instant(last + timedelta(days=1), time.min),
        or_(*(_in_closure(each) for each in closures)),
    )
    found = tx.scalars(query.order_by(ClinicSession.starts_at, ClinicSession.id)).all()
    return {each.id: [_planned(session) for session in found if _falls_in(session, each)] for each in closures}


def closed_periods(tx: Session, place_id: str) -> list[ClosedPeriod]:
    """The periods in which this place is shut, its own and those for all."""
    rows = tx.scalars(select(Closure).where(or_(Closure.place_id.is_(None), Closure.place_id == place_id)))
    return [ClosedPeriod(row.first_on, row.last_on, row.name) for row in rows]


def _closure(row: Closure, place_name: str | None) -> ClosureRow:
    return ClosureRow(row.id, row.name, row.place_id, place_name, row.first_on, row.last_on)


def _in_closure(closure: ClosureRow) -> ColumnElement[bool]:
    is_then = and_(
        ClinicSession.starts_at >= to_instant(closure.first_on, time.min),
        ClinicSession.starts_at < to_instant(closure.last_on + timedelta(days=1), time.min),
    )
    return is_then if closure.place_id is None else is_then & (ClinicSession.place_id == closure.place_id)


def _falls_in(session: ClinicSession, closure: ClosureRow) -> bool:
    is_there = closure.place_id in (None, session.place_id)
    return is_there and closure.first_on <= local_date(session.starts_at) <= closure.last_on


def _planned(session: ClinicSession) -> PlannedRow:
    return PlannedRow(session.id, session.series.names, session.place.name, session.starts_at)


def _row(place: Place) -> PlaceRow:
    return PlaceRow(place.id, place.name, place.area, place.spot, place.publicity)
