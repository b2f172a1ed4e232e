"""Reading series and sessions, and locking a session for a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from clinic.domain.answers import NotFound
from clinic.domain.people import Role
from clinic.domain.sessions import Kind
from clinic.models import ClinicSession, Series, SessionNeed


@dataclass(frozen=True)
class SeriesRow:
    """A series as its coordinator sees it."""

    id: str
    kind: Kind
    names: Mapping[str, str]
    rule: str
    first_on: date
    starts: time
    ends: time
    place_name: str
    is_public: bool


def locked(tx: Session, session_id: str) -> ClinicSession:
    """One session, locked until the transaction ends; raises `NotFound`. Lock several in the order of their ids."""
    found = tx.get(ClinicSession, session_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def needs(tx: Session, session_ids: Iterable[str]) -> dict[str, dict[Role, int]]:
    """What each session needs, by session and role."""
    found: dict[str, dict[Role, int]] = {each: {} for each in session_ids}
    for row in tx.scalars(select(SessionNeed).where(SessionNeed.session_id.in_(list(found)))):
        found[row.session_id][row.role] = row.least
    return found


def every_series(tx: Session) -> list[SeriesRow]:
    """All series, the latest to begin first."""
    from_place = joinedload(Series.place)
    rows = tx.scalars(select(Series).options(from_place).order_by(Series.first_on.desc(), Series.id))
    return [
        SeriesRow(
            id=row.id,
            kind=row.kind,
            names={"fr": row.name_fr, "en": row.name_en},
            rule=row.rule,
            first_on=row.first_on,
            starts=row.starts,
            ends=row.ends,
            place_name=row.place.name,
            is_public=row.is_public,
        )
        for row in rows
    ]


def series_to_extend(tx: Session, until: date) -> list[Series]:
    """The series whose sessions are not made up to this day."""
    return list(tx.scalars(select(Series).where(Series.made_until < until).options(selectinload(Series.needs))))


def next_dates(tx: Session, series_id: str, now: datetime, most: int) -> list[str]:
    """The ids of the next sessions of a series, in order of time."""
    query = select(ClinicSession.id).where(ClinicSession.series_id == series_id, ClinicSession.ends_at > now)
    return list(tx.scalars(query.order_by(ClinicSession.starts_at).limit(most)))
