"""Reading series and sessions, and locking a session for a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from clinic.domain.answers import NotFound
from clinic.domain.people import Role
from clinic.domain.recurrence import AfterSkip, Rule
from clinic.domain.rota import Staffing
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.timing import Offset, offsets_of
from clinic.models import ClinicSession, Series, SeriesSkip, SessionNeed


@dataclass(frozen=True)
class SeriesRow:
    """A series as its coordinator sees it."""

    id: str
    kind: Kind
    names: Mapping[str, str]
    rule: Rule
    starts: time
    ends: time
    place_name: str
    is_public: bool
    ended_on: date | None


@dataclass(frozen=True)
class SeriesDate:
    """One session of a series, and what was done to it alone."""

    session_id: str
    planned_on: date
    starts_at: datetime
    ends_at: datetime
    moved_from: datetime | None
    place_id: str
    status: Status
    cancel_reason: CancelReason | None
    is_added: bool
    is_by_hand: bool


@dataclass(frozen=True)
class SeriesPage:
    """A series with all that it says, its dates that are not over, and the days on which it is left out."""

    row: SeriesRow
    agenda_words: Mapping[str, str]
    place_id: str
    desks: int
    slot_minutes: int
    needs: Mapping[Role, Staffing]
    keeps_closed_days: bool
    after_skip: AfterSkip
    sign_off_days: int
    decision_days: int
    decision_time: time
    reminders_crew: tuple[Offset, ...]
    reminders_people: tuple[Offset, ...]
    dates: tuple[SeriesDate, ...]
    left_out: tuple[date, ...]


@dataclass(frozen=True)
class PlannedBy:
    """The series that a session belongs to, its rule, and the date of the rule that the session stands for."""

    series_id: str
    rule: Rule
    planned_on: date


def locked(tx: Session, session_id: str) -> ClinicSession:
    """One session, locked until the transaction ends; raises `NotFound`. Lock several in the order of their ids."""
    found = tx.get(ClinicSession, session_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def needs(tx: Session, session_ids: Iterable[str]) -> dict[str, dict[Role, Staffing]]:
    """What each session needs, by session and role."""
    found: dict[str, dict[Role, Staffing]] = {each: {} for each in session_ids}
    for row in tx.scalars(select(SessionNeed).where(SessionNeed.session_id.in_(list(found)))):
        found[row.session_id][row.role] = Staffing(row.least, row.wish)
    return found


def every_series(tx: Session) -> list[SeriesRow]:
    """All series, the latest to begin first; those that ended come last."""
    query = select(Series).options(joinedload(Series.place))
    in_order = query.order_by(Series.ended_on.is_not(None), Series.first_on.desc(), Series.id)
    return [_row(each) for each in tx.scalars(in_order)]


def series_page(tx: Session, series_id: str, *, today: date, now: datetime) -> SeriesPage:
    """One series for its coordinator; raises `NotFound`."""
    series = tx.get(Series, series_id, options=[joinedload(Series.place), selectinload(Series.needs)])
    if series is None:
        raise NotFound
    coming = select(ClinicSession).where(ClinicSession.series_id == series_id, ClinicSession.ends_at > now)
    return SeriesPage(
        row=_row(series),
        agenda_words=series.agenda_words,
        place_id=series.place_id,
        desks=series.desks,
        slot_minutes=series.slot_minutes,
        needs={need.role: Staffing(need.least, need.wish) for need in series.needs},
        keeps_closed_days=series.keeps_closed_days,
        after_skip=series.after_skip,
        sign_off_days=series.sign_off_days,
        decision_days=series.decision_days,
        decision_time=series.decision_time,
        reminders_crew=offsets_of(series.reminders_crew),
        reminders_people=offsets_of(series.reminders_people),
        dates=tuple(map(_date, tx.scalars(coming.order_by(ClinicSession.starts_at)))),
        left_out=tuple(sorted(on for on in dates_skipped(tx, series_id) if on >= today)),
    )


def planned_by(tx: Session, session_id: str) -> PlannedBy:
    """The series of a session; raises `NotFound`."""
    query = select(Series, ClinicSession.planned_on).join(ClinicSession, ClinicSession.series_id == Series.id)
    found = tx.execute(query.where(ClinicSession.id == session_id)).first()
    if found is None:
        raise NotFound
    return PlannedBy(found[0].id, _rule(found[0]), found[1])


def series_to_extend(tx: Session, until: date) -> list[Series]:
    """The series whose sessions are not made up to this day, locked in the order of their ids."""
    goes_on = select(Series).where(Series.made_until < until, Series.ended_on.is_(None)).order_by(Series.id)
    return list(tx.scalars(goes_on.options(selectinload(Series.needs)).with_for_update()))


def series_locked(tx: Session, series_id: str) -> Series:
    """One series with whom it needs, locked until the transaction ends; raises `NotFound`. Lock its sessions after."""
    found = tx.get(
        Series, series_id, with_for_update=True, populate_existing=True, options=[selectinload(Series.needs)]
    )
    if found is None:
        raise NotFound
    return found


def locked_from(tx: Session, series_id: str, from_on: date) -> list[ClinicSession]:
    """The sessions of a series planned for this day or later, locked in the order of their ids."""
    query = select(ClinicSession).where(ClinicSession.series_id == series_id, ClinicSession.planned_on >= from_on)
    return list(tx.scalars(query.order_by(ClinicSession.id).with_for_update()))


def dates_there(tx: Session, series_id: str) -> set[date]:
    """The dates of a series that have a session, whatever became of it."""
    return set(tx.scalars(select(ClinicSession.planned_on).where(ClinicSession.series_id == series_id)))


def dates_skipped(tx: Session, series_id: str) -> set[date]:
    """The dates of a series that were left out (RFC 5545 §3.8.5.1)."""
    return set(tx.scalars(select(SeriesSkip.skipped_on).where(SeriesSkip.series_id == series_id)))


def next_dates(tx: Session, series_id: str, now: datetime, most: int) -> list[str]:
    """The ids of the next sessions of a series, in order of time."""
    query = select(ClinicSession.id).where(ClinicSession.series_id == series_id, ClinicSession.ends_at > now)
    return list(tx.scalars(query.order_by(ClinicSession.starts_at).limit(most)))


def _rule(series: Series) -> Rule:
    return Rule.parse(series.rule, first_on=series.anchor_on)


def _row(series: Series) -> SeriesRow:
    return SeriesRow(
        id=series.id,
        kind=series.kind,
        names=series.names,
        rule=_rule(series),
        starts=series.starts,
        ends=series.ends,
        place_name=series.place.name,
        is_public=series.is_public,
        ended_on=series.ended_on,
    )


def _date(session: ClinicSession) -> SeriesDate:
    return SeriesDate(
        session_id=session.id,
        planned_on=session.planned_on,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        moved_from=session.moved_from,
        place_id=session.place_id,
        status=session.status,
        cancel_reason=session.cancel_reason,
        is_added=session.is_added,
        is_by_hand=session.is_by_hand,
    )
