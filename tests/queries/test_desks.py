"""Desks and appointments as their readers may know them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.queries import desks, programme
from clinic.queries.desks import SlotView
from clinic.services import appointments
from tests.make import FRIDAY, NOW, make_appointment, make_noise, make_person, make_session, make_shift

SLOT = timedelta(minutes=30)
HOUR = timedelta(hours=1)


def test_the_coordinator_sees_every_desk_of_every_slot(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)
        session_id = make_session(tx, hours=1, desks=2)
        make_appointment(tx, session_id, by=make_person(tx), slot=1, alias="Iris")

        first, second = _slots(tx, session_id, make_person(tx, Role.COORDINATOR))

        assert (first.starts_at, first.ends_at) == (FRIDAY, FRIDAY + SLOT)
        assert [desk.is_taken for desk in first.desks] == [False, False]
        assert [desk.appointment.alias if desk.appointment else None for desk in second.desks] == ["Iris", None]


def test_another_mediators_appointment_is_a_taken_desk_without_a_name(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, hours=0.5, desks=2)
        make_appointment(tx, session_id, by=make_person(tx), alias="Iris")
        make_appointment(tx, session_id, by=mediator, alias="Rose")

        (slot,) = _slots(tx, session_id, mediator)

        assert [desk.is_taken for desk in slot.desks] == [True, True]
        assert [desk.appointment.alias if desk.appointment else None for desk in slot.desks] == [None, "Rose"]
        assert not slot.is_free


def test_S03_a_lawyer_on_the_crew_sees_appointments_near_the_time_and_no_free_desks(each_db: Database) -> None:
    with each_db.write() as tx:
        lawyer, session_id = make_person(tx, Role.LAWYER), make_session(tx, hours=1)
        make_shift(tx, session_id, lawyer)
        make_appointment(tx, session_id, by=make_person(tx), slot=1, alias="Iris")

        assert _slots(tx, session_id, lawyer, now=FRIDAY - 12 * HOUR - SLOT) == []
        shown = _slots(tx, session_id, lawyer, now=FRIDAY - 12 * HOUR)

        known = [desk.appointment.alias for slot in shown for desk in slot.desks if desk.appointment]
        assert known == ["Iris"]


def test_a_slot_that_is_over_is_not_free(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, hours=1)

        first, second = _slots(tx, session_id, mediator, now=FRIDAY + SLOT)

        assert (first.is_over, first.is_free) == (True, False)
        assert (second.is_over, second.is_free) == (False, True)


def test_a_cancelled_appointment_takes_no_desk(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, hours=0.5, desks=1)
        appointments.cancel(tx, make_appointment(tx, session_id, by=mediator), by=mediator, now=NOW)

        assert [slot.is_free for slot in _slots(tx, session_id, mediator)] == [True]


def test_S02_an_appointment_is_found_by_those_who_may_know_it(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx)
        lawyer, colleague = make_person(tx, Role.LAWYER), make_person(tx, Role.MEDIATOR)
        make_shift(tx, session_id, lawyer)
        make_shift(tx, session_id, colleague)
        booked_id = make_appointment(tx, session_id, by=mediator, alias="Iris")

        for reader in (mediator, colleague, make_person(tx, Role.COORDINATOR)):
            found, session = desks.appointment(tx, booked_id, reader=reader, now=NOW)
            assert (found.alias, found.is_own, session.id) == ("Iris", reader is mediator, session_id)
        for reader in (lawyer, make_person(tx, Role.MEDIATOR), make_person(tx, Role.MEMBER)):
            with pytest.raises(NotFound):
                desks.appointment(tx, booked_id, reader=reader, now=NOW)
        assert desks.appointment(tx, booked_id, reader=lawyer, now=FRIDAY)[0].alias == "Iris"
        with pytest.raises(NotFound):
            desks.appointment(tx, "0" * 16, reader=mediator, now=NOW)


def test_ones_own_coming_bookings_in_order(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)
        mediator, session_id = make_person(tx), make_session(tx)
        for slot in (3, 1, 2, 0):
            make_appointment(tx, session_id, by=mediator, slot=slot, alias=f"Iris {slot}")
        gone = make_appointment(tx, session_id, by=mediator, slot=4)
        appointments.cancel(tx, gone, by=mediator, now=NOW)

        coming = desks.booked_by(tx, reader=mediator, now=FRIDAY + SLOT, most=2)

        assert [each.alias for each in coming] == ["Iris 1", "Iris 2"]


def _slots(tx: Session, session_id: str, reader: SignedIn, *, now: datetime = NOW) -> list[SlotView]:
    view = programme.session(tx, session_id, reader=reader, now=now)
    return desks.slots(tx, view, reader=reader, now=now)
