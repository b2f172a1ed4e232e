"""Finding somebody: by alias at once, by contact after the password, nothing of it in an address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from clinic.services import exclusions
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import HASH, World, choose, entries, make_helped, step_up
from tests.web.forms import post

LIST, CONTACT = "/beneficiaries", "/beneficiaries/find-contact"


def test_one_who_is_found_alone_is_shown_at_once(client: FlaskClient, world: World) -> None:
    asked = client.get(LIST)

    answer = pages.press(client, asked, "Find", alias="IRI")

    assert (answer.status_code, answer.location) == (303, world.url)
    field = next(each for each in pages.read(asked).all("input") if each.get("name") == "alias")
    assert field.get("autocomplete") == "off"


def test_several_are_listed_and_nobody_is_a_sentence(client: FlaskClient, db: Database, world: World) -> None:
    with db.write() as tx:
        make_helped(tx, alias="Irisé", mediator=world.mediator, slot=1)
        make_helped(tx, alias="Galet", mediator=world.mediator, slot=2)
        make_helped(tx, alias="Irène")

    several = pages.press(client, client.get(LIST), "Find", alias="ir")
    none = pages.press(client, client.get(LIST), "Find", alias="zz")

    assert [each.text.strip() for each in pages.read(several).all("h2")] == ["Iris", "Irisé"]
    assert "2 are called so, or nearly" in several.text
    assert "Among those whom you follow nobody is called so." in none.text
    assert not pages.problems(several.text) + pages.problems(none.text)


def test_an_empty_search_is_an_error_above_the_list(client: FlaskClient, world: World) -> None:
    answer = pages.press(client, client.get(LIST), "Find")

    assert answer.status_code == 422
    assert pages.read(answer).errors() == ["Fill in this field."]
    assert "Iris" in answer.text


def test_by_contact_the_password_comes_first(client: FlaskClient, db: Database, world: World, clock: Clock) -> None:
    choose(db, world)

    first = client.get(CONTACT)
    unasked = post(client, CONTACT, {"contact": "06 12 34 56 78"})
    step_up(client, to=CONTACT)
    opened = client.get(CONTACT)
    clock.set(NOW + timedelta(minutes=5))
    late = post(client, CONTACT, {"contact": "06 12 34 56 78"})

    assert [each.status_code for each in (first, unasked, opened, late)] == [303, 422, 200, 422]
    assert first.location == f"/step-up?to={CONTACT}"
    for refused in (unasked, late):
        assert pages.read(refused).errors_at("contact")
        assert "Iris" not in refused.text
        assert 'value="06 12 34 56 78"' in refused.text  # what was typed stays
    assert entries(db, "contact.find") == []
    assert not pages.problems(opened.text)


def test_one_who_follows_her_comes_to_her_page_and_the_look_is_noted(
    client: FlaskClient, db: Database, world: World
) -> None:
    contact_id = choose(db, world)
    step_up(client, to=CONTACT)

    answer = pages.press(client, client.get(CONTACT), "Find", contact="06 12 34 56 78")

    assert answer.status_code == 200
    assert world.url in [each.get("href") for each in pages.read(answer).all("a")]
    assert entries(db, "contact.find") == [("contact.find", contact_id, "call_back")]


@pytest.mark.parametrize("is_apart", [False, True])
def test_S02_S07_another_is_told_whom_to_ask_one_whom_she_excluded_nothing(
    sign_in: SignIn, db: Database, world: World, *, is_apart: bool
) -> None:
    choose(db, world)
    with db.write() as tx:
        other = make.make_person(tx, Role.MEDIATOR, password_hash=HASH)
        if is_apart:
            exclusions.exclude(tx, world.beneficiary_id, other.id, by=world.mediator, now=NOW)
    client = sign_in(other)
    client.set_cookie("language", "en")
    step_up(client, to=CONTACT)

    known, unknown = (
        pages.press(client, client.get(CONTACT), "Find", contact=each) for each in ("0612345678", "0698765432")
    )

    told = f"Her mediator is {world.mediator.name}: ask her or the coordinator."
    assert (told in known.text) is not is_apart
    assert ("Nobody with exactly this number or address is known here." in known.text) is is_apart
    assert "Nobody with exactly this number" in unknown.text
    assert "Iris" not in known.text
    assert world.beneficiary_id not in known.text
    assert len(entries(db, "contact.find")) == 2


@pytest.mark.parametrize(("typed", "words"), [
    ("", "Fill in this field."), ("12", "This is no telephone number."), ("x@y", "does not look like an e-mail"),
])  # fmt: skip
def test_what_is_no_contact_is_said_and_stays_typed(
    client: FlaskClient, db: Database, world: World, typed: str, words: str
) -> None:
    step_up(client, to=CONTACT)

    answer = pages.press(client, client.get(CONTACT), "Find", contact=typed)

    assert answer.status_code == 422
    assert words in pages.read(answer).errors_at("contact")
    assert pages.form_of(answer, "Find")["contact"] == typed
    assert entries(db, "contact.find") == []
