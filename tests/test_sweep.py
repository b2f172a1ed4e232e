"""Sessions are made ahead of time, each date once for ever, on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.demo.series import law_access_point
from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import local_date
from clinic.models import ClinicSession
from clinic.services import programme, sessions
from clinic.services.places import ClosureDraft, close
from clinic.services.programme import MoveWish
from tests import make
from tests.make import NOW

FIRST = date(2026, 11, 27)
SKIPPED = (date(2026, 12, 25), date(2027, 1, 1))
HALF_A_YEAR = timedelta(days=183)


@pytest.fixture
def coordinator(each_db: Database) -> SignedIn:
    """A coordinator who made the law access point, without Christmas and New Year."""
    with each_db.write() as tx:
        person = make.make_person(tx, Role.COORDINATOR)
        draft = law_access_point(Rule(Rhythm.WEEKLY, FIRST), make.make_place(tx))
        sessions.create(tx, draft, SKIPPED, key=make.key(), by=person, now=NOW)
    return person


@pytest.mark.parametrize("weeks", [1, 26, 40, 120])
def test_each_series_stands_half_a_year_ahead(each_db: Database, coordinator: SignedIn, weeks: int) -> None:
    now = NOW + timedelta(weeks=weeks)

    _extend(each_db, now)

    assert max(_planned(each_db)) >= local_date(now) + HALF_A_YEAR


def test_extending_every_night_makes_what_one_long_step_would(each_db: Database, coordinator: SignedIn) -> None:
    made = sum(_extend(each_db, NOW + timedelta(weeks=weeks)) for weeks in range(0, 80, 3))

    planned = _planned(each_db)
    again = _extend(each_db, NOW + timedelta(weeks=79))
    assert made > 0
    assert again == 0
    assert len(planned) == len(set(planned))
    assert {each.weekday() for each in planned} == {4}


def test_dates_that_were_skipped_are_never_made(each_db: Database, coordinator: SignedIn) -> None:
    _extend(each_db, NOW + timedelta(weeks=60))

    assert set(SKIPPED).isdisjoint(_planned(each_db))


def test_public_holidays_and_closures_are_left_out(each_db: Database, coordinator: SignedIn) -> None:
    closed = ClosureDraft("Fermeture", None, date(2028, 8, 1), date(2028, 8, 31))
    with each_db.write() as tx:
        close(tx, closed, key=make.key(), by=coordinator, now=NOW)

    _extend(each_db, NOW + timedelta(weeks=70))

    planned = _planned(each_db)
    assert date(2028, 7, 14) not in planned  # a Friday, and Bastille Day
    assert date(2028, 7, 28) in planned
    assert not [each for each in planned if (each.year, each.month) == (2028, 8)]


def test_a_moved_and_a_cancelled_session_stay_alone_on_their_dates(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        moved, cancelled = tx.scalars(select(ClinicSession).order_by(ClinicSession.planned_on).limit(2))
        starts_at = moved.starts_at - timedelta(days=1)
        wish = MoveWish(starts_at, starts_at + timedelta(hours=3), moved.place_id)
        programme.move(tx, moved.id, wish, leaving=frozenset(), by=coordinator, now=NOW)
        programme.cancel(tx, cancelled.id, CancelReason.WEATHER, by=coordinator, now=NOW)

    _extend(each_db, NOW + timedelta(weeks=60))

    with each_db.read() as tx:
        first = tx.scalars(select(ClinicSession).order_by(ClinicSession.planned_on).limit(3)).all()
    assert [each.planned_on for each in first] == [FIRST + timedelta(weeks=number) for number in range(3)]
    assert first[0].starts_at == starts_at
    assert first[1].status is Status.CANCELLED


def test_new_sessions_are_made_as_their_series_says(each_db: Database, coordinator: SignedIn) -> None:
    _extend(each_db, NOW + timedelta(weeks=60))

    with each_db.read() as tx:
        last = tx.scalars(select(ClinicSession).order_by(ClinicSession.planned_on.desc()).limit(1)).one()
    assert (last.desks, last.slot_minutes, last.status) == (2, 30, Status.PLANNED)
    assert last.ends_at - last.starts_at == timedelta(hours=3)
    assert last.starts_at.time() in {time(7, 30), time(8, 30)}  # 09:30 in Paris, summer and winter


def _extend(database: Database, now: datetime) -> int:
    with database.write() as tx:
        return sessions.extend(tx, now=now)


def _planned(database: Database) -> list[date]:
    with database.read() as tx:
        return list(tx.scalars(select(ClinicSession.planned_on)))
