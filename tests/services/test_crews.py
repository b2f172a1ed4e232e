"""First-timers are paired, and nobody takes what she could not come to in time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.db import Busy, Database
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.rota import Outlook, Staffing
from clinic.domain.sessions import CancelReason
from clinic.models import Shift
from clinic.queries import crews, interpreting, people, programme
from clinic.services import programme as programme_services
from clinic.services import rota, searches, workshops
from tests.make import (
    FRIDAY,
    NOW,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_session,
    make_shift,
    make_workshop,
    move_session,
)
from tests.services.stand_ins import asked, make_sought

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ONE_LAWYER = {Role.LAWYER: 1}


def test_a_first_time_ends_when_a_first_session_is_over(each_db: Database) -> None:
    with each_db.write() as tx:
        newcomer = make_person(tx, Role.LAWYER, is_new=True)
        make_shift(tx, make_session(tx), newcomer)

        assert crews.is_first_time(tx, newcomer.id, now=FRIDAY + 3 * HOUR - timedelta(seconds=1))
        assert not crews.is_first_time(tx, newcomer.id, now=FRIDAY + 3 * HOUR)
        assert not crews.is_first_time(tx, make_person(tx, Role.LAWYER).id, now=NOW)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_what_was_cancelled_or_given_back_was_no_first_time(each_db: Database, *, is_cancelled: bool) -> None:
    with each_db.write() as tx:
        newcomer, session_id = make_person(tx, Role.LAWYER, is_new=True), make_session(tx)
        shift_id = make_shift(tx, session_id, newcomer)
        if is_cancelled:
            programme_services.cancel(tx, session_id, CancelReason.CREW, by=make_person(tx, Role.COORDINATOR), now=NOW)
        else:
            rota.give_back(tx, shift_id, by=newcomer, now=NOW)

        assert crews.is_first_time(tx, newcomer.id, now=FRIDAY + DAY)


def test_the_last_place_is_kept_for_somebody_experienced(each_db: Database) -> None:
    with each_db.write() as tx:
        newcomer, lawyer = make_person(tx, Role.LAWYER, is_new=True), make_person(tx, Role.LAWYER)
        session_id = make_session(tx, needs={Role.LAWYER: Staffing(1, 2)})
        alone = make_session(tx, starts_at=FRIDAY + DAY, needs=ONE_LAWYER)

        with pytest.raises(Refused, match="needs_experience"):
            rota.take(tx, alone, Role.LAWYER, by=newcomer, now=NOW)
        assert rota.take(tx, session_id, Role.LAWYER, by=newcomer, now=NOW)
        with pytest.raises(Refused, match="needs_experience"):
            rota.take(tx, session_id, Role.LAWYER, by=make_person(tx, Role.LAWYER, is_new=True), now=NOW)
        assert rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=NOW)
        with pytest.raises(Refused, match="shift_filled"):
            rota.take(tx, session_id, Role.LAWYER, by=make_person(tx, Role.LAWYER), now=NOW)


def test_a_coordinator_may_place_anyone_and_the_session_says_what_is_missing(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx, needs=ONE_LAWYER)
        make_shift(tx, session_id, make_person(tx, Role.LAWYER, is_new=True))
        experienced, newcomer = make_person(tx, Role.LAWYER), make_person(tx, Role.LAWYER, is_new=True)

        seen = [programme.session(tx, session_id, reader=each, now=NOW) for each in (coordinator, experienced)]
        rota.take(tx, session_id, Role.LAWYER, by=experienced, now=NOW)
        after = programme.session(tx, session_id, reader=coordinator, now=NOW)

        assert [(list(each.forecast.unpaired), each.forecast.shortfall) for each in seen] == [([Role.LAWYER], 1)] * 2
        assert (seen[0].forecast.outlook, seen[0].lacks, seen[1].takes(experienced)) == (
            Outlook.SHORT,
            {},
            (Role.LAWYER,),
        )
        assert [each.is_first_time for each in seen[0].crew or ()] == [True]
        assert (after.forecast.outlook, after.forecast.shortfall, after.forecast.unpaired) == (
            Outlook.RUNS,
            0,
            frozenset(),
        )
        assert programme.find(tx, session_id, reader=newcomer, now=NOW) is None


def test_a_first_timer_sees_why_the_last_place_is_not_hers(each_db: Database) -> None:
    with each_db.write() as tx:
        newcomer, session_id = make_person(tx, Role.MEDIATOR, is_new=True), make_session(tx, needs={Role.MEDIATOR: 1})

        seen = programme.session(tx, session_id, reader=newcomer, now=NOW)

        assert seen.takes(newcomer) == ()
        assert seen.keeps_for_experienced(newcomer)


def test_nobody_has_to_be_elsewhere_within_45_minutes(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, coordinator = make_person(tx, Role.LAWYER), make_person(tx, Role.COORDINATOR)
        make_shift(tx, make_session(tx), lawyer)
        soon = make_session(tx, starts_at=FRIDAY + 3 * HOUR + timedelta(minutes=30), needs=ONE_LAWYER)
        later = make_session(tx, starts_at=FRIDAY + 3 * HOUR + timedelta(minutes=45), needs=ONE_LAWYER)

    with pytest.raises(Refused, match=r"^too_little_travel$"), each_db.write() as tx:
        rota.take(tx, soon, Role.LAWYER, by=lawyer, now=NOW)
    with pytest.raises(Refused, match=r"^too_little_travel_for_them$"), each_db.write() as tx:
        rota.assign(tx, soon, lawyer.id, Role.LAWYER, by=coordinator, now=NOW)
    with each_db.write() as tx:
        assert rota.take(tx, later, Role.LAWYER, by=lawyer, now=NOW)


def test_of_two_places_too_far_apart_taken_at_once_one_is_hers(each_db: Database) -> None:
    for number in range(5):
        with each_db.write() as tx:
            lawyer, starts_at = make_person(tx, Role.LAWYER), FRIDAY + number * DAY
            ids = [make_session(tx, starts_at=starts_at + each * 3 * HOUR, needs=ONE_LAWYER) for each in range(2)]

        with ThreadPoolExecutor(2) as crowd:
            outcomes = list(crowd.map(_take, [each_db] * 2, ids, [lawyer.id] * 2))

        with each_db.read() as tx:
            held = tx.scalars(select(Shift.session_id).where(Shift.person_id == lawyer.id)).all()
        assert Counter(outcomes) == {"taken": 1, "too_little_travel": 1}
        assert len(held) == 1


def _take(database: Database, session_id: str, person_id: str) -> str:
    try:
        with database.write() as tx:
            person = people.signed_in(tx, person_id, 1)
            assert person is not None
            rota.take(tx, session_id, Role.LAWYER, by=person, now=NOW)
    except Refused as refused:
        return refused.code
    except Busy:
        return "busy"
    return "taken"


def test_who_could_not_come_in_time_leaves_a_session_that_moves(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        make_shift(tx, session_id, lawyer)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + DAY), lawyer)
        right_after = FRIDAY + DAY + 3 * HOUR

        with pytest.raises(Refused, match="crew_clashes"):
            move_session(tx, session_id, right_after, by=coordinator)
        move_session(tx, session_id, right_after, leaving=frozenset({lawyer.id}), by=coordinator)

        assert programme.session(tx, session_id, reader=coordinator, now=NOW).crew == ()


def test_a_seat_and_an_interpreter_leave_time_to_travel_too(each_db: Database) -> None:
    with each_db.write() as tx:
        person, right_after = make_person(tx, Role.MEMBER, Role.MEDIATOR), FRIDAY + 3 * HOUR
        interpreter, session_id = make_interpreter(tx), make_session(tx)
        make_shift(tx, session_id, person, Role.MEDIATOR)
        make_offer(tx, make_need(tx, session_id, by=person), interpreter)
        next_need = make_need(tx, make_session(tx, starts_at=right_after), by=person)

        with pytest.raises(Refused, match="too_little_travel"):
            workshops.register(tx, make_workshop(tx, starts_at=right_after), by=person, now=NOW)
        assert [each.obstacle for each in interpreting.candidates_of(tx, next_need, now=NOW)] == ["busy"]


def test_for_the_only_one_who_has_been_before_no_first_timer_stands_in(each_db: Database) -> None:
    with each_db.write() as tx:
        sought = make_sought(tx, others=0, is_looked_for=False, needs={Role.LAWYER: Staffing(1, 2)})
        make_person(tx, Role.LAWYER, is_new=True)

        search_id = searches.look_for_stand_in(tx, sought.shift_id, by=sought.who, now=NOW)

        assert asked(tx, sought, search_id) == []
