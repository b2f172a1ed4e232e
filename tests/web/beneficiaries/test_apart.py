"""Whom she never wants to meet, and erasing her: said on her page, told to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import Beneficiary
from clinic.queries import exclusions as queries
from clinic.services import exclusions, people
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.beneficiaries.helped import World, choose
from tests.web.forms import post

TAKE_BACK = "Take back"


def _apart(db: Database, world: World, *people_ids: str) -> set[str]:
    with db.read() as tx:
        return queries.excluded_by(tx, world.beneficiary_id, people_ids)


def test_S07_she_says_it_and_takes_it_back_and_both_can_be_undone(
    client: FlaskClient, db: Database, world: World
) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, name="Maud")

    said = client.get(pages.press(client, client.get(world.url), "Never with this person", person=lawyer.id).location)
    after_said = _apart(db, world, lawyer.id)
    taken_back = client.get(pages.press(client, said, TAKE_BACK).location)
    after_taken_back = _apart(db, world, lawyer.id)
    again = client.get(pages.press(client, taken_back, "Undo").location)
    after_again = _apart(db, world, lawyer.id)
    pages.press(client, again, "Undo")

    assert (after_said, after_taken_back, after_again) == ({lawyer.id}, set(), {lawyer.id})
    assert _apart(db, world, lawyer.id) == set()
    options = {each.get("value") for each in pages.read(said).all("option")}
    assert lawyer.id not in options
    assert "nobody learns of it" in said.text
    assert not pages.problems(said.text)


def test_S07_what_somebody_said_of_her_is_in_no_list(client: FlaskClient, db: Database, world: World) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, name="Maud")
        make.make_shift(tx, world.session_id, lawyer)
        exclusions.recuse(tx, world.appointment_id, by=lawyer, now=FRIDAY - timedelta(hours=1))

    page = pages.read(client.get(world.url))

    assert not [each for each in page.all("button") if TAKE_BACK in each.text]
    assert lawyer.id in {each.get("value") for each in page.all("option")}
    assert post(client, f"{world.url}/never-with/take-back", {"person": lawyer.id}).status_code == 404
    assert _apart(db, world, lawyer.id) == {lawyer.id}


def test_who_follows_her_is_handed_over_first(client: FlaskClient, db: Database, world: World) -> None:
    answer = pages.press(client, client.get(world.url), "Never with this person", person=world.mediator.id)

    assert answer.status_code == 409
    assert "hand her over to somebody else first" in pages.read(answer).errors_at("person")
    assert _apart(db, world, world.mediator.id) == set()


@pytest.mark.parametrize("who", ["nobody", "member", "disabled", ""])
def test_only_who_works_here_can_be_named(client: FlaskClient, db: Database, world: World, who: str) -> None:
    with db.write() as tx:
        gone, member = make.make_person(tx, Role.LAWYER), make.make_person(tx, Role.MEMBER)
        people.disable(tx, gone.id, by=make.make_person(tx, Role.COORDINATOR), now=NOW)
    person_id = {"nobody": "0" * 16, "member": member.id, "disabled": gone.id, "": ""}[who]

    answer = post(client, f"{world.url}/never-with", {"person": person_id})

    assert answer.status_code == 422
    assert "Choose a person." in pages.read(answer).errors_at("person")


def test_S61_the_page_says_what_goes_and_one_is_asked_first(
    client: FlaskClient, db: Database, world: World, clock: Clock, sign_in: SignIn
) -> None:
    choose(db, world)
    clock.set(FRIDAY + timedelta(days=1))
    with db.write() as tx:
        make.make_call(tx, world.appointment_id)
    client = sign_in(world.mediator)
    client.set_cookie("language", "en")
    asked = client.get(f"{world.url}/erase")

    unsure = pages.press(client, asked, "Erase her for good")
    answer = pages.press(client, asked, "Erase her for good", is_sure="y")

    assert "What goes" in asked.text
    assert "1 call to her is to be made, and will be on no list any more." in asked.text
    assert unsure.status_code == 422
    assert (answer.status_code, answer.location) == (303, "/beneficiaries")
    assert "Iris" not in client.get("/beneficiaries").text
    assert client.get(world.url).status_code == 404
    with db.read() as tx:
        assert tx.get_one(Beneficiary, world.beneficiary_id).alias is None
    assert not pages.problems(asked.text) + pages.problems(unsure.text)


def test_S61_who_is_expected_is_not_erased_and_the_page_offers_no_button(
    client: FlaskClient, db: Database, world: World
) -> None:
    asked = client.get(f"{world.url}/erase")
    forced = post(client, f"{world.url}/erase", {"is_sure": "y"})

    assert [each.status_code for each in (asked, forced)] == [200, 409]
    assert all("Call it off first, and tell her." in each.text for each in (asked, forced))
    assert "Erase her for good" not in asked.text
    with db.read() as tx:
        assert tx.get_one(Beneficiary, world.beneficiary_id).alias == "Iris"
