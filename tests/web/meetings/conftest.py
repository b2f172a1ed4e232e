"""One who is helped, who follows her, and a peer who calls her; both read English and know their passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.contacts import Helped
from clinic.domain.people import Role
from clinic.services import beneficiaries, contacts
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.services.telephone import BY_SMS, Two, arrange
from tests.web.beneficiaries.helped import HASH


@dataclass
class Phone:
    """What is agreed on, and the page of each of the two, who sign in anew when time goes on."""

    two: Two
    meeting_id: str
    sign_in: SignIn
    clock: Clock

    def __post_init__(self) -> None:
        self.at(NOW)

    @property
    def url(self) -> str:
        return f"/meetings/{self.meeting_id}"

    def at(self, now: datetime) -> None:
        """It is this late now."""
        self.clock.set(now)
        self.mediator, self.peer = (_english(self.sign_in(each)) for each in (self.two.mediator, self.two.peer))


@pytest.fixture
def two(db: Database) -> Two:
    with db.write() as tx:
        mediator = make.make_person(tx, Role.MEDIATOR, name="Ada Suit", password_hash=HASH)
        peer = make.make_person(tx, Role.MEDIATOR, name="Paule Appelle", password_hash=HASH)
        her = beneficiaries.known_as(tx, "Iris", language="pcm eng", by=mediator, now=NOW).id
        tx.flush()
        contacts.choose(tx, Helped(her), BY_SMS, now=NOW)
    return Two(her, mediator, peer)


@pytest.fixture
def client(sign_in: SignIn, two: Two) -> FlaskClient:
    """Her mediator."""
    return _english(sign_in(two.mediator))


@pytest.fixture
def phone(db: Database, sign_in: SignIn, two: Two, clock: Clock) -> Phone:
    """Friday 09:30 to 10:00."""
    with db.write() as tx:
        meeting_id = arrange(tx, two)
    return Phone(two, meeting_id, sign_in, clock)


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client
