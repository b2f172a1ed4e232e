"""Sixty-four people want eight seats, and eight seats are given back at once: never more than eight have one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.notices import Kind, State
from clinic.models import Notice, Registration
from clinic.queries import workshops as queries
from tests.make import FRIDAY, make_person, make_workshop
from tests.races import clients, guards
from tests.races.clients import House
from tests.races.counts import Count, count
from tests.races.crowd import CLIENTS, Crowd

SEATS = 8
WAITING = CLIENTS - SEATS


class Seats:
    """One engine's race: people, and a new workshop for every round, filled and then left by those who had a seat."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._days = 0
        with database.write() as tx:
            self._people = [make_person(tx).id for _ in range(CLIENTS)]

    def run(self, guarded: str, rounds: int, *, until_double: bool = False) -> tuple[Count, Count]:
        """Run rounds and count: registering, and giving back."""
        engine = self._database.engine.dialect.name
        registering, giving_back = (Count(engine, race, guarded) for race in ("register", "withdraw"))

        def a_round(into: Count) -> None:
            session_id = self._register(into)
            self._give_back(giving_back, session_id)

        return count(registering, a_round, rounds, until_double=until_double), giving_back

    def _register(self, into: Count) -> str:
        self._days += 1
        with self._database.write() as tx:
            session_id = make_workshop(tx, capacity=SEATS, starts_at=FRIDAY + timedelta(days=self._days))
        answers = Counter(self._crowd.all_at_once(clients.register, self._house, self._people, session_id))
        is_right = len(self._told(session_id, Kind.REGISTERED)) == SEATS and self._positions(session_id) == WAITING
        won, double = self._seated(session_id)
        is_right = is_right and answers == {"registered": SEATS, "waiting": WAITING}
        errors = CLIENTS - answers["registered"] - answers["waiting"]
        into.add(won=won, double=double, is_wrong=not is_right, errors=errors)
        return session_id

    def _give_back(self, into: Count, session_id: str) -> None:
        with self._database.read() as tx:
            leaving = [each.person_id for each in queries.live(tx, session_id) if each.seat]
            turns = [each.person_id for each in queries.waiting(tx, session_id)]
        answers = Counter(self._crowd.all_at_once(clients.withdraw, self._house, leaving[:CLIENTS], session_id))
        with self._database.read() as tx:
            seated = {each.person_id for each in queries.live(tx, session_id) if each.seat}
            left = [each.person_id for each in queries.waiting(tx, session_id)]
        is_right = (seated, left) == (set(turns[:SEATS]), turns[SEATS:])
        is_right = is_right and sorted(self._told(session_id, Kind.PLACE_FALLEN_FREE)) == sorted(turns[:SEATS])
        won, double = self._seated(session_id)
        into.add(won=won, double=double, is_wrong=not is_right, errors=len(leaving) - answers["withdrawn"])

    def _seated(self, session_id: str) -> tuple[int, int]:
        """How many have a seat; how many more than there are, and how many share one."""
        of_session = select(Registration.seat).where(Registration.session_id == session_id)
        with self._database.read() as tx:
            seats = tx.scalars(of_session.where(Registration.seat.is_not(None))).all()
        return len(seats), len(seats) - len(set(seats)) + max(len(set(seats)) - SEATS, 0)

    def _positions(self, session_id: str) -> int:
        """How many positions there are from 1, without a gap and without one twice; 0 if there is either."""
        with self._database.read() as tx:
            places = [queries.my_places(tx, each, [session_id])[session_id] for each in self._people]
        positions = sorted(each.position for each in places if each.position is not None)
        return len(positions) if positions == list(range(1, len(positions) + 1)) else 0

    def _told(self, session_id: str, kind: Kind) -> list[str]:
        told = select(Notice.person_id).where(Notice.session_id == session_id, Notice.kind == kind)
        with self._database.read() as tx:
            return list(tx.scalars(told.where(Notice.state == State.PLANNED)))


def test_S70_of_64_people_8_have_a_seat_and_8_follow_when_they_leave_and_each_guard_alone_is_enough(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(_race(crowd, house, each_db, rounds=2))


@pytest.mark.soak
def test_S70_twenty_rounds_of_64_people_for_8_seats(
    crowd: Crowd, house: House, each_db: Database, counted: list[Count]
) -> None:
    found = _race(crowd, house, each_db, rounds=20)

    counted += found
    _judge(found)


def _race(crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Count]:
    """The same rounds with both guards, with each one alone, and with neither, until a seat was given twice."""
    race = Seats(crowd, house, database)
    both = race.run("lock and constraint", rounds)
    crowd.all_at_once(clients.without_lock, house)
    constraint_alone = race.run("constraint alone", rounds // 2)
    crowd.all_at_once(clients.with_lock, house)
    guards.drop_constraint(database, "seat")
    lock_alone = race.run("lock alone", rounds // 2)
    crowd.all_at_once(clients.without_lock, house)
    neither = race.run("neither", 10, until_double=True)
    return [*both, *lock_alone, *constraint_alone, *neither]


def _judge(found: list[Count]) -> None:
    for guarded in found[:4]:
        assert (guarded.fewest, guarded.most) == (SEATS, SEATS), guarded
        assert (guarded.double, guarded.wrong, guarded.errors) == (0, 0, 0), guarded
    for constraint_alone in found[4:6]:
        assert (constraint_alone.double, constraint_alone.most <= SEATS) == (0, True), constraint_alone
    assert found[6].double > 0, found[6]
