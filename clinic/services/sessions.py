"""Series: making one, and making its sessions ahead of time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import AfterSkip, PlannedDate, Rule, plan
from clinic.domain.rota import Staffing
from clinic.domain.sessions import HORIZON, HORIZON_AT_LEAST, Kind
from clinic.domain.times import local_date, span_of_rule
from clinic.models import ClinicSession, Series, SeriesNeed, SeriesSkip, SessionNeed
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
    needs: Mapping[Role, Staffing]
    keeps_closed_days: bool
    after_skip: AfterSkip = AfterSkip.KEEP
    sign_off_days: int = 3
    decision_days: int = 2
    decision_time: time = time(18)


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
    for planned in planned_dates(tx, series, before=until):
        if planned.on in skipped:
            tx.add(SeriesSkip(series_id=series.id, skipped_on=planned.on))
        else:
            make(tx, series, planned.on, now=now)
    count_from_here(tx, series)
    audit.record(tx, "series.create", series.id, by=by, now=now)
    return series.id


def extend(tx: Session, *, now: datetime) -> int:
    """Make the sessions that are due, so that each series stands at least six months ahead; return how many.

    Days that are public holidays or closed are kept or left out as the series says; a date once passed over,
    moved or cancelled is never made again.
    """
    today = local_date(now)
    due = queries.series_to_extend(tx, today + HORIZON_AT_LEAST)
    return sum(len(extend_to(tx, each, horizon(today), now=now)) for each in due)


def extend_to(tx: Session, series: Series, until: date, *, now: datetime) -> list[ClinicSession]:
    """Make the sessions of a locked series before this day that were not made yet, as it stands; return them."""
    there = queries.dates_there(tx, series.id)
    made = []
    for planned in planned_dates(tx, series, after=series.made_until - timedelta(days=1), before=until):
        if planned.on in there:
            continue
        if planned.is_marked and not series.keeps_closed_days:
            tx.add(SeriesSkip(series_id=series.id, skipped_on=planned.on))
        else:
            made.append(make(tx, series, planned.on, now=now))
    series.made_until = until
    count_from_here(tx, series)
    return made


def planned_dates(tx: Session, series: Series, *, after: date | None = None, before: date) -> list[PlannedDate]:
    """The dates of a series' rule as it stands, with what speaks against each."""
    closures = place_queries.closed_periods(tx, series.place_id)
    rule = Rule.parse(series.rule, first_on=series.anchor_on)
    after_skip = AfterSkip.KEEP if series.keeps_closed_days else series.after_skip
    return plan(rule, closures, after=after, before=before, after_skip=after_skip)


def count_from_here(tx: Session, series: Series) -> None:
    """Every other week that shifts goes on from the last date made, whatever is closed later in what lies behind it."""
    if series.after_skip is AfterSkip.SHIFT:
        coming = planned_dates(tx, series, before=series.made_until + timedelta(weeks=4))
        series.anchor_on = next((each.on for each in coming if each.on >= series.made_until), series.anchor_on)


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
        anchor_on=draft.rule.first_on,
        made_until=made_until,
        keeps_closed_days=draft.keeps_closed_days,
        after_skip=draft.after_skip,
        sign_off_days=draft.sign_off_days,
        decision_days=draft.decision_days,
        decision_time=draft.decision_time,
        starts=draft.starts,
        ends=draft.ends,
        place_id=draft.place_id,
        desks=draft.desks,
        slot_minutes=draft.slot_minutes,
        needs=series_needs(draft.needs),
    )


def series_needs(needs: Mapping[Role, Staffing]) -> list[SeriesNeed]:
    """The rows that say whom a series needs; roles of which nobody is wished for are left out."""
    return [SeriesNeed(role=role, least=each.least, wish=each.wish) for role, each in needs.items() if each.wish]


def make(tx: Session, series: Series, on: date, *, now: datetime, session_id: str | None = None) -> ClinicSession:
    """Make the session of one date of a series, as the series says."""
    starts_at, ends_at = span_of_rule(on, series.starts, series.ends)
    session = ClinicSession(
        id=session_id or new_id(),
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
    for need in series.needs:
        tx.add(SessionNeed(session_id=session.id, role=need.role, least=need.least, wish=need.wish))
    return session
