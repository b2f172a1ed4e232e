"""One who is helped, and the mediator who follows her."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from tests.conftest import SignIn
from tests.web.beneficiaries.helped import World, make_helped


@pytest.fixture
def world(db: Database) -> World:
    """She has an appointment, and nobody spoke with her of messages."""
    with db.write() as tx:
        return make_helped(tx)


@pytest.fixture
def client(sign_in: SignIn, world: World) -> FlaskClient:
    """Her mediator, who reads English."""
    client = sign_in(world.mediator)
    client.set_cookie("language", "en")
    return client
