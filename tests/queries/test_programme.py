"""Sessions as their readers may know them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.domain.times import Week, local_date
from clinic.queries import programme
from clinic.services import programme as services
from clinic.services import rota
from tests.make import (
    FRIDAY,
    NOW,
    make_appointment,
    make_noise,
    make_person,
    make_place,
    make_series,
    make_session,
    make_shift,
)

WEEK = Week.of(local_date(FRIDAY))
DAY = timedelta(days=1)


def test_the_coordinator_sees_who_is_on_what_is_missing_and_how_full(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)
        coordinator = make_person(tx, Role.COORDINATOR)
        zoe, ada = make_person(tx, Role.LAWYER, name="Zoé"), make_person(tx, Role.LAWYER, name="Ada")
        mediator = make_person(tx, Role.MEDIATOR, name="Mia")
        session_id = make_session(tx, needs={Role.LAWYER: 3, Role.MEDIATOR: 1})
        for person in (zoe, mediator, ada):
            make_shift(tx, session_id, person)
        make_appointment(tx, session_id, by=mediator)

        view = programme.session(tx, session_id, reader=coordinator, now=NOW)

        assert view.crew is not None
        assert [each.name for each in view.crew] == ["Mia", "Ada", "Zoé"]
        assert (view.held, view.lacks) == ({Role.LAWYER: 2, Role.MEDIATOR: 1}, {Role.LAWYER: 1})
        assert (view.booked, view.capacity, view.is_full) == (1, 12, False)
        assert not view.can_run


def test_a_week_holds_the_sessions_that_begin_in_it_in_order(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        at_end, later = make_session(tx, starts_at=WEEK.ends_at), make_session(tx, starts_at=FRIDAY)
        first = make_session(tx, starts_at=WEEK.starts_at)
        make_session(tx, starts_at=WEEK.starts_at - timedelta(minutes=15))

        week = programme.between(tx, WEEK.starts_at, WEEK.ends_at, reader=coordinator, now=NOW)

        assert [each.id for each in week] == [first, later]
        assert at_end not in {each.id for each in week}


def test_what_lies_ahead_holds_what_has_begun_but_not_what_is_over(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        make_session(tx, starts_at=FRIDAY - DAY)
        running, coming = make_session(tx), make_session(tx, starts_at=FRIDAY + DAY)
        make_session(tx, starts_at=FRIDAY + 2 * DAY)
        now = FRIDAY + timedelta(hours=1)

        ahead = programme.ahead(tx, FRIDAY + 2 * DAY, reader=coordinator, now=now)

        assert [each.id for each in ahead] == [running, coming]


def test_S02_a_lawyer_finds_only_what_she_is_on_and_what_lacks_a_lawyer(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, colleague = make_person(tx, Role.LAWYER), make_person(tx, Role.LAWYER)
        mine, short = make_session(tx), make_session(tx, starts_at=FRIDAY + DAY, needs={Role.LAWYER: 1})
        filled = make_session(tx, starts_at=FRIDAY + 2 * DAY, needs={Role.LAWYER: 1})
        make_shift(tx, mine, lawyer)
        make_shift(tx, filled, colleague)

        week = programme.between(tx, WEEK.starts_at, WEEK.ends_at, reader=lawyer, now=NOW)

        assert [each.id for each in week] == [mine, short]
        assert [each.takes(lawyer) for each in week] == [(), (Role.LAWYER,)]
        with pytest.raises(NotFound):
            programme.session(tx, filled, reader=lawyer, now=NOW)
        with pytest.raises(NotFound):
            programme.session(tx, "0" * 16, reader=lawyer, now=NOW)


def test_what_a_lawyer_may_not_know_is_not_in_her_view(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, place_id = make_person(tx, Role.LAWYER), make_place(tx, Publicity.TOLD_LATE)
        session_id = make_session(tx, place_id=place_id, needs={Role.LAWYER: 2})
        make_appointment(tx, session_id, by=make_person(tx))

        before = programme.session(tx, session_id, reader=lawyer, now=NOW)
        make_shift(tx, session_id, lawyer)
        after = programme.session(tx, session_id, reader=lawyer, now=NOW)

        assert (before.spot, before.crew, before.booked, before.is_told_late) == (None, None, None, True)
        assert (after.spot is not None, after.crew, after.booked) == (True, None, None)
        assert after.my_shift is not None


def test_a_cancelled_session_lacks_nobody_and_takes_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        services.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=NOW)

        view = programme.session(tx, session_id, reader=coordinator, now=NOW)

        assert (view.is_cancelled, view.lacks, view.can_run) == (True, {}, False)
        assert view.takes(coordinator) == ()


def test_a_shift_given_back_is_on_no_crew(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: 1})
        rota.give_back(tx, make_shift(tx, session_id, lawyer), by=lawyer, now=NOW)

        view = programme.session(tx, session_id, reader=coordinator, now=NOW)

        assert (view.crew, view.held, view.lacks) == ((), {}, {Role.LAWYER: 1})


def test_a_session_is_full_when_every_desk_is_taken(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, hours=1, desks=2)
        without_desks = make_session(tx, desks=0)
        for number in range(4):
            assert not programme.session(tx, session_id, reader=mediator, now=NOW).is_full
            make_appointment(tx, session_id, by=mediator, slot=number % 2)

        assert programme.session(tx, session_id, reader=mediator, now=NOW).is_full
        assert not programme.session(tx, without_desks, reader=mediator, now=NOW).is_full


def test_another_date_is_offered_from_the_same_series(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)
        mediator, series_id = make_person(tx), make_series(tx)
        ids = [make_session(tx, series_id=series_id, starts_at=FRIDAY + week * 7 * DAY) for week in range(5)]

        offered = programme.next_of_series(tx, ids[4], most=2, reader=mediator, now=NOW)

        assert [each.id for each in offered] == [ids[0], ids[1], ids[4]]
