"""What the tests of the desk are given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import SignedIn
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web.appointments.desk import Desk, make_desk


@pytest.fixture
def desk(db: Database) -> Desk:
    with db.write() as tx:
        return make_desk(tx)


At = Callable[[datetime, SignedIn], FlaskClient]


@pytest.fixture
def at(sign_in: SignIn, clock: Clock) -> At:
    """`at(instant, person)`: it is then, and she has just signed in, in English."""

    def open_client(instant: datetime, person: SignedIn) -> FlaskClient:
        clock.set(instant)
        client = sign_in(person)
        client.set_cookie("language", "en")
        return client

    return open_client


@pytest.fixture
def mina(sign_in: SignIn, desk: Desk) -> FlaskClient:
    """The mediator on the crew, who reads English."""
    client = sign_in(desk.mediator)
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def ada(sign_in: SignIn, desk: Desk) -> FlaskClient:
    """The lawyer on the crew, who reads English."""
    client = sign_in(desk.lawyer)
    client.set_cookie("language", "en")
    return client
