"""Reading places and closures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.places import Publicity
from clinic.domain.recurrence import ClosedPeriod
from clinic.models import Closure, Place


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
    place_name: str | None
    first_on: date
    last_on: date


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
    found = [ClosureRow(row.id, row.name, place_name, row.first_on, row.last_on) for row, place_name in rows]
    return sorted(found, key=lambda row: (row.first_on, row.last_on))


def closed_periods(tx: Session, place_id: str) -> list[ClosedPeriod]:
    """The periods in which this place is shut, its own and those for all."""
    rows = tx.scalars(select(Closure).where(or_(Closure.place_id.is_(None), Closure.place_id == place_id)))
    return [ClosedPeriod(row.first_on, row.last_on, row.name) for row in rows]


def _row(place: Place) -> PlaceRow:
    return PlaceRow(place.id, place.name, place.area, place.spot, place.publicity)
