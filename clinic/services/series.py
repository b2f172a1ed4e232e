"""A series through its life: changing it from a date on, ending it, adding a date by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from clinic.domain import sessions as session_rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import SignedIn
from clinic.domain.recurrence import AfterSkip, PlannedDate, Rule
from clinic.domain.series import Pairing, Stored, pair
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import local_date, span, span_of_rule
from clinic.models import ClinicSession, Place, Series, SeriesSkip
from clinic.queries import sessions as queries
from clinic.services import audit, repeats, replanning, sessions
from clinic.services.replanning import Line, Report
from clinic.services.sessions import SeriesDraft


@dataclass(frozen=True)
class Change:
    """What a series shall be from a date on, and which dates of its rule are left out (None: the usual ones)."""

    from_on: date
    draft: SeriesDraft
    skipped: frozenset[date] | None = None


@dataclass(frozen=True)
class DateDraft:
    """A date added by hand, in local time; `fold` 1 is the second of the hours that come twice."""

    on: date
    starts: time
    ends: time
    place_id: str
    fold: int = 0


def foresee(tx: Session, series_id: str, change: Change, *, by: SignedIn, now: datetime) -> Report:
    """Carry a change out inside a rehearsal (`db.rehearse`), to see exactly what it does. Raises like `carry_out`."""
    return _change(tx, series_id, change, by=by, now=now)


def carry_out(tx: Session, series_id: str, change: Change, seen: str, *, by: SignedIn, now: datetime) -> Report:
    """Change a series from a date on; what was done by hand to single dates stays as it is.

    `seen` is the digest of the report that was looked at. Raises `NotFound`, and `Refused` with `series_differs` when
    it would do anything else by now, `series_blocked` when a session cannot follow, `date_past`.
    """
    return _check(_change(tx, series_id, change, by=by, now=now), seen)


def foresee_end(tx: Session, series_id: str, from_on: date, *, by: SignedIn, now: datetime) -> Report:
    """End a series inside a rehearsal, to see exactly what it does. Raises like `end`."""
    return _end(tx, series_id, from_on, by=by, now=now)


def end(tx: Session, series_id: str, from_on: date, seen: str, *, by: SignedIn, now: datetime) -> Report:
    """Let a series have no date from this day on, but those made by hand. Raises like `carry_out`."""
    return _check(_end(tx, series_id, from_on, by=by, now=now), seen)


def add_date(tx: Session, series_id: str, draft: DateDraft, *, key: str, by: SignedIn, now: datetime) -> str:
    """Add one session by hand, beside the rule, and return its id; changes of the series leave it alone.

    Raises `NotFound`, `domain.times.NonexistentTime`, and `Refused` with `date_exists`,
    `move_into_past`, `span_too_long`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    series = queries.series_locked(tx, series_id)
    if tx.get(Place, draft.place_id) is None:
        raise NotFound
    starts_at, ends_at = span(draft.on, draft.starts, draft.ends, fold=draft.fold)
    session_rules.check_move(Status.PLANNED, ends_at, (starts_at, ends_at), now)
    if draft.on in queries.dates_there(tx, series_id):
        raise Refused("date_exists")
    session = sessions.make(tx, series, draft.on, now=now, session_id=claim.id)
    session.starts_at, session.ends_at, session.place_id = starts_at, ends_at, draft.place_id
    session.is_added = session.is_by_hand = True
    tx.execute(delete(SeriesSkip).where(SeriesSkip.series_id == series_id, SeriesSkip.skipped_on == draft.on))
    audit.record(tx, "session.add", session.id, by=by, now=now)
    return session.id


def _change(tx: Session, series_id: str, change: Change, *, by: SignedIn, now: datetime) -> Report:
    if change.from_on < local_date(now):
        raise Refused("date_past")
    series = queries.series_locked(tx, series_id)
    until_then = _make_before(tx, series, change.from_on, now)
    was = Rule.parse(series.rule, first_on=series.anchor_on).rhythm
    ahead = _ahead(tx, series, change.from_on, now)
    _rewrite(tx, series, change, now)
    planned = _planned(tx, series, change.from_on, ahead, now)
    skipped = _usually_skipped(tx, series, planned, ahead) if change.skipped is None else change.skipped
    tx.execute(delete(SeriesSkip).where(SeriesSkip.series_id == series_id, SeriesSkip.skipped_on >= change.from_on))
    tx.add_all(SeriesSkip(series_id=series_id, skipped_on=each.on) for each in planned if each.on in skipped)
    wanted = [each for each in planned if each.on not in skipped]
    stored = [Stored(each.id, each.planned_on, each.is_added) for each in ahead]
    pairing = pair(stored, [each.on for each in wanted], was=was, becomes=change.draft.rule.rhythm)
    lines = _replan(tx, series, ahead, wanted, pairing, by=by, now=now)
    lines += [replanning.skip(series, each) for each in planned if each.on in skipped]
    sessions.count_from_here(tx, series)
    audit.record(tx, "series.change", series_id, by=by, now=now)
    return _report(until_then + lines)


def _end(tx: Session, series_id: str, from_on: date, *, by: SignedIn, now: datetime) -> Report:
    if from_on < local_date(now):
        raise Refused("date_past")
    series = queries.series_locked(tx, series_id)
    until_then = _make_before(tx, series, from_on, now)
    series.ended_on = from_on
    ahead = _ahead(tx, series, from_on, now)
    nothing = Pairing(dates={}, left=tuple(each.id for each in ahead), to_make=())
    lines = _replan(tx, series, ahead, [], nothing, by=by, now=now)
    audit.record(tx, "series.end", series_id, by=by, now=now)
    return _report(until_then + lines)


