"""Sixty-four clients at few desks with few people: nobody is named twice, nothing acknowledged is lost."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from clinic.db import Database
from clinic.domain.appointments import AppointmentState
from clinic.domain.interpreting import HOLDING
from clinic.domain.people import Role
from clinic.models import Appointment, Need, Offer
from clinic.queries import invariants
from tests.make import FRIDAY, NOW, make_interpreter, make_person, make_place, make_session, make_shift
from tests.races import at_the_desk, clients, guards
from tests.races.at_the_desk import EXPECTED, Memory, Task
from tests.races.attempts import Attempts
from tests.races.clients import House
from tests.races.crowd import Crowd

SLOT = timedelta(minutes=30)
SLOTS, DESKS, MEDIATORS = 3, 3, 4
LIVE = (AppointmentState.BOOKED, AppointmentState.HELD)


class Evenings:
    """One engine's race: in each round two sessions at once, each with a lawyer, a mediator and no interpreter.

    Two interpreters can be asked by both.
    """

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._round = 0
        with database.write() as tx:
            self._mediators = tuple(make_person(tx) for _ in range(MEDIATORS))
            self._place_id = make_place(tx)
            for _ in range(2):
                make_interpreter(tx)

    def run(self, guarded: str, attempts: int, *, turns: int = 2, until_double: bool = False) -> Attempts:
        """Let so many attempts be made, and count; a control may end as soon as something was given twice."""
        into = Attempts(self._database.engine.dialect.name, "desks and people", guarded)
        while into.attempts < attempts and not (until_double and into.double):
            self._play(into, turns)
        return into

    def _play(self, into: Attempts, turns: int) -> None:
        self._round += 1
        starts_at = FRIDAY + self._round * timedelta(days=1)
        with self._database.write() as tx:
            session_ids = [self._session(tx, starts_at) for _ in range(2)]
        times = [(session_id, starts_at + slot * SLOT) for session_id in session_ids for slot in range(SLOTS)]
        task = Task(self._mediators, tuple(times), turns, self._round)
        memories = self._crowd.all_at_once(at_the_desk.work, self._house, task)
        with self._database.read() as tx:
            into.rounds += 1
            into.double += _named_twice(tx, session_ids)
            into.lost += _lost(tx, session_ids, memories)
            into.wrong += bool(invariants.breaches(tx, now=NOW))
        ended = sum((each.ended for each in memories), Counter[str]())
        into.attempts += ended.total()
        into.done += ended["done"]
        into.refused += sum(ended[code] for code in EXPECTED)
        into.errors += ended.total() - ended["done"] - sum(ended[code] for code in EXPECTED)

    def _session(self, tx: Session, starts_at: object) -> str:
        session_id = make_session(tx, starts_at=starts_at, hours=SLOTS / 2, desks=DESKS, place_id=self._place_id)  # type: ignore[arg-type]
        for role in (Role.LAWYER, Role.MEDIATOR):
            make_shift(tx, session_id, make_person(tx, role))
        return session_id


def _named_twice(tx: Session, session_ids: list[str]) -> int:
    """How often a desk, somebody helped, or somebody who must be there is in use twice at one time."""
    query = select(Appointment).where(Appointment.session_id.in_(session_ids), Appointment.state.in_(LIVE))
    booked = list(tx.scalars(query.options(selectinload(Appointment.attending))))
    offers = select(Offer.person_id, Need.starts_at).join(Need, Need.id == Offer.need_id)
    asked = offers.where(Need.session_id.in_(session_ids), Offer.state.in_(HOLDING))
    used: Counter[object] = Counter((person_id, at) for person_id, at in tx.execute(asked))
    for each in booked:
        used.update([(each.session_id, each.desk, each.starts_at), (each.beneficiary_id, each.starts_at)])
        used.update((one.person_id, each.starts_at) for one in each.attending if one.person_id)
    return sum(times - 1 for times in used.values())


def _lost(tx: Session, session_ids: list[str], memories: list[Memory]) -> int:
    """How many appointments are not as their client was told, or are there although nobody was told so."""
    rows = tx.scalars(select(Appointment).where(Appointment.session_id.in_(session_ids)))
    there = {each.id: (each.state, (each.session_id, each.starts_at)) for each in rows}
    told = dict(chain.from_iterable(each.mine.items() for each in memories))
    return sum(there.get(each) != told.get(each) for each in there.keys() | told.keys())


def test_S70_64_clients_at_few_desks_name_nobody_twice_and_without_its_guards_the_same_code_does(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(_race(crowd, house, each_db, attempts=128))


@pytest.mark.soak
def test_S70_ten_thousand_attempts_over_slots_persons_and_interpreters(
    crowd: Crowd, house: House, each_db: Database, attempted: list[Attempts]
) -> None:
    found = _race(crowd, house, each_db, attempts=10_000, turns=5)

    attempted += found
    _judge(found)


def _race(crowd: Crowd, house: House, database: Database, *, attempts: int, turns: int = 2) -> list[Attempts]:
    """The same with all guards, without the index of desks, then without the lock as well, then without the key."""
    race = Evenings(crowd, house, database)
    found = [race.run("all", attempts, turns=turns)]
    guards.drop_constraint(database, "desk")
    found.append(race.run("lock, key", attempts // 10, turns=turns))
    crowd.all_at_once(clients.without_lock, house)
    found.append(race.run("key", 2_000, until_double=True))
    crowd.all_at_once(clients.with_lock, house)
    guards.drop_constraint(database, "person")
    return [*found, race.run("lock", 2_000, until_double=True)]


def _judge(found: list[Attempts]) -> None:
    *guarded, without_lock, without_key = found
    for each in guarded:
        assert (each.double, each.lost, each.wrong, each.errors) == (0, 0, 0, 0), each
        assert min(each.done, each.refused) > 0, each
    assert without_lock.double > 0, without_lock
    assert without_key.double > 0, without_key
