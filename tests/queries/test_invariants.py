"""Whatever happens in whatever order, nobody is in two places, and each breach would be noticed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import CrewPart
from clinic.domain.people import Role
from clinic.models import Appointment, Attending, Need, Occupancy, Offer, Registration, Search, Shift, Workshop
from clinic.queries import invariants, people
from clinic.services import interpreting, searches
from tests.make import (
    NOW,
    make_appointment,
    make_interpreter,
    make_need,
    make_noise,
    make_offer,
    make_person,
    make_registration,
    make_session,
    make_shift,
    make_workshop,
)  # fmt: skip
from tests.queries.world import World

SECOND = timedelta(seconds=1)
STEPS = st.tuples(st.integers(0, 36), st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))


class _TakenBack(Exception):
    """Ends an example, so that the next one finds the database empty."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_S70_in_any_order_of_acts_nobody_is_in_two_places_and_nothing_untrue_is_told(
    db: Database, steps: list[tuple[int, int, int, int]]
) -> None:
    with suppress(_TakenBack), db.write() as tx:
        world = World(tx)
        for step, *choices in steps:
            world.now += SECOND
            with suppress(Refused, NotFound), tx.begin_nested():
                world.acts[step](*choices)

            world.check()
        raise _TakenBack


def test_what_goes_through_the_services_breaches_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)

        assert invariants.breaches(tx, now=NOW) == []


def _forget(tx: Session, shift_id: str) -> None:
    tx.execute(delete(Occupancy).where(Occupancy.holder == shift_id))


def _hold_for_nothing(tx: Session, _shift_id: str) -> None:
    tx.execute(insert(Occupancy).values(resource="person:x", quantum=1, holder="x"))


def _put_elsewhere_too(tx: Session, shift_id: str) -> None:
    person_id = tx.get_one(Shift, shift_id).person_id
    other = make_shift(tx, make_session(tx), make_person(tx, Role.LAWYER))
    tx.execute(update(Shift).where(Shift.id == other).values(person_id=person_id))


def _book_a_desk_that_is_not_there(tx: Session, shift_id: str) -> None:
    booked_id = make_appointment(tx, tx.get_one(Shift, shift_id).session_id, by=make_person(tx))
    tx.execute(update(Appointment).where(Appointment.id == booked_id).values(desk=9))


def _name_who_is_not_there(tx: Session, shift_id: str) -> None:
    booked_id = make_appointment(tx, tx.get_one(Shift, shift_id).session_id, by=make_person(tx))
    tx.add(Attending(appointment_id=booked_id, part=CrewPart.LEGAL, person_id=make_person(tx, Role.LAWYER).id))


def _let_two_accept(tx: Session, _shift_id: str) -> None:
    tx.execute(text("DROP INDEX uq_offers_accepted"))
    people = [make_interpreter(tx) for _ in range(2)]
    need_id = make_need(tx, make_session(tx), by=make_person(tx))
    offer_ids = [make_offer(tx, need_id, each) for each in people]
    interpreting.accept(tx, offer_ids[0], by=people[0], now=NOW)
    tx.execute(update(Offer).values(state="accepted"))


def _fill_with_nobody(tx: Session, _shift_id: str) -> None:
    make_need(tx, make_session(tx), by=make_person(tx))
    tx.execute(update(Need).values(state="filled"))


def _need_somebody_for_nothing(tx: Session, shift_id: str) -> None:
    mediator, session_id = make_person(tx), tx.get_one(Shift, shift_id).session_id
    booked_id = make_appointment(tx, session_id, by=mediator)
    make_need(tx, session_id, by=mediator, appointment_id=booked_id)
    tx.execute(update(Appointment).values(state="cancelled"))
    tx.execute(delete(Occupancy).where(Occupancy.holder == booked_id))


def _forget_who_was_asked(tx: Session, _shift_id: str) -> None:
    offer_id = make_offer(tx, make_need(tx, make_session(tx), by=make_person(tx)), make_interpreter(tx))
    tx.execute(update(Occupancy).where(Occupancy.holder == offer_id).values(until=None))


def _squeeze_in(tx: Session, _shift_id: str) -> None:
    session_id = make_workshop(tx, capacity=2)
    for _ in range(2):
        make_registration(tx, session_id)
    tx.execute(update(Workshop).values(capacity=1))


def _lose_a_seat(tx: Session, _shift_id: str) -> None:
    make_registration(tx, make_workshop(tx))
    tx.execute(update(Registration).values(seat=None))


def _find_nobody(tx: Session, shift_id: str) -> None:
    who = people.signed_in(tx, tx.get_one(Shift, shift_id).person_id, 1)
    assert who is not None
    searches.look_for_stand_in(tx, shift_id, by=who, now=NOW)
    tx.execute(update(Search).values(state="found"))


def _ask_for_nothing(tx: Session, shift_id: str) -> None:
    make_person(tx, Role.LAWYER)
    _find_nobody(tx, shift_id)
    tx.execute(update(Search).values(state="ended"))


def _look_for_what_nobody_holds(tx: Session, shift_id: str) -> None:
    _find_nobody(tx, shift_id)
    tx.execute(update(Search).values(state="open"))
    tx.execute(update(Shift).values(state="released"))
    _forget(tx, shift_id)


@pytest.mark.parametrize(("wrong", "codes"), [
    (_forget, {"not_held"}),
    (_hold_for_nothing, {"held_for_nothing"}),
    (_put_elsewhere_too, {"two_places", "not_held", "held_for_nothing"}),
    (_book_a_desk_that_is_not_there, {"outside_session"}),
    (_name_who_is_not_there, {"named_astray", "not_held"}),
    (_let_two_accept, {"accepted_twice", "not_held"}),
    (_fill_with_nobody, {"filled_by_nobody"}),
    (_need_somebody_for_nothing, {"needed_for_nothing"}),
    (_forget_who_was_asked, {"not_held", "held_for_nothing"}),
    (_squeeze_in, {"over_capacity"}),
    (_lose_a_seat, {"seat_astray"}),
    (_find_nobody, {"found_by_nobody"}),
    (_ask_for_nothing, {"asked_for_nothing"}),
    (_look_for_what_nobody_holds, {"asked_for_nothing"}),
])  # fmt: skip
def test_S78_each_breach_is_noticed(each_db: Database, wrong: Callable[[Session, str], None], codes: set[str]) -> None:
    with each_db.write() as tx:
        shift_id = make_shift(tx, make_session(tx), make_person(tx, Role.LAWYER))

        wrong(tx, shift_id)

        assert {breach.code for breach in invariants.breaches(tx, now=NOW)} == codes