def _make_before(tx: Session, series: Series, from_on: date, now: datetime) -> list[Line]:
    """Make, as the series stands, what was not made yet before this day: nobody makes it afterwards."""
    if series.ended_on or from_on <= series.made_until:
        return []
    return [replanning.made(each, None) for each in sessions.extend_to(tx, series, from_on, now=now)]


def _replan(
    tx: Session,
    series: Series,
    ahead: Sequence[ClinicSession],
    wanted: Sequence[PlannedDate],
    pairing: Pairing,
    *,
    by: SignedIn,
    now: datetime,
) -> list[Line]:
    """Take out what is left, bring the others in line, make what lacks. No date is free before it is left."""
    on_date = {each.on: each for each in wanted}
    unpaired = [each for each in ahead if each.id not in pairing.dates]
    lines = [replanning.leave_alone(each, None) for each in unpaired if replanning.stays(each)]
    out = [each for each in unpaired if not replanning.stays(each) and each.status is Status.PLANNED]
    lines += [replanning.take_out(tx, each, by=by, now=now) for each in out]
    for session in ahead:
        if session.id in pairing.dates:
            planned = on_date[pairing.dates[session.id]]
            session.planned_on = planned.on
            tx.flush()
            if replanning.stays(session):
                lines.append(replanning.leave_alone(session, planned))
            else:
                lines.append(replanning.bring_in_line(tx, series, session, planned, by=by, now=now))
    return lines + [replanning.make(tx, series, on_date[on], now=now) for on in pairing.to_make]


def _ahead(tx: Session, series: Series, from_on: date, now: datetime) -> list[ClinicSession]:
    """The sessions from a date on that have not begun, in the order of their rule."""
    found = [each for each in queries.locked_from(tx, series.id, from_on) if each.starts_at > now]
    return sorted(found, key=lambda each: each.planned_on)


def _planned(
    tx: Session, series: Series, from_on: date, ahead: Sequence[ClinicSession], now: datetime
) -> list[PlannedDate]:
    """The dates of the rule from a date on that can still begin, up to where sessions are made."""
    begun = queries.dates_there(tx, series.id) - {each.planned_on for each in ahead}
    dates = sessions.planned_dates(tx, series, after=from_on - timedelta(days=1), before=series.made_until)
    return [
        each for each in dates if each.on not in begun and span_of_rule(each.on, series.starts, series.ends)[0] > now
    ]


def _usually_skipped(
    tx: Session, series: Series, planned: Sequence[PlannedDate], ahead: Sequence[ClinicSession]
) -> frozenset[date]:
    """Closed days unless the series keeps them, and what was left out before; not a date that has its session, unless
    the weeks shift because of it."""
    there = {each.planned_on for each in ahead if each.cancel_reason is not CancelReason.SERIES}
    closed = {each.on for each in planned if each.is_marked and not series.keeps_closed_days}
    if series.after_skip is AfterSkip.SHIFT:
        return frozenset(closed | (queries.dates_skipped(tx, series.id) - there))
    return frozenset((closed | queries.dates_skipped(tx, series.id)) - there)


def _rewrite(tx: Session, series: Series, change: Change, now: datetime) -> None:
    """Write what the series is from now on; new names reach calendars at once."""
    draft = change.draft
    names = (draft.name_fr, draft.name_en, draft.agenda_word_fr, draft.agenda_word_en)
    if names != (series.name_fr, series.name_en, series.agenda_word_fr, series.agenda_word_en):
        coming = update(ClinicSession).where(ClinicSession.series_id == series.id, ClinicSession.ends_at > now)
        tx.execute(coming.values(sequence=ClinicSession.sequence + 1, changed_at=now))
    series.name_fr, series.name_en, series.agenda_word_fr, series.agenda_word_en = names
    series.is_public, series.rule, series.anchor_on = draft.is_public, draft.rule.rrule_text, draft.rule.first_on
    series.ended_on, series.keeps_closed_days, series.after_skip = None, draft.keeps_closed_days, draft.after_skip
    series.starts, series.ends, series.place_id = draft.starts, draft.ends, draft.place_id
    series.desks, series.slot_minutes = draft.desks, draft.slot_minutes
    series.sign_off_days, series.decision_days = draft.sign_off_days, draft.decision_days
    series.decision_time = draft.decision_time
    until = max(sessions.horizon(local_date(now)), draft.rule.first_on + timedelta(days=1))
    series.made_until = max(series.made_until, until)
    _rewrite_needs(tx, series, draft)


def _rewrite_needs(tx: Session, series: Series, draft: SeriesDraft) -> None:
    series.needs.clear()
    tx.flush()
    series.needs.extend(sessions.series_needs(draft.needs))
    tx.flush()


def _check(report: Report, seen: str) -> Report:
    if report.digest != seen:
        raise Refused("series_differs")
    if report.is_blocked:
        raise Refused("series_blocked")
    return report


def _report(lines: Sequence[Line]) -> Report:
    return Report(tuple(sorted(lines, key=lambda line: (line.on, line.starts_at, line.effect, line.session_id or ""))))
