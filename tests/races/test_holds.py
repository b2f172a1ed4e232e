"""The last second of a hold: confirmed, booked by somebody else and swept at once, a time comes to one outcome."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.appointments import HOLD_LASTS, AppointmentState, CrewPart, Wanted
from clinic.domain.people import Role
from clinic.models import Appointment
from clinic.queries import invariants
from clinic.services import appointments
from clinic.services.appointments import Wish
from tests.make import FRIDAY, NOW, key, make_person, make_place, make_session, make_shift
from tests.races import at_the_desk, clients, guards
from tests.races.at_the_desk import Edge
from tests.races.attempts import Attempts
from tests.races.clients import House
from tests.races.crowd import CLIENTS, Crowd

TIMES = CLIENTS // 4
SLOT, OVER = timedelta(minutes=30), NOW + HOLD_LASTS
LEGAL = (Wanted(CrewPart.LEGAL),)


class LastSeconds:
    """One engine's race: in each round a session of 16 slots with one desk and one lawyer, each of them held."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._round = 0
        with database.write() as tx:
            self._mediator, self._place_id = make_person(tx), make_place(tx)

    def run(self, guarded: str, rounds: int, *, until_broken: bool = False) -> Attempts:
        """Let so many rounds be played, and count; a control may end as soon as both, or neither, had what was said."""
        into = Attempts(self._database.engine.dialect.name, "hold and confirm", guarded)
        while into.rounds < rounds and not (until_broken and into.double + into.lost):
            self._play(into)
        return into

    def _play(self, into: Attempts) -> None:
        self._round += 1
        starts_at = FRIDAY + self._round * timedelta(days=1)
        slots = [starts_at + number * SLOT for number in range(TIMES)]
        with self._database.write() as tx:
            session_id = make_session(tx, starts_at=starts_at, hours=TIMES / 2, desks=1, place_id=self._place_id)
            make_shift(tx, session_id, make_person(tx, Role.LAWYER))
            wishes = [Wish(session_id, at, None, "ara", None, wanted=LEGAL) for at in slots]
            held = [appointments.hold(tx, each, key=key(), by=self._mediator, now=NOW) for each in wishes]
        edge = Edge(self._mediator, tuple(wishes), tuple(held), OVER, self._round)
        answers = self._crowd.all_at_once(at_the_desk.at_the_edge, self._house, edge)
        with self._database.read() as tx:
            rows = list(tx.scalars(select(Appointment).where(Appointment.session_id == session_id)))
            into.wrong += bool(invariants.breaches(tx, now=OVER + SLOT))
        booked = [each for each in rows if each.state is AppointmentState.BOOKED]
        has = Counter(each.starts_at for each in booked)
        told = {made for ended, made in answers if ended == "done" and made}
        into.rounds += 1
        into.attempts += TIMES
        into.done += len(told)
        into.refused += sum(ended in ("slot_taken", "nobody_free") for ended, _ in answers)
        into.double += sum(times - 1 for times in has.values())
        into.lost += sum(has[at] == 0 for at in slots) + len(told ^ {each.id for each in booked})
        into.errors += sum(ended not in ("done", "slot_taken", "nobody_free") for ended, _ in answers)


def test_of_a_hold_confirmed_booked_by_another_and_swept_in_its_last_second_one_has_it(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(_race(crowd, house, each_db, rounds=2))


@pytest.mark.soak
def test_of_five_hundred_holds_in_their_last_second_one_has_each(
    crowd: Crowd, house: House, each_db: Database, attempted: list[Attempts]
) -> None:
    found = _race(crowd, house, each_db, rounds=32)

    attempted += found
    _judge(found)


def _race(crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Attempts]:
    """The same with all guards, without the index of desks, and without index, lock and key."""
    race = LastSeconds(crowd, house, database)
    found = [race.run("all", rounds)]
    guards.drop_constraint(database, "desk")
    found.append(race.run("lock, key", rounds // 2))
    guards.drop_constraint(database, "person")
    crowd.all_at_once(clients.without_lock, house)
    return [*found, race.run("none", 20, until_broken=True)]


def _judge(found: list[Attempts]) -> None:
    *guarded, none = found
    for each in guarded:
        assert (each.done, each.double, each.lost) == (each.attempts, 0, 0), each
        assert (each.wrong, each.errors) == (0, 0), each
    assert none.double + none.lost > 0, none
