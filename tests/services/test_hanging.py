"""What hangs on a session goes with it when it is moved, cancelled or restored: interpreters, seats, notices."""

from __future__ import annotations

from datetime import timedelta

from clinic.db import Database
from clinic.domain.interpreting import NeedState
from clinic.domain.notices import Kind
from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason
from clinic.domain.timing import UNDO_FOR
from clinic.models import ClinicSession, Need
from clinic.queries import invariants, moves
from clinic.queries import workshops as workshop_queries
from clinic.services import interpreting, programme
from tests.make import (
    FRIDAY,
    NOW,
    make_appointment,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_registration,
    make_session,
    make_shift,
    make_workshop,
    move_session,
)  # fmt: skip
from tests.services.outcome import planned, reminders, send_all

HOUR = timedelta(hours=1)
SLOT = timedelta(minutes=30)
DAY = timedelta(days=1)


def test_a_moved_session_frees_its_interpreters_and_carries_its_needs(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        asked, accepted = make_interpreter(tx), make_interpreter(tx)
        booked_id = make_appointment(tx, session_id, by=coordinator, slot=5)
        for_one = make_need(tx, session_id, by=coordinator, appointment_id=booked_id)
        for_all = make_need(tx, session_id, by=coordinator)
        make_offer(tx, for_all, asked)
        interpreting.accept(tx, make_offer(tx, for_one, accepted), by=accepted, now=NOW)
        send_all(tx)

        assert moves.move_effects(tx, session_id, FRIDAY + DAY, FRIDAY + DAY + 3 * HOUR, now=NOW).needs == 2
        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)

        needs = [tx.get_one(Need, each) for each in (for_one, for_all)]
        assert [each.starts_at for each in needs] == [FRIDAY + DAY + 5 * SLOT, FRIDAY + DAY]
        assert [each.state for each in needs] == [NeedState.OPEN] * 2
        assert [planned(tx, each) for each in (asked, accepted)] == [[Kind.OFFER_WITHDRAWN]] * 2
        assert reminders(tx, accepted) == 0
        assert invariants.breaches(tx, now=NOW) == []


def test_a_session_cut_short_cuts_what_an_interpreter_is_needed_for(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        need_id = make_need(tx, session_id, by=coordinator)

        move_session(tx, session_id, FRIDAY + HOUR, hours=1, by=coordinator)

        need = tx.get_one(Need, need_id)
        assert (need.starts_at, need.ends_at) == (FRIDAY + HOUR, FRIDAY + 2 * HOUR)


def test_what_needed_nobody_while_its_session_moved_is_needed_again_where_it_went(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=coordinator, slot=1)
        for_one = make_need(tx, session_id, by=coordinator, appointment_id=booked_id)
        for_all = make_need(tx, session_id, by=coordinator)
        for need_id in (for_one, for_all):
            interpreting.withdraw(tx, need_id, by=coordinator, now=NOW)

        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
        for need_id in (for_one, for_all):
            interpreting.need_again(tx, need_id, by=coordinator, now=NOW)

        assert [tx.get_one(Need, each).starts_at for each in (for_one, for_all)] == [FRIDAY + DAY + SLOT, FRIDAY + DAY]


def test_everyone_on_a_moved_session_is_told_once_and_held_for_the_new_time(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer, waiting = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER), make_person(tx)
        session_id, seated = make_workshop(tx, capacity=1), make_person(tx)
        make_shift(tx, session_id, lawyer)
        make_registration(tx, session_id, seated)
        make_registration(tx, session_id, waiting)
        send_all(tx)

        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
        move_session(tx, session_id, FRIDAY + 2 * DAY, by=coordinator, now=NOW + UNDO_FOR / 2)

        assert [planned(tx, each) for each in (lawyer, seated, waiting)] == [[Kind.SESSION_MOVED]] * 3
        assert [reminders(tx, each) for each in (lawyer, seated, waiting)] == [2, 2, 0]
        assert invariants.breaches(tx, now=NOW) == []


def test_moved_back_within_five_minutes_nobody_is_told_and_all_are_reminded_as_before(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, seated, session_id = make_person(tx, Role.COORDINATOR), make_person(tx), make_workshop(tx)
        make_registration(tx, session_id, seated)
        send_all(tx)

        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
        move_session(tx, session_id, FRIDAY, by=coordinator, now=NOW + UNDO_FOR / 2)

        assert (planned(tx, seated), reminders(tx, seated)) == ([], 2)


def test_the_seat_of_one_who_cannot_come_to_the_new_time_goes_to_the_next(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer, waiting = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER), make_person(tx)
        session_id = make_workshop(tx, capacity=1)
        make_registration(tx, session_id, lawyer)
        make_registration(tx, session_id, waiting)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + DAY), lawyer)
        send_all(tx)

        move_session(tx, session_id, FRIDAY + DAY, leaving=frozenset({lawyer.id}), by=coordinator)

        assert [each.person_id for each in workshop_queries.participants(tx, session_id)] == [waiting.id]
        assert planned(tx, lawyer) == [Kind.SESSION_MOVED]
        assert sorted(planned(tx, waiting)) == [Kind.PLACE_FALLEN_FREE, Kind.SESSION_MOVED]
        assert invariants.breaches(tx, now=NOW) == []


