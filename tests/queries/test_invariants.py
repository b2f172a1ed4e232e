"""Whatever happens in whatever order, nobody is in two places, and each breach would be noticed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, ClinicSession, Occupancy, Shift
from clinic.queries import invariants
from clinic.services import appointments, programme, rota
from clinic.services.programme import MoveWish
from tests.make import FRIDAY, NOW, make_appointment, make_noise, make_person, make_session, make_shift

HALF_HOUR = timedelta(minutes=30)
STEPS = st.tuples(st.integers(0, 8), st.integers(0, 11), st.integers(0, 11), st.integers(0, 11))


class _TakenBack(Exception):
    """Ends an example, so that the next one finds the database empty."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=25))
def test_S70_in_any_order_of_acts_nobody_is_in_two_places(db: Database, steps: list[tuple[int, int, int, int]]) -> None:
    with suppress(_TakenBack), db.write() as tx:
        world = _World(tx)
        for step, *choices in steps:
            with suppress(Refused, NotFound), tx.begin_nested():
                world.acts[step](*choices)

            assert invariants.breaches(tx) == []
        raise _TakenBack


class _World:
    """Three people, three sessions that overlap, and all that can be done to them."""

    def __init__(self, tx: Session) -> None:
        self.tx = tx
        needs = {Role.LAWYER: 1, Role.MEDIATOR: 1}
        self.people = [make_person(tx, Role.COORDINATOR, Role.LAWYER, Role.MEDIATOR) for _ in range(3)]
        self.sessions = [
            make_session(tx, starts_at=FRIDAY + each * HALF_HOUR, hours=2, needs=needs) for each in range(3)
        ]
        self.acts: list[Callable[[int, int, int], object]] = [
            self._book, self._move, self._cancel, self._restore,
            self._take, self._give_back, self._move_session, self._cancel_session, self._restore_session,
        ]  # fmt: skip

    def _by(self, who: int) -> SignedIn:
        return self.people[who % 3]

    def _session(self, which: int) -> str:
        return self.sessions[which % 3]

    def _appointment(self, which: int) -> str:
        ids = self.tx.scalars(select(Appointment.id).order_by(Appointment.id)).all()
        return ids[which % len(ids)] if ids else ""

    def _book(self, who: int, which: int, slot: int) -> None:
        make_appointment(self.tx, self._session(which), by=self._by(who), slot=slot % 4, alias=f"Iris {slot % 3}")

    def _move(self, which: int, to: int, slot: int) -> None:
        session = self.tx.get_one(ClinicSession, self._session(to))
        starts_at = session.starts_at + slot % 4 * HALF_HOUR
        appointments.move(self.tx, self._appointment(which), session.id, starts_at, by=self._by(0), now=NOW)

    def _cancel(self, which: int, _b: int, _c: int) -> None:
        appointments.cancel(self.tx, self._appointment(which), by=self._by(0), now=NOW)

    def _restore(self, which: int, _b: int, _c: int) -> None:
        appointments.restore(self.tx, self._appointment(which), by=self._by(0), now=NOW)

    def _take(self, who: int, which: int, role: int) -> None:
        wanted = (Role.LAWYER, Role.MEDIATOR)[role % 2]
        rota.take(self.tx, self._session(which), wanted, by=self._by(who), now=NOW)

    def _give_back(self, which: int, _b: int, _c: int) -> None:
        ids = self.tx.scalars(select(Shift.id).order_by(Shift.id)).all()
        rota.give_back(self.tx, ids[which % len(ids)] if ids else "", by=self._by(0), now=NOW)

    def _move_session(self, which: int, half_hours: int, leaving: int) -> None:
        session = self.tx.get_one(ClinicSession, self._session(which))
        starts_at = FRIDAY + half_hours % 6 * HALF_HOUR
        wish = MoveWish(starts_at, starts_at + timedelta(hours=2), session.place_id)
        people = frozenset(each.id for each in self.people[: leaving % 4])
        programme.move(self.tx, session.id, wish, leaving=people, by=self._by(0), now=NOW)

    def _cancel_session(self, which: int, _b: int, _c: int) -> None:
        programme.cancel(self.tx, self._session(which), CancelReason.CREW, by=self._by(0), now=NOW)

    def _restore_session(self, which: int, _b: int, _c: int) -> None:
        programme.restore(self.tx, self._session(which), by=self._by(0), now=NOW)


def test_what_goes_through_the_services_breaches_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        make_noise(tx)

        assert invariants.breaches(tx) == []


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


@pytest.mark.parametrize(("wrong", "codes"), [
    (_forget, {"not_held"}),
    (_hold_for_nothing, {"held_for_nothing"}),
    (_put_elsewhere_too, {"two_places", "not_held", "held_for_nothing"}),
    (_book_a_desk_that_is_not_there, {"outside_session"}),
])  # fmt: skip
def test_S78_each_breach_is_noticed(each_db: Database, wrong: Callable[[Session, str], None], codes: set[str]) -> None:
    with each_db.write() as tx:
        shift_id = make_shift(tx, make_session(tx), make_person(tx, Role.LAWYER))

        wrong(tx, shift_id)

        assert {breach.code for breach in invariants.breaches(tx)} == codes
