"""What is told only near the time is told from one instant to another, judged when the page is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from clinic.db import Database
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import Place
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock

STARTS, ENDS = make.FRIDAY, make.FRIDAY + timedelta(hours=3)
HOUR, MOMENT = timedelta(hours=1), timedelta(seconds=1)
ALIAS, SPOT = "Iris des champs", "7 allée du Lac"


@dataclass(frozen=True)
class Morning:
    """A Friday morning at a place told late, with someone of each crew role and an appointment."""

    sign_in: SignIn
    clock: Clock
    session_id: str
    appointment_id: str
    crew: dict[Role, SignedIn]

    def read(self, who: SignedIn, at: datetime) -> str:
        """All that she can read of it at this instant: its page, the appointment's, her today and her week."""
        self.clock.set(at)
        client = self.sign_in(who)
        client.set_cookie("language", "en")
        paths = (f"sessions/{self.session_id}", f"appointments/{self.appointment_id}", "agenda", "agenda/2026-W48")
        return "".join(client.get(f"/{path}").text for path in paths)


@pytest.fixture
def morning(db: Database, sign_in: SignIn, clock: Clock) -> Morning:
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE)
        tx.get_one(Place, place_id).spot = SPOT
        session_id = make.make_session(tx, place_id=place_id, needs=dict.fromkeys(CREW_ROLES, 2))
        crew = {role: make.make_person(tx, role) for role in CREW_ROLES}
        for person in crew.values():
            make.make_shift(tx, session_id, person)
        booker = make.make_person(tx, Role.MEDIATOR)
        appointment_id = make.make_appointment(tx, session_id, by=booker, alias=ALIAS)
    return Morning(sign_in, clock, session_id, appointment_id, crew)


@pytest.mark.parametrize("role", sorted(LEGAL_TEAM))
@pytest.mark.parametrize(("at", "is_told"), [
    (STARTS - 12 * HOUR - MOMENT, False), (STARTS - 12 * HOUR, True), (STARTS, True),
    (ENDS + 24 * HOUR, True), (ENDS + 24 * HOUR + MOMENT, False),
])  # fmt: skip
def test_S03_the_legal_team_reads_aliases_from_12_hours_before_to_24_hours_after(
    morning: Morning, role: Role, at: datetime, *, is_told: bool
) -> None:
    assert (ALIAS in morning.read(morning.crew[role], at)) is is_told


@pytest.mark.parametrize(("at", "is_told"), [
    (STARTS - 24 * HOUR - MOMENT, False), (STARTS - 24 * HOUR, True), (ENDS, True),
    (ENDS + 2 * HOUR, True), (ENDS + 2 * HOUR + MOMENT, False),
])  # fmt: skip
def test_S03_an_interpreter_reads_the_spot_from_24_hours_before_to_2_hours_after_and_never_an_alias(
    morning: Morning, at: datetime, *, is_told: bool
) -> None:
    said = morning.read(morning.crew[Role.INTERPRETER], at)

    assert (SPOT in said) is is_told
    assert ALIAS not in said


@pytest.mark.parametrize("at", [make.NOW, STARTS - HOUR, ENDS - MOMENT])
def test_S03_a_place_told_late_is_told_to_the_crew_and_to_nobody_else(
    morning: Morning, db: Database, at: datetime
) -> None:
    with db.write() as tx:
        others = {role: make.make_person(tx, role) for role in Role if role is not Role.COORDINATOR}

    for role in (Role.LAWYER, Role.LEGAL_ADVISER, Role.PSYCHOLOGIST, Role.MEDIATOR):
        assert SPOT in morning.read(morning.crew[role], at), role
    for role, other in others.items():
        assert SPOT not in morning.read(other, at), role


@pytest.mark.parametrize("at", [make.NOW, STARTS - HOUR, ENDS - MOMENT])
def test_S03_aliases_are_for_the_crew_and_those_who_booked(morning: Morning, db: Database, at: datetime) -> None:
    with db.write() as tx:
        others = {role: make.make_person(tx, role) for role in Role if role is not Role.COORDINATOR}

    assert ALIAS in morning.read(morning.crew[Role.MEDIATOR], at)
    for role, other in others.items():
        assert ALIAS not in morning.read(other, at), role
