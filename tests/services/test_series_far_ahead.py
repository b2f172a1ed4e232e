"""Changing or ending a series from a day up to which no sessions were made yet; sweeps that make them at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.series import Effect
from clinic.domain.sessions import Kind
from clinic.domain.times import to_local
from clinic.models import ClinicSession
from clinic.services import series, sessions
from clinic.services.replanning import Report
from clinic.services.series import Change
from clinic.services.sessions import SeriesDraft
from tests.make import NOW, key, make_person, make_place

FRIDAY, FAR = date(2026, 11, 27), date(2028, 9, 1)
WEEK = timedelta(weeks=1)

Act = Callable[[Session, str, SeriesDraft, SignedIn], Report]


def _change(tx: Session, series_id: str, draft: SeriesDraft, by: SignedIn) -> Report:
    change = Change(FAR, draft)
    rehearsal = tx.begin_nested()
    seen = series.foresee(tx, series_id, change, by=by, now=NOW).digest
    rehearsal.rollback()
    tx.expire_all()
    return series.carry_out(tx, series_id, change, seen, by=by, now=NOW)


def _end(tx: Session, series_id: str, _draft: SeriesDraft, by: SignedIn, from_on: date = FAR) -> Report:
    rehearsal = tx.begin_nested()
    seen = series.foresee_end(tx, series_id, from_on, by=by, now=NOW).digest
    rehearsal.rollback()
    tx.expire_all()
    return series.end(tx, series_id, from_on, seen, by=by, now=NOW)


@pytest.mark.parametrize("act", [_change, _end])
def test_what_comes_before_a_far_day_is_made_as_it_was_and_said(each_db: Database, act: Act) -> None:
    with each_db.write() as tx:
        by, place_id = make_person(tx, Role.COORDINATOR), make_place(tx)
        series_id = sessions.create(tx, _draft(place_id, FRIDAY, time(9, 30)), (), key=key(), by=by, now=NOW)

        report = act(tx, series_id, _draft(place_id, FAR, time(14)), by)

        made = [each for each in _stored(tx, series_id) if each.planned_on < FAR]
        fridays = [FRIDAY + number * WEEK for number in range((FAR - FRIDAY) // WEEK)]
        assert [each.planned_on for each in made] == fridays
        assert {to_local(each.starts_at).time() for each in made} == {time(9, 30)}
        assert [line.on for line in report.of(Effect.MADE) if line.on < FAR] == [each.planned_on for each in made[53:]]


def test_a_series_that_ended_gets_no_date_before_the_day_from_which_it_goes_on(each_db: Database) -> None:
    with each_db.write() as tx:
        by, place_id = make_person(tx, Role.COORDINATOR), make_place(tx)
        draft = _draft(place_id, FRIDAY, time(9, 30))
        series_id = sessions.create(tx, draft, (), key=key(), by=by, now=NOW)
        _end(tx, series_id, draft, by, FRIDAY)

        _change(tx, series_id, _draft(place_id, FAR, time(14)), by)

        assert [each.planned_on for each in _stored(tx, series_id)] == [FAR]


def test_two_sweeps_at_once_make_each_session_once(each_db: Database) -> None:
    with each_db.write() as tx:
        by, place_id = make_person(tx, Role.COORDINATOR), make_place(tx)
        series_id = sessions.create(tx, _draft(place_id, FRIDAY, time(9, 30)), (), key=key(), by=by, now=NOW)
    together = Barrier(4)

    def sweep(_number: int) -> int:
        together.wait()
        with each_db.write() as tx:
            return sessions.extend(tx, now=NOW + 40 * WEEK)

    with ThreadPoolExecutor(4) as pool:
        made = sorted(pool.map(sweep, range(4)))

    assert made == [0, 0, 0, 40]
    with each_db.read() as tx:
        assert len(_stored(tx, series_id)) == 93


def _draft(place_id: str, first_on: date, starts: time) -> SeriesDraft:
    return SeriesDraft(
        kind=Kind.LAW_ACCESS,
        name_fr="Permanence",
        name_en="Duty",
        agenda_word_fr="Matin",
        agenda_word_en="Morning",
        is_public=True,
        rule=Rule(Rhythm.WEEKLY, first_on),
        starts=starts,
        ends=time(starts.hour + 1, starts.minute),
        place_id=place_id,
        desks=2,
        slot_minutes=30,
        needs={},
        keeps_closed_days=True,
    )


def _stored(tx: Session, series_id: str) -> list[ClinicSession]:
    query = select(ClinicSession).where(ClinicSession.series_id == series_id)
    return list(tx.scalars(query.order_by(ClinicSession.planned_on)))
