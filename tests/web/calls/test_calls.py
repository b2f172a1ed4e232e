"""The list of calls: whom, what to say, what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.calls import CallState
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.models import Call
from clinic.services import programme
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post

ALIAS = "Iris des champs"


@pytest.fixture
def mediator(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR)


@pytest.fixture
def session_id(db: Database, mediator: SignedIn) -> str:
    """Friday 09:30, cancelled; Iris has an appointment at 10:00, booked by somebody else."""
    with db.write() as tx:
        session_id, by = make.make_session(tx), make.make_person(tx, Role.MEDIATOR, Role.COORDINATOR)
        make.make_shift(tx, session_id, mediator)
        make.make_appointment(tx, session_id, by=by, alias=ALIAS, slot=1)
        programme.cancel(tx, session_id, CancelReason.WEATHER, by=by, now=NOW)
    return session_id


@pytest.fixture
def client(sign_in: SignIn, mediator: SignedIn) -> FlaskClient:
    """The mediator on duty, who reads English."""
    client = sign_in(mediator)
    client.set_cookie("language", "en")
    return client


def test_the_mediator_on_duty_finds_whom_to_call_and_what_to_say(client: FlaskClient, session_id: str) -> None:
    first = client.get("/agenda")
    page = client.get("/calls")

    assert "1 person to call" in first.text
    assert 'href="/calls"' in first.text
    assert ALIAS in page.text
    assert "Say: the appointment of Friday 27 November at 10:00 does not take place." in page.text
    assert "hang up politely" in page.text
    assert not pages.problems(page.text)


def test_told_the_call_leaves_the_list_and_undo_puts_it_back(client: FlaskClient, session_id: str) -> None:
    told = pages.press(client, client.get("/calls"), "Told")
    after = client.get(told.location)
    undone = pages.press(client, after, "Undo")

    assert told.status_code == 303
    assert ALIAS not in after.text
    assert "Nobody is to be called." in after.text
    assert ">Calls<" not in after.text
    assert ALIAS in client.get(undone.location).text


def test_not_reached_it_stays_on_the_list(client: FlaskClient, session_id: str) -> None:
    answer = pages.press(client, client.get("/calls"), "Not reached")
    page = client.get(answer.location)

    assert ALIAS in page.text
    assert "not reached: try again" in page.text


def test_nobody_to_call_is_no_item_in_the_bar(client: FlaskClient) -> None:
    assert 'href="/calls"' not in client.get("/agenda").text
    assert client.get("/calls").status_code == 200


def test_S02_a_call_that_is_not_hers_is_not_there(sign_in: SignIn, db: Database, session_id: str) -> None:
    with db.read() as tx:
        call_id = tx.query(Call.id).scalar()
    stranger = sign_in(Role.MEDIATOR)
    foreign = [post(stranger, f"/calls/{call_id}/{act}") for act in ("told", "not-reached", "reopen")]
    missing = post(stranger, "/calls/0123456789abcdef/told")

    assert [each.status_code for each in foreign] == [404] * 3
    assert missing.text == foreign[0].text
    assert ALIAS not in stranger.get("/calls").text
    with db.read() as tx:
        assert tx.get_one(Call, call_id).state is CallState.OPEN


def test_S03_where_it_is_said_to_those_who_may_know_it_alone(db: Database, sign_in: SignIn, clock: Clock) -> None:
    clock.set(FRIDAY - timedelta(hours=5))
    with db.write() as tx:
        session_id = make.make_session(tx, place_id=make.make_place(tx, Publicity.TOLD_LATE))
        on_crew, booked_by = make.make_person(tx), make.make_person(tx)
        make.make_shift(tx, session_id, on_crew)
        make.make_appointment(tx, session_id, by=booked_by, alias=ALIAS)
        programme.new_spot(tx, session_id, "12 allée des Peupliers", by=on_crew, now=clock())
    seen = []
    for person in (on_crew, booked_by):
        client = sign_in(person)
        client.set_cookie("language", "en")
        seen.append(client.get("/calls").text)

    assert all("is at another place" in each for each in seen)
    assert ["12 allée des Peupliers" in each for each in seen] == [True, False]
    assert "Ask the coordinator where" in seen[1]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_well_made_in_each_language(client: FlaskClient, session_id: str, language: str) -> None:
    client.set_cookie("language", language)

    assert not pages.problems(client.get("/calls").text)
