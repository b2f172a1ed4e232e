"""Series: making one, and making its sessions ahead of time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import Rule, plan
from clinic.domain.sessions import HORIZON, HORIZON_AT_LEAST, Kind
from clinic.domain.times import local_date, span_of_rule
from clinic.models import ClinicSession, Series, SeriesNeed, SessionNeed
from clinic.models.base import new_id
from clinic.queries import places as place_queries
from clinic.queries import sessions as queries
from clinic.services import audit, repeats


@dataclass(frozen=True)
class SeriesDraft:
    """What a coordinator says of a series; `slot_minutes` and `desks` make its appointments (no desks: none)."""

    kind: Kind
    name_fr: str
    name_en: str
    agenda_word_fr: str
    agenda_word_en: str
    is_public: bool
    rule: Rule
    starts: time
    ends: time
    place_id: str
    desks: int
    slot_minutes: int
    needs: Mapping[Role, int]
    keeps_closed_days: bool


def horizon(today: date) -> date:
    """The day up to which the sessions of a new series are made (the day itself is left out)."""
    return today + HORIZON


def create(tx: Session, draft: SeriesDraft, skipped: Collection[date], *, key: str, by: SignedIn, now: datetime) -> str:
    """Make a series and its stored sessions on all planned dates but the skipped ones; return the series' id."""
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    until = max(horizon(local_date(now)), draft.rule.first_on + timedelta(days=1))
    series = _series(claim.id, draft, until)
    tx.add(series)
    tx.flush()
    closures = place_queries.closed_periods(tx, draft.place_id)
    for planned in plan(draft.rule, closures, after=None, before=until):
        if planned.on not in skipped:
            _make(tx, series, planned.on, now)
    audit.record(tx, "series.create", series.id, by=by, now=now)
    return series.id


def extend(tx: Session, *, now: datetime) -> int:
    """Make the sessions that are due, so that each series stands at least six months ahead; return how many.

    Days that are public holidays or closed are kept or left out as the series says; a date once passed over,
    moved or cancelled is never made again.
    """
    today = local_date(now)
    made = 0
    for series in queries.series_to_extend(tx, today + HORIZON_AT_LEAST):
        rule = Rule.parse(series.rule, first_on=series.first_on)
        closures = place_queries.closed_periods(tx, series.place_id)
        last_made = series.made_until - timedelta(days=1)
        for planned in plan(rule, closures, after=last_made, before=horizon(today)):
            if series.keeps_closed_days or not planned.is_marked:
                _make(tx, series, planned.on, now)
                made += 1
        series.made_until = horizon(today)
    return made


def _series(series_id: str, draft: SeriesDraft, made_until: date) -> Series:
    return Series(
        id=series_id,
        kind=draft.kind,
        name_fr=draft.name_fr,
        name_en=draft.name_en,
        agenda_word_fr=draft.agenda_word_fr,
        agenda_word_en=draft.agenda_word_en,
        is_public=draft.is_public,
        rule=draft.rule.rrule_text,
        first_on=draft.rule.first_on,
        made_until=made_until,
        keeps_closed_days=draft.keeps_closed_days,
        starts=draft.starts,
        ends=draft.ends,
        place_id=draft.place_id,
        desks=draft.desks,
        slot_minutes=draft.slot_minutes,
        needs=[SeriesNeed(role=role, least=least) for role, least in draft.needs.items() if least],
    )


def _make(tx: Session, series: Series, on: date, now: datetime) -> None:
    starts_at, ends_at = span_of_rule(on, series.starts, series.ends)
    session = ClinicSession(
        id=new_id(),
        series_id=series.id,
        planned_on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        place_id=series.place_id,
        desks=series.desks,
        slot_minutes=series.slot_minutes,
        changed_at=now,
    )
    tx.add(session)
    tx.flush()
    tx.add_all(SessionNeed(session_id=session.id, role=need.role, least=need.least) for need in series.needs)