def test_a_cancelled_session_is_told_to_all_and_restored_in_time_to_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_workshop(tx, capacity=1)
        people = [make_person(tx, Role.LAWYER) for _ in range(3)]
        make_shift(tx, session_id, people[0])
        for person in people[1:]:
            make_registration(tx, session_id, person)
        send_all(tx)

        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        cancelled = [(planned(tx, each), reminders(tx, each)) for each in people]
        programme.restore(tx, session_id, by=coordinator, now=NOW + UNDO_FOR / 2)

        assert cancelled == [([Kind.SESSION_CANCELLED], 0)] * 3
        assert [(planned(tx, each), reminders(tx, each)) for each in people] == [([], 2), ([], 2), ([], 0)]
        assert invariants.breaches(tx, now=NOW) == []


def test_told_of_the_cancellation_they_are_told_that_it_takes_place_after_all(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, person, session_id = make_person(tx, Role.COORDINATOR), make_person(tx), make_workshop(tx)
        make_registration(tx, session_id, person)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        send_all(tx)

        programme.restore(tx, session_id, by=coordinator, now=NOW + HOUR)

        assert planned(tx, person) == [Kind.SESSION_RESTORED]


def test_a_restored_session_gives_lost_seats_to_those_who_wait_and_asks_nobody_for_the_lost(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer, waiting = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER), make_person(tx)
        session_id = make_workshop(tx, capacity=1)
        tx.get_one(ClinicSession, session_id).desks = 1
        make_registration(tx, session_id, lawyer)
        make_registration(tx, session_id, waiting)
        booked_id = make_appointment(tx, session_id, by=coordinator, alias="Iris")
        need_ids = [
            make_need(tx, session_id, by=coordinator, appointment_id=served_id) for served_id in (booked_id, None)
        ]
        interpreter = make_interpreter(tx)
        interpreting.accept(tx, make_offer(tx, need_ids[0], interpreter), by=interpreter, now=NOW)
        send_all(tx)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        assert planned(tx, interpreter) == [Kind.OFFER_WITHDRAWN]
        other_id = make_session(tx)
        make_shift(tx, other_id, lawyer)
        make_appointment(tx, other_id, by=coordinator, alias="Iris")

        assert programme.restore(tx, session_id, by=coordinator, now=NOW + HOUR) == 2

        assert [each.person_id for each in workshop_queries.participants(tx, session_id)] == [waiting.id]
        assert [tx.get_one(Need, each).state for each in need_ids] == [NeedState.WITHDRAWN, NeedState.OPEN]
        assert invariants.breaches(tx, now=NOW + HOUR) == []
