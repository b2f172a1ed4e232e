"""Calling tonight off from a phone, and a new spot on the day, through their pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.interpreting import OfferState
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Status
from clinic.models import ClinicSession, Offer
from clinic.services import interpreting
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.web import pages
from tests.web.forms import post

TONIGHT = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # Friday 19:30 in Paris
ALIAS = "Iris des champs"
BUTTON = "Cancel and tell everybody"


@pytest.fixture
def mediator(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR, name="Médiatrice Une")


@pytest.fixture
def session_id(db: Database, clock: Clock, mediator: SignedIn) -> str:
    """Tonight at 19:30 in a place told late: a mediator, a lawyer without address, Iris, and an interpreter who comes;
    it is 16:40."""
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE, spot="usual spot")
        session_id = make.make_session(tx, starts_at=TONIGHT, place_id=place_id)
        make.give_address(tx, mediator.id, "m@exemple.org")
        make.make_shift(tx, session_id, mediator)
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="Avocate Sans Adresse"))
        make.make_appointment(tx, session_id, by=mediator, alias=ALIAS)
        comes = make.make_interpreter(tx, name="Interprète Une")
        make.give_address(tx, comes.id, "i@exemple.org")
        offer_id = make.make_offer(tx, make.make_need(tx, session_id, by=mediator), comes)
        interpreting.accept(tx, offer_id, by=comes, now=NOW)
    clock.set(TONIGHT - timedelta(hours=2, minutes=50))
    return session_id


@pytest.fixture
def client(sign_in: SignIn, session_id: str) -> FlaskClient:
    """A coordinator who reads English."""
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _status(db: Database, session_id: str) -> Status:
    with db.read() as tx:
        return tx.get_one(ClinicSession, session_id).status


def test_what_goes_to_whom_is_shown_before_anything_goes(client: FlaskClient, db: Database, session_id: str) -> None:
    shown = client.get(f"/sessions/{session_id}/cancel")

    page = pages.read(shown)
    assert page.text("h1") == "Cancel tonight?"
    assert "Crew, by message: Médiatrice Une" in " ".join(page.text("main").split())
    assert "Agenda change: Morning, Friday 27 November, 19:30, does not take place." in shown.text
    assert "Agenda proposal withdrawn: Morning, Friday 27 November, 19:30." in shown.text
    assert "1 interpreter, by message" in shown.text
    assert "Interprète Une" not in shown.text
    assert "Nobody can write to 1 person" in shown.text
    assert "Avocate Sans Adresse" in shown.text
    assert ALIAS in shown.text
    assert "two minutes" in shown.text
    assert not pages.problems(shown.text)
    assert _status(db, session_id) is Status.PLANNED


@pytest.mark.parametrize("path", ["/agenda", "/sessions/{}"])
def test_it_is_one_tap_away(client: FlaskClient, session_id: str, path: str) -> None:
    page = client.get(path.format(session_id)).text

    assert f'href="/sessions/{session_id}/cancel">It does not take place' in page


def test_one_act_says_when_the_messages_leave_and_whom_to_call(
    client: FlaskClient, db: Database, session_id: str
) -> None:
    done = pages.press(client, client.get(f"/sessions/{session_id}/cancel"), BUTTON, reason="crew")
    page = client.get(done.location)

    assert done.status_code == 303
    assert _status(db, session_id) is Status.CANCELLED
    assert "Messages leave at 16:42." in page.text
    assert "1 person to call" in page.text
    assert ALIAS in page.text
    assert not pages.problems(page.text)


@pytest.mark.parametrize(("seconds", "status", "state"), [
    (119, 303, OfferState.ACCEPTED), (120, 409, OfferState.WITHDRAWN),
])  # fmt: skip
def test_it_can_be_undone_for_two_minutes(
    client: FlaskClient, db: Database, session_id: str, clock: Clock, seconds: int, status: int, state: OfferState
) -> None:
    done = pages.press(client, client.get(f"/sessions/{session_id}/cancel"), BUTTON, reason="crew")
    page = client.get(done.location)
    clock.set(clock() + timedelta(seconds=seconds))

    undone = pages.press(client, page, "Undo")

    assert undone.status_code == status
    with db.read() as tx:
        assert tx.query(Offer.state).scalar() is state
    if status == 303:
        after = client.get(undone.location).text
        assert "takes place after all" in after
        assert "Ask the interpreters again" not in after
        assert "to call" not in after


def test_afterwards_it_takes_place_after_all_and_interpreters_are_to_be_asked(
    client: FlaskClient, session_id: str, clock: Clock
) -> None:
    pages.press(client, client.get(f"/sessions/{session_id}/cancel"), BUTTON, reason="crew")
    clock.set(clock() + timedelta(minutes=3))

    restored = pages.press(client, client.get(f"/sessions/{session_id}"), "It takes place after all")

    assert "Ask the interpreters again" in client.get(restored.location).text


@pytest.mark.parametrize(("before", "heading"), [
    (timedelta(hours=23), "Cancel tomorrow?"), (timedelta(hours=25), "Cancel this session?"),
    (timedelta(minutes=-20), "Cancel tonight?"),
])  # fmt: skip
def test_the_heading_says_how_near_it_is(
    client: FlaskClient, session_id: str, clock: Clock, sign_in: SignIn, before: timedelta, heading: str
) -> None:
    clock.set(TONIGHT - before)
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")

    assert pages.read(client.get(f"/sessions/{session_id}/cancel")).text("h1") == heading


def test_a_new_spot_is_typed_on_a_phone_and_undone(client: FlaskClient, db: Database, session_id: str) -> None:
    asked = client.get(f"/sessions/{session_id}/spot")

    done = pages.press(client, asked, "Save the place", spot="12 allée des Peupliers")
    page = client.get(done.location)
    undone = pages.press(client, page, "Undo")

    assert "usual spot" in asked.text
    assert not pages.problems(asked.text)
    assert done.status_code == 303
    assert "12 allée des Peupliers" in page.text
    assert "12 allée des Peupliers" not in "".join(done.headers.getlist("Set-Cookie"))
    assert "usual spot" in client.get(undone.location).text
    with db.read() as tx:
        assert tx.get_one(ClinicSession, session_id).spot is None


def test_typed_over_or_emptied_there_is_nothing_to_undo(client: FlaskClient, session_id: str) -> None:
    post(client, f"/sessions/{session_id}/spot", {"spot": "12 allée des Peupliers"})
    client.get("/agenda")

    for typed in ("plus loin", ""):
        again = pages.press(client, client.get(f"/sessions/{session_id}/spot"), "Save the place", spot=typed)
        buttons = [each.text for each in pages.read(client.get(again.location)).all("button")]
        assert not [each for each in buttons if "Undo" in each]


@pytest.mark.parametrize("wrong", ["x" * 201, "\u202eailleurs"])
def test_a_spot_that_cannot_be_kept_is_refused_at_its_field(client: FlaskClient, session_id: str, wrong: str) -> None:
    answer = post(client, f"/sessions/{session_id}/spot", {"spot": wrong})

    assert answer.status_code == 422
    assert pages.read(answer).errors_at("spot")
    assert not pages.problems(answer.text)


def test_S02_a_mediator_who_is_not_on_the_crew_finds_no_spot_to_change(
    sign_in: SignIn, mediator: SignedIn, session_id: str
) -> None:
    stranger, on_crew = sign_in(Role.MEDIATOR), sign_in(mediator)

    assert stranger.get(f"/sessions/{session_id}/spot").status_code == 404
    assert post(stranger, f"/sessions/{session_id}/usual-spot").status_code == 404
    assert on_crew.get(f"/sessions/{session_id}/spot").status_code == 200
