"""A house that lives beside its model: everything is done in both, and after each act they are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.interpreting import HOLDING, Modality
from clinic.domain.people import Role
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Beneficiary, Need, Offer, Visit
from clinic.queries import appointments as appointment_queries
from clinic.queries import invariants
from tests.make import FRIDAY, make_interpreter, make_person, make_place, make_session
from tests.services.model_of_desk import HELD, LAPSED, SLOT, Booking, Model, Sitting

_One = TypeVar("_One")


class BesideTheModel(RuleBasedStateMachine):
    """Two sessions that overlap at one place, six who may be on their crews, one outside, and whoever comes."""

    def __init__(self, database: Database, seen: Counter[str], *, is_blind: bool = False) -> None:
        super().__init__()
        self._open, self.seen = ExitStack(), seen
        self.tx = tx = self._open.enter_context(database.rehearse())
        self.by = make_person(tx, Role.COORDINATOR)
        roles = (Role.MEDIATOR, Role.MEDIATOR, Role.LAWYER, Role.LEGAL_ADVISER, Role.PSYCHOLOGIST)
        self.people = [make_person(tx, role) for role in roles]
        self.people += [make_interpreter(tx, phone="0612345678") for _ in range(2)]
        place_id, now = make_place(tx), FRIDAY - timedelta(minutes=90)
        sittings = {}
        for desks, starts_at in ((2, FRIDAY), (1, FRIDAY + 2 * SLOT)):
            session_id = make_session(tx, starts_at=starts_at, hours=2, desks=desks, place_id=place_id)
            sittings[session_id] = Sitting((starts_at, starts_at + 4 * SLOT), desks)
        everybody = {each.id: next(iter(each.roles)) for each in self.people}
        self.model = Model(now, sittings, everybody, is_blind=is_blind)

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        """States, times, desks, the line; nothing breaches what must always hold."""
        self.tx.flush()
        self.tx.expire_all()
        model = self.model
        rows = {each.id: each for each in self.tx.scalars(select(Appointment))}
        told = {
            name: (each.sitting, each.at, each.whom, model.state_of(each), each.outcome)
            for name, each in model.bookings.items()
        }
        assert told == {
            name: (row.session_id, row.starts_at, row.beneficiary_id, self._state(row), row.outcome)
            for name, row in rows.items()
        }
        for session_id in model.sittings:
            taken = appointment_queries.taken(self.tx, session_id, now=model.now)
            standing = Counter(each.at for each in model.standing() if each.sitting == session_id)
            assert Counter(at for at, _ in taken) == standing
            assert len(set(taken)) == len(taken)
        self._check_line()
        assert invariants.breaches(self.tx, now=model.now) == []

    def _check_line(self) -> None:
        model = self.model
        for session_id in model.sittings:
            query = select(Visit).where(Visit.session_id == session_id).order_by(Visit.turn, Visit.number)
            there = list(self.tx.scalars(query))
            assert [each.id for each in there] == model.in_line(session_id)
            seeing = [each.with_id for each in there if each.state is VisitState.SEEN]
            assert len(seeing) == len(set(seeing))
        for visit in self.tx.scalars(select(Visit)):
            told = model.line[visit.id]
            kept = (visit.state, visit.with_id, visit.version, visit.appointment_id, visit.number)
            assert kept == (told.state, told.seen_by, told.version, told.booking, told.number)

    def observe(
        self,
        name: str | None = None,
        parts: set[CrewPart] | None = None,
        interpreter: Any = None,
        *,
        has_filled: str = "",
    ) -> None:
        """Take over who is named, and who was asked: any choice is right as long as it is one that the model allows."""
        self.tx.flush()
        self.tx.expire_all()
        model = self.model
        for each in model.bookings:
            booking, row = model.bookings[each], appointment_queries.appointment(self.tx, each)
            booking.named = {one.part: (one.person_id, one.modality) for one in row.attending}
        query = select(Offer, Need).join(Need, Need.id == Offer.need_id).where(Offer.state.in_(HOLDING))
        asked = self.tx.execute(query).all()
        model.asked = {
            need.appointment_id: [(offer.person_id, (need.starts_at, need.ends_at), offer.answer_by)]
            for offer, need in asked
            if need.appointment_id
        }
        if name:
            self._check_named(name, parts or set(), interpreter)
        for booking in model.counting():
            if has_filled and booking.sitting == has_filled and booking.span[1] > model.now:
                key_of = next(each for each, one in model.bookings.items() if one is booking)
                lacking = {part for part, (who, _) in booking.named.items() if who is None}
                assert not any(model.can(part, booking, besides=key_of) for part in lacking)

    def _check_named(self, name: str, parts: set[CrewPart], interpreter: Any) -> None:
        """Everybody wanted is there, each somebody who can be; who is to be asked was asked, if it is booked."""
        model, booking = self.model, self.model.bookings[name]
        offers, model.asked[name] = model.asked.get(name, []), []
        there = {part: who for part, (who, _) in booking.named.items()} | dict.fromkeys(
            [CrewPart.INTERPRETER] if offers else [], offers[0][0] if offers else None
        )
        assert there.keys() == parts | ({CrewPart.INTERPRETER} if interpreter else set())
        for part, who in there.items():
            assert who in model.can(part, booking, is_asked=interpreter is not None, besides=name)
        model.asked[name] = offers

    def does(self, expected: str, act: Callable[[], object]) -> bool:
        """Do it as the model expects: it is done, or refused by just this word and nothing has changed."""
        try:
            with self.tx.begin_nested():
                act()
                self.tx.flush()
            came = "done"
        except Refused as refused:
            came = refused.code
        except NotFound:
            came = "not_found"
        self.seen[came] += 1
        assert came == expected
        return came == "done"

    def known(self, alias: str | None) -> str:
        """Her id, if somebody was called so before; somebody new is nobody's."""
        if alias is None:
            return ""
        found = [each.id for each in self.tx.scalars(select(Beneficiary)) if each.alias == alias]
        return found[0] if found else ""

    def booking(self, which: int) -> tuple[str, Booking]:
        return one_of(list(self.model.bookings.items()), which)

    def row(self, name: str) -> Appointment:
        return self.tx.get_one(Appointment, name, populate_existing=True)

    def _state(self, row: Appointment) -> Any:
        is_over = row.state is HELD and row.held_until is not None and row.held_until <= self.model.now
        return LAPSED if is_over else row.state

    def teardown(self) -> None:
        self._open.close()


def wanted_of(booking: Booking) -> tuple[list[Wanted], Modality | None]:
    """Who must be there at another time too."""
    how = next((how for _, how in booking.named.values() if how), None)
    return [Wanted(part) for part, (_, modality) in booking.named.items() if modality is None], how


def one_of(choices: Sequence[_One], number: int) -> _One:
    return choices[number % len(choices)]
