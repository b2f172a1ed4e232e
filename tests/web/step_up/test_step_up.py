"""The password once more: right, wrong, wrong too often, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import HASH, PASSWORD, World, choose, entries, make_helped, step_up
from tests.web.forms import post

WRONG = "not the password at all"


@pytest.fixture
def world(db: Database) -> World:
    with db.write() as tx:
        world = make_helped(tx)
    choose(db, world)
    return world


@pytest.fixture
def client(sign_in: SignIn, world: World) -> FlaskClient:
    """The mediator, who reads English."""
    client = sign_in(world.mediator)
    client.set_cookie("language", "en")
    return client


def _opens(client: FlaskClient, world: World) -> bool:
    return post(client, f"{world.url}/number").status_code == 200


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_asks_why_and_says_that_it_is_noted(client: FlaskClient, world: World, language: str) -> None:
    client.set_cookie("language", language)

    answer = client.get(f"/step-up?to={world.url}")

    page = pages.read(answer)
    assert [each.get("value") for each in page.all("input") if each.get("name") == "reason"] == [
        "call_back", "she_asked", "correction", "safety",
    ]  # fmt: skip
    assert not pages.problems(answer.text)
    assert "Iris" not in answer.text


def test_a_right_password_leads_on_and_holds_for_five_minutes(
    client: FlaskClient, db: Database, world: World, clock: Clock
) -> None:
    answer = step_up(client, to=world.url)
    clock.set(NOW + timedelta(minutes=4, seconds=59))
    still = _opens(client, world)
    clock.set(NOW + timedelta(minutes=5))

    assert (answer.status_code, answer.location) == (303, world.url)
    assert (still, _opens(client, world)) == (True, False)
    assert entries(db, "step_up.pass") == [("step_up.pass", None, "call_back")]


@pytest.mark.parametrize(("data", "field"), [
    ({"reason": "call_back", "password": ""}, "password"), ({"password": PASSWORD}, "reason"),
    ({"reason": "curious", "password": PASSWORD}, "reason"), ({"reason": "safety", "password": "x" * 2000}, "password"),
])  # fmt: skip
def test_without_a_reason_or_a_password_nothing_is_tried(
    client: FlaskClient, db: Database, world: World, data: dict[str, str], field: str
) -> None:
    answer = post(client, "/step-up", data)

    assert answer.status_code == 422
    assert pages.read(answer).errors_at(field)
    assert not _opens(client, world)
    assert not entries(db, "step_up.pass", "step_up.fail")


def test_a_wrong_password_is_said_plainly_and_noted(client: FlaskClient, db: Database, world: World) -> None:
    answer = step_up(client, password=WRONG)

    assert answer.status_code == 422
    assert "This is not your password." in pages.read(answer).errors_at("password")
    assert WRONG not in answer.text
    assert entries(db, "step_up.fail") == [("step_up.fail", None, "call_back")]
    assert not _opens(client, world)


def test_five_wrong_ones_end_the_sign_in(client: FlaskClient, db: Database, world: World) -> None:
    answers = [step_up(client, password=WRONG) for _ in range(5)]
    shown = client.get(answers[-1].location)

    assert [each.status_code for each in answers] == [422] * 4 + [303]
    assert answers[-1].location == "/sign-in"
    assert "wrong five times" in shown.text
    assert client.get(world.url).location.startswith("/sign-in")


def test_a_replayed_cookie_gets_no_sixth_try_even_with_the_right_password(
    client: FlaskClient, sign_in: SignIn, db: Database, world: World, clock: Clock
) -> None:
    for _ in range(5):
        step_up(sign_in(world.mediator), password=WRONG)

    answer = step_up(client)
    later = sign_in(world.mediator)
    clock.set(NOW + timedelta(minutes=15))

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert step_up(later, to=world.url).location == world.url
    assert [each[0] for each in entries(db, "step_up.pass", "step_up.fail")] == ["step_up.fail"] * 5 + ["step_up.pass"]


def test_only_wrong_ones_in_a_row_count(client: FlaskClient, world: World, clock: Clock) -> None:
    for number in range(4):
        clock.set(NOW + timedelta(seconds=number))
        step_up(client, password=WRONG)
    clock.set(NOW + timedelta(seconds=10))
    step_up(client)
    clock.set(NOW + timedelta(seconds=20))

    assert step_up(client, password=WRONG).status_code == 422
    assert step_up(client).status_code == 303


def test_another_ones_wrong_passwords_do_not_count(client: FlaskClient, sign_in: SignIn, db: Database) -> None:
    with db.write() as tx:
        other: SignedIn = make.make_person(tx, Role.COORDINATOR, password_hash=HASH)
    for _ in range(5):
        step_up(sign_in(other), password=WRONG)

    assert step_up(client, to="/beneficiaries").location == "/beneficiaries"


def test_signing_out_ends_it(client: FlaskClient, sign_in: SignIn, world: World) -> None:
    step_up(client)
    before = _opens(client, world)
    post(client, "/sign-out")

    assert (before, _opens(client, world), _opens(sign_in(world.mediator), world)) == (True, False, False)


@pytest.mark.parametrize("to", ["https://example.org/", "//example.org", "/\\example.org", ""])
def test_it_never_leads_elsewhere(client: FlaskClient, to: str) -> None:
    answer = step_up(client, to=to)

    assert answer.location == "/agenda"


def test_a_password_without_its_token_is_refused(client: FlaskClient, db: Database) -> None:
    assert client.post("/step-up", data={"reason": "safety", "password": PASSWORD}).status_code == 400
    assert not entries(db, "step_up.pass")
