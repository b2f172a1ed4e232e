"""The number for a call that is to be made: for whoever makes it, after the password, written down, and only then."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.contacts import Helped, Suspension
from clinic.domain.people import Role
from clinic.services import contacts
from tests import make
from tests.conftest import SignIn
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import HASH, NUMBER, World, choose, entries, make_helped, step_up
from tests.web.forms import post


@pytest.fixture
def world(db: Database) -> World:
    with db.write() as tx:
        return make_helped(tx)


@pytest.fixture
def call_id(db: Database, world: World) -> str:
    with db.write() as tx:
        return make.make_call(tx, world.appointment_id)


@pytest.fixture
def client(sign_in: SignIn, db: Database, world: World) -> FlaskClient:
    """A mediator on duty that day, who does not follow her."""
    with db.write() as tx:
        on_duty = make.make_person(tx, Role.MEDIATOR, password_hash=HASH)
        make.make_shift(tx, world.session_id, on_duty)
    client = sign_in(on_duty)
    client.set_cookie("language", "en")
    return client


def test_whoever_makes_the_call_sees_the_number_after_the_password_and_it_is_noted(
    client: FlaskClient, db: Database, world: World, call_id: str
) -> None:
    contact_id = choose(db, world)

    listed = client.get("/calls")
    asked = pages.press(client, listed, "Show the number")
    step_up(client, to="/calls")
    shown = pages.press(client, client.get("/calls"), "Show the number")

    assert NUMBER not in listed.text
    assert (asked.status_code, asked.location) == (303, "/step-up?to=/calls")
    assert NUMBER in shown.text
    assert not pages.problems(shown.text)
    assert entries(db, "contact.reveal") == [("contact.reveal", contact_id, "call_back")]
    assert client.get(world.url).status_code == 404


def test_without_a_number_nothing_is_offered(client: FlaskClient, db: Database, world: World, call_id: str) -> None:
    step_up(client)

    assert "Show the number" not in client.get("/calls").text
    assert post(client, f"/calls/{call_id}/number").status_code == 404


def test_S15_a_number_that_is_not_safe_is_not_shown_and_this_is_said(
    client: FlaskClient, db: Database, world: World, call_id: str
) -> None:
    choose(db, world)
    with db.write() as tx:
        contact = contacts.locked(tx, Helped(world.beneficiary_id))
        assert contact
        contacts.suspend(tx, contact, Suspension.NOT_SAFE, now=NOW)
    step_up(client)

    listed = client.get("/calls")

    assert "Show the number" not in listed.text
    assert "Her number is not safe any more: do not call it." in listed.text
    assert post(client, f"/calls/{call_id}/number").status_code == 404
    assert not entries(db, "contact.reveal")


def test_a_call_that_was_made_shows_no_number_any_more(
    client: FlaskClient, db: Database, world: World, call_id: str
) -> None:
    choose(db, world)
    step_up(client)
    post(client, f"/calls/{call_id}/told")

    assert post(client, f"/calls/{call_id}/number").status_code == 404
    assert not entries(db, "contact.reveal")


def test_S02_a_call_of_others_does_not_exist(sign_in: SignIn, db: Database, world: World, call_id: str) -> None:
    choose(db, world)
    other = sign_in(Role.MEDIATOR)

    hers, nobodys = post(other, f"/calls/{call_id}/number"), post(other, f"/calls/{'0' * 16}/number")

    assert (hers.status_code, nobodys.status_code) == (404, 404)
    assert hers.text == nobodys.text
