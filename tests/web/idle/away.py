"""Somebody who signed in, did something, and then was away from her desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.beneficiaries.helped import HASH, PASSWORD

WRONG = "not the password at all"
MOMENT = timedelta(microseconds=1)
QUARTER, HALF = timedelta(minutes=15), timedelta(minutes=30)
COVERED = 401


def person(db: Database, *roles: Role, sign_in_name: str | None = None, language: str | None = None) -> SignedIn:
    """Somebody with these roles who has a password."""
    with db.write() as tx:
        return make.make_person(
            tx, *roles, name="Qui est-ce", sign_in_name=sign_in_name, language=language, password_hash=HASH
        )


def wait(clock: Clock, how_long: timedelta) -> None:
    """Let time go by in which nobody touches anything."""
    clock.set(clock() + how_long)


def uncover(client: FlaskClient, covered: TestResponse, password: str = PASSWORD) -> TestResponse:
    """Type a password into a covered screen."""
    return pages.press(client, covered, "Open it again", password=password)


def new_person(**besides: str) -> MultiDict[str, str]:
    """What a coordinator types of a person: a field with two values among them."""
    typed = MultiDict([("name", "Awa"), ("sign_in_name", "awa"), ("roles", "lawyer"), ("roles", "mediator")])
    typed.update({"key": make.key(), **besides})
    return typed


@pytest.fixture
def coordinator(db: Database, sign_in: SignIn) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(person(db, Role.COORDINATOR))
    client.set_cookie("language", "en")
    return client
