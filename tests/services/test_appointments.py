"""Appointments are booked, moved, cancelled and restored, and a desk is never given twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment
from clinic.queries import appointments as queries
from clinic.services import appointments, programme
from clinic.services.appointments import Wish
from tests.make import FRIDAY, NOW, key, make_appointment, make_person, make_session, make_shift

SLOT = timedelta(minutes=30)


def test_a_booking_gets_the_first_free_desk(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=2)
        wish = Wish(session_id, FRIDAY + SLOT, "Iris", "bin", Topic.ASYLUM)

        first = appointments.book(tx, wish, key=key(), by=mediator, now=NOW)
        second = make_appointment(tx, session_id, by=mediator, slot=1)

        booked = tx.get_one(Appointment, first)
        assert (booked.starts_at, booked.ends_at, booked.desk) == (FRIDAY + SLOT, FRIDAY + 2 * SLOT, 1)
        assert (booked.language, booked.topic, booked.state) == ("bin", Topic.ASYLUM, AppointmentState.BOOKED)
        assert tx.get_one(Appointment, second).desk == 2


def test_a_full_slot_is_refused_by_name_with_the_free_ones(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, hours=1.5, desks=1)
        make_appointment(tx, session_id, by=mediator, slot=1)

    with pytest.raises(Refused, match="slot_taken") as refused, each_db.write() as tx:
        make_appointment(tx, session_id, by=mediator, slot=1)

    assert refused.value.facts == {"at": FRIDAY + SLOT, "free": [FRIDAY, FRIDAY + 2 * SLOT]}


@pytest.mark.parametrize("minutes", [-30, 10, 180, 24 * 60])
def test_a_time_that_is_no_slot_is_refused(each_db: Database, minutes: int) -> None:
    with each_db.write() as tx:
        wish = _wish(make_session(tx), FRIDAY + timedelta(minutes=minutes))

        with pytest.raises(Refused, match="no_such_slot"):
            appointments.book(tx, wish, key=key(), by=make_person(tx), now=NOW)


def test_a_slot_is_open_until_its_end(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        almost = FRIDAY + SLOT - timedelta(seconds=1)
        make_appointment(tx, session_id, by=mediator, now=almost)

        with pytest.raises(Refused, match="slot_over"):
            make_appointment(tx, session_id, by=mediator, now=FRIDAY + SLOT)


def test_S70_one_alias_is_not_in_two_places_at_once(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator = make_person(tx)
        make_appointment(tx, make_session(tx), by=mediator, alias="Iris")
        elsewhere = make_session(tx)

        with pytest.raises(Refused, match="alias_busy"):
            make_appointment(tx, elsewhere, by=mediator, alias="IRIS")
        make_appointment(tx, elsewhere, by=make_person(tx), alias="Iris")


def test_S02_a_session_that_is_not_there_is_not_found(each_db: Database) -> None:
    with pytest.raises(NotFound), each_db.write() as tx:
        appointments.book(tx, _wish("0" * 16, FRIDAY), key=key(), by=make_person(tx), now=NOW)


def test_a_moved_appointment_leaves_its_slot_free(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator, slot=0)

        appointments.move(tx, booked_id, session_id, FRIDAY + SLOT, by=mediator, now=NOW)

        assert queries.taken(tx, session_id, now=NOW) == [(FRIDAY + SLOT, 1)]
        make_appointment(tx, session_id, by=mediator, slot=0)


def test_an_appointment_moves_to_another_session(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        week_after = FRIDAY + timedelta(days=7)
        next_id = make_session(tx, starts_at=week_after)
        booked_id = make_appointment(tx, session_id, by=mediator)

        appointments.move(tx, booked_id, next_id, week_after, by=mediator, now=NOW)

        assert queries.taken(tx, session_id, now=NOW) == []
        assert queries.taken(tx, next_id, now=NOW) == [(week_after, 1)]


def test_moving_to_where_it_is_changes_no_desk(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator)

        appointments.move(tx, booked_id, session_id, FRIDAY, by=mediator, now=NOW)

        assert queries.taken(tx, session_id, now=NOW) == [(FRIDAY, 1)]


def test_a_refused_move_leaves_everything_as_it_was(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator, slot=0, alias="Iris")
        make_appointment(tx, session_id, by=mediator, slot=1)

    with pytest.raises(Refused, match="slot_taken"), each_db.write() as tx:
        appointments.move(tx, booked_id, session_id, FRIDAY + SLOT, by=mediator, now=NOW)

    with each_db.write() as tx:
        assert sorted(queries.taken(tx, session_id, now=NOW)) == [(FRIDAY, 1), (FRIDAY + SLOT, 1)]
        with pytest.raises(Refused, match="alias_busy"):
            make_appointment(tx, make_session(tx), by=mediator, slot=0, alias="Iris")


def test_a_cancelled_appointment_frees_its_slot_and_its_alias(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator, alias="Iris")

        appointments.cancel(tx, booked_id, by=mediator, now=NOW)
        appointments.cancel(tx, booked_id, by=mediator, now=NOW + SLOT)

        assert tx.get_one(Appointment, booked_id).changed_at == NOW
        make_appointment(tx, session_id, by=mediator, alias="Iris")


def test_a_cancelled_appointment_is_restored_first_and_then_moved(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator)
        appointments.cancel(tx, booked_id, by=mediator, now=NOW)

        with pytest.raises(Refused, match="appointment_cancelled"):
            appointments.move(tx, booked_id, session_id, FRIDAY + SLOT, by=mediator, now=NOW)
        appointments.restore(tx, booked_id, by=mediator, now=NOW)
        appointments.restore(tx, booked_id, by=mediator, now=NOW)

        assert queries.taken(tx, session_id, now=NOW) == [(FRIDAY, 1)]


def test_a_slot_given_to_somebody_else_is_not_restored(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=1)
        booked_id = make_appointment(tx, session_id, by=mediator)
        appointments.cancel(tx, booked_id, by=mediator, now=NOW)
        make_appointment(tx, session_id, by=mediator)

    with pytest.raises(Refused, match="slot_taken"), each_db.write() as tx:
        appointments.restore(tx, booked_id, by=mediator, now=NOW)

    with each_db.read() as tx:
        assert tx.get_one(Appointment, booked_id).state is AppointmentState.CANCELLED


def test_an_alias_with_another_appointment_meanwhile_is_not_restored(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=mediator, alias="Iris")
        appointments.cancel(tx, booked_id, by=mediator, now=NOW)
        make_appointment(tx, make_session(tx), by=mediator, alias="Iris")

        with pytest.raises(Refused, match="alias_busy"):
            appointments.restore(tx, booked_id, by=mediator, now=NOW)


def test_a_cancelled_session_books_and_restores_nobody(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        booked_id = make_appointment(tx, session_id, by=mediator)
        appointments.cancel(tx, booked_id, by=mediator, now=NOW)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=mediator, now=NOW)

        with pytest.raises(Refused, match="session_cancelled"):
            appointments.restore(tx, booked_id, by=mediator, now=NOW)
        with pytest.raises(Refused, match="session_cancelled"):
            make_appointment(tx, session_id, by=mediator)


@pytest.mark.parametrize("act", ["move", "cancel", "restore"])
@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.MEMBER])
def test_S02_an_appointment_that_is_not_hers_is_not_found(each_db: Database, act: str, role: Role) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        booked_id = make_appointment(tx, session_id, by=make_person(tx))
        stranger = make_person(tx, role)

        with pytest.raises(NotFound):
            _act(tx, act, booked_id, stranger)
        with pytest.raises(NotFound):
            _act(tx, act, "0" * 16, stranger)


def test_the_coordinator_and_the_mediators_on_the_crew_may_change_it(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        booked_id = make_appointment(tx, session_id, by=make_person(tx))
        colleague, coordinator = make_person(tx, Role.MEDIATOR), make_person(tx, Role.COORDINATOR)
        make_shift(tx, session_id, colleague)

        appointments.cancel(tx, booked_id, by=colleague, now=NOW)
        appointments.restore(tx, booked_id, by=coordinator, now=NOW)

        assert queries.taken(tx, session_id, now=NOW) == [(FRIDAY, 1)]


def test_a_mediator_on_the_crew_as_interpreter_may_not_change_it(each_db: Database) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx)
        booked_id = make_appointment(tx, session_id, by=make_person(tx))
        both = make_person(tx, Role.MEDIATOR, Role.INTERPRETER)
        make_shift(tx, session_id, both, Role.INTERPRETER)

        with pytest.raises(NotFound):
            appointments.cancel(tx, booked_id, by=both, now=NOW)


def _wish(session_id: str, starts_at: datetime) -> Wish:
    return Wish(session_id, starts_at, "Iris", "eng", Topic.RIGHTS)


def _act(tx: Session, act: str, appointment_id: str, by: SignedIn) -> None:
    if act == "move":
        appointments.move(tx, appointment_id, make_session(tx), FRIDAY, by=by, now=NOW)
    else:
        getattr(appointments, act)(tx, appointment_id, by=by, now=NOW)
