"""Sessions are moved, cancelled and restored with all that hangs on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import CancelReason, Status
from clinic.models import Appointment, ClinicSession, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import moves
from clinic.queries import rota as rota_queries
from clinic.services import appointments, programme, rota
from clinic.services.programme import MoveWish
from tests.make import FRIDAY, NOW, make_appointment, make_person, make_place, make_session, make_shift, move_session

HOUR = timedelta(hours=1)
SLOT = timedelta(minutes=30)
DAY = timedelta(days=1)


def test_booked_slots_move_with_their_session_even_onto_each_others_times(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx, desks=2)
        for slot in range(6):
            make_appointment(tx, session_id, by=coordinator, slot=slot)
            make_appointment(tx, session_id, by=coordinator, slot=slot)

        move_session(tx, session_id, FRIDAY + SLOT, by=coordinator)

        wanted = [(FRIDAY + number * SLOT, desk) for number in range(1, 7) for desk in (1, 2)]
        assert sorted(appointment_queries.taken(tx, session_id, now=NOW)) == wanted


def test_a_moved_session_asks_its_crew_to_confirm(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        shift_id = make_shift(tx, session_id, lawyer)

        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)

        shift, session = tx.get_one(Shift, shift_id), tx.get_one(ClinicSession, session_id)
        assert (shift.state, shift.sequence) == (ShiftState.TO_CONFIRM, 1)
        assert (session.starts_at, session.moved_from) == (FRIDAY + DAY, FRIDAY)
        assert (session.sequence, session.changed_at) == (1, NOW)
        make_shift(tx, make_session(tx), lawyer)


def test_moved_back_a_session_no_longer_counts_as_moved(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
        move_session(tx, session_id, FRIDAY + 2 * DAY, by=coordinator)
        assert tx.get_one(ClinicSession, session_id).moved_from == FRIDAY

        move_session(tx, session_id, FRIDAY, by=coordinator)

        session = tx.get_one(ClinicSession, session_id)
        assert (session.moved_from, session.sequence) == (None, 3)


def test_appointments_outside_the_new_time_are_named_and_nothing_changes(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        lawyer = make_person(tx, Role.LAWYER)
        shift_id = make_shift(tx, session_id, lawyer)
        make_appointment(tx, session_id, by=coordinator, slot=0, alias="Iris")
        make_appointment(tx, session_id, by=coordinator, slot=5, alias="Rose")

    with pytest.raises(Refused, match="appointments_outside") as refused, each_db.write() as tx:
        move_session(tx, session_id, FRIDAY + HOUR, hours=2, by=coordinator)

    assert refused.value.facts == {"aliases": ["Rose"]}
    with each_db.read() as tx:
        assert sorted(appointment_queries.taken(tx, session_id, now=NOW)) == [(FRIDAY, 1), (FRIDAY + 5 * SLOT, 1)]
        session = tx.get_one(ClinicSession, session_id)
        assert (session.starts_at, session.sequence, session.moved_from) == (FRIDAY, 0, None)
        assert tx.get_one(Shift, shift_id).state is ShiftState.CONFIRMED


def test_someone_who_is_elsewhere_then_is_seen_first_and_leaves_the_crew(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        shift_id = make_shift(tx, session_id, lawyer)
        make_shift(tx, make_session(tx, starts_at=FRIDAY + DAY), lawyer)

    with pytest.raises(Refused, match="crew_clashes"), each_db.write() as tx:
        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)
    with each_db.write() as tx:
        effects = moves.move_effects(tx, session_id, FRIDAY + DAY, FRIDAY + DAY + 3 * HOUR, now=NOW)
        assert [each.person_id for each in effects.clashing] == [lawyer.id]
        move_session(tx, session_id, FRIDAY + DAY, leaving=frozenset({lawyer.id}), by=coordinator)

    with each_db.read() as tx:
        assert tx.get_one(Shift, shift_id).state is ShiftState.RELEASED


def test_someone_named_as_leaving_stays_when_she_is_free(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        make_shift(tx, session_id, lawyer)

        move_session(tx, session_id, FRIDAY + DAY, leaving=frozenset({lawyer.id}), by=coordinator)

        assert len(rota_queries.live_shifts(tx, session_id)) == 1


def test_an_alias_expected_elsewhere_then_refuses_the_move(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_appointment(tx, session_id, by=coordinator, alias="Iris")
        make_appointment(tx, make_session(tx, starts_at=FRIDAY + DAY), by=coordinator, alias="Iris")

    with pytest.raises(Refused, match="alias_busy"), each_db.write() as tx:
        move_session(tx, session_id, FRIDAY + DAY, by=coordinator)

    with each_db.read() as tx:
        assert appointment_queries.taken(tx, session_id, now=NOW) == [(FRIDAY, 1)]


@pytest.mark.parametrize(("starts_at", "hours", "code"), [
    (NOW, 3, "move_into_past"), (FRIDAY, 0, "span_too_long"), (FRIDAY, 14.5, "span_too_long"),
])  # fmt: skip
def test_a_move_that_cannot_be_is_refused(each_db: Database, starts_at: datetime, hours: float, code: str) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)

        with pytest.raises(Refused, match=code):
            move_session(tx, session_id, starts_at, hours=hours, by=coordinator)


def test_S02_a_move_of_nothing_or_to_nowhere_is_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        wish = MoveWish(FRIDAY, FRIDAY + HOUR, "0" * 16)

        with pytest.raises(NotFound):
            programme.move(tx, session_id, wish, leaving=frozenset(), by=coordinator, now=NOW)
        with pytest.raises(NotFound):
            programme.move(tx, "0" * 16, wish, leaving=frozenset(), by=coordinator, now=NOW)


def test_another_place_alone_asks_to_confirm_and_counts_as_a_change(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        wish = MoveWish(FRIDAY, FRIDAY + 3 * HOUR, make_place(tx))

        programme.move(tx, session_id, wish, leaving=frozenset(), by=coordinator, now=NOW)

        session = tx.get_one(ClinicSession, session_id)
        assert (session.place_id, session.sequence, session.moved_from) == (wish.place_id, 1, None)
        assert [each.state for each in rota_queries.live_shifts(tx, session_id)] == [ShiftState.TO_CONFIRM]


def test_a_cancelled_session_frees_its_people_and_keeps_its_appointments(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id, other_id = make_session(tx), make_session(tx)
        make_shift(tx, session_id, lawyer)
        make_appointment(tx, session_id, by=coordinator, alias="Iris")

        programme.cancel(tx, session_id, CancelReason.WEATHER, by=coordinator, now=NOW)
        programme.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=NOW + HOUR)

        session = tx.get_one(ClinicSession, session_id)
        assert (session.status, session.cancel_reason) == (Status.CANCELLED, CancelReason.WEATHER)
        assert (session.sequence, session.changed_at) == (1, NOW)
        assert len(appointment_queries.standing(tx, session_id)) == 1
        make_shift(tx, other_id, lawyer)
        make_appointment(tx, other_id, by=coordinator, alias="Iris")


def test_a_restored_session_has_all_who_are_still_free(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
        session_id = make_session(tx)
        shift_id = make_shift(tx, session_id, lawyer)
        booked_id = make_appointment(tx, session_id, by=coordinator)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)

        assert programme.restore(tx, session_id, by=coordinator, now=NOW) == 0
        assert programme.restore(tx, session_id, by=coordinator, now=NOW) == 0

        session = tx.get_one(ClinicSession, session_id)
        assert (session.status, session.cancel_reason, session.sequence) == (Status.PLANNED, None, 2)
        assert tx.get_one(Shift, shift_id).state is ShiftState.CONFIRMED
        assert tx.get_one(Appointment, booked_id).state is AppointmentState.BOOKED
        with pytest.raises(Refused, match="person_busy"):
            make_shift(tx, make_session(tx), lawyer)


def test_whoever_is_elsewhere_by_now_does_not_come_back(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id, other_id = make_person(tx, Role.COORDINATOR), make_session(tx), make_session(tx)
        lawyers = [make_person(tx, Role.LAWYER) for _ in range(2)]
        shift_ids = [make_shift(tx, session_id, lawyer) for lawyer in lawyers]
        booked_ids = [make_appointment(tx, session_id, by=coordinator, alias=alias) for alias in ("Iris", "Rose")]
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        make_shift(tx, other_id, lawyers[0])
        make_appointment(tx, other_id, by=coordinator, alias="Iris")

    with each_db.write() as tx:
        assert programme.restore(tx, session_id, by=coordinator, now=NOW) == 2

    with each_db.read() as tx:
        states = [tx.get_one(Shift, each).state for each in shift_ids]
        assert states == [ShiftState.RELEASED, ShiftState.CONFIRMED]
        booked = [tx.get_one(Appointment, each).state for each in booked_ids]
        assert booked == [AppointmentState.CANCELLED, AppointmentState.BOOKED]


def test_what_was_given_back_or_called_off_meanwhile_stays_so(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        shift_id = make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        booked_id = make_appointment(tx, session_id, by=coordinator)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)
        rota.give_back(tx, shift_id, by=coordinator, now=NOW)
        appointments.cancel(tx, booked_id, by=coordinator, now=NOW)

        assert programme.restore(tx, session_id, by=coordinator, now=NOW) == 0

        assert rota_queries.live_shifts(tx, session_id) == []
        assert appointment_queries.standing(tx, session_id) == []


def test_what_is_over_is_neither_moved_nor_cancelled_nor_restored(each_db: Database) -> None:
    after = FRIDAY + 3 * HOUR
    with each_db.write() as tx:
        coordinator, session_id, cancelled_id = make_person(tx, Role.COORDINATOR), make_session(tx), make_session(tx)
        programme.cancel(tx, cancelled_id, CancelReason.CREW, by=coordinator, now=NOW)

        with pytest.raises(Refused, match="session_over"):
            move_session(tx, session_id, FRIDAY + DAY, by=coordinator, now=after)
        with pytest.raises(Refused, match="session_over"):
            programme.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=after)
        with pytest.raises(Refused, match="session_over"):
            programme.restore(tx, cancelled_id, by=coordinator, now=after)
        with pytest.raises(Refused, match="session_cancelled"):
            move_session(tx, cancelled_id, FRIDAY + DAY, by=coordinator)


@pytest.mark.parametrize("starts_at", [
    datetime(2027, 3, 27, 21, tzinfo=UTC), datetime(2026, 12, 31, 21, tzinfo=UTC),
])  # fmt: skip
def test_S74_a_session_moves_across_a_change_of_clocks_and_of_the_year(each_db: Database, starts_at: datetime) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        make_shift(tx, session_id, make_person(tx, Role.LAWYER))
        booked_id = make_appointment(tx, session_id, by=coordinator, slot=5)

        move_session(tx, session_id, starts_at, hours=6, by=coordinator)

        assert tx.get_one(Appointment, booked_id).starts_at == starts_at + 5 * SLOT
