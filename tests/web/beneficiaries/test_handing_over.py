"""Handing her over, and back; and the list of those one stands in for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.models import Beneficiary
from clinic.services import records
from clinic.services.records import RecordDraft
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import World
from tests.web.forms import post


@pytest.fixture
def bela(db: Database) -> SignedIn:
    """Another mediator."""
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR, name="Bela", language="en")


@pytest.fixture
def later(clock: Clock) -> None:
    """An hour after she was noted."""
    clock.set(NOW + timedelta(hours=1))


def _hand_over(client: FlaskClient, world: World, to: SignedIn) -> TestResponse:
    return pages.press(client, client.get(f"{world.url}/hand-over"), "Hand her over", person=to.id)


def _mediator(db: Database, world: World) -> str:
    with db.read() as tx:
        return tx.get_one(Beneficiary, world.beneficiary_id).mediator_id


@pytest.mark.usefixtures("later")
def test_handed_over_she_is_on_the_others_list_and_not_on_ones_own(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, bela: SignedIn
) -> None:
    answer = _hand_over(client, world, bela)
    shown = client.get(answer.location)

    assert (answer.status_code, answer.location) == (303, "/beneficiaries")
    assert "She is handed over." in shown.text
    assert "Iris" not in shown.text
    assert client.get(world.url).status_code == 404
    assert "Iris" in sign_in(bela).get("/beneficiaries").text


@pytest.mark.usefixtures("later")
def test_the_button_that_takes_it_back_works_for_whom_she_was(
    client: FlaskClient, db: Database, world: World, bela: SignedIn
) -> None:
    shown = client.get(_hand_over(client, world, bela).location)
    between = _mediator(db, world)

    answer = pages.press(client, shown, "Undo")

    assert (answer.status_code, answer.location) == (303, world.url)
    assert (between, _mediator(db, world)) == (bela.id, world.mediator.id)


@pytest.mark.usefixtures("later")
def test_it_takes_nothing_back_once_the_new_mediator_did_something(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, bela: SignedIn
) -> None:
    shown = client.get(_hand_over(client, world, bela).location)
    hers = sign_in(bela)
    pages.press(hers, hers.get(f"{world.url}/change"), "Save", language_1="fra")

    answer = pages.press(client, shown, "Undo")

    assert answer.status_code == 409
    assert "This cannot be taken back any more" in answer.text
    assert _mediator(db, world) == bela.id


@pytest.mark.usefixtures("later")
def test_after_five_minutes_it_is_too_late(
    client: FlaskClient, db: Database, world: World, bela: SignedIn, clock: Clock
) -> None:
    shown = client.get(_hand_over(client, world, bela).location)
    clock.set(NOW + timedelta(hours=1, minutes=5))

    answers = [pages.press(client, shown, "Undo"), post(client, f"{world.url}/hand-over/take-back")]

    assert [each.status_code for each in answers] == [409, 404]
    assert _mediator(db, world) == bela.id


@pytest.mark.usefixtures("later")
def test_who_coordinates_stays_on_her_page_and_takes_it_back(
    sign_in: SignIn, db: Database, world: World, bela: SignedIn
) -> None:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    answer = _hand_over(client, world, bela)

    back = pages.press(client, client.get(answer.location), "Undo")

    assert (answer.location, back.location) == (world.url, world.url)
    assert _mediator(db, world) == world.mediator.id


@pytest.mark.usefixtures("later")
def test_S72_a_double_click_hands_over_once(client: FlaskClient, db: Database, world: World, bela: SignedIn) -> None:
    asked = client.get(f"{world.url}/hand-over")

    answers = [pages.press(client, asked, "Hand her over", person=bela.id) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert _mediator(db, world) == bela.id


def test_a_word_in_use_there_is_said_at_the_field(
    client: FlaskClient, db: Database, world: World, bela: SignedIn
) -> None:
    with db.write() as tx:
        records.note(tx, RecordDraft("Iris", ("eng",)), key=make.key(), by=bela, now=NOW)

    answer = _hand_over(client, world, bela)

    assert answer.status_code == 409
    assert "calls somebody else by this word" in pages.read(answer).errors_at("person")
    assert _mediator(db, world) == world.mediator.id


def test_nobody_chosen_is_an_error_at_the_field(client: FlaskClient, world: World, bela: SignedIn) -> None:
    answer = pages.press(client, client.get(f"{world.url}/hand-over"), "Hand her over")

    assert answer.status_code == 422
    assert "Choose a person." in pages.read(answer).errors_at("person")
    assert not pages.problems(answer.text)


def test_where_there_is_no_other_mediator_the_page_says_so(client: FlaskClient, world: World) -> None:
    assert "There is no other mediator" in client.get(f"{world.url}/hand-over").text


def test_those_one_stands_in_for_are_on_the_list_and_marked(
    sign_in: SignIn, db: Database, world: World, bela: SignedIn
) -> None:
    with db.write() as tx:
        tx.get_one(Beneficiary, world.beneficiary_id).stand_in_id = bela.id
    client = sign_in(bela)
    client.set_cookie("language", "en")

    words = " ".join(pages.read(client.get("/beneficiaries")).text("main").split())

    assert "Iris" in words
    assert f"you stand in for {world.mediator.name}" in words
    assert client.get(world.url).status_code == 200
    assert "Erase her" not in client.get(world.url).text


def test_who_coordinates_sees_each_once_with_her_mediator(sign_in: SignIn, db: Database, world: World) -> None:
    with db.write() as tx:
        both = make.make_person(tx, Role.COORDINATOR, Role.MEDIATOR)
        tx.get_one(Beneficiary, world.beneficiary_id).stand_in_id = both.id
    client = sign_in(both)
    client.set_cookie("language", "en")

    shown = pages.read(client.get("/beneficiaries"))

    assert [each.text.strip() for each in shown.all("h2")] == ["Iris"]
