"""Sixty-four tries to put one person in two places, and sixty-four people for two shifts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.people import Role
from clinic.queries import rota
from tests.make import FRIDAY, make_person, make_session
from tests.races import clients, guards
from tests.races.clients import House
from tests.races.crowd import CLIENTS, Crowd

NEEDED = 2
ROUNDS = 3


def test_S70_nobody_is_put_in_two_places_by_64_tries(crowd: Crowd, house: House, each_db: Database) -> None:
    for day in range(ROUNDS):
        with each_db.write() as tx:
            lawyer_id, session_ids = _one_person_two_places(tx, day)

        answers = Counter(crowd.all_at_once(clients.assign, house, lawyer_id, session_ids))

        assert answers["placed"] == 1
        assert set(answers) <= {"placed", "already_on", "person_busy"}
        assert _places(each_db, session_ids) == 1


def test_S70_control_without_the_key_of_occupancy_she_is_in_two_places(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    guards.drop_constraint(each_db, "person")
    with each_db.write() as tx:
        lawyer_id, session_ids = _one_person_two_places(tx)

    crowd.all_at_once(clients.assign, house, lawyer_id, session_ids)

    assert _places(each_db, session_ids) == 2


def test_of_64_lawyers_for_two_shifts_two_get_one(crowd: Crowd, house: House, each_db: Database) -> None:
    with each_db.write() as tx:
        people_ids = [make_person(tx, Role.LAWYER).id for _ in range(CLIENTS)]
    for day in range(ROUNDS):
        with each_db.write() as tx:
            session_id = _short_of_lawyers(tx, day)

        answers = Counter(crowd.all_at_once(clients.take, house, people_ids, session_id))

        assert answers == {"taken": NEEDED, "shift_filled": CLIENTS - NEEDED}
        assert _places(each_db, [session_id]) == NEEDED


def test_control_without_the_lock_more_lawyers_come_than_are_needed(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    crowd.all_at_once(clients.without_lock, house)
    with each_db.write() as tx:
        people_ids = [make_person(tx, Role.LAWYER).id for _ in range(CLIENTS)]
        session_id = _short_of_lawyers(tx)

    crowd.all_at_once(clients.take, house, people_ids, session_id)

    assert _places(each_db, [session_id]) > NEEDED


def _one_person_two_places(tx: Session, day: int = 0) -> tuple[str, list[str]]:
    starts_at = FRIDAY + timedelta(days=day)
    session_ids = [make_session(tx, starts_at=starts_at + number * timedelta(hours=1)) for number in range(2)]
    return make_person(tx, Role.LAWYER).id, session_ids


def _short_of_lawyers(tx: Session, day: int = 0) -> str:
    return make_session(tx, starts_at=FRIDAY + timedelta(days=day), needs={Role.LAWYER: NEEDED})


def _places(db: Database, session_ids: list[str]) -> int:
    with db.read() as tx:
        return sum(len(rota.live_shifts(tx, session_id)) for session_id in session_ids)
