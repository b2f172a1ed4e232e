"""Two thousand forms, each sent twice at the same moment: one result each (S72)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import Appointment, Disclosure, Visit
from clinic.queries import invariants
from clinic.services import appointments, passwords
from clinic.services.appointments import Wish
from tests.make import FRIDAY, NOW, key, make_person, make_place, make_session
from tests.races import clients, guards, twice
from tests.races.attempts import Attempts
from tests.races.clients import PASSWORD, House
from tests.races.crowd import Crowd
from tests.races.twice import PAIRS, Forms

SLOTS = 4
SLOT = timedelta(minutes=30)


class SentTwice:
    """One engine's race: 32 pairs of clients, and a new session in each round."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._round = 0
        password_hash = passwords.hash_password(PASSWORD)
        with database.write() as tx:
            self._by, self._lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER)
            self._place_id = make_place(tx)
            for number in range(PAIRS):
                make_person(tx, sign_in_name=f"mediator{number}", password_hash=password_hash)
        assert set(crowd.all_at_once(clients.sign_in, house, PAIRS)) == {303}

    def pages(self, guarded: str, rounds: int, *, until_double: bool = False) -> Attempts:
        """The booking page, through the whole app."""
        into = Attempts(self._database.engine.dialect.name, "page sent twice", guarded)
        while into.rounds < rounds and not (until_double and into.double):
            session_id, slots = self._session(FRIDAY + self._round * timedelta(days=1))
            opened = self._crowd.all_at_once(clients.open_form, self._house, session_id, slots, PAIRS, "")
            assert set(opened) == {200}
            keys = tuple(key() for _ in range(PAIRS))
            answers = self._crowd.all_at_once(twice.send_page, self._house, session_id, keys)
            with self._database.read() as tx:
                made = _made(tx, Appointment.booked_by_id, Appointment.session_id == session_id)
            self._count(into, made, PAIRS, sum(each != 303 for each in answers))
        return into

    def forms(self, guarded: str, rounds: int, *, until_double: bool = False) -> Attempts:
        """A time held, an arrival, an appointment opened: straight through the services."""
        into = Attempts(self._database.engine.dialect.name, "form sent twice", guarded)
        while into.rounds < rounds and not (until_double and into.double):
            answers, made = self._send()
            self._count(into, made, PAIRS, sum(each != "done" for each in answers))
        return into

    def _send(self) -> tuple[list[str], Counter[str]]:
        starts_at = FRIDAY + (self._round + 500) * timedelta(days=1)
        session_id, slots = self._session(starts_at)
        before_id, _ = self._session(starts_at - timedelta(hours=12))
        now = starts_at - timedelta(hours=1)
        with self._database.write() as tx:
            wishes = [
                Wish(before_id, slots[pair % SLOTS] - timedelta(hours=12), None, "ara", None) for pair in range(PAIRS)
            ]
            opened = [appointments.book(tx, each, key=key(), by=self._by, now=NOW) for each in wishes]
        each_at = tuple(slots[pair % SLOTS] for pair in range(PAIRS))
        keys = tuple(key() for _ in range(PAIRS))
        forms = Forms(keys, session_id, each_at, self._by, tuple(opened), self._lawyer.id, now)
        answers = self._crowd.all_at_once(twice.send, self._house, forms)
        with self._database.read() as tx:
            made = _made(tx, Appointment.beneficiary_id, Appointment.session_id == session_id)
            made += _made(tx, Visit.beneficiary_id, Visit.session_id == session_id)
            made += _made(tx, Disclosure.appointment_id, Disclosure.appointment_id.in_(opened))
        return answers, made

    def _session(self, starts_at: datetime) -> tuple[str, list[datetime]]:
        """A session with room for all, and its slots."""
        with self._database.write() as tx:
            session_id = make_session(tx, starts_at=starts_at, hours=2, desks=PAIRS // SLOTS, place_id=self._place_id)
        return session_id, [starts_at + number * SLOT for number in range(SLOTS)]

    def _count(self, into: Attempts, made: Counter[str], expected: int, errors: int) -> None:
        with self._database.read() as tx:
            into.wrong += bool(invariants.breaches(tx, now=NOW))
        self._round += 1
        into.rounds += 1
        into.attempts += expected
        into.done += made.total()
        into.double += made.total() - len(made)
        into.lost += expected - len(made)
        into.errors += errors


def _made(tx: Session, of: Any, which: Any) -> Counter[str]:
    """How many rows there are of each person, or of each appointment."""
    return Counter(tx.scalars(select(of).where(which)))


def test_S72_of_forms_sent_twice_at_once_each_has_one_result_and_without_the_claim_two(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(_race(crowd, house, each_db, rounds=1))


@pytest.mark.soak
def test_S72_of_two_thousand_forms_sent_twice_each_has_one_result(
    crowd: Crowd, house: House, each_db: Database, attempted: list[Attempts]
) -> None:
    found = _race(crowd, house, each_db, rounds=32)

    attempted += found
    _judge(found)


def _race(crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Attempts]:
    """Pages and forms with the claim, and without it."""
    race = SentTwice(crowd, house, database)
    found = [race.pages("claim", rounds), race.forms("claim", rounds)]
    guards.drop_constraint(database, "claim")
    return [*found, race.pages("none", 5, until_double=True), race.forms("none", 5, until_double=True)]


def _judge(found: list[Attempts]) -> None:
    *claimed, page, form = found
    for each in claimed:
        assert (each.done, each.double, each.lost) == (each.attempts, 0, 0), each
        assert (each.wrong, each.errors) == (0, 0), each
    assert page.double > 0, page
    assert form.double > 0, form
