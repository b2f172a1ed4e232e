"""Series are made with their sessions, over holidays, closures, midnights and changes of the clocks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.rota import Staffing
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.times import local_date, to_local
from clinic.models import ClinicSession, Place, Series
from clinic.queries import public
from clinic.queries import sessions as queries
from clinic.services import places, programme, sessions
from clinic.services.places import ClosureDraft, PlaceDraft
from clinic.services.programme import MoveWish
from clinic.services.sessions import SeriesDraft
from tests.make import NOW, key, make_person, make_place

FRIDAYS = Rule(Rhythm.WEEKLY, date(2026, 11, 27))
MORNING = (time(9, 30), time(12, 30))
DAY = timedelta(days=1)


def test_a_new_series_has_its_sessions_for_a_year(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id = _create(tx, FRIDAYS, needs={Role.LAWYER: 2, Role.MEDIATOR: 0})

        made = _sessions(tx, series_id)

        fridays = [FRIDAYS.first_on + number * 7 * DAY for number in range(len(made))]
        assert [each.planned_on for each in made] == fridays
        assert made[-1].planned_on == date(2027, 11, 26)
        assert {(to_local(each.starts_at).time(), to_local(each.ends_at).time()) for each in made} == {MORNING}
        assert queries.needs(tx, [made[0].id]) == {made[0].id: {Role.LAWYER: Staffing(2, 2)}}


def test_skipped_dates_are_not_made(each_db: Database) -> None:
    skipped = {date(2026, 12, 25), date(2027, 1, 1)}
    with each_db.write() as tx:
        series_id = _create(tx, FRIDAYS, skipped=skipped)

        assert skipped.isdisjoint(each.planned_on for each in _sessions(tx, series_id))


def test_every_other_friday_goes_on_over_the_end_of_a_year_of_53_weeks(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id = _create(tx, Rule(Rhythm.FORTNIGHTLY, date(2026, 12, 11)))

        made = [each.planned_on for each in _sessions(tx, series_id)]

        assert made[:4] == [date(2026, 12, 11), date(2026, 12, 25), date(2027, 1, 8), date(2027, 1, 22)]


def test_a_series_that_begins_beyond_the_horizon_has_its_first_session(each_db: Database) -> None:
    with each_db.write() as tx:
        series_id = _create(tx, Rule(Rhythm.ONCE, date(2028, 2, 29)))

        assert [each.planned_on for each in _sessions(tx, series_id)] == [date(2028, 2, 29)]


@pytest.mark.parametrize(("first_on", "starts_at", "hours"), [
    (date(2026, 3, 28), datetime(2026, 3, 28, 21, tzinfo=UTC), 5),
    (date(2026, 10, 24), datetime(2026, 10, 24, 20, tzinfo=UTC), 7),
    (date(2026, 11, 28), datetime(2026, 11, 28, 21, tzinfo=UTC), 6),
])  # fmt: skip
def test_S74_saturday_nights_on_both_changes_of_clocks(
    each_db: Database, first_on: date, starts_at: datetime, hours: int
) -> None:
    with each_db.write() as tx:
        rule = Rule(Rhythm.WEEKLY, first_on, until_on=first_on + 7 * DAY)
        series_id = _create(tx, rule, span=(time(22), time(4)), now=datetime(2026, 3, 1, tzinfo=UTC))

        night = _sessions(tx, series_id)[0]

        assert (night.starts_at, night.ends_at) == (starts_at, starts_at + timedelta(hours=hours))
        assert (night.planned_on, local_date(night.ends_at)) == (first_on, first_on + DAY)


def test_the_programme_of_2022_is_the_second_tuesday_with_moves_and_skips(each_db: Database) -> None:
    before = datetime(2022, 2, 1, 9, tzinfo=UTC)
    rule = Rule(Rhythm.MONTHLY, date(2022, 3, 1), until_on=date(2022, 10, 31), weekday=1, nth=2)
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        summer = [date(2022, 6, 14), date(2022, 7, 12)]
        series_id = _create(tx, rule, span=(time(18, 30), time(21)), skipped=summer, now=before)
        made = {each.planned_on: each for each in _sessions(tx, series_id)}
        programme.cancel(tx, made[date(2022, 8, 9)].id, CancelReason.HOLIDAY, by=coordinator, now=before)
        for on, days in ((date(2022, 3, 8), 10), (date(2022, 4, 12), 3), (date(2022, 5, 10), 14)):
            session = made[on]
            wish = MoveWish(session.starts_at + days * DAY, session.ends_at + days * DAY, session.place_id)
            programme.move(tx, session.id, wish, leaving=frozenset(), by=coordinator, now=before)

    with each_db.read() as tx:
        shown = public.programme(tx, before, datetime(2023, 1, 1, tzinfo=UTC))
        takes_place = [to_local(each.starts_at) for each in shown if not each.is_cancelled]
        assert [each.date() for each in takes_place] == [
            date(2022, 3, 18), date(2022, 4, 15), date(2022, 5, 24), date(2022, 9, 13), date(2022, 10, 11),
        ]  # fmt: skip
        assert {each.time() for each in takes_place} == {time(18, 30)}


def test_a_series_stays_six_months_ahead_and_no_date_comes_twice(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        series_id = _create(tx, FRIDAYS, skipped={date(2026, 12, 4)})
        moved, cancelled = _sessions(tx, series_id)[:2]
        wish = MoveWish(moved.starts_at + DAY, moved.ends_at + DAY, moved.place_id)
        programme.move(tx, moved.id, wish, leaving=frozenset(), by=coordinator, now=NOW)
        programme.cancel(tx, cancelled.id, CancelReason.CREW, by=coordinator, now=NOW)

    for weeks in range(0, 70, 3):
        now = NOW + timedelta(weeks=weeks)
        with each_db.write() as tx:
            sessions.extend(tx, now=now)
            made = _sessions(tx, series_id)
            assert made[-1].planned_on >= local_date(now) + timedelta(weeks=26)

    planned = [each.planned_on for each in made]
    assert len(planned) == len(set(planned))
    assert date(2026, 12, 4) not in planned
    assert cancelled.id in {each.id for each in made if each.status is Status.CANCELLED}


def test_extending_twice_makes_nothing_more(each_db: Database) -> None:
    later = NOW + timedelta(weeks=30)
    with each_db.write() as tx:
        _create(tx, FRIDAYS)

        assert sessions.extend(tx, now=later) == 30
        assert sessions.extend(tx, now=later) == 0


def test_no_date_is_lost_where_one_making_ends_and_the_next_begins(each_db: Database) -> None:
    sundays = Rule(Rhythm.WEEKLY, local_date(NOW))
    with each_db.write() as tx:
        series_id = _create(tx, sundays, keeps_closed_days=True)
        assert tx.get_one(Series, series_id).made_until.weekday() == 6

        sessions.extend(tx, now=NOW + timedelta(weeks=30))

        planned = [each.planned_on for each in _sessions(tx, series_id)]
        assert planned == [sundays.first_on + number * 7 * DAY for number in range(83)]


@pytest.mark.parametrize(("keeps", "is_there"), [(True, True), (False, False)])
def test_days_that_come_later_keep_to_what_the_series_says_of_closed_ones(
    each_db: Database, *, keeps: bool, is_there: bool
) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        series_id = _create(tx, FRIDAYS, keeps_closed_days=keeps)
        place_id = tx.get_one(Series, series_id).place_id
        august = ClosureDraft("Août", place_id, date(2028, 8, 1), date(2028, 8, 31))
        places.close(tx, august, key=key(), by=coordinator, now=NOW)

        sessions.extend(tx, now=NOW + timedelta(weeks=52))

        planned = {each.planned_on for each in _sessions(tx, series_id)}
        assert (date(2028, 8, 4) in planned) is is_there
        assert (date(2028, 7, 14) in planned) is is_there  # Bastille Day is a Friday
        assert date(2028, 7, 21) in planned


def test_a_changed_place_counts_as_a_change_of_its_coming_sessions(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        first, other = (_sessions(tx, _create(tx, FRIDAYS)) for _ in range(2))
        place = tx.get_one(Place, first[0].place_id)
        draft = PlaceDraft(place.name, place.area, "5 rue Doudeauville", place.publicity)

        now = first[0].ends_at
        places.change(tx, place.id, draft, by=coordinator, now=now)
        places.change(tx, place.id, draft, by=coordinator, now=now + DAY)

        tx.expire_all()
        assert [(each.sequence, each.changed_at) for each in first[:3]] == [(0, NOW), (1, now), (1, now)]
        assert {each.sequence for each in other} == {0}


def _create(
    tx: Session,
    rule: Rule,
    *,
    span: tuple[time, time] = MORNING,
    skipped: Collection[date] = (),
    needs: dict[Role, int] | None = None,
    keeps_closed_days: bool = False,
    now: datetime = NOW,
) -> str:
    draft = SeriesDraft(
        kind=Kind.OTHER,
        name_fr="Permanence",
        name_en="Session",
        agenda_word_fr="Matin",
        agenda_word_en="Morning",
        is_public=True,
        rule=rule,
        starts=span[0],
        ends=span[1],
        place_id=make_place(tx),
        desks=2,
        slot_minutes=30,
        needs={role: Staffing(least, least) for role, least in (needs or {}).items()},
        keeps_closed_days=keeps_closed_days,
    )
    return sessions.create(tx, draft, skipped, key=key(), by=make_person(tx, Role.COORDINATOR), now=now)


def _sessions(tx: Session, series_id: str) -> list[ClinicSession]:
    of_series = select(ClinicSession).where(ClinicSession.series_id == series_id)
    return list(tx.scalars(of_series.order_by(ClinicSession.planned_on)))
