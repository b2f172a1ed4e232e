"""What came differently: sessions moved or called off, one that runs short, another spot, series that changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta

from clinic.demo.series import Made, podcast_workshop
from clinic.demo.stage import WEEK, Stage
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.sessions import CancelReason
from clinic.domain.times import local_date, span
from clinic.models import ClinicSession
from clinic.queries import crews
from clinic.services import decisions, programme, series
from clinic.services.programme import MoveWish
from clinic.services.series import Change

_SPOT_THIS_TIME = "Route du Champ de Manœuvre, à l’arrêt de bus"


def choose_spot(stage: Stage, made: Made) -> None:
    """The coming bus stands elsewhere; said before anybody booked, so that nobody has to be called about it."""
    for session in made.bus.coming[:1]:
        at = stage.before(session, 8)
        programme.new_spot(stage.tx, session.id, _SPOT_THIS_TIME, by=stage.coordinator, now=at)


def make_all(stage: Stage, made: Made) -> None:
    """Change and end a series; move a Friday to Thursday afternoon, whose crew has to confirm; call off a bus for a
    storm, and one to come; let another run with fewer people."""
    _change_podcasts(stage, made)
    _end_saturdays(stage, made)
    for session in made.law_access.coming[3:4]:
        _move_to_thursday(stage, session)
    for session in made.bus.past[:1]:
        at = stage.before(session, 1)
        programme.cancel(stage.tx, session.id, CancelReason.WEATHER, by=stage.coordinator, now=at)
    for session in made.bus.coming[1:2]:
        programme.cancel(stage.tx, session.id, CancelReason.TRANSPORT, by=stage.coordinator, now=stage.now)
    for session in made.bus.coming[2:3]:
        missing = crews.shortfalls(stage.tx, [session.id], now=stage.now)[session.id]
        decisions.run_short(stage.tx, session.id, shortfall=missing, by=stage.coordinator, now=stage.now)


def ask_to_decide(stage: Stage) -> None:
    """Have the coordinators decide what runs short soon."""
    decisions.ask_coordinators(stage.tx, now=stage.now - timedelta(hours=6))


def _move_to_thursday(stage: Stage, session: ClinicSession) -> None:
    thursday = local_date(session.starts_at) - timedelta(days=1)
    wish = MoveWish(*span(thursday, time(14, 0), time(17, 0)), session.place_id)
    programme.move(stage.tx, session.id, wish, leaving=frozenset(), by=stage.coordinator, now=stage.now)


class _TakenBack(Exception):
    """Ends a look at what a change would do."""


def _change_podcasts(stage: Stage, made: Made) -> None:
    """After the next one, the podcasts are on the day before, on a Monday's the day after; their crew is to confirm."""
    near, until_on = made.podcast_rule.first_on + 4 * WEEK, made.podcast_rule.until_on
    first_on = near + 2 * WEEK + timedelta(days=1 if near.weekday() == 0 else -1)
    rule = Rule(Rhythm.FORTNIGHTLY, first_on, until_on)
    known = made.podcasts.coming[0]
    change = Change(near + timedelta(days=1), podcast_workshop(rule, known.place_id))
    with suppress(_TakenBack), stage.tx.begin_nested():
        report = series.foresee(stage.tx, known.series_id, change, by=stage.coordinator, now=stage.now)
        raise _TakenBack
    series.carry_out(stage.tx, known.series_id, change, report.digest, by=stage.coordinator, now=stage.now)


def _end_saturdays(stage: Stage, made: Made) -> None:
    """No Saturdays any more, from today on."""
    series_id, from_on = made.saturdays.past[0].series_id, stage.today
    with suppress(_TakenBack), stage.tx.begin_nested():
        report = series.foresee_end(stage.tx, series_id, from_on, by=stage.coordinator, now=stage.now)
        raise _TakenBack
    series.end(stage.tx, series_id, from_on, report.digest, by=stage.coordinator, now=stage.now)
