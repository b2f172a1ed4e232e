"""What the tests of the desk are given."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from tests.conftest import SignIn
from tests.web.appointments.desk import Desk, make_desk


@pytest.fixture
def desk(db: Database) -> Desk:
    with db.write() as tx:
        return make_desk(tx)


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
