"""A race for the desks of a session, round after round, and the count of what came of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from clinic.db import Database
from clinic.domain.appointments import AppointmentState
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment
from clinic.services import passwords
from tests.make import FRIDAY, make_person, make_session
from tests.races import clients
from tests.races.clients import PASSWORD, Answer, House
from tests.races.crowd import CLIENTS, Crowd

SLOTS, DESKS = 4, 2
PLACES = SLOTS * DESKS


@dataclass
class Tally:
    """What a number of rounds came to, on one engine with these guards."""

    engine: str
    guards: str
    rounds: int = 0
    winners: int = 0
    fewest: int = CLIENTS
    most: int = 0
    doubles: int = 0
    lost: int = 0
    errors: int = 0
    untold: int = 0
    seconds: float = 0

    def add(self, answers: Sequence[Answer], booked: Sequence[Appointment], mediators: Sequence[SignedIn]) -> None:
        """Count one round: the clients' answers, and the rows that are there."""
        winners = [mediators[number].id for number, answer in enumerate(answers) if answer.status == 303]
        told_no = [answer for answer in answers if answer.status == 409]
        self.rounds += 1
        self.winners += len(winners)
        self.fewest, self.most = min(self.fewest, len(winners)), max(self.most, len(winners))
        self.doubles += len(booked) - len({(each.starts_at, each.desk) for each in booked})
        self.doubles += len(booked) - len({each.beneficiary_id for each in booked})
        self.lost += (Counter(winners) - Counter(each.booked_by_id for each in booked)).total()
        self.errors += CLIENTS - len(winners) - len(told_no)
        self.untold += sum(answer.free is None for answer in told_no)


class Race:
    """One engine's race: mediators who signed in through the form, and a new session for every round."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._days = 0
        password_hash = passwords.hash_password(PASSWORD)
        with database.write() as tx:
            self._mediators = [
                make_person(tx, Role.MEDIATOR, sign_in_name=f"mediator{number}", password_hash=password_hash)
                for number in range(CLIENTS)
            ]
        assert set(crowd.all_at_once(clients.sign_in, house)) == {303}

    def run(self, guards: str, rounds: int, *, until_doubled: bool = False) -> Tally:
        """Run rounds and count; a control may end as soon as a desk was given twice."""
        tally = Tally(self._database.engine.dialect.name, guards)
        begun = time.monotonic()
        while tally.rounds < rounds and not (until_doubled and tally.doubles):
            answers, booked = self._round()
            tally.add(answers, booked, self._mediators)
        tally.seconds = time.monotonic() - begun
        return tally

    def _round(self) -> tuple[list[Answer], list[Appointment]]:
        self._days += 1
        starts_at = FRIDAY + timedelta(days=self._days)
        with self._database.write() as tx:
            session_id = make_session(tx, starts_at=starts_at, hours=SLOTS / 2, desks=DESKS)
        slots: list[datetime] = [starts_at + number * timedelta(minutes=30) for number in range(SLOTS)]
        assert set(self._crowd.all_at_once(clients.open_form, self._house, session_id, slots)) == {200}
        answers = self._crowd.all_at_once(clients.send_form, self._house, session_id)
        with self._database.read() as tx:
            booked = select(Appointment).where(Appointment.session_id == session_id)
            return answers, list(tx.scalars(booked.where(Appointment.state == AppointmentState.BOOKED)))
